//! Writes elements: one line, no declaration.

use crate::element::is_char;
use std::fmt::{self, Display, Write};

/// Bytes that most documents do not exceed.
const DOCUMENT: usize = 1_024;

/// A piece of XML that grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Xml(String);

impl Xml {
    /// An empty piece.
    pub fn new() -> Self {
        Self::default()
    }

    /// A document with one root element.
    pub fn document(name: &str, inside: impl FnOnce(&mut Self)) -> String {
        let mut xml = Self(String::with_capacity(DOCUMENT));
        xml.node(name, inside);
        xml.0
    }

    /// Appends an element with text.
    pub fn text(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.open(name);
        // A string takes everything.
        let _ = write!(Escaping(&mut self.0), "{value}");
        self.close(name)
    }

    /// Appends an element with text, if there is any.
    pub fn maybe(&mut self, name: &str, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Appends an element with what `inside` appends.
    pub fn node(&mut self, name: &str, inside: impl FnOnce(&mut Self)) -> &mut Self {
        self.open(name);
        inside(self);
        self.close(name)
    }

    /// Appends what `inside` appends.
    pub fn with(&mut self, inside: impl FnOnce(&mut Self)) -> &mut Self {
        inside(self);
        self
    }

    /// Appends a piece that is XML already.
    pub fn raw(&mut self, piece: &str) -> &mut Self {
        self.0.push_str(piece);
        self
    }

    fn open(&mut self, name: &str) {
        self.0.extend(["<", name, ">"]);
    }

    fn close(&mut self, name: &str) -> &mut Self {
        // A name may carry attributes; the end has the name alone.
        let name = name.split(' ').next().unwrap_or(name);
        self.0.extend(["</", name, ">"]);
        self
    }
}

/// Escapes what is written to it.
struct Escaping<'a>(&'a mut String);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape_into(text, self.0);
        Ok(())
    }
}

/// Escapes text. Characters that XML cannot hold are left out.
fn escape_into(text: &str, to: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_special) {
        let (plain, special) = rest.split_at(at);
        to.push_str(plain);
        let Some(character) = special.chars().next() else { return };
        match character {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            // As it is, it would be read as the end of a line (XML 1.0, 2.11).
            '\r' => to.push_str("&#13;"),
            plain if is_char(plain) => to.push(plain),
            _ => {}
        }
        rest = &special[character.len_utf8()..];
    }
    to.push_str(rest);
}

/// Whether a character that begins with that byte may have to be written otherwise, or not at all.
const fn is_special(byte: u8) -> bool {
    // The characters that are none begin with the last one.
    matches!(byte, b'&' | b'<' | b'>' | ..b' ' | 0xEF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carriage_return_is_read_as_it_was_written() {
        let document = Xml::document("x", |xml| {
            xml.text("y", "a\r\nb");
        });
        let read = crate::parse(document.as_bytes()).expect("it is a document");
        assert_eq!(read.text_of("y").as_deref(), Some("a\r\nb"));
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out_and_what_it_means_is_escaped() {
        let text = "a & <b>\u{0}\u{1f} \t\u{fffe}\u{ff21}\u{ffff}\u{fc}";
        let document = Xml::document("x", |xml| {
            xml.text("y", text).text("z", 7);
        });
        assert_eq!(document, "<x><y>a &amp; &lt;b&gt; \t\u{ff21}\u{fc}</y><z>7</z></x>");
    }
}
