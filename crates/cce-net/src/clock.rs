//! The clock of a run: microseconds since its start, which never go back.

use cce_kernel::Time;
use std::time::Duration;
use tokio::time::Instant;

/// Far enough away for "no timer".
const NEVER: Duration = Duration::from_hours(24);

/// The run's own clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now.
    pub(crate) fn start() -> Self {
        Self { start: Instant::now() }
    }

    pub(crate) fn now(self) -> Time {
        Time(u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// The instant of a time of the run. Where there is none, it is far away: whoever sleeps so long looks again then.
    pub(crate) fn instant(self, at: Option<Time>) -> Instant {
        at.map_or_else(|| Instant::now() + NEVER, |at| self.start + at.since(Time(0)))
    }
}
