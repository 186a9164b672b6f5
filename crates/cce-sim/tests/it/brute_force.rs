//! The search against an enumeration of everything, on small systems made at random.

use crate::{
    explore::{READY, heard, in_jobs},
    toy::{Toy, frame},
};
use cce_journal::{Director, Order, Reaction, Record, Treatment, What};
use cce_kernel::{
    Address, CallId, CloseReason, Command, Component, Cx, HostClock, Input, LinkId, NodeName, Output, Port,
    Request, Response, Rng, Time, TimerKey, fork,
};
use cce_sim::{
    Chosen, Sim,
    explore::{Experiment, Explorer},
};
use rand::RngExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    panic::resume_unwind,
    time::Duration,
};

const END: Time = Time(5_000_000);

/// The most interleavings of a system that is compared.
const ENUMERATOR: Explorer = Explorer { end: END, max_runs: 1_500, max_choices: 1_000 };

/// Systems with no more than that, and with 10 to 178 orders.
const SEEDS: [u64; 9] = [31, 46, 56, 89, 108, 144, 195, 201, 226];

/// The same with a director.
const DIRECTED_SEEDS: [u64; 7] = [46, 89, 163, 195, 319, 353, 395];

/// Systems in which a node panics in some orders, and in others not: which node, after how much, and at what.
const FRAGILE: [(u64, usize, Flaw); 11] = [
    (46, 1, (9, 0)),
    (46, 3, (9, 0)),
    (56, 0, (8, 0)),
    (56, 1, (9, 0)),
    (56, 3, (8, 0)),
    (89, 0, (8, 0)),
    (144, 2, (8, 0)),
    (144, 3, (9, 0)),
    (201, 0, (8, 0)),
    (201, 2, (8, 0)),
    (201, 3, (9, 0)),
];

const NODES: [(&str, Port); 4] =
    [("ccp", Port::Mr), ("router", Port::IcmMr), ("agentpg", Port::CtiA), ("finesse", Port::Xmpp)];

/// What a node can do when it hears something.
#[derive(Clone, Copy, Debug)]
enum Act {
    Send(usize),
    Call(Port),
    Arm,
    /// Closes the link to a node, gives it up while it opens, or opens it.
    Toggle(usize),
}

/// What each node does, by what it heard before and what it hears now.
#[derive(Clone, Debug)]
struct System {
    tables: Vec<Vec<Vec<Act>>>,
    /// A node that panics, and when.
    fragile: Option<(usize, Flaw)>,
    /// Who is told to go, and how long the chains are that follow.
    cued: Vec<(usize, u8)>,
    bender: Bender,
}

/// What makes a node panic: how much it heard before, and what it hears then.
type Flaw = (usize, u8);

/// Bends some messages. It counts only what one component does, so that what it counts does not depend on how
/// others come in between; what it does with one of them may depend on that.
#[derive(Clone, Debug, Default)]
struct Bender {
    /// What becomes of a component's message of that number.
    bends: BTreeMap<(NodeName, u32), Treatment>,
    /// Everything is let go once a component has heard so many messages, and nothing is bent from then on.
    release: Option<(NodeName, u32)>,
    counts: BTreeMap<(NodeName, bool), u32>,
}

impl Bender {
    fn drawn(rng: &mut Rng) -> Self {
        let node = |rng: &mut Rng| NodeName::from(NODES[rng.random_range(0..NODES.len())].0);
        let bends = (1..4).map(|ticket| {
            let treatment = match rng.random_range(0..5) {
                0 => Treatment::Drop,
                1 => Treatment::Duplicate,
                2 => Treatment::Delay { by: Duration::from_millis(1), alone: rng.random() },
                3 => Treatment::Cut,
                _ => Treatment::Hold { ticket, alone: rng.random() },
            };
            ((node(rng), rng.random_range(1..3)), treatment)
        });
        Self { bends: bends.collect(), release: Some((node(rng), rng.random_range(1..4))), ..Self::default() }
    }

    fn count(&mut self, node: &NodeName, is_sent: bool) -> u32 {
        let count = self.counts.entry((node.clone(), is_sent)).or_default();
        *count += 1;
        *count
    }
}

impl Director for Bender {
    fn see(&mut self, record: &Record) -> Reaction {
        if record.at < READY {
            return Reaction::default();
        }
        let node = &record.node;
        match &record.what {
            What::Out(Output::Send { .. }) => {
                let place = (node.clone(), self.count(node, true));
                let treatment = self.bends.get(&place).cloned().unwrap_or_default();
                Reaction { treatment, orders: Vec::new() }
            }
            What::In(Input::Frame { .. }) => {
                let place = (node.clone(), self.count(node, false));
                if self.release.take_if(|release| *release == place).is_none() {
                    return Reaction::default();
                }
                self.bends.clear();
                (1..4).map(Order::Release).collect::<Vec<_>>().into()
            }
            _ => Reaction::default(),
        }
    }

