//! Finesse: REST for agent desktops, notifications, a client of the CTI server, and the close call to CCP.
//!
//! A desktop's change is read completely, answered with 202, and queued behind earlier ones about the same
//! object; its outcome is what the CTI server reports, which every listening desktop hears of.
//!
//! Modules in layers; each knows those below it only:
//!
//! | Layer | Modules |
//! |---|---|
//! | who takes an input | `component` |
//! | what a request is answered with; what streams lead to; how the node comes back into service | `rest`; `streams`; `recovery`, `snapshot` |
//! | what follows from each event, from the states that it moves to the request that it ends | `service` |
//! | state, and what moves it | `user`, `dialog`, `line`, `presence`, `publish` with `nodes` and the streams of `cce-pubsub`, `ccp`, `cti` |
//! | messages, and when they are due | `media`, `voice`, `action`, `interrupt` |
//! | words | `request`, `change`, `refusal`, `arm_stat`, `route`, `timer`, `config` |
//!
//! A module of state changes nothing but its own, and returns what others have to know: what is to be published, what
//! CCP answered, which turn a session took. `service` carries that from one to the other.
//!
//! Invariants:
//! - The state of a media or a dialog changes by what the CTI server reports, or by its not knowing of it; never by a
//!   request, and not because the link to the server is gone.
//! - At most one request about an object is unconfirmed at the CTI server.
//! - A dialog leaves its agent exactly once, with one DELETE; CCP hears of it at most once, and never when
//!   the task is routed anew.
//! - Who was present and is away for too long is signed out; nobody else is without asking for it.
//! - Nothing but `SystemInfo` is answered, and nothing is published, while there is no initialised session with the CTI
//!   server.

#![warn(missing_docs)]

mod action;
mod arm_stat;
mod ccp;
mod change;
mod component;
mod config;
mod cti;
mod dialog;
mod interrupt;
mod media;
mod nodes;
mod presence;
mod publish;
mod recovery;
mod refusal;
mod request;
mod request_queue;
mod rest;
mod route;
mod service;
mod snapshot;
mod streams;
mod timer;
mod user;
mod voice;

pub use component::Finesse;
pub use config::Config;
