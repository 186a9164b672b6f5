//! Work that gives way to work of another domain, through the whole lab. Every play ends with the checks that hold in
//! every run, so that whatever happens to the messages, every task has ended and nobody stays interrupted.

use crate::{
    flow::{agent, customer, ends, lab, replayed, run, span},
    play::{Accident, HANDLED, Play, dispositions, facts, last_count},
};
use cce_journal::{Record, Treatment};
use cce_kernel::{Fact, Port};
use cce_model::{
    AgentState, CallTypeId, DialogState, InterruptAction, MrdId, PrecisionQueueId, SkillGroupNumber,
    SkillTarget, TaskState, fact::RouterFact,
};
use cce_world::{CastAgent, CastCustomer, Lab};
use std::time::Duration;

const TASKS: MrdId = MrdId(5011);
const CHAT: MrdId = MrdId(5012);
const ADVISORY: &str = "AGENT_INTERRUPT_ADVISORY_EVENT";
const ACCEPTED: &str = "AGENT_INTERRUPT_ACCEPTED_IND";
const DONE_ADVISORY: &str = "AGENT_INTERRUPT_DONE_ADVISORY_EVENT";
const DONE_ACCEPTED: &str = "AGENT_INTERRUPT_DONE_ACCEPTED_IND";

#[test]
fn an_accepted_interrupt_lets_the_task_stand_still_until_the_chat_has_ended() {
    use DialogState as D;
    use TaskState as T;
    let records = Play::new(task_and_chat(InterruptAction::Accept), 1).end(60);
    assert_eq!(
        tasks_in(&records, TASKS),
        [T::PreCall, T::Offered, T::Active, T::Interrupted, T::Active, T::Ended]
    );
    assert_eq!(tasks_in(&records, CHAT), [T::PreCall, T::Offered, T::Active, T::Ended]);
    assert_eq!(
        dialogs_in(&records, TASKS),
        [D::Offered, D::Accepted, D::Active, D::Interrupted, D::Active, D::Closed]
    );
    assert_eq!(ends(&records), [HANDLED, HANDLED]);
    let order: Vec<MrdId> = ended_tasks(&records);
    assert_eq!(order, [CHAT, TASKS]);
}

#[test]
fn the_agent_is_interrupted_in_that_domain_alone_and_the_router_sees_it() {
    use AgentState as A;
    let records = Play::new(task_and_chat(InterruptAction::Accept), 1).end(60);
    let expected =
        [A::NotReady, A::NotActive, A::Reserved, A::Active, A::Interrupted, A::Active, A::NotActive];
    assert_eq!(agent_in(&records, TASKS), expected);
    assert_eq!(seen_by_router(&records, TASKS), expected);
    assert_eq!(agent_in(&records, CHAT), [A::NotReady, A::NotActive, A::Reserved, A::Active, A::NotActive]);
}

#[test]
fn an_ignored_interrupt_lets_both_go_on() {
    use TaskState as T;
    let records = Play::new(task_and_chat(InterruptAction::Ignore), 1).end(60);
    assert_eq!(tasks_in(&records, TASKS), [T::PreCall, T::Offered, T::Active, T::Ended]);
    assert_eq!(ended_tasks(&records), [TASKS, CHAT]);
    assert_eq!(ends(&records), [HANDLED, HANDLED]);
}

#[test]
fn nothing_is_assigned_beside_work_that_must_not_be_interrupted() {
    let mut lab = task_and_chat(InterruptAction::Accept);
    let first = CastCustomer { script_selector: "Chat".into(), ..customer(4, None) };
    lab.cast.customers = vec![first, customer(6, None)];
    let records = Play::new(lab, 1).end(60);
    let first_end =
        position(&records, |fact| matches!(fact, Fact::Task { mrd: CHAT, to: TaskState::Ended, .. }));
    let second = position(&records, |fact| matches!(fact, Fact::Task { mrd: TASKS, from: None, .. }));
    assert!(first_end < second);
    assert_eq!(ends(&records), [HANDLED, HANDLED]);
}

