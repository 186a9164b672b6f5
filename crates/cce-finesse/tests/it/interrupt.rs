//! Work that gives way to work of another domain.

use crate::lab::{
    DIALOG, Lab, MEDIA, MRD, Outcome, SIGN_IN, TASK, config, end_event, offer_event, pre_call, start_event,
};
use cce_cti::{
    AgentInterruptAdvisoryEvent, AgentInterruptDoneAdvisoryEvent, ArmStatus, Cti, FailureResp,
    MediaLoginResp, PauseTaskEvent, WrapupTaskEvent,
};
use cce_finesse::Config;
use cce_kernel::Fact;
use cce_model::{AgentState, DialogState, InvokeId, MrdId, PeripheralId, SkillTarget};
use cce_wire::parse_hex;

#[test]
fn an_agent_who_accepts_interrupts_says_so_byte_for_byte() {
    let mut lab = Lab::in_service_with(Config { first_invoke_id: InvokeId(0x100), ..config() });
    lab.sign_in();
    let accepted = "0000000c 000000ac 00000103 00001393 00001434";
    assert_eq!(lab.cti(advisory()).frames(), [parse_hex(accepted).unwrap()]);
    let done = "0000000c 000000af 00000104 00001393 00001434";
    assert_eq!(lab.cti(done_advisory()).frames(), [parse_hex(done).unwrap()]);
}

#[test]
fn an_agent_who_ignores_interrupts_says_so_byte_for_byte() {
    let mut lab = Lab::in_service_with(Config { first_invoke_id: InvokeId(0x100), ..config() });
    lab.sign_in();
    let invoke_id = lab.put(MEDIA, &SIGN_IN.replace("ACCEPT", "IGNORE")).invoke_id();
    lab.cti(MediaLoginResp { invoke_id, status: ArmStatus::AGENT_ALREADY_LOGGED_IN, ..Default::default() });
    let unaccepted = "0000000c 000000ad 00000104 00001393 00001434";
    assert_eq!(lab.cti(advisory()).frames(), [parse_hex(unaccepted).unwrap()]);
}

#[test]
fn nothing_changes_before_the_cti_server_says_so() {
    let mut lab = Lab::active();
    let asked = lab.cti(advisory());
    assert_eq!((asked.shown(), asked.facts().len()), (vec![], 0));
    assert!(lab.get(DIALOG).body().contains("<state>ACTIVE</state>"));
}

#[test]
fn only_the_media_is_published_and_the_dialog_is_read_as_interrupted_without_actions() {
    let mut lab = Lab::active();
    lab.cti(advisory());
    let interrupted = lab.agent(AgentState::Interrupted, 1);
    assert_eq!(interrupted.shown(), ["PUT media INTERRUPTED"]);
    assert_eq!(steps(&interrupted), [(DialogState::Active, DialogState::Interrupted)]);
    let shown = lab.get(DIALOG).body();
    assert!(shown.contains("<state>INTERRUPTED</state>") && shown.contains("<actions></actions>"), "{shown}");
    assert!(lab.get(MEDIA).body().contains("<state>INTERRUPTED</state>"));
}

#[test]
fn every_begun_dialog_goes_back_to_the_state_it_was_interrupted_in() {
    let pause =
        PauseTaskEvent { task_id: TASK, mrd_id: MRD, icm_agent_id: SkillTarget(5172), ..Default::default() };
    let wrap_up =
        WrapupTaskEvent { task_id: TASK, mrd_id: MRD, icm_agent_id: SkillTarget(5172), ..Default::default() };
    for (event, agent, dialog) in [
        (Cti::from(start_event()), AgentState::Active, DialogState::Active),
        (pause.into(), AgentState::Paused, DialogState::Paused),
        (wrap_up.into(), AgentState::WorkReady, DialogState::WrappingUp),
    ] {
        let mut lab = Lab::active();
        lab.agent(agent, 1);
        lab.cti(event);
        assert_eq!(steps(&lab.agent(AgentState::Interrupted, 1)), [(dialog, DialogState::Interrupted)]);
        assert!(lab.cti(done_advisory()).published().is_empty());
        let back = lab.agent(agent, 1);
        assert_eq!(back.shown(), [format!("PUT media {agent}")]);
        assert_eq!(steps(&back), [(DialogState::Interrupted, dialog)]);
    }
}

