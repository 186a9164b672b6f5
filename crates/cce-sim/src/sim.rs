//! The mechanics of a run, whatever its order.

use crate::{
    Seeded, Sequence,
    calls::OrphanedCalls,
    queue::{Delivery, Planned, Queue, Slot},
    stream::{CallKey, LinkEnd, Stream},
    wire::{Line, Wires},
};
use cce_courier::{Behind, Courier, Faults, Latencies, Part, Pieces, RESPONSE_DEADLINE, behind};
use cce_journal::{Bystander, Director, Order, Reaction, Record, Ticket, Treatment, What};
use cce_kernel::{
    Build, CallError, Caller, Command, Component, Entropy, Host, HostClock, Input, LinkId, LinkReason,
    NodeName, Output, Port, Request, Time, TimerKey,
};
use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
};

/// A run: components, what is planned, and what was recorded. Things happen in the order `O`. A copy of it goes on from the same
/// moment, and shares nothing with it that changes.
#[derive(Clone)]
pub struct Sim<D = Bystander, O: Sequence = Seeded> {
    seed: u64,
    pub(crate) now: Time,
    pub(crate) nodes: BTreeMap<NodeName, Node>,
    pub(crate) queue: Queue<O::Event>,
    pub(crate) wires: Wires,
    records: Vec<Record>,
    last_record: u64,
    pub(crate) director: D,
    build: Option<Build>,
    /// When the couriers want to be woken, of those that do.
    pub(crate) alarms: BTreeMap<NodeName, Time>,
    pub(crate) faults: Faults,
    /// What the director wants done once the current input is handled.
    orders: VecDeque<Order>,
    pub(crate) order: O,
}

#[derive(Clone)]
pub(crate) struct Node {
    /// None while it is stopped.
    component: Option<Box<dyn Component>>,
    pub(crate) host: Host,
    pub(crate) courier: Courier,
    pub(crate) timers: BTreeMap<TimerKey, Slot>,
    pub(crate) stored: BTreeMap<String, String>,
}

impl Node {
    pub(crate) fn is_dead(&self) -> bool {
        self.component.is_none()
    }
}

impl<D, O: Sequence> std::fmt::Debug for Sim<D, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim").field("seed", &self.seed).field("now", &self.now).finish_non_exhaustive()
    }
}

impl Sim {
    /// A run without components that nobody bends.
    pub fn new(seed: u64) -> Self {
        Self::directed(seed, Bystander)
    }
}

impl<D: Director> Sim<D> {
    /// A run without components that `director` may bend.
    pub fn directed(seed: u64, director: D) -> Self {
        Self::in_order(seed, director, Seeded::new(seed))
    }

    /// The same run in another order from now on.
    pub(crate) fn reordered<O: Sequence<Event = Infallible>>(self, order: O) -> Sim<D, O> {
        Sim {
            seed: self.seed,
            now: self.now,
            nodes: self.nodes,
            queue: self.queue,
            wires: self.wires,
            records: self.records,
            last_record: self.last_record,
            director: self.director,
            build: self.build,
            alarms: self.alarms,
            faults: self.faults,
            orders: self.orders,
            order,
        }
    }
}

impl<D: Director, O: Sequence> Sim<D, O> {
    pub(crate) fn in_order(seed: u64, director: D, order: O) -> Self {
        Self {
            seed,
            now: Time(0),
            nodes: BTreeMap::new(),
            queue: Queue::new(),
            wires: Wires::new(seed),
            records: Vec::new(),
            last_record: 0,
            director,
            build: None,
            alarms: BTreeMap::new(),
            faults: Faults::default(),
            orders: VecDeque::new(),
            order,
        }
    }

    /// How components are made that the director starts anew. Without it, what it stops stays so.
    pub fn build_with(&mut self, build: Build) {
        self.build = Some(build);
    }

    /// The director.
    pub fn director(&self) -> &D {
        &self.director
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
        self.put(name, clock, Some(component));
        self.begin(name);
    }

    pub(crate) fn put(&mut self, name: &NodeName, clock: HostClock, component: Option<Box<dyn Component>>) {
        let host = Host::new(name.clone(), self.seed, clock);
        let courier = Courier::new(RESPONSE_DEADLINE);
        let node = Node { component, host, courier, timers: BTreeMap::new(), stored: BTreeMap::new() };
        self.nodes.insert(name.clone(), node);
    }

    /// Ends a component's life, as when its process is killed, and begins another one with what it stored.
    pub fn restart(&mut self, name: &NodeName, component: Box<dyn Component>) {
        self.end(name, "restarted");
        if let Some(node) = self.nodes.get_mut(name) {
            node.component = Some(component);
        }
        self.begin(name);
    }

