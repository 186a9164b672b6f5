//! What the CTI server knows of live tasks: how each was reserved, its state, and its [`Context`]; for clients that
//! ask for it (cti-server-protocol 11.1, 11.2). It hears all of that from OPC.

use super::{
    Answer, CtiServer, Session, Side,
    context::{Context, with_context},
    event,
    subscription::Topic,
};
use crate::arm::Refusal;
use cce_cti::{
    AgentInitReadyEvent, AgentTasksEndEvent, AgentTasksEvent, AgentTasksRequestEvent, AgentTasksResp,
    ArmStatus, BeginAgentInitInd, Cti, DesktopConnectedInd, FailureResp, GetPrecallMessagesReq,
    GetPrecallMessagesResp, SnapshotTaskEvent, SnapshotTaskReq, SnapshotTaskResp, TaskDataUpdateEvent,
    UpdateTaskContextInd, services,
};
use cce_kernel::{Cx, LinkId, Time};
use cce_model::{
    AgentKey, AgentState, InvokeId, MrdId, PeripheralId, PreCall, SessionId, SkillTarget, TaskEvent, TaskId,
    TaskState,
};
use cce_wire::{List, Unsigned};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Tasks that are remembered. Agents' limits keep the live ones far below.
const TASKS_MAX: usize = 15_000;

/// Tasks that are over and whose last message is remembered; of more, the oldest are forgotten.
const OVER_MAX: usize = 10_000;

/// Those of them whose end their client has heard: it asks for one again only while its own request was under way at that
/// end (cti-server-protocol 11.2), and that is not for as long as it takes to end so many.
const HEARD_MAX: usize = 1_000;

/// How long an end that was sent counts as one that its client may not have heard. A client that hears nothing gives its
/// session up after three heartbeats of 5 s, and may speak until then (task-routing E17; the span is inferred).
const DOUBT: Duration = Duration::from_secs(30);

/// Live tasks, and what was said last of those that are over: a client that was away when it was said asks for it
/// (inferred).
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks {
    live: BTreeMap<TaskId, View>,
    over: BTreeMap<TaskId, EndedTask>,
    /// The same, the oldest first.
    oldest: VecDeque<TaskId>,
    /// Ends that were sent into each session that is there, and that its client may not have heard; the oldest first.
    in_doubt: BTreeMap<SessionId, VecDeque<(Time, TaskId)>>,
}

/// A task that is over.
#[derive(Clone, Debug)]
struct EndedTask {
    member: AgentKey,
    last: LastEvent,
    /// The task itself, while the client that speaks for its agent may not have heard of its end.
    unheard: Option<Box<UnheardEnd>>,
}

/// The last event of a task.
#[derive(Clone, Debug)]
enum LastEvent {
    /// Its end, of which the message is made when it is asked for: there are many.
    Ended(TaskEvent),
    /// Its reservation was withdrawn.
    Withdrawn(Box<Cti>),
}

impl LastEvent {
    fn message(&self) -> Cti {
        match self {
            Self::Ended(event) => event::task(event),
            Self::Withdrawn(abort) => Cti::clone(abort),
        }
    }
}

/// A task whose end no client may have heard.
#[derive(Clone, Debug)]
struct UnheardEnd {
    view: View,
    /// The session into which the end was sent; none if there was none.
    sent: Option<SessionId>,
}

/// A live task.
#[derive(Clone, Debug)]
struct View {
    member: AgentKey,
    state: TaskState,
    skill_group: SkillTarget,
    service: SkillTarget,
    /// The reservation of the router; none for a task that an application routed itself.
    reserved: Option<PreCall>,
    context: Context,
}

/// A task that an application routes itself, as it asks for it (cti-server-protocol 11.1: 161, 164).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnTask {
    pub(super) member: AgentKey,
    pub(super) skill_group: SkillTarget,
    pub(super) service: SkillTarget,
    pub(super) context: Context,
}

