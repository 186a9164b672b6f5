//! Tasks that wait.

use crate::lab::{
    AGENT, CHAT, Lab, MRD, OTHER, TASK, in_state, new_call, new_call_to, rows, standing, step, with_steps,
};
use cce_model::{
    AgentState, Availability, CallTypeId, DialogueId, Disposition, PeripheralId, PrecisionQueueId,
    RoutingClientId,
    fact::{QueueChoice, RefusalReason, RouterFact},
    sample::CallTypeRow,
};
use cce_mr::{
    CancelResult, Icm,
    icm::{NewCall, Release},
};
use std::time::Duration;

#[test]
fn a_task_that_nobody_is_free_for_waits() {
    let mut lab = Lab::open();
    let said = lab.call(4);
    assert_eq!(said.names(lab.mr), ["QUEUE_EVENT"]);
    let told = &said.queued()[0];
    assert_eq!(
        (told.rcid, told.pid, told.did, told.did_rel_seq),
        (RoutingClientId(5004), PeripheralId(5001), DialogueId(4), 0)
    );
    assert_eq!((told.rtr_date, told.rtr_cid, told.rck_seq), (154_526, 37_051_928, 0));
    assert_eq!(told.estimated_wait_time, -1);
    let last = said.facts().pop().unwrap();
    assert!(matches!(last, RouterFact::QueueNode { step: 1, choice: QueueChoice::Wait, .. }));
}

#[test]
fn an_agent_who_becomes_available_gets_the_task_that_waited_longest() {
    let mut lab = Lab::open();
    lab.call(4);
    lab.pass(7);
    lab.call(5);
    let said = lab.report(&standing(AGENT, 1));
    assert_eq!(said.routed(), [4]);
    assert_eq!((said.reservations()[0].delay_q_time, said.connects()[0].did_rel_seq), (7, 0));
}

#[test]
fn an_agent_gets_as_many_waiting_tasks_as_there_are_slots() {
    let mut lab = Lab::open();
    (4..8).for_each(|dialogue| drop(lab.call(dialogue)));
    assert_eq!(lab.report(&standing(AGENT, 3)).routed(), [4, 5, 6]);
}

#[test]
fn a_better_priority_is_served_first() {
    let mut rows = rows();
    rows.dialed_numbers.push(("Urgent".to_owned(), MRD, Some(CallTypeId(5055))));
    let urgent = Some("Urgent".to_owned());
    rows.call_types.push(CallTypeRow { id: CallTypeId(5055), script: urgent, ..rows.call_types[0].clone() });
    rows.scripts.push(("Urgent".to_owned(), PrecisionQueueId(5034), 1));
    let mut lab = Lab::with(rows);
    lab.call(4);
    lab.pass(1);
    lab.says(lab.mr, new_call_to(5, "Urgent"));
    assert_eq!(lab.report(&standing(AGENT, 1)).routed(), [5]);
}

#[test]
fn the_end_of_a_task_frees_its_slot() {
    let mut lab = Lab::open();
    lab.report(&standing(AGENT, 1));
    lab.call(4);
    lab.call(5);
    lab.task(0, 1);
    assert_eq!(lab.task(0, 7).routed(), [5]);
}

#[test]
fn an_agent_who_leaves_with_the_last_task_gets_no_other() {
    let mut lab = Lab::open();
    lab.report(&standing(AGENT, 1));
    lab.call(4);
    lab.call(5);
    let busy = in_state(AGENT, 1, AgentState::Active);
    lab.report(&cce_mr::icm::AgentStateUpdate { availability: Availability::NotAvailable.into(), ..busy });
    assert!(lab.task(0, 7).routed().is_empty());
    assert!(lab.report(&in_state(AGENT, 1, AgentState::NotReady)).routed().is_empty());
}

