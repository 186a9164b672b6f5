//! A host for one member of the cast, and ways to look at what it asks for.

use cce_kernel::{
    CallError, CallId, Component, Host, HostClock, Input, LinkId, Output, Port, Request, Response, Time,
    TimerKey,
};
use std::{collections::BTreeMap, time::Duration};

/// A component under test, with the time and the timers that are armed.
pub(crate) struct Stage<C> {
    host: Host,
    component: C,
    now: Time,
    pub(crate) timers: BTreeMap<TimerKey, Time>,
}

impl<C: Component> Stage<C> {
    /// Starts the component.
    pub(crate) fn new(component: C) -> Self {
        let host = Host::new("one".into(), 1, HostClock::default());
        let mut stage = Self { host, component, now: Time(0), timers: BTreeMap::new() };
        assert!(
            calls(&stage.feed(Input::Start { stored: BTreeMap::new(), entropy: cce_kernel::Entropy::Seed }))
                .is_empty()
        );
        stage
    }

    /// Hands one input over.
    pub(crate) fn feed(&mut self, input: Input) -> Vec<Output> {
        let out = self.host.handle(&mut self.component, input, self.now);
        for output in &out {
            if let Output::Arm { key, at } = output {
                self.timers.insert(key.clone(), *at);
            } else if let Output::Cancel { key } = output {
                self.timers.remove(key);
            }
        }
        out
    }

    /// Lets the timer fire that is due first; returns what follows.
    pub(crate) fn fire(&mut self) -> Vec<Output> {
        let (key, at) = self.timers.iter().min_by_key(|(_, at)| **at).expect("a timer is armed");
        let (key, at) = (key.clone(), *at);
        self.timers.remove(&key);
        self.now = at;
        self.feed(Input::Timer(key))
    }

    /// Answers a call with a status.
    pub(crate) fn answer(&mut self, call: CallId, status: u16) -> Vec<Output> {
        self.feed(Input::Reply { call, result: Ok(Response::new(status)) })
    }

    /// Lets a call fail.
    pub(crate) fn fail(&mut self, call: CallId, error: CallError) -> Vec<Output> {
        self.feed(Input::Reply { call, result: Err(error) })
    }

    /// Milliseconds from now until the timer of that name is due, where there is one.
    pub(crate) fn due_in(&self, name: &str) -> Option<Duration> {
        self.timers.iter().find(|(key, _)| key.name == name).map(|(_, at)| at.since(self.now))
    }
}

/// Every call among `outputs`.
pub(crate) fn calls(outputs: &[Output]) -> Vec<(CallId, Port, Request)> {
    let calls = outputs.iter().filter_map(|output| {
        if let Output::Call { call, port, request } = output {
            Some((*call, *port, request.clone()))
        } else {
            None
        }
    });
    calls.collect()
}

/// The one call among `outputs`, as `METHOD target body`, with its number.
pub(crate) fn call(outputs: &[Output]) -> (CallId, String) {
    let calls = calls(outputs);
    let [(call, _, request)] = &calls[..] else { panic!("one call is expected: {outputs:?}") };
    (*call, format!("{} {} {}", request.method, request.target, request.body.text()).trim_end().to_owned())
}

/// Everything sent among `outputs`.
pub(crate) fn sent(outputs: &[Output]) -> String {
    let sent = outputs.iter().filter_map(|output| {
        if let Output::Send { bytes, .. } = output { Some(bytes.text().into_owned()) } else { None }
    });
    sent.collect()
}

/// The link that is dialled among `outputs`.
pub(crate) fn dialled(outputs: &[Output]) -> Option<LinkId> {
    outputs.iter().find_map(|output| if let Output::Dial { link, .. } = output { Some(*link) } else { None })
}
