//! Ports that do not work for a while, and who waits until they do.

use crate::clock::Clock;
use cce_kernel::{Port, Time};
use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

/// Ports that do not work, and until when on the run's own clock.
#[derive(Debug)]
pub(crate) struct Faults {
    clock: Clock,
    table: Mutex<cce_courier::Faults>,
    /// There ever was one. Without any, nobody looks at the table or the clock.
    is_any: AtomicBool,
    /// Cancelled when the run ends, and every fault with it.
    over: CancellationToken,
}

impl Faults {
    pub(crate) fn new(clock: Clock, over: CancellationToken) -> Self {
        Self { clock, table: Mutex::default(), is_any: AtomicBool::new(false), over }
    }

    /// Nobody can connect to a port for a while.
    pub(crate) fn close(&self, port: Port, until: Time) {
        self.table().close(port, until);
        self.is_any.store(true, Ordering::Release);
    }

    /// Nothing arrives through a port for a while.
    pub(crate) fn stall(&self, port: Port, until: Time) {
        self.table().stall(port, until);
        self.is_any.store(true, Ordering::Release);
    }

    /// Whether nobody can connect to a port at the moment.
    pub(crate) fn is_closed(&self, port: Port) -> bool {
        self.until(|faults, now| faults.opens(port, now)).is_some()
    }

    /// Waits until a port is open for connections again.
    pub(crate) async fn opened(&self, port: Port) {
        self.wait(|faults, now| faults.opens(port, now)).await;
    }

    /// Whether nothing arrives through a port at the moment.
    pub(crate) fn is_stalled(&self, port: Port) -> bool {
        self.until(|faults, now| faults.start(port, now)).is_some()
    }

    /// Waits until something may arrive through a port.
    pub(crate) async fn pass(&self, port: Port) {
        self.wait(|faults, now| faults.start(port, now)).await;
    }

    /// Waits for the end of a fault.
    async fn wait(&self, end: impl Fn(&cce_courier::Faults, Time) -> Time) {
        // It is looked at again when its time is over: it may have been made longer meanwhile.
        while let Some(until) = self.until(&end).filter(|_| !self.over.is_cancelled()) {
            tokio::select! {
                // The end of the run counts first: then no fault lasts any longer.
                biased;
                () = self.over.cancelled() => {}
                () = sleep_until(self.clock.instant(Some(until))) => {}
            }
        }
    }

    /// The end of a fault, if it is not over.
    fn until(&self, end: impl Fn(&cce_courier::Faults, Time) -> Time) -> Option<Time> {
        if !self.is_any.load(Ordering::Acquire) {
            return None;
        }
        let now = self.clock.now();
        Some(end(&self.table(), now)).filter(|until| *until > now)
    }

    fn table(&self) -> MutexGuard<'_, cce_courier::Faults> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
