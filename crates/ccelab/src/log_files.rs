//! The product-format logs as files: written while a run goes on, or made of its journal when it is over.

use crate::{
    claims::{file_failure, open_input},
    failure::Failure,
    files::create_private,
    print,
};
use cce_journal::{Header, JournalReader, Record};
use cce_views::logs::{LogFile, Logs};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

/// Bytes of a journal, unpacked, of which logs are made at the end of a run by themselves. More than that, of some 600 tasks, would
/// keep people waiting for longer than a second.
const JOURNAL_MAX: u64 = 32 << 20;

/// How much smaller a packed journal is, about.
const PACKED: u64 = 6;

/// The files of the logs, all of them open.
pub(crate) struct LogFiles {
    logs: Logs,
    folder: PathBuf,
    files: BTreeMap<LogFile, BufWriter<File>>,
}

impl LogFiles {
    /// Creates the files, which are empty.
    pub(crate) fn create(header: &Header, folder: &Path) -> Result<Self, Failure> {
        let mut files = BTreeMap::new();
        for file in LogFile::ALL {
            files.insert(file, BufWriter::new(create_private(&folder.join(file.file_name()))?));
        }
        Ok(Self { logs: Logs::new(header), folder: folder.to_owned(), files })
    }

    /// Writes what the next record says.
    pub(crate) fn record(&mut self, record: &Record) -> io::Result<()> {
        for (file, line) in self.logs.push(record) {
            if let Some(to) = self.files.get_mut(&file) {
                writeln!(to, "{line}")?;
            }
        }
        Ok(())
    }

    /// Hands on what is buffered.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.files.values_mut().try_for_each(BufWriter::flush)
    }

    /// Makes the logs of a journal whose run is over. One that is too large is left to its reader, who is told how.
    pub(crate) fn make_of(mut self, journal: &Path) -> Result<(), Failure> {
        let is_packed = journal.extension().is_some_and(|extension| extension == "lz4");
        let size = fs::metadata(journal).map_err(|source| file_failure("read", journal, source))?.len();
        if size.saturating_mul(if is_packed { PACKED } else { 1 }) > JOURNAL_MAX {
            print::error(&format!(
                "the journal is too large for its logs to be written at the end of the run; this command writes them: ccelab logs {} --out {}",
                journal.display(),
                self.folder.display()
            ));
            return Ok(());
        }
        let failed = |source| Failure::Journal { path: journal.to_owned(), source };
        let (_, records) = JournalReader::new(BufReader::new(open_input(journal)?)).map_err(failed)?;
        let mut written = Ok(());
        for record in records {
            written = written.and(self.record(&record.map_err(failed)?));
        }
        written
            .and_then(|()| self.flush())
            .map_err(|source| file_failure("write the logs in", &self.folder, source))
    }
}

/// Whether a journal can be read once its run is over: a pipe or a device cannot.
pub(crate) fn can_be_read(journal: &Path) -> bool {
    fs::metadata(journal).map_or(true, |metadata| metadata.is_file())
}