#[test]
fn the_estimate_follows_those_who_left_in_the_last_five_minutes() {
    let mut lab = Lab::open();
    (4..7).for_each(|dialogue| drop(lab.call(dialogue)));
    lab.report(&standing(AGENT, 2));
    // Two left; this one is the second in line.
    assert_eq!(lab.call(7).queued()[0].estimated_wait_time, 300);
    lab.pass(301);
    assert_eq!(lab.call(8).queued()[0].estimated_wait_time, -1);
}

#[test]
fn a_full_queue_refuses() {
    let mut rows = rows();
    rows.mrds[0].max_in_queue = Some(1);
    let mut lab = Lab::with(rows);
    lab.call(4);
    let said = lab.call(5);
    let failure = &said.failures()[0];
    assert_eq!(
        (failure.rcid, failure.pid, failure.did, failure.reason_code),
        (RoutingClientId(5004), PeripheralId(5001), DialogueId(5), Disposition::ROUTING_COMPLETE)
    );
    let refused = RouterFact::CallRefused { dialogue: DialogueId(5), reason: RefusalReason::QueueFull };
    assert_eq!(said.facts().pop(), Some(&refused));
}

#[test]
fn a_task_that_has_waited_for_as_long_as_its_domain_allows_is_given_up() {
    let mut rows = rows();
    rows.mrds[0].max_time_in_queue = Some(Duration::from_secs(30));
    let mut lab = Lab::with(rows);
    lab.call(4);
    assert!(lab.pass(29).failures().is_empty());
    let said = lab.pass(1);
    let failure = &said.failures()[0];
    assert_eq!((failure.did, failure.reason_code), (DialogueId(4), Disposition::ROUTING_COMPLETE));
    let refused = RouterFact::CallRefused { dialogue: DialogueId(4), reason: RefusalReason::WaitedTooLong };
    assert_eq!(said.facts().pop(), Some(&refused));
    lab.report(&standing(AGENT, 3));
    lab.call(5);
    assert!(lab.pass(60).failures().is_empty(), "who has an agent waits no more");
}

#[test]
fn a_step_that_is_over_takes_the_next_one_too() {
    let mut lab = Lab::with(with_steps(vec![step(&[AGENT], Some(30)), step(&[OTHER], None)]));
    lab.report(&in_state(AGENT, 3, AgentState::NotReady));
    lab.report(&standing(OTHER, 3));
    let said = lab.call(4);
    assert_eq!(said.names(lab.mr), ["QUEUE_EVENT"]);
    let said = lab.pass(30);
    assert_eq!((said.chosen(), said.reservations()[0].step_order), (vec![OTHER], 2));
}

#[test]
fn a_task_that_leaves_the_line_takes_its_timer_along() {
    for is_routed in [true, false] {
        let mut lab = Lab::with(with_steps(vec![step(&[AGENT], Some(30)), step(&[OTHER], None)]));
        lab.report(&in_state(AGENT, 3, AgentState::NotReady));
        let armed = lab.call(4).armed("step").unwrap();
        let said = if is_routed { lab.report(&standing(AGENT, 3)) } else { lab.release(4) };
        assert_eq!(said.cancelled("step"), [armed.id], "routed: {is_routed}");
    }
}

#[test]
fn a_task_whose_step_has_nobody_free_holds_up_no_task_of_a_later_step() {
    let mut lab = Lab::with(with_steps(vec![step(&[AGENT], Some(30)), step(&[OTHER], None)]));
    lab.report(&in_state(AGENT, 3, AgentState::NotReady));
    lab.call(4);
    lab.report(&in_state(AGENT, 3, AgentState::Logout));
    lab.call(5);
    // The first task still waits for the first step's agent, the second came to the second step at once.
    assert_eq!(lab.report(&standing(OTHER, 3)).routed(), [5]);
}

#[test]
fn a_task_of_a_step_with_nobody_free_holds_up_no_task_of_another_queue() {
    let mut lab = Lab::open();
    lab.call(4);
    lab.says(lab.mr, new_call_to(5, "CumulusChat"));
    assert_eq!(
        lab.report(&cce_mr::icm::AgentStateUpdate { mrd_id: CHAT, ..standing(AGENT, 3) }).routed(),
        [5]
    );
}

