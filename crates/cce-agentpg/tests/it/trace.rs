//! The order of facts, which is the order of the product's ctisvr.log.

use crate::{
    lab::{Lab, Said, TASK},
    work::{end, offer, start},
};
use cce_kernel::Fact;
use cce_model::{
    AgentState, Disposition, MrdId, SkillTarget, TaskState,
    fact::{AgentPgFact, OpcMessage},
};

#[test]
fn a_reservation_shows_the_agent_and_then_the_pre_call() {
    let mut lab = Lab::ready();
    assert_eq!(lines(&lab.reserve(TASK)), ["Agent", "PreCall"]);
}

#[test]
fn an_offer_shows_the_task_only() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    assert_eq!(lines(&lab.finesse_says(offer(TASK))), ["ToOpc", "Task", "Traced"]);
}

#[test]
fn a_start_shows_the_agent_and_then_the_task() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    assert_eq!(lines(&lab.finesse_says(start(TASK))), ["ToOpc", "Task", "Agent", "Traced"]);
}

#[test]
fn an_end_shows_opc_s_message_then_the_agent_and_then_the_task() {
    let mut lab = Lab::working();
    assert_eq!(lines(&lab.finesse_says(end(TASK))), ["ToOpc", "Task", "Agent", "Traced"]);
}

#[test]
fn an_event_is_traced_once_even_if_nobody_listens() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.lose(lab.finesse);
    assert_eq!(lines(&lab.pass(30)), ["Task", "Agent", "Traced", "MadeNotRoutable"]);
}

#[test]
fn every_change_of_task_and_agent_is_noted_once() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let said = lab.finesse_says(start(TASK));
    let changes: Vec<&Fact> =
        said.facts().into_iter().filter(|fact| !matches!(fact, Fact::AgentPg(_))).collect();
    let task = Fact::Task {
        task: TASK,
        skill_target: SkillTarget(5172),
        mrd: MrdId(5011),
        from: Some(TaskState::PreCall),
        to: TaskState::Active,
        disposition: None,
    };
    let agent = Fact::AgentInMrd {
        agent: "1080".into(),
        skill_target: SkillTarget(5172),
        mrd: MrdId(5011),
        from: AgentState::Reserved,
        to: AgentState::Active,
        tasks: 1,
        limit: 3,
        routable: true,
    };
    assert_eq!(changes, [&task, &agent]);
}

#[test]
fn the_fact_of_an_end_gives_its_disposition_and_the_tasks_that_are_left() {
    let mut lab = Lab::working();
    let said = lab.finesse_says(end(TASK));
    let facts = said.facts();
    let ended = facts.iter().any(|fact| {
        matches!(fact, Fact::Task { to: TaskState::Ended, disposition: Some(Disposition(38)), .. })
    });
    let left = facts.iter().any(|fact| matches!(fact, Fact::AgentInMrd { tasks: 0, .. }));
    assert!(ended && left);
}

fn lines(said: &Said) -> Vec<&'static str> {
    let line = |fact: &Fact| match fact {
        Fact::AgentPg(AgentPgFact::ToOpc { .. }) => Some("ToOpc"),
        Fact::AgentPg(AgentPgFact::TaskEventTraced(_)) => Some("Traced"),
        Fact::AgentPg(AgentPgFact::ToCtiServer(message)) => Some(match message {
            OpcMessage::Agent(_) => "Agent",
            OpcMessage::PreCall(_) => "PreCall",
            OpcMessage::PreCallAbort { .. } => "PreCallAbort",
            OpcMessage::Task(_) => "Task",
            OpcMessage::Queued(_) => "Queued",
            OpcMessage::Dequeued { .. } => "Dequeued",
            OpcMessage::TaskAssigned { .. } => "assigned",
            OpcMessage::TaskState { .. } => "TaskState",
            OpcMessage::Interrupt { .. } => "Interrupt",
            OpcMessage::LifetimeExceeded { .. } => "lifetime",
            OpcMessage::MadeNotRoutable { .. } => "MadeNotRoutable",
            OpcMessage::Answer { .. } => "Answer",
            OpcMessage::VoiceAnswer { .. } => "VoiceAnswer",
        }),
        _ => None,
    };
    said.facts().into_iter().filter_map(line).collect()
}
