//! What components keep for their next life: one log of changes for each.
//!
//! A line of it is one change, `["key","value"]`, or `["key",null]` where a value is removed. So a change costs its own
//! line, whatever else is kept. A log that has many more lines than there are values is written anew and renamed into
//! place. A line without an end, as a killed process leaves it, is no change.

use crate::{NetError, complaint::Complaint};
use cce_kernel::NodeName;
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, Permissions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Lines that a log may have beyond twice the number of its values.
const SPARE_LINES_MAX: usize = 1_024;

/// The values of one component.
#[derive(Debug)]
pub(crate) struct Store {
    /// None where they are kept in memory only.
    log: Option<Log>,
    values: BTreeMap<String, String>,
    /// A disk that fails.
    trouble: Complaint,
}

/// The log of changes.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    file: File,
    lines: usize,
    /// A change could not be written: the log says less than is so.
    is_behind: bool,
    /// Held by this process as long as the log is open.
    _lock: File,
}

impl Store {
    /// Reads what an earlier run kept.
    pub(crate) fn open(directory: Option<&Path>, node: &NodeName) -> Result<Self, NetError> {
        let trouble = Complaint::default();
        let Some(directory) = directory else {
            return Ok(Self { log: None, values: BTreeMap::new(), trouble });
        };
        let path = directory.join(format!("{node}.log"));
        let (log, values) =
            Log::open(&path).map_err(|source| NetError::Stored { path: path.clone(), source })?;
        Ok(Self { log: Some(log), values, trouble })
    }

    pub(crate) fn values(&self) -> BTreeMap<String, String> {
        self.values.clone()
    }

    /// Changes a value. A disk that fails is told to developers only: it must not change the run.
    pub(crate) fn set(&mut self, key: String, value: Option<String>) {
        let change = line(&key, value.as_deref());
        match value {
            Some(value) => self.values.insert(key, value),
            None => self.values.remove(&key),
        };
        let Some(log) = &mut self.log else { return };
        let kept = change.and_then(|change| log.append(&change, &self.values));
        if let Err(error) = kept
            && let Some(times) = self.trouble.due()
        {
            tracing::warn!(%error, times, path = %log.path.display(), "cannot keep what a component stores");
        }
    }
}

impl Log {
    fn open(path: &Path) -> io::Result<(Self, BTreeMap<String, String>)> {
        let lock = open_private(&path.with_extension("lock"))?;
        if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, "another run keeps its values there"));
        }
        let mut file = open_private(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64)?;
        let (values, lines) = read(&text[..whole])?;
        Ok((Self { path: path.to_owned(), file, lines, is_behind: false, _lock: lock }, values))
    }

    /// Appends a change that led to these values.
    fn append(&mut self, change: &[u8], values: &BTreeMap<String, String>) -> io::Result<()> {
        if self.is_behind || self.lines >= 2 * values.len() + SPARE_LINES_MAX {
            return self.write_anew(values);
        }
        // Until it is written, half of it may be there.
        self.is_behind = true;
        self.file.write_all(change)?;
        self.is_behind = false;
        self.lines += 1;
        Ok(())
    }

    /// Whoever is killed meanwhile leaves the log as it was.
    fn write_anew(&mut self, values: &BTreeMap<String, String>) -> io::Result<()> {
        self.is_behind = true;
        let fresh = self.path.with_extension("new");
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = open_private(&fresh)?;
        let mut text = Vec::new();
        for (key, value) in values {
            text.extend(line(key, Some(value))?);
        }
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.path)?;
        if let Some(directory) = self.path.parent() {
            File::open(directory)?.sync_all()?;
        }
        (self.file, self.lines, self.is_behind) = (file, values.len(), false);
        Ok(())
    }
}

/// Opens a file that its owner alone may read: values are of whoever runs the lab. A symbolic link is not followed.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no plain file"));
    }
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

fn line(key: &str, value: Option<&str>) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(&(key, value))?;
    line.push(b'\n');
    Ok(line)
}

