//! Any bytes as the media routing interface.

#![no_main]

#[path = "../bodies.rs"]
#[expect(dead_code, reason = "each target takes one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|input: &[u8]| bodies::mr(input));