    /// Ends a component's life, as when its process is killed. Nobody listens in its place.
    pub(crate) fn end(&mut self, name: &NodeName, reason: &str) {
        self.record(name, None, What::Stopped { reason: reason.to_owned() });
        let mut refused = self.queue.forget(name);
        refused.extend(self.order.forget(name));
        for end in refused {
            self.plan_down(&end, LinkReason::Refused, None);
        }
        let peers = self.wires.forget(name);
        let OrphanedCalls { callers, callees } = self.wires.calls.forget(name);
        for peer in peers {
            self.plan_down(&peer, LinkReason::Reset, None);
        }
        for waiting in callers {
            self.plan_failure(&waiting.caller, CallError::Broken, self.now, None);
        }
        for (callee, call) in callees {
            self.plan_gone(callee, call);
        }
        self.lay_down(name);
    }

    /// What a component had is gone with it.
    pub(crate) fn lay_down(&mut self, name: &NodeName) {
        self.courier(name, Courier::end_life);
        if let Some(node) = self.nodes.get_mut(name) {
            node.component = None;
            node.timers.clear();
        }
    }

    /// Begins a life of a component that was stopped, or ends the one that it has before.
    pub(crate) fn start(&mut self, name: &NodeName) {
        let Some(component) = self.build(name) else { return };
        if self.is_alive(name) {
            return self.restart(name, component);
        }
        if self.revive(name, component) {
            self.begin(name);
        }
    }

    pub(crate) fn build(&self, name: &NodeName) -> Option<Box<dyn Component>> {
        self.build.as_ref().and_then(|build| build(name))
    }

    /// Gives a component that was stopped its next life. Says whether there is such a component.
    pub(crate) fn revive(&mut self, name: &NodeName, component: Box<dyn Component>) -> bool {
        let node = self.nodes.get_mut(name);
        node.map(|node| node.component = Some(component)).is_some()
    }

    pub(crate) fn is_alive(&self, name: &NodeName) -> bool {
        self.nodes.get(name).is_some_and(|node| node.component.is_some())
    }

