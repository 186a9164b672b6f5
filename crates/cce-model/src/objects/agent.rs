//! Agents, their teams, and the skill groups that they belong to.

use super::{Keyed, Mrd};
use crate::{AgentId, SkillGroupNumber, SkillTarget, TeamId};
use std::sync::Arc;

/// An agent.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Login id, which is also the peripheral number.
    pub id: AgentId,
    /// Id in the central controller's database.
    pub skill_target: SkillTarget,
    /// Login name.
    pub login_name: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Password, for REST and for XMPP.
    pub password: String,
    /// Extension; also the instrument.
    pub extension: String,
    /// Active terminal device.
    pub terminal: String,
    /// Team.
    pub team: Arc<Team>,
    /// Domains that the agent works in.
    pub mrds: Vec<Arc<Mrd>>,
    /// Skill groups of the precision queues that have the agent, in the order of the queues. Each has events of its own;
    /// the first one of a domain comes first.
    pub skill_groups: Vec<Arc<SkillGroup>>,
}

impl Agent {
    /// The agent in words: first and last name.
    pub fn description(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// The device that the agent works at: the lab's devices are named after their extension.
    pub fn instrument(&self) -> &str {
        &self.extension
    }
}

impl Keyed for Agent {
    type Key = SkillTarget;

    fn key(&self) -> SkillTarget {
        self.skill_target
    }
}

/// A team of agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Id.
    pub id: TeamId,
    /// Name.
    pub name: String,
}

/// The skill group that shadows a precision queue (task-routing 3.6).
#[derive(Clone, Debug)]
pub struct SkillGroup {
    /// Id in the central controller's database.
    pub id: SkillTarget,
    /// Peripheral number.
    pub number: SkillGroupNumber,
    /// Domain.
    pub mrd: Arc<Mrd>,
}
