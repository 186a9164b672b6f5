//! Agents in the voice domain. The lab has no calls, so all that can happen there is signing in and out, and
//! becoming ready or not (cti-server-protocol 7).

use super::{Answer, CtiServer, Denial, event, subscription::Topic, whom};
use crate::{arm::Place, config::Agent};
use cce_cti::{SetAgentStateConf, SetAgentStateReq, control_failure, services};
use cce_kernel::{
    Cx, LinkId,
    model::{AgentRecord, AgentState, Availability, MrdId, SkillTarget},
};
use std::collections::BTreeMap;

/// The voice domain.
pub(super) const VOICE_MRD: MrdId = MrdId(1);
/// `ForcedFlag`: the agent's state is changed whatever it is.
const FORCED: u8 = 1;
/// `ForcedFlag`: nothing is changed.
const AUTHENTICATE_ONLY: u8 = 2;
/// "No skill group".
const NO_GROUP: u32 = u32::MAX;

/// Everybody who ever signed in to the voice domain.
#[derive(Debug, Default)]
pub(super) struct Voice {
    records: BTreeMap<SkillTarget, AgentRecord>,
}

impl Voice {
    /// An agent's state.
    pub(super) fn state(&self, agent: SkillTarget) -> AgentState {
        self.record(agent).map_or(AgentState::Logout, |record| record.state)
    }

    /// An agent's record.
    pub(super) fn record(&self, agent: SkillTarget) -> Option<&AgentRecord> {
        self.records.get(&agent)
    }
}

impl CtiServer {
    /// Changes an agent's state in the voice domain.
    pub(super) fn on_set_agent_state(
        &mut self,
        link: LinkId,
        m: &SetAgentStateReq,
        cx: &mut Cx<'_>,
    ) -> Answer {
        let session =
            self.with_service(link, services::CLIENT_CONTROL | services::AGENT_STATE_CONTROL_ONLY)?;
        let client = session.client.clone();
        self.check_peripheral(m.peripheral_id)?;
        let items = whom::Items {
            id: m.agent_id.as_ref(),
            instrument: m.agent_instrument.as_ref(),
            ..whom::Items::default()
        };
        let unknown = |_| Denial::Control(control_failure::INVALID_AGENT_ID);
        let agent = items.find(&self.config).map_err(unknown)?.clone();
        let to = next_state(self.voice.state(agent.skill_target), m)?;
        let answer =
            vec![SetAgentStateConf { invoke_id: m.invoke_id, ..SetAgentStateConf::default() }.into()];
        if m.forced_flag == AUTHENTICATE_ONLY {
            return Ok(answer);
        }
        let record = AgentRecord {
            session: client.session,
            signature: client.signature,
            unique_instance: client.unique_instance,
            reason: m.event_reason_code,
            ..voice_record(&agent, self.config.peripheral, to)
        };
        self.voice.records.insert(agent.skill_target, record.clone());
        answer.into_iter().for_each(|answer: cce_cti::Cti| self.send(link, answer, cx));
        let place = Place { skill_target: agent.skill_target, mrd: VOICE_MRD };
        self.deliver(place, Topic::States(&[to]), &event::agent_state(&record), cx);
        Ok(Vec::new())
    }
}

/// The state that a request leads to. Signing in makes not ready; only who is not ready signs out, unless
/// forced.
fn next_state(from: AgentState, m: &SetAgentStateReq) -> Result<AgentState, Denial> {
    use AgentState::{Available, Login, Logout, NotReady};
    let wanted = AgentState::of_number(m.agent_state);
    match (from, wanted) {
        (_, AgentState::Unknown) => Err(Denial::Control(control_failure::VALUE_OUT_OF_RANGE)),
        (Logout, Login) => Ok(NotReady),
        (_, Login) => Err(Denial::Control(control_failure::AGENT_ALREADY_SIGNED_ON)),
        (Logout, _) => Err(Denial::Control(control_failure::INVALID_OBJECT_STATE)),
        (Available, Logout) if m.forced_flag != FORCED => {
            Err(Denial::Control(control_failure::STATE_INCOMPATIBILITY))
        }
        (_, Logout | NotReady | Available) => Ok(wanted),
        (_, _) => Err(Denial::Control(control_failure::STATE_INCOMPATIBILITY)),
    }
}

fn voice_record(agent: &Agent, peripheral: u32, state: AgentState) -> AgentRecord {
    let is_available = state == AgentState::Available;
    AgentRecord {
        agent: agent.id.clone(),
        peripheral,
        extension: agent.extension.clone(),
        instrument: agent.instrument.clone(),
        session: 0,
        signature: String::new(),
        unique_instance: String::new(),
        skill_group_state: state,
        skill_group_seconds: 0,
        state,
        seconds: 0,
        reason: 0,
        mrd: VOICE_MRD,
        tasks: 0,
        max_tasks: 1,
        max_beyond: 0,
        routable: true,
        availability: if is_available { Availability::Icm } else { Availability::NotAvailable },
        skill_target: agent.skill_target,
        skill_group_number: NO_GROUP,
        skill_group: SkillTarget(-1),
        direction: 0,
        terminal: agent.terminal.clone(),
        other_queues: Vec::new(),
    }
}
