//! Takes a byte stream apart into the stream's header, its stanzas and its end.

use crate::{Scope, StreamElement, ns};
use memchr::{memchr, memchr2};

/// What an incoming stream may be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// Bytes of one stanza, or of the header.
    pub stanza: usize,
    /// Elements inside each other, the stream's own counted.
    pub depth: usize,
}

impl Default for StreamLimits {
    /// 65,536 bytes, as RFC 6120 13.12 lets a server choose (it asks for 10,000 at least); 32 levels.
    fn default() -> Self {
        Self { stanza: 65_536, depth: 32 }
    }
}

/// Bytes of a stanza of a client that nobody knows yet: the fewest that a server may allow (RFC 6120 13.12).
pub const STRANGERS_STANZA_MAX: usize = 10_000;

impl StreamLimits {
    /// Those of a client that has not bound a resource.
    pub(crate) fn before_the_bind(self) -> Self {
        Self { stanza: self.stanza.min(STRANGERS_STANZA_MAX), ..self }
    }
}

/// A part of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamPiece {
    /// The stream's start tag.
    Header(StreamElement),
    /// A child of the stream's element.
    Stanza(StreamElement),
    /// The stream's end tag.
    End,
}

/// Why a stream cannot be read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamFlaw {
    /// The XML is broken.
    #[error("the XML is not well-formed")]
    NotWellFormed,
    /// A comment, a processing instruction, a DTD or an entity reference.
    #[error("the XML uses what an XMPP stream must not")]
    Restricted,
    /// See [`StreamLimits::stanza`].
    #[error("a stanza is too long")]
    TooLong,
    /// See [`StreamLimits::depth`].
    #[error("elements are nested too deep")]
    TooDeep,
    /// More than 1,024 elements in a stanza, or 64 attributes of an element.
    #[error("a stanza has too many elements, or an element too many attributes")]
    TooMany,
}

/// The incremental splitter. It looks at each byte in its turn, so that it notices the same things at the same byte
/// however the input is split.
#[derive(Clone, Debug)]
pub struct Splitter {
    limits: StreamLimits,
    input: Vec<u8>,
    read: usize,
    piece: Vec<u8>,
    lex: Lex,
    depth: usize,
    root: Vec<u8>,
    scope: Scope,
    is_declared: bool,
}

/// Where in the XML the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lex {
    Text,
    /// After `<`.
    Open,
    /// In a tag that opens or closes; with the quote of the attribute value that is open.
    Tag {
        closes: bool,
        quote: Option<u8>,
    },
    /// After `<!`, with this many bytes of what must follow.
    Bang(usize),
    CharacterData,
    Declaration,
}

/// What must follow `<!`.
const CDATA: &[u8] = b"[CDATA[";

impl Splitter {
    /// A splitter at the start of a stream.
    pub fn new(limits: StreamLimits) -> Self {
        Self {
            limits,
            input: Vec::new(),
            read: 0,
            piece: Vec::new(),
            lex: Lex::Text,
            depth: 0,
            root: Vec::new(),
            scope: Scope::new(),
            is_declared: false,
        }
    }

    /// Reads one child of a stream that stands alone: the whole of `text`, with nothing around it. What it does not
    /// declare has the meaning that it has in a stream: clients leave the declarations out.
    pub fn document(text: &str, limits: StreamLimits) -> Result<StreamElement, StreamFlaw> {
        let scope = vec![(String::new(), ns::CLIENT.into()), ("stream".to_owned(), ns::STREAM.into())];
        // The splitter begins inside a stream that nobody has written.
        let mut inside = Self { depth: 1, scope, ..Self::new(limits) };
        inside.push(text.as_bytes());
        let Some(StreamPiece::Stanza(element)) = inside.take()? else {
            return Err(StreamFlaw::NotWellFormed);
        };
        let is_all = inside.take()?.is_none() && inside.piece.is_empty();
        if is_all { Ok(element) } else { Err(StreamFlaw::NotWellFormed) }
    }

