//! TLS on a stream that began in plain (RFC 6120 5).

use crate::support::{OPEN, auth, feed, sent, server};
use cce_xmpp::server::{ServerEnding, ServerEvent, ServerSession};

const START: &str = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const PROCEED: &str = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const FAILURE: &str = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>";
const SUCCESS: &str = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";

/// A session that has sent its features, with TLS among them.
fn offering() -> ServerSession {
    let mut session = server().offering_tls();
    assert!(sent(&feed(&mut session, OPEN)).contains(&format!("<stream:features>{START}<mechanisms")));
    session
}

#[test]
fn the_connection_is_secured_before_the_client_is_told_to_proceed() {
    let events = feed(&mut offering(), START);
    assert_eq!(events, [ServerEvent::Secure, ServerEvent::Send(PROCEED.into())]);
}

#[test]
fn over_tls_a_new_stream_begins_without_the_offer() {
    let mut session = offering();
    feed(&mut session, START);
    let features = sent(&feed(&mut session, OPEN));
    assert!(
        features.contains("id='s1-2'") && features.contains("<mechanism>PLAIN</mechanism>"),
        "{features}"
    );
    assert!(!features.contains("starttls"), "{features}");
    assert_eq!(sent(&feed(&mut session, &auth("", "1080", "ccelab"))), SUCCESS);
}

#[test]
fn what_comes_in_plain_behind_the_request_is_never_heard() {
    for injected in
        [auth("", "1080", "ccelab"), OPEN.to_owned(), "<presence".to_owned(), "</stream:stream>".to_owned()]
    {
        let mut session = offering();
        let events = feed(&mut session, &(START.to_owned() + &injected));
        assert_eq!(events, [ServerEvent::Secure, ServerEvent::Send(PROCEED.into())], "{injected}");
        assert!(sent(&feed(&mut session, OPEN)).contains("id='s1-2'"), "{injected}");
    }
}

#[test]
fn a_sign_in_that_began_in_plain_is_forgotten() {
    let mut session = offering();
    let begun = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>";
    assert!(sent(&feed(&mut session, begun)).starts_with("<challenge"));
    feed(&mut session, START);
    feed(&mut session, OPEN);
    let response = auth("", "1080", "ccelab").replace("auth", "response");
    assert!(sent(&feed(&mut session, &response)).contains("<malformed-request/>"));
}

#[test]
fn a_second_request_and_one_without_an_offer_end_the_stream() {
    let mut secured = offering();
    feed(&mut secured, &[START].concat());
    feed(&mut secured, OPEN);
    let mut plain = server();
    feed(&mut plain, OPEN);
    for mut session in [secured, plain] {
        let events = feed(&mut session, START);
        let refused = [ServerEvent::Send(FAILURE.into()), ServerEvent::Closed(ServerEnding::TlsRefused)];
        assert_eq!(events, refused);
    }
}

#[test]
fn a_client_that_does_not_ask_signs_in_in_plain() {
    assert_eq!(sent(&feed(&mut offering(), &auth("", "1080", "ccelab"))), SUCCESS);
}

#[test]
fn who_is_signed_in_cannot_begin_tls_any_more() {
    let mut session = offering();
    feed(&mut session, &[&auth("", "1080", "ccelab"), OPEN].concat());
    let events = feed(&mut session, START);
    assert!(sent(&events).contains("<not-authorized"), "{events:?}");
}
