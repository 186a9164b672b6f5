//! Reads a journal.

use crate::{FORMAT, Header, Record};
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
#[derive(Debug)]
pub struct Reader<R> {
    from: R,
    line: usize,
    torn: Option<usize>,
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
        Ok((header, Self { from, line: 1, torn: None }))
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
