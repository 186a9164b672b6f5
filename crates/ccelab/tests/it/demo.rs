//! `ccelab demo` and what its records are good for.

use crate::support::{ccelab, folder, run, say_skipped, shared, stderr, stdout, wait_for};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn the_demo_is_handled_and_draws_its_ladder() {
    let folder = folder("demo");
    let output = run(&folder, &["demo", "--fast"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    for part in
        ["APP  CCP  PIM  RTR  CTI  FIN  DESK", "NEW_TASK", "DO_THIS_WITH_TASK", "handled after", "mr "]
    {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    assert!(!text.contains('\u{1b}'), "colours in a pipe");
    assert!(folder.join(".ccelab/last/journal.jsonl").exists());
    assert!(folder.join(".ccelab/last/ctisvr.log").exists());
}

#[test]
fn a_demo_that_is_interrupted_keeps_a_whole_journal_and_its_logs() {
    for signal in ["-INT", "-TERM"] {
        let folder = folder("interrupted");
        let demo = ccelab(&folder).arg("demo").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let journal = folder.join(".ccelab/last/journal.jsonl");
        let has_begun = || fs::read_to_string(&journal).ok().filter(|text| text.contains("\"contact\""));
        wait_for("the first contact", has_begun);
        assert!(Command::new("kill").args([signal, &demo.id().to_string()]).status().unwrap().success());
        let output = demo.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{signal}: {}", stderr(&output));
        assert!(stderr(&output).contains("the demo was interrupted"), "{signal}: {}", stderr(&output));
        assert!(stdout(&output).contains("not ended"), "{signal}: {}", stdout(&output));
        let text = fs::read_to_string(&journal).unwrap();
        assert!(text.lines().last().unwrap().starts_with("{\"ended\""), "{signal}: the journal was cut off");
        let replayed = run(&folder, &["replay", path(&journal)]);
        assert!(replayed.status.success(), "{signal}: {}", stderr(&replayed));
    }
}

#[test]
fn the_summary_counts_messages_by_the_link_that_they_crossed() {
    let folder = folder("counts");
    let text = stdout(&run(&folder, &["demo", "--fast"]));
    let counts = text.lines().find_map(|line| line.trim().strip_prefix("messages: ")).unwrap();
    let count = |name: &str| -> u64 {
        let found = counts
            .split(", ")
            .find_map(|part| part.strip_prefix(name)?.trim().split(' ').next()?.parse().ok());
        found.unwrap_or_else(|| panic!("no {name} in {counts}"))
    };
    let log = |name: &str| fs::read_to_string(folder.join(".ccelab/last").join(name)).unwrap();
    assert!(log("router.log").contains("DeviceTargetPreCall"));
    // The one task: NEW_CALL, CONNECT, its reservation, and its states.
    assert!(count("icm-agent") > 5 && count("icm-mr") >= 4, "{counts}");
    assert!(counts.contains("ccp-rest 1 request,"), "{counts}");
    assert!(count("app") > 1 && count("desk") > 5, "{counts}");
}

#[test]
fn the_demo_s_logs_agree_with_the_lab_trace_live_and_from_the_journal() {
    let Some(tool) = shared("tools/compare-lab-trace.py") else {
        return skip_trace();
    };
    let folder = folder("trace");
    let (logs, journal, again) = (folder.join("L"), folder.join("J"), folder.join("L2"));
    let output = run(&folder, &["demo", "--fast", "--logs", path(&logs), "--journal", path(&journal)]);
    assert!(output.status.success(), "{}", stderr(&output));
    compare(&tool, &logs, &[], "119 of 119");
    assert!(run(&folder, &["logs", path(&journal), "--out", path(&again)]).status.success());
    compare(&tool, &again, &[], "119 of 119");
}

#[test]
fn another_agent_customer_and_task_give_the_trace_with_their_values() {
    let Some(tool) = shared("tools/compare-lab-trace.py") else {
        return skip_trace();
    };
    let folder = folder("mapped");
    fs::write(folder.join("lab.toml"), OTHER_LAB).unwrap();
    fs::write(folder.join("map.json"), OTHER_MAP).unwrap();
    let logs = folder.join("L");
    let output = run(&folder, &["demo", "--fast", "--config", "lab.toml", "--logs", path(&logs)]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    compare(&tool, &logs, &["--map", path(&folder.join("map.json"))], "119 of 119");
}

/// The first task is routed at once. The second waits for it, so the records that tell of a route without a
/// queue are not its own: its reservation and its work are.
#[test]
fn of_three_overlapping_tasks_one_queued_and_one_cancelled_each_handled_one_has_its_lines() {
    let Some(tool) = shared("tools/compare-lab-trace.py") else {
        return skip_trace();
    };
    let folder = folder("overlap");
    let customers = [("4s", ""), ("7s", ""), ("9s", "cancel_after = \"2s\"")].map(customer).concat();
    fs::write(folder.join("lab.toml"), format!("{BUSY_AGENT}{customers}")).unwrap();
    fs::write(folder.join("first.json"), format!("{{{ONE_AT_A_TIME}}}")).unwrap();
    fs::write(folder.join("second.json"), format!("{{{ONE_AT_A_TIME}, {SECOND_TASK}}}")).unwrap();
    let logs = folder.join("L");
    let output = run(&folder, &["demo", "--fast", "--config", "lab.toml", "--logs", path(&logs)]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains(
        "7CC797871000018D0000004339ED7AD5, discarded (notification_cce_task_cancel_succeeded) after"
    ));
    compare(&tool, &logs, &["--map", path(&folder.join("first.json"))], "119 of 119");
    let files = "ctisvr,finesse,ccppublicapps";
    compare(&tool, &logs, &["--map", path(&folder.join("second.json")), "--files", files], "50 of 50");
}

#[test]
fn a_demo_replays_and_a_changed_byte_is_named() {
    let folder = folder("replay");
    assert!(run(&folder, &["demo", "--fast"]).status.success());
    let journal = folder.join(".ccelab/last/journal.jsonl");
    let output = run(&folder, &["replay", path(&journal)]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("no difference"));

    let text = fs::read_to_string(&journal).unwrap();
    let line =
        text.lines().find(|line| line.contains(r#""out":{"send""#) && line.contains("x:000000c1")).unwrap();
    let changed = line.replacen("x:000000c1", "x:000000c2", 1);
    fs::write(&journal, text.replacen(line, &changed, 1)).unwrap();
    let seq = line.split(['{', ':', ',']).nth(2).unwrap();
    let output = run(&folder, &["replay", path(&journal)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(&format!("record {seq} of ccp")), "{}", stderr(&output));
}

#[test]
fn a_journal_is_drawn_again_as_text_and_as_a_diagram() {
    let folder = folder("ladder");
    assert!(run(&folder, &["demo", "--fast"]).status.success());
    let journal = ".ccelab/last/journal.jsonl";
    let text = stdout(&run(&folder, &["ladder", journal]));
    assert!(
        text.starts_with("T1  contact 5AA797871000018D0000004139ED7AD5  task 154526_37051928_1\n"),
        "{text}"
    );
    let one = stdout(&run(&folder, &["ladder", journal, "--task", "154526_37051928_1"]));
    assert!(one.contains("NEW_TASK") && !one.contains("MEDIA_LOGIN_REQ"), "{one}");
    let diagram = stdout(&run(&folder, &["ladder", journal, "--format", "mermaid"]));
    assert!(
        diagram.starts_with("sequenceDiagram\n") && diagram.contains("CCP->>PIM: T1 NEW_TASK"),
        "{diagram}"
    );
    assert_eq!(run(&folder, &["ladder", journal, "--task", "1_2_3"]).status.code(), Some(2));
}

#[test]
fn no_view_shows_a_password() {
    let folder = folder("secrets");
    assert!(run(&folder, &["demo", "--fast"]).status.success());
    for entry in fs::read_dir(folder.join(".ccelab/last")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "log") {
            let text = fs::read_to_string(&path).unwrap();
            assert!(!text.contains("ccelab") && !text.contains("Basic "), "{}", path.display());
        }
    }
}

pub(crate) fn compare(tool: &Path, logs: &Path, options: &[&str], agreement: &str) {
    let output = Command::new("python3").arg(tool).arg(logs).args(options).output().unwrap();
    assert!(output.status.success(), "{}", stdout(&output));
    assert!(stdout(&output).contains(&format!("{agreement} lines agree")), "{}", stdout(&output));
}

/// The trace is no part of the project, so its absence is no failure anywhere.
pub(crate) fn skip_trace() {
    say_skipped("the comparison with the lab trace", "the reference is not beside the project");
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The same lab with another agent, customer and task.
const OTHER_LAB: &str = r#"
[demo]
start = "2024-01-30T08:54:26-05:00"

[demo.pins]
contact_ids = ["6BB797871000018D0000004239ED7AD5"]
application_id = "0c9d7b52-1111-4222-8333-444455556666"
first_dialogue = 9
first_call_id = 40000017
router_first_invoke_id = 771
finesse_first_invoke_id = 100
first_session = 8

[[demo.agents]]
id = "1082"
limit = 5
sign_in = "500ms"
ready = "1500ms"
accept = "3s"
start = "5s"
close = "7s"

[[demo.customers]]
at = "4s"
method = "GET"
feed = 100080
name = "ann@example.org"
title = "Order A-17 lost"
description = "Order A-17 lost"
script_selector = "CumulusTask"
poll = "1s"

[demo.customers.variables]
cv_1 = "Ann Other"
cv_2 = "Order A-17 lost"
cv_3 = "987654321"
cv_4 = "ann@example.org"
"#;

/// The trace's values, and those of that lab. Lengths, too, follow from the values.
const OTHER_MAP: &str = r#"{
  "5AA797871000018D0000004139ED7AD5": "6BB797871000018D0000004239ED7AD5",
  "ae93f5ad-452d-4c52-8057-8d23864a8a8a": "0c9d7b52-1111-4222-8333-444455556666",
  "37051928": "40000017",
  "DialogueID = (4) Hex 00000004": "DialogueID = (9) Hex 00000009",
  "DID=4 ": "DID=9 ",
  "(4 x 0 : 0 0)": "(9 x 0 : 0 0)",
  "InvokeID=635": "InvokeID=771",
  "1080": "1082",
  "5172": "5174",
  "Hex 00001434": "Hex 00001436",
  "UCSFSJEFFERS": "UCSFAHAMILTON",
  "MaxTaskLimit=3": "MaxTaskLimit=5",
  ":3[0]": ":5[0]",
  "user@email": "ann@example.org",
  "Report Lost Credit Card": "Order A-17 lost",
  "Scott McTominay": "Ann Other",
  "123456789": "987654321",
  "Length = 201 bytes": "Length = 192 bytes",
  "Length = 135 bytes": "Length = 126 bytes"
}"#;

/// The trace's agent, but with one task at a time.
const BUSY_AGENT: &str = r#"
[demo.pins]
contact_ids = [
  "5AA797871000018D0000004139ED7AD5",
  "6BB797871000018D0000004239ED7AD5",
  "7CC797871000018D0000004339ED7AD5",
]

[[demo.agents]]
id = "1080"
limit = 1
sign_in = "500ms"
ready = "1500ms"
accept = "3s"
start = "5s"
close = "7s"
"#;

/// The trace's customer, at another time.
fn customer((at, end): (&str, &str)) -> String {
    format!(
        r#"
[[demo.customers]]
at = "{at}"
method = "GET"
feed = 100080
name = "user@email"
title = "Report Lost Credit Card"
description = "Report Lost Credit Card"
script_selector = "CumulusTask"
poll = "1s"
{end}
[demo.customers.variables]
cv_1 = "Scott McTominay"
cv_2 = "Report Lost Credit Card"
cv_3 = "123456789"
cv_4 = "user@email"
"#
    )
}

/// What is different when the limit is one task: an agent who has it is no longer available.
const ONE_AT_A_TIME: &str = r#"
  "St=RESERVED Dur=0 Reason=0 MRDID=5011 NumTasks=1 MaxTaskLimit=3 MaxBeyondTaskLimit=0 AgtMode=1 AGTAvailStatus=1":
    "St=RESERVED Dur=0 Reason=0 MRDID=5011 NumTasks=1 MaxTaskLimit=1 MaxBeyondTaskLimit=0 AgtMode=1 AGTAvailStatus=0",
  "St=ACTIVE Dur=0 Reason=0 MRDID=5011 NumTasks=1 MaxTaskLimit=3 MaxBeyondTaskLimit=0 AgtMode=1 AGTAvailStatus=1":
    "St=ACTIVE Dur=0 Reason=0 MRDID=5011 NumTasks=1 MaxTaskLimit=1 MaxBeyondTaskLimit=0 AgtMode=1 AGTAvailStatus=0",
  "MaxTaskLimit=3": "MaxTaskLimit=1",
  ":3[0]": ":1[0]"
"#;

/// The values of the second task in place of the trace's.
const SECOND_TASK: &str = r#"
  "5AA797871000018D0000004139ED7AD5": "6BB797871000018D0000004239ED7AD5",
  "37051928": "37051929",
  "InvokeID=635": "InvokeID=636"
"#;

/// Two tasks lose the same characters: one line says so, and no other variable suffers.
#[test]
fn a_variable_that_is_too_long_is_cut_with_one_warning_on_standard_error() {
    let folder = folder("ecc");
    let variables =
        "\"user_user.language\" = \"abcdefghijklmnopqrstuvwxyz\"\n\"user_user.order.id\" = \"4711\"\n";
    let customers = [("4s", ""), ("9s", "")].map(|times| customer(times) + variables).concat();
    fs::write(folder.join("lab.toml"), format!("{BUSY_AGENT}{customers}")).unwrap();
    let output = run(&folder, &["demo", "--fast", "--config", "lab.toml"]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let error = stderr(&output);
    let warnings: Vec<&str> = error.lines().filter(|line| line.starts_with("warning: contact ")).collect();
    let [warning] = warnings[..] else { panic!("{error}") };
    assert!(warning.contains("variable user.language of 26 characters is too long, and cut"), "{warning}");
    let journal = fs::read_to_string(folder.join(".ccelab/last/journal.jsonl")).unwrap();
    let agentpg: Vec<&str> = journal.lines().filter(|line| line.contains("\"node\":\"agentpg\"")).collect();
    for shown in ["\"abcdefghijklmnopqrst\"", "\"4711\""] {
        assert!(agentpg.iter().any(|line| line.contains(shown)), "no {shown}");
    }
    assert!(
        !agentpg.iter().any(|line| line.contains("abcdefghijklmnopqrstu")),
        "20 characters of it are left"
    );
}
