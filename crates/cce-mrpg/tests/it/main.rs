//! The MR PG, one transition a test.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test names the messages that it expects")]

mod fields;
mod lab;
mod pims;

use cce_kernel::{CloseReason, Fact, FrameFlaw, Input, Output};
use cce_model::{
    DialogueId, DialogueState, Disposition, EccLoss, InvokeId, MrdId, PeripheralId, RoutingClientId,
    SkillTarget, TaskId,
};
use cce_mr::{
    CancelResult, Mr, RoutingService,
    icm::{self, Connect, DialogFail, QueueEvent, ReleaseConf},
    mr::{CancelTask, NewTask, OpenConf, TerminateDialogueEvent},
};
use cce_wire::{NamedVariable, Text};
use lab::{DO_THIS_WITH_TASK, Lab, NEW_TASK, connect, new_task};

#[test]
fn it_dials_the_router_and_its_application() {
    let lab = Lab::started();
    assert_eq!(lab.dialled(), ["icm-mr#1", "mr#2"]);
}

#[test]
fn the_application_hears_whether_routing_is_enabled_when_it_opens() {
    let mut lab = Lab::started();
    lab.connect_application();
    let said = lab.application_says(OpenConf::default());
    assert_eq!(said.names(), ["ROUTING_STATUS_EVENT enabled=false"]);
    assert_eq!(lab.open_router().names(), ["ROUTING_STATUS_EVENT enabled=true"]);
}

#[test]
fn the_lab_s_new_task_becomes_the_lab_s_new_call() {
    let mut lab = Lab::open();
    let said = lab.application_bytes(NEW_TASK);
    let call = said.new_call();
    assert_eq!(
        (call.rcid, call.pid, call.did, call.did_rel_seq, call.grp_del_key),
        (RoutingClientId(5004), PeripheralId(5001), DialogueId(4), 1, 5004)
    );
    assert_eq!((call.rtr_date, call.rtr_cid, call.rck_seq, call.mr_domain_id), (-1, -1, -1, MrdId::NONE));
    assert_eq!((call.msg_origin, call.route_dev_type, call.at_vru, call.queue_type), (1, 6, true, -1));
    assert_eq!((call.pref_agstid, call.service_req), (SkillTarget::NONE, RoutingService::NONE));
    assert!(call.nic_called_party.is_some_and(|party| party.is_empty()));
    assert_eq!(call.calling_party.unwrap().to_string(), "ae93f5ad-452d-4c52-8057-8d23864a8a8a");
    assert_eq!(call.ced.unwrap().to_string(), "5AA797871000018D0000004139ED7AD5");
    assert_eq!(call.originator.unwrap().to_string(), "sm1");
    assert_eq!(call.called_party.unwrap().to_string(), "CumulusTask");
    assert_eq!(call.call_variable4.unwrap().to_string(), "user@email");
    assert_eq!(said.states(), [(None, DialogueState::Open)]);
}

#[test]
fn the_router_s_answer_becomes_the_lab_s_do_this_with_task() {
    let mut lab = Lab::open();
    lab.application_bytes(NEW_TASK);
    let said = lab.router_says(connect());
    assert_eq!(said.bytes_to_application(), DO_THIS_WITH_TASK.replace([' ', '\n'], ""));
    assert_eq!(said.states(), [(Some(DialogueState::Open), DialogueState::Routed)]);
}

