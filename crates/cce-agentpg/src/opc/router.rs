//! The link to the router (mr-interface 8): opened by OPC, kept by heartbeats, and told anew how everything
//! stands whenever it opens. Ends of tasks that the router may have missed are told again, too (task-routing E14:
//! data is cached, and sent when the router is back).

use super::{
    HEARTBEAT, Opc, REDIAL,
    agent::{AgentInMrd, Standing},
    task::Task,
};
use crate::arm::Place;
use cce_kernel::{Address, CloseReason, Cx, Fact, FrameFlaw, LinkId, Port, TimerKey};
use cce_model::{Disposition, MrdId, QueuedTask, SkillTarget, TaskState, fact::OpcMessage};
use cce_mr::{
    ICM, Icm,
    icm::{AgentStateUpdate, CloseReq, HeartbeatReq, OpenReq, TaskEvent, TaskQueuedInd},
};
use cce_wire::{NamedVariable, Text};
use std::collections::VecDeque;

/// Version of the protocol between PG and router.
const VERSION: u32 = 1;
/// Type of this peripheral: enterprise agent (cti-server-protocol 12).
const PERIPHERAL_TYPE: u16 = 17;
/// Heartbeats that may stay unanswered.
const UNANSWERED_MAX: u32 = 3;
/// Ends that are told again; of more, the oldest are forgotten.
const ENDS_MAX: usize = 1_000;

/// The link to the router, and how far it is.
#[derive(Debug, Default)]
pub(super) struct RouterLink {
    link: Option<LinkId>,
    /// Whether it was asked to open.
    asked: bool,
    open: bool,
    unanswered: u32,
    last_invoke_id: u32,
    /// Ends of tasks that the router has not certainly heard of, oldest first.
    ends: VecDeque<End>,
}

/// The end of a task.
#[derive(Clone, Copy, Debug)]
struct End {
    task: Task,
    disposition: Disposition,
    /// The invoke id in use when it was told: the answer to a later heartbeat says that the router got it.
    told: u32,
}

impl RouterLink {
    /// Whether the router takes messages.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether it is connected, and has not answered yet.
    pub(super) fn is_opening(&self) -> bool {
        self.asked && !self.open
    }

    /// Dials the router, unless it is being dialled.
    pub(super) fn dial(&mut self, cx: &mut Cx<'_>) {
        if self.link.is_none() {
            self.link = Some(cx.dial(Port::IcmAgent, Address::Lab));
        }
    }

    /// Reports a task's state. A router that is away hears of it when it is back.
    pub(super) fn send_task(&mut self, task: &Task, disposition: Option<Disposition>, cx: &mut Cx<'_>) {
        if let Some(disposition) = disposition {
            self.remember(End { task: *task, disposition, told: self.last_invoke_id });
        }
        self.tell_task(task, disposition, cx);
    }

    fn tell_task(&self, task: &Task, disposition: Option<Disposition>, cx: &mut Cx<'_>) {
        let event = TaskEvent {
            task_id: task.id,
            icm_agent_id: task.place.skill_target.0,
            mrd_id: task.place.mrd.0,
            task_state: task.state.number(),
            disposition: disposition.map_or(0, |disposition| disposition.0),
            ..TaskEvent::default()
        };
        if self.open {
            self.send(event, cx);
        }
    }

    /// Reports that a task was never here.
    pub(super) fn send_refusal(&self, task: &Task, disposition: Disposition, cx: &mut Cx<'_>) {
        self.tell_task(task, Some(disposition), cx);
    }

    fn remember(&mut self, end: End) {
        if self.ends.len() >= ENDS_MAX {
            self.ends.pop_front();
        }
        self.ends.push_back(end);
    }

    /// The router answered a heartbeat: whatever was told before that, it got.
    fn on_heartbeat_answered(&mut self, invoke_id: u32) {
        self.unanswered = 0;
        self.ends.retain(|end| end.told >= invoke_id);
    }

