//! Frames of RFC 6455: its own examples, every way to split them, and what breaks its rules.

use cce_xmpp::websocket::{WsEnd, WsEvent, WsFlaw, WsReader, accept_key};
use proptest::prelude::*;

/// Bytes of a message that a reader here takes.
const MAX: usize = 1_000;
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

#[test]
fn the_handshake_of_the_standard_is_proved_as_there() {
    assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

#[test]
fn the_examples_of_the_standard_are_read_as_there() {
    let masked = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    assert_eq!(read(WsEnd::Client, &masked), Ok(vec![text("Hello")]));
    assert_eq!(read(WsEnd::Server, &[0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]), Ok(vec![text("Hello")]));
    let parts = [0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f];
    assert_eq!(read(WsEnd::Server, &parts), Ok(vec![text("Hello")]));
    let ping = [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    assert_eq!(read(WsEnd::Server, &ping), Ok(vec![WsEvent::Ping(b"Hello".to_vec())]));
}

#[test]
fn a_ping_between_the_pieces_of_a_message_comes_before_it() {
    let frames = [client(0x01, b"He"), client(0x89, b"?"), client(0x80, b"llo"), client(0x8A, b"")];
    let expected = vec![WsEvent::Ping(b"?".to_vec()), text("Hello"), WsEvent::Pong(Vec::new())];
    assert_eq!(read(WsEnd::Client, &frames.concat()), Ok(expected));
}

#[test]
fn each_form_of_a_length_is_read() {
    for length in [0, 125, 126, MAX] {
        let payload = vec![b'x'; length];
        assert_eq!(
            read(WsEnd::Client, &client(0x81, &payload)),
            Ok(vec![WsEvent::Text("x".repeat(length))]),
            "{length}"
        );
    }
    let mut reader = WsReader::new(WsEnd::Client, 100_000);
    reader.push(&client(0x81, &vec![b'x'; 70_000]));
    assert_eq!(reader.take(), Ok(Some(WsEvent::Text("x".repeat(70_000)))));
}

#[test]
fn a_close_says_why_or_nothing() {
    assert_eq!(read(WsEnd::Client, &client(0x88, b"")), Ok(vec![WsEvent::Close(None)]));
    assert_eq!(read(WsEnd::Client, &client(0x88, b"\x03\xe8bye")), Ok(vec![WsEvent::Close(Some(1_000))]));
    for (payload, flaw) in [
        (&b"\x03"[..], WsFlaw::Protocol),
        (b"\x00\x00", WsFlaw::Protocol),
        (b"\x03\xed", WsFlaw::Protocol),
        (b"\x03\xe8\xff", WsFlaw::NotUtf8),
    ] {
        assert_eq!(read(WsEnd::Client, &client(0x88, payload)), Err(flaw), "{payload:?}");
    }
}

#[test]
fn what_the_standard_forbids_is_a_flaw_as_soon_as_its_header_is_there() {
    let too_long = [0x81, 0xfe, 0x03, 0xe9, 0, 0, 0, 0];
    let cases: [(&str, WsEnd, &[u8], WsFlaw); 12] = [
        ("a client without a mask", WsEnd::Client, &[0x81, 0x01], WsFlaw::Protocol),
        ("a server with a mask", WsEnd::Server, &[0x81, 0x81], WsFlaw::Protocol),
        ("reserved bits", WsEnd::Client, &[0xc1, 0x80], WsFlaw::Protocol),
        ("an unknown opcode", WsEnd::Client, &[0x83, 0x80], WsFlaw::Protocol),
        ("a binary message", WsEnd::Client, &[0x82, 0x80, 0, 0, 0, 0], WsFlaw::Binary),
        ("a ping in pieces", WsEnd::Client, &[0x09, 0x80], WsFlaw::Protocol),
        ("a long ping", WsEnd::Client, &[0x89, 0xfe], WsFlaw::Protocol),
        ("the middle of no message", WsEnd::Client, &[0x80, 0x80, 0, 0, 0, 0], WsFlaw::Protocol),
        ("a long form of a short length", WsEnd::Client, &[0x81, 0xfe, 0, 125], WsFlaw::Protocol),
        ("a longer form", WsEnd::Client, &[0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], WsFlaw::Protocol),
        ("a negative length", WsEnd::Client, &[0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], WsFlaw::Protocol),
        ("a message that is too long", WsEnd::Client, &too_long, WsFlaw::TooLong),
    ];
    for (what, from, bytes, flaw) in cases {
        assert_eq!(read(from, bytes), Err(flaw), "{what}");
    }
}

#[test]
fn a_message_inside_another_is_a_flaw() {
    let frames = [client(0x01, b"a"), client(0x81, b"b")];
    assert_eq!(read(WsEnd::Client, &frames.concat()), Err(WsFlaw::Protocol));
}

#[test]
fn pieces_together_are_no_longer_than_one_message() {
    let piece = client(0x00, &[b'x'; 100]);
    let frames = [client(0x01, &[b'x'; 950]), piece];
    assert_eq!(read(WsEnd::Client, &frames.concat()), Err(WsFlaw::TooLong));
}

#[test]
fn a_flood_of_empty_pieces_ends() {
    let flood = [client(0x01, b""), client(0x00, b"").repeat(1_024)];
    assert_eq!(read(WsEnd::Client, &flood.concat()), Err(WsFlaw::Fragments));
}

#[test]
fn a_text_is_utf_8_as_a_whole() {
    let halves = [client(0x01, b"\xc3"), client(0x80, b"\xa9")];
    assert_eq!(read(WsEnd::Client, &halves.concat()), Ok(vec![text("\u{e9}")]));
    assert_eq!(read(WsEnd::Client, &client(0x81, b"\xc3")), Err(WsFlaw::NotUtf8));
}

proptest! {
    #[test]
    fn however_frames_are_split_the_events_are_the_same(
        messages in prop::collection::vec(("\\PC{0,40}", 1_usize..5), 1..5),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let bytes: Vec<u8> = messages.iter().flat_map(|(message, pieces)| in_pieces(message, *pieces)).collect();
        let whole = read(WsEnd::Client, &bytes);
        prop_assert_eq!(whole.clone(), Ok(messages.iter().map(|(message, _)| text(message)).collect()));
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut reader = WsReader::new(WsEnd::Client, MAX);
        let mut events = Vec::new();
        for cut in cuts.windows(2) {
            reader.push(&bytes[cut[0]..cut[1]]);
            while let Some(event) = reader.take().unwrap() {
                events.push(event);
            }
        }
        prop_assert_eq!(Ok(events), whole);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for from in [WsEnd::Client, WsEnd::Server] {
            let _ = read(from, &bytes);
        }
    }
}

/// A client's frame, its first byte given.
pub(crate) fn client(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..126 => frame.push(0x80 | u8::try_from(short).unwrap()),
        length @ 126..65_536 => {
            frame.push(0xfe);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            frame.push(0xff);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

fn in_pieces(message: &str, pieces: usize) -> Vec<u8> {
    let chunk = message.len().div_ceil(pieces).max(1);
    let chunks: Vec<&[u8]> = match message.as_bytes().chunks(chunk).collect::<Vec<_>>() {
        none if none.is_empty() => vec![b""],
        some => some,
    };
    let frame = |(at, chunk): (usize, &&[u8])| {
        let opcode = u8::from(at == 0);
        let is_last = at + 1 == chunks.len();
        client(opcode | if is_last { 0x80 } else { 0 }, chunk)
    };
    chunks.iter().enumerate().flat_map(frame).collect()
}

fn read(from: WsEnd, bytes: &[u8]) -> Result<Vec<WsEvent>, WsFlaw> {
    let mut reader = WsReader::new(from, MAX);
    reader.push(bytes);
    let mut events = Vec::new();
    while let Some(event) = reader.take()? {
        events.push(event);
    }
    Ok(events)
}

fn text(text: &str) -> WsEvent {
    WsEvent::Text(text.to_owned())
}
