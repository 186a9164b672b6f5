//! The `body` of a request or a response.

use crate::{Splitter, StreamElement, StreamFlaw, StreamLimits, element::Child, ns};
use quick_xml::escape::escape;
use std::fmt::Write;

/// About how many bytes of memory an element takes besides its texts.
const ELEMENT_SIZE: usize = 256;

/// A body, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoshBody {
    attributes: Vec<(String, String)>,
    size: usize,
    /// The stream's children in it.
    pub stanzas: Vec<StreamElement>,
}

/// Why a session is over, as its last body says (XEP-0124 17.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoshCondition {
    /// A body is wrong.
    BadRequest,
    /// There is no such session, or the request is none that it waits for.
    ItemNotFound,
    /// The client asks too often, or too much.
    PolicyViolation,
    /// The stream itself ended with an error, which stands in the body.
    RemoteStreamError,
    /// The server stops.
    SystemShutdown,
}

impl BoshCondition {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::ItemNotFound => "item-not-found",
            Self::PolicyViolation => "policy-violation",
            Self::RemoteStreamError => "remote-stream-error",
            Self::SystemShutdown => "system-shutdown",
        }
    }
}

impl BoshBody {
    /// Reads a body. What its stanzas do not declare has the meaning that it has in a stream: clients leave it out.
    pub fn read(bytes: &[u8]) -> Result<Self, StreamFlaw> {
        let text = str::from_utf8(bytes).map_err(|_| StreamFlaw::NotWellFormed)?;
        let text = without_declaration(text.trim());
        // A whole body is bounded as one stanza (inferred).
        let limits = StreamLimits::default();
        let StreamElement { name, namespace, attributes, children } = Splitter::document(text, limits)?;
        // Another root element carries no stream.
        if name != "body" || *namespace != *ns::HTTP_BIND {
            return Err(StreamFlaw::NotWellFormed);
        }
        let stanzas = children.into_iter().filter_map(|child| match child {
            Child::Element(element) => Some(in_stream(element)),
            Child::Text(_) => None,
        });
        let stanzas: Vec<StreamElement> = stanzas.collect();
        // Its texts are there twice while it is read.
        let size = 2 * bytes.len() + ELEMENT_SIZE * stanzas.iter().map(elements).sum::<usize>();
        Ok(Self { attributes, size, stanzas })
    }

    /// About how many bytes of memory it takes.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// An attribute, by the name written.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// An attribute that is a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.attribute(name)?.parse().ok()
    }

    /// Whether the client begins its stream anew (XEP-0206 5).
    pub fn restarts(&self) -> bool {
        // The attribute is `xmpp:restart`; its prefix is the client's choice (finesse-nonvoice 4.2).
        let is_true = |(key, value): &(String, String)| {
            key.ends_with(":restart") && matches!(value.as_str(), "true" | "1")
        };
        self.attributes.iter().any(is_true)
    }

    /// Whether it brings anything: stanzas, a stream that begins anew, or the end.
    pub fn brings_something(&self) -> bool {
        !self.stanzas.is_empty() || self.restarts() || self.terminates()
    }

    /// Whether the session ends with it.
    pub fn terminates(&self) -> bool {
        self.attribute("type") == Some("terminate")
    }
}

/// How many elements stand in one, itself counted.
fn elements(element: &StreamElement) -> usize {
    1 + element.elements().map(elements).sum::<usize>()
}

/// A declaration before the body, which some clients write.
fn without_declaration(text: &str) -> &str {
    match text.strip_prefix("<?xml ").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest.trim_start(),
        None => text,
    }
}

/// What has the body's namespace because it declares none is the client's (XEP-0206 3).
fn in_stream(mut element: StreamElement) -> StreamElement {
    if *element.namespace != *ns::HTTP_BIND {
        return element;
    }
    element.namespace = ns::CLIENT.into();
    let adopt = |child| match child {
        Child::Element(element) => Child::Element(in_stream(element)),
        text @ Child::Text(_) => text,
    };
    element.children = element.children.into_iter().map(adopt).collect();
    element
}

/// A body with these attributes and whatever stands in it.
pub(super) fn write(attributes: &[(&str, &str)], inside: &[u8]) -> Vec<u8> {
    let mut open = format!("<body xmlns='{}'", ns::HTTP_BIND);
    for (name, value) in attributes {
        let _ = write!(open, " {name}='{}'", escape(*value));
    }
    let mut body = open.into_bytes();
    if inside.is_empty() {
        body.extend(b"/>");
        return body;
    }
    body.push(b'>');
    body.extend_from_slice(inside);
    body.extend(b"</body>");
    body
}
