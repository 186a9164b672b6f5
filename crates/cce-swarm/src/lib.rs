//! Swarms: every seed draws a lab, its people and its faults.
//!
//! What there is to draw stands in a scenario's `[swarm]`. [`draw`] makes a scenario of it that is
//! played like any other one: the same seed draws the same scenario.

#![warn(missing_docs)]

mod coverage;
mod faults;
mod lab;
mod people;

pub use coverage::{Coverage, Grid, Watcher};

use cce_kernel::{Rng, fork};
use cce_scenario::{Drawn, Scenario};
use rand::RngExt;
use std::time::Duration;

/// What a seed makes of the scenario: a swarm draws everything anew, any other one stays as it is.
pub fn draw(scenario: Scenario, seed: u64) -> Scenario {
    let Some(swarm) = scenario.swarm.clone().filter(|_| scenario.drawn.is_none()) else { return scenario };
    let swarm = &swarm;
    let mut scenario = scenario;
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

/// A time between two numbers of milliseconds.
fn millis(range: std::ops::Range<u64>, rng: &mut Rng) -> Duration {
    Duration::from_millis(rng.random_range(range))
}

/// A time of a part of the first phase, in thousandths of it.
fn moment(heal: Duration, part: std::ops::Range<u64>, rng: &mut Rng) -> Duration {
    let whole = u64::try_from(heal.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(whole.saturating_mul(rng.random_range(part)) / 1_000)
}
