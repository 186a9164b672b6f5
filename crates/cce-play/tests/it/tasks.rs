//! Messages name their task everywhere: a row of GED-188 with a `TaskID` is in the ladder of its task, and selectors that
//! name the task mean it.

use crate::{shipped::shipped, support::run};
use cce_cti::{Cti, dialect};
use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, LinkId, Output, Port};
use cce_model::TaskId;
use cce_select::{Selector, Tracker, Vocabulary};
use cce_views::ladder::{LadderText, Page, Paint, find_contact, rows};
use cce_wire::{Bytes, MessageDoc, Value};

const VERSION: u32 = 24;

#[test]
fn every_row_with_a_task_id_is_in_the_ladder_and_the_selectors_of_its_task() {
    let run = run(shipped("one-task"), 1);
    let header = &run.play.header;
    let task = first_task(&run.records);
    let ends = ["finesse", "agentpg"].map(|node| (node, cti_link(&run.records, node)));
    let has_task = |row: &&MessageDoc| row.fixed.iter().any(|field| field.label == "TaskID");
    let rows_with_task: Vec<&MessageDoc> = Cti::TABLE.iter().filter(has_task).collect();
    assert!(rows_with_task.len() >= 25, "{}", rows_with_task.len());
    for row in rows_with_task {
        let mut records = run.records.clone();
        let (seq, at) = records.last().map(|last| (last.seq, last.at)).unwrap();
        let is_request = row.name.ends_with("_IND") || row.name.ends_with("_REQ");
        let [client, server] = ends;
        let ((from, sent_on), (to, heard_on)) = if is_request { (client, server) } else { (server, client) };
        let bytes = frame_of(row, task);
        let sent = What::Out(Output::Send { link: sent_on, bytes: bytes.clone().into() });
        let heard = What::In(Input::Frame { link: heard_on, bytes: bytes.into() });
        records.push(Record { seq: seq + 1, at, node: from.into(), cause: None, what: sent });
        records.push(Record { seq: seq + 2, at, node: to.into(), cause: Some(seq + 1), what: heard });
        let alice = find_contact(header, &records, &task.to_string()).unwrap();
        let (drawn, names) = rows(header, &records, Some(alice.into()));
        let mut text = LadderText::new(header, Page::new(Paint::Plain));
        let last: String = drawn.last().map(|row| text.row(row, &names)).unwrap_or_default();
        assert!(last.contains(row.name), "{}: the ladder of its task ends with {last}", row.name);
        let mut tracker = Tracker::new(header, vec!["alice".to_owned()]);
        let (before, said) = records.split_at(records.len() - 2);
        for record in before {
            let event = tracker.push(record);
            tracker.happenings(&event);
        }
        for (record, how) in said.iter().zip(["sent ", ""]) {
            let event = tracker.push(record);
            let happening = tracker.happenings(&event).pop().unwrap();
            for name in ["alice", "T1"] {
                let text = format!("{how}{} {name}", row.name);
                let selector =
                    Selector::parse(&text, &vocabulary()).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert!(selector.matches(&happening, tracker.names()), "{text}");
            }
        }
    }
}

fn vocabulary() -> Vocabulary {
    Vocabulary { customers: vec!["alice".to_owned()], ..Vocabulary::default() }
}

fn first_task(records: &[Record]) -> TaskId {
    let task = |record: &Record| match &record.what {
        What::Out(Output::Note(Fact::Task { task, .. })) => Some(*task),
        _ => None,
    };
    records.iter().find_map(task).unwrap()
}

/// What one end calls the connection of Finesse with the CTI server.
fn cti_link(records: &[Record], node: &str) -> LinkId {
    let link = |record: &Record| match &record.what {
        What::Out(Output::Send { link, .. }) if link.port == Port::CtiA && record.node.as_str() == node => {
            Some(*link)
        }
        _ => None,
    };
    records.iter().find_map(link).unwrap()
}

/// A message of that row about a task: its other fields are 0, its floating fields are left out.
fn frame_of(row: &MessageDoc, task: TaskId) -> Bytes {
    let read = |body: Vec<u8>| Cti::decode(&dialect(VERSION), row.kind, body.into()).ok();
    let length = (0..1_000).find(|length| read(vec![0; *length]).is_some()).unwrap();
    // Where the id stands, its own bytes say: no byte of the body is there twice.
    let counted: Vec<u8> = (0..length).map(|at| u8::try_from(at).unwrap()).collect();
    let shown = read(counted).unwrap().fields();
    let id = shown.into_iter().find_map(|shown| match shown.value {
        Value::Task(task) if shown.label == "TaskID" => Some(task),
        _ => None,
    });
    let at = usize::from(id.unwrap().day.to_be_bytes()[0]);
    let mut body = vec![0; length];
    let fields = [task.day, task.call, task.sequence].map(i32::to_be_bytes);
    body[at..at + 12].copy_from_slice(&fields.concat());
    read(body).unwrap().to_frame(&dialect(VERSION))
}
