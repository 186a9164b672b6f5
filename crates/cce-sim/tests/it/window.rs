//! The part of a run whose orders are of interest, and directors in it.

use crate::{
    explore::{EXPLORER, READY, Toys, heard, sender, sink, six},
    toy::{Toy, frame},
};
use cce_journal::{Bystander, Director, Order, Reaction, Record, Ticket, Treatment, What};
use cce_kernel::{Address, Command, Component, Cx, HostClock, Input, NodeName, Output, Port, Time};
use cce_sim::{
    Chosen, Schedule, Sim,
    explore::{Experiment, Explored},
};
use std::{collections::BTreeSet, time::Duration};

/// Orders of interest from one record to another.
struct Windowed {
    toys: fn() -> Toys,
    begins: fn(&Record) -> bool,
    ends: fn(&Record) -> bool,
    endings: usize,
    is_over: fn(&Record) -> bool,
}

impl Experiment for Windowed {
    type Director = Bystander;
    type Outcome = (Vec<u8>, Time);

    fn build(&self) -> Sim {
        ready(Bystander, self.toys)
    }

    fn begins(&self, record: &Record) -> bool {
        (self.begins)(record)
    }

    fn ends(&self, record: &Record) -> bool {
        (self.ends)(record)
    }

    fn endings(&self) -> usize {
        self.endings
    }

    fn is_over(&self, record: &Record) -> bool {
        (self.is_over)(record)
    }

    fn outcome(&self, finished: &Sim<Bystander, Chosen>) -> (Vec<u8>, Time) {
        (marks(finished, "ccp"), finished.now())
    }
}

/// Toys whose links are up; all that are neither `ccp` nor `router` are told to go.
fn ready<D: Director>(director: D, toys: impl Fn() -> Toys) -> Sim<D> {
    let mut sim = Sim::directed(1, director);
    let mut cued = Vec::new();
    for (name, toy) in toys() {
        sim.add(&NodeName::from(name), HostClock::default(), toy);
        cued.extend((!matches!(name, "ccp" | "router")).then_some(name));
    }
    sim.run_until(READY);
    cued.into_iter().for_each(|name| sim.command(&NodeName::from(name), Command::Cue));
    sim
}

/// The marks of the messages that a component heard, in order.
fn marks<D: Director>(sim: &Sim<D, Chosen>, node: &str) -> Vec<u8> {
    let inputs = heard(sim).remove(&NodeName::from(node)).unwrap_or_default();
    inputs.iter().filter_map(mark).collect()
}

fn mark(input: &Input) -> Option<u8> {
    if let Input::Frame { bytes, .. } = input { bytes.0.last().copied() } else { None }
}

/// Whether a component hears the message with that mark.
fn hears(record: &Record, node: &str, wanted: u8) -> bool {
    record.node.as_str() == node && matches!(&record.what, What::In(input) if mark(input) == Some(wanted))
}

const WHOLE: Windowed =
    Windowed { toys: relayed, begins: |_| true, ends: |_| false, endings: 1, is_over: |_| false };

/// Two messages reach CCP, and a third one through the router, which makes a fourth one of it.
fn relayed() -> Toys {
    vec![
        ("ccp", sink()),
        ("router", relay()),
        ("a", sender(Port::Mr, &[1])),
        ("b", sender(Port::Mr, &[2])),
        ("c", sender(Port::IcmMr, &[3])),
    ]
}

fn relay() -> Box<dyn Component> {
    let mut up = None;
    Toy::boxed(move |input, cx| match input {
        Input::Start { .. } => {
            cx.dial(Port::Mr, Address::Lab);
        }
        Input::LinkUp { link, .. } if link.port == Port::Mr => up = Some(link),
        Input::Frame { .. } => cx.send(up.unwrap(), frame(4)),
        _ => {}
    })
}

fn found<O: Ord + Clone>(explored: &Explored<O>) -> BTreeSet<O> {
    explored.outcomes().into_iter().map(|found| found.outcome).collect()
}

