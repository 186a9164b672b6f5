//! A lab in several processes, each of which is stopped and started again.

use crate::support::{Running, create_task, folder, wait_for, wait_for_status};
use std::{fs, net::TcpListener, path::Path};

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

/// The virtual agent runs beside Finesse, as a desktop would.
fn start(folder: &Path, part: &str) -> Running {
    let agents: &[&str] = if part == "finesse" { &["--agents", "1080=slow:10ms"] } else { &[] };
    let arguments = [&["--config", "lab.toml", "--only", part], agents].concat();
    Running::start(folder, part, &arguments)
}

/// Tasks that are lost with a process do not count: a new one is created until one is handled.
fn work_one_task(app: &str) {
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
