//! Layouts from outside.

use crate::flow::{agent, customer, ends, lab, replayed, run};
use cce_journal::{Record, What};
use cce_kernel::{Input, Port};
use cce_model::{ContactStatus, StatusReason};
use cce_wire::{TableText, frame_kind};
use cce_world::{Lab, TableKind, read_table, show_table};
use std::collections::BTreeSet;

/// What is added to every number: beyond all numbers of the tables.
const MOVED: u32 = 1000;
/// What is added to every tag; those of the media routing interface have one byte.
const TAGS_MOVED: u32 = 100;

#[test]
fn the_built_in_tables_are_table_files() {
    for kind in [TableKind::Mr, TableKind::Arm] {
        let text = show_table(kind);
        assert!(read_table(kind, "table.toml", &text).is_ok(), "{text}");
    }
}

#[test]
fn a_task_is_handled_over_links_with_other_numbers_orders_and_tags() {
    let records = run(&other_lab(), 1);
    assert_eq!(ends(&records), [(ContactStatus::Handled, StatusReason::ExternallyHandled)]);
    let numbers = kinds(&records, Port::Mr);
    assert!(numbers.contains(&(9 + MOVED)) && !numbers.contains(&9), "{numbers:?}");
    let numbers = kinds(&records, Port::CtiA);
    assert!(numbers.contains(&(163 + MOVED)) && !numbers.contains(&163), "{numbers:?}");
    assert!(numbers.contains(&3), "a published number stays: {numbers:?}");
}

#[test]
fn a_run_with_other_tables_replays_without_a_difference() {
    let lab = other_lab();
    let found = replayed(&lab, run(&lab, 1));
    assert!(found.difference.is_none(), "{:?}", found.difference);
}

#[test]
fn a_journal_brings_its_tables_along() {
    let lab = other_lab();
    let header = lab.header(1, cce_kernel::Wall(0), lab.nodes());
    assert_eq!(cce_world::header_lab(&header).unwrap().tables, lab.tables);
}

#[test]
fn a_bad_table_is_refused_with_line_and_reason() {
    let text = "[NEW_TASK]\nnumber = 9\nfixed = [\n  \"DialogueID UINT\",\n  \"Weather UINT\",\n]\n\n[OPEN_CON]\nnumber = 4\n";
    let error = read_table(TableKind::Mr, "mine.toml", text).unwrap_err();
    let told: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
    let starts = [
        "mine.toml:5: `NEW_TASK.fixed.1`: the message has no field Weather; it has DialogueID,",
        "mine.toml:1: `NEW_TASK`: SendSeqNo is missing",
        "mine.toml:8: `OPEN_CON`: there is no such message in the table",
    ];
    for start in starts {
        assert!(told.iter().any(|line| line.starts_with(start)), "{start}\n{told:#?}");
    }
}

#[test]
fn a_table_that_is_no_toml_is_refused_with_its_line() {
    let error = read_table(TableKind::Arm, "mine.toml", "[START_TASK_IND]\nnumber 9\n").unwrap_err();
    assert!(error.problems[0].to_string().starts_with("mine.toml:2: "), "{}", error.problems[0]);
}

#[test]
fn a_published_row_cannot_be_replaced() {
    let text = "[OPEN_REQ]\nnumber = 77\n";
    let error = read_table(TableKind::Arm, "mine.toml", text).unwrap_err();
    let told = error.problems[0].to_string();
    assert_eq!(told, "mine.toml:1: `OPEN_REQ`: its layout is published, so it cannot be replaced");
}

fn other_lab() -> Lab {
    let mut lab = lab(vec![agent("1081", 3)], vec![customer(4, None)]);
    lab.tables.mr = Some(moved(TableKind::Mr));
    lab.tables.arm = Some(moved(TableKind::Arm));
    lab
}

/// The built-in rows with other numbers and tags, and the fixed part from behind.
fn moved(kind: TableKind) -> TableText {
    let mut table = read_table(kind, "built-in", &show_table(kind)).unwrap();
    for row in table.rows.values_mut() {
        row.number += MOVED;
        row.fixed.reverse();
        for float in &mut row.floats {
            let (tag, field) = float.split_once(' ').unwrap();
            *float = format!("{} {field}", tag.parse::<u32>().unwrap() + TAGS_MOVED);
        }
    }
    // Written and read again, as a user's file is.
    read_table(kind, "mine.toml", &toml::to_string(&table).unwrap()).unwrap()
}

fn kinds(records: &[Record], port: Port) -> BTreeSet<u32> {
    let kind = |record: &Record| {
        let What::In(Input::Frame { link, bytes }) = &record.what else { return None };
        if link.port == port { frame_kind(&bytes.0) } else { None }
    };
    records.iter().filter_map(kind).collect()
}
