//! A lab in several processes, each of which is stopped and started again.

use crate::support::{
    Running, ccelab, create_task, folder, free_address, run, stderr, stdout, wait_for, wait_for_status,
};
use std::{collections::BTreeMap, fs, ops::Range, path::Path, process::Command};

const PARTS: [&str; 5] = ["ccp", "mrpg", "router", "agentpg", "finesse"];
const LINKS: [&str; 9] = ["app", "ccp-bosh", "mr", "icm", "cti-a", "cti-b", "desk", "xmpp", "bosh"];

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

/// Where the lanes stand in a row of a ladder.
const LANES: Range<usize> = 27..58;

/// What makes ids the same in each run.
const SAME_IDS: [&str; 4] = ["--seed", "7", "--start", "2026-11-28T09:00:00Z"];

#[test]
fn the_merged_journal_of_a_split_lab_is_that_of_a_whole_one() {
    let folder = folder("merged");
    let app = write_config(&folder);
    // Whoever dials comes behind whoever listens, so that every session is open once all have started.
    let parts = ["router", "ccp", "mrpg", "agentpg", "finesse"].map(|part| start_alike(&folder, part));
    play_one_task(&app, &folder.join("router.jsonl"));
    parts.into_iter().for_each(Running::interrupt);
    let journals: Vec<String> = PARTS.iter().map(|part| format!("{part}.jsonl")).collect();
    let merged = merge(&folder, &journals, "merged.jsonl");
    assert!(merged.status.success(), "{}", stderr(&merged));
    let told = stderr(&merged);
    assert!(
        told.contains("ccp: clock moved by") && told.contains("± ") && !told.contains("warning"),
        "{told}"
    );
    for command in ["check", "replay"] {
        let done = run(&folder, &[command, "merged.jsonl"]);
        assert!(done.status.success(), "{command}: {}{}", stdout(&done), stderr(&done));
    }

    let whole = folder.join("whole");
    fs::create_dir(&whole).unwrap();
    let arguments = [&["--ports", "ephemeral", "--agents", "1080=slow:10ms"], SAME_IDS.as_slice()].concat();
    let lab = Running::start(&whole, "lab", &arguments);
    play_one_task(&lab.address("app"), &whole.join("lab.jsonl"));
    lab.interrupt();
    let ladder = |folder: &Path, journal: &str| {
        let drawn = run(folder, &["ladder", journal, "--task", "T1"]);
        assert!(drawn.status.success(), "{}", stderr(&drawn));
        masked(&stdout(&drawn))
    };
    assert_eq!(ladder(&folder, "merged.jsonl"), ladder(&whole, "lab.jsonl"));
}

/// Delays what the router says of a reservation, and expects it to count.
const DELAYED: &str = r#"
name = "delayed"
[[rules]]
match = "router > agentpg DEVICE_TARGET_PRE_CALL_IND"
delay = "100ms"
[[expect]]
count = { of = "router > agentpg DEVICE_TARGET_PRE_CALL_IND", is = 1 }
"#;

#[test]
fn a_rule_names_peers_in_other_processes_where_a_message_leaves_and_where_it_arrives() {
    for directed in ["router", "agentpg"] {
        let folder = folder("split-rule");
        let app = write_config(&folder);
        fs::write(folder.join("delayed.toml"), DELAYED).unwrap();
        let start = |part: &str| {
            let scenario: &[&str] = if part == directed { &["--scenario", "delayed.toml"] } else { &[] };
            start_with(&folder, part, scenario)
        };
        let parts = ["router", "ccp", "mrpg", "agentpg", "finesse"].map(start);
        play_one_task(&app, &folder.join("router.jsonl"));
        // It says so, and ends badly, if its expectation is not met.
        parts.into_iter().for_each(Running::interrupt);
        let journal = fs::read_to_string(folder.join(format!("{directed}.jsonl"))).unwrap();
        assert_eq!(journal.matches(r#""did":{"delayed":100000}"#).count(), 1, "{directed}");
        let journals: Vec<String> = PARTS.iter().map(|part| format!("{part}.jsonl")).collect();
        assert!(merge(&folder, &journals, "merged.jsonl").status.success());
        let check = run(&folder, &["check", "merged.jsonl"]);
        assert!(check.status.success(), "{}{}", stdout(&check), stderr(&check));
    }
}

fn start_alike(folder: &Path, part: &str) -> Running {
    start_with(folder, part, &SAME_IDS)
}

/// Plays a task once the router knows of an agent who is free.
fn play_one_task(app: &str, router: &Path) {
    wait_for("a free agent", || {
        let journal = fs::read_to_string(router).ok()?;
        let is_free = |line: &&str| line.contains(r#""router":{"agent""#) && line.contains("NOT_ACTIVE");
        journal.lines().find(is_free).map(|_| ())
    });
    let path = wait_for("a task", || create_task(app));
    wait_for_status(app, &path, "handled");
}

fn merge(folder: &Path, journals: &[String], out: &str) -> std::process::Output {
    let journals: Vec<&str> = journals.iter().map(String::as_str).collect();
    run(folder, &[&["merge", "--out", out], journals.as_slice()].concat())
}

/// What a ladder says that does not depend on which of two things came first: what went over each link, in order, and what
/// changed. Two that happen at the same time stand in any order in a run over a network, and a request whose handling another
/// component's record interrupts has no row of its own.
fn masked(ladder: &str) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let (mut links, mut changes) = (BTreeMap::<String, Vec<String>>::new(), Vec::new());
    let (_, rows) = ladder.split_once("host clock").unwrap();
    // Heads of further pages and rows of what is left out have no lanes.
    for row in
        rows.lines().skip(1).filter(|row| row.contains('│') && (!row.contains('…') || row.contains("/…")))
    {
        let row: Vec<char> = row.chars().collect();
        let drawn: String = row[LANES].iter().collect();
        let text: String = row[LANES.end..].iter().collect();
        let mut parts = text.split('●').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty());
        if drawn.contains(['►', '◄']) {
            let message = parts.next().unwrap();
            if !message.starts_with("POST /ccp/task/feed") {
                links.entry(drawn).or_default().push(message);
            }
        }
        changes.extend(parts);
    }
    changes.sort();
    (links, changes)
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

fn start(folder: &Path, part: &str) -> Running {
    start_with(folder, part, &[])
}

/// The virtual agent runs beside Finesse, as a desktop would.
fn start_with(folder: &Path, part: &str, further: &[&str]) -> Running {
    let agents: &[&str] = if part == "finesse" { &["--agents", "1080=slow:10ms"] } else { &[] };
    let arguments = [&["--config", "lab.toml", "--only", part], agents, further].concat();
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
pub(crate) fn write_config(folder: &Path) -> String {
    let addresses = LINKS.map(|_| free_address().to_string());
    let text: String = LINKS
        .iter()
        .zip(&addresses)
        .map(|(link, address)| format!("[links.{link}]\nlisten = \"{address}\"\nconnect = \"{address}\"\n\n"))
        .collect();
    let admin = "[links.admin]\nlisten = \"127.0.0.1:0\"\nconnect = \"127.0.0.1:0\"\n";
    // Each process would take the same addresses for TLS.
    fs::write(folder.join("lab.toml"), text + admin + "[tls]\nenabled = false\n").unwrap();
    addresses[0].clone()
}
