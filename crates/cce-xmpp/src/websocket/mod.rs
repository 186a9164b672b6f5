//! WebSocket (RFC 6455) without IO: frames of either end, and the one value that the handshake computes.
//!
//! No extension and no compression is agreed on. Messages are texts: what carries XMPP carries nothing else (RFC 7395 3.2).

mod frame;
mod reader;

pub use reader::{WsEvent, WsFlaw, WsReader};

pub(crate) use frame::{WsOpcode, write};

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};

/// What a server proves with that it understood the handshake (RFC 6455 1.3).
const HANDSHAKE: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The only version that there is (RFC 6455 4.1).
pub const WS_VERSION: &str = "13";

/// The sub-protocol that carries XMPP (RFC 7395 3.1).
pub const WS_PROTOCOL: &str = "xmpp";

/// One of the two ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WsEnd {
    /// The end that connected. It masks what it sends (RFC 6455 5.1).
    Client,
    /// The end that listens.
    Server,
}

impl WsEnd {
    /// The end at the other side.
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// The value of `Sec-WebSocket-Accept` that answers a client's `Sec-WebSocket-Key` (RFC 6455 4.2.2).
pub fn accept_key(key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(HANDSHAKE).finalize())
}

/// The masks of a client's frames (RFC 6455 5.3). They follow from random bytes that the owner brings.
#[derive(Clone, Debug)]
pub(crate) struct WsMasks {
    random: [u8; 16],
    count: u64,
}

impl WsMasks {
    pub(crate) const fn new(random: [u8; 16]) -> Self {
        Self { random, count: 0 }
    }

    pub(crate) fn next(&mut self) -> [u8; 4] {
        self.count += 1;
        // Nobody may foresee the mask of the next frame from the one before (RFC 6455 5.3).
        let digest = Sha1::new().chain_update(self.random).chain_update(self.count.to_be_bytes()).finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}
