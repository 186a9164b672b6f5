//! The link to the router (mr-interface 8): opened by OPC, kept by heartbeats, and told anew how everything
//! stands whenever it opens. Ends of tasks that the router may have missed are told again, too (task-routing E14:
//! data is cached, and sent when the router is back).

use super::{
    Opc,
    agent::{AgentInMrd, AgentReport},
    task::Task,
};
use crate::{config::Config, timer::Timer};
use cce_kernel::{
    CloseReason, Cx, FrameFlaw, LinkId,
    session::{Dialler, SessionEvent, Turn},
};
use cce_model::{AgentKey, Disposition, InvokeId, PeripheralId, QueuedTask, TaskState, fact::OpcMessage};
use cce_mr::{
    ICM, Icm,
    gateway::{PgKind, RouterSaid, RouterSession, Waits},
    icm::{AgentStateUpdate, TaskEvent, TaskQueuedInd},
};
use cce_wire::{NamedVariable, Text};
use std::collections::VecDeque;

/// Ends that are told again; of more, the oldest are forgotten.
const ENDS_MAX: usize = 1_000;

/// The session with the router.
#[derive(Clone, Debug)]
pub(super) struct RouterLink {
    session: RouterSession,
    /// Ends of tasks that the router has not certainly heard of, oldest first.
    ends: VecDeque<End>,
}

/// The end of a task.
#[derive(Clone, Copy, Debug)]
struct End {
    task: Task,
    disposition: Disposition,
    /// The invoke id in use when it was told: the answer to a later heartbeat says that the router got it.
    told: InvokeId,
}

impl RouterLink {
    pub(super) fn new(config: &Config) -> Self {
        let timers = [Timer::RouterRedial.key(0), Timer::RouterBeat.key(0)];
        let session = RouterSession::new(PgKind::Agent, config.peripheral, waits(config), timers);
        Self { session, ends: VecDeque::new() }
    }

    pub(super) fn reconfigure(&mut self, config: &Config) {
        self.session.set_waits(waits(config));
    }

    /// Whether the router takes messages.
    pub(super) fn is_open(&self) -> bool {
        self.session.is_open()
    }

    /// Whether it is connected, and has not answered yet.
    pub(super) fn is_opening(&self) -> bool {
        self.session.is_opening()
    }

    /// Reports a task's state. A router that is away hears of it when it is back.
    pub(super) fn send_task(&mut self, task: &Task, disposition: Option<Disposition>, cx: &mut Cx<'_>) {
        // An end is kept until the router has certainly heard of it (task-routing E14).
        if let Some(disposition) = disposition {
            self.remember(End { task: *task, disposition, told: self.session.last_invoke_id() });
        }
        self.tell_task(task, disposition, cx);
    }

    /// Tells the router of a task as far as it is there to hear it: nothing is kept for later.
    pub(super) fn tell_task(&self, task: &Task, disposition: Option<Disposition>, cx: &mut Cx<'_>) {
        let event = TaskEvent {
            task_id: task.id,
            icm_agent_id: task.member.skill_target,
            mrd_id: task.member.mrd,
            task_state: task.state.into(),
            disposition: disposition.unwrap_or(Disposition::NONE),
            ..TaskEvent::default()
        };
        if self.is_open() {
            self.session.send(event, cx);
        }
    }

    fn remember(&mut self, end: End) {
        if self.ends.len() >= ENDS_MAX {
            self.ends.pop_front();
        }
        self.ends.push_back(end);
    }

    /// The router answered a heartbeat: whatever was told before that, it got.
    fn on_heartbeat_answered(&mut self, invoke_id: InvokeId) {
        // A link keeps its order, so that whatever was told ahead of that heartbeat has arrived, too.
        self.ends.retain(|end| end.told >= invoke_id);
    }

    /// Tells the ends again that the router may have missed: first that the task was here, then that it is over, since
    /// an end alone would say that nobody was reserved.
    fn tell_ends(&mut self, cx: &mut Cx<'_>) {
        for end in &mut self.ends {
            end.told = self.session.last_invoke_id();
        }
        for End { task, disposition, .. } in &self.ends {
            self.tell_task(&Task { state: TaskState::PreCall, ..*task }, None, cx);
            self.tell_task(task, Some(*disposition), cx);
        }
    }

    /// Sends `AGENT_STATE_UPDATE` (mr-interface 8.2).
    pub(super) fn send_agent_state(&mut self, member: AgentKey, standing: AgentReport, cx: &mut Cx<'_>) {
        let update = AgentStateUpdate {
            icm_agent_id: member.skill_target,
            mrd_id: member.mrd,
            agent_state: standing.state.into(),
            // The router adds the tasks that it assigned and has not seen begun: 0+1 (task-routing 3.10).
            active_tasks: standing.begun,
            num_tasks: standing.tasks,
            max_task_limit: standing.limit,
            max_beyond_task_limit: standing.beyond,
            agent_mode: standing.routable,
            availability: standing.availability.into(),
            ..AgentStateUpdate::default()
        };
        self.session.send(update, cx);
    }
}

