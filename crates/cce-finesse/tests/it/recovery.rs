//! What a node keeps while the CTI server is away, what it learns anew, and what it publishes at both edges.

use crate::{
    lab::{
        CONTACT, DIALOG, Lab, MEDIA, MRD, Outcome, SIGN_IN, TASK, USER, agent_tasks, config, end_event,
        pre_call,
    },
    xmpp::{connect, say},
};
use cce_cti::{
    AgentPreCallAbortEvent, ArmStatus, Cti, CtiStatus, EndTaskEvent, FailureConf, FailureResp,
    QueryAgentStateConf, SnapshotTaskEvent, SnapshotTaskResp,
};
use cce_finesse::Config;
use cce_kernel::{CloseReason, Output};
use cce_model::{AgentState, CallVariableDisplay, InvokeId, SkillTarget, TaskId, UserSignOut};
use cce_wire::{Code, Text, Unsigned};

/// `TaskState` on the wire.
const PRE_CALL: u16 = 0;
pub(crate) const ACTIVE: u16 = 1;
const PAUSED: u16 = 3;
const INTERRUPTED: u16 = 5;
const ENDED: u16 = 7;

const LOG_OUT: &str = "<User><state>LOGOUT</state></User>";

#[test]
fn a_node_that_knows_nobody_is_in_service_at_once() {
    let mut lab = Lab::in_service();
    lab.lose_cti();
    assert_eq!(lab.reopen().names(), [] as [&str; 0]);
    assert_eq!(lab.get(USER).status(), 200);
}

#[test]
fn a_node_tells_and_asks_everything_before_it_is_in_service() {
    let mut lab = Lab::active();
    lab.lose_cti();
    assert_eq!(lab.reopen().names(), ["BEGIN_AGENT_INIT_IND"]);
    assert_eq!(lab.get(USER).status(), 503);
    let asked = lab.init_ready();
    assert_eq!(asked.names(), ["GET_AGENT_TASKS_REQ", "SNAPSHOT_TASK_REQ"]);
    let [tasks_of, snapshot_of] = invoke_ids(&asked);
    assert_eq!(lab.cti(agent_tasks(tasks_of, &[TASK])).names(), [] as [&str; 0]);
    let done = lab.cti(snapshot(snapshot_of, TASK, ACTIVE));
    assert_eq!(done.names(), ["TASK_INIT_IND", "END_AGENT_INIT_IND"]);
    assert_eq!(lab.get(USER).status(), 200);
}

#[test]
fn the_task_is_told_as_the_snapshot_shows_it() {
    let mut lab = Lab::active();
    let done = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, PAUSED));
    let Cti::TaskInitInd(told) = &done.sent()[0] else { panic!("{:?}", done.names()) };
    assert_eq!(
        (told.task_id, told.task_state, told.icm_agent_id),
        (TASK, Code::of_number(PAUSED), SkillTarget(5172))
    );
}

#[test]
fn nothing_is_published_of_what_is_as_it_was() {
    let mut lab = Lab::active();
    let done = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, ACTIVE));
    assert_eq!(done.shown(), [] as [&str; 0]);
    assert!(lab.get(DIALOG).body().contains("<state>ACTIVE</state>"));
}

#[test]
fn call_variables_that_changed_meanwhile_are_shown() {
    let mut lab = Lab::active_with(Config { call_variables: CallVariableDisplay::Shown, ..config() });
    let changed = |invoke_id| SnapshotTaskResp {
        call_variable1: Some(Text::new("Scott McTominay")),
        call_variable3: Some(Text::new("changed")),
        ..snapshot(invoke_id, TASK, ACTIVE)
    };
    assert_eq!(recover(&mut lab, &[TASK], changed).shown(), ["PUT dialog ACTIVE"]);
    assert!(lab.get(DIALOG).body().contains("<value>changed</value>"));
    assert_eq!(recover(&mut lab, &[TASK], changed).shown(), [] as [&str; 0], "nothing changed since");
}

