//! The search in rounds of few runs, on small systems made at random: their parts are not alike, so that one part comes
//! upon what another one has to do, and must be heard.

use super::{Experiment, Exploration, Explored, Explorer};
use crate::{Chosen, Sim};
use cce_journal::{Bystander, What};
use cce_kernel::{
    Address, Command, Component, Cx, HostClock, Input, LinkId, NodeName, Port, Rng, Time, fork,
};
use rand::RngExt;
use std::collections::{BTreeMap, BTreeSet};

const READY: Time = Time(1_000_000);
const END: Time = Time(5_000_000);

/// The most interleavings of a system that is compared.
const ENUMERATOR: Explorer = Explorer { end: END, max_runs: 2_000, max_choices: 1_000 };

/// Systems, each with the number of its orders. In each of them a part comes upon a choice of another one that is done with its own runs:
/// orders are left out if a part does not wait for those that hang on it (1, 62), is done one choice too early (373, 540), or
/// if what hung on a choice that was given away does not hang on its new owner (88, 147, 235).
const SEEDS: [(u64, usize); 7] = [(1, 21), (62, 48), (88, 13), (147, 17), (235, 10), (373, 37), (540, 28)];

const EXPLORER: Explorer = Explorer { end: END, max_runs: 100_000, max_choices: 1_000 };

const NODES: [(&str, Port); 3] = [("ccp", Port::Mr), ("router", Port::IcmMr), ("agentpg", Port::CtiA)];

/// To whom each node sends, by what it heard before and what it hears now; and who is told to begin, with the length of
/// the chain that follows.
#[derive(Debug)]
struct System {
    tables: Vec<Vec<Vec<usize>>>,
    begins: Vec<(usize, u8)>,
}

impl System {
    fn drawn(seed: u64) -> Self {
        let mut rng = fork(seed, "uneven");
        let node = |rng: &mut Rng| rng.random_range(0..NODES.len());
        let row = |rng: &mut Rng| (0..rng.random_range(0..3)).map(|_| node(rng)).collect();
        let table = |rng: &mut Rng| (0..3).map(|_| row(rng)).collect();
        let tables = NODES.iter().map(|_| table(&mut rng)).collect();
        let begins = (0..rng.random_range(2..5)).map(|_| (node(&mut rng), rng.random_range(1..3))).collect();
        Self { tables, begins }
    }
}

#[derive(Clone)]
struct Node {
    table: Vec<Vec<usize>>,
    links: BTreeMap<usize, LinkId>,
    heard: usize,
}

impl Component for Node {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        if let Input::Start { .. } = input {
            self.links =
                NODES.iter().enumerate().map(|(to, (_, port))| (to, cx.dial(*port, Address::Lab))).collect();
        } else if let Input::Frame { bytes, .. } = input {
            self.send(bytes.0.last().copied().unwrap_or_default(), cx);
        } else if let Input::Command(Command::Act(length)) = input {
            self.send(length.parse().unwrap(), cx);
        }
    }
}

impl Node {
    fn send(&mut self, length: u8, cx: &mut Cx<'_>) {
        let to = self.table[(self.heard + usize::from(length)) % self.table.len()].clone();
        self.heard += 1;
        let Some(left) = length.checked_sub(1) else { return };
        for to in to {
            cx.send(self.links[&to], vec![0, 0, 0, 1, 0, 0, 0, 5, left]);
        }
    }
}

/// What each node heard, in order, and by which link.
type Heard = BTreeMap<NodeName, Vec<(Option<LinkId>, String)>>;

impl Experiment for System {
    type Director = Bystander;
    type Outcome = Heard;

    fn build(&self) -> Sim {
        let mut sim = Sim::new(1);
        for ((name, _), table) in NODES.iter().zip(&self.tables) {
            let node = Node { table: table.clone(), links: BTreeMap::new(), heard: 0 };
            sim.add(&NodeName::from(*name), HostClock::default(), Box::new(node));
        }
        sim.run_until(READY);
        for (at, length) in &self.begins {
            sim.command(&NodeName::from(NODES[*at].0), Command::Act(length.to_string()));
        }
        sim
    }

    fn outcome(&self, finished: &Sim<Bystander, Chosen>) -> Heard {
        let mut heard = Heard::new();
        for record in finished.records().iter().filter(|record| record.at >= READY) {
            if let What::In(Input::Frame { link, bytes }) = &record.what {
                heard.entry(record.node.clone()).or_default().push((Some(*link), format!("{bytes:?}")));
            } else if let What::In(Input::Command(command)) = &record.what {
                heard.entry(record.node.clone()).or_default().push((None, format!("{command:?}")));
            }
        }
        heard
    }
}

/// The parts of a round that do a run in it.
#[derive(Clone, Copy, Debug)]
enum Working {
    All,
    First,
    Last,
}

/// The search in rounds in which each part does one run, if it is at work, and none otherwise.
fn in_rounds(system: &System, working: Working) -> Explored<Heard> {
    let mut exploration = Exploration::new(EXPLORER);
    loop {
        let mut round = exploration.round();
        if round.is_empty() {
            break;
        }
        let last = round.len() - 1;
        for (place, part) in round.iter_mut().enumerate() {
            let works = match working {
                Working::All => true,
                Working::First => place == 0,
                Working::Last => place == last,
            };
            part.quota = u64::from(works);
            part.work(system, &mut |_| ());
        }
        exploration.take_back(round);
    }
    exploration.explored()
}

#[test]
fn each_order_of_an_uneven_system_is_run_once_however_its_parts_get_on() {
    let mut enumerated = 0;
    for (seed, orders) in SEEDS {
        let system = System::drawn(seed);
        let expected = outcomes(&EXPLORER.run(&system, |_| ()), &format!("seed {seed}"));
        assert_eq!(expected.len(), orders, "seed {seed}");
        if let Some(everything) = ENUMERATOR.enumerate(&system) {
            assert_eq!(expected, everything, "seed {seed}");
            enumerated += 1;
        }
        for working in [Working::All, Working::First, Working::Last] {
            let how = format!("seed {seed}, {working:?}");
            assert_eq!(outcomes(&in_rounds(&system, working), &how), expected, "{how}");
        }
    }
    assert!(enumerated >= 2, "{enumerated} systems are small enough to enumerate their interleavings");
}

/// What a search found, which is complete and ran no order twice.
fn outcomes(explored: &Explored<Heard>, how: &str) -> BTreeSet<Heard> {
    assert!(explored.is_complete(), "{how}");
    let outcomes = explored.outcomes();
    assert_eq!(outcomes.iter().find(|found| found.count > 1), None, "{how}: an order was run twice");
    outcomes.into_iter().map(|found| found.outcome).collect()
}
