//! The file that keeps other runs out. It says whether the database beside it has every change.

use super::{StoreError, private_file::open_private};
use std::{
    fs::{File, TryLockError},
    io::Read,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

/// What the file says of the database. Both have one length, so that a full disk has room for the second where the first was.
const WHOLE: &[u8] = b"whole\n";
const LACKS: &[u8] = b"lacks\n";

/// Held by this process as long as the database is open.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    database: PathBuf,
}

impl Lock {
    /// Keeps other runs out, and tells of changes that the run before could not write.
    pub(super) fn take(folder: &Path, node: &str) -> Result<Self, StoreError> {
        let (path, database) = (folder.join(format!("{node}.lock")), folder.join(format!("{node}.db")));
        let failed = |source| StoreError::File { path: path.clone(), source };
        let mut file = open_private(&path).map_err(failed)?;
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(StoreError::Taken { path });
        }
        let mut told = Vec::new();
        file.read_to_end(&mut told).map_err(failed)?;
        if told == LACKS {
            tracing::warn!(
                "{} lacks changes: the run before could not write them; this run goes on with what was kept",
                database.display()
            );
        }
        file.write_all_at(WHOLE, 0).map_err(failed)?;
        Ok(Self { file, database })
    }

    /// The database that it is the lock of.
    pub(super) fn database(&self) -> &Path {
        &self.database
    }

    pub(super) fn say_whole(&self) {
        // Where that fails, the next run tells of changes that are there: a warning too many.
        let _ = self.file.write_all_at(WHOLE, 0);
    }

    pub(super) fn say_lacks(&self) {
        // Where that fails, too, the end of this run tells it, if not the next one.
        let _ = self.file.write_all_at(LACKS, 0);
    }
}
