//! The client against the server, in memory.

use crate::support::{accounts, server};
use cce_xmpp::{
    Jid, StreamLimits, client,
    server::{self as serving, EventMessage, event_message, presence},
};

#[test]
fn a_client_signs_in_and_is_present() {
    let mut pair = Pair::new("ccelab");
    pair.run();
    assert_eq!(pair.seen, [client::ClientEvent::Ready(jid("auto"))]);
    assert!(pair.server.is_available());
    assert!(pair.client.is_ready());
}

#[test]
fn a_wrong_password_closes_the_clients_stream() {
    let mut pair = Pair::new("guess");
    pair.run();
    assert_eq!(pair.seen, [client::ClientEvent::Closed(client::ClientEnding::Refused)]);
    assert!(!pair.server.is_available());
}

#[test]
fn a_notification_arrives_as_it_was_published() {
    let mut pair = Pair::new("ccelab");
    pair.run();
    let update = "<Update><data>a &amp; \u{e9}</data></Update>";
    let node = "/finesse/api/User/1080/Dialogs/Media";
    for namespace in ["http://jabber.org/protocol/pubsub", "urn:xmpp:push:0"] {
        let message = EventMessage {
            from: "pubsub.fin1.lab",
            to: "1080@fin1.lab",
            node,
            item: "1",
            id: "m",
            update,
            namespace,
        };
        let events = pair.client.feed(event_message(&message).as_bytes());
        assert_eq!(
            events,
            [client::ClientEvent::Notification { node: node.to_owned(), update: update.to_owned() }]
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
    let answer = client::ClientEvent::Send("<iq type='result' id='s1' to='fin1.lab'/>".to_owned());
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
    let mut pair = Pair::new("ccelab");
    pair.run();
    let goodbye = pair.client.close();
    let events = pair.server.feed(goodbye.as_bytes(), accounts);
    assert_eq!(events[0], serving::ServerEvent::Presence { available: false, priority: 0 });
    assert_eq!(events.last(), Some(&serving::ServerEvent::Closed(serving::ServerEnding::Peer)));
    assert_eq!(pair.client.close(), "");
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
    to_server: String,
    to_client: String,
    seen: Vec<client::ClientEvent>,
}

impl Pair {
    fn new(password: &str) -> Self {
        let client = client::ClientSession::new(client::ClientConfig {
            domain: "fin1.lab".to_owned(),
            user: "1080".to_owned(),
            password: password.to_owned(),
            resource: "auto".to_owned(),
            limits: StreamLimits::default(),
        });
        let to_server = client.open();
        Self { client, server: server(), to_server, to_client: String::new(), seen: Vec::new() }
    }

    /// Carries bytes both ways until there are none.
    fn run(&mut self) {
        while !self.to_server.is_empty() || !self.to_client.is_empty() {
            for event in self.server.feed(std::mem::take(&mut self.to_server).as_bytes(), accounts) {
                if let serving::ServerEvent::Send(text) = event {
                    self.to_client += &text;
                }
            }
            for event in self.client.feed(std::mem::take(&mut self.to_client).as_bytes()) {
                if let client::ClientEvent::Send(text) = &event {
                    self.to_server += text;
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
