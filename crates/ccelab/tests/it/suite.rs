//! The suite of the testing guide: it passes in two processes at once, and the guide shows that very suite.

use crate::support::{folder, skip, stderr, stdout};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_suite_of_the_testing_guide_passes_in_two_processes_at_once() {
    let installed = Command::new("python3").args(["-c", "import pytest, requests"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return skip("the suite of the testing guide", "pip install -r tests/interop/requirements.txt");
    }
    let folder = folder("suite");
    for worker in [start(&folder, "one"), start(&folder, "other")] {
        let output = worker.wait_with_output().unwrap();
        assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
        assert!(stdout(&output).contains("11 passed"), "{}", stdout(&output));
    }
}

#[test]
fn each_block_of_the_testing_guide_is_cut_from_its_suite() {
    let suite: Vec<String> = fs::read_dir(root().join("examples/pytest"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let guide = fs::read_to_string(root().join("docs/testing.md")).unwrap();
    let blocks = guide.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    let shown: Vec<&str> = blocks.filter(|(kind, _)| *kind != "sh").map(|(_, text)| text).collect();
    assert!(shown.len() > 8, "{shown:?}");
    // Definitions that stand apart in a file may be neighbours in the guide.
    for part in shown.iter().flat_map(|block| block.split("\n\n\n")) {
        assert!(suite.iter().any(|file| file.contains(part)), "{part}");
    }
}

/// One run of the whole suite, which leaves nothing beside its files.
fn start(folder: &Path, worker: &str) -> Child {
    Command::new("python3")
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp"])
        .arg(folder.join(worker))
        .arg(root().join("examples/pytest"))
        .env("CCELAB", env!("CARGO_BIN_EXE_ccelab"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}
