//! Durations, counted by how long they were.

use hdrhistogram::Histogram;
use std::time::Duration;

/// The longest duration that is told apart, in microseconds: longer ones count as an hour.
const MICROS_MAX: u64 = 3_600_000_000;

/// How exactly durations are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// To a thousandth; some 200 KB.
    Whole,
    /// To a hundredth; some 30 KB. For each row of a timeline.
    Row,
}

/// A histogram of durations in microseconds, of constant size.
#[derive(Clone, Debug)]
pub struct LatencyHistogram(Histogram<u64>);

impl LatencyHistogram {
    pub(crate) fn new(precision: Precision) -> Self {
        let digits = match precision {
            Precision::Whole => 3,
            Precision::Row => 2,
        };
        Self(Histogram::new_with_bounds(1, MICROS_MAX, digits).expect("the bounds are constants in range"))
    }

    pub(crate) fn record(&mut self, lasted: Duration) {
        self.0.saturating_record(u64::try_from(lasted.as_micros()).unwrap_or(MICROS_MAX).max(1));
    }

    /// Takes in what another of the same precision has counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The duration that this share of them did not exceed, in microseconds; 0 when there are none.
    pub fn at(&self, percent: f64) -> u64 {
        if self.0.is_empty() { 0 } else { self.0.value_at_percentile(percent) }
    }

    /// The shortest, in microseconds.
    pub fn min(&self) -> u64 {
        if self.0.is_empty() { 0 } else { self.0.min() }
    }

    /// The longest, in microseconds.
    pub fn max(&self) -> u64 {
        self.0.max()
    }

    /// The mean, in microseconds.
    pub fn mean(&self) -> f64 {
        self.0.mean()
    }
}

impl Default for LatencyHistogram {
    fn default() -> Self {
        Self::new(Precision::Whole)
    }
}
