//! Codes of the two protocols (mr-interface 6). All are inferred but for the dispositions, which are their reasons: the names
//! of these are public.

use cce_model::{Disposition, code_in_words, codes};

codes! {
    /// What is said of a request or of a message that went wrong.
    FailureStatus(u32) "" {
        NO_ERROR = 0,
        /// A request is refused, or a message cannot be read.
        REFUSED = 1,
        /// A message is not allowed here.
        UNEXPECTED = 2,
    }
}

impl FailureStatus {
    /// Its number and what it means, for people: `47 application duplicate dialogue id`.
    pub fn in_words(self) -> String {
        let is_own = self.name().is_some();
        if is_own { code_in_words(self, self.name()) } else { Disposition(self.0).in_words() }
    }
}

/// A dialogue that is open cannot be named by its failure, so the status names the reason.
impl From<Disposition> for FailureStatus {
    fn from(reason: Disposition) -> Self {
        Self(reason.0)
    }
}

codes! {
    /// What became of a cancel.
    CancelResult(u32) "" {
        /// The task waited, and waits no more.
        CANCELLED = 0,
        /// An agent had been chosen, or there is no such dialogue.
        AGENT_CHOSEN = 1,
    }
}

impl CancelResult {
    /// Its number and what it means, for people: `1 agent chosen`.
    pub fn in_words(self) -> String {
        code_in_words(self, self.name())
    }
}

codes! {
    /// What the router is asked for (task-routing 3.2).
    RoutingService(u32) "" {
        /// A new task.
        NONE = 0,
        /// The same task again, which a failure took from CCE (inferred).
        RESUBMISSION = 1,
        TRANSFER = 2,
        /// The agent did not answer, or is gone.
        RECOVERY = 3,
    }
}

cce_wire::numbers! { FailureStatus(u32), CancelResult(u32), RoutingService(u32) }
