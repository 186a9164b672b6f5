//! The CTI server: sessions on side A (active) and side B (standby), and who hears what
//! (cti-server-protocol 4).
//!
//! A task event waits until the record that OPC sends with it is passed on, so clients and trace get the
//! agent's event first and the task's event behind it. [`AgentPgFact::TaskEventTraced`] marks that moment.

mod event;
mod request;
mod session;

use crate::{
    arm::{ArmRequest, Place},
    config::Config,
};
use cce_cti::{
    CloseConf, Cti, FailureConf, FailureEvent, HeartbeatConf, OpenConf, OpenReq, SystemEvent, arm, dialect,
    open_version, services, status, system_event,
};
use cce_kernel::{
    CloseReason, Cx, Fact, FrameFlaw, LinkId, Port, TimerKey,
    fact::{AgentPgFact, OpcMessage},
    model::{AgentRecord, AgentState, TaskEvent},
};
use cce_wire::{Bytes, DecodeError, Text, frame_kind};
use session::{Session, Side};
use std::collections::BTreeMap;

/// Connections on both sides together.
const SESSIONS_MAX: usize = 64;
/// Requests of one session that OPC has not answered.
const PENDING_MAX: usize = 1_000;
/// Ends a connection that is silent, or has no session; counted by connection.
pub(crate) const IDLE: &str = "cti idle";
/// `AGENT_PRE_CALL_EVENT` in `CallMsgMask`.
const PRE_CALL: u32 = 0x0008_0000;
/// `AGENT_PRE_CALL_ABORT_EVENT` in `CallMsgMask`.
const PRE_CALL_ABORT: u32 = 0x0010_0000;
/// Up to this version an unknown message is refused with status 2, later with 48 (cti-server-protocol 4.4).
const OLD_UNKNOWN_UNTIL: u32 = 17;
/// `PGStatus`: the central controller is down.
const CC_DOWN: u32 = 2;
/// "No device" of a system event.
const NO_DEVICE: u16 = u16::MAX;

/// What a client's message or end means for OPC.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// OPC is asked for something.
    Arm(ArmRequest),
    /// A session that may have signed agents in is gone.
    SessionLost(u32),
}

/// Whether OPC has its link to the central controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CentralController {
    /// It has.
    Online,
    /// It has not.
    Offline,
}

impl CentralController {
    const fn pg_status(self) -> u32 {
        match self {
            Self::Online => 0,
            Self::Offline => CC_DOWN,
        }
    }
}

/// The CTI server.
#[derive(Debug)]
pub(crate) struct CtiServer {
    config: Config,
    /// Connections, with their session once it is open.
    connections: BTreeMap<LinkId, Option<Session>>,
    next_session: u32,
    controller: CentralController,
    /// The session that signed each agent in.
    owners: BTreeMap<Place, u32>,
}

impl CtiServer {
    /// A server without sessions.
    pub(crate) fn new(config: Config) -> Self {
        Self {
            next_session: config.first_session,
            config,
            connections: BTreeMap::new(),
            controller: CentralController::Offline,
            owners: BTreeMap::new(),
        }
    }

    /// A client connected; it has a while to open a session.
    pub(crate) fn on_link_up(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        if self.connections.len() >= SESSIONS_MAX {
            cx.note(AgentPgFact::SessionRefused { link, status: status::UNSPECIFIED_FAILURE }.into());
            return cx.close(link, CloseReason::Refused);
        }
        self.connections.insert(link, None);
        cx.arm(TimerKey::new(IDLE, u64::from(link.number)), self.config.open_timeout);
    }

