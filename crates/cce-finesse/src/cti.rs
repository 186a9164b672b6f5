//! The client of the CTI server: its session, and the numbers of its requests (cti-server-protocol 4). What a turn of
//! the session leads to, the component decides.

use crate::{Config, timer::Timer};
use cce_cti::{
    ActiveMaintenanceReqMsg, ActiveMaintenanceRespMsg, CloseReq, Cti, CtiStatus, HeartbeatReq, OpenConf,
    OpenReq, SessionType, services,
};
use cce_kernel::{
    Address, CloseReason, Cx, LinkId, Port, Time, TimerKey, Wall,
    session::{Alarm, Dialler, Keeper, OpeningLimit, SessionEvent, SessionMessage, Terms, Turn},
};
use cce_model::{InvokeId, PeripheralId};
use cce_wire::{Opaque, Secret, Text};
use cce_xml::finesse::{CtiServerInfo, SystemStatus};
use std::time::Duration;

/// Protocol version that Finesse speaks (cti-server-protocol 17).
pub(crate) const VERSION: u32 = 24;
/// Services that Finesse asks for (cti-server-protocol 17).
const SERVICES: u32 = services::CALL_DATA_UPDATE
    | services::CLIENT_CONTROL
    | services::ALL_EVENTS
    | services::PERIPHERAL_MONITOR
    | services::SUPERVISOR
    | services::AGENT_REPORTING
    | services::ALL_TASK_EVENTS
    | services::ACTIVE_STANDBY;
/// Every agent state.
const AGENT_STATES: u32 = 0x3FFF;
/// Seconds of silence after which the server may drop the session, at least (cti-server-protocol 17).
const IDLE_TIMEOUT: u32 = 120;
/// Heartbeats for which the server is to wait before it drops the session (cti-server-protocol 4.2).
const HEARTBEATS_IDLE: u64 = 4;
/// `ClientID` and `ClientSignature`.
const CLIENT: &str = "Finesse";
/// Heartbeats that may stay unanswered.
const HEARTBEATS_LOST_MAX: u32 = 3;
/// How long a client waits for the answer to its `OPEN_REQ` (cti-server-protocol 4.1).
const OPEN_TIMEOUT: Duration = Duration::from_secs(30);

/// The one session with the CTI server, and the numbers of its requests.
#[derive(Clone, Debug)]
pub(crate) struct CtiClient {
    keeper: Keeper,
    /// Whether the node has learnt what became of its agents and tasks, and serves desktops.
    in_service: bool,
    next_invoke_id: InvokeId,
    /// When the server answered a heartbeat, or the open, last.
    last_heartbeat: Option<Wall>,
    /// When the session was opened.
    opened: Time,
    /// Peripheral id of the agent PG.
    peripheral: PeripheralId,
    password: String,
    /// Seconds of silence after which the server may drop the next session.
    idle_timeout: u32,
}

