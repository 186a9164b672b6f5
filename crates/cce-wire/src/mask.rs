//! Messages without their secrets.

use crate::{Bytes, BytesMut, Dialect, HEADER, MessageDoc, Reader, open_frame};
use std::ops::Range;

/// What stands where a secret was.
const MASK: u8 = b'*';

/// A whole message in which every byte of a secret field is masked; its length stays. Of a message that has such
/// fields and cannot be read, nothing behind the header is left.
pub fn mask_secrets(table: &[MessageDoc], dialect: &Dialect, frame: &Bytes) -> Bytes {
    let Ok((kind, body)) = open_frame(frame) else { return frame.clone() };
    let Some(doc) =
        table.iter().find(|doc| doc.kind == kind && doc.floats.iter().any(|float| float.field.is_secret))
    else {
        return frame.clone();
    };
    let mut masked = BytesMut::from(&frame[..]);
    match secrets(doc, dialect, body) {
        Some(secrets) => secrets.into_iter().for_each(|range| masked[HEADER..][range].fill(MASK)),
        None => masked[HEADER..].fill(MASK),
    }
    masked.freeze()
}

/// Where the secrets of a body stand.
fn secrets(doc: &MessageDoc, dialect: &Dialect, body: Bytes) -> Option<Vec<Range<usize>>> {
    let whole = body.len();
    let mut reader = Reader::new(doc.name, body);
    for field in doc.fixed.iter().filter(|field| dialect.has(field.since)) {
        reader.take(field.label, field.ty.size()?).ok()?;
    }
    let mut found = Vec::new();
    while !reader.is_empty() {
        let float = dialect.read_float(&mut reader).ok()?;
        if doc.float(float.tag).is_some_and(|known| known.field.is_secret) {
            let end = whole - reader.left();
            found.push(end - float.body.0.len()..end);
        }
    }
    Some(found)
}
