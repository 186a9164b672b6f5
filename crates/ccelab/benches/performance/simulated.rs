//! Tasks in the simulator, on one core: bare, with checks and scenario engine, and with the journal written.

use crate::{
    Took, cpu,
    crowd::{self, customer, is_handled},
};
use cce_journal::{Director, Record, Writer};
use cce_kernel::{HostClock, Time};
use cce_load::plot::{Axis, Marks, Plot, Scale, Series};
use cce_play::Engine;
use cce_scenario::Scenario;
use cce_sim::Sim;
use cce_world::{Lab, cast::customer::Customer};
use std::{
    fs::File,
    io::BufWriter,
    time::{Duration, Instant},
};

const AGENTS: u32 = 200;
const CUSTOMERS: u64 = 50;
const TASKS_PER_SECOND: u64 = 10;

/// What is done beside the run itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    Nothing,
    Checks,
    Journal,
    Packed,
}

/// All four kinds of run, one behind the other.
pub(crate) fn measure(tasks: u64) {
    for (name, with) in [
        ("sim: bare", With::Nothing),
        ("sim: checks and engine", With::Checks),
        ("sim: checks, engine and journal", With::Journal),
        ("sim: the same, journal packed", With::Packed),
    ] {
        run(tasks, with).print(name, None);
    }
}

/// Whether the cost of a task stays the same; a plot of it goes to the file, if there is one.
pub(crate) fn growth(most: u64, svg: Option<&str>) {
    let tens = std::iter::successors(Some(1_000), |tasks| Some(tasks * 10));
    let (mut costs, mut resident) = (Vec::new(), Vec::new());
    for tasks in tens.take_while(|tasks| *tasks <= most) {
        let took = run(tasks, With::Checks);
        took.print(&format!("growth: {tasks} tasks"), None);
        let megabytes = cpu::resident() >> 20;
        println!("{:<34} {megabytes:>9} MB resident behind it", "");
        costs.push((tasks as f64, took.cpu_ms()));
        resident.push((tasks as f64, megabytes as f64 / 100.0));
    }
    let Some(file) = svg else { return };
    let series = |name: &str, points| Series { name: name.to_owned(), marks: Marks::Line, points };
    let plot = Plot {
        title: "What a simulated task costs, with checks",
        x: Axis { label: "tasks of the run", scale: Scale::Log, show: |value| format!("{value:.0}") },
        y: Axis { label: "", scale: Scale::Linear, show: |value| format!("{value:.1}") },
        series: vec![series("CPU, ms a task", costs), series("resident at the end, 100 MB", resident)],
    };
    std::fs::write(file, plot.to_svg()).unwrap();
}

fn run(tasks: u64, with: With) -> Took {
    let mut lab = crowd();
    if with == With::Nothing {
        let sim = start(&lab, tasks, Sim::new(1));
        return go(sim, tasks, |_| ());
    }
    let header = lab.header(1, lab.demo_start(), lab.nodes());
    lab.cast.agents.clear();
    let engine = Engine::new(Scenario::of(lab), &header).open_ended();
    let sim = start(&crowd(), tasks, Sim::directed(1, engine));
    if with == With::Checks {
        return go(sim, tasks, |_| ());
    }
    let path = std::env::temp_dir().join(format!("ccelab-sim-{}.jsonl", std::process::id()));
    let file = BufWriter::new(File::create(&path).unwrap());
    let mut writer =
        if with == With::Packed { Writer::packed(file, &header) } else { Writer::new(file, &header) }
            .unwrap();
    let took = go(sim, tasks, |record| writer.record(record).unwrap());
    writer.end(true).unwrap();
    writer.flush().unwrap();
    println!("{:<34} {:>9} bytes of journal a task", "", std::fs::metadata(&path).unwrap().len() / tasks);
    std::fs::remove_file(path).unwrap();
    took
}

fn go<D: Director>(mut sim: Sim<D>, tasks: u64, mut take: impl FnMut(&Record)) -> Took {
    // Before the first task components connect and agents sign in.
    sim.run_until(Time(4_000_000));
    sim.take_records().iter().for_each(&mut take);
    let (began, before) = (Instant::now(), cpu::own());
    let mut handled = 0;
    let mut second = 4;
    while handled < tasks {
        second += 1;
        sim.run_until(Time(second * 1_000_000));
        let records = sim.take_records();
        handled += records.iter().filter(|record| is_handled(record)).count() as u64;
        records.iter().for_each(&mut take);
        assert!(second < tasks + 600, "{handled} of {tasks} tasks were handled");
    }
    Took { tasks, time: began.elapsed(), lab: cpu::own().saturating_sub(before), load: Duration::ZERO }
}

/// Agents take three tasks each, and are done with one in 15 seconds.
fn crowd() -> Lab {
    crowd::lab(AGENTS, [2, 2, 11])
}

fn start<D: Director>(lab: &Lab, tasks: u64, mut sim: Sim<D>) -> Sim<D> {
    let header = lab.header(1, lab.demo_start(), lab.nodes());
    let build = lab.builder();
    for node in lab.nodes() {
        sim.add(&node, header.clock(&node), build(&node).unwrap());
    }
    for number in 0..CUSTOMERS {
        let gap = CUSTOMERS * 1_000_000 / TASKS_PER_SECOND;
        let own = tasks / CUSTOMERS + u64::from(number < tasks % CUSTOMERS);
        let at = |task| Duration::from_micros(5_000_000 + task * gap + number * gap / CUSTOMERS);
        let customer = Customer::new(customer((0..own).map(at).collect()));
        let clock = HostClock { start: header.start, ..HostClock::default() };
        sim.add(&format!("customer-{}", number + 1).into(), clock, Box::new(customer));
    }
    sim
}
