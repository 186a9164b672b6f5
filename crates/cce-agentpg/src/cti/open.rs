//! On what terms a session is opened (cti-server-protocol 4.1).

use super::{
    CtiServer, Outcome, agent_items, event, kind_of,
    session::{self, STANDBY_SINCE, Session, Side},
};
use crate::config::Config;
use cce_cti::{
    Cti, CtiStatus, OpenConf, OpenReq, SystemEventId, agent_state_mask, call_msg_mask, config_information,
    dialect, open_version, services,
};
use cce_kernel::{CloseReason, Cx, LinkId};
use cce_model::{AgentState, InvokeId, ObjectModel, PeripheralType, SkillTarget, fact::AgentPgFact};
use cce_wire::{Bytes, Message, Text, frame_kind};

/// The shortest idle timeout, in seconds (cti-server-protocol 4.1).
const IDLE_MIN: u32 = 20;

/// Says with which status code a request to open a session is refused, if it is.
pub(super) fn check(open: &OpenReq, side: Side, config: &Config) -> Result<(), CtiStatus> {
    let refuse = |wrong: bool, code: CtiStatus| if wrong { Err(code) } else { Ok(()) };
    let peripheral = open.peripheral_id;
    refuse(open.reserved1 | open.reserved2 | open.reserved3 != 0, CtiStatus::INVALID_RESERVED_FIELD)?;
    refuse(open.client_id.as_ref().is_none_or(cce_wire::Text::is_empty), CtiStatus::REQUIRED_DATA_MISSING)?;
    // Both 0 and 0xFFFFFFFF mean any peripheral (cti-server-protocol 18).
    refuse(!peripheral.is_any() && peripheral != config.peripheral, CtiStatus::INVALID_PERIPHERAL_ID)?;
    // 0xFFFFFFFF means never, and passes as the longest timeout (cti-server-protocol 4.2).
    refuse(open.idle_timeout < IDLE_MIN, CtiStatus::INVALID_TIMEOUT)?;
    refuse(!is_password(open, config), CtiStatus::INVALID_PASSWORD)?;
    // An instance id may be left out, and must not be empty (cti-server-protocol 4.1).
    let empty_instance = open.unique_instance_id.as_ref().is_some_and(cce_wire::Text::is_empty);
    refuse(empty_instance, CtiStatus::INVALID_UNIQUE_INSTANCE_ID)?;
    // Clients set every bit of their masks, so that a server is lenient by default (cti-server-protocol 18).
    if config.strict_masks {
        check_masks(open)?;
    }
    let without_standby = open.services_requested & services::ACTIVE_STANDBY == 0;
    // To a client older than version 24, a standby side is off line (cti-server-protocol 4.1).
    refuse(side == Side::Standby && open.version_number < STANDBY_SINCE, CtiStatus::CTI_SERVER_OFFLINE)?;
    refuse(side == Side::Standby && without_standby, CtiStatus::INVALID_CLIENT_FOR_STANDBY)
}

/// The agent that a session of one device is for; an error is the status code of the refusal.
pub(super) fn own_agent(
    open: &OpenReq,
    model: &ObjectModel,
    config: &Config,
) -> Result<Option<SkillTarget>, CtiStatus> {
    if open.services_requested & services::CLIENT_EVENTS == 0 {
        // A client in bridge mode speaks for any agent (cti-server-protocol 11.4).
        return Ok(None);
    }
    let items = agent_items::Items {
        extension: open.agent_extension.as_ref(),
        id: open.agent_id.as_ref(),
        instrument: open.agent_instrument.as_ref(),
        icm_agent_id: None,
    };
    match items.find(model) {
        Ok(agent) => Ok(Some(agent.skill_target)),
        // A lenient server grants all events alone to a client that names no agent.
        Err(CtiStatus::REQUIRED_DATA_MISSING)
            if !config.strict_masks && open.services_requested & services::ALL_EVENTS != 0 =>
        {
            Ok(None)
        }
        Err(status) => Err(status),
    }
}

fn check_masks(open: &OpenReq) -> Result<(), CtiStatus> {
    let version = open.version_number;
    // What came with a later version has no meaning in this session (cti-server-protocol 4.1 and 12).
    let masks = [
        (open.services_requested & !services::valid(version), CtiStatus::INVALID_SERVICE_MASK),
        (open.call_msg_mask & !call_msg_mask::valid(version), CtiStatus::INVALID_CALL_MSG_MASK),
        (open.agent_state_mask & !agent_state_mask::valid(version), CtiStatus::INVALID_AGENT_STATE_MASK),
        (open.config_msg_mask & !config_information::valid(version), CtiStatus::INVALID_CONFIG_MSG_MASK),
    ];
    masks.into_iter().find(|(unused, _)| *unused != 0).map_or(Ok(()), |(_, code)| Err(code))
}

/// Whether the password is the configured one, if there is one. A client may end it with a NUL or leave
/// it out (cti-server-protocol 18).
fn is_password(open: &OpenReq, config: &Config) -> bool {
    let given = open.client_password.as_ref().map(|secret| secret.0.as_bytes().as_ref()).unwrap_or_default();
    let given = given.strip_suffix(&[0]).unwrap_or(given);
    config.client_password.as_ref().is_none_or(|wanted| cce_kernel::is_same_secret(given, wanted))
}