#[test]
fn every_present_desktop_hears_of_both_edges() {
    let mut lab = Lab::ready();
    let desk = connect(&mut lab, "1080", "desk");
    say(&mut lab, desk, "<presence/>");
    let lost = lab.lose_cti().stanzas(desk);
    assert!(lost.contains("OUT_OF_SERVICE") && lost.contains("node='/finesse/api/SystemInfo'"), "{lost}");
    lab.reopen();
    lab.init_ready();
    let invoke_id = lab.last_invoke_id();
    let back = lab.cti(agent_tasks(invoke_id, &[])).stanzas(desk);
    assert!(back.contains("IN_SERVICE") && !back.contains("OUT_OF_SERVICE"), "{back}");
}

#[test]
fn what_changed_meanwhile_is_published_once_and_after_the_edge() {
    let mut lab = Lab::active();
    lab.lose_cti();
    lab.reopen();
    assert_eq!(lab.agent(AgentState::WorkNotReady, 0).shown(), [] as [&str; 0]);
    let [tasks_of, snapshot_of] = invoke_ids(&lab.init_ready());
    assert_eq!(lab.agent(AgentState::Paused, 0).shown(), [] as [&str; 0]);
    lab.cti(agent_tasks(tasks_of, &[TASK]));
    let done = lab.cti(snapshot(snapshot_of, TASK, PAUSED));
    assert_eq!(done.shown(), ["PUT media PAUSED", "PUT dialog PAUSED"]);
}

#[test]
fn a_task_that_ended_meanwhile_goes_by_its_disposition_and_ccp_hears_of_it() {
    let mut lab = Lab::active();
    lab.lose_cti();
    lab.reopen();
    let [tasks_of, snapshot_of] = invoke_ids(&lab.init_ready());
    lab.cti(agent_tasks(tasks_of, &[]));
    let ended = lab.cti(end_event(42));
    assert_eq!(calls(&ended), [format!("/ccp-webapp/ccp/task/{CONTACT}/close")]);
    assert_eq!(ended.shown(), [] as [&str; 0]);
    assert_eq!(lab.cti(snapshot(snapshot_of, TASK, ENDED)).shown(), ["DELETE dialogs CLOSED"]);
}

#[test]
fn an_offer_that_rang_out_meanwhile_is_routed_anew() {
    let mut lab = Lab::offered();
    lab.lose_cti();
    lab.reopen();
    lab.init_ready();
    assert_eq!(calls(&lab.cti(end_event(36))), [format!("/ccp-webapp/ccp/task/{CONTACT}/renotify")]);
}

#[test]
fn an_offer_that_still_rings_can_be_accepted() {
    let mut lab = Lab::offered();
    recover(&mut lab, &[TASK], |id| snapshot(id, TASK, PRE_CALL));
    assert_eq!(lab.act("ACCEPT").names(), ["OFFER_TASK_IND"]);
}

#[test]
fn an_offer_that_came_while_the_link_broke_is_shown() {
    let mut lab = Lab::ready();
    lab.lose_cti();
    lab.reopen();
    lab.init_ready();
    let tasks_of = lab.last_invoke_id();
    let asked = lab.cti(agent_tasks(tasks_of, &[TASK]));
    assert_eq!(asked.names(), ["SNAPSHOT_TASK_REQ"]);
    let done = lab.cti(snapshot(asked.invoke_id(), TASK, PRE_CALL));
    assert_eq!(done.shown(), ["POST dialogs OFFERED"]);
    let dialog = lab.get(DIALOG).body();
    assert!(dialog.contains("<queueName>CumulusTask</queueName>"), "{dialog}");
    assert!(dialog.contains("<dialedNumber>CumulusTask</dialedNumber>"), "{dialog}");
}

