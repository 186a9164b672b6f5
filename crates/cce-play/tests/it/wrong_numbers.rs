//! Wrong numbers in scenario files and journals: each numeric place gets some, and nobody panics or takes memory by them.

use crate::support::{read, run};
use cce_capture::Capture;
use cce_check::Checks;
use cce_fold::Fold;
use cce_journal::{Header, JournalReader, Record, Writer};
use cce_play::Play;
use cce_scenario::Scenario;
use cce_views::{Why, ladder, logs::Logs};
use serde_json::Value;
use std::collections::BTreeSet;

/// Every key of a scenario that takes a number or a time, one on each line.
const ALL: &str = r#"name = "numbers"
until = "3s"
rest = "1s"
lost = "the run is short"
[limits]
time = "1h"
records = 50000
[latency]
default = "1ms"
[agents.1081]
limit = 3
sign_in = "10ms"
ready = "10ms"
not_ready = "30s"
sign_out = "40s"
accept = "10ms"
start = "10ms"
pause = "10ms"
resume = "10ms"
wrap_up = "10ms"
close = "10ms"
[agents.1082]
crash = "30s"
[customers.alice]
at = "1s"
feed = 100080
poll = "1s"
cancel_after = "20s"
closes_lost = "20s"
[[steps]]
at = "100ms"
stall = "mr"
lasting = "10ms"
[[steps]]
after = "contact alice to=queued"
wait = "10ms"
agent = "1081"
does = "voice-ready"
may_be_refused = true
[[steps]]
at = "200ms"
times = 2
every = "10ms"
agent = "1081"
does = "voice-not-ready"
may_be_refused = true
[[rules]]
match = "app > ccp POLL"
nth = 2
times = 3
chance = "50%"
delay = "10ms"
[[rules]]
match = "mrpg > router NEW_CALL"
expire = "10ms"
hold = "released"
[[rules]]
match = "router > mrpg CONNECT"
split = 7
[[rules]]
match = "ccp > mrpg NEW_TASK bob"
armed = false
[rules.corrupt]
byte = 3
to = 4
[customers.bob]
at = "1s"
[[expect]]
[expect.count]
of = "contact alice"
least = 1
most = 100
[[expect]]
[expect.count]
of = "never_said"
is = 0
[[expect]]
[expect.within]
from = "contact alice to=unread"
to = "contact alice to=queued"
time = "10s"
"#;

/// Lines of `key = value` whose value is a number or a text that begins with one.
fn places(text: &str) -> Vec<(usize, &str)> {
    let begins =
        |value: &str| value.trim_start_matches('"').starts_with(|first: char| first.is_ascii_digit());
    let lines = (1..).zip(text.lines());
    lines.filter(|(_, line)| line.split_once(" = ").is_some_and(|(_, value)| begins(value))).collect()
}

/// The text with another value on a line.
fn with(text: &str, number: usize, value: &str) -> String {
    let other = |(at, line): (usize, &str)| match line.split_once(" = ") {
        Some((key, _)) if at == number => format!("{key} = {value}"),
        _ => line.to_owned(),
    };
    (1..).zip(text.lines()).map(other).collect::<Vec<_>>().join("\n")
}

/// What is no number of that kind, whatever the key.
fn wrong(line: &str) -> &'static [&'static str] {
    if line.ends_with("%\"") {
        return &["\"-5%\"", "\"nan%\"", "\"1e400%\"", "\"101%\"", "5"];
    }
    if line.ends_with('"') {
        return &["\"-5s\"", "\"nan s\"", "\"99999999999999999999h\"", "\"1e9s\"", "5", "nan"];
    }
    &["-1", "18446744073709551616", "nan", "inf", "1.5", "\"-1\"", "2026-11-28T09:00:00Z"]
}

#[test]
fn a_wrong_number_is_told_at_its_line_wherever_it_stands() {
    let text = ALL.replace(
        "[[expect]]\n[expect.count]\nof = \"never_said\"",
        "[[expect]]\n[expect.count]\nof = \"peer_error\"",
    );
    read(&text).unwrap_or_else(|error| panic!("{:?}", error.problems));
    let places = places(&text);
    assert!(places.len() > 35, "{places:?}");
    for (number, line) in places {
        for value in wrong(line) {
            let error = read(&with(&text, number, value)).map(|_| ());
            let error = error.expect_err(&format!("{line}: {value}"));
            let lines: Vec<usize> = error.problems.iter().map(|problem| problem.line).collect();
            assert!(lines.contains(&number), "{line}: {value}: {:?}", error.problems);
        }
    }
}

