//! What a scenario does to ports for a while.

use crate::net::Clock;
use cce_kernel::{Port, Time};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

type Times = [AtomicU64; Port::ALL.len()];

/// Ports that do not work, and until when on the run's own clock.
#[derive(Debug)]
pub(crate) struct Faults {
    clock: Clock,
    closed: Times,
    stalled: Times,
    /// Cancelled when the run ends, and every fault with it.
    over: CancellationToken,
}

impl Faults {
    pub(crate) fn new(clock: Clock, over: CancellationToken) -> Self {
        Self { clock, closed: Times::default(), stalled: Times::default(), over }
    }

    /// Nobody can connect to a port for a while. A second fault of a port makes the first one longer, never shorter.
    pub(crate) fn close(&self, port: Port, until: Time) {
        self.closed[port as usize].fetch_max(until.0, Ordering::AcqRel);
    }

    /// Nothing arrives through a port for a while.
    pub(crate) fn stall(&self, port: Port, until: Time) {
        self.stalled[port as usize].fetch_max(until.0, Ordering::AcqRel);
    }

    /// Whether nobody can connect to a port at the moment.
    pub(crate) fn is_closed(&self, port: Port) -> bool {
        is_before(&self.closed[port as usize], self.clock)
    }

    /// Waits until nobody can connect to a port no longer.
    pub(crate) async fn opened(&self, port: Port) {
        self.wait(&self.closed[port as usize]).await;
    }

    /// Whether nothing arrives through a port at the moment.
    pub(crate) fn is_stalled(&self, port: Port) -> bool {
        is_before(&self.stalled[port as usize], self.clock)
    }

    /// Waits until something may arrive through a port.
    pub(crate) async fn pass(&self, port: Port) {
        self.wait(&self.stalled[port as usize]).await;
    }

    /// Looks again when the time is over: the fault may have been made longer meanwhile.
    async fn wait(&self, until: &AtomicU64) {
        while is_before(until, self.clock) && !self.over.is_cancelled() {
            let until = self.clock.instant(Some(Time(until.load(Ordering::Acquire))));
            tokio::select! {
                // The end of the run counts first: then no fault lasts any longer.
                biased;
                () = self.over.cancelled() => {}
                () = sleep_until(until) => {}
            }
        }
    }
}

fn is_before(until: &AtomicU64, clock: Clock) -> bool {
    let until = until.load(Ordering::Acquire);
    // No fault, no look at the clock.
    until > 0 && clock.now().0 < until
}
