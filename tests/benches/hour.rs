//! One simulated hour of a large lab: 200 agents, five tasks a second.
//!
//! `cargo bench -p ccelab-tests --bench hour`; with `-- 600`, ten minutes of it.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark takes the time and prints it"
)]

use cce_journal::{Record, What};
use cce_kernel::{Fact, HostClock, Output, Time};
use cce_model::ContactStatus;
use cce_sim::Sim;
use cce_world::{
    CastAgent, Lab, Layers, Span,
    cast::customer::{Customer, CustomerConfig, Method},
    load,
};
use std::time::{Duration, Instant};

const AGENTS: u32 = 200;
const CUSTOMERS: u64 = 50;
const TASKS_PER_SECOND: u64 = 5;

fn main() {
    let seconds = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(3_600);
    let lab = lab();
    let mut sim = start(&lab, seconds);
    let began = Instant::now();
    let mut counts = Counts::default();
    for second in 1..=seconds + 60 {
        sim.run_until(Time(second * 1_000_000));
        counts.add(&sim.take_records());
    }
    counts.print(seconds, began.elapsed());
}

/// The built-in lab with many agents, who take three tasks each and are done with one in 30 seconds.
fn lab() -> Lab {
    let mut lab = load(&Layers::default()).unwrap();
    let first = lab.agents[0].clone();
    for number in 0..AGENTS {
        let id = format!("{}", 2_000 + number);
        let mut agent = first.clone();
        (agent.id, agent.extension, agent.login_name) =
            (id.as_str().into(), id.clone(), format!("agent{id}"));
        (agent.skill_target, agent.terminal) = (6_000 + number.cast_signed(), format!("T{id}"));
        lab.agents.push(agent);
        lab.precision_queues[0].steps[0].agents.push(id.as_str().into());
        let span = |seconds| Some(Span(Duration::from_secs(seconds)));
        lab.cast.agents.push(CastAgent {
            sign_in: span(0),
            ready: span(1),
            accept: span(2),
            start: span(2).map(Into::into),
            close: span(26).map(Into::into),
            ..CastAgent::new(id.as_str().into())
        });
    }
    lab
}

fn start(lab: &Lab, seconds: u64) -> Sim {
    let header = lab.header(1, lab.demo_start(), lab.nodes());
    let (mut sim, build) = (Sim::new(1), lab.builder());
    for node in lab.nodes() {
        sim.add(&node, header.clock(&node), build(&node).unwrap());
    }
    for number in 0..CUSTOMERS {
        let gap = CUSTOMERS * 1_000_000 / TASKS_PER_SECOND;
        let tasks = seconds * TASKS_PER_SECOND / CUSTOMERS;
        let at = |task| Duration::from_micros(5_000_000 + task * gap + number * gap / CUSTOMERS);
        let customer = Customer::new(config((0..tasks).map(at).collect()));
        let clock = HostClock { start: header.start, ..HostClock::default() };
        sim.add(&format!("customer-{}", number + 1).into(), clock, Box::new(customer));
    }
    sim
}

fn config(starts: Vec<Duration>) -> CustomerConfig {
    CustomerConfig {
        starts,
        waits: false,
        feed: 100_080,
        method: Method::Post,
        task: cce_xml::task::Task {
            name: Some("ann@example.org".into()),
            title: Some("An order is lost".into()),
            script_selector: Some("CumulusTask".into()),
            ..cce_xml::task::Task::default()
        },
        poll: None,
        retry: Duration::from_secs(1),
        cancel_after: None,
        closes_lost: None,
        administrator: Default::default(),
    }
}

#[derive(Default)]
struct Counts {
    records: u64,
    inputs: u64,
    created: u64,
    handled: u64,
}

impl Counts {
    fn add(&mut self, records: &[Record]) {
        self.records += records.len() as u64;
        for record in records {
            self.inputs += u64::from(matches!(record.what, What::In(_)));
            if let What::Out(Output::Note(Fact::Contact { from, to, .. })) = &record.what {
                self.created += u64::from(from.is_none());
                self.handled += u64::from(*to == ContactStatus::Handled);
            }
        }
    }

    fn print(&self, seconds: u64, took: Duration) {
        let rate = |count: u64| u128::from(count) * 1_000 / took.as_millis().max(1);
        println!("{seconds} s of virtual time in {:.1} s", took.as_secs_f64());
        println!("{} tasks created, {} handled: {} a second", self.created, self.handled, rate(self.handled));
        println!("{} inputs: {} a second; {} records", self.inputs, rate(self.inputs), self.records);
    }
}
