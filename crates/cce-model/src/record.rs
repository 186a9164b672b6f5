//! What OPC and the CTI server say to each other about agents and tasks.

use super::{
    AgentId, AgentKey, AgentState, Availability, Direction, Disposition, EventReason, MrdId, PeripheralType,
    SkillTarget, TaskId,
};
use crate::{CallTypeId, InvokeId, PeripheralId, SessionId, SkillGroupNumber, TaskState};
use serde::{Deserialize, Serialize};

/// An agent's state in one media routing domain, as the CTI server reports it (cti-server-protocol 7, 16.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRecord {
    /// Login id.
    pub agent: AgentId,
    /// Peripheral id of the agent PG.
    pub peripheral: PeripheralId,
    /// Extension.
    pub extension: String,
    /// Instrument.
    pub instrument: String,
    /// The CTI server's session that signed the agent in; 0 when it is gone.
    #[serde(default)]
    pub session: SessionId,
    /// Signature of the CTI client that signed the agent in.
    pub signature: String,
    /// Instance id of that client; empty when it gave none.
    pub unique_instance: String,
    /// State of the queue named below.
    pub skill_group_state: AgentState,
    /// Seconds in that state.
    pub skill_group_seconds: u32,
    /// State in the domain.
    pub state: AgentState,
    /// Seconds in that state.
    pub seconds: u32,
    /// Reason code; 0 none.
    pub reason: EventReason,
    /// The domain.
    pub mrd: MrdId,
    /// Tasks assigned.
    pub tasks: u32,
    /// Tasks at the same time.
    pub max_tasks: u32,
    /// Tasks that may be held past that limit.
    pub max_beyond: u32,
    /// Whether the router may assign tasks.
    pub routable: bool,
    /// Whether the agent can be given a task now.
    pub availability: Availability,
    /// The agent's id in the central controller's database.
    pub skill_target: SkillTarget,
    /// The queue's peripheral number.
    pub skill_group_number: SkillGroupNumber,
    /// The queue's id in the central controller's database.
    pub skill_group: SkillTarget,
    /// 1 while a task is in work, else 0 (cti-server-protocol 12, Direction).
    pub direction: Direction,
    /// Active terminal device.
    pub terminal: String,
    /// The agent in the further queues of the domain, each of which has an event of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_queues: Vec<QueueRecord>,
}

/// How an agent stands in a further queue of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRecord {
    /// The queue's peripheral number.
    pub number: SkillGroupNumber,
    /// The queue's id in the central controller's database.
    pub skill_group: SkillTarget,
    /// State of the agent in the queue.
    pub state: AgentState,
    /// Seconds in that state.
    pub seconds: u32,
}

impl AgentRecord {
    /// A record for each queue of the domain, in the order in which the agent belongs to them.
    pub fn by_queue(&self) -> impl Iterator<Item = Self> {
        let own = Self { other_queues: Vec::new(), ..self.clone() };
        let others = self.other_queues.iter().map(|queue| Self {
            skill_group_state: queue.state,
            skill_group_seconds: queue.seconds,
            skill_group_number: queue.number,
            skill_group: queue.skill_group,
            other_queues: Vec::new(),
            ..self.clone()
        });
        std::iter::once(own).chain(others)
    }
}

/// A reservation, as OPC hands it to the CTI server (cti-server-protocol 16.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreCall {
    /// The task.
    pub task: TaskId,
    /// The domain.
    pub mrd: MrdId,
    /// The chosen agent.
    pub agent: AgentId,
    /// The agent's instrument.
    pub instrument: String,
    /// The agent's id in the central controller's database.
    pub skill_target: SkillTarget,
    /// The queue's id in the central controller's database.
    pub skill_group: SkillTarget,
    /// The queue's peripheral number.
    pub skill_group_number: SkillGroupNumber,
    /// The service's id; -1 none.
    #[serde(default = "no_service")]
    pub service: SkillTarget,
    /// Network target.
    pub network_target: u32,
    /// Calling line: the application's first string.
    pub ani: String,
    /// Caller-entered digits: the application's second string, the social contact's id.
    pub ced: String,
    /// Dialed number.
    pub dialed_number: String,
    /// Call type.
    pub call_type: CallTypeId,
    /// Ties the reservation to the router's decision.
    pub invoke_id: InvokeId,
    /// Protocol reference; empty.
    pub protocol_guid: String,
    /// Services enabled for the agent.
    pub enabled_services: Vec<u16>,
    /// Configuration id of these services.
    pub ccai_config: String,
    /// Call variables: number (1 to 10) and value.
    pub call_variables: Vec<(u8, String)>,
    /// Expanded call variables: name and value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named_variables: Vec<(String, String)>,
}

