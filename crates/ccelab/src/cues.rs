//! When a demo's customers may begin: however slow the machine is, an agent who is ready before a customer
//! comes on the script's clock is ready for the router, too.

use crate::readiness::Readiness;
use cce_journal::{Record, What};
use cce_kernel::{Fact, NodeName, Output};
use cce_model::{SkillTarget, fact::RouterFact};
use cce_world::{CastAgent, CastCustomer, Lab};
use std::{collections::BTreeSet, time::Duration};

/// Watches a demo for what its customers wait for.
#[derive(Debug)]
pub(crate) struct Cues {
    readiness: Readiness,
    waiting: Vec<WaitingCustomer>,
    routable: BTreeSet<SkillTarget>,
}

/// A customer that waits, and the agents who are ready before it.
#[derive(Debug)]
struct WaitingCustomer {
    customer: NodeName,
    agents: BTreeSet<SkillTarget>,
}

impl Cues {
    /// Makes every customer of the lab wait for its cue: from the moment when the last agent ahead of it is
    /// ready, its offset counts.
    pub(crate) fn of(lab: &mut Lab) -> Self {
        let waiting = lab
            .customers()
            .map(|(name, customer)| WaitingCustomer { customer: name, agents: ready_before(lab, customer) })
            .collect();
        let agents = lab.cast.agents.clone();
        for customer in &mut lab.cast.customers {
            customer.waits = true;
            let Some(at) = &mut customer.at else { continue };
            let last = agents.iter().filter_map(ready_at).filter(|ready| *ready < at.0).max();
            at.0 -= last.unwrap_or_default();
        }
        let (readiness, _) = Readiness::of(&lab.nodes(), &lab.tables);
        Self { readiness, waiting, routable: BTreeSet::new() }
    }

    /// Takes in the next record; gives the customers whose turn it is.
    pub(crate) fn learn(&mut self, record: &Record) -> Vec<NodeName> {
        self.readiness.learn(record);
        if let What::Out(Output::Note(Fact::Router(RouterFact::Agent { skill_target, after, .. }))) =
            &record.what
            && after.routable
        {
            self.routable.insert(*skill_target);
        }
        // Until then CCP discards what comes, as the product does.
        if !self.readiness.is_ready() {
            return Vec::new();
        }
        let routable = &self.routable;
        self.waiting
            .extract_if(.., |waiting| waiting.agents.is_subset(routable))
            .map(|waiting| waiting.customer)
            .collect()
    }
}

fn ready_before(lab: &Lab, customer: &CastCustomer) -> BTreeSet<SkillTarget> {
    lab.cast
        .agents
        .iter()
        .filter(|agent| ready_at(agent).is_some_and(|ready| ready < customer.at.unwrap_or_default().0))
        .filter_map(|cast| lab.agents.iter().find(|agent| agent.id == cast.id))
        .map(|agent| agent.skill_target)
        .collect()
}

/// When the agent becomes ready by itself.
fn ready_at(agent: &CastAgent) -> Option<Duration> {
    Some(agent.sign_in?.0 + agent.ready?.0)
}
