//! Which recorded output led to what arrives, within one process.
//!
//! Nothing is added to the wire. A connection between two components of this process is known by its two
//! addresses; what arrives on it at some offset is what was sent at that offset.

use cce_kernel::NodeName;
use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Sends that are remembered for one direction of one connection.
const SENDS_MAX: usize = 8_192;

/// Connections and calls under way between components of this process.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    streams: Mutex<BTreeMap<(SocketAddr, SocketAddr), Arc<Sends>>>,
    dialled: Mutex<BTreeMap<SocketAddr, Origin>>,
    replies: Mutex<BTreeMap<SocketAddr, u64>>,
}

/// Who opened a connection, and by which record.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) node: NodeName,
    pub(crate) record: u64,
}

/// What was sent in one direction of one connection.
#[derive(Debug, Default)]
pub(crate) struct Sends(Mutex<SendsState>);

#[derive(Debug, Default)]
struct SendsState {
    offset: u64,
    ends: VecDeque<(u64, u64)>,
}

impl Causes {
    /// The two directions of a connection, seen from one end: what it sends, and what it receives.
    pub(crate) fn stream(&self, here: SocketAddr, there: SocketAddr) -> (Arc<Sends>, Arc<Sends>) {
        let mut streams = lock(&self.streams);
        let mut direction = |from, to| Arc::clone(streams.entry((from, to)).or_default());
        (direction(here, there), direction(there, here))
    }

    /// One end of a connection is gone; the last one takes it out of the table.
    pub(crate) fn forget(&self, here: SocketAddr, there: SocketAddr) {
        let mut streams = lock(&self.streams);
        for key in [(here, there), (there, here)] {
            // The table's own, and the two of the end that is going.
            if streams.get(&key).is_some_and(|sends| Arc::strong_count(sends) <= 2) {
                streams.remove(&key);
            }
        }
    }

    /// Remembers who is about to connect from `local`.
    pub(crate) fn dialling(&self, local: SocketAddr, node: &NodeName, record: u64) {
        lock(&self.dialled).insert(local, Origin { node: node.clone(), record });
    }

    /// Who connected from `peer`.
    pub(crate) fn dialler(&self, peer: SocketAddr) -> Option<Origin> {
        lock(&self.dialled).get(&peer).cloned()
    }

    /// A connection that was dialled from `local` is over.
    pub(crate) fn hung_up(&self, local: SocketAddr) {
        lock(&self.dialled).remove(&local);
    }

    /// Remembers the record of the reply that is about to be sent to `client`, if that is one of ours.
    pub(crate) fn replying(&self, client: SocketAddr, record: u64) {
        if self.dialler(client).is_some() {
            lock(&self.replies).insert(client, record);
        }
    }

    /// The record of the reply that came to `client`.
    pub(crate) fn reply_to(&self, client: SocketAddr) -> Option<u64> {
        lock(&self.replies).remove(&client)
    }
}

impl Sends {
    /// Remembers that the next `length` bytes are those of `record`.
    pub(crate) fn sent(&self, length: usize, record: u64) {
        let mut state = lock(&self.0);
        state.offset += length as u64;
        let end = state.offset;
        state.ends.push_back((end, record));
        if state.ends.len() > SENDS_MAX {
            state.ends.pop_front();
        }
    }

    /// The record whose bytes contain the one before `offset`.
    pub(crate) fn at(&self, offset: u64) -> Option<u64> {
        let mut state = lock(&self.0);
        while state.ends.front().is_some_and(|(end, _)| *end < offset) {
            state.ends.pop_front();
        }
        state.ends.front().map(|(_, record)| *record)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_is_traced_to_what_was_sent_at_its_offset() {
        let sends = Sends::default();
        sends.sent(10, 101);
        sends.sent(5, 102);
        assert_eq!(sends.at(10), Some(101));
        assert_eq!(sends.at(11), Some(102));
        assert_eq!(sends.at(16), None);
    }
}
