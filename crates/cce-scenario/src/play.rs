//! Plays a scenario in the simulator.

use crate::{
    engine::{Engine, Report},
    model::Scenario,
};
use cce_journal::{Header, Record};
use cce_kernel::{Component, NodeName, Time};
use cce_sim::Sim;
use std::time::Duration;

/// How much virtual time goes by between two looks at whether a run is over.
const LOOK: Duration = Duration::from_millis(250);

/// A scenario in the simulator.
#[derive(Debug)]
pub struct Play {
    /// The header of its journal.
    pub header: Header,
    /// The run.
    pub sim: Sim<Engine>,
    until: Time,
    rest: Duration,
    /// It is not over before.
    least: Time,
}

impl Play {
    /// Sets everything up, and starts every component at once.
    pub fn new(scenario: Scenario, seed: u64) -> Self {
        Self::with(scenario, seed, |engine| engine)
    }

    /// The same with other components in the place of the lab's: how tests plant faults.
    #[doc(hidden)]
    pub fn planted(
        scenario: Scenario,
        seed: u64,
        plant: impl Fn(&NodeName, Box<dyn Component>) -> Box<dyn Component> + 'static,
    ) -> Self {
        Self::build(scenario, seed, |engine| engine, plant)
    }

    pub(crate) fn with(scenario: Scenario, seed: u64, prepare: impl FnOnce(Engine) -> Engine) -> Self {
        Self::build(scenario, seed, prepare, |_, component| component)
    }

    fn build(
        scenario: Scenario,
        seed: u64,
        prepare: impl FnOnce(Engine) -> Engine,
        plant: impl Fn(&NodeName, Box<dyn Component>) -> Box<dyn Component> + 'static,
    ) -> Self {
        let scenario = scenario.drawn(seed);
        let lab = scenario.lab.clone();
        let nodes = lab.nodes();
        let header = lab.header(seed, lab.demo_start(), nodes.clone());
        let (until, rest) = (Time(0) + scenario.until, scenario.rest);
        let mut sim = Sim::directed(seed, prepare(Engine::new(scenario, &header)));
        sim.set_latencies(lab.latency.latencies());
        sim.set_pieces(lab.latency.pieces());
        for node in &nodes {
            if let Some(component) = lab.build(node) {
                sim.add(node, header.clock(node), plant(node, component));
            }
        }
        sim.build_with(Box::new(move |node| lab.build(node).map(|component| plant(node, component))));
        Self { header, sim, until, rest, least: Time(0) }
    }

    /// A run that was set up by somebody else. It ends at `until`, or once everything has ended, behind `least`.
    pub(crate) fn set(header: Header, sim: Sim<Engine>, until: Time, rest: Duration, least: Time) -> Self {
        Self { header, sim, until, rest, least }
    }

    /// How long the run went on behind the end of the recorded one.
    pub fn beyond(&self) -> Duration {
        Duration::from_micros(self.sim.now().0.saturating_sub(self.least.0))
    }

    /// The run is not over before.
    pub(crate) fn least(&self) -> Time {
        self.least
    }

    /// Runs to the end: when everything has ended and a while has passed, or when the scenario's time is over.
    /// `take` is given what was recorded, bit by bit.
    pub fn run(&mut self, mut take: impl FnMut(&[Record])) {
        let mut quiet_until = None;
        while self.sim.now() < self.until {
            let next = self.sim.now() + LOOK;
            self.sim.run_until(next.min(self.until));
            take(&self.sim.take_records());
            if !self.sim.director().is_over() || self.sim.now() < self.least {
                quiet_until = None;
            } else if self.sim.now() >= *quiet_until.get_or_insert(self.sim.now() + self.rest) {
                break;
            }
        }
    }

    /// What the scenario found.
    pub fn report(&self) -> Report {
        self.sim.director().report()
    }
}
