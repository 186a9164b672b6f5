//! The client of the CTI server: session, heartbeats, and what arrives (cti-server-protocol 4).

use crate::{Config, Finesse, arm_stat, timer::Timer};
use cce_cti::{
    ActiveMaintenanceRespMsg, AgentMadeNotRoutableEvent, CloseReq, Cti, EndTaskEvent, FailureConf,
    HeartbeatReq, OpenConf, OpenReq, services, status,
};
use cce_kernel::{
    Address, Blob, CloseReason, Cx, Fact, LinkId, Port, TimerKey, Wall,
    session::{Alarm, Dialler, Keeper, OpeningLimit, SessionEvent, Terms, Turn, Word},
};
use cce_model::{DialogState, Disposition, MrdId, SkillTarget};
use cce_wire::{Opaque, Secret, Text};
use cce_xml::finesse::SystemStatus;
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
/// Seconds of silence after which the server may drop the session.
const IDLE_TIMEOUT: u32 = 120;
/// `ClientID` and `ClientSignature`.
const CLIENT: &str = "Finesse";
/// `SessionType` of a server that is not the active one (cti-server-protocol 4.6).
const STANDBY: u16 = 2;
/// Heartbeats that may stay unanswered.
const HEARTBEATS_LOST_MAX: u32 = 3;
/// How long a client waits for the answer to its `OPEN_REQ` (cti-server-protocol 4.1).
const OPEN_TIMEOUT: Duration = Duration::from_secs(30);

/// The one session with the CTI server, and the numbers of its requests.
#[derive(Debug)]
pub(crate) struct CtiClient {
    keeper: Keeper,
    /// Whether the node has learnt what became of its agents and tasks, and serves desktops.
    in_service: bool,
    next_invoke_id: u32,
    /// When the server answered a heartbeat, or the open, last.
    pub(crate) last_heartbeat: Option<Wall>,
}

impl CtiClient {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            keeper: Keeper::new(terms(config)),
            in_service: false,
            next_invoke_id: config.first_invoke_id,
            last_heartbeat: None,
        }
    }

    pub(crate) fn reconfigure(&mut self, config: &Config) {
        self.keeper.set_terms(terms(config));
    }

    /// Whether the session is open and initialised, and Finesse in service.
    pub(crate) fn is_in_service(&self) -> bool {
        self.in_service
    }

    /// What `SystemInfo` says of the session.
    pub(crate) fn system_status(&self) -> SystemStatus {
        match (self.keeper.is_open(), self.in_service) {
            (false, _) => SystemStatus::Disconnected,
            (true, false) => SystemStatus::Initialising,
            (true, true) => SystemStatus::InService,
        }
    }

    /// Whether the session is open and Finesse not yet in service.
    pub(crate) fn is_initialising(&self) -> bool {
        self.keeper.is_open() && !self.in_service
    }

    /// Everything is learnt.
    pub(crate) fn enter_service(&mut self) {
        assert!(self.keeper.is_open(), "a node learns by a session");
        self.in_service = true;
    }

    /// Whether `link` is the connection of this session, open or not.
    pub(crate) fn owns(&self, link: LinkId) -> bool {
        self.keeper.owns(link)
    }

    /// Sends a request, and returns its invoke id; nothing is sent while there is no connection.
    pub(crate) fn send<M: Into<Cti>>(
        &mut self,
        cx: &mut Cx<'_>,
        request: impl FnOnce(u32) -> M,
    ) -> Option<u32> {
        let link = self.link()?;
        let invoke_id = self.next_invoke_id();
        let message: Cti = request(invoke_id).into();
        cx.send(link, message.to_frame(&cce_cti::dialect(VERSION)));
        Some(invoke_id)
    }

    /// Takes a number for something that waits like a request, and is none.
    pub(crate) fn next_invoke_id(&mut self) -> u32 {
        let invoke_id = self.next_invoke_id;
        self.next_invoke_id = invoke_id.wrapping_add(1);
        invoke_id
    }

    pub(crate) fn link(&self) -> Option<LinkId> {
        self.keeper.link()
    }
}

/// The two sides take turns (cti-server-protocol 17), and three lost heartbeats end a session (4.2).
fn terms(config: &Config) -> Terms {
    Terms {
        addresses: vec![(Port::CtiA, Address::Lab), (Port::CtiB, Address::Lab)],
        redial: config.redial,
        heartbeat: config.heartbeat,
        unanswered_max: HEARTBEATS_LOST_MAX,
        opening: OpeningLimit::Within(OPEN_TIMEOUT),
    }
}

