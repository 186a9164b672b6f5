//! What is written: by whom it can be read, where it goes, and what happens when it cannot be written.

use crate::support::{Running, ccelab, folder, http, run, stderr, stdout, wait_for};
use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::{Command, Stdio},
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
fn what_cannot_be_written_to_standard_output_is_a_failure() {
    let folder = folder("full-output");
    assert!(run(&folder, &["sim", "one-task", "--journal", "J"]).status.success());
    for command in [
        &["config", "show"][..],
        &["schema", "lab"],
        &["journal", "cat", "J"],
        &["ladder", "J", "--format", "svg"],
    ] {
        let full = fs::File::options().write(true).open(FULL).unwrap();
        let output = ccelab(&folder).args(command).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert!(stderr(&output).contains("cannot write standard output: "), "{}", stderr(&output));
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = folder("left");
    assert!(run(&folder, &["sim", "one-task", "--journal", "J"]).status.success());
    // As of a run that was killed: nobody says that it is over.
    let journal = fs::read_to_string(folder.join("J")).unwrap();
    let (records, _) = journal.trim_end().rsplit_once('\n').unwrap();
    fs::write(folder.join("killed"), format!("{records}\n")).unwrap();
    for command in [&["journal", "cat", "J"][..], &["ladder", "killed", "--follow"]] {
        let mut writer = ccelab(&folder).args(command).stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        let mut reader = BufReader::new(writer.stdout.take().unwrap());
        reader.read_line(&mut first).unwrap();
        drop(reader);
        let ended = wait_for("the end", || writer.try_wait().unwrap());
        assert!(ended.success(), "{command:?}");
    }
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
        &["load", "--users", "1", "--tasks", "1", "--config", "lab.toml", "--html", "lab.toml"],
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

#[test]
fn an_exploration_removes_the_journals_of_the_one_before_and_nothing_else() {
    let folder = folder("explore-keeps");
    let own = folder.join(".ccelab/last/explore");
    fs::create_dir_all(own.join("parameters-1")).unwrap();
    fs::copy(crate::support::scenario("one-task.toml"), own.join("mine.toml")).unwrap();
    for (name, text) in [
        ("seed-9.jsonl", "old"),
        ("order-3.jsonl", "old"),
        ("parameters-1/seed-1.jsonl", "old"),
        ("notes", "mine"),
    ] {
        fs::write(own.join(name), text).unwrap();
    }
    let output = run(&folder, &["explore", ".ccelab/last/explore/mine.toml", "--seeds", "1..2"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let mut left: Vec<_> =
        fs::read_dir(&own).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["lock", "mine.toml", "notes", "seed-1.jsonl"]);
}

#[test]
fn an_exploration_keeps_a_scenario_that_is_named_as_a_journal() {
    let folder = folder("explore-named");
    let own = folder.join(".ccelab/last/explore");
    fs::create_dir_all(&own).unwrap();
    fs::copy(crate::support::scenario("one-task.toml"), own.join("seed-7.jsonl")).unwrap();
    let output = run(&folder, &["explore", ".ccelab/last/explore/seed-7.jsonl", "--seeds", "1..2"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(own.join("seed-7.jsonl").exists());
}

#[test]
fn no_folder_that_is_a_symbolic_link_is_written_or_emptied() {
    let one = crate::support::scenario("one-task.toml");
    let commands: [(&str, &[&str]); 7] = [
        (".ccelab", &["sim", &one]),
        (".ccelab/last", &["sim", &one]),
        (".ccelab/last", &["demo", "--fast"]),
        (".ccelab/last/explore", &["explore", &one, "--seeds", "1..2"]),
        (".ccelab/last/ccp", &["run", "--ports", "ephemeral", "--only", "ccp"]),
        ("D", &["run", "--ports", "ephemeral", "--data", "D"]),
        ("L", &["sim", &one, "--logs", "L/"]),
    ];
    for (link, command) in commands {
        let folder = folder("linked-folder");
        let precious = folder.join("precious");
        fs::create_dir_all(precious.join("last")).unwrap();
        for name in ["keep", "seed-1.jsonl", "journal.jsonl", "last/journal.jsonl"] {
            fs::write(precious.join(name), "mine").unwrap();
        }
        let link = folder.join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&precious, &link).unwrap();
        let output = run(&folder, command);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {}", stderr(&output));
        let told = stderr(&output);
        assert!(told.contains("it is a symbolic link, which is not followed"), "{command:?}: {told}");
        let mut left: Vec<_> =
            fs::read_dir(&precious).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["journal.jsonl", "keep", "last", "seed-1.jsonl"], "{command:?}");
        assert_eq!(fs::read_to_string(precious.join("journal.jsonl")).unwrap(), "mine", "{command:?}");
        assert_eq!(fs::read_dir(precious.join("last")).unwrap().count(), 1, "{command:?}");
    }
}

#[test]
fn a_ready_file_touches_no_other_file_and_is_its_owners_alone() {
    let folder = folder("ready");
    let lab = stdout(&run(&folder, &["config", "show"]));
    fs::write(folder.join("lab.new"), &lab).unwrap();
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--config", "lab.new"]);
    assert!(folder.join("lab.new").exists());
    assert_private(&lab.ready_file);
    let beside = |name: &str| name.starts_with("lab.ready.");
    let left = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| beside(name)).count(), 0);
    lab.interrupt();
}

#[test]
fn no_command_writes_two_things_into_one_file() {
    let folder = folder("written-twice");
    assert!(run(&folder, &["demo", "--fast", "--journal", "J"]).status.success());
    let one = crate::support::scenario("one-task.toml");
    for command in [
        &["logs", "J", "--out", "L", "--pcap", "L/ctisvr.log"][..],
        &["run", "--ports", "ephemeral", "--journal", "xx", "--pcap", "xx"],
        &["run", "--ports", "ephemeral", "--journal", "xx", "--pcap", "./xx"],
        &["run", "--ports", "ephemeral", "--journal", "yy", "--ready-file", "yy"],
        &["run", "--ports", "ephemeral", "--journal", "xx", "--logs", "L", "--pcap", "L/ctisvr.log"],
        &["run", "--ports", "ephemeral", "--data", "D", "--journal", "D/ccp.db"],
        &["run", "--ports", "ephemeral", "--data", "D", "--journal", "J2", "--logs", "D"],
        &["sim", &one, "--logs", "L", "--journal", "L/ctisvr.log"],
        &["sim", &one, "--journal", ".ccelab/last/lock"],
        &["load", "--users", "1", "--tasks", "1", "--json", "xx", "--csv", "./xx"],
        &["load", "--users", "1", "--tasks", "1", "--html", "J", "--json", "J"],
    ] {
        let output = run(&folder, command);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {}", stderr(&output));
        let told = stderr(&output);
        assert!(told.contains("is written by this command already"), "{command:?}: {told}");
    }
}

#[test]
fn logs_without_an_output_names_both_of_them() {
    let folder = folder("no-output");
    let output = run(&folder, &["logs", "J"]);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("--out <DIR>") && told.contains("--pcap <FILE>"), "{told}");
}

