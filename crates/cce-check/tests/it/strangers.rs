//! A process that is none of the five components records the same inputs and outputs as they: only the components' own
//! records count.

use crate::{
    judgements::against,
    lab::{Journal, Run, agent, customer, lab, lab_of_two_domains, late},
    toys::{simple, unanswered, waiting},
};
use cce_check::Judgement;
use cce_journal::{Record, What};
use cce_kernel::{Input, Output, Port};
use cce_model::ContactStatus;
use std::collections::BTreeSet;

/// With each input and output once more, as some other process has it, right behind it.
fn with_a_stranger(journal: Journal) -> Journal {
    let copied = |record: &Record| {
        let counts = match &record.what {
            // What a component notes is a fact, whoever notes it. Its lives are its own.
            What::Out(Output::Note(_))
            | What::Started
            | What::Stopped { .. }
            | What::Connected { .. }
            | What::Bent(_)
            | What::Gap { .. } => false,
            // Pieces of a stream are counted wherever a desktop may be.
            What::In(Input::Frame { link, .. }) | What::Out(Output::Send { link, .. }) => {
                link.port != Port::Xmpp
            }
            What::In(_) | What::Out(_) => true,
        };
        counts.then(|| Record { seq: record.seq + 1, node: "stranger".into(), ..record.clone() })
    };
    let twice =
        |record: Record| Record { seq: 2 * record.seq, cause: record.cause.map(|cause| 2 * cause), ..record };
    let both = |record: Record| {
        let copy = copied(&record);
        std::iter::once(record).chain(copy)
    };
    let records = journal.records.into_iter().map(twice).flat_map(both).collect();
    Journal { records, ..journal }
}

#[test]
fn what_a_stranger_records_beside_the_lab_breaks_nothing() {
    let interrupted = || {
        let customers = vec![customer(4), crate::lab::dialling(7, "Mail")];
        let mut lab = lab_of_two_domains(vec![agent("1081", 3)], customers);
        lab.mrds[1].interruptible = false;
        crate::lab::journal(lab, 1)
    };
    let recovered = || {
        let agents = vec![agent("1081", 3), late("1080", 90)];
        let reserved = |record: &Record| {
            crate::alter::fact(record).is_some_and(crate::toys::becomes(ContactStatus::Reserved))
        };
        Run::new(lab(agents, vec![customer(4)]), 1).to(reserved).restart("finesse").end()
    };
    for journal in [simple(), unanswered(), waiting(), interrupted(), recovered()] {
        let breaches: Vec<String> =
            with_a_stranger(journal).breaches().iter().map(ToString::to_string).collect();
        assert!(breaches.is_empty(), "{breaches:#?}");
    }
}

#[test]
fn what_a_stranger_records_beside_the_lab_excuses_nothing() {
    let mut wrong = Vec::new();
    for judgement in Judgement::ALL {
        let breaches = with_a_stranger(against(*judgement)).breaches();
        let fired: BTreeSet<Judgement> = breaches.iter().map(|breach| breach.judgement).collect();
        if fired != BTreeSet::from([*judgement]) {
            let texts: Vec<String> = breaches.iter().map(ToString::to_string).collect();
            wrong.push((judgement, fired, texts));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
