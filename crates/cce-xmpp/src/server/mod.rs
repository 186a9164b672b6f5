//! The server's side of one stream (finesse-nonvoice 4.1 to 4.4).

mod iq;
mod nodes;
mod sasl;
mod scram;
mod stanza;

pub use nodes::Nodes;
pub use sasl::Credentials;
pub use stanza::{EventMessage, event_message, notification, ping, presence};

use crate::{
    Jid, StreamCarrier, StreamElement, StreamError, StreamLimits, StreamPiece,
    carriage::{Arrived, Carriage, CarriageFlaw, NORMAL},
    ns,
    websocket::WsFlaw,
};
use quick_xml::escape::escape;
use sasl::{Refusal, SignIn, Step};
use std::sync::Arc;

/// Refused sign-ins after which the stream is closed.
pub const SIGN_IN_TRIES_MAX: u32 = 5;

/// Bytes of a resource, as RFC 7622 3.4 limits it.
const RESOURCE_MAX: usize = 1_023;

/// What a session must know.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// What carries the stream.
    pub carrier: StreamCarrier,
    /// The XMPP domain, whatever host name the client writes.
    pub domain: String,
    /// The local part of an address whose presence every user watches (finesse-nonvoice 4.1), if there is one.
    pub watched: Option<String>,
    /// Names this stream; unique among the owner's.
    pub stream_id: String,
    /// The resource of a client that brings none; unique among the owner's.
    pub resource: String,
    /// Random bytes, of which the challenges of a sign-in are made.
    pub random: [u8; 32],
    /// Limits of what the client sends.
    pub limits: StreamLimits,
    /// Which nodes there are.
    pub nodes: Arc<Nodes>,
}

/// What happened on a stream, or what is to be done for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerEvent {
    /// Send this to the client: bytes of a connection, or elements for the next body.
    Send(Vec<u8>),
    /// Secure the connection: what is sent next is the last in plain, and nothing that the client has sent in plain is
    /// heard any more. The client opens a new stream over TLS.
    Secure,
    /// The client is signed in and has its address. An older session with the same address must end with
    /// [`StreamError::Conflict`].
    Bound(Jid),
    /// The client's own presence changed; see [`ServerSession::is_available`]. The owner tells the user's other
    /// available sessions, and tells this one about them when it becomes available (RFC 6121 4.2).
    Presence {
        /// Whether the client can receive anything.
        available: bool,
        /// Below zero: nothing is delivered to it.
        priority: i8,
    },
    /// The client subscribed to a node. Automatic nodes are delivered without it, and once only.
    Subscribed {
        /// The node.
        node: String,
        /// The one client of the user that is to hear; none for every one.
        resource: Option<String>,
    },
    /// The client no longer subscribes to a node.
    Unsubscribed {
        /// The node.
        node: String,
        /// As in the subscription.
        resource: Option<String>,
    },
    /// The conversation is over: what was sent before is to be written, then the connection closed.
    Closed(ServerEnding),
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerEnding {
    /// The client ended it.
    Peer,
    /// The client broke a rule.
    Error(StreamError),
    /// The client broke a rule of the WebSocket protocol.
    BadFrame(WsFlaw),
    /// Too many sign-ins were refused.
    SignInRefused,
    /// The client asked for TLS, which is not offered.
    TlsRefused,
}

/// Whether a client may ask for TLS on its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StartTls {
    Offered,
    /// There is TLS already, or there is no certificate.
    NotOffered,
}

/// How far a stream has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Waits for the stream header before the sign-in.
    Opening,
    /// Waits for the sign-in.
    SignIn,
    /// Signed in; waits for the new stream's header.
    Reopening,
    /// Waits for the bind.
    Binding,
    /// Bound.
    Bound,
    /// Over.
    Closed,
}

/// One client's stream.
#[derive(Clone, Debug)]
pub struct ServerSession {
    config: ServerConfig,
    carriage: Carriage,
    phase: Phase,
    start_tls: StartTls,
    sign_in: SignIn,
    headers: u32,
    refusals: u32,
    jid: Jid,
    priority: Option<i8>,
}

