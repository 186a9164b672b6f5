//! Desktops on libraries that nobody here wrote, on every transport.

use crate::support::{Running, folder, skip, stderr, stdout};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Nobody has long to accept, so that a task that rings out does not take long.
const SHORT: &str =
    "name = \"short\"\nabout = \"Offers end soon.\"\n[set.\"mrd/Tasks\"]\nstart_timeout = \"2s\"\n";

/// Each library with each transport that it has.
const CLIENTS: [[&str; 2]; 6] = [
    ["xmpp.js", "tcp"],
    ["xmpp.js", "websocket"],
    ["xmpp.js", "wss"],
    ["strophe", "websocket"],
    ["strophe", "bosh"],
    ["strophe", "bosh-tls"],
];

/// What a desktop hears: a dialog that rings out, one that is transferred, and one that is worked to its end.
const HEARD: [&str; 13] = [
    "dialog 1 POST OFFERED",
    "dialog 1 DELETE CLOSED",
    "dialog 2 POST OFFERED",
    "dialog 2 PUT ACCEPTED",
    "dialog 2 PUT ACTIVE",
    "dialog 2 DELETE CLOSED",
    "dialog 3 POST OFFERED",
    "dialog 3 PUT ACCEPTED",
    "dialog 3 PUT ACTIVE",
    "dialog 3 PUT PAUSED",
    "dialog 3 PUT ACTIVE",
    "dialog 3 PUT WRAPPING_UP",
    "dialog 3 DELETE CLOSED",
];

#[test]
fn desktops_of_two_libraries_hear_the_same_events_in_the_same_order_on_every_transport() {
    if !has_libraries() {
        return;
    }
    for [library, transport] in CLIENTS {
        let folder = folder(&format!("desktop-{library}-{transport}"));
        fs::write(folder.join("short.toml"), SHORT).unwrap();
        let options = ["--ports", "ephemeral", "--ca-dir", "authority", "--scenario", "short.toml"];
        let lab = Running::start(&folder, "lab", &options);
        let mut desktop = Command::new("node");
        desktop.arg(interop().join("desktop.mjs")).arg(&lab.ready_file).args([library, transport]);
        let output = desktop.env("NODE_EXTRA_CA_CERTS", lab.address("ca")).output().unwrap();
        let text = stdout(&output);
        assert!(output.status.success(), "{library} {transport}: {text}{}", stderr(&output));
        assert_eq!(dialogs(&text), HEARD, "{library} {transport}");
        lab.interrupt();
    }
}

#[test]
fn an_application_follows_its_task_by_ccp_s_notifications_on_a_library_that_nobody_here_wrote() {
    if !has_libraries() {
        return;
    }
    for tls in ["", "tls"] {
        let folder = folder("ccp-follower");
        let options = ["--ports", "ephemeral", "--ca-dir", "authority", "--agents", "1080=slow:10ms"];
        let lab = Running::start(&folder, "lab", &options);
        let mut application = Command::new("node");
        application.arg(interop().join("ccp_follower.mjs")).arg(&lab.ready_file);
        application.args(Some(tls).filter(|tls| !tls.is_empty()));
        let output = application.env("NODE_EXTRA_CA_CERTS", lab.address("ca")).output().unwrap();
        let text = stdout(&output);
        assert!(output.status.success(), "{tls}: {text}{}", stderr(&output));
        let heard: Vec<&str> = text.lines().collect();
        let expected = [
            "Card & cheque: queued externally_routed by system",
            "Card & cheque: reserved externally_routed by 5172",
            "Card & cheque: handled externally_handled by 5172",
        ];
        assert_eq!(heard, expected, "{tls}");
        lab.interrupt();
    }
}

/// strophe.js in a browser, and the query of its page that says on which transport.
const IN_BROWSER: [(&str, &str); 3] = [("site_url", ""), ("site_url", "?bosh"), ("site_url_tls", "")];

