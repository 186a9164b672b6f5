//! Who has not ended yet, so that a stop can say what it waits for.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many are named.
const NAMED_MAX: usize = 8;

/// Components and connections that are there.
#[derive(Debug, Default)]
pub(crate) struct Remaining(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: u64,
    present: BTreeMap<u64, String>,
}

/// One of them. Dropping it takes it off the roll.
#[derive(Debug)]
pub(crate) struct RemainingEntry {
    remaining: Arc<Remaining>,
    number: u64,
}

impl Remaining {
    pub(crate) fn enter(self: &Arc<Self>, who: String) -> RemainingEntry {
        let mut state = self.lock();
        state.last += 1;
        let number = state.last;
        state.present.insert(number, who);
        RemainingEntry { remaining: Arc::clone(self), number }
    }

    /// Who is there, the first few by name.
    pub(crate) fn names(&self) -> String {
        let state = self.lock();
        let mut names: Vec<String> = state.present.values().take(NAMED_MAX).cloned().collect();
        if let Some(more) = state.present.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
            names.push(format!("{more} more"));
        }
        if names.is_empty() { "what is under way".to_owned() } else { names.join(", ") }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for RemainingEntry {
    fn drop(&mut self) {
        self.remaining.lock().present.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_are_named_and_the_rest_is_counted() {
        let remaining = Arc::<Remaining>::default();
        let mut all: Vec<_> = (1..=10).map(|number| remaining.enter(format!("client {number}"))).collect();
        assert!(remaining.names().ends_with("client 8, 2 more"), "{}", remaining.names());
        all.truncate(2);
        assert_eq!(remaining.names(), "client 1, client 2");
        all.clear();
        assert_eq!(remaining.names(), "what is under way");
    }
}
