//! What components ask for, and what their couriers make of it.

use crate::{
    Sequence, Sim,
    calls::Waiting,
    pending::Rank,
    queue::{Delivery, Planned, Slot},
    sim::planned,
    stream::{LinkEnd, Stream},
};
use cce_courier::{Act, Courier, Manner, Part, Payload, PortDirection, WireAct, Writing, pieces};
use cce_journal::{Director, Order, Ticket, Treatment, What};
use cce_kernel::{
    Address, CallError, CallId, Input, LinkId, LinkReason, NodeName, Output, Peer, Port, Request, Response,
    Time, TimerKey,
};
use std::time::Duration;

impl<D: Director, O: Sequence> Sim<D, O> {
    pub(crate) fn apply(&mut self, name: &NodeName, output: Output, treatment: Treatment, record: u64) {
        match output {
            Output::Send { link, bytes } => {
                let part = Part { bytes: bytes.0, record: Some(record) };
                self.treat(name, Payload::Bytes { link, part, manner: Manner::WHOLE }, treatment);
            }
            Output::Close { link, .. } => self.close(name, link, record),
            Output::Call { call, port, request } => {
                self.wires.calls.ask((name.clone(), call), port, record);
                self.treat(name, Payload::Call { call, port, request, record }, treatment);
            }
            Output::Reply { call, response } => {
                self.treat(name, Payload::Reply { call, response, record }, treatment);
            }
            Output::Dial { link, address } => self.dial(name, link, &address, record, self.now),
            Output::Arm { key, at } => self.arm(name, key, at, record),
            Output::Cancel { key } => self.cancel(name, &key),
            Output::Store { key, value } => self.store(name, key, value),
            // Bytes that cross no network are as they are.
            Output::Secure { .. } | Output::Note(_) => {}
        }
    }

    /// Does with a message what the director wants.
    pub(crate) fn treat(&mut self, name: &NodeName, message: Payload, treatment: Treatment) {
        let now = self.now;
        self.courier(name, |courier| courier.treat(message, treatment, now));
    }

    /// Tells a component's courier something, and does what it wants.
    pub(crate) fn courier(&mut self, name: &NodeName, tell: impl FnOnce(&mut Courier)) {
        if let Some(node) = self.nodes.get_mut(name) {
            tell(&mut node.courier);
        }
        while let Some(act) = self.nodes.get_mut(name).and_then(|node| node.courier.next_act()) {
            self.act_for(name, act);
        }
        match self.nodes.get(name).and_then(|node| node.courier.due()) {
            Some(due) => self.alarms.insert(name.clone(), due),
            None => self.alarms.remove(name),
        };
    }

    fn act_for(&mut self, name: &NodeName, act: Act) {
        match act {
            Act::Record { cause, bent } => self.record(name, cause, What::Bent(bent)),
            Act::Hear { input, cause } => {
                let (stream, at) = if let Input::Reply { call, .. } = &input {
                    (Stream::response(&(name.clone(), *call)), self.now)
                } else {
                    (Stream::Given(name.clone()), self.wires.hear(name, self.now))
                };
                self.plan(at, planned(stream, name, input, cause));
            }
            Act::HearAgain { port, request } => {
                let call = self.wires.calls.number(name, None);
                let input = Input::Call { call, port, request };
                self.plan(self.now, planned(Stream::Given(name.clone()), name, input, None));
            }
            Act::Wire(act) => self.act_on_wires(name, act),
        }
    }

    fn act_on_wires(&mut self, name: &NodeName, act: WireAct) {
        match act {
            WireAct::Write { link, parts, writing } => {
                let end = (name.clone(), link);
                match writing {
                    Writing::Whole => self.write_to(&end, &parts, None, self.now),
                    Writing::Pieces(size) => self.write_to(&end, &parts, Some(size), self.now),
                    Writing::Overtaking => {
                        self.as_heartbeat(|sim| sim.write_to(&end, &parts, None, sim.now));
                    }
                }
            }
            WireAct::Close { link, rest, record } => {
                self.close_now(&(name.clone(), link), rest, self.now, record);
            }
            WireAct::Break { link, cause } => self.break_line(&(name.clone(), link), cause),
            WireAct::Call { call, port, request, record } => {
                self.call(name, call, port, request, self.now, record);
            }
            WireAct::GiveUp { call } => {
                let caller = (name.clone(), call);
                if let Some(callee) = self.wires.calls.give_up(&caller) {
                    self.plan_gone(callee, caller);
                }
            }
            WireAct::CallAgain { call, port, request, record } => {
                self.call_twice(name, call, port, request, record);
            }
            WireAct::Reply { call, response, record } => {
                self.reply(name, call, response, self.now, Some(record));
            }
            WireAct::Answer { call, response } => self.reply(name, call, response, self.now, None),
            WireAct::BreakOff { call, error } => {
                if let Some(waiting) = self.wires.calls.close(name, call) {
                    self.plan_failure(&waiting.caller, error, self.now, None);
                }
            }
        }
    }