#[test]
fn strophe_js_in_a_browser_hears_the_same_events_in_the_same_order_on_either_transport() {
    let Some(chromium) = chromium() else { return };
    for (url, query) in IN_BROWSER {
        let folder = folder("strophe-in-browser");
        fs::write(folder.join("short.toml"), SHORT).unwrap();
        let pages = interop().display().to_string();
        let lab = Running::start(
            &folder,
            "lab",
            &["--ports", "ephemeral", "--scenario", "short.toml", "--static", &pages],
        );
        let page = format!("{}strophe.html{query}", lab.address(url));
        let text = browse(chromium, &page, "strophe_page.js");
        assert_eq!(dialogs(&text), HEARD, "{page}");
        lab.interrupt();
    }
}

#[test]
fn the_page_of_the_examples_is_an_agents_desktop_in_a_browser() {
    let Some(chromium) = chromium() else { return };
    for url in ["site_url", "site_url_tls"] {
        let pages = interop().join("../../examples").display().to_string();
        let lab = Running::start(&folder("page"), "lab", &["--ports", "ephemeral", "--static", &pages]);
        let text = browse(chromium, &format!("{}desktop.html", lab.address(url)), "desktop_page.js");
        let told = [
            "user NOT_READY",
            "media NOT_READY",
            "media READY",
            "POST OFFERED",
            "PUT ACCEPTED",
            "PUT ACTIVE",
            "PUT PAUSED",
            "PUT ACTIVE",
            "DELETE CLOSED",
            "media LOGOUT",
            "user LOGOUT",
        ];
        let mut rest = text.as_str();
        for line in told {
            let at = rest.find(line).unwrap_or_else(|| panic!("no {line} in {text}"));
            rest = &rest[at + line.len()..];
        }
        lab.interrupt();
    }
}

#[test]
fn the_page_of_the_examples_is_shorter_than_200_lines() {
    let page = fs::read_to_string(interop().join("../../examples/desktop.html")).unwrap();
    assert!(page.lines().count() < 200 && !page.contains("src="), "{}", page.lines().count());
}

#[test]
fn a_client_that_does_not_mask_its_frames_is_told_by_the_code_of_the_flaw() {
    let folder = folder("unmasked");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let place = lab.address("xmpp_ws");
    let address = place.trim_start_matches("ws://").trim_end_matches("/ws/");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let asked = format!(
        "GET /ws/ HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: xmpp\r\n\r\n"
    );
    stream.write_all(asked.as_bytes()).unwrap();
    stream.write_all(&[0x81, 0x01, b'<']).unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).unwrap();
    assert!(heard.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&heard));
    assert!(heard.ends_with(&[0x88, 0x02, 0x03, 0xea]), "{heard:?}");
    lab.interrupt();
}

/// What was heard of dialogs. What is told of two at the same time has no order of its own.
fn dialogs(text: &str) -> Vec<&str> {
    let mut heard: Vec<&str> = text.lines().filter(|line| line.starts_with("dialog ")).collect();
    heard.sort_by_key(|line| line.split(' ').nth(1));
    heard
}

/// Runs a script in a page, and returns what it wrote to the console.
fn browse(chromium: &str, page: &str, script: &str) -> String {
    let mut node = Command::new("node");
    node.arg(interop().join("browser.mjs")).args([chromium, page]).arg(interop().join(script));
    let output = node.output().unwrap();
    let text = stdout(&output);
    assert!(output.status.success(), "{page}: {text}{}", stderr(&output));
    text
}

/// The browser, where it is there, and what drives it.
fn chromium() -> Option<&'static str> {
    let is_there = |name: &&str| {
        Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
    };
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(is_there);
    if found.is_none() {
        skip("pages in a browser", "install Chromium (Debian: apt-get install chromium)");
    }
    found.filter(|_| has_libraries())
}

fn interop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/interop")
}

/// Whether the libraries are there, and a Node that runs them.
fn has_libraries() -> bool {
    let check = "const [major, minor] = process.versions.node.split('.').map(Number); \
                 process.exit(Number(major < 20 || (major === 20 && minor < 10)))";
    let is_recent = Command::new("node").args(["--eval", check]).output();
    let is_there = is_recent.is_ok_and(|output| output.status.success())
        && interop().join("node_modules/strophe.js").is_dir();
    if !is_there {
        skip("the desktops in JavaScript", "install Node 20.10 or later, and run npm ci in tests/interop");
    }
    is_there
}
