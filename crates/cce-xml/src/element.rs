//! A document as a tree of elements.

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesRef, BytesStart, Event},
};

/// Elements inside one another.
const DEPTH_MAX: usize = 32;

/// Bytes of a document.
const SIZE_MAX: usize = 4 << 20;

/// Elements of a document, so that a small one cannot become a large tree.
const ELEMENTS_MAX: usize = 20_000;

/// An element with its text and its children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Name, without a namespace prefix.
    pub name: String,
    /// Names as they are written, and values, unescaped.
    pub attributes: Vec<(String, String)>,
    /// The text directly in it, unescaped, without blanks around it.
    pub text: String,
    /// Its children in order.
    pub children: Vec<Element>,
}

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    /// It is larger than is accepted.
    #[error("the document has {size} bytes; at most {SIZE_MAX} are read")]
    TooLarge {
        /// Its bytes.
        size: usize,
    },
    /// Its elements are nested deeper than is accepted.
    #[error("elements are nested deeper than {DEPTH_MAX} at byte {at}")]
    TooDeep {
        /// Where.
        at: u64,
    },
    /// It has more elements than are accepted.
    #[error("there are more than {ELEMENTS_MAX} elements at byte {at}")]
    TooMany {
        /// Where.
        at: u64,
    },
    /// It is not well-formed.
    #[error("malformed XML at byte {at}: {detail}")]
    Malformed {
        /// Where.
        at: u64,
        /// What is wrong.
        detail: String,
    },
    /// It is well-formed, but something else.
    #[error("the root element is `{found}` where `{wanted}` is expected")]
    OtherRoot {
        /// What was expected.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
}

impl Element {
    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of that name.
    pub fn text_of(&self, name: &str) -> Option<String> {
        self.child(name).map(|child| child.text.clone())
    }

    /// The element at the end of a path of children.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// Every child of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// This element, if it has that name.
    pub fn named(self, wanted: &'static str) -> Result<Self, XmlError> {
        if self.name == wanted { Ok(self) } else { Err(XmlError::OtherRoot { wanted, found: self.name }) }
    }
}

/// Reads a document.
pub fn parse(text: &[u8]) -> Result<Element, XmlError> {
    check_size(text)?;
    let text =
        std::str::from_utf8(text).map_err(|error| malformed(error.valid_up_to() as u64, "not UTF-8"))?;
    let may_be_none = |byte: u8| matches!(byte, ..b' ' | 0xEF);
    let doubtful = text.bytes().any(|byte| may_be_none(byte) && !matches!(byte, b'\t' | b'\n' | b'\r'));
    if doubtful && let Some((at, found)) = text.char_indices().find(|(_, character)| !is_char(*character)) {
        return Err(malformed(at as u64, format!("the character {found:?} is not allowed")));
    }
    let mut reader = Reader::from_str(text);
    let mut tree = Tree { open: vec![Element::default()], elements: 0 };
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| malformed(at, error.to_string()))?;
        if matches!(event, Event::Eof) {
            return tree.into_root(at);
        }
        tree.take(&event, at)?;
    }
}

/// Whether a document is small enough to be read.
pub(crate) fn check_size(text: &[u8]) -> Result<(), XmlError> {
    if text.len() > SIZE_MAX { Err(XmlError::TooLarge { size: text.len() }) } else { Ok(()) }
}

/// Whether XML 1.0 can hold that character.
pub(crate) fn is_char(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        other => other >= ' ' && !matches!(other, '\u{FFFE}' | '\u{FFFF}'),
    }
}

/// A document that is being read.
struct Tree {
    /// The elements that are not closed, outermost first. Below them stands one without a name, which holds
    /// the root.
    open: Vec<Element>,
    /// Elements so far.
    elements: usize,
}

