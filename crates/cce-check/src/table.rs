//! Tables that forget what is long over, and bounds of tables.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Entries that are over and still remembered: late records may be about them.
pub(crate) const RETIRED_MAX: usize = 2_048;

/// Entries altogether. Components bound what lives at the same time far below; where records of ends are missing,
/// as in the journal of a part of a lab, the lowest keys give way.
const ENTRIES_MAX: usize = 65_536;

/// A collection that has an order, and a bound.
pub(crate) trait Bounded {
    /// Lets the lowest entry go, or the oldest of a queue, if that many are exceeded. To be called behind each insertion.
    fn keep(&mut self, max: usize);
}

impl<K: Ord, V> Bounded for BTreeMap<K, V> {
    fn keep(&mut self, max: usize) {
        if self.len() > max {
            self.pop_first();
        }
    }
}

impl<K: Ord> Bounded for BTreeSet<K> {
    fn keep(&mut self, max: usize) {
        if self.len() > max {
            self.pop_first();
        }
    }
}

impl<T> Bounded for VecDeque<T> {
    fn keep(&mut self, max: usize) {
        if self.len() > max {
            self.pop_front();
        }
    }
}

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
        self.entries.keep(ENTRIES_MAX);
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

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.values_mut()
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
    fn a_bound_is_reached_before_the_lowest_goes() {
        let mut map: BTreeMap<u8, u8> = [(3, 0), (5, 0), (9, 0)].into();
        let mut set: BTreeSet<u8> = [3, 5, 9].into();
        let mut queue: VecDeque<u8> = [7, 5, 9].into();
        map.keep(3);
        set.keep(3);
        queue.keep(3);
        assert_eq!((map.len(), set.len(), queue.len()), (3, 3, 3));
        map.keep(2);
        set.keep(2);
        queue.keep(2);
        assert_eq!(queue, [5, 9]);
        assert_eq!(map.into_keys().collect::<Vec<_>>(), [5, 9]);
        assert_eq!(set.into_iter().collect::<Vec<_>>(), [5, 9]);
    }

    #[test]
    fn a_table_lets_its_lowest_key_go_beyond_its_bound() {
        let mut table = Table::default();
        for key in 0..=ENTRIES_MAX {
            table.insert(key, false);
        }
        assert!(table.find(&0).is_none() && table.find(&1).is_some());
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
