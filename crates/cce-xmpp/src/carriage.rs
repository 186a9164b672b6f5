//! What carries a stream, and how its header, its stanzas and its end look there: the one difference between carriers
//! that the two sides of a stream have in common.

use crate::{
    Splitter, StreamElement, StreamFlaw, StreamLimits, StreamPiece, ns, stream,
    websocket::{WsEnd, WsEvent, WsFlaw, WsMasks, WsOpcode, WsReader, write},
};

/// What carries a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamCarrier {
    /// A connection that has the stream's bytes (RFC 6120).
    Tcp,
    /// A WebSocket connection behind its handshake: each header, stanza and end is one message (RFC 7395).
    WebSocket,
    /// Bodies of HTTP exchanges (XEP-0206). The owner takes them apart and puts them together, with what `bosh` has.
    Bosh,
}

/// Why nothing more can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CarriageFlaw {
    Xml(StreamFlaw),
    Frame(WsFlaw),
}

/// What arrived.
#[derive(Debug)]
pub(crate) enum Arrived {
    Piece(StreamPiece),
    /// Answer with this at once.
    Ping(Vec<u8>),
    /// The other end is alive.
    Pong,
    /// The other end closed the WebSocket connection.
    HungUp,
}

/// One end of a carrier.
#[derive(Clone, Debug)]
pub(crate) enum Carriage {
    Stream(Splitter),
    Messages(Box<Messages>),
    Bodies,
}

/// One end of a WebSocket connection.
#[derive(Clone, Debug)]
pub(crate) struct Messages {
    reader: WsReader,
    limits: StreamLimits,
    /// A client's.
    masks: Option<WsMasks>,
}

impl Carriage {
    pub(crate) fn server(carrier: StreamCarrier, limits: StreamLimits) -> Self {
        Self::new(carrier, limits, WsEnd::Server, None)
    }

    /// A client's end; the masks of its frames are made of `random`.
    pub(crate) fn client(carrier: StreamCarrier, limits: StreamLimits, random: [u8; 16]) -> Self {
        Self::new(carrier, limits, WsEnd::Client, Some(WsMasks::new(random)))
    }

    fn new(carrier: StreamCarrier, limits: StreamLimits, end: WsEnd, masks: Option<WsMasks>) -> Self {
        match carrier {
            StreamCarrier::Tcp => Self::Stream(Splitter::new(limits)),
            StreamCarrier::WebSocket => {
                // A message has one stanza or header, so that one bound serves both (RFC 7395 3.3).
                let reader = WsReader::new(end.other(), limits.stanza);
                Self::Messages(Box::new(Messages { reader, limits, masks }))
            }
            StreamCarrier::Bosh => Self::Bodies,
        }
    }

    /// What the peer may send from here on.
    pub(crate) fn limit(&mut self, limits: StreamLimits) {
        match self {
            Self::Stream(splitter) => splitter.limit(limits),
            Self::Messages(messages) => {
                messages.reader.limit(limits.stanza);
                messages.limits = limits;
            }
            Self::Bodies => {}
        }
    }

