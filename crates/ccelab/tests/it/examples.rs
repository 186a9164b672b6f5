//! The applications of `examples/`, each as its page says to run it.

use crate::support::{Running, folder, skip, stderr, stdout};
use std::{
    path::Path,
    process::{Command, Output},
};

#[test]
fn the_application_in_python_creates_a_task_and_works_it() {
    if !has("python3", &["-c", "import requests"], "pip install -r tests/interop/requirements.txt") {
        return;
    }
    works_its_task("python", Command::new("python3").arg("examples/python/application.py"));
}

#[test]
fn the_application_in_node_creates_a_task_and_works_it() {
    let is_recent = "process.exit(Number(process.versions.node.split('.')[0] < 18))";
    if !has("node", &["--eval", is_recent], "install Node 18 or later") {
        return;
    }
    works_its_task("node", Command::new("node").arg("examples/node/application.mjs"));
}

#[test]
fn the_application_in_rust_creates_a_task_and_works_it() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    works_its_task("rust", Command::new(cargo).args(["run", "--quiet", "--example", "application"]));
}

#[test]
fn the_page_of_the_examples_has_the_line_that_runs_each() {
    let page = std::fs::read_to_string(root().join("examples/README.md")).unwrap();
    for line in [
        "`python3 examples/python/application.py`",
        "`node examples/node/application.mjs`",
        "`cargo run --example application`",
    ] {
        assert!(page.contains(line), "{line}");
    }
}

/// Runs an application against a lab in which nobody is signed in. Its task is reserved, and handled in the end.
fn works_its_task(name: &str, application: &mut Command) {
    let lab = Running::start(&folder(name), "lab", &["--ports", "ephemeral"]);
    let desk = format!("http://{}/finesse/api", lab.address("desk"));
    let output = application
        .current_dir(root())
        .env("FEED_URL", lab.address("feed_url"))
        .env("FINESSE_URL", desk)
        .output()
        .unwrap();
    assert_worked(&output);
    lab.interrupt();
}

fn assert_worked(output: &Output) {
    let text = stdout(output);
    assert!(output.status.success(), "{text}{}", stderr(output));
    let steps = ["created http", "task is ", "NOT_READY", "task is reserved", "task is handled", "LOGOUT"];
    let places: Vec<_> = steps.iter().map(|step| text.find(step)).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{text}");
}

fn has(program: &str, arguments: &[&str], fix: &str) -> bool {
    let is_there = Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success());
    if !is_there {
        skip(&format!("the example for {program}"), fix);
    }
    is_there
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
