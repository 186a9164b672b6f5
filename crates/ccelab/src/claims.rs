//! What this process does with which file: an input is not written, an output is written once, and no symbolic link is followed.

use crate::failure::Failure;
use cce_kernel::NodeName;
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What this process does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileUse {
    /// It is an input.
    Read,
    /// It is an output.
    Written,
}

/// What this process does with each file, by its device and its number there: an input is not written, and an output is
/// written once.
static USES: Mutex<BTreeMap<(u64, u64), FileUse>> = Mutex::new(BTreeMap::new());

fn uses() -> MutexGuard<'static, BTreeMap<(u64, u64), FileUse>> {
    USES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn number_of(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Opens a file to be read, and keeps it from being written by the same command.
pub(crate) fn open_input(path: &Path) -> Result<File, Failure> {
    let failed = |source| file_failure("read", path, source);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_file() {
        uses().entry(number_of(&metadata)).or_insert(FileUse::Read);
    }
    Ok(file)
}

/// Whether this process has read or written a file.
pub(crate) fn is_used(metadata: &Metadata) -> bool {
    uses().contains_key(&number_of(metadata))
}

/// Takes a file to be written by nothing else in this process. Refused for what was read, and for what is written already.
/// A pipe or a device is everybody's.
pub(crate) fn claim(path: &Path, metadata: &Metadata) -> Result<(), Failure> {
    if !metadata.is_file() {
        return Ok(());
    }
    // A whole file is another file until it is renamed into place: only its name is taken.
    if names().contains(&full_name(path)?) {
        return Err(taken_error(path, "is written by this command already"));
    }
    let what = match uses().entry(number_of(metadata)) {
        Entry::Vacant(free) => {
            free.insert(FileUse::Written);
            return Ok(());
        }
        Entry::Occupied(used) => match used.get() {
            FileUse::Read => "is what this command reads",
            FileUse::Written => "is written by this command already",
        },
    };
    Err(taken_error(path, what))
}

/// The names of files that this process puts into place, beside those that were there before.
static NAMES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Takes a name under which a whole file is put into place, and what has that name now.
pub(crate) fn claim_name(path: &Path) -> Result<(), Failure> {
    if let Ok(metadata) = fs::metadata(path) {
        claim(path, &metadata)?;
    }
    if names().insert(full_name(path)?) {
        return Ok(());
    }
    Err(taken_error(path, "is written by this command already"))
}

fn names() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name without links in its folder.
fn full_name(path: &Path) -> Result<PathBuf, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).map_err(|source| file_failure("write", path, source))?;
    Ok(folder.join(path.file_name().unwrap_or_default()))
}

fn taken_error(path: &Path, what: &str) -> Failure {
    Failure::Usage(format!("{} {what}: name another file to be written", path.display()))
}

/// Takes the files in which the driver keeps the values of components.
pub(crate) fn claim_values(folder: &Path, nodes: &[NodeName]) -> Result<(), Failure> {
    for node in nodes {
        for kind in ["db", "db-wal", "lock"] {
            let path = folder.join(format!("{node}.{kind}"));
            match fs::metadata(&path) {
                Ok(metadata) => claim(&path, &metadata)?,
                // The log of a database is there only while it holds something.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(file_failure("read", &path, source)),
            }
        }
        // A log of that name would be taken for values of an earlier version by the next run.
        for kind in ["log", "json"] {
            claim_name(&folder.join(format!("{node}.{kind}")))?;
        }
    }
    Ok(())
}

/// How a file is opened that its owner alone may read. A symbolic link is not followed: whoever may write the folder
/// could lead it elsewhere.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    // Another process may be writing the file: it is emptied once it is locked.
    options.write(true).create(true).truncate(false).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    options
}

/// Opens a file to be read that is no symbolic link.
pub(crate) fn open_unfollowed(path: &Path) -> Result<File, Failure> {
    let opened = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(path);
    opened.map_err(|source| file_failure("read", path, unfollowed(path, source)))
}

/// What the system says of a symbolic link, in words.
pub(crate) fn unfollowed(path: &Path, source: io::Error) -> io::Error {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    if is_link { link_not_followed() } else { source }
}

/// Locks a file for this process, and says whether another process has it locked. On a file system without locks no process is
/// kept out.
pub(crate) fn is_locked_elsewhere(file: &File) -> bool {
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

pub(crate) fn link_not_followed() -> io::Error {
    io::Error::other("it is a symbolic link, which is not followed")
}

pub(crate) fn file_failure(action: &'static str, path: &Path, source: io::Error) -> Failure {
    Failure::File { action, path: path.to_owned(), source }
}
