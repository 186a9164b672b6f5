//! Work that gives way to work of another domain (task-routing S6, 3.11).

use crate::{
    lab::{AGENT, CHAT, Lab, MRD, Said, TASK, open_req, reservation, task},
    work::{agent_event, end, offer, pause, start, wrap_up},
};
use cce_cti::*;
use cce_kernel::{Fact, Port};
use cce_model::{
    AgentState, Availability, MonitorId, Mrd, MrdId, PeripheralId, PrecisionQueueId, TaskState,
    sample::{QueueRow, SampleRows},
};
use cce_wire::Code;
use std::time::Duration;

#[test]
fn a_task_of_a_domain_that_takes_precedence_advises_the_client_behind_its_reservation() {
    let (lab, said) = advised();
    // The other domain's availability changed, too.
    assert_eq!(
        said.names(lab.finesse),
        ["AGENT_STATE_EVENT", "AGENT_STATE_EVENT", "AGENT_PRE_CALL_EVENT", ADVISORY]
    );
    let advice = said.to(lab.finesse).into_iter().find_map(|message| match message {
        Cti::AgentInterruptAdvisoryEvent(advice) => Some(advice),
        _ => None,
    });
    let expected = AgentInterruptAdvisoryEvent {
        monitor_id: MonitorId::ALL_EVENTS,
        peripheral_id: PeripheralId(5000),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        interrupting_mrd_id: CHAT,
        ..Default::default()
    };
    assert_eq!(advice, Some(expected));
}

#[test]
fn an_advised_agent_goes_on_as_long_as_nobody_answers() {
    let (mut lab, said) = advised();
    assert!(said.reported_tasks().iter().all(|(id, ..)| *id != TASK), "{said:?}");
    assert_eq!(lab.finesse_says(pause(TASK)).reported_tasks(), [(TASK, 3, 0)]);
    let over = lab.finesse_says(chat_end(1));
    assert!(!over.names(lab.finesse).contains(&DONE_ADVISORY), "{over:?}");
}

#[test]
fn an_accepted_interrupt_stops_the_work_for_client_and_router() {
    let (mut lab, _) = advised();
    let said = lab.finesse_says(accepted());
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT"]);
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!(
        (event.agent_state, event.skill_group_state),
        (Code::of_number(INTERRUPTED), Code::of_number(INTERRUPTED))
    );
    assert_eq!((event.num_tasks, event.agent_availability_status), (1, Availability::NotAvailable.into()));
    assert_eq!(said.reported_tasks(), [(TASK, 5, 0)]);
    let update = &said.reported_states()[0];
    assert_eq!(
        (update.mrd_id, update.agent_state, update.active_tasks),
        (MRD, Code::of_number(INTERRUPTED), 1)
    );
    assert_eq!(task_state(&mut lab), 5);
}

#[test]
fn the_end_of_what_interrupted_advises_the_client_and_changes_nothing_else() {
    let (mut lab, _) = interrupted();
    let said = lab.finesse_says(chat_end(1));
    assert_eq!(
        said.names(lab.finesse),
        ["AGENT_STATE_EVENT", "END_TASK_EVENT", DONE_ADVISORY],
        "the interrupted domain stays closed until the client answers"
    );
    assert_eq!(task_state(&mut lab), 5);
}

#[test]
fn an_accepted_end_brings_task_and_agent_back() {
    for (work, state, agent) in [
        (Vec::new(), 1, AgentState::Active),
        (vec![Cti::from(pause(TASK))], 3, AgentState::Paused),
        (vec![Cti::from(wrap_up(TASK))], 2, AgentState::WorkReady),
    ] {
        let (mut lab, _) = advised_after(work);
        lab.finesse_says(accepted());
        lab.finesse_says(chat_end(1));
        let said = lab.finesse_says(done());
        let event = agent_event(&said.to(lab.finesse));
        assert_eq!(
            (event.agent_state, event.agent_availability_status),
            (agent.into(), Availability::Icm.into())
        );
        assert_eq!(said.reported_tasks(), [(TASK, state, 0)]);
        assert_eq!(task_state(&mut lab), state);
    }
}

