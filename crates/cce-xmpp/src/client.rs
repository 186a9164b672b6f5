//! A client's side of a stream, for virtual agents and tests.

use crate::{
    Jid, StreamCarrier, StreamElement, StreamError, StreamLimits, StreamPiece,
    carriage::{Arrived, Carriage, CarriageFlaw, NORMAL},
    ns, stream,
    websocket::WsFlaw,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use quick_xml::escape::escape;

/// What a session must know.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// What carries the stream.
    pub carrier: StreamCarrier,
    /// The server's XMPP domain.
    pub domain: String,
    /// The login id, which becomes the user of the address (finesse-nonvoice 4.1).
    pub user: String,
    /// The user's password, in plain: the client signs in by PLAIN (finesse-nonvoice 4.1, 4.2).
    pub password: String,
    /// Tells this client from others of the same user; empty lets the server choose.
    pub resource: String,
    /// Random bytes, of which the masks of WebSocket frames are made.
    pub random: [u8; 16],
    /// Limits of what the server sends.
    pub limits: StreamLimits,
}

/// What happened on a stream, or what is to be done for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// Send this to the server: bytes of a connection, or elements for the next body.
    Send(Vec<u8>),
    /// Signed in, bound and present: notifications arrive.
    Ready(Jid),
    /// Something was published.
    Notification {
        /// The node.
        node: String,
        /// The `Update` document, unescaped.
        update: String,
    },
    /// Another client of the same user is present.
    OtherPresence(Jid),
    /// The server answered a ping.
    Pong,
    /// The stream is over: what was sent before is to be written, then the connection closed.
    Closed(ClientEnding),
}

/// How a stream ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEnding {
    /// The server ended it.
    Peer,
    /// The server refused the sign-in, or the resource.
    Refused,
    /// The server reported this stream error.
    Error(String),
    /// What the server sent cannot be read.
    BadStream(StreamError),
    /// What the server sent breaks the WebSocket protocol.
    BadFrame(WsFlaw),
}

/// How far a stream has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    SignIn,
    Binding,
    Session,
    Ready,
    Closed,
}

/// A client's stream.
#[derive(Clone, Debug)]
pub struct ClientSession {
    config: ClientConfig,
    carriage: Carriage,
    phase: Phase,
    jid: Option<Jid>,
    pings: u64,
}

impl ClientSession {
    /// A session on a connection that is about to be opened.
    pub fn new(config: ClientConfig) -> Self {
        let carriage = Carriage::client(config.carrier, config.limits, config.random);
        Self { carriage, phase: Phase::SignIn, jid: None, pings: 0, config }
    }

    /// What to send first; nothing in a body, whose attributes say it.
    pub fn open(&mut self) -> Vec<u8> {
        let to = escape(&self.config.domain);
        self.carriage.header(&format!(" to='{to}'"))
    }

