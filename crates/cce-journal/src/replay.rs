//! Feeds components their recorded inputs and compares every output.

use crate::{Header, Record, What};
use cce_kernel::{Component, Host, NodeName, Output};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What a replay found.
#[derive(Debug, Default)]
pub struct Replayed {
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

/// Where a replay differs from what was recorded.
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

struct Life {
    component: Option<Box<dyn Component>>,
    host: Host,
    expected: VecDeque<Output>,
}

/// Feeds each component its recorded inputs, and compares what it asks for with what was recorded, up to the
/// first difference. `build` makes a component anew for each of its lives.
pub fn replay(
    header: &Header,
    records: impl IntoIterator<Item = Record>,
    mut build: impl FnMut(&NodeName) -> Option<Box<dyn Component>>,
) -> Replayed {
    let mut found = Replayed::default();
    let mut lives: BTreeMap<NodeName, Life> = BTreeMap::new();
    for record in records {
        if let What::Gap { dropped } = record.what {
            found.dropped += dropped;
            continue;
        }
        let life = lives.entry(record.node.clone()).or_insert_with(|| Life {
            component: build(&record.node),
            host: Host::new(record.node.clone(), header.seed, header.clock(&record.node)),
            expected: VecDeque::new(),
        });
        if let What::Started = record.what {
            life.component = build(&record.node);
            life.expected.clear();
        }
        let difference = step(life, &record, &mut found);
        if difference.is_some() {
            found.difference = difference.map(Box::new);
            break;
        }
    }
    found
}

fn step(life: &mut Life, record: &Record, found: &mut Replayed) -> Option<Difference> {
    let Some(component) = &mut life.component else {
        found.unknown.insert(record.node.clone());
        return None;
    };
    let differ =
        |recorded, replayed| Difference { seq: record.seq, node: record.node.clone(), recorded, replayed };
    match &record.what {
        What::In(input) => {
            if let Some(missing) = life.expected.pop_front() {
                return Some(differ(None, Some(missing)));
            }
            found.inputs += 1;
            life.expected = life.host.handle(component.as_mut(), input.clone(), record.at).into();
            None
        }
        What::Out(output) => {
            let replayed = life.expected.pop_front();
            found.outputs += 1;
            (replayed.as_ref() != Some(output)).then(|| differ(Some(output.clone()), replayed))
        }
        What::Started | What::Stopped { .. } | What::Gap { .. } => None,
    }
}
