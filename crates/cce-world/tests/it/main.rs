//! Tests of the world.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod cast;
mod config;
mod flow;
mod orders;
mod tables;