#[test]
fn a_task_that_the_agent_pg_lost_goes_with_51_and_ccp_hears_nothing() {
    let mut lab = Lab::active();
    let unknown = |invoke_id| SnapshotTaskResp {
        invoke_id,
        status: ArmStatus::TASK_OBJECT_NOT_FOUND,
        ..SnapshotTaskResp::default()
    };
    let done = recover(&mut lab, &[], unknown);
    assert_eq!(done.shown(), ["DELETE dialogs CLOSED"]);
    assert_eq!(done.published()[0].event.name(), "DELETE");
    assert_eq!(calls(&done), [] as [&str; 0]);
}

#[test]
fn an_agent_whom_the_agent_pg_signed_out_is_signed_out_here() {
    let mut lab = Lab::ready();
    lab.lose_cti();
    lab.reopen();
    lab.init_ready();
    let invoke_id = lab.last_invoke_id();
    let answer =
        cce_cti::AgentTasksResp { invoke_id, status: ArmStatus::AGENT_NOT_LOGGED_IN, ..Default::default() };
    assert_eq!(lab.cti(answer).shown(), ["PUT media LOGOUT"]);
    lab.lose_cti();
    assert_eq!(lab.reopen().names(), ["BEGIN_AGENT_INIT_IND"], "the user is signed in to Finesse");
    assert_eq!(lab.init_ready().names(), ["END_AGENT_INIT_IND"], "and to no media");
}

#[test]
fn a_request_that_the_break_cut_off_fails_unless_it_came_about() {
    for (state, expected) in [(ACTIVE, vec!["error"]), (PAUSED, vec!["PUT dialog PAUSED"])] {
        let mut lab = Lab::active();
        lab.act("PAUSE");
        let done = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, state));
        let shown: Vec<String> = done.shown();
        assert_eq!(shown.len(), expected.len(), "{shown:?}");
        assert_eq!(shown[0].split(' ').next(), expected[0].split(' ').next(), "{shown:?}");
    }
}

#[test]
fn a_request_that_waited_behind_one_that_was_cut_off_fails_too() {
    let mut lab = Lab::active();
    lab.act("PAUSE");
    lab.act("CLOSE");
    let done = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, ACTIVE));
    assert_eq!(done.shown().len(), 2);
    assert!(done.published().iter().all(|publication| publication.request_id == "r-1"));
}

#[test]
fn a_close_that_the_break_cut_off_ends_the_task_once_and_ccp_hears_of_it() {
    let mut lab = Lab::active();
    lab.act("CLOSE");
    lab.lose_cti();
    lab.reopen();
    let [tasks_of, snapshot_of] = invoke_ids(&lab.init_ready());
    lab.cti(agent_tasks(tasks_of, &[]));
    let ended = lab.cti(end_event(38));
    assert_eq!(calls(&ended), [format!("/ccp-webapp/ccp/task/{CONTACT}/close")]);
    let done = lab.cti(snapshot(snapshot_of, TASK, ENDED));
    assert_eq!(done.shown(), ["DELETE dialogs CLOSED"]);
    assert!(lab.cti(end_event(38)).0.is_empty(), "nothing is left to end");
}

#[test]
fn a_sign_in_that_the_break_cut_off_may_have_taken_effect() {
    let mut lab = Lab::in_service();
    lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    lab.put(MEDIA, SIGN_IN);
    lab.lose_cti();
    lab.reopen();
    lab.init_ready();
    let invoke_id = lab.last_invoke_id();
    lab.agent(AgentState::NotReady, 0);
    assert_eq!(lab.cti(agent_tasks(invoke_id, &[])).shown(), ["PUT media NOT_READY"]);
    assert!(lab.get(MEDIA).body().contains("<maxDialogLimit>3</maxDialogLimit>"));
}

#[test]
fn a_second_break_begins_everything_anew() {
    let mut lab = Lab::active();
    lab.act("PAUSE");
    lab.lose_cti();
    lab.reopen();
    lab.init_ready();
    assert_eq!(lab.lose_cti().facts().len(), 0, "the node was not in service");
    let done = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, ACTIVE));
    assert_eq!(done.names(), ["TASK_INIT_IND", "END_AGENT_INIT_IND"]);
    assert_eq!(done.shown().len(), 1, "the pause failed");
}

