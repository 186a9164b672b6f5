//! Journals on disk: packed and not.

use crate::support::{ccelab, folder, run, scenario, stderr, stdout};
use std::{fs, path::PathBuf, process::Stdio};

/// A folder with the journal of one run, packed (`J.lz4`) and not (`J.jsonl`).
fn journals(name: &str) -> PathBuf {
    let folder = folder(name);
    for journal in ["J.jsonl", "J.lz4"] {
        let output = run(&folder, &["sim", &scenario("one-task.toml"), "--journal", journal, "--logs", "L"]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    folder
}

#[test]
fn a_packed_journal_is_read_by_every_command_and_is_a_fraction_of_the_lines() {
    let folder = journals("packed");
    let size = |name: &str| fs::metadata(folder.join(name)).unwrap().len();
    assert!(4 * size("J.lz4") < size("J.jsonl"), "{} and {}", size("J.lz4"), size("J.jsonl"));
    for command in [
        &["check", "J.lz4"][..],
        &["replay", "J.lz4"],
        &["ladder", "J.lz4"],
        &["logs", "J.lz4", "--out", "L2"],
        &["sim", "--from", "J.lz4", "--journal", "again.lz4"],
    ] {
        let output = run(&folder, command);
        assert!(output.status.success() && stderr(&output).is_empty(), "{command:?}: {}", stderr(&output));
    }
}

#[test]
fn journal_cat_writes_whole_lines_of_a_packed_journal_and_of_one_that_is_not() {
    let folder = journals("cat");
    let cat = |name: &str| stdout(&run(&folder, &["journal", "cat", name]));
    let lines = cat("J.lz4");
    assert_eq!(lines, cat("J.jsonl"));
    assert!(!lines.contains("\"same\""), "no bytes are left out");
    assert_eq!(lines.lines().count(), fs::read_to_string(folder.join("J.jsonl")).unwrap().lines().count());
    fs::write(folder.join("plain.jsonl"), &lines).unwrap();
    assert_eq!(cat("plain.jsonl"), lines);
}

#[test]
fn journal_cat_ends_quietly_when_its_reader_has_seen_enough() {
    let folder = journals("cat-head");
    let mut cat = ccelab(&folder);
    cat.args(["journal", "cat", "J.lz4"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = cat.spawn().unwrap();
    drop(running.stdout.take());
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn a_packed_journal_that_was_cut_off_is_told_to_be() {
    let folder = journals("packed-cut");
    let whole = fs::read(folder.join("J.lz4")).unwrap();
    fs::write(folder.join("J.lz4"), &whole[..whole.len() - 8]).unwrap();
    let output = run(&folder, &["check", "J.lz4"]);
    assert!(stderr(&output).contains("J.lz4 does not say that its run is over"), "{}", stderr(&output));
}
