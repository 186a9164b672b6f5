//! The shipped scenario of the lab trace: the lab's task with the lab's times.

use crate::{
    demo::{compare, path, skip_trace},
    support::{folder, run, shared, stderr, stdout},
};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};

const SCENARIO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sim-configs/scenarios/lab-trace.toml");

/// SHA-256 of the lines about the task in ctisvr.log, mr-pim.log and router.log, when they were last compared with the lab trace, byte
/// by byte. So a checkout without the trace notices each change, too.
const COMPARED: [&str; 3] = [
    "4e29204c67c4696e04a998bdc0f7b2725340027101ec0cf5276ef880b46728ef",
    "ebc12c5d5839ad899323596a6e9a80ac30adb1c4ad9011e661d8a8577472d410",
    "6337d3159fdddd61bc0a7d8b6c48d6b0babd595eadb57a6643505a2ce9681d68",
];

/// Plays the scenario, and returns where its logs are.
fn play(folder: &Path, seed: &str) -> PathBuf {
    let logs = folder.join(seed);
    let output = run(folder, &["sim", SCENARIO, "--seed", seed, "--logs", path(&logs)]);
    assert!(output.status.success(), "seed {seed}: {}{}", stdout(&output), stderr(&output));
    logs
}

#[test]
fn the_gateways_and_the_router_write_the_lab_trace_to_the_byte_for_every_seed() {
    let Some(tool) = shared("tools/compare-lab-trace.py") else { return skip_trace() };
    let folder = folder("lab-trace");
    for seed in ["1", "2", "77", "1234"] {
        let logs = play(&folder, seed);
        compare(&tool, &logs, &["--exact", "--files", "ctisvr,mr-pim,router"], "74 of 74");
        compare(&tool, &logs, &["--exact", "--min", "89"], "89 of 119");
        compare(&tool, &logs, &[], "119 of 119");
    }
}

#[test]
fn no_seed_changes_a_line_about_the_task_in_the_logs_of_the_gateways_and_the_router() {
    let folder = folder("lab-trace-seeds");
    let about_task = |seed| {
        let logs = play(&folder, seed);
        let is_about = |line: &&str| ["1080", "37051928", "5172"].iter().any(|id| line.contains(id));
        ["ctisvr.log", "mr-pim.log", "router.log"].map(|name| {
            let text = fs::read_to_string(logs.join(name)).unwrap();
            let lines: Vec<&str> = text.lines().filter(is_about).collect();
            assert!(!lines.is_empty(), "{name}");
            lines.join("\n")
        })
    };
    let first = about_task("1");
    for seed in ["2", "3"] {
        assert_eq!(about_task(seed), first, "seed {seed}");
    }
    let digest =
        |text: String| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(first.map(digest), COMPARED, "these lines are to be compared with the lab trace once more");
}
