//! What happens inside the router.

use crate::{
    AgentState, CallTypeId, DialogueId, Fact, MrdId, OperationCode, PrecisionQueueId, RouterCallKey,
    RoutingClientId, SkillTarget, TaskId,
};
use serde::{Deserialize, Serialize};

/// What a queue node decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueChoice {
    /// An agent was free.
    Agent {
        /// The agent.
        skill_target: SkillTarget,
        /// How many agents were eligible.
        eligible: u32,
    },
    /// Nobody was free: the task waits.
    Wait,
}

/// Why the router refuses a request, or gives up on a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The dialed number is not configured.
    UnknownDialedNumber,
    /// The dialed number has no call type, or the call type no script.
    NoScript,
    /// The request names a domain that is not the dialed number's.
    UnknownMrd,
    /// The dialogue is already open.
    DuplicateDialogue,
    /// The queue is full.
    QueueFull,
    /// The task waited for as long as its domain allows.
    WaitedTooLong,
    /// The script ended without an agent.
    ScriptEnded,
}

/// An agent in one domain, as the router sees it (task-routing 3.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentView {
    /// State that the PG reported.
    pub state: AgentState,
    /// Tasks that the PG reported as begun.
    pub tasks: u32,
    /// Tasks routed and not reported as begun.
    pub pending: u32,
    /// Tasks at the same time.
    pub limit: u32,
    /// Tasks that may be held past that limit.
    pub beyond: u32,
    /// Routable.
    pub routable: bool,
}

/// Something that happened inside the router.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouterFact {
    /// A request was admitted and got its key.
    CallAdmitted {
        /// Dialogue of the routing client.
        dialogue: DialogueId,
        /// The key.
        key: RouterCallKey,
        /// Dialed number.
        dialed_number: String,
        /// Calling line.
        ani: String,
        /// Caller-entered digits.
        ced: String,
        /// Routing client.
        routing_client: RoutingClientId,
        /// The dialed number's domain.
        mrd: MrdId,
        /// The dialed number's call type.
        call_type: CallTypeId,
        /// The script that runs.
        script: String,
        /// The script's priority in queues; 1 is best. 0 in a journal that does not tell.
        #[serde(default)]
        priority: u32,
        /// Whether the domain's tasks may be interrupted.
        #[serde(default = "yes")]
        interruptible: bool,
        /// Whether the contact counts as being at a VRU.
        at_vru: bool,
        /// What the routing client asks for.
        #[serde(default)]
        operation: OperationCode,
    },
    /// A request was refused.
    CallRefused {
        /// Dialogue of the routing client.
        dialogue: DialogueId,
        /// Why.
        reason: RefusalReason,
    },
    /// A queue node of the script ran.
    QueueNode {
        /// Dialogue of the routing client.
        dialogue: DialogueId,
        /// The task.
        key: RouterCallKey,
        /// The precision queue's name.
        queue: String,
        /// Its id.
        queue_id: PrecisionQueueId,
        /// Step, from 1.
        step: u32,
        /// What it decided.
        choice: QueueChoice,
    },
    /// A task left a queue without an agent.
    Dequeued {
        /// The task.
        key: RouterCallKey,
        /// The precision queue's id.
        queue_id: PrecisionQueueId,
    },
    /// An agent was chosen, but the reservation did not come about: the agent PG refused it, or never got it.
    /// The task is routed anew.
    Requeued {
        /// The task.
        task: TaskId,
        /// The agent who was chosen.
        skill_target: SkillTarget,
        /// The domain.
        mrd: MrdId,
    },
    /// The router told the routing client, and dropped the dialogue.
    DialogDeleted {
        /// Dialogue of the routing client.
        dialogue: DialogueId,
        /// The task.
        key: RouterCallKey,
    },
    /// The agent PG reported a change that the router traces.
    Agent {
        /// The agent.
        skill_target: SkillTarget,
        /// The domain.
        mrd: MrdId,
        /// What the router saw before.
        before: AgentView,
        /// What it sees.
        after: AgentView,
    },
    /// A decision met a cancel: the task was already routed.
    CancelRefused {
        /// Dialogue of the routing client.
        dialogue: DialogueId,
    },
}

impl From<RouterFact> for Fact {
    fn from(fact: RouterFact) -> Self {
        Self::Router(fact)
    }
}

const fn yes() -> bool {
    true
}
