//! Streams, message by message and field by field.

use cce_capture::{CapturedStream, Explained, Opening, Piece, Versions, explain, has_message, openings};
use cce_fold::{Book, Dictionary};
use cce_wire::{Bytes, Value, parse_hex};
use proptest::prelude::*;

const HEARTBEAT: &str = "00000004 00000005 00000002";
/// Version 14, so with tags and lengths of one byte; password "secret".
const OPEN: &str = "00000041 00000003 00000001 0000000e 00000078 00001388 00000010 00000000 00003fff 00000000 00000000 \
                    00000000 00000000 01054d65 53740002 06736563 726574 0304 4f6e6500";

#[test]
fn every_field_has_its_place_in_the_message() {
    let message = only(&format!("{HEARTBEAT} {OPEN}"), 1);
    assert_eq!((message.offset, message.name, message.length), (12, Some("OPEN_REQ"), 73));
    let places: Vec<_> = message.fields.iter().map(|field| field.offset).collect();
    assert_eq!(places[..3], [8, 12, 16]);
    assert_eq!(places[11..], [52, 59, 67]);
}

#[test]
fn the_version_of_a_session_is_that_of_its_open_req() {
    let message = only(OPEN, 0);
    assert_eq!(message.fields[13].value, Value::Text("One".to_owned()));
}

#[test]
fn a_password_is_not_shown() {
    let message = only(OPEN, 0);
    assert_eq!(
        (message.fields[12].label, &message.fields[12].value),
        (Some("ClientPassword"), &Value::Secret)
    );
}

#[test]
fn an_unknown_floating_field_is_shown_as_bytes_and_objected_to() {
    let message = only("0000000a 00000005 00000002 7fff0002 abcd", 0);
    let unknown = &message.fields[1];
    assert_eq!((unknown.offset, unknown.tag, unknown.label), (12, Some(0x7fff), None));
    assert_eq!(unknown.value.to_string(), "abcd");
    assert_eq!(message.flaws.len(), 1);
}

#[test]
fn a_number_that_the_table_does_not_list_has_no_name() {
    let message = only("00000002 00000042 abcd", 0);
    assert_eq!((message.name, message.number, message.fields.len()), (None, 0x42, 0));
}

#[test]
fn a_message_that_ends_inside_a_field_says_so_and_the_next_one_is_read() {
    let pieces = pieces(&format!("00000002 00000005 0000 {HEARTBEAT}"), false);
    let [Piece::Message(short), Piece::Message(next)] = &pieces[..] else { panic!("{pieces:?}") };
    assert!(
        short.error.as_ref().is_some_and(|error| error.offset == 8 && error.why.contains("InvokeID")),
        "{short:?}"
    );
    assert_eq!((next.offset, next.name), (10, Some("HEARTBEAT_REQ")));
}