impl Dialler for Finesse {
    fn keeper(&mut self) -> &mut Keeper {
        &mut self.cti.keeper
    }

    fn key(&self, alarm: Alarm) -> TimerKey {
        let timer = match alarm {
            Alarm::Redial => Timer::Redial,
            Alarm::Opening => Timer::Opening,
            Alarm::Heartbeat => Timer::Heartbeat,
        };
        timer.key(0)
    }

    fn say(&mut self, word: Word, link: LinkId, cx: &mut Cx<'_>) {
        let invoke_id = self.cti.next_invoke_id();
        let message = match word {
            Word::Open => open_req(invoke_id, self.config.peripheral, &self.config.cti_password).into(),
            Word::Heartbeat => HeartbeatReq { invoke_id, ..HeartbeatReq::default() }.into(),
            Word::Close => close_req(invoke_id),
        };
        cx.send(link, message.to_frame(&cce_cti::dialect(VERSION)));
    }
}

impl Finesse {
    /// Something happens to the session with the CTI server.
    pub(crate) fn keep_cti(&mut self, event: SessionEvent, cx: &mut Cx<'_>) {
        match self.keep(event, cx) {
            Turn::None => {}
            Turn::Opened => {
                self.cti.last_heartbeat = Some(cx.wall());
                self.initialise(cx);
            }
            Turn::Over { .. } => self.on_cti_over(cx),
        }
    }

    /// The session, or the attempt to have one, is over.
    fn on_cti_over(&mut self, cx: &mut Cx<'_>) {
        cx.cancel(Timer::Initialising.key(0));
        self.forget_questions();
        if std::mem::take(&mut self.cti.in_service) {
            self.leave_service(cx);
        }
    }

    /// Ends the session from this side.
    pub(crate) fn drop_cti(&mut self, reason: CloseReason, cx: &mut Cx<'_>) {
        self.keep_cti(SessionEvent::HangUp(reason), cx);
    }

    /// Says goodbye, and dials no more.
    pub(crate) fn stop_cti(&mut self, cx: &mut Cx<'_>) {
        self.keep_cti(SessionEvent::Stop, cx);
        self.cti.in_service = false;
        cx.cancel(Timer::Initialising.key(0));
    }

