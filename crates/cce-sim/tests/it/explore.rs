//! Every order in which messages can arrive.

use crate::toy::{Toy, frame, sim};
use cce_journal::{Bystander, Director, Record, What};
use cce_kernel::{
    Address, Command, Component, Input, LinkId, NodeName, Output, Port, Request, Response, Time, TimerKey,
};
use cce_sim::{
    Chosen, Schedule, Sim,
    explore::{Ended, Experiment, Exploration, Explored, Explorer, SearchBound},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// When the links of the toys are up.
pub(crate) const READY: Time = Time(1_000_000);

pub(crate) const EXPLORER: Explorer =
    Explorer { end: Time(5_000_000), max_runs: 100_000, max_choices: 1_000 };

pub(crate) type Toys = Vec<(&'static str, Box<dyn Component>)>;

/// Toys whose links are up and who are told to go all at once.
pub(crate) struct Lab<F> {
    pub(crate) toys: F,
    cued: &'static [&'static str],
}

/// What each component heard since then, in its order.
pub(crate) type Heard = BTreeMap<NodeName, Vec<Input>>;

impl<F: Fn() -> Toys> Experiment for Lab<F> {
    type Director = Bystander;
    type Outcome = String;

    fn build(&self) -> Sim {
        let mut sim = sim(1, (self.toys)());
        sim.run_until(READY);
        for node in self.cued {
            sim.command(&NodeName::from(*node), Command::Cue);
        }
        sim
    }

    fn outcome(&self, finished: &Sim<Bystander, Chosen>) -> String {
        format!("{:?}", heard(finished))
    }
}

pub(crate) fn heard<D: Director>(sim: &Sim<D, Chosen>) -> Heard {
    let mut heard = Heard::new();
    for record in sim.records().iter().filter(|record| record.at >= READY) {
        if let What::In(input) = &record.what {
            heard.entry(record.node.clone()).or_default().push(input.clone());
        }
    }
    heard
}

fn explore(toys: impl Fn() -> Toys, cued: &'static [&'static str]) -> Explored<String> {
    EXPLORER.run(&Lab { toys, cued }, |_| ())
}

/// Dials a port, and sends these messages on its cue.
pub(crate) fn sender(port: Port, marks: &'static [u8]) -> Box<dyn Component> {
    let mut up = None;
    Toy::boxed(move |input, cx| match input {
        Input::Start { .. } => {
            cx.dial(port, Address::Lab);
        }
        Input::LinkUp { link, .. } => up = Some(link),
        Input::Command(Command::Cue) => {
            let link = up.unwrap();
            marks.iter().for_each(|mark| cx.send(link, frame(*mark)));
        }
        _ => {}
    })
}

pub(crate) fn sink() -> Box<dyn Component> {
    Toy::boxed(|_, _| {})
}

#[test]
fn three_messages_of_three_senders_to_one_receiver_have_six_orders() {
    let toys = || {
        let to_ccp = |mark| sender(Port::Mr, mark);
        vec![("ccp", sink()), ("a", to_ccp(&[1])), ("b", to_ccp(&[2])), ("c", to_ccp(&[3]))]
    };
    let explored = explore(toys, &["a", "b", "c"]);
    assert_eq!((explored.orders, explored.outcomes().len()), (6, 6));
    assert_eq!(explored.to_string(), "6 orders");
}

#[test]
fn receivers_do_not_multiply_each_others_orders() {
    let toys = || {
        let (a, b) = (sender(Port::Mr, &[1]), sender(Port::Mr, &[2]));
        vec![("ccp", sink()), ("router", sink()), ("a", a), ("b", b), ("c", sender(Port::IcmMr, &[3]))]
    };
    assert_eq!(explore(toys, &["a", "b", "c"]).orders, 2);
}

#[test]
fn two_messages_of_one_stream_are_never_swapped() {
    let toys = || vec![("ccp", sink()), ("a", sender(Port::Mr, &[1, 2])), ("b", sender(Port::Mr, &[3]))];
    assert_eq!(explore(toys, &["a", "b"]).orders, 3);
    let alone = || vec![("ccp", sink()), ("a", sender(Port::Mr, &[1, 2]))];
    assert_eq!(explore(alone, &["a"]).orders, 1);
}

#[test]
fn a_cause_and_its_effects_have_one_order() {
    let toys = || vec![("ccp", crate::toy::echo()), ("a", sender(Port::Mr, &[1]))];
    let explored = explore(toys, &["a"]);
    assert_eq!((explored.orders, explored.redundant, explored.deepest), (1, 0, 0));
}

/// Either request may be served first, and after that either response may arrive first.
#[test]
fn requests_and_responses_are_streams_of_their_own() {
    let explored = explore(|| vec![("ccp", server()), ("a", client(2))], &["a"]);
    assert_eq!((explored.orders, explored.outcomes().len()), (4, 4));
}

