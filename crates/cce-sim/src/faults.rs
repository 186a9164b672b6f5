//! What a scenario does to ports for a while.

use cce_kernel::{Port, Time};
use std::collections::BTreeMap;

/// Ports that do not work, and until when.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    closed: BTreeMap<Port, Time>,
    stalled: BTreeMap<Port, Time>,
}

impl Faults {
    /// A second fault of a port makes the first one longer, never shorter.
    pub(crate) fn close(&mut self, port: Port, until: Time) {
        let known = self.closed.entry(port).or_default();
        *known = until.max(*known);
    }

    /// The same for a stall. Returns when it is over.
    pub(crate) fn stall(&mut self, port: Port, until: Time) -> Time {
        let known = self.stalled.entry(port).or_default();
        *known = until.max(*known);
        *known
    }

    /// Whether nobody can connect to a port at the moment.
    pub(crate) fn is_closed(&self, port: Port, now: Time) -> bool {
        self.closed.get(&port).is_some_and(|until| now < *until)
    }

    /// When something that leaves now through a port sets out.
    pub(crate) fn start(&self, port: Port, now: Time) -> Time {
        self.stalled.get(&port).map_or(now, |until| now.max(*until))
    }
}
