//! Facts, messages and places of which the journals of the judgements are made.

use crate::{
    alter::fact,
    lab::Journal,
    toys::{becomes, is_traced},
};
use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, Output, Port};
use cce_model::{
    AgentId, AgentRecord, AgentState, CallTypeId, ContactId, ContactStatus, DialogState, DialogueId,
    DialogueState, Disposition, MrdId, Object, OperationCode, PrecisionQueueId, RoutingClientId, SkillTarget,
    StatusReason, TaskEvent, TaskEventKind, TaskId, TaskState,
    fact::{AgentPgFact, FinesseFact, OpcMessage, QueueChoice, RouterFact},
};
use cce_mr::{ICM, Icm, icm::AgentStateUpdate};

/// The trace's domain, and another one.
pub(crate) const MRD: i32 = 5011;
pub(crate) const OTHER_MRD: i32 = 5012;
/// Two tasks that no run here has.
pub(crate) const SECOND: TaskId = TaskId { day: 154_526, call: 7, sequence: 1 };
pub(crate) const THIRD: TaskId = TaskId { day: 154_526, call: 8, sequence: 1 };
/// Skill targets of the agent of the runs here, and of another.
pub(crate) const AGENT: i32 = 5173;
pub(crate) const ELSE: i32 = 5174;
pub(crate) const QUEUE: u32 = 5034;
pub(crate) const END: Disposition = Disposition::NORMAL_END_TASK;
/// Numbers of messages (cti-server-protocol 6 and 11, mr-interface 3).
pub(crate) const AGENT_STATE_EVENT: u8 = 30;
pub(crate) const OPEN_REQ: u8 = 3;
pub(crate) const START_TASK_IND: u8 = 163;
pub(crate) const CANCEL_TASK_CONF: u8 = 14;

pub(crate) fn desk() -> AgentId {
    "1081".into()
}

pub(crate) fn nobody() -> ContactId {
    ContactId::default()
}

pub(crate) fn somebody() -> ContactId {
    "00000000000000000000000000000000".into()
}

pub(crate) fn altered(mut fact: Fact, change: impl FnOnce(&mut Fact)) -> Fact {
    change(&mut fact);
    fact
}

pub(crate) fn contact(from: Option<ContactStatus>, to: ContactStatus) -> Fact {
    let (contact, reason) = (somebody(), StatusReason::Unknown);
    Fact::Contact { contact, from, to, reason, user: "system".into(), task: None }
}

pub(crate) fn dialogue(from: Option<DialogueState>, to: DialogueState, task: Option<TaskId>) -> Fact {
    Fact::Dialogue { dialogue: DialogueId(999), contact: somebody(), from, to, task }
}

pub(crate) fn change(
    task: TaskId,
    agent: i32,
    mrd: i32,
    from: Option<TaskState>,
    to: TaskState,
    disposition: Option<Disposition>,
) -> Fact {
    Fact::Task { task, skill_target: SkillTarget(agent), mrd: MrdId(mrd), from, to, disposition }
}

pub(crate) fn withdrawn(task: TaskId) -> Fact {
    let message = OpcMessage::PreCallAbort { task, agent: desk(), mrd: MrdId(MRD) };
    AgentPgFact::ToCtiServer(message).into()
}

pub(crate) fn told(event: &TaskEvent) -> Fact {
    AgentPgFact::ToCtiServer(OpcMessage::Task(Box::new(event.clone()))).into()
}

pub(crate) fn dialog(from: Option<DialogState>, to: DialogState) -> Fact {
    let disposition = (to == DialogState::Closed).then_some(END);
    Fact::Dialog { task: SECOND, agent: desk(), mrd: MrdId(MRD), contact: nobody(), from, to, disposition }
}

pub(crate) fn agent(from: AgentState, to: AgentState, tasks: u32) -> Fact {
    let (skill_target, mrd) = (SkillTarget(AGENT), MrdId(MRD));
    Fact::AgentInMrd { agent: desk(), skill_target, mrd, from, to, tasks, limit: 3, routable: true }
}

pub(crate) fn admitted(task: TaskId, mrd: i32, priority: u32, interruptible: bool) -> Fact {
    let admitted = RouterFact::CallAdmitted {
        dialogue: DialogueId(999),
        key: task.key(),
        dialed_number: "CumulusTask".into(),
        ani: String::new(),
        ced: String::new(),
        routing_client: RoutingClientId(5004),
        mrd: MrdId(mrd),
        call_type: CallTypeId(5053),
        script: "CumulusTask".into(),
        priority,
        interruptible,
        at_vru: true,
        operation: OperationCode::CLASSIC,
    };
    admitted.into()
}

pub(crate) fn chosen(agent: i32) -> QueueChoice {
    QueueChoice::Agent { skill_target: SkillTarget(agent), eligible: 1 }
}

pub(crate) fn node(task: TaskId, choice: QueueChoice) -> Fact {
    let queue = "CumulusTask".into();
    RouterFact::QueueNode {
        dialogue: DialogueId(999),
        key: task.key(),
        queue,
        queue_id: PrecisionQueueId(QUEUE),
        step: 1,
        choice,
    }
    .into()
}

