//! A small tree of one stanza.

use crate::StreamFlaw;
use memchr::{memchr, memchr2};
use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesRef, BytesStart, BytesText, Event},
};
use std::sync::Arc;

/// Namespace declarations in force, outermost first: prefix (empty for the default) and namespace.
pub type Scope = Vec<(String, Arc<str>)>;

/// Elements of one stanza. Each costs far more memory than the four bytes in which it can be written.
const ELEMENTS_MAX: usize = 1_024;

/// Attributes of one element, declarations among them, through which every element inside has to look.
const ATTRIBUTES_MAX: usize = 64;

/// An XML element with its namespace resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamElement {
    /// Name without prefix.
    pub name: String,
    /// Namespace; empty for none.
    pub namespace: Arc<str>,
    /// Attributes other than namespace declarations, by the name written, in the order written.
    pub attributes: Vec<(String, String)>,
    /// Children in order.
    pub children: Vec<Child>,
}

/// A child of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Child {
    /// An element.
    Element(StreamElement),
    /// Text, unescaped; neighbouring pieces are one.
    Text(String),
}

impl StreamElement {
    /// Reads one element with everything in it.
    pub fn parse(xml: &str, scope: &Scope) -> Result<Self, StreamFlaw> {
        let mut tree = Tree { outer: scope, scope: Scope::new(), open: Vec::new(), elements: 0 };
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event().map_err(|_| StreamFlaw::NotWellFormed)? {
                Event::Start(tag) => tree.open(&tag)?,
                Event::Empty(tag) => {
                    tree.open(&tag)?;
                    if let Some(root) = tree.close()? {
                        return Ok(root);
                    }
                }
                Event::End(_) => {
                    if let Some(root) = tree.close()? {
                        return Ok(root);
                    }
                }
                Event::Text(text) => tree.text(&text.xml10_content())?,
                Event::CData(text) => tree.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    tree.reference(&reference)?;
                    let rest = reader.get_mut();
                    let behind = tree.rest_of_text(xml.get(xml.len() - rest.len()..).unwrap_or_default())?;
                    *rest = behind.as_bytes();
                }
                // A stream has no comments, processing instructions and DTDs (RFC 6120 11.1).
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
                    return Err(StreamFlaw::Restricted);
                }
                Event::Eof => return Err(StreamFlaw::NotWellFormed),
            }
        }
    }

    /// Reads a start tag on its own, such as a stream's; returns the declarations that it leaves in force.
    pub fn parse_start(xml: &str) -> Result<(Self, Scope), StreamFlaw> {
        let Event::Start(tag) = Reader::from_str(xml).read_event().map_err(|_| StreamFlaw::NotWellFormed)?
        else {
            return Err(StreamFlaw::NotWellFormed);
        };
        let mut tree = Tree { outer: &[], scope: Scope::new(), open: Vec::new(), elements: 0 };
        tree.open(&tag)?;
        let (element, _) = tree.open.pop().ok_or(StreamFlaw::NotWellFormed)?;
        Ok((element, tree.scope))
    }

    /// Whether this is the element of that name and namespace.
    pub fn is(&self, name: &str, namespace: &str) -> bool {
        self.name == name && *self.namespace == *namespace
    }

    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Child elements in order.
    pub fn elements(&self) -> impl Iterator<Item = &StreamElement> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// The first child element of that name and namespace.
    pub fn child(&self, name: &str, namespace: &str) -> Option<&StreamElement> {
        self.elements().find(|element| element.is(name, namespace))
    }

    /// The text directly inside.
    pub fn text(&self) -> String {
        let texts = self.children.iter().filter_map(|child| match child {
            Child::Text(text) => Some(text.as_str()),
            Child::Element(_) => None,
        });
        texts.collect()
    }
}

/// A tree while it is read: the elements that are still open, each with the length that `scope` had before.
struct Tree<'a> {
    /// Declarations around the whole.
    outer: &'a [(String, Arc<str>)],
    scope: Scope,
    open: Vec<(StreamElement, usize)>,
    /// Elements so far.
    elements: usize,
}

