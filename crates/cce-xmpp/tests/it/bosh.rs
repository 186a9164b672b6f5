//! A session in the bodies of HTTP exchanges: both ends against each other, and whatever a client may write.

use crate::support::{accounts, server_over};
use cce_xmpp::{
    StreamCarrier, StreamFlaw, StreamLimits, StreamPiece,
    bosh::{BoshAnswer, BoshAsk, BoshBody, BoshClient, BoshCondition, BoshOffer, BoshServer},
    client::{ClientConfig, ClientEvent, ClientSession},
    server::{EventMessage, ServerEvent, ServerSession, event_message, notification},
};
use proptest::prelude::*;
use std::{collections::BTreeSet, time::Duration};

/// The number of the first request of a pair.
const FIRST_RID: u64 = 41;

/// When a body comes, of those that bring something.
const NOW: Duration = Duration::ZERO;

/// When a body comes of a client that does not ask too often.
fn at_leisure(rid: u64) -> Duration {
    Duration::from_secs(5 * rid)
}

const XMLNS: &str = "xmlns='http://jabber.org/protocol/httpbind'";

#[test]
fn a_client_signs_in_and_is_present() {
    let mut pair = Pair::new();
    pair.run();
    assert!(matches!(&pair.seen[..], [ClientEvent::Ready(jid)] if jid.to_string() == "1080@fin1.lab/auto"));
    assert!(pair.stream.is_available() && pair.session.is_ready());
    assert_eq!(pair.under_way.len(), 1, "one request waits");
}

#[test]
fn a_notification_comes_as_it_was_published() {
    let mut pair = Pair::new();
    pair.run();
    let update = "<Update><data>a &amp; \u{e9}</data></Update>";
    let message = EventMessage {
        from: "pubsub.fin1.lab",
        to: "1080@fin1.lab",
        node: "/finesse/api/User/1080",
        item: "1",
        id: "m",
        payload: &notification(update, "http://jabber.org/protocol/pubsub"),
    };
    let elements = pair.stream.stanza(&event_message(&message));
    pair.exchanges.as_mut().unwrap().say(&elements);
    pair.run();
    let expected =
        ClientEvent::Notification { node: "/finesse/api/User/1080".to_owned(), update: update.to_owned() };
    assert_eq!(pair.seen.last(), Some(&expected));
}

#[test]
fn a_client_that_closes_ends_the_session() {
    let mut pair = Pair::new();
    pair.run();
    let goodbye = pair.session.close();
    pair.client.close(&goodbye);
    pair.run();
    assert!(!pair.stream.is_available());
    assert!(pair.under_way.is_empty());
}

#[test]
fn answers_that_overtake_each_other_are_heard_by_their_numbers() {
    let mut client = BoshClient::new("fin1.lab".to_owned(), FIRST_RID);
    client.open();
    client.take(FIRST_RID, body("sid='s' requests='2'"));
    let first = client.next_ask().unwrap().rid;
    client.say(b"<presence/>");
    let second = client.next_ask().unwrap().rid;
    let with = |name: &str| BoshBody::read(format!("<body {XMLNS}><{name}/></body>").as_bytes()).unwrap();
    assert_eq!(client.take(second, with("late")).stanzas, []);
    let heard = client.take(first, with("early")).stanzas;
    let names: Vec<&str> = heard.iter().map(|stanza| stanza.name.as_str()).collect();
    assert_eq!(names, ["early", "late"]);
}

#[test]
fn what_a_body_leaves_undeclared_is_the_client_s() {
    let text = format!(
        "<?xml version='1.0'?>\n<body {XMLNS} rid='7'><iq type='get'><x/><ping xmlns='urn:xmpp:ping'/></iq></body>"
    );
    let body = BoshBody::read(text.as_bytes()).unwrap();
    let [iq] = &body.stanzas[..] else { panic!("{body:?}") };
    let spaces: Vec<&str> = iq.elements().map(|child| &*child.namespace).collect();
    assert_eq!((&*iq.namespace, &spaces[..]), ("jabber:client", &["jabber:client", "urn:xmpp:ping"][..]));
    assert_eq!(body.number("rid"), Some(7));
}

#[test]
fn a_restart_and_an_end_are_read_whatever_prefix_declares_them() {
    let read = |attributes: &str| BoshBody::read(format!("<body {XMLNS} {attributes}/>").as_bytes()).unwrap();
    assert!(read("xmlns:x='urn:xmpp:xbosh' x:restart='true'").restarts());
    assert!(read("xmpp:restart='1'").restarts());
    assert!(!read("xmpp:restart='false'").restarts());
    assert!(read("type='terminate'").terminates());
}