#[test]
fn a_number_that_is_far_too_large_is_told_or_does_no_harm() {
    let text = ALL.replace("never_said", "peer_error");
    for (number, line) in places(&text) {
        let value = if line.ends_with("%\"") {
            "\"0.0001%\""
        } else if line.ends_with('"') {
            "\"2000000000000h\""
        } else {
            "9223372036854775807"
        };
        match read(&with(&text, number, value)) {
            // Another line may be wrong by it.
            Err(error) => assert!(!error.problems.is_empty(), "{line}"),
            Ok(scenario) => {
                let mut scenario = scenario;
                scenario.until = scenario.until.min(std::time::Duration::from_secs(5));
                run(scenario, 1);
            }
        }
    }
}

/// A short run, as a journal.
fn journal() -> String {
    let text = "until = \"20s\"\n[agents.1081]\noffer = { accept = \"1s\", start = \"1s\", close = \"1s\" }\n[customers.alice]\npoll = \"5s\"";
    let run = run(read(text).unwrap(), 1);
    let mut writer = Writer::new(Vec::new(), &run.play.header).unwrap();
    run.records.iter().for_each(|record| writer.record(record).unwrap());
    writer.end(false).unwrap();
    String::from_utf8(writer.into_inner()).unwrap()
}

/// One number of each kind in a journal: line, and the way to it.
fn numbers(lines: &[&str]) -> Vec<(usize, String)> {
    let mut kinds = BTreeSet::new();
    let mut found = Vec::new();
    for (line, text) in lines.iter().enumerate() {
        let mut here = Vec::new();
        collect(&serde_json::from_str(text).unwrap(), &mut String::new(), &mut here);
        for pointer in here {
            let kind: String = pointer.chars().filter(|sign| !sign.is_ascii_digit()).collect();
            if kinds.insert((line == 0, kind)) {
                found.push((line, pointer));
            }
        }
    }
    found
}

fn collect(value: &Value, pointer: &mut String, found: &mut Vec<String>) {
    let mut inside = |key: &str, value: &Value| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        collect(value, pointer, found);
        pointer.truncate(length);
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| inside(&at.to_string(), item)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| inside(key, value)),
        Value::Number(_) => found.push(pointer.clone()),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Everything that reads journals reads this one.
fn read_by_all(header: &Header, records: &[Record]) {
    let (mut fold, mut checks, mut why) = (Fold::new(header), Checks::new(), Why::new(header));
    let (mut logs, mut capture) = (Logs::new(header), Capture::new(header));
    for record in records {
        let event = fold.push(record);
        checks.push(&event);
        why.push(&event);
        logs.push(record);
        capture.push(record);
    }
    checks.finish();
    why.waiting();
    let (rows, names) = ladder::rows(header, records, None);
    let mut text = ladder::LadderText::new(header, ladder::Page::new(ladder::Paint::Plain));
    rows.iter().for_each(|row| drop(text.row(row, &names)));
    ladder::Svg::draw(header, &rows, &names);
    let Ok(lab) = cce_world::header_lab(header) else { return };
    cce_journal::replay(header, records.to_vec(), |node| lab.build(node));
    if cce_play::unrepeatable(records).is_none() {
        let mut play = Play::recorded(header, records, Scenario::of(lab));
        play.run(|_| ());
        play.report();
    }
}

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// More than all readers together need for so small a journal.
const MEMORY_MAX_KIB: u64 = 1 << 20;

#[test]
fn a_wrong_number_in_a_journal_harms_no_reader() {
    let journal = journal();
    let lines: Vec<&str> = journal.lines().collect();
    let numbers = numbers(&lines);
    assert!(numbers.len() > 150, "{}", numbers.len());
    let values = ["-1", "18446744073709551615", "9223372036854775807", "4294967295", "0.5", "1e300"];
    let mut read = 0;
    for (turn, (line, pointer)) in numbers.iter().enumerate() {
        let mut value: Value = serde_json::from_str(lines[*line]).unwrap();
        let wrong = values[turn % values.len()];
        *value.pointer_mut(pointer).unwrap() = serde_json::from_str(wrong).unwrap();
        let changed = value.to_string();
        let mut all = lines.clone();
        all[*line] = &changed;
        // Some are told; what can be read is read by everybody.
        if let Ok((header, records)) = JournalReader::read_all((all.join("\n") + "\n").as_bytes()) {
            read += 1;
            read_by_all(&header, &records);
        }
    }
    assert!(read > 20, "{read} of {} can be read", numbers.len());
    assert!(peak() < MEMORY_MAX_KIB, "{} KiB", peak());
}
