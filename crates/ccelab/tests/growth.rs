//! What an ended task leaves behind. The allocator of this test counts; bytes do not depend on how busy the machine is.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

#[path = "../benches/performance/crowd.rs"]
mod crowd;

use cce_kernel::{HostClock, Time};
use cce_play::Engine;
use cce_scenario::Scenario;
use cce_sim::Sim;
use cce_world::cast::customer::Customer;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::{alloc::System, time::Duration};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes that may stay of a task while bounds of tables are not reached: its contact with CCP, once as it is and once as it is stored,
/// and a few ids with everybody else.
const LEFT_MAX: usize = 4_400;

const AGENTS: u32 = 40;
const FEW: usize = 150;
const MANY: usize = 450;

#[test]
fn an_ended_task_leaves_little_behind() {
    // Agents are done with a task in five seconds.
    let lab = crowd::lab(AGENTS, [1, 1, 3]);
    let header = lab.header(1, lab.demo_start(), lab.nodes());
    let mut played = lab.clone();
    played.cast.agents.clear();
    let engine = Engine::new(Scenario::of(played), &header).open_ended();
    let mut sim = Sim::directed(1, engine);
    let build = lab.builder();
    for node in lab.nodes() {
        sim.add(&node, header.clock(&node), build(&node).unwrap());
    }
    let clock = HostClock { start: header.start, ..HostClock::default() };
    // Ten tasks a second.
    let starts = (0..2 * MANY as u64).map(|task| Duration::from_millis(5_000 + 100 * task)).collect();
    let customer = Customer::new(crowd::customer(starts));
    sim.add(&"customer-1".into(), clock, Box::new(customer));

    let region = Region::new(ALLOCATOR);
    let (mut handled, mut second, mut live) = (0, 0, Vec::new());
    for tasks in [FEW, MANY] {
        while handled < tasks {
            second += 1;
            assert!(second < 600, "{handled} of {tasks} tasks were handled");
            sim.run_until(Time(second * 1_000_000));
            handled += sim.take_records().iter().filter(|record| crowd::is_handled(record)).count();
        }
        let stats = region.change();
        live.push(stats.bytes_allocated - stats.bytes_deallocated);
    }
    let left = live[1].saturating_sub(live[0]) / (MANY - FEW);
    assert!((1..LEFT_MAX).contains(&left), "{left} bytes stay of a task");
}
