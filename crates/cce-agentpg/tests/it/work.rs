//! What agents do with tasks.

use crate::lab::{AGENT, CHAT, Lab, MRD, TASK, reservation, task};
use cce_cti::{
    AgentMode, AgentStateEvent, Cti, Direction, EndTaskInd, MediaLogoutInd, OfferTaskInd, PauseTaskInd,
    ResumeTaskInd, StartTaskInd, WrapupTaskInd,
};
use cce_model::{AgentState, Availability, Disposition, InvokeId, MrdId, SkillTarget, TaskId};

#[test]
fn an_accepted_task_is_offered_and_its_agent_stays_reserved() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let said = lab.finesse_says(offer(TASK));
    assert_eq!(said.names(lab.finesse), ["OFFER_TASK_EVENT"]);
    assert_eq!(said.reported_tasks(), [(TASK, 4, 0)]);
    assert_eq!(said.reported_states(), []);
}

#[test]
fn a_begun_task_makes_its_agent_active() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let said = lab.finesse_says(start(TASK));
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT", "START_TASK_EVENT"]);
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!((event.agent_state, event.direction), (AgentState::Active.into(), Some(Direction::IN)));
    assert_eq!(said.reported_tasks(), [(TASK, 1, 0)]);
    assert_eq!(said.reported_states()[0].active_tasks, 1);
}

#[test]
fn a_paused_task_pauses_its_agent() {
    let mut lab = Lab::working();
    let said = lab.finesse_says(pause(TASK));
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT", "PAUSE_TASK_EVENT"]);
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!((event.agent_state, event.direction), (AgentState::Paused.into(), Some(Direction::NONE)));
    assert_eq!(said.reported_tasks(), [(TASK, 3, 0)]);
}

#[test]
fn a_resumed_task_is_active_again() {
    let mut lab = Lab::working();
    lab.finesse_says(pause(TASK));
    let said = lab.finesse_says(resume(TASK));
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT", "RESUME_TASK_EVENT"]);
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_state, AgentState::Active);
}

#[test]
fn a_paused_task_can_be_wrapped_up() {
    let mut lab = Lab::working();
    lab.finesse_says(pause(TASK));
    let said = lab.finesse_says(wrap_up(TASK));
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT", "WRAPUP_TASK_EVENT"]);
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_state, AgentState::WorkReady);
    assert_eq!(said.reported_tasks(), [(TASK, 2, 0)]);
}

#[test]
fn the_event_of_an_end_counts_the_task_that_ends() {
    let mut lab = Lab::working();
    let said = lab.finesse_says(end(TASK));
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT", "END_TASK_EVENT"]);
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!((event.agent_state, event.num_tasks), (AgentState::NotActive.into(), 1));
    assert_eq!(said.reported_tasks(), [(TASK, 7, 38)]);
    assert_eq!(said.reported_states()[0].num_tasks, 0);
}

#[test]
fn a_task_ends_before_it_begins_as_the_client_says() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let said = lab
        .finesse_says(EndTaskInd { icm_disposition: Disposition::TASK_ABANDONED_WHILE_OFFERED, ..end(TASK) });
    assert_eq!(said.reported_tasks(), [(TASK, 7, 37)]);
}

/// An application that hears of its customer ends the task (task-routing E8), or that its own part in it is over: the client of
/// the agent hears how (finesse-nonvoice 2.6).
#[test]
fn another_client_may_end_a_task_with_any_disposition() {
    for disposition in [
        Disposition::TASK_ABANDONED_WHILE_OFFERED,
        Disposition::CANNOT_OBTAIN_TASK_ID,
        Disposition::APPLICATION_DISCONNECTED,
    ] {
        let mut lab = Lab::ready();
        let application = lab.session(cce_kernel::Port::CtiA, crate::lab::open_req());
        lab.reserve(TASK);
        let ending =
            EndTaskInd { icm_disposition: disposition, application_disposition: disposition, ..end(TASK) };
        let said = lab.says(application, ending);
        assert_eq!(said.reported_tasks(), [(TASK, 7, disposition.0)]);
        let heard = said.to(lab.finesse);
        let Some(Cti::EndTaskEvent(ended)) = heard.last() else { panic!("{said:?}") };
        assert_eq!((ended.icm_disposition, ended.application_disposition), (disposition, disposition));
    }
}

#[test]
fn one_of_two_tasks_in_work_leaves_the_other() {
    let mut lab = Lab::working();
    lab.reserve(task(1));
    let said = lab.finesse_says(end(TASK));
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!((event.agent_state, event.num_tasks), (AgentState::Reserved.into(), 2));
}

#[test]
fn the_duration_of_a_state_runs_on_while_the_state_stays() {
    let mut lab = Lab::working();
    lab.pass(7);
    let said = lab.reserve(task(1));
    assert_eq!(agent_event(&said.to(lab.finesse)).duration, Some(7));
}