#[test]
fn an_interrupted_agent_who_signs_out_closes_everything() {
    let mut play = Play::new(with_another_agent(task_and_chat(InterruptAction::Accept)), 1);
    play.meets(DialogState::Interrupted).tell_agent("1081", "sign-out");
    let records = play.end(60);
    let mut ended = dispositions(&records);
    ended.sort_unstable();
    assert_eq!(ended, [36, 38, 40], "the offer, the chat with somebody else, the task");
    assert_eq!(ends(&records), [HANDLED, HANDLED]);
    assert_eq!(last_count(&records, "1081"), 0);
}

#[test]
fn a_desktop_that_returns_while_its_agent_is_interrupted_goes_on_afterwards() {
    let mut lab = task_and_chat(InterruptAction::Accept);
    lab.cast.agents[0].close = Some(span(20).into());
    for away in [1, 40] {
        let mut play = Play::new(lab.clone(), 1);
        play.meets(DialogState::Interrupted).tell_agent("1081", "crash");
        play.seconds(away).tell_agent("1081", "return");
        let records = play.end(120);
        assert_eq!(ends(&records), [HANDLED, HANDLED], "away for {away} s");
        assert_eq!(dispositions(&records).last(), Some(&38), "away for {away} s");
    }
}

#[test]
fn a_desktop_that_does_not_return_is_signed_out_with_its_interrupted_task() {
    let mut lab = with_another_agent(task_and_chat(InterruptAction::Accept));
    lab.mrds[1].start_timeout = span(100);
    let mut play = Play::new(lab, 1);
    play.meets(DialogState::Interrupted).tell_agent("1081", "crash");
    let records = play.end(120);
    assert_eq!(tasks_in(&records, TASKS).last_chunk(), Some(&[TaskState::Interrupted, TaskState::Ended]));
    assert_eq!(dispositions(&records)[0], 40);
}

#[test]
fn whatever_fails_while_an_agent_is_interrupted_everything_ends() {
    for component in ["finesse", "agentpg", "router", "ccp", "mrpg"] {
        for seed in 0..5 {
            let mut lab = with_another_agent(task_and_chat(InterruptAction::Accept));
            lab.cast.agents[1].sign_in = Some(span(60));
            lab.cast.customers.iter_mut().for_each(|customer| customer.closes_lost = Some(span(150)));
            let mut play = Play::new(lab, seed);
            play.meets(DialogState::Interrupted).restart(component);
            play.end(2000);
        }
    }
}

#[test]
fn whichever_message_of_an_interrupt_is_lost_everything_goes_on() {
    for message in [ADVISORY, ACCEPTED, DONE_ADVISORY, DONE_ACCEPTED] {
        let records = accident(message, Treatment::Drop);
        assert_eq!(ends(&records), [HANDLED, HANDLED], "{message}");
        assert_eq!(last_count(&records, "1081"), 0, "{message}");
    }
}

#[test]
fn whichever_message_of_an_interrupt_is_late_everything_goes_on() {
    for message in [ADVISORY, ACCEPTED, DONE_ADVISORY, DONE_ACCEPTED] {
        for seconds in [1, 4, 6, 8] {
            let late = Treatment::Delay { by: Duration::from_secs(seconds), alone: true };
            let records = accident(message, late);
            assert_eq!(ends(&records), [HANDLED, HANDLED], "{message}, {seconds} s late");
        }
    }
}

#[test]
fn an_answer_that_is_too_late_changes_nothing() {
    let late = Treatment::Delay { by: Duration::from_secs(8), alone: true };
    let records = accident(ACCEPTED, late);
    assert!(!tasks_in(&records, TASKS).contains(&TaskState::Interrupted));
}

#[test]
fn an_interrupted_run_replays_without_a_difference() {
    let lab = task_and_chat(InterruptAction::Accept);
    let found = replayed(&lab, run(&lab, 1));
    assert!(found.difference.is_none(), "{:?}", found.difference);
}

