//! Journals in which one number is wrong: they are refused, or read with what they say; nothing panics, and no number
//! decides how much memory is taken.

use crate::support::{folder, run, scenario, stderr};
use cce_check::Checks;
use cce_journal::{Header, Reader, Record, replay};
use cce_views::{Fold, capture::Capture, ladder, logs::Logs};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Numbers that no run has.
const WRONG: [&str; 7] = [
    "18446744073709551615",
    "9223372036854775807",
    "-9223372036854775808",
    "4294967295",
    "4294967296",
    "-1",
    "0",
];

#[test]
fn no_wrong_number_in_a_journal_makes_a_reader_panic() {
    let folder = folder("wrong-numbers");
    let output = run(&folder, &["sim", &scenario("one-task.toml"), "--journal", "J"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let journal = fs::read_to_string(folder.join("J")).unwrap();
    let lines: Vec<&str> = journal.lines().collect();
    let mut seen = BTreeSet::new();
    let mut tried = 0;
    for (at, line) in lines.iter().enumerate() {
        let whole: Value = serde_json::from_str(line).unwrap();
        for place in numbers(&whole, String::new()) {
            // The configuration is judged when a lab is made of it; each kind of place counts once.
            let kind =
                place.split('/').filter(|part| part.parse::<usize>().is_err()).collect::<Vec<_>>().join("/");
            if place.starts_with("/config") || !seen.insert((at == 0, kind)) {
                continue;
            }
            for wrong in WRONG {
                let mut damaged = whole.clone();
                *damaged.pointer_mut(&place).unwrap() = serde_json::from_str(wrong).unwrap();
                let damaged = damaged.to_string();
                let text = [&lines[..at], &[damaged.as_str()], &lines[at + 1..]].concat().join("\n") + "\n";
                let read = catch_unwind(AssertUnwindSafe(|| read_by_all(text.as_bytes())));
                assert!(read.is_ok(), "line {}, {place} = {wrong}", at + 1);
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

/// Every number of a line, as a JSON pointer.
fn numbers(value: &Value, place: String) -> Vec<String> {
    match value {
        Value::Number(_) => vec![place],
        Value::Array(values) => {
            let each = values.iter().enumerate();
            each.flat_map(|(at, value)| numbers(value, format!("{place}/{at}"))).collect()
        }
        Value::Object(fields) => {
            let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
            fields
                .iter()
                .flat_map(|(key, value)| numbers(value, format!("{place}/{}", escaped(key))))
                .collect()
        }
        Value::Null | Value::Bool(_) | Value::String(_) => Vec::new(),
    }
}

fn read_by_all(journal: &[u8]) {
    let Ok((header, records)) = Reader::read_all(journal) else { return };
    let (mut fold, mut checks) = (Fold::new(&header), Checks::new(&header));
    for record in &records {
        checks.push(&fold.push(record));
    }
    checks.finish();
    draw(&header, &records);
    let Ok(lab) = cce_world::header_lab(&header) else { return };
    let _ = replay(&header, records, |node| lab.build(node));
}

fn draw(header: &Header, records: &[Record]) {
    let (rows, names) = ladder::rows(header, records, None);
    let _ = ladder::Svg::draw(header, &rows, &names);
    let mut text = ladder::Text::new(header, ladder::Paint::Plain);
    rows.iter().for_each(|row| drop(text.row(row, &names)));
    let (mut logs, mut capture) = (Logs::new(header), Capture::new(header));
    for record in records {
        drop(logs.push(record));
        drop(capture.push(record));
    }
}
