//! Clients that nobody here wrote.

use crate::support::{Running, folder, skip, stderr, stdout};
use std::{path::Path, process::Command};

#[test]
fn a_slixmpp_desktop_works_a_task_to_its_end() {
    let installed = Command::new("python3").args(["-c", "import slixmpp"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return skip("the slixmpp desktop", "pip install -r tests/interop/requirements.txt");
    }
    let folder = folder("slixmpp");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/interop/xmpp_agent.py");
    let output = Command::new("python3").arg(script).arg(&lab.ready_file).output().unwrap();
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    for state in ["OFFERED", "ACCEPTED", "ACTIVE", "CLOSED", "handled"] {
        assert!(stdout(&output).contains(state), "{}", stdout(&output));
    }
}
