//! Integration tests of scenarios.

mod coverage;
mod misbehaving;
mod planted;
mod swarm;
