//! What the kernel does, as a component and a driver see it.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test names what it expects")]

mod listener;
mod session;
mod toy;