#[test]
fn a_server_that_answers_nothing_is_left() {
    let mut lab = Lab::active();
    lab.lose_cti();
    lab.reopen();
    let link = lab.link;
    let left = lab.seconds(30);
    assert!(left.has_output(&Output::Close { link, reason: CloseReason::Idle }));
}

#[test]
fn a_server_that_knows_no_initialisation_is_asked_all_the_same() {
    let mut lab = Lab::ready();
    lab.lose_cti();
    let invoke_id = lab.reopen().invoke_id();
    let refused =
        FailureConf { invoke_id, status: CtiStatus::FUNCTION_NOT_AVAILABLE, ..FailureConf::default() };
    assert_eq!(lab.cti(refused).names(), ["GET_AGENT_TASKS_REQ"]);
}

/// Only "no such agent", "not in that domain" and "signed out" say that the agent's sign-in is over.
#[test]
fn an_agent_is_lost_only_by_a_refusal_that_says_so() {
    for status in [2, 3, 6] {
        let (mut lab, [tasks_of, _]) = asked();
        lab.cti(agent_tasks_refused(tasks_of, status));
        let invoke_id = lab.last_invoke_id();
        let done = lab.cti(snapshot(invoke_id, TASK, ACTIVE));
        assert!(done.shown().contains(&"PUT media LOGOUT".to_owned()), "{status}: {:?}", done.shown());
    }
    for status in [12, 18, 34, 36] {
        let (mut lab, [tasks_of, _]) = asked();
        let left = lab.cti(agent_tasks_refused(tasks_of, status));
        is_begun_again(&mut lab, &left);
    }
}

#[test]
fn a_task_is_lost_only_by_a_refusal_that_says_so() {
    for status in [2, 6, 12, 36] {
        let (mut lab, [tasks_of, snapshot_of]) = asked();
        lab.cti(agent_tasks(tasks_of, &[TASK]));
        let refused =
            FailureResp { invoke_id: snapshot_of, status: ArmStatus(status), ..FailureResp::default() };
        let left = lab.cti(refused);
        is_begun_again(&mut lab, &left);
    }
    let (mut lab, [tasks_of, snapshot_of]) = asked();
    lab.cti(agent_tasks(tasks_of, &[TASK]));
    let refused = FailureResp {
        invoke_id: snapshot_of,
        status: ArmStatus::TASK_OBJECT_NOT_FOUND,
        ..FailureResp::default()
    };
    assert_eq!(lab.cti(refused).shown(), ["DELETE dialogs CLOSED"]);
}

/// The codes of `FAILURE_CONF` are others: 18 and 6 say nothing of tasks and agents there.
#[test]
fn a_question_that_the_server_could_not_take_loses_nothing() {
    for (at, status) in [(0, 6), (1, 18)] {
        let (mut lab, asked) = asked();
        let left = lab.cti(FailureConf {
            invoke_id: asked[at],
            status: CtiStatus(status),
            ..FailureConf::default()
        });
        is_begun_again(&mut lab, &left);
    }
}

/// The session is left without a word to desktops, and what the node knows outlives that.
fn is_begun_again(lab: &mut Lab, left: &Outcome) {
    assert!(left.0.iter().any(|output| matches!(output, Output::Close { reason: CloseReason::Refused, .. })));
    assert_eq!(left.shown(), [] as [&str; 0]);
    assert_eq!(lab.reopen().names(), ["BEGIN_AGENT_INIT_IND"]);
    let [tasks_of, snapshot_of] = invoke_ids(&lab.init_ready());
    lab.cti(agent_tasks(tasks_of, &[TASK]));
    assert_eq!(lab.cti(snapshot(snapshot_of, TASK, ACTIVE)).shown(), [] as [&str; 0]);
}

fn asked() -> (Lab, [InvokeId; 2]) {
    let mut lab = Lab::active();
    lab.lose_cti();
    lab.reopen();
    let asked = invoke_ids(&lab.init_ready());
    (lab, asked)
}

