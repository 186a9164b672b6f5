//! Bytes that a record repeats of its cause.

use crate::{header, journal};
use cce_journal::{JournalReader, ReadError, Record, What, Writer};
use cce_kernel::{Blob, CallId, Input, LinkId, Output, Port, Request, Response, Time};
use proptest::prelude::*;

const LINK: LinkId = LinkId { port: Port::Mr, number: 1 };

fn record(seq: u64, cause: Option<u64>, what: What) -> Record {
    Record { seq, at: Time(seq), node: "ccp".into(), cause, what }
}

fn sent(seq: u64, text: &str) -> Record {
    record(seq, None, What::Out(Output::Send { link: LINK, bytes: text.into() }))
}

fn received(seq: u64, cause: u64, text: &str) -> Record {
    record(seq, Some(cause), What::In(Input::Frame { link: LINK, bytes: text.into() }))
}

fn lines_with(text: &str, records: &[Record]) -> usize {
    journal(records).matches(text).count()
}

fn read(text: &str) -> Vec<Record> {
    JournalReader::read_all(text.as_bytes()).unwrap().1
}

#[test]
fn a_frame_that_arrives_as_it_was_sent_stands_in_the_journal_once() {
    let records = [sent(1, "NEW_TASK"), received(2, 1, "NEW_TASK")];
    let text = journal(&records);
    assert!(text.lines().nth(2).unwrap().contains(r#""same":true"#), "{text}");
    assert_eq!(text.matches("NEW_TASK").count(), 1);
    assert_eq!(read(&text), records);
}

#[test]
fn bodies_of_requests_and_responses_stand_in_the_journal_once_and_their_headers_twice() {
    let request = || Request::new("POST", "/").header("x", "HEAD").xml("ASKED");
    let response = || Response::new(200).xml("ANSWERED");
    let (call, port) = (CallId(1), Port::App);
    let records = [
        record(1, None, What::Out(Output::Call { call, port, request: request() })),
        record(2, Some(1), What::In(Input::Call { call, port, request: request() })),
        record(3, Some(2), What::Out(Output::Reply { call, response: response() })),
        record(4, Some(3), What::In(Input::Reply { call, result: Ok(response()) })),
    ];
    let text = journal(&records);
    assert_eq!(["ASKED", "ANSWERED", "HEAD"].map(|word| text.matches(word).count()), [1, 1, 2]);
    assert_eq!(read(&text), records);
}

#[test]
fn bytes_that_changed_on_their_way_are_written() {
    let records = [sent(1, "SENT"), received(2, 1, "CHANGED"), received(3, 1, "")];
    assert_eq!(lines_with("CHANGED", &records), 1);
    assert_eq!(read(&journal(&records)), records);
}

#[test]
fn bytes_of_a_cause_that_is_long_ago_are_written_again() {
    let far = 1 << 12;
    let between = |from: u64| (from..from + far).map(|seq| sent(seq, "BETWEEN"));
    let near =
        [sent(1, "SENT")].into_iter().chain(between(2).take(4_095)).chain([received(5_000, 1, "SENT")]);
    assert_eq!(lines_with("SENT", &near.collect::<Vec<_>>()), 1);
    let distant: Vec<_> =
        [sent(1, "SENT")].into_iter().chain(between(2)).chain([received(5_000, 1, "SENT")]).collect();
    assert_eq!(lines_with("SENT", &distant), 2);
}

#[test]
fn bytes_of_records_that_may_be_repeated_are_bounded() {
    let large = "x".repeat(1 << 22);
    let records = [sent(1, "SENT"), sent(2, &large), received(3, 1, "SENT"), received(4, 2, &large)];
    assert_eq!(lines_with("SENT", &records), 2, "it gave way to a large one");
    assert_eq!(lines_with(&large, &records), 1);
    assert_eq!(read(&journal(&records)), records);
}

#[test]
fn a_line_whose_cause_carried_nothing_is_damaged() {
    let text = journal(&[sent(1, "SENT"), received(2, 1, "SENT")]);
    let begun = journal(&[Record { what: What::Started, ..sent(1, "") }]);
    let lines = [text.lines().next(), begun.lines().nth(1), text.lines().nth(2)].map(Option::unwrap);
    let error = JournalReader::read_all((lines.join("\n") + "\n").as_bytes()).unwrap_err();
    assert!(matches!(error, ReadError::Damaged { line: 3, .. }), "{error}");
    assert!(error.to_string().contains("repeats the bytes of its cause"), "{error}");
}

/// Wherever a record is missing, so are those that repeat its bytes, and nothing else.
#[test]
fn a_line_whose_cause_is_missing_is_missing_too() {
    let records =
        [sent(1, "SENT"), sent(2, "OTHER"), received(3, 1, "SENT"), received(4, 2, "OTHER"), sent(5, "LAST")];
    let text = journal(&records);
    let without = |line: usize| {
        let left = text.lines().enumerate().filter(|(at, _)| *at != line);
        left.fold(String::new(), |all, (_, line)| all + line + "\n")
    };
    let gap =
        |of: &Record, seq, dropped| Record { seq, cause: None, what: What::Gap { dropped }, ..of.clone() };
    let [one, two, three, four, five] = records;
    let first = gap(&two, 1, 1);
    let lost = gap(&three, 3, 1);
    assert_eq!(read(&without(1)), [first, two, lost, four.clone(), five.clone()]);
    let second = gap(&three, 2, 1);
    let lost = gap(&four, 4, 1);
    assert_eq!(read(&without(2)), [one, second, three, lost, five.clone()]);
    let near = journal(&[sent(1, "SENT"), received(2, 1, "SENT"), five.clone()]);
    let near: Vec<&str> = near.lines().collect();
    let near = [near[0], near[2], near[3]].join("\n") + "\n";
    assert_eq!(read(&near)[0].what, What::Gap { dropped: 2 }, "both stand side by side");
}

#[test]
fn a_plain_journal_has_every_byte_in_every_line() {
    let records = [sent(1, "SENT"), received(2, 1, "SENT")];
    let mut writer = Writer::plain(Vec::new(), &header()).unwrap();
    records.iter().for_each(|record| writer.record(record).unwrap());
    let text = String::from_utf8(writer.into_inner()).unwrap();
    assert_eq!(text.matches("SENT").count(), 2);
    assert_eq!(read(&text), records);
}

#[test]
fn a_journal_of_the_format_before_is_read() {
    let text = journal(&[sent(1, "SENT")]).replacen(r#""ccelab_journal":2"#, r#""ccelab_journal":1"#, 1);
    assert_eq!(read(&text), [sent(1, "SENT")]);
}

proptest! {
    #[test]
    fn whatever_arrives_of_whatever_was_sent_comes_back(
        steps in proptest::collection::vec((any::<bool>(), 0..4_usize, 0..40_u64), 0..60)
    ) {
        let texts = ["", "a", "b", "abc"];
        let records: Vec<Record> = steps.iter().zip(1..).map(|(&(is_sent, text, back), seq)| {
            let cause = u64::saturating_sub(seq, 1 + back);
            if is_sent { sent(seq, texts[text]) } else { received(seq, cause, texts[text]) }
        }).collect();
        prop_assert_eq!(read(&journal(&records)), records);
    }
}

#[test]
fn an_empty_frame_is_written_as_it_is() {
    let records = [sent(1, ""), received(2, 1, "")];
    assert_eq!(lines_with("same", &records), 0);
    let Some(What::In(Input::Frame { bytes, .. })) = read(&journal(&records)).pop().map(|record| record.what)
    else {
        panic!()
    };
    assert_eq!(bytes, Blob::default());
}
