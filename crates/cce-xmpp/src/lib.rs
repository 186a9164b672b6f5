//! XMPP sessions, pure: the server's side for Finesse's notification service, and a client's for virtual
//! agents and tests.
//!
//! Bytes go in, events come out; the owner carries bytes, checks passwords and routes presence between the
//! sessions of one user. Source: finesse-nonvoice 1.3, 4.1 to 4.5 and 8, over RFC 6120 and RFC 6121.
//!
//! Invariants:
//! - Nothing here reads a clock, draws entropy or does IO: ids come from the owner or from counters.
//! - However the input is split, the events are the same, but for what comes in plain behind a request for TLS: a session
//!   passes over what it has of that, a driver over what it has.
//! - No input makes a session panic, or keep more than its [`StreamLimits`] allow.
//! - A session is the same whatever carries it ([`StreamCarrier`]): only `carriage` knows what a carrier's header, stanza
//!   and end look like.

#![warn(missing_docs)]

pub mod bosh;
mod carriage;
pub mod client;
mod element;
mod jid;
mod ns;
pub mod server;
mod split;
mod stream;
pub mod websocket;

pub use carriage::StreamCarrier;
pub use element::{Child, Scope, StreamElement};
pub use jid::Jid;
pub use split::{STRANGERS_STANZA_MAX, Splitter, StreamFlaw, StreamLimits, StreamPiece};
pub use stream::StreamError;