    fn entering(&mut self, _: Time, _: &NodeName, _: &Input) -> Reaction {
        Reaction::default()
    }

    fn due(&self) -> Option<Time> {
        None
    }

    fn wake(&mut self, _: Time) -> Vec<Order> {
        Vec::new()
    }
}

impl System {
    fn drawn(seed: u64) -> Self {
        let mut rng = fork(seed, "system");
        let table =
            |rng: &mut Rng| (0..3).map(|_| (0..rng.random_range(0..3)).map(|_| act(rng)).collect()).collect();
        let tables = (0..NODES.len()).map(|_| table(&mut rng)).collect();
        let cued =
            (0..rng.random_range(2..5)).map(|_| (rng.random_range(0..NODES.len()), rng.random_range(1..3)));
        Self { tables, fragile: None, cued: cued.collect(), bender: Bender::default() }
    }
}

fn act(rng: &mut Rng) -> Act {
    match rng.random_range(0..10) {
        0 => Act::Call(Port::App),
        1 => Act::Call(Port::Desk),
        2 => Act::Arm,
        3 | 4 => Act::Toggle(rng.random_range(0..NODES.len())),
        _ => Act::Send(rng.random_range(0..NODES.len())),
    }
}

/// One node: what it does depends on how much it heard before.
#[derive(Clone)]
struct Node {
    table: Vec<Vec<Act>>,
    /// Links that it opened, by where they lead; whether they are up.
    links: BTreeMap<usize, (LinkId, bool)>,
    heard: usize,
    calls: u32,
    flaw: Option<Flaw>,
}

impl Node {
    fn boxed(table: Vec<Vec<Act>>, flaw: Option<Flaw>) -> Box<dyn Component> {
        let mut node = Self { table, links: BTreeMap::new(), heard: 0, calls: 0, flaw };
        Toy::boxed(move |input, cx| node.hear(input, cx))
    }

    fn hear(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => (0..NODES.len()).for_each(|to| self.dial(to, cx)),
            Input::LinkUp { link, .. } => {
                self.heard += 1;
                self.links.values_mut().filter(|(own, _)| *own == link).for_each(|(_, is_up)| *is_up = true);
            }
            Input::LinkDown { link, .. } => {
                self.heard += 1;
                self.links.retain(|_, (own, _)| *own != link);
            }
            Input::Frame { bytes, .. } => self.act(bytes.0.last().copied().unwrap_or_default(), cx),
            Input::Call { call, request, .. } => self.serve(call, &request, cx),
            Input::Command(Command::Set { value, .. }) => self.act(value.parse().unwrap(), cx),
            Input::Timer(key) => self.act(u8::try_from(key.id).unwrap(), cx),
            _ => self.heard += 1,
        }
    }

    fn dial(&mut self, to: usize, cx: &mut Cx<'_>) {
        self.links.insert(to, (cx.dial(NODES[to].1, Address::Lab), false));
    }

    fn toggle(&mut self, to: usize, cx: &mut Cx<'_>) {
        match self.links.remove(&to) {
            Some((link, _)) => cx.close(link, CloseReason::Done),
            None => self.dial(to, cx),
        }
    }

    fn serve(&mut self, call: CallId, request: &Request, cx: &mut Cx<'_>) {
        self.act(request.target.split('/').next().unwrap().parse().unwrap(), cx);
        cx.reply(call, Response::new(200));
    }

    fn act(&mut self, length: u8, cx: &mut Cx<'_>) {
        if self.flaw == Some((self.heard, length)) {
            // A panic that nobody reads about.
            resume_unwind(Box::new(()));
        }
        let acts = self.table[(self.heard + usize::from(length)) % self.table.len()].clone();
        self.heard += 1;
        let Some(left) = length.checked_sub(1) else { return };
        for act in acts {
            match act {
                Act::Send(to) => {
                    if let Some((link, true)) = self.links.get(&to) {
                        cx.send(*link, frame(left));
                    }
                }
                Act::Toggle(to) => self.toggle(to, cx),
                Act::Call(port) => {
                    // Requests that differ, or else their order could not be told from what was heard.
                    self.calls += 1;
                    cx.call(port, Request::new("GET", format!("{left}/{}", self.calls)));
                }
                Act::Arm => cx.arm(TimerKey::new("toy", left.into()), Duration::from_millis(10)),
            }
        }
    }
}

