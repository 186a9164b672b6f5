//! Warnings about what may happen many times a second.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long nothing more is said of the same.
const PAUSE: Duration = Duration::from_mins(1);

/// Something that may happen many times a second, and is told once a minute at most.
#[derive(Debug, Default)]
pub(crate) struct RareWarning(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    told: Option<Instant>,
    /// How often it happened since it was told.
    times: u64,
}

impl RareWarning {
    /// It happened once more. Says how often it did since it was told, where it is to be told now.
    pub(crate) fn due(&self) -> Option<u64> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.times += 1;
        if state.told.is_some_and(|told| now.duration_since(told) < PAUSE) {
            return None;
        }
        state.told = Some(now);
        Some(std::mem::take(&mut state.times))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_at_once_and_then_once_a_minute_with_how_often_it_was() {
        let warning = RareWarning::default();
        let start = Instant::now();
        assert_eq!(warning.due_at(start), Some(1));
        assert!((0..500).all(|_| warning.due_at(start).is_none()));
        assert_eq!(warning.due_at(start + PAUSE), Some(501));
    }
}
