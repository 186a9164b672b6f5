//! Clients that nobody here wrote.

use crate::support::{Running, folder, run, skip, stderr, stdout, wait_for};
use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

#[test]
fn a_slixmpp_desktop_works_a_task_to_its_end() {
    let installed = Command::new("python3").args(["-c", "import slixmpp"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return skip("the slixmpp desktop", "pip install -r tests/interop/requirements.txt");
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
fn an_application_in_place_of_ccp_has_a_task_routed() {
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
    let folder = folder("mr-app-cancel");
    let (application, _lab) = mr_application(&folder, &["--cancel"], &[]);
    let output = application.wait_with_output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("cancelled"), "{}", stdout(&output));
}

/// An application that listens, and a lab that connects to it.
fn mr_application(folder: &Path, arguments: &[&str], lab: &[&str]) -> (Child, Running) {
    let table = folder.join("mr.toml");
    fs::write(&table, run(folder, &["config", "tables", "mr"]).stdout).unwrap();
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

/// One of the clients under `tests/interop`.
fn python(script: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/interop").join(script));
    command
}
