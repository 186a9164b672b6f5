//! `ccelab top`, and what the admin port says of how the lab stands.

use crate::{
    progress::terminal,
    support::{Running, ccelab, create_task, folder, http, run, stderr, wait_for, wait_for_status},
};
use rustix::termios::{Winsize, tcsetwinsize};
use serde_json::Value;
use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
    process::{Child, Command, ExitStatus},
    sync::{Arc, Mutex},
    thread,
};

/// Leaves the screen that a program had for itself.
const LEAVE: &str = "\x1b[?1049l";

/// Rows and columns of a terminal.
const SIZE: (u16, u16) = (30, 100);

/// A program on a terminal.
pub(crate) struct OnTerminal {
    process: Child,
    keys: File,
    shown: Arc<Mutex<Vec<u8>>>,
}

impl OnTerminal {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::of_size(folder, arguments, SIZE)
    }

    /// On a terminal with so many rows and columns.
    pub(crate) fn of_size(folder: &Path, arguments: &[&str], size: (u16, u16)) -> Self {
        Self::of_kind(folder, arguments, size, "xterm-256color")
    }

    /// On a terminal that the environment calls so.
    fn of_kind(folder: &Path, arguments: &[&str], (rows, columns): (u16, u16), term: &str) -> Self {
        let (screen, terminal) = terminal();
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).unwrap();
        let mut command = ccelab(folder);
        command.args(arguments).env("TERM", term);
        let process = command
            .stdin(terminal.try_clone().unwrap())
            .stdout(terminal.try_clone().unwrap())
            .stderr(terminal)
            .spawn()
            .unwrap();
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (mut from, to) = (screen.try_clone().unwrap(), Arc::clone(&shown));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // When the last process has left the terminal, reading is an error on Linux.
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                to.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self { process, keys: screen, shown }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    /// Everything that was written to the terminal.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.shown.lock().unwrap().clone()
    }

    /// A terminal that controls nothing sends no signal by a key.
    pub(crate) fn interrupt(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    }

    /// Waits until the process has ended.
    pub(crate) fn end(&mut self) -> ExitStatus {
        wait_for("the end", || self.process.try_wait().unwrap())
    }

    pub(crate) fn wait_for(&self, text: &str) {
        wait_for(text, || self.shown().contains(text).then_some(()));
    }

    /// Waits until a text stands on the screen: of what stood there before, only the cells that differ are written.
    fn wait_to_show(&self, text: &str) {
        wait_for(text, || {
            let mut terminal = vt100::Parser::new(SIZE.0, SIZE.1, 0);
            terminal.process(&self.bytes());
            terminal.screen().contents().contains(text).then_some(())
        });
    }

    fn ends_in_order(mut self) {
        let status = self.end();
        assert!(status.success(), "{}", self.shown());
        self.wait_for(LEAVE);
    }
}

fn status(admin: &str) -> Value {
    serde_json::from_str(&http("GET", admin, "/status", None, "").unwrap().body).unwrap()
}

#[test]
fn the_admin_port_says_how_the_lab_stands() {
    let folder = folder("status");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--agents", "1081=accept"]);
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    let path = create_task(&app).unwrap();
    wait_for_status(&app, &path, "reserved");
    let working = wait_for("the dialog", || {
        Some(status(&admin)).filter(|status| status["agents"][0]["dialogs"][0]["task"] == "T1")
    });
    assert_eq!(working["agents"][0]["agent"], "1081");
    assert_eq!(working["tasks"]["open"], 1);
    assert!(working["rows"].as_array().unwrap().iter().any(|row| row["task"] == "T1"), "{working}");
    lab.interrupt();
}

#[test]
fn top_shows_a_lab_releases_what_is_held_and_goes_by_a_key() {
    let folder = folder("top");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--agents", "1081=auto"]);
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    let rule = r#"{"name": "late", "match": "ccp > mrpg NEW_TASK", "hold": "released"}"#;
    assert_eq!(http("POST", &admin, "/rules", None, rule).unwrap().status, 201);
    let path = create_task(&app).unwrap();
    let mut top = OnTerminal::start(&folder, &["top", "--ready-file", "lab.ready"]);
    top.wait_for("ccp > mrpg NEW_TASK");
    top.press("r");
    wait_for_status(&app, &path, "reserved");
    top.press("q");
    top.ends_in_order();
    lab.interrupt();
}

#[test]
fn top_says_that_a_lab_has_ended_and_when() {
    let folder = folder("top-ended");
    let lab = Running::start_plainly(&folder, "lab", &["--ports", "ephemeral", "--no-tls"]);
    let mut top = OnTerminal::start(&folder, &["top", "--ready-file", "lab.ready"]);
    top.wait_for("no agent has signed in");
    let admin = lab.address("admin");
    lab.interrupt();
    top.wait_to_show("the lab ended at 20");
    top.press("q");
    top.ends_in_order();
    for arguments in [["top", "--admin", &admin], ["top", "--ready-file", "lab.ready"]] {
        let output = run(&folder, &arguments);
        let told = stderr(&output);
        assert!(told.contains("the last run in this folder ended at 20") && told.contains(" UTC"), "{told}");
    }
}

#[test]
fn a_run_with_a_status_screen_ends_by_a_key() {
    let folder = folder("run-top");
    let mut run = OnTerminal::start(&folder, &["run", "--ports", "ephemeral", "--no-tls", "--top"]);
    run.wait_for("no agent has signed in");
    run.press("q");
    run.ends_in_order();
    let journal = std::fs::read_to_string(folder.join(".ccelab/last/journal.jsonl")).unwrap();
    assert!(journal.lines().last().unwrap().starts_with("{\"ended\""));
}

#[test]
fn top_writes_no_signs_on_a_terminal_that_knows_none() {
    let folder = folder("top-dumb");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let arguments = ["top", "--admin", &lab.address("admin")];
    let mut top = OnTerminal::of_kind(&folder, &arguments, (30, 100), "dumb");
    assert_eq!(top.end().code(), Some(2));
    top.wait_for("TERM is `dumb`");
    assert!(!top.shown().contains('\x1b'), "{}", top.shown());
    lab.interrupt();
}

#[test]
fn top_says_what_it_needs() {
    let folder = folder("top-needs");
    let nobody = run(&folder, &["top", "--admin", "127.0.0.1:1"]);
    assert!(stderr(&nobody).contains("no lab answers at 127.0.0.1:1"), "{}", stderr(&nobody));
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let pipe = run(&folder, &["top", "--admin", &lab.address("admin")]);
    assert!(stderr(&pipe).contains("standard output is a file or a pipe"), "{}", stderr(&pipe));
    lab.interrupt();
}
