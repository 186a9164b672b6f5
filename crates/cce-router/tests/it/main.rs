//! The router, one transition per test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for the few messages that it is about")]

mod agent;
mod lab;
mod link;
mod queue;
mod refuse;
mod reservation;
mod route;
