//! The smaller commands, and wrong usage.

use crate::support::{Running, folder, http, run, stderr, stdout};
use std::fs;

#[test]
fn bytes_are_explained_field_by_field() {
    let folder = folder("decode");
    let open = "00000048 00000003 00000001 00000018 00000078 00001388 02000cb6 00000000 00003fff 00000000 00000000 \
                00000000 00000000 00010008 46696e65 73736500 00020000 00030008 46696e65 73736500";
    let text = stdout(&run(&folder, &["decode", "cti", open, "0000000400000005", "00000002"]));
    for part in ["OPEN_REQ (3), 80 bytes", "VersionNumber", "Finesse", "HEARTBEAT_REQ (5), 12 bytes"] {
        assert!(text.contains(part), "no `{part}` in {text}");
    }
}

#[test]
fn bytes_that_are_no_message_are_refused_with_their_offset() {
    let folder = folder("decode");
    let output = run(&folder, &["decode", "mr", "00000004 00000005 00000002 000000"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("byte 12"), "{}", stderr(&output));
    assert_eq!(run(&folder, &["decode", "mr", "xyz"]).status.code(), Some(2));
}

#[test]
fn the_whole_configuration_is_shown_and_can_be_loaded_again() {
    let folder = folder("config");
    let shown = stdout(&run(&folder, &["config", "show"]));
    fs::write(folder.join("lab.toml"), &shown).unwrap();
    let output = run(&folder, &["config", "check", "--config", "lab.toml"]);
    assert!(output.status.success(), "{}\n{shown}", stderr(&output));
    assert_eq!(stdout(&run(&folder, &["config", "show", "--config", "lab.toml"])), shown);
}

#[test]
fn every_mistake_in_a_configuration_is_named_with_file_line_and_key() {
    let folder = folder("mistakes");
    let text = "[ccp]\nadministrator = 7\npol_lifetime = \"1min\"\n\n[finesse]\nredial = \"soon\"\n\n[nonsense]\nx = 1\n";
    fs::write(folder.join("lab.toml"), text).unwrap();
    let output = run(&folder, &["run", "--config", "lab.toml"]);
    assert_eq!(output.status.code(), Some(2));
    for part in [
        "lab.toml:3: `ccp.pol_lifetime`",
        "lab.toml:2: `ccp.administrator`",
        "lab.toml:6: `finesse.redial`",
        "lab.toml:8: `nonsense`",
    ] {
        assert!(stderr(&output).contains(part), "no `{part}` in {}", stderr(&output));
    }
}

#[test]
fn files_that_are_missing_or_something_else_are_named_with_the_cause() {
    let folder = folder("files");
    fs::write(folder.join("other.jsonl"), "{\"ccelab_journal\":99,\"build\":\"ccelab 9\"}\n").unwrap();
    fs::write(folder.join("text"), "hello\n").unwrap();
    for (arguments, part) in [
        (["replay", "missing.jsonl"], "missing.jsonl"),
        (["ladder", "text"], "no journal"),
        (["replay", "other.jsonl"], "format 99"),
    ] {
        let output = run(&folder, &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
}

#[test]
fn a_port_in_use_is_one_clear_line_and_leaves_the_last_records_alone() {
    let folder = folder("in-use");
    let lab = Running::start(&folder, "first", &["--ports", "ephemeral"]);
    let taken = lab.address("app");
    fs::write(folder.join("lab.toml"), format!("[links.app]\nlisten = \"{taken}\"\nconnect = \"{taken}\"\n"))
        .unwrap();
    let output = run(&folder, &["run", "--config", "lab.toml", "--only", "ccp"]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains(&taken) && text.contains("in use") && text.lines().count() == 1, "{text}");
    assert!(!folder.join(".ccelab").exists());
}

#[test]
fn an_unknown_agent_or_component_is_refused() {
    let folder = folder("usage");
    for arguments in [["--agents", "9999=auto"], ["--only", "voice"], ["--agents", "1080=lazy"]] {
        let output = run(&folder, &["run", arguments[0], arguments[1]]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let folder = folder("limit");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let body = "x".repeat(1_100_000);
    let answer = http("POST", &lab.address("app"), "/ccp/task/feed/100080", None, &body);
    assert!(answer.is_none_or(|answer| answer.status == 413));
    let answer = http("POST", &lab.address("app"), "/ccp/task/feed/100080", None, "<Task>").unwrap();
    assert_eq!(answer.status, 400);
}
