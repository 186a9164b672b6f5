//! A table of bounded size. An entry that is added to a full table drives out the one that was added first.

use std::{borrow::Borrow, collections::BTreeMap};

/// Entries of one table. What lives at the same time is bounded by the components far below; what a journal only claims,
/// and what is over for long, gives way.
const ENTRIES_MAX: usize = 1 << 15;

/// A table that forgets what was entered first once it has too many entries.
#[derive(Clone, Debug)]
pub(crate) struct Recent<K, V> {
    /// Each with its turn.
    entries: BTreeMap<K, (u64, V)>,
    turns: BTreeMap<u64, K>,
    next: u64,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), turns: BTreeMap::new(), next: 0 }
    }
}

impl<K: Ord + Clone, V> Recent<K, V> {
    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    /// The value of a key, which is entered with the default if it is not there.
    pub(crate) fn or_default(&mut self, key: &K) -> &mut V
    where
        V: Default,
    {
        if !self.contains_key(key) {
            self.insert(key.clone(), V::default());
        }
        self.get_mut(key).expect("it is there")
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// What is entered once more keeps its turn. Returns the entry that gives way, if one does.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<(K, V)> {
        if let Some((_, known)) = self.entries.get_mut(&key) {
            *known = value;
            return None;
        }
        self.turns.insert(self.next, key.clone());
        self.entries.insert(key, (self.next, value));
        self.next += 1;
        if self.entries.len() <= ENTRIES_MAX {
            return None;
        }
        let (_, oldest) = self.turns.pop_first()?;
        let (_, value) = self.entries.remove(&oldest)?;
        Some((oldest, value))
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let (turn, value) = self.entries.remove(key)?;
        self.turns.remove(&turn);
        Some(value)
    }

    pub(crate) fn retain(&mut self, is_kept: impl Fn(&K) -> bool) {
        let turns = &mut self.turns;
        self.entries.retain(|key, (turn, _)| {
            let is_kept = is_kept(key);
            if !is_kept {
                turns.remove(turn);
            }
            is_kept
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entry_gives_way_and_a_removed_one_takes_no_room() {
        let mut table = Recent::default();
        for key in 0..=ENTRIES_MAX {
            assert_eq!(table.insert(key, key), (key == ENTRIES_MAX).then_some((0, 0)));
        }
        assert_eq!((table.get(&0), table.get(&1)), (None, Some(&1)));
        assert_eq!((table.remove(&1), table.remove(&1)), (Some(1), None));
        table.insert(ENTRIES_MAX + 1, 0);
        assert!(table.contains_key(&2));
        table.insert(2, 7);
        assert_eq!(
            (table.get(&2), table.entries.len(), table.turns.len()),
            (Some(&7), ENTRIES_MAX, ENTRIES_MAX)
        );
        table.retain(|key| *key > 9);
        assert_eq!((table.entries.len(), table.turns.len()), (ENTRIES_MAX - 8, ENTRIES_MAX - 8));
    }
}
