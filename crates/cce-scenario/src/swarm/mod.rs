//! Swarms: every seed draws a lab, its people and its faults.
//!
//! What there is to draw stands in a scenario's `[swarm]`. [`Scenario::drawn`] makes a scenario of it that is
//! played like any other one: the same seed draws the same scenario.

mod faults;
mod lab;
mod people;
mod settings;

pub use settings::{BendKind, Bounds, FaultKind, Swarm};

use crate::model::Scenario;
use cce_kernel::{Rng, fork};
use rand::RngExt;
use std::{fmt, time::Duration};

/// What a seed drew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The seed.
    pub seed: u64,
    /// How many agents work, of which characters.
    pub agents: Vec<String>,
    /// Media routing domains, each with its traits.
    pub mrds: Vec<String>,
    /// Tasks that customers create.
    pub tasks: usize,
    /// What breaks, in order.
    pub faults: Vec<String>,
    /// What bends messages, as a peer would that does not keep to its protocol.
    pub rules: Vec<String>,
    /// When everything is whole again.
    pub heal: Duration,
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, agents, mrds, tasks, faults, rules, heal, .. } = self;
        write!(
            f,
            "seed {seed}: {} agents ({}), MRDs {}, {tasks} tasks; {}",
            agents.len(),
            counted(agents),
            mrds.join(", "),
            if faults.is_empty() { "nothing breaks".to_owned() } else { faults.join(", ") }
        )?;
        if !rules.is_empty() {
            write!(f, "; bent: {}", rules.join(", "))?;
        }
        write!(f, "; whole from {} on", cce_world::Span(*heal))
    }
}

/// How often each word stands there: `2 quick, 1 slow`.
fn counted(words: &[String]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for word in words {
        match counts.iter_mut().find(|(known, _)| known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let parts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    parts.join(", ")
}

impl Scenario {
    /// What a seed makes of the scenario: a swarm draws everything anew, any other one stays as it is.
    pub fn drawn(self, seed: u64) -> Self {
        let Some(swarm) = self.swarm.clone().filter(|_| self.drawn.is_none()) else { return self };
        let swarm = &swarm;
        let mut scenario = self;
        let mut drawn = Drawn {
            seed,
            agents: Vec::new(),
            mrds: Vec::new(),
            tasks: 0,
            faults: Vec::new(),
            rules: Vec::new(),
            heal: swarm.heal,
        };
        let numbers = lab::draw(&mut scenario.lab, swarm, &mut drawn, &mut fork(seed, "swarm lab"));
        people::draw_agents(&mut scenario, swarm, &mut drawn, &mut fork(seed, "swarm agents"));
        people::draw_customers(&mut scenario, swarm, &numbers, &mut fork(seed, "swarm customers"));
        drawn.tasks = scenario.customers.len();
        faults::draw(&mut scenario, swarm, &mut drawn, &mut fork(seed, "swarm faults"));
        faults::draw_rules(&mut scenario, swarm, &mut drawn, &mut fork(seed, "swarm rules"));
        scenario.until = swarm.heal + people::time_for(drawn.tasks);
        scenario.drawn = Some(drawn);
        scenario
    }
}

/// A time between two numbers of milliseconds.
fn millis(range: std::ops::Range<u64>, rng: &mut Rng) -> Duration {
    Duration::from_millis(rng.random_range(range))
}

/// A time of a part of the first phase, in thousandths of it.
fn moment(heal: Duration, part: std::ops::Range<u64>, rng: &mut Rng) -> Duration {
    let whole = u64::try_from(heal.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(whole.saturating_mul(rng.random_range(part)) / 1_000)
}
