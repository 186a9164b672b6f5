//! Dialogs from reservation to close.

use crate::lab::{
    CONTACT, DIALOG, Lab, MRD, Outcome, START, TASK, config, end_event, offer_event, pre_call, start_event,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use cce_cti::{
    AgentPreCallAbortEvent, ArmStatus, Cti, FailureResp, HeartbeatConf, PauseTaskEvent, ResumeTaskEvent,
    WrapupTaskEvent,
};
use cce_finesse::Config;
use cce_kernel::{CallId, Fact, Input, Output, Port, Request, Response, TimerKey, Wall};
use cce_model::CallVariableDisplay;
use cce_model::{
    AgentId, AgentState, ContactId, DialogState, Disposition, InvokeId, Object, SkillGroupNumber, TaskId,
    fact::{FinesseFact, SmOperation},
};
use cce_wire::{Unsigned, parse_hex};
use std::time::Duration;

#[test]
fn a_reservation_begins_a_dialog() {
    let mut lab = Lab::ready();
    let reserved = lab.cti(pre_call());
    assert_eq!(reserved.shown(), ["POST dialogs OFFERED"]);
    assert!(reserved.names().is_empty(), "the CTI server hears of an accept only (finesse-nonvoice 3)");
    let Object::Dialogs(dialog) = &reserved.published()[0].object else { panic!() };
    assert_eq!((dialog.id, dialog.mrd, dialog.media.as_str()), (TASK, MRD, "Tasks"));
    assert_eq!(
        (dialog.queue_number, dialog.queue_name.as_str()),
        (SkillGroupNumber(12_282_837), "CumulusTask")
    );
    assert_eq!((dialog.dialed_number.as_str(), dialog.started), ("CumulusTask", START));
    assert_eq!(reserved.facts()[0], &moved(None, DialogState::Offered, None));
}

#[test]
fn the_agent_accepts_starts_and_closes_with_the_bytes_of_the_lab() {
    let mut lab = Lab::in_service_with(Config { first_invoke_id: InvokeId(0x8a86), ..config() });
    lab.cti(pre_call());
    beat_until(&mut lab, InvokeId(0x8a88));
    let offer = "00000020 000000a0 00008a88 00001393 00001434 00025b9e 02355e18 00000001 0000144f ffffffff";
    assert_eq!(lab.act("ACCEPT").frames(), [parse_hex(offer).unwrap()]);
    lab.cti(offer_event());
    beat_until(&mut lab, InvokeId(0x8b47));
    let start = "00000020 000000a3 00008b47 00001393 00001434 00025b9e 02355e18 00000001 0000144f ffffffff";
    assert_eq!(lab.act("START").frames(), [parse_hex(start).unwrap()]);
    lab.cti(start_event());
    beat_until(&mut lab, InvokeId(0x8c2c));
    let end = "00000026 000000a9 00008c2c 00001393 00001434 00025b9e 02355e18 00000001 00000026 00000026
        002e0002 0000";
    assert_eq!(lab.act("CLOSE").frames(), [parse_hex(end).unwrap()]);
}

#[test]
fn an_accepted_dialog_waits_for_its_start() {
    let mut lab = Lab::offered();
    lab.pass(Duration::from_millis(9_527));
    assert!(lab.act("ACCEPT").published().is_empty(), "the event says so, not the request");
    let accepted = lab.cti(offer_event());
    assert_eq!(accepted.shown(), ["PUT dialog ACCEPTED"]);
    let Object::Dialog(dialog) = &accepted.published()[0].object else { panic!() };
    assert_eq!((dialog.started, dialog.changed), (START, Wall(START.0 + 9_527_000)));
    assert_eq!(accepted.published()[0].request_id, "");
    assert_eq!(accepted.facts()[0], &moved(Some(DialogState::Offered), DialogState::Accepted, None));
}

#[test]
fn a_started_dialog_is_active_behind_its_media() {
    let mut lab = Lab::offered();
    lab.act("ACCEPT");
    lab.cti(offer_event());
    lab.act("START");
    assert_eq!(lab.agent(AgentState::Active, 1).shown(), ["PUT media ACTIVE"]);
    assert_eq!(lab.cti(start_event()).shown(), ["PUT dialog ACTIVE"]);
}

#[test]
fn work_is_paused_resumed_and_wrapped_up() {
    let mut lab = Lab::active();
    assert_eq!(lab.act("PAUSE").names(), ["PAUSE_TASK_IND"]);
    let paused = lab.cti(PauseTaskEvent { task_id: TASK, ..Default::default() });
    assert_eq!(paused.shown(), ["PUT dialog PAUSED"]);
    assert_eq!(lab.act("RESUME").names(), ["RESUME_TASK_IND"]);
    let resumed = lab.cti(ResumeTaskEvent { task_id: TASK, ..Default::default() });
    assert_eq!(resumed.shown(), ["PUT dialog ACTIVE"]);
    assert_eq!(lab.act("WRAP_UP").names(), ["WRAPUP_TASK_IND"]);
    let wrapping = lab.cti(WrapupTaskEvent { task_id: TASK, ..Default::default() });
    assert_eq!(wrapping.shown(), ["PUT dialog WRAPPING_UP"]);
}

#[test]
fn a_closed_dialog_leaves_its_agent_and_ccp_hears_of_it() {
    let mut lab = Lab::active();
    lab.act("CLOSE");
    lab.agent(AgentState::NotActive, 1);
    let closed = lab.cti(end_event(38));
    assert_eq!(closed.shown(), ["DELETE dialogs CLOSED"]);
    let ended = moved(Some(DialogState::Active), DialogState::Closed, Some(Disposition::NORMAL_END_TASK));
    assert_eq!(closed.facts()[0], &ended);
    let (call, request) = call_to_ccp(&closed);
    assert_eq!(request.method, "PUT");
    assert_eq!(request.target, format!("/ccp-webapp/ccp/task/{CONTACT}/close"));
    assert_eq!(request.get("x-task-id"), Some("154526_37051928_1"));
    assert_eq!(request.get("authorization").unwrap(), format!("Basic {}", STANDARD.encode("admin:ccelab")));
    assert_eq!(closed.facts()[2], &sm_call(call));
    assert_eq!(lab.get(DIALOG).status(), 404);
}

#[test]
fn a_close_that_ccp_missed_changes_nothing() {
    let mut lab = Lab::active();
    lab.act("CLOSE");
    lab.cti(end_event(38));
    let missed = lab.input(answered(CallId(1), 500));
    assert!(missed.0.is_empty());
}

#[test]
fn a_close_that_came_too_early_for_ccp_is_asked_again_behind_pauses_that_double() {
    let mut lab = Lab::active();
    lab.act("CLOSE");
    let mut said = lab.cti(end_event(38));
    for seconds in [1, 2] {
        let (call, request) = call_to_ccp(&said);
        let refused = lab.input(answered(call, 412));
        let key = TimerKey::new("ask-again", call.0);
        let at = lab.now() + Duration::from_secs(seconds);
        assert_eq!(refused.0, [Output::Arm { key, at }]);
        said = lab.seconds(seconds);
        let (again, repeated) = call_to_ccp(&said);
        assert_eq!(said.facts(), [&sm_call(again)]);
        assert_eq!(repeated, request);
    }
    let (call, _) = call_to_ccp(&said);
    assert!(lab.input(answered(call, 412)).0.is_empty(), "no more than the setting says");
}

#[test]
fn a_call_that_succeeded_at_last_is_not_made_again() {
    let mut lab = Lab::active();
    lab.act("CLOSE");
    let (call, _) = call_to_ccp(&lab.cti(end_event(38)));
    lab.input(answered(call, 412));
    let (again, _) = call_to_ccp(&lab.seconds(1));
    assert!(lab.input(answered(again, 200)).0.is_empty());
    assert!(lab.seconds(60).0.is_empty());
}

#[test]
fn a_task_that_nobody_answered_or_whose_agent_left_is_handed_back_to_be_routed_anew() {
    for disposition in [19, 36, 65] {
        let ended = Lab::offered().cti(end_event(disposition));
        assert_eq!(ended.shown(), ["DELETE dialogs CLOSED"], "{disposition}");
        let told = cce_xml::finesse::update(ended.published()[0]);
        let code =
            if disposition == 65 { "CD_TASK_TRANSFERRED_ON_AGENT_LOGOUT" } else { "CD_RING_NO_ANSWER" };
        assert!(told.contains(&format!("<dispositionCode>{code}</dispositionCode>")), "{told}");
        let calls = ended.0.iter().filter_map(|out| {
            let Output::Call { request, .. } = out else { return None };
            Some((request.target.clone(), request.body.text().into_owned()))
        });
        let body = "<Task><scriptSelector>CumulusTask</scriptSelector>\
                    <reNotifyReason>ROUTE_SERVICE_RECOVERY</reNotifyReason></Task>";
        let expected = (format!("/ccp-webapp/ccp/task/{CONTACT}/renotify"), body.to_owned());
        assert_eq!(calls.collect::<Vec<_>>(), [expected], "{disposition}");
    }
}

#[test]
fn ccp_does_not_hear_again_of_a_task_that_was_transferred() {
    let ended = Lab::offered().cti(end_event(63));
    assert!(!ended.0.iter().any(|out| matches!(out, Output::Call { .. })));
}

#[test]
fn a_sign_out_ends_dialogs_as_handled() {
    let ended = Lab::active().cti(end_event(40));
    let Object::Dialogs(dialog) = &ended.published()[0].object else { panic!() };
    assert_eq!(dialog.disposition, Some(Disposition::AGENT_LOGGED_OUT_DURING_TASK));
    assert!(ended.0.iter().any(|out| matches!(out, Output::Call { .. })));
}

#[test]
fn a_task_event_behind_the_end_is_counted_as_over_meanwhile() {
    let mut lab = Lab::active();
    lab.cti(end_event(1));
    assert!(lab.cti(start_event()).0.is_empty());
    assert_eq!(lab.over_meanwhile("task"), 1);
}

#[test]
fn another_nodes_task_is_not_over_meanwhile() {
    let mut lab = Lab::in_service();
    assert!(lab.cti(start_event()).0.is_empty());
    assert_eq!(lab.over_meanwhile("task"), 0);
}

#[test]
fn a_withdrawn_reservation_takes_the_dialog_away() {
    let mut lab = Lab::offered();
    let gone = lab.cti(abort());
    assert_eq!(gone.shown(), ["DELETE dialogs CLOSED"]);
    assert_eq!(gone.facts().len(), 2, "CCP is not called");
    assert!(lab.cti(abort()).0.is_empty());
    assert!(lab.cti(end_event(36)).0.is_empty(), "a dialog leaves once");
}

#[test]
fn a_withdrawn_dialog_says_whether_its_agent_had_accepted_it() {
    for (mut lab, how) in [
        (Lab::offered(), Disposition::TASK_ABANDONED_BEFORE_OFFERED),
        (Lab::accepted(), Disposition::TASK_ABANDONED_WHILE_OFFERED),
    ] {
        let gone = lab.cti(abort());
        let Object::Dialogs(dialog) = &gone.published()[0].object else { panic!("{gone:?}") };
        assert_eq!(dialog.disposition, Some(how));
    }
}

/// These ends do not come from the agent (task-routing E8, finesse-nonvoice 2.6).
#[test]
fn an_application_may_end_an_offer_or_a_dialog_in_work() {
    for (mut lab, disposition, name) in [
        (Lab::offered(), 37, "CD_TASK_ABANDONED_WHILE_OFFERED"),
        (Lab::active(), 39, "CD_CANT_OBTAIN_DIALOG_ID"),
        (Lab::active(), 64, "CD_APPLICATION_DISCONNECTED"),
    ] {
        let gone = lab.cti(end_event(disposition));
        assert_eq!(gone.shown(), ["DELETE dialogs CLOSED"]);
        let told = cce_xml::finesse::update(gone.published()[0]);
        assert!(told.contains(&format!("<dispositionCode>{name}</dispositionCode>")), "{told}");
        let is_close = |output: &Output| matches!(output, Output::Call { request, .. } if request.path().ends_with("/close"));
        assert!(gone.0.iter().any(is_close), "CCP hears that the contact is handled: {gone:?}");
    }
}

/// Nothing is left of a request that was confirmed.
#[test]
fn a_dialog_is_paused_and_resumed_a_hundred_times() {
    let mut lab = Lab::active();
    for _ in 0..100 {
        assert_eq!(lab.act("PAUSE").names(), ["PAUSE_TASK_IND"]);
        lab.cti(PauseTaskEvent { task_id: TASK, ..Default::default() });
        assert_eq!(lab.act("RESUME").names(), ["RESUME_TASK_IND"]);
        lab.cti(ResumeTaskEvent { task_id: TASK, ..Default::default() });
    }
    assert_eq!(lab.act("CLOSE").names(), ["END_TASK_IND"]);
}

#[test]
fn the_ten_thousandth_dialog_is_the_last() {
    let mut lab = Lab::ready();
    let nth = |nth| cce_cti::AgentPreCallEvent { router_call_key_call_id: Some(Unsigned(nth)), ..pre_call() };
    for number in 0..10_000 {
        assert_eq!(lab.cti(nth(number)).facts().len(), 2, "{number}");
    }
    let refused = lab.cti(nth(10_000));
    assert!(matches!(refused.facts()[..], [Fact::PeerError { .. }]), "{refused:?}");
    lab.cti(cce_cti::EndTaskEvent { task_id: TaskId { call: 0, ..TASK }, ..end_event(38) });
    assert_eq!(lab.cti(nth(10_000)).shown(), ["POST dialogs OFFERED"], "an end makes room");
}

#[test]
fn a_refused_action_leaves_the_dialog_as_it_was() {
    let mut lab = Lab::offered();
    let invoke_id = lab.act("ACCEPT").invoke_id();
    let refused =
        lab.cti(FailureResp { invoke_id, status: ArmStatus::TASK_OBJECT_NOT_FOUND, ..Default::default() });
    assert_eq!(refused.shown(), ["error E_ARM_STAT_TASK_OBJECT_NOT_FOUND"]);
    assert_eq!(refused.published()[0].request_id, "r-1");
    assert_eq!(lab.act("ACCEPT").names(), ["OFFER_TASK_IND"]);
}

#[test]
fn an_action_that_is_not_in_the_list_is_refused_at_once() {
    let mut lab = Lab::offered();
    for action in ["START", "CLOSE", "ANSWER", ""] {
        let refused = lab.act(action);
        assert_eq!(refused.status(), 400, "{action}");
        assert!(refused.names().is_empty(), "{action}");
    }
}

/// The CTI server has no message for it: the task's end carries it.
#[test]
fn a_wrap_up_reason_is_told_with_the_end_of_the_task() {
    let body = "<Dialog><requestedAction>UPDATE_CALL_DATA</requestedAction>\
                <mediaProperties><wrapUpReason>sold</wrapUpReason></mediaProperties></Dialog>";
    let mut lab = Lab::active();
    let taken = lab.put(DIALOG, body);
    assert_eq!((taken.status(), taken.names()), (202, vec![]));
    let [Cti::EndTaskInd(end)] = &lab.act("CLOSE").sent()[..] else { panic!("the end") };
    assert_eq!(end.wrapup_data, Some(cce_wire::Text::new("sold")));
    let mut lab = Lab::active();
    let [Cti::EndTaskInd(end)] = &lab.act("CLOSE").sent()[..] else { panic!("the end") };
    assert_eq!(end.wrapup_data.as_ref().map(|data| &data.as_bytes()[..]), Some(&b"\0\0"[..]));
}

#[test]
fn a_second_reservation_of_a_task_is_the_servers_error() {
    let again = Lab::offered().cti(pre_call());
    assert!(matches!(again.facts()[..], [Fact::PeerError { .. }]));
}

#[test]
fn call_variables_are_shown_where_the_lab_wants_them() {
    let mut lab = Lab::in_service_with(Config { call_variables: CallVariableDisplay::Shown, ..config() });
    let mut event = pre_call();
    event.named_variable.push(cce_wire::NamedVariable::new("user.case", "42"));
    let offered = lab.cti(event);
    let Object::Dialogs(dialog) = &offered.published()[0].object else { panic!() };
    let shown: Vec<_> =
        dialog.call_variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        shown,
        [("callVariable1", "Scott McTominay"), ("callVariable3", "123456789"), ("user.case", "42")]
    );
}

