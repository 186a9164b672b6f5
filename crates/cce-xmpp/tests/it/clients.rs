//! What each real client sends, in its order (finesse-nonvoice 4.2): every request gets an answer, and the
//! client is present at the end.

use crate::support::{OPEN, accounts, auth, feed, sent, server};
use cce_xmpp::server::{ServerEvent, ServerSession};

const BIND: &str = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
const BIND_CISCO: &str = "<iq id='bind' type='set'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
     <resource>cisco</resource></bind></iq>";
const SESSION: &str = "<iq id='sess' type='set'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>";
const ROSTER: &str = "<iq id='rost' type='get'><query xmlns='jabber:iq:roster'></query></iq>";
const INFO: &str = "<iq type='get' id='info' to='fin1.lab'>\
     <query xmlns='http://jabber.org/protocol/disco#info'/></iq>";
const ITEMS: &str = "<iq type='get' id='items' to='fin1.lab'>\
     <query xmlns='http://jabber.org/protocol/disco#items'/></iq>";
const CAPS: &str = "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='x' ver='y'/>";

#[test]
fn sleekxmpp_binds_without_a_resource_and_asks_for_the_roster_last() {
    let (mut session, _) = signed_in("");
    let answers = write(&mut session, BIND);
    assert!(answers.contains("1080@fin1.lab/generated"));
    write(&mut session, SESSION);
    write(&mut session, "<presence xml:lang='en'/>");
    assert!(
        write(&mut session, ROSTER).contains("<query xmlns='jabber:iq:roster'><item jid='finesse@fin1.lab'")
    );
    assert!(session.is_available());
}

#[test]
fn smack_writes_roster_presence_and_disco_at_once() {
    let (mut session, _) = signed_in("1080");
    write(&mut session, BIND_CISCO);
    write(&mut session, SESSION);
    let disco = "<iq id='node' to='pubsub.10.0.0.9' type='get'><query xmlns='http://jabber.org/protocol/disco#info' \
                 node='/finesse/api/User/1080'></query></iq>";
    let answers = write(&mut session, &[ROSTER, "<presence id='p-1'></presence>", disco].concat());
    assert_answered(&answers, &["rost", "node"]);
    assert!(answers.contains("<identity category='pubsub' type='leaf'/>"));
    assert!(session.is_available());
}

#[test]
fn caxl_skips_the_session_and_sends_presence_with_capabilities() {
    let (mut session, _) = signed_in("");
    write(&mut session, BIND_CISCO);
    assert_answered(&write(&mut session, &[INFO, ITEMS].concat()), &["info", "items"]);
    write(&mut session, &format!("<presence>{CAPS}</presence>"));
    assert!(session.is_available());
}

#[test]
fn strophe_names_its_bare_address_and_pings() {
    let (mut session, _) = signed_in("1080@fin1.lab");
    write(&mut session, BIND_CISCO);
    write(&mut session, SESSION);
    write(&mut session, "<presence xmlns='jabber:client'/>");
    let ping =
        "<iq type='get' to='fin1.lab' id='ping1' xmlns='jabber:client'><ping xmlns='urn:xmpp:ping'/></iq>";
    assert_answered(&write(&mut session, ping), &["ping1"]);
    assert!(session.is_available());
}

#[test]
fn the_go_client_opens_with_a_domain_suffix() {
    let mut session = server();
    let open = OPEN.replace("fin1.lab", "lab");
    let answers = write(&mut session, &[&open, &auth("", "1080", "ccelab"), &open, BIND, SESSION].concat());
    assert_answered(&answers, &["bind", "sess"]);
    write(&mut session, "<presence/>");
    assert!(session.is_available());
}

#[test]
fn yjs_writes_several_requests_at_once_and_gets_an_answer_to_each() {
    let (mut session, header) = signed_in("");
    assert!(header.ends_with("</stream:features>"));
    write(&mut session, &BIND_CISCO.replace("cisco", "isi"));
    write(&mut session, SESSION);
    assert_answered(&write(&mut session, &[ITEMS, INFO].concat()), &["items", "info"]);
    let batch = [
        "<iq type='get' id='v'><vCard xmlns='vcard-temp'/></iq>",
        ROSTER,
        "<iq type='get' id='c' to='fin1.lab'><query xmlns='http://jabber.org/protocol/disco#items' \
         node='http://jabber.org/protocol/commands'/></iq>",
        "<iq type='get' id='y' to='proxy.fin1.lab'><query xmlns='http://jabber.org/protocol/bytestreams'/></iq>",
    ];
    let answers = write(&mut session, &batch.concat());
    assert_answered(&answers, &["v", "rost", "c", "y"]);
    assert!(answers.contains("<vCard xmlns='vcard-temp'/>"));
    let tune = "<iq type='set' id='pep'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
                <publish node='http://jabber.org/protocol/tune'><item/></publish></pubsub></iq>";
    let answers = write(&mut session, &format!("<presence>{CAPS}<priority>5</priority></presence>{tune}"));
    assert_answered(&answers, &["pep"]);
    assert_eq!(session.priority(), Some(5));
}

#[test]
fn a_whole_conversation_split_at_every_byte_gets_the_same_events() {
    let parts = [
        OPEN,
        &auth("1080", "1080", "ccelab"),
        OPEN,
        BIND,
        SESSION,
        ROSTER,
        "<presence/>",
        "</stream:stream>",
    ];
    let whole = parts.concat();
    let expected = feed(&mut server(), &whole);
    let mut session = server();
    let bytewise: Vec<ServerEvent> =
        whole.as_bytes().chunks(1).flat_map(|byte| session.feed(byte, accounts)).collect();
    assert_eq!(bytewise, expected);
    for at in 0..whole.len() {
        let mut session = server();
        let mut events = session.feed(&whole.as_bytes()[..at], accounts);
        events.extend(session.feed(&whole.as_bytes()[at..], accounts));
        assert_eq!(events, expected, "split at {at}");
    }
}

/// A session behind the sign-in, and the header and features of its second stream.
fn signed_in(authzid: &str) -> (ServerSession, String) {
    let mut session = server();
    write(&mut session, OPEN);
    assert!(write(&mut session, &auth(authzid, "1080", "ccelab")).starts_with("<success "));
    let header = write(&mut session, OPEN);
    (session, header)
}

fn write(session: &mut ServerSession, text: &str) -> String {
    let events = feed(session, text);
    assert!(!events.iter().any(|event| matches!(event, ServerEvent::Closed(_))), "{text}: {events:?}");
    sent(&events)
}

fn assert_answered(answers: &str, ids: &[&str]) {
    assert_eq!(answers.matches("<iq ").count(), ids.len(), "{answers}");
    for id in ids {
        assert!(answers.contains(&format!("id='{id}'")), "{id} in {answers}");
    }
}
