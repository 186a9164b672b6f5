//! A bench for tests of one component: it hosts the component, keeps what it stores and which timers it has armed, and
//! lets time pass. Tests of components depend on it, and nothing else does.
//!
//! A timer fires because its time has come: [`Bench::advance`] fires what is due, in order. Peers that are alive are
//! described once, by [`Bench::keep_alive`] and [`Bench::pulse`], so that time can pass without the end of every link.

#![warn(missing_docs)]

use cce_kernel::{Component, Entropy, Host, HostClock, Input, LinkId, Output, Peer, Port, Time, TimerKey};
use std::{collections::BTreeMap, fmt, time::Duration};

/// Timers that may fire in one [`Bench::advance`]: more are a component that wakes itself for ever.
const FIRINGS_MAX: usize = 100_000;

/// What a live peer says to an output at once, if it answers it.
pub type Answer = fn(&Output) -> Option<Input>;

/// One component, its surroundings, and the time.
pub struct Bench<C> {
    host: Host,
    component: C,
    now: Time,
    /// Armed timers: when each is due, and the how manieth arming it was.
    armed: BTreeMap<TimerKey, (Time, u64)>,
    arms: u64,
    stored: BTreeMap<String, String>,
    answer: Option<Answer>,
    pulses: Vec<Pulse>,
}

/// What a live peer says again and again.
struct Pulse {
    every: Duration,
    next: Time,
    input: Input,
}

impl<C: Component> Bench<C> {
    /// A component of that name, which has not started.
    pub fn new(name: &str, clock: HostClock, component: C) -> Self {
        Self {
            host: Host::new(name.into(), 1, clock),
            component,
            now: Time(0),
            armed: BTreeMap::new(),
            arms: 0,
            stored: BTreeMap::new(),
            answer: None,
            pulses: Vec::new(),
        }
    }

    /// Starts the component with what was stored.
    pub fn start(&mut self) -> Vec<Output> {
        self.input(Input::Start { stored: self.stored.clone(), entropy: Entropy::Seed })
    }

    /// Ends the component without a word, and starts another with what it stored. No timer outlives it.
    pub fn restart(&mut self, component: C) -> Vec<Output> {
        self.component = component;
        self.armed.clear();
        self.pulses.clear();
        self.start()
    }

    /// The component.
    pub fn component(&mut self) -> &mut C {
        &mut self.component
    }

    /// The time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// How often the component passed that over because it was over meanwhile.
    pub fn over_meanwhile(&self, what: &str) -> u64 {
        self.host.over_meanwhile().get(what).copied().unwrap_or_default()
    }

    /// What the component has stored.
    pub fn stored(&mut self) -> &mut BTreeMap<String, String> {
        &mut self.stored
    }

    /// Somebody connects.
    pub fn accept(&mut self, port: Port) -> (LinkId, Vec<Output>) {
        self.accept_from(port, Peer::default())
    }

    /// The same of a peer that is known, or whose connection is protected.
    pub fn accept_from(&mut self, port: Port, peer: Peer) -> (LinkId, Vec<Output>) {
        let link = self.host.accept(port);
        (link, self.input(Input::LinkUp { link, peer }))
    }

    /// A connection that was dialled is there.
    pub fn connect(&mut self, link: LinkId) -> Vec<Output> {
        self.input(Input::LinkUp { link, peer: Peer::default() })
    }

    /// Gives the component an input, and returns what it asks for.
    pub fn input(&mut self, input: Input) -> Vec<Output> {
        let outputs = self.host.handle(&mut self.component, input, self.now);
        outputs.iter().for_each(|output| self.follow(output));
        outputs
    }

    /// From now on, what is due is answered like that as time passes. A firing that is answered is upkeep of a link, and
    /// [`Bench::advance`] does not show it.
    pub fn keep_alive(&mut self, answer: Answer) {
        self.answer = Some(answer);
    }

    /// From now on, nothing is answered as time passes.
    pub fn answer_nothing(&mut self) {
        self.answer = None;
    }

    /// From now on, peers say nothing by themselves as time passes.
    pub fn say_nothing(&mut self) {
        self.pulses.clear();
    }