impl Tasks {
    pub(super) fn on_pre_call(&mut self, call: &PreCall) {
        // A task beyond the bound cannot be asked about; nothing else depends on its entry.
        if self.live.len() >= TASKS_MAX {
            return;
        }
        let view = View {
            member: call.member(),
            state: TaskState::PreCall,
            skill_group: call.skill_group,
            service: SkillTarget::NONE,
            reserved: Some(call.clone()),
            context: Context::of_reservation(call),
        };
        self.live.insert(call.task, view);
    }

    /// A task that an application routes itself has its id; its event follows.
    pub(super) fn on_assigned(&mut self, task: TaskId, own: OwnTask) {
        if self.live.len() >= TASKS_MAX {
            return;
        }
        let OwnTask { member, skill_group, service, context } = own;
        let state = TaskState::PreCall;
        self.live.insert(task, View { member, state, skill_group, service, reserved: None, context });
    }

    /// A task's event; `owner` is the session that speaks for its agent, if it is there to hear it.
    pub(super) fn on_event(&mut self, event: &TaskEvent, owner: Option<SessionId>, now: Time) {
        let to = event.kind.state();
        if to == TaskState::Ended {
            let member = event.member();
            let view = self.live.remove(&event.task);
            // A link may lose what was sent into it: the end stays in doubt (inferred).
            if let (Some(session), true) = (owner, view.is_some()) {
                self.in_doubt.entry(session).or_default().push_back((now, event.task));
            }
            let unheard = view.map(|view| Box::new(UnheardEnd { view, sent: owner }));
            return self
                .keep(event.task, EndedTask { member, last: LastEvent::Ended(event.clone()), unheard });
        }
        if self.live.len() >= TASKS_MAX && !self.live.contains_key(&event.task) {
            return;
        }
        // Of a task that its client told of, as one that was there before this agent PG, the context is not known
        // (cti-server-protocol 11.1: 185, 209).
        let view = self.live.entry(event.task).or_insert_with(|| View {
            member: event.member(),
            state: to,
            skill_group: event.skill_group,
            service: event.service,
            reserved: None,
            context: Context::default(),
        });
        view.state = to;
    }

    /// A task's state changed without an event.
    pub(super) fn enter(&mut self, task: TaskId, to: TaskState) {
        // A task beyond the bound has no entry.
        if let Some(view) = self.live.get_mut(&task) {
            view.state = to;
        }
    }

    /// A task's reservation is withdrawn; that is what clients hear of it.
    pub(super) fn note_withdrawn(&mut self, task: TaskId, member: AgentKey, abort: Cti) {
        self.live.remove(&task);
        let last = LastEvent::Withdrawn(Box::new(abort));
        self.keep(task, EndedTask { member, last, unheard: None });
    }

    fn keep(&mut self, task: TaskId, over: EndedTask) {
        if self.over.insert(task, over).is_none() {
            self.oldest.push_back(task);
        }
        while let Some(oldest) = self.oldest.front()
            && (self.oldest.len() > OVER_MAX || self.oldest.len() > HEARD_MAX && self.is_heard(*oldest))
        {
            self.over.remove(oldest);
            self.oldest.pop_front();
        }
    }

    /// Whether nobody is left who may not have heard of the end of a task that is over.
    fn is_heard(&self, task: TaskId) -> bool {
        self.over.get(&task).is_none_or(|over| over.unheard.is_none())
    }

    /// The client of a session has said something: what was sent to it long before has arrived.
    pub(super) fn on_sign_of_life(&mut self, session: SessionId, now: Time) {
        // No end was sent into the session.
        let Some(sent) = self.in_doubt.get_mut(&session) else { return };
        while let Some((_, task)) = sent.pop_front_if(|(at, _)| now.since(*at) > DOUBT) {
            // The oldest of the tasks that are over are forgotten when there are too many.
            if let Some(over) = self.over.get_mut(&task) {
                over.unheard.take_if(|unheard| unheard.sent == Some(session));
            }
        }
    }

    /// A session is over. What its client may not have heard stays in doubt until the client comes back.
    pub(super) fn on_session_lost(&mut self, session: SessionId) {
        self.in_doubt.remove(&session);
    }

