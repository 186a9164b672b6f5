//! The fold of a journal: what its records mean.
//!
//! [`Fold`] reads records in order. It knows which session speaks which protocol version, decodes what
//! crossed the links, and knows which task each message belongs to. Director, checks and views take the [`Event`]s that
//! it makes, live and afterwards alike.
//!
//! Invariants:
//! - The fold reads nothing but records and the journal's header, and knows no view and no check.
//! - Its tables are bounded: what was entered first gives way ([`Fold`] keeps the latest).

mod decode;
mod dictionary;
mod elsewhere;
mod event;
mod fold;
mod group;
mod protocol;
mod recent;

pub use decode::{Decoded, decode};
pub use dictionary::Dictionary;
pub use event::{Event, Exchange, Kind, Message, Subject};
pub use fold::Fold;
pub use group::{AgentMessage, Group, Report, TaskMessage};
pub use protocol::{Book, Protocol};