    /// What is sent by `send` is a heartbeat.
    fn as_heartbeat(&mut self, send: impl FnOnce(&mut Self)) {
        self.order.set_rank(Rank::Heartbeat);
        send(self);
        self.order.set_rank(Rank::Ordinary);
    }

    /// Plans something: the order of the run takes it in, or it happens at that time.
    pub(crate) fn plan(&mut self, at: Time, planned: Planned<O::Event>) {
        if let Some(planned) = self.order.take_in(at.max(self.now), planned) {
            self.plan_by_time(at, planned);
        }
    }

    /// Plans something at that time, whatever else is due then.
    pub(crate) fn plan_by_time(&mut self, at: Time, planned: Planned<O::Event>) -> Slot {
        let tie = self.order.tie();
        self.queue.plan(at, tie, planned)
    }

    /// Lets a message go, whoever holds it.
    pub(crate) fn release(&mut self, ticket: Ticket) {
        self.order.part();
        let holder = self.nodes.iter().find(|(_, node)| node.courier.is_held(ticket));
        if let Some(name) = holder.map(|(name, _)| name.clone()) {
            self.courier(&name, |courier| courier.release(ticket));
        }
    }

    /// Bytes leave one end of a link at `start`: at once, or in pieces of that size.
    pub(crate) fn write_to(&mut self, end: &LinkEnd, parts: &[Part], size: Option<usize>, start: Time) {
        let start = self.faults.start(end.1.port, start);
        let pieces = size.map_or_else(|| vec![parts.to_vec()], |size| pieces(parts.to_vec(), size));
        for piece in pieces.into_iter().flat_map(|piece| self.wires.cut_up(piece)).collect::<Vec<_>>() {
            let at = self.wires.arrival(end, start);
            self.send(end, piece, at);
        }
    }

    fn send(&mut self, end: &LinkEnd, parts: Vec<Part>, at: Time) {
        let stream = self.wires.outbound(end);
        let Some(line) = self.wires.line(end) else { return };
        let (node, link) = line.peer.clone();
        let cause = parts.last().and_then(|part| part.record);
        self.plan(at, Planned { stream, node, what: Delivery::Bytes(link, parts), cause });
    }

    /// A connection breaks: both ends hear of it.
    pub(crate) fn break_line(&mut self, end: &LinkEnd, cause: Option<u64>) {
        let Some(peer) = self.wires.line(end).map(|line| line.peer.clone()) else { return };
        for end in [end, &peer] {
            self.courier(&end.0, |courier| courier.forget_link(end.1));
            self.plan_down(end, LinkReason::Reset, cause);
        }
    }

    /// Carries out an order of the director.
    pub(crate) fn carry_out(&mut self, order: Order) {
        if !matches!(order, Order::Record { .. }) {
            self.order.part();
        }
        match order {
            Order::Record { node, cause, bent } => {
                self.record(&node, cause, What::Bent(bent));
            }
            Order::Release(ticket) => self.release(ticket),
            Order::Command(node, command) => self.command(&node, command),
            Order::Stop(node) if self.is_alive(&node) => self.end(&node, "stopped by the scenario"),
            Order::Stop(_) => {}
            Order::Start(node) => self.start(&node),
            Order::Cut { port, lasting } => self.cut_port(port, lasting),
            Order::Stall { port, lasting } => {
                let until = self.faults.stall(port, self.now + lasting);
                self.put_off(port, until);
            }
        }
    }

    fn cut_port(&mut self, port: Port, lasting: Duration) {
        self.faults.close(port, self.now + lasting);
        for end in self.wires.ends_of(port) {
            self.break_line(&end, None);
        }
        for (Waiting { caller, .. }, callee) in self.wires.calls.break_all(port) {
            self.plan_failure(&caller, CallError::Broken, self.now, None);
            self.plan_gone(callee, caller);
        }
    }

    pub(crate) fn dial(&mut self, name: &NodeName, link: LinkId, address: &Address, seq: u64, start: Time) {
        self.wires.dial(&(name.clone(), link));
        let listener = NodeName::from(link.port.listener());
        let is_open = self.is_alive(&listener) && !self.faults.is_closed(link.port, self.now);
        let at = self.faults.start(link.port, start) + self.wires.draw(link.port, PortDirection::ToListener);
        // Nothing protects what crosses no network.
        if !matches!(address, Address::Lab | Address::LabOverTls) || !is_open {
            let input = Input::LinkDown { link, reason: LinkReason::Refused };
            let stream = self.wires.inbound(&(name.clone(), link));
            return self.plan(at, planned(stream, name, input, Some(seq)));
        }
        let stream = Some(Stream::line(&(name.clone(), link), PortDirection::ToListener));
        let what = Delivery::Accept(name.clone(), link);
        self.plan(at, Planned { stream, node: listener, what, cause: Some(seq) });
    }