#[test]
fn only_the_last_task_that_interrupts_ends_an_interrupt() {
    let (mut lab, _) = interrupted();
    let second = lab.router_says(reservation(task(2), CHAT));
    assert!(!second.names(lab.finesse).contains(&ADVISORY), "{second:?}");
    let said = lab.finesse_says(chat_end(1));
    assert!(!said.names(lab.finesse).contains(&DONE_ADVISORY), "{said:?}");
    assert!(lab.finesse_says(chat_end(2)).names(lab.finesse).contains(&DONE_ADVISORY));
}

#[test]
fn an_agent_who_is_only_reserved_is_interrupted_and_the_task_is_not() {
    let mut lab = both();
    lab.reserve(TASK);
    lab.pass(1);
    lab.router_says(reservation(task(1), CHAT));
    let said = lab.finesse_says(accepted());
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_state, Code::of_number(INTERRUPTED));
    assert_eq!((said.reported_tasks(), task_state(&mut lab)), (vec![], 0));
    assert_eq!(lab.finesse_says(offer(TASK)).status(lab.finesse), 30);
    let gone = lab.pass(29);
    assert_eq!(gone.reported_tasks(), [(TASK, 7, 36)]);
    assert_eq!(agent_event(&gone.to(lab.finesse)).agent_state, AgentState::NotActive);
}

#[test]
fn interrupted_work_is_refused_with_30() {
    for work in [Cti::from(pause(TASK)), wrap_up(TASK).into(), start(TASK).into()] {
        let (mut lab, _) = interrupted();
        let said = lab.finesse_says(work);
        assert_eq!((said.status(lab.finesse), said.reported_tasks()), (30, vec![]));
    }
}

#[test]
fn an_interrupted_task_may_end_and_the_last_one_ends_the_interrupt() {
    let (mut lab, _) = interrupted();
    let said = lab.finesse_says(end(TASK));
    assert_eq!(said.reported_tasks(), [(TASK, 7, 38)]);
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_state, AgentState::NotActive);
    let over = lab.finesse_says(chat_end(1));
    assert!(!over.names(lab.finesse).contains(&DONE_ADVISORY), "{over:?}");
    assert_eq!(lab.finesse_says(done()).status(lab.finesse), 19);
}

#[test]
fn an_interrupted_task_ends_when_it_takes_too_long() {
    let mut lab = both();
    lab.reserve(TASK);
    lab.finesse_says(start(TASK));
    lab.pass(1);
    lab.router_says(reservation(task(1), CHAT));
    lab.finesse_says(accepted());
    lab.finesse_says(chat_start(1));
    assert_eq!(lab.pass(3599).reported_tasks(), [(TASK, 7, 41)]);
}

