//! What is held back, and what waits behind it.

use crate::wire::End;
use bytes::Bytes;
use cce_journal::{Bend, Bent, DRIVER, Order, Ticket};
use cce_kernel::{CallId, LinkId, NodeName, Port, Request, Response};
use std::collections::{BTreeMap, VecDeque};

/// Messages that may be held back, with what waits behind them. Each one more lets the oldest go.
const HOLDS_MAX: usize = 8_192;

/// Bytes that may wait on one stream to be written with the next ones. More do not wait.
const GLUED_BYTES_MAX: usize = 1 << 20;

/// Who let a message go that was held back, where nobody did. The network driver says the same.
const PUSHED: &str = "the driver: too much is held back";

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
    /// What is held, oldest first, with the component and the record of each.
    tickets: VecDeque<(Ticket, NodeName, u64)>,
}

impl Holds {
    pub(crate) fn hold(&mut self, ticket: Ticket, parcel: Parcel, is_alone: bool) {
        self.tickets.push_back((ticket, parcel.node.clone(), parcel.seq));
        match parcel.end().filter(|_| !is_alone) {
            Some(end) => self.lines.entry(end).or_default().push_back((Some(ticket), parcel)),
            None => {
                self.alone.insert(ticket, parcel);
            }
        }
    }

    /// What has to be done where there is no room for one more: the oldest goes.
    pub(crate) fn make_room(&mut self) -> Vec<Order> {
        let count = self.alone.len() + self.lines.values().map(VecDeque::len).sum::<usize>();
        let oldest = if count < HOLDS_MAX { None } else { self.tickets.pop_front() };
        let push = |(ticket, node, seq)| {
            let bent = Bent { by: PUSHED.to_owned(), bend: Bend::Expired(ticket) };
            vec![Order::Record { node, cause: Some(seq), bent }, Order::Release(ticket)]
        };
        oldest.map(push).unwrap_or_default()
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
        self.tickets.retain(|(known, _, _)| *known != ticket);
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

    /// Keeps bytes until the next ones of their stream. Says whether they wait: too many do not.
    pub(crate) fn glue(&mut self, end: &End, bytes: &Bytes) -> bool {
        let before = self.glued.get(end).cloned().unwrap_or_default();
        let waits = before.len() + bytes.len() <= GLUED_BYTES_MAX;
        if waits {
            self.glued.insert(end.clone(), joined(&before, bytes));
        }
        waits
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
        let all: Vec<_> = held.chain(self.alone.extract_if(.., |_, parcel| parcels(parcel))).collect();
        self.tickets.retain(|(known, _, _)| !all.iter().any(|(ticket, _)| ticket == known));
        all.into_iter().map(gone).collect()
    }
}

fn gone((ticket, parcel): (Ticket, Parcel)) -> Order {
    let bent = Bent { by: DRIVER.to_owned(), bend: Bend::Gone(ticket) };
    Order::Record { node: parcel.node, cause: Some(parcel.seq), bent }
}

fn joined(before: &Bytes, after: &Bytes) -> Bytes {
    [before.as_ref(), after.as_ref()].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: LinkId = LinkId { port: Port::Mr, number: 1 };

    fn parcel(seq: u64) -> Parcel {
        Parcel { node: "ccp".into(), seq, what: Freight::Bytes(LINK, Bytes::from_static(b"x")) }
    }

    #[test]
    fn one_more_than_the_maximum_lets_the_oldest_go() {
        let mut holds = Holds::default();
        holds.hold(7, parcel(1), false);
        for seq in 2..=HOLDS_MAX as u64 {
            assert!(holds.make_room().is_empty());
            // It waits behind the first one.
            assert!(holds.queue(parcel(seq)).is_none());
        }
        let orders = holds.make_room();
        assert!(
            matches!(&orders[..], [Order::Record { cause: Some(1), .. }, Order::Release(7)]),
            "{orders:?}"
        );
        assert_eq!(holds.release(7).len(), HOLDS_MAX);
        assert!(holds.make_room().is_empty() && holds.tickets.is_empty());
    }

    #[test]
    fn what_is_gone_is_not_the_oldest_any_more() {
        let mut holds = Holds::default();
        holds.hold(1, parcel(1), true);
        holds.hold(2, parcel(2), false);
        assert_eq!(holds.forget(&"ccp".into()).len(), 2);
        assert!(holds.tickets.is_empty());
    }

    #[test]
    fn no_more_than_the_maximum_waits_to_be_written_with_the_next() {
        let mut holds = Holds::default();
        let end: End = ("ccp".into(), LINK);
        assert!(holds.glue(&end, &Bytes::from(vec![0; GLUED_BYTES_MAX])));
        assert!(!holds.glue(&end, &Bytes::from_static(b"x")));
        assert_eq!(holds.unglue(&end, Bytes::from_static(b"x")).len(), GLUED_BYTES_MAX + 1);
    }
}
