//! Which recorded output led to what arrives, within one process.
//!
//! Nothing is added to the wire. A connection between two components of this process is known by its two
//! addresses; what arrives on it at some offset is what was sent at that offset.

use cce_kernel::{NodeName, Port};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Sends that are remembered for one direction of one connection.
const SENDS_MAX: usize = 8_192;

/// Connections and calls under way between components of this process.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    /// Listeners of this process.
    here: BTreeSet<SocketAddr>,
    streams: Mutex<BTreeMap<(SocketAddr, SocketAddr), Arc<Sends>>>,
    dialled: Mutex<BTreeMap<SocketAddr, Origin>>,
    replies: Mutex<BTreeMap<SocketAddr, u64>>,
}

/// Who opened a connection, and by which record.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) node: NodeName,
    /// As who connects calls it.
    pub(crate) port: Port,
    pub(crate) record: u64,
}

/// A dialled connection's place in the table. Dropping it takes it out.
#[derive(Debug)]
pub(crate) struct DialledConnection {
    causes: Arc<Causes>,
    local: SocketAddr,
}

/// What was sent in one direction of one connection.
#[derive(Debug, Default)]
pub(crate) struct Sends(Mutex<SendsState>);

#[derive(Debug, Default)]
struct SendsState {
    offset: u64,
    /// Up to which offset nothing is remembered any more.
    forgotten: u64,
    ends: VecDeque<(u64, Option<u64>)>,
    /// The record that ended the connection.
    ended_by: Option<u64>,
}

impl Causes {
    pub(crate) fn new(here: BTreeSet<SocketAddr>) -> Self {
        Self { here, ..Self::default() }
    }

    /// Whether a component of this process listens there.
    pub(crate) fn is_here(&self, address: SocketAddr) -> bool {
        self.here.contains(&address)
    }

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
    pub(crate) fn dialling(self: &Arc<Self>, local: SocketAddr, origin: Origin) -> DialledConnection {
        lock(&self.dialled).insert(local, origin);
        DialledConnection { causes: Arc::clone(self), local }
    }

    /// Who connected from `peer`, or asks on that connection now.
    pub(crate) fn dialler(&self, peer: SocketAddr) -> Option<Origin> {
        lock(&self.dialled).get(&peer).cloned()
    }

    /// Remembers the record of the reply that is about to be sent to `client`, if that is one of ours.
    pub(crate) fn replying(&self, client: SocketAddr, record: u64) {
        if self.dialler(client).is_some() {
            lock(&self.replies).insert(client, record);
        }
    }

    /// The record of the reply that came to `client`.
    pub(crate) fn reply_to(&self, client: SocketAddr) -> Option<u64> {
        // Taken out: the connection may be kept for another exchange.
        lock(&self.replies).remove(&client)
    }
}

impl Sends {
    /// Remembers that the next `length` bytes are those of `record`.
    pub(crate) fn sent(&self, length: usize, record: Option<u64>) {
        let mut state = lock(&self.0);
        state.offset += length as u64;
        let end = state.offset;
        state.ends.push_back((end, record));
        // The other end may never read: what it finds first has no cause then.
        if state.ends.len() > SENDS_MAX
            && let Some((end, _)) = state.ends.pop_front()
        {
            state.forgotten = end;
        }
    }

    /// Remembers the record that ends the connection.
    pub(crate) fn ends_by(&self, record: u64) {
        lock(&self.0).ended_by = Some(record);
    }

    /// The record that ended the connection.
    pub(crate) fn end(&self) -> Option<u64> {
        lock(&self.0).ended_by
    }

    /// The record whose bytes contain the one before `offset`.
    pub(crate) fn at(&self, offset: u64) -> Option<u64> {
        let mut state = lock(&self.0);
        if offset <= state.forgotten {
            return None;
        }
        while state.ends.front().is_some_and(|(end, _)| *end < offset) {
            state.ends.pop_front();
        }
        state.ends.front().and_then(|(_, record)| *record)
    }
}

impl DialledConnection {
    /// The connection is used once more, by somebody else perhaps.
    pub(crate) fn again(&self, origin: Origin) {
        lock(&self.causes.dialled).insert(self.local, origin);
    }
}

impl Drop for DialledConnection {
    fn drop(&mut self) {
        lock(&self.causes.dialled).remove(&self.local);
        lock(&self.causes.replies).remove(&self.local);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::Kind;

    #[test]
    fn what_arrives_is_traced_to_what_was_sent_at_its_offset() {
        let sends = Sends::default();
        sends.sent(10, Some(101));
        sends.sent(5, Some(102));
        assert_eq!(sends.at(10), Some(101));
        assert_eq!(sends.at(11), Some(102));
        assert_eq!(sends.at(16), None);
    }

    #[test]
    fn what_is_remembered_no_more_is_not_traced_to_something_else() {
        let sends = Sends::default();
        for record in 0..=SENDS_MAX as u64 {
            sends.sent(1, Some(record));
        }
        assert_eq!(sends.at(1), None);
        assert_eq!(sends.at(2), Some(1));
    }

    #[test]
    fn who_dialled_is_known_while_the_connection_lasts() {
        let causes = Arc::new(Causes::default());
        let local = SocketAddr::from(([127, 0, 0, 1], 9));
        let dialled = causes.dialling(local, Origin { node: Kind::MrPg.into(), port: Port::Mr, record: 7 });
        causes.replying(local, 8);
        assert_eq!(causes.dialler(local).map(|origin| origin.record), Some(7));
        drop(dialled);
        assert!(causes.dialler(local).is_none());
        assert_eq!(causes.reply_to(local), None);
    }
}
