//! What is a router's alone.

use cce_model::InvokeId;
use std::time::Duration;

/// What is a router's alone.
#[derive(Clone, Debug)]
pub struct Config {
    /// Call id of the very first task; none: the milliseconds of the day (UTC) at the start (inferred).
    pub first_call_id: Option<i32>,
    /// InvokeID of the first reservation.
    pub first_invoke_id: InvokeId,
    /// Id of the payload of expanded call variables; 1 is the default one (task-routing 6.2).
    pub ecc_payload: u32,
    /// Customer that tasks belong to.
    pub customer: u32,
    /// A peripheral gateway that says nothing for so long is gone (inferred).
    pub silence: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            first_call_id: None,
            first_invoke_id: InvokeId(1),
            ecc_payload: 1,
            customer: 1,
            silence: Duration::from_secs(20),
        }
    }
}
