//! The agent PG, one transition per test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for the few messages that it is about")]

mod answers;
mod application;
mod configuration;
mod context;
mod initialisation;
mod interrupt;
mod lab;
mod queues;
mod router;
mod server;
mod session;
mod sides;
mod sign_in;
mod trace;
mod vectors;
mod work;