fn agent_tasks_refused(invoke_id: InvokeId, status: u32) -> cce_cti::AgentTasksResp {
    cce_cti::AgentTasksResp { invoke_id, status: ArmStatus(status), ..Default::default() }
}

#[test]
fn a_new_node_hears_of_tasks_from_before_and_shows_them() {
    let mut lab = Lab::in_service();
    lab.agent(AgentState::WorkNotReady, 0);
    assert_eq!(lab.cti(told(TASK, ACTIVE)).shown(), ["POST dialogs ACTIVE"]);
    let ended = lab.cti(end_event(42));
    assert_eq!(ended.shown(), ["DELETE dialogs CLOSED"]);
    assert_eq!(calls(&ended), [format!("/ccp-webapp/ccp/task/{CONTACT}/close")]);
}

#[test]
fn an_offer_from_before_cannot_be_accepted_and_is_routed_anew_when_it_rang_out() {
    let mut lab = Lab::in_service();
    lab.agent(AgentState::WorkNotReady, 0);
    assert_eq!(lab.cti(told(TASK, PRE_CALL)).0, []);
    assert_eq!(lab.get(DIALOG).status(), 404);
    let ended = lab.cti(end_event(36));
    assert_eq!(ended.shown(), [] as [&str; 0]);
    assert_eq!(calls(&ended), [format!("/ccp-webapp/ccp/task/{CONTACT}/renotify")]);
    assert!(lab.cti(end_event(36)).0.is_empty());
}

#[test]
fn an_offer_from_before_that_the_router_takes_back_is_forgotten() {
    let mut lab = Lab::in_service();
    lab.cti(told(TASK, PRE_CALL));
    lab.cti(AgentPreCallAbortEvent {
        mrd_id: MRD,
        router_call_key_day: Some(Unsigned(154_526)),
        router_call_key_call_id: Some(Unsigned(37_051_928)),
        router_call_key_sequence_number: Some(Unsigned(1)),
        ..Default::default()
    });
    assert!(lab.cti(end_event(36)).0.is_empty());
}

#[test]
fn a_sign_in_of_who_is_signed_in_already_asks_for_the_tasks() {
    let mut lab = Lab::in_service();
    lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let invoke_id = lab.put(MEDIA, SIGN_IN).invoke_id();
    let refused = lab.cti(cce_cti::MediaLoginResp {
        invoke_id,
        status: ArmStatus::AGENT_ALREADY_LOGGED_IN,
        ..Default::default()
    });
    assert_eq!(refused.names(), ["GET_AGENT_TASKS_REQ"]);
    let asked = lab.cti(agent_tasks(refused.invoke_id(), &[TASK]));
    let seen = lab.cti(snapshot(asked.invoke_id(), TASK, PAUSED));
    assert_eq!((seen.shown(), seen.names()), (vec!["POST dialogs PAUSED".to_owned()], vec![]));
}

#[test]
fn a_dialog_that_was_recovered_from_an_interrupt_can_only_be_closed() {
    let mut lab = Lab::in_service();
    lab.agent(AgentState::WorkNotReady, 0);
    lab.cti(told(TASK, INTERRUPTED));
    let over = lab.agent(AgentState::Active, 0);
    assert_eq!(over.shown(), ["PUT dialog UNKNOWN", "PUT media ACTIVE"]);
    assert!(lab.get(DIALOG).body().contains("<actions><action>CLOSE</action></actions>"));
}

/// An interrupt tells desktops of the media alone (finesse-nonvoice 2.6).
#[test]
fn a_dialog_that_is_interrupted_while_the_link_is_away_is_not_published() {
    let mut lab = Lab::active();
    assert_eq!(recover(&mut lab, &[TASK], |id| snapshot(id, TASK, INTERRUPTED)).shown(), [] as [&str; 0]);
    let shown = lab.get(DIALOG).body();
    assert!(shown.contains("<state>INTERRUPTED</state>") && shown.contains("<actions></actions>"), "{shown}");
    is_unknown_behind(&mut lab, &["PUT dialog UNKNOWN"]);
}

