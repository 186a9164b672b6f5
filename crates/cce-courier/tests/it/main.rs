//! What becomes of messages, treatment by treatment, on the simulator and over real TCP alike.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a toy does what its test is about")]

mod bench;
mod told;
mod treatments;