    /// Takes in bytes that arrived.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<ClientEvent> {
        let mut out = Vec::new();
        if self.phase == Phase::Closed {
            return out;
        }
        self.carriage.push(bytes);
        while self.phase != Phase::Closed {
            match self.carriage.take() {
                Ok(Some(Arrived::Piece(piece))) => self.on_piece(&piece, &mut out),
                Ok(Some(Arrived::Ping(payload))) => out.push(ClientEvent::Send(self.carriage.pong(&payload))),
                Ok(Some(Arrived::Pong)) => {}
                Ok(Some(Arrived::HungUp)) => {
                    self.hang_up(NORMAL, ClientEnding::Peer, &mut out);
                }
                Ok(None) => break,
                Err(CarriageFlaw::Xml(flaw)) => {
                    self.on_close(ClientEnding::BadStream(flaw.into()), &mut out);
                }
                Err(CarriageFlaw::Frame(flaw)) => {
                    self.hang_up(flaw.code(), ClientEnding::BadFrame(flaw), &mut out);
                }
            }
        }
        out
    }

    /// Takes in a part of the stream that the owner read: of a carrier that has no bytes of its own.
    pub fn take(&mut self, piece: &StreamPiece) -> Vec<ClientEvent> {
        let mut out = Vec::new();
        if self.phase != Phase::Closed {
            self.on_piece(piece, &mut out);
        }
        out
    }

    fn on_piece(&mut self, piece: &StreamPiece, out: &mut Vec<ClientEvent>) {
        match piece {
            StreamPiece::Header(_) => {}
            StreamPiece::Stanza(stanza) => self.on_stanza(stanza, out),
            StreamPiece::End => self.on_close(ClientEnding::Peer, out),
        }
    }

    /// Whether notifications arrive.
    pub fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    /// A ping to the server, which answers it (XEP-0199).
    pub fn ping(&mut self) -> Vec<u8> {
        self.pings += 1;
        let (number, to) = (self.pings, escape(&self.config.domain));
        // The keep-alive of real clients goes to the domain (finesse-nonvoice 4.1).
        self.carriage.element(&format!(
            "<iq type='get' id='ping-{number}' to='{to}'><ping xmlns='{}'/></iq>",
            ns::PING
        ))
    }

    /// Ends the stream; returns what to send. Nothing happens on it afterwards.
    pub fn close(&mut self) -> Vec<u8> {
        if self.phase == Phase::Closed {
            return Vec::new();
        }
        let mut farewell = Vec::new();
        if self.is_ready() {
            // The user's absence begins with this presence (finesse-nonvoice 4.3, 5).
            farewell = self.carriage.element("<presence type='unavailable'/>");
        }
        farewell.extend(self.carriage.end());
        self.phase = Phase::Closed;
        farewell
    }

    fn on_close(&mut self, ending: ClientEnding, out: &mut Vec<ClientEvent>) {
        self.phase = Phase::Closed;
        out.push(ClientEvent::Send(self.carriage.end()));
        out.push(ClientEvent::Closed(ending));
    }

    /// The WebSocket connection is over, and the stream with it.
    fn hang_up(&mut self, code: u16, ending: ClientEnding, out: &mut Vec<ClientEvent>) {
        self.phase = Phase::Closed;
        out.push(ClientEvent::Send(self.carriage.hang_up(code)));
        out.push(ClientEvent::Closed(ending));
    }

    fn say(&mut self, xml: &str, out: &mut Vec<ClientEvent>) {
        out.push(ClientEvent::Send(self.carriage.element(xml)));
    }

    fn on_stanza(&mut self, stanza: &StreamElement, out: &mut Vec<ClientEvent>) {
        match (stanza.name.as_str(), &*stanza.namespace) {
            ("features", ns::STREAM) => self.on_features(stanza, out),
            ("error", ns::STREAM) => {
                let condition = stanza.elements().next().map(|child| child.name.clone()).unwrap_or_default();
                self.on_close(ClientEnding::Error(condition), out);
            }
            ("success", ns::SASL) => {
                self.phase = Phase::Binding;
                // The client opens its stream anew behind the success (finesse-nonvoice 4.2).
                self.carriage.restart();
                out.push(ClientEvent::Send(self.open()));
            }
            // A second try with the same password would count towards the server's bound of tries
            // (RFC 6120 6.4.5).
            ("failure", ns::SASL) => self.on_close(ClientEnding::Refused, out),
            ("iq", ns::CLIENT) => self.on_iq(stanza, out),
            ("message", ns::CLIENT) => on_message(stanza, out),
            ("presence", ns::CLIENT) => self.on_presence(stanza, out),
            _ => {}
        }
    }

    fn on_features(&mut self, features: &StreamElement, out: &mut Vec<ClientEvent>) {
        if features.child("mechanisms", ns::SASL).is_some() {
            // Real clients sign in by PLAIN; an empty identity is one of three spellings
            // (finesse-nonvoice 4.2).
            let response = STANDARD.encode(format!("\0{}\0{}", self.config.user, self.config.password));
            let auth = format!("<auth xmlns='{}' mechanism='PLAIN'>{response}</auth>", ns::SASL);
            self.say(&auth, out);
        } else if features.child("bind", ns::BIND).is_some() {
            let bind = self.bind();
            self.say(&bind, out);
        }
    }

    fn bind(&self) -> String {
        let resource = match self.config.resource.as_str() {
            "" => String::new(),
            resource => format!("<resource>{}</resource>", escape(resource)),
        };
        format!("<iq type='set' id='bind'><bind xmlns='{}'>{resource}</bind></iq>", ns::BIND)
    }

    fn on_iq(&mut self, iq: &StreamElement, out: &mut Vec<ClientEvent>) {
        let id = iq.attribute("id").unwrap_or_default();
        match (iq.attribute("type"), id) {
            (Some("get" | "set"), _) => self.say(&answer(iq), out),
            (Some("result"), "bind") if self.phase == Phase::Binding => self.on_bound(iq, out),
            (Some("result"), "session") if self.phase == Phase::Session => self.on_ready(out),
            (Some("error"), "bind" | "session") => self.on_close(ClientEnding::Refused, out),
            // Even an error shows that the server is alive.
            (Some("result" | "error"), id) if id.starts_with("ping-") => out.push(ClientEvent::Pong),
            _ => {}
        }
    }

    fn on_bound(&mut self, iq: &StreamElement, out: &mut Vec<ClientEvent>) {
        let jid = iq.child("bind", ns::BIND).and_then(|bind| bind.child("jid", ns::BIND));
        let Some(jid) = jid.and_then(|jid| Jid::parse(jid.text().trim())) else {
            return self.on_close(ClientEnding::Refused, out);
        };
        self.jid = Some(jid);
        self.phase = Phase::Session;
        // Clients on TCP ask for a session behind the bind, as RFC 3921 had it (finesse-nonvoice 4.2).
        self.say(&format!("<iq type='set' id='session'><session xmlns='{}'/></iq>", ns::SESSION), out);
    }

    fn on_ready(&mut self, out: &mut Vec<ClientEvent>) {
        let Some(jid) = self.jid.clone() else { return };
        self.phase = Phase::Ready;
        // Nothing is delivered before this presence, and 0 is the priority that is advised
        // (finesse-nonvoice 4.3).
        self.say("<presence><priority>0</priority></presence>", out);
        out.push(ClientEvent::Ready(jid));
    }

    fn on_presence(&self, presence: &StreamElement, out: &mut Vec<ClientEvent>) {
        let from = presence.attribute("from").and_then(Jid::parse);
        let (Some(me), Some(from)) = (&self.jid, from) else { return };
        let is_available = presence.attribute("type").is_none();
        if is_available && from.is_same_user(me) && !from.resource.is_empty() && from.resource != me.resource
        {
            out.push(ClientEvent::OtherPresence(from));
        }
    }
}

fn on_message(message: &StreamElement, out: &mut Vec<ClientEvent>) {
    let Some(items) =
        message.child("event", ns::PUBSUB_EVENT).and_then(|e| e.child("items", ns::PUBSUB_EVENT))
    else {
        return;
    };
    let node = items.attribute("node").unwrap_or_default();
    for item in items.elements() {
        // The notification's namespace differs between releases (finesse-nonvoice 4.5).
        if let Some(notification) = item.elements().find(|child| child.name == "notification") {
            out.push(ClientEvent::Notification { node: node.to_owned(), update: notification.text() });
        }
    }
}

/// Answers a request of the server: a ping with a result, anything else with an error.
fn answer(iq: &StreamElement) -> String {
    let attribute = |name: &str, from: &str| {
        iq.attribute(from).map(|value| format!(" {name}='{}'", escape(value))).unwrap_or_default()
    };
    let (id, to) = (attribute("id", "id"), attribute("to", "from"));
    if iq.child("ping", ns::PING).is_some() {
        return format!("<iq type='result'{id}{to}/>");
    }
    format!("<iq type='error'{id}{to}>{}</iq>", stream::stanza_error("cancel", "service-unavailable"))
}