/// The values that whole lines lead to, and how many lines there are.
fn read(text: &[u8]) -> io::Result<(BTreeMap<String, String>, usize)> {
    let mut values = BTreeMap::new();
    let mut lines = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        lines += 1;
        let (key, value): (String, Option<String>) = serde_json::from_slice(line).map_err(|error| {
            io::Error::new(io::ErrorKind::InvalidData, format!("line {lines} is no change: {error}"))
        })?;
        match value {
            Some(value) => values.insert(key, value),
            None => values.remove(&key),
        };
    }
    Ok((values, lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        os::unix::fs::symlink,
        sync::atomic::{AtomicU32, Ordering},
    };

    /// A folder of one test. It goes with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let folder = std::env::temp_dir().join(format!("cce-store-{}-{number}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn open(&self) -> Result<Store, NetError> {
            Store::open(Some(&self.0), &"ccp".into())
        }

        fn log(&self) -> PathBuf {
            self.0.join("ccp.log")
        }

        fn length(&self) -> u64 {
            fs::metadata(self.log()).unwrap().len()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn key(number: u32) -> String {
        format!("contact/{number:06}")
    }

    fn fill(store: &mut Store, numbers: impl IntoIterator<Item = u32>) {
        numbers.into_iter().for_each(|number| store.set(key(number), Some("queued".into())));
    }

    #[test]
    fn the_ten_thousandth_value_costs_as_much_as_the_tenth() {
        let folder = Folder::new();
        let mut store = folder.open().unwrap();
        let mut cost_of = |number| {
            let before = folder.length();
            fill(&mut store, [number]);
            folder.length() - before
        };
        let costs: Vec<u64> = (1..=10_000).map(&mut cost_of).collect();
        assert_eq!(costs[9], costs[9_999]);
        assert_eq!(costs.iter().max(), Some(&costs[0]));
        drop(store);
        assert_eq!(folder.open().unwrap().values().len(), 10_000);
    }

    #[test]
    fn one_value_that_changes_for_ever_keeps_the_log_short() {
        let folder = Folder::new();
        let mut store = folder.open().unwrap();
        for number in 0..20_000 {
            store.set("status".into(), Some(number.to_string()));
        }
        let lines = fs::read_to_string(folder.log()).unwrap().lines().count();
        assert!(lines <= SPARE_LINES_MAX + 2, "{lines}");
        drop(store);
        assert_eq!(folder.open().unwrap().values()["status"], "19999");
    }

    #[test]
    fn what_is_removed_is_gone_in_the_next_life_too() {
        let folder = Folder::new();
        let mut store = folder.open().unwrap();
        fill(&mut store, 1..=3);
        store.set(key(2), None);
        let values = store.values();
        drop(store);
        assert_eq!(folder.open().unwrap().values(), values);
        assert_eq!(values.len(), 2);
    }

    #[test]
    fn a_log_cut_off_anywhere_has_every_whole_change_and_takes_more() {
        let folder = Folder::new();
        let mut store = folder.open().unwrap();
        fill(&mut store, 1..=3);
        drop(store);
        let whole = fs::read(folder.log()).unwrap();
        for length in 0..whole.len() {
            fs::write(folder.log(), &whole[..length]).unwrap();
            let mut store = folder.open().unwrap();
            let kept = String::from_utf8_lossy(&whole[..length]).matches('\n').count();
            assert_eq!(store.values().len(), kept, "{length}");
            fill(&mut store, [9]);
            drop(store);
            assert_eq!(folder.open().unwrap().values().len(), kept + 1, "{length}");
        }
    }

    #[test]
    fn a_log_written_anew_by_a_process_that_was_killed_meanwhile_is_the_old_one() {
        let folder = Folder::new();
        let mut store = folder.open().unwrap();
        fill(&mut store, 1..=3);
        drop(store);
        fs::write(folder.log().with_extension("new"), "[\"half").unwrap();
        let mut store = folder.open().unwrap();
        assert_eq!(store.values().len(), 3);
        store.log.as_mut().unwrap().write_anew(&store.values).unwrap();
        fill(&mut store, [4]);
        drop(store);
        assert_eq!(folder.open().unwrap().values().len(), 4);
    }

    #[test]
    fn a_change_that_was_written_by_half_is_written_again() {
        let folder = Folder::new();
        let mut store = folder.open().unwrap();
        fill(&mut store, [1]);
        let log = store.log.as_mut().unwrap();
        log.file.write_all(b"[\"half").unwrap();
        log.is_behind = true;
        fill(&mut store, [2]);
        drop(store);
        assert_eq!(folder.open().unwrap().values().len(), 2);
    }

    #[test]
    fn a_broken_line_in_the_middle_is_named() {
        let folder = Folder::new();
        fs::write(folder.log(), "[\"a\",\"1\"]\nnonsense\n[\"b\",\"2\"]\n").unwrap();
        let error = folder.open().unwrap_err().to_string();
        assert!(error.contains("line 2 is no change") && error.contains("ccp.log"), "{error}");
    }

    #[test]
    fn its_files_are_their_owners_alone_also_those_that_were_not() {
        let folder = Folder::new();
        fs::write(folder.log(), "").unwrap();
        fs::set_permissions(folder.log(), Permissions::from_mode(0o644)).unwrap();
        let mut store = folder.open().unwrap();
        fill(&mut store, 1..=3);
        store.log.as_mut().unwrap().write_anew(&store.values).unwrap();
        for file in fs::read_dir(&folder.0).unwrap() {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
    }

    #[test]
    fn a_symbolic_link_is_not_followed() {
        for name in ["ccp.log", "ccp.lock"] {
            let folder = Folder::new();
            let target = folder.0.join("target");
            fs::write(&target, "precious").unwrap();
            symlink(&target, folder.0.join(name)).unwrap();
            assert!(matches!(folder.open(), Err(NetError::Stored { .. })), "{name}");
            assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
        }
        let folder = Folder::new();
        let target = folder.0.join("target");
        fs::write(&target, "precious").unwrap();
        let mut store = folder.open().unwrap();
        symlink(&target, folder.log().with_extension("new")).unwrap();
        store.log.as_mut().unwrap().write_anew(&store.values).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    }

    #[test]
    fn a_second_run_with_the_same_values_is_refused() {
        let folder = Folder::new();
        let _first = folder.open().unwrap();
        let error = folder.open().unwrap_err().to_string();
        assert!(error.contains("another run"), "{error}");
    }
}
