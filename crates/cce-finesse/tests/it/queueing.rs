//! Requests about one object, one after the other.

use crate::lab::{DIALOG, Lab, MEDIA, SIGN_IN, TASK, USER, end_event};
use cce_cti::{
    ArmStatus, FailureResp, MakeAgentNotReadyResp, MakeAgentNotRoutableResp, MediaLoginResp, PauseTaskEvent,
    WrapupTaskEvent,
};
use cce_kernel::{Fact, Output, Request, Time, TimerKey};
use cce_model::{AgentState, InvokeId};
use std::time::Duration;

const READY: &str = "<Media><state>READY</state></Media>";
const NOT_READY: &str = "<Media><state>NOT_READY</state></Media>";
const NOT_ROUTABLE: &str = "<Media><routable>false</routable></Media>";

#[test]
fn a_request_waits_for_the_confirmation_of_the_one_before() {
    let mut lab = Lab::in_service();
    lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let invoke_id = lab.put(MEDIA, SIGN_IN).invoke_id();
    let waits = lab.put(MEDIA, READY);
    assert_eq!(waits.status(), 202);
    assert!(waits.names().is_empty());
    assert!(lab.cti(MediaLoginResp { invoke_id, ..Default::default() }).names().is_empty());
    assert_eq!(lab.agent(AgentState::NotReady, 1).names(), ["MAKE_AGENT_READY_IND"]);
}

/// A request that has a response is done with the response and the state, whichever comes last.
#[test]
fn a_request_whose_state_comes_first_waits_for_its_response() {
    let mut lab = Lab::in_service();
    lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let invoke_id = lab.put(MEDIA, SIGN_IN).invoke_id();
    lab.put(MEDIA, READY);
    assert!(lab.agent(AgentState::NotReady, 1).names().is_empty());
    let answered = lab.cti(MediaLoginResp { invoke_id, ..Default::default() });
    assert_eq!(answered.names(), ["MAKE_AGENT_READY_IND"]);

    let mut lab = Lab::ready();
    let invoke_id = lab.put(MEDIA, NOT_READY).invoke_id();
    lab.put(MEDIA, READY);
    assert!(lab.agent(AgentState::NotReady, 1).names().is_empty());
    let answered = lab.cti(MakeAgentNotReadyResp { invoke_id, ..Default::default() });
    assert_eq!(answered.names(), ["MAKE_AGENT_READY_IND"]);
}

#[test]
fn not_routable_is_done_with_its_response_and_the_state() {
    let mut lab = Lab::active();
    let invoke_id = lab.put(MEDIA, NOT_ROUTABLE).invoke_id();
    lab.put(MEDIA, NOT_READY);
    let answered = lab.cti(MakeAgentNotRoutableResp { invoke_id, ..Default::default() });
    assert!(
        answered.names().is_empty(),
        "every task has begun: it takes effect at once, and that is not told yet"
    );
    assert_eq!(lab.agent(AgentState::Active, 0).names(), ["MAKE_AGENT_NOT_READY_REQ"]);

    let mut lab = Lab::active();
    let invoke_id = lab.put(MEDIA, NOT_ROUTABLE).invoke_id();
    lab.put(MEDIA, NOT_READY);
    assert!(lab.agent(AgentState::Active, 0).names().is_empty(), "the response has not come");
    let answered = lab.cti(MakeAgentNotRoutableResp { invoke_id, ..Default::default() });
    assert_eq!(answered.names(), ["MAKE_AGENT_NOT_READY_REQ"]);
}

/// It takes effect once the tasks have begun, and nobody knows when that is.
#[test]
fn not_routable_with_a_task_that_has_not_begun_is_done_with_its_response() {
    for mut lab in [Lab::offered(), Lab::accepted()] {
        let invoke_id = lab.put(MEDIA, NOT_ROUTABLE).invoke_id();
        assert!(lab.put(MEDIA, NOT_READY).names().is_empty());
        let answered = lab.cti(MakeAgentNotRoutableResp { invoke_id, ..Default::default() });
        assert_eq!(answered.names(), ["MAKE_AGENT_NOT_READY_REQ"]);
    }
}

#[test]
fn a_dialog_in_another_state_than_asked_for_does_not_confirm_the_request() {
    let mut lab = Lab::active();
    lab.act("PAUSE");
    lab.act("CLOSE");
    let wrapping = lab.cti(WrapupTaskEvent { task_id: TASK, ..Default::default() });
    assert_eq!((wrapping.names(), wrapping.shown()), (vec![], vec!["PUT dialog WRAPPING_UP".to_owned()]));
    assert_eq!(lab.cti(PauseTaskEvent { task_id: TASK, ..Default::default() }).names(), ["END_TASK_IND"]);
}

#[test]
fn a_request_that_is_refused_or_cut_off_waits_no_longer() {
    let mut lab = Lab::active();
    let invoke_id = lab.act("PAUSE").invoke_id();
    let refused =
        lab.cti(FailureResp { invoke_id, status: ArmStatus::INVALID_MESSAGE_SEQUENCE, ..Default::default() });
    assert!(refused.has_output(&Output::Cancel { key: confirmation(invoke_id) }));
    let invoke_id = lab.act("PAUSE").invoke_id();
    let lost = lab.lose_cti();
    assert!(lost.has_output(&Output::Cancel { key: confirmation(invoke_id) }));
}

#[test]
fn a_refused_request_lets_the_next_one_go() {
    let mut lab = Lab::in_service();
    lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let invoke_id = lab.put(MEDIA, SIGN_IN).invoke_id();
    lab.put(MEDIA, READY);
    let refused = lab.cti(MediaLoginResp {
        invoke_id,
        status: ArmStatus::PERFORMANCE_LIMIT_EXCEEDED,
        ..Default::default()
    });
    assert_eq!(refused.names(), ["MAKE_AGENT_READY_IND"]);
}

