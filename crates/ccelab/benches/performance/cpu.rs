//! CPU times, as Linux keeps them.

use std::{fs, time::Duration};

/// Length of the unit in which the kernel counts (`USER_HZ`, which is 100 everywhere).
const TICK: Duration = Duration::from_millis(10);

/// User and system time of children that have ended and were waited for.
pub(crate) fn of_children() -> Duration {
    ticks(15) + ticks(16)
}

/// User and system time of this process.
pub(crate) fn own() -> Duration {
    ticks(13) + ticks(14)
}

/// User and system time of a process that goes on.
pub(crate) fn of_process(id: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    tick_of(&stat, 13) + tick_of(&stat, 14)
}

/// Resident memory of this process in bytes.
pub(crate) fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() * 1_024
}

/// A field of `/proc/self/stat`, by its number from 0; none of these is there on other systems.
fn ticks(field: usize) -> Duration {
    tick_of(&fs::read_to_string("/proc/self/stat").unwrap_or_default(), field)
}

fn tick_of(stat: &str, field: usize) -> Duration {
    // The name in parentheses, which is field 1, may hold blanks.
    let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = rest.split(' ').nth(field - 2).and_then(|ticks| ticks.parse::<u32>().ok());
    TICK * ticks.unwrap_or_default()
}
