//! What the crate reads and writes, seen from outside.

#[path = "../../../../fuzz/xml_bodies.rs"]
mod bodies;
mod ccp;
mod conformance;
mod finesse;
mod fuzz;
mod objects;
mod reading;