    /// A client is gone without a word.
    pub(crate) fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) -> Option<Outcome> {
        self.forget(link, status::CLIENT_DISCONNECTED, cx)
    }

    /// A client was silent for too long.
    pub(crate) fn on_idle(&mut self, number: u64, cx: &mut Cx<'_>) -> Option<Outcome> {
        let link = *self.connections.keys().find(|link| u64::from(link.number) == number)?;
        cx.close(link, CloseReason::Idle);
        self.forget(link, status::TIMEOUT, cx)
    }

    /// A client broke the framing.
    pub(crate) fn on_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) -> Option<Outcome> {
        self.connections.get(&link)?;
        note_peer_error(link, "frame", format!("{flaw:?}"), cx);
        self.fail(link, 0, status::INVALID_MESSAGE_LENGTH, cx);
        cx.close(link, CloseReason::BadFrame);
        self.forget(link, status::INVALID_MESSAGE_LENGTH, cx)
    }

    /// A client says something.
    pub(crate) fn on_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) -> Option<Outcome> {
        let Some(session) = self.connections.get(&link)? else {
            self.on_first_frame(link, frame, cx);
            return None;
        };
        arm_idle(link, session, cx);
        match Cti::read(&session.dialect, frame) {
            Ok(message) => self.on_message(link, &message, session::invoke_id_of(frame), cx),
            Err(error) => self.on_unreadable(link, frame, &error, cx),
        }
    }

    /// OPC says something.
    pub(crate) fn on_opc(&mut self, messages: Vec<OpcMessage>, cx: &mut Cx<'_>) {
        let mut waiting = Vec::new();
        for message in messages {
            cx.note(AgentPgFact::ToCtiServer(message.clone()).into());
            match message {
                OpcMessage::Task(event) => waiting.push(*event),
                OpcMessage::Agent(record) => {
                    self.on_agent(&record, cx);
                    self.send_task_events(std::mem::take(&mut waiting), cx);
                }
                OpcMessage::PreCall(call) => {
                    let place = Place { skill_target: call.skill_target, mrd: call.mrd };
                    self.send_reservation(place, PRE_CALL, &event::pre_call(&call), cx);
                }
                OpcMessage::PreCallAbort { task, agent, mrd } => {
                    let known = self.config.agents.iter().find(|known| known.id == agent);
                    let Some(agent) = known else { continue };
                    let place = Place { skill_target: agent.skill_target, mrd };
                    let abort = event::pre_call_abort(task, mrd.0, &agent.instrument);
                    self.send_reservation(place, PRE_CALL_ABORT, &abort, cx);
                }
                OpcMessage::Answer { session, invoke_id, status } => {
                    self.send_answer(session, invoke_id, status, cx);
                }
            }
        }
        self.send_task_events(waiting, cx);
    }

    /// OPC gained or lost the central controller.
    pub(crate) fn on_controller(&mut self, controller: CentralController, cx: &mut Cx<'_>) {
        if self.controller == controller {
            return;
        }
        self.controller = controller;
        let (id, text) = match controller {
            CentralController::Online => {
                (system_event::CENTRAL_CONTROLLER_ONLINE, "central controller is on-line")
            }
            CentralController::Offline => {
                (system_event::CENTRAL_CONTROLLER_OFFLINE, "central controller is off-line")
            }
        };
        let event = self.system_event(id, 0, text, cx);
        self.send_to(|session| session.has(services::ALL_EVENTS), &event, cx);
    }

    /// Takes leave of every client.
    pub(crate) fn stop(&mut self, cx: &mut Cx<'_>) {
        let links: Vec<LinkId> = self.connections.keys().copied().collect();
        for link in links {
            let goodbye = FailureEvent { status: status::CTI_SERVER_OFFLINE, ..FailureEvent::default() };
            if let Some(Some(session)) = self.connections.get(&link) {
                cx.send(link, Cti::from(goodbye).to_frame(&session.dialect));
            }
            cx.close(link, CloseReason::Stopping);
            self.forget(link, status::CTI_SERVER_OFFLINE, cx);
        }
    }

    fn on_first_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) {
        let invoke_id = session::invoke_id_of(frame);
        if frame_kind(frame) != Some(OPEN_REQ) {
            note_peer_error(link, &kind_of(frame), "no session is open".to_owned(), cx);
            return self.fail(link, invoke_id, status::SESSION_NOT_OPEN, cx);
        }
        let opened = read_open(frame).and_then(|open| {
            session::check(&open, side_of(link), &self.config)?;
            self.check_instance(&open)?;
            Ok(open)
        });
        match opened {
            Ok(open) => self.open(link, &open, cx),
            Err(status) => self.refuse(link, invoke_id, status, cx),
        }
    }

    fn check_instance(&self, open: &OpenReq) -> Result<(), u32> {
        let Some(instance) = open.unique_instance_id.as_ref().map(ToString::to_string) else { return Ok(()) };
        let taken = self.connections.values().flatten().any(|other| other.client.unique_instance == instance);
        if taken { Err(status::DUPLICATE_UNIQUE_INSTANCE_ID) } else { Ok(()) }
    }

    fn open(&mut self, link: LinkId, open: &OpenReq, cx: &mut Cx<'_>) {
        let session = Session::new(self.next_session, open);
        self.next_session += 1;
        cx.note(
            AgentPgFact::SessionOpened {
                session: session.client.session,
                link,
                version: open.version_number,
                services: session.services,
                signature: session.client.signature.clone(),
            }
            .into(),
        );
        arm_idle(link, &session, cx);
        cx.send(link, self.open_conf(open.invoke_id, &session, side_of(link), cx).to_frame(&session.dialect));
        if side_of(link) == Side::Active && session.has(services::ALL_EVENTS) {
            let peripheral = self.config.peripheral;
            let event =
                self.system_event(system_event::PERIPHERAL_ONLINE, peripheral, "peripheral is on-line", cx);
            cx.send(link, event.to_frame(&session.dialect));
        }
        self.connections.insert(link, Some(session));
    }

    fn refuse(&self, link: LinkId, invoke_id: u32, status: u32, cx: &mut Cx<'_>) {
        cx.note(AgentPgFact::SessionRefused { link, status }.into());
        self.fail(link, invoke_id, status, cx);
    }

    fn on_unreadable(
        &mut self,
        link: LinkId,
        frame: &Bytes,
        error: &DecodeError,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        note_peer_error(link, &kind_of(frame), error.to_string(), cx);
        self.fail(link, session::invoke_id_of(frame), status::BAD_MESSAGE_FORMAT, cx);
        cx.close(link, CloseReason::BadMessage(error.to_string()));
        self.forget(link, status::BAD_MESSAGE_FORMAT, cx)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not of the session may be of the ARM layer")]
    fn on_message(
        &mut self,
        link: LinkId,
        message: &Cti,
        invoke_id: u32,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        match message {
            Cti::HeartbeatReq(_) => {
                self.send(link, HeartbeatConf { invoke_id, ..HeartbeatConf::default() }, cx);
            }
            Cti::CloseReq(request) => return self.on_close(link, invoke_id, request.status, cx),
            Cti::OpenReq(_) => self.object(link, message, invoke_id, status::SESSION_ALREADY_OPEN, cx),
            other => return self.on_request(link, other, invoke_id, cx),
        }
        None
    }

    fn on_close(&mut self, link: LinkId, invoke_id: u32, status: u32, cx: &mut Cx<'_>) -> Option<Outcome> {
        self.send(link, CloseConf { invoke_id, ..CloseConf::default() }, cx);
        cx.close(link, CloseReason::Done);
        self.forget(link, status, cx)
    }

    fn on_request(
        &mut self,
        link: LinkId,
        message: &Cti,
        invoke_id: u32,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        let session = self.connections.get_mut(&link)?.as_mut()?;
        let Some(asked) = request::asked(message) else {
            let status = unknown_status(session.dialect.version);
            self.object(link, message, invoke_id, status, cx);
            return None;
        };
        // A standby side serves nobody (inferred code).
        if side_of(link) == Side::Standby {
            self.object(link, message, invoke_id, status::SERVER_NOT_MASTER, cx);
            return None;
        }
        if !session.has(services::AGENT_REPORTING) {
            self.object(link, message, invoke_id, status::FUNCTION_NOT_AVAILABLE, cx);
            return None;
        }
        if let Some(pending) = asked.pending {
            if session.pending.len() >= PENDING_MAX {
                let refusal = event::answer(asked.pending, invoke_id, arm::PERFORMANCE_LIMIT_EXCEEDED);
                self.send(link, refusal, cx);
                return None;
            }
            session.pending.insert(asked.invoke_id, pending);
        }
        let client = session.client.clone();
        let request =
            ArmRequest { client, invoke_id: asked.invoke_id, place: asked.place, message: asked.message };
        Some(Outcome::Arm(request))
    }

    /// An agent signed in or out, or changed.
    fn on_agent(&mut self, record: &AgentRecord, cx: &mut Cx<'_>) {
        let place = Place { skill_target: record.skill_target, mrd: record.mrd };
        let states = [record.state, record.skill_group_state];
        self.send_to(|session| session.hears_states(&states), &event::agent_state(record), cx);
        if record.state == AgentState::Logout || record.session == 0 {
            self.owners.remove(&place);
        } else {
            self.owners.insert(place, record.session);
        }
    }

    fn send_task_events(&self, events: Vec<TaskEvent>, cx: &mut Cx<'_>) {
        for task in events {
            let message = event::task(&task);
            cx.note(AgentPgFact::TaskEventTraced(Box::new(task)).into());
            self.send_to(|session| session.has(services::ALL_TASK_EVENTS), &message, cx);
        }
    }

    /// Reservations go to the session that signed the agent in whatever its masks are, since it cannot do its
    /// work without them (inferred), and to every session that asks for them.
    fn send_reservation(&self, place: Place, mask: u32, message: &Cti, cx: &mut Cx<'_>) {
        let owner = self.owners.get(&place).copied();
        self.send_to(
            |session| owner == Some(session.client.session) || session.hears_calls(mask),
            message,
            cx,
        );
    }

    fn send_answer(&mut self, number: u32, invoke_id: u32, status: u32, cx: &mut Cx<'_>) {
        let mut open =
            self.connections.iter_mut().filter_map(|(link, session)| Some((*link, session.as_mut()?)));
        let Some((link, session)) = open.find(|(_, session)| session.client.session == number) else {
            return;
        };
        let pending = session.pending.remove(&invoke_id);
        cx.send(link, event::answer(pending, invoke_id, status).to_frame(&session.dialect));
    }

    /// Sends a message to every session of the active side that is to hear it, each in its own version.
    fn send_to(&self, is_to_hear: impl Fn(&Session) -> bool, message: &Cti, cx: &mut Cx<'_>) {
        let sessions = self.connections.iter().filter_map(|(link, session)| Some((*link, session.as_ref()?)));
        for (link, session) in sessions.filter(|(link, _)| side_of(*link) == Side::Active) {
            if is_to_hear(session) {
                cx.send(link, message.to_frame(&session.dialect));
            }
        }
    }

    fn send(&self, link: LinkId, message: impl Into<Cti>, cx: &mut Cx<'_>) {
        if let Some(Some(session)) = self.connections.get(&link) {
            cx.send(link, message.into().to_frame(&session.dialect));
        }
    }

    /// Notes what is wrong with a message, and says so.
    fn object(&self, link: LinkId, message: &Cti, invoke_id: u32, status: u32, cx: &mut Cx<'_>) {
        let name =
            if message.doc().is_some() { message.name().to_owned() } else { message.kind().to_string() };
        note_peer_error(link, &name, status::name(status).unwrap_or("refused").to_owned(), cx);
        self.fail(link, invoke_id, status, cx);
    }

    /// `FAILURE_CONF` has neither floats nor fields that depend on the version.
    fn fail(&self, link: LinkId, invoke_id: u32, status: u32, cx: &mut Cx<'_>) {
        let failure = FailureConf { invoke_id, status, ..FailureConf::default() };
        if self.connections.contains_key(&link) {
            cx.send(link, Cti::from(failure).to_frame(&dialect(cce_cti::VERSION_MIN)));
        }
    }

    fn open_conf(&self, invoke_id: u32, session: &Session, side: Side, cx: &Cx<'_>) -> Cti {
        OpenConf {
            invoke_id,
            services_granted: session.services,
            pg_status: self.controller.pg_status(),
            icm_central_controller_time: cx.wall().into(),
            peripheral_online: true,
            peripheral_type: event::PERIPHERAL_TYPE,
            agent_state: AgentState::Logout.number(),
            session_type: side.session_type(),
            num_peripherals: Some(1),
            flt_peripheral_id: vec![self.config.peripheral],
            multiline_agent_control: Some(0),
            ..OpenConf::default()
        }
        .into()
    }

    /// A system event; it always has a text, since one client drops the session without (cti-server-protocol
    /// 18).
    fn system_event(&self, id: u32, arg1: u32, text: &str, cx: &Cx<'_>) -> Cti {
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

    /// Drops a connection, and its session if it has one.
    fn forget(&mut self, link: LinkId, status: u32, cx: &mut Cx<'_>) -> Option<Outcome> {
        let connection = self.connections.remove(&link)?;
        cx.cancel(TimerKey::new(IDLE, u64::from(link.number)));
        let session = connection?.client.session;
        cx.note(AgentPgFact::SessionClosed { session, status }.into());
        Some(Outcome::SessionLost(session))
    }
}

/// Message type of `OPEN_REQ`.
const OPEN_REQ: u32 = 3;

/// Reads a request to open a session. Its version decides how.
fn read_open(frame: &Bytes) -> Result<OpenReq, u32> {
    let version = open_version(frame).ok_or(status::BAD_MESSAGE_FORMAT)?;
    if !session::is_version(version) {
        return Err(status::INVALID_VERSION);
    }
    match Cti::read(&dialect(version), frame) {
        Ok(Cti::OpenReq(open)) => Ok(open),
        Ok(_) | Err(_) => Err(status::BAD_MESSAGE_FORMAT),
    }
}

fn side_of(link: LinkId) -> Side {
    if link.port == Port::CtiB { Side::Standby } else { Side::Active }
}

const fn unknown_status(version: u32) -> u32 {
    if version <= OLD_UNKNOWN_UNTIL {
        status::INVALID_MESSAGE_LENGTH
    } else {
        status::INVALID_MSG_TYPE_FOR_VERSION
    }
}

fn arm_idle(link: LinkId, session: &Session, cx: &mut Cx<'_>) {
    let key = TimerKey::new(IDLE, u64::from(link.number));
    match session.idle {
        Some(idle) => cx.arm(key, idle),
        None => cx.cancel(key),
    }
}

fn kind_of(frame: &Bytes) -> String {
    frame_kind(frame).map_or_else(|| "frame".to_owned(), |kind| kind.to_string())
}

fn note_peer_error(link: LinkId, message: &str, detail: String, cx: &mut Cx<'_>) {
    cx.note(Fact::PeerError { link, message: message.to_owned(), detail });
}
