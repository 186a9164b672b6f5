//! The ladder for people: on terminals of every width, of a run that goes on, and as a page for a bug report.

use crate::support::{Running, ccelab, create_task, folder, run, stderr, stdout, wait_for, wait_for_status};
use std::{fs, path::Path, process::Stdio};

/// The folder of a played scenario, whose journal is `.ccelab/last/journal.jsonl`.
fn played(name: &str) -> std::path::PathBuf {
    let folder = folder("ladder");
    let output = run(&folder, &["sim", name]);
    assert!(output.status.success(), "{}", stderr(&output));
    folder
}

const JOURNAL: &str = ".ccelab/last/journal.jsonl";

#[test]
fn a_ladder_is_as_wide_as_the_terminal() {
    let folder = played("rona-then-second-agent");
    for columns in [80, 100, 200] {
        let output =
            ccelab(&folder).args(["ladder", JOURNAL]).env("COLUMNS", columns.to_string()).output().unwrap();
        let text = stdout(&output);
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns && widest > columns / 2, "{widest} columns of {columns}:\n{text}");
        // On a narrow one the words go on in the next line.
        assert!(columns < 100 || text.contains("disposition 36 ring no answer"), "{text}");
    }
}

#[test]
fn a_task_is_found_by_the_name_of_its_customer_and_who_is_there_is_listed() {
    let folder = played("two-tasks-one-agent");
    let ladder = |task: &str| run(&folder, &["ladder", JOURNAL, "--task", task]);
    let all = stderr(&ladder("nobody"));
    let listed: Vec<&str> = all.lines().filter(|line| line.starts_with("  T")).collect();
    assert_eq!(listed.len(), 2, "{all}");
    let customer = listed[1].split_whitespace().last().unwrap();
    let by_name = stdout(&ladder(customer));
    assert!(by_name.starts_with("T2  contact "), "{by_name}");
    assert_eq!(by_name, stdout(&ladder("t2")));
}

#[test]
fn a_page_for_a_bug_report_is_one_file() {
    let folder = played("one-task");
    let output = run(&folder, &["ladder", JOURNAL, "--html", "ladder.html"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), "the ladder is in ladder.html: open it in a browser\n");
    let page = fs::read_to_string(folder.join("ladder.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("NEW_TASK"), "{page}");
}

#[test]
fn a_run_draws_its_ladder_below_the_banner() {
    let folder = folder("run-ladder");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--agents", "1081=auto", "--ladder"]);
    let app = lab.address("app");
    let path = create_task(&app).unwrap();
    wait_for_status(&app, &path, "handled");
    let said = lab.said();
    let banner = said.find("the lab is running").unwrap();
    let ladder = said.find("APP  CCP  PIM").unwrap();
    assert!(banner < ladder, "{said}");
    assert!(said.contains("1081 notified: POST Dialog OFFERED"), "{said}");
    assert!(said.contains("closed in order: the CTI server stops") && !said.contains("E_CTI"), "{said}");
}

#[test]
fn a_run_that_goes_on_is_followed_to_its_end() {
    let folder = folder("follow");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--agents", "1081=auto"]);
    let follower = ccelab(&folder)
        .args(["ladder", "lab.jsonl", "--follow"])
        .stdout(fs::File::create(folder.join("followed")).unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let drawn = |wanted: &str| {
        let read = || fs::read_to_string(folder.join("followed")).ok().filter(|text| text.contains(wanted));
        wait_for(wanted, read)
    };
    drawn("1081 notified: PUT Media READY");
    create_task(&lab.address("app")).unwrap();
    drawn("1081 notified: POST Dialog OFFERED");
    lab.interrupt();
    let output = follower.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    drawn("closed in order");
}

#[test]
fn a_task_that_never_came_is_told_when_the_run_that_is_followed_is_over() {
    let folder = folder("follow-nobody");
    assert!(run(&folder, &["sim", "one-task", "--journal", "journal.jsonl"]).status.success());
    let output = run(&folder, &["ladder", "journal.jsonl", "--follow", "--task", "nosuch"]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert!(stderr(&output).contains("nosuch"), "{}", stderr(&output));
}

#[test]
fn a_packed_journal_and_a_log_are_not_followed() {
    let folder = folder("follow-other");
    assert!(run(&folder, &["sim", "one-task", "--journal", "journal.jsonl.lz4"]).status.success());
    let packed = run(&folder, &["ladder", "journal.jsonl.lz4", "--follow"]);
    assert!(stderr(&packed).contains("is packed"), "{}", stderr(&packed));
    let log = Path::new(".ccelab/last/ctisvr.log").display().to_string();
    let log = run(&folder, &["ladder", &log, "--follow"]);
    assert!(stderr(&log).contains("a journal belongs here"), "{}", stderr(&log));
}
