//! Slow networks, bytes in pieces, and links that break: whatever the lab makes of them is legal.

use crate::alter::fact;
use crate::lab::{Journal, agent, closing, customer, deaf, impatient, insistent, journal_of, lab, late};
use cce_courier::{Latencies, Latency, Pieces};
use cce_journal::{Director, Order, Reaction, Record};
use cce_kernel::{Fact, Input, NodeName, Port, Rng, Time, fork};
use cce_model::{ContactStatus, fact::FinesseFact};
use cce_world::{COMPONENTS, Lab};
use rand::{RngExt, seq::IndexedRandom};
use std::{collections::VecDeque, ops::Range, time::Duration};

/// Links that may break.
const PORTS: [Port; 6] = [Port::Mr, Port::IcmMr, Port::IcmAgent, Port::CtiA, Port::CcpRest, Port::Xmpp];

/// Runs for each fault; one has some thousands of records.
const SEEDS: u64 = 4;

#[test]
fn slow_networks_break_nothing() {
    for seed in 1..20 {
        is_fine(seed, &play(seed, Vec::new()));
    }
}

#[test]
fn a_link_that_breaks_breaks_nothing() {
    for seed in 1..SEEDS {
        for port in PORTS {
            let at = Time(fork(seed, "cut").random_range(3_000_000..14_000_000));
            is_fine(seed, &play(seed, vec![(at, Order::Cut { port, lasting: Duration::from_secs(3) })]));
        }
    }
}

#[test]
fn a_link_that_stalls_breaks_nothing() {
    for seed in 1..SEEDS {
        for port in PORTS {
            let at = Time(fork(seed, "stall").random_range(3_000_000..14_000_000));
            is_fine(seed, &play(seed, vec![(at, Order::Stall { port, lasting: Duration::from_secs(3) })]));
        }
    }
}

#[test]
fn an_end_that_overtakes_the_news_of_its_agent_waits_for_it_at_ccp() {
    let stall = Order::Stall { port: Port::Mr, lasting: Duration::from_millis(6_500) };
    let script = Script(vec![(Time(5_500_000), stall)].into());
    let journal = journal_of(lab(vec![late("1081", 5)], vec![customer(4)]), 1, script, |_| ());
    let facts: Vec<&Fact> = journal.records.iter().filter_map(fact).collect();
    let asked = facts.iter().filter(|fact| matches!(fact, Fact::Finesse(FinesseFact::SmCall { .. }))).count();
    assert_eq!(asked, 1, "CCP keeps the close until it hears of the agent");
    let last = facts.iter().rev().find_map(|fact| {
        let Fact::Contact { to, .. } = fact else { return None };
        Some(*to)
    });
    assert_eq!(last, Some(ContactStatus::Handled));
    is_fine(1, &journal);
}

#[test]
fn a_component_that_is_away_for_a_while_breaks_nothing() {
    for seed in 1..SEEDS {
        for component in COMPONENTS {
            let at = Time(fork(seed, "stop").random_range(3_000_000..14_000_000));
            let name = NodeName::from(component);
            let orders =
                vec![(at, Order::Stop(name.clone())), (at + Duration::from_secs(4), Order::Start(name))];
            is_fine(seed, &play(seed, orders));
        }
    }
}

#[test]
fn several_faults_one_after_the_other_break_nothing() {
    for seed in 100..100 + 4 * SEEDS {
        let mut rng = fork(seed, "faults");
        let mut at = Time(2_000_000);
        let mut orders = Vec::new();
        for _ in 0..rng.random_range(1..5) {
            at = at + millis(200..5_000, &mut rng);
            let port = *PORTS.choose(&mut rng).unwrap();
            match rng.random_range(0..4) {
                0 => orders.push((at, Order::Cut { port, lasting: millis(0..4_000, &mut rng) })),
                1 => orders.push((at, Order::Stall { port, lasting: millis(0..4_000, &mut rng) })),
                _ => {
                    let name = NodeName::from(*COMPONENTS.choose(&mut rng).unwrap());
                    orders.push((at, Order::Stop(name.clone())));
                    at = at + millis(0..4_000, &mut rng);
                    orders.push((at, Order::Start(name)));
                }
            }
        }
        is_fine(seed, &play(seed, orders));
    }
}

fn millis(range: Range<u64>, rng: &mut Rng) -> Duration {
    Duration::from_millis(rng.random_range(range))
}

/// Does as it was told, when it is time.
struct Script(VecDeque<(Time, Order)>);

impl Director for Script {
    fn see(&mut self, _: &Record) -> Reaction {
        Reaction::default()
    }

    fn entering(&mut self, _: Time, _: &NodeName, _: &Input) -> Reaction {
        Reaction::default()
    }

    fn due(&self) -> Option<Time> {
        self.0.front().map(|(at, _)| *at)
    }

    fn wake(&mut self, _: Time) -> Vec<Order> {
        self.0.pop_front().map(|(_, order)| order).into_iter().collect()
    }
}

/// Up to twelve tasks of a lab that the seed draws, over a network as slow as the seed says.
fn play(seed: u64, orders: Vec<(Time, Order)>) -> Journal {
    let slowest = [400, 20_000, 300_000][usize::try_from(seed % 3).unwrap()];
    let latency = Latency::Uniform { least: Duration::from_micros(50), most: Duration::from_micros(slowest) };
    journal_of(drawn(seed), seed, Script(orders.into()), |sim| {
        sim.set_latencies(Latencies::new(latency));
        sim.set_pieces(Pieces { split: seed.is_multiple_of(2), coalesce: seed % 4 < 2 });
    })
}

fn drawn(seed: u64) -> Lab {
    let mut rng = fork(seed, "lab");
    let mut agents = vec![agent("1081", rng.random_range(1..4))];
    agents.extend([deaf("1080"), late("1082", rng.random_range(2..9))].choose(&mut rng).cloned());
    let customers = (0..rng.random_range(3..13)).map(|_| {
        let at = rng.random_range(0..12);
        closing(match rng.random_range(0..3) {
            0 => customer(at),
            1 => insistent(at),
            _ => impatient(at, rng.random_range(1..6)),
        })
    });
    let customers = customers.collect();
    lab(agents, customers)
}

fn is_fine(seed: u64, journal: &Journal) {
    let breaches: Vec<String> = journal.breaches().iter().map(ToString::to_string).collect();
    assert!(breaches.is_empty(), "seed {seed}: {breaches:#?}");
}
