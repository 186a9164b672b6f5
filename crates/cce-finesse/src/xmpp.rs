//! The notification service: streams of desktops, who of them hears what (finesse-nonvoice 4.3 to 4.5). It is the same
//! whatever carries a stream.

use crate::{
    Config,
    bosh::{BoshNumber, BoshPart, BoshSessions},
    timer::Timer,
};
use cce_kernel::{Blob, CallId, CloseReason, Cx, LinkId, Port, Request, Security, Time, TimerKey};
use cce_model::{Object, ObjectModel, Publication};
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
    time::Duration,
};

/// How long a client may take from its connection to the bind of its resource (inferred). Who never signs in would take a
/// place from others for ever.
const SIGN_IN_DEADLINE: Duration = Duration::from_secs(30);
/// How long a client may be quiet until it is asked whether it is there, and then until it counts as dead. Openfire does
/// so by default (inferred: finesse-nonvoice 4.3 has the client's pings only).
const QUIET: Duration = Duration::from_mins(3);
/// The node of the system's state (finesse-nonvoice 4.4).
const SYSTEM_NODE: &str = "/finesse/api/SystemInfo";
/// Characters of a message id.
const ID_LENGTH: usize = 8;

/// One stream of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StreamKey {
    /// On a connection, with its bytes as they are or in frames of WebSocket.
    Link(LinkId),
    /// In the bodies of a BOSH session.
    Bosh(BoshNumber),
}

impl StreamKey {
    /// What the stream is called in facts: a BOSH session stands for a link.
    fn as_link(self) -> LinkId {
        match self {
            Self::Link(link) => link,
            Self::Bosh(number) => number.as_link(),
        }
    }

    /// The timer that bounds its sign-in. Links and sessions are numbered apart.
    fn sign_in(self) -> TimerKey {
        Timer::SignIn.key(self.number())
    }

