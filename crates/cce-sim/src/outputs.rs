//! What components ask for, and what becomes of it on the way.

use crate::{
    Sim,
    holds::{Freight, Parcel},
    latency::Way,
    queue::{Delivery, Planned, Slot},
    sim::planned,
    stream::Stream,
    wire::End,
};
use bytes::Bytes;
use cce_journal::{Director, Order, Treatment, What};
use cce_kernel::{
    Address, CallError, CallId, Input, LinkId, LinkReason, NodeName, Output, Peer, Port, Request, Response,
    Time, TimerKey,
};
use std::time::Duration;

/// How long a caller waits for a response that never comes. The network driver has the same deadline.
const CALL_DEADLINE: Duration = Duration::from_secs(30);

impl<D: Director> Sim<D> {
    pub(crate) fn apply(&mut self, name: &NodeName, output: Output, treatment: Treatment, seq: u64) {
        let parcel = |what| Parcel { node: name.clone(), seq, what };
        match output {
            Output::Send { link, bytes } => self.treat(parcel(Freight::Bytes(link, bytes.0)), treatment),
            Output::Close { link, .. } => self.close(parcel(Freight::Close(link)), link),
            Output::Call { call, port, request } => {
                self.treat(parcel(Freight::Call(call, port, request)), treatment);
            }
            Output::Reply { call, response } => self.treat(parcel(Freight::Reply(call, response)), treatment),
            Output::Dial { link, address } => self.dial(name, link, &address, seq, self.now),
            Output::Arm { key, at } => self.arm(name, key, at, seq),
            Output::Cancel { key } => self.cancel(name, &key),
            Output::Store { key, value } => self.store(name, key, value),
            Output::Note(_) => {}
        }
    }

    /// Does with a message what the director wants.
    pub(crate) fn treat(&mut self, parcel: Parcel, treatment: Treatment) {
        match treatment {
            Treatment::Pass => self.pass(parcel),
            Treatment::Overtake => self.as_heartbeat(|sim| sim.post(parcel, sim.now)),
            Treatment::Delay { by, alone: true } => self.post_aside(parcel, self.now + by),
            Treatment::Delay { by, alone: false } => self.pass_at(parcel, self.now + by),
            Treatment::Hold { ticket, alone } => {
                self.make_room();
                self.holds.hold(ticket, parcel, alone);
            }
            Treatment::Drop => self.lose(&parcel, CallError::Timeout, CALL_DEADLINE),
            Treatment::Duplicate => self.pass_twice(parcel),
            Treatment::Replace(bytes) => self.pass(replaced(parcel, bytes.0)),
            Treatment::Cut => self.cut(&parcel),
            Treatment::Split(size) => split(parcel, size).into_iter().for_each(|piece| self.pass(piece)),
            Treatment::Coalesce => self.coalesce(parcel),
        }
    }

    /// Sends a message on its way, behind whatever is held on its stream.
    fn pass(&mut self, parcel: Parcel) {
        self.pass_at(parcel, self.now);
    }

    fn pass_at(&mut self, parcel: Parcel, start: Time) {
        self.make_room();
        if let Some(parcel) = self.holds.queue(parcel) {
            self.post(parcel, start);
        }
    }

    /// Lets the oldest go where too much is held.
    fn make_room(&mut self) {
        let orders = self.holds.make_room();
        self.take_orders(orders);
    }

    fn pass_twice(&mut self, parcel: Parcel) {
        if let Freight::Call(call, port, request) = &parcel.what {
            self.post_copy(&parcel, *call, *port, request.clone());
        }
        if matches!(parcel.what, Freight::Bytes(..)) {
            self.pass(parcel.clone());
        }
        self.pass(parcel);
    }

    fn coalesce(&mut self, parcel: Parcel) {
        let Some(parcel) = self.holds.queue(parcel) else { return };
        match (&parcel.end(), &parcel.what) {
            (Some(end), Freight::Bytes(_, bytes)) if self.holds.glue(end, bytes) => {}
            _ => self.pass(parcel),
        }
    }

    /// Sends a message on its way at `start`.
    pub(crate) fn post(&mut self, parcel: Parcel, start: Time) {
        let Parcel { node, seq, what } = parcel;
        match what {
            Freight::Bytes(link, bytes) => {
                let end = (node, link);
                let bytes = self.holds.unglue(&end, bytes);
                let start = self.faults.start(link.port, start);
                for piece in self.wires.cut_up(bytes) {
                    let at = self.wires.arrival(&end, start);
                    self.send(&end, piece, at, seq);
                }
            }
            Freight::Close(link) => self.close_now(&(node, link), start, seq),
            Freight::Call(call, port, request) => self.call(&node, call, port, request, start, seq),
            Freight::Reply(call, response) => self.reply(&node, call, response, start, seq),
        }
    }

