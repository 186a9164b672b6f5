//! Integration tests of scenarios.

mod planted;
mod swarm;
