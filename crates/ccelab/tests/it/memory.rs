//! How much memory a lab takes that nobody uses yet.

use crate::support::{Running, folder};
use std::fs;

/// Kilobytes of its own, without what is mapped of the program's file.
const IDLE_MAX: u64 = 40_000;

#[test]
fn an_idle_lab_takes_little_memory_of_its_own() {
    let folder = folder("memory-idle");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let own = status(lab.id(), "RssAnon");
    lab.interrupt();
    assert!((1..IDLE_MAX).contains(&own), "{own} kB");
}

#[test]
fn a_lab_asks_for_no_huge_pages() {
    let folder = folder("memory-pages");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let are_enabled = status(lab.id(), "THP_enabled");
    lab.interrupt();
    assert_eq!(are_enabled, 0);
}

/// A number of a process, as Linux tells it.
fn status(id: u32, key: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':')).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
