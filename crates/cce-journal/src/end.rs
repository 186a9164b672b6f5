//! The last line of a journal.

use serde::{Deserialize, Serialize};

/// How the line begins; no record does.
pub(crate) const START: &[u8] = b"{\"ended\"";

/// That a run came to its end, and that every record of it was handed on. Without it a journal was cut off, or its run
/// goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Number of the last record; 0 of a run without any.
    pub last: u64,
    /// Whether somebody ended the run when it suited them, so that tasks may be open.
    #[serde(default)]
    pub open_ended: bool,
}

/// The line.
#[derive(Serialize, Deserialize)]
pub(crate) struct EndLine {
    pub(crate) ended: End,
}
