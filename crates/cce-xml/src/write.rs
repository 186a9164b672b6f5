//! Writes elements: one line, no declaration.

use crate::element::is_char;
use std::fmt::Display;

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
        let mut xml = Self::new();
        xml.node(name, inside);
        xml.0
    }

    /// Appends an element with text.
    pub fn text(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.open(name);
        self.0.push_str(&escape(&value.to_string()));
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

/// Escapes text. Characters that XML cannot hold are left out.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            plain if is_char(plain) => escaped.push(plain),
            _ => {}
        }
    }
    escaped
}
