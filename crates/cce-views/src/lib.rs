//! Views of a journal: functions of its records, and of nothing else.
//!
//! [`Fold`] reads records in order. It knows which session speaks which protocol version, decodes what
//! crossed the links, and knows which task each message belongs to. Ladder, product-format logs, captures and
//! checks all stand on it, live and afterwards alike: a view is fed records one by one and returns lines.
//!
//! Invariants:
//! - A view never changes a run, and never reads anything but records.
//! - A line and every value in it comes from a record or from the journal's header.
//! - Passwords and credentials are masked in every view.

pub mod capture;
mod decode;
mod dictionary;
mod elsewhere;
mod event;
mod explain;
mod fold;
mod group;
pub mod ladder;
pub mod logs;
mod one_line;
mod recent;
pub mod reference;
mod stamp;
mod why;

pub use decode::{Decoded, Protocol, decode};
pub use dictionary::Dictionary;
pub use event::{Event, Exchange, Kind, Message, Subject};
pub use explain::{Explained, Fault, Opening, Piece, Stream, Versions, explain, has_message, openings};
pub use fold::Fold;
pub use group::{AgentMessage, Group, Report, TaskMessage};
pub use why::{Obstacle, Reason, Waiting, Why};