const fn waits(config: &Config) -> Waits {
    Waits { redial: config.redial, heartbeat: config.heartbeat }
}

impl Opc {
    /// Something happens to the session with the router. Tasks go on while it is away.
    pub(crate) fn keep_router(&mut self, event: SessionEvent, cx: &mut Cx<'_>) {
        match self.router.session.keep(event, cx) {
            Turn::None => {}
            Turn::Opened => self.on_router_open(cx),
            // Tasks go on (task-routing E14); sign-ins that wait have code 36 (cti-server-protocol 11.5).
            Turn::Over { .. } => self.refuse_logins(cx),
        }
    }

    /// Whether the link to the router is open.
    pub(crate) fn is_router_open(&self) -> bool {
        self.router.is_open()
    }

    /// The router broke the framing: its link is closed, and dialled again.
    pub(crate) fn on_router_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) {
        if !self.router.session.owns(link) {
            return cx.over_meanwhile("session with the router");
        }
        cx.note_peer_error(link, "frame", flaw.to_string());
        self.keep_router(SessionEvent::HangUp(CloseReason::BadFrame), cx);
    }

    /// The router says something.
    pub(crate) fn on_router_frame(&mut self, link: LinkId, frame: &cce_wire::Bytes, cx: &mut Cx<'_>) {
        if !self.router.session.owns(link) {
            return cx.over_meanwhile("session with the router");
        }
        match Icm::read(&ICM, frame) {
            Ok(Icm::DeviceTargetPreCallInd(message)) => self.on_pre_call(link, &message, cx),
            Ok(Icm::DeviceTargetPreCallAbortInd(message)) => self.on_pre_call_abort(link, &message, cx),
            Ok(Icm::TaskQueuedInd(message)) => {
                let queued = queued(&message, self.config.peripheral);
                self.to_cti.push(OpcMessage::Queued(Box::new(queued)));
            }
            Ok(Icm::TaskDequeuedInd(message)) => self.to_cti.push(OpcMessage::Dequeued {
                task: message.task_id,
                peripheral: self.config.peripheral,
                mrd: message.mrd_id,
                skill_group: message.sgstid,
            }),
            Ok(other) => {
                if let Icm::HeartbeatConf(conf) = &other {
                    self.router.on_heartbeat_answered(conf.invoke_id);
                }
                match self.router.session.hear(link, &other, cx) {
                    RouterSaid::Event(event) => self.keep_router(event, cx),
                    RouterSaid::Nothing => {}
                    RouterSaid::SomethingElse => {
                        cx.note_peer_error(link, other.name(), "not expected from the router");
                    }
                }
            }
            Err(error) => {
                cx.note_peer_error(link, "frame", error.to_string());
                self.keep_router(SessionEvent::HangUp(CloseReason::BadMessage(error.to_string())), cx);
            }
        }
    }

    /// The router listens: it hears of ends that it may have missed, of every live task and of everybody who is signed in.
    fn on_router_open(&mut self, cx: &mut Cx<'_>) {
        self.router.tell_ends(cx);
        // The router forgot the agents with the link, so that every state is news to it (inferred).
        self.agents.values_mut().for_each(|agent| agent.reported = None);
        let signed_in: Vec<AgentKey> =
            self.agents.values().filter(|agent| agent.is_signed_in()).map(AgentInMrd::member).collect();
        for member in signed_in {
            // The tasks go ahead of the state, which may make the agent eligible for more (task-routing 3.5).
            for task in self.tasks.values().filter(|task| task.member == member) {
                self.router.send_task(task, None, cx);
            }
            self.send_agent_state(member, cx);
        }
        self.carry_out_logins(cx);
    }
}

/// A task that waits, with its context.
fn queued(m: &TaskQueuedInd, peripheral: PeripheralId) -> QueuedTask {
    QueuedTask {
        task: m.task_id,
        peripheral,
        mrd: m.mrd_id,
        skill_group: m.sgstid,
        is_new: m.is_new,
        dialed_number: Text::or_empty(m.dn.as_ref()),
        ani: Text::or_empty(m.ani.as_ref()),
        ced: Text::or_empty(m.ced.as_ref()),
        call_variables: cce_wire::numbered(cce_wire::call_variables!(m)).collect(),
        named_variables: m.named_variables.iter().filter_map(NamedVariable::parts).collect(),
    }
}
