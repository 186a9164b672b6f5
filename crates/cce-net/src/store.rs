//! What components keep for their next life: one log of changes for each.
//!
//! A line of it is one change, `["key","value"]`, or `["key",null]` where a value is removed. So a change costs its own
//! line, whatever else is kept. A log that has many more lines than there are values is written anew and renamed into
//! place. A line without an end, as a killed process leaves it, is no change.
//!
//! A disk that is full does not end a run. The changes that the log lacks are counted, and the file beside the log, which
//! other runs are kept out by, says for the next life that there are some.

use crate::{NetError, warning::RareWarning};
use cce_kernel::NodeName;
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, Permissions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio_util::sync::CancellationToken;

/// Lines that a log may have beyond twice the number of its values.
const SPARE_LINES_MAX: usize = 1_024;

/// Changes after which it is tried again at the latest to write a log that lacks some.
const RETRY_AFTER_MAX: u64 = 1_024;

/// What the file that keeps other runs out says of the log. Both have one length, so that a full disk has room for the
/// second where the first was.
const WHOLE: &[u8] = b"whole\n";
const LACKS: &[u8] = b"lacks\n";

/// Changes that the logs of all components lack.
#[derive(Debug, Default)]
pub(crate) struct Unkept {
    changes: AtomicU64,
    /// Cancelled by the first one.
    pub(crate) first: CancellationToken,
}

impl Unkept {
    /// How many there are now.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }
}

/// The values of one component.
#[derive(Debug)]
pub(crate) struct Store {
    /// None where they are kept in memory only.
    log: Option<Log>,
    values: BTreeMap<String, String>,
    /// A disk that fails.
    trouble: RareWarning,
    unkept: Arc<Unkept>,
}

/// The log of changes.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    file: File,
    lines: usize,
    /// A change could not be written: the log says less than is so.
    behind: Option<Behind>,
    /// Held by this process as long as the log is open. It says whether the log is whole.
    lock: File,
}

/// What a log lacks, and when it is tried again to write it.
#[derive(Clone, Copy, Debug)]
struct Behind {
    changes: u64,
    /// How many there are at the next attempt. Each attempt that fails doubles the way to the next one: a log is as long
    /// as everything that is kept.
    retry_at: u64,
}

impl Store {
    /// Reads what an earlier run kept.
    pub(crate) fn open(
        directory: Option<&Path>,
        node: &NodeName,
        unkept: &Arc<Unkept>,
    ) -> Result<Self, NetError> {
        let (trouble, unkept) = (RareWarning::default(), Arc::clone(unkept));
        let Some(directory) = directory else {
            return Ok(Self { log: None, values: BTreeMap::new(), trouble, unkept });
        };
        let path = directory.join(format!("{node}.log"));
        let (log, values) =
            Log::open(&path).map_err(|source| NetError::Stored { path: path.clone(), source })?;
        Ok(Self { log: Some(log), values, trouble, unkept })
    }

    pub(crate) fn values(&self) -> BTreeMap<String, String> {
        self.values.clone()
    }

    /// Changes a value. A disk that fails does not change the run: what is lost is counted.
    pub(crate) fn set(&mut self, key: String, value: Option<String>) {
        let change = line(&key, value.as_deref());
        match value {
            Some(value) => self.values.insert(key, value),
            None => self.values.remove(&key),
        };
        let Some(log) = &mut self.log else { return };
        let before = log.lacking();
        let kept = change.and_then(|change| log.append(&change, &self.values));
        let now = log.lacking();
        self.unkept.changes.fetch_add(now, Ordering::AcqRel);
        self.unkept.changes.fetch_sub(before, Ordering::AcqRel);
        let Err(error) = kept else { return };
        self.unkept.first.cancel();
        if self.trouble.due().is_some() {
            let path = log.path.display();
            tracing::warn!("{path} lacks {now} changes of what a component stores: {error}");
        }
    }
}

/// At the end of its life it is tried once more.
impl Drop for Store {
    fn drop(&mut self) {
        let Some(log) = &mut self.log else { return };
        let lacking = log.lacking();
        if lacking > 0 && log.write_anew(&self.values).is_ok() {
            self.unkept.changes.fetch_sub(lacking, Ordering::AcqRel);
        }
    }
}