#[test]
fn a_dialog_that_stays_interrupted_over_a_break_can_only_be_closed() {
    let mut lab = Lab::active();
    lab.agent(AgentState::Interrupted, 1);
    assert_eq!(recover(&mut lab, &[TASK], |id| snapshot(id, TASK, INTERRUPTED)).shown(), [] as [&str; 0]);
    is_unknown_behind(&mut lab, &["PUT dialog UNKNOWN", "PUT media ACTIVE"]);
}

#[test]
fn a_dialog_whose_interrupt_ends_while_the_link_is_away_can_only_be_closed() {
    let mut lab = Lab::active();
    lab.agent(AgentState::Interrupted, 1);
    let back = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, ACTIVE));
    assert_eq!(back.shown(), ["PUT dialog UNKNOWN"]);
    assert!(lab.get(DIALOG).body().contains("<actions><action>CLOSE</action></actions>"));
    let mut lab = Lab::active();
    lab.agent(AgentState::Interrupted, 1);
    lab.lose_cti();
    lab.reopen();
    let [tasks_of, snapshot_of] = invoke_ids(&lab.init_ready());
    lab.agent(AgentState::Active, 0);
    lab.cti(agent_tasks(tasks_of, &[TASK]));
    let back = lab.cti(snapshot(snapshot_of, TASK, ACTIVE));
    assert_eq!(back.shown(), ["PUT media ACTIVE", "PUT dialog UNKNOWN"]);
}

/// The interrupt ends.
fn is_unknown_behind(lab: &mut Lab, shown: &[&str]) {
    assert_eq!(lab.agent(AgentState::Active, 1).shown(), shown);
    assert!(lab.get(DIALOG).body().contains("<actions><action>CLOSE</action></actions>"));
}

#[test]
fn what_was_recovered_from_an_interrupt_stays_unknown_over_the_next_break() {
    let mut lab = Lab::in_service();
    lab.agent(AgentState::WorkNotReady, 0);
    lab.cti(told(TASK, INTERRUPTED));
    lab.agent(AgentState::Active, 0);
    lab.lose_cti();
    lab.reopen();
    let asked = lab.init_ready();
    assert_eq!(asked.names(), ["SNAPSHOT_TASK_REQ"]);
    assert_eq!(lab.cti(snapshot(asked.invoke_id(), TASK, ACTIVE)).shown(), [] as [&str; 0]);
    assert!(lab.get(DIALOG).body().contains("<state>UNKNOWN</state>"));
}

/// Nobody told the node of it while it lived: CCP is to hear of it all the same, and no desktop is.
#[test]
fn the_end_that_a_new_node_missed_is_told_to_ccp() {
    for (disposition, ending) in [(42, "close"), (36, "renotify")] {
        let mut lab = Lab::in_service();
        assert_eq!(lab.cti(told(TASK, ENDED)).0, []);
        assert_eq!(lab.get(DIALOG).status(), 404);
        let ended = lab.cti(end_event(disposition));
        assert_eq!(ended.shown(), [] as [&str; 0]);
        assert_eq!(calls(&ended), [format!("/ccp-webapp/ccp/task/{CONTACT}/{ending}")]);
        assert!(lab.cti(end_event(disposition)).0.is_empty(), "it is told once");
    }
}

/// The server cannot know which of the messages arrived that it sent last into a session that was given up.
#[test]
fn an_end_that_the_node_has_heard_already_is_passed_over() {
    let mut lab = Lab::active();
    assert_eq!(calls(&lab.cti(end_event(38))), [format!("/ccp-webapp/ccp/task/{CONTACT}/close")]);
    lab.lose_cti();
    lab.reopen();
    lab.init_ready();
    assert_eq!(lab.cti(told(TASK, ENDED)).0, []);
    assert_eq!(lab.cti(end_event(38)).0, []);
}