impl ServerSession {
    /// A session on a connection that was just accepted.
    pub fn new(config: ServerConfig) -> Self {
        Self {
            carriage: Carriage::server(config.carrier, config.limits.before_the_bind()),
            phase: Phase::Opening,
            start_tls: StartTls::NotOffered,
            sign_in: SignIn::new(config.random),
            headers: 0,
            refusals: 0,
            jid: Jid { user: String::new(), domain: config.domain.clone(), resource: String::new() },
            priority: None,
            config,
        }
    }

    /// The same on a connection that TLS can begin on.
    pub fn offering_tls(self) -> Self {
        Self { start_tls: StartTls::Offered, ..self }
    }

    /// Takes in bytes that arrived. `accounts` knows who signs in by a name.
    pub fn feed(&mut self, bytes: &[u8], accounts: impl Fn(&str) -> Option<Credentials>) -> Vec<ServerEvent> {
        let mut out = Vec::new();
        if self.phase == Phase::Closed {
            return out;
        }
        self.carriage.push(bytes);
        while self.phase != Phase::Closed {
            match self.carriage.take() {
                Ok(Some(Arrived::Piece(piece))) => self.on_piece(&piece, &accounts, &mut out),
                Ok(Some(Arrived::Ping(payload))) => out.push(ServerEvent::Send(self.carriage.pong(&payload))),
                Ok(Some(Arrived::Pong)) => {}
                Ok(Some(Arrived::HungUp)) => self.on_hung_up(&mut out),
                Ok(None) => break,
                // A stream error cannot be recovered from: the stream ends with it (RFC 6120 4.9.1.1).
                Err(CarriageFlaw::Xml(flaw)) => self.close_with(flaw.into(), &mut out),
                Err(CarriageFlaw::Frame(flaw)) => self.on_bad_frame(flaw, &mut out),
            }
        }
        out
    }

    /// The client begins its stream, or begins it anew, by what the carrier says and not by a header.
    pub fn begin(&mut self) -> Vec<ServerEvent> {
        let mut out = Vec::new();
        if self.phase != Phase::Closed {
            self.on_begin(&mut out);
        }
        out
    }

    /// Takes in a part of the stream that the owner read: of a carrier that has no bytes of its own.
    pub fn take(
        &mut self,
        piece: &StreamPiece,
        accounts: impl Fn(&str) -> Option<Credentials>,
    ) -> Vec<ServerEvent> {
        let mut out = Vec::new();
        if self.phase != Phase::Closed {
            self.on_piece(piece, &accounts, &mut out);
        }
        out
    }

    /// A stanza of the owner's, as this stream has it.
    pub fn stanza(&mut self, xml: &str) -> Vec<u8> {
        self.carriage.element(xml)
    }

    /// Which nodes there are from here on.
    pub fn set_nodes(&mut self, nodes: Arc<Nodes>) {
        self.config.nodes = nodes;
    }

    /// The client's address, once it is bound.
    pub fn jid(&self) -> Option<&Jid> {
        (self.phase == Phase::Bound).then_some(&self.jid)
    }

    /// Whether notifications are delivered: bound, and present with a priority that is not negative
    /// (finesse-nonvoice 4.3).
    pub fn is_available(&self) -> bool {
        self.phase == Phase::Bound && self.priority.is_some_and(|priority| priority >= 0)
    }

    /// The client's priority while it is present.
    pub fn priority(&self) -> Option<i8> {
        self.priority
    }

