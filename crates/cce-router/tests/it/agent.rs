//! What the router knows of agents.

use crate::lab::{AGENT, Lab, in_state, standing, task_event};
use cce_model::{
    AgentState, MrdId, PeripheralId,
    fact::{AgentView, RouterFact},
};
use cce_mr::icm::AgentStateUpdate;

#[test]
fn the_reservation_shows_as_pending_like_in_the_trace() {
    let mut lab = Lab::ready();
    lab.call(4);
    lab.task(0, 0);
    let before = view(AgentState::NotActive, 0, 0);
    let after = view(AgentState::Reserved, 0, 1);
    assert_eq!(lab.report(&in_state(AGENT, 3, AgentState::Reserved)).facts(), [&agent(before, after)]);
}

#[test]
fn a_task_that_has_begun_is_not_pending_any_more() {
    for begun in [1, 2, 3, 5] {
        let mut lab = Lab::ready();
        lab.call(4);
        lab.task(0, begun);
        let said = lab.report(&in_state(AGENT, 3, AgentState::Active));
        let before = view(AgentState::NotActive, 0, 0);
        assert_eq!(said.facts(), [&agent(before, view(AgentState::Active, 1, 0))]);
    }
}

#[test]
fn an_offered_task_is_pending() {
    let mut lab = Lab::ready();
    lab.call(4);
    lab.task(0, 4);
    let said = lab.report(&in_state(AGENT, 3, AgentState::Reserved));
    let before = view(AgentState::NotActive, 0, 0);
    assert_eq!(said.facts(), [&agent(before, view(AgentState::Reserved, 0, 1))]);
}

#[test]
fn a_report_without_a_change_is_not_noted() {
    let mut lab = Lab::ready();
    assert!(lab.report(&standing(AGENT, 3)).facts().is_empty());
}

#[test]
fn a_task_of_an_earlier_life_takes_a_slot() {
    let mut lab = Lab::open();
    lab.task(-9, 1);
    lab.report(&standing(AGENT, 1));
    assert_eq!(lab.call(4).names(lab.mr), ["QUEUE_EVENT"]);
    assert_eq!(lab.task(-9, 7).routed(), [4]);
}

#[test]
fn agents_of_a_lost_gateway_get_no_tasks_until_they_are_reported_anew() {
    let mut lab = Lab::ready();
    lab.lose(lab.agent);
    assert!(lab.call(4).chosen().is_empty());
    lab.agent = lab.gateway(17, PeripheralId(5000));
    assert_eq!(lab.report(&standing(AGENT, 3)).chosen(), [AGENT]);
}

#[test]
fn another_gateway_cannot_speak_for_an_agent() {
    let mut lab = Lab::ready();
    let other = lab.gateway(17, PeripheralId(5009));
    assert!(lab.says(other, in_state(AGENT, 3, AgentState::Logout)).has_peer_error());
    assert!(lab.says(other, task_event(0, 1)).has_peer_error());
    assert_eq!(lab.call(4).chosen(), [AGENT]);
}

#[test]
fn the_tasks_of_one_agent_are_bounded() {
    let mut lab = Lab::ready();
    let errors = (0..101).filter(|after| lab.task(*after, 1).has_peer_error()).count();
    assert_eq!(errors, 1);
}

#[test]
fn an_agent_with_an_absurd_limit_gets_a_bounded_number_of_tasks() {
    for absurd in [u32::from(u16::MAX), u32::MAX] {
        let mut lab = Lab::open();
        lab.report(&AgentStateUpdate { max_beyond_task_limit: absurd, ..standing(AGENT, absurd) });
        let routed = (0..150).filter(|did| !lab.call(*did).chosen().is_empty()).count();
        assert_eq!(routed, 100, "{absurd}");
    }
}

fn agent(before: AgentView, after: AgentView) -> RouterFact {
    RouterFact::Agent { skill_target: AGENT, mrd: MrdId(5011), before, after }
}

fn view(state: AgentState, tasks: u32, pending: u32) -> AgentView {
    AgentView { state, tasks, pending, limit: 3, beyond: 0, routable: true }
}
