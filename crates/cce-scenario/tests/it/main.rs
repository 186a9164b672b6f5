//! Integration tests of scenarios.

mod swarm;
