//! Writes a journal.

use crate::{End, Header, Record, end::EndLine};
use serde::Serialize;
use std::io::{self, Write};

/// Writes a header and records, one JSON object a line.
#[derive(Debug)]
pub struct Writer<W> {
    to: W,
    /// Number of the last record.
    last: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a journal with its header.
    pub fn new(to: W, header: &Header) -> io::Result<Self> {
        let mut writer = Self { to, last: 0 };
        writer.line(header)?;
        Ok(writer)
    }

    /// Appends a record.
    pub fn record(&mut self, record: &Record) -> io::Result<()> {
        self.line(record)?;
        self.last = record.seq;
        Ok(())
    }

    /// Says that the run is over; tasks may be open where it is `open_ended`.
    pub fn end(&mut self, open_ended: bool) -> io::Result<()> {
        self.line(&EndLine { ended: End { last: self.last, open_ended } })
    }

    /// Hands on what is buffered.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }

    /// Gives back what it writes to.
    pub fn into_inner(self) -> W {
        self.to
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.to.write_all(&line)
    }
}
