//! What every message of a table can do, and its header.

use crate::{About, DecodeError, Dialect, Extra, Flaw, MessageDoc, Reader, Shown};
use bytes::{BufMut, Bytes, BytesMut};
use cce_model::MonitorId;

/// Bytes of a message header: length of the rest, then message type.
pub const HEADER: usize = 8;

/// A message of a table: its row, and how it is read.
pub trait Message: Body + Default {
    /// Its row.
    const DOC: MessageDoc;

    /// Reads a body. Fails only where bytes are missing.
    fn read(dialect: &Dialect, from: &mut Reader) -> Result<Self, DecodeError>;
}

/// What can be asked of a message without knowing which it is.
pub trait Body {
    /// Its row.
    fn doc(&self) -> &'static MessageDoc;

    /// Writes the body.
    fn write(&self, dialect: &Dialect, to: &mut BytesMut);

    /// Labels and values, in the order of the row; absent floating fields are left out.
    fn fields(&self) -> Vec<Shown>;

    /// What it is about, by the marks of its row.
    fn about(&self) -> About;

    /// Says for which monitor it is, if its row marks a field as one.
    fn set_monitor(&mut self, monitor: MonitorId);

    /// What a strict peer would object to, first objection first.
    fn flaws(&self, dialect: &Dialect) -> Vec<Flaw>;

    /// What fits nowhere in the row.
    fn extra(&self) -> &Extra;
}

/// A whole message: header and body.
pub fn frame(kind: u32, body: impl FnOnce(&mut BytesMut)) -> Bytes {
    let mut whole = BytesMut::new();
    whole.put_u32(0);
    whole.put_u32(kind);
    body(&mut whole);
    let length = u32::try_from(whole.len() - HEADER).unwrap_or(u32::MAX);
    whole[..4].copy_from_slice(&length.to_be_bytes());
    whole.freeze()
}

/// Message type of a whole message, if it has a header.
pub fn frame_kind(frame: &[u8]) -> Option<u32> {
    frame.get(4..HEADER)?.try_into().ok().map(u32::from_be_bytes)
}

/// Message type and body of a whole message.
pub fn open_frame(frame: &Bytes) -> Result<(u32, Bytes), DecodeError> {
    let mut header = Reader::new("header", frame.clone());
    let (Ok(announced), Ok(kind)) = (header.u32("MessageLength"), header.u32("MessageType")) else {
        return Err(DecodeError::Header { have: frame.len() });
    };
    let body = header.rest();
    if u64::from(announced) != body.len() as u64 {
        return Err(DecodeError::Length { announced: u64::from(announced), have: body.len() as u64 });
    }
    Ok((kind, body))
}
