//! A stall of a port: what is on its way through it arrives when the stall is over, in its order.

use crate::{
    Sequence, Sim,
    queue::{Delivery, Planned},
    stream::Stream,
    wire::GAP,
};
use cce_courier::PortDirection;
use cce_journal::Director;
use cce_kernel::{Input, LinkReason, Port, Time};
use std::collections::BTreeMap;

impl<D: Director, O: Sequence> Sim<D, O> {
    /// Lets what is on its way through a port arrive at `until` at the earliest.
    pub(crate) fn put_off(&mut self, port: Port, until: Time) {
        let wires = &self.wires;
        let is_meant = |planned: &Planned<O::Event>| {
            let port_of = |stream: &Stream| match stream {
                Stream::Line { link, .. } => Some(link.port),
                Stream::Request(call) | Stream::Response(call) => wires.calls.port_of(call),
                Stream::Given(_) | Stream::Aside(..) => None,
            };
            is_moving(&planned.what)
                && planned.stream.as_ref().and_then(|stream| port_of(stream.base())) == Some(port)
        };
        self.order.put_off(until, &is_meant);
        let mut last: BTreeMap<Stream, Time> = BTreeMap::new();
        for (at, planned) in self.queue.take(is_meant) {
            let stream = planned.stream.clone();
            let behind = stream.as_ref().and_then(|stream| last.get(stream)).map(|last| *last + GAP);
            let at = at.max(until).max(behind.unwrap_or_default());
            if let Some(stream) = stream {
                self.raise(&stream, at);
                last.insert(stream, at);
            }
            self.plan_by_time(at, planned);
        }
    }

    /// Nothing that is sent later on a stream arrives earlier than that.
    fn raise(&mut self, stream: &Stream, at: Time) {
        let Stream::Line { dialler, link, way } = stream else { return };
        let dialled = (dialler.clone(), *link);
        let sender = match way {
            PortDirection::ToListener => Some(dialled),
            PortDirection::FromListener => self.wires.line(&dialled).map(|line| line.peer.clone()),
        };
        if let Some(line) = sender.and_then(|sender| self.wires.line(&sender)) {
            line.floor = line.floor.max(at);
        }
    }
}

/// Whether something travels through a port. A connection that breaks is noticed where it ends.
const fn is_moving<E>(what: &Delivery<E>) -> bool {
    match what {
        Delivery::Bytes(..)
        | Delivery::Accept(..)
        | Delivery::Call { .. }
        | Delivery::CallGone(_)
        | Delivery::Input(Input::LinkUp { .. }) => true,
        Delivery::Input(Input::Reply { result, .. }) => result.is_ok(),
        Delivery::Input(Input::LinkDown { reason, .. }) => matches!(reason, LinkReason::Closed),
        Delivery::Input(_) | Delivery::Event(_) => false,
    }
}
