//! A stream in WebSocket messages (RFC 7395).

use crate::{
    support::{accounts, auth, server_over},
    websocket_frames::client,
};
use cce_xmpp::{
    StreamCarrier, StreamError,
    server::{ServerEnding, ServerEvent, ServerSession},
    websocket::{WsEnd, WsEvent, WsFlaw, WsReader},
};

const OPEN: &str = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='lab' version='1.0'/>";
const BIND: &str = "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
     <resource>cisco</resource></bind></iq>";

#[test]
fn the_header_and_the_features_are_messages_of_their_own() {
    let events = say(&mut session(), OPEN);
    let [WsEvent::Text(open), WsEvent::Text(features)] = &messages(&events)[..] else { panic!("{events:?}") };
    assert_eq!(
        open,
        "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0' from='fin1.lab' id='s1-1' xml:lang='en'/>"
    );
    assert!(
        features.starts_with("<stream:features xmlns:stream='http://etherx.jabber.org/streams'><mechanisms "),
        "{features}"
    );
}

#[test]
fn every_stanza_declares_its_namespace() {
    let mut session = bound();
    let events = say(&mut session, "<presence xmlns='jabber:client'/>");
    let texts = messages(&events);
    let [WsEvent::Text(presence)] = &texts[..] else { panic!("{texts:?}") };
    assert!(presence.starts_with("<presence xmlns='jabber:client' from='finesse@fin1.lab'"), "{presence}");
}

#[test]
fn a_client_that_leaves_the_namespace_out_is_understood() {
    let mut session = bound();
    let ping = "<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>";
    let expected = "<iq xmlns='jabber:client' type='result' id='p' to='1080@fin1.lab/cisco'/>";
    assert_eq!(messages(&say(&mut session, ping)), [WsEvent::Text(expected.to_owned())]);
}

#[test]
fn a_close_is_answered_by_a_close_of_the_stream_and_of_the_connection() {
    let events = say(&mut bound(), "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    let close = WsEvent::Text("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>".to_owned());
    assert_eq!(messages(&events), [close, WsEvent::Close(Some(1_000))]);
    assert_eq!(events.last(), Some(&ServerEvent::Closed(ServerEnding::Peer)));
}

#[test]
fn a_connection_that_is_closed_takes_its_stream_along() {
    let events = bound().feed(&client(0x88, b"\x03\xe9"), accounts);
    assert_eq!(messages(&events), [WsEvent::Close(Some(1_000))]);
    assert_eq!(events.last(), Some(&ServerEvent::Closed(ServerEnding::Peer)));
}

#[test]
fn a_ping_of_the_connection_is_answered_with_its_bytes() {
    let events = bound().feed(&client(0x89, b"42"), accounts);
    assert_eq!(messages(&events), [WsEvent::Pong(b"42".to_vec())]);
}

#[test]
fn whoever_breaks_the_framing_hears_the_code_of_the_flaw() {
    for (bytes, flaw) in [
        (vec![0x81, 0x01, b'<'], WsFlaw::Protocol),
        (client(0x82, b"<"), WsFlaw::Binary),
        (client(0x81, b"\xff"), WsFlaw::NotUtf8),
        (client(0x81, &vec![b' '; 65_537]), WsFlaw::TooLong),
    ] {
        let mut session = bound();
        let events = session.feed(&bytes, accounts);
        assert_eq!(messages(&events), [WsEvent::Close(Some(flaw.code()))]);
        assert_eq!(events.last(), Some(&ServerEvent::Closed(ServerEnding::BadFrame(flaw))));
        assert_eq!(session.feed(&client(0x89, b""), accounts), []);
    }
}

#[test]
fn a_message_has_one_element_and_nothing_else() {
    let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    for (text, error) in [
        ("<presence/><presence/>", StreamError::NotWellFormed),
        ("<presence>", StreamError::NotWellFormed),
        ("", StreamError::NotWellFormed),
        ("</stream:stream>", StreamError::NotWellFormed),
        ("<!DOCTYPE a><presence/>", StreamError::RestrictedXml),
        (&deep, StreamError::PolicyViolation),
        (OPEN, StreamError::NotAuthorized),
    ] {
        let events = say(&mut bound(), text);
        assert_eq!(events.last(), Some(&ServerEvent::Closed(ServerEnding::Error(error))), "{text}");
        let told = messages(&events);
        let [WsEvent::Text(told), WsEvent::Text(_), WsEvent::Close(Some(1_000))] = &told[..] else {
            panic!("{told:?}")
        };
        let start = format!("<stream:error xmlns:stream='http://etherx.jabber.org/streams'><{error} ");
        assert!(told.starts_with(&start), "{told}");
    }
}

fn session() -> ServerSession {
    server_over(StreamCarrier::WebSocket)
}

/// A session that is signed in and bound as `1080@fin1.lab/cisco`.
fn bound() -> ServerSession {
    let mut session = session();
    for text in [OPEN, &auth("", "1080", "ccelab"), OPEN, BIND] {
        say(&mut session, text);
    }
    assert_eq!(session.jid().map(ToString::to_string).as_deref(), Some("1080@fin1.lab/cisco"));
    session
}

fn say(session: &mut ServerSession, text: &str) -> Vec<ServerEvent> {
    session.feed(&client(0x81, text.as_bytes()), accounts)
}

/// What the server sent among `events`.
fn messages(events: &[ServerEvent]) -> Vec<WsEvent> {
    let mut reader = WsReader::new(WsEnd::Server, 1 << 20);
    for event in events {
        if let ServerEvent::Send(bytes) = event {
            reader.push(bytes);
        }
    }
    std::iter::from_fn(|| reader.take().unwrap()).collect()
}
