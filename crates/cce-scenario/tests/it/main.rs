//! Integration tests of scenarios.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "planted faults change what they name, and pass over the rest"
)]

mod coverage;
mod misbehaving;
mod planted;
mod swarm;