/// Who is not ready is reported as that while the work is interrupted, too (finesse-nonvoice 2.5).
#[test]
fn an_interrupt_of_an_agent_who_becomes_not_ready_meanwhile_ends_with_it() {
    let mut lab = Lab::active();
    lab.cti(advisory());
    lab.agent(AgentState::Interrupted, 1);
    let not_ready = lab.agent(AgentState::NotReady, 1);
    assert_eq!((steps(&not_ready), not_ready.shown()), (vec![], vec!["PUT media NOT_READY".to_owned()]));
    assert_eq!(lab.act("CLOSE").shown(), ["error E_ARM_STAT_NOT_VALID_AFTER_INTERRUPT_ADVISORY_ACCEPT"]);

    assert_eq!(lab.cti(done_advisory()).names(), ["AGENT_INTERRUPT_DONE_ACCEPTED_IND"]);
    let over = lab.agent(AgentState::NotReady, 1);
    assert_eq!(steps(&over), [(DialogState::Interrupted, DialogState::Active)]);
    assert_eq!(over.shown(), ["PUT dialog ACTIVE"], "no event of the media would tell it");
    assert_eq!(lab.act("CLOSE").names(), ["END_TASK_IND"]);
}

#[test]
fn the_work_of_an_agent_who_became_not_ready_as_the_interrupt_ended_goes_on() {
    let mut lab = Lab::active();
    lab.cti(advisory());
    lab.agent(AgentState::Interrupted, 1);
    lab.cti(done_advisory());
    let over = lab.agent(AgentState::NotReady, 1);
    assert_eq!(steps(&over), [(DialogState::Interrupted, DialogState::Active)]);
    assert_eq!(over.shown(), ["PUT media NOT_READY"]);
}

#[test]
fn the_dialogs_of_an_agent_who_was_not_ready_before_are_interrupted_by_what_the_node_accepts() {
    let mut lab = Lab::active();
    lab.agent(AgentState::NotReady, 1);
    assert_eq!(lab.cti(advisory()).names(), ["AGENT_INTERRUPT_ACCEPTED_IND"]);
    let interrupted = lab.agent(AgentState::NotReady, 1);
    assert_eq!(steps(&interrupted), [(DialogState::Active, DialogState::Interrupted)]);
    assert_eq!(interrupted.shown(), [] as [&str; 0]);
    assert!(lab.get(DIALOG).body().contains("<actions></actions>"));
}

#[test]
fn the_dialogs_of_an_agent_who_is_not_ready_go_on_where_the_node_s_answer_is_refused() {
    let mut lab = Lab::active();
    let invoke_id = lab.cti(advisory()).invoke_id();
    assert_eq!(steps(&lab.agent(AgentState::NotReady, 1)), [(DialogState::Active, DialogState::Interrupted)]);
    let refused =
        lab.cti(FailureResp { invoke_id, status: ArmStatus::INVALID_MESSAGE_SEQUENCE, ..Default::default() });
    assert_eq!(steps(&refused), [(DialogState::Interrupted, DialogState::Active)]);
    assert_eq!(steps(&lab.agent(AgentState::NotReady, 1)), []);
}

#[test]
fn an_interrupt_of_which_no_task_is_left_is_forgotten() {
    let mut lab = Lab::active();
    lab.cti(advisory());
    lab.agent(AgentState::Interrupted, 1);
    lab.agent(AgentState::NotActive, 1);
    lab.cti(end_event(41));
    lab.agent(AgentState::Reserved, 1);
    lab.cti(pre_call());
    lab.cti(start_event());
    assert_eq!(steps(&lab.agent(AgentState::NotReady, 1)), []);
    assert!(lab.get(DIALOG).body().contains("<state>ACTIVE</state>"));
}

#[test]
fn a_dialog_that_moved_on_by_an_event_of_its_own_is_not_put_back_when_the_interrupt_ends() {
    let mut lab = Lab::active();
    lab.agent(AgentState::Interrupted, 1);
    let wrap_up =
        WrapupTaskEvent { task_id: TASK, mrd_id: MRD, icm_agent_id: SkillTarget(5172), ..Default::default() };
    assert_eq!(steps(&lab.cti(wrap_up)), [(DialogState::Interrupted, DialogState::WrappingUp)]);
    assert_eq!(steps(&lab.agent(AgentState::WorkReady, 1)), []);
    assert!(lab.get(DIALOG).body().contains("<state>WRAPPING_UP</state>"));
}

