//! What the crate reads and writes, seen from outside.

mod ccp;
mod finesse;
mod objects;
mod reading;
