//! BOSH as HTTP requests and their replies (finesse-nonvoice 4.2): which session a request belongs to, when it is answered, and
//! when a session is over. What a session says is the stream's affair.

use crate::StreamTimer;
use cce_kernel::{
    CallId, Caller, CloseReason, Cors, Cx, LinkId, LinksMax, Port, Request, Response, Security, Time,
    TimerKey,
};
use cce_xmpp::{
    STRANGERS_STANZA_MAX, StreamPiece,
    bosh::{BoshAnswer, BoshBody, BoshCondition, BoshOffer, BoshServer},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Where bodies go; with and without the final slash.
const PATH: &str = "/http-bind";

/// What a client may do there.
const METHODS: &str = "POST, OPTIONS";

/// Sessions at the same time: as many as streams on connections of their own.
const SESSIONS_MAX: LinksMax = match Port::Xmpp.links_max() {
    Some(max) => max,
    None => panic!("streams on connections are links"),
};

/// How many of those from outside may come from one address: it leaves some to others.
const SESSIONS_OF_ADDRESS_MAX: usize = SESSIONS_MAX.outside / 4 * 3;

/// Bytes that all sessions together take up whose clients are known, likewise. One that would take more is over.
const BYTES_MAX: usize = 64 << 20;

/// Bytes that all sessions together take up whose clients have not bound a resource: of those from outside, and as many of the
/// lab's own. Strangers take nothing from others.
const STRANGERS_BYTES_MAX: usize = 8 << 20;

/// Names a session in its component. Never used again once it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BoshNumber(pub(crate) u32);

/// What a request or a stream is still about when it is over.
const SESSION: &str = "BOSH session";

/// What is no session's: sessions are numbered from 1.
const NO_SESSION: BoshNumber = BoshNumber(0);

impl fmt::Display for BoshNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl BoshNumber {
    fn of(timer: &TimerKey) -> Self {
        Self(u32::try_from(timer.id).expect("a session's timer is counted by its number"))
    }

    /// What the session is called in facts: it stands for a link.
    pub(crate) fn as_link(self, port: Port) -> LinkId {
        LinkId { port, number: self.0 }
    }

    fn key(self, timer: StreamTimer) -> TimerKey {
        timer.key(u64::from(self.0))
    }
}

/// What a body brings to a stream.
#[derive(Clone, Debug)]
pub(crate) enum BoshPart {
    /// The stream begins anew.
    Restart,
    /// A stanza, or the end.
    Piece(StreamPiece),
}

/// Every session.
#[derive(Clone, Debug)]
pub(crate) struct BoshSessions {
    port: Port,
    sessions: BTreeMap<BoshNumber, BoshSession>,
    /// By what the client calls it.
    numbers: BTreeMap<String, BoshNumber>,
    /// The session of each request that is not answered.
    requests: BTreeMap<CallId, BoshRequest>,
    latest: u32,
    /// Bytes that the sessions take up, by whether their clients are known and where they are.
    bytes: BTreeMap<(SessionOwner, Caller), usize>,
    /// Sessions to which something happened since the latest flush.
    stirred: BTreeSet<BoshNumber>,
    /// Pages of every origin may ask: nothing that a browser adds by itself signs in here (inferred).
    cors: Cors,
}

#[derive(Clone, Debug)]
struct BoshSession {
    exchanges: BoshServer<CallId>,
    sid: String,
    address: String,
    caller: Caller,
    standing: SessionOwner,
    /// Bytes that it took up at the latest flush.
    bytes: usize,
    counted: TimedFor,
}

/// Whether it is known whose session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SessionOwner {
    /// No resource is bound.
    Stranger,
    Bound,
}

impl SessionOwner {
    /// Bytes that all sessions of that standing take up, from outside or of the lab's own.
    const fn bytes_max(self) -> usize {
        match self {
            Self::Stranger => STRANGERS_BYTES_MAX,
            Self::Bound => BYTES_MAX,
        }
    }
}

/// What a session's time is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimedFor {
    /// Nothing yet: a request has come.
    Nothing,
    /// The wait of the request of that number.
    Wait(u64),
    /// That there is no request.
    Inactivity,
}

/// A request that is not answered.
#[derive(Clone, Debug)]
struct BoshRequest {
    number: BoshNumber,
    /// What the answer is shared by: the page that asked.
    asked: Request,
}

impl BoshSessions {
    /// No session; bodies arrive at that interface.
    pub(crate) fn new(port: Port) -> Self {
        Self {
            port,
            sessions: BTreeMap::new(),
            numbers: BTreeMap::new(),
            requests: BTreeMap::new(),
            latest: 0,
            bytes: BTreeMap::new(),
            stirred: BTreeSet::new(),
            cors: Cors::of(["*".to_owned()]),
        }
    }

