//! The configuration of the agent PG that no other component shares.

use cce_model::{EventReason, OnDisconnect, PeripheralId, SessionId};
use std::time::Duration;

/// The configuration of the agent PG that no other component shares.
#[derive(Clone, Debug)]
pub struct Config {
    /// Peripheral id: 5000 in the lab trace (task-routing 0.2).
    pub peripheral: PeripheralId,
    /// The peripheral's name, as the configuration service tells it.
    pub name: String,
    /// Pause before the lost link to the router is dialled again.
    pub redial: Duration,
    /// Interval of heartbeats to the router; three that stay unanswered end the link.
    pub heartbeat: Duration,
    /// How long an agent's new state takes to the router; task events are never delayed.
    pub state_report_delay: Duration,
    /// Number of the first CTI session. Sides A and B number their sessions together (inferred).
    pub first_session: SessionId,
    /// Refuse mask bits that the protocol does not use in the session's version, and floating fields that do not belong to a message.
    pub strict_masks: bool,
    /// The password of CTI clients; without one, any is accepted.
    pub client_password: Option<String>,
    /// How long a connection may stay without an open session.
    pub open_timeout: Duration,
    /// Agents that may be signed in at the same time; none is no limit.
    pub signed_in_max: Option<usize>,
    /// What becomes of an agent whom Finesse signs out because nobody is there.
    pub on_agent_disconnect: OnDisconnect,
    /// The customer's id in the central controller's database.
    pub customer: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            peripheral: PeripheralId(5000),
            name: String::new(),
            redial: Duration::from_secs(1),
            heartbeat: Duration::from_secs(5),
            state_report_delay: Duration::ZERO,
            first_session: SessionId(1),
            strict_masks: false,
            client_password: None,
            open_timeout: Duration::from_secs(30),
            signed_in_max: None,
            on_agent_disconnect: OnDisconnect::default(),
            customer: 1,
        }
    }
}

impl Config {
    /// Whether an agent who is signed out for that reason stays signed in, and is not ready instead: Finesse signs out so
    /// because the agent's client is gone (finesse-nonvoice 5).
    pub(crate) fn stays(&self, reason: EventReason) -> bool {
        self.on_agent_disconnect == OnDisconnect::NotReady && reason == EventReason::FORCED_SIGN_OUT
    }
}
