//! The delivery of OPC's messages to the sessions that are to hear of them (cti-server-protocol 4.5).

use super::{
    CentralController, CtiServer, NO_DEVICE, event,
    session::{Pending, Session, Side},
    subscription::{Origin, Topic},
};
use cce_cti::{ArmStatus, Cti, EndTaskEvent, SystemEvent, SystemEventId, call_msg_mask, services};
use cce_kernel::{Cx, LinkId};
use cce_model::{
    AgentKey, AgentRecord, AgentState, InvokeId, QueuedTask, SessionId, TaskEvent, TaskEventKind,
    fact::{AgentPgFact, OpcMessage},
};
use cce_wire::{Message, Text};

impl CtiServer {
    /// OPC says something.
    pub(crate) fn on_opc(&mut self, messages: Vec<OpcMessage>, cx: &mut Cx<'_>) {
        let mut waiting = Vec::new();
        for message in messages {
            // A sign-out follows the ends of the agent's tasks; any other state goes ahead of its task's event.
            if matches!(&message, OpcMessage::Agent(record) if record.state == AgentState::Logout) {
                self.send_task_events(std::mem::take(&mut waiting), cx);
            }
            cx.note(AgentPgFact::ToCtiServer(message.clone()).into());
            match message {
                OpcMessage::Task(event) => {
                    let member = event.member();
                    let owner = self.owner(member).map(|(_, session)| session.client.session);
                    self.tasks.on_event(&event, owner, cx.now());
                    // The agent's event goes ahead of the task's (cti-server-protocol 11.3).
                    waiting.push(*event);
                }
                OpcMessage::Agent(record) => {
                    self.on_agent(&record, cx);
                    self.send_task_events(std::mem::take(&mut waiting), cx);
                }
                OpcMessage::PreCall(call) => {
                    self.tasks.on_pre_call(&call);
                    let member = call.member();
                    let topic = Topic::Call(call_msg_mask::AGENT_PRE_CALL);
                    self.send_with_owner(member, topic, &event::pre_call(&call), cx);
                }
                OpcMessage::PreCallAbort { task, agent, mrd } => {
                    let agent = self.model.agents.find(|known| known.id == agent);
                    let agent = agent.expect("OPC speaks of configured agents");
                    let member = AgentKey { skill_target: agent.skill_target, mrd };
                    let abort = event::pre_call_abort(task, mrd, agent.instrument());
                    self.tasks.note_withdrawn(task, member, abort.clone());
                    let topic = Topic::Call(call_msg_mask::AGENT_PRE_CALL_ABORT);
                    self.send_with_owner(member, topic, &abort, cx);
                }
                OpcMessage::Queued(queued) => self.on_queued(&queued, cx),
                OpcMessage::Dequeued { task, peripheral, mrd, skill_group } => {
                    let event = event::dequeued(peripheral, task, mrd, skill_group);
                    // A task that waits has no agent: monitors of one agent do not hear of it (inferred).
                    self.deliver(AgentKey::nobody(mrd), Topic::Task(event.kind()), &event, cx);
                }
                OpcMessage::TaskAssigned { session, invoke_id, task } => {
                    self.send_pending(
                        session,
                        invoke_id,
                        |server, pending| {
                            let answer = event::task_assigned(pending.as_ref(), invoke_id, task);
                            if let Some(Pending::OfferTask(own) | Pending::StartTask(own)) = pending {
                                server.tasks.on_assigned(task, *own);
                            }
                            answer
                        },
                        cx,
                    );
                }
                OpcMessage::MadeNotRoutable { skill_target, mrd } => {
                    let member = AgentKey { skill_target, mrd };
                    let event = event::made_not_routable(self.config.peripheral, member);
                    // The task mask has no bit for it: whoever hears of the end hears of this (inferred).
                    self.send_with_owner(member, Topic::Task(EndTaskEvent::DOC.kind), &event, cx);
                }
                OpcMessage::TaskState { task, state } => self.tasks.enter(task, state),
                OpcMessage::Interrupt { skill_target, mrd, by, is_over } => {
                    let member = AgentKey { skill_target, mrd };
                    let advice = event::interrupt(self.config.peripheral, member, by, is_over);
                    self.send_to_owner(member, &advice, cx);
                }
                OpcMessage::LifetimeExceeded { task, skill_target, mrd } => {
                    let member = AgentKey { skill_target, mrd };
                    let event = event::lifetime_exceeded(self.config.peripheral, task, member);
                    // Its number has no bit in the mask: whoever hears of the end hears of this (inferred).
                    self.deliver(member, Topic::Task(EndTaskEvent::DOC.kind), &event, cx);
                }
                OpcMessage::Answer { session, invoke_id, status } => {
                    self.send_answer(session, invoke_id, status, cx);
                }
                OpcMessage::VoiceAnswer { session, invoke_id, failure } => match self.link_of(session) {
                    Some(link) => self.send(link, event::voice_answer(invoke_id, failure), cx),
                    None => cx.over_meanwhile("session that asked"),
                },
            }
        }
        // An offer has no agent event to wait for (cti-server-protocol 11.3).
        self.send_task_events(waiting, cx);
    }

