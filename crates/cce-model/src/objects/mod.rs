//! The objects that the central controller and its peripherals are configured with, resolved: whoever names another
//! object has it.
//!
//! A model is made whole and never changes; a change of the configuration makes a new one, which takes its place. What is
//! under way keeps the objects that it began with.

mod agent;
mod routing;
#[cfg(feature = "sample")]
pub mod sample;
mod table;

pub use agent::{Agent, SkillGroup, Team};
pub use routing::{CallType, DialedNumber, Mrd, PrecisionQueue, Script, Step};
pub use table::{Keyed, Table};

use crate::{EccVariable, EventReason, ReasonCategory, ReasonCode, SkillTarget, TeamId};
use std::sync::Arc;

/// Every object of a contact center.
#[derive(Clone, Debug, Default)]
pub struct ObjectModel {
    /// Media routing domains of tasks. Voice is not among them: every contact center has it.
    pub mrds: Table<Mrd>,
    /// Agents.
    pub agents: Table<Agent>,
    /// Precision queues, each with the skill group that shadows it.
    pub precision_queues: Table<PrecisionQueue>,
    /// Routing scripts.
    pub scripts: Table<Script>,
    /// Call types.
    pub call_types: Table<CallType>,
    /// Dialed numbers of the MR routing clients.
    pub dialed_numbers: Table<DialedNumber>,
    /// Expanded call context variables that the central controller knows.
    pub ecc_variables: Vec<EccVariable>,
    /// Reasons for being not ready, and for signing out. Where a category has some, a change needs one
    /// (finesse-nonvoice 2.7).
    pub reason_codes: Vec<ReasonCode>,
}

impl ObjectModel {
    /// The agent at that instrument.
    pub fn agent_at(&self, instrument: &str) -> Option<&Arc<Agent>> {
        self.agents.find(|agent| agent.instrument() == instrument)
    }

    /// The skill group of that id in the central controller's database.
    pub fn skill_group(&self, id: SkillTarget) -> Option<&Arc<SkillGroup>> {
        self.skill_groups().find(|group| group.id == id)
    }

    /// Every skill group, in the order of its precision queue.
    pub fn skill_groups(&self) -> impl Iterator<Item = &Arc<SkillGroup>> {
        self.precision_queues.iter().map(|queue| &queue.skill_group)
    }

    /// The reason codes of a category.
    pub fn reasons(&self, category: ReasonCategory) -> impl Iterator<Item = &ReasonCode> {
        self.reason_codes.iter().filter(move |reason| reason.category == category)
    }

    /// The reason of that number, as the CTI server tells it.
    pub fn reason_of_code(&self, category: ReasonCategory, code: EventReason) -> Option<&ReasonCode> {
        self.reasons(category).find(|reason| reason.code == code)
    }

    /// The team of that id, if some agent belongs to it.
    pub fn team(&self, id: TeamId) -> Option<&Arc<Team>> {
        self.agents.iter().map(|agent| &agent.team).find(|team| team.id == id)
    }
}