#[test]
fn the_last_free_slot_makes_an_agent_unavailable_and_an_end_frees_it() {
    let mut lab = Lab::working();
    lab.reserve(task(1));
    let full = lab.reserve(task(2));
    assert_eq!(agent_event(&full.to(lab.finesse)).agent_availability_status, Availability::NotAvailable);
    let freed = lab.finesse_says(end(TASK));
    assert_eq!(agent_event(&freed.to(lab.finesse)).agent_availability_status, Availability::Icm);
}

#[test]
fn a_task_that_must_not_be_interrupted_closes_the_agent_s_other_domains() {
    let mut lab = Lab::ready();
    lab.sign_in(CHAT);
    let said = lab.router_says(reservation(TASK, CHAT));
    let seen: Vec<_> =
        said.reported_states().iter().map(|state| (state.mrd_id, state.availability)).collect();
    assert_eq!(seen, [(CHAT, Availability::Icm.into()), (MRD, Availability::NotAvailable.into())]);
}

#[test]
fn a_task_that_may_be_interrupted_leaves_other_domains_open() {
    let mut lab = Lab::ready();
    lab.sign_in(CHAT);
    let said = lab.reserve(TASK);
    assert_eq!(said.reported_states().len(), 1);
}

#[test]
fn nobody_accepts_in_time_so_the_task_ends_and_the_agent_is_not_routable() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let said = lab.pass(30);
    assert_eq!(
        said.names(lab.finesse),
        ["AGENT_STATE_EVENT", "END_TASK_EVENT", "AGENT_MADE_NOT_ROUTABLE_EVENT"]
    );
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!(
        (event.agent_mode, event.agent_availability_status),
        (AgentMode::NOT_ROUTABLE, Availability::Application.into())
    );
    assert_eq!(said.reported_tasks(), [(TASK, 7, 36)]);
}

#[test]
fn an_accepted_task_has_all_the_time_it_needs() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.finesse_says(offer(TASK));
    assert_eq!(lab.pass(30).0, []);
}

/// However a task ends: no timer of it fires on the next one of that number.
#[test]
fn the_timers_of_a_task_end_with_it() {
    let mut lab = Lab::ready();
    let start_timeout = lab.reserve(TASK).armed("start timeout").unwrap();
    assert!(lab.abort(TASK).cancels(&start_timeout), "it is withdrawn");
    let start_timeout = lab.reserve(task(1)).armed("start timeout").unwrap();
    assert!(lab.finesse_says(end(task(1))).cancels(&start_timeout), "it is ended before it began");
    lab.reserve(task(2));
    let duration = lab.finesse_says(start(task(2))).armed("task duration").unwrap();
    assert!(lab.finesse_says(end(task(2))).cancels(&duration));
    lab.reserve(task(3));
    let duration = lab.finesse_says(start(task(3))).armed("task duration").unwrap();
    let signed_out =
        lab.finesse_says(MediaLogoutInd { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() });
    assert!(signed_out.cancels(&duration));
}

#[test]
fn a_task_has_its_time_from_its_accept_on() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    for message in [Cti::from(offer(TASK)), start(TASK).into(), pause(TASK).into(), resume(TASK).into()] {
        let is_accept = message.name() == "OFFER_TASK_IND";
        assert_eq!(lab.finesse_says(message).armed("task duration").is_some(), is_accept);
    }
}

#[test]
fn a_task_that_is_started_without_an_accept_has_its_time_from_its_start_on() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    assert!(lab.finesse_says(start(TASK)).armed("task duration").is_some());
}

/// Between the accept and the start no timer runs but that of the longest duration (task-routing 3.8).
#[test]
fn a_task_that_is_accepted_and_never_started_ends_with_41() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.finesse_says(offer(TASK));
    assert_eq!(lab.pass(3600).reported_tasks(), [(TASK, 7, 41)]);
}

#[test]
fn an_unknown_task_is_refused_with_18() {
    let mut lab = Lab::ready();
    let said = lab.finesse_says(start(TASK));
    assert_eq!(said.names(lab.finesse), ["FAILURE_RESP"]);
    assert_eq!(said.status(lab.finesse), 18);
}

#[test]
fn a_step_out_of_sequence_is_refused_with_19() {
    for wrong in [Cti::from(pause(TASK)), resume(TASK).into(), wrap_up(TASK).into()] {
        let mut lab = Lab::ready();
        lab.reserve(TASK);
        assert_eq!(lab.finesse_says(wrong).status(lab.finesse), 19);
    }
}

#[test]
fn a_task_begun_twice_is_refused_with_19_and_goes_on() {
    let mut lab = Lab::working();
    assert_eq!(lab.finesse_says(start(TASK)).status(lab.finesse), 19);
    assert_eq!(lab.finesse_says(end(TASK)).reported_tasks(), [(TASK, 7, 38)]);
}

