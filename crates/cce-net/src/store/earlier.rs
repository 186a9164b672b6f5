//! Values of earlier versions, which kept them in formats of their own: a log of changes (`ccp.log`), and before that one JSON
//! object (`ccp.json`). They are taken over once, into a new database; then their file has another name.

use super::{StoreError, database::Changes};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

type Values = BTreeMap<String, String>;

/// Reads a file of an earlier version.
type Reader = fn(&[u8]) -> Result<Values, String>;

/// Values of an earlier version.
#[derive(Debug)]
pub(super) struct Earlier {
    path: PathBuf,
    values: Values,
}

/// Looks for the values of an earlier version. The log is newer than the object.
pub(super) fn find(folder: &Path, node: &str) -> Result<Option<Earlier>, StoreError> {
    let readers: [(&str, Reader); 2] = [("log", values_of_log), ("json", values_of_object)];
    for (extension, read) in readers {
        let path = folder.join(format!("{node}.{extension}"));
        let text = match read_plain(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            text => text.map_err(|source| StoreError::File { path: path.clone(), source })?,
        };
        let values = read(&text).map_err(|what| StoreError::Earlier { path: path.clone(), what })?;
        return Ok(Some(Earlier { path, values }));
    }
    Ok(None)
}

impl Earlier {
    /// Takes them over into a new database. One that was there before counts, and the earlier values are left aside.
    pub(super) fn take_over(
        self,
        current: Values,
        is_new: bool,
        write: impl FnOnce(Changes) -> Result<(), StoreError>,
    ) -> Result<Values, StoreError> {
        let done = PathBuf::from(format!("{}.old", self.path.display()));
        let (old, new) = (self.path.display(), done.display());
        // A run that was killed while it took them over has an empty database, and takes them over again.
        let is_taken = is_new || current.is_empty();
        let values = if is_taken {
            write(self.values.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect())?;
            tracing::warn!("{old} is of an earlier version: its values are taken over, and it is now {new}");
            self.values
        } else {
            tracing::warn!(
                "{old} is of an earlier version, and there is a database: it is not read, and is now {new}"
            );
            current
        };
        // Last: a run that is killed before finds the file, and takes it over again.
        fs::rename(&self.path, &done).map_err(|source| StoreError::File { path: self.path, source })?;
        Ok(values)
    }
}

fn read_plain(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no plain file"));
    }
    fs::read(path)
}

/// Each line is a change, `["key","value"]` or `["key",null]`. A line without an end, as a killed process leaves it, is none.
fn values_of_log(text: &[u8]) -> Result<Values, String> {
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let mut values = Values::new();
    for (number, line) in (1..).zip(text[..whole].split_inclusive(|byte| *byte == b'\n')) {
        let change = serde_json::from_slice(line);
        let (key, value): (String, Option<String>) =
            change.map_err(|error| format!("line {number} is no change: {error}"))?;
        match value {
            Some(value) => values.insert(key, value),
            None => values.remove(&key),
        };
    }
    Ok(values)
}

fn values_of_object(text: &[u8]) -> Result<Values, String> {
    serde_json::from_slice(text).map_err(|error| format!("it holds no values: {error}"))
}
