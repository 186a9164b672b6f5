//! What components keep for their next life: one JSON file for each.

use crate::NetError;
use cce_kernel::NodeName;
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// The values of one component.
#[derive(Debug)]
pub(crate) struct Store {
    path: Option<PathBuf>,
    values: BTreeMap<String, String>,
}

impl Store {
    /// Reads what an earlier run kept.
    pub(crate) fn open(directory: Option<&Path>, node: &NodeName) -> Result<Self, NetError> {
        let Some(directory) = directory else { return Ok(Self { path: None, values: BTreeMap::new() }) };
        let path = directory.join(format!("{node}.json"));
        let values = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|error| NetError::Stored { path: path.clone(), source: error.into() })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(source) => return Err(NetError::Stored { path, source }),
        };
        Ok(Self { path: Some(path), values })
    }

    pub(crate) fn values(&self) -> BTreeMap<String, String> {
        self.values.clone()
    }

    /// Changes a value. A disk that fails is told to developers only: it must not change the run.
    pub(crate) fn set(&mut self, key: String, value: Option<String>) {
        match value {
            Some(value) => self.values.insert(key, value),
            None => self.values.remove(&key),
        };
        if let Err(error) = self.write() {
            tracing::warn!(%error, "cannot keep what a component stores");
        }
    }

    fn write(&self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let fresh = path.with_extension("new");
        fs::write(&fresh, serde_json::to_vec(&self.values)?)?;
        fs::rename(fresh, path)
    }
}
