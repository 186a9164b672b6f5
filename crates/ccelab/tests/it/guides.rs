//! What the guides show is what the lab does.

use crate::support::{folder, run, stderr};
use std::{fs, path::Path};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// The blocks between fences.
fn blocks(document: &str) -> impl Iterator<Item = &str> {
    document.split("\n```").skip(1).step_by(2)
}

#[test]
fn every_line_of_a_log_that_the_guide_shows_is_written_for_that_task() {
    let folder = folder("guide-logs");
    let scenario = format!("{ROOT}/sim-configs/scenarios/one-task.toml");
    let played = run(&folder, &["sim", &scenario, "--journal", "one-task.jsonl", "--logs", "."]);
    assert!(played.status.success(), "{}", stderr(&played));
    let is_log = |path: &Path| path.extension().is_some_and(|extension| extension == "log");
    let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let logs: String =
        paths.filter(|path| is_log(path)).map(|path| fs::read_to_string(path).unwrap()).collect();
    let document = read("docs/reading-logs.md");
    let lines = blocks(&document).flat_map(str::lines);
    let shown: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("ccelab ")).collect();
    assert!(shown.len() > 10, "{shown:?}");
    let missing: Vec<&&str> = shown.iter().filter(|line| !logs.contains(**line)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