#[test]
fn without_bounds_of_the_window_every_order_is_run() {
    assert_eq!(EXPLORER.run(&WHOLE, |_| ()).orders, 6);
}

#[test]
fn what_follows_from_the_end_of_the_window_comes_last() {
    let ends = |record: &Record| hears(record, "router", 3);
    let explored = EXPLORER.run(&Windowed { ends, ..WHOLE }, |_| ());
    assert_eq!((explored.orders, orders(&explored)), (2, set([&[1, 2, 4], &[2, 1, 4]])));
}

#[test]
fn what_does_not_follow_from_the_end_of_the_window_has_its_orders_all_the_same() {
    let ends = |record: &Record| hears(record, "ccp", 1);
    let explored = EXPLORER.run(&Windowed { toys: six().toys, ends, ..WHOLE }, |_| ());
    assert_eq!(explored.orders, 6);
}

#[test]
fn a_window_of_two_ends_goes_on_behind_the_first() {
    let ends = |record: &Record| hears(record, "router", 3);
    let explore = |endings| EXPLORER.run(&Windowed { ends, endings, ..WHOLE }, |_| ()).orders;
    assert_eq!((explore(1), explore(2)), (2, 6));
}

fn orders(explored: &Explored<(Vec<u8>, Time)>) -> BTreeSet<Vec<u8>> {
    found(explored).into_iter().map(|(marks, _)| marks).collect()
}

#[test]
fn before_the_window_the_oldest_is_always_next() {
    let begins = |record: &Record| hears(record, "ccp", 1);
    let explored = EXPLORER.run(&Windowed { begins, ..WHOLE }, |_| ());
    assert_eq!(orders(&explored), set([&[1, 2, 4], &[1, 4, 2]]));
}

#[test]
fn a_window_that_never_begins_has_one_order() {
    assert_eq!(EXPLORER.run(&Windowed { begins: |_| false, ..WHOLE }, |_| ()).orders, 1);
}

#[test]
fn a_run_that_is_over_stops_when_nothing_can_be_delivered() {
    let ticking = || {
        let mut toys = relayed();
        toys[0].1 = Toy::boxed(|_, cx| {
            cx.arm(cce_kernel::TimerKey::new("tick", 0), Duration::from_millis(100));
        });
        toys
    };
    let all = Windowed { toys: ticking, ..WHOLE };
    let short = Windowed { toys: ticking, is_over: |record| hears(record, "ccp", 1), ..WHOLE };
    let end = |experiment: &Windowed| EXPLORER.run(experiment, |_| ()).outcomes()[0].outcome.1;
    assert!(end(&all) > Time(4_500_000));
    assert_eq!(end(&short), READY);
    assert_eq!(EXPLORER.in_order(&short, Schedule::default()).now(), READY);
}

/// Treats the message with one mark in some way, and may do something else when CCP hears another.
#[derive(Clone)]
struct Rule {
    mark: u8,
    treatment: Treatment,
    /// When CCP hears this mark, it releases what it holds, and holds nothing more.
    release_on: Option<u8>,
    /// Releases it at this time.
    release_at: Option<Time>,
}

impl Rule {
    const HOLD: Self = Self::new(1, Treatment::Hold { ticket: TICKET, alone: false });

    const fn new(mark: u8, treatment: Treatment) -> Self {
        Self { mark, treatment, release_on: None, release_at: None }
    }
}

const TICKET: Ticket = 1;

fn sent(record: &Record) -> Option<u8> {
    let What::Out(Output::Send { bytes, .. }) = &record.what else { return None };
    bytes.0.last().copied()
}

impl Director for Rule {
    fn see(&mut self, record: &Record) -> Reaction {
        if sent(record) == Some(self.mark) {
            return Reaction { treatment: self.treatment.clone(), orders: Vec::new() };
        }
        let releases = self.release_on.is_some_and(|mark| hears(record, "ccp", mark));
        if !releases {
            return Reaction::default();
        }
        self.treatment = Treatment::Pass;
        vec![Order::Release(TICKET)].into()
    }

    fn entering(&mut self, _: Time, _: &NodeName, _: &Input) -> Reaction {
        Reaction::default()
    }