impl CtiClient {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            keeper: Keeper::new(terms(config)),
            in_service: false,
            next_invoke_id: config.first_invoke_id,
            last_heartbeat: None,
            opened: Time::default(),
            peripheral: config.peripheral,
            password: config.cti_password.clone(),
            idle_timeout: idle_timeout(config),
        }
    }

    pub(crate) fn reconfigure(&mut self, config: &Config) {
        self.keeper.set_terms(terms(config));
        self.peripheral = config.peripheral;
        self.password.clone_from(&config.cti_password);
        self.idle_timeout = idle_timeout(config);
    }

    /// Whether the session is open and initialised, and Finesse in service.
    pub(crate) fn is_in_service(&self) -> bool {
        self.in_service
    }

    /// Whether the session is open and Finesse not yet in service.
    pub(crate) fn is_initialising(&self) -> bool {
        self.keeper.is_open() && !self.in_service
    }

    /// Whether the server is asked to open the session, and has not answered.
    pub(crate) fn is_opening(&self) -> bool {
        self.keeper.is_opening()
    }

    /// What `SystemInfo` says of the session.
    pub(crate) fn system_status(&self) -> SystemStatus {
        match (self.keeper.is_open(), self.in_service) {
            (false, _) => SystemStatus::Disconnected,
            (true, false) => SystemStatus::Initialising,
            (true, true) => SystemStatus::InService,
        }
    }

    /// When the server answered a heartbeat, or the open, last.
    pub(crate) fn last_heartbeat(&self) -> Option<Wall> {
        self.last_heartbeat
    }

    /// What `SystemInfo` says of the servers at these hosts: one of them has the session, if it is open.
    pub(crate) fn servers(&self, hosts: &[String; 2], now: Time) -> [CtiServerInfo; 2] {
        let [a, b] = hosts.clone();
        let open = self.keeper.link().filter(|_| self.keeper.is_open()).map(|link| link.port);
        let connected = |port| (open == Some(port)).then(|| now.since(self.opened));
        [(a, Port::CtiA), (b, Port::CtiB)]
            .map(|(host, port)| CtiServerInfo { host, connected: connected(port) })
    }

    /// Everything is learnt.
    pub(crate) fn enter_service(&mut self) {
        assert!(self.keeper.is_open(), "a node learns by a session");
        self.in_service = true;
    }

    /// The session is over; returns whether Finesse was in service.
    pub(crate) fn leave_service(&mut self) -> bool {
        std::mem::take(&mut self.in_service)
    }

    /// Whether `link` is the connection of this session, open or not.
    pub(crate) fn owns(&self, link: LinkId) -> bool {
        self.keeper.owns(link)
    }

    /// Peripheral id of the agent PG.
    pub(crate) fn peripheral(&self) -> PeripheralId {
        self.peripheral
    }

    /// `ApplicationPathID`: the lab has one path, which is the peripheral's (inferred).
    pub(crate) fn application_path(&self) -> i32 {
        self.peripheral.0.cast_signed()
    }

    /// Sends a request, and returns its invoke id; nothing is sent while there is no connection.
    pub(crate) fn send<M: Into<Cti>>(
        &mut self,
        cx: &mut Cx<'_>,
        request: impl FnOnce(InvokeId) -> M,
    ) -> Option<InvokeId> {
        let link = self.keeper.link()?;
        let invoke_id = self.next_invoke_id();
        send(link, request(invoke_id), cx);
        Some(invoke_id)
    }

    /// Takes a number for something that waits like a request, and is none.
    pub(crate) fn next_invoke_id(&mut self) -> InvokeId {
        let invoke_id = self.next_invoke_id;
        self.next_invoke_id = invoke_id.next();
        invoke_id
    }

    /// Says what the server did wrong on its connection.
    pub(crate) fn note_error(&self, message: &str, detail: impl Into<String>, cx: &mut Cx<'_>) {
        match self.keeper.link() {
            Some(link) => cx.note_peer_error(link, message, detail),
            // The node takes leave, and a request is still under way.
            None => cx.over_meanwhile("session with the CTI server"),
        }
    }

    /// Something happens to the session.
    pub(crate) fn on(&mut self, event: SessionEvent, cx: &mut Cx<'_>) -> Turn {
        let turn = self.keep(event, cx);
        // The open counts as the first heartbeat of `lastSuccessCTIHeartbeatTime`
        // (finesse-nonvoice 2.1; inferred).
        if turn == Turn::Opened {
            self.last_heartbeat = Some(cx.wall());
            self.opened = cx.now();
        }
        turn
    }

    /// The server opens the session. A side that is not the active one serves nobody: the other one is tried
    /// (cti-server-protocol 4.6).
    pub(crate) fn on_open_conf(&mut self, conf: &OpenConf, cx: &mut Cx<'_>) -> Turn {
        if !self.keeper.is_opening() {
            self.note_error("OPEN_CONF", "the session is open already", cx);
            return Turn::None;
        }
        if conf.session_type == SessionType::STANDBY {
            // A connection that vanishes without CLOSE_REQ ends its session with status 37
            // (cti-server-protocol 4.3).
            self.send(cx, close_req);
            return self.on(SessionEvent::HangUp(CloseReason::Done), cx);
        }
        self.on(SessionEvent::Confirmed, cx)
    }

    pub(crate) fn on_heartbeat_conf(&mut self, cx: &mut Cx<'_>) -> Turn {
        self.last_heartbeat = Some(cx.wall());
        self.on(SessionEvent::Answered, cx)
    }

    /// The other side takes over; Finesse has nothing against it, since it changes sides by itself.
    pub(crate) fn accept_maintenance(&self, request: &ActiveMaintenanceReqMsg, cx: &mut Cx<'_>) {
        let link = self.keeper.link().expect("the request came on the session's connection");
        let answer = ActiveMaintenanceRespMsg {
            invoke_id: request.invoke_id,
            maintenance_mode_accepted: true,
            ..ActiveMaintenanceRespMsg::default()
        };
        send(link, answer, cx);
    }

    /// The `OPEN_REQ` of cti-server-protocol 17.
    fn open_req(&self, invoke_id: InvokeId) -> OpenReq {
        OpenReq {
            invoke_id,
            version_number: VERSION,
            idle_timeout: self.idle_timeout,
            peripheral_id: self.peripheral,
            // A standby server refuses with 107 whoever does not ask for ACTIVE_STANDBY
            // (cti-server-protocol 4.1).
            services_requested: SERVICES,
            agent_state_mask: AGENT_STATES,
            client_id: Some(Text::new(CLIENT)),
            // An open without this field is refused with status 6; its length may be 0
            // (cti-server-protocol 3, 4.1).
            client_password: Some(Secret(Opaque::new(self.password.as_bytes().to_vec()))),
            client_signature: Some(Text::new(CLIENT)),
            ..OpenReq::default()
        }
    }
}

