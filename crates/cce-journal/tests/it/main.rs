//! Journals that are whole, broken, foreign or tampered with.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for what it is about")]

mod merge;
mod once;
mod packed;

use cce_journal::{
    End, FORMAT, Header, HostHeader, JournalReader, LogSettings, ReadError, Record, What, Writer, replay,
};
use cce_kernel::{
    Blob, BodyFlaw, CallError, CallId, Command, Component, Cx, HostClock, Input, LinkId, NodeName, Output,
    Peer, Port, Request, Response, Security, Time, TimerKey, Wall,
};
use proptest::prelude::*;
use std::{collections::BTreeMap, time::Duration};

#[test]
fn a_journal_says_that_its_run_is_over_unless_it_was_cut_anywhere() {
    let records = run();
    let end = |text: &str| {
        let (_, mut reader) = JournalReader::new(text.as_bytes()).unwrap();
        reader.by_ref().for_each(|record| drop(record.unwrap()));
        reader.end()
    };
    let whole = ended(&run(), true);
    assert_eq!(end(&whole), Some(End { last: records.len() as u64, open_ended: true }));
    assert_eq!(end(&ended(&run(), false)).map(|end| end.open_ended), Some(false));
    let lines: Vec<&str> = whole.lines().collect();
    for cut in 1..lines.len() {
        assert_eq!(end(&(lines[..cut].join("\n") + "\n")), None, "cut behind line {cut}");
    }
    assert_eq!(end(&whole[..whole.len() - 1]), None);
    let lacking = [&lines[..lines.len() - 2], &lines[lines.len() - 1..]].concat().join("\n") + "\n";
    assert_eq!(end(&lacking), None, "its last record is missing");
}

#[test]
fn numbers_that_cannot_be_are_told_with_their_line() {
    let record =
        |seq: &str, at: &str, rest: &str| format!("{{\"seq\":{seq},\"at\":{at},\"node\":\"ccp\"{rest}}}\n");
    let started = ",\"started\":null";
    for (line, why) in [
        (record("9223372036854775807", "0", started), "no record has the number"),
        (record("4294967296", "0", started), "cannot follow record"),
        (record("0", "0", started), "no record has the number 0"),
        (record("1", "18446744073709551615", started), "no run lasts"),
        (record("1", "0", ",\"cause\":1,\"started\":null"), "cannot be the cause"),
        (record("281474976710656", "0", ",\"gap\":{\"dropped\":18446744073709551615}"), "cannot be missing"),
    ] {
        let text = journal(&[]) + &line;
        let error = JournalReader::read_all(text.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("line 2 is damaged: ") && error.contains(why), "{line}: {error}");
    }
}

#[test]
fn a_journal_whose_time_runs_backwards_is_refused() {
    let started =
        |seq: u64, at: u64| format!("{{\"seq\":{seq},\"at\":{at},\"node\":\"ccp\",\"started\":null}}\n");
    let read = |at: [u64; 2]| {
        JournalReader::read_all((journal(&[]) + &started(1, at[0]) + &started(2, at[1])).as_bytes())
    };
    assert!(
        read([90_000_000, 89_999_000]).is_ok(),
        "threads may record in another order than they took the time"
    );
    let error = read([90_000_000, 1_000]).unwrap_err().to_string();
    assert!(error.starts_with("line 3 is damaged: its time is 1000 microseconds"), "{error}");
}

#[test]
fn a_header_that_begins_at_no_time_is_refused() {
    for start in [i64::MAX, i64::MIN, -1] {
        let text = Writer::new(Vec::new(), &Header { start: Wall(start), ..header() }).unwrap();
        assert!(matches!(
            JournalReader::new(&text.into_inner()[..]),
            Err(ReadError::Damaged { line: 1, .. })
        ));
    }
}

#[test]
fn a_line_without_an_end_takes_bounded_memory() {
    let head = journal(&[]);
    let endless = std::io::Read::chain(head.as_bytes(), std::io::repeat(b'x'));
    let (_, mut reader) = JournalReader::new(std::io::BufReader::new(endless)).unwrap();
    assert!(matches!(reader.next(), Some(Err(ReadError::LongLine { line: 2 }))));
    let header = JournalReader::new(std::io::BufReader::new(std::io::repeat(b'{')));
    assert!(matches!(header, Err(ReadError::LongLine { line: 1 })));
}

#[test]
fn a_journal_reads_what_was_written() {
    let (read, records) = JournalReader::read_all(journal(&run()).as_bytes()).unwrap();
    assert_eq!(read, header());
    assert_eq!(records, run());
}

#[test]
fn an_empty_file_and_another_file_are_told_apart() {
    assert!(matches!(JournalReader::read_all(&b""[..]), Err(ReadError::Empty)));
    assert!(matches!(JournalReader::read_all(&b"hello\n"[..]), Err(ReadError::NotAJournal { .. })));
}