    /// Takes in a request. Returns its session, and whether that is new; none where the request is answered.
    pub(crate) fn on_request(
        &mut self,
        call: CallId,
        request: &Request,
        cx: &mut Cx<'_>,
    ) -> Option<(BoshNumber, bool)> {
        match self.read(request, cx) {
            Err(response) => {
                cx.reply(call, shared(&self.cors, request, response));
                None
            }
            Ok(body) => self.on_body(call, request, body, cx),
        }
    }

    /// The body of a request, or the response to one that has none.
    fn read(&self, request: &Request, cx: &mut Cx<'_>) -> Result<BoshBody, Response> {
        // Clients write the path with and without its last slash (finesse-nonvoice 1.1).
        if request.path().trim_end_matches('/') != PATH {
            return Err(Response::new(404));
        }
        // A page of another origin asks before its first body (finesse-nonvoice 4.2).
        if request.method == "OPTIONS" {
            return Err(self.cors.options(request, METHODS));
        }
        if request.method != "POST" {
            return Err(Response::new(405).header("allow", METHODS));
        }
        if let Some(flaw) = request.body_flaw {
            return Err(Response::new(flaw.status()));
        }
        BoshBody::read(&request.body.0).map_err(|flaw| {
            cx.note_peer_error(NO_SESSION.as_link(self.port), "body", flaw.to_string());
            // An error of the binding is a body in a response of 200 (XEP-0124 17.2).
            xml(BoshCondition::BadRequest.body())
        })
    }

    fn on_body(
        &mut self,
        call: CallId,
        request: &Request,
        body: BoshBody,
        cx: &mut Cx<'_>,
    ) -> Option<(BoshNumber, bool)> {
        let refusal = match body.attribute("sid") {
            Some(sid) => match self.numbers.get(sid).copied() {
                Some(number) => {
                    self.remember(call, request, number);
                    let session = self.sessions.get_mut(&number).expect("a known id is a session's");
                    let answers = match session.standing {
                        // A stranger's body is bounded as its stanza on a connection is
                        // (RFC 6120 13.12; inferred).
                        SessionOwner::Stranger if request.body.0.len() > STRANGERS_STANZA_MAX => {
                            session.exchanges.end(Some(call), Some(BoshCondition::PolicyViolation))
                        }
                        SessionOwner::Stranger | SessionOwner::Bound => session.exchanges.take(call, body),
                    };
                    self.reply_all(answers, cx);
                    return Some((number, false));
                }
                // A session that is over is unknown to its client's next request (XEP-0124 17.2).
                None => BoshCondition::ItemNotFound,
            },
            None => match BoshOffer::of(&body) {
                Some(offer) => match self.open(call, request, offer, cx) {
                    Some(number) => return Some((number, true)),
                    None => BoshCondition::PolicyViolation,
                },
                None => BoshCondition::BadRequest,
            },
        };
        cx.reply(call, shared(&self.cors, request, xml(refusal.body())));
        None
    }

    /// Begins a session; none where there are too many.
    fn open(
        &mut self,
        call: CallId,
        request: &Request,
        offer: BoshOffer,
        cx: &mut Cx<'_>,
    ) -> Option<BoshNumber> {
        let address = request.peer.rsplit_once(':').map_or(request.peer.as_str(), |(ip, _)| ip).to_owned();
        if !self.has_place(request.caller, &address) {
            return None;
        }
        self.latest += 1;
        // Who knows the id has the session: nobody guesses it.
        let (number, sid) = (BoshNumber(self.latest), const_hex::encode(cx.secret()));
        let exchanges = BoshServer::new(sid.clone(), offer, call);
        self.numbers.insert(sid.clone(), number);
        let (caller, standing, counted) = (request.caller, SessionOwner::Stranger, TimedFor::Nothing);
        let session = BoshSession { exchanges, sid, address, caller, standing, bytes: 0, counted };
        self.sessions.insert(number, session);
        self.remember(call, request, number);
        Some(number)
    }

    /// Whether there is a place for one more session of a caller. Those outside leave places to the lab's own.
    fn has_place(&self, caller: Caller, address: &str) -> bool {
        let outside = || self.sessions.values().filter(|session| session.caller == Caller::Outside);
        match caller {
            Caller::Lab => self.sessions.len() < SESSIONS_MAX.all(),
            Caller::Outside => {
                outside().count() < SESSIONS_MAX.outside
                    && outside().filter(|session| session.address == address).count()
                        < SESSIONS_OF_ADDRESS_MAX
            }
        }
    }

    /// It is known whose session it is.
    pub(crate) fn on_bound(&mut self, number: BoshNumber) {
        // Over meanwhile: an earlier body of the same input ended the session.
        let Some(session) = self.sessions.get_mut(&number) else { return };
        weigh(&mut self.bytes, session, 0);
        // The next flush counts its bytes among those of known clients.
        session.standing = SessionOwner::Bound;
        self.stirred.insert(number);
    }