    /// The listener numbers the connection when it takes it in, as it does in a replay. It hears of it before
    /// the one who dialled, so that nothing can arrive on a link that is not up.
    pub(crate) fn accept(
        &mut self,
        listener: &NodeName,
        dialler: &NodeName,
        link: LinkId,
        cause: Option<u64>,
    ) {
        let peer =
            |node: &NodeName| Peer { node: Some(node.clone()), address: node.to_string(), ..Peer::default() };
        if !self.wires.is_dialling(&(dialler.clone(), link)) {
            return;
        }
        let Some(node) = self.nodes.get_mut(listener) else { return };
        let accepted = node.host.accept(link.port.heard_as());
        self.wires.connect(&(dialler.clone(), link), &(listener.clone(), accepted));
        self.deliver(listener, Input::LinkUp { link: accepted, peer: peer(dialler) }, cause);
        let up = Input::LinkUp { link, peer: peer(listener) };
        let stream = Stream::line(&(dialler.clone(), link), PortDirection::FromListener);
        self.plan(self.now + self.wires.gap(), planned(stream, dialler, up, cause));
    }

    /// A component closes a link: it hears nothing more of it, and the other end hears of it behind what was sent.
    fn close(&mut self, name: &NodeName, link: LinkId, record: u64) {
        let wires = &mut self.wires;
        let mut waits = false;
        if let Some(node) = self.nodes.get_mut(name) {
            waits = node.courier.close(link, record);
        }
        if let Some(line) = wires.line(&(name.clone(), link)) {
            line.is_closing |= waits;
        }
        self.courier(name, |_| ());
    }

    /// A close leaves one end of a link at `start`, behind the rest of what was sent.
    pub(crate) fn close_now(&mut self, end: &LinkEnd, rest: Vec<Part>, start: Time, seq: u64) {
        let start = self.faults.start(end.1.port, start);
        if !rest.is_empty() {
            let at = self.wires.arrival(end, start);
            self.send(end, rest, at);
        }
        let at = self.wires.arrival(end, start);
        let stream = self.wires.outbound(end);
        // Whether the listener ever hears of a dial that is given up depends on which comes first.
        if self.wires.is_dialling(end) {
            self.order.stir();
        }
        let Some((node, link)) = self.wires.cut(end) else { return };
        let what = Delivery::Input(Input::LinkDown { link, reason: LinkReason::Closed });
        self.plan(at, Planned { stream, node, what, cause: Some(seq) });
    }

    /// A request leaves its caller at `start`.
    pub(crate) fn call(
        &mut self,
        name: &NodeName,
        call: CallId,
        port: Port,
        request: Request,
        start: Time,
        seq: u64,
    ) {
        let caller = (name.clone(), call);
        let receiver = NodeName::from(port.listener());
        let at = self.faults.start(port, start) + self.wires.draw(port, PortDirection::ToListener);
        if !self.is_alive(&receiver) || self.faults.is_closed(port, self.now) {
            return self.plan_failure(&caller, CallError::Unreachable, at, Some(seq));
        }
        self.wires.calls.set_out(caller.clone(), receiver.clone(), port);
        let stream = Some(Stream::request(&caller));
        let what = Delivery::Call { caller, port, request, is_copy: false };
        self.plan(at, Planned { stream, node: receiver, what, cause: Some(seq) });
    }

    /// Sends a request whose response reaches nobody.
    fn call_twice(&mut self, name: &NodeName, call: CallId, port: Port, request: Request, seq: u64) {
        let caller = (name.clone(), call);
        let at = self.faults.start(port, self.now) + self.wires.draw(port, PortDirection::ToListener);
        if self.faults.is_closed(port, self.now) {
            return;
        }
        let stream = Some(Stream::Aside(Stream::request(&caller).into(), 0));
        let what = Delivery::Call { caller, port, request, is_copy: true };
        self.plan(at, Planned { stream, node: port.listener().into(), what, cause: Some(seq) });
    }

    /// A response leaves its sender at `start`.
    pub(crate) fn reply(
        &mut self,
        name: &NodeName,
        call: CallId,
        response: Response,
        start: Time,
        cause: Option<u64>,
    ) {
        let Some(waiting) = self.wires.calls.close(name, call) else { return };
        let (port, way) = waiting.way();
        let at = self.faults.start(port, start) + self.wires.draw(port, way);
        let caller = waiting.caller;
        let input = Input::Reply { call: caller.1, result: Ok(response) };
        self.plan(at, planned(Stream::response(&caller), &caller.0, input, cause));
    }

    fn arm(&mut self, name: &NodeName, key: TimerKey, at: Time, seq: u64) {
        let timer = timer(name, &key, seq);
        let slot = self.plan_by_time(at.max(self.now), timer);
        self.set_timer(name, key, slot);
    }

    /// Replaces whatever is armed under that key.
    pub(crate) fn set_timer(&mut self, name: &NodeName, key: TimerKey, slot: Slot) {
        self.cancel(name, &key);
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
            Some(mut value) => {
                // The writer of the value left room to go on writing; the stored value does not grow.
                value.shrink_to_fit();
                node.stored.insert(key, value)
            }
            None => node.stored.remove(&key),
        };
    }
}

pub(crate) fn timer<E>(name: &NodeName, key: &TimerKey, seq: u64) -> Planned<E> {
    let what = Delivery::Input(Input::Timer(key.clone()));
    Planned { stream: None, node: name.clone(), what, cause: Some(seq) }
}
