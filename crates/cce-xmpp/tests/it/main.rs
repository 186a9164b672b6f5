//! Tests of both sides of a stream.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

#[path = "../../../../fuzz/xmpp_bodies.rs"]
mod bodies;

mod bosh;
mod clients;
mod conversation;
mod fuzz;
mod scram;
mod server;
mod splitter;
mod start_tls;
mod support;
mod web_socket;
mod websocket_frames;
