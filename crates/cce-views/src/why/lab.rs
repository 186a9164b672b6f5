//! What the header of a journal says of queues, domains and agents.

use cce_model::{AgentId, MrdId, SkillTarget};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The parts of a lab's configuration that routing depends on. A journal of another build may lack some.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Roster {
    mrds: Vec<Domain>,
    precision_queues: Vec<Queue>,
    agents: Vec<Agent>,
    /// By queue: the first step, from 1, that each agent is of.
    #[serde(skip)]
    steps: BTreeMap<u32, BTreeMap<AgentId, u32>>,
}

#[derive(Debug, Deserialize)]
struct Domain {
    id: i32,
    name: String,
    interruptible: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Queue {
    id: u32,
    pub(super) name: String,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    agents: Vec<AgentId>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Agent {
    pub(super) id: AgentId,
    pub(super) skill_target: SkillTarget,
    mrds: Vec<String>,
}

impl Roster {
    /// What a journal's configuration says; nothing where it cannot be read.
    pub(super) fn of(config: &Value) -> Self {
        let mut roster = Self::deserialize(config).unwrap_or_default();
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

    pub(super) fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.iter()
    }

    pub(super) fn queue(&self, id: u32) -> Option<&Queue> {
        self.precision_queues.iter().find(|queue| queue.id == id)
    }

    /// The first step of a queue that an agent is of.
    pub(super) fn step_of(&self, queue: u32, agent: &AgentId) -> Option<u32> {
        self.steps.get(&queue)?.get(agent).copied()
    }

    /// Whether an agent can sign in to a domain.
    pub(super) fn is_in_domain(&self, agent: &Agent, mrd: MrdId) -> bool {
        let name = self.domain(mrd).map(|domain| &domain.name);
        name.is_some_and(|name| agent.mrds.contains(name))
    }

    /// Whether work of a domain may be interrupted. Voice, which is not in the list, may not.
    pub(super) fn is_interruptible(&self, mrd: MrdId) -> bool {
        self.domain(mrd).is_some_and(|domain| domain.interruptible)
    }

    fn domain(&self, mrd: MrdId) -> Option<&Domain> {
        self.mrds.iter().find(|domain| domain.id == mrd.0)
    }
}