    /// What no client has heard yet of the ends of a session's agents' tasks, since none was there.
    fn take_missed(&mut self, session: &Session) -> Vec<Cti> {
        self.take_unheard(session, |member, sent| session.speaks_for(member) && sent.is_none())
    }

    /// What was sent into other sessions of the ends of an agent's tasks, or into none, and what their client may not have
    /// heard. That client is back in this session, and tells by itself what it knows.
    fn take_doubtful(&mut self, session: &Session, member: AgentKey) -> Vec<Cti> {
        let own = session.client.session;
        self.take_unheard(session, |of, sent| of == member && sent != Some(own))
    }

    /// Of each task the context, without which a client that knows nothing of it could do nothing about it, and the end.
    fn take_unheard(
        &mut self,
        session: &Session,
        is_told: impl Fn(AgentKey, Option<SessionId>) -> bool,
    ) -> Vec<Cti> {
        let mut told = Vec::new();
        for (task, over) in &mut self.over {
            let member = over.member;
            let Some(unheard) = over.unheard.take_if(|unheard| is_told(member, unheard.sent)) else {
                continue;
            };
            let view = View { state: TaskState::Ended, ..unheard.view };
            told.push(snapshot_event(*task, &view).into());
            told.push(over.last.message().for_monitor(session.monitor()));
        }
        told.retain(|message| session.knows(message));
        told
    }

    /// The agent whose task it is or was.
    fn member_of(&self, task: TaskId) -> Option<AgentKey> {
        let live = self.live.get(&task).map(|view| view.member);
        live.or_else(|| self.over.get(&task).map(|over| over.member))
    }

    fn of(&self, member: AgentKey) -> Vec<TaskId> {
        self.live.iter().filter(|(_, view)| view.member == member).map(|(id, _)| *id).collect()
    }
}

impl CtiServer {
    /// `AGENT_TASKS_RESP`, with the tasks that are live now.
    pub(super) fn agent_tasks(&self, member: AgentKey, invoke_id: InvokeId) -> Cti {
        let tasks = self.tasks.of(member);
        AgentTasksResp {
            invoke_id,
            mrd_id: member.mrd,
            icm_agent_id: member.skill_target,
            num_tasks: count(tasks.len()),
            flt_task_id: tasks,
            ..AgentTasksResp::default()
        }
        .into()
    }

    /// A client asks for the reservations of its agents that nobody has accepted yet.
    pub(super) fn on_get_precalls(&self, link: LinkId, m: &GetPrecallMessagesReq) -> Answer {
        let session = self.with_service(link, services::AGENT_REPORTING)?;
        // An offered task is beyond its pre-call (task-routing 1.1).
        let waiting = self.tasks.live.values().filter(|view| {
            view.state == TaskState::PreCall
                && view.member.mrd == m.mrd_id
                && self.owners.get(&view.member) == Some(&session.client.session)
        });
        let calls: Vec<Cti> = waiting
            .filter_map(|view| view.reserved.as_ref())
            .map(|call| event::pre_call(call).for_monitor(session.monitor()))
            .collect();
        let head = GetPrecallMessagesResp {
            invoke_id: m.invoke_id,
            num_messages: count(calls.len()),
            ..GetPrecallMessagesResp::default()
        };
        // NumMessages goes ahead of that many reservations (cti-server-protocol 11.1).
        Ok(std::iter::once(head.into()).chain(calls).collect())
    }

