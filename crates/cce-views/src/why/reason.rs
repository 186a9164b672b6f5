//! What keeps a task from an agent.

use cce_model::{AgentId, AgentState, MrdId};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::fmt;

/// An agent, and why a task does not go there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Login id.
    pub agent: AgentId,
    /// The first thing that is in the way.
    pub reason: WaitReason,
}

/// Why an agent does not get a task (task-routing 1.5, 3.5, 3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// No step of the task's queue has the agent.
    NotOfQueue,
    /// A step has the agent that the task has not come to.
    LaterStep {
        /// That step, from 1.
        step: u32,
    },
    /// The agent is not configured for the domain.
    NotOfDomain {
        /// The domain.
        mrd: MrdId,
    },
    /// No agent PG is connected to the router.
    NoGateway,
    /// The agent is not signed in to the domain.
    SignedOut,
    /// The agent is signed in, and the router has not heard of it.
    NotReported,
    /// The agent is not ready.
    NotReady,
    /// The agent's client is away: work not ready.
    ClientAway,
    /// The agent's work in the domain is interrupted.
    Interrupted,
    /// The agent is not routable.
    NotRoutable,
    /// The agent has as many tasks as allowed.
    AtLimit {
        /// Tasks that the router counts.
        tasks: usize,
        /// Tasks at the same time.
        limit: u32,
    },
    /// The agent PG refused to reserve the agent, and has not said since how the agent stands.
    Refused,
    /// The agent has work in another domain that must not be interrupted.
    BusyElsewhere {
        /// That domain.
        mrd: MrdId,
    },
    /// The agent PG reports the agent as not available.
    NotAvailable {
        /// The agent's state in the domain.
        state: AgentState,
    },
    /// Nothing is in the way.
    Free,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.agent, self.reason)
    }
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOfQueue => f.write_str("is not of the queue"),
            Self::LaterStep { step } => write!(f, "is of step {step}, which the task has not come to"),
            Self::NotOfDomain { mrd } => write!(f, "is not configured for domain {mrd}"),
            Self::NoGateway => f.write_str("is not known to the router: no agent PG is connected"),
            Self::SignedOut => f.write_str("is not signed in to the domain"),
            Self::NotReported => f.write_str("is signed in, and the router has not heard of it yet"),
            Self::NotReady => f.write_str("is not ready"),
            Self::ClientAway => f.write_str("is not ready for work: the agent's client is away"),
            Self::Interrupted => f.write_str("is interrupted in the domain"),
            Self::NotRoutable => f.write_str("is not routable"),
            Self::AtLimit { tasks, limit } => write!(f, "has {tasks} of {limit} tasks"),
            Self::Refused => {
                f.write_str("was refused by the agent PG, which has not said since how the agent stands")
            }
            Self::BusyElsewhere { mrd } => {
                write!(f, "has work in domain {mrd}, which must not be interrupted")
            }
            Self::NotAvailable { state } => write!(f, "is not available: {state}"),
            Self::Free => f.write_str("is free: nothing is in the way"),
        }
    }
}

impl Serialize for Obstacle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Obstacle", 2)?;
        fields.serialize_field("agent", &self.agent)?;
        fields.serialize_field("why", &self.reason.to_string())?;
        fields.end()
    }
}
