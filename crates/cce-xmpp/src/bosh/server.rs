//! The server's side of one session: which request is next, which one waits, and what each is answered with.

use super::body::{BoshBody, BoshCondition, write};
use crate::ns;
use sha1::{Digest, Sha1};
use std::{collections::VecDeque, time::Duration};

/// Requests of one session at the same time: one that waits, and one that brings something (finesse-nonvoice 4.2).
const REQUESTS: u64 = 2;

/// How far ahead of the next one a request may be (XEP-0124 14.2): as many as may be under way.
const WINDOW: u64 = REQUESTS;

/// Answers that are kept for a client that did not get them (XEP-0124 14.3).
const ANSWERS_MAX: usize = 2;

/// Requests that a client may repeat: those that were answered, those that are gone, and those that wait.
const KEYS_MAX: usize = 2 * ANSWERS_MAX + 2;

/// The longest wait that a client gets, whatever it asks for (inferred).
const WAIT_MAX: u64 = 60;

/// How long a session lasts without a request (finesse-nonvoice 4.2).
const INACTIVITY: u64 = 30;

/// The shortest time between requests that find nothing, of a client that lets none wait (finesse-nonvoice 4.2).
const POLLING: u64 = 5;

/// Bytes that wait for the client's next request. A session with more is over: its client does not ask.
const WAITING_MAX: usize = 1 << 20;

/// The largest number of a request (XEP-0124 14.1): the first one is far below.
const RID_MAX: u64 = (1 << 53) - 1;

/// The versions of the protocol that are spoken here, the latest last (finesse-nonvoice 4.2).
const VERSION: &str = "1.6";

/// What a client asks for in the body that begins a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoshOffer {
    rid: u64,
    wait: u64,
    hold: u64,
    key: Option<String>,
}

impl BoshOffer {
    /// What the first body of a session asks for; none of one that cannot begin a session.
    pub fn of(body: &BoshBody) -> Option<Self> {
        let rid = body.number("rid").filter(|rid| *rid < RID_MAX)?;
        let wait = body.number("wait").unwrap_or(WAIT_MAX).min(WAIT_MAX);
        // One request is held open, whatever the client asks for (finesse-nonvoice 4.2).
        let hold = body.number("hold").unwrap_or(1).min(1);
        Some(Self { rid, wait, hold, key: body.attribute("newkey").map(str::to_owned) })
    }
}

/// One session. `R` names a request of the owner's until it is answered.
#[derive(Clone, Debug)]
pub struct BoshServer<R> {
    sid: String,
    wait: u64,
    hold: u64,
    /// The number of the next request that is taken in.
    next: u64,
    /// What the next key becomes when it is hashed (XEP-0124 15); none where the client sends no keys.
    key: Option<String>,
    /// The keys of the latest requests, by number: a repeated one has the same.
    keys: VecDeque<(u64, Option<String>)>,
    /// Requests that came before their turn.
    early: Vec<(u64, R, BoshBody)>,
    /// Requests that were taken in and wait for something to say.
    held: VecDeque<(u64, R)>,
    /// Numbers of requests that were taken in and are gone without an answer: the client asks again by them
    /// (XEP-0124 14.3).
    unanswered: VecDeque<u64>,
    /// The latest answers, by number.
    answered: VecDeque<(u64, Vec<u8>)>,
    /// What waits to be said.
    waiting: Vec<u8>,
    /// The latest new request, if it brought nothing and has not been answered with anything.
    idle: Option<Idle>,
    /// Why it is over by what its requests are like, if it is.
    over: Option<BoshCondition>,
}

/// A request that brings nothing.
#[derive(Clone, Copy, Debug)]
struct Idle {
    rid: u64,
    /// When it came, in the owner's time.
    at: Duration,
}

/// What a request is answered with.
#[derive(Debug, PartialEq, Eq)]
pub struct BoshAnswer<R> {
    /// The request that is answered, by the owner's name for it.
    pub request: R,
    /// The whole `body` element, for a response of 200.
    pub body: Vec<u8>,
}

impl<R: Copy + PartialEq> BoshServer<R> {
    /// A session of that id, which its first request asks for.
    pub fn new(sid: String, offer: BoshOffer, request: R) -> Self {
        let BoshOffer { rid, wait, hold, key } = offer;
        let held = VecDeque::from([(rid, request)]);
        let (early, unanswered) = (Vec::new(), VecDeque::new());
        let (answered, waiting) = (VecDeque::new(), Vec::new());
        let next = rid + 1;
        Self {
            sid,
            wait,
            hold,
            next,
            key,
            keys: VecDeque::new(),
            early,
            held,
            unanswered,
            answered,
            waiting,
            idle: None,
            over: None,
        }
    }

    /// How long a request may wait.
    pub const fn wait(&self) -> Duration {
        Duration::from_secs(self.wait)
    }

    /// How long the session lasts without a request.
    pub const fn inactivity() -> Duration {
        Duration::from_secs(INACTIVITY)
    }

    /// The number of the request that waits, if one does.
    pub fn waiting_rid(&self) -> Option<u64> {
        self.held.front().map(|(rid, _)| *rid)
    }

