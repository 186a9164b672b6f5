//! Streams, message by message and field by field.

use cce_views::{Dictionary, Explained, Piece, explain, reference::Book};
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
    let pieces = explain(Book::Cti, Some(24), &Dictionary::default(), &stream, false);
    let Piece::Message(message) = &pieces[0] else { panic!("{pieces:?}") };
    assert!(message.error.is_some(), "tags and lengths of two bytes do not fit: {message:?}");
}

proptest! {
    #[test]
    fn no_bytes_make_the_explanation_panic_or_pass_over_a_byte(
        stream in prop::collection::vec(prop_oneof![Just(0_u8), 0..16_u8, any::<u8>()], 0..200),
        version in prop::option::of(9..26_u32),
        is_missing in any::<bool>(),
    ) {
        for book in Book::ALL {
            let stream = Bytes::from(stream.clone());
            let pieces = explain(book, version, &Dictionary::default(), &stream, is_missing);
            let mut at = None;
            for piece in &pieces {
                match piece {
                    Piece::Message(message) => {
                        prop_assert!(at.is_none_or(|at| at == message.offset));
                        at = Some(message.offset + message.length);
                    }
                    Piece::Broken { offset: 0, .. } => {}
                    Piece::Broken { offset, .. } => prop_assert_eq!(at, Some(*offset)),
                }
            }
            prop_assert_eq!(pieces.is_empty(), stream.is_empty());
        }
    }
}

fn pieces(hex: &str, is_missing: bool) -> Vec<Piece> {
    let stream = Bytes::from(parse_hex(hex).unwrap());
    explain(Book::Cti, None, &Dictionary::default(), &stream, is_missing)
}

fn only(hex: &str, at: usize) -> Explained {
    let Piece::Message(message) = pieces(hex, false).remove(at) else { panic!("{hex}") };
    message
}
