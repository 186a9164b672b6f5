//! The ladder for people: on terminals of every width, of a run that goes on, and as a page for a bug report.

use crate::{
    support::{Running, ccelab, create_task, folder, run, stderr, stdout, wait_for, wait_for_status},
    top::OnTerminal,
};
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
        let mut ladder = OnTerminal::of_size(&folder, &["ladder", JOURNAL], (50, columns));
        assert!(ladder.end().success());
        // On a narrow one the words go on in the next line.
        ladder.wait_for(if columns < 100 { "ring no" } else { "disposition 36 ring no answer" });
        ladder.wait_for("/renotify");
        let text = plain(&String::from_utf8_lossy(&ladder.bytes()));
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        let columns = usize::from(columns);
        assert!(widest <= columns && widest > columns / 2, "{widest} columns of {columns}:\n{text}");
    }
}

/// A text without its colours.
fn plain(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// Python's readline sets `COLUMNS` to that of its own terminal for everybody whom it starts.
#[test]
fn a_ladder_in_a_pipe_has_120_columns_whatever_the_environment_says() {
    let folder = played("rona-then-second-agent");
    let drawn = |columns: &str| {
        stdout(&ccelab(&folder).args(["ladder", JOURNAL]).env("COLUMNS", columns).output().unwrap())
    };
    let usual = stdout(&run(&folder, &["ladder", JOURNAL]));
    assert!(usual.lines().any(|line| line.chars().count() > 100), "{usual}");
    assert_eq!(drawn("80"), usual);
    assert_eq!(drawn("200"), usual);
}

#[test]
fn a_folder_of_a_run_stands_for_the_journal_in_it() {
    let folder = played("one-task");
    let drawn = run(&folder, &["ladder", ".ccelab/last"]);
    assert_eq!(stdout(&drawn), stdout(&run(&folder, &["ladder", JOURNAL])));
}

#[test]
fn a_log_that_is_nowhere_is_asked_for_by_its_path() {
    let folder = folder("ladder-log");
    let played = run(&folder, &["sim", "one-task", "--journal", "one-task.jsonl", "--logs", "one-task"]);
    assert!(played.status.success(), "{}", stderr(&played));
    let nowhere = run(&folder, &["ladder", "one-task.jsonl", "--at", "ctisvr.log:12"]);
    let told = stderr(&nowhere);
    assert!(told.contains("ctisvr.log is neither here nor beside one-task.jsonl: write its path"), "{told}");
    let found = run(&folder, &["ladder", "one-task.jsonl", "--at", "one-task/ctisvr.log:12"]);
    assert!(found.status.success(), "{}", stderr(&found));
}

/// On a narrow terminal there is room for one of two times, and who has a line of a log has a clock of its host.
#[test]
fn around_a_moment_a_narrow_ladder_has_the_clocks_of_the_hosts() {
    let folder = played("one-task");
    let mut narrow = OnTerminal::of_size(&folder, &["ladder", JOURNAL, "--at", "+2.000"], (50, 80));
    assert!(narrow.end().success());
    narrow.wait_for("host clock");
    narrow.wait_for("08:54:28.000");
    let widest =
        plain(&String::from_utf8_lossy(&narrow.bytes())).lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{widest:?}");
}

#[test]
fn one_task_of_a_contact_is_drawn_alone_and_one_that_it_never_had_is_refused() {
    let folder = played("rona-then-second-agent");
    let ladder = |task: &str| run(&folder, &["ladder", JOURNAL, "--task", task]);
    let [both, first, second] = ["T1", "T1#1", "t1#2"].map(|task| stdout(&ladder(task)));
    let (rang, worked) = ("notified: DELETE Dialog CLOSED CD_RING_NO_ANSWER", "CD_NORMAL_END_DIALOG");
    for (drawn, has) in [(&both, [true, true]), (&first, [true, false]), (&second, [false, true])] {
        assert_eq!([rang, worked].map(|text| drawn.contains(text)), has, "{drawn}");
    }
    assert!(second.contains("CONNECT 1082 dialogue=2") && !second.contains("dialogue=1"), "{second}");
    let none = ladder("T1#3");
    assert_eq!(none.status.code(), Some(2), "{}", stdout(&none));
    assert!(
        stderr(&none).contains("the journal has no task `T1#3`: that contact has 2 tasks"),
        "{}",
        stderr(&none)
    );
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