    /// Tells the ends again that the router may have missed: first that the task was here, then that it is over, since
    /// an end alone would say that nobody was reserved.
    fn tell_ends(&mut self, cx: &mut Cx<'_>) {
        for end in &mut self.ends {
            end.told = self.last_invoke_id;
        }
        for End { task, disposition, .. } in &self.ends {
            self.tell_task(&Task { state: TaskState::PreCall, ..*task }, None, cx);
            self.tell_task(task, Some(*disposition), cx);
        }
    }

    /// Reports how an agent stands.
    pub(super) fn send_agent_state(&mut self, place: Place, standing: Standing, cx: &mut Cx<'_>) {
        let update = AgentStateUpdate {
            icm_agent_id: place.skill_target.0,
            mrd_id: place.mrd.0,
            agent_state: standing.state.number(),
            active_tasks: standing.begun,
            num_tasks: standing.tasks,
            max_task_limit: standing.limit,
            max_beyond_task_limit: standing.beyond,
            agent_mode: standing.routable,
            availability: standing.availability.number(),
            ..AgentStateUpdate::default()
        };
        self.send(update, cx);
    }

    fn send(&self, message: impl Into<Icm>, cx: &mut Cx<'_>) {
        if let Some(link) = self.link {
            cx.send(link, message.into().to_frame(&ICM));
        }
    }

    fn drop_link(&mut self, cx: &mut Cx<'_>) {
        self.link = None;
        self.asked = false;
        self.open = false;
        self.unanswered = 0;
        cx.cancel(TimerKey::new(HEARTBEAT, 0));
    }

    fn next_invoke_id(&mut self) -> u32 {
        self.last_invoke_id = self.last_invoke_id.wrapping_add(1);
        self.last_invoke_id
    }
}

impl Opc {
    /// Begins: dials the router.
    pub(crate) fn start(&mut self, cx: &mut Cx<'_>) {
        self.router.dial(cx);
    }

    /// Takes leave of the router.
    pub(crate) fn stop(&mut self, cx: &mut Cx<'_>) {
        let invoke_id = self.router.next_invoke_id();
        self.router.send(CloseReq { invoke_id, ..CloseReq::default() }, cx);
        if let Some(link) = self.router.link {
            cx.close(link, CloseReason::Stopping);
        }
        self.router.drop_link(cx);
        cx.cancel(TimerKey::new(REDIAL, 0));
    }

    /// Whether the link to the router is open.
    pub(crate) fn is_router_open(&self) -> bool {
        self.router.is_open()
    }

    /// The router is connected: asks it to open.
    pub(crate) fn on_router_up(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        if self.router.link != Some(link) {
            return;
        }
        let invoke_id = self.router.next_invoke_id();
        let open = OpenReq {
            invoke_id,
            version: VERSION,
            peripheral_id: self.config.peripheral,
            peripheral_type: PERIPHERAL_TYPE,
            ..OpenReq::default()
        };
        self.router.send(open, cx);
        self.router.asked = true;
        cx.arm(TimerKey::new(HEARTBEAT, 0), self.config.heartbeat);
    }

    /// The router is gone, or was not there. Tasks go on meanwhile.
    pub(crate) fn on_router_down(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        if self.router.link == Some(link) {
            self.forget_link(cx);
        }
    }

