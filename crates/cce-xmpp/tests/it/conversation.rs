//! The client against the server, in memory.

use crate::support::{accounts, server_over};
use cce_xmpp::{
    Jid, StreamCarrier, StreamLimits, client,
    server::{self as serving, EventMessage, event_message, notification, presence},
};

/// What carries a stream as bytes.
const BYTES: [StreamCarrier; 2] = [StreamCarrier::Tcp, StreamCarrier::WebSocket];

#[test]
fn a_client_signs_in_and_is_present() {
    for carrier in BYTES {
        let mut pair = Pair::over(carrier, "ccelab");
        pair.run();
        assert_eq!(pair.seen, [client::ClientEvent::Ready(jid("auto"))], "{carrier:?}");
        assert!(pair.server.is_available() && pair.client.is_ready(), "{carrier:?}");
    }
}

#[test]
fn a_wrong_password_closes_the_clients_stream() {
    for carrier in BYTES {
        let mut pair = Pair::over(carrier, "guess");
        pair.run();
        assert_eq!(pair.seen, [client::ClientEvent::Closed(client::ClientEnding::Refused)], "{carrier:?}");
        assert!(!pair.server.is_available(), "{carrier:?}");
    }
}

#[test]
fn a_notification_arrives_as_it_was_published() {
    let update = "<Update><data>a &amp; \u{e9}</data></Update>";
    let node = "/finesse/api/User/1080/Dialogs/Media";
    let namespaces = ["http://jabber.org/protocol/pubsub", "urn:xmpp:push:0"];
    for (carrier, namespace) in BYTES.into_iter().flat_map(|carrier| namespaces.map(|ns| (carrier, ns))) {
        let mut pair = Pair::over(carrier, "ccelab");
        pair.run();
        let message = EventMessage {
            from: "pubsub.fin1.lab",
            to: "1080@fin1.lab",
            node,
            item: "1",
            id: "m",
            payload: &notification(update, namespace),
        };
        let bytes = pair.server.stanza(&event_message(&message));
        assert_eq!(
            pair.client.feed(&bytes),
            [client::ClientEvent::Notification { node: node.to_owned(), update: update.to_owned() }],
            "{carrier:?}"
        );
    }
}

#[test]
fn a_ping_of_either_side_is_answered() {
    let mut pair = Pair::new("ccelab");
    pair.run();
    pair.to_server = pair.client.ping();
    pair.run();
    assert_eq!(pair.seen.last(), Some(&client::ClientEvent::Pong));
    let ping = "<iq type='get' id='s1' from='fin1.lab'><ping xmlns='urn:xmpp:ping'/></iq>";
    let answer = client::ClientEvent::Send(b"<iq type='result' id='s1' to='fin1.lab'/>".to_vec());
    assert_eq!(pair.client.feed(ping.as_bytes()), [answer]);
}

#[test]
fn another_resource_of_the_same_user_is_noticed_and_the_own_is_not() {
    let mut pair = Pair::new("ccelab");
    pair.run();
    let tell = |from: &str, priority| presence(from, "1080@fin1.lab/auto", priority);
    let nothing = [
        tell("1080@fin1.lab/auto", Some(0)),
        tell("1080@fin1.lab/desktop", None),
        tell("finesse@fin1.lab", Some(0)),
        tell("1081@fin1.lab/desktop", Some(0)),
    ];
    assert_eq!(pair.client.feed(nothing.concat().as_bytes()), []);
    let events = pair.client.feed(tell("1080@fin1.lab/desktop", Some(0)).as_bytes());
    assert_eq!(events, [client::ClientEvent::OtherPresence(jid("desktop"))]);
}

#[test]
fn a_client_that_closes_takes_its_presence_back() {
    for carrier in BYTES {
        let mut pair = Pair::over(carrier, "ccelab");
        pair.run();
        let goodbye = pair.client.close();
        let events = pair.server.feed(&goodbye, accounts);
        assert_eq!(events[0], serving::ServerEvent::Presence { available: false, priority: 0 });
        assert_eq!(events.last(), Some(&serving::ServerEvent::Closed(serving::ServerEnding::Peer)));
        assert!(pair.client.close().is_empty());
    }
}

#[test]
fn a_stream_error_and_a_broken_stream_close_the_client() {
    let cases = [
        ("<stream:error><conflict/></stream:error>", client::ClientEnding::Error("conflict".to_owned())),
        ("</stream:stream>", client::ClientEnding::Peer),
        ("<a></b>", client::ClientEnding::BadStream(cce_xmpp::StreamError::NotWellFormed)),
    ];
    for (input, ending) in cases {
        let mut pair = Pair::new("ccelab");
        pair.run();
        let events = pair.client.feed(input.as_bytes());
        assert_eq!(events.last(), Some(&client::ClientEvent::Closed(ending)));
        assert_eq!(pair.client.feed(b"<presence/>"), []);
    }
}

struct Pair {
    client: client::ClientSession,
    server: serving::ServerSession,
    to_server: Vec<u8>,
    to_client: Vec<u8>,
    seen: Vec<client::ClientEvent>,
}

impl Pair {
    fn new(password: &str) -> Self {
        Self::over(StreamCarrier::Tcp, password)
    }

    fn over(carrier: StreamCarrier, password: &str) -> Self {
        let mut client = client::ClientSession::new(client::ClientConfig {
            carrier,
            random: [9; 16],
            domain: "fin1.lab".to_owned(),
            user: "1080".to_owned(),
            password: password.to_owned(),
            resource: "auto".to_owned(),
            limits: StreamLimits::default(),
        });
        let to_server = client.open();
        Self { client, server: server_over(carrier), to_server, to_client: Vec::new(), seen: Vec::new() }
    }

    /// Carries bytes both ways until there are none.
    fn run(&mut self) {
        while !self.to_server.is_empty() || !self.to_client.is_empty() {
            for event in self.server.feed(&std::mem::take(&mut self.to_server), accounts) {
                if let serving::ServerEvent::Send(bytes) = event {
                    self.to_client.extend(bytes);
                }
            }
            for event in self.client.feed(&std::mem::take(&mut self.to_client)) {
                if let client::ClientEvent::Send(bytes) = &event {
                    self.to_server.extend(bytes);
                } else {
                    self.seen.push(event);
                }
            }
        }
    }
}

fn jid(resource: &str) -> Jid {
    Jid { user: "1080".to_owned(), domain: "fin1.lab".to_owned(), resource: resource.to_owned() }
}
