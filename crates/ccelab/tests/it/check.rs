//! `ccelab check`.

use crate::support::{folder, run, stderr, stdout};
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
    let lacking = [&lines[..119], &lines[120..]].concat().join("\n") + "\n";
    let doubled = [&lines[..120], &lines[119..]].concat().join("\n") + "\n";
    for (journal, told) in [(lacking, "lacks 1 records"), (doubled, "numbers were there before")] {
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
fn tasks_may_be_open_at_the_end_of_a_run_that_was_ended_early() {
    let folder = played("check-open");
    let journal = fs::read_to_string(folder.join("J")).unwrap();
    let reserved = journal.lines().position(|line| line.contains(r#""to":"reserved""#)).unwrap();
    let beginning: String = journal.lines().take(reserved + 1).map(|line| format!("{line}\n")).collect();
    fs::write(folder.join("J"), beginning).unwrap();
    let output = run(&folder, &["check", "J"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("is still reserved (externally_routed) at the end"),
        "{}",
        stdout(&output)
    );
    assert!(run(&folder, &["check", "J", "--unfinished"]).status.success());
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
