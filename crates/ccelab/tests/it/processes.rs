//! A lab in several processes, each of which is stopped and started again.

use crate::support::{Running, ccelab, create_task, folder, run, stderr, stdout, wait_for, wait_for_status};
use std::{fs, net::TcpListener, path::Path, process::Command};

const PARTS: [&str; 5] = ["ccp", "mrpg", "router", "agentpg", "finesse"];
const LINKS: [&str; 7] = ["app", "mr", "icm", "cti-a", "cti-b", "desk", "xmpp"];

#[test]
fn links_come_back_by_themselves_when_any_process_is_started_again() {
    let folder = folder("split");
    let app = write_config(&folder);
    let mut parts: Vec<Option<Running>> = PARTS.iter().map(|part| Some(start(&folder, part))).collect();
    work_one_task(&app);
    for (at, part) in PARTS.iter().enumerate() {
        parts[at].take().unwrap().interrupt();
        parts[at] = Some(start(&folder, part));
        work_one_task(&app);
    }
}

#[test]
fn the_parts_of_a_split_lab_keep_their_records_apart_in_one_folder() {
    let folder = folder("split-records");
    let app = write_config(&folder);
    let parts = [("ccp,mrpg", "ccp,mrpg"), ("router", "router"), ("finesse,agentpg", "agentpg,finesse")];
    let running: Vec<Running> = parts
        .iter()
        .map(|(only, _)| {
            let mut arguments = vec!["--config", "lab.toml", "--only", only];
            if only.contains("finesse") {
                arguments.extend(["--agents", "1080=slow:10ms"]);
            }
            Running::start_plainly(&folder, only, &arguments)
        })
        .collect();
    work_one_task(&app);
    running.into_iter().for_each(Running::interrupt);
    for (_, name) in parts {
        let records = folder.join(".ccelab/last").join(name);
        let replayed = run(&records, &["replay", "journal.jsonl"]);
        assert!(replayed.status.success(), "{name}: {}{}", stdout(&replayed), stderr(&replayed));
    }
    let log = |part: &str| fs::read_to_string(folder.join(".ccelab/last").join(part)).unwrap();
    assert!(log("ccp,mrpg/mr-pim.log").contains("NEW_TASK") && log("router/router.log").contains("NewCall"));
}

#[test]
fn a_second_run_in_a_folder_is_refused_and_the_first_keeps_its_journal() {
    let folder = folder("two-runs");
    let lab = Running::start_plainly(&folder, "lab", &["--ports", "ephemeral"]);
    let output = run(&folder, &["demo", "--fast"]);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains(&format!("process {}", lab.id())) && told.lines().count() == 1, "{told}");
    assert!(told.contains("--journal"), "{told}");
    let output = run(&folder, &["logs", ".ccelab/last/journal.jsonl", "--out", ".ccelab/last"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains(&format!("process {}", lab.id())), "{}", stderr(&output));
    lab.interrupt();
    assert!(run(&folder, &["replay", ".ccelab/last/journal.jsonl"]).status.success());
    assert!(run(&folder, &["demo", "--fast"]).status.success(), "the lock ends with its process");
}

#[test]
fn a_journal_that_a_run_writes_is_not_overwritten_by_another() {
    let folder = folder("one-journal");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let output = run(&folder, &["demo", "--fast", "--journal", "lab.jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("lab.jsonl is being written"), "{}", stderr(&output));
    lab.interrupt();
    assert!(run(&folder, &["replay", "lab.jsonl"]).status.success());
}

#[test]
fn a_run_that_is_interrupted_while_it_starts_ends_in_order() {
    let folder = folder("early-signal");
    let scenario =
        "name = \"deaf\"\n[[rules]]\nmatch = \"mrpg > ccp OPEN_REQ\"\ntimes = \"always\"\ndrop = true\n";
    fs::write(folder.join("deaf.toml"), scenario).unwrap();
    let mut lab = ccelab(&folder)
        .args(["run", "--ports", "ephemeral", "--scenario", "deaf.toml", "--journal", "J"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Without that session it does not settle for seconds.
    wait_for("the journal", || fs::read(folder.join("J")).ok().filter(|text| !text.is_empty()));
    assert!(Command::new("kill").args(["-INT", &lab.id().to_string()]).status().unwrap().success());
    assert!(lab.wait().unwrap().code().is_some());
    let check = run(&folder, &["check", "J"]);
    assert!(!stderr(&check).contains("does not say that its run is over"), "{}", stderr(&check));
}

/// The virtual agent runs beside Finesse, as a desktop would.
fn start(folder: &Path, part: &str) -> Running {
    let agents: &[&str] = if part == "finesse" { &["--agents", "1080=slow:10ms"] } else { &[] };
    let arguments = [&["--config", "lab.toml", "--only", part], agents].concat();
    Running::start(folder, part, &arguments)
}

/// Tasks that are lost with a process do not count: a new one is created until one is handled.
pub(crate) fn work_one_task(app: &str) {
    let path = wait_for("a task that is not discarded", || {
        let path = create_task(app)?;
        let discarded = wait_for("a decision", || {
            let answer = crate::support::http("GET", app, &path, None, "")?;
            ["queued", "reserved", "handled", "discarded"]
                .into_iter()
                .find(|status| answer.body.contains(&format!("<status>{status}</status>")))
        });
        (discarded != "discarded").then_some(path)
    });
    wait_for_status(app, &path, "handled");
}

/// Free ports, so that several processes can know them. Returns the Task API's address.
fn write_config(folder: &Path) -> String {
    let listeners: Vec<TcpListener> =
        LINKS.iter().map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let addresses: Vec<String> =
        listeners.iter().map(|listener| listener.local_addr().unwrap().to_string()).collect();
    let text: String = LINKS
        .iter()
        .zip(&addresses)
        .map(|(link, address)| format!("[links.{link}]\nlisten = \"{address}\"\nconnect = \"{address}\"\n\n"))
        .collect();
    fs::write(folder.join("lab.toml"), text).unwrap();
    addresses[0].clone()
}