    /// From now on, a live peer says that at each interval as time passes. What comes of it is not shown.
    pub fn pulse(&mut self, every: Duration, input: Input) {
        self.pulses.push(Pulse { every, next: self.now + every, input });
    }

    /// Lets time pass. Whatever is due fires, by its time, and in the order of arming where that is equal. Returns what
    /// the component asks for, except for the upkeep of its links.
    pub fn advance(&mut self, time: Duration) -> Vec<Output> {
        let until = self.now + time;
        let mut shown = Vec::new();
        for _ in 0..FIRINGS_MAX {
            match self.next_until(until) {
                Some(outputs) => shown.extend(outputs),
                None => return shown,
            }
        }
        panic!("more than {FIRINGS_MAX} timers fire within {time:?}");
    }

    /// Lets time pass to the next timer, and fires it, if it is due by then; to `until` otherwise.
    pub fn next_until(&mut self, until: Time) -> Option<Vec<Output>> {
        loop {
            let timer = self.next_timer().filter(|(at, _)| *at <= until);
            let pulse = self.next_pulse().filter(|(at, _)| *at <= until);
            match (timer, pulse) {
                (Some((at, _)), Some((beat, place))) if beat <= at => self.beat(place, beat),
                (Some((at, key)), _) => return Some(self.fire(at, key)),
                (None, Some((beat, place))) => self.beat(place, beat),
                (None, None) => {
                    self.now = until;
                    return None;
                }
            }
        }
    }

    /// Lets time pass until the timer is due that is next, and fires it.
    ///
    /// # Panics
    ///
    /// If none is armed.
    pub fn fire_next(&mut self) -> Vec<Output> {
        let (at, key) = self.next_timer().expect("a timer is armed");
        self.fire(at, key)
    }

    /// How long until a timer is due; none if it is not armed.
    pub fn wait_of(&self, key: &TimerKey) -> Option<Duration> {
        self.armed.get(key).map(|(at, _)| at.since(self.now))
    }

    /// The timers that are armed.
    pub fn armed(&self) -> impl Iterator<Item = &TimerKey> {
        self.armed.keys()
    }

    fn next_timer(&self) -> Option<(Time, TimerKey)> {
        let next = self.armed.iter().min_by_key(|(_, due)| **due);
        next.map(|(key, (at, _))| (*at, key.clone()))
    }

    fn next_pulse(&self) -> Option<(Time, usize)> {
        self.pulses.iter().enumerate().map(|(place, pulse)| (pulse.next, place)).min()
    }

    fn beat(&mut self, place: usize, at: Time) {
        self.now = at;
        let pulse = &mut self.pulses[place];
        pulse.next = at + pulse.every;
        let input = pulse.input.clone();
        self.input(input);
    }

    fn fire(&mut self, at: Time, key: TimerKey) -> Vec<Output> {
        self.now = at;
        self.armed.remove(&key);
        let outputs = self.input(Input::Timer(key));
        let Some(answer) = self.answer else { return outputs };
        let answers: Vec<Input> = outputs.iter().filter_map(answer).collect();
        if answers.is_empty() {
            return outputs;
        }
        answers.into_iter().for_each(|answer| drop(self.input(answer)));
        Vec::new()
    }

    fn follow(&mut self, output: &Output) {
        match output {
            Output::Arm { key, at } => {
                self.arms += 1;
                self.armed.insert(key.clone(), (*at, self.arms));
            }
            Output::Cancel { key } => {
                self.armed.remove(key);
            }
            Output::Store { key, value: Some(value) } => {
                self.stored.insert(key.clone(), value.clone());
            }
            Output::Store { key, value: None } => {
                self.stored.remove(key);
            }
            Output::Send { .. }
            | Output::Dial { .. }
            | Output::Close { .. }
            | Output::Secure { .. }
            | Output::Call { .. }
            | Output::Reply { .. }
            | Output::Note(_) => {}
        }
    }
}

impl<C> fmt::Debug for Bench<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bench").field("now", &self.now).field("armed", &self.armed).finish_non_exhaustive()
    }
}
