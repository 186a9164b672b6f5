//! Finesse: REST for agent desktops, notifications, a client of the CTI server, and the close call to CCP.
//!
//! A desktop's change is read completely, answered with 202, and queued behind earlier ones about the same
//! object; its outcome is what the CTI server reports, which every listening desktop hears of.
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

mod arm_stat;
mod ccp;
mod change;
mod component;
mod config;
mod cti;
mod dialog;
mod interrupt;
mod line;
mod media;
mod presence;
mod publish;
mod recovery;
mod refusal;
mod request;
mod rest;
mod route;
mod timer;
mod user;
mod voice;
mod xmpp;

pub use component::Finesse;
pub use config::{Account, Config};