#[test]
fn a_journal_of_another_format_names_the_program_that_can_read_it() {
    let text = r#"{"ccelab_journal":99,"build":"ccelab 9.1"}"#;
    let error = JournalReader::read_all(text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("format 99") && error.contains("ccelab 9.1"), "{error}");
}

#[test]
fn a_broken_line_is_named_by_its_number() {
    let text = journal(&run()) + "{\"seq\":oops}\n";
    let error = JournalReader::read_all(text.as_bytes()).unwrap_err();
    assert!(matches!(error, ReadError::BrokenLine { line, .. } if line == run().len() + 2), "{error}");
}

#[test]
fn half_a_line_at_the_end_is_what_a_killed_process_leaves() {
    let text = journal(&run()) + "{\"seq\":99,\"at\":";
    assert_eq!(JournalReader::read_all(text.as_bytes()).unwrap().1.len(), run().len());
}

#[test]
fn a_record_that_is_missing_leaves_a_gap_behind() {
    let mut records = run();
    let gone = records.remove(3);
    let read = JournalReader::read_all(journal(&records).as_bytes()).unwrap().1;
    assert_eq!((read[3].seq, &read[3].what), (gone.seq, &What::Gap { dropped: 1 }));
    assert_eq!(read[4..], records[3..]);
}

#[test]
fn records_whose_numbers_were_there_before_are_one_gap_of_unknown_length() {
    let mut records = run();
    records.splice(4..4, [records[2].clone(), records[3].clone()]);
    let read = JournalReader::read_all(journal(&records).as_bytes()).unwrap().1;
    assert_eq!(read[4].what, What::Gap { dropped: 0 });
    assert_eq!(read[5..], run()[4..]);
}

#[test]
fn a_gap_that_is_told_explains_the_numbers_that_are_missing() {
    let mut records = run();
    let last = records.pop().unwrap();
    records.push(Record { seq: last.seq + 7, cause: None, what: What::Gap { dropped: 7 }, ..last });
    assert_eq!(JournalReader::read_all(journal(&records).as_bytes()).unwrap().1, records);
}

#[test]
fn an_untouched_run_replays_without_a_difference() {
    let found = replay(&header(), run(), build);
    assert!(found.difference.is_none(), "{:?}", found.difference);
    assert_eq!((found.inputs, found.outputs), (3, 4));
}

#[test]
fn one_changed_byte_of_an_output_is_named() {
    let mut records = run();
    let sent =
        records.iter_mut().find(|record| matches!(record.what, What::Out(Output::Send { .. }))).unwrap();
    let seq = sent.seq;
    let What::Out(Output::Send { bytes, .. }) = &mut sent.what else { panic!() };
    *bytes = Blob::from("pinG");
    let difference = replay(&header(), records, build).difference.unwrap();
    assert_eq!((difference.seq, difference.node.as_str()), (seq, "pinger"));
    assert!(difference.replayed.is_some());
}

#[test]
fn an_output_that_is_missing_and_one_too_many_are_named() {
    let mut missing = run();
    missing.retain(|record| !matches!(record.what, What::Out(Output::Send { .. })));
    assert!(replay(&header(), missing, build).difference.is_some());
    let mut extra = run();
    let last = extra.last().unwrap().clone();
    extra.push(Record { seq: last.seq + 1, ..last });
    let difference = replay(&header(), extra, build).difference.unwrap();
    assert!(difference.replayed.is_none());
}

#[test]
fn a_component_that_nobody_can_build_is_passed_over_and_named() {
    let found = replay(&header(), run(), |_| None);
    assert!(found.difference.is_none());
    assert_eq!(found.unknown.into_iter().collect::<Vec<_>>(), [NodeName::from("pinger")]);
}

#[test]
fn a_gap_is_counted() {
    let mut records = run();
    let what = What::Gap { dropped: 7 };
    records.push(Record { seq: 99, at: Time(9), node: "pinger".into(), cause: None, what });
    assert_eq!(replay(&header(), records, build).dropped, 7);
}

#[test]
fn behind_a_gap_nothing_is_compared_since_nobody_knows_what_was_missed() {
    let mut records = run();
    let at = records.iter().position(|record| matches!(record.what, What::In(Input::LinkUp { .. }))).unwrap();
    let what = What::Gap { dropped: 2 };
    // The link came up, and something was sent, but neither was recorded.
    records.splice(at..at + 2, [Record { cause: None, what, ..records[at].clone() }]);
    let found = replay(&header(), records, build);
    assert!(found.difference.is_none(), "{:?}", found.difference);
    assert_eq!((found.inputs, found.outputs, found.dropped), (1, 1, 2));
    assert!(found.unknown.is_empty());
}

