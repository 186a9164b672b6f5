//! Tests of the world.

mod cast;
mod flow;
