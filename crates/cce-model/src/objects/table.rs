//! Objects of one kind.

use std::{borrow::Borrow, collections::BTreeMap, slice, sync::Arc};

/// An object that others find by a key.
pub trait Keyed {
    /// What names it.
    type Key: Ord;

    /// Its key.
    fn key(&self) -> Self::Key;
}

/// Objects of one kind, in the order of the configuration, and by key.
#[derive(Clone, Debug)]
pub struct Table<T: Keyed> {
    rows: Vec<Arc<T>>,
    by_key: BTreeMap<T::Key, Arc<T>>,
}

impl<T: Keyed> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), by_key: BTreeMap::new() }
    }
}

impl<T: Keyed> Table<T> {
    /// Adds an object, and gives the reference to it. The first object of a key is the one that is found by it.
    pub fn add(&mut self, object: T) -> Arc<T> {
        let object = Arc::new(object);
        self.by_key.entry(object.key()).or_insert_with(|| Arc::clone(&object));
        self.rows.push(Arc::clone(&object));
        object
    }

    /// The object of that key.
    pub fn get<Q>(&self, key: &Q) -> Option<&Arc<T>>
    where
        T::Key: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.by_key.get(key)
    }

    /// The first object that fits.
    pub fn find(&self, fits: impl Fn(&T) -> bool) -> Option<&Arc<T>> {
        self.rows.iter().find(|object| fits(object))
    }

    /// Every object, in the order of the configuration.
    pub fn iter(&self) -> slice::Iter<'_, Arc<T>> {
        self.rows.iter()
    }
}

impl<'a, T: Keyed> IntoIterator for &'a Table<T> {
    type Item = &'a Arc<T>;
    type IntoIter = slice::Iter<'a, Arc<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Named(&'static str, u32);

    impl Keyed for Named {
        type Key = String;

        fn key(&self) -> String {
            self.0.to_owned()
        }
    }

    #[test]
    fn objects_keep_their_order_and_are_found_by_key() {
        let mut table = Table::default();
        let z = table.add(Named("z", 1));
        table.add(Named("a", 2));
        let order: Vec<u32> = table.iter().map(|object| object.1).collect();
        assert_eq!(order, [1, 2]);
        assert!(table.get("z").is_some_and(|found| Arc::ptr_eq(found, &z)));
        assert!(table.get("b").is_none());
        assert_eq!(table.find(|object| object.1 == 2).map(|object| object.0), Some("a"));
    }

    #[test]
    fn the_first_object_of_a_key_is_found_by_it() {
        let mut table = Table::default();
        table.add(Named("a", 1));
        table.add(Named("a", 2));
        assert_eq!((table.get("a").map(|object| object.1), table.iter().len()), (Some(1), 2));
    }
}