    /// Sends a message on its way, which others may overtake.
    fn post_aside(&mut self, parcel: Parcel, start: Time) {
        if let Freight::Bytes(link, bytes) = &parcel.what {
            let end = (parcel.node.clone(), *link);
            let Some((port, way)) = self.wires.line(&end).map(|line| line.way) else { return };
            let at = self.faults.start(port, start) + self.wires.draw(port, way);
            let stream = self.wires.outbound(&end).map(|stream| Stream::Aside(stream.into(), 0));
            return self.send_on(stream, &end, bytes.clone(), at, parcel.seq);
        }
        self.post(parcel, start);
    }

    fn send(&mut self, end: &End, bytes: Bytes, at: Time, seq: u64) {
        self.send_on(self.wires.outbound(end), end, bytes, at, seq);
    }

    fn send_on(&mut self, stream: Option<Stream>, end: &End, bytes: Bytes, at: Time, seq: u64) {
        let Some(line) = self.wires.line(end) else { return };
        let (node, link) = line.peer.clone();
        self.plan(at, Planned { stream, node, what: Delivery::Bytes(link, bytes), cause: Some(seq) });
    }

    /// A message is lost. Who waits for it, or for its answer, hears so after a while.
    fn lose(&mut self, parcel: &Parcel, error: CallError, after: Duration) {
        let caller = match &parcel.what {
            Freight::Call(call, ..) => Some((parcel.node.clone(), *call)),
            Freight::Reply(call, _) => {
                let waiting = self.wires.close_call(&parcel.node, *call);
                waiting.map(|caller| caller.name())
            }
            Freight::Bytes(..) | Freight::Close(_) => None,
        };
        if let Some(caller) = caller {
            self.plan_failure(&caller, error, self.now + after, Some(parcel.seq));
        }
    }

    /// A message is lost, and its connection with it.
    fn cut(&mut self, parcel: &Parcel) {
        match parcel.end() {
            Some(end) => self.break_line(&end, Some(parcel.seq)),
            None => self.lose(parcel, CallError::Broken, Duration::ZERO),
        }
    }

    /// A connection breaks: both ends hear of it.
    pub(crate) fn break_line(&mut self, end: &End, cause: Option<u64>) {
        let Some(peer) = self.wires.line(end).map(|line| line.peer.clone()) else { return };
        for end in [end, &peer] {
            let gone = self.holds.forget_end(end);
            self.take_orders(gone);
            self.plan_down(end, LinkReason::Reset, cause);
        }
    }

