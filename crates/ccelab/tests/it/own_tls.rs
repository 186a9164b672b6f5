//! The lab's own links over TLS, as the products have them.

use crate::support::{Running, create_task, folder, free_address, wait_for_status};
use std::fs;

const LAB: &str = "[mrpg]\ntls = true\n[finesse]\nccp_tls = true\n";

#[test]
fn finesse_and_the_mr_pg_reach_ccp_over_tls_alone() {
    let folder = folder("own-tls");
    let mr = free_address();
    fs::write(folder.join("lab.toml"), format!("{LAB}[links.mr]\nlisten_tls = \"{mr}\"\n")).unwrap();
    let arguments = ["--ports", "ephemeral", "--config", "lab.toml", "--agents", "1081=auto"];
    let lab = Running::start(&folder, "lab", &arguments);
    let app = lab.address("app");
    let task = create_task(&app).unwrap();
    wait_for_status(&app, &task, "handled");
    lab.interrupt();
    let records = fs::read_to_string(folder.join("lab.jsonl")).unwrap();
    let close = records.lines().find(|line| line.contains("\"method\":\"PUT\"") && line.contains("/close"));
    assert!(close.is_some_and(|line| line.contains("\"security\":\"tls\"")), "{close:?}");
    let dialled = records.lines().find(|line| line.contains("\"dial\"") && line.contains("\"mr\""));
    assert!(dialled.is_some_and(|line| line.contains("lab_over_tls")), "{dialled:?}");
    assert!(records.contains("CumulusTask"), "the journal has what is within TLS");
}

/// The certificate of one process is trusted by another one, since both are of the user's authority.
#[test]
fn finesse_in_a_process_of_its_own_calls_ccp_over_tls() {
    let folder = folder("own-tls-split");
    let app = crate::processes::write_config(&folder);
    let host = app.rsplit_once(':').unwrap().0;
    let secure = format!("{host}:{}", free_address().port());
    let shared = fs::read_to_string(folder.join("lab.toml")).unwrap();
    fs::write(folder.join("lab.toml"), tls_at(&shared, &secure)).unwrap();
    let rest = ["--config", "lab.toml", "--only", "ccp,mrpg,router,agentpg"];
    let rest = Running::start(&folder, "rest", &rest);
    let finesse = ["--config", "lab.toml", "--only", "finesse", "--agents", "1081=auto"];
    let finesse = Running::start(&folder, "finesse", &finesse);
    let task = create_task(&app).unwrap();
    wait_for_status(&app, &task, "handled");
    finesse.interrupt();
    rest.interrupt();
}

/// The shared configuration with TLS: the first link is CCP's, and Finesse calls it there.
fn tls_at(shared: &str, secure: &str) -> String {
    let free = "listen_tls = \"127.0.0.1:0\"\n";
    let links = shared.replace("[tls]\nenabled = false\n", "").replace("\n\n", &format!("\n{free}\n"));
    links.replacen("127.0.0.1:0", secure, 1) + "\n[finesse]\nccp_tls = true\n"
}
