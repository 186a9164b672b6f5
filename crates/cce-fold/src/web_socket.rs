//! Reads WebSocket connections: bytes of either end enter, and whole texts leave. Bytes whose frames cannot be told apart leave as
//! they are, and so do all later ones of their direction.

use bytes::Bytes;
use cce_xmpp::{
    StreamLimits,
    websocket::{WsEnd, WsEvent, WsReader},
};

/// Both directions of one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct WebSocketMessages {
    of_client: Texts,
    of_server: Texts,
}

/// One direction of a connection.
#[derive(Clone, Debug, Default)]
enum Texts {
    /// No byte of the direction was seen.
    #[default]
    Unseen,
    Read(WsReader),
    /// The frames of the direction cannot be told apart any more.
    Lost,
}

impl WebSocketMessages {
    /// The texts that are whole with the next bytes of that end; the bytes themselves once they are no frames.
    pub(crate) fn texts(&mut self, from: WsEnd, bytes: &Bytes) -> Bytes {
        let texts = match from {
            WsEnd::Client => &mut self.of_client,
            WsEnd::Server => &mut self.of_server,
        };
        texts.take(from, bytes)
    }
}

impl Texts {
    fn take(&mut self, from: WsEnd, bytes: &Bytes) -> Bytes {
        if matches!(self, Self::Unseen) {
            *self = Self::Read(WsReader::new(from, StreamLimits::default().stanza));
        }
        let Self::Read(reader) = self else { return bytes.clone() };
        reader.push(bytes);
        let mut whole = String::new();
        loop {
            match reader.take() {
                Ok(Some(WsEvent::Text(text))) => whole += &text,
                Ok(Some(WsEvent::Ping(_) | WsEvent::Pong(_) | WsEvent::Close(_))) => {}
                Ok(None) => return whole.into(),
                Err(_) => {
                    *self = Self::Lost;
                    return bytes.clone();
                }
            }
        }
    }
}
