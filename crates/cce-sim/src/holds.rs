//! What is held back, and what waits behind it.

use crate::wire::End;
use bytes::Bytes;
use cce_journal::{Bend, Bent, DRIVER, Order, Ticket};
use cce_kernel::{CallId, LinkId, NodeName, Port, Request, Response};
use std::collections::{BTreeMap, VecDeque};

/// Something on its way, before it is planned.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    /// Whose it is.
    pub(crate) node: NodeName,
    /// The record of its sending.
    pub(crate) seq: u64,
    pub(crate) what: Freight,
}

#[derive(Clone, Debug)]
pub(crate) enum Freight {
    Bytes(LinkId, Bytes),
    Close(LinkId),
    Call(CallId, Port, Request),
    Reply(CallId, Response),
}

impl Parcel {
    /// The end of the link that it leaves from, if it goes over a link.
    pub(crate) fn end(&self) -> Option<End> {
        match &self.what {
            Freight::Bytes(link, _) | Freight::Close(link) => Some((self.node.clone(), *link)),
            Freight::Call(..) | Freight::Reply(..) => None,
        }
    }
}

/// What is held back, and what waits behind it.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    /// By the end that sends: what is held, and what waits behind it.
    lines: BTreeMap<End, VecDeque<(Option<Ticket>, Parcel)>>,
    /// What is held and nothing waits for.
    alone: BTreeMap<Ticket, Parcel>,
    /// Bytes that wait for the next message of their stream.
    glued: BTreeMap<End, Bytes>,
}

impl Holds {
    pub(crate) fn hold(&mut self, ticket: Ticket, parcel: Parcel, is_alone: bool) {
        match parcel.end().filter(|_| !is_alone) {
            Some(end) => self.lines.entry(end).or_default().push_back((Some(ticket), parcel)),
            None => {
                self.alone.insert(ticket, parcel);
            }
        }
    }

    /// Puts a parcel behind what is held on its line. Gives it back where nothing is.
    pub(crate) fn queue(&mut self, parcel: Parcel) -> Option<Parcel> {
        match parcel.end().and_then(|end| self.lines.get_mut(&end)) {
            Some(line) => {
                line.push_back((None, parcel));
                None
            }
            None => Some(parcel),
        }
    }

    /// Everything that may go once this one is released, in order.
    pub(crate) fn release(&mut self, ticket: Ticket) -> Vec<Parcel> {
        if let Some(parcel) = self.alone.remove(&ticket) {
            return vec![parcel];
        }
        let holding = |line: &VecDeque<(Option<Ticket>, Parcel)>| {
            line.iter().position(|(held, _)| *held == Some(ticket))
        };
        let found = self.lines.iter().find_map(|(end, line)| Some((end.clone(), holding(line)?)));
        let Some((end, at)) = found else { return Vec::new() };
        let Some(line) = self.lines.get_mut(&end) else { return Vec::new() };
        line[at].0 = None;
        let free = line.iter().take_while(|(held, _)| held.is_none()).count();
        let going = line.drain(..free).map(|(_, parcel)| parcel).collect();
        if line.is_empty() {
            self.lines.remove(&end);
        }
        going
    }

    /// Keeps bytes until the next ones of their stream.
    pub(crate) fn glue(&mut self, end: End, bytes: &Bytes) {
        let before = self.glued.remove(&end).unwrap_or_default();
        self.glued.insert(end, joined(&before, bytes));
    }

    /// The bytes that waited for these, with them.
    pub(crate) fn unglue(&mut self, end: &End, bytes: Bytes) -> Bytes {
        match self.glued.remove(end) {
            Some(before) => joined(&before, &bytes),
            None => bytes,
        }
    }

    /// A component is dead, and what it sent and nobody let go with it.
    pub(crate) fn forget(&mut self, node: &NodeName) -> Vec<Order> {
        self.forget_if(|(owner, _)| owner == node, |parcel| parcel.node == *node)
    }

    /// A connection is broken.
    pub(crate) fn forget_end(&mut self, end: &End) -> Vec<Order> {
        self.forget_if(|known| known == end, |parcel| parcel.end().as_ref() == Some(end))
    }

    /// Whoever would release them hears that there is nothing to release any more.
    fn forget_if(&mut self, ends: impl Fn(&End) -> bool, parcels: impl Fn(&Parcel) -> bool) -> Vec<Order> {
        self.glued.retain(|end, _| !ends(end));
        let lines = self.lines.extract_if(.., |end, _| ends(end)).flat_map(|(_, line)| line);
        let held = lines.filter_map(|(ticket, parcel)| Some((ticket?, parcel)));
        held.chain(self.alone.extract_if(.., |_, parcel| parcels(parcel))).map(gone).collect()
    }
}

fn gone((ticket, parcel): (Ticket, Parcel)) -> Order {
    let bent = Bent { by: DRIVER.to_owned(), bend: Bend::Gone(ticket) };
    Order::Record { node: parcel.node, cause: Some(parcel.seq), bent }
}

fn joined(before: &Bytes, after: &Bytes) -> Bytes {
    [before.as_ref(), after.as_ref()].concat().into()
}