/// What journals mean that do not name a service.
const fn no_service() -> SkillTarget {
    SkillTarget::NONE
}

/// A task that waits in a queue, as OPC tells the CTI server (task-routing S2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedTask {
    /// The task.
    pub task: TaskId,
    /// Peripheral id of the agent PG.
    pub peripheral: PeripheralId,
    /// The domain.
    pub mrd: MrdId,
    /// The queue's skill group.
    pub skill_group: SkillTarget,
    /// Whether it never waited before.
    pub is_new: bool,
    /// Dialed number.
    pub dialed_number: String,
    /// Calling line: the application's first string.
    pub ani: String,
    /// Caller-entered digits: the application's second string.
    pub ced: String,
    /// Call variables: number (1 to 10) and value.
    pub call_variables: Vec<(u8, String)>,
    /// Expanded call variables: name and value.
    pub named_variables: Vec<(String, String)>,
}

/// The kinds of task event (cti-server-protocol 11.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskEventKind {
    /// The agent accepted.
    Offer,
    /// Work began.
    Start,
    /// Work was paused.
    Pause,
    /// Work went on.
    Resume,
    /// After-task work began.
    WrapUp,
    /// The task ended.
    End,
}

impl TaskEventKind {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Offer, Self::Start, Self::Pause, Self::Resume, Self::WrapUp, Self::End];

    /// The kind whose event has that name at the CTI server's interface.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The task's state once the event is told (task-routing 1.1).
    pub const fn state(self) -> TaskState {
        match self {
            Self::Offer => TaskState::Offered,
            Self::Start | Self::Resume => TaskState::Active,
            Self::Pause => TaskState::Paused,
            Self::WrapUp => TaskState::WrapUp,
            Self::End => TaskState::Ended,
        }
    }

    /// The event's name at the CTI server's interface.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offer => "OFFER_TASK_EVENT",
            Self::Start => "START_TASK_EVENT",
            Self::Pause => "PAUSE_TASK_EVENT",
            Self::Resume => "RESUME_TASK_EVENT",
            Self::WrapUp => "WRAPUP_TASK_EVENT",
            Self::End => "END_TASK_EVENT",
        }
    }
}

impl TaskEvent {
    /// Peripheral type in task events: not the agent PG's own (cti-server-protocol 19).
    pub const PERIPHERAL_TYPE: PeripheralType = PeripheralType::DEFINITY_ECS_NON_EAS;
}

/// What happened to a task, as OPC tells the CTI server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskEvent {
    /// What happened.
    pub kind: TaskEventKind,
    /// The task.
    pub task: TaskId,
    /// The task that it follows; `NONE` for a new one.
    pub previous: TaskId,
    /// Peripheral id of the agent PG.
    pub peripheral: PeripheralId,
    /// The domain.
    pub mrd: MrdId,
    /// The agent's id in the central controller's database.
    pub skill_target: SkillTarget,
    /// The queue's id in the central controller's database.
    pub skill_group: SkillTarget,
    /// The service's id; -1 none.
    pub service: SkillTarget,
    /// Shown as true, even for a task that the router assigned (cti-server-protocol 19).
    pub application_routed: bool,
    /// How the task ended, as the central controller sees it; only for an end.
    pub icm_disposition: Option<Disposition>,
    /// How the task ended, as the application sees it; only for an end.
    pub application_disposition: Option<Disposition>,
    /// Wrap-up data of an end.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wrapup_data: String,
    /// Application data of an end.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub application_data: String,
}

/// What is about an agent in a media routing domain.
macro_rules! of_member {
    ($($record:ident),*) => {$(
        impl $record {
            /// The agent in the media routing domain that it is about.
            pub const fn member(&self) -> AgentKey {
                AgentKey { skill_target: self.skill_target, mrd: self.mrd }
            }
        }
    )*};
}

of_member! { AgentRecord, PreCall, TaskEvent }
