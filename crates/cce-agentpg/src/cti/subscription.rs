//! What a session hears of: by its own services and masks, and by the monitors that it started
//! (cti-server-protocol 4.5).

use cce_cti::{agent_state_mask, task_msg_mask};
use cce_model::{AgentKey, AgentState, MonitorId, MrdId, SessionId, SkillTarget};

/// Whose events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everybody's.
    All,
    /// One agent's, by skill target.
    Agent(SkillTarget),
}

/// The origin of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The session's own services.
    Session,
    /// `MONITOR_START_REQ`.
    Device,
    /// `TASK_MONITOR_START_REQ`.
    Task,
    /// `SESSION_MONITOR_START_REQ`: what that session hears by itself.
    OtherSession(SessionId),
}

/// One reason to hear of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subscription {
    /// `MonitorID` of its events.
    pub(super) monitor: MonitorId,
    pub(super) origin: Origin,
    pub(super) scope: Scope,
    /// A domain, where it is for one only.
    pub(super) mrd: Option<MrdId>,
    pub(super) calls: u32,
    pub(super) states: u32,
    pub(super) tasks: u32,
}

/// The subject of an event, as masks sort it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic<'a> {
    /// An agent who is in these states.
    States(&'a [AgentState]),
    /// A call, by its bit of `CallMsgMask`.
    Call(u32),
    /// A task, by message type.
    Task(u32),
}

impl Subscription {
    /// Whether it hears of that.
    pub(super) fn hears(&self, member: AgentKey, topic: Topic<'_>) -> bool {
        let is_whose = match self.scope {
            Scope::All => true,
            Scope::Agent(agent) => agent == member.skill_target,
        };
        is_whose && self.mrd.is_none_or(|mrd| mrd == member.mrd) && self.wants(topic)
    }

    fn wants(&self, topic: Topic<'_>) -> bool {
        match topic {
            Topic::States(states) => {
                states.iter().any(|state| self.states & agent_state_mask::of(u32::from(state.number())) != 0)
            }
            Topic::Call(bit) => self.calls & bit != 0,
            Topic::Task(kind) => self.tasks & task_msg_mask::of(kind) != 0,
        }
    }
}
