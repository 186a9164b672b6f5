//! Tables that forget what is long over.

use std::collections::{BTreeMap, VecDeque};

/// Entries that are over and still remembered: late records may be about them.
const RETIRED_MAX: usize = 2_048;

/// Entries altogether. Components bound what lives at the same time far below; where records of ends are missing,
/// as in the journal of a part of a lab, the lowest keys give way.
const ENTRIES_MAX: usize = 65_536;

/// Something that comes to an end.
pub(crate) trait Ends {
    /// Whether it has.
    fn is_over(&self) -> bool;
}

/// Entries by key: those that live, and the latest of those that are over.
#[derive(Clone, Debug)]
pub(crate) struct Table<K, V> {
    entries: BTreeMap<K, V>,
    retired: VecDeque<K>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), retired: VecDeque::new() }
    }
}

impl<K: Ord + Clone, V: Ends> Table<K, V> {
    pub(crate) fn find(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    pub(crate) fn find_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.entries.insert(key, value);
        if self.entries.len() > ENTRIES_MAX {
            self.entries.pop_first();
        }
    }

    /// Says that an entry is over: it is forgotten after a while, unless it began anew meanwhile.
    pub(crate) fn retire(&mut self, key: &K) {
        self.retired.push_back(key.clone());
        if self.retired.len() > RETIRED_MAX
            && let Some(oldest) = self.retired.pop_front()
            && self.entries.get(&oldest).is_some_and(Ends::is_over)
        {
            self.entries.remove(&oldest);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.retired.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Ends for bool {
        fn is_over(&self) -> bool {
            *self
        }
    }

    #[test]
    fn what_is_over_is_remembered_for_a_while_and_then_forgotten() {
        let mut table = Table::default();
        for key in 0..=RETIRED_MAX {
            table.insert(key, true);
            table.retire(&key);
        }
        assert!(table.find(&0).is_none() && table.find(&1).is_some());
    }

    #[test]
    fn what_begins_anew_stays() {
        let mut table = Table::default();
        table.insert(usize::MAX, true);
        table.retire(&usize::MAX);
        table.insert(usize::MAX, false);
        for key in 0..2 * RETIRED_MAX {
            table.insert(key, true);
            table.retire(&key);
        }
        assert!(table.find(&usize::MAX).is_some());
    }
}
