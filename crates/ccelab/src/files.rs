//! Files: configurations, journals, logs.

use crate::{cli::TableFiles, failure::Failure, print};
use cce_journal::{End, Header, Reader, Record, Tables, What};
use cce_wire::TableText;
use cce_world::{COMPONENTS, ENVIRONMENT_PREFIX, Lab, Layers, TableKind, read_table};
use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions, Permissions, TryLockError},
    io::{self, BufReader, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Bytes of a configuration, a scenario or a table.
const TEXT_MAX: u64 = 1 << 26;

/// Where a run is kept when nobody says where.
pub(crate) const LAST: &str = ".ccelab/last";

/// The name of a journal there.
const JOURNAL: &str = "journal.jsonl";

/// The name of the file there that a run holds locked while it writes. It says which process that is.
const LOCK: &str = "lock";

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
            create_folder(&last)?;
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

/// Empties a folder that is ours alone, and keeps others out of it for as long as the file that is returned is open.
pub(crate) fn fresh_folder(folder: &Path) -> Result<File, Failure> {
    create_folder(folder)?;
    let lock = take(folder)?;
    let failed = |source| file_failure("empty", folder, source);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let removed = match path.file_name() {
            Some(name) if name == LOCK => Ok(()),
            _ if path.is_dir() => fs::remove_dir_all(&path),
            _ => fs::remove_file(&path),
        };
        removed.map_err(failed)?;
    }
    Ok(lock)
}

/// The folder of the last run, or of the last run of these components.
fn last_folder(only: &[String]) -> PathBuf {
    let chosen: Vec<&str> =
        COMPONENTS.into_iter().filter(|name| only.iter().any(|chosen| chosen == name)).collect();
    if chosen.is_empty() { LAST.into() } else { Path::new(LAST).join(chosen.join(",")) }
}

/// Locks a folder for this process, which ends with it.
fn take(folder: &Path) -> Result<File, Failure> {
    let path = folder.join(LOCK);
    let failed = |source| file_failure("lock", &path, source);
    let mut file = private().open(&path).map_err(failed)?;
    if is_locked_elsewhere(&file) {
        return Err(Failure::InUse { path: folder.to_owned(), owner: owner_of(folder) });
    }
    file.set_len(0).and_then(|()| writeln!(file, "process {}", std::process::id())).map_err(failed)?;
    Ok(file)
}

/// The process that holds a folder, as its lock file says.
fn owner_of(folder: &Path) -> String {
    let told = fs::read_to_string(folder.join(LOCK)).unwrap_or_default();
    if told.trim().is_empty() { "another process".to_owned() } else { told.trim().to_owned() }
}

