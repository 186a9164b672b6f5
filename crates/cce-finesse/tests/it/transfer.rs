//! Tasks that an agent transfers to another script selector (task-routing S5, E13).

use crate::{
    lab::{CONTACT, DIALOG, Lab, Outcome, TASK, end_event, pre_call},
    recovery::{ACTIVE, recover, snapshot},
};
use cce_cti::{AgentPreCallEvent, ArmStatus, Cti, EndTaskEvent, FailureResp};
use cce_kernel::{CallError, CallId, Fact, Input, Output, Request, Response};
use cce_model::{
    Disposition, TaskId,
    fact::{FinesseFact, SmOperation},
};
use cce_wire::Unsigned;

const TRANSFER: &str =
    "<Dialog><requestedAction>TRANSFER</requestedAction><target>OtherTask</target></Dialog>";

#[test]
fn ccp_is_asked_first_and_the_task_ends_when_it_agrees() {
    let mut lab = Lab::active();
    let asked = lab.put(DIALOG, TRANSFER);
    assert_eq!((asked.status(), asked.names().len()), (202, 0), "the CTI server hears nothing yet");
    let (call, request) = renotified(&asked);
    assert_eq!(request.target, format!("/ccp-webapp/ccp/task/{CONTACT}/renotify"));
    let body = "<Task><scriptSelector>OtherTask</scriptSelector>\
                <reNotifyReason>ROUTE_SERVICE_TRANSFER</reNotifyReason></Task>";
    assert_eq!(request.body.text(), body);
    let taken = lab.input(Input::Reply { call, result: Ok(Response::new(200)) });
    let [Cti::EndTaskInd(end)] = &taken.sent()[..] else { panic!("{:?}", taken.names()) };
    assert_eq!(
        (end.icm_disposition, end.application_disposition),
        (Disposition::TASK_TRANSFER, Disposition::TASK_TRANSFER)
    );
    let ended = lab.cti(end_event(63));
    assert_eq!(ended.shown(), ["DELETE dialogs CLOSED"]);
    let is_call = |fact: &&Fact| matches!(fact, Fact::Finesse(FinesseFact::SmCall { .. }));
    assert_eq!(ended.facts().into_iter().filter(is_call).count(), 0, "CCP knows already");
}

#[test]
fn an_agent_keeps_a_task_that_ccp_does_not_take() {
    for result in [Ok(Response::new(404)), Ok(Response::new(500)), Err(CallError::Timeout)] {
        let mut lab = Lab::active();
        let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
        let failed = lab.input(Input::Reply { call, result });
        assert_eq!(failed.shown(), ["error The task could not be resubmitted"]);
        assert_eq!(failed.published()[0].request_id, "r-1");
        assert!(failed.names().is_empty());
        assert!(lab.get(DIALOG).body().contains("<state>ACTIVE</state>"));
        assert_eq!(lab.act("CLOSE").names(), ["END_TASK_IND"], "the agent goes on");
    }
}

/// The deadline of a transfer is that of the call to CCP (finesse-nonvoice 2.6).
#[test]
fn a_transfer_waits_for_ccp_as_long_as_the_call_takes() {
    let mut lab = Lab::active();
    let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
    assert_eq!(lab.seconds(29).shown(), [] as [&str; 0]);
    let failed = lab.input(Input::Reply { call, result: Err(CallError::Timeout) });
    assert_eq!(failed.shown(), ["error The task could not be resubmitted"]);
    let mut lab = Lab::active();
    let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
    lab.seconds(29);
    let taken = answer(&mut lab, call, 200);
    assert_eq!((taken.names(), taken.shown()), (vec!["END_TASK_IND"], vec![]));
    assert_eq!(lab.cti(end_event(63)).shown(), ["DELETE dialogs CLOSED"]);
    assert_eq!(lab.seconds(60).shown(), [] as [&str; 0]);
}

