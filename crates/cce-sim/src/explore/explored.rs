//! What a search found.

use crate::Schedule;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explored<O> {
    /// Orders that were run to their ends. No two of them are the same, but for the moment at which a director did or
    /// noted something, or at which a dial was given up.
    pub orders: u64,
    /// Runs that were cut because whatever could follow had been run in another way.
    pub redundant: u64,
    /// The most choices that a run had between at least two.
    pub deepest: usize,
    /// What kept the search from being complete. With any, there are at least so many orders.
    pub bounds: BTreeSet<SearchBound>,
    outcomes: BTreeMap<O, (u64, u64, Schedule)>,
}

/// What can keep a search from being complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SearchBound {
    /// The most runs.
    Runs,
    /// The most choices of a run.
    Choices,
    /// In some order components talk without end while the clock stands still.
    Endless,
    /// The run is not the same every time, so that nothing can be said of its orders.
    Unstable,
}

/// Something that orders came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<O> {
    /// What.
    pub outcome: O,
    /// How many of the orders that were run.
    pub count: u64,
    /// The first of them.
    pub first: Schedule,
}

impl<O: Ord + Clone> Explored<O> {
    pub(crate) fn new() -> Self {
        Self { orders: 0, redundant: 0, deepest: 0, bounds: BTreeSet::new(), outcomes: BTreeMap::new() }
    }

    /// Whether every order was run.
    pub fn is_complete(&self) -> bool {
        self.bounds.is_empty()
    }

    /// Each distinct outcome, in the order in which they were found.
    pub fn outcomes(&self) -> Vec<Found<O>> {
        let mut found: Vec<_> = self.outcomes.iter().collect();
        found.sort_by_key(|(_, (_, place, _))| *place);
        let found = found.into_iter().map(|(outcome, (count, _, first))| Found {
            outcome: outcome.clone(),
            count: *count,
            first: first.clone(),
        });
        found.collect()
    }

    /// How many runs there were.
    pub fn runs(&self) -> u64 {
        self.orders + self.redundant
    }

    pub(crate) fn add(&mut self, outcome: O, schedule: Schedule) {
        let place = self.orders;
        self.orders += 1;
        self.outcomes.entry(outcome).or_insert((0, place, schedule)).0 += 1;
    }

    /// Adds what was found in orders behind these.
    pub(crate) fn append(&mut self, later: Self) {
        for (outcome, (count, place, schedule)) in later.outcomes {
            self.outcomes.entry(outcome).or_insert((0, self.orders + place, schedule)).0 += count;
        }
        self.orders += later.orders;
        self.redundant += later.redundant;
        self.deepest = self.deepest.max(later.deepest);
        self.bounds.extend(later.bounds);
    }
}

impl<O> fmt::Display for Explored<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at_least = if self.bounds.is_empty() { "" } else { "at least " };
        let noun = if self.orders == 1 { "order" } else { "orders" };
        write!(f, "{at_least}{} {noun}", self.orders)?;
        for (place, bound) in self.bounds.iter().enumerate() {
            write!(f, "{}{bound}", if place == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

impl fmt::Display for SearchBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Runs => "the bound of runs was reached",
            Self::Choices => "some runs had more choices than the bound allows",
            Self::Endless => "in some order the components talk without end while the clock stands still",
            Self::Unstable => "the run is not the same every time",
        })
    }
}
