//! Two Finesse nodes at one CTI server, each in a process of its own: an agent goes on at the other one.

use crate::{
    processes::write_config,
    support::{Answer, Running, create_task, folder, free_address, http, wait_for, wait_for_status},
};
use std::{fs, path::Path};

const USER: &str = "/finesse/api/User/1080";
const MEDIA: &str = "/finesse/api/User/1080/Media/5011";

/// Starts a node which is called `own` and names `other`, as the configuration of the second says with listeners of its own.
fn start_node(folder: &Path, own: &str, other: &str, listeners: &str) -> Running {
    let lab = fs::read_to_string(folder.join("lab.toml")).unwrap();
    let names = format!(
        "[hosts.finesse]\nfqdn = \"{own}.lab\"\n[finesse]\nsecondary_node = \"{other}.lab\"\n\
         media_connected = \"shown\"\nxml_declaration = \"present\"\n"
    );
    let file = format!("{own}.toml");
    fs::write(folder.join(&file), lab + &names).unwrap();
    let listeners: Vec<&str> = listeners.split(' ').filter(|listener| !listener.is_empty()).collect();
    let arguments = [&["--config", &file, "--only", "finesse"], listeners.as_slice()].concat();
    Running::start(folder, own, &arguments)
}

/// What the agent asks of a node.
fn ask(node: &Running, method: &str, path: &str, body: &str) -> Option<Answer> {
    http(method, &node.address("desk"), path, Some("1080:ccelab"), body)
}

/// Waits until a document of a node has something in it.
fn wait_for_text(node: &Running, path: &str, text: &str) -> String {
    wait_for(text, || ask(node, "GET", path, "").map(|answer| answer.body).filter(|body| body.contains(text)))
}

fn put(node: &Running, path: &str, body: &str) {
    let answer = ask(node, "PUT", path, body).unwrap();
    assert_eq!(answer.status, 202, "{path} {body}: {}", answer.body);
}

fn sign_in(node: &Running) {
    put(node, USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    wait_for_text(node, USER, "<state>NOT_READY</state>");
    put(
        node,
        MEDIA,
        "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state><interruptAction>ACCEPT</interruptAction></Media>",
    );
    wait_for_text(node, MEDIA, "<mediaConnected>true</mediaConnected>");
}

#[test]
fn an_agent_whose_node_is_lost_goes_on_with_the_task_at_the_node_that_it_named() {
    let folder = folder("second-node");
    let app = write_config(&folder);
    let rest = ["--config", "lab.toml", "--only", "ccp,mrpg,router,agentpg"];
    let rest = Running::start(&folder, "rest", &rest);
    let mut first = start_node(&folder, "fin1", "fin2", "");
    let listeners = ["desk", "xmpp", "bosh"].map(|port| format!("--port {port}={}", free_address().port()));
    let second = start_node(&folder, "fin2", "fin1", &listeners.join(" "));

    let system = ask(&first, "GET", "/finesse/api/SystemInfo", "").unwrap();
    assert!(
        system.body.starts_with("<?xml ") && system.body.contains("<status>IN_SERVICE</status>"),
        "{system:?}"
    );
    assert!(system.body.contains("<secondaryNode><host>fin2.lab</host></secondaryNode>"), "{system:?}");
    assert!(system.body.contains("<ctiServer><active>true</active>"), "{system:?}");
    assert!(system.header("set-cookie").unwrap().ends_with("; Path=/finesse; HttpOnly"), "{system:?}");

    sign_in(&first);
    put(&first, MEDIA, "<Media><state>READY</state></Media>");
    let task = wait_for("a task", || create_task(&app));
    let dialogs = format!("{MEDIA}/Dialogs");
    let offered = wait_for_text(&first, &dialogs, "<state>OFFERED</state>");
    let id = offered.split("<id>").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    let dialog = format!("/finesse/api/Dialog/{id}");
    for (action, state) in [("ACCEPT", "ACCEPTED"), ("START", "ACTIVE")] {
        put(&first, &dialog, &format!("<Dialog><requestedAction>{action}</requestedAction></Dialog>"));
        wait_for_text(&first, &dialog, &format!("<state>{state}</state>"));
    }
    let elsewhere = ask(&second, "GET", &dialogs, "").unwrap();
    assert!(!elsewhere.body.contains(id), "the dialog is the first node's: {elsewhere:?}");
    first.kill();

    let system = ask(&second, "GET", "/finesse/api/SystemInfo", "").unwrap();
    assert!(system.body.contains("<primaryNode><host>fin2.lab</host></primaryNode>"), "{system:?}");
    sign_in(&second);
    wait_for_text(&second, &dialogs, "<state>ACTIVE</state>");
    put(&second, &dialog, "<Dialog><requestedAction>CLOSE</requestedAction></Dialog>");
    wait_for_status(&app, &task, "handled");
    second.interrupt();
    rest.interrupt();
}
