//! Instants of the calendar.

use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01 00:00 UTC, as one host's calendar clock shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wall(pub i64);

impl Wall {
    /// Milliseconds since 1970-01-01 00:00 UTC.
    pub fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Seconds since 1970-01-01 00:00 UTC: the protocols' `TIME`.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}