#[test]
fn values_that_a_full_disk_loses_are_told_at_the_end_and_at_the_next_start() {
    let folder = folder("full-data");
    let lab = start_on_a_full_disk(&folder, &["--data", "D"]);
    fill_data(&lab);
    let errors = folder.join("lab.err");
    assert!(lab.ended().success());
    let told = fs::read_to_string(&errors).unwrap();
    assert!(
        told.contains("warning: D lacks ") && told.contains(" changes of what components store"),
        "{told}"
    );
    let next = Running::start_limited(&folder, "next", "true", &["--ports", "ephemeral", "--data", "D"], &[]);
    let told = next.errors();
    assert!(told.contains("D/ccp.db lacks changes: the run before could not write them"), "{told}");
    next.interrupt();
    let third =
        Running::start_limited(&folder, "third", "true", &["--ports", "ephemeral", "--data", "D"], &[]);
    assert!(!third.errors().contains("lacks changes"), "{}", third.errors());
    third.interrupt();
}

#[test]
fn values_that_a_full_disk_loses_end_a_run_whose_journal_is_required_with_exit_code_1() {
    let folder = folder("full-data-required");
    let lab = start_on_a_full_disk(&folder, &["--data", "D", "--journal-required"]);
    fill_data(&lab);
    assert_eq!(lab.end().code(), Some(1));
    let told = fs::read_to_string(folder.join("lab.err")).unwrap();
    assert!(told.contains("--journal-required was given"), "{told}");
}

/// No file takes more than 256 KiB. The journal is no file.
fn start_on_a_full_disk(folder: &Path, arguments: &[&str]) -> Running {
    let arguments = [&["--ports", "ephemeral"], arguments].concat();
    let records = ["--journal", "/dev/null", "--logs", "L"].map(Path::new);
    Running::start_limited(folder, "lab", "trap '' XFSZ; ulimit -f 512", &arguments, &records)
}

/// Creates tasks that wait, until CCP has more to keep than there is room for, or the run ends.
fn fill_data(lab: &Running) {
    let app = lab.address("app");
    for _ in 0..200 {
        if crate::support::create_task(&app).is_none() {
            break;
        }
    }
}

/// A scenario that fails where no task comes.
const UNMET: &str = "name = \"unmet\"\nabout = \"A rule waits for a task.\"\n\n[[rules]]\nname = \"late\"\n\
                     match = \"ccp > mrpg NEW_TASK\"\ndrop = true\n";