impl Experiment for System {
    type Director = Bender;
    type Outcome = Outcome;

    fn build(&self) -> Sim<Bender> {
        let mut sim = Sim::directed(1, self.bender.clone());
        for (at, ((name, _), table)) in NODES.iter().zip(&self.tables).enumerate() {
            let flaw = self.fragile.filter(|(node, _)| *node == at).map(|(_, flaw)| flaw);
            sim.add(&NodeName::from(*name), HostClock::default(), Node::boxed(table.clone(), flaw));
        }
        sim.run_until(READY);
        for (at, length) in &self.cued {
            let command = Command::Set { setting: String::new(), value: length.to_string() };
            sim.command(&NodeName::from(NODES[*at].0), command);
        }
        sim
    }

    fn outcome(&self, finished: &Sim<Bender, Chosen>) -> Outcome {
        Outcome { heard: format!("{:?}", heard(finished)), gives_up: gives_up(finished) }
    }

    fn panicked(&self) -> Option<Outcome> {
        self.fragile.map(|_| Outcome { heard: "a panic".to_owned(), gives_up: false })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Outcome {
    heard: String,
    /// A node closed a link that was not up yet, which is exchanged with nothing.
    gives_up: bool,
}

fn gives_up(sim: &Sim<Bender, Chosen>) -> bool {
    let mut up = BTreeSet::new();
    sim.records().iter().any(|record| match &record.what {
        What::In(Input::LinkUp { link, .. }) => {
            up.insert((record.node.clone(), *link));
            false
        }
        What::Out(Output::Close { link, .. }) => !up.contains(&(record.node.clone(), *link)),
        _ => false,
    })
}

#[test]
fn each_order_of_a_random_system_is_run_exactly_once() {
    let explorer = Explorer { end: END, max_runs: 100_000, max_choices: 1_000 };
    for seed in SEEDS {
        let system = System::drawn(seed);
        let expected = ENUMERATOR.enumerate(&system).unwrap();
        let explored = explorer.run(&system, |_| ());
        let outcomes = explored.outcomes();
        let twice = outcomes.iter().find(|found| found.count > 1 && !found.outcome.gives_up);
        assert_eq!(twice, None, "seed {seed}: an order was run twice");
        let found: BTreeSet<Outcome> = outcomes.into_iter().map(|found| found.outcome).collect();
        assert_eq!(found, expected, "seed {seed}");
        assert!(explored.is_complete());
    }
}

/// An order that a director bends may count more than once: the moment of its bending is a part of it.
#[test]
fn no_order_of_a_random_system_with_a_director_is_left_out() {
    let explorer = Explorer { end: END, max_runs: 100_000, max_choices: 1_000 };
    for seed in DIRECTED_SEEDS {
        let mut system = System::drawn(seed);
        system.bender = Bender::drawn(&mut fork(seed, "bender"));
        let expected = ENUMERATOR.enumerate(&system).unwrap();
        let explored = explorer.run(&system, |_| ());
        let found: BTreeSet<Outcome> = explored.outcomes().into_iter().map(|found| found.outcome).collect();
        assert_eq!(found, expected, "seed {seed}");
    }
}

/// A run that a panic ends is not whole: what waited then could have come before.
#[test]
fn no_order_of_a_random_system_with_a_node_that_panics_is_left_out() {
    let explorer = Explorer { end: END, max_runs: 100_000, max_choices: 1_000 };
    for (seed, node, flaw) in FRAGILE {
        let system = System { fragile: Some((node, flaw)), ..System::drawn(seed) };
        let expected = ENUMERATOR.enumerate(&system).unwrap();
        assert!(expected.len() > 1 && expected.contains(&system.panicked().unwrap()), "seed {seed}, {node}");
        let explored = explorer.run(&system, |_| ());
        let found: BTreeSet<Outcome> = explored.outcomes().into_iter().map(|found| found.outcome).collect();
        assert_eq!(found, expected, "seed {seed}, {node}");
        assert!(explored.is_complete());
    }
}

#[test]
fn what_is_found_in_a_random_system_does_not_depend_on_the_number_of_jobs() {
    for (seed, max_runs) in [(46, 100_000), (195, 100_000), (226, 100_000), (226, 100)] {
        let explorer = Explorer { end: END, max_runs, max_choices: 1_000 };
        let system = System::drawn(seed);
        let (one, three) = (explorer.run(&system, |_| ()), in_jobs(explorer, &system, 3));
        assert_eq!(one, three, "seed {seed}");
    }
}
