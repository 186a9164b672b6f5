//! Whole lives of tasks in a lab as it is shipped: `ccelab run` with its journal, its checks and its admin port, and `ccelab load` as customers and
//! agents.

use crate::{Took, cpu};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const AGENTS: &str = "2000..2049";

/// How long the lab may take to be ready.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long a journal that is whole does not grow.
const QUIET: Duration = Duration::from_millis(100);

/// The built-in lab with as many agents as the floor has.
const LAB: &str = r#"
[[agents]]
id = "2000..2049"
extension = "2000..2049"
login_name = "agent{id}"
first_name = "Agent"
last_name = "{id}"
terminal = "T{id}"
password = "cisco"
skill_target = 6000
mrds = ["Tasks"]

[[precision_queues]]
id = 5034
name = "CumulusTask"
mrd = "Tasks"
skill_group = 5199
number = 12282837

[[precision_queues.steps]]
agents = ["2000..2049"]
"#;

/// Runs a lab and a load on it. Returns what a task took, and its bytes of the journal.
pub(crate) fn measure(tasks: u64, packing: Option<&str>, binary: Option<&str>) -> (Took, u64) {
    let binary = binary.unwrap_or(env!("CARGO_BIN_EXE_ccelab"));
    let folder = std::env::temp_dir().join(format!("ccelab-lives-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("lab.toml"), LAB).unwrap();
    let mut lab = start_lab(binary, &folder, packing);
    let before = cpu::of_children();
    let ready = fs::read_to_string(folder.join("lab.ready")).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&ready).unwrap();
    let journal = folder.join(ready["journal"].as_str().unwrap());
    let lab_before = cpu::of_process(lab.id());
    let bytes_before = size(&journal);
    let load = ["load", "--config", "lab.toml", "--ready-file", "lab.ready", "--json", "load.json"];
    let count = tasks.to_string();
    let shape = ["--users", "48", "--connections", "16", "--tasks", &count, "--agents", AGENTS, "--strict"];
    let output = command(binary, &folder).args(load).args(shape).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let load = cpu::of_children().saturating_sub(before);
    until_quiet(&journal);
    let took = cpu::of_process(lab.id()).saturating_sub(lab_before);
    let bytes = size(&journal) - bytes_before;
    let began = Instant::now();
    stop(&mut lab);
    println!(
        "{:<34} {:>9.2} s for the end of the run, in which the logs are made",
        "",
        began.elapsed().as_secs_f64()
    );
    let report = fs::read_to_string(folder.join("load.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let time = Duration::from_secs_f64(report["seconds"].as_f64().unwrap());
    (Took { tasks, time, load, lab: took }, bytes / tasks)
}

fn command(binary: &str, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(folder).env_remove("CCELAB_LOG").stdin(Stdio::null());
    command
}

fn start_lab(binary: &str, folder: &Path, packing: Option<&str>) -> Child {
    let ready: PathBuf = folder.join("lab.ready");
    let options =
        ["run", "--config", "lab.toml", "--ports", "ephemeral", "--no-tls", "--ready-file", "lab.ready"];
    let journal = packing.map(|packing| if packing == "packed" { "lab.jsonl.lz4" } else { "lab.jsonl" });
    let journal = journal.map(|journal| format!("--journal={journal}"));
    let mut lab = command(binary, folder).args(options).args(journal).stdout(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while !ready.exists() {
        assert!(began.elapsed() < DEADLINE && lab.try_wait().unwrap().is_none(), "the lab is not ready");
        std::thread::park_timeout(Duration::from_millis(5));
    }
    lab
}

fn size(journal: &Path) -> u64 {
    fs::metadata(journal).unwrap().len()
}

/// Waits until the journal has everything: it grows no more, but for what happens every few seconds.
fn until_quiet(journal: &Path) {
    let mut before = 0;
    while size(journal) != before {
        before = size(journal);
        std::thread::park_timeout(QUIET);
    }
}

/// Ends a lab as Ctrl-C does.
fn stop(lab: &mut Child) {
    let pid = rustix::process::Pid::from_child(lab);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert!(lab.wait().unwrap().success(), "the lab failed");
}
