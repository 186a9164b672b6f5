//! Tests of the world.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for what it is about")]

mod accepted;
mod behaviour;
mod cast;
mod config;
mod conformance;
mod exchange;
mod flow;
mod followers;
mod interrupt;
mod misfortune;
mod orders;
mod play;
mod tables;
mod third_party;
mod wrong_numbers;
