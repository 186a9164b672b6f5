//! The scenarios that are shipped.

use crate::support::{folder, read, run};
use cce_fold::Subject;
use cce_journal::replay;
use cce_kernel::{Port, Time};
use cce_play::Play;
use cce_scenario::Scenario;
use cce_views::ladder::{LadderText, Page, Paint, rows};
use std::fs;

pub(crate) fn shipped(name: &str) -> Scenario {
    let text = fs::read_to_string(folder().join(format!("{name}.toml"))).unwrap();
    read(&text).unwrap_or_else(|error| panic!("{name}: {:?}", error.problems))
}

pub(crate) const SHIPPED: [&str; 17] = [
    "lab-trace",
    "queue-then-agent",
    "two-tasks-one-agent",
    "rona-then-second-agent",
    "start-event-held-until-close",
    "connect-before-pre-call",
    "pre-call-before-connect",
    "duplicate-offer",
    "cancel-races-reservation",
    "agent-crash-while-reserved",
    "mr-link-cut-with-pending-task",
    "interrupt-accepted-and-ignored",
    "cti-cut",
    "component-restart",
    "one-task-over-websocket",
    "one-task-over-bosh",
    "http-notification",
];

#[test]
fn every_shipped_scenario_holds_for_several_seeds() {
    for name in SHIPPED {
        let seeds = if name == "lab-trace" { 1..2 } else { 1..6 };
        for seed in seeds {
            let run = run(shipped(name), seed);
            assert_eq!(run.failures(), Vec::<&str>::new(), "{name}, seed {seed}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_records() {
    for name in SHIPPED.into_iter().filter(|name| *name != "lab-trace") {
        assert_eq!(run(shipped(name), 5).records, run(shipped(name), 5).records, "{name}");
    }
}

/// The copy is made while tasks are under way, after so many steps of the run. Components begin lives behind it.
#[test]
fn a_copy_of_a_run_goes_on_as_the_run_does() {
    for (name, steps) in [("one-task-over-bosh", 150), ("component-restart", 300), ("cti-cut", 400)] {
        let mut sim = Play::new(shipped(name), 5).sim;
        let end = Time(600_000_000);
        assert!((0..steps).all(|_| sim.step(end)), "{name}");
        let mut copy = sim.clone();
        copy.run_until(end);
        sim.run_until(end);
        assert!(sim.records().len() > steps, "{name}");
        assert!(copy.records() == sim.records(), "{name}");
    }
}

#[test]
fn the_journal_of_a_bent_run_replays_without_a_difference() {
    for name in ["duplicate-offer", "start-event-held-until-close", "mr-link-cut-with-pending-task"] {
        let run = run(shipped(name), 3);
        let lab = cce_world::header_lab(&run.play.header).unwrap();
        let found = replay(&run.play.header, run.records, |node| lab.build(node));
        assert!(found.difference.is_none(), "{name}: {:?}", found.difference);
        assert!(found.outputs > 100);
    }
}

/// The ladder of the tasks, without what happens around them.
fn ladder(name: &str) -> String {
    let run = run(shipped(name), 1);
    let header = &run.play.header;
    let (rows, names) = rows(header, &run.records, None);
    let mut text = LadderText::new(header, Page::new(Paint::Plain));
    let mut drawn = format!("{}{}", text.ids(&names), text.head());
    for row in rows.iter().filter(|row| row.subject != Subject::default()) {
        drawn += &text.row(row, &names);
    }
    drawn
}

/// What the rows of a task say, where no draw decides: each way takes a time of its own.
fn rows_at_constant_latencies(name: &str) -> Vec<String> {
    let mut scenario = shipped(name);
    for (at, port) in (0..).zip(Port::ALL) {
        let times = [100 + 7 * at, 103 + 11 * at].map(|us| format!("{us}us").parse().unwrap());
        let [to, from] = times;
        scenario.lab.latency.to_listener.insert(port, to);
        scenario.lab.latency.from_listener.insert(port, from);
    }
    let run = run(scenario, 1);
    assert_eq!(run.failures(), Vec::<&str>::new(), "{name}");
    let (rows, _) = rows(&run.play.header, &run.records, None);
    let of_task = rows.into_iter().filter(|row| row.subject != Subject::default());
    of_task.map(|row| format!("{:?} {} {:?}", row.shape, row.text, row.changes)).collect()
}

#[test]
fn a_task_has_the_same_ladder_over_every_transport() {
    let plain = rows_at_constant_latencies("one-task");
    assert!(plain.iter().any(|row| row.contains("DELETE Dialog CLOSED")), "{plain:#?}");
    for name in ["one-task-over-websocket", "one-task-over-bosh"] {
        assert_eq!(rows_at_constant_latencies(name), plain, "{name}");
    }
}

#[test]
fn the_ladder_of_every_shipped_scenario_is_as_people_have_read_it() {
    for name in SHIPPED {
        insta::assert_snapshot!(name, ladder(name));
    }
}
