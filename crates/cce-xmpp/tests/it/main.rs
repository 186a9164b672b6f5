//! Tests of both sides of a stream.

mod clients;
mod conversation;
mod scram;
mod server;
mod splitter;
mod start_tls;
mod support;
mod web_socket;
mod websocket_frames;
