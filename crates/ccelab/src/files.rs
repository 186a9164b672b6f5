//! Files: configurations, journals, logs.

use crate::{cli::TableFiles, failure::Failure};
use cce_journal::{Header, Reader, Record, Tables};
use cce_wire::TableText;
use cce_world::{ENVIRONMENT_PREFIX, Lab, Layers, TableKind, read_table};
use std::{
    fs::{self, File, OpenOptions},
    io::{BufReader, Write},
    path::{Path, PathBuf},
};

/// Where a run is kept when nobody says where.
pub(crate) const LAST: &str = ".ccelab/last";

/// The name of a journal there.
const JOURNAL: &str = "journal.jsonl";

/// Where the records of a run go.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The journal.
    pub(crate) journal: PathBuf,
    /// The folder of the logs.
    pub(crate) logs: PathBuf,
}

impl Places {
    /// The places asked for; others are in the folder of the last run, which is made anew.
    pub(crate) fn of(journal: Option<PathBuf>, logs: Option<PathBuf>) -> Result<Self, Failure> {
        let last = Path::new(LAST);
        if journal.is_none() || logs.is_none() {
            create_folder(last)?;
        }
        if let Some(logs) = &logs {
            create_folder(logs)?;
        }
        Ok(Self {
            journal: journal.unwrap_or_else(|| last.join(JOURNAL)),
            logs: logs.unwrap_or_else(|| last.to_owned()),
        })
    }
}

/// The lab of the built-in configuration, a file, and the environment, with the tables of a run.
pub(crate) fn load_lab(file: Option<&Path>, tables: &TableFiles) -> Result<Lab, Failure> {
    let prefix = format!("{ENVIRONMENT_PREFIX}__");
    let environment = std::env::vars().filter(|(name, _)| name.starts_with(&prefix)).collect();
    let file = match file {
        None => None,
        Some(path) => Some((path.display().to_string(), read_text(path)?)),
    };
    let lab = cce_world::load(&Layers { file, environment, overrides: Vec::new() })?;
    Ok(Lab { tables: load_tables(tables)?, ..lab })
}

/// The tables that replace the built-in ones.
pub(crate) fn load_tables(files: &TableFiles) -> Result<Tables, Failure> {
    let load = |kind, file: &Option<PathBuf>| -> Result<Option<TableText>, Failure> {
        let Some(path) = file else { return Ok(None) };
        Ok(Some(read_table(kind, &path.display().to_string(), &read_text(path)?)?))
    };
    Ok(Tables { mr: load(TableKind::Mr, &files.mr_table)?, arm: load(TableKind::Arm, &files.arm_table)? })
}

/// Opens a journal.
pub(crate) fn read_journal(path: &Path) -> Result<(Header, Vec<Record>), Failure> {
    let file = File::open(path).map_err(|source| file_failure("read", path, source))?;
    Reader::read_all(BufReader::new(file))
        .map_err(|source| Failure::Journal { path: path.to_owned(), source })
}

/// Creates a file that its owner alone may read: a journal holds credentials.
pub(crate) fn create_private(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        options.mode(0o600);
        if path.exists() {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
        }
    }
    options.open(path).map_err(|source| file_failure("create", path, source))
}

/// Creates a folder and those above it.
pub(crate) fn create_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|source| file_failure("create", path, source))
}

/// Writes a file and renames it into place, so that nobody reads half of it.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    let fresh = path.with_extension("new");
    let write = || {
        File::create(&fresh)?.write_all(text.as_bytes())?;
        fs::rename(&fresh, path)
    };
    write().map_err(|source| file_failure("write", path, source))
}

pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|source| file_failure("read", path, source))
}

pub(crate) fn file_failure(action: &'static str, path: &Path, source: std::io::Error) -> Failure {
    Failure::File { action, path: path.to_owned(), source }
}