#[test]
fn every_call_variable_goes_both_ways_under_its_own_number() {
    let sent: Vec<_> = (1..=10).map(|number| Some(Text::new(format!("variable {number}")))).collect();
    let task = NewTask {
        dialogue_id: DialogueId(4),
        send_seq_no: 1,
        call_variable1: Some(Text::new("variable 1")),
        call_variable2: Some(Text::new("variable 2")),
        call_variable3: Some(Text::new("variable 3")),
        call_variable4: Some(Text::new("variable 4")),
        call_variable5: Some(Text::new("variable 5")),
        call_variable6: Some(Text::new("variable 6")),
        call_variable7: Some(Text::new("variable 7")),
        call_variable8: Some(Text::new("variable 8")),
        call_variable9: Some(Text::new("variable 9")),
        call_variable10: Some(Text::new("variable 10")),
        ..NewTask::default()
    };
    let mut lab = Lab::open();
    let asked = lab.application_says(task).new_call();
    let asked = [
        asked.call_variable1,
        asked.call_variable2,
        asked.call_variable3,
        asked.call_variable4,
        asked.call_variable5,
        asked.call_variable6,
        asked.call_variable7,
        asked.call_variable8,
        asked.call_variable9,
        asked.call_variable10,
    ];
    assert_eq!(asked[..], sent[..]);
    let answer = Connect {
        named_variables: vec![NamedVariable::new("user.case", "42")],
        call_variable1: Some(Text::new("variable 1")),
        call_variable2: Some(Text::new("variable 2")),
        call_variable3: Some(Text::new("variable 3")),
        call_variable4: Some(Text::new("variable 4")),
        call_variable5: Some(Text::new("variable 5")),
        call_variable6: Some(Text::new("variable 6")),
        call_variable7: Some(Text::new("variable 7")),
        call_variable8: Some(Text::new("variable 8")),
        call_variable9: Some(Text::new("variable 9")),
        call_variable10: Some(Text::new("variable 10")),
        ..connect()
    };
    let Mr::DoThisWithTask(told) = lab.router_says(answer).to_application() else { panic!("no answer") };
    assert_eq!(told.named_variables, [NamedVariable::new("user.case", "42")]);
    let told = [
        told.call_variable1,
        told.call_variable2,
        told.call_variable3,
        told.call_variable4,
        told.call_variable5,
        told.call_variable6,
        told.call_variable7,
        told.call_variable8,
        told.call_variable9,
        told.call_variable10,
    ];
    assert_eq!(told[..], sent[..]);
}

#[test]
fn a_task_that_waits_is_told_with_its_estimate() {
    let mut lab = Lab::with_task();
    let queued = QueueEvent {
        rcid: RoutingClientId(5004),
        did: DialogueId(4),
        rtr_date: 1,
        rtr_cid: 2,
        estimated_wait_time: 42,
        ..Default::default()
    };
    let said = lab.router_says(queued);
    assert_eq!(said.names(), ["TASK_QUEUED_EVENT seq=1 wait=42"]);
    assert_eq!(said.states(), [(Some(DialogueState::Open), DialogueState::Queued)]);
}

#[test]
fn a_refused_task_fails_with_the_router_s_reason() {
    let mut lab = Lab::with_task();
    let reason_code = Disposition::APPLICATION_INVALID_SCRIPT_SELECTOR;
    let said = lab.router_says(DialogFail {
        rcid: RoutingClientId(5004),
        did: DialogueId(4),
        reason_code,
        ..Default::default()
    });
    assert_eq!(said.names(), ["NEW_TASK_FAILURE_EVENT seq=1 reason=49"]);
    assert_eq!(said.states(), [(Some(DialogueState::Open), DialogueState::Failed)]);
}

#[test]
fn a_cancel_in_time_is_confirmed() {
    let mut lab = Lab::with_task();
    assert_eq!(lab.application_says(cancel(2)).names(), ["RELEASE did=4"]);
    let said = lab.router_says(ReleaseConf {
        rcid: RoutingClientId(5004),
        did: DialogueId(4),
        result: CancelResult::CANCELLED,
        ..Default::default()
    });
    assert_eq!(said.names(), ["CANCEL_TASK_CONF seq=1 result=0"]);
    assert_eq!(said.states(), [(Some(DialogueState::Cancelling), DialogueState::Cancelled)]);
}

#[test]
fn a_cancel_that_meets_a_decision_is_answered_after_it() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    assert_eq!(lab.router_says(connect()).names(), ["DO_THIS_WITH_TASK seq=1"]);
    let said = lab.router_says(ReleaseConf {
        rcid: RoutingClientId(5004),
        did: DialogueId(4),
        result: CancelResult::AGENT_CHOSEN,
        ..Default::default()
    });
    assert_eq!(said.names(), ["CANCEL_TASK_CONF seq=2 result=1"]);
}

#[test]
fn a_cancel_of_a_dialogue_that_is_over_comes_too_late() {
    let mut lab = Lab::with_task();
    lab.router_says(connect());
    assert_eq!(lab.application_says(cancel(2)).names(), ["CANCEL_TASK_CONF seq=2 result=1"]);
}

