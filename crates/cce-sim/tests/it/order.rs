//! Order, time, and what a journal says of it.

use crate::toy::{END, Toy, echo, frame, inputs, is_output, ping_pong, pinger, record, sim};
use cce_journal::{FORMAT, Header, LogSettings, Record, What, replay};
use cce_kernel::{Command, Input, NodeName, Output, Port, Time, TimerKey, Wall};
use rand::RngExt;
use std::{collections::BTreeMap, time::Duration};

#[test]
fn one_seed_gives_one_journal_and_another_seed_another() {
    let run = |seed| {
        let mut sim = sim(seed, ping_pong(5));
        sim.run_until(END);
        serde_json::to_string(sim.records()).unwrap()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn a_stream_never_overtakes_itself() {
    for seed in 0..20 {
        let mut sim = sim(seed, ping_pong(50));
        sim.run_until(END);
        for node in ["ccp", "mrpg"] {
            let frames = inputs(&sim, node).into_iter().filter_map(|input| {
                if let Input::Frame { bytes, .. } = input { Some(bytes.0) } else { None }
            });
            assert_eq!(frames.collect::<Vec<_>>(), (0..50).map(frame).collect::<Vec<_>>(), "seed {seed}");
        }
    }
}

#[test]
fn the_seed_decides_what_comes_first_among_equals() {
    let first = |seed| {
        let mut sim = sim(seed, vec![("a", Toy::boxed(|_, _| {})), ("b", Toy::boxed(|_, _| {}))]);
        sim.run_until(END);
        let first = sim.records().iter().find(|record| matches!(record.what, What::In(_))).unwrap();
        first.node.to_string()
    };
    let mut seen: Vec<_> = (0..20).map(first).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, ["a", "b"]);
}

#[test]
fn a_cause_is_what_led_to_it_and_has_a_lower_number() {
    let mut sim = sim(1, ping_pong(3));
    sim.run_until(END);
    for found in sim.records() {
        let Some(cause) = found.cause else { continue };
        assert!(cause < found.seq);
        let cause = record(&sim, cause);
        let fits = match &found.what {
            What::Out(_) => matches!(cause.what, What::In(_)) && cause.node == found.node,
            What::In(Input::LinkUp { .. }) => is_output(cause, |out| matches!(out, Output::Dial { .. })),
            What::In(Input::Frame { bytes, .. }) => {
                is_output(cause, |out| matches!(out, Output::Send { bytes: sent, .. } if sent == bytes))
            }
            What::In(_)
            | What::Started
            | What::Stopped { .. }
            | What::Connected { .. }
            | What::Bent(_)
            | What::Gap { .. } => false,
        };
        assert!(fits, "{found:?} because of {cause:?}");
    }
    let frames = sim.records().iter().filter(|record| matches!(record.what, What::In(Input::Frame { .. })));
    assert!(frames.clone().count() == 6 && frames.clone().all(|record| record.cause.is_some()));
}

#[test]
fn a_timer_comes_at_its_time_once_and_a_newer_one_replaces_it() {
    let toy = Toy::boxed(|input, cx| {
        if let Input::Start { .. } = input {
            cx.arm(TimerKey::new("replaced", 0), Duration::from_secs(1));
            cx.arm(TimerKey::new("replaced", 0), Duration::from_secs(2));
            cx.arm(TimerKey::new("cancelled", 0), Duration::from_secs(1));
            cx.cancel(TimerKey::new("cancelled", 0));
        }
    });
    let mut sim = sim(1, vec![("ccp", toy)]);
    sim.run_until(END);
    let timers = sim.records().iter().filter(|record| matches!(record.what, What::In(Input::Timer(_))));
    let found: Vec<_> = timers.map(|record| (record.at, record.cause)).collect();
    let arm =
        |record: &Record| is_output(record, |out| matches!(out, Output::Arm { at: Time(2_000_000), .. }));
    let armed = sim.records().iter().find(|record| arm(record)).unwrap().seq;
    assert_eq!(found, [(Time(2_000_000), Some(armed))]);
    assert_eq!(sim.now(), END);
}

#[test]
fn a_command_reaches_its_component_and_one_to_nobody_leaves_no_trace() {
    let mut sim = sim(1, vec![("ccp", echo())]);
    sim.command(&NodeName::from("ccp"), Command::Stop);
    sim.command(&NodeName::from("nobody"), Command::Stop);
    sim.run_until(END);
    assert!(inputs(&sim, "ccp").contains(&Input::Command(Command::Stop)));
    assert!(sim.records().iter().all(|record| record.node.as_str() == "ccp"));
}

#[test]
fn a_run_stops_at_the_record_that_was_waited_for() {
    let mut sim = sim(1, ping_pong(3));
    let is_frame = |record: &Record| matches!(record.what, What::In(Input::Frame { .. }));
    assert!(sim.run_to(END, is_frame));
    assert!(sim.now() < END);
    assert_eq!(sim.records().iter().filter(|record| is_frame(record)).count(), 1);
    assert!(!sim.run_to(END, |record| record.node.as_str() == "nobody"));
}

#[test]
fn a_replay_agrees_and_names_a_changed_byte() {
    let mut sim = sim(9, vec![("ccp", echo()), ("mrpg", dicing())]);
    sim.run_until(END);
    let build = |node: &NodeName| Some(if node.as_str() == "ccp" { echo() } else { dicing() });
    let found = replay(&header(9), sim.records().to_vec(), build);
    assert!(found.difference.is_none() && found.outputs == 3, "{found:?}");

    let mut records = sim.records().to_vec();
    let changed =
        records.iter_mut().find(|record| matches!(record.what, What::Out(Output::Send { .. }))).unwrap();
    let seq = changed.seq;
    let What::Out(Output::Send { bytes, .. }) = &mut changed.what else { unreachable!() };
    *bytes = frame(255).into();
    assert_eq!(replay(&header(9), records, build).difference.unwrap().seq, seq);
}

/// Sends what it draws.
fn dicing() -> Box<dyn cce_kernel::Component> {
    let mut dialling = pinger(0);
    Toy::boxed(move |input, cx| {
        if let Input::LinkUp { link, .. } = &input
            && link.port == Port::Mr
        {
            let mark = cx.rng("mark").random_range(0..200);
            cx.send(*link, frame(mark));
        }
        dialling.handle(input, cx);
    })
}

fn header(seed: u64) -> Header {
    Header {
        format: FORMAT,
        build: "ccelab 0".into(),
        seed,
        start: Wall(0),
        nodes: Vec::new(),
        hosts: BTreeMap::new(),
        logs: LogSettings::default(),
        tables: cce_journal::Tables::default(),
        config: serde_json::Value::Null,
        merged: None,
    }
}
