//! How a router is set up.

use cce_model::{MrdId, SkillTarget};
use std::{collections::BTreeSet, time::Duration};

/// How a router is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Dialed numbers of the MR routing clients.
    pub dialed_numbers: Vec<DialedNumber>,
    /// Call types.
    pub call_types: Vec<CallType>,
    /// Scripts.
    pub scripts: Vec<Script>,
    /// Precision queues.
    pub precision_queues: Vec<PrecisionQueue>,
    /// Media routing domains.
    pub mrds: Vec<Mrd>,
    /// Call id of the very first task; none: the milliseconds of the day (UTC) at the start (inferred).
    pub first_call_id: Option<i32>,
    /// InvokeID of the first reservation.
    pub first_invoke_id: u32,
    /// Payload of the expanded call variables.
    pub ecc_payload: u32,
    /// Customer that tasks belong to.
    pub customer: u32,
    /// A peripheral gateway that says nothing for so long is gone.
    pub silence: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dialed_numbers: Vec::new(),
            call_types: Vec::new(),
            scripts: Vec::new(),
            precision_queues: Vec::new(),
            mrds: Vec::new(),
            first_call_id: None,
            first_invoke_id: 1,
            ecc_payload: 1,
            customer: 1,
            silence: Duration::from_secs(20),
        }
    }
}

/// A dialed number, which for tasks is the script selector (task-routing 3.1).
#[derive(Clone, Debug)]
pub struct DialedNumber {
    /// The script selector.
    pub number: String,
    /// Its media routing domain.
    pub mrd: MrdId,
    /// Its call type; without one its tasks are refused (task-routing E23).
    pub call_type: Option<u32>,
}

/// A call type.
#[derive(Clone, Debug, Default)]
pub struct CallType {
    /// Its id.
    pub id: u32,
    /// Name of its script; without one its tasks are refused (task-routing E23).
    pub script: Option<String>,
    /// Configuration id of the agent services.
    pub ccai_config: String,
    /// Agent services.
    pub enabled_services: Vec<u16>,
}

/// A script: it sends every task to one precision queue.
#[derive(Clone, Debug)]
pub struct Script {
    /// Its name.
    pub name: String,
    /// Id of the queue.
    pub precision_queue: u32,
    /// 1 is best, 20 worst (task-routing 3.4).
    pub priority: u32,
}

/// A precision queue (task-routing 3.6).
#[derive(Clone, Debug)]
pub struct PrecisionQueue {
    /// Its id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its media routing domain.
    pub mrd: MrdId,
    /// The skill group that shadows it.
    pub skill_group: SkillTarget,
    /// That group's peripheral number.
    pub skill_group_number: u32,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// A step of a precision queue.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Before the next step is taken too; none: without limit, as on the last step.
    pub wait: Option<Duration>,
    /// Those whom it adds.
    pub agents: BTreeSet<SkillTarget>,
}

/// A media routing domain.
#[derive(Clone, Debug)]
pub struct Mrd {
    /// Its id.
    pub id: MrdId,
    /// Its name.
    pub name: String,
    /// Whether its tasks may be interrupted.
    pub interruptible: bool,
    /// Tasks that may wait at the same time; none: as many as the system holds.
    pub max_in_queue: Option<u32>,
}
