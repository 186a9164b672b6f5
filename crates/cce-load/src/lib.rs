//! Load on a lab, without sockets and clocks: when tasks arrive, what becomes of each, how long it took, and reports.
//!
//! A driver owns time and connections. It asks [`Arrivals`] when the next task is due, tells [`Lives`] what
//! happened to each task, carries out what an [`agent::LoadAgent`] wants, and makes a [`LoadReport`] at the end.
//!
//! Invariants:
//! - Latencies count from the moment at which a task was to begin by the plan, not from when its request was sent:
//!   a target that stalls is charged with everything that it kept waiting (no coordinated omission).
//! - The same seed gives the same arrivals.
//! - Memory is bounded: by open tasks, kinds of errors, and rows of the timeline, each with its `_MAX`.

#![warn(missing_docs)]

pub mod agent;
mod arrivals;
mod latencies;
mod lives;
pub mod plot;
mod report;
mod statistics;

pub use arrivals::{Arrivals, Distribution, Rates, RatesError};
pub use latencies::LatencyHistogram;
pub use lives::{Follow, Lives, OPEN_MAX, tag_of};
pub use report::{LoadReport, Plan, micros};
pub use statistics::{Counts, LifeStep, LoadFlaw, Phase, Statistics};