/// The numbers of one direction of a dialogue go on, whatever ended it (mr-interface 2).
#[test]
fn a_late_answer_to_a_cancel_has_the_number_behind_the_one_that_ended_the_dialogue() {
    let mut lab = Lab::with_task();
    lab.router_says(DialogFail { rcid: RoutingClientId(5004), did: DialogueId(4), ..Default::default() });
    assert_eq!(lab.application_says(cancel(2)).names(), ["CANCEL_TASK_CONF seq=2 result=1"]);
    assert_eq!(lab.application_says(cancel(3)).names(), ["CANCEL_TASK_CONF seq=3 result=1"]);
}

#[test]
fn a_dialogue_whose_id_was_in_use_is_numbered_from_1() {
    let mut lab = Lab::with_task();
    lab.router_says(connect());
    lab.application_says(new_task());
    assert_eq!(lab.router_says(connect()).names(), ["DO_THIS_WITH_TASK seq=1"]);
    assert_eq!(lab.application_says(cancel(2)).names(), ["CANCEL_TASK_CONF seq=2 result=1"]);
    let unknown = CancelTask { dialogue_id: DialogueId(9), ..cancel(2) };
    assert_eq!(lab.application_says(unknown).names(), ["CANCEL_TASK_CONF seq=1 result=1"]);
}

/// The end of the new dialogue leaves the answer to the former one's cancel where it is (mr-interface 5).
#[test]
fn the_answer_for_a_former_dialogue_of_the_same_id_goes_on_with_its_number() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    lab.router_says(connect());
    lab.application_says(new_task());
    lab.router_says(connect());
    assert_eq!(lab.router_says(released(1)).names(), ["CANCEL_TASK_CONF seq=2 result=1"]);
}

#[test]
fn a_cancel_that_met_a_decision_is_answered_when_the_router_is_lost() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    lab.router_says(connect());
    assert_eq!(
        lab.lose_router().names(),
        ["ROUTING_STATUS_EVENT enabled=false", "CANCEL_TASK_CONF seq=2 result=1"]
    );
    lab.reopen_router();
    assert!(lab.router_says(released(1)).names().is_empty(), "one answer for one cancel");
}

#[test]
fn a_cancel_that_met_a_decision_is_answered_once() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    lab.router_says(connect());
    assert_eq!(lab.router_says(released(1)).names(), ["CANCEL_TASK_CONF seq=2 result=1"]);
    assert!(lab.router_says(released(1)).names().is_empty());
}

#[test]
fn a_cancel_that_met_a_decision_is_forgotten_with_its_application() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    lab.router_says(connect());
    lab.lose_application();
    lab.reopen_application();
    assert!(lab.router_says(released(1)).names().is_empty());
}

#[test]
fn each_cancel_of_a_dialogue_has_a_confirmation_and_the_router_is_asked_once() {
    for (result, state) in [(0, DialogueState::Cancelled), (1, DialogueState::Queued)] {
        let mut lab = Lab::with_task();
        lab.application_says(cancel(2));
        let again = lab.application_says(cancel(3));
        assert!(again.names().is_empty() && again.states().is_empty(), "{again:?}");
        let said = lab.router_says(released(result));
        assert_eq!(said.names(), [1, 2].map(|seq| format!("CANCEL_TASK_CONF seq={seq} result={result}")));
        assert_eq!(said.states(), [(Some(DialogueState::Cancelling), state)]);
        assert!(lab.router_says(released(result)).names().is_empty());
    }
}

#[test]
fn each_cancel_that_met_a_decision_has_a_confirmation() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    lab.application_says(cancel(3));
    lab.router_says(connect());
    assert!(lab.application_says(cancel(4)).names().is_empty(), "it is answered with the others");
    assert_eq!(
        lab.router_says(released(1)).names(),
        [2, 3, 4].map(|seq| format!("CANCEL_TASK_CONF seq={seq} result=1"))
    );
    assert_eq!(lab.application_says(cancel(5)).names(), ["CANCEL_TASK_CONF seq=5 result=1"]);
}

