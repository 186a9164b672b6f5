//! What the crate reads and writes, seen from outside.

mod ccp;
mod conformance;
mod finesse;
mod objects;
mod reading;