impl Log {
    fn open(path: &Path) -> io::Result<(Self, BTreeMap<String, String>)> {
        let mut lock = open_private(&path.with_extension("lock"), Writes::Anywhere)?;
        if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, "another run keeps its values there"));
        }
        let mut told = Vec::new();
        lock.read_to_end(&mut told)?;
        if told == LACKS {
            tracing::warn!(
                "{} lacks changes: the run before could not write them; this run goes on with what was kept",
                path.display()
            );
        }
        let mut file = open_private(path, Writes::Behind)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64)?;
        let (values, lines) = read(&text[..whole])?;
        lock.write_all_at(WHOLE, 0)?;
        let mut log = Self { path: path.to_owned(), file, lines, behind: None, lock };
        let values = log.take_over(values)?;
        Ok((log, values))
    }

    /// Takes over the values of an earlier version, which kept them in one JSON object, once: its file has another name
    /// then. Where there is a log already, that one counts.
    fn take_over(&mut self, values: BTreeMap<String, String>) -> io::Result<BTreeMap<String, String>> {
        let old = self.path.with_extension("json");
        let text = match fs::read(&old) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(values),
            text => text?,
        };
        let done = old.with_extension("json.old");
        let (old, new) = (old.display(), done.display());
        let values = if self.lines == 0 {
            let values = serde_json::from_slice(&text).map_err(|error| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{old} holds no values: {error}"))
            })?;
            self.write_anew(&values)?;
            tracing::warn!("{old} is of an earlier version: its values are taken over, and it is now {new}");
            values
        } else {
            tracing::warn!(
                "{old} is of an earlier version, and there is a log: it is not read, and is now {new}"
            );
            values
        };
        fs::rename(self.path.with_extension("json"), &done)?;
        Ok(values)
    }

    /// How many changes it lacks.
    fn lacking(&self) -> u64 {
        self.behind.map_or(0, |behind| behind.changes)
    }

    /// Appends a change that led to these values, or leaves it to a later attempt.
    fn append(&mut self, change: &[u8], values: &BTreeMap<String, String>) -> io::Result<()> {
        let written = match &mut self.behind {
            Some(behind) => {
                behind.changes += 1;
                if behind.changes < behind.retry_at {
                    return Ok(());
                }
                self.write_anew(values)
            }
            None if self.lines >= 2 * values.len() + SPARE_LINES_MAX => self.write_anew(values),
            None => self.file.write_all(change).map(|()| self.lines += 1),
        };
        if written.is_err() {
            // Half of the change may be there: from now on the log is written anew, or not at all.
            let changes = self.lacking().max(1);
            self.behind = Some(Behind { changes, retry_at: changes + changes.min(RETRY_AFTER_MAX) });
            // Where that fails, too, the end of this run tells it, if not the next one.
            let _ = self.lock.write_all_at(LACKS, 0);
        }
        written
    }

    /// Whoever is killed meanwhile leaves the log as it was.
    fn write_anew(&mut self, values: &BTreeMap<String, String>) -> io::Result<()> {
        let fresh = self.path.with_extension("new");
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = open_private(&fresh, Writes::Behind)?;
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
        (self.file, self.lines) = (file, values.len());
        if self.behind.take().is_some() {
            self.lock.write_all_at(WHOLE, 0)?;
        }
        Ok(())
    }
}

/// Where a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writes {
    /// Behind what is there.
    Behind,
    /// Over it.
    Anywhere,
}

/// Opens a file that its owner alone may read: values are of whoever runs the lab. A symbolic link is not followed.
fn open_private(path: &Path, writes: Writes) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .append(writes == Writes::Behind)
        .truncate(false)
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
    use cce_kernel::Kind;
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
            Store::open(Some(&self.0), &Kind::Ccp.into(), &Arc::default())
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
        log.behind = Some(Behind { changes: 1, retry_at: 2 });
        fill(&mut store, [2]);
        drop(store);
        assert_eq!(folder.open().unwrap().values().len(), 2);
    }

    /// From now on each write fails, as on a full disk.
    fn fill_disk(store: &mut Store) {
        let log = store.log.as_mut().unwrap();
        log.file = File::open(&log.path).unwrap();
        // A file cannot be created below a file.
        log.path = log.path.join("full");
    }

    #[test]
    fn changes_that_a_full_disk_loses_are_counted_and_not_tried_each_time() {
        let (folder, unkept) = (Folder::new(), Arc::<Unkept>::default());
        let mut store = Store::open(Some(&folder.0), &Kind::Ccp.into(), &unkept).unwrap();
        fill(&mut store, 1..=3);
        assert!(unkept.changes() == 0 && !unkept.first.is_cancelled());
        fill_disk(&mut store);
        let mut attempts = 0;
        for number in 4..5_004 {
            let due = store.log.as_ref().unwrap().behind.map(|behind| behind.retry_at);
            fill(&mut store, [number]);
            attempts += u32::from(store.log.as_ref().unwrap().behind.map(|behind| behind.retry_at) != due);
        }
        assert!(unkept.first.is_cancelled());
        assert_eq!(unkept.changes(), 5_000);
        assert!(attempts < 20, "{attempts}");
        drop(store);
        assert_eq!(unkept.changes(), 5_000);
        assert_eq!(fs::read(folder.log().with_extension("lock")).unwrap(), LACKS);
        assert_eq!(folder.open().unwrap().values().len(), 3);
        assert_eq!(fs::read(folder.log().with_extension("lock")).unwrap(), WHOLE);
    }

    #[test]
    fn a_disk_that_has_room_again_has_everything_at_the_end_at_the_latest() {
        let (folder, unkept) = (Folder::new(), Arc::<Unkept>::default());
        let mut store = Store::open(Some(&folder.0), &Kind::Ccp.into(), &unkept).unwrap();
        fill_disk(&mut store);
        fill(&mut store, 1..=100);
        assert_eq!(unkept.changes(), 100);
        store.log.as_mut().unwrap().path = folder.log();
        drop(store);
        assert_eq!(unkept.changes(), 0);
        assert_eq!(folder.open().unwrap().values().len(), 100);
        assert_eq!(fs::read(folder.log().with_extension("lock")).unwrap(), WHOLE);
    }

    #[test]
    fn the_values_of_an_earlier_version_are_taken_over_once() {
        let folder = Folder::new();
        let old = folder.0.join("ccp.json");
        fs::write(&old, "{\"a\":\"1\",\"b\":\"2\"}").unwrap();
        let mut store = folder.open().unwrap();
        assert_eq!(store.values().len(), 2);
        store.set("a".into(), None);
        store.set("b".into(), None);
        drop(store);
        assert!(!old.exists() && folder.0.join("ccp.json.old").exists());
        assert!(folder.open().unwrap().values().is_empty());
        fs::write(folder.0.join("ccp.log"), "").unwrap();
        fs::write(&old, "no object").unwrap();
        let error = folder.open().unwrap_err().to_string();
        assert!(error.contains("ccp.json holds no values"), "{error}");
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