    /// A client asks how a task stands. Of one that is over it hears first how it ended, and before that its context, if it
    /// may know nothing of it: the task may have ended while the client was asking for it.
    pub(super) fn on_snapshot_task(&self, link: LinkId, m: &SnapshotTaskReq) -> Answer {
        self.with_service(link, services::AGENT_REPORTING)?;
        if let Some(member) = self.tasks.member_of(m.task_id) {
            self.with_service_for(link, services::AGENT_REPORTING, member.skill_target)?;
        }
        let known = self.tasks.live.get(&m.task_id).filter(|view| view.member.mrd == m.mrd_id);
        let Some(view) = known else {
            if let Some(over) = self.tasks.over.get(&m.task_id).filter(|over| over.member.mrd == m.mrd_id) {
                let monitor = self.session(link).monitor();
                let context = over.unheard.as_ref().map(|unheard| {
                    let seen = snapshot_event(m.task_id, &unheard.view);
                    SnapshotTaskEvent { task_state: TaskState::Ended.into(), ..seen }.into()
                });
                let told = [over.last.message().for_monitor(monitor), ended(m, over.member).into()];
                return Ok(context.into_iter().chain(told).collect());
            }
            let refused = SnapshotTaskResp {
                invoke_id: m.invoke_id,
                status: ArmStatus::TASK_OBJECT_NOT_FOUND,
                mrd_id: m.mrd_id,
                task_id: m.task_id,
                ..SnapshotTaskResp::default()
            };
            return Ok(vec![refused.into()]);
        };
        Ok(vec![SnapshotTaskResp { invoke_id: m.invoke_id, ..snapshot(m.task_id, view) }.into()])
    }

    /// A client changes a task's call variables.
    pub(super) fn on_update_context(
        &mut self,
        link: LinkId,
        m: &UpdateTaskContextInd,
        cx: &mut Cx<'_>,
    ) -> Answer {
        self.with_service_for(link, services::AGENT_REPORTING, m.icm_agent_id)?;
        let member = AgentKey { skill_target: m.icm_agent_id, mrd: m.mrd_id };
        // The codes are those of every other indication: 18, 22 and 20 (finesse-nonvoice 4.6).
        let Some(view) = self.tasks.live.get_mut(&m.task_id) else {
            return Ok(vec![refusal(m.invoke_id, Refusal::TaskNotFound)]);
        };
        if view.member.skill_target != member.skill_target {
            return Ok(vec![refusal(m.invoke_id, Refusal::WrongAgent)]);
        }
        if view.member.mrd != member.mrd {
            return Ok(vec![refusal(m.invoke_id, Refusal::WrongMrd)]);
        }
        view.context.change(m, &self.model.ecc_variables);
        let update = Cti::from(data_update(self.config.peripheral, m.task_id, view));
        self.deliver(member, Topic::Task(update.kind()), &update, cx);
        Ok(Vec::new())
    }

    /// An agent's desktop is back: its client hears of every live task, domain by domain (inferred).
    pub(super) fn on_desktop_connected(&self, link: LinkId, m: &DesktopConnectedInd) -> Answer {
        let skill_target = m.icm_agent_id;
        self.with_service_for(link, services::AGENT_REPORTING, skill_target)?;
        let Some(agent) = self.model.agents.get(&skill_target) else {
            return Ok(vec![refusal(m.invoke_id, Refusal::AgentNotFound)]);
        };
        let asked = m.agent_mrd_id.as_ref().map(|List(mrds)| mrds.as_slice()).unwrap_or_default();
        let mut mrds: Vec<MrdId> = agent.skill_groups.iter().map(|group| group.mrd.id).collect();
        mrds.sort_unstable();
        mrds.dedup();
        // A client that lists no domain means all of the agent's (inferred).
        mrds.retain(|mrd| asked.is_empty() || asked.contains(&Unsigned(*mrd)));
        Ok(mrds.into_iter().flat_map(|mrd| self.tell_tasks(AgentKey { skill_target, mrd }, true)).collect())
    }

    /// What a client hears unasked when it opens its session: how the agents stand whose client is away, their tasks,
    /// and the ends of tasks that no client has heard (task-routing E16, E19; inferred).
    pub(super) fn tell_unattended(&mut self, session: &Session) -> Vec<Cti> {
        let mut told = Vec::new();
        for (member, record) in &self.records {
            // WORK_NOT_READY is the state of agents whose client is away (task-routing E16).
            if record.state != AgentState::WorkNotReady || !session.speaks_for(*member) {
                continue;
            }
            let events = record.by_queue().map(|queue| event::agent_state(&queue));
            told.extend(events.map(|event| event.for_monitor(session.monitor())));
            if !self.tasks.of(*member).is_empty() {
                told.extend(self.tell_tasks(*member, false));
            }
        }
        told.retain(|message| session.knows(message));
        told.extend(self.tasks.take_missed(session));
        told
    }