#[test]
fn a_body_obeys_the_limits_of_streams() {
    let deep = format!("<body {XMLNS}>{}{}</body>", "<a>".repeat(40), "</a>".repeat(40));
    let many = format!("<body {XMLNS}>{}</body>", "<a/>".repeat(1_024));
    let declared: String = (0..64).map(|number| format!(" xmlns:n{number}='x'")).collect();
    let wide = format!("<body {XMLNS}><a{declared}/><b{declared} c='d'/></body>");
    let long = format!("<body {XMLNS} x='{}'/>", "x".repeat(65_536));
    for (text, flaw) in [
        (deep.as_str(), StreamFlaw::TooDeep),
        (&long, StreamFlaw::TooLong),
        (&many, StreamFlaw::TooMany),
        (&wide, StreamFlaw::TooMany),
        ("<!DOCTYPE a><body/>", StreamFlaw::Restricted),
        ("<body xmlns='other'/>", StreamFlaw::NotWellFormed),
        ("<head xmlns='http://jabber.org/protocol/httpbind'/>", StreamFlaw::NotWellFormed),
    ] {
        assert_eq!(BoshBody::read(text.as_bytes()), Err(flaw), "{}", &text[..40.min(text.len())]);
    }
    assert_eq!(BoshBody::read(b"\xff"), Err(StreamFlaw::NotWellFormed));
}

#[test]
fn a_wait_is_as_long_as_asked_for_and_never_longer_than_a_minute() {
    for (asked, granted) in [("wait='20'", 20), ("wait='3600'", 60), ("", 60), ("wait='-1'", 60)] {
        assert_eq!(session(asked).wait().as_secs(), granted, "{asked}");
    }
}

#[test]
fn a_request_that_belongs_to_no_session_is_answered_with_a_body() {
    let body = String::from_utf8(BoshCondition::ItemNotFound.body()).unwrap();
    let expected = format!("<body {XMLNS} type='terminate' ");
    assert!(body.starts_with(&expected) && body.ends_with("condition='item-not-found'/>"), "{body}");
}

#[test]
fn a_request_that_is_repeated_after_its_connection_broke_waits_in_its_place() {
    let mut exchanges = session("hold='1'");
    exchanges.begin("fin1.lab", false).unwrap();
    assert_eq!(exchanges.take(1, body("rid='101'")), []);
    exchanges.next_body(NOW).unwrap().unwrap();
    exchanges.on_gone(1);
    assert_eq!(exchanges.take(2, body("rid='101'")), []);
    assert!(exchanges.next_body(NOW).is_none(), "it was taken in already");
    exchanges.say(b"<presence/>");
    let requests: Vec<u64> = exchanges.answers().iter().map(|answer| answer.request).collect();
    assert_eq!((requests, exchanges.is_over()), (vec![2], false));
}

#[test]
fn what_was_to_be_said_at_the_end_is_said_once() {
    let mut exchanges = session("hold='1'");
    exchanges.begin("fin1.lab", false).unwrap();
    for (request, rid) in [(1, 101), (2, 102)] {
        exchanges.take(request, body(&format!("rid='{rid}'")));
        exchanges.next_body(at_leisure(rid)).unwrap().unwrap();
    }
    exchanges.say(b"<presence/>");
    let answers = exchanges.end(None, None);
    let said: Vec<bool> = answers.iter().map(|answer| answer.body.ends_with(b"<presence/></body>")).collect();
    assert_eq!(said, [true, false]);
}

#[test]
fn nobody_repeats_a_request_without_its_key() {
    for (key, is_over) in [("key='a'", false), ("key='guess'", true), ("", true)] {
        // The hash of `a`.
        let mut exchanges = session("hold='0' newkey='86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'");
        exchanges.begin("fin1.lab", false).unwrap();
        exchanges.take(1, body("rid='101' key='a'"));
        exchanges.next_body(NOW).unwrap().unwrap();
        exchanges.say(b"<presence/>");
        assert_eq!(exchanges.answers().len(), 1);
        let again = exchanges.take(2, body(&format!("rid='101' {key}")));
        assert_eq!((again.len(), exchanges.is_over()), (1, is_over), "{key}");
        assert_eq!(again[0].body.ends_with(b"<presence/></body>"), !is_over, "{key}");
    }
}

/// What may happen to a session.
#[derive(Clone, Debug)]
enum Move {
    /// A request with a number so far from the next one.
    Take(i64),
    Say,
    Wait,
    /// The request of that age is not waited for any more.
    Gone(usize),
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (-3_i64..4).prop_map(Move::Take),
        2 => Just(Move::Say),
        1 => Just(Move::Wait),
        1 => (0_usize..4).prop_map(Move::Gone),
    ]
}

