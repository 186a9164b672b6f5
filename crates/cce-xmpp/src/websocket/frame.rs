//! One frame: its header and its mask (RFC 6455 5.2).

use super::{WsEnd, WsFlaw};

/// Bytes of a control frame's payload (RFC 6455 5.5).
pub(super) const CONTROL_MAX: usize = 125;

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASK: u8 = 0x80;
/// Lengths that say that the real one follows, in two bytes or in eight.
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WsOpcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl WsOpcode {
    const ALL: [(Self, u8); 6] = [
        (Self::Continuation, 0x0),
        (Self::Text, 0x1),
        (Self::Binary, 0x2),
        (Self::Close, 0x8),
        (Self::Ping, 0x9),
        (Self::Pong, 0xA),
    ];

    fn of(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, own)| *own == code).map(|(opcode, _)| opcode)
    }

    fn code(self) -> u8 {
        let (_, code) = Self::ALL.into_iter().find(|(opcode, _)| *opcode == self).expect("all are listed");
        code
    }

    pub(super) const fn is_control(self) -> bool {
        match self {
            Self::Close | Self::Ping | Self::Pong => true,
            Self::Continuation | Self::Text | Self::Binary => false,
        }
    }
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WsHeader {
    pub(super) is_last: bool,
    pub(super) opcode: WsOpcode,
    pub(super) mask: Option<[u8; 4]>,
    /// Bytes of the header.
    pub(super) size: usize,
    /// Bytes of the payload.
    pub(super) length: u64,
}

impl WsHeader {
    /// Reads the header at the start of `bytes` of a frame that `from` sent; none until all of it is there.
    pub(super) fn read(bytes: &[u8], from: WsEnd) -> Result<Option<Self>, WsFlaw> {
        let [first, second, ..] = *bytes else { return Ok(None) };
        let opcode = WsOpcode::of(first & 0x0F).ok_or(WsFlaw::Protocol)?;
        let (is_last, is_masked) = (first & FIN != 0, second & MASK != 0);
        // Reserved bits need an extension (RFC 6455 5.2).
        // A client masks every frame, and a server none (RFC 6455 5.1).
        if first & RESERVED != 0 || is_masked != (from == WsEnd::Client) {
            return Err(WsFlaw::Protocol);
        }
        let short = second & !MASK;
        // A control frame comes in one piece, and is short (RFC 6455 5.5).
        if opcode.is_control() && (!is_last || usize::from(short) > CONTROL_MAX) {
            return Err(WsFlaw::Protocol);
        }
        let Some((length, at)) = length(short, bytes)? else { return Ok(None) };
        let mask = match bytes.get(at..at + 4) {
            Some(mask) if is_masked => Some(mask.try_into().expect("it has four bytes")),
            None if is_masked => return Ok(None),
            Some(_) | None => None,
        };
        let size = at + if is_masked { 4 } else { 0 };
        Ok(Some(Self { is_last, opcode, mask, size, length }))
    }
}

/// The length of a payload, and where the header goes on behind it. The shortest form is the only one (RFC 6455 5.2).
fn length(short: u8, bytes: &[u8]) -> Result<Option<(u64, usize)>, WsFlaw> {
    let (length, at, least) = match short {
        LENGTH_16 => match bytes.get(2..4) {
            Some(two) => (u64::from(u16::from_be_bytes(two.try_into().expect("two bytes"))), 4, 126),
            None => return Ok(None),
        },
        LENGTH_64 => match bytes.get(2..10) {
            Some(eight) => (u64::from_be_bytes(eight.try_into().expect("eight bytes")), 10, 1 << 16),
            None => return Ok(None),
        },
        short => (u64::from(short), 2, 0),
    };
    // The most significant bit of a long length is 0 (RFC 6455 5.2).
    if length < least || length >> 63 != 0 {
        return Err(WsFlaw::Protocol);
    }
    Ok(Some((length, at)))
}

/// A whole frame; a client's has a mask.
pub(crate) fn write(opcode: WsOpcode, payload: &[u8], mask: Option<[u8; 4]>) -> Vec<u8> {
    let is_masked = if mask.is_some() { MASK } else { 0 };
    let mut frame = Vec::with_capacity(payload.len() + 14);
    frame.push(FIN | opcode.code());
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short), _) if short < LENGTH_16 => frame.push(is_masked | short),
        (_, Ok(length)) => {
            frame.push(is_masked | LENGTH_16);
            frame.extend(length.to_be_bytes());
        }
        (_, Err(_)) => {
            frame.push(is_masked | LENGTH_64);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend(mask.into_iter().flatten());
    let start = frame.len();
    frame.extend_from_slice(payload);
    apply(mask, &mut frame[start..]);
    frame
}

/// Masks a payload, or takes its mask off (RFC 6455 5.3).
pub(super) fn apply(mask: Option<[u8; 4]>, payload: &mut [u8]) {
    let Some(mask) = mask else { return };
    payload.iter_mut().zip(mask.into_iter().cycle()).for_each(|(byte, key)| *byte ^= key);
}