    /// The clients of the side that has become the active one hear of the ends that no client has heard.
    pub(super) fn tell_missed_ends(&mut self, cx: &mut Cx<'_>) {
        for (link, session) in self.clients.sessions() {
            if self.sides.of(link.port) == Side::Active && session.has(services::AGENT_REPORTING) {
                for message in self.tasks.take_missed(session) {
                    cx.send(link, message.to_frame(&session.dialect));
                }
            }
        }
    }

    /// A client that tells anew what its agents do asks for an agent's tasks: it hears first of the ends that were sent into
    /// a session that was given up, or is about to be, since the link may have lost them with everything else that was
    /// under way (task-routing E17, E19; inferred).
    pub(super) fn tell_doubtful_ends(&mut self, link: LinkId, member: AgentKey, cx: &mut Cx<'_>) {
        let session = self.clients.session(link).expect("a request comes in a session");
        for message in self.tasks.take_doubtful(session, member) {
            cx.send(link, message.to_frame(&session.dialect));
        }
    }

    /// All of an agent's tasks in a domain, without an answer's invoke id: because the agent's desktop is connected, or by
    /// the server itself.
    fn tell_tasks(&self, member: AgentKey, is_desktop_connected: bool) -> Vec<Cti> {
        let tasks = self.tasks.of(member);
        let (mrd_id, icm_agent_id) = (member.mrd, member.skill_target);
        let request = AgentTasksRequestEvent {
            mrd_id,
            icm_agent_id,
            desktop_connected_flag: Some(is_desktop_connected),
            ..AgentTasksRequestEvent::default()
        };
        let head = AgentTasksEvent {
            mrd_id,
            icm_agent_id,
            num_tasks: count(tasks.len()),
            flt_task_id: tasks.clone(),
            ..AgentTasksEvent::default()
        };
        let snapshots =
            tasks.into_iter().filter_map(|task| Some(snapshot_event(task, self.tasks.live.get(&task)?)));
        let end = AgentTasksEndEvent { mrd_id, icm_agent_id, ..AgentTasksEndEvent::default() };
        // 264 opens the list, 262 lists the tasks, each has a 263, and 265 ends the list. Without invoke ids the two at
        // the ends say what belongs together (cti-server-protocol 11.2, task-routing E16; inferred).
        [request.into(), head.into()]
            .into_iter()
            .chain(snapshots.map(Cti::from))
            .chain([end.into()])
            .collect()
    }
}

/// A client begins to tell anew what its agents do: the server is ready for it at once (inferred).
pub(super) fn on_begin_agent_init(m: &BeginAgentInitInd) -> Vec<Cti> {
    let application_path_id = m.application_path_id;
    vec![AgentInitReadyEvent { application_path_id, ..AgentInitReadyEvent::default() }.into()]
}

/// `FAILURE_RESP`, the negative answer to an indication (cti-server-protocol 4.4).
fn refusal(invoke_id: InvokeId, refusal: Refusal) -> Cti {
    FailureResp { invoke_id, status: refusal.status(), ..FailureResp::default() }.into()
}

