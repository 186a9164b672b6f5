//! What entered a recorded run from outside enters it once more, and a director may bend it as over a network.

use crate::toy::{END, Toy, frame, pinger, sim};
use cce_journal::{Director, Order, Reaction, Record, Treatment, What};
use cce_kernel::{
    Address, CloseReason, Component, HostClock, Input, NodeName, Output, Port, Request, Response, Time,
};
use cce_sim::{Recorded, Recording, Sim};
use std::{sync::Arc, time::Duration};

const WHILE: Duration = Duration::from_millis(100);

/// Treats the first thing that enters and is wanted.
struct Bending {
    wanted: fn(&Input) -> bool,
    treatment: Option<Treatment>,
    /// What is held is released then.
    release: Option<Time>,
}

impl Director for Bending {
    fn see(&mut self, _: &Record) -> Reaction {
        Reaction::default()
    }

    fn entering(&mut self, _: Time, _: &NodeName, input: &Input) -> Reaction {
        let treatment = if (self.wanted)(input) { self.treatment.take() } else { None };
        treatment.map_or_else(Reaction::default, |treatment| Reaction { treatment, orders: Vec::new() })
    }

    fn due(&self) -> Option<Time> {
        self.release
    }

    fn wake(&mut self, _: Time) -> Vec<Order> {
        self.release = None;
        vec![Order::Release(7)]
    }
}