    /// The router broke the framing.
    pub(crate) fn on_router_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) {
        note_peer_error(link, "frame", &flaw.to_string(), cx);
        cx.close(link, CloseReason::BadFrame);
        self.on_router_down(link, cx);
    }

    /// The router says something.
    pub(crate) fn on_router_frame(&mut self, link: LinkId, frame: &cce_wire::Bytes, cx: &mut Cx<'_>) {
        if self.router.link != Some(link) {
            return;
        }
        match Icm::read(&ICM, frame) {
            Ok(Icm::OpenConf(_)) => self.on_router_open(cx),
            Ok(Icm::HeartbeatConf(conf)) => self.router.on_heartbeat_answered(conf.invoke_id),
            Ok(Icm::DeviceTargetPreCallInd(message)) => self.on_pre_call(link, &message, cx),
            Ok(Icm::DeviceTargetPreCallAbortInd(message)) => self.on_pre_call_abort(link, &message, cx),
            Ok(Icm::TaskQueuedInd(message)) => {
                let queued = queued(&message, self.config.peripheral);
                self.to_cti.push(OpcMessage::Queued(Box::new(queued)));
            }
            Ok(Icm::TaskDequeuedInd(message)) => self.to_cti.push(OpcMessage::Dequeued {
                task: message.task_id,
                peripheral: self.config.peripheral,
                mrd: MrdId(message.mrd_id),
                skill_group: SkillTarget(message.sgstid),
            }),
            Ok(other) => note_peer_error(link, other.name(), "not expected from the router", cx),
            Err(error) => {
                note_peer_error(link, "frame", &error.to_string(), cx);
                cx.close(link, CloseReason::BadMessage(error.to_string()));
                self.forget_link(cx);
            }
        }
    }

    /// Sends a heartbeat, unless too many went unanswered.
    pub(super) fn on_heartbeat_due(&mut self, cx: &mut Cx<'_>) {
        let Some(link) = self.router.link else { return };
        if self.router.unanswered >= UNANSWERED_MAX {
            cx.close(link, CloseReason::HeartbeatLost);
            return self.forget_link(cx);
        }
        self.router.unanswered += 1;
        if self.router.open {
            let invoke_id = self.router.next_invoke_id();
            self.router.send(HeartbeatReq { invoke_id, ..HeartbeatReq::default() }, cx);
        }
        cx.arm(TimerKey::new(HEARTBEAT, 0), self.config.heartbeat);
    }

    /// The router listens: it hears of ends that it may have missed, of every live task and of everybody who is signed in.
    fn on_router_open(&mut self, cx: &mut Cx<'_>) {
        self.router.open = true;
        self.router.unanswered = 0;
        self.router.tell_ends(cx);
        self.agents.values_mut().for_each(|agent| agent.reported = None);
        let signed_in: Vec<Place> =
            self.agents.values().filter(|agent| agent.is_signed_in()).map(AgentInMrd::place).collect();
        for place in signed_in {
            for task in self.tasks.values().filter(|task| task.place == place) {
                self.router.send_task(task, None, cx);
            }
            self.send_agent_state(place, cx);
        }
        self.carry_out_logins(cx);
    }

    fn forget_link(&mut self, cx: &mut Cx<'_>) {
        self.router.drop_link(cx);
        self.refuse_logins(cx);
        cx.arm(TimerKey::new(REDIAL, 0), self.config.redial);
    }
}

/// A task that waits, with its context.
fn queued(m: &TaskQueuedInd, peripheral: u32) -> QueuedTask {
    let text = |text: Option<&Text<40>>| text.map(ToString::to_string).unwrap_or_default();
    let plain = [
        &m.call_variable1,
        &m.call_variable2,
        &m.call_variable3,
        &m.call_variable4,
        &m.call_variable5,
        &m.call_variable6,
        &m.call_variable7,
        &m.call_variable8,
        &m.call_variable9,
        &m.call_variable10,
    ];
    let plain = (1..).zip(plain).filter_map(|(number, value)| Some((number, value.as_ref()?.to_string())));
    QueuedTask {
        task: m.task_id,
        peripheral,
        mrd: MrdId(m.mrd_id),
        skill_group: SkillTarget(m.sgstid),
        is_new: m.is_new,
        dialed_number: text(m.dn.as_ref()),
        ani: text(m.ani.as_ref()),
        ced: text(m.ced.as_ref()),
        call_variables: plain.collect(),
        named_variables: m.named_variables.iter().filter_map(NamedVariable::parts).collect(),
    }
}

/// Notes what the router did wrong.
pub(super) fn note_peer_error(link: LinkId, message: &str, detail: &str, cx: &mut Cx<'_>) {
    cx.note(Fact::PeerError { link, message: message.to_owned(), detail: detail.to_owned() });
}