impl Tree {
    fn take(&mut self, event: &Event<'_>, at: u64) -> Result<(), XmlError> {
        match event {
            Event::Start(start) => self.begin(start, at)?,
            Event::Empty(start) => {
                self.begin(start, at)?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.put(&text.xml10_content(), at)?,
            Event::CData(text) => self.put(&text.xml10_content(), at)?,
            Event::GeneralRef(entity) => self.put_entity(entity, at)?,
            Event::DocType(_) => return Err(malformed(at, "a DOCTYPE is not accepted")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn begin(&mut self, start: &BytesStart<'_>, at: u64) -> Result<(), XmlError> {
        if self.open.len() > DEPTH_MAX {
            return Err(XmlError::TooDeep { at });
        }
        if self.elements == ELEMENTS_MAX {
            return Err(XmlError::TooMany { at });
        }
        self.elements += 1;
        self.open.push(element(start).map_err(|detail| malformed(at, detail))?);
        Ok(())
    }

    fn end(&mut self) {
        let Some(mut done) = self.open.pop() else { return };
        done.text.truncate(done.text.trim_end().len());
        let blanks = done.text.len() - done.text.trim_start().len();
        done.text.drain(..blanks);
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(done);
        }
    }

    /// One of the five predefined entities, or a character by number.
    fn put_entity(&mut self, entity: &BytesRef<'_>, at: u64) -> Result<(), XmlError> {
        let unknown = || malformed(at, format!("unknown entity `{}`", &**entity));
        match entity.resolve_char_ref().map_err(|_| unknown())? {
            Some(character) if is_char(character) => self.put(character.encode_utf8(&mut [0; 4]), at),
            Some(_) => Err(unknown()),
            None => self.put(resolve_xml_entity(entity).ok_or_else(unknown)?, at),
        }
    }

    fn put(&mut self, text: &str, at: u64) -> Result<(), XmlError> {
        if self.open.len() == 1 && !text.trim().is_empty() {
            return Err(malformed(at, "there is text outside the root element"));
        }
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
        Ok(())
    }

    fn into_root(mut self, at: u64) -> Result<Element, XmlError> {
        let mut roots = self.open.pop().map(|bottom| bottom.children).unwrap_or_default();
        if !self.open.is_empty() {
            return Err(malformed(at, "the document ends inside an element"));
        }
        match (roots.pop(), roots.is_empty()) {
            (Some(root), true) => Ok(root),
            (None, _) => Err(malformed(at, "there is no element")),
            (Some(_), false) => Err(malformed(at, "there is more than one root element")),
        }
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let qualified = start.name().as_ref().to_owned();
    if !is_name(&qualified) {
        return Err(format!("`{qualified}` is no name of an element"));
    }
    let name = start.local_name().as_ref().to_owned();
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name = attribute.key.as_ref().to_owned();
        if !is_name(&name) {
            return Err(format!("`{name}` is no name of an attribute"));
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        Ok((name, value.into_owned()))
    });
    let attributes = attributes.collect::<Result<_, String>>()?;
    Ok(Element { name, attributes, ..Element::default() })
}

/// Whether that is a name, with or without a prefix (Namespaces in XML 1.0, 4; XML 1.0, 2.3).
fn is_name(name: &str) -> bool {
    let (prefix, local) = name.split_once(':').unwrap_or(("_", name));
    [prefix, local].iter().all(|part| {
        let is_part = |other: char| match other {
            '_' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}' => true,
            letter => letter.is_alphanumeric(),
        };
        part.starts_with(|first: char| first.is_alphabetic() || first == '_') && part.chars().all(is_part)
    })
}

fn malformed(at: u64, detail: impl Into<String>) -> XmlError {
    XmlError::Malformed { at, detail: detail.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_blanks_and_a_declaration_are_passed_over() {
        let root =
            parse(b"<?xml version='1.0'?>\n <!-- a --> <Task> <name> Ann &amp; Bob<!-- b --></name> </Task>")
                .unwrap();
        assert_eq!(root.name, "Task");
        assert_eq!(root.text_of("name").as_deref(), Some("Ann & Bob"));
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for text in
            ["", "x", "<a>", "<a></b>", "<a/><b/>", "<a>&x;</a>", "<!DOCTYPE a><a/>", "<a", "<a>\u{0}<"]
        {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_made_of_the_characters_of_names() {
        for name in ["a", "a:b", "_a-b.c1", "\u{e9}t\u{e9}"] {
            assert!(parse(format!("<{name} {name}='1'/>").as_bytes()).is_ok(), "{name}");
        }
        for name in ["1", "a:", ":a", "a:b:c", "a:1", "-a", "a\"", "a!", "a='u'b"] {
            assert!(parse(format!("<{name}/>").as_bytes()).is_err(), "{name}");
        }
        for text in ["<a b:='c'/>", "<a 1='c'/>", "<a:b c\"='u'/>", "<a:xmxmlns:a='u' c='d'/>"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_has_a_limit() {
        assert!(parse("<a>".repeat(100_000).as_bytes()).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_never_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
