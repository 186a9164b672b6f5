//! Bytes as they stand in a journal.

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::borrow::Cow;

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
    if bytes.starts_with(HEX.as_bytes()) || bytes.iter().copied().any(is_ascii_control) {
        return None;
    }
    // What is left are the control characters U+0080 to U+009F.
    std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii() || !text.chars().any(is_latin_control))
}

/// A control character of ASCII other than tab, line feed and carriage return.
const fn is_ascii_control(byte: u8) -> bool {
    (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f
}

const fn is_latin_control(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}')
}

/// Digits are encoded in one go: a journal has megabytes of them, each of its bytes on the way of every record.
fn hex(bytes: &[u8]) -> String {
    let mut text = vec![0; HEX.len() + 2 * bytes.len()];
    let (head, digits) = text.split_at_mut(HEX.len());
    head.copy_from_slice(HEX.as_bytes());
    const_hex::encode_to_slice(bytes, digits).expect("there is room for two digits a byte");
    String::from_utf8(text).expect("digits are ASCII")
}

/// Digits only: the library would pass over a prefix of its own.
fn unhex(digits: &str) -> Option<Bytes> {
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    const_hex::decode(digits).ok().map(Bytes::from)
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
    fn every_byte_alone_comes_back_and_control_characters_are_no_text() {
        for byte in 0..=u8::MAX {
            let blob = Blob(Bytes::copy_from_slice(&[byte]));
            let json = serde_json::to_string(&blob).unwrap();
            assert_eq!(serde_json::from_str::<Blob>(&json).unwrap(), blob);
            let is_text = matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e);
            assert_eq!(!json.starts_with("\"x:"), is_text, "{json}");
        }
    }

    #[test]
    fn control_characters_beyond_ascii_are_no_text_and_their_neighbours_are() {
        assert!(there_and_back("\u{9f}".as_bytes()).starts_with("\"x:"));
        assert_eq!(there_and_back("\u{a0}é".as_bytes()), "\"\u{a0}é\"");
    }

    #[test]
    fn odd_digits_are_refused() {
        assert!(serde_json::from_str::<Blob>(r#""x:abc""#).is_err());
        assert!(serde_json::from_str::<Blob>(r#""x:zz""#).is_err());
        assert!(serde_json::from_str::<Blob>(r#""x:0x00""#).is_err());
    }
}