/// The node has no dialog of it yet, and its end comes ahead of the answer.
#[test]
fn ccp_hears_of_a_task_that_ends_while_the_node_asks_for_it() {
    let mut lab = Lab::ready();
    lab.lose_cti();
    lab.reopen();
    let asked = lab.init_ready();
    let asked = lab.cti(agent_tasks(asked.invoke_id(), &[TASK]));
    assert_eq!(asked.names(), ["SNAPSHOT_TASK_REQ"]);
    assert_eq!(lab.cti(end_event(36)).0, []);
    assert_eq!(lab.cti(told(TASK, ENDED)).0, []);
    assert_eq!(calls(&lab.cti(end_event(36))), [format!("/ccp-webapp/ccp/task/{CONTACT}/renotify")]);
    assert!(calls(&lab.cti(snapshot(asked.invoke_id(), TASK, ENDED))).is_empty());
}

#[test]
fn a_node_that_kept_the_dialog_closes_it_by_the_end_that_it_missed() {
    let mut lab = Lab::active();
    lab.lose_cti();
    lab.reopen();
    assert_eq!(lab.cti(told(TASK, ENDED)).0, []);
    assert_eq!(calls(&lab.cti(end_event(42))), [format!("/ccp-webapp/ccp/task/{CONTACT}/close")]);
    let asked = lab.init_ready();
    assert_eq!(asked.names(), ["GET_AGENT_TASKS_REQ"]);
    assert_eq!(lab.cti(agent_tasks(asked.invoke_id(), &[])).shown(), ["DELETE dialogs CLOSED"]);
}

#[test]
fn a_dialog_that_came_and_went_meanwhile_is_not_published() {
    let mut lab = Lab::ready();
    lab.lose_cti();
    lab.reopen();
    lab.cti(pre_call());
    lab.cti(end_event(36));
    lab.init_ready();
    let invoke_id = lab.last_invoke_id();
    assert_eq!(lab.cti(agent_tasks(invoke_id, &[])).shown(), [] as [&str; 0]);
}

#[test]
fn a_snapshot_of_nobody_is_the_servers_error() {
    let mut lab = Lab::in_service();
    let outcome = lab.cti(SnapshotTaskEvent { icm_agent_id: SkillTarget(99), ..told(TASK, ACTIVE) });
    assert_eq!((outcome.facts().len(), outcome.shown().len()), (1, 0));
}

#[test]
fn the_end_of_an_unknown_task_is_nobody_s_business() {
    let mut lab = Lab::in_service();
    let unknown = TaskId { call: 1, ..TASK };
    assert!(lab.cti(EndTaskEvent { task_id: unknown, ..end_event(38) }).0.is_empty());
}

/// Users who sign out sign out of every media, in a lab that says so (finesse-nonvoice 2.2).
fn all_media() -> Config {
    Config { user_sign_out: UserSignOut::AllMedia, ..config() }
}

#[test]
fn a_user_whose_sign_out_the_break_cut_off_is_signed_out_of_every_media() {
    for (config, breaks, left) in [
        (config(), 1, vec![]),
        (all_media(), 1, vec!["MEDIA_LOGOUT_IND"]),
        (all_media(), 2, vec!["MEDIA_LOGOUT_IND"]),
    ] {
        let mut lab = Lab::active_with(config).without_voice();
        assert_eq!(lab.put(USER, LOG_OUT).names(), ["SET_AGENT_STATE_REQ"]);
        let state = AgentState::Logout.into();
        lab.lose_cti();
        lab.reopen();
        let [user, mut tasks_of, mut snapshot_of] = invoke_ids(&lab.init_ready());
        let told = QueryAgentStateConf { invoke_id: user, agent_state: state, ..Default::default() };
        assert_eq!(lab.cti(told).names(), [""; 0], "not before the node is in service");
        if breaks == 2 {
            lab.lose_cti();
            lab.reopen();
            [tasks_of, snapshot_of] = invoke_ids(&lab.init_ready());
        }
        lab.cti(agent_tasks(tasks_of, &[TASK]));
        let done = lab.cti(snapshot(snapshot_of, TASK, ACTIVE));
        assert_eq!(done.names()[..2], ["TASK_INIT_IND", "END_AGENT_INIT_IND"]);
        assert_eq!(done.names()[2..], left, "{breaks}");
        assert_eq!(done.shown(), ["PUT user LOGOUT"]);
    }
}