    /// A task waits: it begins for those who watch tasks, unless it is routed anew (inferred).
    fn on_queued(&self, queued: &QueuedTask, cx: &mut Cx<'_>) {
        let begin = queued.is_new.then(|| event::begin(queued));
        let event = event::queued(queued);
        for event in begin.into_iter().chain([event]) {
            self.deliver(AgentKey::nobody(queued.mrd), Topic::Task(event.kind()), &event, cx);
        }
    }

    /// OPC gained or lost the central controller.
    pub(crate) fn on_controller(&mut self, controller: CentralController, cx: &mut Cx<'_>) {
        if self.controller == controller {
            return;
        }
        self.controller = controller;
        let (id, text) = match controller {
            CentralController::Online => {
                (SystemEventId::CENTRAL_CONTROLLER_ONLINE, "central controller is on-line")
            }
            CentralController::Offline => {
                (SystemEventId::CENTRAL_CONTROLLER_OFFLINE, "central controller is off-line")
            }
        };
        let event = self.system_event(id, 0, text, cx);
        self.broadcast(|session| session.has(services::ALL_EVENTS), &event, cx);
    }

    /// An agent signed in or out, or changed: there is an event for each queue of the domain.
    fn on_agent(&mut self, record: &AgentRecord, cx: &mut Cx<'_>) {
        let member = record.member();
        for queue in record.by_queue() {
            // Either state lets an event pass: LOGIN is the queue's alone (cti-server-protocol 11.3).
            let states = [queue.state, queue.skill_group_state];
            self.deliver(member, Topic::States(&states), &event::agent_state(&queue), cx);
        }
        self.records.insert(member, record.clone());
        if record.state == AgentState::Logout || record.session == SessionId::NONE {
            // An agent who is signed out, or whose client is away, has no owner (task-routing E16).
            self.owners.remove(&member);
        } else {
            self.owners.insert(member, record.session);
        }
    }

    fn send_task_events(&mut self, events: Vec<TaskEvent>, cx: &mut Cx<'_>) {
        for task in events {
            let message = event::task(&task);
            let member = AgentKey { skill_target: task.skill_target, mrd: task.mrd };
            // The agent's event ahead of an end still counts the task (cti-server-protocol 19); whoever asks later hears
            // of those that are left.
            if let Some(record) = self.records.get_mut(&member).filter(|_| task.kind == TaskEventKind::End) {
                record.tasks = record.tasks.saturating_sub(1);
            }
            // The log has the event once, ahead of what clients hear (cti-server-protocol 11.3).
            cx.note(AgentPgFact::TaskEventTraced(Box::new(task)).into());
            self.deliver(member, Topic::Task(message.kind()), &message, cx);
        }
    }

    /// Sends an event to the session that signed the agent in whatever its masks are, since it cannot do its work
    /// without it (inferred), and to every session that asks for it.
    fn send_with_owner(&self, member: AgentKey, topic: Topic<'_>, message: &Cti, cx: &mut Cx<'_>) {
        let owner = self.owners.get(&member).copied();
        for (link, session) in self.sessions().filter(|(link, _)| self.side_of(*link) == Side::Active) {
            if owner == Some(session.client.session) && !session.hears(member, topic) {
                cx.send(link, message.clone().for_monitor(session.monitor()).to_frame(&session.dialect));
            }
        }
        self.deliver(member, topic, message, cx);
    }

    /// The session that signed the agent in, if it is there.
    fn owner(&self, member: AgentKey) -> Option<(LinkId, &Session)> {
        let owner = self.owners.get(&member)?;
        let mut active = self.sessions().filter(|(link, _)| self.side_of(*link) == Side::Active);
        active.find(|(_, session)| session.client.session == *owner)
    }