    fn due(&self) -> Option<Time> {
        self.release_at
    }

    fn wake(&mut self, _: Time) -> Vec<Order> {
        self.release_at = None;
        vec![Order::Release(TICKET)]
    }
}

/// Runs of toys that a director bends; what CCP hears in each.
struct Directed<D> {
    director: D,
    toys: fn() -> Toys,
}

impl<D: Director + Clone + Sync> Experiment for Directed<D> {
    type Director = D;
    type Outcome = Vec<u8>;

    fn build(&self) -> Sim<D> {
        ready(self.director.clone(), self.toys)
    }

    fn outcome(&self, finished: &Sim<D, Chosen>) -> Vec<u8> {
        [marks(finished, "ccp"), marks(finished, "router")].concat()
    }
}

/// What CCP hears in each order of three messages, of which a rule bends the one with mark 1.
fn bent(rule: Rule) -> BTreeSet<Vec<u8>> {
    let explored = EXPLORER.run(&Directed { director: rule, toys: six().toys }, |_| ());
    assert!(explored.is_complete());
    found(&explored)
}

fn set<const N: usize>(orders: [&[u8]; N]) -> BTreeSet<Vec<u8>> {
    orders.into_iter().map(<[u8]>::to_vec).collect()
}

#[test]
fn a_message_that_is_held_cannot_be_delivered_until_it_is_released() {
    let rule = Rule { release_on: Some(2), ..Rule::HOLD };
    assert_eq!(bent(rule), set([&[2, 1, 3], &[2, 3, 1], &[3, 2, 1]]));
}

#[test]
fn a_hold_that_expires_lets_its_message_go_when_nothing_else_can_be_delivered() {
    let rule = Rule { release_at: Some(Time(READY.0 + 500)), ..Rule::HOLD };
    assert_eq!(bent(rule), set([&[2, 3, 1], &[3, 2, 1]]));
}

#[test]
fn a_message_that_is_delayed_comes_after_everything_that_is_not() {
    let delay = |alone| Rule::new(1, Treatment::Delay { by: Duration::from_secs(1), alone });
    for alone in [false, true] {
        assert_eq!(bent(delay(alone)), set([&[2, 3, 1], &[3, 2, 1]]));
    }
}

#[test]
fn a_message_that_is_dropped_is_in_no_order() {
    assert_eq!(bent(Rule::new(1, Treatment::Drop)), set([&[2, 3], &[3, 2]]));
}

#[test]
fn a_message_that_arrives_twice_has_more_orders() {
    assert_eq!(bent(Rule::new(1, Treatment::Duplicate)).len(), 12);
}

/// Loses the second message that is sent, whosever it is.
#[derive(Clone, Default)]
struct SecondLost {
    sent: u32,
    tells: bool,
    noted: bool,
}

impl Director for SecondLost {
    fn see(&mut self, record: &Record) -> Reaction {
        if sent(record).is_none() {
            return Reaction::default();
        }
        self.sent += 1;
        self.noted = self.tells;
        let treatment = if self.sent == 2 { Treatment::Drop } else { Treatment::Pass };
        Reaction { treatment, orders: Vec::new() }
    }

    fn entering(&mut self, _: Time, _: &NodeName, _: &Input) -> Reaction {
        Reaction::default()
    }

    fn due(&self) -> Option<Time> {
        None
    }

    fn wake(&mut self, _: Time) -> Vec<Order> {
        Vec::new()
    }

    fn took_note(&mut self) -> bool {
        std::mem::take(&mut self.noted)
    }
}

/// Two senders that share no receiver, but a director who counts.
#[test]
fn what_a_director_takes_note_of_is_exchanged_with_nothing() {
    let toys = || {
        let (a, c) = (sender(Port::Mr, &[1]), sender(Port::IcmMr, &[3]));
        vec![("ccp", sink()), ("router", sink()), ("a", a), ("c", c)]
    };
    let director = SecondLost { tells: true, ..SecondLost::default() };
    assert_eq!(found(&EXPLORER.run(&Directed { director, toys }, |_| ())), set([&[1], &[3]]));
}

