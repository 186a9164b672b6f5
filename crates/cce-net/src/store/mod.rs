//! What components keep for their next life: an SQLite database for each.
//!
//! A component's changes are numbered. Its keeper writes them on a thread of its own, and says up to which number they are on
//! disk; what follows from a change leaves only then (`gate.rs`). Without a folder, values are in memory only, and nothing waits.
//!
//! A disk that is full does not end a run. The changes that the database lacks are counted, and the file beside it, which other
//! runs are kept out by, says for the next life that there are some. With `--journal-required` the run ends instead, and nothing
//! leaves that follows from a change that is not on disk.

mod database;
mod earlier;
mod error;
mod keeper;
mod lock;
mod private_file;
#[cfg(test)]
mod tests;

pub use error::StoreError;
pub(crate) use keeper::OnLoss;

use cce_kernel::NodeName;
use database::Database;
use keeper::{Change, Keeper};
use lock::Lock;
use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Sender, channel},
    },
    thread::JoinHandle,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Changes that may be on their way to the disk, and their bytes. With more, a component takes nothing in.
const WAITING_MAX: usize = 16_384;
const BYTES_MAX: usize = 32 << 20;

/// Changes that the databases of all components lack.
#[derive(Debug, Default)]
pub(crate) struct UnkeptChanges {
    changes: AtomicU64,
    /// Cancelled by the first one.
    pub(crate) first: CancellationToken,
}

impl UnkeptChanges {
    /// How many there are now.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }
}

/// The values of one component.
#[derive(Debug)]
pub(crate) struct Store {
    values: BTreeMap<String, String>,
    place: Medium,
}

/// Where values are kept.
#[derive(Debug)]
enum Medium {
    Memory,
    Disk(Disk),
}

/// The way to the keeper, which writes on a thread of its own.
#[derive(Debug)]
struct Disk {
    /// Numbers changes.
    last: u64,
    /// Up to which number changes are on disk. Its sender goes with the keeper.
    kept: watch::Receiver<u64>,
    /// The number and the size of each change that is under way, and their bytes together.
    under_way: VecDeque<(u64, usize)>,
    bytes: usize,
    /// Taken when the store is closed.
    way: Option<(Sender<Change>, JoinHandle<()>)>,
}

/// Which changes of a store are on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Every change is on disk.
    All,
    /// Changes up to this number are on disk, and others are under way.
    UpTo(u64),
    /// The disk failed, and the run ends because of that: nothing more is written.
    Failed,
}

impl Store {
    /// Reads what an earlier run kept.
    pub(crate) fn open(
        folder: Option<&Path>,
        node: &NodeName,
        on_loss: OnLoss,
        unkept: &Arc<UnkeptChanges>,
    ) -> Result<Self, StoreError> {
        let Some(folder) = folder else {
            return Ok(Self { values: BTreeMap::new(), place: Medium::Memory });
        };
        let failed = |source| StoreError::File { path: folder.to_owned(), source };
        // SQLite follows no link at all, and a folder may well be behind one that is not of the lab.
        let folder = fs::canonicalize(folder).map_err(failed)?;
        let lock = Lock::take(&folder, node.as_str())?;
        let (database, values) = Database::open(&folder, node.as_str())?;
        let (kept, reports) = watch::channel(0);
        let (sender, changes) = channel();
        let keeper = Keeper::new(database, lock, on_loss, Arc::clone(unkept), kept);
        let thread = std::thread::spawn(move || keeper.run(&changes));
        let (under_way, way) = (VecDeque::new(), Some((sender, thread)));
        let disk = Disk { last: 0, kept: reports, under_way, bytes: 0, way };
        Ok(Self { values, place: Medium::Disk(disk) })
    }

    pub(crate) fn values(&self) -> BTreeMap<String, String> {
        self.values.clone()
    }

    /// Changes a value, and sends the change on its way.
    pub(crate) fn set(&mut self, key: String, value: Option<String>) {
        match &value {
            Some(value) => self.values.insert(key.clone(), value.clone()),
            None => self.values.remove(&key),
        };
        if let Medium::Disk(disk) = &mut self.place {
            disk.send(key, value);
        }
    }

    /// The number of the last change; 0 when there was none.
    pub(crate) fn last_change(&self) -> u64 {
        match &self.place {
            Medium::Memory => 0,
            Medium::Disk(disk) => disk.last,
        }
    }

    /// Which changes are on disk. [`Store::progress`] waits from here.
    pub(crate) fn durability(&mut self) -> Durability {
        match &mut self.place {
            Medium::Memory => Durability::All,
            Medium::Disk(disk) => disk.durability(),
        }
    }

    /// Whether so much is under way that a component should wait.
    pub(crate) fn is_behind(&mut self) -> bool {
        let Medium::Disk(disk) = &mut self.place else { return false };
        match disk.durability() {
            Durability::UpTo(_) => disk.under_way.len() >= WAITING_MAX || disk.bytes >= BYTES_MAX,
            Durability::All | Durability::Failed => false,
        }
    }

    /// Waits until the disk is further than it was, or nothing more is written.
    pub(crate) async fn progress(&mut self) {
        if let Medium::Disk(disk) = &mut self.place {
            // An error says that the keeper has ended, which the caller sees by `durability`.
            let _ = disk.kept.changed().await;
        }
    }
}

impl Disk {
    fn send(&mut self, key: String, value: Option<String>) {
        self.last += 1;
        let size = key.len() + value.as_ref().map_or(0, String::len);
        self.under_way.push_back((self.last, size));
        self.bytes += size;
        if let Some((sender, _)) = &self.way {
            // A keeper that has ended was stopped by a failure, which it told; the run ends.
            let _ = sender.send(Change { number: self.last, key, value });
        }
    }

    fn durability(&mut self) -> Durability {
        let is_over = self.kept.has_changed().is_err();
        let number = *self.kept.borrow_and_update();
        while let Some((_, size)) = self.under_way.pop_front_if(|(change, _)| *change <= number) {
            self.bytes -= size;
        }
        match number {
            number if number == self.last => Durability::All,
            _ if is_over => Durability::Failed,
            number => Durability::UpTo(number),
        }
    }
}

/// What is under way is written first.
impl Drop for Disk {
    fn drop(&mut self) {
        let Some((sender, thread)) = self.way.take() else { return };
        drop(sender);
        if thread.join().is_err() {
            tracing::error!("the one who writes what a component stores panicked: changes may be lost");
        }
    }
}
