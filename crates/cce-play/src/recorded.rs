//! A scenario over a recorded run, in the order of that run.

use crate::{
    engine::{Engine, Expected},
    play::Play,
};
use cce_check::{Check, Checks};
use cce_fold::Fold;
use cce_journal::{Bend, Bent, Director, Header, PANICKED, Record, STOPPED, Ticket, What};
use cce_kernel::{Fact, NodeName, Output, Time};
use cce_model::SideOrder;
use cce_scenario::{Action, Rule, Scenario, ScenarioStep, StepAction};
use cce_select::place::{CUSTOMER, customer_number};
use cce_sim::{Recorded, Recording, Sim};
use cce_world::Lab;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

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

/// A scenario over a recorded run of that lab, with the people of that run and their names. Nobody else is
/// told anything. What is not repeated takes the latencies of the scenario.
pub fn on_recorded_lab(mut scenario: Scenario, lab: Lab) -> Scenario {
    let latency = scenario.lab.latency.clone();
    let customers = lab.cast.names.clone();
    let here = &scenario.customers;
    scenario.steps.retain_mut(|step| {
        let StepAction::Tell(node, _) = &mut step.act else { return true };
        renumber(node, here, &customers)
    });
    Scenario { lab: Lab { latency, ..lab }, customers, ..scenario }
}

/// Customers of a scenario whom a recorded run of that lab does not have.
pub fn missing_customers<'a>(scenario: &'a Scenario, lab: &Lab) -> Vec<&'a str> {
    scenario
        .customers
        .iter()
        .map(String::as_str)
        .filter(|name| !lab.cast.names.iter().any(|known| known == name))
        .collect()
}

/// Leaves out the steps and rules that a recorded run had by the same names, and that did the same in it.
/// Returns their names.
pub fn leave_out_repeated(scenario: &mut Scenario, records: &[Record]) -> Vec<String> {
    let mut out = Vec::new();
    let bends = || {
        records.iter().filter_map(|record| {
            let What::Bent(bent) = &record.what else { return None };
            Some((&record.node, bent))
        })
    };
    scenario
        .steps
        .retain(|step| keep(!bends().any(|(node, bent)| took(step, node, bent)), &step.name, &mut out));
    scenario.rules.retain(|rule| keep(!bends().any(|(_, bent)| acted(rule, bent)), &rule.name, &mut out));
    out
}

fn keep(is_kept: bool, name: &str, out: &mut Vec<String>) -> bool {
    if !is_kept {
        out.push(name.to_owned());
    }
    is_kept
}

/// Whether a step was taken there.
fn took(step: &ScenarioStep, node: &NodeName, bent: &Bent) -> bool {
    let has_rule = |rule: &str| bent.by == rule;
    // Names of tasks stand there as ids.
    let took = |words: &str| {
        let Bend::Stepped(told) = &bent.bend else { return false };
        bent.by == step.name && verb(told) == verb(words)
    };
    match &step.act {
        StepAction::Arm(rule) => has_rule(rule) && bent.bend == Bend::Armed,
        StepAction::Disarm(rule) => has_rule(rule) && bent.bend == Bend::Disarmed,
        StepAction::Release(rule) => {
            matches!(bent.bend, Bend::Released(_)) && rule.as_deref().is_none_or(has_rule)
        }
        StepAction::Tell(person, words) => node == person && words.iter().any(|words| took(words)),
        StepAction::Stop(which) => node == which && took("stop"),
        StepAction::Start(which) => node == which && took("start"),
        StepAction::Restart(which) => node == which && took("restart"),
        StepAction::Cut(port, _) => node.kind() == Some(port.listener()) && took("cut"),
        StepAction::Cti(order) => {
            let words = format!("cti {}", order.words());
            node.as_str() == SideOrder::NODE
                && bent.by == step.name
                && matches!(&bent.bend, Bend::Stepped(told) if *told == words)
        }
        StepAction::Set(changes) => {
            bent.by == step.name
                && matches!(&bent.bend, Bend::Stepped(told) if changes.iter().any(|one| one.words() == *told))
        }
        StepAction::Stall(port, _) => node.kind() == Some(port.listener()) && took("stall"),
    }
}

fn verb(words: &str) -> Option<&str> {
    words.split(' ').next()
}

