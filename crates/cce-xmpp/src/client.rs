//! A client's side of a stream, for virtual agents and tests.

use crate::{Jid, Splitter, StreamElement, StreamError, StreamLimits, StreamPiece, ns, stream};
use base64::{Engine, engine::general_purpose::STANDARD};
use quick_xml::escape::escape;

/// What a session must know.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The server's XMPP domain.
    pub domain: String,
    /// The login id.
    pub user: String,
    /// Its password.
    pub password: String,
    /// Tells this client from others of the same user; empty lets the server choose.
    pub resource: String,
    /// Limits of what the server sends.
    pub limits: StreamLimits,
}

/// What happened on a stream, or what is to be done for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// Send this to the server.
    Send(String),
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
#[derive(Debug)]
pub struct ClientSession {
    config: ClientConfig,
    splitter: Splitter,
    phase: Phase,
    jid: Option<Jid>,
    pings: u64,
}

impl ClientSession {
    /// A session on a connection that is about to be opened.
    pub fn new(config: ClientConfig) -> Self {
        Self { splitter: Splitter::new(config.limits), phase: Phase::SignIn, jid: None, pings: 0, config }
    }

    /// What to send first.
    pub fn open(&self) -> String {
        stream::header(&format!(" to='{}'", escape(&self.config.domain)))
    }

    /// Takes in bytes that arrived.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<ClientEvent> {
        let mut out = Vec::new();
        if self.phase == Phase::Closed {
            return out;
        }
        self.splitter.push(bytes);
        while self.phase != Phase::Closed {
            match self.splitter.take() {
                Ok(Some(StreamPiece::Header(_))) => {}
                Ok(Some(StreamPiece::Stanza(stanza))) => self.on_stanza(&stanza, &mut out),
                Ok(Some(StreamPiece::End)) => self.on_close(ClientEnding::Peer, &mut out),
                Ok(None) => break,
                Err(flaw) => self.on_close(ClientEnding::BadStream(flaw.into()), &mut out),
            }
        }
        out
    }

    /// Whether notifications arrive.
    pub fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    /// A ping to the server, which answers it (XEP-0199).
    pub fn ping(&mut self) -> String {
        self.pings += 1;
        let to = escape(&self.config.domain);
        format!("<iq type='get' id='ping-{}' to='{to}'><ping xmlns='{}'/></iq>", self.pings, ns::PING)
    }

    /// Ends the stream; returns what to send. Nothing happens on it afterwards.
    pub fn close(&mut self) -> String {
        if self.phase == Phase::Closed {
            return String::new();
        }
        let farewell = if self.is_ready() { "<presence type='unavailable'/>" } else { "" };
        self.phase = Phase::Closed;
        format!("{farewell}{}", stream::END)
    }

    fn on_close(&mut self, ending: ClientEnding, out: &mut Vec<ClientEvent>) {
        self.phase = Phase::Closed;
        out.push(ClientEvent::Send(stream::END.to_owned()));
        out.push(ClientEvent::Closed(ending));
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
                self.splitter.restart();
                out.push(ClientEvent::Send(self.open()));
            }
            ("failure", ns::SASL) => self.on_close(ClientEnding::Refused, out),
            ("iq", ns::CLIENT) => self.on_iq(stanza, out),
            ("message", ns::CLIENT) => on_message(stanza, out),
            ("presence", ns::CLIENT) => self.on_presence(stanza, out),
            _ => {}
        }
    }

    fn on_features(&self, features: &StreamElement, out: &mut Vec<ClientEvent>) {
        if features.child("mechanisms", ns::SASL).is_some() {
            let response = STANDARD.encode(format!("\0{}\0{}", self.config.user, self.config.password));
            let auth = format!("<auth xmlns='{}' mechanism='PLAIN'>{response}</auth>", ns::SASL);
            out.push(ClientEvent::Send(auth));
        } else if features.child("bind", ns::BIND).is_some() {
            out.push(ClientEvent::Send(self.bind()));
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
            (Some("get" | "set"), _) => out.push(ClientEvent::Send(answer(iq))),
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
        out.push(ClientEvent::Send(format!(
            "<iq type='set' id='session'><session xmlns='{}'/></iq>",
            ns::SESSION
        )));
    }

    fn on_ready(&mut self, out: &mut Vec<ClientEvent>) {
        let Some(jid) = self.jid.clone() else { return };
        self.phase = Phase::Ready;
        out.push(ClientEvent::Send("<presence><priority>0</priority></presence>".to_owned()));
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