#[test]
fn a_panic_that_was_recorded_is_no_difference() {
    let found = replay(&header(), doomed(true), |_| Some(Box::new(Doomed)));
    assert!(found.difference.is_none(), "{:?}", found.difference);
    assert_eq!(found.inputs, 1);
}

#[test]
fn a_panic_that_was_not_recorded_is_a_difference() {
    let difference = replay(&header(), doomed(false), |_| Some(Box::new(Doomed))).difference.unwrap();
    assert_eq!(difference.seq, 3);
}

#[test]
fn a_life_that_ends_before_it_has_said_everything_differs() {
    let mut records = run();
    records.pop();
    let last = records.last().unwrap().clone();
    records.push(Record { seq: last.seq + 1, what: What::Stopped { reason: "stopped".into() }, ..last });
    assert!(replay(&header(), records.clone(), build).difference.is_some());
    records.pop();
    assert!(replay(&header(), records, build).difference.is_none(), "a journal may end anywhere");
}

#[test]
fn each_life_is_built_once_and_link_numbers_go_on() {
    let mut records = run();
    let number = |record: &Record| LinkId { port: Port::Mr, number: u32::try_from(record.seq).unwrap() };
    let last = records.last().unwrap().clone();
    let start = What::In(Input::Start { stored: BTreeMap::new(), entropy: cce_kernel::Entropy::Seed });
    let dial = |link| What::Out(Output::Dial { link, address: cce_kernel::Address::Lab });
    let link = LinkId { number: 2, ..number(&last) };
    for what in [What::Stopped { reason: "restarted".into() }, What::Started, start, dial(link)] {
        records.push(Record { seq: records.len() as u64 + 1, what, ..last.clone() });
    }
    let mut lives = 0;
    let found = replay(&header(), records, |node| {
        lives += 1;
        build(node)
    });
    assert!(found.difference.is_none(), "{:?}", found.difference);
    assert_eq!(lives, 2);
}

#[test]
fn a_record_is_one_line_that_a_person_can_read() {
    let lines = journal(&run());
    let line = lines.lines().nth(3).unwrap();
    assert_eq!(
        line,
        r#"{"seq":3,"at":0,"node":"pinger","out":{"dial":{"link":{"port":"mr","number":1},"address":"lab"}}}"#
    );
}

proptest! {
    #[test]
    fn any_exchange_comes_back(record in any_record()) {
        let read = JournalReader::read_all(journal(std::slice::from_ref(&record)).as_bytes()).unwrap().1;
        prop_assert_eq!(read.last(), Some(&record));
    }

    #[test]
    fn any_text_is_read_or_refused_and_never_panics(text in "\\PC*\n?\\PC*\n?") {
        let _ = JournalReader::read_all(text.as_bytes());
        let _ = JournalReader::read_all((journal(&[]) + &text).as_bytes());
    }

    #[test]
    fn any_bytes_of_a_frame_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..100), seq in 1_u64..1 << 24) {
        let link = LinkId { port: Port::Mr, number: 1 };
        let what = What::In(Input::Frame { link, bytes: bytes::Bytes::from(bytes).into() });
        let record = Record { seq, at: Time(seq), node: "ccp".into(), cause: Some(seq - 1), what };
        let read = JournalReader::read_all(journal(std::slice::from_ref(&record)).as_bytes()).unwrap().1;
        prop_assert_eq!(read.last(), Some(&record));
    }
}

fn any_record() -> impl Strategy<Value = Record> {
    let text = || any::<String>();
    let body = || proptest::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Blob(bytes.into()));
    let headers = || proptest::collection::vec((any::<String>(), any::<String>()), 0..3);
    let flaw = proptest::option::of(prop_oneof![Just(BodyFlaw::TooLarge), Just(BodyFlaw::Broken)]);
    let security = prop_oneof![
        Just((Security::Plain, cce_kernel::Caller::Outside)),
        Just((Security::Tls, cce_kernel::Caller::Lab))
    ];
    let request = (text(), text(), headers(), text(), security, body(), flaw).prop_map(
        |(method, target, headers, peer, (security, caller), body, body_flaw)| Request {
            method,
            target,
            headers,
            peer,
            trust: cce_kernel::Trust::default(),
            security,
            caller,
            body,
            body_flaw,
        },
    );
    let response = (any::<u16>(), headers(), body()).prop_map(|(status, headers, body)| Response {
        status,
        headers,
        body,
    });
    let call = || any::<u64>().prop_map(CallId);
    let key = (text(), any::<u64>()).prop_map(|(name, id)| TimerKey { name: name.into(), id });
    let what = prop_oneof![
        (call(), request).prop_map(|(call, request)| What::In(Input::Call {
            call,
            port: Port::App,
            request
        })),
        (call(), response.clone())
            .prop_map(|(call, reply)| What::In(Input::Reply { call, result: Ok(reply) })),
        call().prop_map(|call| What::In(Input::Reply { call, result: Err(CallError::Timeout) })),
        (call(), response).prop_map(|(call, response)| What::Out(Output::Reply { call, response })),
        proptest::collection::btree_map(text(), text(), 0..3).prop_map(|stored| What::In(Input::Start {
            stored,
            entropy: cce_kernel::Entropy::Drawn(b"\x01\xff".to_vec().into())
        })),
        (key, any::<u64>()).prop_map(|(key, at)| What::Out(Output::Arm { key, at: Time(at) })),
        (text(), proptest::option::of(text()))
            .prop_map(|(key, value)| What::Out(Output::Store { key, value })),
        (text(), text())
            .prop_map(|(setting, value)| What::In(Input::Command(Command::Set { setting, value }))),
        text().prop_map(|words| What::In(Input::Command(Command::Act(words)))),
        text().prop_map(|reason| What::Stopped { reason }),
        (0..1_u64 << 48).prop_map(|dropped| What::Gap { dropped }),
        Just(What::Started),
    ];
    (1_u64..1 << 24, 0..1_u64 << 51, text(), proptest::option::of(any::<u64>()), what).prop_map(
        |(seq, at, node, cause, what)| Record {
            seq,
            at: Time(at),
            node: node.into(),
            cause: cause.map(|cause: u64| cause % seq),
            what,
        },
    )
}

