//! Files: configurations, journals, logs.

use crate::{cli::TableFiles, failure::Failure, folders::owner_of, print};
use cce_journal::{End, Header, Reader, Record, Tables, What, Writer};
use cce_kernel::NodeName;
use cce_wire::TableText;
use cce_world::{ENVIRONMENT_PREFIX, Lab, Layers, TableKind, read_table};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs::{self, File, Metadata, OpenOptions, Permissions, TryLockError},
    hash::{BuildHasher, RandomState},
    io::{self, BufReader, BufWriter, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Bytes of a configuration, a scenario or a table.
const TEXT_MAX: u64 = 1 << 26;

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

/// Begins a journal in a file that its owner alone may read. It is packed where the file's name ends in `.lz4`. The header
/// is there at once, so that readers know what the file is, however early the run is killed.
pub(crate) fn create_journal(path: &Path, header: &Header) -> Result<Writer<BufWriter<File>>, Failure> {
    let to = BufWriter::new(create_private(path)?);
    let is_packed = path.extension().is_some_and(|extension| extension == "lz4");
    let begun = if is_packed { Writer::packed(to, header) } else { Writer::new(to, header) };
    let mut journal = begun.map_err(|source| file_failure("write", path, source))?;
    // A full disk fails again at the first record, and what becomes of the run is decided there.
    let _ = journal.flush();
    Ok(journal)
}

/// What a journal lacks, in words, and where.
pub(crate) fn gaps(records: &[Record]) -> Option<String> {
    let gaps = records.iter().filter_map(|record| match record.what {
        What::Gap { dropped } => Some((record, dropped)),
        What::In(_)
        | What::Out(_)
        | What::Started
        | What::Stopped { .. }
        | What::Connected { .. }
        | What::Bent(_) => None,
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

/// What this process does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It is an input.
    Read,
    /// It is an output.
    Written,
}

/// What this process does with each file, by its device and its number there: an input is not written, and an output is
/// written once.
static USES: Mutex<BTreeMap<(u64, u64), Use>> = Mutex::new(BTreeMap::new());

fn uses() -> MutexGuard<'static, BTreeMap<(u64, u64), Use>> {
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
        uses().entry(number_of(&metadata)).or_insert(Use::Read);
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
    let what = match uses().entry(number_of(metadata)) {
        Entry::Vacant(free) => {
            free.insert(Use::Written);
            return Ok(());
        }
        Entry::Occupied(used) => match used.get() {
            Use::Read => "is what this command reads",
            Use::Written => "is written by this command already",
        },
    };
    Err(Failure::Usage(format!("{} {what}: name another file to be written", path.display())))
}

/// Takes the files in which the driver keeps the values of components.
pub(crate) fn claim_values(folder: &Path, nodes: &[NodeName]) -> Result<(), Failure> {
    for node in nodes {
        for kind in ["log", "lock"] {
            let path = folder.join(format!("{node}.{kind}"));
            let metadata = fs::metadata(&path).map_err(|source| file_failure("read", &path, source))?;
            claim(&path, &metadata)?;
        }
    }
    Ok(())
}

/// How a file is opened that its owner alone may read. A symbolic link is not followed: whoever may write the folder
/// could lead it elsewhere.
pub(crate) fn private() -> OpenOptions {
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
    claim(path, &metadata)?;
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

/// Locks a file. Where files cannot be locked, nobody is kept out.
pub(crate) fn is_locked_elsewhere(file: &File) -> bool {
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// What the system says of a symbolic link, in words.
fn unfollowed(path: &Path, source: io::Error) -> io::Error {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    if is_link { link_not_followed() } else { source }
}

pub(crate) fn link_not_followed() -> io::Error {
    io::Error::other("it is a symbolic link, which is not followed")
}

/// Writes a file that its owner alone may read, and renames it into place, so that nobody reads half of it.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    if let Ok(metadata) = fs::metadata(path) {
        claim(path, &metadata)?;
    }
    // Nobody can know the name, and whatever has it already stays as it is.
    let fresh = path.with_added_extension(format!("{:016x}", RandomState::new().hash_one(path)));
    let failed = |source| file_failure("write", path, source);
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&fresh).map_err(failed)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        // It is of no use to anybody. Where it cannot be removed, the failure that is told says where to look.
        let _ = fs::remove_file(&fresh);
    }
    written.map_err(failed)
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
