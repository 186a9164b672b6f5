//! The SQLite database of one component.

use super::{StoreError, earlier, private_file::open_private};
use rusqlite::{Connection, ErrorCode, OpenFlags, params};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Marks a database as a store of this project: "ccel" (PRAGMA application_id).
const APPLICATION: i32 = 0x6363_656c;

/// The version of the tables (PRAGMA user_version).
const VERSION: i32 = 1;

/// How long somebody else may read the database while it is opened.
const BUSY: Duration = Duration::from_secs(1);

/// Changes by key: a value, or none where the key goes.
pub(super) type Changes = BTreeMap<String, Option<String>>;

/// An open database. Its owner holds the lock of the component.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) connection: Connection,
}

impl Database {
    /// Opens the database of a component in a folder, or makes it, and reads every value. Values of an earlier format are
    /// taken over into a new one.
    pub(super) fn open(folder: &Path, node: &str) -> Result<(Self, BTreeMap<String, String>), StoreError> {
        let path = folder.join(format!("{node}.db"));
        prepare_files(folder, &path).map_err(|source| StoreError::File { path: path.clone(), source })?;
        let told = |error| sqlite_failure(&path, error);
        let mut database = Self { connection: connect(&path).map_err(told)? };
        let is_new = database.prepare(&path)?;
        let mut values = database.values().map_err(told)?;
        if let Some(earlier) = earlier::find(folder, node)? {
            values = earlier.take_over(values, is_new, |taken| database.write(&taken).map_err(told))?;
        }
        Ok((database, values))
    }

    /// Writes changes in one transaction. They are on disk when this returns.
    pub(super) fn write(&mut self, changes: &Changes) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut put = transaction.prepare("INSERT OR REPLACE INTO stored VALUES (?1, ?2)")?;
            let mut remove = transaction.prepare("DELETE FROM stored WHERE key = ?1")?;
            for (key, value) in changes {
                match value {
                    Some(value) => put.execute(params![key, value])?,
                    None => remove.execute(params![key])?,
                };
            }
        }
        transaction.commit()
    }

    /// Whether it has a value of that key, or cannot be asked.
    pub(super) fn may_have(&self, key: &str) -> bool {
        let found = self.connection.prepare("SELECT 1 FROM stored WHERE key = ?1");
        found.and_then(|mut found| found.exists(params![key])).unwrap_or(true)
    }

    /// Checks what is there, or makes the table. Says whether the database is new.
    fn prepare(&mut self, path: &Path) -> Result<bool, StoreError> {
        let told = |error| sqlite_failure(path, error);
        let application = self.number("application_id").map_err(told)?;
        let tables = "SELECT count(*) FROM sqlite_schema";
        let is_new =
            self.connection.query_row(tables, [], |row| Ok(row.get::<_, i64>(0)? == 0)).map_err(told)?;
        if is_new && application == 0 {
            self.connection.execute_batch(&creation()).map_err(told)?;
            return Ok(true);
        }
        if application != APPLICATION {
            return Err(StoreError::Foreign { path: path.to_owned() });
        }
        let version = self.number("user_version").map_err(told)?;
        if version != VERSION {
            return Err(StoreError::Version { path: path.to_owned(), version });
        }
        let verdict = "PRAGMA quick_check(1)";
        let verdict: String = self.connection.query_row(verdict, [], |row| row.get(0)).map_err(told)?;
        if verdict != "ok" {
            return Err(StoreError::Damaged { path: path.to_owned(), what: verdict });
        }
        Ok(false)
    }

    fn number(&self, pragma: &str) -> rusqlite::Result<i32> {
        self.connection.pragma_query_value(None, pragma, |row| row.get(0))
    }

    fn values(&self) -> rusqlite::Result<BTreeMap<String, String>> {
        let mut read = self.connection.prepare("SELECT key, value FROM stored")?;
        read.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }
}

fn creation() -> String {
    format!(
        "BEGIN IMMEDIATE;
         CREATE TABLE stored (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;
         PRAGMA application_id = {APPLICATION};
         PRAGMA user_version = {VERSION};
         COMMIT;"
    )
}

/// Opens a database whose commits are on disk when they return.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    // Nobody else writes. Chosen before the log is opened, so that the log needs no shared memory (sqlite.org/wal.html).
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // In this mode of the journal, NORMAL would lose the last commits in a power failure (sqlite.org/pragma.html).
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// Makes the files of a database readable for their owner alone.
fn prepare_files(folder: &Path, path: &Path) -> io::Result<()> {
    // SQLite gives a log that it makes the mode of the database. One that is there already may have another.
    let log = log_of(path);
    if fs::symlink_metadata(&log).is_ok() {
        open_private(&log)?;
    }
    open_private(path)?;
    // A new file is there after a power failure once its folder is on disk, too.
    File::open(folder)?.sync_all()
}

/// The write-ahead log of a database.
pub(super) fn log_of(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

fn sqlite_failure(path: &Path, error: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Damaged { path, what: error.to_string() }
        }
        Some(_) | None => StoreError::Database { path, source: error },
    }
}