impl CtiServer {
    pub(super) fn on_first_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) -> Option<Outcome> {
        let invoke_id = session::invoke_id_of(frame);
        if frame_kind(frame) != Some(OpenReq::DOC.kind) {
            cx.note_peer_error(link, &kind_of(frame), "no session is open".to_owned());
            // A request before the open has code 4, and the client may open still (cti-server-protocol 4.1).
            self.fail(link, invoke_id, CtiStatus::SESSION_NOT_OPEN, cx);
            return None;
        }
        match read_open(frame).and_then(|open| self.check_open(link, open)) {
            Ok((open, own_agent)) => self.open(link, &open, own_agent, cx),
            Err(status) => {
                // The client resets the connection after a refusal (cti-server-protocol 4.1).
                self.refuse(link, invoke_id, status, cx);
                None
            }
        }
    }

    fn check_open(&self, link: LinkId, open: OpenReq) -> Result<(OpenReq, Option<SkillTarget>), CtiStatus> {
        if self.sides.is_in_maintenance(link.port) {
            return Err(CtiStatus::SERVER_IN_MAINTENANCE_MODE);
        }
        check(&open, self.side_of(link), &self.config)?;
        self.check_flaws(&Cti::from(open.clone()), open.version_number)?;
        self.check_instance(&open)?;
        let own_agent = own_agent(&open, &self.model, &self.config)?;
        let client = Text::or_empty(open.client_id.as_ref());
        let owner = own_agent.and_then(|agent| self.owner_of(agent));
        // A session keeps its device, unless the same client opens a new one (cti-server-protocol 4.1).
        if owner.is_some_and(|(_, other)| other.client_id() != client) {
            return Err(CtiStatus::DEVICE_IN_USE);
        }
        Ok((open, own_agent))
    }

    fn check_instance(&self, open: &OpenReq) -> Result<(), CtiStatus> {
        let instance = open.unique_instance_id.as_ref().map(ToString::to_string);
        let is_taken = instance.is_some_and(|instance| {
            self.sessions().any(|(_, other)| other.client.unique_instance == instance)
        });
        if is_taken { Err(CtiStatus::DUPLICATE_UNIQUE_INSTANCE_ID) } else { Ok(()) }
    }

    /// Opens a session. The one that the same client had for the device is over.
    fn open(
        &mut self,
        link: LinkId,
        open: &OpenReq,
        own_agent: Option<SkillTarget>,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        let older = own_agent.and_then(|agent| self.owner_of(agent)).map(|(older, _)| older);
        // The old session hears FAILURE_EVENT 11 before the new one is confirmed (cti-server-protocol 4.1).
        let outcome = older.and_then(|older| {
            self.dismiss(older, CloseReason::Superseded, CtiStatus::NEW_SESSION_OPENED, cx)
        });
        let address = self.clients.address(link).expect("a message came on the connection").to_owned();
        let session = Session::new(self.next_session, open, own_agent, &address);
        self.next_session = self.next_session.next();
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
        // IdleTimeout of the request takes the place of the time to open (cti-server-protocol 4.2).
        self.clients.watch(link, session.silence, cx);
        let side = self.side_of(link);
        cx.send(link, self.open_conf(open.invoke_id, &session, side, cx).to_frame(&session.dialect));
        // A session of all events begins with the state of each peripheral (cti-server-protocol 4.1).
        if side == Side::Active && session.has(services::ALL_EVENTS) {
            let peripheral = self.config.peripheral;
            let event = self.system_event(
                SystemEventId::PERIPHERAL_ONLINE,
                peripheral.0,
                "peripheral is on-line",
                cx,
            );
            cx.send(link, event.to_frame(&session.dialect));
        }
        if side == Side::Active && session.has(services::AGENT_REPORTING) {
            // The client may be the one that was away, and learns how its agents stand (task-routing E16).
            let mut told = self.tell_unattended_voice(&session);
            told.extend(self.tell_unattended(&session));
            for message in told {
                cx.send(link, message.to_frame(&session.dialect));
            }
        }
        self.announce(&event::session_opened(&session, self.config.peripheral), cx);
        // The session is entered last, so that it does not hear of its own beginning (inferred).
        self.clients.open(link, session);
        outcome
    }

    fn refuse(&self, link: LinkId, invoke_id: InvokeId, status: CtiStatus, cx: &mut Cx<'_>) {
        cx.note(AgentPgFact::SessionRefused { link, status }.into());
        self.fail(link, invoke_id, status, cx);
    }

    fn open_conf(&self, invoke_id: InvokeId, session: &Session, side: Side, cx: &Cx<'_>) -> Cti {
        OpenConf {
            invoke_id,
            services_granted: session.services,
            monitor_id: session.monitor(),
            pg_status: self.controller.pg_status(),
            icm_central_controller_time: cx.wall().into(),
            peripheral_online: true,
            peripheral_type: PeripheralType::ENTERPRISE_AGENT,
            agent_state: session.own_agent.map_or(AgentState::Logout, |agent| self.state_of(agent)).into(),
            session_type: side.session_type(),
            agent_extension: session.opened.agent_extension.clone(),
            agent_id: session.opened.agent_id.clone(),
            agent_instrument: session.opened.agent_instrument.clone(),
            num_peripherals: Some(1),
            flt_peripheral_id: vec![self.config.peripheral],
            // 0 is a single line (cti-server-protocol 6).
            multiline_agent_control: Some(0),
            ..OpenConf::default()
        }
        .into()
    }
}

/// Reads a request to open a session. Its version decides how.
fn read_open(frame: &Bytes) -> Result<OpenReq, CtiStatus> {
    // The version decides about the width of floats, and stands at a fixed place (cti-server-protocol 3).
    let version = open_version(frame).ok_or(CtiStatus::BAD_MESSAGE_FORMAT)?;
    if !session::is_version(version) {
        return Err(CtiStatus::INVALID_VERSION);
    }
    match Cti::read(&dialect(version), frame) {
        Ok(Cti::OpenReq(open)) => Ok(open),
        Ok(_) | Err(_) => Err(CtiStatus::BAD_MESSAGE_FORMAT),
    }
}
