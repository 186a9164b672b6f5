//! What happens inside Finesse.

use crate::{AgentId, CallId, ContactId, EventReason, Fact, Publication, TaskId};
use serde::{Deserialize, Serialize};

/// What Finesse asks of CCP about a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmOperation {
    /// The contact is handled.
    EndTask,
    /// The contact is to be routed anew.
    Renotify,
}

/// Something that happened inside Finesse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinesseFact {
    /// A notification was published, whether or not somebody listens.
    Published(Box<Publication>),
    /// Finesse is about to call CCP.
    SmCall {
        /// What it asks.
        operation: SmOperation,
        /// The agent.
        agent: AgentId,
        /// The task.
        task: TaskId,
        /// The contact.
        contact: ContactId,
        /// The exchange, whose reply tells the outcome.
        call: CallId,
    },
    /// The system went in or out of service.
    Service {
        /// In service.
        in_service: bool,
    },
    /// No client of a user was present for too long: the user is signed out.
    ForcedSignOut {
        /// The user.
        agent: AgentId,
        /// The reason code that it is done with.
        reason: EventReason,
    },
}

impl From<FinesseFact> for Fact {
    fn from(fact: FinesseFact) -> Self {
        Self::Finesse(fact)
    }
}