fn count(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// The snapshot of a task that is over.
fn ended(asked: &SnapshotTaskReq, member: AgentKey) -> SnapshotTaskResp {
    SnapshotTaskResp {
        invoke_id: asked.invoke_id,
        mrd_id: member.mrd,
        icm_agent_id: member.skill_target,
        task_id: asked.task_id,
        task_state: TaskState::Ended.into(),
        skill_group_id: SkillTarget::NONE,
        service_id: SkillTarget::NONE,
        ..SnapshotTaskResp::default()
    }
}

fn snapshot(task: TaskId, view: &View) -> SnapshotTaskResp {
    with_context!(SnapshotTaskResp {
        mrd_id: view.member.mrd,
        icm_agent_id: view.member.skill_target,
        task_id: task,
        task_state: view.state.into(),
        skill_group_id: view.skill_group,
        service_id: view.service,
    } of &view.context)
}

fn snapshot_event(task: TaskId, view: &View) -> SnapshotTaskEvent {
    with_context!(SnapshotTaskEvent {
        mrd_id: view.member.mrd,
        icm_agent_id: view.member.skill_target,
        task_id: task,
        task_state: view.state.into(),
        skill_group_id: view.skill_group,
        service_id: view.service,
    } of &view.context)
}

fn data_update(peripheral: PeripheralId, task: TaskId, view: &View) -> TaskDataUpdateEvent {
    with_context!(TaskDataUpdateEvent {
        peripheral_id: peripheral,
        peripheral_type: TaskEvent::PERIPHERAL_TYPE,
        mr_domain_id: view.member.mrd,
        task_id: task,
        icm_agent_id: view.member.skill_target,
    } of &view.context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_model::{Disposition, TaskEventKind};

    /// Agents' limits keep live tasks far below the bound; one that is known still moves when it is reached.
    #[test]
    fn at_the_bound_tasks_that_are_known_move_and_no_further_ones_are_taken() {
        let mut tasks = Tasks::default();
        for number in 0..TASKS_MAX {
            tasks.on_event(&event(number, TaskEventKind::Start), None, Time(0));
        }
        tasks.on_event(&event(TASKS_MAX, TaskEventKind::Start), None, Time(0));
        assert_eq!(tasks.live.len(), TASKS_MAX);
        tasks.on_event(&event(0, TaskEventKind::Pause), None, Time(0));
        assert_eq!(tasks.live[&id(0)].state, TaskState::Paused);
        tasks.on_event(&event(0, TaskEventKind::End), None, Time(0));
        tasks.on_event(&event(TASKS_MAX, TaskEventKind::Start), None, Time(0));
        assert!(tasks.live.contains_key(&id(TASKS_MAX)), "an end makes room");
    }

    #[test]
    fn of_tasks_that_are_over_the_oldest_are_forgotten() {
        let mut tasks = Tasks::default();
        for number in 0..=HEARD_MAX {
            tasks.on_event(&event(number, TaskEventKind::End), None, Time(0));
            tasks.on_event(&event(number, TaskEventKind::End), None, Time(0));
        }
        assert_eq!((tasks.over.len(), tasks.oldest.len()), (HEARD_MAX, HEARD_MAX));
        assert!(!tasks.over.contains_key(&id(0)) && tasks.over.contains_key(&id(1)));
    }

    #[test]
    fn ends_that_no_client_has_heard_are_remembered_for_longer() {
        let mut tasks = Tasks::default();
        for number in 0..=OVER_MAX {
            tasks.on_event(&event(number, TaskEventKind::Start), None, Time(0));
            tasks.on_event(&event(number, TaskEventKind::End), None, Time(0));
        }
        assert_eq!((tasks.over.len(), tasks.oldest.len()), (OVER_MAX, OVER_MAX));
        assert!(!tasks.over.contains_key(&id(0)) && tasks.over.contains_key(&id(1)));
    }

    fn id(number: usize) -> TaskId {
        TaskId { day: 1, call: i32::try_from(number).expect("few"), sequence: 1 }
    }

    fn event(number: usize, kind: TaskEventKind) -> TaskEvent {
        TaskEvent {
            kind,
            task: id(number),
            previous: TaskId::NONE,
            peripheral: PeripheralId(5000),
            mrd: MrdId(5011),
            skill_target: SkillTarget(5172),
            skill_group: SkillTarget(5199),
            service: SkillTarget::NONE,
            application_routed: true,
            icm_disposition: Some(Disposition::NORMAL_END_TASK),
            application_disposition: Some(Disposition::NORMAL_END_TASK),
            wrapup_data: String::new(),
            application_data: String::new(),
        }
    }
}
