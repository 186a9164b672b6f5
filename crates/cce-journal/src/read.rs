//! Reads a journal.

use crate::{FORMAT, Header, Record, What};
use std::io::{self, BufRead};

/// Why a journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file ends or breaks.
    #[error("cannot read line {line}: {source}")]
    Io {
        /// Line, from 1.
        line: usize,
        /// What the system says.
        source: io::Error,
    },
    /// The first line is no header.
    #[error("this is no journal: its first line is not a journal's header ({source})")]
    NotAJournal {
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It is empty.
    #[error("this journal is empty: not even its header was written")]
    Empty,
    /// Another version of the format.
    #[error(
        "this journal has format {found}, and this version of ccelab reads format {FORMAT}: read it with the version that wrote it, {build}"
    )]
    OtherFormat {
        /// The journal's format.
        found: u64,
        /// The program that wrote it.
        build: String,
    },
    /// A line is no record.
    #[error("line {line} is no record: {source}")]
    BrokenLine {
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// Reads records one by one.
///
/// Their numbers are consecutive. Where some are missing, and no [`What::Gap`] explains it, there is one more record
/// that does. A record whose number was there before is passed over, and stands for a gap of unknown length.
#[derive(Debug)]
pub struct Reader<R> {
    from: R,
    line: usize,
    torn: Option<usize>,
    /// Number of the last record.
    last: u64,
    /// What comes behind a gap that was told first.
    waiting: Option<Record>,
    /// The last record was one that was there before.
    is_repeating: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    pub fn new(mut from: R) -> Result<(Header, Self), ReadError> {
        let mut text = String::new();
        from.read_line(&mut text).map_err(|source| ReadError::Io { line: 1, source })?;
        if text.is_empty() {
            return Err(ReadError::Empty);
        }
        check_format(&text)?;
        let header = serde_json::from_str(&text).map_err(|source| ReadError::NotAJournal { source })?;
        Ok((header, Self { from, line: 1, torn: None, last: 0, waiting: None, is_repeating: false }))
    }

    /// The last line, from 1, where its end is missing: it is no record.
    pub fn torn_line(&self) -> Option<usize> {
        self.torn
    }

    /// Reads everything.
    pub fn read_all(from: R) -> Result<(Header, Vec<Record>), ReadError> {
        let (header, reader) = Self::new(from)?;
        Ok((header, reader.collect::<Result<_, _>>()?))
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(record) = self.waiting.take() {
            return Some(Ok(record));
        }
        loop {
            match self.next_line()? {
                Ok(record) => {
                    if let Some(record) = self.in_order(record) {
                        return Some(Ok(record));
                    }
                }
                error @ Err(_) => return Some(error),
            }
        }
    }
}

impl<R: BufRead> Reader<R> {
    /// What comes next: the record, or the gap before it. None where that was told.
    fn in_order(&mut self, record: Record) -> Option<Record> {
        let (last, is_repeating) = (self.last, self.is_repeating);
        self.is_repeating = record.seq <= last;
        if self.is_repeating {
            return (!is_repeating).then(|| gap(&record, last, 0));
        }
        self.last = record.seq;
        let missing = record.seq - last - 1;
        if missing == 0 || matches!(record.what, What::Gap { .. }) {
            return Some(record);
        }
        let told = gap(&record, record.seq - 1, missing);
        self.waiting = Some(record);
        Some(told)
    }

    fn next_line(&mut self) -> Option<Result<Record, ReadError>> {
        let mut text = Vec::new();
        self.line += 1;
        let line = self.line;
        match self.from.read_until(b'\n', &mut text) {
            Ok(0) => None,
            // A process that was killed may leave half a line behind, or half a letter; what came before it still
            // counts.
            Ok(_) if !text.ends_with(b"\n") => {
                self.torn = Some(line);
                None
            }
            Ok(_) => {
                Some(serde_json::from_slice(&text).map_err(|source| ReadError::BrokenLine { line, source }))
            }
            Err(source) => Some(Err(ReadError::Io { line, source })),
        }
    }
}

/// A gap where this record stands.
fn gap(record: &Record, seq: u64, dropped: u64) -> Record {
    Record { seq, at: record.at, node: record.node.clone(), cause: None, what: What::Gap { dropped } }
}

fn check_format(text: &str) -> Result<(), ReadError> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|source| ReadError::NotAJournal { source })?;
    let Some(found) = value.get("ccelab_journal").and_then(serde_json::Value::as_u64) else { return Ok(()) };
    if found == u64::from(FORMAT) {
        return Ok(());
    }
    let build = value.get("build").and_then(serde_json::Value::as_str).unwrap_or("unknown").to_owned();
    Err(ReadError::OtherFormat { found, build })
}