#[test]
fn a_task_of_another_domain_is_refused_with_20() {
    let mut lab = Lab::working();
    lab.sign_in(CHAT);
    assert_eq!(lab.finesse_says(EndTaskInd { mrd_id: CHAT, ..end(TASK) }).status(lab.finesse), 20);
}

#[test]
fn a_task_of_another_agent_is_refused_with_22() {
    let mut lab = Lab::working();
    let other = SkillTarget(5173);
    lab.finesse_says(cce_cti::MediaLoginReq { icm_agent_id: other, ..crate::lab::login(MRD) });
    assert_eq!(lab.finesse_says(EndTaskInd { icm_agent_id: other, ..end(TASK) }).status(lab.finesse), 22);
}

#[test]
fn somebody_signed_out_is_refused_with_6() {
    let mut lab = Lab::open();
    assert_eq!(lab.finesse_says(start(TASK)).status(lab.finesse), 6);
}

#[test]
fn an_unknown_agent_is_refused_with_2() {
    let mut lab = Lab::open();
    assert_eq!(
        lab.finesse_says(StartTaskInd { icm_agent_id: SkillTarget(1), ..start(TASK) }).status(lab.finesse),
        2
    );
}

#[test]
fn a_domain_that_the_agent_does_not_have_is_refused_with_3() {
    let mut lab = Lab::open();
    assert_eq!(lab.finesse_says(StartTaskInd { mrd_id: MrdId(1), ..start(TASK) }).status(lab.finesse), 3);
}

pub(crate) fn agent_event(messages: &[Cti]) -> AgentStateEvent {
    let event = |message: &Cti| match message {
        Cti::AgentStateEvent(event) => Some(event.clone()),
        _ => None,
    };
    messages.iter().find_map(event).unwrap()
}

pub(crate) fn offer(task_id: TaskId) -> OfferTaskInd {
    OfferTaskInd {
        invoke_id: InvokeId(35_464),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id,
        arm_skill_group_id: SkillTarget(5199),
        arm_service_id: SkillTarget::NONE,
        ..OfferTaskInd::default()
    }
}

pub(crate) fn start(task_id: TaskId) -> StartTaskInd {
    StartTaskInd {
        invoke_id: InvokeId(35_655),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id,
        arm_skill_group_id: SkillTarget(5199),
        arm_service_id: SkillTarget::NONE,
        ..StartTaskInd::default()
    }
}

pub(crate) fn end(task_id: TaskId) -> EndTaskInd {
    EndTaskInd {
        invoke_id: InvokeId(35_884),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id,
        icm_disposition: Disposition::NORMAL_END_TASK,
        application_disposition: Disposition::NORMAL_END_TASK,
        ..EndTaskInd::default()
    }
}

pub(crate) fn pause(task_id: TaskId) -> PauseTaskInd {
    PauseTaskInd {
        invoke_id: InvokeId(20),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id,
        ..PauseTaskInd::default()
    }
}

pub(crate) fn resume(task_id: TaskId) -> ResumeTaskInd {
    ResumeTaskInd {
        invoke_id: InvokeId(21),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id,
        ..ResumeTaskInd::default()
    }
}

pub(crate) fn wrap_up(task_id: TaskId) -> WrapupTaskInd {
    WrapupTaskInd {
        invoke_id: InvokeId(22),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id,
        ..WrapupTaskInd::default()
    }
}

/// Call ids begin anew each day, so that tasks of two days differ in nothing but the day.
#[test]
fn each_of_two_tasks_across_midnight_rings_out_by_its_own_timer() {
    let mut lab = Lab::ready();
    let today = TaskId { day: TASK.day + 1, ..TASK };
    let first = lab.reserve(TASK).armed("start timeout").unwrap();
    lab.finesse_says(start(TASK));
    let second = lab.reserve(today).armed("start timeout").unwrap();
    assert_ne!(first, second);
    assert_eq!(lab.pass(30).reported_tasks(), [(today, 7, 36)]);
    assert_eq!(lab.finesse_says(end(TASK)).reported_tasks(), [(TASK, 7, 38)]);
}

#[test]
fn each_of_two_tasks_across_midnight_is_too_long_by_its_own_timer() {
    let mut lab = Lab::ready();
    let today = TaskId { day: TASK.day + 1, ..TASK };
    lab.reserve(TASK);
    lab.finesse_says(start(TASK));
    lab.pass(1);
    lab.reserve(today);
    lab.finesse_says(start(today));
    let mut ended_within = |seconds| -> Vec<TaskId> {
        lab.pass(seconds).reported_tasks().iter().map(|(task, ..)| *task).collect()
    };
    assert_eq!(ended_within(3_599), [TASK]);
    assert_eq!(ended_within(1), [today]);
}