#[test]
fn the_end_of_a_transferred_task_is_a_request_like_any_other() {
    let mut lab = Lab::active();
    let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
    answer(&mut lab, call, 200);
    assert_eq!(lab.seconds(4).shown(), [] as [&str; 0]);
    assert_eq!(lab.seconds(1).shown(), ["error E_CTI_TIMEOUT"]);
    let mut lab = Lab::active();
    let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
    let invoke_id = answer(&mut lab, call, 200).invoke_id();
    let status = ArmStatus::TASK_OBJECT_NOT_FOUND;
    let refused = lab.cti(FailureResp { invoke_id, status, ..FailureResp::default() });
    assert_eq!(refused.shown(), ["error E_ARM_STAT_TASK_OBJECT_NOT_FOUND"]);
}

/// The guide's sample has it, and the lab trace's dialog, which was not transferred, has none (finesse-nonvoice 2.6).
/// The dialog that the next one of the contact names.
fn associated(lab: &mut Lab, call: i32) -> Option<String> {
    let begun = lab.cti(AgentPreCallEvent { router_call_key_call_id: Some(Unsigned(call)), ..pre_call() });
    let told = cce_xml::finesse::update(begun.published()[0]);
    let uri = told.split("<associatedDialogUri>").nth(1);
    uri.and_then(|rest| rest.split("</associatedDialogUri>").next()).map(str::to_owned)
}

#[test]
fn a_dialog_names_the_one_before_also_where_it_begins_before_that_one_ends() {
    let mut lab = Lab::active();
    let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
    answer(&mut lab, call, 200);
    assert_eq!(associated(&mut lab, TASK.call + 1).as_deref(), Some(DIALOG));
}

#[test]
fn a_dialog_behind_one_that_nobody_answered_names_none() {
    let mut lab = Lab::active();
    lab.cti(end_event(63));
    associated(&mut lab, TASK.call + 1);
    lab.cti(EndTaskEvent { task_id: TaskId { call: TASK.call + 1, ..TASK }, ..end_event(36) });
    assert_eq!(associated(&mut lab, TASK.call + 2), None);
}

#[test]
fn a_dialog_names_the_one_from_which_its_task_was_transferred() {
    for (disposition, expected) in [(63, Some(DIALOG)), (65, Some(DIALOG)), (38, None), (36, None)] {
        let mut lab = Lab::active();
        lab.cti(end_event(disposition));
        assert_eq!(associated(&mut lab, TASK.call + 1).as_deref(), expected, "{disposition}");
    }
    let mut lab = Lab::active();
    lab.cti(end_event(63));
    associated(&mut lab, TASK.call + 1);
    let second = TaskId { call: TASK.call + 1, ..TASK };
    lab.cti(EndTaskEvent { task_id: second, ..end_event(63) });
    let expected = format!("/finesse/api/Dialog/{second}");
    assert_eq!(associated(&mut lab, TASK.call + 2), Some(expected), "the latest one");
}

#[test]
fn a_transfer_needs_a_selector() {
    for target in ["", "<target/>", "<target>null</target>"] {
        let body = format!("<Dialog><requestedAction>TRANSFER</requestedAction>{target}</Dialog>");
        let refused = Lab::active().put(DIALOG, &body);
        assert_eq!(refused.status(), 400, "{body}");
        assert!(refused.body().contains("Parameter Missing"), "{}", refused.body());
    }
    for (length, status) in [(32, 202), (33, 400)] {
        let long = TRANSFER.replace("OtherTask", &"x".repeat(length));
        assert_eq!(Lab::active().put(DIALOG, &long).status(), status);
    }
}

#[test]
fn a_task_that_ended_meanwhile_is_not_ended_again() {
    let mut lab = Lab::active();
    let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
    lab.cti(end_event(41));
    let taken = answer(&mut lab, call, 200);
    assert!(taken.names().is_empty() && taken.published().is_empty());
}

#[test]
fn ccp_hears_nothing_of_a_task_that_it_routes_anew_however_the_task_ends_here() {
    for disposition in [36, 38, 40, 41, 42, 63, 65] {
        let mut lab = Lab::active();
        let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
        answer(&mut lab, call, 200);
        let ended = lab.cti(end_event(disposition));
        assert_eq!((ended.shown(), sm_calls(&ended)), (vec!["DELETE dialogs CLOSED".to_owned()], vec![]));
    }
}

