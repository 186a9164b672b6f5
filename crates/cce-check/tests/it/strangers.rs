//! A process that is none of the five components records the same inputs and outputs as they: only the components' own
//! records count.

use crate::{
    judgements::against,
    lab::{Journal, Run, agent, customer, lab, lab_of_two_domains, late},
    toys::{sent_behind, simple, unanswered, waiting},
};
use cce_check::Judgement;
use cce_journal::{Record, What};
use cce_kernel::{Input, Output, Port};
use cce_model::{ContactStatus, TaskEventKind};
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

/// With a stranger's connections and answers behind whatever reaches a component: each connection of the lab comes up
/// there anew, and each call is answered.
fn with_a_busy_stranger(journal: Journal) -> Journal {
    let is_its =
        |record: &&Record| matches!(&record.what, What::In(Input::LinkUp { .. } | Input::Reply { .. }));
    let mut done: Vec<Record> = Vec::new();
    for record in journal.records.iter().filter(is_its) {
        if !done.iter().any(|known| known.what == record.what) {
            done.push(Record { node: "stranger".into(), cause: None, ..record.clone() });
        }
    }
    let gap = done.len() as u64 + 1;
    let mut records = Vec::new();
    for record in journal.records {
        let (seq, at) = (record.seq * gap, record.at);
        let is_input = matches!(record.what, What::In(_));
        records.push(Record { seq, cause: record.cause.map(|cause| cause * gap), ..record });
        if is_input {
            let numbered = (seq + 1..).zip(&done);
            records.extend(numbered.map(|(seq, copy)| Record { seq, at, ..copy.clone() }));
        }
    }
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
        for stranger in [with_a_stranger, with_a_busy_stranger] {
            let breaches = stranger(against(*judgement)).breaches();
            let fired: BTreeSet<Judgement> = breaches.iter().map(|breach| breach.judgement).collect();
            if fired != BTreeSet::from([*judgement]) {
                let texts: Vec<String> = breaches.iter().map(ToString::to_string).collect();
                wrong.push((judgement, fired, texts));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The event does not leave for its client: whoever else's connection comes up, the client was to hear of it.
#[test]
fn a_strangers_connection_excuses_no_event_that_does_not_leave() {
    let journal = simple();
    let sent = sent_behind(&journal, TaskEventKind::Start);
    let breaches = with_a_busy_stranger(journal.without(sent)).breaches();
    assert_eq!(
        breaches.iter().map(|breach| breach.judgement).collect::<Vec<_>>(),
        [Judgement::IndicationAnswered]
    );
}

/// What gateways report, a stranger hears too, and later: the router's count rests on what the router hears.
#[test]
fn reports_that_reach_a_stranger_count_for_no_agent_of_the_router() {
    let mut journal = simple();
    let is_report = |record: &Record| {
        let What::In(Input::Frame { link, .. }) = &record.what else { return false };
        record.node.as_str() == "router" && matches!(link.port, Port::IcmMr | Port::IcmAgent)
    };
    let reports: Vec<Record> = journal.records.iter().filter(|record| is_report(record)).cloned().collect();
    let first = journal.nth_record(0, is_report);
    let copies = reports.into_iter().rev().map(|report| Record { node: "stranger".into(), ..report });
    journal.records.splice(first..first, copies);
    let breaches: Vec<String> = journal.breaches().iter().map(ToString::to_string).collect();
    assert!(breaches.is_empty(), "{breaches:#?}");
}
