//! What is written: by whom it can be read, where it goes, and what happens when it cannot be written.

use crate::support::{Running, folder, http, run, stderr, stdout, wait_for};
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

/// Each write to it fails as on a full disk.
const FULL: &str = "/dev/full";

#[test]
fn with_a_required_journal_a_full_disk_ends_the_run_with_exit_code_1() {
    let folder = folder("full-required");
    let output = run(&folder, &["run", "--ports", "ephemeral", "--journal", FULL, "--journal-required"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("--journal-required was given: the run was stopped"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn without_that_the_run_goes_on_and_the_loss_is_told_at_its_end() {
    let folder = folder("full");
    let output = run(&folder, &["demo", "--fast", "--journal", FULL]);
    assert!(output.status.success(), "{}", stderr(&output));
    let told = stderr(&output);
    assert!(told.contains("the journal /dev/full cannot be written any more"), "{told}");
    assert!(
        told.contains("the journal /dev/full is cut off, ") && told.contains("records of the run"),
        "{told}"
    );
}

#[test]
fn logs_that_cannot_be_written_leave_the_journal_whole() {
    let folder = folder("full-pcap");
    let output = run(&folder, &["demo", "--fast", "--journal", "J", "--pcap", FULL]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("logs or the capture lack "), "{}", stderr(&output));
    let check = run(&folder, &["check", "J"]);
    assert!(check.status.success() && stderr(&check).is_empty(), "{}", stderr(&check));
}

#[test]
fn a_journal_that_was_cut_between_two_lines_is_told_to_be_cut_by_every_reader() {
    let folder = folder("cut");
    assert!(run(&folder, &["demo", "--fast", "--journal", "J"]).status.success());
    let journal = fs::read_to_string(folder.join("J")).unwrap();
    let lines: Vec<&str> = journal.lines().collect();
    fs::write(folder.join("J"), lines[..lines.len() / 2].join("\n") + "\n").unwrap();
    for command in [
        &["check", "J"][..],
        &["replay", "J"],
        &["ladder", "J"],
        &["logs", "J", "--out", "L"],
        &["sim", "--from", "J"],
    ] {
        let output = run(&folder, command);
        assert!(
            stderr(&output).contains("J does not say that its run is over"),
            "{command:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn journals_logs_and_kept_values_are_for_their_owner_alone() {
    let folder = folder("modes");
    fs::write(folder.join("J.jsonl"), "").unwrap();
    fs::set_permissions(folder.join("J.jsonl"), fs::Permissions::from_mode(0o644)).unwrap();
    let lab = Running::start(&folder, "J", &["--ports", "ephemeral", "--data", "D"]);
    wait_for("an answer", || http("GET", &lab.address("desk"), "/finesse/api/SystemInfo", None, ""));
    lab.interrupt();
    let mut seen = 0;
    for place in ["J", "D"] {
        for entry in fs::read_dir(folder.join(place)).unwrap() {
            assert_private(&entry.unwrap().path());
            seen += 1;
        }
    }
    assert_private(&folder.join("J.jsonl"));
    assert!(seen > 7, "{seen}");
}

#[test]
fn no_symbolic_link_is_followed_where_something_is_written() {
    let folder = folder("links");
    fs::write(folder.join("victim"), "mine").unwrap();
    assert!(run(&folder, &["demo", "--fast", "--journal", "J"]).status.success());
    symlink(folder.join("victim"), folder.join("link")).unwrap();
    let output = run(&folder, &["demo", "--fast", "--journal", "link"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("it is a symbolic link, which is not followed"), "{}", stderr(&output));
    assert_eq!(run(&folder, &["logs", "J", "--pcap", "link"]).status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.join("victim")).unwrap(), "mine");
}

#[test]
fn no_command_writes_over_what_it_reads() {
    let folder = folder("own-input");
    assert!(run(&folder, &["demo", "--fast", "--journal", "J"]).status.success());
    let lab = stdout(&run(&folder, &["config", "show"]));
    fs::write(folder.join("lab.toml"), lab).unwrap();
    fs::hard_link(folder.join("J"), folder.join("same")).unwrap();
    let scenario = crate::support::scenario("one-task.toml");
    fs::copy(scenario, folder.join("one.toml")).unwrap();
    for command in [
        &["logs", "J", "--pcap", "J"][..],
        &["logs", "J", "--pcap", "./J"],
        &["logs", "J", "--pcap", "same"],
        &["sim", "--from", "J", "--journal", "J"],
        &["sim", "--from", "J", "--journal", "same"],
        &["sim", "one.toml", "--journal", "one.toml"],
        &["demo", "--fast", "--config", "lab.toml", "--journal", "lab.toml"],
        &["demo", "--fast", "--config", "lab.toml", "--pcap", "lab.toml"],
        &["run", "--ports", "ephemeral", "--config", "lab.toml", "--ready-file", "lab.toml"],
    ] {
        let before: Vec<_> =
            ["J", "lab.toml", "one.toml"].map(|name| fs::read(folder.join(name)).unwrap()).into();
        let output = run(&folder, command);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {}", stderr(&output));
        let after: Vec<_> =
            ["J", "lab.toml", "one.toml"].map(|name| fs::read(folder.join(name)).unwrap()).into();
        assert!(before == after, "{command:?}");
    }
}

fn assert_private(path: &Path) {
    let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{} has mode {mode:o}", path.display());
}