    fn remember(&mut self, call: CallId, request: &Request, number: BoshNumber) {
        let bare = Request::new(&request.method, PATH);
        let asked = match request.get("origin") {
            Some(origin) => bare.header("origin", origin),
            None => bare,
        };
        self.requests.insert(call, BoshRequest { number, asked });
        let session = self.sessions.get_mut(&number).expect("a request is of a session");
        // A request ends the time without one, which lasts 30 s at most (finesse-nonvoice 4.2).
        if session.counted == TimedFor::Inactivity {
            session.counted = TimedFor::Nothing;
        }
        self.stirred.insert(number);
    }

    /// The first answer of a session that was opened.
    pub(crate) fn begin(&mut self, number: BoshNumber, domain: &str, security: Security, cx: &mut Cx<'_>) {
        let session = self.sessions.get_mut(&number).expect("it was opened");
        let answer = session.exchanges.begin(domain, security == Security::Tls);
        self.reply_all(answer, cx);
    }

    /// What the next body whose turn it is brings.
    pub(crate) fn next_body(&mut self, number: BoshNumber, cx: &mut Cx<'_>) -> Option<Vec<BoshPart>> {
        match self.sessions.get_mut(&number)?.exchanges.next_body(cx.now().since(Time(0)))? {
            Ok(body) => Some(parts(body)),
            Err(answers) => {
                self.reply_all(answers, cx);
                None
            }
        }
    }

    /// Something is to be said with the next answer.
    pub(crate) fn say(&mut self, number: BoshNumber, elements: &[u8], cx: &mut Cx<'_>) {
        let Some(session) = self.sessions.get_mut(&number) else {
            // An earlier body of the same input ended it.
            return cx.over_meanwhile(SESSION);
        };
        session.exchanges.say(elements);
        self.stirred.insert(number);
    }

    /// The stream of a session is over, and the session with it.
    pub(crate) fn end(&mut self, number: BoshNumber, reason: &CloseReason, cx: &mut Cx<'_>) {
        self.end_with(number, condition(reason), cx);
    }

    fn end_with(&mut self, number: BoshNumber, condition: Option<BoshCondition>, cx: &mut Cx<'_>) {
        let Some(session) = self.sessions.get_mut(&number) else {
            // The exchanges were out of order, which ended the session before its stream.
            return cx.over_meanwhile(SESSION);
        };
        // Every request that waits is answered before the session is forgotten.
        let answers = session.exchanges.end(None, condition);
        self.reply_all(answers, cx);
        self.forget(number, cx);
    }

    fn forget(&mut self, number: BoshNumber, cx: &mut Cx<'_>) {
        if let Some(mut session) = self.sessions.remove(&number) {
            self.numbers.remove(&session.sid);
            weigh(&mut self.bytes, &mut session, 0);
        }
        self.stirred.remove(&number);
        cx.cancel(number.key(StreamTimer::BoshWait));
        cx.cancel(number.key(StreamTimer::BoshInactive));
    }

    /// A request was not waited for.
    pub(crate) fn on_gone(&mut self, call: CallId, cx: &mut Cx<'_>) {
        // A request for REST is none of these.
        let Some(request) = self.requests.remove(&call) else { return };
        let Some(session) = self.sessions.get_mut(&request.number) else {
            return cx.over_meanwhile(SESSION);
        };
        session.exchanges.on_gone(call);
        self.stirred.insert(request.number);
    }

    /// The request that waits has done so for long enough.
    ///
    /// # Panics
    ///
    /// If there is no such session: its timers end with it.
    pub(crate) fn on_waited(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) {
        let number = BoshNumber::of(timer);
        let session = self.sessions.get_mut(&number).expect("the timers of a session end with it");
        let answer = session.exchanges.on_waited();
        self.reply_all(answer, cx);
        self.stirred.insert(number);
    }

    /// A session had no request for too long: it is over.
    pub(crate) fn on_inactive(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) -> BoshNumber {
        let number = BoshNumber::of(timer);
        cx.note_peer_error(number.as_link(self.port), "session", "it has had no request for too long");
        self.end_with(number, Some(BoshCondition::ItemNotFound), cx);
        number
    }

    /// Whether something happened to a session since the latest flush.
    pub(crate) fn is_stirred(&self) -> bool {
        !self.stirred.is_empty()
    }

