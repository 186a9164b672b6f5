//! The ARM interface between CTI server and OPC, as far as it is not a fact of the kernel.

use cce_model::{AgentKey, ArmStatus, InvokeId, SessionId, fact::ArmMessage};

/// An ARM message with its envelope, on its way from the CTI server to OPC.
#[derive(Clone, Debug)]
pub(crate) struct ArmRequest {
    /// The client that asks.
    pub(crate) client: Client,
    /// The client's invoke id.
    pub(crate) invoke_id: InvokeId,
    /// The agent in the domain that it is about.
    pub(crate) member: AgentKey,
    /// The request.
    pub(crate) message: ArmMessage,
    /// Whether the client is telling anew what its agents do: between `BEGIN_AGENT_INIT_IND` and `END_AGENT_INIT_IND`.
    pub(crate) during_init: bool,
}

/// The CTI client behind a session, as OPC remembers who signed an agent in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// The session; 0 when it is gone.
    pub(crate) session: SessionId,
    /// The client's signature.
    pub(crate) signature: String,
    /// The client's instance id; empty when it gave none.
    pub(crate) unique_instance: String,
}

/// Why OPC refuses a request of the ARM layer: an `E_ARM_STAT` code (cti-server-protocol 11.5, finesse-nonvoice 4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The agent is signed in already.
    AlreadyLoggedIn,
    /// No agent has that skill target.
    AgentNotFound,
    /// The agent does not belong to the domain.
    MrdNotFound,
    /// The agent is not signed in to the domain.
    NotLoggedIn,
    /// Nobody can sign in to the voice domain here.
    VoiceMrd,
    /// A task was assigned and has not begun.
    TaskSentRecently,
    /// No live task has that id.
    TaskNotFound,
    /// The request does not fit the task's or the agent's state.
    WrongSequence,
    /// The task belongs to another domain.
    WrongMrd,
    /// The task belongs to another agent.
    WrongAgent,
    /// The agent's work in the domain is interrupted.
    Interrupted,
    /// The limit of tasks is not one of 1 to 15, or is reached.
    LimitExceeded,
    /// The domain does not belong to the application path.
    NotOnPath,
    /// As many agents are signed in as the peripheral takes.
    TooManyAgents,
    /// The router is away.
    ControllerOffline,
    /// The router was not ready in time.
    LoginTimeout,
    /// The agent belongs to the domain, and to none of its queues.
    QueueLoginFailed,
    /// A sign-in of the agent waits already.
    LoginPending,
}

impl Refusal {
    /// The status in the answer.
    pub(crate) const fn status(self) -> ArmStatus {
        match self {
            Self::AlreadyLoggedIn => ArmStatus::AGENT_ALREADY_LOGGED_IN,
            Self::AgentNotFound => ArmStatus::AGENT_NOT_FOUND,
            Self::MrdNotFound => ArmStatus::MRD_LIST_ENTRY_NOT_FOUND,
            Self::NotLoggedIn => ArmStatus::AGENT_NOT_LOGGED_IN,
            Self::VoiceMrd => ArmStatus::CANT_LOGIN_TO_VOICE_MRD,
            Self::TaskSentRecently => ArmStatus::DO_THIS_WITH_TASK_SENT_RECENTLY,
            Self::TaskNotFound => ArmStatus::TASK_OBJECT_NOT_FOUND,
            Self::WrongSequence => ArmStatus::INVALID_MESSAGE_SEQUENCE,
            Self::WrongMrd => ArmStatus::INCONSISTENT_MEDIA_ROUTING_DOMAIN_IDS,
            Self::WrongAgent => ArmStatus::INCONSISTENT_AGENT_IDS,
            Self::Interrupted => ArmStatus::NOT_VALID_AFTER_INTERRUPT_ADVISORY_ACCEPT,
            // No published code is about tasks: 34 is the limit of agents (finesse-nonvoice 4.6).
            Self::LimitExceeded => ArmStatus::TASK_LIMIT,
            Self::NotOnPath => ArmStatus::LOGIN_NOT_ALLOWED_FOR_APP_PATH,
            Self::TooManyAgents => ArmStatus::PERFORMANCE_LIMIT_EXCEEDED,
            Self::ControllerOffline => ArmStatus::CC_OFFLINE,
            Self::LoginTimeout => ArmStatus::LOGIN_TIMEOUT,
            Self::QueueLoginFailed => ArmStatus::PQ_LOGIN_FAILED,
            Self::LoginPending => ArmStatus::LOGIN_REQUEST_ALREADY_PENDING,
        }
    }
}
