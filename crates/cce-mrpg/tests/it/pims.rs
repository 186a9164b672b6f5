//! Several PIMs, and what goes wrong between one and its application.

use crate::lab::{Lab, connect, new_task, pim};
use cce_kernel::{Address, CloseReason, Input, LinkReason};
use cce_model::{DialogueId, InvokeId, PeripheralId, RoutingClientId, SkillTarget};
use cce_mr::{
    FailureStatus, Mr, RoutingService,
    icm::Connect,
    mr::{
        CancelTask, CloseConf, FailureConf, FailureEvent, NewTask, RoutingStatusReq, TaskQueuedEvent,
        TerminateDialogueEvent,
    },
};

#[test]
fn the_addresses_of_an_application_are_tried_in_turn() {
    let at = |port: &str| Address::At(format!("127.0.0.1:{port}"));
    let mut lab = Lab::with(vec![pim(5001, vec![at("1"), at("2")])]);
    let mut tried = Vec::new();
    for number in 2..5 {
        let link = cce_kernel::LinkId { port: cce_kernel::Port::Mr, number };
        let down = Input::LinkDown { link, reason: LinkReason::Refused };
        assert!(lab.input(down).arms("application redial"));
        tried.extend(lab.pass(1).addresses());
    }
    assert_eq!(tried, [at("2"), at("1"), at("2")]);
}

#[test]
fn two_applications_may_have_the_same_dialogue_id() {
    let (mut lab, second) = two();
    let first_link = lab.application;
    lab.application_says(new_task());
    let call = lab.says_on(second, new_task()).new_call();
    assert_eq!((call.rcid, call.pid, call.did), (RoutingClientId(5005), PeripheralId(5002), DialogueId(4)));
    let answer =
        lab.router_says(Connect { rcid: RoutingClientId(5005), pid: PeripheralId(5002), ..connect() });
    assert_eq!(answer.links(), [second]);
    assert_eq!(lab.router_says(connect()).links(), [first_link]);
}

#[test]
fn an_application_that_breaks_the_framing_leaves_the_other_alone() {
    let (mut lab, second) = two();
    lab.application_says(new_task());
    let flaw = cce_kernel::FrameFlaw::TooLong { announced: 1 << 30, max: 4096 };
    let said = lab.input(Input::BadFrame { link: second, flaw });
    assert_eq!(said.names(), ["FAILURE_EVENT status=1"]);
    assert_eq!(lab.router_says(connect()).names(), ["DO_THIS_WITH_TASK seq=1"]);
}

#[test]
fn a_session_that_the_application_refuses_is_dialled_again() {
    let mut lab = Lab::started();
    lab.connect_application();
    let said = lab.application_says(FailureConf {
        invoke_id: InvokeId(1),
        status: FailureStatus(3),
        ..FailureConf::default()
    });
    assert_eq!(said.closed(), [CloseReason::Refused]);
    assert!(said.arms("application redial"));
}

#[test]
fn a_failure_of_one_request_leaves_the_session_open() {
    let mut lab = Lab::with_task();
    let said = lab.application_says(FailureConf {
        invoke_id: InvokeId(9),
        status: FailureStatus(3),
        ..FailureConf::default()
    });
    assert!(said.closed().is_empty());
    assert_eq!(lab.router_says(connect()).names(), ["DO_THIS_WITH_TASK seq=1"]);
}

#[test]
fn a_failure_event_ends_the_session_and_its_dialogues() {
    let mut lab = Lab::with_task();
    let said = lab.application_says(FailureEvent { status: FailureStatus(5), ..FailureEvent::default() });
    assert_eq!(said.closed(), [CloseReason::Refused]);
    assert_eq!(said.names(), ["RELEASE did=4"]);
}

#[test]
fn what_an_application_must_not_say_is_answered_and_hurts_no_dialogue() {
    let mut lab = Lab::with_task();
    let said = lab.application_says(TaskQueuedEvent::default());
    assert_eq!(said.names(), ["FAILURE_EVENT status=2"]);
    assert_eq!(lab.application_bytes("00000004 00000063 00000001").names(), ["FAILURE_EVENT status=2"]);
    assert_eq!(lab.router_says(connect()).names(), ["DO_THIS_WITH_TASK seq=1"]);
}

#[test]
fn nothing_about_a_task_is_taken_before_the_session_is_open() {
    let cancel = CancelTask { dialogue_id: DialogueId(4), send_seq_no: 2, ..CancelTask::default() };
    let end = TerminateDialogueEvent {
        dialogue_id: DialogueId(4),
        send_seq_no: 2,
        ..TerminateDialogueEvent::default()
    };
    for message in [Mr::from(new_task()), cancel.into(), end.into()] {
        let mut lab = Lab::started();
        lab.connect_application();
        lab.open_router();
        let said = lab.application_says(message.clone());
        assert_eq!(said.names(), ["FAILURE_EVENT status=2"], "{}", message.name());
    }
}

#[test]
fn an_application_may_ask_whether_routing_is_enabled() {
    let mut lab = Lab::open();
    let ask = RoutingStatusReq { invoke_id: InvokeId(7), ..RoutingStatusReq::default() };
    assert_eq!(lab.application_says(ask.clone()).names(), ["ROUTING_STATUS_EVENT enabled=true"]);
    lab.lose_router();
    assert_eq!(lab.application_says(ask).names(), ["ROUTING_STATUS_EVENT enabled=false"]);
}

#[test]
fn a_confirmed_close_is_no_offence() {
    let said = Lab::open().application_says(CloseConf { invoke_id: InvokeId(3), ..CloseConf::default() });
    assert!(said.0.is_empty(), "{said:?}");
}

#[test]
fn the_wanted_agent_and_the_call_variables_travel_to_the_router() {
    let mut lab = Lab::open();
    let task = NewTask {
        preferred_agent: SkillTarget(5174),
        service_requested: Some(RoutingService::TRANSFER),
        ..new_task()
    };
    let call = lab.application_says(task).new_call();
    assert_eq!((call.pref_agstid, call.service_req), (SkillTarget(5174), RoutingService::TRANSFER));
    assert_eq!(call.call_variable1, new_task().call_variable1);
}

/// Two PIMs, both open.
fn two() -> (Lab, cce_kernel::LinkId) {
    let mut lab =
        Lab::with(vec![pim(5001, vec![Address::Lab]), pim(5002, vec![Address::At("127.0.0.1:9".into())])]);
    lab.connect_application();
    lab.application_says(cce_mr::mr::OpenConf::default());
    lab.open_router();
    let second = lab.open_second();
    (lab, second)
}
