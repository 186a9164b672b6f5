//! Every fact of a run matters: where one is missing or comes twice, some check notices.

use crate::{
    alter::fact,
    lab::{Journal, agent, customer, deaf, impatient, journal, lab, late},
};
use cce_kernel::Fact;
use cce_model::fact::{AgentPgFact, FinesseFact, OpcMessage, QueueChoice, RouterFact, SmOperation};

#[test]
fn no_state_change_can_be_missing() {
    let missed = unnoticed(is_state, Journal::without);
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn no_state_change_can_come_twice() {
    let missed = unnoticed(is_state, Journal::twice);
    // A cancel may be asked for again, and an agent's standing may be told again.
    let missed: Vec<_> = missed
        .into_iter()
        .filter(|fact| {
            let is_again = matches!(fact, Fact::Contact { from, to, .. } if *from == Some(*to))
                || matches!(fact, Fact::AgentInMrd { from, to, .. } if from == to);
            !is_again
        })
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn no_choice_of_an_agent_can_come_twice() {
    let missed = unnoticed(
        |fact| matches!(fact, Fact::Router(RouterFact::QueueNode { choice: QueueChoice::Agent { .. }, .. })),
        Journal::twice,
    );
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn no_event_of_a_task_can_be_missing_or_come_twice() {
    let is_event = |fact: &Fact| matches!(fact, Fact::AgentPg(AgentPgFact::TaskEventTraced(_)));
    let missed = [unnoticed(is_event, Journal::without), unnoticed(is_event, Journal::twice)].concat();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn no_message_about_a_task_to_the_cti_server_can_be_missing() {
    let is_told = |fact: &Fact| matches!(fact, Fact::AgentPg(AgentPgFact::ToCtiServer(OpcMessage::Task(_))));
    let missed = unnoticed(is_told, Journal::without);
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn no_call_of_finesse_can_mean_something_else() {
    let is_call = |fact: &Fact| matches!(fact, Fact::Finesse(FinesseFact::SmCall { .. }));
    let missed = unnoticed(is_call, |journal, at| {
        journal.saying(at, |fact| {
            let Fact::Finesse(FinesseFact::SmCall { operation, .. }) = fact else { return };
            *operation = match operation {
                SmOperation::EndTask => SmOperation::Renotify,
                SmOperation::Renotify => SmOperation::EndTask,
            };
        })
    });
    assert!(missed.is_empty(), "{missed:#?}");
}

/// The facts of that kind which can be altered without any check noticing it.
fn unnoticed(is_it: impl Fn(&Fact) -> bool, alter: impl Fn(Journal, usize) -> Journal) -> Vec<Fact> {
    let mut missed = Vec::new();
    for journal in journals() {
        for (at, record) in journal.records.iter().enumerate() {
            let Some(fact) = fact(record).filter(|fact| is_it(fact)) else { continue };
            if alter(journal.clone(), at).breaches().is_empty() {
                missed.push(fact.clone());
            }
        }
    }
    missed
}

/// Three tasks for one slot with a cancel, and a task that nobody accepts first.
fn journals() -> [Journal; 2] {
    let customers = vec![customer(4), customer(5), impatient(6, 2)];
    [
        journal(lab(vec![agent("1081", 1)], customers), 3),
        journal(lab(vec![deaf("1080"), late("1081", 6)], vec![customer(4)]), 1),
    ]
}

fn is_state(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Contact { .. }
            | Fact::Dialogue { .. }
            | Fact::Task { .. }
            | Fact::Dialog { .. }
            | Fact::AgentInMrd { .. }
            | Fact::User { .. }
    )
}
