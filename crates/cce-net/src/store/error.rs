//! Why what a component stored cannot be used.

use std::{io, path::PathBuf};

/// Why what a component stored cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another run has the folder.
    #[error(
        "{} is locked: another run keeps its values there; stop it, or give this run another folder with --data",
        path.display()
    )]
    Taken {
        /// The file that keeps other runs out.
        path: PathBuf,
    },
    /// A file cannot be opened.
    #[error("cannot open {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The database cannot be used.
    #[error("cannot use the database {}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The database is torn.
    #[error(
        "the database {path} is damaged ({what}): `sqlite3 {path} .recover` shows what can still be read; move {path} and {path}-wal away to begin without its contacts",
        path = path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        what: String,
    },
    /// It is a database of something else.
    #[error("{} is a database of another program: give another folder with --data", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It is of another version of ccelab.
    #[error(
        "the database {} has version {version} of its tables, which this ccelab does not know: use the ccelab that wrote it, or another folder",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The version of its tables.
        version: i32,
    },
    /// The values of an earlier version of ccelab cannot be read.
    #[error(
        "{} is of an earlier version of ccelab, and cannot be taken over: {what}; move it away to begin without its values",
        path.display()
    )]
    Earlier {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}
