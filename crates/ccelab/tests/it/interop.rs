//! Clients that nobody here wrote.

use crate::support::{Running, folder, run, skip, stderr, stdout, wait_for};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

#[test]
fn a_slixmpp_desktop_works_a_task_to_its_end() {
    if !has_slixmpp() {
        return;
    }
    let folder = folder("slixmpp");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let output = python("xmpp_agent.py").arg(&lab.ready_file).output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    for state in ["OFFERED", "ACCEPTED", "ACTIVE", "CLOSED", "handled"] {
        assert!(stdout(&output).contains(state), "{}", stdout(&output));
    }
}

#[test]
fn a_slixmpp_desktop_with_its_defaults_works_a_task_over_tls_that_it_asks_for() {
    works_over_tls("starttls", "over TLSv1.3 by STARTTLS");
}

#[test]
fn a_slixmpp_desktop_works_a_task_over_tls_from_the_first_byte() {
    works_over_tls("direct", "over TLSv1.3 from the first byte");
}

fn works_over_tls(tls: &str, how: &str) {
    if !has_slixmpp() {
        return;
    }
    let folder = folder(&format!("slixmpp-{tls}"));
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let output = python("xmpp_agent.py").arg(&lab.ready_file).args(["--tls", tls]).output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    for seen in [how, "OFFERED", "ACCEPTED", "ACTIVE", "CLOSED", "handled"] {
        assert!(stdout(&output).contains(seen), "{}", stdout(&output));
    }
    lab.interrupt();
    let checked = run(&folder, &["check", "lab.jsonl", "--unfinished"]);
    assert!(checked.status.success(), "{}{}", stdout(&checked), stderr(&checked));
}

#[test]
fn a_start_event_is_held_until_a_slixmpp_desktop_has_closed() {
    if !has_slixmpp() {
        return;
    }
    let folder = folder("slixmpp-held");
    let scenario = r#"
name = "held"
about = "The start event is late: the desktop has closed before Finesse hears that work has begun."

[[rules]]
name = "the start event waits"
match = "agentpg > finesse START_TASK_EVENT T"
hold = "desk > finesse CLOSE T"
expire = "30s"

[[expect]]
order = ["desk > finesse CLOSE T", "agentpg > finesse START_TASK_EVENT T", "agentpg > finesse END_TASK_EVENT T"]

[[expect]]
final = "contact T to=handled"
"#;
    fs::write(folder.join("held.toml"), scenario).unwrap();
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--scenario", "held.toml"]);
    let output = python("xmpp_agent.py").arg(&lab.ready_file).arg("--hasty").output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    lab.interrupt();
}

#[test]
fn an_application_in_place_of_ccp_has_a_task_routed() {
    if !has_python() {
        return;
    }
    let folder = folder("mr-app");
    let (application, lab) = mr_application(&folder, &[], &["--agents", "1080=auto"]);
    let output = application.wait_with_output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("opened by peripheral 5002") && text.contains("goes to agent 5172"), "{text}");
    lab.interrupt();
    let log = fs::read_to_string(folder.join("lab/mr-pim.log")).unwrap();
    assert!(log.contains("PG2A-pim4 Trace: Application->PG:"), "{log}");
}

#[test]
fn an_application_in_place_of_ccp_cancels_a_task_that_waits() {
    if !has_python() {
        return;
    }
    let folder = folder("mr-app-cancel");
    let (application, _lab) = mr_application(&folder, &["--cancel"], &[]);
    let output = application.wait_with_output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("cancelled"), "{}", stdout(&output));
}

#[test]
fn cti_clients_of_three_versions_work_a_task_to_its_end() {
    if !has_python() {
        return;
    }
    let folder = folder("cti-client");
    let table = table(&folder, "arm");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    for (version, agent) in [("14", "1081"), ("20", "1082"), ("24", "1083")] {
        let output =
            cti_client(&lab, &table).args(["--version", version, "--agent", agent]).output().unwrap();
        assert!(output.status.success(), "version {version}: {}{}", stdout(&output), stderr(&output));
        assert!(stdout(&output).contains("is worked"), "{}", stdout(&output));
    }
}

#[test]
fn a_cti_client_works_a_task_over_tls() {
    if !has_python() {
        return;
    }
    let folder = folder("cti-tls");
    let table = table(&folder, "arm");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let output = cti_client(&lab, &table).arg("--tls").output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let said = stdout(&output);
    assert!(said.contains("over TLSv1.3") && said.contains("is worked"), "{said}");
}

#[test]
fn a_client_of_both_sides_sees_a_die_b_take_over_and_a_return() {
    if !has_python() {
        return;
    }
    let folder = folder("dual-sided");
    let table = table(&folder, "arm");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let mut client = python("dual_sided_client.py");
    let output = client.arg(&lab.ready_file).arg("--table").arg(&table).output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    for seen in ["side A died", "side B took over", "side A returned", "side A serves again"] {
        assert!(stdout(&output).contains(seen), "{}", stdout(&output));
    }
}