#[test]
fn what_ends_while_ccp_decides_on_its_transfer_is_told_only_if_ccp_does_not_take_it() {
    for (disposition, operation) in [(41, SmOperation::EndTask), (65, SmOperation::Renotify)] {
        for (status, told) in [(200, vec![]), (404, vec![operation])] {
            let mut lab = Lab::active();
            let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
            let ended = lab.cti(end_event(disposition));
            assert_eq!((ended.shown(), sm_calls(&ended)), (vec!["DELETE dialogs CLOSED".to_owned()], vec![]));
            assert_eq!(sm_calls(&answer(&mut lab, call, status)), told, "{disposition} {status}");
        }
    }
}

#[test]
fn a_transfer_that_ccp_takes_while_the_cti_server_is_away_ends_its_task_when_that_is_back() {
    let stages: [fn(&mut Lab); 4] = [
        |_| {},
        |lab| lab.link = lab.seconds(1).dialled().unwrap(),
        |lab| drop(lab.reopen()),
        |lab| {
            lab.reopen();
            lab.init_ready();
        },
    ];
    for (number, stage) in stages.into_iter().enumerate() {
        let mut lab = Lab::active();
        let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
        lab.lose_cti();
        stage(&mut lab);
        let taken = answer(&mut lab, call, 200);
        assert_eq!(taken.names(), [] as [&str; 0], "stage {number}");
        if number > 0 {
            lab.lose_cti();
        }
        let back = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, ACTIVE));
        assert_eq!(back.names(), ["TASK_INIT_IND", "END_AGENT_INIT_IND", "END_TASK_IND"]);
        assert_eq!(back.shown(), [] as [&str; 0], "the transfer did not fail");
        let Some(Cti::EndTaskInd(end)) = back.sent().pop() else { panic!("{:?}", back.names()) };
        assert_eq!((end.task_id, end.icm_disposition), (TASK, Disposition::TASK_TRANSFER));
        let ended = lab.cti(end_event(63));
        assert_eq!((ended.shown(), sm_calls(&ended)), (vec!["DELETE dialogs CLOSED".to_owned()], vec![]));
    }
}

#[test]
fn an_end_that_the_cti_server_may_not_have_heard_is_told_again() {
    let mut lab = Lab::active();
    let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
    assert_eq!(answer(&mut lab, call, 200).names(), ["END_TASK_IND"]);
    let back = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, ACTIVE));
    assert_eq!(back.names(), ["TASK_INIT_IND", "END_AGENT_INIT_IND", "END_TASK_IND"]);
}

#[test]
fn a_transfer_on_which_ccp_has_not_decided_fails_with_the_break_and_ends_the_task_if_ccp_takes_it_later() {
    let mut lab = Lab::active();
    let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
    let back = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, ACTIVE));
    assert_eq!((back.shown().len(), back.published()[0].request_id.as_str()), (1, "r-1"));
    assert_eq!(answer(&mut lab, call, 200).names(), ["END_TASK_IND"]);
}

fn answer(lab: &mut Lab, call: CallId, status: u16) -> Outcome {
    lab.input(Input::Reply { call, result: Ok(Response::new(status)) })
}

/// What CCP is asked.
fn sm_calls(outcome: &Outcome) -> Vec<SmOperation> {
    let call = |fact: &Fact| match fact {
        Fact::Finesse(FinesseFact::SmCall { operation, .. }) => Some(*operation),
        _ => None,
    };
    outcome.facts().into_iter().filter_map(call).collect()
}

fn renotified(outcome: &Outcome) -> (CallId, Request) {
    let is_renotify = |fact: &&Fact| {
        matches!(fact, Fact::Finesse(FinesseFact::SmCall { operation: SmOperation::Renotify, .. }))
    };
    assert_eq!(outcome.facts().into_iter().filter(is_renotify).count(), 1);
    let call = outcome.0.iter().find_map(|output| match output {
        Output::Call { call, request, .. } => Some((*call, request.clone())),
        _ => None,
    });
    call.expect("CCP is called")
}