/// Panics whatever happens.
#[derive(Clone)]
struct Doomed;

impl Component for Doomed {
    fn handle(&mut self, _: Input, _: &mut Cx<'_>) {
        panic!("on purpose");
    }
}

/// A life that ends with its first input: by a panic, or not.
fn doomed(by_panic: bool) -> Vec<Record> {
    let start = || What::In(Input::Start { stored: BTreeMap::new(), entropy: cce_kernel::Entropy::Seed });
    let end = if by_panic { What::Stopped { reason: "panicked: on purpose".into() } } else { start() };
    let whats = [What::Started, start(), end];
    let record = |(seq, what)| Record { seq, at: Time(0), node: "doomed".into(), cause: None, what };
    (1..).zip(whats).map(record).collect()
}

/// Dials at its start, greets whoever answers, and again after a second.
#[derive(Clone)]
struct Pinger;

impl Component for Pinger {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => {
                cx.dial(Port::Mr, cce_kernel::Address::Lab);
            }
            Input::LinkUp { link, .. } => {
                cx.send(link, "ping");
                cx.arm(TimerKey::new("again", 0), Duration::from_secs(1));
            }
            Input::Timer(_) => cx.store("seen", "1"),
            Input::LinkDown { .. }
            | Input::Frame { .. }
            | Input::BadFrame { .. }
            | Input::Call { .. }
            | Input::CallGone { .. }
            | Input::Reply { .. }
            | Input::Command(_) => {}
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a replay asks for")]
fn build(_: &NodeName) -> Option<Box<dyn Component>> {
    Some(Box::new(Pinger))
}

/// What a driver records of a pinger.
fn run() -> Vec<Record> {
    let link = LinkId { port: Port::Mr, number: 1 };
    let inputs = [
        Input::Start { stored: BTreeMap::new(), entropy: cce_kernel::Entropy::Seed },
        Input::LinkUp { link, peer: Peer::default() },
        Input::Timer(TimerKey::new("again", 0)),
    ];
    let mut host = cce_kernel::Host::new("pinger".into(), 1, HostClock::default());
    let mut records = Vec::new();
    let mut put = |at, what| {
        let seq = records.len() as u64 + 1;
        records.push(Record { seq, at, node: "pinger".into(), cause: None, what });
    };
    put(Time(0), What::Started);
    for (second, input) in (0_u64..).zip(inputs) {
        let at = Time(second * 1_000_000);
        put(at, What::In(input.clone()));
        for output in host.handle(&mut Pinger, input, at) {
            put(at, What::Out(output));
        }
    }
    records
}

fn header() -> Header {
    Header {
        format: FORMAT,
        build: "ccelab 0".into(),
        seed: 1,
        start: Wall(5),
        nodes: vec!["pinger".into()],
        hosts: BTreeMap::from([(
            "pinger".into(),
            HostHeader { zone: "UTC".into(), ..HostHeader::default() },
        )]),
        logs: LogSettings::default(),
        tables: cce_journal::Tables::default(),
        config: serde_json::json!({"a": 1}),
        merged: None,
    }
}

fn journal(records: &[Record]) -> String {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    records.iter().for_each(|record| writer.record(record).unwrap());
    String::from_utf8(writer.into_inner()).unwrap()
}

/// The same with its end.
fn ended(records: &[Record], open_ended: bool) -> String {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    records.iter().for_each(|record| writer.record(record).unwrap());
    writer.end(open_ended).unwrap();
    String::from_utf8(writer.into_inner()).unwrap()
}
