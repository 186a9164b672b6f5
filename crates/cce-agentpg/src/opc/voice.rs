//! Agents in the voice domain. The lab has no calls, so all that can happen there is signing in and out, and becoming
//! ready or not (cti-server-protocol 7).
//!
//! A voice state outlives the session that set it: whoever comes back asks for it, or hears of it at the open (inferred).

use super::{EventDetail, Opc};
use crate::arm::{ArmRequest, Client};
use cce_kernel::{Cx, Fact, Time};
use cce_model::{
    Agent, AgentRecord, AgentState, Availability, ControlFailure, Direction, EventReason, MrdId,
    PeripheralId, SkillGroupNumber, SkillTarget,
    fact::{Force, OpcMessage},
};
use std::collections::BTreeMap;

/// "No skill group" as a peripheral number, and as an id.
const NO_GROUP: (SkillGroupNumber, SkillTarget) = (SkillGroupNumber(u32::MAX), SkillTarget::NONE);
/// Calls at the same time.
const ONE_CALL: u32 = 1;

/// A client's request for a voice state.
#[derive(Clone, Copy, Debug)]
pub(super) struct StateRequest<'a> {
    pub(super) state: AgentState,
    pub(super) reason: EventReason,
    pub(super) force: Force,
    /// Empty for the agent's own.
    pub(super) instrument: &'a str,
}

/// An agent in the voice domain.
#[derive(Clone, Debug, Default)]
struct VoiceSignIn {
    /// Signed out, or one of two states.
    state: VoiceState,
    reason: EventReason,
    extension: String,
    instrument: String,
    client: Client,
    since: Time,
}

/// Whether and how an agent is signed in to the voice domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum VoiceState {
    #[default]
    SignedOut,
    NotReady,
    Available,
}

/// Everybody who ever signed in to the voice domain; bounded by the configured agents.
#[derive(Clone, Debug, Default)]
pub(super) struct VoiceSignIns(BTreeMap<SkillTarget, VoiceSignIn>);

impl VoiceSignIns {
    fn state(&self, agent: SkillTarget) -> VoiceState {
        self.0.get(&agent).map_or(VoiceState::SignedOut, |sign_in| sign_in.state)
    }

    /// Whether somebody else is signed in at an instrument.
    fn is_taken(&self, instrument: &str, by: SkillTarget) -> bool {
        let mut others = self.0.iter().filter(|(other, _)| **other != by).map(|(_, sign_in)| sign_in);
        others.any(|sign_in| sign_in.state != VoiceState::SignedOut && sign_in.instrument == instrument)
    }
}

impl Opc {
    /// Changes an agent's voice state, or says by a failure code why not (cti-server-protocol 13).
    pub(super) fn on_set_agent_state(
        &mut self,
        request: &ArmRequest,
        wanted: StateRequest<'_>,
        cx: &mut Cx<'_>,
    ) {
        if let Err(failure) = self.set_agent_state(request, wanted, cx) {
            self.answer_voice(request, Some(failure));
        }
    }

    fn answer_voice(&mut self, request: &ArmRequest, failure: Option<ControlFailure>) {
        let (session, invoke_id) = (request.client.session, request.invoke_id);
        self.to_cti.push(OpcMessage::VoiceAnswer { session, invoke_id, failure });
    }

