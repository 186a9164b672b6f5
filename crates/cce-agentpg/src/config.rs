//! What the agent PG needs to know.

use cce_model::{AgentId, EccVariable, MrdId, SkillTarget};
use std::time::Duration;

/// Everything the agent PG needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Peripheral id.
    pub peripheral: u32,
    /// The peripheral's name.
    pub name: String,
    /// Pause before the lost link to the router is dialled again.
    pub redial: Duration,
    /// Interval of heartbeats to the router; three that stay unanswered end the link.
    pub heartbeat: Duration,
    /// How long an agent's new state takes to the router; task events are never delayed.
    pub state_report_delay: Duration,
    /// Number of the first CTI session. Sides A and B number their sessions together (inferred).
    pub first_session: u32,
    /// Refuse mask bits that the protocol does not use, and floating fields that do not belong to a message.
    pub strict_masks: bool,
    /// What CTI clients must give as password; none accepts any.
    pub client_password: Option<String>,
    /// How long a connection may stay without an open session.
    pub open_timeout: Duration,
    /// Agents that may be signed in at the same time; none is no limit.
    pub signed_in_max: Option<usize>,
    /// The customer's id in the central controller's database.
    pub customer: u32,
    /// Expanded call context variables that the central controller knows.
    pub ecc: Vec<EccVariable>,
    /// Media routing domains.
    pub mrds: Vec<Mrd>,
    /// Agents.
    pub agents: Vec<Agent>,
    /// Skill groups of precision queues, for clients that ask for the configuration.
    pub skill_groups: Vec<SkillGroup>,
    /// Ids and names of call types, for the same.
    pub call_types: Vec<(u32, String)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            peripheral: 5000,
            name: String::new(),
            redial: Duration::from_secs(1),
            heartbeat: Duration::from_secs(5),
            state_report_delay: Duration::ZERO,
            first_session: 1,
            strict_masks: false,
            client_password: None,
            open_timeout: Duration::from_secs(30),
            signed_in_max: None,
            customer: 1,
            ecc: Vec::new(),
            mrds: Vec::new(),
            agents: Vec::new(),
            skill_groups: Vec::new(),
            call_types: Vec::new(),
        }
    }
}

/// A media routing domain (task-routing 4.1).
#[derive(Clone, Debug)]
pub struct Mrd {
    /// Its id.
    pub id: MrdId,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Whether it belongs to the application path of CTI clients.
    pub on_path: bool,
    /// Whether its tasks may be interrupted by tasks of other domains.
    pub interruptible: bool,
    /// From reservation to offer or start; none waits for ever.
    pub start_timeout: Option<Duration>,
    /// How long a task may take from its start; none as long as it likes.
    pub max_task_duration: Option<Duration>,
    /// How long tasks outlive the application path.
    pub life: Duration,
}

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
    /// Extension.
    pub extension: String,
    /// Instrument.
    pub instrument: String,
    /// Active terminal device.
    pub terminal: String,
    /// The agent's domains.
    pub mrds: Vec<MrdId>,
    /// The queues of the agent. Each has events of its own; the first one of a domain comes first.
    pub memberships: Vec<Membership>,
}

impl Agent {
    /// The agent in words.
    pub(crate) fn description(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// A precision queue's skill group.
#[derive(Clone, Debug)]
pub struct SkillGroup {
    /// Peripheral number.
    pub number: u32,
    /// Id in the central controller's database.
    pub skill_group: SkillTarget,
    /// The precision queue's id.
    pub queue: u32,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub mrd: MrdId,
}

/// An agent's place in a queue of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The domain.
    pub mrd: MrdId,
    /// The queue's skill group in the central controller's database.
    pub skill_group: SkillTarget,
    /// That group's peripheral number.
    pub skill_group_number: u32,
}
