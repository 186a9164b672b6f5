//! Finesse as a component: who takes each input, and what a turn of the session with the CTI server leads to.

use crate::{
    config::Config, cti::VERSION, recovery::Recovery, rest, service::Service, snapshot::Snapshot,
    timer::Timer,
};
use cce_cti::{ArmStatus, Cti, CtiStatus, FailureConf, FailureResp};
use cce_kernel::{
    Blob, CallId, CloseReason, Command, Component, Configured, Cx, Input, LinkId, Port, Request, Security,
    TimerKey,
    session::{Alarm, SessionEvent, Turn},
};
use cce_model::{DialogState, InvokeId, ObjectModel};
use cce_pubsub::StreamTimer;
use std::sync::Arc;

/// A Finesse node: REST and notifications toward desktops, a CTI client, and calls to CCP.
#[derive(Clone, Debug)]
pub struct Finesse {
    service: Service,
    recovery: Recovery,
}

impl Configured for Finesse {
    type Config = Config;

    fn new(model: Arc<ObjectModel>, config: Config) -> Self {
        Self { service: Service::new(model, config), recovery: Recovery::default() }
    }

    fn reconfigure(&mut self, model: Arc<ObjectModel>, config: Config) {
        self.service.reconfigure(model, config);
    }
}

impl Component for Finesse {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        let service = &mut self.service;
        match input {
            Input::Start { .. } => self.on_start(cx),
            Input::LinkUp { link, peer } => self.on_link_up(link, peer.security, cx),
            Input::LinkDown { link, .. } => self.on_link_down(link, cx),
            Input::Frame { link, bytes } if service.cti.owns(link) => self.on_cti_frame(link, &bytes, cx),
            Input::Frame { link, bytes } => service.on_xmpp_bytes(link, &bytes, cx),
            Input::BadFrame { link, flaw } if service.cti.owns(link) => {
                service.cti.note_error("CTI", flaw.to_string(), cx);
                self.keep_cti(SessionEvent::HangUp(CloseReason::BadFrame), cx);
            }
            Input::Call { call, port: Port::Bosh, request } => service.on_bosh_request(call, &request, cx),
            Input::Call { call, request, .. } => self.on_request(call, &request, cx),
            Input::Timer(key) => self.on_timer(&key, cx),
            Input::Command(command) => self.on_command(command, cx),
            Input::Reply { call, result } => service.on_ccp_reply(call, &result, cx),
            // A stream has no frames that could be bad.
            Input::BadFrame { .. } => cx.over_meanwhile("session with the CTI server"),
            // What a request for REST asks for is answered at once, and does not wait for the desktop.
            Input::CallGone { call } => service.on_bosh_request_gone(call, cx),
        }
        self.service.flush_streams(cx);
    }
}

impl Finesse {
    /// A node that starts anew knows nobody: agents sign in again.
    fn on_start(&mut self, cx: &mut Cx<'_>) {
        *self = Self::new(Arc::clone(&self.service.model), self.service.config.clone());
        self.keep_cti(SessionEvent::Start, cx);
    }

    fn on_link_up(&mut self, link: LinkId, security: Security, cx: &mut Cx<'_>) {
        let service = &mut self.service;
        if service.cti.owns(link) {
            self.keep_cti(SessionEvent::Up(link), cx);
        } else if matches!(link.port, Port::Xmpp | Port::XmppWs) {
            service.on_stream_up(link, security, cx);
        } else {
            cx.over_meanwhile("dial of the CTI server");
        }
    }

    fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        if self.service.cti.owns(link) {
            return self.keep_cti(SessionEvent::Down(link), cx);
        }
        self.service.on_stream_down(link, cx);
    }

    /// A request of a desktop is answered, and only then what it asks for begins (finesse-nonvoice 1.4).
    fn on_request(&mut self, call: CallId, request: &Request, cx: &mut Cx<'_>) {
        let (response, work) = rest::answer(request, &mut self.service, cx);
        cx.reply(call, response);
        for ask in work {
            self.service.submit(ask, cx);
        }
    }

    fn on_timer(&mut self, key: &TimerKey, cx: &mut Cx<'_>) {
        if let Some(timer) = StreamTimer::find(key) {
            return self.service.on_stream_timer(timer, key, cx);
        }
        match Timer::of(key) {
            Timer::Redial => self.keep_cti(SessionEvent::Due(Alarm::Redial), cx),
            Timer::Opening => self.keep_cti(SessionEvent::Due(Alarm::Opening), cx),
            Timer::Heartbeat => self.keep_cti(SessionEvent::Due(Alarm::Heartbeat), cx),
            // A node without these answers cannot enter service; the next session asks anew
            // (task-routing E16).
            Timer::Initialising => self.keep_cti(SessionEvent::HangUp(CloseReason::Idle), cx),
            Timer::Confirmation => {
                let number = u32::try_from(key.id).expect("a confirmation is counted by invoke id");
                self.service.on_unconfirmed(InvokeId(number), cx);
            }
            Timer::Absence => self.service.on_absence_over(key.id, cx),
            Timer::AskAgain => self.service.ccp.on_ask_again(key.id, cx),
        }
    }

    fn on_command(&mut self, command: Command, cx: &mut Cx<'_>) {
        match command {
            // Nothing is dialled any more: the session is not over by an event.
            Command::Stop => {
                self.keep_cti(SessionEvent::Stop, cx);
                // Every request but SystemInfo is answered 503 from here on (finesse-nonvoice 1.4).
                self.service.cti.leave_service();
                cx.cancel(Timer::Initialising.key(0));
                self.service.publisher.streams.stop(cx);
            }
            refused @ (Command::Cue | Command::Act(_) | Command::Set { .. }) => cx.note(refused.unknown()),
        }
    }

    fn keep_cti(&mut self, event: SessionEvent, cx: &mut Cx<'_>) {
        let turn = self.service.cti.on(event, cx);
        self.on_turn(turn, cx);
    }

    fn on_turn(&mut self, turn: Turn, cx: &mut Cx<'_>) {
        match turn {
            Turn::None => {}
            Turn::Opened => self.recovery.initialise(&mut self.service, cx),
            Turn::Over { .. } => self.recovery.on_session_over(&mut self.service, cx),
        }
    }

    fn on_cti_frame(&mut self, link: LinkId, bytes: &Blob, cx: &mut Cx<'_>) {
        match Cti::read(&cce_cti::dialect(VERSION), &bytes.0) {
            Ok(message) => self.on_cti(message, cx),
            Err(error) => {
                let detail = error.to_string();
                cx.note_peer_error(link, "CTI", detail.clone());
                self.keep_cti(SessionEvent::HangUp(CloseReason::BadMessage(detail)), cx);
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a client passes over events that do not concern it")]
    fn on_cti(&mut self, message: Cti, cx: &mut Cx<'_>) {
        let Self { service, recovery } = self;
        let mut turn = Turn::None;
        match message {
            Cti::OpenConf(conf) => turn = service.cti.on_open_conf(&conf, cx),
            Cti::HeartbeatConf(_) => turn = service.cti.on_heartbeat_conf(cx),
            // A server that goes off-line says so, and the client tries the other side
            // (cti-server-protocol 4.3).
            Cti::FailureEvent(_) => turn = service.cti.on(SessionEvent::HangUp(CloseReason::Done), cx),
            // The answer is due within 5 s (cti-server-protocol 4.6).
            Cti::ActiveMaintenanceReqMsg(request) => service.cti.accept_maintenance(&request, cx),

            Cti::AgentStateEvent(event) => service.on_agent_state(&event, cx),
            Cti::AgentMadeNotRoutableEvent(event) => service.on_made_not_routable(&event, cx),
            Cti::AgentInterruptAdvisoryEvent(event) => service.on_interrupt_advisory(&event, cx),
            Cti::AgentInterruptDoneAdvisoryEvent(event) => service.on_interrupt_done(&event, cx),

            // The reservation makes the dialog; the agent's ACCEPT leads to OFFER_TASK_EVENT
            // (finesse-nonvoice 3).
            Cti::AgentPreCallEvent(event) => service.on_pre_call(&event, cx),
            Cti::AgentPreCallAbortEvent(event) => service.on_pre_call_abort(&event, cx),
            Cti::OfferTaskEvent(event) => service.on_dialog_state(event.task_id, DialogState::Accepted, cx),
            Cti::StartTaskEvent(event) => service.on_dialog_state(event.task_id, DialogState::Active, cx),
            Cti::PauseTaskEvent(event) => service.on_dialog_state(event.task_id, DialogState::Paused, cx),
            Cti::ResumeTaskEvent(event) => service.on_dialog_state(event.task_id, DialogState::Active, cx),
            Cti::WrapupTaskEvent(event) => {
                service.on_dialog_state(event.task_id, DialogState::WrappingUp, cx);
            }
            Cti::TaskDataUpdateEvent(event) => service.on_task_data(&event, cx),
            Cti::EndTaskEvent(event) => service.on_end_task(&event, cx),

            // These answers say what became of tasks and users while the link was away
            // (task-routing E16, E19).
            Cti::AgentInitReadyEvent(_) => recovery.on_init_ready(service, cx),
            Cti::AgentTasksResp(answer) => turn = recovery.on_agent_tasks(&answer, service, cx),
            Cti::SnapshotTaskResp(answer) => turn = recovery.on_snapshot(&answer, service, cx),
            Cti::SnapshotTaskEvent(event) => Snapshot::from(&event).take_in(service, cx),
            Cti::QueryAgentStateConf(answer) => recovery.on_user_answer(&answer, service, cx),

            Cti::MediaLoginResp(resp) => self.on_response(resp.invoke_id, resp.status, cx),
            Cti::MakeAgentNotReadyResp(resp) => self.on_response(resp.invoke_id, resp.status, cx),
            Cti::MakeAgentNotRoutableResp(resp) => self.on_response(resp.invoke_id, resp.status, cx),
            // SET_AGENT_STATE_CONF has no status: a refusal is CONTROL_FAILURE_CONF
            // (cti-server-protocol 4.4, 7).
            Cti::SetAgentStateConf(conf) => self.on_response(conf.invoke_id, ArmStatus::SUCCESS, cx),
            Cti::ControlFailureConf(failure) => service.on_voice_refused(&failure, cx),
            Cti::FailureConf(failure) => turn = self.on_failure_conf(&failure, cx),
            // FAILURE_RESP is the only answer to an indication, and may be one to a question
            // (cti-server-protocol 4.4).
            Cti::FailureResp(FailureResp { invoke_id, status, .. }) => {
                match recovery.on_question_refused(invoke_id, status, service, cx) {
                    Some(of_question) => turn = of_question,
                    None => self.on_response(invoke_id, status, cx),
                }
            }
            _ => {}
        }
        self.on_turn(turn, cx);
    }

    /// The response to a request, or its refusal.
    fn on_response(&mut self, invoke_id: InvokeId, status: ArmStatus, cx: &mut Cx<'_>) {
        let Self { service, recovery } = self;
        // An agent who comes from another node has tasks that this one does not know (task-routing E16).
        if let Some((agent, mrd)) = service.keep_settings(invoke_id, status, cx) {
            recovery.ask_tasks_of(agent, mrd, service, cx);
        }
        service.on_response(invoke_id, status, cx);
    }

    /// The server refuses one request, or the open or a heartbeat, which ends the session.
    fn on_failure_conf(&mut self, failure: &FailureConf, cx: &mut Cx<'_>) -> Turn {
        let Self { service, recovery } = self;
        let &FailureConf { invoke_id, status, .. } = failure;
        if let Some(target) = service.requests.by_invoke_id(invoke_id) {
            service.on_failed(&target, status, cx);
            return Turn::None;
        }
        if let Some(turn) = recovery.on_question_failed(invoke_id, status, service, cx) {
            return turn;
        }
        // In place of HEARTBEAT_CONF it means an off-line server (cti-server-protocol 4.2), and in place of
        // OPEN_CONF a refused open (4.1).
        if status == CtiStatus::CTI_SERVER_OFFLINE || service.cti.is_opening() {
            return service.cti.on(SessionEvent::HangUp(CloseReason::Refused), cx);
        }
        cx.over_meanwhile("request that is answered");
        Turn::None
    }
}
