//! Messages to somebody whose journal is another one. Each is drawn where it leaves, and whether it does, and when, is said by
//! the records behind it: a rule may lose it, hold it or make it take longer.

use bytes::Bytes;
use cce_journal::{Bend, Bent, Record, Ticket, What};
use cce_kernel::{LinkId, NodeName, Time};
use std::{
    collections::{BTreeMap, VecDeque},
    mem::take,
    time::Duration,
};

/// Messages of one connection that wait. Where the records that let them go are missing, the first one goes.
const WAITING_MAX: usize = 4_096;

/// A message on its way out, or the end of its connection.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// The record of it.
    pub(crate) seq: u64,
    /// When it leaves.
    pub(crate) at: Time,
    pub(crate) node: NodeName,
    pub(crate) link: LinkId,
    pub(crate) what: Departure,
}

#[derive(Clone, Debug)]
pub(crate) enum Departure {
    Message {
        bytes: Bytes,
        /// It keeps the link alive, and overtakes what waits.
        is_heartbeat: bool,
    },
    /// The sender has closed the connection, behind what it sent before.
    Close { is_reset: bool },
}

/// What is on its way.
#[derive(Debug, Default)]
pub(crate) struct Outward {
    /// The message of the record before: what was done to it stands right behind it.
    last: Option<Outgoing>,
    waiting: BTreeMap<(NodeName, LinkId), VecDeque<Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    message: Outgoing,
    /// None where it waits for its turn alone.
    until: Option<Until>,
    /// What follows does not wait for it.
    is_aside: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    Ticket(Ticket),
    Due(Time),
}

impl Outward {
    /// A component sends a message.
    pub(crate) fn send(&mut self, message: Outgoing) {
        self.last = Some(message);
    }

    /// Whether something waits on that link.
    pub(crate) fn is_waiting(&self, node: &NodeName, link: LinkId) -> bool {
        self.waiting.contains_key(&(node.clone(), link))
    }

    /// A component closes a connection. What leaves is the close itself, unless it waits for its turn.
    pub(crate) fn close(&mut self, close: Outgoing) -> Vec<Outgoing> {
        let mut leaving = Vec::new();
        self.pass(close, &mut leaving);
        leaving
    }

    /// What leaves before the next record.
    pub(crate) fn push(&mut self, record: &Record) -> Vec<Outgoing> {
        let mut leaving = Vec::new();
        let bent = if let What::Bent(bent) = &record.what { Some(bent) } else { None };
        if let Some(last) = self.last.take() {
            match bent.filter(|_| record.cause == Some(last.seq)) {
                Some(bent) => self.treat(last, bent, &mut leaving),
                None => self.pass(last, &mut leaving),
            }
        }
        self.let_go_what_is_due(record.at, &mut leaving);
        match bent.map(|bent| &bent.bend) {
            Some(Bend::Released(ticket) | Bend::Expired(ticket)) => {
                let until = Some(Until::Ticket(*ticket));
                self.let_go(record.at, &mut leaving, |waiting| (waiting.until == until).then_some(record.at));
            }
            Some(Bend::Hurried) => {
                let is_meant = |waiting: &Waiting| Some(waiting.message.seq) == record.cause;
                self.let_go(record.at, &mut leaving, |waiting| is_meant(waiting).then_some(record.at));
            }
            Some(Bend::Gone(ticket)) => {
                let until = Some(Until::Ticket(*ticket));
                self.waiting.values_mut().for_each(|queue| queue.retain(|waiting| waiting.until != until));
                self.let_go(record.at, &mut leaving, |_| None);
            }
            Some(
                Bend::Held(_)
                | Bend::Delayed(_)
                | Bend::Swapped(_)
                | Bend::Dropped
                | Bend::Duplicated
                | Bend::Corrupted
                | Bend::Cut
                | Bend::Answered(_)
                | Bend::Split(_)
                | Bend::Coalesced
                | Bend::Stepped(_)
                | Bend::Armed
                | Bend::Disarmed
                | Bend::Removed,
            )
            | None => {}
        }
        leaving
    }

    /// What leaves though nothing is recorded behind that time.
    pub(crate) fn finish(&mut self, at: Time) -> Vec<Outgoing> {
        let mut leaving = Vec::new();
        if let Some(last) = self.last.take() {
            self.pass(last, &mut leaving);
        }
        self.let_go_what_is_due(at, &mut leaving);
        leaving
    }

    /// A link is gone, and what waits on it with it.
    pub(crate) fn forget(&mut self, node: &NodeName, link: LinkId) {
        self.waiting.remove(&(node.clone(), link));
    }

    fn treat(&mut self, message: Outgoing, bent: &Bent, leaving: &mut Vec<Outgoing>) {
        match &bent.bend {
            Bend::Held(ticket) | Bend::Swapped(ticket) => {
                self.wait(message, Some(Until::Ticket(*ticket)), bent.lets_pass());
            }
            Bend::Delayed(by) => {
                let due = message.at + Duration::from_micros(*by);
                self.wait(message, Some(Until::Due(due)), bent.lets_pass());
            }
            Bend::Dropped | Bend::Cut => {}
            Bend::Duplicated => {
                self.pass(message.clone(), leaving);
                self.pass(message, leaving);
            }
            // It leaves all the same, and more may be said of it.
            Bend::Corrupted
            | Bend::Answered(_)
            | Bend::Split(_)
            | Bend::Coalesced
            | Bend::Stepped(_)
            | Bend::Released(_)
            | Bend::Expired(_)
            | Bend::Gone(_)
            | Bend::Hurried
            | Bend::Armed
            | Bend::Disarmed
            | Bend::Removed => self.last = Some(message),
        }
    }

