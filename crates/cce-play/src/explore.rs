//! A scenario as an experiment: every order in which its messages can arrive.

use crate::{
    engine::{BEGINS, ENDS, Engine, Finding, MARKER},
    outcome::Outcome,
    play::Play,
};
use cce_journal::{Bend, Bent, Record, What};
use cce_kernel::{Fact, Output, Time};
use cce_model::ContactStatus;
use cce_scenario::Scenario;
use cce_sim::{Chosen, Schedule, Sim, explore::Experiment};
use std::collections::BTreeSet;

/// What one run came to: equal where nobody outside could tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunEnd {
    /// How the tasks ended.
    pub outcome: Outcome,
    /// Names of the checks, rules, steps and expectations that failed.
    pub failures: Vec<String>,
    /// What somebody was to come to and did not, which is a failure unless a run with other parameters comes to it.
    pub unreached: BTreeSet<String>,
}

impl RunEnd {
    /// What a run came to.
    pub fn of(engine: &Engine) -> Self {
        let report = engine.report();
        let (missed, failed): (Vec<Finding>, Vec<Finding>) =
            report.failures.into_iter().partition(|failure| failure.unreached.is_some());
        let mut failures: Vec<String> = failed.into_iter().map(|failure| failure.by).collect();
        failures.sort();
        failures.dedup();
        let unreached = missed.into_iter().filter_map(|failure| failure.unreached).collect();
        Self { outcome: report.outcome, failures, unreached }
    }

    /// What a run comes to in which a component panicked.
    pub fn panicked() -> Self {
        let failures = vec!["a component panicked".to_owned()];
        Self { outcome: Outcome::default(), failures, unreached: BTreeSet::new() }
    }
}

/// Every order of a scenario's messages, with one seed.
#[derive(Clone, Debug)]
pub struct Orders {
    scenario: Scenario,
    seed: u64,
}

impl Orders {
    /// Every order of that scenario's messages.
    pub fn new(scenario: Scenario, seed: u64) -> Self {
        Self { scenario: cce_swarm::draw(scenario, seed), seed }
    }

    /// When each run ends at the latest.
    pub fn end(&self) -> Time {
        Time(0) + self.scenario.until
    }

    /// The run of one order.
    pub fn in_order(&self, schedule: Schedule) -> Play<Chosen> {
        let play = Play::with(self.scenario.clone(), self.seed, Engine::with_marks);
        play.reordered(|sim| sim.follow(schedule))
    }
}

impl Experiment for Orders {
    type Director = Engine;
    type Outcome = RunEnd;

    fn build(&self) -> Sim<Engine> {
        Play::with(self.scenario.clone(), self.seed, Engine::with_marks).sim
    }

    fn outcome(&self, finished: &Sim<Engine, Chosen>) -> RunEnd {
        RunEnd::of(finished.director())
    }

    fn panicked(&self) -> Option<RunEnd> {
        Some(RunEnd::panicked())
    }

    fn begins(&self, record: &Record) -> bool {
        is_mark(record, BEGINS)
    }

    /// Whatever follows from the end of the last contact is the same in every order.
    fn ends(&self, record: &Record) -> bool {
        let What::Out(Output::Note(Fact::Contact { to, .. })) = &record.what else { return false };
        matches!(to, ContactStatus::Handled | ContactStatus::Discarded)
    }

    fn endings(&self) -> usize {
        self.scenario.customers.len().max(1)
    }

    fn is_over(&self, record: &Record) -> bool {
        is_mark(record, ENDS)
    }
}

fn is_mark(record: &Record, word: &str) -> bool {
    matches!(&record.what, What::Bent(Bent { by, bend: Bend::Stepped(step), .. }) if by == MARKER && step == word)
}