#[test]
fn an_interrupted_agent_who_signs_out_takes_the_tasks_along() {
    let (mut lab, _) = interrupted();
    let out = MediaLogoutInd { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
    let said = lab.finesse_says(out);
    assert_eq!(said.reported_tasks(), [(TASK, 7, 40)]);
    let over = lab.finesse_says(chat_end(1));
    assert!(!over.names(lab.finesse).contains(&DONE_ADVISORY), "{over:?}");
}

#[test]
fn an_interrupt_that_is_not_accepted_changes_nothing() {
    let (mut lab, _) = advised();
    assert_eq!(lab.finesse_says(unaccepted()).to(lab.finesse), []);
    assert_eq!(task_state(&mut lab), 1);
    let again = lab.router_says(reservation(task(2), CHAT));
    assert!(!again.names(lab.finesse).contains(&ADVISORY), "{again:?}");
    lab.finesse_says(chat_end(1));
    let said = lab.finesse_says(chat_end(2));
    assert!(!said.names(lab.finesse).contains(&DONE_ADVISORY), "{said:?}");
}

#[test]
fn an_answer_to_no_advice_is_refused_with_19() {
    for answer in [Cti::from(accepted()), unaccepted().into(), done().into()] {
        let mut lab = Lab::working();
        assert_eq!(lab.finesse_says(answer).status(lab.finesse), 19);
    }
}

#[test]
fn a_second_answer_is_refused_with_19() {
    for answer in [Cti::from(accepted()), unaccepted().into()] {
        let (mut lab, _) = interrupted();
        assert_eq!(lab.finesse_says(answer).status(lab.finesse), 19);
        assert_eq!(task_state(&mut lab), 5);
    }
}

#[test]
fn an_answer_after_the_end_of_what_interrupted_is_refused_with_19() {
    for answer in [Cti::from(accepted()), unaccepted().into()] {
        let (mut lab, _) = advised();
        lab.finesse_says(chat_end(1));
        assert_eq!(lab.finesse_says(answer).status(lab.finesse), 19);
        assert_eq!(task_state(&mut lab), 1);
    }
}

#[test]
fn an_end_that_nobody_accepts_counts_as_accepted_after_a_while() {
    let (mut lab, _) = interrupted();
    lab.finesse_says(chat_end(1));
    let said = lab.pass(5);
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT"]);
    assert_eq!(said.reported_tasks(), [(TASK, 1, 0)]);
    assert_eq!(lab.finesse_says(done()).status(lab.finesse), 19);
}

#[test]
fn an_accepted_end_is_not_waited_for_any_more() {
    let (mut lab, _) = interrupted();
    let timer = lab.finesse_says(chat_end(1)).armed("interrupt done").unwrap();
    assert!(lab.finesse_says(done()).cancels(&timer));
}

#[test]
fn work_that_comes_before_the_end_is_accepted_interrupts_anew() {
    let (mut lab, _) = interrupted();
    lab.finesse_says(chat_end(1));
    let said = lab.router_says(reservation(task(2), CHAT));
    assert!(said.names(lab.finesse).contains(&ADVISORY), "{said:?}");
    assert_eq!(lab.finesse_says(done()).status(lab.finesse), 19);
    assert_eq!(task_state(&mut lab), 5);
    assert_eq!(
        agent_event(&lab.finesse_says(accepted()).to(lab.finesse)).agent_state,
        Code::of_number(INTERRUPTED)
    );
}

#[test]
fn a_client_may_refuse_to_be_interrupted_anew() {
    let (mut lab, _) = interrupted();
    lab.finesse_says(chat_end(1));
    lab.router_says(reservation(task(2), CHAT));
    let said = lab.finesse_says(unaccepted());
    assert_eq!(said.reported_tasks(), [(TASK, 1, 0)]);
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_state, AgentState::Active);
}

#[test]
fn interrupted_tasks_outlive_their_client_and_go_on_when_nothing_interrupts_them() {
    let mut rows = SampleRows::lab_trace();
    rows.mrds[1].task_life = Duration::from_mins(10);
    let mut lab = Lab::with_objects(rows);
    begin(&mut lab, Vec::new());
    lab.finesse_says(accepted());
    lab.finesse_says(chat_start(1));
    assert_eq!(lab.lose(lab.finesse).reported_tasks(), []);
    assert_eq!(lab.pass(600).reported_tasks(), [(task(1), 7, 42), (TASK, 1, 0)]);
    assert_eq!(lab.pass(600).reported_tasks(), [(TASK, 7, 42)]);
}

#[test]
fn a_client_that_is_back_finds_the_work_interrupted() {
    let (mut lab, _) = interrupted();
    lab.lose(lab.finesse);
    lab.finesse = lab.session(Port::CtiA, open_req());
    let said = lab.finesse_says(back(MRD));
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_state, Code::of_number(INTERRUPTED));
    lab.finesse_says(back(CHAT));
    assert!(lab.finesse_says(chat_end(1)).names(lab.finesse).contains(&DONE_ADVISORY));
}

