//! Tests of the checks, on journals of simulated runs.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for what it is about")]

mod alter;
mod api;
mod devices;
mod faults;
mod judgements;
mod lab;
mod legal;
mod material;
mod outsiders;
mod parts;
mod strangers;
mod sweep;
mod toys;
mod words;
