//! Messages to somebody whose journal is another one. Each is drawn where it leaves, and whether it does, and when, is said by
//! the records behind it: a rule may lose it, hold it or make it take longer.

use bytes::Bytes;
use cce_journal::{Bend, Record, Ticket, What};
use cce_kernel::{LinkId, NodeName, Time};
use std::{
    collections::{BTreeMap, VecDeque},
    mem::take,
    time::Duration,
};

/// Messages of one connection that wait. Where the records that let them go are missing, the first one goes.
const WAITING_MAX: usize = 4_096;

/// A message on its way out.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// The record of it.
    pub(crate) seq: u64,
    /// When it leaves.
    pub(crate) at: Time,
    pub(crate) node: NodeName,
    pub(crate) link: LinkId,
    pub(crate) bytes: Bytes,
    /// It keeps the link alive, and overtakes what waits.
    pub(crate) is_heartbeat: bool,
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

    /// What leaves before the next record.
    pub(crate) fn push(&mut self, record: &Record) -> Vec<Outgoing> {
        let mut leaving = Vec::new();
        let bend = if let What::Bent(bent) = &record.what { Some(&bent.bend) } else { None };
        if let Some(last) = self.last.take() {
            match bend.filter(|_| record.cause == Some(last.seq)) {
                Some(bend) => self.treat(last, bend, &mut leaving),
                None => self.pass(last, &mut leaving),
            }
        }
        self.let_go(
            record.at,
            &mut leaving,
            |waiting| matches!(waiting.until, Some(Until::Due(due)) if due <= record.at),
        );
        match bend {
            Some(Bend::Released(ticket) | Bend::Expired(ticket)) => {
                let until = Some(Until::Ticket(*ticket));
                self.let_go(record.at, &mut leaving, |waiting| waiting.until == until);
            }
            Some(Bend::Hurried) => {
                self.let_go(record.at, &mut leaving, |waiting| Some(waiting.message.seq) == record.cause);
            }
            Some(Bend::Gone(ticket)) => {
                let until = Some(Until::Ticket(*ticket));
                self.waiting.values_mut().for_each(|queue| queue.retain(|waiting| waiting.until != until));
                self.let_go(record.at, &mut leaving, |_| false);
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

    /// What leaves though nothing more is recorded.
    pub(crate) fn finish(&mut self) -> Vec<Outgoing> {
        let mut leaving = Vec::new();
        if let Some(last) = self.last.take() {
            self.pass(last, &mut leaving);
        }
        leaving
    }

    /// A link is gone, and what waits on it with it.
    pub(crate) fn forget(&mut self, node: &NodeName, link: LinkId) {
        self.waiting.remove(&(node.clone(), link));
    }

    fn treat(&mut self, message: Outgoing, bend: &Bend, leaving: &mut Vec<Outgoing>) {
        match bend {
            Bend::Held(ticket) => self.wait(message, Some(Until::Ticket(*ticket)), false),
            Bend::Swapped(ticket) => self.wait(message, Some(Until::Ticket(*ticket)), true),
            Bend::Delayed(by) => {
                let due = message.at + Duration::from_micros(*by);
                self.wait(message, Some(Until::Due(due)), false);
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
        if is_behind && !message.is_heartbeat {
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

    /// What is meant waits no more, and what waited for it follows.
    fn let_go(&mut self, at: Time, leaving: &mut Vec<Outgoing>, is_meant: impl Fn(&Waiting) -> bool) {
        for queue in self.waiting.values_mut() {
            let mut is_blocked = false;
            for mut waiting in take(queue) {
                if is_meant(&waiting) {
                    waiting.until = None;
                }
                if waiting.until.is_none() && (waiting.is_aside || !is_blocked) {
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