    /// Whether so much waits for the client's next request that the client must be deaf.
    pub const fn is_full(&self) -> bool {
        self.waiting.len() > WAITING_MAX
    }

    /// The answer to the request that began the session: what was agreed on, and the start of the stream.
    pub fn begin(&mut self, domain: &str, is_secure: bool) -> Option<BoshAnswer<R>> {
        let (rid, request) = self.held.pop_front()?;
        let (sid, wait, hold) = (self.sid.clone(), self.wait.to_string(), self.hold.to_string());
        let (requests, inactivity) = ((self.hold + 1).to_string(), INACTIVITY.to_string());
        let polling = POLLING.to_string();
        // Real clients read these attributes from the first answer (finesse-nonvoice 4.2).
        let attributes = [
            ("xmlns:stream", ns::STREAM),
            ("xmlns:xmpp", ns::XBOSH),
            ("xmpp:version", "1.0"),
            ("xmpp:restartlogic", "true"),
            ("sid", &sid),
            ("authid", &sid),
            ("wait", &wait),
            ("hold", &hold),
            ("requests", &requests),
            ("inactivity", &inactivity),
            ("polling", &polling),
            ("ver", VERSION),
            ("from", domain),
            ("secure", if is_secure { "true" } else { "false" }),
        ];
        Some(self.answer(rid, request, &attributes))
    }

    /// Takes in a request. Returns what it is answered with at once, where it is: a repeated one with what it was answered
    /// with before, one out of turn with the end of the session.
    pub fn take(&mut self, request: R, body: BoshBody) -> Vec<BoshAnswer<R>> {
        let Some(rid) = body.number("rid") else {
            // A body without a number has no place among the others (XEP-0124 14).
            return self.end(Some(request), Some(BoshCondition::BadRequest));
        };
        if self.is_of_somebody_else(rid, &body) {
            return self.end(Some(request), Some(BoshCondition::ItemNotFound));
        }
        // A repeated request gets its old answer, though its number is behind the window (XEP-0124 14.3).
        if let Some(again) = self.again(rid, request) {
            return again;
        }
        let is_in_window = (self.next..self.next + WINDOW).contains(&rid) && rid < RID_MAX;
        let is_known = self.early.iter().any(|(known, ..)| *known == rid);
        // A number ahead of the window or twice in it ends the session (XEP-0124 14.2).
        if !is_in_window || is_known {
            return self.end(Some(request), Some(BoshCondition::ItemNotFound));
        }
        self.early.push((rid, request, body));
        Vec::new()
    }

    /// The next body whose turn it is, at `now` in the owner's time. An error is the end of the session.
    pub fn next_body(&mut self, now: Duration) -> Option<Result<BoshBody, Vec<BoshAnswer<R>>>> {
        let at = self.early.iter().position(|(rid, ..)| *rid == self.next)?;
        let (rid, request, body) = self.early.remove(at);
        self.next += 1;
        // The request is held before its keys are judged, so that the end of the session answers it.
        self.held.push_back((rid, request));
        self.keys.push_back((rid, body.attribute("key").map(str::to_owned)));
        if self.keys.len() > KEYS_MAX {
            self.keys.pop_front();
        }
        if !self.accept_key(&body) {
            return Some(Err(self.end(None, Some(BoshCondition::ItemNotFound))));
        }
        if !self.accept_pace(rid, &body, now) {
            return Some(Err(self.end(None, Some(BoshCondition::PolicyViolation))));
        }
        Some(Ok(body))
    }

    /// Takes note of when a request comes. Says whether it may come then: one that brings nothing may not so soon behind one
    /// that brought and found nothing (XEP-0124 12).
    fn accept_pace(&mut self, rid: u64, body: &BoshBody, now: Duration) -> bool {
        let before = self.idle.take();
        if body.brings_something() {
            return true;
        }
        self.idle = Some(Idle { rid, at: now });
        before.is_none_or(|before| now.saturating_sub(before.at) >= Duration::from_secs(POLLING))
    }

    /// About how many bytes of memory it takes: bodies that came before their turn, answers, and what waits to be said.
    pub fn size(&self) -> usize {
        let early: usize = self.early.iter().map(|(.., body)| body.size()).sum();
        let answered: usize = self.answered.iter().map(|(_, body)| body.len()).sum();
        early + answered + self.waiting.len()
    }

    /// Something is to be said with the next answer.
    pub fn say(&mut self, elements: &[u8]) {
        self.waiting.extend_from_slice(elements);
    }

    /// What is answered now: the earliest request if there is something to say, and as many as are more than may wait.
    pub fn answers(&mut self) -> Vec<BoshAnswer<R>> {
        let mut answers = Vec::new();
        // Two requests are under way at most, and one of them waits (finesse-nonvoice 4.2).
        while self.held.len() as u64 > self.hold || (!self.waiting.is_empty() && !self.held.is_empty()) {
            answers.extend(self.answer_earliest());
        }
        answers
    }

