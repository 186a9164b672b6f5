//! The CTI server: sessions on side A (active) and side B (standby), and who hears what
//! (cti-server-protocol 4).
//!
//! A task event waits until the record that OPC sends with it is passed on, so clients and trace get the
//! agent's event first and the task's event behind it. [`AgentPgFact::TaskEventTraced`] marks that moment.

mod agent_items;
mod client;
mod config_service;
mod context;
mod delivery;
mod ecc;
mod event;
mod monitor;
mod open;
mod query;
mod request;
mod session;
mod standby;
mod statistics;
mod subscription;
mod tasks;
mod voice;

use crate::{arm::ArmRequest, config::Config, timer::Timer};
use cce_cti::{
    ArmStatus, CloseConf, ControlFailure, ControlFailureConf, Cti, CtiStatus, DeviceIdType, FailureConf,
    FailureEvent, HeartbeatConf, dialect, pg_status, services,
};
use cce_kernel::{
    CloseReason, Cx, FrameFlaw, LinkId, Peer,
    session::{ClosedConnection, Listener, Silence},
};
use cce_model::{
    AgentKey, AgentRecord, InvokeId, ObjectModel, SessionId, SkillTarget,
    fact::{AgentPgFact, ArmMessage},
};
use cce_wire::{Bytes, DecodeError, Role, frame_kind};
use request::ClientRequest;
use session::{Session, Side};
use standby::Sides;
use std::{collections::BTreeMap, sync::Arc};
use tasks::Tasks;

/// Requests of one session that OPC has not answered.
const PENDING_MAX: usize = 1_000;
/// Up to this version an unknown message is refused with status 2, later with 48 (cti-server-protocol 4.4).
const OLD_UNKNOWN_UNTIL: u32 = 17;
/// Monitors have numbers behind this, so that none has a session's number.
const MONITORS_FROM: u32 = 0x0001_0000;
/// "No device" of a system event.
const NO_DEVICE: DeviceIdType = DeviceIdType::NONE;

/// What a client's message or end means for OPC.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// OPC is asked for something.
    Arm(ArmRequest),
    /// A session that may have signed agents in is gone.
    SessionLost(SessionId),
    /// A client has told everything that it knows of its agents.
    InitOver(SessionId),
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denial {
    /// By `FAILURE_CONF`, with a status code.
    Status(CtiStatus),
    /// By `CONTROL_FAILURE_CONF`, with a failure code.
    Control(ControlFailure),
}

/// The messages that answer a request, in order.
type Answer = Result<Vec<Cti>, Denial>;

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
            Self::Offline => pg_status::CC_DOWN,
        }
    }
}

/// The CTI server.
#[derive(Clone, Debug)]
pub(crate) struct CtiServer {
    model: Arc<ObjectModel>,
    config: Config,
    clients: Listener<Session>,
    next_session: SessionId,
    controller: CentralController,
    /// The session that signed each agent in.
    owners: BTreeMap<AgentKey, SessionId>,
    /// The last record that OPC sent of each agent.
    records: BTreeMap<AgentKey, AgentRecord>,
    tasks: Tasks,
    sides: Sides,
    last_monitor: u32,
    registered: BTreeMap<u32, client::RegisteredService>,
}

impl CtiServer {
    /// A server without sessions.
    pub(crate) fn new(model: Arc<ObjectModel>, config: Config) -> Self {
        Self {
            next_session: config.first_session,
            model,
            config,
            clients: Listener::new(|number| Timer::CtiIdle.key(number), CloseReason::Idle),
            controller: CentralController::Offline,
            owners: BTreeMap::new(),
            records: BTreeMap::new(),
            tasks: Tasks::default(),
            sides: Sides::default(),
            last_monitor: MONITORS_FROM,
            registered: BTreeMap::new(),
        }
    }

    /// Goes by another configuration from now on.
    pub(crate) fn reconfigure(&mut self, model: Arc<ObjectModel>, config: Config) {
        (self.model, self.config) = (model, config);
    }

