//! The binary, as its users run it: real processes, real sockets.

mod commands;
mod demo;
mod interop;
mod processes;
mod support;
