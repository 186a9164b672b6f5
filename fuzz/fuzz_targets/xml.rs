//! Any bytes as a document of the Task API or of Finesse.

#![no_main]

#[path = "../xml_bodies.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|input: &[u8]| bodies::xml(input));
