//! One line of a journal.

use crate::Bent;
use cce_kernel::{Command, Input, NodeName, Output, Time};
use serde::{Deserialize, Serialize};

/// Why a component stopped when the run was ended.
pub const STOPPED: &str = "stopped";

/// What the reason begins with where a component panicked.
pub const PANICKED: &str = "panicked: ";

/// Something that went into a component, came out of it, or happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Counts the records of a process, from 1. Those that were lost are counted, too.
    pub seq: u64,
    /// When, on the run's own clock.
    pub at: Time,
    /// Whose it is.
    pub node: NodeName,
    /// The record that led to it, where that is known; always a lower number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<u64>,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

impl Record {
    /// Whether it says that whoever runs the lab ends the run: every component is told to stop.
    pub fn ends_the_run(&self) -> bool {
        matches!(self.what, What::In(Input::Command(Command::Stop)))
    }
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An input, as it was taken from the component's queue.
    In(Input),
    /// An output, before it acts.
    Out(Output),
    /// A life of the component begins.
    Started,
    /// The component's life is over.
    Stopped {
        /// Why: it was asked to, or the text of its panic.
        reason: String,
    },
    /// A scenario did something to the run: to the message of the record that is its cause, where it has one.
    Bent(Bent),
    /// Records are missing here.
    Gap {
        /// How many.
        dropped: u64,
    },
}
