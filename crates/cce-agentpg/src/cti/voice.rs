//! Requests to change an agent's voice state: OPC decides them (cti-server-protocol 7).

use super::{CtiServer, Denial, agent_items, event, request::ClientRequest, session::Session};
use cce_cti::{ControlFailure, Cti, ForcedFlag, SetAgentStateReq, services};
use cce_kernel::LinkId;
use cce_model::{
    Agent, AgentKey, AgentState, MrdId,
    fact::{ArmMessage, Force},
};
use cce_wire::Text;

impl CtiServer {
    /// What OPC is asked for by a request to change an agent's voice state.
    pub(super) fn asked_of_voice(&self, link: LinkId, m: &SetAgentStateReq) -> Result<ClientRequest, Denial> {
        // AGENT_STATE_CONTROL_ONLY is the part of call control that is needed here (cti-server-protocol 12).
        let control = services::CLIENT_CONTROL | services::AGENT_STATE_CONTROL_ONLY;
        self.with_service(link, control)?;
        self.check_peripheral(m.peripheral_id)?;
        let agent = self.agent_of(m)?;
        self.with_service_for(link, control, agent.skill_target)?;
        let instrument = Text::or_empty(m.agent_instrument.as_ref());
        Ok(ClientRequest {
            invoke_id: m.invoke_id,
            member: AgentKey::voice(agent.skill_target),
            message: ArmMessage::SetAgentState {
                state: m.agent_state.or_unknown(),
                reason: m.event_reason_code,
                force: force(m.forced_flag),
                instrument,
            },
            pending: None,
        })
    }

    /// The agent of that id; where no id is given, the one to whom the instrument belongs. Somebody may sign in at
    /// another's instrument.
    fn agent_of(&self, m: &SetAgentStateReq) -> Result<&Agent, Denial> {
        let has_id = m.agent_id.as_ref().is_some_and(|id| !id.to_string().is_empty());
        let instrument = m.agent_instrument.as_ref().filter(|_| !has_id);
        let items =
            agent_items::Items { id: m.agent_id.as_ref(), instrument, ..agent_items::Items::default() };
        items.find(&self.model).map_err(|_| Denial::Control(ControlFailure::INVALID_AGENT_ID))
    }

    /// What a client hears unasked of voice when it opens its session: how the agents stand who are signed in, and whose
    /// client is away (inferred).
    pub(super) fn tell_unattended_voice(&self, session: &Session) -> Vec<Cti> {
        let unattended = self.records.values().filter(|record| {
            record.mrd == MrdId::VOICE
                && record.state != AgentState::Logout
                && session.own_agent.is_none_or(|own| own == record.skill_target)
                && !self.sessions().any(|(_, other)| other.client.session == record.session)
        });
        unattended.map(|record| event::agent_state(record).for_monitor(session.monitor())).collect()
    }
}

const fn force(flag: ForcedFlag) -> Force {
    match flag {
        ForcedFlag::FORCED => Force::Forced,
        ForcedFlag::AUTHENTICATE_ONLY => Force::AuthenticateOnly,
        _ => Force::Unforced,
    }
}
