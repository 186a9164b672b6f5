//! Finesse by hand-written inputs: what it sends, answers, publishes and notes.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for what it is about")]

mod bosh;
mod call_data;
mod conformance;
mod cti;
mod dialogs;
mod interrupt;
mod lab;
mod media;
mod presence;
mod queueing;
mod reasons;
mod recovery;
mod rest;
mod transfer;
mod users;
mod voice_domain;
mod xmpp;
