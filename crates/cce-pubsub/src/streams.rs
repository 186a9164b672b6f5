//! Streams of clients, and who of them hears what (finesse-nonvoice 4.3 to 4.5, ccp-task-api 6). It is the same whatever
//! carries a stream.

use crate::{
    StreamTimer,
    bosh::{BoshNumber, BoshPart, BoshSessions},
    subscriptions::{Subscription, Subscriptions},
};
use cce_kernel::{Blob, CallId, CloseReason, Cx, LinkId, Port, Request, Security, Time, TimerKey};
use cce_xmpp::{
    Jid, StreamCarrier, StreamError, StreamLimits,
    server::{
        Credentials, EventMessage, Nodes, ServerConfig, ServerEnding, ServerEvent, ServerSession,
        event_message, ping, presence,
    },
};
use rand::RngExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::Arc,
    time::Duration,
};

/// How long a client may take from its connection to the bind of its resource (inferred). Who never signs in would take a
/// place from others for ever.
const SIGN_IN_DEADLINE: Duration = Duration::from_secs(30);
/// How long a client may be quiet until it is asked whether it is there, and then until it counts as dead: it takes up to
/// 120 s to notice that one is lost (finesse-nonvoice 5, task-routing E5; the two halves are inferred).
const QUIET: Duration = Duration::from_mins(1);
/// Characters of a message id.
const ID_LENGTH: usize = 8;

/// One stream of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum StreamKey {
    /// On a connection, with its bytes as they are or in frames of WebSocket.
    Link(LinkId),
    /// In the bodies of a BOSH session.
    Bosh(BoshNumber),
}

impl StreamKey {
    /// What the stream is called in facts: a BOSH session stands for a link.
    fn as_link(self, bosh: Port) -> LinkId {
        match self {
            Self::Link(link) => link,
            Self::Bosh(number) => number.as_link(bosh),
        }
    }

    /// The timer that bounds its sign-in. Links and sessions are numbered apart.
    fn sign_in(self) -> TimerKey {
        StreamTimer::SignIn.key(self.number())
    }

    /// The timer that tells whether its client is quiet. A BOSH session has its requests for that.
    fn quiet(self) -> Option<TimerKey> {
        match self {
            Self::Link(_) => Some(StreamTimer::Quiet.key(self.number())),
            Self::Bosh(_) => None,
        }
    }

    fn number(self) -> u64 {
        match self {
            Self::Link(link) => u64::from(link.number),
            Self::Bosh(number) => 1 << 32 | u64::from(number.0),
        }
    }
}

/// What a stream tells of its user. The component above decides what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserPresence {
    /// A client of the user is present.
    Present(String),
    /// The last client of the user that was present is gone.
    Gone(String),
}

/// What a service is to its clients.
#[derive(Clone, Debug)]
pub struct Realm {
    /// The XMPP domain: the node's full name; the service is `pubsub.` before it (finesse-nonvoice 4.1).
    pub domain: String,
    /// The local part of an address whose presence every user watches (finesse-nonvoice 4.1), if there is one.
    pub watched: Option<String>,
    /// Which nodes there are.
    pub nodes: Arc<Nodes>,
    /// The interface at which bodies arrive.
    pub bosh: Port,
}

/// Every stream, and the number of the last item that was published.
#[derive(Clone, Debug)]
pub struct Streams {
    realm: Realm,
    clients: BTreeMap<StreamKey, Client>,
    bosh: BoshSessions,
    items: u64,
    explicit: Subscriptions,
}

#[derive(Clone, Debug)]
struct Client {
    session: ServerSession,
    /// Its address, once it has one.
    jid: Option<Jid>,
    /// The priority that other clients of the user were told of; none while the client is not present.
    told: Option<i8>,
    /// When the latest bytes came from it.
    heard: Time,
    doubt: Doubt,
}

/// Whether a client is asked if it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    None,
    Asked,
}

impl Streams {
    /// A service without clients.
    pub fn new(realm: Realm) -> Self {
        Self {
            clients: BTreeMap::new(),
            bosh: BoshSessions::new(realm.bosh),
            items: 0,
            explicit: Subscriptions::default(),
            realm,
        }
    }

