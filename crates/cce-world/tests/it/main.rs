//! Tests of the world.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod behaviour;
mod cast;
mod config;
mod flow;
mod misfortune;
mod play;
mod tables;
