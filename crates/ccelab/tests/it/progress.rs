//! How a long command says how far it is: on a terminal, and where standard error is none.

use crate::support::{ccelab, folder, run, scenario, stderr, stdout};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::{
    fs::{File, OpenOptions},
    io::Read,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
    process::Output,
    thread,
};

/// Goes to the beginning of the line and clears it.
const CLEAR: &str = "\r\x1b[2K";

#[test]
fn an_exploration_shows_on_a_terminal_how_many_seeds_are_played_and_clears_the_line() {
    let (output, shown) = run_on_a_terminal(
        &folder("progress-terminal"),
        &["explore", &scenario("one-task.toml"), "--seeds", "1..3", "--jobs", "1"],
    );
    assert!(output.status.success(), "{shown}");
    let steps: Vec<&str> = shown.split(CLEAR).collect();
    // Where a machine is slow, an estimate stands behind it.
    let plain: Vec<&str> = steps.iter().map(|step| step.split(',').next().unwrap()).collect();
    assert_eq!(plain, ["", "1 of 3 seeds", "2 of 3 seeds", "3 of 3 seeds", ""], "{shown}");
    assert!(!stdout(&output).contains('\x1b'), "{}", stdout(&output));
}

#[test]
fn an_exploration_of_orders_shows_on_a_terminal_how_many_runs_there_were() {
    let (output, shown) = run_on_a_terminal(
        &folder("progress-orders"),
        &["explore", &scenario("one-task.toml"), "--orders", "--max", "20", "--jobs", "1"],
    );
    assert!(output.status.success(), "{shown}");
    // Where a machine is slow, an estimate stands behind it.
    let steps: Vec<&str> = shown.split(CLEAR).map(|step| step.split(',').next().unwrap()).collect();
    assert!(
        steps.len() > 2 && steps.iter().all(|step| step.is_empty() || step.ends_with(" runs")),
        "{shown}"
    );
    assert!(shown.ends_with(CLEAR), "{shown}");
}

#[test]
fn a_short_exploration_whose_standard_error_is_no_terminal_says_nothing_there_and_nowhere_an_escape_code() {
    let folder = folder("progress-pipe");
    let file = scenario("one-task.toml");
    for which in [&["--seeds", "1..3"][..], &["--orders", "--max", "20"]] {
        let output = run(&folder, &[&["explore", &file], which].concat());
        assert!(output.status.success());
        assert_eq!(stderr(&output), "");
        assert!(!stdout(&output).contains('\x1b'), "{}", stdout(&output));
    }
}

/// Runs the binary with a terminal as standard error. Returns what the terminal was sent, too.
fn run_on_a_terminal(folder: &Path, arguments: &[&str]) -> (Output, String) {
    let (mut screen, terminal) = terminal();
    let reading = thread::spawn(move || {
        let mut shown = Vec::new();
        // When the last process has left the terminal, reading is an error on Linux and the end elsewhere.
        let _ = screen.read_to_end(&mut shown);
        shown
    });
    // The command has the test's only handle of the terminal, and is dropped with it.
    let output = ccelab(folder).args(arguments).stderr(terminal).output().unwrap();
    (output, String::from_utf8(reading.join().unwrap()).unwrap())
}

/// Both ends of a new terminal: whose screen it is, and what a process has.
pub(crate) fn terminal() -> (File, File) {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let name =
        PathBuf::from(std::ffi::OsString::from_vec(ptsname(&screen, Vec::new()).unwrap().into_bytes()));
    (screen.into(), OpenOptions::new().read(true).write(true).open(name).unwrap())
}