    /// Adds bytes that arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// The next part; none until more bytes arrive. After a flaw the stream cannot be read any further.
    pub fn take(&mut self) -> Result<Option<StreamPiece>, StreamFlaw> {
        while self.read < self.input.len() {
            self.skip_plain();
            let Some(byte) = self.input.get(self.read).copied() else { break };
            self.read += 1;
            if let Some(piece) = self.step(byte)? {
                return Ok(Some(piece));
            }
        }
        self.input.clear();
        self.read = 0;
        Ok(None)
    }

    /// What the stream may be like from here on.
    pub(crate) fn limit(&mut self, limits: StreamLimits) {
        self.limits = limits;
    }

    /// The peer begins a new stream after what was taken so far (RFC 6120 4.3.3).
    pub fn restart(&mut self) {
        // Bytes that came in one piece with the last stanza belong to the new stream.
        let rest = self.input.split_off(self.read);
        *self = Self { input: rest, ..Self::new(self.limits) };
    }

    /// Collects what means nothing where it stands, in one go.
    fn skip_plain(&mut self) {
        let rest = &self.input[self.read..];
        let plain = match self.lex {
            Lex::Text if self.depth > 1 => memchr(b'<', rest),
            Lex::Tag { quote: Some(quote), .. } => memchr2(b'<', quote, rest),
            Lex::Tag { quote: None, .. } => {
                rest.iter().position(|byte| matches!(byte, b'<' | b'>' | b'\'' | b'"'))
            }
            Lex::CharacterData | Lex::Declaration => memchr(b'>', rest),
            Lex::Text | Lex::Open | Lex::Bang(_) => return,
        };
        let room = self.limits.stanza.saturating_sub(self.piece.len());
        let plain = plain.unwrap_or(rest.len()).min(room);
        self.piece.extend_from_slice(&rest[..plain]);
        self.read += plain;
    }

    fn step(&mut self, byte: u8) -> Result<Option<StreamPiece>, StreamFlaw> {
        // White space between stanzas separates them or keeps the connection alive (RFC 6120 11.7).
        if self.depth <= 1 && self.lex == Lex::Text && byte.is_ascii_whitespace() {
            return Ok(None);
        }
        // The bound holds before the byte is kept (RFC 6120 13.12).
        if self.piece.len() == self.limits.stanza {
            return Err(StreamFlaw::TooLong);
        }
        self.piece.push(byte);
        match self.lex {
            Lex::Text => self.on_text(byte),
            Lex::Open => self.on_open(byte),
            Lex::Tag { closes, quote: Some(quote) } => self.on_quoted(byte, closes, quote),
            Lex::Tag { closes, quote: None } => self.on_tag(byte, closes),
            Lex::Bang(matched) => self.on_bang(byte, matched),
            Lex::CharacterData => Ok(self.on_character_data()),
            Lex::Declaration => self.on_declaration(),
        }
    }

    fn on_text(&mut self, byte: u8) -> Result<Option<StreamPiece>, StreamFlaw> {
        if byte == b'<' {
            self.lex = Lex::Open;
        } else if self.depth <= 1 {
            return Err(StreamFlaw::NotWellFormed);
        }
        Ok(None)
    }

    fn on_open(&mut self, byte: u8) -> Result<Option<StreamPiece>, StreamFlaw> {
        self.lex = match byte {
            b'/' if self.depth > 0 => Lex::Tag { closes: true, quote: None },
            // Character data stands inside stanzas; comments and DTDs begin alike and are refused
            // (RFC 6120 11.1).
            b'!' if self.depth > 1 => Lex::Bang(0),
            // One XML declaration may stand ahead of the stream header (RFC 6120 11.5).
            b'?' if self.depth == 0 && !self.is_declared => Lex::Declaration,
            b'!' | b'?' => return Err(StreamFlaw::Restricted),
            b'_' | b':' | 128.. => Lex::Tag { closes: false, quote: None },
            letter if letter.is_ascii_alphabetic() => Lex::Tag { closes: false, quote: None },
            _ => return Err(StreamFlaw::NotWellFormed),
        };
        Ok(None)
    }

    fn on_quoted(&mut self, byte: u8, closes: bool, quote: u8) -> Result<Option<StreamPiece>, StreamFlaw> {
        if byte == b'<' {
            return Err(StreamFlaw::NotWellFormed);
        }
        if byte == quote {
            self.lex = Lex::Tag { closes, quote: None };
        }
        Ok(None)
    }

