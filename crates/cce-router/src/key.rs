//! Router call keys (task-routing 0.3).

use cce_kernel::{Cx, Wall, model::RouterCallKey};
use std::collections::BTreeMap;

/// Where the call id that was given last is kept.
const STORED: &str = "last call id";

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Gives every task its key. No call id is given twice, not even across a restart.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    next: i32,
}

impl Keys {
    /// Goes on where an earlier life ended; else begins as configured, else by the clock.
    pub(crate) fn start(stored: &BTreeMap<String, String>, first: Option<i32>, now: Wall) -> Self {
        let kept = stored.get(STORED).and_then(|last| last.parse().ok()).map(after);
        Self { next: kept.or(first).unwrap_or_else(|| millis_of_day(now)) }
    }

    /// The key of a new task.
    pub(crate) fn give(&mut self, cx: &mut Cx<'_>) -> RouterCallKey {
        let call = self.next;
        self.next = after(call);
        cx.store(STORED, call.to_string());
        RouterCallKey { day: today(cx), call }
    }
}

/// The central controller's local day.
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
