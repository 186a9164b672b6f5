//! Finesse by hand-written inputs: what it sends, answers, publishes and notes.

mod conformance;
mod cti;
mod dialogs;
mod interrupt;
mod lab;
mod media;
mod presence;
mod queueing;
mod recovery;
mod rest;
mod users;
mod xmpp;
