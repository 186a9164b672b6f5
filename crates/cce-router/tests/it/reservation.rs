//! Reservations that come to nothing: refused by the agent PG, or lost with its link.

use crate::lab::{AGENT, CHAT, Lab, OTHER, Said, TASK, in_state, standing, step, task_event, with_steps};
use cce_model::{AgentState, Disposition, MrdId, PeripheralId, SkillTarget, TaskId, fact::RouterFact};
use cce_mr::CancelResult;
use cce_mr::icm::{HeartbeatReq, TaskEvent};

#[test]
fn a_refused_reservation_goes_to_the_next_agent() {
    let mut lab = Lab::ready();
    lab.report(&standing(OTHER, 3));
    assert_eq!(reserved(&lab.call(4)), [(TASK, AGENT)]);
    let said = refuse(&mut lab, 0);
    assert_eq!(reserved(&said), [(TASK, OTHER)]);
    assert_eq!(said.facts()[0], &requeued(AGENT));
}

#[test]
fn the_routing_client_hears_of_one_agent_only() {
    let mut lab = Lab::ready();
    lab.report(&standing(OTHER, 3));
    assert_eq!(lab.call(4).names(lab.mr), ["CONNECT"]);
    assert!(refuse(&mut lab, 0).names(lab.mr).is_empty());
}

#[test]
fn an_agent_who_was_refused_gets_no_task_until_reported_anew() {
    let mut lab = Lab::ready();
    lab.call(4);
    assert!(reserved(&refuse(&mut lab, 0)).is_empty());
    assert_eq!(reserved(&lab.report(&standing(AGENT, 3))), [(TASK, AGENT)]);
}

#[test]
fn a_refused_task_waits_ahead_of_those_that_came_later() {
    let mut lab = Lab::open();
    lab.report(&standing(AGENT, 1));
    lab.call(4);
    lab.pass(1);
    assert_eq!(lab.call(5).names(lab.mr), ["QUEUE_EVENT"]);
    assert!(reserved(&refuse(&mut lab, 0)).is_empty());
    assert_eq!(reserved(&lab.report(&standing(AGENT, 1))), [(TASK, AGENT)]);
    lab.task(0, 0);
    assert_eq!(reserved(&lab.task(0, 7)), [(task(1), AGENT)]);
}

#[test]
fn the_end_of_a_confirmed_task_is_no_refusal() {
    let mut lab = Lab::ready();
    lab.report(&standing(OTHER, 3));
    lab.call(4);
    lab.task(0, 0);
    assert!(reserved(&refuse(&mut lab, 0)).is_empty());
}

#[test]
fn what_waits_again_cannot_be_cancelled() {
    let mut lab = Lab::ready();
    lab.call(4);
    refuse(&mut lab, 0);
    assert_eq!(lab.release(4).released()[0].result, CancelResult::AGENT_CHOSEN);
    assert_eq!(reserved(&lab.report(&standing(AGENT, 3))), [(TASK, AGENT)]);
}

#[test]
fn what_waits_again_outlives_its_routing_client_and_leaves_the_dialogue_id_free() {
    let mut lab = Lab::ready();
    lab.call(4);
    refuse(&mut lab, 0);
    lab.lose(lab.mr);
    lab.mr = lab.gateway(19, PeripheralId(5001));
    assert_eq!(lab.call(4).names(lab.mr), ["QUEUE_EVENT"]);
    assert_eq!(reserved(&lab.report(&standing(AGENT, 1))), [(TASK, AGENT)]);
}

#[test]
fn a_reservation_that_the_gateway_never_got_is_routed_anew_once_it_told_all() {
    let mut lab = Lab::ready();
    lab.call(4);
    lab.lose(lab.agent);
    lab.agent = lab.gateway(17, PeripheralId(5000));
    assert!(reserved(&lab.report(&standing(OTHER, 3))).is_empty(), "the PG may still speak of it");
    let said = beat(&mut lab);
    assert_eq!(reserved(&said), [(TASK, OTHER)]);
    assert_eq!(said.facts()[0], &requeued(AGENT));
    assert!(reserved(&beat(&mut lab)).is_empty(), "once");
}

#[test]
fn a_refused_task_goes_on_through_the_steps_of_its_queue() {
    let mut lab = Lab::with(with_steps(vec![step(&[AGENT], Some(30)), step(&[OTHER], None)]));
    lab.report(&standing(AGENT, 3));
    lab.report(&standing(OTHER, 3));
    assert_eq!(reserved(&lab.call(4)), [(TASK, AGENT)]);
    let said = refuse(&mut lab, 0);
    assert!(reserved(&said).is_empty(), "the first step has its time again");
    assert_eq!(reserved(&lab.pass(30)), [(TASK, OTHER)]);
}

#[test]
fn a_refusal_that_names_another_domain_gives_the_slot_back_too() {
    let mut lab = Lab::open();
    lab.report(&standing(AGENT, 1));
    lab.call(4);
    lab.says(
        lab.agent,
        TaskEvent {
            disposition: Disposition::TASK_ABANDONED_BEFORE_OFFERED,
            mrd_id: CHAT,
            ..task_event(0, 7)
        },
    );
    assert_eq!(reserved(&lab.report(&standing(AGENT, 1))), [(TASK, AGENT)]);
}

#[test]
fn a_reservation_that_the_gateway_got_stays_with_its_agent() {
    for states in [&[0][..], &[4], &[1], &[0, 7]] {
        let mut lab = Lab::ready();
        lab.call(4);
        lab.lose(lab.agent);
        lab.agent = lab.gateway(17, PeripheralId(5000));
        for state in states {
            lab.task(0, *state);
        }
        lab.report(&standing(OTHER, 3));
        assert!(reserved(&beat(&mut lab)).is_empty(), "{states:?}");
    }
}

#[test]
fn another_gateway_cannot_tell_what_became_of_a_reservation() {
    let mut lab = Lab::ready();
    lab.call(4);
    lab.lose(lab.agent);
    lab.agent = lab.gateway(17, PeripheralId(5009));
    lab.report(&standing(OTHER, 3));
    assert!(reserved(&beat(&mut lab)).is_empty());
    lab.agent = lab.gateway(17, PeripheralId(5000));
    assert_eq!(reserved(&beat(&mut lab)), [(TASK, OTHER)]);
}

#[test]
fn a_link_that_breaks_again_leaves_the_reservation_in_doubt() {
    let mut lab = Lab::ready();
    lab.call(4);
    for _ in 0..2 {
        lab.lose(lab.agent);
        lab.agent = lab.gateway(17, PeripheralId(5000));
    }
    lab.report(&in_state(AGENT, 3, AgentState::NotActive));
    assert_eq!(reserved(&beat(&mut lab)), [(TASK, AGENT)]);
}

/// Reservations that were sent: task and agent.
fn reserved(said: &Said) -> Vec<(TaskId, SkillTarget)> {
    said.reservations().iter().map(|sent| (sent.task_id, sent.agstid)).collect()
}

/// The agent PG says that a task is over with 36.
fn refuse(lab: &mut Lab, after: i32) -> Said {
    lab.says(
        lab.agent,
        TaskEvent { disposition: Disposition::TASK_ABANDONED_BEFORE_OFFERED, ..task_event(after, 7) },
    )
}

fn beat(lab: &mut Lab) -> Said {
    lab.says(lab.agent, HeartbeatReq::default())
}

fn task(after: i32) -> TaskId {
    TaskId { call: TASK.call + after, ..TASK }
}

fn requeued(agent: SkillTarget) -> RouterFact {
    RouterFact::Requeued { task: TASK, skill_target: agent, mrd: MrdId(5011) }
}
