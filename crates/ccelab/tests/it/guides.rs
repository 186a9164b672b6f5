//! What the guides show is what the lab does.

use crate::support::{folder, run, stderr, stdout};
use cce_model::Disposition;
use std::{fs, path::Path, process::Command};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// The blocks between fences.
fn blocks(document: &str) -> impl Iterator<Item = &str> {
    document.split("\n```").skip(1).step_by(2)
}

#[test]
fn every_line_of_a_log_that_the_guide_shows_is_written_for_that_task() {
    let folder = folder("guide-logs");
    let scenario = format!("{ROOT}/sim-configs/scenarios/one-task.toml");
    let played = run(&folder, &["sim", &scenario, "--journal", "one-task.jsonl", "--logs", "."]);
    assert!(played.status.success(), "{}", stderr(&played));
    let is_log = |path: &Path| path.extension().is_some_and(|extension| extension == "log");
    let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let logs: String =
        paths.filter(|path| is_log(path)).map(|path| fs::read_to_string(path).unwrap()).collect();
    let document = read("docs/reading-logs.md");
    let lines = blocks(&document).flat_map(str::lines);
    let shown: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("ccelab ")).collect();
    assert!(shown.len() > 10, "{shown:?}");
    let missing: Vec<&&str> = shown.iter().filter(|line| !logs.contains(**line)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Each spelling of an id stands in the log that the page names, and the page's command finds the task in every log that has one.
#[test]
fn the_ids_of_a_task_are_spelt_as_the_page_says() {
    let folder = folder("guide-ids");
    assert!(run(&folder, &["sim", "one-task"]).status.success());
    let document = read("docs/ids.md");
    for (log, spelt) in [
        ("router.log", "CID=(154526,50066000)"),
        ("mr-pim.log", "CRS(RtrDate=154526,RtrCID=50066000)"),
        ("mr-pim.log", "IcmTaskID = 154526:50066000: 1"),
        ("ctisvr.log", "TaskID:154526/50066000/1"),
        ("ctisvr.log", "TaskID=154526:50066000:1"),
        ("finesse.log", "/finesse/api/Dialog/154526_50066000_1"),
        ("ccp-runtime.log", "5AA65A201000018D0000000039ED7AD5"),
    ] {
        let written = fs::read_to_string(folder.join(".ccelab/last").join(log)).unwrap();
        assert!(written.contains(spelt) && document.contains(spelt), "{log}: {spelt}");
    }
    let ladder = stdout(&run(&folder, &["ladder", ".ccelab/last"]));
    assert!(
        ladder.contains("NEW_TASK dialogue=1 ") && document.contains("| dialogue id | `1` |"),
        "{ladder}"
    );
    let command = blocks(&document).find(|block| block.contains("grep ")).unwrap().trim_start_matches("sh\n");
    let found = Command::new("bash").args(["-c", command]).current_dir(&folder).output().unwrap();
    for log in ["ccp-runtime.log", "ccpapi.log", "ctisvr.log", "finesse.log", "mr-pim.log", "router.log"] {
        assert!(stdout(&found).contains(&format!("{log}:")), "{log}: {}", stdout(&found));
    }
}

#[test]
fn the_guide_says_dispositions_in_the_words_of_the_ladder() {
    let document = read("docs/reading-logs.md");
    let (_, table) = document.split_once("## Dispositions").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Number"));
    let rows: Vec<Vec<&str>> =
        rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect();
    assert!(rows.len() >= 10);
    for row in rows {
        let disposition = Disposition(row[0].parse().unwrap());
        assert_eq!(disposition.in_words(), format!("{} {}", row[0], row[1]));
        assert_eq!(disposition.finesse_name(), row[3]);
    }
}

/// An agent who does with a task whatever a desktop can do.
const WHOLE_DAY: &str = "name = \"a whole day\"\n[agents.1081]\nsign_in = \"500ms\"\n\
    offer = { accept = \"1s\", start = \"1s\", pause = \"1s\", resume = \"1s\", wrap_up = \"1s\", close = \"1s\" }\n\
    [customers.alice]\nat = \"3s\"\n";

#[test]
fn what_a_desktop_sees_of_each_cti_event_is_what_the_table_says() {
    let folder = folder("guide-events");
    std::fs::write(folder.join("day.toml"), WHOLE_DAY).unwrap();
    let ladder = |scenario: &str| {
        let played = run(&folder, &["sim", scenario]);
        assert!(played.status.success(), "{}", stderr(&played));
        stdout(&run(&folder, &["ladder", ".ccelab/last/journal.jsonl", "--task", "T1"]))
    };
    let ladders = [ladder("day.toml"), ladder("rona-then-second-agent")];
    let document = read("docs/reading-logs.md");
    let (_, table) = document.split_once("| The desktop's request |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let rows: Vec<Vec<&str>> =
        rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect();
    assert_eq!(rows.len(), 8);
    for row in rows {
        let steps = steps(&row);
        assert!(
            ladders.iter().any(|ladder| come_in_order(ladder, &steps)),
            "{steps:?} in\n{}",
            ladders.concat()
        );
    }
}

/// What lines of the ladder have in them, one after the other, by a row of the table.
fn steps(row: &[&str]) -> Vec<Vec<String>> {
    let word = |cell: &str| cell.split([' ', ',']).next().unwrap().to_owned();
    let said = |cell: &str| {
        let disposition = cell.split_once('(').map(|(_, rest)| rest.trim_end_matches(')').to_owned());
        std::iter::once(word(cell)).chain(disposition).collect::<Vec<String>>()
    };
    let request = (!row[0].starts_with('–')).then(|| vec![format!("PUT /Dialog/… {}", row[0])]);
    let indication = (row[1] != "–").then(|| said(row[1]));
    let notified = vec![format!("notified: {} Dialog {}", row[3], word(row[4]))];
    request.into_iter().chain(indication).chain([said(row[2]), notified]).collect()
}

fn come_in_order(ladder: &str, steps: &[Vec<String>]) -> bool {
    let mut lines = ladder.lines();
    steps.iter().all(|parts| lines.any(|line| parts.iter().all(|part| line.contains(part.as_str()))))
}