#[test]
fn the_failure_of_a_dialogue_answers_its_cancel() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    let fail = DialogFail {
        rcid: RoutingClientId(5004),
        did: DialogueId(4),
        reason_code: Disposition::NO_SCRIPT,
        ..Default::default()
    };
    assert_eq!(lab.router_says(fail).names().len(), 1);
    assert!(lab.router_says(released(1)).names().is_empty());
}

#[test]
fn the_loss_of_the_router_answers_the_cancels_of_a_dialogue() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    lab.application_says(cancel(3));
    assert_eq!(
        lab.lose_router().names(),
        ["ROUTING_STATUS_EVENT enabled=false", "NEW_TASK_FAILURE_EVENT seq=1 reason=44"]
    );
}

#[test]
fn a_cancel_behind_a_refused_one_is_put_to_the_router_again() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    lab.router_says(released(1));
    assert_eq!(lab.application_says(cancel(3)).names(), ["RELEASE did=4"]);
    assert_eq!(lab.router_says(released(0)).names(), ["CANCEL_TASK_CONF seq=2 result=0"]);
}

#[test]
fn what_the_router_says_of_a_dialogue_whose_application_left_is_counted_as_over_meanwhile() {
    let mut lab = Lab::with_task();
    let end = TerminateDialogueEvent { dialogue_id: DialogueId(4), send_seq_no: 2, ..Default::default() };
    lab.application_says(end);
    let connected = lab.router_says(connect());
    assert!(connected.0.is_empty());
    assert_eq!(lab.over_meanwhile("dialogue"), 1);
}

#[test]
fn a_refused_cancel_leaves_the_task_waiting() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    let said = lab.router_says(released(1));
    assert_eq!(said.names(), ["CANCEL_TASK_CONF seq=1 result=1"]);
    assert_eq!(said.states(), [(Some(DialogueState::Cancelling), DialogueState::Queued)]);
    assert_eq!(lab.router_says(connect()).names(), ["DO_THIS_WITH_TASK seq=2"]);
}

#[test]
fn an_answer_to_no_cancel_changes_nothing() {
    let mut lab = Lab::with_task();
    let said = lab.router_says(released(0));
    assert!(said.names().is_empty() && said.states().is_empty(), "{said:?}");
}

#[test]
fn a_task_that_is_queued_during_its_cancel_is_still_being_cancelled() {
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    let said = lab.router_says(QueueEvent {
        rcid: RoutingClientId(5004),
        did: DialogueId(4),
        estimated_wait_time: 42,
        ..Default::default()
    });
    assert_eq!(said.names(), ["TASK_QUEUED_EVENT seq=1 wait=42"]);
    assert!(said.states().is_empty());
    assert_eq!(lab.router_says(released(0)).names(), ["CANCEL_TASK_CONF seq=2 result=0"]);
}

#[test]
fn a_decision_with_an_error_code_is_a_failure() {
    let mut lab = Lab::with_task();
    let said = lab.router_says(Connect { error_code: 1, ..connect() });
    assert_eq!(said.names(), ["NEW_TASK_FAILURE_EVENT seq=1 reason=43"]);
    assert_eq!(said.states(), [(Some(DialogueState::Open), DialogueState::Failed)]);
}

#[test]
fn an_application_may_have_fifteen_thousand_dialogues_and_no_more() {
    let mut lab = Lab::open();
    let mut ask = |id| {
        let dialogue_id = DialogueId(id);
        lab.application_says(NewTask { dialogue_id, ..new_task() }).names()
    };
    let taken = (1..=15_000).filter(|id| ask(*id) == ["NEW_CALL"]).count();
    assert_eq!(taken, 15_000);
    assert_eq!(ask(15_001), ["NEW_TASK_FAILURE_EVENT seq=1 reason=44"]);
}

#[test]
fn a_dialogue_id_that_is_open_already_hurts_nobody() {
    let mut lab = Lab::with_task();
    let said = lab.application_says(new_task());
    assert_eq!(said.names(), ["FAILURE_EVENT status=47"]);
    assert!(said.states().is_empty());
    assert_eq!(lab.router_says(connect()).names(), ["DO_THIS_WITH_TASK seq=1"]);
}