    /// Gives a component a command.
    pub fn command(&mut self, name: &NodeName, command: Command) {
        self.give(name, Input::Command(command));
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
            if self.records.get(seen..).unwrap_or_default().iter().any(&mut done) {
                return true;
            }
        }
    }

    /// The run's own time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Everything that was recorded and not taken.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Takes what was recorded. A long run need not be kept in memory.
    pub fn take_records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
    }

    /// Does the next thing that happens until `end`. Says whether there was one.
    pub fn step(&mut self, end: Time) -> bool {
        O::step(self, end)
    }

    /// Does what is due first.
    pub(crate) fn step_by_time(&mut self, end: Time) -> bool {
        let is_done = self.wake(end) || self.wake_courier(end) || self.next(end);
        self.settle();
        is_done
    }

    /// Does what the director wants.
    pub(crate) fn settle(&mut self) {
        while let Some(order) = self.orders.pop_front() {
            self.carry_out(order);
        }
    }

    fn begin(&mut self, name: &NodeName) {
        self.record(name, None, What::Started);
        let stored = self.nodes.get(name).map(|node| node.stored.clone()).unwrap_or_default();
        self.give(name, Input::Start { stored, entropy: Entropy::Seed });
    }

    /// Wakes the director, if its time comes before anything else does.
    fn wake(&mut self, end: Time) -> bool {
        let Some(due) = self.director.due().map(|due| due.max(self.now)).filter(|due| *due <= end) else {
            return false;
        };
        if [self.queue.first(), self.alarm()].into_iter().flatten().any(|first| first < due) {
            return false;
        }
        self.now = due;
        let orders = self.director.wake(due);
        self.take_orders(orders);
        true
    }

    /// Lets the next message go whose delay is over, if that comes before anything else does.
    fn wake_courier(&mut self, end: Time) -> bool {
        let Some(due) = self.alarm().map(|due| due.max(self.now)).filter(|due| *due <= end) else {
            return false;
        };
        if self.queue.first().is_some_and(|first| first < due) {
            return false;
        }
        self.now = due;
        self.let_go();
        true
    }

    /// When the first courier wants to be woken.
    pub(crate) fn alarm(&self) -> Option<Time> {
        self.alarms.values().min().copied()
    }

    /// Wakes the courier that wants to be woken first.
    pub(crate) fn let_go(&mut self) {
        let first = self.alarms.iter().min_by_key(|(name, at)| (**at, *name));
        if let Some(name) = first.map(|(name, _)| name.clone()) {
            let (now, counts_deadlines) = (self.now, self.order.counts_deadlines());
            self.courier(&name, |courier| {
                if !counts_deadlines {
                    courier.forgive(now);
                }
                courier.wake(now);
            });
        }
    }

    fn next(&mut self, end: Time) -> bool {
        let Some((slot, planned)) = self.queue.next(end) else { return false };
        self.now = slot.at;
        self.act(planned);
        true
    }

    pub(crate) fn act(&mut self, planned: Planned<O::Event>) {
        let Planned { node, what, cause, .. } = planned;
        match what {
            Delivery::Input(input) => self.arrive(&node, input, cause),
            Delivery::Event(event) => O::happen(self, &node, *event, cause),
            Delivery::Bytes(link, parts) => self.deliver_bytes(&node, link, &parts),
            Delivery::Accept(dialler, link) => self.accept(&node, &dialler, link, cause),
            Delivery::Call { caller, port, request, is_copy } => {
                self.deliver_call(&node, caller, port, request, is_copy, cause);
            }
            Delivery::CallGone(caller) => self.deliver_gone(&node, &caller, cause),
        }
    }

    fn deliver_bytes(&mut self, name: &NodeName, link: LinkId, parts: &[Part]) {
        let end = (name.clone(), link);
        let waits = self.wires.waits() && self.queue.has_bytes(name, link);
        let Some(line) = self.wires.line(&end).filter(|line| !line.is_closing) else { return };
        parts.iter().for_each(|part| line.push(&part.bytes, part.record));
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

    /// The receiver numbers the call when it takes it in, as it does with a connection.
    fn deliver_call(
        &mut self,
        name: &NodeName,
        caller: CallKey,
        port: Port,
        mut request: Request,
        is_copy: bool,
        cause: Option<u64>,
    ) {
        request.peer = caller.0.to_string();
        request.caller = Caller::Lab;
        if !is_copy && self.wires.calls.take_given_up(&caller) {
            return;
        }
        let call = if is_copy {
            self.wires.calls.number(name, None)
        } else {
            self.wires.calls.arrive(name, caller, port, None)
        };
        self.deliver(name, Input::Call { call, port: port.socket(), request }, cause);
    }

    fn deliver_gone(&mut self, name: &NodeName, caller: &CallKey, cause: Option<u64>) {
        let Some(call) = self.wires.calls.number_of(name, caller) else { return };
        self.wires.calls.close(name, call);
        let mut was_here = false;
        self.courier(name, |courier| was_here = courier.forget_request(call));
        if !was_here {
            self.deliver(name, Input::CallGone { call }, cause);
        }
    }

    /// Delivers what was planned, unless it is about a link that is over by now.
    pub(crate) fn arrive(&mut self, name: &NodeName, input: Input, mut cause: Option<u64>) {
        if let (Input::Timer(key), Some(node)) = (&input, self.nodes.get_mut(name)) {
            node.timers.remove(key);
        }
        if let Input::Reply { call, result } = &input {
            // Over meanwhile, otherwise: the caller waits no more.
            let Some(request) = self.wires.calls.answered(&(name.clone(), *call)) else { return };
            self.courier(name, |courier| courier.answered(*call));
            // A response is due to the one who replied, a failure to the request that failed.
            cause = cause.or_else(|| result.is_err().then_some(request));
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
        self.deliver(name, input, cause);
    }

    /// Says whether the component is to hear that a link is down. A close inside a message is told first, and the
    /// component may close the link over that.
    fn hang_up(&mut self, end: &LinkEnd, reason: LinkReason, cause: Option<u64>) -> bool {
        let flaw = self.wires.unfinished(end).filter(|_| reason == LinkReason::Closed);
        if let Some(flaw) = flaw {
            self.deliver(&end.0, Input::BadFrame { link: end.1, flaw }, cause);
        }
        self.courier(&end.0, |courier| courier.forget_link(end.1));
        self.wires.hang_up(end)
    }

    pub(crate) fn deliver(&mut self, name: &NodeName, input: Input, cause: Option<u64>) {
        self.deliver_with(name, input, cause, |_| ());
    }

    /// Delivers something, and does what stands right behind its record before the component hears of it.
    pub(crate) fn deliver_with(
        &mut self,
        name: &NodeName,
        input: Input,
        cause: Option<u64>,
        behind: impl FnOnce(&mut Self),
    ) {
        if !self.is_alive(name) {
            return;
        }
        let judged = self.judge(name, cause, What::In(input.clone()));
        behind(self);
        self.release_all(judged.releases);
        let Some(Node { component: Some(component), host, .. }) = self.nodes.get_mut(name) else { return };
        let outputs = host.handle(component.as_mut(), input, self.now);
        // All are recorded before the first one acts: what the component says about this input stands before
        // what others do about it.
        let judge = |output: Output| {
            if !O::FORESEES && matches!(output, Output::Note(_)) {
                // A fact has no effect beyond its record.
                return (None, self.judge(name, Some(judged.seq), What::Out(output)));
            }
            let judged = self.judge(name, Some(judged.seq), What::Out(output.clone()));
            let foreseen = O::foresee(self, name, &output, judged.seq, &judged.treatment);
            (Some((output, foreseen)), judged)
        };
        let outputs: Vec<_> = outputs.into_iter().map(judge).collect();
        for (output, JudgedRecord { seq, treatment, releases }) in outputs {
            match output {
                Some((output, Some(foreseen))) => O::fulfil(self, name, output, seq, foreseen),
                Some((output, None)) => self.apply(name, output, treatment, seq),
                None => {}
            }
            self.release_all(releases);
        }
    }

    /// Gives a component something from outside.
    fn give(&mut self, name: &NodeName, input: Input) {
        self.plan(self.now, planned(Stream::Given(name.clone()), name, input, None));
    }

    /// One end of a link hears that it is down.
    pub(crate) fn plan_down(&mut self, end: &LinkEnd, reason: LinkReason, cause: Option<u64>) {
        let input = Input::LinkDown { link: end.1, reason };
        self.plan(self.now, planned(self.wires.inbound(end), &end.0, input, cause));
    }

    /// A caller hears that there is no response.
    pub(crate) fn plan_failure(&mut self, caller: &CallKey, error: CallError, at: Time, cause: Option<u64>) {
        let input = Input::Reply { call: caller.1, result: Err(error) };
        self.plan(at, planned(Stream::response(caller), &caller.0, input, cause));
    }

    /// A callee hears that its caller left, behind the call itself, which may still be on its way.
    pub(crate) fn plan_gone(&mut self, callee: NodeName, caller: CallKey) {
        let stream = Some(Stream::request(&caller));
        let what = Delivery::CallGone(caller);
        self.plan(self.wires.horizon(self.now), Planned { stream, node: callee, what, cause: None });
    }

    /// Records something that sends no message.
    pub(crate) fn record(&mut self, node: &NodeName, cause: Option<u64>, what: What) {
        let releases = self.judge(node, cause, what).releases;
        self.orders.extend(releases.into_iter().map(Order::Release));
    }

    /// Records something, and says what is to become of it. What was done to a message stands right behind it.
    pub(crate) fn judge(&mut self, node: &NodeName, cause: Option<u64>, what: What) -> JudgedRecord {
        let (seq, Reaction { treatment, orders }) = self.write(node, cause, what);
        let Behind { releases, later } =
            behind(orders, |_| true, |node, cause, bent| self.write(&node, cause, What::Bent(bent)).1.orders);
        self.orders.extend(later);
        JudgedRecord { seq, treatment, releases }
    }

    fn write(&mut self, node: &NodeName, cause: Option<u64>, what: What) -> (u64, Reaction) {
        self.last_record += 1;
        let record = Record { seq: self.last_record, at: self.now, node: node.clone(), cause, what };
        let mut reaction = self.director.see(&record);
        let Reaction { treatment, orders } = &mut reaction;
        if *treatment == Treatment::Pass && self.order.overtakes(&record) {
            *treatment = Treatment::Overtake;
        }
        if !orders.is_empty() || !matches!(treatment, Treatment::Pass | Treatment::Overtake) {
            self.order.stir();
        }
        self.records.push(record);
        (self.last_record, reaction)
    }

    pub(crate) fn take_orders(&mut self, orders: Vec<Order>) {
        self.orders.extend(orders);
    }

    fn release_all(&mut self, tickets: Vec<Ticket>) {
        tickets.into_iter().for_each(|ticket| self.release(ticket));
    }
}

/// What was recorded.
pub(crate) struct JudgedRecord {
    pub(crate) seq: u64,
    /// What becomes of the message that it sends.
    pub(crate) treatment: Treatment,
    /// What goes behind it.
    pub(crate) releases: Vec<Ticket>,
}

pub(crate) fn planned<E>(stream: Stream, node: &NodeName, input: Input, cause: Option<u64>) -> Planned<E> {
    Planned { stream: Some(stream), node: node.clone(), what: Delivery::Input(input), cause }
}
