//! Folders: of the last run, of an exploration, and those that a person names. No symbolic link is followed into one.

use crate::{
    claims::{claim, file_failure, is_locked_elsewhere, is_used, link_not_followed, private},
    failure::Failure,
};
use cce_world::COMPONENTS;
use std::{
    fs::{self, DirEntry, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where a run is kept when nobody says where.
pub(crate) const LAST: &str = ".ccelab/last";

/// The name of a journal there.
pub(crate) const JOURNAL: &str = "journal.jsonl";

/// The name of the file there that a run holds locked while it writes. It says which process that is.
const LOCK: &str = "lock";

/// What the names of an exploration's journals begin and end with, a number between.
const JOURNALS: [(&str, &str); 2] = [("seed-", ".jsonl"), ("order-", ".jsonl")];

/// What the names of its folders begin with, a number behind.
const PARAMETERS: &str = "parameters-";

/// Where the records of a run go.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The journal.
    pub(crate) journal: PathBuf,
    /// The folder of the logs.
    pub(crate) logs: PathBuf,
    /// Keeps other runs out of the folder of the last run.
    _lock: Option<Arc<File>>,
}

impl Places {
    /// The places asked for; others are in the folder of the last run, which is made anew. Each part of a
    /// lab that is split into processes has a folder of its own there.
    pub(crate) fn of(
        journal: Option<PathBuf>,
        logs: Option<PathBuf>,
        only: &[String],
    ) -> Result<Self, Failure> {
        let last = last_folder(only);
        let mut lock = None;
        if journal.is_none() || logs.is_none() {
            create_own(&last)?;
            lock = Some(Arc::new(take(&last)?));
        }
        if let Some(logs) = &logs {
            create_folder(logs)?;
        }
        Ok(Self {
            journal: journal.unwrap_or_else(|| last.join(JOURNAL)),
            logs: logs.unwrap_or(last),
            _lock: lock,
        })
    }
}

/// The folder of the last run, or of the last run of these components.
fn last_folder(only: &[String]) -> PathBuf {
    // Each order in which the components are named leads to the same folder.
    let chosen: Vec<&str> =
        COMPONENTS.into_iter().filter(|name| only.iter().any(|chosen| chosen == name)).collect();
    if chosen.is_empty() { LAST.into() } else { Path::new(LAST).join(chosen.join(",")) }
}

/// The folder of an exploration. Others are kept out of it for as long as this lives.
#[derive(Debug)]
pub(crate) struct Exploration {
    folder: PathBuf,
    _lock: File,
}

impl Exploration {
    /// Takes the folder, and removes the journals of the exploration before. Whatever else is there is left alone, and so
    /// is what this command has read.
    pub(crate) fn begin() -> Result<Self, Failure> {
        let folder = Path::new(LAST).join("explore");
        create_own(&folder)?;
        let lock = take(&folder)?;
        remove_journals(&folder).map_err(|source| file_failure("empty", &folder, source))?;
        Ok(Self { folder, _lock: lock })
    }

    /// The folder of the only combination of parameters.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.clone()
    }

    /// The folder of one combination of parameters.
    pub(crate) fn of_parameters(&self, number: usize) -> Result<PathBuf, Failure> {
        let folder = self.folder.join(format!("{PARAMETERS}{number}"));
        create_own(&folder)?;
        Ok(folder)
    }
}

/// Removes the journals of an exploration, and folders that are empty without them.
fn remove_journals(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // The kind of a symbolic link is its own: none is followed.
        let kind = entry.file_type()?;
        if kind.is_dir() && is_numbered(&entry, PARAMETERS, "") {
            remove_journals(&entry.path())?;
            match fs::remove_dir(entry.path()) {
                // It holds what somebody else put there.
                Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => return Err(error),
                Ok(()) | Err(_) => {}
            }
        } else if kind.is_file()
            && JOURNALS.iter().any(|(before, after)| is_numbered(&entry, before, after))
            && !is_used(&entry.metadata()?)
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn is_numbered(entry: &DirEntry, before: &str, after: &str) -> bool {
    let name = entry.file_name();
    let number = name.to_str().and_then(|name| name.strip_prefix(before)?.strip_suffix(after));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Locks a folder for this process, which ends with it.
fn take(folder: &Path) -> Result<File, Failure> {
    let path = folder.join(LOCK);
    let failed = |source| file_failure("lock", &path, source);
    let mut file = private().open(&path).map_err(failed)?;
    claim(&path, &file.metadata().map_err(failed)?)?;
    if is_locked_elsewhere(&file) {
        return Err(Failure::InUse { path: folder.to_owned(), owner: owner_of(folder) });
    }
    // Whoever finds the folder locked reads here by whom.
    file.set_len(0).and_then(|()| writeln!(file, "process {}", std::process::id())).map_err(failed)?;
    Ok(file)
}

/// The process that holds a folder, as its lock file says.
pub(crate) fn owner_of(folder: &Path) -> String {
    let told = fs::read_to_string(folder.join(LOCK)).unwrap_or_default();
    if told.trim().is_empty() { "another process".to_owned() } else { told.trim().to_owned() }
}

/// Creates a folder that a person names, and those above it. The folder itself is no symbolic link: whoever may write the
/// folder above could lead it elsewhere. How a person comes there is their own affair.
pub(crate) fn create_folder(path: &Path) -> Result<(), Failure> {
    // Without a slash at the end, behind which a link would be followed.
    let path: PathBuf = path.components().collect();
    if let Some(above) = path.parent() {
        fs::create_dir_all(above).map_err(|source| file_failure("create", above, source))?;
    }
    create_plain(&path)
}

/// Creates a folder whose name is the lab's own choice, part by part: no part is a symbolic link.
pub(crate) fn create_own(path: &Path) -> Result<(), Failure> {
    let mut folder = PathBuf::new();
    for part in path.components() {
        folder.push(part);
        create_plain(&folder)?;
    }
    Ok(())
}

fn create_plain(path: &Path) -> Result<(), Failure> {
    let create = || {
        let metadata = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Another process may create it meanwhile: then it is looked at like any other.
                match fs::create_dir(path) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                    Ok(()) | Err(_) => {}
                }
                fs::symlink_metadata(path)?
            }
            found => found?,
        };
        match metadata.file_type() {
            kind if kind.is_symlink() => Err(link_not_followed()),
            kind if kind.is_dir() => Ok(()),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    };
    create().map_err(|source| file_failure("use the folder", path, source))
}
