//! Views of a journal: functions of its records, and of nothing else.
//!
//! Ladder, product-format logs, the status of the lab and the reasons why a contact waits stand on the events of one
//! [`Fold`](cce_fold::Fold), live and afterwards alike: a view is fed records one by one and returns lines.
//!
//! Invariants:
//! - A view never changes a run, and never reads anything but records.
//! - A line and every value in it comes from a record or from the journal's header.
//! - Passwords and credentials are masked in every view.

pub mod ladder;
pub mod logs;
mod one_line;
mod roster;
mod stamp;
mod status;
mod why;

pub use status::{
    AgentStatus, DialogStatus, DomainStatus, LabRates, LabStatus, QueueStatus, StatusRow, StatusView,
    TaskCounts,
};
pub use why::{Obstacle, WaitReason, WaitingContact, Why};
