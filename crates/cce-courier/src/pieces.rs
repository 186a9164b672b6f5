//! Bytes of several messages as one, and one in pieces.

use crate::Part;
use bytes::Bytes;

/// The most pieces that one message is written in. The last one holds the rest.
const PIECES_MAX: usize = 64;

/// Several messages in pieces of that size, as if they were one. Each byte keeps its record.
pub fn pieces(mut parts: Vec<Part>, size: usize) -> Vec<Vec<Part>> {
    let size = size.max(1);
    let mut pieces = Vec::new();
    while length(&parts) > size && pieces.len() + 1 < PIECES_MAX {
        pieces.push(take(&mut parts, size));
    }
    pieces.push(parts);
    pieces
}

/// How many bytes several messages have.
pub fn length(parts: &[Part]) -> usize {
    parts.iter().map(|part| part.bytes.len()).sum()
}

/// The bytes of several messages as one.
pub fn joined(parts: &[Part]) -> Bytes {
    if let [part] = parts {
        return part.bytes.clone();
    }
    parts.iter().map(|part| part.bytes.as_ref()).collect::<Vec<_>>().concat().into()
}

/// Takes the first `length` bytes of several messages. Each keeps its record.
pub fn take(parts: &mut Vec<Part>, mut length: usize) -> Vec<Part> {
    let mut taken = Vec::new();
    while length > 0 && !parts.is_empty() {
        let first = &mut parts[0];
        let count = length.min(first.bytes.len());
        taken.push(Part { bytes: first.bytes.split_to(count), record: first.record });
        length -= count;
        if first.bytes.is_empty() {
            parts.remove(0);
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &'static str, record: u64) -> Part {
        Part { bytes: Bytes::from_static(text.as_bytes()), record: Some(record) }
    }

    fn texts(pieces: &[Vec<Part>]) -> Vec<Bytes> {
        pieces.iter().map(|piece| joined(piece)).collect()
    }

    #[test]
    fn a_message_is_cut_into_pieces_of_the_size_and_a_rest() {
        assert_eq!(texts(&pieces(vec![part("abcdefgh", 1)], 3)), ["abc", "def", "gh"]);
        assert_eq!(texts(&pieces(vec![part("abc", 1)], 3)), ["abc"]);
        assert_eq!(texts(&pieces(vec![part("ab", 1)], 0)), ["a", "b"]);
    }

    #[test]
    fn messages_that_are_written_together_are_cut_as_one() {
        let pieces = pieces(vec![part("abc", 1), part("de", 2)], 2);
        assert_eq!(pieces, [vec![part("ab", 1)], vec![part("c", 1), part("d", 2)], vec![part("e", 2)]]);
    }

    #[test]
    fn a_long_message_has_no_more_pieces_than_the_maximum() {
        let long = Bytes::from(vec![b'a'; 1_000]);
        let pieces = texts(&pieces(vec![Part { bytes: long.clone(), record: None }], 1));
        assert_eq!((pieces.len(), pieces[0].len()), (PIECES_MAX, 1));
        assert_eq!(pieces.concat(), long);
    }

    #[test]
    fn what_is_taken_from_several_messages_keeps_the_record_of_each() {
        let mut parts = vec![part("abc", 1), part("de", 2)];
        assert_eq!(joined(&parts), "abcde");
        assert_eq!(take(&mut parts, 2), [part("ab", 1)]);
        assert_eq!(take(&mut parts, 2), [part("c", 1), part("d", 2)]);
        assert_eq!(take(&mut parts, 9), [part("e", 2)]);
        assert!(parts.is_empty());
    }
}
