//! What the CTI server's message table promises.

#[path = "../../../../fuzz/bodies.rs"]
mod bodies;

mod about;
mod conformance;
mod fuzz;
mod lists;
mod masks;
mod numbers;
mod properties;
mod sample;
mod sizes;
mod vectors;
