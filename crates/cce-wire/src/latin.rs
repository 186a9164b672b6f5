//! Latin-1 text, and how bytes stand in JSON.

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serializer, de::Error};
use std::borrow::Cow;

/// Marks hexadecimal digits.
const HEX: &str = "x:";

/// The text of Latin-1 bytes.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The Latin-1 bytes of a text; a character that Latin-1 lacks becomes `?`.
pub(crate) fn bytes_of(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect()
}

/// Writes text as it is where it is well-formed, all bytes as `x:` and digits otherwise.
pub(crate) fn to_json<S: Serializer>(text: Option<String>, bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    match text.filter(|text| !text.starts_with(HEX)) {
        Some(text) => to.serialize_str(&text),
        None => to.serialize_str(&digits_of(bytes)),
    }
}

/// Reads what [`to_json`] wrote: text to be encoded, or bytes as they were.
pub(crate) fn from_json<'de, D: Deserializer<'de>>(from: D) -> Result<Result<Vec<u8>, Bytes>, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    if let Some(digits) = text.strip_prefix(HEX) {
        return crate::parse_hex(digits).map(|bytes| Err(bytes.into())).map_err(D::Error::custom);
    }
    let latin: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    latin.map(Ok).ok_or_else(|| D::Error::custom("the text has a character that Latin-1 lacks"))
}

fn digits_of(bytes: &[u8]) -> String {
    format!("{HEX}{}", const_hex::encode(bytes))
}