    /// Which nodes there are from here on, for the streams that there are, too.
    pub fn set_nodes(&mut self, nodes: &Arc<Nodes>) {
        self.realm.nodes = Arc::clone(nodes);
        for client in self.clients.values_mut() {
            client.session.set_nodes(Arc::clone(nodes));
        }
        self.explicit.keep(nodes);
    }

    /// Sends an item of a node to every client of a user that can receive it.
    pub fn deliver(&mut self, user: &str, node: &str, payload: &str, cx: &mut Cx<'_>) {
        self.send_item(user, None, node, payload, cx);
    }

    /// Sends an item of a node to every client that can receive it.
    pub fn deliver_to_all(&mut self, node: &str, payload: &str, cx: &mut Cx<'_>) {
        let bound = self.clients.values().filter_map(|client| client.jid.as_ref());
        // A user's clients get one item under one id, however many there are.
        let users: BTreeSet<String> = bound.map(|jid| jid.user.clone()).collect();
        for user in users {
            self.send_item(&user, None, node, payload, cx);
        }
    }

    /// Sends an item of a node to whoever subscribed to it and can receive it.
    pub fn deliver_to_subscribers(&mut self, node: &str, payload: &str, cx: &mut Cx<'_>) {
        for (user, resource) in self.explicit.of_node(node) {
            self.send_item(&user, resource.as_deref(), node, payload, cx);
        }
    }

    /// Sends an item of a node to the clients of a user, or to one of them.
    fn send_item(&mut self, user: &str, resource: Option<&str>, node: &str, payload: &str, cx: &mut Cx<'_>) {
        let keys: Vec<StreamKey> = self
            .of_user(user)
            // A client hears nothing before its presence with a priority that is not negative
            // (finesse-nonvoice 4.3).
            .filter(|(_, client)| client.session.is_available() && client.is_at(resource))
            .map(|(key, _)| key)
            .collect();
        if keys.is_empty() {
            return;
        }
        // An item that nobody gets has no number.
        self.items += 1;
        let resource = resource.map(|resource| format!("/{resource}")).unwrap_or_default();
        let domain = &self.realm.domain;
        let stanza = event_message(&EventMessage {
            from: &format!("pubsub.{domain}"),
            // The receiver is the bare address (finesse-nonvoice 4.5), or the full one that subscribed (4.4).
            to: &format!("{user}@{domain}{resource}"),
            node,
            // A UUID with a counting number right behind it (finesse-nonvoice 4.5).
            item: &format!("{}{}", cx.uuid("item"), self.items),
            // Captures of 12.5 have eight random characters here (finesse-nonvoice 4.5).
            id: &random_id(cx),
            payload,
        });
        for key in keys {
            self.send(key, &stanza, cx);
        }
    }

    /// Sends a stanza to a client that is there.
    fn send(&mut self, key: StreamKey, stanza: &str, cx: &mut Cx<'_>) {
        let client = self.clients.get_mut(&key).expect("a client that is sent to is there");
        let bytes = client.session.stanza(stanza);
        self.write(key, bytes, cx);
    }

    /// Sends what a stream's session wrote.
    fn write(&mut self, key: StreamKey, bytes: Vec<u8>, cx: &mut Cx<'_>) {
        match key {
            StreamKey::Link(link) => cx.send(link, bytes),
            StreamKey::Bosh(number) => self.bosh.say(number, &bytes, cx),
        }
    }

    /// Closes what carries a stream, behind its last words.
    fn close(&mut self, key: StreamKey, reason: CloseReason, cx: &mut Cx<'_>) {
        match key {
            StreamKey::Link(link) => cx.close(link, reason),
            StreamKey::Bosh(number) => self.bosh.end(number, &reason, cx),
        }
    }

