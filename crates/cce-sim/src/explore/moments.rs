//! Moments of a run that later runs go on from.

use super::walk::Path;
use crate::{Chosen, Sim};
use std::sync::Arc;

/// Choices between two moments that are kept. A copy of a run costs about as much as some of its deliveries.
const SPACING: usize = 8;

/// The most moments that a part of a search keeps.
const MOMENTS_MAX: usize = 16;

/// A run just before something is chosen. Whatever is chosen, it goes on from there.
pub(super) struct Moment<D> {
    pub(super) sim: Sim<D, Chosen>,
    pub(super) path: Path,
}

/// Moments of the last run, the earliest first. The search is depth first, so what it does next mostly begins with the last one.
pub(super) struct Moments<D>(Vec<Arc<Moment<D>>>);

impl<D> Moments<D> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// The last moment.
    pub(super) fn last(&self) -> Option<&Arc<Moment<D>>> {
        self.0.last()
    }

    /// Keeps the moment just before the choice of that number, unless there is one near enough before it. Of too many, the first
    /// one stays: everything can go on from it.
    pub(super) fn keep(&mut self, choice: usize, moment: impl FnOnce() -> Moment<D>) {
        if self.0.last().is_some_and(|last| choice < last.path.depth + SPACING) {
            return;
        }
        if self.0.len() == MOMENTS_MAX {
            self.0.remove(1);
        }
        self.0.push(Arc::new(moment()));
    }

    /// Something else is chosen at the choice of that number: what was kept behind it is of another run.
    pub(super) fn forget_behind(&mut self, choice: usize) {
        self.0.retain(|moment| moment.path.depth <= choice);
    }

    /// Those up to the choice of that number, for a part of the search that goes on there.
    pub(super) fn until(&self, choice: usize) -> Self {
        let mut moments = Self(self.0.clone());
        moments.forget_behind(choice);
        moments
    }
}