#[test]
fn requests_about_different_objects_do_not_wait_for_each_other() {
    let mut lab = Lab::active();
    assert_eq!(lab.act("PAUSE").names(), ["PAUSE_TASK_IND"]);
    let logout = lab.put(MEDIA, "<Media><state>LOGOUT</state></Media>");
    assert_eq!(logout.names(), ["MEDIA_LOGOUT_IND"]);
}

#[test]
fn a_waiting_request_that_became_illegal_fails_by_a_notification() {
    let mut lab = Lab::active();
    lab.act("WRAP_UP");
    assert_eq!(lab.act("PAUSE").status(), 202);
    let wrapping = lab.cti(WrapupTaskEvent { task_id: TASK, ..Default::default() });
    assert_eq!(
        wrapping.shown(),
        ["PUT dialog WRAPPING_UP", "error Invalid 'requestedAction' specified for task"]
    );
    assert_eq!(wrapping.published()[1].request_id, "r-1");
    assert!(wrapping.names().is_empty());
}

#[test]
fn requests_that_a_dialog_did_not_outlive_fail_by_a_notification() {
    let mut lab = Lab::active();
    lab.act("PAUSE");
    lab.act("CLOSE");
    let ended = lab.cti(end_event(41));
    let gone = "error INVALID_DIALOG_ID: 154526_37051928_1";
    assert_eq!(ended.shown(), ["DELETE dialogs CLOSED", gone, gone]);
}

#[test]
fn the_request_that_ended_a_dialog_does_not_fail() {
    let mut lab = Lab::active();
    let invoke_id = lab.act("CLOSE").invoke_id();
    let ended = lab.cti(end_event(38));
    assert_eq!(ended.shown(), ["DELETE dialogs CLOSED"]);
    assert!(ended.has_output(&Output::Cancel { key: confirmation(invoke_id) }));
}

#[test]
fn a_confirmation_that_never_comes_blocks_for_a_while_only() {
    let mut lab = Lab::active();
    lab.pass(Duration::from_secs(10));
    let asked = lab.act("PAUSE");
    let key = confirmation(asked.invoke_id());
    assert!(asked.has_output(&Output::Arm { key, at: Time(15_000_000) }));
    lab.act("WRAP_UP");
    let late = lab.seconds(5);
    assert_eq!(late.names(), ["WRAPUP_TASK_IND"]);
    assert!(matches!(late.facts()[0], Fact::PeerError { .. }));
}

#[test]
fn who_asked_hears_that_nothing_was_confirmed() {
    let mut lab = Lab::active();
    lab.act("PAUSE");
    let late = lab.seconds(5);
    assert_eq!(late.shown(), ["error E_CTI_TIMEOUT"]);
    assert_eq!(late.published()[0].request_id, "r-1");
    let mut lab = Lab::in_service();
    lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    lab.put(MEDIA, SIGN_IN);
    assert_eq!(lab.seconds(5).shown(), ["error E_ARM_STAT_LOGIN_TIMEOUT"]);
}

#[test]
fn a_request_about_somebody_with_tasks_is_to_be_confirmed_in_time_too() {
    for body in ["<Media><state>NOT_READY</state></Media>", "<Media><routable>false</routable></Media>"] {
        let mut lab = Lab::active();
        lab.put(MEDIA, body);
        assert_eq!(lab.seconds(5).shown(), ["error E_CTI_TIMEOUT"], "{body}");
    }
}

#[test]
fn a_late_confirmation_is_an_event_like_any_other() {
    let mut lab = Lab::active();
    lab.act("PAUSE");
    lab.seconds(5);
    let paused = lab.cti(PauseTaskEvent { task_id: TASK, ..Default::default() });
    assert_eq!(paused.shown(), ["PUT dialog PAUSED"]);
}

#[test]
fn a_sign_in_that_is_confirmed_late_keeps_its_settings() {
    let mut lab = Lab::in_service();
    lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let invoke_id = lab.put(MEDIA, SIGN_IN).invoke_id();
    lab.seconds(5);
    lab.cti(MediaLoginResp { invoke_id, ..Default::default() });
    assert_eq!(lab.agent(AgentState::NotReady, 1).shown(), ["PUT media NOT_READY"]);
    assert!(lab.get(MEDIA).body().contains("<maxDialogLimit>3</maxDialogLimit>"));
}

#[test]
fn an_answer_after_the_wait_is_passed_over() {
    let mut lab = Lab::active();
    let invoke_id = lab.act("PAUSE").invoke_id();
    lab.seconds(5);
    assert!(
        lab.cti(FailureResp { invoke_id, status: ArmStatus::INVALID_MESSAGE_SEQUENCE, ..Default::default() })
            .0
            .is_empty()
    );
}

#[test]
fn a_confirmed_request_waits_no_longer() {
    let mut lab = Lab::active();
    let invoke_id = lab.act("PAUSE").invoke_id();
    let confirmed = lab.cti(PauseTaskEvent { task_id: TASK, ..Default::default() });
    assert!(confirmed.has_output(&Output::Cancel { key: confirmation(invoke_id) }));
}

#[test]
fn too_many_waiting_requests_are_refused() {
    let mut lab = Lab::active();
    let statuses: Vec<u16> = (0..18).map(|_| lab.act("PAUSE").status()).collect();
    assert_eq!(statuses[..17], [202; 17], "one is pending, sixteen wait");
    assert_eq!(statuses[17], 503);
    let other = lab.request(Request::new("GET", DIALOG), "1080:ccelab");
    assert_eq!(other.status(), 200);
}

fn confirmation(invoke_id: InvokeId) -> TimerKey {
    TimerKey::new("confirmation", invoke_id.0.into())
}