proptest! {
    /// Whatever a client does with numbers, each request gets one answer, at most two wait at a time, and bodies are taken
    /// in by their numbers, each once.
    #[test]
    fn each_request_has_one_answer_and_each_body_its_turn(moves in prop::collection::vec(any_move(), 0..60)) {
        let mut exchanges = session("hold='1'");
        let first = exchanges.begin("fin1.lab", false).unwrap();
        prop_assert_eq!(first.request, 0);
        let (mut open, mut gone) = (BTreeSet::new(), BTreeSet::new());
        let mut latest = 100_u64;
        let mut requests = 0_u64;
        for step in moves {
            if exchanges.is_over() {
                break;
            }
            let mut answers = Vec::new();
            match step {
                Move::Take(ahead) => {
                    requests += 1;
                    open.insert(requests);
                    let rid = (latest + 1).checked_add_signed(ahead).unwrap();
                    answers.extend(exchanges.take(requests, body(&format!("rid='{rid}'"))));
                    while let Some(next) = exchanges.next_body(at_leisure(latest)) {
                        latest += 1;
                        prop_assert_eq!(next.unwrap().number("rid"), Some(latest));
                    }
                }
                Move::Say => exchanges.say(b"<presence/>"),
                Move::Wait => answers.extend(exchanges.on_waited()),
                Move::Gone(age) => {
                    if let Some(request) = open.iter().rev().nth(age).copied() {
                        exchanges.on_gone(request);
                        open.remove(&request);
                        gone.insert(request);
                    }
                }
            }
            answers.extend(exchanges.answers());
            for BoshAnswer { request, .. } in answers {
                prop_assert!(open.remove(&request), "{} has one answer", request);
            }
            prop_assert!(open.len() <= 3, "{:?}", open);
        }
        let ended: Vec<u64> = exchanges.end(None, None).into_iter().map(|answer| answer.request).collect();
        prop_assert_eq!(ended.len(), open.len());
        prop_assert!(ended.iter().all(|request| open.contains(request) && !gone.contains(request)));
    }

    #[test]
    fn no_bytes_make_a_body_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = BoshBody::read(&bytes);
    }
}

fn session(attributes: &str) -> BoshServer<u64> {
    let offer = BoshOffer::of(&body(&format!("rid='100' {attributes}"))).unwrap();
    BoshServer::new("s".to_owned(), offer, 0)
}

fn body(attributes: &str) -> BoshBody {
    BoshBody::read(format!("<body {XMLNS} {attributes}/>").as_bytes()).unwrap()
}

/// Both ends of a session, and requests between them.
struct Pair {
    session: ClientSession,
    client: BoshClient,
    stream: ServerSession,
    exchanges: Option<BoshServer<u64>>,
    under_way: BTreeSet<u64>,
    requests: u64,
    seen: Vec<ClientEvent>,
}

impl Pair {
    fn new() -> Self {
        let session = ClientSession::new(ClientConfig {
            carrier: StreamCarrier::Bosh,
            random: [0; 16],
            domain: "fin1.lab".to_owned(),
            user: "1080".to_owned(),
            password: "ccelab".to_owned(),
            resource: "auto".to_owned(),
            limits: StreamLimits::default(),
        });
        Self {
            session,
            client: BoshClient::new("fin1.lab".to_owned(), FIRST_RID),
            stream: server_over(StreamCarrier::Bosh),
            exchanges: None,
            under_way: BTreeSet::new(),
            requests: 0,
            seen: Vec::new(),
        }
    }

    /// Carries requests and answers until there are none, but for the request that waits.
    fn run(&mut self) {
        if self.exchanges.is_none() {
            self.begin();
        }
        loop {
            while let Some(BoshAsk { body, .. }) = self.client.next_ask() {
                self.ask(&body);
            }
            let answers = self.exchanges.as_mut().unwrap().answers();
            if answers.is_empty() {
                return;
            }
            answers.iter().for_each(|answer| self.answer(answer));
        }
    }

    fn begin(&mut self) {
        let body = BoshBody::read(&self.client.open().body).unwrap();
        let mut exchanges = BoshServer::new("s".to_owned(), BoshOffer::of(&body).unwrap(), 0);
        self.under_way.insert(0);
        for event in self.stream.begin() {
            if let ServerEvent::Send(bytes) = event {
                exchanges.say(&bytes);
            }
        }
        let answer = exchanges.begin("fin1.lab", false).unwrap();
        self.exchanges = Some(exchanges);
        self.answer(&answer);
    }

    fn ask(&mut self, body: &[u8]) {
        self.requests += 1;
        self.under_way.insert(self.requests);
        let exchanges = self.exchanges.as_mut().unwrap();
        assert_eq!(exchanges.take(self.requests, BoshBody::read(body).unwrap()), []);
        let taken = exchanges.next_body(NOW).unwrap().unwrap();
        let mut events = if taken.restarts() { self.stream.begin() } else { Vec::new() };
        for stanza in &taken.stanzas {
            events.extend(self.stream.take(&StreamPiece::Stanza(stanza.clone()), accounts));
        }
        if taken.terminates() {
            events.extend(self.stream.take(&StreamPiece::End, accounts));
        }
        for event in events {
            if let ServerEvent::Send(bytes) = &event {
                self.exchanges.as_mut().unwrap().say(bytes);
            }
            if matches!(event, ServerEvent::Closed(_)) {
                let answers = self.exchanges.as_mut().unwrap().end(None, None);
                answers.iter().for_each(|answer| self.answer(answer));
            }
        }
    }

    fn answer(&mut self, answer: &BoshAnswer<u64>) {
        assert!(self.under_way.remove(&answer.request), "each request has one answer");
        let heard = self.client.take(FIRST_RID + answer.request, BoshBody::read(&answer.body).unwrap());
        for stanza in heard.stanzas {
            for event in self.session.take(&StreamPiece::Stanza(stanza)) {
                if let ClientEvent::Send(bytes) = event {
                    self.client.say(&bytes);
                } else {
                    self.seen.push(event);
                }
            }
        }
    }
}