/// A task for an agent at 4 s, who works on it for 6 s, and a chat at 8 s.
fn task_and_chat(interrupt_action: InterruptAction) -> Lab {
    let worker = CastAgent { interrupt_action, close: Some(span(6).into()), ..agent("1081", 3) };
    let chat = CastCustomer { script_selector: "Chat".into(), ..customer(8, None) };
    let mut lab = lab(vec![worker], vec![customer(4, None), chat]);
    let mut mrd = lab.mrds[0].clone();
    (mrd.id, mrd.name, mrd.interruptible) = (CHAT, "Chat".into(), false);
    lab.mrds.push(mrd);
    let mut dialed = lab.dialed_numbers[0].clone();
    (dialed.number, dialed.mrd, dialed.call_type) = ("Chat".into(), "Chat".into(), Some(CallTypeId(5054)));
    lab.dialed_numbers.push(dialed);
    let mut call_type = lab.call_types[0].clone();
    (call_type.id, call_type.name, call_type.script) = (CallTypeId(5054), "Chat".into(), Some("Chat".into()));
    lab.call_types.push(call_type);
    let mut script = lab.scripts[0].clone();
    (script.name, script.precision_queue) = ("Chat".into(), "Chat".into());
    lab.scripts.push(script);
    let mut queue = lab.precision_queues[0].clone();
    (queue.id, queue.name, queue.mrd) = (PrecisionQueueId(5035), "Chat".into(), "Chat".into());
    (queue.skill_group, queue.number) = (SkillTarget(5198), SkillGroupNumber(12_282_838));
    lab.precision_queues.push(queue);
    lab.agents.iter_mut().for_each(|agent| agent.mrds.push("Chat".into()));
    lab
}

fn with_another_agent(mut lab: Lab) -> Lab {
    lab.cast.agents.push(CastAgent { sign_in: Some(span(20)), ..agent("1082", 3) });
    lab
}

fn accident(message: &'static str, treatment: Treatment) -> Vec<Record> {
    let accident = Accident { message: (Port::CtiA, message), behind: 0, treatment, orders: Vec::new() };
    Play::with(task_and_chat(InterruptAction::Accept), 1, Some(accident)).end(120)
}

fn tasks_in(records: &[Record], domain: MrdId) -> Vec<TaskState> {
    let state = |fact: &Fact| match fact {
        Fact::Task { mrd, to, .. } if *mrd == domain => Some(*to),
        _ => None,
    };
    facts(records).filter_map(state).collect()
}

fn dialogs_in(records: &[Record], domain: MrdId) -> Vec<DialogState> {
    let state = |fact: &Fact| match fact {
        Fact::Dialog { mrd, to, .. } if *mrd == domain => Some(*to),
        _ => None,
    };
    facts(records).filter_map(state).collect()
}

fn agent_in(records: &[Record], domain: MrdId) -> Vec<AgentState> {
    let state = |fact: &Fact| match fact {
        Fact::AgentInMrd { mrd, from, to, .. } if *mrd == domain && from != to => Some(*to),
        _ => None,
    };
    facts(records).filter_map(state).collect()
}

fn seen_by_router(records: &[Record], domain: MrdId) -> Vec<AgentState> {
    let state = |fact: &Fact| match fact {
        Fact::Router(RouterFact::Agent { mrd, before, after, .. })
            if *mrd == domain && before.state != after.state =>
        {
            Some(after.state)
        }
        _ => None,
    };
    facts(records).filter_map(state).collect()
}

/// Domains of tasks, in the order of their ends.
fn ended_tasks(records: &[Record]) -> Vec<MrdId> {
    let end = |fact: &Fact| match fact {
        Fact::Task { mrd, to: TaskState::Ended, .. } => Some(*mrd),
        _ => None,
    };
    facts(records).filter_map(end).collect()
}

fn position(records: &[Record], is_it: impl Fn(&Fact) -> bool) -> usize {
    facts(records).position(is_it).unwrap()
}
