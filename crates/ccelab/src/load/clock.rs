//! The time of a load: it begins once the agents are ready.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Counts from the beginning of the load; before, it stands at 0.
#[derive(Debug)]
pub(super) struct Clock {
    made: Instant,
    /// Microseconds from then to the beginning of the load.
    began: AtomicU64,
}

impl Clock {
    /// A clock that stands.
    #[expect(clippy::disallowed_methods, reason = "a load is measured by the machine's clock")]
    pub(super) fn new() -> Self {
        Self { made: Instant::now(), began: AtomicU64::new(u64::MAX) }
    }

    /// The load begins now.
    pub(super) fn begin(&self) {
        let began = u64::try_from(self.made.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.began.store(began, Ordering::Relaxed);
    }

    /// Whether the load has begun.
    pub(super) fn has_begun(&self) -> bool {
        self.began.load(Ordering::Relaxed) != u64::MAX
    }

    /// Time since the beginning of the load.
    pub(super) fn now(&self) -> Duration {
        self.made.elapsed().saturating_sub(Duration::from_micros(self.began.load(Ordering::Relaxed)))
    }
}
