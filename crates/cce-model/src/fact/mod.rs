//! What components say about themselves: typed facts, which views format and checks read.
//!
//! Every state transition, every message between modules of one component and every choice is one of these.
//! Nothing here is text made for a reader.

mod agentpg;
mod ccp;
mod finesse;
mod router;

pub use agentpg::{AgentPgFact, ArmMessage, Force, OpcMessage};
pub use ccp::{BusMessage, BusMessageId, CcpFact, CloseStep, NotificationStep, Process, StoreAccess};
pub use finesse::{FinesseFact, SmOperation};
pub use router::{AgentView, QueueChoice, RefusalReason, RouterFact};

use crate::{
    AgentId, AgentState, ContactId, ContactStatus, DialogState, DialogueId, DialogueState, Disposition,
    EccLoss, LinkId, MrdId, SkillTarget, StatusReason, TaskId, TaskState, UserState,
};
use serde::{Deserialize, Serialize};

/// Something that happened inside a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A social contact's status changed.
    Contact {
        /// The contact.
        contact: ContactId,
        /// Its status before; none for a new contact.
        from: Option<ContactStatus>,
        /// Its status.
        to: ContactStatus,
        /// Why.
        reason: StatusReason,
        /// Who caused it: nobody (empty) for a new contact, else `system`, or an agent's skill target id.
        user: String,
        /// Its task, once the router assigned one.
        task: Option<TaskId>,
    },
    /// The state of an MR dialogue changed, on the side that notes it.
    Dialogue {
        /// The dialogue.
        dialogue: DialogueId,
        /// Its social contact, or the second application string.
        contact: ContactId,
        /// Its state before; none for a new dialogue.
        from: Option<DialogueState>,
        /// Its state.
        to: DialogueState,
        /// Its task, once known.
        task: Option<TaskId>,
    },
    /// A task's state changed in the agent PG.
    Task {
        /// The task.
        task: TaskId,
        /// Its agent.
        skill_target: SkillTarget,
        /// Its domain.
        mrd: MrdId,
        /// Its state before; none for a new task.
        from: Option<TaskState>,
        /// Its state.
        to: TaskState,
        /// How it ended; only with an end.
        disposition: Option<Disposition>,
    },
    /// A dialog's state changed at Finesse.
    Dialog {
        /// The dialog's task.
        task: TaskId,
        /// Its agent.
        agent: AgentId,
        /// Its domain.
        mrd: MrdId,
        /// Its social contact.
        contact: ContactId,
        /// Its state before; none for a new dialog.
        from: Option<DialogState>,
        /// Its state.
        to: DialogState,
        /// How it ended; only with an end.
        disposition: Option<Disposition>,
    },
    /// An agent's state in a domain changed, in the agent PG.
    AgentInMrd {
        /// The agent.
        agent: AgentId,
        /// The agent's id in the central controller's database.
        skill_target: SkillTarget,
        /// The domain.
        mrd: MrdId,
        /// The state before.
        from: AgentState,
        /// The state.
        to: AgentState,
        /// Tasks assigned.
        tasks: u32,
        /// Tasks at the same time.
        limit: u32,
        /// Whether the router may assign tasks.
        routable: bool,
    },
    /// A user's voice state changed at Finesse.
    User {
        /// The agent.
        agent: AgentId,
        /// The state before.
        from: UserState,
        /// The state.
        to: UserState,
    },
    /// An expanded call context variable of a task does not go on as it came.
    Ecc {
        /// The task's social contact, or the second application string.
        contact: ContactId,
        /// The variable's name.
        variable: String,
        /// Characters of its value.
        length: usize,
        /// What became of it.
        loss: EccLoss,
    },
    /// A peer sent something that is wrong or not allowed here.
    PeerError {
        /// Where it came from.
        link: LinkId,
        /// The message's name or number.
        message: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A command was not carried out.
    CommandRefused {
        /// The setting, or the command's name.
        command: String,
        /// Why.
        detail: String,
    },
    /// What a virtual person was going to do by itself was refused.
    PlanRefused {
        /// What it was, such as `cancel`, or `ready 5001`.
        plan: String,
        /// Why.
        detail: String,
    },
    /// A virtual person did what it was going to do by itself and what takes several steps, or was refused before.
    PlanKept {
        /// What it was, such as `sign-in`.
        plan: String,
    },
    /// A setting of a component was changed while it ran.
    Setting {
        /// The setting, such as `finesse.ccp_retries`.
        setting: String,
        /// Its new value, as JSON text.
        value: String,
    },
    /// Something of CCP's own.
    Ccp(CcpFact),
    /// Something of the router's own.
    Router(RouterFact),
    /// Something of the agent PG's own.
    AgentPg(AgentPgFact),
    /// Something of Finesse's own.
    Finesse(FinesseFact),
}