    /// Carries out an order of the director.
    pub(crate) fn carry_out(&mut self, order: Order) {
        if !matches!(order, Order::Record { .. }) {
            self.part();
        }
        match order {
            Order::Record { node, cause, bent } => {
                self.record(&node, cause, What::Bent(bent));
            }
            Order::Release(ticket) => {
                for parcel in self.holds.release(ticket) {
                    self.post(parcel, self.now);
                }
            }
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
        for (caller, callee) in self.wires.break_calls(port) {
            self.plan_failure(&caller.name(), CallError::Broken, self.now, None);
            self.plan_gone(callee, caller.name());
        }
    }

    pub(crate) fn dial(&mut self, name: &NodeName, link: LinkId, address: &Address, seq: u64, start: Time) {
        self.wires.dial(&(name.clone(), link));
        let listener = NodeName::from(link.port.listener());
        let is_open = self.is_alive(&listener) && !self.faults.is_closed(link.port, self.now);
        let at = self.faults.start(link.port, start) + self.wires.draw(link.port, Way::ToListener);
        if !matches!(address, Address::Lab) || !is_open {
            let input = Input::LinkDown { link, reason: LinkReason::Refused };
            let stream = self.wires.inbound(&(name.clone(), link));
            return self.plan(at, planned(stream, name, input, Some(seq)));
        }
        let stream = Some(Stream::line(&(name.clone(), link), Way::ToListener));
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
        let peer = |node: &NodeName| Peer { node: Some(node.clone()), address: node.to_string() };
        if !self.wires.is_dialling(&(dialler.clone(), link)) {
            return;
        }
        let Some(node) = self.nodes.get_mut(listener) else { return };
        let accepted = node.host.accept(link.port.socket());
        self.wires.connect(&(dialler.clone(), link), &(listener.clone(), accepted));
        self.deliver(listener, Input::LinkUp { link: accepted, peer: peer(dialler) }, cause);
        let up = Input::LinkUp { link, peer: peer(listener) };
        let stream = Stream::line(&(dialler.clone(), link), Way::FromListener);
        self.plan(self.now + self.wires.gap(), planned(stream, dialler, up, cause));
    }

    /// A component closes a link: it hears nothing more of it, and the other end hears of it behind what was sent.
    fn close(&mut self, parcel: Parcel, link: LinkId) {
        let end = (parcel.node.clone(), link);
        if let Some(parcel) = self.holds.queue(parcel) {
            return self.post(parcel, self.now);
        }
        if let Some(line) = self.wires.line(&end) {
            line.is_closing = true;
        }
    }

    fn close_now(&mut self, end: &End, start: Time, seq: u64) {
        let rest = self.holds.unglue(end, Bytes::new());
        let start = self.faults.start(end.1.port, start);
        if !rest.is_empty() {
            let at = self.wires.arrival(end, start);
            self.send(end, rest, at, seq);
        }
        let at = self.wires.arrival(end, start);
        let stream = self.wires.outbound(end);
        // Whether the listener ever hears of a dial that is given up depends on which comes first.
        self.is_stirred |= self.wires.is_dialling(end);
        let Some((node, link)) = self.wires.cut(end) else { return };
        let what = Delivery::Input(Input::LinkDown { link, reason: LinkReason::Closed });
        self.plan(at, Planned { stream, node, what, cause: Some(seq) });
    }

    fn call(&mut self, name: &NodeName, call: CallId, port: Port, request: Request, start: Time, seq: u64) {
        let caller = (name.clone(), call);
        let receiver = NodeName::from(port.listener());
        let at = self.faults.start(port, start) + self.wires.draw(port, Way::ToListener);
        if !self.is_alive(&receiver) || self.faults.is_closed(port, self.now) {
            return self.plan_failure(&caller, CallError::Unreachable, at, Some(seq));
        }
        self.wires.open_call(caller.clone(), receiver.clone(), port);
        let stream = Some(Stream::request(&caller));
        let what = Delivery::Call { caller, port, request, is_copy: false };
        self.plan(at, Planned { stream, node: receiver, what, cause: Some(seq) });
    }

    /// Sends a request whose response reaches nobody.
    fn post_copy(&mut self, parcel: &Parcel, call: CallId, port: Port, request: Request) {
        let caller = (parcel.node.clone(), call);
        let at = self.now + self.wires.draw(port, Way::ToListener);
        let stream = Some(Stream::Aside(Stream::request(&caller).into(), 0));
        let what = Delivery::Call { caller, port, request, is_copy: true };
        self.plan(at, Planned { stream, node: port.listener().into(), what, cause: Some(parcel.seq) });
    }

    fn reply(&mut self, name: &NodeName, call: CallId, response: Response, start: Time, seq: u64) {
        let Some(caller) = self.wires.close_call(name, call) else { return };
        let (port, way) = caller.way();
        let at = self.faults.start(port, start) + self.wires.draw(port, way);
        let input = Input::Reply { call: caller.call, result: Ok(response) };
        self.plan(at, planned(Stream::response(&caller.name()), &caller.node, input, Some(seq)));
    }

    fn arm(&mut self, name: &NodeName, key: TimerKey, at: Time, seq: u64) {
        let timer = timer(name, &key, seq);
        let slot = self.queue.plan(at.max(self.now), timer);
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
            Some(value) => node.stored.insert(key, value),
            None => node.stored.remove(&key),
        };
    }
}

pub(crate) fn timer(name: &NodeName, key: &TimerKey, seq: u64) -> Planned {
    let what = Delivery::Input(Input::Timer(key.clone()));
    Planned { stream: None, node: name.clone(), what, cause: Some(seq) }
}

fn replaced(parcel: Parcel, bytes: Bytes) -> Parcel {
    let what = match parcel.what {
        Freight::Bytes(link, _) => Freight::Bytes(link, bytes),
        Freight::Call(call, port, request) => {
            Freight::Call(call, port, Request { body: bytes.into(), ..request })
        }
        Freight::Reply(call, response) => Freight::Reply(call, Response { body: bytes.into(), ..response }),
        Freight::Close(link) => Freight::Close(link),
    };
    Parcel { what, ..parcel }
}

/// The pieces of a message on a stream; an HTTP message stays whole.
fn split(parcel: Parcel, size: usize) -> Vec<Parcel> {
    let Parcel { node, seq, what } = &parcel;
    let Freight::Bytes(link, bytes) = what else { return vec![parcel] };
    let cut = |start: usize| bytes.slice(start..bytes.len().min(start + size.max(1)));
    let piece = |start| Parcel { node: node.clone(), seq: *seq, what: Freight::Bytes(*link, cut(start)) };
    (0..bytes.len()).step_by(size.max(1)).map(piece).collect()
}
