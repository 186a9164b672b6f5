//! A client's side of one session, for virtual agents and tests: one request always waits, and what is to be said goes in
//! another. A stream that was signed in begins anew by itself.

use super::body::{BoshBody, write};
use crate::{StreamElement, ns};
use std::collections::{BTreeMap, VecDeque};

/// Requests at the same time, unless the server says otherwise.
const REQUESTS: u64 = 2;

/// How long the server lets a request wait, in seconds: less than a response may take to arrive.
const WAIT: &str = "20";

/// A client's session.
#[derive(Clone, Debug)]
pub struct BoshClient {
    domain: String,
    /// The number of the latest request.
    rid: u64,
    /// The number of the request whose answer is heard next.
    heard: u64,
    /// Answers that came before their turn.
    early: BTreeMap<u64, BoshBody>,
    sid: Option<String>,
    /// Requests that are not answered.
    under_way: u64,
    requests: u64,
    /// What is to be said, each in its turn.
    waiting: VecDeque<Words>,
    is_over: bool,
}

/// A request that is to be made.
#[derive(Debug, PartialEq, Eq)]
pub struct BoshAsk {
    /// Its number, by which its answer is told.
    pub rid: u64,
    /// The whole `body` element, for a POST.
    pub body: Vec<u8>,
}

/// What answers brought.
#[derive(Debug, PartialEq, Eq)]
pub struct BoshHeard {
    /// The stream's children in it.
    pub stanzas: Vec<StreamElement>,
    /// Whether the session is over.
    pub is_over: bool,
}

/// What a body says.
#[derive(Clone, Debug)]
enum Words {
    Elements(Vec<u8>),
    Restart,
    /// The session ends with these.
    Last(Vec<u8>),
}

impl BoshClient {
    /// A session with a server of that domain; its first request has that number.
    pub fn new(domain: String, rid: u64) -> Self {
        Self {
            domain,
            rid,
            heard: rid,
            early: BTreeMap::new(),
            sid: None,
            under_way: 0,
            requests: REQUESTS,
            waiting: VecDeque::new(),
            is_over: false,
        }
    }

    /// The request for a session.
    pub fn open(&mut self) -> BoshAsk {
        let (rid, domain) = (self.rid.to_string(), self.domain.clone());
        self.under_way += 1;
        let attributes = [
            ("to", domain.as_str()),
            ("rid", &rid),
            ("wait", WAIT),
            ("hold", "1"),
            ("ver", "1.6"),
            ("xml:lang", "en"),
            ("xmpp:version", "1.0"),
            ("xmlns:xmpp", ns::XBOSH),
        ];
        BoshAsk { rid: self.rid, body: write(&attributes, &[]) }
    }

    /// These elements are to be sent.
    pub fn say(&mut self, elements: &[u8]) {
        if elements.is_empty() {
            return;
        }
        if let Some(Words::Elements(waiting)) = self.waiting.back_mut() {
            return waiting.extend_from_slice(elements);
        }
        self.waiting.push_back(Words::Elements(elements.to_vec()));
    }

    /// The session ends with these elements.
    pub fn close(&mut self, last_words: &[u8]) {
        self.waiting.push_back(Words::Last(last_words.to_vec()));
    }

    /// The request that is to be made now; none as long as nothing is to be said and a request waits.
    pub fn next_ask(&mut self) -> Option<BoshAsk> {
        let sid = self.sid.clone().filter(|_| !self.is_over)?;
        let may_ask = match self.waiting.front() {
            // An empty request gives the server something to answer when it has news.
            None => self.under_way == 0,
            Some(Words::Elements(_) | Words::Restart) => self.under_way < self.requests,
            // Nobody waits for the answer.
            Some(Words::Last(_)) => true,
        };
        if !may_ask {
            return None;
        }
        self.rid += 1;
        self.under_way += 1;
        let rid = self.rid.to_string();
        let mut attributes = vec![("rid", rid.as_str()), ("sid", sid.as_str())];
        let domain = self.domain.clone();
        let inside = match self.waiting.pop_front() {
            None => Vec::new(),
            Some(Words::Elements(elements)) => elements,
            Some(Words::Restart) => {
                let restart = [("to", domain.as_str()), ("xmpp:restart", "true"), ("xmlns:xmpp", ns::XBOSH)];
                attributes.extend(restart);
                Vec::new()
            }
            Some(Words::Last(elements)) => {
                self.is_over = true;
                attributes.push(("type", "terminate"));
                elements
            }
        };
        Some(BoshAsk { rid: self.rid, body: write(&attributes, &inside) })
    }

    /// The request of that number was answered. Answers may overtake each other; they are heard by their numbers.
    pub fn take(&mut self, rid: u64, body: BoshBody) -> BoshHeard {
        self.under_way = self.under_way.saturating_sub(1);
        self.early.insert(rid, body);
        let mut stanzas = Vec::new();
        while let Some(body) = self.early.remove(&self.heard) {
            self.heard += 1;
            stanzas.extend(self.hear(body));
        }
        BoshHeard { stanzas, is_over: self.is_over }
    }

    fn hear(&mut self, body: BoshBody) -> Vec<StreamElement> {
        if let Some(sid) = body.attribute("sid").filter(|_| self.sid.is_none()) {
            self.sid = Some(sid.to_owned());
            // The server says how many requests may be under way; one always waits (finesse-nonvoice 4.2).
            self.requests = body.number("requests").unwrap_or(REQUESTS).clamp(1, REQUESTS);
        }
        // An answer without an id to the first request refuses the session.
        self.is_over |= body.terminates() || self.sid.is_none();
        if body.stanzas.iter().any(|stanza| stanza.is("success", ns::SASL)) {
            // A body with `xmpp:restart` opens the stream anew behind the sign-in (finesse-nonvoice 4.2).
            self.waiting.push_back(Words::Restart);
        }
        body.stanzas
    }
}