/// Locks a file. Where files cannot be locked, nobody is kept out.
fn is_locked_elsewhere(file: &File) -> bool {
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// The lab of the built-in configuration, a file, and the environment, with the tables of a run.
pub(crate) fn load_lab(file: Option<&Path>, tables: &TableFiles) -> Result<Lab, Failure> {
    let file = match file {
        None => None,
        Some(path) => Some((path.display().to_string(), read_text(path)?)),
    };
    Ok(Lab { tables: load_tables(tables)?, ..load_lab_text(file)? })
}

/// The lab of the built-in configuration, the name and text of a file, and the environment.
pub(crate) fn load_lab_text(file: Option<(String, String)>) -> Result<Lab, Failure> {
    let prefix = format!("{ENVIRONMENT_PREFIX}__");
    let environment = std::env::vars().filter(|(name, _)| name.starts_with(&prefix)).collect();
    Ok(cce_world::load(&Layers { file, environment, overrides: Vec::new() })?)
}

/// The tables that replace the built-in ones.
pub(crate) fn load_tables(files: &TableFiles) -> Result<Tables, Failure> {
    let load = |kind, file: &Option<PathBuf>| -> Result<Option<TableText>, Failure> {
        let Some(path) = file else { return Ok(None) };
        Ok(Some(read_table(kind, &path.display().to_string(), &read_text(path)?)?))
    };
    Ok(Tables { mr: load(TableKind::Mr, &files.mr_table)?, arm: load(TableKind::Arm, &files.arm_table)? })
}

/// Reads a journal. What it lacks is told.
pub(crate) fn read_journal(path: &Path) -> Result<(Header, Vec<Record>), Failure> {
    let (header, records, _) = read_journal_to_end(path)?;
    Ok((header, records))
}

/// Reads a journal, and how its run ended; none where it goes on, or the journal was cut off. What it lacks is told.
pub(crate) fn read_journal_to_end(path: &Path) -> Result<(Header, Vec<Record>, Option<End>), Failure> {
    let file = open_input(path)?;
    let failed = |source| Failure::Journal { path: path.to_owned(), source };
    let (header, mut reader) = Reader::new(BufReader::new(file)).map_err(failed)?;
    let records: Vec<Record> = reader.by_ref().collect::<Result<_, _>>().map_err(failed)?;
    if let Some(gaps) = gaps(&records) {
        print::error(&format!("warning: {} {gaps}", path.display()));
    }
    if let Some(line) = reader.torn_line() {
        print::error(&format!(
            "warning: {} ends in the middle of line {line}, which is passed over: its run was killed, or goes on",
            path.display()
        ));
    } else if reader.end().is_none() {
        print::error(&format!(
            "warning: {} does not say that its run is over: the run goes on, or was killed, or the journal was cut off",
            path.display()
        ));
    }
    let end = reader.end();
    Ok((header, records, end))
}

/// What a journal lacks, in words, and where.
pub(crate) fn gaps(records: &[Record]) -> Option<String> {
    let gaps = records.iter().filter_map(|record| match record.what {
        What::Gap { dropped } => Some((record, dropped)),
        What::In(_) | What::Out(_) | What::Started | What::Stopped { .. } | What::Bent(_) => None,
    });
    let (mut lost, mut repeated, mut first) = (0_u64, 0_u64, None);
    for (record, dropped) in gaps {
        first = first.or(Some(record.seq));
        lost = dropped.saturating_add(lost);
        repeated += u64::from(dropped == 0);
    }
    let place = format!("first at record {}; what depends on it may be wrong", first?);
    Some(match (lost, repeated) {
        (lost, 0) => format!("lacks {lost} records, {place}"),
        (0, _) => format!("has records whose numbers were there before, {place}"),
        (lost, _) => {
            format!("lacks {lost} records, and has some whose numbers were there before, {place}")
        }
    })
}

/// Device and number of each file that this process has read: none of them is written.
static READ: Mutex<BTreeSet<(u64, u64)>> = Mutex::new(BTreeSet::new());

/// Opens a file to be read, and keeps it from being written by the same command.
pub(crate) fn open_input(path: &Path) -> Result<File, Failure> {
    let failed = |source| file_failure("read", path, source);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_file() {
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert((metadata.dev(), metadata.ino()));
    }
    Ok(file)
}

/// Refuses to write what was read.
fn keep_inputs(path: &Path, metadata: &fs::Metadata) -> Result<(), Failure> {
    let read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if !read.contains(&(metadata.dev(), metadata.ino())) {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{} is what this command reads: name another file to be written",
        path.display()
    )))
}

/// How a file is opened that its owner alone may read. A symbolic link is not followed: whoever may write the folder
/// could lead it elsewhere.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    options
}

/// Creates a file that its owner alone may read: a journal holds credentials. Nobody else may write it until
/// it is closed: what another process is writing is left alone, and so is what this command has read.
pub(crate) fn create_private(path: &Path) -> Result<File, Failure> {
    let failed = |source| file_failure("create", path, source);
    let file = private().open(path).map_err(|source| failed(unfollowed(path, source)))?;
    let metadata = file.metadata().map_err(failed)?;
    keep_inputs(path, &metadata)?;
    // A pipe or a device is everybody's, and has no length.
    let is_plain = metadata.is_file();
    if is_plain && is_locked_elsewhere(&file) {
        let owner = owner_of(path.parent().unwrap_or(Path::new("")));
        return Err(Failure::InUse { path: path.to_owned(), owner });
    }
    if is_plain {
        file.set_permissions(Permissions::from_mode(0o600)).and_then(|()| file.set_len(0)).map_err(failed)?;
    }
    Ok(file)
}

/// What the system says of a symbolic link, in words.
fn unfollowed(path: &Path, source: io::Error) -> io::Error {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    if is_link { io::Error::other("it is a symbolic link, which is not followed") } else { source }
}

/// Creates a folder and those above it.
pub(crate) fn create_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|source| file_failure("create", path, source))
}

/// Writes a file and renames it into place, so that nobody reads half of it.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    if let Ok(metadata) = fs::metadata(path) {
        keep_inputs(path, &metadata)?;
    }
    let fresh = path.with_extension("new");
    let write = || {
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        File::create_new(&fresh)?.write_all(text.as_bytes())?;
        fs::rename(&fresh, path)
    };
    write().map_err(|source| file_failure("write", path, source))
}

/// The text of a file of a size that can be.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = open_input(path)?.take(TEXT_MAX + 1).read_to_string(&mut text);
    read.map_err(|source| file_failure("read", path, source))?;
    if text.len() as u64 > TEXT_MAX {
        return Err(Failure::Usage(format!("{} has more than {TEXT_MAX} bytes", path.display())));
    }
    Ok(text)
}

pub(crate) fn file_failure(action: &'static str, path: &Path, source: io::Error) -> Failure {
    Failure::File { action, path: path.to_owned(), source }
}