    /// Answers what can be answered now, and counts waits. Returns the sessions that are over without their stream.
    pub(crate) fn flush(&mut self, cx: &mut Cx<'_>) -> Vec<BoshNumber> {
        let mut over = Vec::new();
        for number in std::mem::take(&mut self.stirred) {
            let Some(session) = self.sessions.get_mut(&number) else {
                // It ended with its stream.
                cx.over_meanwhile(SESSION);
                continue;
            };
            let answers = session.exchanges.answers();
            let size = session.exchanges.size();
            let of_all = weigh(&mut self.bytes, session, size);
            // A client's own fault is named before a bound that it shares with others.
            let flaw = if session.exchanges.is_overactive() {
                Some("it asks too often, or too much before its client is known")
            } else if session.exchanges.is_over() {
                Some("its requests are out of order, or have wrong keys")
            } else if session.exchanges.is_full() {
                Some("it does not ask for what is to be said")
            } else if of_all > session.standing.bytes_max() {
                Some("all sessions together keep too much for later")
            } else {
                None
            };
            self.reply_all(answers, cx);
            if let Some(flaw) = flaw {
                cx.note_peer_error(number.as_link(self.port), "session", flaw);
                self.end_with(number, Some(BoshCondition::PolicyViolation), cx);
                over.push(number);
            } else {
                self.count(number, cx);
            }
        }
        over
    }

    /// A request waits no longer than was agreed on, and a session lasts only so long without one.
    fn count(&mut self, number: BoshNumber, cx: &mut Cx<'_>) {
        let session = self.sessions.get_mut(&number).expect("it was found");
        let due = session.exchanges.waiting_rid().map_or(TimedFor::Inactivity, TimedFor::Wait);
        if session.counted == due {
            return;
        }
        session.counted = due;
        let (wait, inactive) = (number.key(StreamTimer::BoshWait), number.key(StreamTimer::BoshInactive));
        match due {
            TimedFor::Wait(_) => {
                cx.cancel(inactive);
                // A request is held open for as long as was agreed on, and answered empty then
                // (finesse-nonvoice 4.2).
                cx.arm(wait, session.exchanges.wait());
            }
            TimedFor::Nothing | TimedFor::Inactivity => {
                cx.cancel(wait);
                cx.arm(inactive, BoshServer::<CallId>::inactivity());
            }
        }
    }

    fn reply_all(&mut self, answers: impl IntoIterator<Item = BoshAnswer<CallId>>, cx: &mut Cx<'_>) {
        for BoshAnswer { request, body } in answers {
            let BoshRequest { asked, .. } =
                self.requests.remove(&request).expect("only what was asked is answered");
            cx.reply(request, shared(&self.cors, &asked, xml(body)));
        }
    }
}

/// Counts a session's bytes among those of its kind, of which it returns the sum.
fn weigh(
    all: &mut BTreeMap<(SessionOwner, Caller), usize>,
    session: &mut BoshSession,
    bytes: usize,
) -> usize {
    let sum = all.entry((session.standing, session.caller)).or_default();
    *sum = *sum + bytes - session.bytes;
    session.bytes = bytes;
    *sum
}

/// The parts of a body, in the order in which they count.
fn parts(body: BoshBody) -> Vec<BoshPart> {
    let (restarts, terminates) = (body.restarts(), body.terminates());
    // A new stream begins ahead of what the body brings, and the end stands behind it.
    let restart = restarts.then_some(BoshPart::Restart);
    let stanzas = body.stanzas.into_iter().map(|stanza| BoshPart::Piece(StreamPiece::Stanza(stanza)));
    let end = terminates.then_some(BoshPart::Piece(StreamPiece::End));
    restart.into_iter().chain(stanzas).chain(end).collect()
}

/// Why the stream's end ends the session, in words of BOSH; nothing where the client ended it.
fn condition(reason: &CloseReason) -> Option<BoshCondition> {
    match reason {
        CloseReason::Done => None,
        CloseReason::Stopping | CloseReason::Crashed => Some(BoshCondition::SystemShutdown),
        CloseReason::BadFrame
        | CloseReason::BadMessage(_)
        | CloseReason::Idle
        | CloseReason::Superseded
        | CloseReason::HeartbeatLost => Some(BoshCondition::RemoteStreamError),
        // Too many refused sign-ins are refused as a whole (XEP-0124 17.2; inferred).
        CloseReason::Refused => Some(BoshCondition::PolicyViolation),
    }
}

/// Lets pages of every origin read a response, and no browser add credentials to the request: BOSH has its own.
fn shared(cors: &Cors, request: &Request, response: Response) -> Response {
    // The answer to OPTIONS is shared already; browsers refuse one that says so twice.
    let is_shared = response.get("access-control-allow-origin").is_some();
    let mut response = if is_shared { response } else { cors.share(request, response) };
    response.headers.retain(|(name, _)| name != "access-control-allow-credentials");
    response
}

fn xml(body: Vec<u8>) -> Response {
    // Real clients use this type (finesse-nonvoice 4.2).
    let mut response = Response::new(200).header("content-type", "text/xml; charset=utf-8");
    response.body = body.into();
    response
}