#[test]
fn a_task_waits_on_the_last_step_without_limit() {
    let mut lab = Lab::with(with_steps(vec![step(&[AGENT], Some(30)), step(&[OTHER], Some(30))]));
    lab.report(&in_state(AGENT, 3, AgentState::NotReady));
    lab.call(4);
    let said = lab.pass(30);
    assert!(matches!(said.facts()[..], [RouterFact::QueueNode { step: 2, choice: QueueChoice::Wait, .. }]));
    assert_eq!(said.armed("step"), None);
    assert_eq!(lab.report(&standing(AGENT, 3)).chosen(), [AGENT]);
}

#[test]
fn a_release_takes_a_waiting_task_out() {
    let mut lab = Lab::open();
    lab.call(4);
    let said = lab.release(4);
    assert!(matches!(said.facts()[..], [RouterFact::Dequeued { queue_id: PrecisionQueueId(5034), .. }]));
    let released = &said.released()[0];
    assert_eq!(
        (released.rcid, released.pid, released.did, released.result),
        (RoutingClientId(5004), PeripheralId(5001), DialogueId(4), CancelResult::CANCELLED)
    );
    assert!(lab.report(&standing(AGENT, 3)).routed().is_empty());
}

#[test]
fn a_release_comes_too_late_for_a_routed_task() {
    let mut lab = Lab::ready();
    lab.call(4);
    let said = lab.release(4);
    assert_eq!(said.facts(), [&RouterFact::CancelRefused { dialogue: DialogueId(4) }]);
    assert_eq!(said.released()[0].result, CancelResult::AGENT_CHOSEN);
}

#[test]
fn routing_clients_number_their_dialogues_apart() {
    let mut lab = Lab::open();
    lab.call(4);
    let said = lab.says(lab.mr, NewCall { rcid: RoutingClientId(5005), ..new_call(4) });
    assert_eq!(said.names(lab.mr), ["QUEUE_EVENT"]);
    let release = Release { rcid: RoutingClientId(5005), did: DialogueId(4), ..Release::default() };
    assert_eq!(lab.says(lab.mr, release).released()[0].result, CancelResult::CANCELLED);
    let connect = lab.report(&standing(AGENT, 3)).connects().remove(0);
    assert_eq!((connect.rcid, connect.did), (RoutingClientId(5004), DialogueId(4)));
}

#[test]
fn a_lost_routing_client_takes_its_waiting_tasks_along() {
    let mut lab = Lab::open();
    let other = lab.gateway(19, PeripheralId(5002));
    lab.call(4);
    lab.says(other, new_call(4));
    let said = lab.lose(lab.mr);
    assert!(matches!(said.facts()[..], [RouterFact::Dequeued { .. }]));
    assert_eq!(lab.report(&standing(AGENT, 3)).names(other), ["CONNECT"]);
}

#[test]
fn agent_pgs_hear_of_a_task_that_waits_and_that_it_waits_no_more() {
    for is_routed in [true, false] {
        let mut lab = Lab::open();
        let queued = lab.call(4);
        let [waiting] = &queued
            .pick(|message| if let Icm::TaskQueuedInd(found) = message { Some(found) } else { None })[..]
        else {
            panic!("{queued:?}")
        };
        assert_eq!((waiting.task_id, waiting.mrd_id, waiting.is_new), (TASK, MRD, true));
        assert_eq!(waiting.dn.as_ref().map(ToString::to_string).as_deref(), Some("CumulusTask"));
        let said = if is_routed { lab.report(&standing(AGENT, 1)) } else { lab.release(4) };
        assert_eq!(said.names(lab.agent).first().copied(), Some("TASK_DEQUEUED_IND"), "routed: {is_routed}");
    }
}

#[test]
fn a_task_that_finds_an_agent_at_once_is_not_told_to_wait() {
    let mut lab = Lab::ready();
    let said = lab.call(4);
    assert_eq!(said.names(lab.agent), ["DEVICE_TARGET_PRE_CALL_IND"]);
}