impl Tree<'_> {
    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), StreamFlaw> {
        // The bound holds before an element takes memory.
        self.elements += 1;
        if self.elements > ELEMENTS_MAX {
            return Err(StreamFlaw::TooMany);
        }
        let outer = self.scope.len();
        let mut attributes = Vec::new();
        for (before, attribute) in tag.attributes().enumerate() {
            if before == ATTRIBUTES_MAX {
                return Err(StreamFlaw::TooMany);
            }
            let attribute = attribute.map_err(|_| StreamFlaw::NotWellFormed)?;
            let value =
                attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|_| StreamFlaw::NotWellFormed)?;
            check_characters(&value)?;
            // Declarations are in force for the element that has them, too (Namespaces in XML 6.1).
            match attribute.key.0.strip_prefix("xmlns") {
                Some("") => self.scope.push((String::new(), value.into())),
                Some(prefixed) if prefixed.starts_with(':') => {
                    self.scope.push((prefixed[1..].to_owned(), value.into()));
                }
                _ => attributes.push((attribute.key.0.to_owned(), value.into_owned())),
            }
        }
        let tag_name = tag.name();
        let (prefix, name) = tag_name.0.split_once(':').unwrap_or(("", tag_name.0));
        let namespace = self.namespace(prefix)?;
        self.open.push((
            StreamElement { name: name.to_owned(), namespace, attributes, children: Vec::new() },
            outer,
        ));
        Ok(())
    }

    /// Closes the innermost element; returns it when it is the root.
    fn close(&mut self) -> Result<Option<StreamElement>, StreamFlaw> {
        let (element, outer) = self.open.pop().ok_or(StreamFlaw::NotWellFormed)?;
        self.scope.truncate(outer);
        let Some((parent, _)) = self.open.last_mut() else {
            return Ok(Some(element));
        };
        parent.children.push(Child::Element(element));
        Ok(None)
    }

    fn text(&mut self, text: &str) -> Result<(), StreamFlaw> {
        check_characters(text)?;
        let (parent, _) = self.open.last_mut().ok_or(StreamFlaw::NotWellFormed)?;
        if let Some(Child::Text(before)) = parent.children.last_mut() {
            before.push_str(text);
        } else {
            parent.children.push(Child::Text(text.to_owned()));
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), StreamFlaw> {
        self.text("")?;
        push_reference(reference, self.known_text()?)
    }

    /// Takes what stands behind a reference up to the next tag. A text that is XML itself has references everywhere, and each of
    /// them would be an event of the reader, and so would each text between two of them. Returns what is left from the tag on.
    fn rest_of_text<'x>(&mut self, rest: &'x str) -> Result<&'x str, StreamFlaw> {
        let (text, behind) = rest.split_at(memchr(b'<', rest.as_bytes()).unwrap_or(rest.len()));
        check_characters(text)?;
        let content = BytesText::from_escaped(text).xml10_content();
        let mut text = &*content;
        let known = self.known_text()?;
        known.reserve(text.len());
        while let Some(at) = memchr(b'&', text.as_bytes()) {
            known.push_str(&text[..at]);
            let reference = &text[at + 1..];
            let end = memchr2(b';', b'&', reference.as_bytes());
            let end =
                end.filter(|end| reference.as_bytes()[*end] == b';').ok_or(StreamFlaw::NotWellFormed)?;
            push_reference(&BytesRef::new(&reference[..end]), known)?;
            text = &reference[end + 1..];
        }
        known.push_str(text);
        Ok(behind)
    }

    /// The text that the innermost element ends with so far.
    fn known_text(&mut self) -> Result<&mut String, StreamFlaw> {
        match self.open.last_mut().and_then(|(parent, _)| parent.children.last_mut()) {
            Some(Child::Text(text)) => Ok(text),
            Some(Child::Element(_)) | None => Err(StreamFlaw::NotWellFormed),
        }
    }

    fn namespace(&self, prefix: &str) -> Result<Arc<str>, StreamFlaw> {
        let mut inner_first = self.scope.iter().rev().chain(self.outer.iter().rev());
        let declared = inner_first.find(|(known, _)| known == prefix);
        match declared {
            Some((_, namespace)) => Ok(Arc::clone(namespace)),
            // An element without a default declaration around it has no namespace (Namespaces in XML 6.2).
            None if prefix.is_empty() => Ok(Arc::default()),
            None => Err(StreamFlaw::NotWellFormed),
        }
    }
}

/// Appends the character that a reference means: one of five names, or a number.
fn push_reference(reference: &BytesRef<'_>, text: &mut String) -> Result<(), StreamFlaw> {
    // The five entities of XML are the only ones of a stream (RFC 6120 11.1).
    if let Some(character) = resolve_xml_entity(reference) {
        text.push_str(character);
        return Ok(());
    }
    let number = reference.resolve_char_ref().map_err(|_| StreamFlaw::NotWellFormed)?;
    let character = number.ok_or(StreamFlaw::Restricted)?;
    check_characters(character.encode_utf8(&mut [0; 4]))?;
    text.push(character);
    Ok(())
}

/// XML 1.0 has no control characters but these three, neither as they are nor as references.
fn check_characters(text: &str) -> Result<(), StreamFlaw> {
    // Both begin with this byte, which is rare.
    let has_non_character = || text.as_bytes().contains(&0xef) && text.contains(['\u{fffe}', '\u{ffff}']);
    if text.bytes().any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || has_non_character() {
        Err(StreamFlaw::NotWellFormed)
    } else {
        Ok(())
    }
}
