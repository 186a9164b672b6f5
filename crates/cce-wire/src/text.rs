//! Strings and runs of bytes, kept exactly as they were sent.

use crate::{DecodeError, Field, Flaw, Reader, Type, Value, latin};
use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A string in a floating field: Latin-1 with one NUL at the end, of at most `MAX` bytes with the NUL.
///
/// A string that was read keeps its bytes whatever they are. In JSON it is its text where it is well-formed,
/// and `x:` with hexadecimal digits otherwise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text<const MAX: usize>(Bytes);

/// A string in the fixed part: two bytes of length, then that many bytes of Latin-1 without a terminator, at
/// most `MAX` (inferred; between the PGs and the router).
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Str<const MAX: usize>(Bytes);

/// Bytes that are carried and not understood, at most `MAX`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opaque<const MAX: usize>(Bytes);

/// Those of some numbered texts that are there, each with its number, the first is 1.
pub fn numbered<const MAX: usize, const N: usize>(
    texts: [&Option<Text<MAX>>; N],
) -> impl Iterator<Item = (u8, String)> {
    (1..).zip(texts).filter_map(|(number, text)| Some((number, text.as_ref()?.to_string())))
}

impl<const MAX: usize> Text<MAX> {
    /// Text with its NUL. It is cut at a NUL of its own and where it would be too long; a character that
    /// Latin-1 lacks becomes `?`.
    pub fn new(text: impl AsRef<str>) -> Self {
        let mut bytes = latin::bytes_of(text.as_ref());
        bytes.truncate(strlen(&bytes).min(MAX.saturating_sub(1)));
        bytes.push(0);
        Self(bytes.into())
    }

    /// Exactly these bytes, terminator or not.
    pub fn exact(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }

    /// The bytes as they are sent.
    pub fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// The text of a field that need not be there: that of an absent one is empty.
    pub fn or_empty(text: Option<&Self>) -> String {
        text.map(ToString::to_string).unwrap_or_default()
    }

    /// Whether there is no text before the first NUL.
    pub fn is_empty(&self) -> bool {
        strlen(&self.0) == 0
    }

    fn is_well_formed(&self) -> bool {
        strlen(&self.0) + 1 == self.0.len()
    }
}

impl<const MAX: usize> Str<MAX> {
    /// Text, cut where it would be too long; a character that Latin-1 lacks becomes `?`.
    pub fn new(text: impl AsRef<str>) -> Self {
        let mut bytes = latin::bytes_of(text.as_ref());
        bytes.truncate(MAX);
        Self(bytes.into())
    }

    /// The bytes as they are sent.
    pub fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const MAX: usize> Opaque<MAX> {
    /// Exactly these bytes.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }

    /// The bytes as they are sent.
    pub fn as_bytes(&self) -> &Bytes {
        &self.0
    }
}

impl<const MAX: usize> Default for Text<MAX> {
    fn default() -> Self {
        Self(Bytes::from_static(&[0]))
    }
}

impl<const MAX: usize> Field for Text<MAX> {
    const TYPE: Type = Type::Text(MAX);

    fn read(_: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        Ok(Self(from.rest()))
    }

    fn write(&self, to: &mut BytesMut) {
        to.put_slice(&self.0);
    }

    fn value(&self) -> Value {
        Value::Text(self.to_string())
    }

    fn flaw(&self, label: &'static str) -> Option<Flaw> {
        if self.0.len() > MAX {
            return Some(Flaw::TooLong { label, length: self.0.len(), max: MAX });
        }
        (!self.is_well_formed()).then(|| Flaw::StringLength {
            label,
            strlen: strlen(&self.0),
            fieldlen: self.0.len(),
            text: self.to_string(),
        })
    }
}

impl<const MAX: usize> Field for Str<MAX> {
    const TYPE: Type = Type::Str(MAX);

    fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        let length = from.u16(label)?;
        from.take(label, usize::from(length)).map(Self)
    }

    fn write(&self, to: &mut BytesMut) {
        let length = u16::try_from(self.0.len()).unwrap_or(u16::MAX);
        to.put_u16(length);
        to.put_slice(&self.0[..usize::from(length)]);
    }

    fn value(&self) -> Value {
        Value::Text(self.to_string())
    }

    fn flaw(&self, label: &'static str) -> Option<Flaw> {
        (self.0.len() > MAX).then(|| Flaw::TooLong { label, length: self.0.len(), max: MAX })
    }
}

impl<const MAX: usize> Field for Opaque<MAX> {
    const TYPE: Type = Type::Bytes(MAX);

    fn read(_: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        Ok(Self(from.rest()))
    }

    fn write(&self, to: &mut BytesMut) {
        to.put_slice(&self.0);
    }

    fn value(&self) -> Value {
        Value::bytes(&self.0)
    }

    fn flaw(&self, label: &'static str) -> Option<Flaw> {
        (self.0.len() > MAX).then(|| Flaw::TooLong { label, length: self.0.len(), max: MAX })
    }
}

impl<const MAX: usize> Serialize for Text<MAX> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        latin::to_json(self.is_well_formed().then(|| self.to_string()), &self.0, to)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let terminated = |mut text: Vec<u8>| {
            text.push(0);
            text.into()
        };
        latin::from_json(from).map(|read| Self(read.map_or_else(|raw| raw, terminated)))
    }
}

macro_rules! plain_bytes {
    ($($name:ident),*) => { $(
        impl<const MAX: usize> Serialize for $name<MAX> {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let printable = !self.0.iter().any(u8::is_ascii_control);
                latin::to_json(printable.then(|| latin::text_of(&self.0)), &self.0, to)
            }
        }

        impl<'de, const MAX: usize> Deserialize<'de> for $name<MAX> {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                latin::from_json(from).map(|read| Self(read.map_or_else(|raw| raw, Bytes::from)))
            }
        }

        impl<const MAX: usize> fmt::Debug for $name<MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "\"{}\"", self.0.escape_ascii())
            }
        }
    )* };
}
plain_bytes! { Str, Opaque }

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// The text before the first NUL.
impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&latin::text_of(&self.0[..strlen(&self.0)]))
    }
}

impl<const MAX: usize> fmt::Display for Str<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&latin::text_of(&self.0))
    }
}

impl<const MAX: usize> From<&str> for Text<MAX> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<const MAX: usize> From<&str> for Str<MAX> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Bytes before the first NUL.
fn strlen(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len())
}
