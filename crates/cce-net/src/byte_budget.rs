//! Room for bytes that wait. Whoever has bytes has a part of the budget, and gives it back with them.

use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for a number of bytes, which those who come share.
#[derive(Clone, Debug)]
pub(crate) struct ByteBudget(Arc<Semaphore>);

/// A part of a budget, until the permit is dropped.
#[derive(Debug)]
pub(crate) struct BytePermit(OwnedSemaphorePermit);

impl ByteBudget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// A place for that many bytes, if there is room.
    pub(crate) fn take(&self, bytes: usize) -> Option<BytePermit> {
        // More than a permit can count is more than any budget has.
        let bytes = u32::try_from(bytes).ok()?;
        Arc::clone(&self.0).try_acquire_many_owned(bytes).ok().map(BytePermit)
    }

    /// Bytes that keep their place until nobody has them any more.
    pub(crate) fn keep(&self, bytes: Bytes) -> Option<Bytes> {
        Some(self.take(bytes.len())?.keep(bytes))
    }
}

impl BytePermit {
    /// Makes the permit as large as both together.
    pub(crate) fn add(&mut self, other: Self) {
        self.0.merge(other.0);
    }

    /// Bytes that have the permit until nobody has them any more.
    pub(crate) fn keep(self, bytes: Bytes) -> Bytes {
        Bytes::from_owner(BudgetedBytes { bytes, _place: self })
    }
}

/// Bytes, and the part of a budget that is theirs until they are dropped.
struct BudgetedBytes {
    bytes: Bytes,
    _place: BytePermit,
}

impl AsRef<[u8]> for BudgetedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_has_its_place_as_long_as_anybody_has_it() {
        let room = ByteBudget::new(10);
        let bytes = room.keep(Bytes::from_static(b"12345678")).unwrap();
        let slice = bytes.slice(2..3);
        assert!(room.take(3).is_none());
        drop(bytes);
        assert!(room.take(3).is_none());
        assert_eq!(slice, "3");
        drop(slice);
        let mut whole = room.take(3).unwrap();
        whole.add(room.take(7).unwrap());
        assert!(room.take(1).is_none());
        drop(whole);
        assert!(room.take(10).is_some());
    }
}
