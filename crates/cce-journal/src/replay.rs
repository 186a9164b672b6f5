//! Feeds components their recorded inputs and compares every output.

use crate::{Header, Record, What};
use cce_kernel::{Component, Host, Input, NodeName, Output};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
};

/// What a replay found.
#[derive(Debug, Default)]
pub struct ReplayReport {
    /// Inputs that were fed.
    pub inputs: u64,
    /// Outputs that were compared.
    pub outputs: u64,
    /// Components that could not be built, whose records were passed over.
    pub unknown: BTreeSet<NodeName>,
    /// Records that the journal lacks.
    pub dropped: u64,
    /// The first difference.
    pub difference: Option<Box<Difference>>,
}

/// Where a replay differs from what was recorded. Both are none where the component panics in the replay and went
/// on in the run.
#[derive(Debug)]
pub struct Difference {
    /// Number of the record.
    pub seq: u64,
    /// The component.
    pub node: NodeName,
    /// What was recorded; none where the component asks for more than was recorded.
    pub recorded: Option<Output>,
    /// What the component asks for; none where it asks for less.
    pub replayed: Option<Output>,
}

/// One component, from its first record to its last.
struct Life {
    state: State,
    host: Host,
    /// What it asked for and was not compared yet.
    expected: VecDeque<Output>,
}

enum State {
    /// It can be compared.
    Alive(Box<dyn Component>),
    /// It panicked at its last input; only the end of its life may follow.
    Panicked,
    /// It cannot be compared: nobody can build it, or records are missing before this one.
    Untold,
}

/// Feeds each component its recorded inputs, and compares what it asks for with what was recorded, up to the
/// first difference. `build` makes a component anew for each of its lives.
///
/// Behind a gap a component is compared no more, since nobody knows what it missed. A journal may end anywhere:
/// what a killed process did not write is no difference.
pub fn replay(
    header: &Header,
    records: impl IntoIterator<Item = Record>,
    mut build: impl FnMut(&NodeName) -> Option<Box<dyn Component>>,
) -> ReplayReport {
    let mut found = ReplayReport::default();
    let mut lives: BTreeMap<NodeName, Life> = BTreeMap::new();
    for record in records {
        if let What::Gap { dropped } = record.what {
            found.dropped += dropped;
            lives.values_mut().for_each(|life| life.state = State::Untold);
            continue;
        }
        let is_known = lives.contains_key(&record.node);
        let life = lives.entry(record.node.clone()).or_insert_with(|| Life::new(header, &record.node));
        let difference = life.end_of(&record);
        if found.begins_a_life(&record, is_known) {
            life.state = build(&record.node).map_or(State::Untold, State::Alive);
            life.expected.clear();
            if matches!(life.state, State::Untold) {
                found.unknown.insert(record.node.clone());
            }
        }
        let difference = difference.or_else(|| life.step(&record, &mut found));
        if difference.is_some() {
            found.difference = difference.map(Box::new);
            break;
        }
    }
    found
}

impl ReplayReport {
    /// A life begins with its record, or with whatever is the first of it in a journal without gaps. Behind a gap
    /// only a component that is new can be told from its beginning on.
    fn begins_a_life(&self, record: &Record, is_known: bool) -> bool {
        let is_start = matches!(record.what, What::Started);
        if self.dropped == 0 { is_start || !is_known } else { is_start && !is_known }
    }
}

impl Life {
    fn new(header: &Header, node: &NodeName) -> Self {
        let host = Host::new(node.clone(), header.seed_of(node), header.clock(node));
        Self { state: State::Untold, host, expected: VecDeque::new() }
    }

    /// What differs when a life ends, or another begins: it has more to say.
    fn end_of(&mut self, record: &Record) -> Option<Difference> {
        let is_over = matches!(record.what, What::Started | What::Stopped { .. });
        if !is_over || matches!(self.state, State::Untold) {
            return None;
        }
        self.expected.pop_front().map(|missing| differ(record, None, Some(missing)))
    }

    fn step(&mut self, record: &Record, found: &mut ReplayReport) -> Option<Difference> {
        match &record.what {
            What::In(input) => self.take_in(input, record, found),
            What::Out(output) => self.compare(output, record, found),
            What::Started
            | What::Stopped { .. }
            | What::Connected { .. }
            | What::Bent(_)
            | What::Gap { .. } => None,
        }
    }

    fn take_in(&mut self, input: &Input, record: &Record, found: &mut ReplayReport) -> Option<Difference> {
        let component = match &mut self.state {
            State::Alive(component) => component,
            State::Panicked => return Some(differ(record, None, None)),
            State::Untold => return None,
        };
        if let Some(missing) = self.expected.pop_front() {
            return Some(differ(record, None, Some(missing)));
        }
        found.inputs += 1;
        let host = &mut self.host;
        // A component that panicked is not asked again: nothing looks at its state.
        let handled =
            catch_unwind(AssertUnwindSafe(|| host.handle(component.as_mut(), input.clone(), record.at)));
        match handled {
            Ok(outputs) => self.expected = outputs.into(),
            Err(_) => self.state = State::Panicked,
        }
        None
    }

    fn compare(&mut self, output: &Output, record: &Record, found: &mut ReplayReport) -> Option<Difference> {
        if matches!(self.state, State::Untold) {
            return None;
        }
        found.outputs += 1;
        let replayed = self.expected.pop_front();
        (replayed.as_ref() != Some(output)).then(|| differ(record, Some(output.clone()), replayed))
    }
}

fn differ(record: &Record, recorded: Option<Output>, replayed: Option<Output>) -> Difference {
    Difference { seq: record.seq, node: record.node.clone(), recorded, replayed }
}
