//! A stream of bytes, message by message and field by field.

use crate::{
    decode::{Protocol, decode},
    dictionary::Dictionary,
    reference::Book,
};
use bytes::Bytes;
use cce_wire::{DecodeError, Flaw, HEADER, Located, frame_kind, locate, open_frame};

/// The version that a session has when its start is not seen.
const VERSION_UNSEEN: u32 = 24;

/// A stretch of a stream.
#[derive(Clone, Debug)]
pub enum Piece {
    /// A message.
    Message(Explained),
    /// Bytes that are no message.
    Broken {
        /// Where they begin, in bytes from the start of the stream.
        offset: usize,
        /// What is wrong with them.
        why: String,
    },
}

/// A message and what it says.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Where it begins, in bytes from the start of the stream.
    pub offset: usize,
    /// Name on the wire; none that the table does not list.
    pub name: Option<&'static str>,
    /// Message type.
    pub number: u32,
    /// Bytes, header included.
    pub length: usize,
    /// Its fields, in the order of the wire. Where the table was replaced, places are those of the built-in row.
    pub fields: Vec<Located>,
    /// Why it cannot be read to its end.
    pub error: Option<Fault>,
    /// What a strict receiver would object to.
    pub flaws: Vec<Flaw>,
}

/// What is wrong with a message, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field that bytes are missing of, in bytes from the start of the stream.
    pub offset: usize,
    /// What is missing.
    pub why: String,
}

impl Fault {
    /// `start` is where the message begins.
    fn new(start: usize, error: &DecodeError) -> Self {
        match error {
            DecodeError::Short { field, offset, need, left, .. } => Self {
                offset: start + HEADER + offset,
                why: format!("{field} needs {need} bytes, {left} left"),
            },
            DecodeError::ShortFloat { tag, offset, need, left, .. } => Self {
                offset: start + HEADER + offset,
                why: format!("the floating field with tag {tag} needs {need} bytes, {left} left"),
            },
            DecodeError::Header { .. } | DecodeError::Length { .. } => {
                Self { offset: start, why: error.to_string() }
            }
        }
    }
}

/// Explains a stream. `version` is that of its session, where it is GED-188 and known; without it, each OPEN_REQ
/// in the stream tells it for what follows. A stream whose start `is_missing` may begin inside a message.
pub fn explain(
    book: Book,
    version: Option<u32>,
    dictionary: &Dictionary,
    stream: &Bytes,
    is_missing: bool,
) -> Vec<Piece> {
    let is_given = version.is_some();
    let mut version = version.or_else(|| opened_version(stream)).unwrap_or(VERSION_UNSEEN);
    let mut at = if is_missing { first_message(book, stream) } else { 0 };
    let mut pieces = Vec::new();
    if at > 0 {
        pieces
            .push(Piece::Broken { offset: 0, why: format!("the {at} bytes before the first whole message") });
    }
    while at < stream.len() {
        let frame = match next_frame(book, stream, at) {
            Ok(frame) => frame,
            Err(why) => {
                pieces.push(Piece::Broken { offset: at, why });
                break;
            }
        };
        version = cce_cti::open_version(&frame).filter(|_| book == Book::Cti && !is_given).unwrap_or(version);
        pieces.push(Piece::Message(message(book.protocol(version), dictionary, at, &frame)));
        at += frame.len();
    }
    pieces
}

/// The version of the first OPEN_REQ of a GED-188 stream.
pub fn opened_version(stream: &Bytes) -> Option<u32> {
    cce_cti::open_version(stream)
}

fn next_frame(book: Book, stream: &Bytes, at: usize) -> Result<Bytes, String> {
    let left = stream.len() - at;
    let length = whole_length(&stream[at..])
        .ok_or_else(|| format!("the last {left} bytes are no whole header: it has {HEADER}"))?;
    let max = book.message_max();
    if length > max as u64 {
        return Err(format!("the header announces a message of {length} bytes; the largest one has {max}"));
    }
    match usize::try_from(length).ok().filter(|length| *length <= left) {
        Some(length) => Ok(stream.slice(at..at + length)),
        None => Err(format!("the stream ends inside a message of {length} bytes: {left} are there")),
    }
}

/// Bytes of the message at the front, header included.
fn whole_length(bytes: &[u8]) -> Option<u64> {
    let length: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    bytes.get(HEADER - 1)?;
    Some(u64::from(u32::from_be_bytes(length)) + HEADER as u64)
}

/// Where the first message begins: a header that the table lists, behind which another one follows or nothing.
fn first_message(book: Book, stream: &Bytes) -> usize {
    let is_header = |at: usize| {
        let rest = &stream[at..];
        let is_known = frame_kind(rest).is_some_and(|kind| book.table().iter().any(|row| row.kind == kind));
        let length = whole_length(rest).filter(|length| *length <= book.message_max() as u64);
        length.and_then(|length| usize::try_from(length).ok()).filter(|_| is_known)
    };
    let is_start = |at: &usize| {
        is_header(*at).is_some_and(|length| {
            let next = *at + length;
            next == stream.len() || (next < stream.len() && is_header(next).is_some())
        })
    };
    (0..stream.len()).find(is_start).unwrap_or(0)
}

fn message(protocol: Protocol, dictionary: &Dictionary, offset: usize, frame: &Bytes) -> Explained {
    let own = dictionary.inward(protocol, frame);
    let flaws = decode(protocol, &own).map(|message| message.flaws(protocol)).unwrap_or_default();
    let number = frame_kind(frame).unwrap_or(0);
    let row = frame_kind(&own).and_then(|kind| protocol.book().table().iter().find(|row| row.kind == kind));
    let body = open_frame(&own).map(|(_, body)| body).unwrap_or_default();
    let (fields, error) = row.map(|row| locate(row, &protocol.dialect(), body)).unwrap_or_default();
    Explained {
        offset,
        name: row.map(|row| row.name),
        number,
        length: frame.len(),
        fields,
        error: error.map(|error| Fault::new(offset, &error)),
        flaws,
    }
}
