//! `ccelab load` against a lab.

use crate::support::{Running, folder, run, stderr, stdout};
use serde_json::Value;
use std::{fs, path::Path};

fn lab(folder: &Path) -> Running {
    Running::start(folder, "lab", &["--ports", "ephemeral"])
}

/// Runs a load on the lab of a folder, and returns what it printed and its report.
fn load(folder: &Path, arguments: &[&str]) -> (String, Value) {
    let common = ["load", "--ready-file", "lab.ready", "--json", "load.json", "--strict"];
    let output = run(folder, &[&common, arguments].concat());
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let report = fs::read_to_string(folder.join("load.json")).unwrap();
    (stdout(&output), serde_json::from_str(&report).unwrap())
}

#[test]
fn two_hundred_tasks_of_a_closed_loop_come_to_their_end_and_add_up() {
    let folder = folder("load");
    let lab = lab(&folder);
    let files = ["--csv", "load.csv", "--html", "load.html"];
    let (said, report) =
        load(&folder, &[&["--users", "8", "--tasks", "200", "--agents", "1080..1083"][..], &files].concat());
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    for name in ["planned", "sent", "created", "offered", "accepted", "ended"] {
        assert_eq!(count(name), 200, "{name}: {said}");
    }
    for phase in report["phases"].as_array().unwrap() {
        assert_eq!(phase["count"], 200, "{phase}");
    }
    let csv = fs::read_to_string(folder.join("load.csv")).unwrap();
    let ended: u64 =
        csv.lines().skip(1).map(|row| row.split(',').nth(4).unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(ended, 200, "{csv}");
    let page = fs::read_to_string(folder.join("load.html")).unwrap();
    assert!(page.contains("<svg") && !page.contains("<script") && !page.contains("src="));
    lab.interrupt();
}

#[test]
fn an_open_loop_sends_as_many_tasks_as_its_rates_say() {
    let folder = folder("load-open");
    let lab = lab(&folder);
    // 10 tasks in the first second, and 15 on the ramp.
    let (_, report) =
        load(&folder, &["--rate", "10:1s,10..20:1s", "--arrivals", "constant", "--duration", "1min"]);
    assert_eq!(report["counts"]["created"], 25, "{report}");
    lab.interrupt();
}

#[test]
fn an_address_that_is_not_loopback_is_refused() {
    let folder = folder("load-foreign");
    let arguments = ["load", "--app", "192.0.2.1:8080", "--rate", "1", "--tasks", "1"];
    let output = run(&folder, &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--target-is-mine"), "{}", stderr(&output));
}

#[test]
fn a_load_without_an_end_is_refused() {
    let output = run(&folder("load-endless"), &["load", "--rate", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--duration"), "{}", stderr(&output));
}
