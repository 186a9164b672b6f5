//! CCP, one transition at a time, by hand-written inputs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for the few messages that it is about")]

mod cancel;
mod conformance;
mod contacts;
mod cookies;
mod create;
mod delays;
mod events;
mod followers;
mod lab;
mod link;
mod notify;
mod objects;
mod poll;
mod private;
mod recovery;
mod route;
mod throttle;