#[test]
fn a_cti_client_gets_the_status_code_for_what_is_wrong() {
    if !has_python() {
        return;
    }
    let folder = folder("cti-refused");
    let table = table(&folder, "arm");
    let strict = "[agentpg]\nstrict_masks = true\nclient_password = \"secret\"\n";
    fs::write(folder.join("lab.toml"), strict).unwrap();
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--config", "lab.toml"]);
    let output = cti_client(&lab, &table).arg("--refused").output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn clients_that_never_read_flood_or_send_garbage_hurt_only_themselves() {
    if !has_python() {
        return;
    }
    let folder = folder("cti-rude");
    let table = table(&folder, "arm");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let output = cti_client(&lab, &table).arg("--beside-rude-ones").output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("is worked"), "{}", stdout(&output));
}

#[test]
fn a_task_is_routed_and_worked_without_ccp_and_finesse() {
    if !has_python() {
        return;
    }
    let folder = folder("without-ccp");
    let (mr, arm) = (table(&folder, "mr"), table(&folder, "arm"));
    route_without_ccp(&folder, &mr, &arm);
}

#[test]
fn the_same_goes_with_other_numbers_and_orders() {
    if !has_python() {
        return;
    }
    let folder = folder("other-tables");
    let (mr, arm) = (other_table(&folder, "mr"), other_table(&folder, "arm"));
    route_without_ccp(&folder, &mr, &arm);
}

fn route_without_ccp(folder: &Path, mr: &Path, arm: &Path) {
    let port_file = folder.join("port");
    let script = python("route_without_ccp.py")
        .arg(folder.join("lab.ready"))
        .arg("--mr-table")
        .arg(mr)
        .arg("--arm-table")
        .arg(arm)
        .arg("--port-file")
        .arg(&port_file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let port = wait_for("the application's port", || fs::read_to_string(&port_file).ok());
    let mr_app = format!("5002=127.0.0.1:{port}");
    let (mr, arm) = (mr.to_str().unwrap(), arm.to_str().unwrap());
    let options = ["--ports", "ephemeral", "--mr-app", &mr_app, "--mr-table", mr, "--arm-table", arm];
    let _lab = Running::start(folder, "lab", &options);
    let output = script.wait_with_output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("routed and worked"), "{}", stdout(&output));
}

fn cti_client(lab: &Running, table: &Path) -> Command {
    let mut command = python("cti_client.py");
    command.arg(&lab.ready_file).arg("--table").arg(table);
    command
}

/// The built-in table of a protocol as a file.
fn table(folder: &Path, protocol: &str) -> PathBuf {
    let path = folder.join(format!("{protocol}.toml"));
    fs::write(&path, run(folder, &["config", "tables", protocol]).stdout).unwrap();
    path
}

/// The same with other message numbers, and with the fixed parts from behind.
fn other_table(folder: &Path, protocol: &str) -> PathBuf {
    let path = table(folder, protocol);
    let mut other = String::new();
    let mut fixed: Option<Vec<String>> = None;
    for line in fs::read_to_string(&path).unwrap().lines() {
        match (&mut fixed, line.split_once("number = ")) {
            (None, Some((_, number))) => {
                writeln!(other, "number = {}", number.parse::<u32>().unwrap() + 1_000).unwrap();
            }
            (None, None) => {
                fixed = (line == "fixed = [").then(Vec::new);
                writeln!(other, "{line}").unwrap();
            }
            (Some(entries), _) if line == "]" => {
                entries.reverse();
                writeln!(other, "{}\n]", entries.join("\n")).unwrap();
                fixed = None;
            }
            (Some(entries), _) => entries.push(line.to_owned()),
        }
    }
    fs::write(&path, other).unwrap();
    path
}

/// An application that listens, and a lab that connects to it.
fn mr_application(folder: &Path, arguments: &[&str], lab: &[&str]) -> (Child, Running) {
    let table = table(folder, "mr");
    let port_file = folder.join("port");
    let application = python("mr_app.py")
        .arg("--table")
        .arg(&table)
        .arg("--port-file")
        .arg(&port_file)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let port = wait_for("the application's port", || fs::read_to_string(&port_file).ok());
    let mr_app = format!("5002=127.0.0.1:{port}");
    let options = [["--ports", "ephemeral", "--mr-app", &mr_app].as_slice(), lab].concat();
    (application, Running::start(folder, "lab", &options))
}

/// Whether the slixmpp desktop can run.
fn has_slixmpp() -> bool {
    let installed = Command::new("python3").args(["-c", "import slixmpp"]).output();
    let is_there = installed.is_ok_and(|output| output.status.success());
    if !is_there {
        skip("the slixmpp desktop", "pip install -r tests/interop/requirements.txt");
    }
    is_there
}

/// Whether the clients under `tests/interop` can run; else says that they are skipped.
fn has_python() -> bool {
    let found = Command::new("python3").args(["-c", "import tomllib"]).output();
    let is_there = found.is_ok_and(|output| output.status.success());
    if !is_there {
        skip("the clients in Python", "install Python 3.11 or later");
    }
    is_there
}

/// One of the clients under `tests/interop`.
fn python(script: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/interop").join(script));
    command
}