#[test]
fn bytes_that_are_no_message_are_told_with_their_place() {
    for (bytes, why) in [
        ("000000", "no whole header"),
        ("00000004 00000005 0000", "ends inside a message of 12 bytes: 10 are there"),
        ("00ffffff 00000005", "announces a message of"),
    ] {
        let pieces = pieces(&format!("{HEARTBEAT} {bytes}"), false);
        let Some(Piece::Broken { offset: 12, why: told }) = pieces.last() else { panic!("{pieces:?}") };
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn a_stream_without_its_start_is_read_from_the_first_whole_message_on() {
    let pieces = pieces(&format!("beef {HEARTBEAT} {HEARTBEAT}"), true);
    let [Piece::Broken { offset: 0, .. }, Piece::Message(first), Piece::Message(_)] = &pieces[..] else {
        panic!("{pieces:?}")
    };
    assert_eq!(first.offset, 2);
}

#[test]
fn a_version_that_is_given_counts_more_than_an_open_req() {
    let stream = Bytes::from(parse_hex(OPEN).unwrap());
    let pieces = explain(Book::Cti, Versions::Given(24), &Dictionary::default(), &whole(stream));
    let Piece::Message(message) = &pieces[0] else { panic!("{pieces:?}") };
    assert!(message.error.is_some(), "tags and lengths of two bytes do not fit: {message:?}");
}

/// One that asks for version 99, and is refused.
fn refused() -> String {
    OPEN.replace("0000000e", "00000063").replacen("00000001", "00000009", 1)
}

#[test]
fn an_open_req_that_is_sent_again_has_a_version_of_its_own() {
    let pieces = pieces(&format!("{} {OPEN}", refused()), false);
    let Some(Piece::Message(second)) = pieces.last() else { panic!("{pieces:?}") };
    assert_eq!((second.offset, &second.error), (73, &None));
    let asked = openings(&whole(Bytes::from(parse_hex(&format!("{} {OPEN}", refused())).unwrap())));
    assert_eq!(asked, [Opening { invoke_id: 9, version: 99 }, Opening { invoke_id: 1, version: 14 }]);
}

#[test]
fn an_answer_brings_the_version_that_its_open_req_asked_for() {
    let asked = [Opening { invoke_id: 9, version: 99 }, Opening { invoke_id: 1, version: 14 }];
    let floats = "000001 00";
    let conf = format!("0000002f 00000004 00000001 {} {}", "00".repeat(39), floats);
    let bytes = Bytes::from(parse_hex(&format!("00000008 00000001 00000009 00000001 {conf}")).unwrap());
    let pieces = explain(Book::Cti, Versions::Other(&asked), &Dictionary::default(), &whole(bytes.clone()));
    let [Piece::Message(refusal), Piece::Message(conf)] = &pieces[..] else { panic!("{pieces:?}") };
    assert_eq!((refusal.name, conf.name), (Some("FAILURE_CONF"), Some("OPEN_CONF")));
    let of_14 = explain(Book::Cti, Versions::Given(14), &Dictionary::default(), &whole(bytes));
    assert_eq!(format!("{:?}", pieces[1]), format!("{:?}", of_14[1]));
}

#[test]
fn behind_a_gap_the_next_whole_message_is_read_and_the_gap_is_told() {
    let bytes = Bytes::from(parse_hex(&format!("{HEARTBEAT} 00000004 0000 beef {HEARTBEAT}")).unwrap());
    let stream =
        CapturedStream { bytes, begins_anywhere: false, gaps: vec![(18, "9 bytes are missing".to_owned())] };
    let pieces = explain(Book::Cti, Versions::Own, &Dictionary::default(), &stream);
    let [
        Piece::Message(_),
        Piece::Broken { offset: 18, why: gap },
        Piece::Broken { offset: 18, why },
        Piece::Message(last),
    ] = &pieces[..]
    else {
        panic!("{pieces:?}")
    };
    assert!(gap.starts_with("9 bytes are missing; "), "{gap}");
    assert_eq!(why, "the 2 bytes before the first whole message");
    assert_eq!((last.offset, last.name), (20, Some("HEARTBEAT_REQ")));
}

#[test]
fn behind_a_header_that_cannot_be_the_next_whole_message_is_read() {
    let pieces = pieces(&format!("{HEARTBEAT} ffffffff 00000005 beef {HEARTBEAT}"), false);
    let [_, Piece::Broken { offset: 12, why }, Piece::Message(last)] = &pieces[..] else {
        panic!("{pieces:?}")
    };
    assert!(why.ends_with("; 10 bytes are passed over"), "{why}");
    assert_eq!(last.offset, 22);
}

#[test]
fn zeros_inside_a_message_are_no_header() {
    // Behind the gap stands the rest of a message whose zeros could be lengths.
    let bytes = Bytes::from(parse_hex(&format!("0000 0000 0000 0005 0000 0000 {HEARTBEAT}")).unwrap());
    let stream = CapturedStream { bytes, begins_anywhere: true, gaps: Vec::new() };
    let pieces = explain(Book::Cti, Versions::Own, &Dictionary::default(), &stream);
    let [Piece::Broken { offset: 0, .. }, Piece::Message(only)] = &pieces[..] else { panic!("{pieces:?}") };
    assert_eq!(only.offset, 12);
}

#[test]
fn bytes_with_a_whole_message_are_told_from_others() {
    let has = |hex: &str| has_message(Book::Cti, &Bytes::from(parse_hex(hex).unwrap()));
    assert!(has(HEARTBEAT) && has(&format!("ffff {HEARTBEAT}")));
    assert!(!has("ffffffff ffffffff") && !has(""));
}

proptest! {
    #[test]
    fn no_bytes_make_the_explanation_panic_or_pass_over_a_byte(
        stream in prop::collection::vec(prop_oneof![Just(0_u8), 0..16_u8, any::<u8>()], 0..200),
        version in prop::option::of(9..26_u32),
        begins_anywhere in any::<bool>(),
    ) {
        for book in Book::ALL {
            let stream = Bytes::from(stream.clone());
            let versions = version.map_or(Versions::Own, Versions::Given);
            let of = CapturedStream { bytes: stream.clone(), begins_anywhere, gaps: Vec::new() };
            let pieces = explain(book, versions, &Dictionary::default(), &of);
            let mut at = None;
            for piece in &pieces {
                match piece {
                    Piece::Message(message) => {
                        prop_assert!(at.is_none_or(|at| at == message.offset));
                        at = Some(message.offset + message.length);
                    }
                    Piece::Broken { offset, why } => {
                        prop_assert!(at.is_none_or(|at| at == *offset));
                        at = passed_over(why).map(|count| offset + count);
                    }
                }
            }
            prop_assert_eq!(pieces.is_empty(), stream.is_empty());
        }
    }
}

/// How many bytes are told not to be read.
fn passed_over(why: &str) -> Option<usize> {
    let words: Vec<&str> = why.rsplit("; ").next()?.split(' ').collect();
    match words[..] {
        [count, "bytes", "are", "passed", "over"] | ["the", count, "bytes", "before", ..] => {
            count.parse().ok()
        }
        _ => None,
    }
}

fn whole(bytes: Bytes) -> CapturedStream {
    CapturedStream { bytes, ..CapturedStream::default() }
}

fn pieces(hex: &str, begins_anywhere: bool) -> Vec<Piece> {
    let bytes = Bytes::from(parse_hex(hex).unwrap());
    let stream = CapturedStream { bytes, begins_anywhere, gaps: Vec::new() };
    explain(Book::Cti, Versions::Own, &Dictionary::default(), &stream)
}

fn only(hex: &str, at: usize) -> Explained {
    let Piece::Message(message) = pieces(hex, false).remove(at) else { panic!("{hex}") };
    message
}
