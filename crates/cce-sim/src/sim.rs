//! The scheduler.

use crate::{
    latency::{Latencies, Pieces, Way},
    queue::{Delivery, Planned, Queue, Slot},
    wire::{End, Line, Orphans, Wires},
};
use bytes::Bytes;
use cce_journal::{Record, What};
use cce_kernel::{
    Address, CallError, CallId, Command, Component, Host, HostClock, Input, LinkId, LinkReason, NodeName,
    Output, Peer, Port, Request, Response, Time, TimerKey,
};
use std::{collections::BTreeMap, time::Duration};

/// A run: components, what is planned, and what was recorded.
pub struct Sim {
    seed: u64,
    now: Time,
    nodes: BTreeMap<NodeName, Node>,
    queue: Queue,
    wires: Wires,
    records: Vec<Record>,
}

struct Node {
    component: Box<dyn Component>,
    host: Host,
    timers: BTreeMap<TimerKey, Slot>,
    stored: BTreeMap<String, String>,
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim").field("seed", &self.seed).field("now", &self.now).finish_non_exhaustive()
    }
}

impl Sim {
    /// A run without components.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            now: Time(0),
            nodes: BTreeMap::new(),
            queue: Queue::new(seed),
            wires: Wires::new(seed),
            records: Vec::new(),
        }
    }

    /// Sets how long everything takes on its way from now on.
    pub fn set_latencies(&mut self, latencies: Latencies) {
        self.wires.latencies = latencies;
    }

    /// Sets in which pieces the bytes of links arrive from now on.
    pub fn set_pieces(&mut self, pieces: Pieces) {
        self.wires.pieces = pieces;
    }

    /// Adds a component and starts it.
    pub fn add(&mut self, name: &NodeName, clock: HostClock, component: Box<dyn Component>) {
        let host = Host::new(name.clone(), self.seed, clock);
        let node = Node { component, host, timers: BTreeMap::new(), stored: BTreeMap::new() };
        self.nodes.insert(name.clone(), node);
        self.begin(name);
    }

    /// Ends a component's life, as when its process is killed, and begins another one with what it stored.
    pub fn restart(&mut self, name: &NodeName, component: Box<dyn Component>) {
        self.record(name, None, What::Stopped { reason: "restarted".into() });
        for (dialler, link) in self.queue.forget(name) {
            self.plan_input(&dialler, Input::LinkDown { link, reason: LinkReason::Refused }, None);
        }
        let Orphans { peers, callers, callees } = self.wires.forget(name);
        for (peer, link) in peers {
            self.plan_input(&peer, Input::LinkDown { link, reason: LinkReason::Reset }, None);
        }
        for caller in callers {
            let input = Input::Reply { call: caller.call, result: Err(CallError::Broken) };
            self.plan_input(&caller.node, input, None);
        }
        for (callee, call) in callees {
            // Behind the call itself, which may still be on its way.
            let at = self.wires.horizon(self.now);
            self.queue.plan(at, planned(&callee, Input::CallGone { call }, None));
        }
        if let Some(node) = self.nodes.get_mut(name) {
            node.component = component;
            node.timers.clear();
        }
        self.begin(name);
    }

    /// Gives a component a command.
    pub fn command(&mut self, name: &NodeName, command: Command) {
        self.plan_input(name, Input::Command(command), None);
    }

    /// Runs until that time of the run.
    pub fn run_until(&mut self, end: Time) {
        while self.step(end) {}
        self.now = self.now.max(end);
    }

    /// Runs until a record satisfies `done`, at most until `end`. Says whether one did.
    pub fn run_to(&mut self, end: Time, mut done: impl FnMut(&Record) -> bool) -> bool {
        loop {
            let seen = self.records.len();
            if !self.step(end) {
                return false;
            }
            if self.records[seen..].iter().any(&mut done) {
                return true;
            }
        }
    }

    /// The run's own time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Everything that was recorded.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    fn begin(&mut self, name: &NodeName) {
        self.record(name, None, What::Started);
        let stored = self.nodes.get(name).map(|node| node.stored.clone()).unwrap_or_default();
        self.plan_input(name, Input::Start { stored }, None);
    }

    fn step(&mut self, end: Time) -> bool {
        let Some((slot, planned)) = self.queue.next(end) else { return false };
        self.now = slot.at;
        let Planned { node, what, cause } = planned;
        match what {
            Delivery::Input(input) => self.arrive(&node, input, cause),
            Delivery::Bytes(link, bytes) => self.deliver_bytes(&node, link, &bytes, cause),
            Delivery::Accept(dialler, link) => self.accept(&node, &dialler, link, cause),
        }
        true
    }

    fn deliver_bytes(&mut self, name: &NodeName, link: LinkId, bytes: &Bytes, cause: Option<u64>) {
        let end = (name.clone(), link);
        let waits = self.wires.waits() && self.queue.has_bytes(name, link);
        let Some(line) = self.wires.line(&end) else { return };
        line.push(bytes, cause);
        if waits {
            return;
        }
        while let Some((next, cause)) = self.wires.line(&end).and_then(Line::next) {
            let input = match next {
                Ok(frame) => Input::Frame { link, bytes: frame.into() },
                Err(flaw) => Input::BadFrame { link, flaw },
            };
            self.deliver(name, input, cause);
        }
    }

    /// Delivers what was planned, unless it is about a link or a call that is over by now.
    fn arrive(&mut self, name: &NodeName, input: Input, cause: Option<u64>) {
        if let (Input::Timer(key), Some(node)) = (&input, self.nodes.get_mut(name)) {
            node.timers.remove(key);
        }
        if let Input::LinkUp { link, .. } = &input
            && !self.wires.is_up(&(name.clone(), *link))
        {
            return;
        }
        if let Input::LinkDown { link, reason } = &input
            && !self.hang_up(&(name.clone(), *link), *reason, cause)
        {
            return;
        }
        if let Input::CallGone { call } = &input
            && !self.wires.drop_call(name, *call)
        {
            return;
        }
        self.deliver(name, input, cause);
    }

    /// Says whether the component is to hear that a link is down. A close inside a message is told first, and the
    /// component may close the link over that.
    fn hang_up(&mut self, end: &End, reason: LinkReason, cause: Option<u64>) -> bool {
        let flaw = self.wires.unfinished(end).filter(|_| reason == LinkReason::Closed);
        if let Some(flaw) = flaw {
            self.deliver(&end.0, Input::BadFrame { link: end.1, flaw }, cause);
        }
        self.wires.hang_up(end)
    }

    fn deliver(&mut self, name: &NodeName, input: Input, cause: Option<u64>) {
        if !self.nodes.contains_key(name) {
            return;
        }
        let cause = self.record(name, cause, What::In(input.clone()));
        let Some(node) = self.nodes.get_mut(name) else { return };
        for output in node.host.handle(node.component.as_mut(), input, self.now) {
            let seq = self.record(name, Some(cause), What::Out(output.clone()));
            self.apply(name, output, seq);
        }
    }

    fn apply(&mut self, name: &NodeName, output: Output, seq: u64) {
        match output {
            Output::Send { link, bytes } => self.send(&(name.clone(), link), bytes.0, seq),
            Output::Dial { link, address } => self.dial(name, link, &address, seq),
            Output::Close { link, .. } => self.close(&(name.clone(), link), seq),
            Output::Call { call, port, request } => self.call(name, call, port, request, seq),
            Output::Reply { call, response } => self.reply(name, call, response, seq),
            Output::Arm { key, at } => self.arm(name, key, at, seq),
            Output::Cancel { key } => self.cancel(name, &key),
            Output::Store { key, value } => self.store(name, key, value),
            Output::Note(_) => {}
        }
    }

    fn send(&mut self, end: &End, bytes: Bytes, seq: u64) {
        let Some(line) = self.wires.line(end) else { return };
        let (node, link) = line.peer.clone();
        for bytes in self.wires.cut_up(bytes) {
            let at = self.wires.arrival(end, self.now);
            let what = Delivery::Bytes(link, bytes);
            self.queue.plan(at, Planned { node: node.clone(), what, cause: Some(seq) });
        }
    }

    fn dial(&mut self, name: &NodeName, link: LinkId, address: &Address, seq: u64) {
        self.wires.dial(&(name.clone(), link));
        let listener = NodeName::from(link.port.listener());
        let found = matches!(address, Address::Lab) && self.nodes.contains_key(&listener);
        let at = self.now + self.wires.draw(link.port, Way::ToListener);
        if !found {
            let input = Input::LinkDown { link, reason: LinkReason::Refused };
            self.queue.plan(at, planned(name, input, Some(seq)));
            return;
        }
        let what = Delivery::Accept(name.clone(), link);
        self.queue.plan(at, Planned { node: listener, what, cause: Some(seq) });
    }

    /// The listener numbers the connection when it takes it in, as it does in a replay. It hears of it before
    /// the one who dialled, so that nothing can arrive on a link that is not up.
    fn accept(&mut self, listener: &NodeName, dialler: &NodeName, link: LinkId, cause: Option<u64>) {
        if !self.wires.is_dialling(&(dialler.clone(), link)) {
            return;
        }
        let Some(node) = self.nodes.get_mut(listener) else { return };
        let accepted = node.host.accept(link.port.socket());
        self.wires.connect(&(dialler.clone(), link), &(listener.clone(), accepted));
        let peer = |node: &NodeName| Peer { node: Some(node.clone()), address: node.to_string() };
        self.deliver(listener, Input::LinkUp { link: accepted, peer: peer(dialler) }, cause);
        let up = Input::LinkUp { link, peer: peer(listener) };
        self.queue.plan(self.now + Duration::from_micros(1), planned(dialler, up, cause));
    }

    fn close(&mut self, end: &End, seq: u64) {
        let at = self.wires.arrival(end, self.now);
        let Some((node, link)) = self.wires.cut(end) else { return };
        let input = Input::LinkDown { link, reason: LinkReason::Closed };
        self.queue.plan(at, planned(&node, input, Some(seq)));
    }

    fn call(&mut self, name: &NodeName, call: CallId, port: Port, mut request: Request, seq: u64) {
        let receiver = NodeName::from(port.listener());
        let at = self.now + self.wires.draw(port, Way::ToListener);
        if !self.nodes.contains_key(&receiver) {
            let input = Input::Reply { call, result: Err(CallError::Unreachable) };
            self.queue.plan(at, planned(name, input, Some(seq)));
            return;
        }
        request.peer = name.to_string();
        let opened = self.wires.open_call(&receiver, name.clone(), call, port);
        let input = Input::Call { call: opened, port: port.socket(), request };
        self.queue.plan(at, planned(&receiver, input, Some(seq)));
    }

    fn reply(&mut self, name: &NodeName, call: CallId, response: Response, seq: u64) {
        let Some(caller) = self.wires.close_call(name, call) else { return };
        let (port, way) = caller.way();
        let at = self.now + self.wires.draw(port, way);
        let input = Input::Reply { call: caller.call, result: Ok(response) };
        self.queue.plan(at, planned(&caller.node, input, Some(seq)));
    }

    fn arm(&mut self, name: &NodeName, key: TimerKey, at: Time, seq: u64) {
        self.cancel(name, &key);
        let slot = self.queue.plan(at.max(self.now), planned(name, Input::Timer(key.clone()), Some(seq)));
        if let Some(node) = self.nodes.get_mut(name) {
            node.timers.insert(key, slot);
        }
    }

    fn cancel(&mut self, name: &NodeName, key: &TimerKey) {
        if let Some(slot) = self.nodes.get_mut(name).and_then(|node| node.timers.remove(key)) {
            self.queue.drop_slot(slot);
        }
    }

    fn store(&mut self, name: &NodeName, key: String, value: Option<String>) {
        let Some(node) = self.nodes.get_mut(name) else { return };
        match value {
            Some(value) => node.stored.insert(key, value),
            None => node.stored.remove(&key),
        };
    }

    fn plan_input(&mut self, name: &NodeName, input: Input, cause: Option<u64>) {
        self.queue.plan(self.now, planned(name, input, cause));
    }

    fn record(&mut self, node: &NodeName, cause: Option<u64>, what: What) -> u64 {
        let seq = self.records.len() as u64 + 1;
        self.records.push(Record { seq, at: self.now, node: node.clone(), cause, what });
        seq
    }
}

fn planned(node: &NodeName, input: Input, cause: Option<u64>) -> Planned {
    Planned { node: node.clone(), what: Delivery::Input(input), cause }
}
