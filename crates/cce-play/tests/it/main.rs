//! Scenarios: their files, their selectors, the shipped ones, and swarms.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "planted faults change what they name, and pass over the rest"
)]

mod arrivals;
mod coverage;
mod dead;
mod docs;
mod endless;
mod files;
mod kept;
mod keys;
mod misbehaving;
mod orders;
mod outcomes;
mod plans;
mod planted;
mod play;
mod recorded;
mod recovery;
mod refused;
mod set;
mod shipped;
mod stanzas;
mod states;
mod support;
mod swarm;
mod tasks;
mod why;
mod within;
mod wrong_numbers;