#[test]
fn the_dialogs_of_somebody_else_are_not_interrupted() {
    let mut lab = Lab::active();
    let other = cce_cti::AgentStateEvent {
        mrd_id: MRD,
        icm_agent_id: SkillTarget(5173),
        agent_state: AgentState::Interrupted.into(),
        ..Default::default()
    };
    assert_eq!(steps(&lab.cti(other)), []);
    assert!(lab.get(DIALOG).body().contains("<state>ACTIVE</state>"));
}

#[test]
fn a_dialog_that_has_not_begun_keeps_its_state() {
    let mut lab = Lab::offered();
    lab.act("ACCEPT");
    lab.cti(offer_event());
    assert_eq!(steps(&lab.agent(AgentState::Interrupted, 1)), []);
    assert!(lab.get(DIALOG).body().contains("<state>ACCEPTED</state>"));
}

#[test]
fn a_dialog_of_another_media_is_not_interrupted() {
    let mut lab = Lab::ready();
    lab.cti(cce_cti::AgentPreCallEvent { mrd_id: MrdId(5012), ..pre_call() });
    lab.cti(start_event());
    assert_eq!(steps(&lab.agent(AgentState::Interrupted, 1)), []);
}

#[test]
fn an_action_on_an_interrupted_dialog_fails_with_30_and_is_not_sent() {
    for action in ["PAUSE", "WRAP_UP", "CLOSE", "RESUME"] {
        let mut lab = Lab::active();
        lab.agent(AgentState::Interrupted, 1);
        let acted = lab.act(action);
        assert_eq!((acted.status(), acted.names()), (202, vec![]));
        assert_eq!(acted.shown(), ["error E_ARM_STAT_NOT_VALID_AFTER_INTERRUPT_ADVISORY_ACCEPT"]);
    }
}

#[test]
fn an_action_that_the_cti_server_refuses_with_30_fails_with_30() {
    let mut lab = Lab::active();
    let invoke_id = lab.act("PAUSE").invoke_id();
    let refused = lab.cti(FailureResp {
        invoke_id,
        status: ArmStatus::NOT_VALID_AFTER_INTERRUPT_ADVISORY_ACCEPT,
        ..Default::default()
    });
    assert_eq!(refused.shown(), ["error E_ARM_STAT_NOT_VALID_AFTER_INTERRUPT_ADVISORY_ACCEPT"]);
}

#[test]
fn an_interrupted_dialog_may_end() {
    let mut lab = Lab::active();
    lab.agent(AgentState::Interrupted, 1);
    assert_eq!(steps(&lab.agent(AgentState::NotActive, 1)), [], "the end itself follows");
    let ended = lab.cti(end_event(41));
    assert_eq!(ended.shown(), ["DELETE dialogs CLOSED"]);
    assert_eq!(steps(&ended), [(DialogState::Interrupted, DialogState::Closed)]);
}

#[test]
fn a_refused_answer_is_nobody_s_business() {
    let mut lab = Lab::active();
    let invoke_id = lab.cti(advisory()).invoke_id();
    let refused =
        lab.cti(FailureResp { invoke_id, status: ArmStatus::INVALID_MESSAGE_SEQUENCE, ..Default::default() });
    assert_eq!(refused.0, []);
}

#[test]
fn an_advisory_about_somebody_unknown_is_not_answered() {
    let mut lab = Lab::active();
    let unknown = AgentInterruptAdvisoryEvent { icm_agent_id: SkillTarget(1), ..advisory() };
    assert!(lab.cti(unknown).frames().is_empty());
    assert!(lab.cti(AgentInterruptAdvisoryEvent { mrd_id: MrdId(1), ..advisory() }).frames().is_empty());
}

fn steps(outcome: &Outcome) -> Vec<(DialogState, DialogState)> {
    let step = |fact: &Fact| {
        let Fact::Dialog { from: Some(from), to, .. } = fact else { return None };
        Some((*from, *to))
    };
    outcome.facts().into_iter().filter_map(step).collect()
}

fn advisory() -> AgentInterruptAdvisoryEvent {
    AgentInterruptAdvisoryEvent {
        peripheral_id: PeripheralId(5000),
        mrd_id: MRD,
        icm_agent_id: SkillTarget(5172),
        interrupting_mrd_id: MrdId(5012),
        ..Default::default()
    }
}

fn done_advisory() -> AgentInterruptDoneAdvisoryEvent {
    AgentInterruptDoneAdvisoryEvent {
        peripheral_id: PeripheralId(5000),
        mrd_id: MRD,
        icm_agent_id: SkillTarget(5172),
        interrupting_mrd_id: MrdId(5012),
        ..Default::default()
    }
}
