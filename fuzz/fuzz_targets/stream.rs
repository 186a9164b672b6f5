//! Any bytes as what a client sends on an XMPP stream.

#![no_main]

#[path = "../xmpp_bodies.rs"]
#[expect(dead_code, reason = "each target takes one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|input: &[u8]| bodies::stream(input));
