//! What the fuzz targets of XMPP and its carriers do with bytes. Ordinary tests replay the corpus through the same functions.

use cce_xmpp::{
    StreamCarrier, StreamLimits, StreamPiece,
    bosh::{BoshBody, BoshClient, BoshOffer, BoshServer},
    client::{ClientConfig, ClientEnding, ClientEvent, ClientSession},
    server::{Credentials, ServerConfig, ServerEvent, ServerSession},
    websocket::{WsEnd, WsEvent, WsFlaw, WsReader},
};

/// Largest message of a reader, so that limits are met.
const MESSAGE_MAX: usize = 64;

/// When every body comes: all too soon.
const NOW: std::time::Duration = std::time::Duration::ZERO;

/// The number of the request that begins a session.
const FIRST_RID: u64 = 100;

/// What a client sends to be signed in and to have an address.
const SIGN_IN: &str = concat!(
    "<stream:stream to='fin1.lab' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>ADEwODAAY2NlbGFi</auth>",
    "<stream:stream to='fin1.lab' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
    "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>",
);

/// What a client sends on a stream, cut after as many bytes as the first says, behind its sign-in where that byte is above
/// 127: in pieces it gives the same as at once, and a client can read what the server writes.
pub(crate) fn stream(input: &[u8]) {
    let Some((first, sent)) = input.split_first() else { return };
    let (is_signed_in, length) = (first & 0x80 != 0, usize::from(first & 0x7F).max(1));
    let (mut whole, mut cut) = (session(StreamCarrier::Tcp), session(StreamCarrier::Tcp));
    let mut written = Vec::new();
    if is_signed_in {
        written = whole.feed(SIGN_IN.as_bytes(), account);
        assert_eq!(written, cut.feed(SIGN_IN.as_bytes(), account));
        assert!(whole.jid().is_some(), "it is signed in");
    }
    let at_once = whole.feed(sent, account);
    let in_pieces: Vec<ServerEvent> =
        sent.chunks(length).flat_map(|piece| cut.feed(piece, account)).collect();
    assert_eq!(at_once, in_pieces);
    written.extend(at_once);
    let mut client = ClientSession::new(ClientConfig {
        carrier: StreamCarrier::Tcp,
        domain: "fin1.lab".to_owned(),
        user: "1080".to_owned(),
        password: "ccelab".to_owned(),
        resource: "r".to_owned(),
        random: [9; 16],
        limits: StreamLimits::default(),
    });
    for event in written {
        let ServerEvent::Send(bytes) = event else { continue };
        let bad = |event: &ClientEvent| matches!(event, ClientEvent::Closed(ClientEnding::BadStream(_)));
        assert!(
            !client.feed(&bytes).iter().any(bad),
            "a client cannot read {:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

/// What one end of a WebSocket connection sends, cut after as many bytes as the first says: in pieces it gives the same
/// as at once, to a reader and to the server's session.
pub(crate) fn websocket(input: &[u8]) {
    let Some((cut, sent)) = input.split_first() else { return };
    let pieces = || sent.chunks(usize::from(*cut).max(1));
    for from in [WsEnd::Client, WsEnd::Server] {
        assert_eq!(events([sent], from), events(pieces(), from));
    }
    let (mut whole, mut cut) = (session(StreamCarrier::WebSocket), session(StreamCarrier::WebSocket));
    let at_once = whole.feed(sent, account);
    let in_pieces: Vec<ServerEvent> = pieces().flat_map(|piece| cut.feed(piece, account)).collect();
    assert_eq!(at_once, in_pieces);
}

/// What a connection says, and what is wrong with it.
fn events<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, from: WsEnd) -> (Vec<WsEvent>, Option<WsFlaw>) {
    let mut reader = WsReader::new(from, MESSAGE_MAX);
    let mut seen = Vec::new();
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.take() {
                Ok(Some(event)) => seen.push(event),
                Ok(None) => break,
                Err(flaw) => return (seen, Some(flaw)),
            }
        }
    }
    (seen, None)
}

/// Bodies of BOSH, one behind each zero byte: a session and its stream take in what is a body, each request has one answer,
/// and a client reads whatever the server writes.
pub(crate) fn bosh(input: &[u8]) {
    let offer = BoshOffer::of(&body(&format!("rid='{FIRST_RID}'")));
    let mut exchanges = BoshServer::new("s".to_owned(), offer.expect("it has a number"), 0_usize);
    let mut stream = session(StreamCarrier::Bosh);
    say(&mut exchanges, stream.begin());
    let mut client = BoshClient::new("fin1.lab".to_owned(), FIRST_RID);
    let mut answered = vec![false];
    let begun = exchanges.begin("fin1.lab", false);
    let mut hear = |answers: Vec<cce_xmpp::bosh::BoshAnswer<usize>>, answered: &mut Vec<bool>| {
        for answer in answers {
            let was_answered = std::mem::replace(&mut answered[answer.request], true);
            assert!(!was_answered, "a request has one answer");
            let body = BoshBody::read(&answer.body).expect("the server writes what can be read");
            client.take(FIRST_RID + answer.request as u64, body);
        }
    };
    hear(begun.into_iter().collect(), &mut answered);
    for text in input.split(|byte| *byte == 0) {
        let Ok(body) = BoshBody::read(text) else { continue };
        if exchanges.is_over() {
            break;
        }
        answered.push(false);
        let mut answers = exchanges.take(answered.len() - 1, body);
        while let Some(next) = exchanges.next_body(NOW) {
            match next {
                Err(ended) => answers.extend(ended),
                Ok(taken) => {
                    if taken.restarts() {
                        say(&mut exchanges, stream.begin());
                    }
                    for stanza in taken.stanzas {
                        say(&mut exchanges, stream.take(&StreamPiece::Stanza(stanza), account));
                    }
                }
            }
        }
        answers.extend(exchanges.answers());
        hear(answers, &mut answered);
    }
    hear(exchanges.end(None, None), &mut answered);
    assert!(answered.iter().all(|answered| *answered), "every request has an answer");
}

fn say(exchanges: &mut BoshServer<usize>, events: Vec<ServerEvent>) {
    for event in events {
        if let ServerEvent::Send(bytes) = event {
            exchanges.say(&bytes);
        }
    }
}

fn body(attributes: &str) -> BoshBody {
    let text = format!("<body xmlns='http://jabber.org/protocol/httpbind' {attributes}/>");
    BoshBody::read(text.as_bytes()).expect("it is a body")
}

fn session(carrier: StreamCarrier) -> ServerSession {
    ServerSession::new(ServerConfig {
        carrier,
        domain: "fin1.lab".to_owned(),
        watched: Some("finesse".to_owned()),
        stream_id: "s".to_owned(),
        resource: "r".to_owned(),
        random: [7; 32],
        limits: StreamLimits::default(),
        nodes: std::sync::Arc::default(),
    })
}

fn account(user: &str) -> Option<Credentials> {
    (user == "1080").then(|| Credentials { user: "1080".to_owned(), password: "ccelab".to_owned() })
}
