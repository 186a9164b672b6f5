//! Router call keys (task-routing 0.3).

use cce_kernel::{Cx, Wall};
use cce_model::RouterCallKey;
use std::collections::BTreeMap;

/// Where the call id that was given last is kept.
const STORED: &str = "last call id";
/// Where the day of that call id is kept.
const STORED_DAY: &str = "day of last call id";

/// What the counter of call ids begins with when the day turns. That it restarts at midnight is documented, the
/// value is not (inferred).
const FIRST_OF_DAY: i32 = 1;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Gives every task its key. The call id counts within a day and restarts at midnight. No key is given twice, not even
/// across a restart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    day: i32,
    next: i32,
}

impl Keys {
    /// Goes on where an earlier life ended on the same day; else begins as configured, else by the clock.
    pub(crate) fn start(stored: &BTreeMap<String, String>, first: Option<i32>, cx: &Cx<'_>) -> Self {
        let today = today(cx);
        let number = |key: &str| stored.get(key).and_then(|value| value.parse::<i32>().ok());
        // Data of an earlier version has no day: it counts as today's.
        let kept_day = number(STORED_DAY).unwrap_or(today);
        // The counter goes on within its day alone (task-routing 0.3).
        let kept = number(STORED).filter(|_| kept_day >= today).map(|last| (kept_day, after(last)));
        let (day, next) = kept.unwrap_or_else(|| (today, first.unwrap_or_else(|| millis_of_day(cx.wall()))));
        Self { day, next }
    }

    /// The key of a new task. A clock that is set back does not bring a day back.
    pub(crate) fn give(&mut self, cx: &mut Cx<'_>) -> RouterCallKey {
        let today = today(cx);
        // The day turns at local midnight of the central controller (task-routing 0.3).
        if today > self.day {
            *self = Self { day: today, next: FIRST_OF_DAY };
        }
        let Self { day, next: call } = *self;
        self.next = after(call);
        // The key is kept before the task is spoken of, so that no restart gives it again.
        cx.store(STORED, call.to_string());
        cx.store(STORED_DAY, day.to_string());
        RouterCallKey { day, call }
    }
}

/// The central controller's local day, counted from 1601-01-01 (task-routing 0.3).
fn today(cx: &Cx<'_>) -> i32 {
    let (day, _) = cx.clock().local_day(cx.wall());
    i32::try_from(day).unwrap_or(0).saturating_add(RouterCallKey::UNIX_EPOCH_DAY)
}

fn after(call: i32) -> i32 {
    call.checked_add(1).unwrap_or(0)
}

fn millis_of_day(now: Wall) -> i32 {
    i32::try_from(now.millis().rem_euclid(DAY)).unwrap_or(0)
}