    fn of_user<'a>(&'a self, user: &'a str) -> impl Iterator<Item = (StreamKey, &'a Client)> {
        self.clients.iter().filter(|(_, client)| client.is_of(user)).map(|(key, client)| (*key, client))
    }

    /// A client connected.
    pub fn on_link_up(&mut self, link: LinkId, security: Security, cx: &mut Cx<'_>) {
        let is_of_port = |key: &&StreamKey| matches!(key, StreamKey::Link(known) if known.port == link.port);
        // One stream more than the port takes is refused before it costs a session.
        if !link.port.takes_one_more(self.clients.keys().filter(is_of_port).count()) {
            return cx.close(link, CloseReason::Refused);
        }
        let id = format!("{:08x}", link.number);
        let session = self.session(carrier_of(link.port), id, cx);
        // TLS is offered where there is a certificate; public clients do without (finesse-nonvoice 4.2).
        let session = match security {
            Security::Offered => session.offering_tls(),
            Security::Plain | Security::Tls => session,
        };
        self.open(StreamKey::Link(link), session, cx);
    }

    /// The session of a new stream.
    fn session(&self, carrier: StreamCarrier, stream_id: String, cx: &mut Cx<'_>) -> ServerSession {
        ServerSession::new(ServerConfig {
            carrier,
            domain: self.realm.domain.clone(),
            watched: self.realm.watched.clone(),
            stream_id,
            resource: random_id(cx),
            random: cx.rng("sign-in").random(),
            limits: StreamLimits::default(),
            nodes: Arc::clone(&self.realm.nodes),
        })
    }

    /// A stream begins with that session.
    fn open(&mut self, key: StreamKey, session: ServerSession, cx: &mut Cx<'_>) {
        let (heard, doubt) = (cx.now(), Doubt::None);
        self.clients.insert(key, Client { session, jid: None, told: None, heard, doubt });
        cx.arm(key.sign_in(), SIGN_IN_DEADLINE);
    }

    /// One of the service's timers fired.
    ///
    /// # Panics
    ///
    /// If there is no stream of which it could be: the timers of a stream end with it.
    pub fn on_timer(&mut self, timer: StreamTimer, key: &TimerKey, cx: &mut Cx<'_>) -> Option<UserPresence> {
        match timer {
            StreamTimer::SignIn => self.on_sign_in_overdue(key, cx),
            StreamTimer::Quiet => return self.on_quiet(key, cx),
            StreamTimer::BoshWait => self.bosh.on_waited(key, cx),
            StreamTimer::BoshInactive => {
                let number = self.bosh.on_inactive(key, cx);
                return self.on_stream_down(StreamKey::Bosh(number), cx);
            }
        }
        None
    }

    /// A client has not bound a resource in time.
    ///
    /// # Panics
    ///
    /// If no such client waits for its sign-in: the timer ends with it.
    fn on_sign_in_overdue(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) {
        let overdue =
            self.clients.iter().find(|(key, client)| key.sign_in() == *timer && client.jid.is_none());
        let key = *overdue.expect("the timer of a sign-in ends with it").0;
        let mut client = self.clients.remove(&key).expect("it was found");
        // A client that says nothing more is told why its stream ends (RFC 6120 4.9.3.4).
        self.write(key, client.session.close(Some(StreamError::ConnectionTimeout)), cx);
        self.close(key, CloseReason::Idle, cx);
    }

    /// A client's connection is gone.
    pub fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) -> Option<UserPresence> {
        self.on_stream_down(StreamKey::Link(link), cx)
    }

    /// What carried a stream is gone: the user's other clients hear of it.
    fn on_stream_down(&mut self, key: StreamKey, cx: &mut Cx<'_>) -> Option<UserPresence> {
        let Some(client) = self.clients.remove(&key) else {
            cx.over_meanwhile("stream");
            return None;
        };
        cancel_timer(key, &client, cx);
        self.tell_gone(&client, cx)
    }

    /// A client that has been quiet is asked whether it is there. One that does not even answer that is gone.
    ///
    /// # Panics
    ///
    /// If there is no such stream: the timer ends with it.
    fn on_quiet(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) -> Option<UserPresence> {
        let found = self.clients.iter_mut().find(|(key, _)| key.quiet().as_ref() == Some(timer));
        let (key, client) = found.expect("the timer of a stream ends with it");
        let (key, quiet) = (*key, cx.now().since(client.heard));
        match client.doubt {
            Doubt::Asked => return self.give_up(key, cx),
            // The timer runs from the bind on, and what came since then moves its end.
            Doubt::None if quiet < QUIET => cx.arm(timer.clone(), QUIET.saturating_sub(quiet)),
            Doubt::None => {
                // A client that lives answers a ping, and so is heard (XEP-0199 4.1).
                client.doubt = Doubt::Asked;
                let jid = client.jid.as_ref().expect("a client is asked behind its bind");
                let (from, to) = (jid.domain.clone(), jid.to_string());
                let id = random_id(cx);
                self.send(key, &ping(&from, &to, &id), cx);
                cx.arm(timer.clone(), QUIET);
            }
        }
        None
    }

    /// A client is dead.
    fn give_up(&mut self, key: StreamKey, cx: &mut Cx<'_>) -> Option<UserPresence> {
        cx.note_peer_error(key.as_link(self.realm.bosh), "stream", "its client does not answer");
        let mut client = self.clients.remove(&key).expect("it was found");
        self.write(key, client.session.close(Some(StreamError::ConnectionTimeout)), cx);
        self.close(key, CloseReason::Idle, cx);
        self.tell_gone(&client, cx)
    }

    /// Takes in a request of a BOSH client, and every body whose turn it is then. `accounts` knows who signs in by a name.
    pub fn on_request(
        &mut self,
        call: CallId,
        request: &Request,
        accounts: impl Fn(&str) -> Option<Credentials>,
        cx: &mut Cx<'_>,
    ) -> Vec<UserPresence> {
        let Some((number, is_new)) = self.bosh.on_request(call, request, cx) else { return Vec::new() };
        let key = StreamKey::Bosh(number);
        if is_new {
            let session = self.session(StreamCarrier::Bosh, format!("b{number}"), cx);
            self.open(key, session, cx);
            self.begin(key, number, request.security, cx);
        }
        let mut told = Vec::new();
        while let Some(body) = self.bosh.next_body(number, cx) {
            for part in body {
                let read = |session: &mut ServerSession| match &part {
                    BoshPart::Restart => session.begin(),
                    BoshPart::Piece(piece) => session.take(piece, &accounts),
                };
                told.extend(self.read(key, read, cx));
            }
        }
        told
    }

    /// A session's first answer: what was agreed on, with what the stream begins with.
    fn begin(&mut self, key: StreamKey, number: BoshNumber, security: Security, cx: &mut Cx<'_>) {
        let client = self.clients.get_mut(&key).expect("it was opened");
        for event in client.session.begin() {
            if let ServerEvent::Send(bytes) = event {
                self.bosh.say(number, &bytes, cx);
            }
        }
        self.bosh.begin(number, &self.realm.domain, security, cx);
    }

    /// A request was not waited for.
    pub fn on_request_gone(&mut self, call: CallId, cx: &mut Cx<'_>) {
        self.bosh.on_gone(call, cx);
    }

    /// Answers what can be answered now. Whoever does not ask for what is to be said is gone.
    pub fn flush(&mut self, cx: &mut Cx<'_>) -> Vec<UserPresence> {
        let mut gone = Vec::new();
        // The end of one may be told to others.
        while self.bosh.is_stirred() {
            for number in self.bosh.flush(cx) {
                gone.extend(self.on_stream_down(StreamKey::Bosh(number), cx));
            }
        }
        gone
    }

    /// Reads what a client sent on its connection, and does what it asks for. `accounts` knows who signs in by a name.
    pub fn on_bytes(
        &mut self,
        link: LinkId,
        bytes: &Blob,
        accounts: impl Fn(&str) -> Option<Credentials>,
        cx: &mut Cx<'_>,
    ) -> Vec<UserPresence> {
        let key = StreamKey::Link(link);
        if let Some(client) = self.clients.get_mut(&key) {
            // Any byte shows that the client lives, white space between stanzas included (RFC 6120 11.7).
            (client.heard, client.doubt) = (cx.now(), Doubt::None);
        }
        self.read(key, |session| session.feed(&bytes.0, accounts), cx)
    }

    /// A stream's session reads something, and each event that follows is taken in before the next: one may end the stream
    /// that the next one is about.
    fn read(
        &mut self,
        key: StreamKey,
        read: impl FnOnce(&mut ServerSession) -> Vec<ServerEvent>,
        cx: &mut Cx<'_>,
    ) -> Vec<UserPresence> {
        let Some(client) = self.clients.get_mut(&key) else {
            cx.over_meanwhile("stream");
            return Vec::new();
        };
        let events = read(&mut client.session);
        events.into_iter().filter_map(|event| self.take_in(key, event, cx)).collect()
    }

    /// Does what an event of a stream asks for.
    fn take_in(&mut self, key: StreamKey, event: ServerEvent, cx: &mut Cx<'_>) -> Option<UserPresence> {
        // An earlier event of the same input ended the stream.
        let Some(client) = self.clients.get(&key) else {
            cx.over_meanwhile("stream");
            return None;
        };
        match event {
            ServerEvent::Send(bytes) => self.write(key, bytes, cx),
            ServerEvent::Secure => secure(key, cx),
            ServerEvent::Bound(jid) => return self.on_bound(key, jid, cx),
            ServerEvent::Presence { available, priority } => {
                return self.on_presence(key, available.then_some(priority), cx);
            }
            ServerEvent::Closed(ending) => return self.on_stream_closed(key, ending, cx),
            ServerEvent::Subscribed { node, resource } => {
                self.explicit.add(client.user(), Subscription { node, resource });
            }
            ServerEvent::Unsubscribed { node, resource } => {
                self.explicit.remove(&client.user(), &Subscription { node, resource });
            }
        }
        None
    }

    /// Ends every stream, as the protocol asks.
    pub fn stop(&mut self, cx: &mut Cx<'_>) {
        for (key, mut client) in std::mem::take(&mut self.clients) {
            cancel_timer(key, &client, cx);
            // Clients hear that the server stops, and that nothing is wrong with them (RFC 6120 4.9.3.20).
            self.write(key, client.session.close(Some(StreamError::SystemShutdown)), cx);
            self.close(key, CloseReason::Stopping, cx);
        }
    }

    /// Whether a client of the user is present.
    fn is_present(&self, user: &str) -> bool {
        self.of_user(user).any(|(_, client)| client.told.is_some())
    }

    /// A newer stream takes its address from an older one.
    fn on_bound(&mut self, key: StreamKey, jid: Jid, cx: &mut Cx<'_>) -> Option<UserPresence> {
        cx.cancel(key.sign_in());
        if let Some(quiet) = key.quiet() {
            cx.arm(quiet, QUIET);
        }
        let older = self.clients.iter().find(|(_, client)| client.jid.as_ref() == Some(&jid));
        let older = older.map(|(key, _)| *key);
        self.clients.get_mut(&key).expect("a stream that is bound is there").jid = Some(jid);
        if let StreamKey::Bosh(number) = key {
            self.bosh.on_bound(number);
        }
        let older = older?;
        let mut client = self.clients.remove(&older).expect("it was found");
        cancel_timer(older, &client, cx);
        // The server may end the older stream where two have one resource (RFC 6120 7.7.2.2).
        self.write(older, client.session.close(Some(StreamError::Conflict)), cx);
        self.close(older, CloseReason::Superseded, cx);
        self.tell_gone(&client, cx)
    }

    /// Every present client of a user hears of each other one, itself included (RFC 6121 4.2.2).
    fn on_presence(&mut self, key: StreamKey, priority: Option<i8>, cx: &mut Cx<'_>) -> Option<UserPresence> {
        let client = self.clients.get_mut(&key).expect("a stream that tells of presence is there");
        let jid = client.jid.clone().expect("presence comes behind the bind");
        let was_told = std::mem::replace(&mut client.told, priority);
        let me = jid.to_string();
        for (other, theirs, told) in self.present(&jid.user) {
            self.send(other, &presence(&me, &theirs, priority), cx);
            if was_told.is_none() && other != key {
                self.send(key, &presence(&theirs, &me, Some(told)), cx);
            }
        }
        match (was_told, priority) {
            // A negative priority stops deliveries, and does not make the user absent
            // (finesse-nonvoice 4.3; inferred).
            (_, Some(_)) => Some(UserPresence::Present(jid.user)),
            (Some(_), None) => self.gone(jid.user),
            (None, None) => None,
        }
    }

    fn on_stream_closed(
        &mut self,
        key: StreamKey,
        ending: ServerEnding,
        cx: &mut Cx<'_>,
    ) -> Option<UserPresence> {
        let reason = match ending {
            ServerEnding::Peer => CloseReason::Done,
            // A refused request for TLS ends the connection (RFC 6120 5.4.2.2).
            ServerEnding::SignInRefused | ServerEnding::TlsRefused => CloseReason::Refused,
            ServerEnding::Error(error) => self.bad_stream(key, error.to_string(), cx),
            ServerEnding::BadFrame(flaw) => self.bad_stream(key, flaw.to_string(), cx),
        };
        self.close(key, reason, cx);
        self.on_stream_down(key, cx)
    }

    /// A client broke a rule of its stream.
    fn bad_stream(&self, key: StreamKey, detail: String, cx: &mut Cx<'_>) -> CloseReason {
        cx.note_peer_error(key.as_link(self.realm.bosh), "stream", &detail);
        CloseReason::BadMessage(detail)
    }

    /// The other clients of a user hear that one is gone. Of a client that never was present, nobody has heard.
    fn tell_gone(&mut self, client: &Client, cx: &mut Cx<'_>) -> Option<UserPresence> {
        let jid = client.jid.as_ref().filter(|_| client.told.is_some())?;
        let me = jid.to_string();
        for (key, theirs, _) in self.present(&jid.user) {
            self.send(key, &presence(&me, &theirs, None), cx);
        }
        self.gone(jid.user.clone())
    }

    /// A client of the user is present no more.
    fn gone(&self, user: String) -> Option<UserPresence> {
        (!self.is_present(&user)).then_some(UserPresence::Gone(user))
    }

    /// The present clients of a user: connection, address and priority.
    fn present(&self, user: &str) -> Vec<(StreamKey, String, i8)> {
        self.of_user(user)
            .filter_map(|(key, client)| Some((key, client.jid.as_ref()?.to_string(), client.told?)))
            .collect()
    }
}

