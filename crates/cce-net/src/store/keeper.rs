//! Writes changes on a thread of its own, as many at a time as wait: one commit for all of them.

use super::{
    UnkeptChanges,
    database::{Changes, Database},
    lock::Lock,
};
use crate::warning::RareWarning;
use std::sync::{Arc, atomic::Ordering, mpsc::Receiver};
use tokio::sync::watch;

/// Changes of one commit.
const BATCH_MAX: usize = 1_024;

/// Changes after which it is tried again at the latest to write those that a disk refused.
const RETRY_AFTER_MAX: u64 = 1_024;

/// A change on its way to the disk.
#[derive(Debug)]
pub(super) struct Change {
    /// Counts changes from 1.
    pub(super) number: u64,
    pub(super) key: String,
    pub(super) value: Option<String>,
}

/// What follows when a change cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnLoss {
    /// The run goes on, and tells it.
    GoOn,
    /// The run ends, and nothing that follows from the change leaves.
    Stop,
}

/// Owns the database of a component.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) database: Database,
    lock: Lock,
    on_loss: OnLoss,
    /// What is not on disk.
    pub(super) pending: Changes,
    /// How many changes were refused since the last commit.
    refused: u64,
    /// How many there are at the next attempt. Each attempt that fails doubles the way to the next one.
    retry_at: u64,
    unkept: Arc<UnkeptChanges>,
    trouble: RareWarning,
    kept: watch::Sender<u64>,
}

impl Keeper {
    pub(super) fn new(
        database: Database,
        lock: Lock,
        on_loss: OnLoss,
        unkept: Arc<UnkeptChanges>,
        kept: watch::Sender<u64>,
    ) -> Self {
        let (pending, trouble) = (Changes::new(), RareWarning::default());
        Self { database, lock, on_loss, pending, refused: 0, retry_at: 0, unkept, trouble, kept }
    }

    /// Writes until nobody can make a change any more. What was refused is tried once more then.
    pub(super) fn run(mut self, changes: &Receiver<Change>) {
        while let Ok(first) = changes.recv() {
            let mut last = first.number;
            let mut count = 0;
            let batch = std::iter::once(first).chain(changes.try_iter().take(BATCH_MAX - 1));
            for Change { number, key, value } in batch {
                (last, count) = (number, count + 1);
                self.take(key, value);
            }
            if !self.keep(count) && self.on_loss == OnLoss::Stop {
                return;
            }
            // Also where the disk refused them: the run goes on without them, and tells it.
            self.kept.send_replace(last);
        }
        self.end();
    }

    /// Takes in what is to be written. While a disk refuses everything, a key that came since then and goes again is nothing that
    /// the database has to hear of: what waits is never more than what there is, and what the database has.
    pub(super) fn take(&mut self, key: String, value: Option<String>) {
        let is_unknown = value.is_none() && self.refused > 0 && !self.database.may_have(&key);
        if is_unknown {
            self.pending.remove(&key);
        } else {
            self.pending.insert(key, value);
        }
    }

    /// Tries once more to write what was refused.
    pub(super) fn end(&mut self) {
        if self.refused > 0 && self.database.write(&self.pending).is_ok() {
            self.caught_up();
        }
    }

    /// Says whether so many more changes, and those before them, are on disk.
    pub(super) fn keep(&mut self, count: u64) -> bool {
        if self.refused > 0 {
            self.refuse(count);
            // Each attempt costs a transaction, and a full disk stays full for a while.
            if self.refused < self.retry_at {
                return false;
            }
        }
        match self.database.write(&self.pending) {
            Ok(()) => {
                self.caught_up();
                true
            }
            Err(error) => {
                if self.refused == 0 {
                    self.refuse(count);
                }
                self.retry_at = self.refused + self.refused.min(RETRY_AFTER_MAX);
                self.tell(&error);
                false
            }
        }
    }

    fn refuse(&mut self, count: u64) {
        self.refused += count;
        self.unkept.changes.fetch_add(count, Ordering::AcqRel);
    }

    fn caught_up(&mut self) {
        self.pending.clear();
        if self.refused > 0 {
            self.unkept.changes.fetch_sub(self.refused, Ordering::AcqRel);
            self.refused = 0;
            self.lock.say_whole();
        }
    }

    fn tell(&self, error: &rusqlite::Error) {
        self.lock.say_lacks();
        self.unkept.first.cancel();
        if self.trouble.due().is_some() {
            let (path, lacks) = (self.lock.database().display(), self.refused);
            tracing::warn!("{path} lacks {lacks} changes of what a component stores: {error}");
        }
    }
}
