//! Captures, explained streams and generated documents of one simulated task.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod capture;
mod explain;
#[path = "../../../cce-views/tests/it/lab.rs"]
mod lab;
mod reference;
mod round_trip;
