//! The in-memory driver with toy components.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a toy does what its test is about")]

mod brute_force;
mod calls;
mod entering;
mod explore;
mod latency;
mod links;
mod order;
mod restart;
mod toy;
mod window;
