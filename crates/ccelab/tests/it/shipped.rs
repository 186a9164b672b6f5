//! Scenarios and labs that the binary brings along.

use crate::support::{Running, folder, run, stderr, stdout};
use std::fs;

#[test]
fn each_scenario_is_listed_with_what_it_is_about_and_what_it_has() {
    let text = stdout(&run(&folder("shipped-list"), &["scenario", "list"]));
    let part = "one-task\n    One task for one agent; other scenarios include it.\n    1 agent, 1 customer, 0 steps,";
    assert!(text.contains(part), "{text}");
    assert_eq!(text.lines().count(), 3 * 20, "{text}");
}

#[test]
fn each_lab_is_listed_with_what_it_is_about() {
    let text = stdout(&run(&folder("shipped-labs"), &["config", "list"]));
    assert!(
        text.contains("task-and-chat\n    The built-in lab with a second media routing domain,"),
        "{text}"
    );
}

#[test]
fn the_schemas_of_labs_and_of_scenarios_are_printed_and_say_which_is_which() {
    let folder = folder("schemas");
    for (of, title) in [("lab", "A lab of ccelab"), ("scenario", "A scenario of ccelab")] {
        let schema: serde_json::Value =
            serde_json::from_str(&stdout(&run(&folder, &["schema", of]))).unwrap();
        assert_eq!(schema["title"], title);
        assert!(schema["properties"].as_object().unwrap().len() > 10, "{of}");
    }
}

#[test]
fn a_name_that_is_no_file_means_what_is_shipped() {
    let folder = folder("shipped-sim");
    for arguments in [
        &["sim", "one-task"][..],
        &["sim", "interrupt-accepted-and-ignored"],
        &["explore", "cti-cut", "--seeds", "1..2", "--param", "state=ACTIVE"],
        &["scenario", "check", "cti-cut"],
        &["config", "check", "--lab", "task-and-chat"],
        &["check", ".ccelab/last/journal.jsonl", "--scenario", "interrupt-accepted-and-ignored"],
    ] {
        let output = run(&folder, arguments);
        assert!(output.status.success(), "{arguments:?}: {}{}", stdout(&output), stderr(&output));
    }
}

#[test]
fn a_shipped_scenario_is_played_over_the_network_by_its_name() {
    let folder = folder("shipped-run");
    let lab =
        Running::start(&folder, "lab", &["--scenario", "one-task", "--until-over", "--ports", "ephemeral"]);
    assert_eq!(lab.failure(), None);
}

#[test]
fn a_file_of_the_same_name_wins() {
    let folder = folder("shipped-file");
    fs::write(folder.join("one-task"), "about = \"Mine.\"\n\n[agents.1081]\n").unwrap();
    let text = stdout(&run(&folder, &["scenario", "check", "one-task"]));
    assert!(text.starts_with("one-task: 1 agent, 0 customers"), "{text}");
    let listed = stdout(&run(&folder, &["scenario", "list"]));
    assert!(listed.starts_with("one-task\n    One task for one agent"), "{listed}");
}

#[test]
fn what_is_shown_can_be_changed_and_played_with_what_it_includes() {
    let folder = folder("shipped-show");
    for name in ["duplicate-offer", "interrupt-accepted-and-ignored"] {
        let shown = run(&folder, &["scenario", "show", name]);
        fs::write(folder.join("mine.toml"), &shown.stdout).unwrap();
        let output = run(&folder, &["sim", "mine.toml"]);
        assert!(output.status.success(), "{name}: {}{}", stdout(&output), stderr(&output));
    }
}

#[test]
fn a_shipped_scenario_includes_what_is_shipped_whatever_files_there_are() {
    let folder = folder("shipped-include");
    fs::write(folder.join("one-task.toml"), "nonsense").unwrap();
    assert!(run(&folder, &["sim", "duplicate-offer"]).status.success());
}

#[test]
fn a_configuration_is_shown_with_where_its_values_come_from() {
    let folder = folder("shipped-config");
    fs::write(folder.join("mine.toml"), "[ccp]\npoll_lifetime = \"1min\"\n").unwrap();
    let shown = stdout(&run(&folder, &["config", "show", "--config", "mine.toml"]));
    assert!(shown.contains("# from mine.toml:2, in place of \"5m\"\npoll_lifetime = \"1m\""), "{shown}");
    let brief = stdout(&run(&folder, &["config", "show", "--config", "mine.toml", "--brief"]));
    assert_eq!(brief, "[ccp]\n# from mine.toml:2, in place of \"5m\"\npoll_lifetime = \"1m\"\n");
}
