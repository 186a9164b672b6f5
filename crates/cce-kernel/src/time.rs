//! The run's own time, and the calendar clock of each host.

use cce_model::Wall;
use serde::{Deserialize, Serialize};
use std::{ops::Add, time::Duration};

/// Microseconds since the run began. A driver gives it; nobody reads it from a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub u64);

impl Time {
    /// How long after `earlier` this is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(wait.as_micros()).unwrap_or(u64::MAX)))
    }
}

/// What a host's calendar clock shows, given the run's own time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostClock {
    /// True time at the start of the run.
    pub start: Wall,
    /// How far this host is ahead of true time, in microseconds; negative when it is behind.
    #[serde(default)]
    pub error_us: i64,
    /// The clock moves in steps of this many microseconds; 0 and 1 mean that it runs smoothly.
    #[serde(default)]
    pub grain_us: u32,
    /// Minutes east of UTC of the host's zone at the start of the run.
    #[serde(default)]
    pub zone_minutes: i32,
}

impl HostClock {
    /// What the clock shows at `now`.
    pub fn read(&self, now: Time) -> Wall {
        let elapsed = i64::try_from(now.0).unwrap_or(i64::MAX);
        let shown = self.start.0.saturating_add(elapsed).saturating_add(self.error_us);
        Wall(shown - shown.rem_euclid(i64::from(self.grain_us.max(1))))
    }

    /// Local midnight and time of day: whole days since 1970-01-01 in the host's zone, and the rest in
    /// microseconds.
    pub fn local_day(&self, wall: Wall) -> (i64, i64) {
        const DAY: i64 = 86_400_000_000;
        let local = wall.0 + i64::from(self.zone_minutes) * 60_000_000;
        (local.div_euclid(DAY), local.rem_euclid(DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarse_clock_stands_still_between_its_steps() {
        let clock = HostClock { start: Wall(1_000_000), error_us: -500, grain_us: 1_000, zone_minutes: 0 };
        assert_eq!(clock.read(Time(0)), Wall(999_000));
        assert_eq!(clock.read(Time(499)), Wall(999_000));
        assert_eq!(clock.read(Time(500)), Wall(1_000_000));
    }

    #[test]
    fn the_local_day_turns_at_local_midnight() {
        let clock = HostClock { start: Wall(0), error_us: 0, grain_us: 0, zone_minutes: -300 };
        assert_eq!(clock.local_day(Wall(4 * 3_600_000_000)).0, -1);
        assert_eq!(clock.local_day(Wall(5 * 3_600_000_000)), (0, 0));
    }
}
