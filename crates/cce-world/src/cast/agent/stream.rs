//! An agent's stream and what carries it: a connection, or requests of a BOSH session.

use super::AgentConfig;
use crate::lab::AgentTransport;
use cce_kernel::{Address, CallError, CallId, CloseReason, Cx, LinkId, Port, Request, Response};
use cce_xmpp::{
    StreamCarrier, StreamLimits, StreamPiece,
    bosh::{BoshAsk, BoshBody, BoshClient, BoshHeard},
    client::{ClientConfig, ClientEvent, ClientSession},
};
use rand::RngExt;
use std::collections::BTreeMap;

/// The resource of the agent's stream. It is always the same, so that a new stream takes the place of one
/// that was lost rather than standing beside it.
const RESOURCE: &str = "auto";

/// Where bodies go.
const BOSH_PATH: &str = "/http-bind/";

/// A stream.
#[derive(Clone, Debug)]
pub(super) struct AgentStream {
    session: ClientSession,
    way: Transport,
}

/// What carries it.
#[derive(Clone, Debug)]
enum Transport {
    Link(LinkId),
    Bosh {
        client: BoshClient,
        /// Requests that are not answered, with their numbers in the session.
        calls: BTreeMap<CallId, u64>,
    },
}

/// What an answer brought.
#[derive(Debug, Default)]
pub(super) struct AgentHeard {
    pub(super) events: Vec<ClientEvent>,
    /// Nothing more is heard.
    pub(super) is_over: bool,
}

impl AgentStream {
    /// Dials, or asks for a session.
    pub(super) fn open(config: &AgentConfig, cx: &mut Cx<'_>) -> Self {
        match config.xmpp {
            AgentTransport::Tcp => Self::dial(Port::Xmpp, StreamCarrier::Tcp, [0; 16], config, cx),
            AgentTransport::Websocket => {
                // A client masks what it sends (RFC 6455 5.3).
                let masks = cx.rng("websocket-mask").random();
                Self::dial(Port::XmppWs, StreamCarrier::WebSocket, masks, config, cx)
            }
            AgentTransport::Bosh => {
                let rid = cx.rng("bosh-rid").random::<u32>();
                let mut client = BoshClient::new(config.domain.clone(), rid.into());
                let first = ask(client.open(), cx);
                let way = Transport::Bosh { client, calls: BTreeMap::from([first]) };
                Self { session: session(StreamCarrier::Bosh, [0; 16], config), way }
            }
        }
    }

    fn dial(
        port: Port,
        carrier: StreamCarrier,
        masks: [u8; 16],
        config: &AgentConfig,
        cx: &mut Cx<'_>,
    ) -> Self {
        Self { session: session(carrier, masks, config), way: Transport::Link(cx.dial(port, Address::Lab)) }
    }

    /// What the stream is called in facts: a BOSH session stands for a link.
    pub(super) fn link(&self) -> LinkId {
        match &self.way {
            Transport::Link(link) => *link,
            Transport::Bosh { .. } => LinkId { port: Port::Bosh, number: 0 },
        }
    }

    /// Whether the stream is on that connection.
    pub(super) fn is_on(&self, link: LinkId) -> bool {
        matches!(&self.way, Transport::Link(own) if *own == link)
    }

    pub(super) fn is_ready(&self) -> bool {
        self.session.is_ready()
    }

    /// Its connection is there.
    pub(super) fn on_up(&mut self, cx: &mut Cx<'_>) {
        let open = self.session.open();
        self.send(open, cx);
    }

    /// Bytes arrived on its connection.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<ClientEvent> {
        self.session.feed(bytes)
    }

    /// A request was answered; none where it is not one of the stream's.
    pub(super) fn on_reply(
        &mut self,
        call: CallId,
        result: &Result<Response, CallError>,
    ) -> Option<AgentHeard> {
        let Transport::Bosh { client, calls } = &mut self.way else { return None };
        let rid = calls.remove(&call)?;
        let body = result.as_ref().ok().and_then(|response| BoshBody::read(&response.body.0).ok());
        let Some(body) = body else { return Some(AgentHeard { events: Vec::new(), is_over: true }) };
        let BoshHeard { stanzas, is_over } = client.take(rid, body);
        let pieces = stanzas.into_iter().map(StreamPiece::Stanza);
        let events = pieces.flat_map(|piece| self.session.take(&piece)).collect();
        Some(AgentHeard { events, is_over })
    }

    /// Sends what the session wrote: at once, or with the next request.
    pub(super) fn send(&mut self, bytes: Vec<u8>, cx: &mut Cx<'_>) {
        match &mut self.way {
            Transport::Link(link) => cx.send(*link, bytes),
            Transport::Bosh { client, .. } => client.say(&bytes),
        }
    }

    /// Asks the server whether it is there.
    pub(super) fn ping(&mut self, cx: &mut Cx<'_>) {
        let ping = self.session.ping();
        self.send(ping, cx);
    }

    /// Makes the requests that are due.
    pub(super) fn flush(&mut self, cx: &mut Cx<'_>) {
        let Transport::Bosh { client, calls } = &mut self.way else { return };
        while let Some(next) = client.next_ask() {
            calls.extend([ask(next, cx)]);
        }
    }

    /// Says goodbye, unless the stream is over already, and closes what carried it.
    pub(super) fn close(mut self, reason: CloseReason, cx: &mut Cx<'_>) {
        let goodbye = self.session.close();
        match &mut self.way {
            Transport::Link(link) => {
                if !goodbye.is_empty() {
                    cx.send(*link, goodbye);
                }
                cx.close(*link, reason);
            }
            Transport::Bosh { client, .. } => {
                client.close(&goodbye);
                self.flush(cx);
            }
        }
    }

    /// Closes what carried it without a word. Requests that are under way stay unheard.
    pub(super) fn drop_without_a_word(self, reason: CloseReason, cx: &mut Cx<'_>) {
        if let Transport::Link(link) = self.way {
            cx.close(link, reason);
        }
    }
}

fn session(carrier: StreamCarrier, random: [u8; 16], config: &AgentConfig) -> ClientSession {
    ClientSession::new(ClientConfig {
        carrier,
        random,
        domain: config.domain.clone(),
        user: config.id.to_string(),
        password: config.password.clone(),
        resource: RESOURCE.to_owned(),
        limits: StreamLimits::default(),
    })
}

/// Makes a request; returns what it is called, and its number in the session.
fn ask(BoshAsk { rid, body }: BoshAsk, cx: &mut Cx<'_>) -> (CallId, u64) {
    let request = Request::new("POST", BOSH_PATH).header("content-type", "text/xml; charset=utf-8");
    (cx.call(Port::Bosh, Request { body: body.into(), ..request }), rid)
}
