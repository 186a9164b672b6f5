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
    pub(crate) fn close(&mut self, port: Port, until: Time) {
        self.closed.insert(port, until);
    }

    pub(crate) fn stall(&mut self, port: Port, until: Time) {
        self.stalled.insert(port, until);
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