    /// Ends the stream from the server's side; returns what to send. Nothing happens on it afterwards.
    pub fn close(&mut self, error: Option<StreamError>) -> Vec<u8> {
        if self.phase == Phase::Closed {
            return Vec::new();
        }
        // An error ahead of the client's header stands inside a stream all the same (RFC 6120 4.9.1.2).
        let mut goodbye = if self.headers == 0 { self.header() } else { Vec::new() };
        if error == Some(StreamError::SystemShutdown)
            && let Some(watched) = self.watched().filter(|_| self.priority.is_some())
        {
            // The web application's presence goes with it, and desktops watch that (finesse-nonvoice 4.1).
            goodbye.extend(self.carriage.element(&presence(&watched, &self.jid.to_string(), None)));
        }
        if let Some(error) = error {
            goodbye.extend(self.carriage.element(&error.xml()));
        }
        goodbye.extend(self.carriage.end());
        self.end();
        goodbye
    }

    fn end(&mut self) {
        self.phase = Phase::Closed;
        self.priority = None;
    }

    fn close_with(&mut self, error: StreamError, out: &mut Vec<ServerEvent>) {
        out.push(ServerEvent::Send(self.close(Some(error))));
        out.push(ServerEvent::Closed(ServerEnding::Error(error)));
    }

    /// A connection that ended as a whole took the stream with it (RFC 7395 3.6).
    fn on_hung_up(&mut self, out: &mut Vec<ServerEvent>) {
        out.push(ServerEvent::Send(self.carriage.hang_up(NORMAL)));
        self.end();
        out.push(ServerEvent::Closed(ServerEnding::Peer));
    }

    /// Whoever cannot speak the carrier's protocol is told so in that protocol (RFC 6455 7.1.7).
    fn on_bad_frame(&mut self, flaw: WsFlaw, out: &mut Vec<ServerEvent>) {
        out.push(ServerEvent::Send(self.carriage.hang_up(flaw.code())));
        self.end();
        out.push(ServerEvent::Closed(ServerEnding::BadFrame(flaw)));
    }

    fn on_piece(
        &mut self,
        piece: &StreamPiece,
        accounts: &dyn Fn(&str) -> Option<Credentials>,
        out: &mut Vec<ServerEvent>,
    ) {
        match piece {
            StreamPiece::Header(header) => self.on_header(header, out),
            StreamPiece::Stanza(stanza) => self.on_stanza(stanza, accounts, out),
            StreamPiece::End => self.on_end(out),
        }
    }

    fn on_end(&mut self, out: &mut Vec<ServerEvent>) {
        out.push(ServerEvent::Send(self.close(None)));
        out.push(ServerEvent::Closed(ServerEnding::Peer));
    }

    fn on_header(&mut self, header: &StreamElement, out: &mut Vec<ServerEvent>) {
        if !header.is("stream", ns::STREAM) {
            // Another root element is another protocol (RFC 6120 4.9.3.10).
            return self.close_with(StreamError::InvalidNamespace, out);
        }
        self.on_begin(out);
    }

    fn on_begin(&mut self, out: &mut Vec<ServerEvent>) {
        let (phase, features) = match self.phase {
            // Mechanisms are offered before the sign-in, bind and session behind it (finesse-nonvoice 4.2).
            Phase::Opening => (Phase::SignIn, self.start_tls.feature() + &sasl::mechanisms()),
            Phase::Reopening => {
                (Phase::Binding, format!("<bind xmlns='{}'/><session xmlns='{}'/>", ns::BIND, ns::SESSION))
            }
            // Only where headers are messages of their own can one come at any time.
            Phase::SignIn | Phase::Binding | Phase::Bound | Phase::Closed => {
                return self.close_with(StreamError::NotAuthorized, out);
            }
        };
        self.phase = phase;
        let mut opening = self.header();
        opening.extend(self.carriage.element(&format!("<stream:features>{features}</stream:features>")));
        out.push(ServerEvent::Send(opening));
    }

    /// The header names the server's own domain, whatever the client called it: clients take it over
    /// (finesse-nonvoice 4.2).
    fn header(&mut self) -> Vec<u8> {
        self.headers += 1;
        let id = format!("{}-{}", self.config.stream_id, self.headers);
        let (domain, id) = (escape(&self.config.domain), escape(&id));
        self.carriage.header(&format!(" from='{domain}' id='{id}' xml:lang='en'"))
    }

