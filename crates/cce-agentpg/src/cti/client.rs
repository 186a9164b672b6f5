//! What clients register and tell each other (cti-server-protocol 8), and call control, for which the lab has
//! no calls.

use super::{Answer, CtiServer, Denial, Session, agent_items};
use cce_cti::{
    ClientEventReportConf, ClientEventReportReq, ControlFailure, Cti, CtiStatus, Distribution,
    RegisterServiceConf, RegisterServiceReq, RegisterVariablesConf, RegisterVariablesReq, ServerMode,
    SetAppDataConf, SetAppDataReq, UnregisterServiceConf, UnregisterServiceReq, UserMessageConf,
    UserMessageEvent, UserMessageReq, services,
};
use cce_kernel::{Cx, LinkId};
use cce_model::{SessionId, SkillTarget};
use cce_wire::Text;

/// Services of all sessions together, at most; the bound is the lab's own.
const REGISTERED_MAX: usize = 256;

/// A service that a session registered.
#[derive(Clone, Debug)]
pub(super) struct RegisteredService {
    pub(super) session: SessionId,
    name: String,
    mode: ServerMode,
}

/// A client reports its state, 0 normal to 2 error: the server confirms it and does nothing else.
pub(super) fn on_event_report(m: &ClientEventReportReq) -> Vec<Cti> {
    vec![ClientEventReportConf { invoke_id: m.invoke_id, ..ClientEventReportConf::default() }.into()]
}

/// A client says which variables it wants; the lab sends every client all of them.
pub(super) fn on_register_variables(m: &RegisterVariablesReq) -> Vec<Cti> {
    vec![RegisterVariablesConf { invoke_id: m.invoke_id, ..RegisterVariablesConf::default() }.into()]
}

/// An application gives data of its path.
pub(super) fn on_set_app_data(m: &SetAppDataReq) -> Vec<Cti> {
    vec![SetAppDataConf { invoke_id: m.invoke_id, ..SetAppDataConf::default() }.into()]
}

impl CtiServer {
    /// A client offers a service to others.
    pub(super) fn on_register_service(&mut self, link: LinkId, m: &RegisterServiceReq) -> Answer {
        let session = self.with_service(link, services::SERVER)?.client.session;
        let name = Text::or_empty(m.service_name.as_ref());
        if name.is_empty() {
            return Err(Denial::Status(CtiStatus::REQUIRED_DATA_MISSING));
        }
        let mut of_name = self.registered.values().filter(|other| other.name == name);
        // An exclusive service has one server; others share a name in one mode (cti-server-protocol 8).
        let is_taken =
            of_name.any(|other| other.mode != m.server_mode || m.server_mode == ServerMode::EXCLUSIVE);
        if is_taken || self.registered.len() >= REGISTERED_MAX {
            return Err(Denial::Status(CtiStatus::SERVICE_CONFLICT));
        }
        let id = self.registered.last_key_value().map_or(1, |(last, _)| last + 1);
        self.registered.insert(id, RegisteredService { session, name, mode: m.server_mode });
        let conf = RegisterServiceConf {
            invoke_id: m.invoke_id,
            registered_service_id: id,
            ..RegisterServiceConf::default()
        };
        Ok(vec![conf.into()])
    }

    /// A client takes its service back.
    pub(super) fn on_unregister_service(&mut self, link: LinkId, m: &UnregisterServiceReq) -> Answer {
        let session = self.with_service(link, services::SERVER)?.client.session;
        let is_own = self.registered.get(&m.registered_service_id).is_some_and(|own| own.session == session);
        if !is_own {
            return Err(Denial::Status(CtiStatus::INVALID_SERVICE));
        }
        self.registered.remove(&m.registered_service_id);
        Ok(vec![UnregisterServiceConf { invoke_id: m.invoke_id, ..UnregisterServiceConf::default() }.into()])
    }

    /// A client has a message for another one, or for all. The lab has neither supervisors nor teams.
    pub(super) fn on_user_message(&mut self, m: &UserMessageReq, cx: &mut Cx<'_>) -> Answer {
        let event = UserMessageEvent {
            icm_central_controller_time: cx.wall().into(),
            distribution: m.distribution,
            client_id: m.client_id.clone(),
            agent_extension: m.agent_extension.clone(),
            agent_id: m.agent_id.clone(),
            agent_instrument: m.agent_instrument.clone(),
            text: m.text.clone(),
            ..UserMessageEvent::default()
        };
        match m.distribution {
            Distribution::ALL => self.broadcast(|_| true, &event.into(), cx),
            Distribution::CLIENT => self.send_user_message(m, &event.into(), cx)?,
            Distribution::SUPERVISOR => return Err(Denial::Status(CtiStatus::SUPERVISOR_NOT_FOUND)),
            Distribution::TEAM => return Err(Denial::Status(CtiStatus::TEAM_NOT_FOUND)),
            _ => return Err(Denial::Status(CtiStatus::INVALID_DISTRIBUTION_TYPE)),
        }
        Ok(vec![UserMessageConf { invoke_id: m.invoke_id, ..UserMessageConf::default() }.into()])
    }

    /// To the clients of that id, or of that agent.
    fn send_user_message(&self, m: &UserMessageReq, event: &Cti, cx: &mut Cx<'_>) -> Result<(), Denial> {
        let client = m.client_id.as_ref().map(ToString::to_string);
        let items = agent_items::Items {
            extension: m.agent_extension.as_ref(),
            id: m.agent_id.as_ref(),
            instrument: m.agent_instrument.as_ref(),
            icm_agent_id: None,
        };
        let agent = items.find(&self.model).ok().map(|agent| agent.skill_target);
        let is_meant = |session: &Session| {
            client.as_ref().is_some_and(|client| session.client_id() == *client)
                || (agent.is_some() && session.own_agent == agent)
        };
        if !self.sessions().any(|(_, session)| is_meant(session)) {
            return Err(Denial::Status(CtiStatus::CLIENT_NOT_FOUND));
        }
        self.broadcast(is_meant, event, cx);
        Ok(())
    }

    /// Requests about calls: the lab has none, so every call is unknown.
    pub(super) fn on_call_control(&self, link: LinkId, message: &Cti) -> Answer {
        self.with_service(link, services::CLIENT_CONTROL)?;
        let makes_a_call = matches!(message, Cti::MakeCallReq(_) | Cti::MakePredictiveCallReq(_));
        // No device dials here (34), and no call that a client names exists (24; cti-server-protocol 13).
        Err(Denial::Control(if makes_a_call {
            ControlFailure::OUT_OF_SERVICE
        } else {
            ControlFailure::NO_ACTIVE_CALL
        }))
    }

    /// The session, if it has one of these services.
    pub(super) fn with_service(&self, link: LinkId, wanted: u32) -> Result<&Session, Denial> {
        let session = Some(self.session(link)).filter(|session| session.has(wanted));
        session.ok_or(Denial::Status(CtiStatus::FUNCTION_NOT_AVAILABLE))
    }

    /// The same, as far as it may speak for that agent: a session in workstation mode has one agent (cti-server-protocol 11.4),
    /// and any other one is a function that it was not granted (4.4; the code is inferred).
    pub(super) fn with_service_for(
        &self,
        link: LinkId,
        wanted: u32,
        agent: SkillTarget,
    ) -> Result<&Session, Denial> {
        let session = self.with_service(link, wanted).ok().filter(|session| session.may_ask_about(agent));
        session.ok_or(Denial::Status(CtiStatus::FUNCTION_NOT_AVAILABLE))
    }
}