    pub(crate) fn on_cti_frame(&mut self, link: LinkId, bytes: &Blob, cx: &mut Cx<'_>) {
        match Cti::read(&cce_cti::dialect(VERSION), &bytes.0) {
            Ok(message) => self.on_cti(message, cx),
            Err(error) => {
                let detail = error.to_string();
                cx.note(Fact::PeerError { link, message: "CTI".to_owned(), detail: detail.clone() });
                self.drop_cti(CloseReason::BadMessage(detail), cx);
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a client passes over events that do not concern it")]
    fn on_cti(&mut self, message: Cti, cx: &mut Cx<'_>) {
        match message {
            Cti::OpenConf(conf) => self.on_open_conf(&conf, cx),
            Cti::HeartbeatConf(_) => self.on_heartbeat_conf(cx),
            Cti::FailureConf(failure) => self.on_failure_conf(&failure, cx),
            Cti::FailureEvent(_) => self.drop_cti(CloseReason::Done, cx),
            Cti::ActiveMaintenanceReqMsg(request) => self.accept_maintenance(request.invoke_id, cx),
            Cti::AgentStateEvent(event) => self.on_agent_state(&event, cx),
            Cti::AgentMadeNotRoutableEvent(event) => self.on_made_not_routable(&event, cx),
            Cti::AgentInterruptAdvisoryEvent(event) => self.on_interrupt_advisory(&event, cx),
            Cti::AgentInterruptDoneAdvisoryEvent(event) => self.on_interrupt_done(&event, cx),
            Cti::AgentPreCallEvent(event) => self.on_pre_call(&event, cx),
            Cti::AgentPreCallAbortEvent(event) => self.on_pre_call_abort(&event, cx),
            Cti::OfferTaskEvent(event) => self.on_dialog_state(event.task_id, DialogState::Accepted, cx),
            Cti::StartTaskEvent(event) => self.on_dialog_state(event.task_id, DialogState::Active, cx),
            Cti::PauseTaskEvent(event) => self.on_dialog_state(event.task_id, DialogState::Paused, cx),
            Cti::ResumeTaskEvent(event) => self.on_dialog_state(event.task_id, DialogState::Active, cx),
            Cti::WrapupTaskEvent(event) => self.on_dialog_state(event.task_id, DialogState::WrappingUp, cx),
            Cti::EndTaskEvent(event) => self.on_end_task(&event, cx),
            Cti::AgentInitReadyEvent(_) => self.on_init_ready(cx),
            Cti::AgentTasksResp(answer) => self.on_agent_tasks(&answer, cx),
            Cti::SnapshotTaskResp(answer) => self.on_snapshot(&answer, cx),
            Cti::SnapshotTaskEvent(event) => self.on_snapshot_event(&event, cx),
            Cti::TaskDataUpdateEvent(event) => self.on_task_data(&event, cx),
            Cti::MediaLoginResp(resp) => self.on_response(resp.invoke_id, resp.status, cx),
            Cti::MakeAgentNotReadyResp(resp) => self.on_response(resp.invoke_id, resp.status, cx),
            Cti::MakeAgentNotRoutableResp(resp) => self.on_response(resp.invoke_id, resp.status, cx),
            Cti::SetAgentStateConf(conf) => self.on_response(conf.invoke_id, 0, cx),
            Cti::ControlFailureConf(failure) => self.on_voice_refused(&failure, cx),
            Cti::QueryAgentStateConf(answer) => self.on_user_answer(&answer, cx),
            Cti::FailureResp(resp) if self.on_question_refused(resp.invoke_id, resp.status, cx) => {}
            Cti::FailureResp(resp) => self.on_response(resp.invoke_id, resp.status, cx),
            _ => {}
        }
    }

    /// The server opens the session. A side that is not the active one serves nobody: the other one is tried
    /// (cti-server-protocol 4.6).
    fn on_open_conf(&mut self, conf: &OpenConf, cx: &mut Cx<'_>) {
        if !self.cti.keeper.is_opening() {
            return self.note_cti_error("OPEN_CONF", "the session is open already".to_owned(), cx);
        }
        if conf.session_type == STANDBY {
            self.cti.send(cx, close_req);
            return self.drop_cti(CloseReason::Done, cx);
        }
        self.keep_cti(SessionEvent::Confirmed, cx);
    }

    fn on_heartbeat_conf(&mut self, cx: &mut Cx<'_>) {
        self.cti.last_heartbeat = Some(cx.wall());
        self.keep_cti(SessionEvent::Answered, cx);
    }

    /// The server refuses the open or a heartbeat, which ends the session, or one request.
    fn on_failure_conf(&mut self, failure: &FailureConf, cx: &mut Cx<'_>) {
        if let Some(target) = self.lines.find(failure.invoke_id) {
            return self.refuse(&target, |mrd| arm_stat::failed(failure.status, mrd), cx);
        }
        if self.on_question_failed(failure.invoke_id, failure.status, cx) {
            return;
        }
        if failure.status == status::CTI_SERVER_OFFLINE || self.cti.keeper.is_opening() {
            self.drop_cti(CloseReason::Refused, cx);
        }
    }

    /// The other side takes over; Finesse has nothing against it, since it changes sides by itself.
    fn accept_maintenance(&self, invoke_id: u32, cx: &mut Cx<'_>) {
        let link = self.cti.link().expect("the request came on the session's connection");
        let answer = ActiveMaintenanceRespMsg {
            invoke_id,
            maintenance_mode_accepted: true,
            ..ActiveMaintenanceRespMsg::default()
        };
        cx.send(link, Cti::from(answer).to_frame(&cce_cti::dialect(VERSION)));
    }

    fn on_made_not_routable(&mut self, event: &AgentMadeNotRoutableEvent, cx: &mut Cx<'_>) {
        // The peripheral may have agents who are no users here.
        let Some(agent) = self.agent_of(SkillTarget(event.icm_agent_id)) else { return };
        self.change_media(&agent, MrdId(event.mrd_id), cx, |media| media.routable = false);
    }

    fn on_end_task(&mut self, event: &EndTaskEvent, cx: &mut Cx<'_>) {
        self.close_dialog(event.task_id, Disposition(event.icm_disposition), cx);
    }
}

fn close_req(invoke_id: u32) -> Cti {
    CloseReq { invoke_id, status: 0, ..CloseReq::default() }.into()
}

/// The `OPEN_REQ` of cti-server-protocol 17.
fn open_req(invoke_id: u32, peripheral_id: u32, password: &str) -> OpenReq {
    OpenReq {
        invoke_id,
        version_number: VERSION,
        idle_timeout: IDLE_TIMEOUT,
        peripheral_id,
        services_requested: SERVICES,
        agent_state_mask: AGENT_STATES,
        client_id: Some(Text::new(CLIENT)),
        client_password: Some(Secret(Opaque::new(password.as_bytes().to_vec()))),
        client_signature: Some(Text::new(CLIENT)),
        ..OpenReq::default()
    }
}
