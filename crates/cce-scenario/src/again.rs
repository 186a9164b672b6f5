//! A recorded run once more, in the same order.

use crate::{
    engine::{Breach, Engine},
    model::Scenario,
    play::Play,
};
use cce_check::Check;
use cce_journal::{Director, Header, PANICKED, Record, STOPPED, What};
use cce_kernel::{Fact, NodeName, Output, Time};
use cce_sim::{Sim, Timetable};
use cce_world::Lab;
use std::collections::{BTreeMap, BTreeSet};

/// Where a run parted from the recorded one.
#[derive(Clone, Debug, PartialEq)]
pub struct Deviation {
    /// The component that said something else first.
    pub node: NodeName,
    /// Record of the recorded run; none where that one said no more.
    pub recorded: Option<(u64, Fact)>,
    /// Record of this run; none where this one said no more.
    pub found: Option<(u64, Fact)>,
}

impl Scenario {
    /// This scenario over a recorded run of that lab. What is not repeated takes the latencies of the scenario.
    pub fn over(self, lab: Lab) -> Self {
        let latency = self.lab.latency.clone();
        Self { lab: Lab { latency, ..lab }, ..self }
    }
}

impl Play {
    /// A recorded run, of either driver, in the simulator: what arrived when in that run arrives then in this one,
    /// and what came from outside comes again. The rules and expectations of `scenario` count on top of that.
    ///
    /// If the scenario has time, the run goes on behind the recorded end: until everything has ended, or that time is
    /// over. How somebody ended the recorded run is left out then.
    pub fn again(header: &Header, records: &[Record], scenario: Scenario) -> Self {
        let lab = scenario.lab.clone();
        let (until, rest) = (Time(0) + scenario.until, scenario.rest);
        let records = if scenario.until.is_zero() { records } else { before_its_end(records) };
        let table = Timetable::of(records);
        let end = table.end();
        let mut sim = Sim::directed(header.seed, Engine::new(scenario, header).open_ended());
        sim.set_latencies(lab.latency.latencies());
        sim.set_pieces(lab.latency.pieces());
        for node in table.nodes() {
            sim.enlist(node, header.clock(node));
        }
        sim.keep_to(table);
        sim.build_with(Box::new(move |node| lab.build(node)));
        Self::set(header.clone(), sim, until.max(end), rest, end)
    }

    /// Where this run, whose records are these, parts from the recorded one. What follows the recorded end does not
    /// count.
    pub fn deviation(&self, recorded: &[Record], found: &[Record]) -> Option<Deviation> {
        let goes_on = !self.sim.director().scenario().until.is_zero();
        let recorded = if goes_on { before_its_end(recorded) } else { recorded };
        let end = found.partition_point(|record| record.at <= self.least());
        deviation(recorded, found.get(..end).unwrap_or(found))
    }
}

/// What was recorded before somebody ended the run.
fn before_its_end(records: &[Record]) -> &[Record] {
    let is_stop = |record: &Record| matches!(&record.what, What::Stopped { reason } if reason == STOPPED);
    let end =
        records.iter().position(|record| record.ends_the_run() || is_stop(record)).unwrap_or(records.len());
    records.get(..end).unwrap_or(records)
}

/// Why a recorded run cannot be had again, if it cannot.
pub fn unrepeatable(records: &[Record]) -> Option<String> {
    records.iter().find_map(|record| {
        let seq = record.seq;
        match &record.what {
            What::Gap { .. } => Some(format!(
                "records are missing, or there twice, at record {seq}: nobody knows what happened there"
            )),
            What::Stopped { reason } if reason.starts_with(PANICKED) => Some(format!(
                "{} panicked at record {seq}, and would do so again: `ccelab replay` shows it without harm",
                record.node
            )),
            What::Stopped { .. } | What::In(_) | What::Out(_) | What::Started | What::Bent(_) => None,
        }
    })
}

/// What a recorded run lacks of what a scenario expects. Its steps and rules do not count, and neither do checks.
pub fn unmet(header: &Header, records: &[Record], scenario: Scenario) -> Vec<Breach> {
    let unchecked = Check::ALL.map(|check| (check.name().to_owned(), String::new()));
    let (steps, rules) = (Vec::new(), Vec::new());
    let scenario = Scenario { steps, rules, unchecked: unchecked.into(), ..scenario };
    let mut engine = Engine::new(scenario, header);
    for record in records {
        while engine.due().is_some_and(|due| due < record.at) {
            engine.wake(record.at);
        }
        engine.see(record);
    }
    engine.report().failures
}

/// Where two runs part: the first fact that a component did not state in both. Facts are what a run is about; bytes
/// may differ where a network wrote its own headers.
pub fn deviation(recorded: &[Record], found: &[Record]) -> Option<Deviation> {
    let (there, here) = (facts(recorded), facts(found));
    let nodes: BTreeSet<&NodeName> = there.keys().chain(here.keys()).copied().collect();
    let part = |node: &&NodeName| {
        let (there, here) = (there.get(*node), here.get(*node));
        let list = |facts: Option<&Vec<(u64, Fact)>>| facts.cloned().unwrap_or_default();
        let (there, here) = (list(there), list(here));
        let at = (0..there.len().max(here.len())).find(|at| fact(&there, *at) != fact(&here, *at))?;
        let (recorded, found) = (there.get(at).cloned(), here.get(at).cloned());
        Some(Deviation { node: (*node).clone(), recorded, found })
    };
    let number = |deviation: &Deviation| deviation.recorded.as_ref().map_or(u64::MAX, |(seq, _)| *seq);
    nodes.iter().filter_map(part).min_by_key(number)
}

fn fact(facts: &[(u64, Fact)], at: usize) -> Option<&Fact> {
    facts.get(at).map(|(_, fact)| fact)
}

fn facts(records: &[Record]) -> BTreeMap<&NodeName, Vec<(u64, Fact)>> {
    let mut facts: BTreeMap<&NodeName, Vec<(u64, Fact)>> = BTreeMap::new();
    for record in records {
        if let What::Out(Output::Note(fact)) = &record.what {
            facts.entry(&record.node).or_default().push((record.seq, fact.clone()));
        }
    }
    facts
}
