//! Tests of both sides of a stream.

mod clients;
mod conversation;
mod server;
mod splitter;
mod support;