/// Two clients share only the server.
#[test]
fn clients_of_one_server_hear_nothing_of_each_others_order() {
    let toys = || vec![("ccp", server()), ("a", client(1)), ("b", client(1))];
    assert_eq!(explore(toys, &["a", "b"]).orders, 2);
}

/// Makes requests on its cue.
fn client(count: u32) -> Box<dyn Component> {
    Toy::boxed(move |input, cx| {
        if input == Input::Command(Command::Cue) {
            for number in 0..count {
                cx.call(Port::App, Request::new("GET", format!("/{number}")));
            }
        }
    })
}

fn server() -> Box<dyn Component> {
    Toy::boxed(|input, cx| {
        if let Input::Call { call, .. } = input {
            cx.reply(call, Response::new(200));
        }
    })
}

/// The number that a call has at its receiver says in which order calls arrived there, and nothing else.
#[test]
fn a_receiver_numbers_its_calls_as_they_arrive() {
    let explored = explore(|| vec![("ccp", server()), ("a", client(1)), ("b", client(1))], &["a", "b"]);
    for found in explored.outcomes() {
        let places = ["call: CallId(1)", "call: CallId(2)"].map(|name| found.outcome.find(name));
        assert!(places[0].is_some() && places[0] < places[1], "{found:?}");
    }
}

#[test]
fn a_timer_fires_only_when_nothing_can_be_delivered() {
    let slow = |mark| {
        let mut sending = sender(Port::Mr, mark);
        Toy::boxed(move |input, cx| {
            if let Input::Timer(_) = input {
                sending.handle(Input::Command(Command::Cue), cx);
            }
            if let Input::Command(Command::Cue) = input {
                cx.arm(TimerKey::new("later", 0), Duration::ZERO);
            } else {
                sending.handle(input, cx);
            }
        })
    };
    let toys = || vec![("ccp", sink()), ("a", sender(Port::Mr, &[1])), ("b", slow(&[2])), ("c", slow(&[3]))];
    assert_eq!(explore(toys, &["a", "b", "c"]).orders, 1);
}

/// Of three messages to one receiver, one is a heartbeat.
#[test]
fn heartbeats_come_first_and_do_not_branch() {
    struct Beating<E>(E);
    impl<E: Experiment<Director = Bystander>> Experiment for Beating<E> {
        type Director = Bystander;
        type Outcome = E::Outcome;
        fn build(&self) -> Sim {
            self.0.build()
        }
        fn outcome(&self, finished: &Sim<Bystander, Chosen>) -> E::Outcome {
            self.0.outcome(finished)
        }
        fn heartbeats(&self) -> fn(&Record) -> bool {
            |record| matches!(&record.what, What::Out(Output::Send { bytes, .. }) if bytes.0.ends_with(&[9]))
        }
    }
    let toys = || {
        let to_ccp = |mark| sender(Port::Mr, mark);
        vec![("ccp", sink()), ("a", to_ccp(&[1])), ("b", to_ccp(&[2])), ("c", to_ccp(&[9]))]
    };
    let explored = EXPLORER.run(&Beating(Lab { toys, cued: &["a", "b", "c"] }), |_| ());
    assert_eq!(explored.orders, 2);
}

#[test]
fn a_bound_of_runs_is_told() {
    let bounded = Explorer { max_runs: 3, ..EXPLORER }.run(&six(), |_| ());
    assert_eq!(bounded.to_string(), "at least 3 orders: the bound of runs was reached");
    assert_eq!((bounded.orders, bounded.is_complete()), (3, false));
}

#[test]
fn a_bound_of_choices_is_told() {
    let full = EXPLORER.run(&six(), |_| ());
    for max_choices in 0..full.deepest {
        let bounded = Explorer { max_choices, ..EXPLORER }.run(&six(), |_| ());
        assert_eq!(bounded.bounds.iter().collect::<Vec<_>>(), [&SearchBound::Choices]);
        assert!((1..=6).contains(&bounded.orders), "{bounded}");
    }
    assert!(full.is_complete());
}

#[test]
fn components_that_never_stop_talking_are_told() {
    let toys = || vec![("ccp", crate::toy::echo()), ("a", crate::toy::echo()), ("b", sender(Port::Mr, &[1]))];
    let talking = || {
        let mut toys = toys();
        toys[1].1 = Toy::boxed(|input, cx| match input {
            Input::Start { .. } => {
                cx.dial(Port::Mr, Address::Lab);
            }
            Input::Command(Command::Cue) => cx.send(LinkId { port: Port::Mr, number: 1 }, frame(1)),
            Input::Frame { link, bytes } => cx.send(link, bytes),
            _ => {}
        });
        toys
    };
    let explored = Explorer { max_runs: 1, ..EXPLORER }.run(&Lab { toys: talking, cued: &["a"] }, |_| ());
    assert!(explored.bounds.contains(&SearchBound::Endless), "{explored}");
}