#[test]
fn a_client_that_never_answered_is_followed_by_one_that_is_asked_again() {
    let (mut lab, _) = advised();
    lab.lose(lab.finesse);
    lab.finesse = lab.session(Port::CtiA, open_req());
    let said = lab.finesse_says(back(MRD));
    assert_eq!(said.names(lab.finesse).last(), Some(&ADVISORY));
}

/// The old session may be there still when its client, which gave it up, is back in another one.
#[test]
fn an_advice_in_a_session_that_its_client_gave_up_is_given_anew() {
    let (mut lab, _) = advised();
    lab.finesse = lab.session(Port::CtiA, open_req());
    lab.finesse_says(BeginAgentInitInd::default());
    let said = lab.finesse_says(back(MRD));
    assert_eq!(said.names(lab.finesse).last(), Some(&ADVISORY));
    lab.finesse_says(accepted());
    assert_eq!(task_state(&mut lab), 5);
}

#[test]
fn only_the_session_that_signed_the_agent_in_is_asked() {
    let mut lab = Lab::open();
    let earlier = lab.finesse;
    lab.finesse = lab.session(Port::CtiA, open_req());
    let later = lab.session(Port::CtiA, open_req());
    let said = begin(&mut lab, Vec::new());
    assert!(said.names(lab.finesse).contains(&ADVISORY), "{said:?}");
    for other in [earlier, later] {
        assert!(!said.names(other).contains(&ADVISORY), "{said:?}");
    }
}

#[test]
fn interruptible_work_does_not_interrupt() {
    let mut rows = SampleRows::lab_trace();
    rows.mrds[1].interruptible = true;
    let mut lab = Lab::with_objects(rows);
    let said = begin(&mut lab, Vec::new());
    assert!(!said.names(lab.finesse).contains(&ADVISORY), "{said:?}");
}

/// Of three domains, two give way: neither interrupts the other, and the third interrupts both.
#[test]
fn work_that_gives_way_itself_does_not_interrupt_other_work_that_does() {
    const MAIL: MrdId = MrdId(5013);
    let mut rows = SampleRows::lab_trace();
    let mail = MAIL;
    rows.mrds.push(Mrd { id: mail, name: "Mail".to_owned(), ..rows.mrds[0].clone() });
    rows.agents[0].mrds.push(mail);
    rows.queues.push(QueueRow {
        id: PrecisionQueueId(5036),
        name: "Mail".to_owned(),
        mrd: mail,
        ..rows.queues[0].clone()
    });
    let mut lab = Lab::with_objects(rows);
    [MRD, CHAT, MAIL].into_iter().for_each(|mrd| lab.sign_in(mrd));
    lab.reserve(TASK);
    let second = lab.router_says(reservation(task(1), MAIL));
    assert!(!second.names(lab.finesse).contains(&ADVISORY), "{second:?}");
    let chat = lab.router_says(reservation(task(2), CHAT));
    let advised = chat.names(lab.finesse).into_iter().filter(|name| *name == ADVISORY);
    assert_eq!(advised.count(), 2);
}

#[test]
fn work_of_the_same_domain_does_not_interrupt() {
    let mut lab = both();
    lab.router_says(reservation(task(1), CHAT));
    let said = lab.router_says(reservation(task(2), CHAT));
    assert!(!said.names(lab.finesse).contains(&ADVISORY), "{said:?}");
}

/// The states that can be interrupted are reserved, active, paused and work ready (task-routing S6).
#[test]
fn the_work_of_somebody_who_is_not_ready_is_not_interrupted_until_ready_again() {
    let mut lab = both();
    lab.reserve(TASK);
    lab.finesse_says(start(TASK));
    lab.finesse_says(MakeAgentNotReadyReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() });
    let said = lab.router_says(reservation(task(1), CHAT));
    assert!(!said.names(lab.finesse).contains(&ADVISORY), "{said:?}");
    let again =
        lab.finesse_says(MakeAgentReadyInd { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() });
    assert!(again.names(lab.finesse).contains(&ADVISORY), "{again:?}");
}

#[test]
fn an_application_s_own_task_is_refused_with_30_where_work_is_interrupted() {
    let (mut lab, _) = interrupted();
    let own = StartApplicationTaskReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
    assert_eq!(lab.finesse_says(own).status(lab.finesse), 30);
}

