//! What leads a task to an agent: dialed number, call type, script, precision queue (task-routing 3).

use super::{Agent, Keyed, SkillGroup};
use crate::{CallTypeId, MrdId, PrecisionQueueId};
use std::{sync::Arc, time::Duration};

/// A media routing domain (task-routing 4.1).
#[derive(Clone, Debug)]
pub struct Mrd {
    /// Id.
    pub id: MrdId,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Whether its tasks may be interrupted by tasks of other domains.
    pub interruptible: bool,
    /// Whether it belongs to the application path of CTI clients.
    pub on_path: bool,
    /// From reservation to offer or start (task-routing E1).
    pub start_timeout: Duration,
    /// How long a task may take from its start (task-routing E9).
    pub max_task_duration: Duration,
    /// How long tasks outlive the application path.
    pub task_life: Duration,
    /// Tasks that may wait at the same time; none: as many as the system holds.
    pub max_in_queue: Option<u32>,
    /// How long a task may wait (task-routing E24); none: without limit.
    pub max_time_in_queue: Option<Duration>,
}

impl Keyed for Mrd {
    type Key = MrdId;

    fn key(&self) -> MrdId {
        self.id
    }
}

/// A dialed number, which for tasks is the script selector (task-routing 3.1).
#[derive(Clone, Debug)]
pub struct DialedNumber {
    /// The script selector.
    pub number: String,
    /// Media routing domain.
    pub mrd: Arc<Mrd>,
    /// Call type; without one its tasks are refused (task-routing E23).
    pub call_type: Option<Arc<CallType>>,
}

impl Keyed for DialedNumber {
    type Key = String;

    fn key(&self) -> String {
        self.number.clone()
    }
}

/// A call type.
#[derive(Clone, Debug)]
pub struct CallType {
    /// Id.
    pub id: CallTypeId,
    /// Name.
    pub name: String,
    /// Script; without one its tasks are refused (task-routing E23).
    pub script: Option<Arc<Script>>,
    /// Configuration id of the agent services.
    pub ccai_config: String,
    /// Agent services.
    pub enabled_services: Vec<u16>,
}

impl Keyed for CallType {
    type Key = CallTypeId;

    fn key(&self) -> CallTypeId {
        self.id
    }
}

/// A script: it sends every task to one precision queue.
#[derive(Clone, Debug)]
pub struct Script {
    /// Name.
    pub name: String,
    /// Queue.
    pub precision_queue: Arc<PrecisionQueue>,
    /// 1 is best, 20 worst (task-routing 3.4).
    pub priority: u32,
}

impl Keyed for Script {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}

/// A precision queue (task-routing 3.6). Its domain is that of its skill group.
#[derive(Clone, Debug)]
pub struct PrecisionQueue {
    /// Id.
    pub id: PrecisionQueueId,
    /// Name.
    pub name: String,
    /// The skill group that shadows it.
    pub skill_group: Arc<SkillGroup>,
    /// Steps, in order.
    pub steps: Vec<Step>,
}

impl PrecisionQueue {
    /// Its media routing domain.
    pub fn mrd(&self) -> &Arc<Mrd> {
        &self.skill_group.mrd
    }
}

impl Keyed for PrecisionQueue {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}

/// A step of a precision queue.
#[derive(Clone, Debug)]
pub struct Step {
    /// Before the next step is taken too; none: without limit, as on the last step.
    pub wait: Option<Duration>,
    /// Agents whom it adds.
    pub agents: Vec<Arc<Agent>>,
}
