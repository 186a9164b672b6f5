//! The texts that cross a WebSocket connection.

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

/// One direction.
#[derive(Clone, Debug, Default)]
enum Texts {
    /// Nothing was seen of it.
    #[default]
    Unseen,
    Read(WsReader),
    /// Its frames cannot be told apart any more.
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
