//! Journals in an LZ4 frame.

use crate::{header, run};
use cce_journal::{End, JournalReader, ReadError, Record, Writer};

/// Handed on behind each line, as while little happens.
fn packed(records: &[Record]) -> Vec<u8> {
    let mut writer = Writer::packed(Vec::new(), &header()).unwrap();
    writer.flush().unwrap();
    for record in records {
        writer.record(record).unwrap();
        writer.flush().unwrap();
    }
    writer.end(false).unwrap();
    writer.into_inner()
}

fn many() -> Vec<Record> {
    let one = run().pop().unwrap();
    (1..=3_000).map(|seq| Record { seq, cause: None, ..one.clone() }).collect()
}

#[test]
fn a_packed_journal_reads_like_one_that_is_not() {
    let bytes = packed(&run());
    let (read, mut reader) = JournalReader::new(&bytes[..]).unwrap();
    assert_eq!(read, header());
    assert_eq!(reader.by_ref().collect::<Result<Vec<_>, _>>().unwrap(), run());
    assert_eq!(reader.end(), Some(End { last: run().len() as u64, open_ended: false }));
}

#[test]
fn a_packed_journal_takes_up_a_fraction_of_its_lines() {
    let mut writer = Writer::packed(Vec::new(), &header()).unwrap();
    many().iter().for_each(|record| writer.record(record).unwrap());
    writer.end(false).unwrap();
    assert!(10 * writer.into_inner().len() < crate::journal(&many()).len());
}

#[test]
fn a_packed_journal_that_was_cut_anywhere_has_what_was_handed_on_before_and_no_end() {
    let whole = packed(&run());
    let mut counts = Vec::new();
    for cut in 0..whole.len() {
        let Ok((_, mut reader)) = JournalReader::new(&whole[..cut]) else { continue };
        counts.push(reader.by_ref().map(Result::unwrap).count());
        assert!(
            reader.end().is_none() || cut + 4 >= whole.len(),
            "the frame's own end may be missing: {cut}"
        );
    }
    assert!(counts.is_sorted());
    assert_eq!(counts.first(), Some(&0));
    assert_eq!(counts.last(), Some(&run().len()));
}

#[test]
fn a_damaged_byte_of_a_packed_journal_is_told() {
    let mut bytes = packed(&many());
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let error = JournalReader::read_all(&bytes[..]).unwrap_err();
    assert!(matches!(error, ReadError::Io { .. }), "{error}");
}