    /// The earliest request has waited for long enough: the next one does not come too soon, however short that was.
    pub fn on_waited(&mut self) -> Option<BoshAnswer<R>> {
        // One that waits for no time at all only asks.
        if self.wait > 0 {
            self.idle = None;
        }
        self.answer_earliest()
    }

    /// A request is gone without its answer. The next one, or a repetition of it, gets what there is.
    pub fn on_gone(&mut self, request: R) {
        if let Some(at) = self.held.iter().position(|(_, held)| *held == request)
            && let Some((rid, _)) = self.held.remove(at)
        {
            // It neither waits nor was answered, so that the next one does not come too soon (XEP-0124 12).
            self.idle = self.idle.filter(|idle| idle.rid != rid);
            self.unanswered.push_back(rid);
            if self.unanswered.len() > ANSWERS_MAX {
                self.unanswered.pop_front();
            }
        }
        self.early.retain(|(_, early, _)| *early != request);
    }

    /// The session is over: every request hears of it, the earliest behind what there was to say; `latest` is one that was
    /// not taken in.
    pub fn end(&mut self, latest: Option<R>, condition: Option<BoshCondition>) -> Vec<BoshAnswer<R>> {
        self.over = condition.or(Some(BoshCondition::ItemNotFound));
        let mut said = std::mem::take(&mut self.waiting);
        let held = std::mem::take(&mut self.held).into_iter().map(|(_, request)| request);
        let early = std::mem::take(&mut self.early).into_iter().map(|(_, request, _)| request);
        let requests = held.chain(early).chain(latest);
        let answer = |request| BoshAnswer { request, body: terminate(condition, &std::mem::take(&mut said)) };
        requests.map(answer).collect()
    }

    /// Whether it is over.
    pub const fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// Whether it is over because its client asks too often.
    pub const fn is_overactive(&self) -> bool {
        matches!(self.over, Some(BoshCondition::PolicyViolation))
    }

    /// A request that was answered already is answered so again; one that waits takes its earlier copy's place.
    fn again(&mut self, rid: u64, request: R) -> Option<Vec<BoshAnswer<R>>> {
        if let Some((_, body)) = self.answered.iter().find(|(known, _)| *known == rid) {
            return Some(vec![BoshAnswer { request, body: body.clone() }]);
        }
        if let Some(at) = self.unanswered.iter().position(|known| *known == rid) {
            self.unanswered.remove(at);
            let place = self.held.partition_point(|(known, _)| *known < rid);
            self.held.insert(place, (rid, request));
            return Some(Vec::new());
        }
        let held = self.held.iter_mut().find(|(known, _)| *known == rid)?;
        // The connection of the earlier copy is broken, so that its answer may be empty (XEP-0124 14.3).
        let copy = std::mem::replace(&mut held.1, request);
        Some(vec![BoshAnswer { request: copy, body: write(&[], &[]) }])
    }

    fn answer_earliest(&mut self) -> Option<BoshAnswer<R>> {
        let (rid, request) = self.held.pop_front()?;
        Some(self.answer(rid, request, &[]))
    }

    fn answer(&mut self, rid: u64, request: R, attributes: &[(&str, &str)]) -> BoshAnswer<R> {
        let said = std::mem::take(&mut self.waiting);
        self.idle = self.idle.filter(|idle| said.is_empty() || idle.rid != rid);
        let body = write(attributes, &said);
        // The last answers are kept for clients that did not get them (finesse-nonvoice 4.2, XEP-0124 14.3).
        self.answered.push_back((rid, body.clone()));
        if self.answered.len() > ANSWERS_MAX {
            self.answered.pop_front();
        }
        BoshAnswer { request, body }
    }

    /// Whether a request repeats one that had another key.
    fn is_of_somebody_else(&self, rid: u64, body: &BoshBody) -> bool {
        let known = self.keys.iter().find(|(known, _)| *known == rid);
        self.key.is_some() && known.is_some_and(|(_, key)| key.as_deref() != body.attribute("key"))
    }

    /// Takes a request's key as the next one of the chain. Says whether it is: each key hashed is the one before
    /// (XEP-0124 15.4). A client that sends none from the start needs none.
    fn accept_key(&mut self, body: &BoshBody) -> bool {
        let Some(known) = &self.key else { return true };
        let Some(key) = body.attribute("key") else { return false };
        let is_right = const_hex::encode(Sha1::digest(key)) == known.to_ascii_lowercase();
        // A client begins another chain of keys by `newkey` (XEP-0124 15).
        self.key = Some(body.attribute("newkey").unwrap_or(key).to_owned());
        is_right
    }
}

/// The body that ends a session, or answers one that is none.
pub(super) fn terminate(condition: Option<BoshCondition>, inside: &[u8]) -> Vec<u8> {
    let mut attributes = vec![("type", "terminate"), ("xmlns:stream", ns::STREAM)];
    attributes.extend(condition.map(|condition| ("condition", condition.name())));
    write(&attributes, inside)
}

impl BoshCondition {
    /// The answer to a request that belongs to no session.
    pub fn body(self) -> Vec<u8> {
        terminate(Some(self), &[])
    }
}