    fn say(&mut self, xml: &str, out: &mut Vec<ServerEvent>) {
        out.push(ServerEvent::Send(self.carriage.element(xml)));
    }

    fn on_stanza(
        &mut self,
        stanza: &StreamElement,
        accounts: &dyn Fn(&str) -> Option<Credentials>,
        out: &mut Vec<ServerEvent>,
    ) {
        match self.phase {
            Phase::SignIn => self.on_sasl(stanza, accounts, out),
            Phase::Binding => self.on_bind(stanza, out),
            Phase::Bound => self.on_client_stanza(stanza, out),
            Phase::Opening | Phase::Reopening | Phase::Closed => {
                self.close_with(StreamError::NotAuthorized, out);
            }
        }
    }

    fn on_sasl(
        &mut self,
        stanza: &StreamElement,
        accounts: &dyn Fn(&str) -> Option<Credentials>,
        out: &mut Vec<ServerEvent>,
    ) {
        if stanza.is("starttls", ns::TLS) {
            return self.on_start_tls(out);
        }
        // Nothing but the sign-in is heard before it (RFC 6120 4.9.3.12).
        if *stanza.namespace != *ns::SASL {
            return self.close_with(StreamError::NotAuthorized, out);
        }
        match self.sign_in.take(stanza, accounts) {
            Step::Challenge(text) => self.say(&sasl_element("challenge", &text), out),
            Step::Success(user, text) => self.on_sign_in(user, &text, out),
            Step::Refused(refusal) => self.on_refusal(refusal, out),
        }
    }

    /// RFC 6120 5.4.2. TLS is offered, and not demanded: real clients sign in without it (finesse-nonvoice 8).
    fn on_start_tls(&mut self, out: &mut Vec<ServerEvent>) {
        if self.start_tls == StartTls::NotOffered {
            let mut refusal = self.carriage.element(&format!("<failure xmlns='{}'/>", ns::TLS));
            refusal.extend(self.close(None));
            out.push(ServerEvent::Send(refusal));
            return out.push(ServerEvent::Closed(ServerEnding::TlsRefused));
        }
        self.start_tls = StartTls::NotOffered;
        self.phase = Phase::Opening;
        // What was said in plain is forgotten (5.4.3.3), and what came behind the request anybody may have put there.
        self.sign_in.forget();
        self.carriage = Carriage::server(self.config.carrier, self.config.limits);
        out.push(ServerEvent::Secure);
        self.say(&format!("<proceed xmlns='{}'/>", ns::TLS), out);
    }

    fn on_sign_in(&mut self, user: String, proof: &str, out: &mut Vec<ServerEvent>) {
        self.jid.user = user;
        self.phase = Phase::Reopening;
        // The next byte of the client begins a new stream (RFC 6120 6.4.6).
        self.carriage.restart();
        self.say(&sasl_element("success", proof), out);
    }

    fn on_refusal(&mut self, refusal: Refusal, out: &mut Vec<ServerEvent>) {
        self.refusals += 1;
        self.say(&format!("<failure xmlns='{}'><{}/></failure>", ns::SASL, refusal.name()), out);
        // A client may have two to five retries (RFC 6120 6.4.5).
        if self.refusals == SIGN_IN_TRIES_MAX {
            out.push(ServerEvent::Send(self.close(None)));
            out.push(ServerEvent::Closed(ServerEnding::SignInRefused));
        }
    }

    fn on_bind(&mut self, stanza: &StreamElement, out: &mut Vec<ServerEvent>) {
        // Stanzas are not taken before the bind (RFC 6120 7.1).
        let Some(bind) = stanza.child("bind", ns::BIND).filter(|_| iq::is_request(stanza)) else {
            return self.close_with(StreamError::NotAuthorized, out);
        };
        let asked = bind.child("resource", ns::BIND).map(StreamElement::text).unwrap_or_default();
        if asked.len() > RESOURCE_MAX {
            return self.say(&iq::error(stanza, None, "modify", "bad-request"), out);
        }
        // One real client binds without a resource, and takes the server's (finesse-nonvoice 4.1).
        self.jid.resource = if asked.is_empty() { self.config.resource.clone() } else { asked };
        self.phase = Phase::Bound;
        // The client is known from here on, and may send stanzas of the full size.
        self.carriage.limit(self.config.limits);
        let bound = format!("<bind xmlns='{}'><jid>{}</jid></bind>", ns::BIND, escape(self.jid.to_string()));
        self.say(&iq::result(stanza, None, &bound), out);
        out.push(ServerEvent::Bound(self.jid.clone()));
    }

