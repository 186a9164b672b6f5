//! The contract between the lab's components and whatever drives them.
//!
//! A component is a pure state machine: [`Component::handle`] takes one [`Input`] and appends [`Output`]s to
//! its [`Cx`]. A driver (network or simulator) owns sockets, clocks and order, and calls it through a
//! [`Host`], which keeps what belongs to one component from one call to the next: its generators, its
//! calendar clock, its counters. Replay uses the same `Host`, so what a recorded component asks for does not
//! depend on who drives it.
//!
//! Invariants:
//! - Nothing in this crate reads a clock, draws entropy, awaits, or depends on the order of a hash map.
//! - A [`LinkId`] names one connection and is never used again, not even after a restart of the component.
//! - A component acts only while it is being called. "Later" is a timer.
//! - What components note are the facts of `cce-model`.

#![warn(missing_docs)]

mod account;
mod blob;
mod component;
mod configured;
mod http;
mod http_url;
mod input;
mod output;
mod rng;
mod secret;
mod security;
pub mod session;
mod session_cookie;
mod time;
mod timer;

pub use account::Account;
pub use blob::Blob;
pub use cce_model::{CallId, Carrier, Fact, Kind, LinkId, LinksMax, NodeName, Port, Wall};
pub use component::{Build, Component, Cx, Host};
pub use configured::Configured;
pub use http::{BodyFlaw, CallError, Caller, Cors, Request, Response, Trust, percent_decoded};
pub use http_url::HttpUrl;
pub use input::{Command, FrameFlaw, Input, LinkReason, Peer};
pub use output::{Address, CloseReason, Output};
pub use rng::{Entropy, Rng, fork};
pub use secret::is_same_secret;
pub use security::Security;
pub use time::{HostClock, Time};
pub use timer::TimerKey;