#[test]
fn a_new_task_out_of_sequence_fails() {
    let mut lab = Lab::open();
    let said = lab.application_says(NewTask { send_seq_no: 3, ..new_task() });
    assert_eq!(said.names(), ["NEW_TASK_FAILURE_EVENT seq=1 reason=46"]);
}

#[test]
fn a_message_out_of_sequence_ends_its_dialogue() {
    let mut lab = Lab::with_task();
    let said = lab.application_says(cancel(7));
    assert_eq!(said.names(), ["RELEASE did=4", "TERMINATE_DIALOGUE_EVENT cause=46"]);
    assert_eq!(said.states(), [(Some(DialogueState::Open), DialogueState::Failed)]);
}

#[test]
fn an_application_may_terminate_a_dialogue() {
    let mut lab = Lab::with_task();
    let end = TerminateDialogueEvent { dialogue_id: DialogueId(4), send_seq_no: 2, ..Default::default() };
    let said = lab.application_says(end);
    assert_eq!(said.names(), ["RELEASE did=4"]);
    assert_eq!(said.states(), [(Some(DialogueState::Open), DialogueState::Failed)]);
}

/// However a link ends, its timers do not fire on the next one.
#[test]
fn the_timers_of_a_link_end_with_it() {
    let cancels = |said: &lab::Said, name: &'static str| {
        said.0.iter().any(|output| matches!(output, Output::Cancel { key } if key.name == name))
    };
    assert!(cancels(&Lab::open().lose_application(), "application heartbeat"));
    assert!(cancels(&Lab::open().lose_router(), "router heartbeat"));
    let stopped = Lab::open().input(Input::Command(cce_kernel::Command::Stop));
    for name in ["application heartbeat", "application redial", "router heartbeat", "router redial"] {
        assert!(cancels(&stopped, name), "{name}: {stopped:?}");
    }
}

#[test]
fn without_the_router_routing_is_disabled() {
    let mut lab = Lab::started();
    lab.connect_application();
    lab.application_says(OpenConf::default());
    assert_eq!(lab.application_says(new_task()).names(), ["NEW_TASK_FAILURE_EVENT seq=1 reason=44"]);
}

#[test]
fn when_the_router_is_lost_every_dialogue_fails() {
    let mut lab = Lab::with_task();
    let said = lab.lose_router();
    assert_eq!(
        said.names(),
        ["ROUTING_STATUS_EVENT enabled=false", "NEW_TASK_FAILURE_EVENT seq=1 reason=44"]
    );
    assert!(said.arms("router redial"));
}

#[test]
fn when_the_application_is_lost_its_tasks_are_given_up() {
    let mut lab = Lab::with_task();
    let said = lab.lose_application();
    assert_eq!(said.names(), ["RELEASE did=4"]);
    assert_eq!(said.states(), [(Some(DialogueState::Open), DialogueState::Failed)]);
    assert!(said.arms("application redial"));
    assert!(lab.router_says(connect()).names().is_empty());
}

#[test]
fn an_application_that_breaks_the_framing_is_told_and_left() {
    let mut lab = Lab::open();
    let link = lab.application;
    let said = lab.input(Input::BadFrame { link, flaw: FrameFlaw::TooLong { announced: 9_999, max: 4_096 } });
    assert_eq!(said.names(), ["FAILURE_EVENT status=1"]);
    assert_eq!(said.closed(), [CloseReason::BadFrame]);
    assert!(said.arms("application redial"));
}

#[test]
fn a_router_that_takes_leave_is_answered_and_dialled_again() {
    let mut lab = Lab::open();
    let said = lab.router_says(icm::CloseReq { invoke_id: InvokeId(7), ..icm::CloseReq::default() });
    let conf = icm::CloseConf { invoke_id: InvokeId(7), ..icm::CloseConf::default() };
    assert_eq!(said.messages_to_router(), [conf.into()]);
    assert_eq!(said.closed(), [CloseReason::Done]);
    assert!(said.arms("router redial"));
    // What it said before it took leave may still arrive.
    lab.router_says(connect());
    assert_eq!(lab.over_meanwhile("connection"), 1);
}

#[test]
fn the_end_of_a_dialogue_that_is_over_is_counted_as_over_meanwhile() {
    let mut lab = Lab::with_task();
    lab.router_says(connect());
    lab.application_says(TerminateDialogueEvent { dialogue_id: DialogueId(4), ..Default::default() });
    assert_eq!(lab.over_meanwhile("dialogue"), 1);
}

