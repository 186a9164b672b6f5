//! Why a stream ends with an error, and the parts of a stream that both sides write.

use crate::{StreamFlaw, ns};
use std::fmt;

/// A stream error condition (RFC 6120 4.9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamError {
    /// A newer stream bound the same resource.
    Conflict,
    /// The client took too long.
    ConnectionTimeout,
    /// The stream's root is not that of an XMPP stream.
    InvalidNamespace,
    /// A stanza came before the sign-in, or before the resource was bound.
    NotAuthorized,
    /// The XML is broken.
    NotWellFormed,
    /// A limit was passed.
    PolicyViolation,
    /// The XML uses what a stream must not: comments, processing instructions, a DTD, entities.
    RestrictedXml,
    /// The server stops.
    SystemShutdown,
    /// A stanza of an unknown kind.
    UnsupportedStanzaType,
}

impl StreamError {
    /// The condition's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::ConnectionTimeout => "connection-timeout",
            Self::InvalidNamespace => "invalid-namespace",
            Self::NotAuthorized => "not-authorized",
            Self::NotWellFormed => "not-well-formed",
            Self::PolicyViolation => "policy-violation",
            Self::RestrictedXml => "restricted-xml",
            Self::SystemShutdown => "system-shutdown",
            Self::UnsupportedStanzaType => "unsupported-stanza-type",
        }
    }

    /// The element that tells of the error.
    pub(crate) fn xml(self) -> String {
        format!("<stream:error><{} xmlns='{}'/></stream:error>", self.name(), ns::STREAMS)
    }
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<StreamFlaw> for StreamError {
    fn from(flaw: StreamFlaw) -> Self {
        match flaw {
            StreamFlaw::NotWellFormed => Self::NotWellFormed,
            StreamFlaw::Restricted => Self::RestrictedXml,
            // A stanza beyond a limit violates the policy of the server (RFC 6120 4.9.3.14).
            StreamFlaw::TooLong | StreamFlaw::TooDeep | StreamFlaw::TooMany => Self::PolicyViolation,
        }
    }
}

/// The end of a stream.
pub(crate) const END: &str = "</stream:stream>";

/// The part of a stream header that both sides write, up to its own attributes.
pub(crate) fn header(attributes: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?><stream:stream xmlns='{}' xmlns:stream='{}' version='1.0'{attributes}>",
        ns::CLIENT,
        ns::STREAM
    )
}

/// A child of a stream as it is written where no stream stands around it: with the declarations that it would have from
/// there (RFC 7395 3.3.3, XEP-0206 3).
pub(crate) fn standing_alone(xml: &str) -> String {
    let name_end = xml.find([' ', '>', '/']).unwrap_or(xml.len());
    let (name, rest) = xml.split_at(name_end);
    match name {
        "<iq" | "<message" | "<presence" => format!("{name} xmlns='{}'{rest}", ns::CLIENT),
        name if name.starts_with("<stream:") => format!("{name} xmlns:stream='{}'{rest}", ns::STREAM),
        _ => xml.to_owned(),
    }
}

/// The answer to an IQ that asks for something unknown or forbidden (RFC 6120 8.3).
pub(crate) fn stanza_error(kind: &str, condition: &str) -> String {
    format!("<error type='{kind}'><{condition} xmlns='{}'/></error>", ns::STANZAS)
}
