//! Plays a scenario in the simulator.

use crate::engine::{Engine, Finding, RunReport};
use cce_journal::{Header, Record};
use cce_kernel::{Component, NodeName, Time};
use cce_scenario::{RunLimits, Scenario};
use cce_sim::{Seeded, Sequence, Sim};
use std::{sync::Arc, time::Duration};

/// Records that are handed over at once.
const BATCH: usize = 4_096;

/// How much virtual time goes by between two looks at whether a run is over.
const LOOK: Duration = Duration::from_millis(250);

/// A scenario in the simulator. Things happen in the order `O`.
#[derive(Debug)]
pub struct Play<O: Sequence = Seeded> {
    /// The header of its journal.
    pub header: Header,
    /// The run.
    pub sim: Sim<Engine, O>,
    until: Time,
    rest: Duration,
    /// It is not over before.
    least: Time,
    limits: RunLimits,
    /// The limit that it reached, in words.
    reached: Option<Finding>,
}

impl Play {
    /// Sets everything up, and starts every component at once.
    pub fn new(scenario: Scenario, seed: u64) -> Self {
        Self::with(scenario, seed, |engine| engine)
    }

    /// A run with other components in the place of the lab's: tests plant faults in this way.
    #[doc(hidden)]
    pub fn planted(
        scenario: Scenario,
        seed: u64,
        plant: impl Fn(&NodeName, Box<dyn Component>) -> Box<dyn Component> + Send + Sync + 'static,
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
        plant: impl Fn(&NodeName, Box<dyn Component>) -> Box<dyn Component> + Send + Sync + 'static,
    ) -> Self {
        let scenario = cce_swarm::draw(scenario, seed);
        let lab = scenario.lab.clone();
        let (nodes, build) = (lab.nodes(), lab.builder());
        let header = lab.header(seed, lab.demo_start(), nodes.clone());
        let (until, rest, limits) = (Time(0) + scenario.until, scenario.rest, scenario.limits);
        let mut sim = Sim::directed(seed, prepare(Engine::new(scenario, &header)));
        sim.set_latencies(lab.latency.latencies());
        sim.set_pieces(lab.latency.pieces());
        for node in &nodes {
            if let Some(component) = build(node) {
                sim.add(node, header.clock(node), plant(node, component));
            }
        }
        sim.build_with(Arc::new(move |node| build(node).map(|component| plant(node, component))));
        Self { header, sim, until, rest, least: Time(0), limits, reached: None }
    }

    /// This run in another order.
    pub(crate) fn reordered<O: Sequence>(
        self,
        reorder: impl FnOnce(Sim<Engine>) -> Sim<Engine, O>,
    ) -> Play<O> {
        let Self { header, sim, until, rest, least, limits, reached } = self;
        Play { header, sim: reorder(sim), until, rest, least, limits, reached }
    }
}

impl<O: Sequence> Play<O> {
    /// A run that was set up by somebody else. It ends at `until`, or once everything has ended, behind `least`.
    pub(crate) fn set(header: Header, sim: Sim<Engine, O>, until: Time, rest: Duration, least: Time) -> Self {
        let limits = sim.director().scenario().limits;
        Self { header, sim, until, rest, least, limits, reached: None }
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
        let mut records = 0;
        while self.sim.now() < self.until {
            let next = (self.sim.now() + LOOK).min(self.until);
            while records <= self.limits.records && self.sim.step(next) {
                if self.sim.records().len() >= BATCH {
                    records += self.hand_over(&mut take);
                }
            }
            records += self.hand_over(&mut take);
            self.reached = self.limit(records);
            if self.reached.is_some() {
                break;
            }
            self.sim.run_until(next);
            if !self.sim.director().is_over() || self.sim.now() < self.least {
                quiet_until = None;
            } else if self.sim.now() >= *quiet_until.get_or_insert(self.sim.now() + self.rest) {
                break;
            }
        }
    }

    /// Gives away what was recorded, and says how much that was.
    fn hand_over(&mut self, take: &mut impl FnMut(&[Record])) -> u64 {
        let records = self.sim.take_records();
        take(&records);
        records.len() as u64
    }

    /// The limit that the run has reached.
    fn limit(&self, records: u64) -> Option<Finding> {
        let RunLimits { time, records: most } = self.limits;
        let at = cce_world::Span(self.sim.now().since(Time(0)));
        let (name, what) = if records > most {
            ("limits.records", format!("more than {most} records"))
        } else if self.sim.now().since(Time(0)) > time {
            ("limits.time", format!("{} of virtual time", cce_world::Span(time)))
        } else {
            return None;
        };
        let text = format!(
            "the run ended at {at}, having reached a limit: {what}; raise `{name}` in the scenario if it is right so"
        );
        Some(Finding::new(name, text, None))
    }

    /// What the scenario found.
    pub fn report(&self) -> RunReport {
        let mut report = self.sim.director().report();
        report.failures.extend(self.reached.clone());
        report
    }
}