#[test]
fn a_sign_out_of_media_that_the_break_cut_off_is_asked_for_once_more_and_that_of_a_client_fails() {
    let mut lab = Lab::active_with(all_media());
    assert_eq!(lab.put(USER, LOG_OUT).names(), ["MEDIA_LOGOUT_IND"]);
    let done = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, ACTIVE));
    assert_eq!(done.names(), ["TASK_INIT_IND", "END_AGENT_INIT_IND", "MEDIA_LOGOUT_IND"]);
    assert_eq!(done.shown(), [""; 0], "no client waits for it");
    lab.cti(end_event(40));
    lab.agent(AgentState::Logout, 0);
    lab.lose_cti();
    assert_eq!(lab.reopen().names(), [""; 0], "nobody is left");
    let mut lab = Lab::active_with(all_media());
    lab.put(MEDIA, "<Media><state>LOGOUT</state></Media>");
    let done = recover(&mut lab, &[TASK], |id| snapshot(id, TASK, ACTIVE));
    assert_eq!(done.names(), ["TASK_INIT_IND", "END_AGENT_INIT_IND"]);
    assert_eq!(done.shown().len(), 1);
}

/// The link is lost and back; the agent's tasks are these, and the known one stands like that.
pub(crate) fn recover(
    lab: &mut Lab,
    tasks: &[TaskId],
    answer: impl Fn(InvokeId) -> SnapshotTaskResp,
) -> Outcome {
    lab.lose_cti();
    lab.reopen();
    let [tasks_of, snapshot_of] = invoke_ids(&lab.init_ready());
    lab.cti(agent_tasks(tasks_of, tasks));
    lab.cti(answer(snapshot_of))
}

/// Invoke ids of so many requests that were sent.
fn invoke_ids<const N: usize>(outcome: &Outcome) -> [InvokeId; N] {
    let ids = outcome
        .frames()
        .into_iter()
        .map(|frame| InvokeId(u32::from_be_bytes(frame[8..12].try_into().expect("four bytes"))));
    ids.collect::<Vec<_>>().try_into().expect("so many requests")
}

pub(crate) fn snapshot(invoke_id: InvokeId, task_id: TaskId, task_state: u16) -> SnapshotTaskResp {
    SnapshotTaskResp {
        invoke_id,
        mrd_id: MRD,
        icm_agent_id: SkillTarget(5172),
        task_id,
        task_state: Code::of_number(task_state),
        skill_group_id: SkillTarget(5199),
        service_id: SkillTarget::NONE,
        script_selector: Some(Text::new("CumulusTask")),
        application_string2: Some(Text::new(CONTACT)),
        ..Default::default()
    }
}

/// The same unasked.
fn told(task_id: TaskId, task_state: u16) -> SnapshotTaskEvent {
    SnapshotTaskEvent {
        mrd_id: MRD,
        icm_agent_id: SkillTarget(5172),
        task_id,
        task_state: Code::of_number(task_state),
        skill_group_id: SkillTarget(5199),
        service_id: SkillTarget::NONE,
        script_selector: Some(Text::new("CumulusTask")),
        application_string2: Some(Text::new(CONTACT)),
        ..Default::default()
    }
}

/// Paths of the calls to CCP.
fn calls(outcome: &Outcome) -> Vec<String> {
    let path = |output: &Output| match output {
        Output::Call { request, .. } => Some(request.path().to_owned()),
        _ => None,
    };
    outcome.0.iter().filter_map(path).collect()
}