/// Whether a rule acted there, and let the same messages pass.
fn acted(rule: &Rule, bent: &Bent) -> bool {
    bent.by == rule.name
        && bent.alone == rule.alone
        && matches!(
            (&rule.action, &bent.bend),
            (Action::Delay(_), Bend::Delayed(_))
                | (Action::Hold(_), Bend::Held(_))
                | (Action::Swap, Bend::Swapped(_))
                | (Action::Drop, Bend::Dropped)
                | (Action::Duplicate, Bend::Duplicated)
                | (Action::Corrupt { .. }, Bend::Corrupted)
                | (Action::Cut, Bend::Cut)
                | (Action::Answer(_), Bend::Answered(_))
                | (Action::Split(_), Bend::Split(_))
                | (Action::Coalesce, Bend::Coalesced)
                | (Action::Cti(_) | Action::Set(_), Bend::Stepped(_))
        )
}

/// A customer of a file is the one whom the recorded run calls so. Says whether it has that one.
fn renumber(node: &mut NodeName, here: &[String], there: &[String]) -> bool {
    if !node.as_str().starts_with(CUSTOMER) {
        return true;
    }
    let name = customer_number(node).and_then(|number| here.get(number));
    let known = name.and_then(|name| there.iter().position(|known| known == name));
    if let Some(position) = known {
        *node = format!("{CUSTOMER}{}", position + 1).into();
    }
    known.is_some()
}

impl Play<Recorded> {
    /// A recorded run, of either driver, in the simulator: what arrived when in that run arrives then in this one,
    /// and what came from outside comes again. The rules and expectations of `scenario` count on top of that.
    ///
    /// If the scenario has time, the run goes on behind the recorded end: until everything has ended, or that time is
    /// over. How somebody ended the recorded run is left out then. Where everything had ended in the recorded run, it ends in this
    /// one too, or the rules broke it.
    pub fn recorded(header: &Header, records: &[Record], scenario: Scenario) -> Self {
        let lab = scenario.lab.clone();
        let (time, rest) = (scenario.until, scenario.rest);
        let until = Time(0) + time;
        let records = if time.is_zero() { records } else { before_its_end(records) };
        let recording = Recording::of(records);
        let (nodes, end) = (recording.nodes(), recording.end());
        let engine = Engine::new(scenario, header);
        let owes_ends = !time.is_zero() && had_ended(header, records);
        let engine = if owes_ends { engine } else { engine.open_ended() };
        let engine = engine.with_recorded_cues().behind_ticket(last_ticket(records));
        let mut sim = Sim::recorded(header.seed, engine, recording);
        sim.set_latencies(lab.latency.latencies());
        sim.set_pieces(lab.latency.pieces());
        for node in &nodes {
            sim.enlist(node, header.clock(node));
        }
        sim.build_with(Arc::new(lab.builder()));
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

/// Whether everything had an end in a recorded run.
fn had_ended(header: &Header, records: &[Record]) -> bool {
    let (mut fold, mut checks) = (Fold::new(header), Checks::new());
    records.iter().for_each(|record| drop(checks.push(&fold.push(record))));
    checks.finish().is_empty()
}

/// The last ticket of a recorded run.
fn last_ticket(records: &[Record]) -> Ticket {
    let ticket = |record: &Record| {
        let What::Bent(bent) = &record.what else { return None };
        let (Bend::Held(ticket) | Bend::Swapped(ticket)) = bent.bend else { return None };
        Some(ticket)
    };
    records.iter().filter_map(ticket).max().unwrap_or(0)
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
            What::Stopped { .. }
            | What::In(_)
            | What::Out(_)
            | What::Started
            | What::Connected { .. }
            | What::Bent(_) => None,
        }
    })
}

/// What a recorded run lacks of what a scenario expects. Its steps and rules do not count, and neither do checks. In a run
/// that is not over, what is open may still come.
pub fn unmet(header: &Header, records: &[Record], scenario: Scenario) -> Expected {
    let unchecked = Check::ALL.map(|check| (check.name().to_owned(), String::new()));
    let (steps, rules) = (Vec::new(), Vec::new());
    let scenario = Scenario { steps, rules, unchecked: unchecked.into(), ..scenario };
    let mut engine = Engine::new(scenario, header);
    for record in records {
        engine.see(record);
    }
    engine.expected()
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
    nodes
        .iter()
        .filter_map(part)
        .min_by_key(|deviation| deviation.recorded.as_ref().map_or(u64::MAX, |(seq, _)| *seq))
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
