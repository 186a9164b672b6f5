//! What happens inside the agent PG, between OPC and the CTI server.

use crate::{
    AgentId, AgentRecord, AgentState, ArmStatus, ControlFailure, CtiSides, CtiStatus, Disposition,
    EventReason, Fact, InvokeId, LinkId, MrdId, PeripheralId, Port, PreCall, QueuedTask, SessionId,
    SkillTarget, TaskEvent, TaskId, TaskState,
};
use serde::{Deserialize, Serialize};

/// How a change of an agent's voice state is asked for (cti-server-protocol 7, `ForcedFlag`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// It is carried out where the agent's state allows it.
    Unforced,
    /// It is carried out whatever the agent's state is.
    Forced,
    /// It is judged, and not carried out.
    AuthenticateOnly,
}

/// What the CTI server asks of OPC: the ARM messages (cti-server-protocol 16.3), and changes of voice states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArmMessage {
    /// Sign an agent in to a domain.
    MediaLogin {
        /// Tasks at the same time.
        max_tasks: u32,
        /// Tasks that may be held past that limit.
        #[serde(default)]
        max_beyond: u32,
        /// Whether the router may assign tasks at once.
        routable: bool,
    },
    /// Sign an agent out of a domain.
    MediaLogout {
        /// Reason code.
        reason: EventReason,
        /// How its tasks end, for the central controller; none is 40.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        icm_disposition: Option<Disposition>,
        /// How its tasks end, for the application; none is 40.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        application_disposition: Option<Disposition>,
    },
    /// Make an agent ready.
    MakeReady {
        /// Make the agent routable too.
        routable: bool,
    },
    /// Make an agent not ready.
    MakeNotReady {
        /// Reason code.
        reason: EventReason,
    },
    /// Make an agent routable.
    MakeRoutable {
        /// Tasks at the same time.
        max_tasks: u32,
    },
    /// Make an agent not routable.
    MakeNotRoutable,
    /// The agent accepted.
    Offer {
        /// The task.
        task: TaskId,
        /// The queue.
        skill_group: SkillTarget,
        /// The service; -1 none.
        service: SkillTarget,
    },
    /// The agent begins.
    Start {
        /// The task.
        task: TaskId,
        /// The queue.
        skill_group: SkillTarget,
        /// The service; -1 none.
        service: SkillTarget,
    },
    /// The agent pauses.
    Pause {
        /// The task.
        task: TaskId,
    },
    /// The agent goes on.
    Resume {
        /// The task.
        task: TaskId,
    },
    /// The agent wraps up.
    WrapUp {
        /// The task.
        task: TaskId,
    },
    /// The agent ends the task.
    End {
        /// The task.
        task: TaskId,
        /// For the central controller.
        icm_disposition: Disposition,
        /// For the application.
        application_disposition: Disposition,
        /// Wrap-up data.
        wrapup_data: String,
        /// Application data.
        application_data: String,
    },
    /// Change how many tasks an agent has at the same time.
    ChangeMaxTaskLimit {
        /// Tasks at the same time.
        max_tasks: u32,
    },
    /// Let an agent hold one task more.
    OverrideLimit,
    /// An agent's client is back and asks for its tasks.
    GetAgentTasks,
    /// Give an agent a task that an application routed itself, and offer it.
    OfferApplicationTask {
        /// The queue; -1 none.
        skill_group: SkillTarget,
        /// The service; -1 none.
        service: SkillTarget,
    },
    /// The same, and begin it at once.
    StartApplicationTask {
        /// The queue; -1 none.
        skill_group: SkillTarget,
        /// The service; -1 none.
        service: SkillTarget,
    },
    /// How an agent stands, from a client that is back.
    AgentInit {
        /// The agent's state.
        state: AgentState,
        /// Whether the router may assign tasks.
        routable: bool,
        /// Tasks at the same time.
        max_tasks: u32,
        /// Tasks that may be held past that limit.
        max_beyond: u32,
    },
    /// How a task stands, from a client that is back.
    TaskInit {
        /// The task.
        task: TaskId,
        /// Its state.
        state: TaskState,
        /// The queue; -1 none.
        skill_group: SkillTarget,
        /// Whether the client asked for an answer.
        is_answered: bool,
    },
    /// A client lets its agent's work in the domain be interrupted.
    InterruptAccepted,
    /// A client does not.
    InterruptUnaccepted,
    /// A client goes on with what was interrupted.
    InterruptDoneAccepted,
    /// Change an agent's state in the voice domain, which is no matter of the ARM layer (cti-server-protocol 7).
    SetAgentState {
        /// The state that is asked for.
        state: AgentState,
        /// Reason code; 0 none.
        reason: EventReason,
        /// How it is asked for.
        force: Force,
        /// The instrument where the agent signs in; empty for the agent's own.
        instrument: String,
    },
}

