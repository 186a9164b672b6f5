//! The search against an enumeration of everything, on small systems made at random.

use crate::{
    explore::{READY, heard},
    toy::{Toy, frame, sim},
};
use cce_journal::Bystander;
use cce_kernel::{
    Address, CallId, Command, Component, Cx, Input, LinkId, NodeName, Port, Request, Response, Rng, Time,
    TimerKey, fork,
};
use cce_sim::{
    Sim,
    explore::{Experiment, Explorer},
};
use rand::RngExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const END: Time = Time(5_000_000);

/// The most interleavings of a system that is compared.
const INTERLEAVINGS_MAX: usize = 1_500;

/// Systems with no more than that, and with 7 to 839 orders.
const SEEDS: [u64; 14] = [11, 24, 42, 48, 49, 69, 70, 82, 87, 104, 121, 166, 176, 179];

const NODES: [(&str, Port); 4] =
    [("ccp", Port::Mr), ("router", Port::IcmMr), ("agentpg", Port::CtiA), ("finesse", Port::Xmpp)];

/// What a node can do when it hears something.
#[derive(Clone, Copy, Debug)]
enum Act {
    Send(usize),
    Call(Port),
    Arm,
}

/// What each node does, by what it heard before and what it hears now.
#[derive(Clone, Debug)]
struct System {
    tables: Vec<Vec<Vec<Act>>>,
    /// Who is told to go, and how long the chains are that follow.
    cued: Vec<(usize, u8)>,
}

impl System {
    fn drawn(seed: u64) -> Self {
        let mut rng = fork(seed, "system");
        let table =
            |rng: &mut Rng| (0..3).map(|_| (0..rng.random_range(0..3)).map(|_| act(rng)).collect()).collect();
        let tables = (0..NODES.len()).map(|_| table(&mut rng)).collect();
        let cued =
            (0..rng.random_range(2..5)).map(|_| (rng.random_range(0..NODES.len()), rng.random_range(1..3)));
        Self { tables, cued: cued.collect() }
    }
}

fn act(rng: &mut Rng) -> Act {
    match rng.random_range(0..8) {
        0 => Act::Call(Port::App),
        1 => Act::Call(Port::Desk),
        2 => Act::Arm,
        _ => Act::Send(rng.random_range(0..NODES.len())),
    }
}

/// One node: what it does depends on how much it heard before.
struct Node {
    table: Vec<Vec<Act>>,
    dialled: BTreeMap<LinkId, usize>,
    links: BTreeMap<usize, LinkId>,
    heard: usize,
    calls: u32,
}

impl Node {
    fn boxed(table: Vec<Vec<Act>>) -> Box<dyn Component> {
        let mut node = Self { table, dialled: BTreeMap::new(), links: BTreeMap::new(), heard: 0, calls: 0 };
        Toy::boxed(move |input, cx| node.hear(input, cx))
    }

    fn hear(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => {
                for (at, (_, port)) in NODES.iter().enumerate() {
                    self.dialled.insert(cx.dial(*port, Address::Lab), at);
                }
            }
            Input::LinkUp { link, .. } => {
                if let Some(to) = self.dialled.get(&link) {
                    self.links.insert(*to, link);
                }
            }
            Input::Frame { bytes, .. } => self.act(bytes.0.last().copied().unwrap_or_default(), cx),
            Input::Call { call, request, .. } => self.serve(call, &request, cx),
            Input::Command(Command::Set { value, .. }) => self.act(value.parse().unwrap(), cx),
            Input::Timer(key) => self.act(u8::try_from(key.id).unwrap(), cx),
            _ => self.heard += 1,
        }
    }

    fn serve(&mut self, call: CallId, request: &Request, cx: &mut Cx<'_>) {
        self.act(request.target.split('/').next().unwrap().parse().unwrap(), cx);
        cx.reply(call, Response::new(200));
    }

    fn act(&mut self, length: u8, cx: &mut Cx<'_>) {
        let acts = self.table[(self.heard + usize::from(length)) % self.table.len()].clone();
        self.heard += 1;
        let Some(left) = length.checked_sub(1) else { return };
        for act in acts {
            match act {
                Act::Send(to) => cx.send(self.links[&to], frame(left)),
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
    type Director = Bystander;
    type Outcome = String;

    fn build(&self) -> Sim {
        let toys = NODES.iter().zip(&self.tables);
        let mut sim = sim(1, toys.map(|((name, _), table)| (*name, Node::boxed(table.clone()))).collect());
        sim.run_until(READY);
        for (at, length) in &self.cued {
            let command = Command::Set { setting: String::new(), value: length.to_string() };
            sim.command(&NodeName::from(NODES[*at].0), command);
        }
        sim
    }

    fn outcome(&self, finished: &Sim) -> String {
        format!("{:?}", heard(finished))
    }
}

/// What every interleaving comes to; none if there are too many.
fn everything(system: &System) -> Option<BTreeSet<String>> {
    let mut outcomes = BTreeSet::new();
    let mut path: Vec<(usize, usize)> = Vec::new();
    for _ in 0..INTERLEAVINGS_MAX {
        outcomes.insert(along(system, &mut path));
        while path.last().is_some_and(|(at, count)| at + 1 == *count) {
            path.pop();
        }
        match path.last_mut() {
            Some((at, _)) => *at += 1,
            None => return Some(outcomes),
        }
    }
    None
}

/// One run along a path of choices, which it goes on by always taking the first.
fn along(system: &System, path: &mut Vec<(usize, usize)>) -> String {
    let mut sim = system.build();
    sim.by_choice();
    let mut depth = 0;
    loop {
        let choices = sim.choices();
        if choices.is_empty() {
            if !sim.pass_time(END) {
                return system.outcome(&sim);
            }
            continue;
        }
        if depth == path.len() {
            path.push((0, choices.len()));
        }
        sim.choose(&choices[path[depth].0].stream);
        depth += 1;
    }
}

#[test]
fn each_order_of_a_random_system_is_run_exactly_once() {
    let explorer = Explorer { end: END, max_runs: 100_000, max_choices: 1_000 };
    for seed in SEEDS {
        let system = System::drawn(seed);
        let expected = everything(&system).unwrap();
        let explored = explorer.run(&system, |_| ());
        let found: BTreeSet<String> = explored.outcomes().into_iter().map(|found| found.outcome).collect();
        assert_eq!(found, expected, "seed {seed}");
        assert_eq!(explored.orders, expected.len() as u64, "seed {seed}: an order was run twice");
        assert!(explored.is_complete());
    }
}
