//! The binary, as its users run it: real processes, real sockets.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod captures;
mod cases;
mod check;
mod commands;
mod decode;
mod demo;
mod desktops;
mod disk;
mod examples;
mod flood;
mod guides;
mod instructions;
mod interop;
mod journal;
mod kill;
mod lab_trace;
mod ladder;
mod ladder_page;
mod load;
mod memory;
mod mistakes;
mod notify;
mod own_tls;
mod processes;
mod progress;
mod readme;
mod ready_file;
mod recovery;
mod releases;
mod scenario;
mod screenshots;
mod second_node;
mod shipped;
mod sim;
mod suite;
mod support;
mod tls;
mod top;
