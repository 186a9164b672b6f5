//! What is going to happen, in order.

use crate::{
    recording::Moment,
    stream::{CallKey, Stream},
};
use cce_courier::Part;
use cce_kernel::{Input, LinkId, NodeName, Port, Request, Time, TimerKey};
use std::{collections::BTreeMap, convert::Infallible};

/// When something happens; among equals the order of the run decides, and at last that in which they were planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    pub(crate) at: Time,
    tie: u32,
    serial: u64,
}

/// An input that is going to reach a component.
#[derive(Clone, Debug)]
pub struct Planned<E = Infallible> {
    /// The stream that it arrives on; none for a timer.
    pub(crate) stream: Option<Stream>,
    pub(crate) node: NodeName,
    pub(crate) what: Delivery<E>,
    pub(crate) cause: Option<u64>,
}

/// What reaches it.
#[derive(Clone, Debug)]
pub(crate) enum Delivery<E = Infallible> {
    /// An input as it is.
    Input(Input),
    /// Something that the order of the run carries out.
    Event(Box<E>),
    /// Bytes of a link, which its framing decoder takes apart.
    Bytes(LinkId, Vec<Part>),
    /// A connection that somebody dialled.
    Accept(NodeName, LinkId),
    /// An HTTP request, which its receiver numbers.
    Call {
        caller: CallKey,
        port: Port,
        request: Request,
        /// A second copy, whose response reaches nobody.
        is_copy: bool,
    },
    /// The client of a call left.
    CallGone(CallKey),
}

/// Everything that is planned.
#[derive(Clone, Debug)]
pub(crate) struct Queue<E = Infallible> {
    planned: BTreeMap<Slot, Planned<E>>,
    serial: u64,
}

impl<E> Queue<E> {
    pub(crate) const fn new() -> Self {
        Self { planned: BTreeMap::new(), serial: 0 }
    }

    pub(crate) fn plan(&mut self, at: Time, tie: u32, planned: Planned<E>) -> Slot {
        self.serial += 1;
        let slot = Slot { at, tie, serial: self.serial };
        self.planned.insert(slot, planned);
        slot
    }

    /// Plans something at a moment of a recorded run.
    pub(crate) fn plan_at(&mut self, Moment { at, rank }: Moment, planned: Planned<E>) -> Slot {
        self.plan(at, u32::try_from(rank).unwrap_or(u32::MAX), planned)
    }

    pub(crate) fn drop_slot(&mut self, slot: Slot) {
        self.planned.remove(&slot);
    }

    /// When the next happens.
    pub(crate) fn first(&self) -> Option<Time> {
        self.planned.first_key_value().map(|(slot, _)| slot.at)
    }

    /// Takes the next, if it is not later than `end`.
    pub(crate) fn next(&mut self, end: Time) -> Option<(Slot, Planned<E>)> {
        let slot = *self.planned.first_key_value()?.0;
        if slot.at > end {
            return None;
        }
        self.planned.remove(&slot).map(|planned| (slot, planned))
    }

    /// Takes the first timer: among equals by component and key.
    pub(crate) fn take_timer(&mut self) -> Option<Planned<E>> {
        let at = self.first()?;
        let of_that_time = self.planned.iter().take_while(|(slot, _)| slot.at == at);
        let (slot, _) = of_that_time.min_by_key(|(_, planned)| (&planned.node, planned.timer()))?;
        let slot = *slot;
        self.planned.remove(&slot)
    }

    /// Takes everything but the timers.
    pub(crate) fn take_streams(&mut self) -> Vec<(Time, Planned<E>)> {
        let (timers, others) =
            std::mem::take(&mut self.planned).into_iter().partition(|(_, planned)| planned.stream.is_none());
        self.planned = timers;
        let others: BTreeMap<Slot, Planned<E>> = others;
        others.into_iter().map(|(slot, planned)| (slot.at, planned)).collect()
    }

    /// Takes everything that is meant, in order.
    pub(crate) fn take(&mut self, is_meant: impl Fn(&Planned<E>) -> bool) -> Vec<(Time, Planned<E>)> {
        let meant = self.planned.extract_if(.., |_, planned| is_meant(planned));
        meant.map(|(slot, planned)| (slot.at, planned)).collect()
    }

    /// Whether more bytes are on their way to one end of a link.
    pub(crate) fn has_bytes(&self, node: &NodeName, link: LinkId) -> bool {
        self.planned.values().any(|planned| {
            planned.node == *node && matches!(planned.what, Delivery::Bytes(other, _) if other == link)
        })
    }

    /// Drops whatever is planned for a component, and returns the connections that others were opening to it.
    pub(crate) fn forget(&mut self, node: &NodeName) -> Vec<(NodeName, LinkId)> {
        let mut refused = Vec::new();
        self.planned.retain(|_, planned| planned.outlives(node, &mut refused));
        refused
    }
}

impl<E> Planned<E> {
    fn timer(&self) -> Option<&TimerKey> {
        if let Delivery::Input(Input::Timer(key)) = &self.what { Some(key) } else { None }
    }

    /// Whether it still happens when a component dies. Adds to `refused` who hears that nobody listens.
    pub(crate) fn outlives(&self, dead: &NodeName, refused: &mut Vec<(NodeName, LinkId)>) -> bool {
        if matches!(self.what, Delivery::Event(_)) {
            // It may belong to a later life.
            return true;
        }
        let opening =
            if let Delivery::Accept(dialler, link) = &self.what { Some((dialler, *link)) } else { None };
        if self.node == *dead {
            refused.extend(opening.map(|(dialler, link)| (dialler.clone(), link)));
            return false;
        }
        opening.is_none_or(|(dialler, _)| dialler != dead)
    }
}