/// What OPC tells the CTI server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpcMessage {
    /// An agent's state in a domain.
    Agent(Box<AgentRecord>),
    /// A reservation.
    PreCall(Box<PreCall>),
    /// A reservation is withdrawn.
    PreCallAbort {
        /// The task.
        task: TaskId,
        /// The agent.
        agent: AgentId,
        /// The domain.
        mrd: MrdId,
    },
    /// Something happened to a task.
    Task(Box<TaskEvent>),
    /// A task waits in a queue of the router's.
    Queued(Box<QueuedTask>),
    /// A task waits no more.
    Dequeued {
        /// The task.
        task: TaskId,
        /// Peripheral id of the agent PG.
        peripheral: PeripheralId,
        /// The domain.
        mrd: MrdId,
        /// The queue's skill group.
        skill_group: SkillTarget,
    },
    /// OPC gave a task that an application routed itself its id: the answer to that request.
    TaskAssigned {
        /// The session that asked.
        session: SessionId,
        /// Its invoke id.
        invoke_id: InvokeId,
        /// The task.
        task: TaskId,
    },
    /// An agent did not accept a task in time, and gets no more until made routable.
    MadeNotRoutable {
        /// The agent.
        skill_target: SkillTarget,
        /// The domain.
        mrd: MrdId,
    },
    /// A task's state changed without an event of its own: it was interrupted, or goes on.
    TaskState {
        /// The task.
        task: TaskId,
        /// Its state now.
        state: TaskState,
    },
    /// An agent got work that takes precedence over the work in a domain, or that work is over: the client that signed
    /// the agent in is to say what follows.
    Interrupt {
        /// The agent.
        skill_target: SkillTarget,
        /// The domain whose work may be interrupted.
        mrd: MrdId,
        /// The domain that interrupts.
        by: MrdId,
        /// Whether it is over.
        is_over: bool,
    },
    /// A task took longer than its domain allows; its end follows.
    LifetimeExceeded {
        /// The task.
        task: TaskId,
        /// Its agent.
        skill_target: SkillTarget,
        /// Its domain.
        mrd: MrdId,
    },
    /// A request of the ARM layer is refused, or answered where it has an answer.
    Answer {
        /// The CTI server's session.
        session: SessionId,
        /// The request.
        invoke_id: InvokeId,
        /// How it ended.
        status: ArmStatus,
    },
    /// A change of a voice state is accepted, or refused by a code of its own table (cti-server-protocol 13).
    VoiceAnswer {
        /// The CTI server's session.
        session: SessionId,
        /// The request.
        invoke_id: InvokeId,
        /// Why it is refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<ControlFailure>,
    },
}

/// Something that happened inside the agent PG.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentPgFact {
    /// A CTI session was opened.
    SessionOpened {
        /// The session's number.
        session: SessionId,
        /// Its connection.
        link: LinkId,
        /// Protocol version.
        version: u32,
        /// Services granted.
        services: u32,
        /// The client's signature.
        signature: String,
    },
    /// Another side of the CTI server serves now.
    SideActive {
        /// The port of that side.
        side: Port,
    },
    /// The sides of the CTI server stand otherwise than before.
    Sides(CtiSides),
    /// A CTI session was refused.
    SessionRefused {
        /// Its connection.
        link: LinkId,
        /// Why.
        status: CtiStatus,
    },
    /// A CTI session ended.
    SessionClosed {
        /// The session's number.
        session: SessionId,
        /// Why.
        status: CtiStatus,
    },
    /// The CTI server sends OPC an ARM message.
    ToOpc {
        /// The session that it comes from.
        session: SessionId,
        /// The client's invoke id.
        invoke_id: InvokeId,
        /// The domain.
        mrd: MrdId,
        /// The agent.
        skill_target: SkillTarget,
        /// The message.
        message: ArmMessage,
    },
    /// OPC tells the CTI server something.
    ToCtiServer(OpcMessage),
    /// The CTI server passes a task event on, once, however many sessions listen. It does so after the state
    /// of the agent that OPC reports with it, if there is one.
    TaskEventTraced(Box<TaskEvent>),
}

impl From<AgentPgFact> for Fact {
    fn from(fact: AgentPgFact) -> Self {
        Self::AgentPg(fact)
    }
}
