//! Tasks that an agent transfers to another script selector (task-routing S5, E13).

use crate::lab::{CONTACT, DIALOG, Lab, Outcome, end_event};
use cce_cti::Cti;
use cce_kernel::{
    CallError, CallId, Fact, Input, Output, Request, Response,
    fact::{FinesseFact, SmOperation},
};

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
    assert_eq!((end.icm_disposition, end.application_disposition), (63, 63));
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

#[test]
fn a_transfer_needs_a_selector() {
    for target in ["", "<target/>", "<target>null</target>"] {
        let body = format!("<Dialog><requestedAction>TRANSFER</requestedAction>{target}</Dialog>");
        let refused = Lab::active().put(DIALOG, &body);
        assert_eq!(refused.status(), 400, "{body}");
        assert!(refused.body().contains("Parameter Missing"), "{}", refused.body());
    }
    let long = TRANSFER.replace("OtherTask", &"x".repeat(33));
    assert_eq!(Lab::active().put(DIALOG, &long).status(), 400);
}

#[test]
fn a_task_that_ended_meanwhile_is_not_ended_again() {
    let mut lab = Lab::active();
    let (call, _) = renotified(&lab.put(DIALOG, TRANSFER));
    lab.cti(end_event(41));
    let taken = lab.input(Input::Reply { call, result: Ok(Response::new(200)) });
    assert!(taken.names().is_empty() && taken.published().is_empty());
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