impl Dialler for CtiClient {
    fn keeper(&mut self) -> &mut Keeper {
        &mut self.keeper
    }

    fn key(&self, alarm: Alarm) -> TimerKey {
        let timer = match alarm {
            Alarm::Redial => Timer::Redial,
            Alarm::Opening => Timer::Opening,
            Alarm::Heartbeat => Timer::Heartbeat,
        };
        timer.key(0)
    }

    fn say(&mut self, word: SessionMessage, link: LinkId, cx: &mut Cx<'_>) {
        // One counter numbers requests, heartbeats and the rest of a session alike (finesse-nonvoice 3).
        let invoke_id = self.next_invoke_id();
        match word {
            SessionMessage::Open => send(link, self.open_req(invoke_id), cx),
            SessionMessage::Heartbeat => {
                send(link, HeartbeatReq { invoke_id, ..HeartbeatReq::default() }, cx);
            }
            SessionMessage::Close => send(link, close_req(invoke_id), cx),
        }
    }
}

/// Heartbeats that come rarely do not end the session.
fn idle_timeout(config: &Config) -> u32 {
    let heartbeats = config.heartbeat.as_secs().saturating_mul(HEARTBEATS_IDLE);
    u32::try_from(heartbeats).unwrap_or(u32::MAX).max(IDLE_TIMEOUT)
}

/// The two sides take turns (cti-server-protocol 1), and three lost heartbeats end a session (4.2).
fn terms(config: &Config) -> Terms {
    Terms {
        addresses: vec![(Port::CtiA, Address::Lab), (Port::CtiB, Address::Lab)],
        redial: config.redial,
        heartbeat: config.heartbeat,
        unanswered_max: HEARTBEATS_LOST_MAX,
        opening: OpeningLimit::Within(OPEN_TIMEOUT),
    }
}

fn close_req(invoke_id: InvokeId) -> CloseReq {
    CloseReq { invoke_id, status: CtiStatus::NO_ERROR, ..CloseReq::default() }
}

fn send(link: LinkId, message: impl Into<Cti>, cx: &mut Cx<'_>) {
    cx.send(link, message.into().to_frame(&cce_cti::dialect(VERSION)));
}