type Toys = fn() -> Vec<(&'static str, Box<dyn Component>)>;

/// What a component took in, when one of two is not of the lab and what it sent first is treated.
fn heard(toys: Toys, outside: &str, wanted: fn(&Input) -> bool, treatment: Treatment) -> Vec<Record> {
    heard_until(toys, outside, Bending { wanted, treatment: Some(treatment), release: None })
}

fn heard_until(toys: Toys, outside: &str, director: Bending) -> Vec<Record> {
    let mut whole = sim(1, toys());
    whole.run_until(END);
    let own: Vec<Record> =
        whole.take_records().into_iter().filter(|record| record.node.as_str() != outside).collect();
    let recording = Recording::of(&own);
    let nodes = recording.nodes();
    let mut again: Sim<Bending, Recorded> = Sim::recorded(1, director, recording);
    again.build_with(Arc::new(move |name| {
        toys().into_iter().find(|(toy, _)| *toy == name.as_str()).map(|(_, toy)| toy)
    }));
    nodes.iter().for_each(|node| again.enlist(node, HostClock::default()));
    again.run_until(Time(60_000_000));
    let inputs = again.take_records().into_iter().filter(|record| matches!(record.what, What::In(_)));
    inputs.collect()
}

fn words(records: &[Record]) -> String {
    let word = |record: &Record| match &record.what {
        What::In(Input::Frame { bytes, .. }) => bytes.0.last().map(ToString::to_string),
        What::In(Input::LinkDown { .. }) => Some("down".to_owned()),
        What::In(Input::Call { .. }) => Some("call".to_owned()),
        What::In(Input::CallGone { .. }) => Some("left".to_owned()),
        What::In(Input::Reply { result: Ok(response), .. }) => Some(response.status.to_string()),
        What::In(Input::Reply { result: Err(error), .. }) => Some(format!("{error:?}")),
        _ => None,
    };
    records.iter().filter_map(word).collect::<Vec<_>>().join(" ")
}

fn delay(alone: bool) -> Treatment {
    Treatment::Delay { by: WHILE, alone }
}

fn hold(alone: bool) -> Treatment {
    Treatment::Hold { ticket: 7, alone }
}

fn is_frame(input: &Input) -> bool {
    matches!(input, Input::Frame { .. })
}

fn is_call(input: &Input) -> bool {
    matches!(input, Input::Call { .. })
}

fn is_reply(input: &Input) -> bool {
    matches!(input, Input::Reply { .. })
}

fn silent() -> Box<dyn Component> {
    Toy::boxed(|_, _| ())
}

/// A client of CCP that sends three messages, and stays.
fn three() -> Vec<(&'static str, Box<dyn Component>)> {
    vec![("ccp", silent()), ("mrpg", pinger(3))]
}

/// The same, which closes behind them.
fn three_and_a_close() -> Vec<(&'static str, Box<dyn Component>)> {
    let client = Toy::boxed(|input, cx| match input {
        Input::Start { .. } => {
            cx.dial(Port::Mr, Address::Lab);
        }
        Input::LinkUp { link, .. } => {
            (0..3).for_each(|mark| cx.send(link, frame(mark)));
            cx.close(link, CloseReason::Done);
        }
        _ => {}
    });
    vec![("ccp", silent()), ("mrpg", client)]
}

/// A client that asks CCP, which answers.
fn exchange() -> Vec<(&'static str, Box<dyn Component>)> {
    let client = Toy::boxed(|input, cx| {
        if let Input::Start { .. } = input {
            cx.call(Port::CcpRest, Request::new("GET", "/"));
        }
    });
    let server = Toy::boxed(|input, cx| {
        if let Input::Call { call, .. } = input {
            cx.reply(call, Response { status: 204, ..Response::default() });
        }
    });
    vec![("ccp", server), ("finesse", client)]
}

#[test]
fn each_treatment_of_the_first_message_from_outside() {
    let replace = Treatment::Replace(frame(9).into());
    for (treatment, expected, close) in [
        (Treatment::Pass, "0 1 2", "0 1 2 down"),
        (delay(false), "0 1 2", "0 1 2 down"),
        (hold(false), "", ""),
        (Treatment::Drop, "1 2", "1 2 down"),
        (Treatment::Duplicate, "0 0 1 2", "0 0 1 2 down"),
        (replace, "9 1 2", "9 1 2 down"),
        (Treatment::Coalesce, "0 1 2", "0 1 2 down"),
        (delay(true), "1 2 0", "1 2 down"),
        (hold(true), "1 2", "1 2 down"),
    ] {
        let name = format!("{treatment:?}");
        assert_eq!(words(&heard(three, "mrpg", is_frame, treatment.clone())), expected, "{name}");
        assert_eq!(words(&heard(three_and_a_close, "mrpg", is_frame, treatment)), close, "{name}");
    }
}

#[test]
fn what_is_held_from_outside_enters_when_it_is_released_with_what_waits_behind_it() {
    let at = Time(40_000_000);
    let director = Bending { wanted: is_frame, treatment: Some(hold(false)), release: Some(at) };
    let found = heard_until(three_and_a_close, "mrpg", director);
    assert_eq!(words(&found), "0 1 2 down");
    let entered = found.iter().filter(|record| !words(std::slice::from_ref(record)).is_empty());
    assert!(entered.clone().all(|record| record.at >= at), "while it is held, it has not happened");
}

#[test]
fn each_treatment_of_a_request_from_outside_and_of_an_outcome_from_there() {
    for (treatment, of_request, of_outcome) in [
        (Treatment::Pass, "call", "204"),
        (delay(false), "call", "204"),
        (Treatment::Drop, "", "Timeout"),
        (Treatment::Duplicate, "call call", "204"),
        (Treatment::Cut, "", "Broken"),
        (hold(false), "", "Timeout"),
    ] {
        let name = format!("{treatment:?}");
        assert_eq!(words(&heard(exchange, "finesse", is_call, treatment.clone())), of_request, "{name}");
        assert_eq!(words(&heard(exchange, "ccp", is_reply, treatment)), of_outcome, "{name}");
    }
}

#[test]
fn a_delay_of_what_enters_takes_as_long_as_it_says() {
    for (toys, outside, wanted) in [
        (three as Toys, "mrpg", is_frame as fn(&Input) -> bool),
        (exchange, "finesse", is_call),
        (exchange, "ccp", is_reply),
    ] {
        let when = |treatment| {
            let found = heard(toys, outside, wanted, treatment);
            let first = found.iter().find(|record| {
                let What::In(input) = &record.what else { return false };
                wanted(input)
            });
            first.unwrap().at
        };
        assert!(when(delay(false)).since(when(Treatment::Pass)) >= WHILE, "{outside}");
    }
}

/// A client from outside that leaves before it has an answer: of a request that never came, CCP hears nothing.
#[test]
fn a_request_that_never_entered_is_not_given_up() {
    fn leaving() -> Vec<(&'static str, Box<dyn Component>)> {
        vec![("ccp", silent()), exchange().remove(1)]
    }
    let mut whole = sim(1, leaving());
    let is_there = |record: &Record| matches!(record.what, What::In(Input::Call { .. }));
    whole.run_to(END, is_there);
    whole.restart(&"finesse".into(), silent());
    whole.run_until(END);
    let records = whole.take_records();
    let is_made = |record: &Record| matches!(&record.what, What::Out(Output::Call { .. }));
    assert!(records.iter().any(is_made));
    let own: Vec<Record> = records.into_iter().filter(|record| record.node.as_str() == "ccp").collect();
    for (treatment, expected) in
        [(Treatment::Pass, "call left"), (Treatment::Drop, ""), (hold(false), ""), (Treatment::Cut, "")]
    {
        let director = Bending { wanted: is_call, treatment: Some(treatment), release: None };
        let mut again = Sim::recorded(1, director, Recording::of(&own));
        again.build_with(Arc::new(|_| Some(silent())));
        again.enlist(&"ccp".into(), HostClock::default());
        again.run_until(END);
        let records = again.take_records();
        let inputs: Vec<Record> =
            records.into_iter().filter(|record| matches!(record.what, What::In(_))).collect();
        assert_eq!(words(&inputs), expected);
    }
}