#[test]
fn a_client_cannot_resume_interrupted_work_by_telling_of_it() {
    let (mut lab, _) = interrupted();
    let told = |state| TaskInitReq {
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id: TASK,
        task_state: state,
        ..Default::default()
    };
    assert_eq!(lab.finesse_says(told(TaskState::Active.into())).status(lab.finesse), 30);
    lab.finesse_says(told(TaskState::Interrupted.into()));
    assert_eq!(task_state(&mut lab), 5);
}

#[test]
fn a_router_that_is_back_hears_of_interrupted_tasks() {
    let (mut lab, _) = interrupted();
    lab.lose(lab.router);
    let dial = lab.pass(1);
    lab.router = dial.dialled();
    assert!(lab.connect_router().reported_tasks().contains(&(TASK, 5, 0)));
}

#[test]
fn the_facts_tell_the_states_before_and_after() {
    let (mut lab, _) = advised();
    let said = lab.finesse_says(accepted());
    let steps: Vec<_> = said
        .facts()
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Task { from, to, .. } => Some(format!("{} {to}", from.unwrap())),
            Fact::AgentInMrd { from, to, .. } => Some(format!("{from} {to}")),
            _ => None,
        })
        .collect();
    assert_eq!(steps, ["ACTIVE INTERRUPTED", "ACTIVE INTERRUPTED"]);
}

const ADVISORY: &str = "AGENT_INTERRUPT_ADVISORY_EVENT";
const DONE_ADVISORY: &str = "AGENT_INTERRUPT_DONE_ADVISORY_EVENT";
/// `AgentState` of somebody interrupted.
const INTERRUPTED: u16 = 13;

/// An agent who is ready in both domains.
fn both() -> Lab {
    let mut lab = Lab::ready();
    lab.sign_in(CHAT);
    lab
}

/// An agent who works in one domain and has got a task in one that takes precedence.
fn advised() -> (Lab, Said) {
    advised_after(Vec::new())
}

fn advised_after(work: Vec<Cti>) -> (Lab, Said) {
    let mut lab = Lab::open();
    let said = begin(&mut lab, work);
    (lab, said)
}

/// The same, and the client accepted.
fn interrupted() -> (Lab, Said) {
    let (mut lab, _) = advised();
    let said = lab.finesse_says(accepted());
    (lab, said)
}

fn begin(lab: &mut Lab, work: Vec<Cti>) -> Said {
    lab.sign_in(MRD);
    lab.sign_in(CHAT);
    lab.reserve(TASK);
    lab.finesse_says(start(TASK));
    for message in work {
        lab.finesse_says(message);
    }
    lab.router_says(reservation(task(1), CHAT))
}

/// The state of the trace's task, as the CTI server tells it.
fn task_state(lab: &mut Lab) -> u16 {
    let said = lab.finesse_says(SnapshotTaskReq { mrd_id: MRD, task_id: TASK, ..Default::default() });
    let [Cti::SnapshotTaskResp(answer)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!(answer.status, ArmStatus::SUCCESS);
    answer.task_state.number()
}

fn chat_start(number: i32) -> StartTaskInd {
    StartTaskInd { mrd_id: CHAT, ..start(task(number)) }
}

fn chat_end(number: i32) -> EndTaskInd {
    EndTaskInd { mrd_id: CHAT, ..end(task(number)) }
}

fn back(mrd_id: MrdId) -> GetAgentTasksReq {
    GetAgentTasksReq { mrd_id, icm_agent_id: AGENT, ..Default::default() }
}

fn accepted() -> AgentInterruptAcceptedInd {
    AgentInterruptAcceptedInd { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() }
}

fn unaccepted() -> AgentInterruptUnacceptedInd {
    AgentInterruptUnacceptedInd { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() }
}

fn done() -> AgentInterruptDoneAcceptedInd {
    AgentInterruptDoneAcceptedInd { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() }
}
