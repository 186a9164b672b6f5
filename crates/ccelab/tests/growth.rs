//! What an ended task leaves behind. The allocator of this test counts; bytes do not depend on how busy the machine is.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

use cce_journal::{Record, What};
use cce_kernel::{Fact, HostClock, Output, Time};
use cce_model::{ContactStatus, SkillTarget};
use cce_play::Engine;
use cce_scenario::Scenario;
use cce_sim::Sim;
use cce_world::{
    CastAgent, Lab, Layers, Span,
    cast::customer::{Customer, CustomerConfig, Method},
    load,
};
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
    let lab = lab();
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
    sim.add(&"customer-1".into(), clock, Box::new(Customer::new(customer())));

    let region = Region::new(ALLOCATOR);
    let (mut handled, mut second, mut live) = (0, 0, Vec::new());
    for tasks in [FEW, MANY] {
        while handled < tasks {
            second += 1;
            assert!(second < 600, "{handled} of {tasks} tasks were handled");
            sim.run_until(Time(second * 1_000_000));
            handled += sim.take_records().iter().filter(|record| is_handled(record)).count();
        }
        let stats = region.change();
        live.push(stats.bytes_allocated - stats.bytes_deallocated);
    }
    let left = live[1].saturating_sub(live[0]) / (MANY - FEW);
    assert!((1..LEFT_MAX).contains(&left), "{left} bytes stay of a task");
}

fn is_handled(record: &Record) -> bool {
    matches!(&record.what, What::Out(Output::Note(Fact::Contact { to: ContactStatus::Handled, .. })))
}

/// The built-in lab with agents who are done with a task in five seconds.
fn lab() -> Lab {
    let mut lab = load(&Layers::default()).unwrap();
    let first = lab.agents[0].clone();
    for number in 0..AGENTS {
        let id = format!("{}", 2_000 + number);
        let mut agent = first.clone();
        (agent.id, agent.extension, agent.login_name) =
            (id.as_str().into(), id.clone(), format!("agent{id}"));
        (agent.skill_target, agent.terminal) = (SkillTarget(6_000 + number.cast_signed()), format!("T{id}"));
        lab.agents.push(agent);
        lab.precision_queues[0].steps[0].agents.push(id.as_str().into());
        let span = |seconds| Some(Span(Duration::from_secs(seconds)));
        lab.cast.agents.push(CastAgent {
            sign_in: span(0),
            ready: span(1),
            accept: span(1),
            start: span(1).map(Into::into),
            close: span(3).map(Into::into),
            ..CastAgent::new(id.as_str().into())
        });
    }
    lab
}

/// Ten tasks a second.
fn customer() -> CustomerConfig {
    CustomerConfig {
        starts: (0..2 * MANY as u64).map(|task| Duration::from_millis(5_000 + 100 * task)).collect(),
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
