//! Reads a journal.

use crate::{
    End, FORMAT, Header, Record, What,
    end::{EndLine, START},
    header::OLDEST_FORMAT,
    once::{CarriedBytes, Line, RestoredRecord},
    packing::UnpackedReader,
};
use std::io::{self, BufRead, Read};

/// Bytes of a line of a journal.
pub const LINE_MAX: u64 = 1 << 26;
/// Records that may be missing where nothing says so: more are a wrong number.
const MISSING_MAX: u64 = 1 << 24;
/// Records that a run can have. More than it writes in a century.
const RECORDS_MAX: u64 = 1 << 48;
/// Microseconds of a run: a century.
const AT_MAX: u64 = 100 * 366 * 86_400 * 1_000_000;
/// Microseconds by which a record may stand before the one ahead of it: a thread takes the time before it records, and may rest between.
const BACK_MAX: u64 = 60_000_000;
/// Microseconds since 1970 at which runs begin: up to the year 9000 or so.
const START_MAX: i64 = 7_000 * 366 * 86_400 * 1_000_000;

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
        "this journal has format {found}, and this version of ccelab reads formats {OLDEST_FORMAT} to {FORMAT}: read it with the version that wrote it, {build}"
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
    /// A line has no end within the bound.
    #[error("line {line} has more than {LINE_MAX} bytes")]
    LongLine {
        /// Line, from 1.
        line: usize,
    },
    /// A line is a record that cannot stand there.
    #[error("line {line} is damaged: {why}")]
    Damaged {
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// Reads records one by one.
///
/// Their numbers are consecutive. Where some are missing, and no [`What::Gap`] explains it, there is one more record
/// that does. A record whose number was there before is passed over, and stands for a gap of unknown length. One that repeats
/// the bytes of a record that is missing is missing, too.
#[derive(Debug)]
pub struct JournalReader<R: Read> {
    from: UnpackedReader<R>,
    line: usize,
    torn: Option<usize>,
    /// Number of the last record.
    last: u64,
    /// The latest time of a record.
    latest: u64,
    /// What comes behind a gap that was told first.
    waiting: Option<Record>,
    /// The last record was one that was there before.
    is_repeating: bool,
    /// Some records are missing.
    has_gap: bool,
    end: Option<End>,
    carried: CarriedBytes,
}

impl<R: BufRead> JournalReader<R> {
    /// Reads the header of a journal, packed or not.
    pub fn new(from: R) -> Result<(Header, Self), ReadError> {
        let mut from = UnpackedReader::new(from).map_err(|source| ReadError::Io { line: 1, source })?;
        let text = line(&mut from, 1)?.unwrap_or_default();
        if text.is_empty() {
            return Err(ReadError::Empty);
        }
        // A header of another format may have other keys, and is to be refused because of its format.
        check_format(&text)?;
        let header: Header =
            serde_json::from_slice(&text).map_err(|source| ReadError::NotAJournal { source })?;
        if !(0..=START_MAX).contains(&header.start.0) {
            let why = format!("a run cannot begin at {} microseconds since 1970", header.start.0);
            return Err(ReadError::Damaged { line: 1, why });
        }
        let reader = Self {
            from,
            line: 1,
            torn: None,
            last: 0,
            latest: 0,
            waiting: None,
            is_repeating: false,
            has_gap: false,
            end: None,
            carried: CarriedBytes::default(),
        };
        Ok((header, reader))
    }

    /// How the run ended; none where the journal was cut off, or its run goes on. Known once everything was read.
    pub fn end(&self) -> Option<End> {
        self.end.filter(|end| end.last == self.last)
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

impl<R: BufRead> Iterator for JournalReader<R> {
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

impl<R: BufRead> JournalReader<R> {
    /// What comes next: the record, or the gap before it. None where that was told.
    fn in_order(&mut self, record: Record) -> Option<Record> {
        let (last, is_repeating) = (self.last, self.is_repeating);
        self.is_repeating = record.seq <= last;
        self.has_gap |= record.seq != last + 1 || matches!(record.what, What::Gap { .. });
        // Of several records in a row that were there before, the first one is told as a gap.
        if self.is_repeating {
            return (!is_repeating).then(|| gap(&record, last, 0));
        }
        (self.last, self.latest) = (record.seq, self.latest.max(record.at.0));
        let missing = record.seq - last - 1;
        if missing == 0 || matches!(record.what, What::Gap { .. }) {
            return Some(record);
        }
        let told = gap(&record, record.seq - 1, missing);
        self.waiting = Some(record);
        Some(told)
    }

    fn next_line(&mut self) -> Option<Result<Record, ReadError>> {
        loop {
            self.line += 1;
            let text = match line(&mut self.from, self.line).transpose()? {
                Ok(text) => text,
                Err(error) => return Some(Err(error)),
            };
            // A process that was killed may leave half a line behind, or half a letter; what came before it still
            // counts.
            if !text.ends_with(b"\n") {
                self.torn = Some(self.line);
                return None;
            }
            if !text.starts_with(START) {
                return Some(self.record(&text));
            }
            match serde_json::from_slice::<EndLine>(&text) {
                Ok(EndLine { ended }) => self.end = Some(ended),
                Err(source) => return Some(Err(ReadError::BrokenLine { line: self.line, source })),
            }
        }
    }

    /// A record whose numbers can be.
    fn record(&mut self, text: &[u8]) -> Result<Record, ReadError> {
        let line = self.line;
        let read: Line =
            serde_json::from_slice(text).map_err(|source| ReadError::BrokenLine { line, source })?;
        let missing = read.seq().saturating_sub(self.last.saturating_add(1));
        let record = match self.carried.restore(read) {
            RestoredRecord::Whole(record) => record,
            RestoredRecord::WithoutBytes(without) if self.has_gap || missing > 0 => {
                gap(&without, without.seq, missing.saturating_add(1))
            }
            RestoredRecord::WithoutBytes(_) => {
                let why =
                    "it repeats the bytes of its cause, which is not among the records before it".to_owned();
                return Err(ReadError::Damaged { line, why });
            }
        };
        let why = if record.seq == 0 || record.seq > RECORDS_MAX {
            format!("no record has the number {}", record.seq)
        } else if missing > MISSING_MAX && !matches!(record.what, What::Gap { .. }) {
            format!("record {} cannot follow record {}", record.seq, self.last)
        } else if let Some(cause) = record.cause.filter(|cause| *cause >= record.seq) {
            format!("record {} cannot be the cause of record {}", cause, record.seq)
        } else if record.at.0 > AT_MAX {
            format!("no run lasts {} microseconds", record.at.0)
        } else if record.seq > self.last && record.at.0.saturating_add(BACK_MAX) < self.latest {
            format!("its time is {} microseconds, and {} were over already", record.at.0, self.latest)
        } else if matches!(record.what, What::Gap { dropped } if dropped > RECORDS_MAX) {
            "so many records cannot be missing".to_owned()
        } else {
            return Ok(record);
        };
        Err(ReadError::Damaged { line, why })
    }
}

/// The next line with its end, as far as that is there.
fn line(from: &mut impl BufRead, number: usize) -> Result<Option<Vec<u8>>, ReadError> {
    let mut text = Vec::new();
    let read = from.take(LINE_MAX).read_until(b'\n', &mut text);
    match read.map_err(|source| ReadError::Io { line: number, source })? {
        0 => Ok(None),
        _ if text.len() as u64 >= LINE_MAX && !text.ends_with(b"\n") => {
            Err(ReadError::LongLine { line: number })
        }
        _ => Ok(Some(text)),
    }
}

/// A gap where this record stands.
fn gap(record: &Record, seq: u64, dropped: u64) -> Record {
    Record { seq, at: record.at, node: record.node.clone(), cause: None, what: What::Gap { dropped } }
}

fn check_format(text: &[u8]) -> Result<(), ReadError> {
    let value: serde_json::Value =
        serde_json::from_slice(text).map_err(|source| ReadError::NotAJournal { source })?;
    let Some(found) = value.get("ccelab_journal").and_then(serde_json::Value::as_u64) else { return Ok(()) };
    if (u64::from(OLDEST_FORMAT)..=u64::from(FORMAT)).contains(&found) {
        return Ok(());
    }
    let build = value.get("build").and_then(serde_json::Value::as_str).unwrap_or("unknown").to_owned();
    Err(ReadError::OtherFormat { found, build })
}