    /// A message leaves, behind what waits on its link.
    fn pass(&mut self, message: Outgoing, leaving: &mut Vec<Outgoing>) {
        let queue = self.waiting.get(&(message.node.clone(), message.link));
        let is_behind = queue.is_some_and(|queue| queue.iter().any(|waiting| !waiting.is_aside));
        let overtakes = matches!(message.what, Departure::Message { is_heartbeat: true, .. });
        if is_behind && !overtakes {
            self.wait(message, None, false);
        } else {
            leaving.push(message);
        }
    }

    fn wait(&mut self, message: Outgoing, until: Option<Until>, is_aside: bool) {
        let queue = self.waiting.entry((message.node.clone(), message.link)).or_default();
        queue.push_back(Waiting { message, until, is_aside });
        if queue.len() > WAITING_MAX
            && let Some(first) = queue.front_mut()
        {
            first.until = None;
        }
    }

    /// A delay ends without a record: what was delayed leaves when that time is over, and not with the next record.
    fn let_go_what_is_due(&mut self, at: Time, leaving: &mut Vec<Outgoing>) {
        let first = leaving.len();
        self.let_go(at, leaving, |waiting| match waiting.until {
            Some(Until::Due(due)) => Some(due).filter(|due| *due <= at),
            Some(Until::Ticket(_)) | None => None,
        });
        leaving[first..].sort_by_key(|message| message.at);
    }

    /// What is meant waits no more, from the time that `since` says, and what waited for it follows. What waits for nothing known
    /// leaves at `at`.
    fn let_go(&mut self, at: Time, leaving: &mut Vec<Outgoing>, since: impl Fn(&Waiting) -> Option<Time>) {
        for queue in self.waiting.values_mut() {
            let (mut is_blocked, mut turn) = (false, None);
            for mut waiting in take(queue) {
                let since = since(&waiting);
                if since.is_some() {
                    waiting.until = None;
                }
                if waiting.until.is_none() && (waiting.is_aside || !is_blocked) {
                    // Nothing leaves before what stood in front of it.
                    let at = if waiting.is_aside { since } else { since.max(turn) }.unwrap_or(at);
                    if !waiting.is_aside {
                        turn = Some(at);
                    }
                    leaving.push(Outgoing { at, ..waiting.message });
                } else {
                    is_blocked |= !waiting.is_aside;
                    queue.push_back(waiting);
                }
            }
        }
        self.waiting.retain(|_, queue| !queue.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::Port;

    const LINK: LinkId = LinkId { port: Port::Mr, number: 1 };

    #[test]
    fn what_is_delayed_leaves_when_its_time_is_over_and_what_follows_behind_it() {
        let mut outward = delayed(50);
        assert!(outward.push(&at(10, What::Started)).is_empty());
        outward.send(outgoing(2, 20, message()));
        assert!(outward.push(&at(30, What::Started)).is_empty());
        assert_eq!(left(&outward.push(&at(5_000, What::Started))), [(1, 50), (2, 50)]);
    }

    #[test]
    fn what_is_due_by_the_end_leaves_without_a_further_record_and_nothing_else_does() {
        assert_eq!(left(&delayed(50).finish(Time(60))), [(1, 50)]);
        assert!(delayed(50).finish(Time(40)).is_empty());
    }

    #[test]
    fn a_connection_is_closed_behind_what_waits_on_it() {
        let mut outward = delayed(50);
        let close = outgoing(2, 10, Departure::Close { is_reset: false });
        assert!(outward.close(close.clone()).is_empty());
        assert_eq!(left(&outward.push(&at(100, What::Started))), [(1, 50), (2, 50)]);
        assert_eq!(left(&outward.close(close)), [(2, 10)], "nothing waits any more");
    }

    /// A message of record 1 and time 0 that takes so much longer.
    fn delayed(by: u64) -> Outward {
        let mut outward = Outward::default();
        outward.send(outgoing(1, 0, message()));
        let what = What::Bent(Bent::new("a rule", Bend::Delayed(by)));
        assert!(outward.push(&Record { cause: Some(1), ..at(0, what) }).is_empty());
        outward
    }

    fn message() -> Departure {
        Departure::Message { bytes: Bytes::new(), is_heartbeat: false }
    }

    fn outgoing(seq: u64, at: u64, what: Departure) -> Outgoing {
        Outgoing { seq, at: Time(at), node: "mrpg".into(), link: LINK, what }
    }

    fn at(at: u64, what: What) -> Record {
        Record { seq: 9, at: Time(at), node: "mrpg".into(), cause: None, what }
    }

    /// Records and times of what leaves.
    fn left(leaving: &[Outgoing]) -> Vec<(u64, u64)> {
        leaving.iter().map(|message| (message.seq, message.at.0)).collect()
    }
}