/// Stops CCP as soon as it hears a message.
#[derive(Clone)]
struct Stopper(Order);

impl Director for Stopper {
    fn see(&mut self, record: &Record) -> Reaction {
        let is_heard = record.node.as_str() == "ccp" && matches!(&record.what, What::In(Input::Frame { .. }));
        if is_heard { vec![self.0.clone()].into() } else { Reaction::default() }
    }

    fn entering(&mut self, _: Time, _: &NodeName, _: &Input) -> Reaction {
        Reaction::default()
    }

    fn due(&self) -> Option<Time> {
        None
    }

    fn wake(&mut self, _: Time) -> Vec<Order> {
        Vec::new()
    }
}

/// What CCP hears before it panics, if the first message is that one.
struct Fragile(u8);

impl Experiment for Fragile {
    type Director = Bystander;
    type Outcome = Vec<u8>;

    fn build(&self) -> Sim {
        let wrong = self.0;
        ready(Bystander, || {
            let toys = (six().toys)();
            let fragile = |(name, toy)| match name {
                "ccp" => (name, Box::new(Glass { toy, wrong, has_heard: false }) as Box<dyn Component>),
                _ => (name, toy),
            };
            toys.into_iter().map(fragile).collect()
        })
    }

    fn outcome(&self, finished: &Sim<Bystander, Chosen>) -> Vec<u8> {
        marks(finished, "ccp")
    }

    fn panicked(&self) -> Option<Vec<u8>> {
        Some(Vec::new())
    }
}

/// Panics if the first message has the wrong mark.
#[derive(Clone)]
struct Glass {
    toy: Box<dyn Component>,
    wrong: u8,
    has_heard: bool,
}

impl Component for Glass {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        let first = mark(&input).filter(|_| !self.has_heard);
        self.has_heard |= first.is_some();
        assert_ne!(first, Some(self.wrong));
        self.toy.handle(input, cx);
    }
}

/// The first run is one that panics, or it is not.
#[test]
fn a_component_that_panics_is_an_outcome_of_its_orders_and_of_no_other() {
    let orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
    for wrong in 1..=3 {
        let explored = EXPLORER.run(&Fragile(wrong), |_| ());
        let whole = orders.iter().filter(|marks| marks[0] != wrong).map(|marks| marks.to_vec());
        assert_eq!(found(&explored), whole.chain([Vec::new()]).collect(), "{wrong}");
        assert!(explored.is_complete(), "{wrong}");
    }
}

/// What CCP hears, and how many hear that their links are down.
struct Stopped(Order);

impl Experiment for Stopped {
    type Director = Stopper;
    type Outcome = (Vec<u8>, usize);

    fn build(&self) -> Sim<Stopper> {
        ready(Stopper(self.0.clone()), six().toys)
    }

    fn outcome(&self, finished: &Sim<Stopper, Chosen>) -> (Vec<u8>, usize) {
        let is_down = |record: &&Record| matches!(record.what, What::In(Input::LinkDown { .. }));
        (marks(finished, "ccp"), finished.records().iter().filter(is_down).count())
    }
}

#[test]
fn a_component_that_dies_hears_nothing_more_and_all_its_peers_hear_of_it() {
    let explored = EXPLORER.run(&Stopped(Order::Stop("ccp".into())), |_| ());
    assert_eq!(found(&explored), BTreeSet::from([(vec![1], 3), (vec![2], 3), (vec![3], 3)]));
}

/// What was sent before the cut arrives; both ends of each link hear of the cut.
#[test]
fn a_port_that_is_cut_is_down_at_both_ends_behind_what_was_sent() {
    let cut = Order::Cut { port: Port::Mr, lasting: Duration::from_secs(1) };
    let explored = EXPLORER.run(&Stopped(cut), |_| ());
    let outcomes = found(&explored);
    assert!(outcomes.iter().any(|(marks, _)| marks.len() == 3), "{outcomes:?}");
    assert!(outcomes.iter().all(|(_, downs)| *downs == 6), "{outcomes:?}");
}