/// The journal's event of that kind, told of another task.
pub(crate) fn event(journal: &Journal, kind: TaskEventKind) -> TaskEvent {
    let traced = journal.first(is_traced(kind));
    let Some(Fact::AgentPg(AgentPgFact::TaskEventTraced(event))) = fact(&journal.records[traced]) else {
        panic!("no event")
    };
    TaskEvent { task: SECOND, ..(**event).clone() }
}

/// A report of the agent in the domain by OPC, as the agent stands once the last task has ended.
pub(crate) fn report(journal: &Journal) -> Fact {
    reported(journal, |_| {})
}

/// The same, altered.
pub(crate) fn reported(journal: &Journal, alter: impl FnOnce(&mut AgentRecord)) -> Fact {
    let is_it = |fact: &Fact| matches!(fact, Fact::AgentPg(AgentPgFact::ToCtiServer(OpcMessage::Agent(record))) if record.mrd == MrdId(MRD));
    let latest = &journal.records[journal.last_before(journal.records.len(), is_it)];
    altered(fact(latest).unwrap().clone(), |fact| {
        let Fact::AgentPg(AgentPgFact::ToCtiServer(OpcMessage::Agent(record))) = fact else {
            panic!("no report")
        };
        // The report that went with the end counted that task.
        record.tasks = 0;
        alter(record);
    })
}

pub(crate) fn first_task(journal: &Journal) -> TaskId {
    let begun = journal.first(|fact| matches!(fact, Fact::Task { .. }));
    let Some(Fact::Task { task, .. }) = fact(&journal.records[begun]) else { panic!("no task") };
    *task
}

pub(crate) fn handled_contact(journal: &Journal) -> ContactId {
    let handled = journal.first(becomes(ContactStatus::Handled));
    let Some(Fact::Contact { contact, .. }) = fact(&journal.records[handled]) else { panic!("no contact") };
    contact.clone()
}

/// The last publication whose object this alters, altered.
pub(crate) fn published(journal: &Journal, alter: impl Fn(&mut Object) -> bool) -> Fact {
    let published = journal.records.iter().rev().filter_map(fact).find_map(|fact| {
        let Fact::Finesse(FinesseFact::Published(publication)) = fact else { return None };
        let mut publication = publication.clone();
        alter(&mut publication.object).then_some(publication)
    });
    FinesseFact::Published(published.unwrap()).into()
}

pub(crate) fn is_sent(record: &Record, message: u8) -> bool {
    let What::Out(Output::Send { link, bytes }) = &record.what else { return false };
    link.port == Port::CtiA && bytes.0.get(4..8) == Some(&[0, 0, 0, message])
}

/// The START_TASK_IND that reaches the CTI server.
pub(crate) fn start_ind(journal: &Journal) -> usize {
    received(journal, START_TASK_IND)
}

/// The first OPEN_REQ that the CTI server receives.
pub(crate) fn open_req(journal: &Journal) -> usize {
    received(journal, OPEN_REQ)
}

/// The first message of that type that the CTI server receives.
fn received(journal: &Journal, message_type: u8) -> usize {
    journal.nth_record(0, |record| {
        let What::In(Input::Frame { link, bytes }) = &record.what else { return false };
        link.port == Port::CtiA && bytes.0.get(4..8) == Some(&[0, 0, 0, message_type])
    })
}

/// A FAILURE_CONF for that indication: its invoke id, and a status.
pub(crate) fn failure(asked: &Record) -> What {
    let What::In(Input::Frame { bytes, .. }) = &asked.what else { panic!("no indication") };
    failure_of(asked, &bytes.0[8..12])
}

/// The same, of another invoke id.
pub(crate) fn failure_of(asked: &Record, invoke_id: &[u8]) -> What {
    let What::In(Input::Frame { link, .. }) = &asked.what else { panic!("no indication") };
    let bytes = [&[0, 0, 0, 8, 0, 0, 0, 1], invoke_id, &[0, 0, 0, 1]].concat();
    What::Out(Output::Send { link: *link, bytes: cce_wire::Bytes::from(bytes).into() })
}

/// The latest report of an agent that reaches the router, altered.
pub(crate) fn agent_update(journal: &Journal, alter: impl Fn(&mut AgentStateUpdate)) -> What {
    let altered = journal.records.iter().rev().find_map(|record| {
        let What::In(Input::Frame { link, bytes }) = &record.what else { return None };
        let read = (record.node.as_str() == "router").then(|| Icm::read(&ICM, &bytes.0));
        let Some(Ok(Icm::AgentStateUpdate(mut update))) = read else { return None };
        alter(&mut update);
        Some((*link, Icm::from(update).to_frame(&ICM)))
    });
    let (link, bytes) = altered.unwrap();
    What::In(Input::Frame { link, bytes: bytes.into() })
}

/// The CANCEL_TASK_CONF that leaves the MR PG.
pub(crate) fn cancel_conf(journal: &Journal) -> usize {
    journal.nth_record(0, |record| {
        let What::Out(Output::Send { link, bytes }) = &record.what else { return false };
        let is_mr = record.node.as_str() == "mrpg" && link.port == Port::Mr;
        is_mr && bytes.0.get(4..8) == Some(&[0, 0, 0, CANCEL_TASK_CONF])
    })
}