#[test]
fn a_message_that_cannot_be_read_is_answered_and_ends_the_link() {
    let mut lab = Lab::open();
    let said = lab.application_bytes("00000002 00000009 0000");
    assert_eq!(said.names(), ["FAILURE_EVENT status=1"]);
    assert!(matches!(said.closed().as_slice(), [CloseReason::BadMessage(_)]));
}

#[test]
fn three_unanswered_heartbeats_end_a_link() {
    let mut lab = Lab::started();
    lab.connect_application();
    lab.application_says(OpenConf::default());
    for _ in 0..3 {
        assert_eq!(lab.pass(5).names(), ["HEARTBEAT_REQ"]);
    }
    let said = lab.pass(5);
    assert_eq!(said.closed(), [CloseReason::HeartbeatLost]);
    assert!(said.arms("application redial"));
}

#[test]
fn a_stop_says_goodbye_on_both_links() {
    let mut lab = Lab::open();
    let said = lab.input(Input::Command(cce_kernel::Command::Stop));
    assert_eq!(said.names(), ["CLOSE_REQ", "CLOSE_REQ"]);
    assert_eq!(said.closed(), [CloseReason::Stopping, CloseReason::Stopping]);
}

#[test]
fn the_task_s_sequence_is_the_router_s_plus_one() {
    let mut lab = Lab::with_task();
    let said = lab.router_says(Connect { rck_seq: 4, ..connect() });
    let routed = said.0.iter().any(|output| {
        let Output::Note(cce_kernel::Fact::Dialogue { task: Some(task), .. }) = output else { return false };
        *task == TaskId { day: 154_526, call: 37_051_928, sequence: 5 }
    });
    assert!(routed);
}

fn released(result: u32) -> ReleaseConf {
    ReleaseConf {
        rcid: RoutingClientId(5004),
        did: DialogueId(4),
        result: CancelResult(result),
        ..ReleaseConf::default()
    }
}

fn cancel(send_seq_no: u32) -> CancelTask {
    CancelTask {
        dialogue_id: DialogueId(4),
        send_seq_no,
        reason_code: Disposition::TASK_ABANDONED_IN_ROUTER,
        ..CancelTask::default()
    }
}

#[test]
fn only_configured_variables_reach_the_router() {
    let said = with_variables(&[("user.order.id", "A-17"), ("user.other", "x"), ("user.products", "y")]);
    assert_eq!(variables(&said), [("user.order.id".to_owned(), "A-17".to_owned())]);
    assert_eq!(losses(&said), [("user.other", EccLoss::Unknown), ("user.products", EccLoss::Array)]);
}

#[test]
fn a_value_of_the_configured_length_goes_on_and_a_longer_one_is_cut() {
    let said = with_variables(&[("user.order.id", "0123456789")]);
    assert_eq!((variables(&said)[0].1.as_str(), losses(&said).len()), ("0123456789", 0));
    let said = with_variables(&[("user.order.id", "0123456789a"), ("user.notes", "kept")]);
    let values: Vec<String> = variables(&said).into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, ["0123456789", "kept"], "it takes no other one with it");
    assert_eq!(losses(&said), [("user.order.id", EccLoss::Cut)]);
}

/// A task with these expanded call context variables.
fn with_variables(variables: &[(&str, &str)]) -> lab::Said {
    let named_variables = variables.iter().map(|(name, value)| NamedVariable::new(name, value)).collect();
    Lab::open().application_says(NewTask {
        dialogue_id: DialogueId(4),
        send_seq_no: 1,
        named_variables,
        ..NewTask::default()
    })
}

fn variables(said: &lab::Said) -> Vec<(String, String)> {
    said.new_call().named_variables.iter().filter_map(NamedVariable::parts).collect()
}

fn losses(said: &lab::Said) -> Vec<(&str, EccLoss)> {
    let loss = |output| match output {
        &Output::Note(Fact::Ecc { ref variable, loss, .. }) => Some((variable.as_str(), loss)),
        _ => None,
    };
    said.0.iter().filter_map(loss).collect()
}
