//! The incremental reader of frames: bytes become messages.

use super::{
    WsEnd,
    frame::{WsHeader, WsOpcode, apply},
};

/// Frames of one message. An empty one costs its sender six bytes and no memory here, but time.
const FRAGMENTS_MAX: usize = 1_024;

/// What a peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WsEvent {
    /// A whole message.
    Text(String),
    /// Wants the same bytes back (RFC 6455 5.5.2).
    Ping(Vec<u8>),
    /// Answers a ping, or nothing.
    Pong(Vec<u8>),
    /// Nothing follows; with the code that says why, where there is one.
    Close(Option<u16>),
}

/// How a peer broke the protocol. Nothing can be read behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WsFlaw {
    /// A frame that RFC 6455 does not allow there: reserved bits, a mask that is missing or too much, an unknown
    /// opcode, a control frame in pieces, a message inside another, a length that is not the shortest form.
    #[error("a frame breaks the WebSocket protocol")]
    Protocol,
    /// A binary message.
    #[error("a message is binary, and XMPP is text")]
    Binary,
    /// A text that is not UTF-8.
    #[error("a message is not UTF-8")]
    NotUtf8,
    /// A message in too many frames.
    #[error("a message has more than {FRAGMENTS_MAX} frames")]
    Fragments,
    /// A message that is longer than is accepted.
    #[error("a message is too long")]
    TooLong,
}

impl WsFlaw {
    /// The code that a close frame gives for it (RFC 6455 7.4.1).
    pub const fn code(self) -> u16 {
        match self {
            Self::Protocol => 1_002,
            Self::Binary => 1_003,
            Self::NotUtf8 => 1_007,
            Self::Fragments => 1_008,
            Self::TooLong => 1_009,
        }
    }
}

/// Reads what one end of a connection sends. However its bytes are split, the events are the same.
#[derive(Clone, Debug)]
pub struct WsReader {
    from: WsEnd,
    /// Bytes of a message.
    max: usize,
    input: Vec<u8>,
    read: usize,
    message: Vec<u8>,
    /// Frames of the message that is under way; none where there is no message under way.
    fragments: usize,
}

impl WsReader {
    /// A reader of what `from` sends, behind the handshake. No message has more than `max` bytes.
    pub const fn new(from: WsEnd, max: usize) -> Self {
        Self { from, max, input: Vec::new(), read: 0, message: Vec::new(), fragments: 0 }
    }

    /// How many bytes a message may have from here on.
    pub(crate) const fn limit(&mut self, max: usize) {
        self.max = max;
    }

    /// Adds bytes that arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.input.drain(..self.read);
        self.read = 0;
        self.input.extend_from_slice(bytes);
    }

    /// The next event; none until more bytes arrive.
    pub fn take(&mut self) -> Result<Option<WsEvent>, WsFlaw> {
        while let Some(header) = WsHeader::read(&self.input[self.read..], self.from)? {
            self.judge(&header)?;
            let start = self.read + header.size;
            let length = usize::try_from(header.length).map_err(|_| WsFlaw::TooLong)?;
            if self.input.len() - start < length {
                break;
            }
            self.read = start + length;
            let payload = &mut self.input[start..start + length];
            apply(header.mask, payload);
            let payload = payload.to_vec();
            if let Some(event) = self.on_frame(&header, payload)? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// What can be wrong is wrong as soon as the header is there: nothing is collected in vain.
    fn judge(&self, header: &WsHeader) -> Result<(), WsFlaw> {
        let is_under_way = self.fragments > 0;
        match header.opcode {
            WsOpcode::Close | WsOpcode::Ping | WsOpcode::Pong => return Ok(()),
            WsOpcode::Text if !is_under_way => {}
            WsOpcode::Continuation if is_under_way => {}
            // XMPP is text, and never in binary frames (RFC 7395 3.2).
            WsOpcode::Binary if !is_under_way => return Err(WsFlaw::Binary),
            // A message does not begin inside another, nor go on where there is none (RFC 6455 5.4).
            WsOpcode::Text | WsOpcode::Continuation | WsOpcode::Binary => return Err(WsFlaw::Protocol),
        }
        if header.length > (self.max - self.message.len()) as u64 {
            return Err(WsFlaw::TooLong);
        }
        if self.fragments == FRAGMENTS_MAX { Err(WsFlaw::Fragments) } else { Ok(()) }
    }

    fn on_frame(&mut self, header: &WsHeader, payload: Vec<u8>) -> Result<Option<WsEvent>, WsFlaw> {
        match header.opcode {
            // Control frames may stand between the frames of a message (RFC 6455 5.4).
            WsOpcode::Ping => return Ok(Some(WsEvent::Ping(payload))),
            WsOpcode::Pong => return Ok(Some(WsEvent::Pong(payload))),
            WsOpcode::Close => return close(&payload).map(|code| Some(WsEvent::Close(code))),
            WsOpcode::Text | WsOpcode::Continuation | WsOpcode::Binary => {}
        }
        self.message.extend_from_slice(&payload);
        self.fragments += 1;
        if !header.is_last {
            return Ok(None);
        }
        self.fragments = 0;
        // A text that is not UTF-8 fails the connection (RFC 6455 8.1).
        let text = String::from_utf8(std::mem::take(&mut self.message)).map_err(|_| WsFlaw::NotUtf8)?;
        Ok(Some(WsEvent::Text(text)))
    }
}

/// The code of a close frame, behind which a reason may stand (RFC 6455 5.5.1 and 7.4).
fn close(payload: &[u8]) -> Result<Option<u16>, WsFlaw> {
    let (code, reason) = match payload {
        [] => return Ok(None),
        [high, low, reason @ ..] => (u16::from_be_bytes([*high, *low]), reason),
        [_] => return Err(WsFlaw::Protocol),
    };
    if str::from_utf8(reason).is_err() {
        return Err(WsFlaw::NotUtf8);
    }
    match code {
        // The codes 1004 to 1006 and 1015 are never sent (RFC 6455 7.4.1).
        1_000..=1_003 | 1_007..=1_014 | 3_000..=4_999 => Ok(Some(code)),
        _ => Err(WsFlaw::Protocol),
    }
}