    /// A client connected; it has a while to open a session.
    pub(crate) fn on_link_up(&mut self, link: LinkId, peer: &Peer, cx: &mut Cx<'_>) {
        // The client goes on to the other side until one accepts (cti-server-protocol 1).
        if self.sides.is_stopped(link.port) {
            return cx.close(link, CloseReason::Refused);
        }
        // Messages before the open do not prolong the time within which the session has to be open (inferred).
        if !self.clients.accept(link, peer, Silence::Rearmed(self.config.open_timeout), cx) {
            cx.note(AgentPgFact::SessionRefused { link, status: CtiStatus::UNSPECIFIED_FAILURE }.into());
            cx.close(link, CloseReason::Refused);
        }
    }

    /// A client is gone without a word.
    pub(crate) fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) -> Option<Outcome> {
        let gone = self.clients.forget(link, cx);
        // A connection that vanishes without CLOSE_REQ ends the session with 37 (cti-server-protocol 4.3).
        self.on_gone(gone, CtiStatus::CLIENT_DISCONNECTED, cx)
    }

    /// A client was silent for too long.
    pub(crate) fn on_idle(&mut self, number: u64, cx: &mut Cx<'_>) -> Option<Outcome> {
        let gone = self.clients.on_due(number, cx);
        // Silence for the IdleTimeout ends the session with 16 (cti-server-protocol 4.2).
        self.on_gone(gone, CtiStatus::TIMEOUT, cx)
    }

    /// A client broke the framing: it is told so by 2, and its connection is closed.
    pub(crate) fn on_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) -> Option<Outcome> {
        if !self.clients.has(link) {
            cx.over_meanwhile("connection of a CTI client");
            return None;
        }
        cx.note_peer_error(link, "frame", flaw.to_string());
        // A length beyond the largest message has code 2 (cti-server-protocol 2).
        self.fail(link, InvokeId::NONE, CtiStatus::INVALID_MESSAGE_LENGTH, cx);
        self.close(link, CloseReason::BadFrame, CtiStatus::INVALID_MESSAGE_LENGTH, cx)
    }

    /// A client says something.
    pub(crate) fn on_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) -> Option<Outcome> {
        if !self.clients.hear(link, cx) {
            cx.over_meanwhile("connection of a CTI client");
            return None;
        }
        let Some(session) = self.clients.session(link) else {
            return self.on_first_frame(link, frame, cx);
        };
        self.tasks.on_sign_of_life(session.client.session, cx.now());
        match Cti::read(&session.dialect, frame) {
            Ok(message) => {
                let about = message.about();
                // Requests for configuration have no invoke id (cti-server-protocol 9).
                let known = message.doc().map(|_| about.invoke.unwrap_or(InvokeId::NONE));
                let invoke_id = known.unwrap_or_else(|| session::invoke_id_of(frame));
                self.on_message(link, &message, invoke_id, cx)
            }
            Err(error) => {
                self.on_unreadable(link, frame, &error, cx);
                None
            }
        }
    }

    /// Takes leave of every client.
    pub(crate) fn stop(&mut self, cx: &mut Cx<'_>) {
        let links: Vec<LinkId> = self.clients.links().collect();
        for link in links {
            // OPC is not told that sessions are lost: it is about to be stopped, too.
            self.dismiss(link, CloseReason::Stopping, CtiStatus::CTI_SERVER_OFFLINE, cx);
        }
    }

    /// A message cannot be read: it is answered. The session goes on, since its framing is intact and it may serve many
    /// agents (inferred).
    fn on_unreadable(&self, link: LinkId, frame: &Bytes, error: &DecodeError, cx: &mut Cx<'_>) {
        cx.note_peer_error(link, &kind_of(frame), error.to_string());
        self.fail(link, session::invoke_id_of(frame), CtiStatus::BAD_MESSAGE_FORMAT, cx);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not of the session may be of the ARM layer")]
    fn on_message(
        &mut self,
        link: LinkId,
        message: &Cti,
        invoke_id: InvokeId,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        let version = self.session(link).dialect.version;
        if let Err(status) = self.check_flaws(message, version) {
            self.object(link, message, invoke_id, status, cx);
            return None;
        }
        match message {
            // The server answers heartbeats and never begins one (cti-server-protocol 4.2).
            Cti::HeartbeatReq(_) => {
                self.send(link, HeartbeatConf { invoke_id, ..HeartbeatConf::default() }, cx);
            }
            Cti::CloseReq(request) => {
                // The confirmation leaves ahead of the end of the connection (cti-server-protocol 4.3).
                self.send(link, CloseConf { invoke_id, ..CloseConf::default() }, cx);
                return self.close(link, CloseReason::Done, request.status, cx);
            }
            // A second open has code 5, and the session stays open (cti-server-protocol 4.1).
            Cti::OpenReq(_) => self.object(link, message, invoke_id, CtiStatus::SESSION_ALREADY_OPEN, cx),
            Cti::ActiveMaintenanceRespMsg(answer) => {
                return self.on_maintenance_answer(link, answer.maintenance_mode_accepted, cx);
            }
            // The client goes to the other side, and its session ends by its own close (inferred).
            Cti::StoppingRequestsToThisSideInd(_) => {}
            Cti::EndAgentInitInd(_) if self.may_report(link, message) => {
                let session = self.session_mut(link);
                session.initialises = false;
                // A task of which the client has not spoken until now is over (task-routing E19).
                return Some(Outcome::InitOver(session.client.session));
            }
            other => return self.on_request(link, other, invoke_id, cx),
        }
        None
    }

    fn on_request(
        &mut self,
        link: LinkId,
        message: &Cti,
        invoke_id: InvokeId,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        let admitted =
            self.admit(link, message).and_then(|()| ecc::check(message, &self.model.ecc_variables));
        if let Err(status) = admitted {
            self.object(link, message, invoke_id, status, cx);
            return None;
        }
        let asked = if let Cti::SetAgentStateReq(m) = message {
            self.asked_of_voice(link, m)
        } else if let Some(asked) = request::asked(message) {
            // A session that does not report agents has code 12 for the ARM layer (cti-server-protocol 4.5).
            self.with_service_for(link, services::AGENT_REPORTING, asked.member.skill_target).map(|_| asked)
        } else {
            match self.on_client(link, message, cx) {
                Ok(answers) => answers.into_iter().for_each(|answer| self.send(link, answer, cx)),
                Err(denial) => self.deny(link, message, invoke_id, denial, cx),
            }
            return None;
        };
        match asked {
            Ok(asked) => self.ask_opc(link, asked, cx),
            Err(denial) => {
                self.deny(link, message, invoke_id, denial, cx);
                None
            }
        }
    }

    /// Hands a request to OPC, unless the session has too many without an answer.
    fn ask_opc(&mut self, link: LinkId, asked: ClientRequest, cx: &mut Cx<'_>) -> Option<Outcome> {
        let ClientRequest { invoke_id, member, message, pending } = asked;
        let session = self.session_mut(link);
        let is_full = session.pending.len() >= PENDING_MAX;
        match pending {
            Some(pending) if is_full => {
                let status = ArmStatus::PERFORMANCE_LIMIT_EXCEEDED;
                self.send(link, event::answer(Some(&pending), invoke_id, status), cx);
                return None;
            }
            // CONTROL_FAILURE_CONF has 52 for a performance limit (cti-server-protocol 13).
            None if is_full && matches!(message, ArmMessage::SetAgentState { .. }) => {
                let failure = ControlFailure::PERFORMANCE_LIMIT;
                self.send(link, event::voice_answer(invoke_id, Some(failure)), cx);
                return None;
            }
            Some(pending) => {
                session.pending.insert(invoke_id, pending);
            }
            // An indication has no positive answer, so that nothing waits for one (cti-server-protocol 4.4); OPC answers
            // a change of a voice state at once.
            None => {}
        }
        let (client, during_init) = (session.client.clone(), session.initialises);
        if message == ArmMessage::GetAgentTasks && during_init {
            // The ends go ahead of the list of tasks, which does not have them any more (inferred).
            self.tell_doubtful_ends(link, member, cx);
        }
        Some(Outcome::Arm(ArmRequest { client, invoke_id, member, message, during_init }))
    }

    /// Whether a message may be said in this session at all. A standby side serves nobody (inferred code).
    fn admit(&self, link: LinkId, message: &Cti) -> Result<(), CtiStatus> {
        let version = self.session(link).dialect.version;
        let is_client_s = message.doc().is_some_and(|row| row.from != Role::Server);
        if !is_client_s {
            // The code for it changed (cti-server-protocol 4.4).
            return Err(if version <= OLD_UNKNOWN_UNTIL {
                CtiStatus::INVALID_MESSAGE_LENGTH
            } else {
                CtiStatus::INVALID_MSG_TYPE_FOR_VERSION
            });
        }
        // A message that is newer than the session has code 48 (cti-server-protocol 4.4).
        if message.doc().is_some_and(|row| row.since > version) {
            return Err(CtiStatus::INVALID_MSG_TYPE_FOR_VERSION);
        }
        // A standby side takes OPEN, HEARTBEAT and CLOSE alone (cti-server-protocol 4.6).
        if self.side_of(link) == Side::Standby {
            return Err(CtiStatus::SERVER_NOT_MASTER);
        }
        Ok(())
    }

    /// Whether a message of the ARM layer is taken in this session.
    fn may_report(&self, link: LinkId, message: &Cti) -> bool {
        self.admit(link, message).is_ok() && self.with_service(link, services::AGENT_REPORTING).is_ok()
    }

    /// A strict server refuses what a lenient one lives with.
    fn check_flaws(&self, message: &Cti, version: u32) -> Result<(), CtiStatus> {
        let flaws = if self.config.strict_masks { message.flaws(&dialect(version)) } else { Vec::new() };
        flaws.iter().find_map(cce_cti::status_of_flaw).map_or(Ok(()), Err)
    }

    fn deny(&self, link: LinkId, message: &Cti, invoke_id: InvokeId, denial: Denial, cx: &mut Cx<'_>) {
        match denial {
            Denial::Status(status) => self.object(link, message, invoke_id, status, cx),
            Denial::Control(failure_code) => {
                cx.note_peer_error(
                    link,
                    message.name(),
                    format!("control failure {}", failure_code.in_words()),
                );
                let refusal = ControlFailureConf { invoke_id, failure_code, ..ControlFailureConf::default() };
                self.send(link, refusal, cx);
            }
        }
    }

    /// The one dispatch of what the CTI server answers by itself.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever is left is about calls, which the lab has none of"
    )]
    fn on_client(&mut self, link: LinkId, message: &Cti, cx: &mut Cx<'_>) -> Answer {
        match message {
            Cti::QueryAgentStateReq(m) => self.on_query_agent_state(m),
            Cti::QueryDeviceInfoReq(m) => self.on_query_device(m),
            Cti::SnapshotDeviceReq(m) => self.on_snapshot_device(m),
            Cti::QueryAgentStatisticsReq(m) => self.on_agent_statistics(m),
            Cti::QuerySkillGroupStatisticsReq(m) => self.on_skill_group_statistics(m),
            Cti::AgentDeskSettingsReq(m) => self.on_desk_settings(m),
            Cti::ListAgentTeamReq(m) => self.on_list_teams(link, m),
            Cti::MonitorAgentTeamStartReq(_) => Err(Denial::Status(CtiStatus::TEAM_NOT_FOUND)),
            Cti::MonitorAgentTeamStopReq(_) => Err(Denial::Status(CtiStatus::INVALID_MONITORID)),
            Cti::MonitorStartReq(m) => self.on_monitor_start(link, m),
            Cti::MonitorStopReq(m) => self.on_monitor_stop(link, m),
            Cti::ChangeMonitorMaskReq(m) => self.on_monitor_mask(link, m),
            Cti::SessionMonitorStartReq(m) => self.on_session_monitor_start(link, m),
            Cti::SessionMonitorStopReq(m) => self.on_session_monitor_stop(link, m),
            Cti::TaskMonitorStartReq(m) => self.on_task_monitor_start(link, m),
            Cti::TaskMonitorStopReq(m) => self.on_task_monitor_stop(link, m),
            Cti::ChangeTaskMonitorMaskReq(m) => self.on_task_monitor_mask(link, m),
            Cti::ConfigRequestKeyEvent(m) => Ok(self.on_config_request_key(m)),
            Cti::ConfigRequestEvent(m) => Ok(self.on_config_request(link, m)),
            Cti::ClientEventReportReq(m) => Ok(client::on_event_report(m)),
            Cti::UserMessageReq(m) => self.on_user_message(m, cx),
            Cti::RegisterVariablesReq(m) => Ok(client::on_register_variables(m)),
            Cti::RegisterServiceReq(m) => self.on_register_service(link, m),
            Cti::UnregisterServiceReq(m) => self.on_unregister_service(link, m),
            Cti::SetAppDataReq(m) => Ok(client::on_set_app_data(m)),
            Cti::GetPrecallMessagesReq(m) => self.on_get_precalls(link, m),
            Cti::SnapshotTaskReq(m) => self.on_snapshot_task(link, m),
            Cti::UpdateTaskContextInd(m) => self.on_update_context(link, m, cx),
            Cti::DesktopConnectedInd(m) => self.on_desktop_connected(link, m),
            Cti::BeginAgentInitInd(m) => {
                self.with_service(link, services::AGENT_REPORTING)?;
                self.session_mut(link).initialises = true;
                Ok(tasks::on_begin_agent_init(m))
            }
            Cti::EndAgentInitInd(_) | Cti::SetAppPathDataInd(_) => {
                self.with_service(link, services::AGENT_REPORTING).map(|_| Vec::new())
            }
            other => self.on_call_control(link, other),
        }
    }

    /// The session that has an agent's device.
    fn owner_of(&self, agent: SkillTarget) -> Option<(LinkId, &Session)> {
        self.sessions().find(|(_, session)| session.own_agent == Some(agent))
    }

    fn sessions(&self) -> impl Iterator<Item = (LinkId, &Session)> {
        self.clients.sessions()
    }

    /// The session in which a request came.
    ///
    /// # Panics
    ///
    /// If there is none: requests before the open are refused.
    fn session(&self, link: LinkId) -> &Session {
        self.clients.session(link).expect("a request comes in a session")
    }

    /// The same, to be changed.
    fn session_mut(&mut self, link: LinkId) -> &mut Session {
        self.clients.session_mut(link).expect("a request comes in a session")
    }

    fn side_of(&self, link: LinkId) -> Side {
        self.sides.of(link.port)
    }

    /// Notes what is wrong with a message, and says so.
    fn object(&self, link: LinkId, message: &Cti, invoke_id: InvokeId, status: CtiStatus, cx: &mut Cx<'_>) {
        let name =
            if message.doc().is_some() { message.name().to_owned() } else { message.kind().to_string() };
        cx.note_peer_error(link, &name, format!("refused with status {}", status.in_words()));
        self.fail(link, invoke_id, status, cx);
    }

    /// `FAILURE_CONF` has neither floats nor fields that depend on the version.
    fn fail(&self, link: LinkId, invoke_id: InvokeId, status: CtiStatus, cx: &mut Cx<'_>) {
        let failure = FailureConf { invoke_id, status, ..FailureConf::default() };
        if self.clients.has(link) {
            cx.send(link, Cti::from(failure).to_frame(&dialect(cce_cti::VERSION_MIN)));
        }
    }

    /// Says why a session is over, and closes its connection.
    fn dismiss(
        &mut self,
        link: LinkId,
        reason: CloseReason,
        status: CtiStatus,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        self.send(link, FailureEvent { status, ..FailureEvent::default() }, cx);
        self.close(link, reason, status, cx)
    }

    /// Closes a connection; the outcome is for OPC, if the connection had a session.
    fn close(
        &mut self,
        link: LinkId,
        reason: CloseReason,
        status: CtiStatus,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        let gone = self.clients.close(link, reason, cx);
        self.on_gone(gone, status, cx)
    }

    /// A connection is gone, and its session if it has one.
    fn on_gone(
        &mut self,
        gone: Option<ClosedConnection<Session>>,
        status: CtiStatus,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        let session = gone?.session?;
        let number = session.client.session;
        cx.note(AgentPgFact::SessionClosed { session: number, status }.into());
        self.registered.retain(|_, registered| registered.session != number);
        self.tasks.on_session_lost(number);
        // CLIENT_SESSION_CLOSED_EVENT has the status of the end (cti-server-protocol 4.3).
        self.announce(&event::session_closed(&session, self.config.peripheral, status), cx);
        Some(Outcome::SessionLost(number))
    }
}

fn kind_of(frame: &Bytes) -> String {
    frame_kind(frame).map_or_else(|| "frame".to_owned(), |kind| kind.to_string())
}