impl Client {
    /// Whose client it is.
    ///
    /// # Panics
    ///
    /// If it has no address: subscriptions come behind the bind.
    fn user(&self) -> String {
        self.jid.as_ref().expect("subscriptions come behind the bind").user.clone()
    }

    /// Whether it is the client of that resource, where one is named.
    fn is_at(&self, resource: Option<&str>) -> bool {
        resource.is_none_or(|resource| self.jid.as_ref().is_some_and(|jid| jid.resource == resource))
    }

    fn is_of(&self, user: &str) -> bool {
        self.jid.as_ref().is_some_and(|jid| jid.user == user)
    }
}

/// The timer of a stream that is over.
fn cancel_timer(key: StreamKey, client: &Client, cx: &mut Cx<'_>) {
    if client.jid.is_none() {
        cx.cancel(key.sign_in());
    } else if let Some(quiet) = key.quiet() {
        cx.cancel(quiet);
    }
}

/// What carries the streams of a port.
///
/// # Panics
///
/// If the port has no streams.
fn carrier_of(port: Port) -> StreamCarrier {
    match port {
        Port::Xmpp => StreamCarrier::Tcp,
        Port::XmppWs => StreamCarrier::WebSocket,
        Port::App
        | Port::CcpRest
        | Port::Mr
        | Port::IcmMr
        | Port::IcmAgent
        | Port::CtiA
        | Port::CtiB
        | Port::Desk
        | Port::Bosh
        | Port::CcpBosh
        | Port::CcpNotify => unreachable!("{port} carries no streams"),
    }
}

/// TLS begins on a connection.
///
/// # Panics
///
/// If the stream is in bodies, where it is not offered.
fn secure(key: StreamKey, cx: &mut Cx<'_>) {
    match key {
        StreamKey::Link(link) => cx.secure(link),
        StreamKey::Bosh(number) => unreachable!("session {number} was not offered TLS"),
    }
}

/// Random letters and digits.
fn random_id(cx: &mut Cx<'_>) -> String {
    let mut id = String::new();
    for _ in 0..ID_LENGTH {
        let digit = cx.rng("stanza").random_range(0..36);
        let _ = write!(id, "{}", char::from_digit(digit, 36).unwrap_or('0'));
    }
    id
}
