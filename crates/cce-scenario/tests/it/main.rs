//! Scenarios: their files, their selectors, and the shipped ones.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod docs;
mod files;
mod play;
mod shipped;
mod support;
