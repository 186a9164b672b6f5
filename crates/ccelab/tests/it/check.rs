//! `ccelab check`.

use crate::support::{
    Running, create_task, folder, run, scenario, stderr, stdout, wait_for, wait_for_status,
};
use std::{fs, path::Path};

#[test]
fn a_demo_breaks_no_check() {
    let folder = played("check-demo");
    let output = run(&folder, &["check", "J"]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    for name in ["one-end", "legal-transition", "publish-order"] {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(line.ends_with(" 0") && !line.contains(" 0 "), "{line}");
    }
}

#[test]
fn a_breach_is_told_with_the_ladder_around_it_and_its_records_marked() {
    let folder = played("check-breach");
    repeat_the_end(&folder);
    let output = run(&folder, &["check", "J"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.contains("one-end at record ") && text.contains("was handled already"), "{text}");
    let marked: Vec<&str> = text.lines().filter(|line| line.contains('✗')).collect();
    assert!(marked.len() == 1 && marked[0].contains("close"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("one-end") && line.ends_with(" 1")), "{text}");
    assert_eq!(stderr(&output), "error: the journal breaks one-end (1)\n");
}

#[test]
fn a_check_can_be_left_out_by_its_name() {
    let folder = played("check-without");
    repeat_the_end(&folder);
    let output = run(&folder, &["check", "J", "--without", "one-end"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).lines().any(|line| line.starts_with("one-end") && line.ends_with("off")));
    let unknown = run(&folder, &["check", "J", "--without", "one-ned"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("there is no check `one-ned`; there are one-end, one-agent"));
}

#[test]
fn a_journal_that_lacks_a_record_or_has_one_twice_is_told_by_every_command() {
    let folder = played("check-gap");
    let journal = fs::read_to_string(folder.join("J")).unwrap();
    let lines: Vec<&str> = journal.lines().collect();
    let without = |at: usize| [&lines[..at], &lines[at + 1..]].concat().join("\n") + "\n";
    let is_note = |line: &&str| line.contains("\"note\"");
    let note = 100 + lines[100..].iter().position(is_note).unwrap();
    // What arrives has the bytes of what was sent, and is lost with it.
    let arrival = lines.iter().position(|line| line.starts_with("{\"same\":true")).unwrap();
    let sent = lines[arrival].split("\"cause\":").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
    let sent = lines.iter().position(|line| line.starts_with(&format!("{{\"seq\":{sent},"))).unwrap();
    let doubled = [&lines[..120], &lines[119..]].concat().join("\n") + "\n";
    for (journal, told) in [
        (without(note), "lacks 1 records"),
        (without(sent), "lacks 2 records"),
        (doubled, "numbers were there before"),
    ] {
        fs::write(folder.join("J"), journal).unwrap();
        let check = run(&folder, &["check", "J"]);
        assert_eq!(check.status.code(), Some(1), "{}", stdout(&check));
        for command in [
            &["check", "J"][..],
            &["replay", "J"],
            &["ladder", "J"],
            &["logs", "J", "--out", "L"],
            &["sim", "--from", "J"],
        ] {
            let output = run(&folder, command);
            assert!(stderr(&output).contains(told), "{command:?}: {}", stderr(&output));
        }
    }
}

#[test]
fn a_journal_that_was_cut_off_or_goes_on_owes_no_ends_and_tells_what_is_open() {
    let folder = played("check-open");
    let journal = fs::read_to_string(folder.join("J")).unwrap();
    let reserved = journal.lines().position(|line| line.contains(r#""to":"reserved""#)).unwrap();
    let beginning: String = journal.lines().take(reserved + 1).map(|line| format!("{line}\n")).collect();
    fs::write(folder.join("J"), &beginning).unwrap();
    let output = run(&folder, &["check", "J"]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let told = stdout(&output);
    assert!(
        told.contains("open (which is no breach here): ") && told.contains("is still reserved"),
        "{told}"
    );
    assert!(stderr(&output).contains("J does not say that its run is over"), "{}", stderr(&output));
    let output = run(&folder, &["check", "J", "--scenario", &scenario("one-task.toml")]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("expectations are open, and none is broken"), "{}", stdout(&output));

    // A run of a scenario that says that it is over owes them, unless the command line says otherwise.
    let last =
        serde_json::from_str::<serde_json::Value>(beginning.lines().last().unwrap()).unwrap()["seq"].clone();
    let end = format!("{{\"ended\":{{\"last\":{last},\"open_ended\":false}}}}\n");
    fs::write(folder.join("J"), beginning + &end).unwrap();
    let output = run(&folder, &["check", "J"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("is still reserved (externally_routed) at the end"),
        "{}",
        stdout(&output)
    );
    assert!(run(&folder, &["check", "J", "--unfinished"]).status.success());
}

#[test]
fn a_plain_run_may_be_checked_while_it_goes_on_and_after_it_was_interrupted() {
    let folder = folder("check-running");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let path = wait_for("a task", || create_task(&lab.address("app")));
    wait_for_status(&lab.address("app"), &path, "queued");
    let open = wait_for("the task in the journal", || {
        let output = run(&folder, &["check", "lab.jsonl"]);
        assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
        stdout(&output).contains("is still queued").then_some(output)
    });
    assert!(stderr(&open).contains("the run goes on"), "{}", stderr(&open));
    lab.interrupt();
    let output = run(&folder, &["check", "lab.jsonl"]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("is still queued") && stderr(&output).is_empty(), "{}", stderr(&output));
}

#[test]
fn a_journal_with_a_wrong_number_is_told_to_be_damaged_by_every_command() {
    let folder = played("check-damaged");
    let journal = fs::read_to_string(folder.join("J")).unwrap();
    let header = journal.lines().next().unwrap();
    for seq in ["9223372036854775807", "4294967296", "0"] {
        let line = format!("{{\"seq\": {seq}, \"at\": 0, \"node\": \"ccp\", \"started\": null}}");
        fs::write(folder.join("J"), format!("{header}\n{line}\n")).unwrap();
        for command in [
            &["check", "J", "--scenario", &scenario("one-task.toml")][..],
            &["replay", "J"],
            &["ladder", "J"],
            &["logs", "J", "--out", "L", "--pcap", "P"],
            &["sim", "--from", "J"],
        ] {
            let output = run(&folder, command);
            assert_eq!(output.status.code(), Some(2), "{command:?}: {}", stderr(&output));
            assert!(stderr(&output).contains("line 2 is damaged"), "{command:?}: {}", stderr(&output));
        }
    }
}

/// A folder with the journal `J` of a demo.
fn played(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    let output = run(&folder, &["demo", "--fast", "--journal", "J"]);
    assert!(output.status.success(), "{}", stderr(&output));
    folder
}

/// Alters the journal: the contact becomes handled twice.
fn repeat_the_end(folder: &Path) {
    let path = folder.join("J");
    let journal = fs::read_to_string(&path).unwrap();
    let is_end = |line: &str| line.contains(r#""contact":"#) && line.contains(r#""to":"handled""#);
    let twice = |line: &str| if is_end(line) { vec![line.to_owned(); 2] } else { vec![line.to_owned()] };
    let lines: Vec<String> = journal.lines().flat_map(twice).collect();
    let end = lines.iter().position(|line| is_end(line)).unwrap();
    let later = |line: &String| {
        let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(last) = record["ended"]["last"].as_u64() {
            record["ended"]["last"] = (last + 1).into();
            return record.to_string();
        }
        for key in ["seq", "cause"] {
            let number = record[key].as_u64().filter(|number| key == "seq" || *number >= end as u64);
            if let Some(number) = number {
                record[key] = (number + 1).into();
            }
        }
        record.to_string()
    };
    let moved: Vec<String> = lines[end + 1..].iter().map(later).collect();
    fs::write(&path, [&lines[..=end], &moved[..]].concat().join("\n") + "\n").unwrap();
}