/// The router takes the lab's reservation back.
fn abort() -> AgentPreCallAbortEvent {
    AgentPreCallAbortEvent {
        mrd_id: MRD,
        router_call_key_day: Some(Unsigned(154_526)),
        router_call_key_call_id: Some(Unsigned(37_051_928)),
        router_call_key_sequence_number: Some(Unsigned(1)),
        ..Default::default()
    }
}

fn moved(from: Option<DialogState>, to: DialogState, disposition: Option<Disposition>) -> Fact {
    Fact::Dialog {
        task: TASK,
        agent: AgentId::from("1080"),
        mrd: MRD,
        contact: ContactId::from(CONTACT),
        from,
        to,
        disposition,
    }
}

fn sm_call(call: CallId) -> Fact {
    let fact = FinesseFact::SmCall {
        operation: SmOperation::EndTask,
        agent: AgentId::from("1080"),
        task: TASK,
        contact: ContactId::from(CONTACT),
        call,
    };
    fact.into()
}

/// Lets heartbeats use up invoke ids, as other agents' requests did in the lab.
fn beat_until(lab: &mut Lab, next: InvokeId) {
    lab.mute_cti();
    loop {
        let invoke_id = lab.seconds(5).invoke_id();
        lab.cti(HeartbeatConf { invoke_id, ..Default::default() });
        if invoke_id.next() == next {
            return;
        }
    }
}

fn answered(call: CallId, status: u16) -> Input {
    Input::Reply { call, result: Ok(Response::new(status)) }
}

fn call_to_ccp(said: &Outcome) -> (CallId, Request) {
    let call = |out: &Output| {
        let Output::Call { call, port: Port::CcpRest, request } = out else { return None };
        Some((*call, request.clone()))
    };
    said.0.iter().find_map(call).expect("CCP is called")
}