    /// Sends an event to the session that signed the agent in, and to no other: it asks for an answer, of which there
    /// is to be one (inferred).
    fn send_to_owner(&self, member: AgentKey, message: &Cti, cx: &mut Cx<'_>) {
        match self.owner(member) {
            Some((link, session)) => {
                cx.send(link, message.clone().for_monitor(session.monitor()).to_frame(&session.dialect));
            }
            // The agent has signed out meanwhile, or the side is not the active one any more.
            None => cx.over_meanwhile("session of an agent"),
        }
    }

    /// Sends an event to every session of the active side that is to hear it, once for each reason.
    pub(super) fn deliver(&self, member: AgentKey, topic: Topic<'_>, message: &Cti, cx: &mut Cx<'_>) {
        for (link, session) in self.sessions().filter(|(link, _)| self.side_of(*link) == Side::Active) {
            for subscription in &session.subscriptions {
                let hears = match subscription.origin {
                    Origin::OtherSession(number) => self.does_hear(number, member, topic),
                    Origin::Session | Origin::Device | Origin::Task => subscription.hears(member, topic),
                };
                if hears {
                    let monitored = message.clone().for_monitor(subscription.monitor);
                    cx.send(link, monitored.to_frame(&session.dialect));
                }
            }
        }
    }

    /// Whether a session hears of that by itself.
    fn does_hear(&self, number: SessionId, member: AgentKey, topic: Topic<'_>) -> bool {
        let other = self.sessions().find(|(_, session)| session.client.session == number);
        other.is_some_and(|(_, session)| session.hears(member, topic))
    }

    /// Tells the clients that monitor clients of a session's beginning or end.
    pub(super) fn announce(&self, message: &Cti, cx: &mut Cx<'_>) {
        self.broadcast(|session| session.has(services::CLIENT_MONITOR), message, cx);
    }

    pub(super) fn send_answer(
        &mut self,
        number: SessionId,
        invoke_id: InvokeId,
        status: ArmStatus,
        cx: &mut Cx<'_>,
    ) {
        self.send_pending(
            number,
            invoke_id,
            |server, pending| match pending {
                Some(Pending::AgentTasks(member)) if status == ArmStatus::SUCCESS => {
                    server.agent_tasks(member, invoke_id)
                }
                pending => event::answer(pending.as_ref(), invoke_id, status),
            },
            cx,
        );
    }

    /// The connection of a session, if it is there.
    fn link_of(&self, number: SessionId) -> Option<LinkId> {
        self.sessions().find(|(_, session)| session.client.session == number).map(|(link, _)| link)
    }

    /// Answers what waits in a session under that invoke id, or an indication that nothing waits for.
    fn send_pending(
        &mut self,
        number: SessionId,
        invoke_id: InvokeId,
        answer: impl FnOnce(&mut Self, Option<Pending>) -> Cti,
        cx: &mut Cx<'_>,
    ) {
        let Some(link) = self.link_of(number) else { return cx.over_meanwhile("session that asked") };
        let pending = self.session_mut(link).pending.remove(&invoke_id);
        let message = answer(self, pending);
        self.send(link, message, cx);
    }

    /// Sends a message to sessions of the active side, each in its own version.
    pub(super) fn broadcast(&self, is_to_hear: impl Fn(&Session) -> bool, message: &Cti, cx: &mut Cx<'_>) {
        for (link, session) in self.sessions().filter(|(link, _)| self.side_of(*link) == Side::Active) {
            if is_to_hear(session) {
                cx.send(link, message.to_frame(&session.dialect));
            }
        }
    }

    pub(super) fn send(&self, link: LinkId, message: impl Into<Cti>, cx: &mut Cx<'_>) {
        // A connection without a session is closed without a word.
        if let Some(session) = self.clients.session(link) {
            cx.send(link, message.into().to_frame(&session.dialect));
        }
    }

    /// A system event; it always has a text, since one client drops the session without (cti-server-protocol
    /// 18).
    pub(super) fn system_event(&self, id: SystemEventId, arg1: u32, text: &str, cx: &Cx<'_>) -> Cti {
        SystemEvent {
            pg_status: self.controller.pg_status(),
            icm_central_controller_time: cx.wall().into(),
            system_event_id: id,
            system_event_arg1: arg1,
            event_device_type: NO_DEVICE,
            text: Some(Text::new(text)),
            ..SystemEvent::default()
        }
        .into()
    }
}