    fn set_agent_state(
        &mut self,
        request: &ArmRequest,
        wanted: StateRequest<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<(), ControlFailure> {
        let skill_target = request.member.skill_target;
        // An unknown agent has code 256 in this table (cti-server-protocol 13).
        let agent = self.model.agents.get(&skill_target).cloned().ok_or(ControlFailure::INVALID_AGENT_ID)?;
        let is_kept = wanted.state == AgentState::Logout && wanted.force == Force::Forced;
        let wanted = if is_kept && self.config.stays(wanted.reason) {
            StateRequest { state: AgentState::NotReady, ..wanted }
        } else {
            wanted
        };
        let from = self.voice.state(skill_target);
        let to = next(from, wanted)?;
        let device = self.device(&agent, wanted)?;
        self.answer_voice(request, None);
        // ForcedFlag 2 asks for the judgement alone (cti-server-protocol 7).
        if wanted.force == Force::AuthenticateOnly {
            return Ok(());
        }
        let sign_in = self.voice.0.entry(skill_target).or_default();
        if let Some((extension, instrument)) = device {
            sign_in.extension = extension;
            sign_in.instrument = instrument;
        }
        sign_in.client = request.client.clone();
        // A second sign-in keeps state and reason.
        if wanted.state != AgentState::Login || from == VoiceState::SignedOut {
            sign_in.reason = wanted.reason;
        }
        if from != to {
            sign_in.state = to;
            sign_in.since = cx.now();
            cx.note(transition(&agent, from, to));
        }
        let shown = if from == VoiceState::SignedOut { EventDetail::Login } else { EventDetail::AsIs };
        let record = record(&agent, sign_in, self.config.peripheral, shown, cx);
        self.to_cti.push(OpcMessage::Agent(Box::new(record)));
        Ok(())
    }

    /// Where a sign-in puts the agent: at any configured instrument that is free, since people change desks. None of a
    /// request that is no sign-in.
    fn device(
        &self,
        agent: &Agent,
        wanted: StateRequest<'_>,
    ) -> Result<Option<(String, String)>, ControlFailure> {
        if wanted.state != AgentState::Login {
            return Ok(None);
        }
        let instrument = if wanted.instrument.is_empty() { agent.instrument() } else { wanted.instrument };
        // An instrument that is not configured has 260, one that is taken 283 (cti-server-protocol 13).
        let owner = self.model.agent_at(instrument).ok_or(ControlFailure::INVALID_LOGON_DEVICE)?;
        if self.voice.is_taken(instrument, agent.skill_target) {
            return Err(ControlFailure::EXTENSION_IN_USE);
        }
        Ok(Some((owner.extension.clone(), owner.instrument().to_owned())))
    }
}

/// The state that a request leads to. Signing in makes not ready, and is refused to who is signed in, unless forced;
/// only who is not ready signs out, unless forced.
fn next(from: VoiceState, wanted: StateRequest<'_>) -> Result<VoiceState, ControlFailure> {
    use AgentState as S;
    let is_forced = wanted.force == Force::Forced;
    match (from, wanted.state) {
        (VoiceState::SignedOut, S::Login) => Ok(VoiceState::NotReady),
        (VoiceState::NotReady | VoiceState::Available, S::Login) if is_forced => Ok(from),
        // A second sign-in has code 259, unless it is forced (cti-server-protocol 13).
        (VoiceState::NotReady | VoiceState::Available, S::Login) => {
            Err(ControlFailure::AGENT_ALREADY_SIGNED_ON)
        }
        // A number that is no state is out of range: code 3 (cti-server-protocol 13).
        (_, S::Unknown) => Err(ControlFailure::VALUE_OUT_OF_RANGE),
        (VoiceState::SignedOut, _) => Err(ControlFailure::INVALID_OBJECT_STATE),
        // Voice is left from NOT_READY only, unlike a media (task-routing 1.4).
        (VoiceState::Available, S::Logout) if !is_forced => Err(ControlFailure::INVALID_OBJECT_STATE),
        (_, S::Logout) => Ok(VoiceState::SignedOut),
        (_, S::NotReady) => Ok(VoiceState::NotReady),
        (_, S::Available) => Ok(VoiceState::Available),
        // These are states of calls, which the lab does not have, and of tasks.
        (
            _,
            S::Talking
            | S::WorkNotReady
            | S::WorkReady
            | S::BusyOther
            | S::Reserved
            | S::Hold
            | S::Active
            | S::Paused
            | S::Interrupted
            | S::NotActive,
        ) => Err(ControlFailure::STATE_INCOMPATIBILITY),
    }
}

impl VoiceState {
    const fn state(self) -> AgentState {
        match self {
            Self::SignedOut => AgentState::Logout,
            Self::NotReady => AgentState::NotReady,
            Self::Available => AgentState::Available,
        }
    }
}

fn transition(agent: &Agent, from: VoiceState, to: VoiceState) -> Fact {
    Fact::AgentInMrd {
        agent: agent.id.clone(),
        skill_target: agent.skill_target,
        mrd: MrdId::VOICE,
        from: from.state(),
        to: to.state(),
        tasks: 0,
        limit: ONE_CALL,
        routable: true,
    }
}

/// What the CTI server tells of the agent. As in other domains, the first event shows LOGIN as the group's state
/// (cti-server-protocol 11.3; inferred for voice).
fn record(
    agent: &Agent,
    sign_in: &VoiceSignIn,
    peripheral: PeripheralId,
    shown: EventDetail,
    cx: &Cx<'_>,
) -> AgentRecord {
    let state = sign_in.state.state();
    let seconds = u32::try_from(cx.now().since(sign_in.since).as_secs()).unwrap_or(u32::MAX);
    let is_available = sign_in.state == VoiceState::Available;
    let (skill_group_number, skill_group) = NO_GROUP;
    AgentRecord {
        agent: agent.id.clone(),
        peripheral,
        extension: sign_in.extension.clone(),
        instrument: sign_in.instrument.clone(),
        session: sign_in.client.session,
        signature: sign_in.client.signature.clone(),
        unique_instance: sign_in.client.unique_instance.clone(),
        skill_group_state: if shown == EventDetail::Login { AgentState::Login } else { state },
        skill_group_seconds: seconds,
        state,
        seconds,
        reason: sign_in.reason,
        mrd: MrdId::VOICE,
        tasks: 0,
        max_tasks: ONE_CALL,
        max_beyond: 0,
        routable: true,
        availability: if is_available { Availability::Icm } else { Availability::NotAvailable },
        skill_target: agent.skill_target,
        skill_group_number,
        skill_group,
        direction: Direction::NONE,
        terminal: agent.terminal.clone(),
        other_queues: Vec::new(),
    }
}
