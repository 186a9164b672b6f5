//! Writes a journal.

use crate::{
    End, FORMAT, Header, Record,
    end::EndLine,
    once::{CarriedBytes, RepeatedLine},
    packing::Packing,
};
use serde::Serialize;
use std::io::{self, Write};

/// Writes a header and records, one JSON object a line.
#[derive(Debug)]
pub struct Writer<W: Write> {
    to: Packing<W>,
    /// Number of the last record.
    last: u64,
    repeats: Repeats,
    /// The line that is being written, so that each is not a new piece of memory.
    line: Vec<u8>,
}

/// What becomes of bytes that a record repeats of its cause.
#[derive(Debug)]
enum Repeats {
    LeftOut(CarriedBytes),
    Written,
}

impl<W: Write> Writer<W> {
    /// Begins a journal with its header, of lines as they are.
    pub fn new(to: W, header: &Header) -> io::Result<Self> {
        Self::begin(Packing::None(to), header, Repeats::LeftOut(CarriedBytes::default()))
    }

    /// Begins a journal that takes up little room.
    pub fn packed(to: W, header: &Header) -> io::Result<Self> {
        Self::begin(Packing::lz4(to), header, Repeats::LeftOut(CarriedBytes::default()))
    }

    /// Begins a journal whose every line is whole, for people and their tools.
    pub fn plain(to: W, header: &Header) -> io::Result<Self> {
        Self::begin(Packing::None(to), header, Repeats::Written)
    }

    fn begin(to: Packing<W>, header: &Header, repeats: Repeats) -> io::Result<Self> {
        let mut writer = Self { to, last: 0, repeats, line: Vec::new() };
        // A journal that was read may be of an older format.
        writer.line(&Header { format: FORMAT, ..header.clone() })?;
        Ok(writer)
    }

    /// Appends a record.
    pub fn record(&mut self, record: &Record) -> io::Result<()> {
        self.last = record.seq;
        let is_repeated = match &mut self.repeats {
            Repeats::LeftOut(carried) => carried.take(record),
            Repeats::Written => false,
        };
        if is_repeated { self.line(&RepeatedLine(record)) } else { self.line(record) }
    }

    /// Says that the run is over; tasks may be open where it is `open_ended`. Nothing can be written behind it.
    pub fn end(&mut self, open_ended: bool) -> io::Result<()> {
        self.line(&EndLine { ended: End { last: self.last, open_ended } })?;
        self.to.end()
    }

    /// Hands on what is buffered.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }

    /// Gives back what it writes to. What is packed and not handed on is lost.
    pub fn into_inner(self) -> W {
        self.to.into_inner()
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value)?;
        self.line.push(b'\n');
        self.to.write_all(&self.line)
    }
}
