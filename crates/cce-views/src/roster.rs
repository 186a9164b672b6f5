//! What the header of a journal says of queues, domains and agents.

use cce_model::{AgentId, MrdId, PrecisionQueueId, SkillTarget};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The parts of a lab's configuration that routing depends on. A journal of another build may lack some.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Roster {
    mrds: Vec<Domain>,
    precision_queues: Vec<Queue>,
    agents: Vec<Agent>,
    cast: Cast,
    #[serde(skip)]
    by_skill_target: BTreeMap<SkillTarget, AgentId>,
    /// By queue: the first step, from 1, that each agent is of.
    #[serde(skip)]
    steps: BTreeMap<PrecisionQueueId, BTreeMap<AgentId, u32>>,
}

/// The virtual people of the run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Cast {
    /// What a scenario calls its customers, in their order.
    names: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Domain {
    id: MrdId,
    name: String,
    interruptible: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Queue {
    id: PrecisionQueueId,
    pub(crate) name: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize)]
struct Step {
    agents: Vec<AgentId>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Agent {
    pub(crate) id: AgentId,
    pub(crate) skill_target: SkillTarget,
    #[serde(default)]
    login_name: String,
    mrds: Vec<String>,
}

impl Roster {
    /// What a scenario calls the customer with that number, from 1.
    pub(crate) fn customer(&self, number: usize) -> Option<&str> {
        self.cast.names.get(number.checked_sub(1)?).map(String::as_str)
    }

    /// What a journal's configuration says; nothing where it cannot be read.
    pub(crate) fn of(config: &Value) -> Self {
        let mut roster = Self::deserialize(config).unwrap_or_default();
        let agents = roster.agents.iter();
        roster.by_skill_target = agents.map(|agent| (agent.skill_target, agent.id.clone())).collect();
        for queue in &roster.precision_queues {
            let steps = roster.steps.entry(queue.id).or_default();
            for (number, step) in (1..).zip(&queue.steps) {
                for agent in &step.agents {
                    steps.entry(agent.clone()).or_insert(number);
                }
            }
        }
        roster
    }

    pub(crate) fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.iter()
    }

    /// The agent with this id in the central controller's database.
    pub(crate) fn agent_of(&self, skill_target: SkillTarget) -> Option<&AgentId> {
        self.by_skill_target.get(&skill_target)
    }

    /// The agent who signs in with this id or login name.
    pub(crate) fn agent_called(&self, login: &str) -> Option<&AgentId> {
        let is_meant = |agent: &&Agent| agent.id.as_str() == login || agent.login_name == login;
        self.agents.iter().find(is_meant).map(|agent| &agent.id)
    }

    /// An agent's id in the central controller's database.
    pub(crate) fn skill_target(&self, agent: &AgentId) -> Option<SkillTarget> {
        self.agents.iter().find(|other| other.id == *agent).map(|agent| agent.skill_target)
    }

    pub(crate) fn queue(&self, id: PrecisionQueueId) -> Option<&Queue> {
        self.precision_queues.iter().find(|queue| queue.id == id)
    }

    /// The first step of a queue that an agent is of.
    pub(crate) fn step_of(&self, queue: PrecisionQueueId, agent: &AgentId) -> Option<u32> {
        self.steps.get(&queue)?.get(agent).copied()
    }

    /// Whether an agent can sign in to a domain.
    pub(crate) fn is_in_domain(&self, agent: &Agent, mrd: MrdId) -> bool {
        let name = self.domain(mrd).map(|domain| &domain.name);
        name.is_some_and(|name| agent.mrds.contains(name))
    }

    /// Whether work of a domain may be interrupted. Voice, which is not in the list, may not.
    pub(crate) fn is_interruptible(&self, mrd: MrdId) -> bool {
        self.domain(mrd).is_some_and(|domain| domain.interruptible)
    }

    /// The name of a domain.
    pub(crate) fn domain_name(&self, mrd: MrdId) -> Option<&str> {
        self.domain(mrd).map(|domain| domain.name.as_str())
    }

    /// In which domain something is, in words, where the lab has more than one: ` in Chat`.
    pub(crate) fn within(&self, mrd: MrdId) -> String {
        let domain = self.domain(mrd).filter(|_| self.mrds.len() > 1);
        domain.map_or_else(String::new, |domain| format!(" in {}", domain.name))
    }

    fn domain(&self, mrd: MrdId) -> Option<&Domain> {
        self.mrds.iter().find(|domain| domain.id == mrd)
    }
}