#[test]
fn a_run_has_its_verdict_without_a_journal_that_can_be_read_back() {
    let folder = folder("verdict");
    fs::write(folder.join("unmet.toml"), UNMET).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    let mut reader = Command::new("cat")
        .arg(folder.join("pipe"))
        .stdout(fs::File::create(folder.join("kept")).unwrap())
        .spawn()
        .unwrap();
    for journal in ["/dev/null", "pipe"] {
        let told = interrupted(&folder, &["--scenario", "unmet.toml", "--journal", journal], 1);
        assert!(told.contains("1 rule never acted: late"), "{journal}: {told}");
    }
    reader.wait().unwrap();
    let told = run(&folder, &["check", "kept"]);
    assert!(told.status.success() && stderr(&told).is_empty(), "{}", stderr(&told));
}

#[test]
fn whoever_cannot_wait_for_a_file_that_hangs_interrupts_once_more() {
    let folder = folder("hangs");
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    let mut waiting = ccelab(&folder);
    waiting.args([
        "run",
        "--ports",
        "ephemeral",
        "--no-tls",
        "--journal",
        "pipe",
        "--ready-file",
        "no.ready",
    ]);
    // Nobody reads yet: the end of a lab that has not begun.
    let mut waiting = waiting.spawn().unwrap();
    wait_for("the lock", || folder.join(".ccelab/last/lock").exists().then_some(()));
    let ended = wait_for("the end", || {
        assert!(Command::new("kill").args(["-INT", &waiting.id().to_string()]).status().unwrap().success());
        waiting.try_wait().unwrap()
    });
    assert!(ended.success(), "{ended}");
    // Somebody opens it, and does not read.
    let mut deaf =
        Command::new("sh").args(["-c", "exec sleep 600 < pipe"]).current_dir(&folder).spawn().unwrap();
    let arguments = ["--ports", "ephemeral", "--no-tls", "--journal", "pipe", "--agents", "1081=auto"];
    let lab = Running::start_limited(&folder, "lab", "true", &arguments, &[]);
    let app = lab.address("app");
    (0..20).for_each(|_| drop(crate::support::create_task(&app)));
    let errors = folder.join("lab.err");
    lab.signal("INT");
    let told = wait_for("the second end", || {
        lab.signal("INT");
        fs::read_to_string(&errors).ok().filter(|told| told.contains("interrupted once more: "))
    });
    assert_eq!(lab.end().code(), Some(1), "{told}");
    deaf.kill().unwrap();
    deaf.wait().unwrap();
}

#[test]
fn logs_that_cannot_be_made_at_the_end_leave_the_verdict_as_it_is() {
    for (arguments, code) in [(&["--scenario", "unmet.toml"][..], 1), (&[], 0)] {
        let folder = folder("no-logs");
        fs::write(folder.join("unmet.toml"), UNMET).unwrap();
        let removed = folder.join(".ccelab");
        let told = interrupted_behind(&folder, arguments, code, || fs::remove_dir_all(&removed).unwrap());
        assert!(told.contains("warning: the logs of the run are missing: "), "{told}");
        assert_eq!(told.contains("1 rule never acted: late"), code == 1, "{told}");
    }
}

/// Interrupts a lab once it runs, and says what it told on standard error.
fn interrupted(folder: &Path, arguments: &[&str], code: i32) -> String {
    interrupted_behind(folder, arguments, code, || {})
}

/// The same behind something that is done meanwhile.
fn interrupted_behind(folder: &Path, arguments: &[&str], code: i32, meanwhile: impl FnOnce()) -> String {
    let arguments = [&["--ports", "ephemeral", "--no-tls"], arguments].concat();
    let lab = Running::start_limited(folder, "lab", "true", &arguments, &[]);
    meanwhile();
    lab.signal("INT");
    // With a deadline: it may not wait for a file that nobody writes.
    assert_eq!(lab.end().code(), Some(code));
    fs::read_to_string(folder.join("lab.err")).unwrap()
}

#[test]
fn the_values_of_an_earlier_version_are_taken_over_and_told() {
    let folder = folder("old-data");
    fs::create_dir(folder.join("D")).unwrap();
    fs::write(folder.join("D/ccp.json"), "{}").unwrap();
    let lab = Running::start_limited(&folder, "lab", "true", &["--ports", "ephemeral", "--data", "D"], &[]);
    assert!(lab.errors().contains("D/ccp.json is of an earlier version"), "{}", lab.errors());
    lab.interrupt();
    assert!(folder.join("D/ccp.json.old").exists());
}

fn assert_private(path: &Path) {
    let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{} has mode {mode:o}", path.display());
}
