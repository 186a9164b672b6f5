//! The ARM interface between CTI server and OPC, as far as it is not a fact of the kernel.

use cce_model::{MrdId, SkillTarget, fact::ArmMessage};

/// "No service" on the wire (cti-server-protocol 11.2).
pub(crate) const NO_SERVICE: i32 = -1;

/// An ARM message with its envelope, on its way from the CTI server to OPC.
#[derive(Clone, Debug)]
pub(crate) struct ArmRequest {
    /// Who asks.
    pub(crate) client: Client,
    /// The client's invoke id.
    pub(crate) invoke_id: u32,
    /// The agent in the domain that it is about.
    pub(crate) place: Place,
    /// What is asked.
    pub(crate) message: ArmMessage,
    /// Whether the client is telling anew what its agents do: between `BEGIN_AGENT_INIT_IND` and `END_AGENT_INIT_IND`.
    pub(crate) during_init: bool,
}

/// The CTI client behind a session, as OPC remembers who signed an agent in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// The session; 0 when it is gone.
    pub(crate) session: u32,
    /// The client's signature.
    pub(crate) signature: String,
    /// The client's instance id; empty when it gave none.
    pub(crate) unique_instance: String,
}

/// An agent in a media routing domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The agent.
    pub(crate) skill_target: SkillTarget,
    /// The domain.
    pub(crate) mrd: MrdId,
}

impl Place {
    /// A domain without any agent: whoever watches one agent hears nothing of it.
    pub(crate) const fn nobody(mrd: MrdId) -> Self {
        Self { skill_target: SkillTarget(-1), mrd }
    }

    /// Names timers of this place.
    pub(crate) fn timer_id(self) -> u64 {
        u64::from(self.skill_target.0.cast_unsigned()) << 32 | u64::from(self.mrd.0.cast_unsigned())
    }
}

/// Why OPC refuses a request: an `E_ARM_STAT` code (cti-server-protocol 11.5), but for voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The agent is signed in already.
    AlreadyLoggedIn,
    /// No such agent.
    AgentNotFound,
    /// The agent does not belong to the domain.
    MrdNotFound,
    /// The agent is not signed in to the domain.
    NotLoggedIn,
    /// Nobody can sign in to the voice domain here.
    VoiceMrd,
    /// A task was assigned and has not begun.
    TaskSentRecently,
    /// No such task.
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
    /// A change of a voice state is refused, by a failure code of its own table (cti-server-protocol 13).
    Control(u16),
}

impl Refusal {
    /// The code. 18, 19, 20, 22, 30 and 35 are (inferred): no code is published for these.
    pub(crate) fn code(self) -> u32 {
        match self {
            Self::AlreadyLoggedIn => 1,
            Self::AgentNotFound => 2,
            Self::MrdNotFound => 3,
            Self::NotLoggedIn => 6,
            Self::VoiceMrd => 11,
            Self::TaskSentRecently => 14,
            Self::TaskNotFound => 18,
            Self::WrongSequence => 19,
            Self::WrongMrd => 20,
            Self::WrongAgent => 22,
            Self::Interrupted => 30,
            Self::LimitExceeded => 35,
            Self::NotOnPath => 27,
            Self::TooManyAgents => 34,
            Self::ControllerOffline => 36,
            Self::LoginTimeout => 37,
            Self::QueueLoginFailed => 38,
            Self::LoginPending => 41,
            Self::Control(code) => code.into(),
        }
    }
}
