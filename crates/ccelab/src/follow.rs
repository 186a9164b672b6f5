//! A journal that is still being written: its whole lines are read, and those that come later, too.

use crate::{claims::file_failure, failure::Failure, file_kind::FileKind};
use cce_journal::{Header, JournalReader, LINE_MAX, Record};
use std::{
    fs::File,
    io::{self, BufRead, Read},
    path::{Path, PathBuf},
};

/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;

/// The beginning of a packed journal (LZ4 frame format 1.6, magic number).
const PACKED: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];

/// Reads a journal while it grows.
pub(crate) struct Follower {
    reader: JournalReader<WholeLines<File>>,
    path: PathBuf,
}

impl Follower {
    /// Opens a journal, whose header is there.
    pub(crate) fn open(path: &Path) -> Result<(Header, Self), Failure> {
        let opened = File::open(path).map_err(|source| file_failure("read", path, source))?;
        let mut lines = WholeLines::new(opened);
        let first = lines.fill_buf().map_err(|source| file_failure("read", path, source))?.to_vec();
        if lines.bytes.starts_with(&PACKED) {
            return Err(Failure::Usage(format!(
                "{} is packed: a journal can be followed whose name does not end in .lz4",
                path.display()
            )));
        }
        let name = path.display().to_string();
        let other = FileKind::of(&name, &first).filter(|kind| *kind != FileKind::Journal);
        if let Some(kind) = other {
            return Err(Failure::Usage(format!(
                "a journal belongs here, and {name} is {}",
                kind.words(&name)
            )));
        }
        let (header, reader) =
            JournalReader::new(lines).map_err(|source| Failure::Journal { path: path.to_owned(), source })?;
        Ok((header, Self { reader, path: path.to_owned() }))
    }

    /// The records that came meanwhile, so many at most.
    pub(crate) fn next(&mut self, most: usize) -> Result<Vec<Record>, Failure> {
        let records: Result<Vec<Record>, _> = self.reader.by_ref().take(most).collect();
        records.map_err(|source| Failure::Journal { path: self.path.clone(), source })
    }

    /// Whether the journal says that its run is over.
    pub(crate) fn is_over(&self) -> bool {
        self.reader.end().is_some()
    }
}

/// What is there of a file in whole lines: the end of the last one is the end of the file, for now.
struct WholeLines<R> {
    from: R,
    bytes: Vec<u8>,
    /// What was taken, and where the last whole line ends.
    taken: usize,
    whole: usize,
}

impl<R: Read> WholeLines<R> {
    const fn new(from: R) -> Self {
        Self { from, bytes: Vec::new(), taken: 0, whole: 0 }
    }

    /// Reads on until a line is whole, or nothing comes.
    fn read_on(&mut self) -> io::Result<()> {
        self.bytes.drain(..self.taken);
        (self.taken, self.whole) = (0, 0);
        loop {
            let before = self.bytes.len();
            self.bytes.resize(before + CHUNK, 0);
            let read = self.from.read(&mut self.bytes[before..]);
            // What was not read goes again, also behind an error, so that no zero is taken for a byte of the file.
            self.bytes.truncate(before + *read.as_ref().unwrap_or(&0));
            let read = read?;
            if let Some(end) = self.bytes[before..].iter().rposition(|byte| *byte == b'\n') {
                self.whole = before + end + 1;
                return Ok(());
            }
            if read == 0 {
                return Ok(());
            }
            if self.bytes.len() as u64 > LINE_MAX {
                return Err(io::Error::other(format!("a line has more than {LINE_MAX} bytes")));
            }
        }
    }
}

impl<R: Read> BufRead for WholeLines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.whole {
            self.read_on()?;
        }
        Ok(&self.bytes[self.taken..self.whole])
    }

    fn consume(&mut self, count: usize) {
        self.taken += count;
    }
}

impl<R: Read> Read for WholeLines<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut from = self.fill_buf()?;
        let count = from.read(to)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, SeekFrom, Write};

    #[test]
    fn half_a_line_waits_for_its_other_half() {
        let path = std::env::temp_dir().join(format!("ccelab-whole-lines-{}", std::process::id()));
        let mut file =
            File::options().create(true).truncate(true).read(true).write(true).open(&path).unwrap();
        file.write_all(b"one\ntw").unwrap();
        let mut lines = WholeLines::new(File::open(&path).unwrap());
        let mut text = String::new();
        lines.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one\n");
        file.seek(SeekFrom::End(0)).unwrap();
        file.write_all(b"o\n").unwrap();
        lines.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one\ntwo\n");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_line_without_an_end_is_refused() {
        let error = WholeLines::new(io::repeat(b'x')).read_on().unwrap_err();
        assert!(error.to_string().starts_with("a line has more than"), "{error}");
    }
}
