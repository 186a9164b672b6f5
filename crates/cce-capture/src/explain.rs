//! A stream of bytes, message by message and field by field.

use bytes::Bytes;
use cce_cti::{FailureConf, OpenConf};
use cce_fold::{Book, Dictionary, Protocol, decode};
use cce_wire::{DecodeError, Flaw, HEADER, Located, Message, MessageDoc, frame_kind, locate, open_frame};

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

/// The bytes of one direction of a connection, or of somebody's clipboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapturedStream {
    /// The bytes that are there.
    pub bytes: Bytes,
    /// Whether it may begin inside a message.
    pub begins_anywhere: bool,
    /// Where bytes are missing, in order: how many stand before the place, and what is said about it.
    pub gaps: Vec<(usize, String)>,
}

/// What a client opens a session with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Invoke id of the OPEN_REQ.
    pub invoke_id: u32,
    /// The version that it asks for.
    pub version: u32,
}

impl Opening {
    fn of(book: Book, frame: &[u8]) -> Option<Self> {
        let version = cce_cti::open_version(frame).filter(|_| book == Book::Cti)?;
        Some(Self { invoke_id: number_at(frame, HEADER)?, version })
    }
}

/// Where the version of a GED-188 session is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions<'a> {
    /// Somebody knows it.
    Given(u32),
    /// By each OPEN_REQ of the stream, for what follows it.
    Own,
    /// By these of the other direction: each counts from its answer on.
    Other(&'a [Opening]),
}

/// Explains a stream. What cannot be read is passed over up to the next whole message.
pub fn explain(
    book: Book,
    versions: Versions<'_>,
    dictionary: &Dictionary,
    stream: &CapturedStream,
) -> Vec<Piece> {
    let mut reader =
        Reader { book, bytes: &stream.bytes, version: Version::new(versions), found: Vec::new() };
    reader.read(stream);
    let piece = |found| match found {
        Found::Frame { at, version, frame } => {
            Piece::Message(message(book.protocol(version), dictionary, at, &frame))
        }
        Found::Broken { at, why } => Piece::Broken { offset: at, why },
    };
    reader.found.into_iter().map(piece).collect()
}

/// Every OPEN_REQ of a GED-188 stream.
pub fn openings(stream: &CapturedStream) -> Vec<Opening> {
    let (book, version) = (Book::Cti, Version::new(Versions::Own));
    let mut reader = Reader { book, bytes: &stream.bytes, version, found: Vec::new() };
    reader.read(stream);
    let opening = |found: &Found| match found {
        Found::Frame { frame, .. } => Opening::of(book, frame),
        Found::Broken { .. } => None,
    };
    reader.found.iter().filter_map(opening).collect()
}

/// Whether there is a whole message anywhere.
pub fn has_message(book: Book, bytes: &Bytes) -> bool {
    let version = Version::new(Versions::Own);
    let reader = Reader { book, bytes, version, found: Vec::new() };
    reader.seek(0, bytes.len()).is_some()
}

/// The version at a place of a stream.
struct Version<'a> {
    now: u32,
    versions: Versions<'a>,
}

impl<'a> Version<'a> {
    fn new(versions: Versions<'a>) -> Self {
        let now = match versions {
            Versions::Given(version) => version,
            Versions::Own => VERSION_UNSEEN,
            Versions::Other(openings) => openings.first().map_or(VERSION_UNSEEN, |first| first.version),
        };
        Self { now, versions }
    }

    /// The version of a message.
    fn of(&mut self, book: Book, frame: &[u8]) -> u32 {
        match self.versions {
            Versions::Given(_) => {}
            Versions::Own => self.now = Opening::of(book, frame).map_or(self.now, |own| own.version),
            Versions::Other(openings) => {
                let is_answer =
                    [Some(FailureConf::DOC.kind), Some(OpenConf::DOC.kind)].contains(&frame_kind(frame));
                let invoke_id = number_at(frame, HEADER).filter(|_| is_answer);
                if let Some(at) = openings.iter().position(|opening| Some(opening.invoke_id) == invoke_id) {
                    self.now = openings[at].version;
                    self.versions = Versions::Other(&openings[at + 1..]);
                }
            }
        }
        self.now
    }
}

/// What a place of a stream holds.
enum Found {
    Frame { at: usize, version: u32, frame: Bytes },
    Broken { at: usize, why: String },
}

/// Takes a stream apart.
struct Reader<'a> {
    book: Book,
    bytes: &'a Bytes,
    version: Version<'a>,
    found: Vec<Found>,
}

