//! Any bytes as PG to router.

#![no_main]

#[path = "../bodies.rs"]
#[expect(dead_code, reason = "each target takes one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|input: &[u8]| bodies::icm(input));