    fn on_client_stanza(&mut self, stanza: &StreamElement, out: &mut Vec<ServerEvent>) {
        match (stanza.name.as_str(), &*stanza.namespace) {
            ("iq", ns::CLIENT) => self.on_iq(stanza, out),
            ("presence", ns::CLIENT) => self.on_presence(stanza, out),
            // Nobody here takes messages; a client that sends one expects no answer.
            ("message", ns::CLIENT) => {}
            _ => self.close_with(StreamError::UnsupportedStanzaType, out),
        }
    }

    fn on_iq(&mut self, stanza: &StreamElement, out: &mut Vec<ServerEvent>) {
        let known = iq::Known { me: &self.jid, watched: self.watched(), nodes: &self.config.nodes };
        let iq::Answer { stanza, event } = known.answer(stanza);
        if let Some(stanza) = stanza {
            self.say(&stanza, out);
        }
        out.extend(event);
    }

    fn on_presence(&mut self, stanza: &StreamElement, out: &mut Vec<ServerEvent>) {
        let watched = self.watched();
        match (stanza.attribute("type"), stanza.attribute("to")) {
            (None, None) => self.on_available(stanza, watched.as_deref(), out),
            (Some("unavailable"), None) => {
                self.priority = None;
                out.push(ServerEvent::Presence { available: false, priority: 0 });
            }
            // A subscription to the web application is approved at once, and its presence follows
            // (finesse-nonvoice 4.1; inferred).
            (Some("subscribe"), Some(to)) if watched.as_deref() == Some(to) => {
                let (me, from) = (escape(self.jid.bare()), escape(to));
                let subscribed = format!("<presence from='{from}' to='{me}' type='subscribed'/>");
                let mut both = self.carriage.element(&subscribed);
                both.extend(self.carriage.element(&presence(to, &self.jid.to_string(), Some(0))));
                out.push(ServerEvent::Send(both));
            }
            // Presence towards anybody else goes nowhere.
            _ => {}
        }
    }

    fn on_available(&mut self, stanza: &StreamElement, watched: Option<&str>, out: &mut Vec<ServerEvent>) {
        let priority = stanza.child("priority", ns::CLIENT).map(StreamElement::text).unwrap_or_default();
        // A presence without a priority has 0 (RFC 6121 4.7.2.3).
        let priority = priority.trim().parse().unwrap_or(0);
        if self.priority.replace(priority).is_none()
            && let Some(watched) = watched
        {
            // Desktops watch the web application's presence (finesse-nonvoice 4.1).
            self.say(&presence(watched, &self.jid.to_string(), Some(0)), out);
        }
        out.push(ServerEvent::Presence { available: true, priority });
    }

    /// The address whose presence every user watches.
    fn watched(&self) -> Option<String> {
        let ServerConfig { watched, domain, .. } = &self.config;
        watched.as_ref().map(|local| format!("{local}@{domain}"))
    }
}

impl StartTls {
    /// The feature that offers it (RFC 6120 5.4.1).
    fn feature(self) -> String {
        match self {
            Self::Offered => format!("<starttls xmlns='{}'/>", ns::TLS),
            Self::NotOffered => String::new(),
        }
    }
}

/// An element of the sign-in with text, where there is any.
fn sasl_element(name: &str, text: &str) -> String {
    match text {
        "" => format!("<{name} xmlns='{}'/>", ns::SASL),
        text => format!("<{name} xmlns='{}'>{text}</{name}>", ns::SASL),
    }
}