    fn on_tag(&mut self, byte: u8, closes: bool) -> Result<Option<StreamPiece>, StreamFlaw> {
        match byte {
            // No tag begins inside another one (XML 1.0 3.1).
            b'<' => Err(StreamFlaw::NotWellFormed),
            b'\'' | b'"' => {
                self.lex = Lex::Tag { closes, quote: Some(byte) };
                Ok(None)
            }
            b'>' if closes => self.on_end_tag(),
            b'>' if self.piece.ends_with(b"/>") => self.on_empty_tag(),
            b'>' => self.on_start_tag(),
            _ => Ok(None),
        }
    }

    fn on_start_tag(&mut self) -> Result<Option<StreamPiece>, StreamFlaw> {
        self.lex = Lex::Text;
        self.depth += 1;
        // Trees are walked by recursion, so that their depth is bounded.
        if self.depth > self.limits.depth {
            return Err(StreamFlaw::TooDeep);
        }
        if self.depth > 1 {
            return Ok(None);
        }
        let (header, scope) = StreamElement::parse_start(text(&self.piece)?)?;
        let name = self.piece[1..].iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'>');
        self.root = name.copied().collect();
        self.scope = scope;
        self.piece.clear();
        Ok(Some(StreamPiece::Header(header)))
    }

    fn on_empty_tag(&mut self) -> Result<Option<StreamPiece>, StreamFlaw> {
        self.lex = Lex::Text;
        match self.depth {
            0 => Err(StreamFlaw::NotWellFormed),
            1 => self.stanza(),
            // An empty element is as deep as one with content would be.
            depth if depth >= self.limits.depth => Err(StreamFlaw::TooDeep),
            _ => Ok(None),
        }
    }

    fn on_end_tag(&mut self) -> Result<Option<StreamPiece>, StreamFlaw> {
        self.lex = Lex::Text;
        self.depth -= 1;
        match self.depth {
            0 => self.end(),
            1 => self.stanza(),
            _ => Ok(None),
        }
    }

    fn on_bang(&mut self, byte: u8, matched: usize) -> Result<Option<StreamPiece>, StreamFlaw> {
        if CDATA.get(matched) != Some(&byte) {
            return Err(StreamFlaw::Restricted);
        }
        self.lex = if matched + 1 == CDATA.len() { Lex::CharacterData } else { Lex::Bang(matched + 1) };
        Ok(None)
    }

    fn on_character_data(&mut self) -> Option<StreamPiece> {
        if self.piece.ends_with(b"]]>") {
            self.lex = Lex::Text;
        }
        None
    }

    fn on_declaration(&mut self) -> Result<Option<StreamPiece>, StreamFlaw> {
        if !self.piece.ends_with(b"?>") || self.piece.len() < b"<?xml?>".len() {
            return Ok(None);
        }
        if !text(&self.piece)?.starts_with("<?xml ") {
            return Err(StreamFlaw::Restricted);
        }
        self.piece.clear();
        self.lex = Lex::Text;
        self.is_declared = true;
        Ok(None)
    }

    fn stanza(&mut self) -> Result<Option<StreamPiece>, StreamFlaw> {
        let element = StreamElement::parse(text(&self.piece)?, &self.scope)?;
        self.piece.clear();
        Ok(Some(StreamPiece::Stanza(element)))
    }

    fn end(&mut self) -> Result<Option<StreamPiece>, StreamFlaw> {
        let tag = text(&self.piece)?;
        // The end tag repeats the name of the start tag, prefix included (XML 1.0 3).
        let name = tag.trim_start_matches("</").trim_end_matches('>').trim_end();
        let is_root = name.as_bytes() == self.root;
        self.piece.clear();
        if is_root { Ok(Some(StreamPiece::End)) } else { Err(StreamFlaw::NotWellFormed) }
    }
}

/// What was collected, as text.
fn text(piece: &[u8]) -> Result<&str, StreamFlaw> {
    str::from_utf8(piece).map_err(|_| StreamFlaw::NotWellFormed)
}