impl Reader<'_> {
    fn read(&mut self, stream: &CapturedStream) {
        let (mut from, mut is_inside) = (0, stream.begins_anywhere);
        for (end, why) in &stream.gaps {
            let cut = self.stretch(from, *end, is_inside, true);
            let cut = cut.map(|cut| format!("; {cut}")).unwrap_or_default();
            self.found.push(Found::Broken { at: *end, why: format!("{why}{cut}") });
            (from, is_inside) = (*end, true);
        }
        self.stretch(from, self.bytes.len(), is_inside, false);
    }

    /// Bytes of which none is missing. Where bytes are missing behind them, says what those cut.
    fn stretch(&mut self, from: usize, end: usize, is_inside: bool, is_cut: bool) -> Option<String> {
        let mut at = from;
        if is_inside && from < end {
            at = self.seek(from, end).unwrap_or(from);
            if at > from {
                let why = format!("the {} bytes before the first whole message", at - from);
                self.found.push(Found::Broken { at: from, why });
            }
        }
        while at < end {
            let frame = match next_frame(self.book, self.bytes, at, end) {
                Ok(frame) => frame,
                Err(Trouble::Cut { length, left }) if is_cut => {
                    return Some(match length {
                        Some(length) => format!("{left} bytes of a message of {length} stand before that"),
                        None => format!("{left} bytes of a header of {HEADER} stand before that"),
                    });
                }
                Err(trouble) => {
                    let why = trouble.words();
                    let next = self.seek(at + 1, end);
                    let passed_over =
                        next.map(|next| format!("; {} bytes are passed over", next - at)).unwrap_or_default();
                    self.found.push(Found::Broken { at, why: format!("{why}{passed_over}") });
                    at = next.unwrap_or(end);
                    continue;
                }
            };
            let (version, length) = (self.version.of(self.book, &frame), frame.len());
            self.found.push(Found::Frame { at, version, frame });
            at += length;
        }
        None
    }

    /// Where the next whole message begins that the table lists, behind which another one follows or nothing.
    fn seek(&self, from: usize, end: usize) -> Option<usize> {
        let is_start = |at: &usize| {
            let Some((row, length)) = self.header(*at, end) else { return false };
            let next = *at + length;
            let is_followed = next == end || (next < end && self.header(next, end).is_some());
            // An OPEN_REQ has a version of its own.
            is_followed && {
                let own = cce_cti::open_version(&self.bytes[*at..next]).filter(|_| self.book == Book::Cti);
                let protocol = self.book.protocol(own.unwrap_or(self.version.now));
                locate(row, &protocol.dialect(), self.bytes.slice(*at + HEADER..next)).1.is_none()
            }
        };
        (from..end).find(is_start)
    }

    /// The row of the header at a place, and the length of its message.
    fn header(&self, at: usize, end: usize) -> Option<(&'static MessageDoc, usize)> {
        let rest = &self.bytes[at..end];
        let length = whole_length(rest).filter(|length| *length <= self.book.message_max() as u64)?;
        let kind = frame_kind(rest)?;
        let row = self.book.table().iter().find(|row| row.kind == kind)?;
        Some((row, usize::try_from(length).ok()?))
    }
}

/// Why there is no message.
enum Trouble {
    /// It has no end: so long is it, if that can be said, and so many bytes of it are there.
    Cut { length: Option<u64>, left: usize },
    /// It has no beginning that could be one.
    Header(String),
}

impl Trouble {
    fn words(self) -> String {
        match self {
            Self::Cut { length: Some(length), left } => {
                format!("the stream ends inside a message of {length} bytes: {left} are there")
            }
            Self::Cut { length: None, left } => {
                format!("the last {left} bytes are no whole header: it has {HEADER}")
            }
            Self::Header(why) => why,
        }
    }
}

fn next_frame(book: Book, stream: &Bytes, at: usize, end: usize) -> Result<Bytes, Trouble> {
    let left = end - at;
    let length = whole_length(&stream[at..end]).ok_or(Trouble::Cut { length: None, left })?;
    let max = book.message_max();
    if length > max as u64 {
        let why = format!("the header announces a message of {length} bytes; the largest one has {max}");
        return Err(Trouble::Header(why));
    }
    match usize::try_from(length).ok().filter(|length| *length <= left) {
        Some(length) => Ok(stream.slice(at..at + length)),
        None => Err(Trouble::Cut { length: Some(length), left }),
    }
}

/// Bytes of the message at the front, header included.
fn whole_length(bytes: &[u8]) -> Option<u64> {
    bytes.get(HEADER - 1)?;
    Some(u64::from(number_at(bytes, 0)?) + HEADER as u64)
}

fn number_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
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