    /// The timer that tells whether its client is quiet. A BOSH session has its requests for that.
    fn quiet(self) -> Option<TimerKey> {
        match self {
            Self::Link(_) => Some(Timer::Quiet.key(self.number())),
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
pub(crate) enum UserPresence {
    /// A client of the user is present.
    Present(String),
    /// A client of the user that was present is gone; others may be there.
    Gone(String),
}

/// Every stream, and the number of the last item that was published.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    clients: BTreeMap<StreamKey, Client>,
    bosh: BoshSessions,
    items: u64,
    explicit: Subscriptions,
}

/// Explicit subscriptions by user. They outlive the streams on which they were made (finesse-nonvoice 4.4).
#[derive(Clone, Debug, Default)]
struct Subscriptions(BTreeMap<String, Vec<Subscription>>);

/// Explicit subscriptions of one user; of more, the oldest are forgotten.
const SUBSCRIPTIONS_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Subscription {
    node: String,
    /// The one client of the user that is to hear; none for every one.
    resource: Option<String>,
}

impl Subscriptions {
    fn add(&mut self, user: String, subscription: Subscription) {
        let own = self.0.entry(user).or_default();
        own.retain(|known| *known != subscription);
        if own.len() >= SUBSCRIPTIONS_MAX {
            own.remove(0);
        }
        own.push(subscription);
    }

    fn remove(&mut self, user: &str, subscription: &Subscription) {
        if let Some(own) = self.0.get_mut(user) {
            own.retain(|known| known != subscription);
        }
    }

    /// Who hears of a node: users with the one client that is to hear, or none for every one. A client that is named
    /// and one of a user of whom every client hears does not hear twice.
    fn of_node(&self, node: &str) -> Vec<(String, Option<String>)> {
        let mut hearers = Vec::new();
        for (user, own) in &self.0 {
            let of_node: Vec<Option<String>> =
                own.iter().filter(|known| known.node == node).map(|known| known.resource.clone()).collect();
            let resources = if of_node.contains(&None) { vec![None] } else { of_node };
            hearers.extend(resources.into_iter().map(|resource| (user.clone(), resource)));
        }
        hearers
    }
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

impl Sessions {
    /// Sends a notification to every client of its agent that can receive it, and a user's to whoever subscribed to the
    /// users of the team.
    pub(crate) fn deliver(&mut self, publication: &Publication, config: &Config, cx: &mut Cx<'_>) {
        let update = cce_xml::update(publication);
        self.send_item(publication.agent.as_str(), None, &publication.node(), &update, config, cx);
        // Of a user alone, teams hear too.
        let Object::User(user) = &publication.object else { return };
        let node = format!("/finesse/api/Team/{}/Users", user.team_id);
        for (subscriber, resource) in self.explicit.of_node(&node) {
            self.send_item(&subscriber, resource.as_deref(), &node, &update, config, cx);
        }
    }

    /// Sends a notification of the system's node to every client that can receive it.
    pub(crate) fn deliver_system(&mut self, update: &str, config: &Config, cx: &mut Cx<'_>) {
        let bound = self.clients.values().filter_map(|client| client.jid.as_ref());
        let users: BTreeSet<String> = bound.map(|jid| jid.user.clone()).collect();
        for user in users {
            self.send_item(&user, None, SYSTEM_NODE, update, config, cx);
        }
    }

    /// Sends an item of a node to the clients of a user, or to one of them.
    fn send_item(
        &mut self,
        user: &str,
        resource: Option<&str>,
        node: &str,
        update: &str,
        config: &Config,
        cx: &mut Cx<'_>,
    ) {
        let links: Vec<StreamKey> = self
            .of_user(user)
            .filter(|(_, client)| client.session.is_available() && client.is_at(resource))
            .map(|(key, _)| key)
            .collect();
        if links.is_empty() {
            return;
        }
        // An item that nobody gets has no number.
        self.items += 1;
        let resource = resource.map(|resource| format!("/{resource}")).unwrap_or_default();
        let stanza = event_message(&EventMessage {
            from: &format!("pubsub.{}", config.fqdn),
            to: &format!("{user}@{}{resource}", config.fqdn),
            node,
            // A UUID with a counting number right behind it (finesse-nonvoice 4.5).
            item: &format!("{}{}", cx.uuid("item"), self.items),
            id: &random_id(cx),
            update,
            namespace: &config.notification_namespace,
        });
        for key in links {
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
    pub(crate) fn on_link_up(
        &mut self,
        link: LinkId,
        security: Security,
        config: &Config,
        model: &ObjectModel,
        cx: &mut Cx<'_>,
    ) {
        let is_of_port = |key: &&StreamKey| matches!(key, StreamKey::Link(known) if known.port == link.port);
        if !link.port.takes_one_more(self.clients.keys().filter(is_of_port).count()) {
            return cx.close(link, CloseReason::Refused);
        }
        let id = format!("{:08x}", link.number);
        let session = session(carrier_of(link.port), id, config, model, cx);
        let session = match security {
            Security::Offered => session.offering_tls(),
            Security::Plain | Security::Tls => session,
        };
        self.open(StreamKey::Link(link), session, cx);
    }

    /// A stream begins with that session.
    fn open(&mut self, key: StreamKey, session: ServerSession, cx: &mut Cx<'_>) {
        let (heard, doubt) = (cx.now(), Doubt::None);
        self.clients.insert(key, Client { session, jid: None, told: None, heard, doubt });
        cx.arm(key.sign_in(), SIGN_IN_DEADLINE);
    }

    /// A client has not bound a resource in time.
    ///
    /// # Panics
    ///
    /// If no such client waits for its sign-in: the timer ends with it.
    pub(crate) fn on_sign_in_overdue(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) {
        let overdue =
            self.clients.iter().find(|(key, client)| key.sign_in() == *timer && client.jid.is_none());
        let key = *overdue.expect("the timer of a sign-in ends with it").0;
        let mut client = self.clients.remove(&key).expect("it was found");
        self.write(key, client.session.close(Some(StreamError::ConnectionTimeout)), cx);
        self.close(key, CloseReason::Idle, cx);
    }

    /// What carried a stream is gone: the user's other clients hear of it.
    pub(crate) fn on_stream_down(&mut self, key: StreamKey, cx: &mut Cx<'_>) -> Option<UserPresence> {
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
    pub(crate) fn on_quiet(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) -> Option<UserPresence> {
        let found = self.clients.iter_mut().find(|(key, _)| key.quiet().as_ref() == Some(timer));
        let (key, client) = found.expect("the timer of a stream ends with it");
        let (key, quiet) = (*key, cx.now().since(client.heard));
        match client.doubt {
            Doubt::Asked => return self.give_up(key, cx),
            Doubt::None if quiet < QUIET => cx.arm(timer.clone(), QUIET.saturating_sub(quiet)),
            Doubt::None => {
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
        cx.note_peer_error(key.as_link(), "stream", "its client does not answer");
        let mut client = self.clients.remove(&key).expect("it was found");
        self.write(key, client.session.close(Some(StreamError::ConnectionTimeout)), cx);
        self.close(key, CloseReason::Idle, cx);
        self.tell_gone(&client, cx)
    }

    /// Takes in a request of a BOSH client. Returns the session whose bodies are to be read then; none where the request is
    /// answered.
    pub(crate) fn on_request(
        &mut self,
        call: CallId,
        request: &Request,
        config: &Config,
        model: &ObjectModel,
        cx: &mut Cx<'_>,
    ) -> Option<StreamKey> {
        let (number, is_new) = self.bosh.on_request(call, request, cx)?;
        let key = StreamKey::Bosh(number);
        if is_new {
            let session = session(StreamCarrier::Bosh, format!("b{number}"), config, model, cx);
            self.open(key, session, cx);
            self.begin(key, request.security, config, cx);
        }
        Some(key)
    }

    /// A session's first answer: what was agreed on, with what the stream begins with.
    fn begin(&mut self, key: StreamKey, security: Security, config: &Config, cx: &mut Cx<'_>) {
        let client = self.clients.get_mut(&key).expect("it was opened");
        let (events, StreamKey::Bosh(number)) = (client.session.begin(), key) else { return };
        for event in events {
            if let ServerEvent::Send(bytes) = event {
                self.bosh.say(number, &bytes, cx);
            }
        }
        self.bosh.begin(number, &config.fqdn, security, cx);
    }

    /// The parts of the next body of a session whose turn it is.
    pub(crate) fn next_body(&mut self, key: StreamKey, cx: &mut Cx<'_>) -> Option<Vec<BoshPart>> {
        let StreamKey::Bosh(number) = key else { return None };
        self.bosh.next_body(number, cx)
    }

    /// Reads a part of a body.
    pub(crate) fn take(
        &mut self,
        key: StreamKey,
        part: &BoshPart,
        accounts: impl Fn(&str) -> Option<Credentials>,
        cx: &mut Cx<'_>,
    ) -> Vec<ServerEvent> {
        let Some(client) = self.clients.get_mut(&key) else {
            cx.over_meanwhile("stream");
            return Vec::new();
        };
        match part {
            BoshPart::Restart => client.session.begin(),
            BoshPart::Piece(piece) => client.session.take(piece, accounts),
        }
    }

    /// A request was not waited for.
    pub(crate) fn on_request_gone(&mut self, call: CallId, cx: &mut Cx<'_>) {
        self.bosh.on_gone(call, cx);
    }

    /// A request of a session has waited for long enough.
    pub(crate) fn on_waited(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) {
        self.bosh.on_waited(timer, cx);
    }

    /// A session had no request for too long.
    pub(crate) fn on_inactive(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) -> Option<UserPresence> {
        let number = self.bosh.on_inactive(timer, cx);
        self.on_stream_down(StreamKey::Bosh(number), cx)
    }

    /// Answers what can be answered now. Whoever does not ask for what is to be said is gone.
    pub(crate) fn flush(&mut self, cx: &mut Cx<'_>) -> Vec<UserPresence> {
        let mut gone = Vec::new();
        // The end of one may be told to others.
        while self.bosh.is_stirred() {
            for number in self.bosh.flush(cx) {
                gone.extend(self.on_stream_down(StreamKey::Bosh(number), cx));
            }
        }
        gone
    }

    /// Reads what a client sent; `accounts` knows who signs in by a name. The component takes the events in one after the
    /// other by [`Self::take_in`].
    pub(crate) fn feed(
        &mut self,
        key: StreamKey,
        bytes: &Blob,
        accounts: impl Fn(&str) -> Option<Credentials>,
        cx: &mut Cx<'_>,
    ) -> Vec<ServerEvent> {
        let Some(client) = self.clients.get_mut(&key) else {
            cx.over_meanwhile("stream");
            return Vec::new();
        };
        (client.heard, client.doubt) = (cx.now(), Doubt::None);
        client.session.feed(&bytes.0, accounts)
    }

    /// Does what an event of a stream asks for.
    pub(crate) fn take_in(
        &mut self,
        key: StreamKey,
        event: ServerEvent,
        cx: &mut Cx<'_>,
    ) -> Option<UserPresence> {
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
    pub(crate) fn stop(&mut self, cx: &mut Cx<'_>) {
        for (key, mut client) in std::mem::take(&mut self.clients) {
            cancel_timer(key, &client, cx);
            self.write(key, client.session.close(Some(StreamError::SystemShutdown)), cx);
            self.close(key, CloseReason::Stopping, cx);
        }
    }

    /// Whether a client of the user is present.
    pub(crate) fn is_present(&self, user: &str) -> bool {
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
            (_, Some(_)) => Some(UserPresence::Present(jid.user)),
            (Some(_), None) => Some(UserPresence::Gone(jid.user)),
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
            ServerEnding::SignInRefused | ServerEnding::TlsRefused => CloseReason::Refused,
            ServerEnding::Error(error) => bad_stream(key, error.to_string(), cx),
            ServerEnding::BadFrame(flaw) => bad_stream(key, flaw.to_string(), cx),
        };
        self.close(key, reason, cx);
        self.on_stream_down(key, cx)
    }

    /// The other clients of a user hear that one is gone. Of a client that never was present, nobody has heard.
    fn tell_gone(&mut self, client: &Client, cx: &mut Cx<'_>) -> Option<UserPresence> {
        let jid = client.jid.as_ref().filter(|_| client.told.is_some())?;
        let me = jid.to_string();
        for (key, theirs, _) in self.present(&jid.user) {
            self.send(key, &presence(&me, &theirs, None), cx);
        }
        Some(UserPresence::Gone(jid.user.clone()))
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
        | Port::Bosh => unreachable!("{port} carries no streams"),
    }
}

/// The session of a new stream.
fn session(
    carrier: StreamCarrier,
    stream_id: String,
    config: &Config,
    model: &ObjectModel,
    cx: &mut Cx<'_>,
) -> ServerSession {
    ServerSession::new(ServerConfig {
        carrier,
        domain: config.fqdn.clone(),
        stream_id,
        resource: random_id(cx),
        random: cx.rng("sign-in").random(),
        limits: StreamLimits::default(),
        nodes: Nodes {
            teams: model.agents.iter().map(|agent| agent.team.id.to_string()).collect(),
            mrds: model.mrds.iter().map(|mrd| mrd.id.to_string()).collect(),
        },
    })
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

/// A client broke a rule of its stream.
fn bad_stream(key: StreamKey, detail: String, cx: &mut Cx<'_>) -> CloseReason {
    cx.note_peer_error(key.as_link(), "stream", &detail);
    CloseReason::BadMessage(detail)
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