    /// Adds bytes that arrived. A body has none.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Stream(splitter) => splitter.push(bytes),
            Self::Messages(messages) => messages.reader.push(bytes),
            Self::Bodies => {}
        }
    }

    /// What arrived next; none until more bytes arrive.
    pub(crate) fn take(&mut self) -> Result<Option<Arrived>, CarriageFlaw> {
        match self {
            Self::Stream(splitter) => {
                splitter.take().map(|piece| piece.map(Arrived::Piece)).map_err(CarriageFlaw::Xml)
            }
            Self::Messages(messages) => messages.take(),
            Self::Bodies => Ok(None),
        }
    }

    /// The peer begins a new stream after what was taken so far (RFC 6120 4.3.3). Messages are streams of their own.
    pub(crate) fn restart(&mut self) {
        if let Self::Stream(splitter) = self {
            splitter.restart();
        }
    }

    /// The start of a stream with these attributes.
    pub(crate) fn header(&mut self, attributes: &str) -> Vec<u8> {
        match self {
            Self::Stream(_) => stream::header(attributes).into_bytes(),
            Self::Messages(messages) => {
                // A message of its own stands in the place of the stream's start tag (RFC 7395 3.4).
                messages.text(&format!("<open xmlns='{}' version='1.0'{attributes}/>", ns::FRAMING))
            }
            // The attributes of the first body say what a header would (finesse-nonvoice 4.2).
            Self::Bodies => Vec::new(),
        }
    }

    /// A child of the stream.
    pub(crate) fn element(&mut self, xml: &str) -> Vec<u8> {
        match self {
            Self::Stream(_) => xml.as_bytes().to_vec(),
            // No stream stands around a message that could declare its namespaces (finesse-nonvoice 4.2).
            Self::Messages(messages) => messages.text(&stream::standing_alone(xml)),
            Self::Bodies => stream::standing_alone(xml).into_bytes(),
        }
    }

    /// The end of the stream, and of what was opened for it alone.
    pub(crate) fn end(&mut self) -> Vec<u8> {
        match self {
            Self::Stream(_) => stream::END.as_bytes().to_vec(),
            Self::Messages(messages) => {
                // `close` ends the stream, and the frame behind it the connection
                // (finesse-nonvoice 4.2, RFC 7395 3.6).
                let mut end = messages.text(&format!("<close xmlns='{}'/>", ns::FRAMING));
                end.extend(messages.close(NORMAL));
                end
            }
            Self::Bodies => Vec::new(),
        }
    }

    /// The answer to a ping of the WebSocket connection; nothing elsewhere.
    pub(crate) fn pong(&mut self, payload: &[u8]) -> Vec<u8> {
        match self {
            // One real client keeps its connection alive by ping frames alone (finesse-nonvoice 4.2).
            Self::Messages(messages) => messages.frame(WsOpcode::Pong, payload),
            Self::Stream(_) | Self::Bodies => Vec::new(),
        }
    }

    /// The end of a WebSocket connection with that code; nothing elsewhere.
    pub(crate) fn hang_up(&mut self, code: u16) -> Vec<u8> {
        match self {
            Self::Messages(messages) => messages.close(code),
            Self::Stream(_) | Self::Bodies => Vec::new(),
        }
    }
}

/// The code of a connection that did what it was for (RFC 6455 7.4.1).
pub(crate) const NORMAL: u16 = 1_000;

impl Messages {
    fn take(&mut self) -> Result<Option<Arrived>, CarriageFlaw> {
        Ok(Some(match self.reader.take().map_err(CarriageFlaw::Frame)? {
            None => return Ok(None),
            Some(WsEvent::Text(text)) => {
                Arrived::Piece(piece(&text, self.limits).map_err(CarriageFlaw::Xml)?)
            }
            Some(WsEvent::Ping(payload)) => Arrived::Ping(payload),
            Some(WsEvent::Pong(_)) => Arrived::Pong,
            Some(WsEvent::Close(_)) => Arrived::HungUp,
        }))
    }

    fn text(&mut self, xml: &str) -> Vec<u8> {
        self.frame(WsOpcode::Text, xml.as_bytes())
    }

    fn close(&mut self, code: u16) -> Vec<u8> {
        self.frame(WsOpcode::Close, &code.to_be_bytes())
    }

    fn frame(&mut self, opcode: WsOpcode, payload: &[u8]) -> Vec<u8> {
        write(opcode, payload, self.masks.as_mut().map(WsMasks::next))
    }
}

/// What a message is (RFC 7395 3.3). `open` has the place of a stream's header.
fn piece(text: &str, limits: StreamLimits) -> Result<StreamPiece, StreamFlaw> {
    let element = Splitter::document(text, limits)?;
    Ok(match (element.name.as_str(), &*element.namespace) {
        ("open", ns::FRAMING) => StreamPiece::Header(StreamElement {
            name: "stream".to_owned(),
            namespace: ns::STREAM.into(),
            ..element
        }),
        ("close", ns::FRAMING) => StreamPiece::End,
        _ => StreamPiece::Stanza(element),
    })
}
