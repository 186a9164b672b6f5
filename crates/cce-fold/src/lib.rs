//! The fold of a journal: what its records mean.
//!
//! [`Fold`] reads records in order. It knows which session speaks which protocol version, decodes what
//! crossed the links, and knows which task each message belongs to. Director, checks and views take the [`ReadRecord`]s that
//! it makes, live and afterwards alike.
//!
//! Invariants:
//! - The fold reads nothing but records and the journal's header, and knows no view and no check.
//! - Its tables are bounded: what was entered first gives way ([`Fold`] keeps the latest).

mod contacts;
mod decode;
mod dictionary;
mod event;
mod fold;
mod group;
mod named;
mod protocol;
mod recent;
mod remote_nodes;
mod web_socket;

pub use decode::{Decoded, decode};
pub use dictionary::Dictionary;
pub use event::{AnyMessage, Exchange, Meaning, ReadRecord, Subject};
pub use fold::Fold;
pub use group::{AgentMessage, CtiGroup, GatewayReport, TaskMessage};
pub use protocol::{Book, Protocol};
