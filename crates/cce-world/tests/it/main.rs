//! Tests of the world.

mod cast;
