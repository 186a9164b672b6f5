//! The journal: records, format, reader, writer, replay.
//!
//! A journal is JSON Lines: a [`Header`], then one [`Record`] a line, and an [`End`] once its run is over. It is the only source of logs, ladders
//! and checks, and all that a replay needs. Bytes that a record repeats of its cause are left out of its line (`"same":true`).
//! Where it is packed, its lines stand in an LZ4 frame.
//!
//! Invariants:
//! - Outputs are recorded before they act, so a cause always has the lower number.
//! - A run that lost records says so, by a [`What::Gap`] where they are missing.
//! - Nothing here touches a file, a clock or a thread.

#![warn(missing_docs)]

mod director;
mod end;
mod header;
mod merge;
mod once;
mod packing;
mod read;
mod record;
mod replay;
mod weight;
mod write;

pub use director::{Bend, Bent, Bystander, DRIVER, Director, Effect, Order, Reaction, Ticket, Treatment};
pub use end::End;
pub use header::{FORMAT, FirstNumbers, Header, HostHeader, LogSettings, Merged, MergedPart, Tables};
pub use merge::{MergeError, MergedJournal, ProcessJournal, merge};
pub use read::{JournalReader, LINE_MAX, ReadError};
pub use record::{PANICKED, Record, STOPPED, What};
pub use replay::{Difference, ReplayReport, replay};
pub use write::Writer;