#[test]
fn every_run_is_told_as_it_ends() {
    let mut complete = 0;
    let mut redundant = 0;
    let explored = EXPLORER.run(&six(), |ended| match ended {
        Ended::Complete => complete += 1,
        Ended::Redundant => redundant += 1,
    });
    assert_eq!((explored.orders, explored.redundant), (complete, redundant));
}

/// Three senders and one receiver.
pub(crate) fn six() -> Lab<fn() -> Toys> {
    fn toys() -> Toys {
        let to_ccp = |mark| sender(Port::Mr, mark);
        vec![("ccp", sink()), ("a", to_ccp(&[1])), ("b", to_ccp(&[2])), ("c", to_ccp(&[3]))]
    }
    Lab { toys, cued: &["a", "b", "c"] }
}

#[test]
fn a_schedule_repeats_its_run_byte_for_byte() {
    let lab = six();
    for found in EXPLORER.run(&lab, |_| ()).outcomes() {
        let text = found.first.to_string();
        let repeat = || {
            let sim = EXPLORER.in_order(&lab, text.parse::<Schedule>().unwrap());
            (lab.outcome(&sim), serde_json::to_string(sim.records()).unwrap())
        };
        assert_eq!(repeat(), repeat());
        assert_eq!(repeat().0, found.outcome, "{text}");
    }
}

#[test]
fn a_schedule_that_cannot_be_read_says_why() {
    let error = "57:2,60".parse::<Schedule>().unwrap_err();
    assert_eq!(error.to_string(), "`60` is no part of a schedule: expected two numbers as in `57:2`");
    assert_eq!("-".parse::<Schedule>().unwrap().to_string(), "-");
    assert_eq!("3:1,57:2".parse::<Schedule>().unwrap().to_string(), "3:1,57:2");
}

#[test]
fn what_is_found_does_not_depend_on_the_number_of_jobs() {
    for max_runs in [1, 7, 200, 100_000] {
        let explorer = Explorer { max_runs, ..EXPLORER };
        let (one, three) = (explorer.run(&wide(), |_| ()), in_jobs(explorer, &wide(), 3));
        assert_eq!(one, three);
    }
}

#[test]
fn a_search_in_parts_finds_each_order_once() {
    let explored = EXPLORER.run(&wide(), |_| ());
    assert_eq!((explored.orders, explored.outcomes().len(), explored.is_complete()), (120, 120, true));
}

/// Five senders and one receiver.
fn wide() -> Lab<fn() -> Toys> {
    fn toys() -> Toys {
        let to_ccp = |mark| sender(Port::Mr, mark);
        let rest = vec![("d", to_ccp(&[4])), ("e", to_ccp(&[5]))];
        (six().toys)().into_iter().chain(rest).collect()
    }
    Lab { toys, cued: &["a", "b", "c", "d", "e"] }
}

/// The parts of each round on so many threads, which give them back in another order than they got them.
pub(crate) fn in_jobs<E>(explorer: Explorer, experiment: &E, jobs: usize) -> Explored<E::Outcome>
where
    E: Experiment<Outcome: Send> + Sync,
{
    let mut exploration = Exploration::new(explorer);
    loop {
        let mut round = exploration.round();
        if round.is_empty() {
            return exploration.explored();
        }
        let each = round.len().div_ceil(jobs);
        std::thread::scope(|scope| {
            for share in round.chunks_mut(each) {
                scope.spawn(move || share.iter_mut().for_each(|search| search.work(experiment, &mut |_| ())));
            }
        });
        round.reverse();
        exploration.take_back(round);
    }
}

/// A component that shares something with its copies is no value: its runs are not the same every time.
#[test]
fn a_component_that_shares_something_with_its_copies_is_told() {
    let cues = Arc::new(AtomicUsize::new(0));
    let toys =
        || vec![("ccp", sink()), ("router", sink()), ("b", sender(Port::Mr, &[2])), ("a", fickle(&cues))];
    let explored = EXPLORER.run(&Lab { toys, cued: &["a", "b"] }, |_| ());
    assert!(explored.bounds.contains(&SearchBound::Unstable), "{explored}");
}

/// Sends to CCP at the first cue that it or a copy of it hears, and to the router at every other one.
fn fickle(cues: &Arc<AtomicUsize>) -> Box<dyn Component> {
    let (cues, mut links) = (Arc::clone(cues), Vec::new());
    Toy::boxed(move |input, cx| {
        if let Input::Start { .. } = input {
            links = vec![cx.dial(Port::Mr, Address::Lab), cx.dial(Port::IcmMr, Address::Lab)];
        } else if let Input::Command(_) = input {
            let is_first = cues.fetch_add(1, Ordering::Relaxed) == 0;
            cx.send(links[usize::from(!is_first)], frame(1));
        }
    })
}
