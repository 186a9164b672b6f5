//! Bytes as they stand in a journal.

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{borrow::Cow, fmt::Write};

/// Marks a blob that is written as hexadecimal digits rather than as text.
const HEX: &str = "x:";

/// Bytes of a frame or of an HTTP body.
///
/// A journal line shows them as text where they are printable text, and as `x:` with hexadecimal digits
/// otherwise, so that a person can read a recorded request and a replay still gets every byte back.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blob(pub Bytes);

impl Blob {
    /// The bytes as UTF-8; anything else is replaced by U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl From<Bytes> for Blob {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<String> for Blob {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Blob {
    fn from(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match printable(&self.0) {
            Some(text) => to.serialize_str(text),
            None => to.serialize_str(&hex(&self.0)),
        }
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        match text.strip_prefix(HEX) {
            None => Ok(Self(Bytes::copy_from_slice(text.as_bytes()))),
            Some(digits) => unhex(digits).map(Self).ok_or_else(|| D::Error::custom("odd hexadecimal digits")),
        }
    }
}

fn printable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let plain = text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    (plain && !text.starts_with(HEX)).then_some(text)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from(HEX), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(digits: &str) -> Option<Bytes> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)).collect()
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(bytes: &'static [u8]) -> String {
        let json = serde_json::to_string(&Blob(Bytes::from_static(bytes))).unwrap();
        assert_eq!(serde_json::from_str::<Blob>(&json).unwrap().0, bytes);
        json
    }

    #[test]
    fn printable_text_stays_readable() {
        assert_eq!(there_and_back(b"<Task/>\r\n"), r#""<Task/>\r\n""#);
    }

    #[test]
    fn other_bytes_become_hexadecimal() {
        assert_eq!(there_and_back(&[0, 0, 0, 4, 0xff]), r#""x:00000004ff""#);
    }

    #[test]
    fn text_that_looks_like_hexadecimal_keeps_every_byte() {
        assert_eq!(there_and_back(b"x:00"), r#""x:783a3030""#);
    }

    #[test]
    fn odd_digits_are_refused() {
        assert!(serde_json::from_str::<Blob>(r#""x:abc""#).is_err());
        assert!(serde_json::from_str::<Blob>(r#""x:zz""#).is_err());
    }
}
