//! States and reasons, with the names and numbers that the interfaces use.

use super::{DialogAction, Numbered};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! names {
    ($(#[doc = $doc:literal])* $name:ident { $( $(#[doc = $vdoc:literal])* $variant:ident = $text:literal ),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $( $(#[doc = $vdoc])* #[serde(rename = $text)] $variant ),* }

        impl $name {
            /// Every value, in the order of the reference.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),* ];

            /// The name as the interfaces write it.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $text ),* }
            }

            /// The value of that name.
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

names! {
    /// Status of a social contact (ccp-task-api 5.3).
    ContactStatus {
        /// Created, not yet submitted to CCE.
        Unread = "unread",
        /// Submitted to CCE.
        Queued = "queued",
        /// An agent is chosen; covers all later work.
        Reserved = "reserved",
        /// Finesse reported the end.
        Handled = "handled",
        /// Failed or cancelled; final.
        Discarded = "discarded",
    }
}

names! {
    /// Why a social contact has its status (ccp-task-api 5.3), as it is emitted: in lower case.
    StatusReason {
        /// A fresh contact.
        Unknown = "unknown",
        /// Submitted to CCE, or an agent was chosen.
        ExternallyRouted = "externally_routed",
        /// A resubmission is in progress.
        RenotifyRequested = "task_renotify_requested",
        /// Closed by the agent.
        ExternallyHandled = "externally_handled",
        /// A cancel was accepted.
        CancelRequested = "notification_cce_task_cancel_requested",
        /// CCE confirmed the cancel (inferred name).
        CancelSucceeded = "notification_cce_task_cancel_succeeded",
        /// The route request was malformed.
        InvalidNewTask = "notification_invalid_new_task_message",
        /// Routing is disabled.
        RoutingDisabled = "notification_media_routing_disabled",
        /// No routing script for the dialed number.
        NoScript = "notification_no_script",
        /// Unknown media routing domain.
        InvalidMrd = "notification_invalid_mrd_id",
        /// Unknown dialed number.
        InvalidScriptSelector = "notification_invalid_script_selector",
        /// The queue of new tasks was overrun.
        RateLimited = "notification_rate_limited",
        /// The MR connection failed and the task is not to be requeued.
        ConnectionLost = "notification_cce_connection_lost",
        /// CCP failed and the task is not to be requeued.
        SystemFailure = "notification_cce_customercollaborationplatform_system_failure",
        /// The same, by the product's former name (inferred).
        SocialMinerSystemFailure = "notification_cce_socialminer_system_failure",
    }
}

names! {
    /// State of an MR dialogue, on each of its three sides.
    DialogueState {
        /// The request was sent or taken.
        Open = "open",
        /// The script queued the task.
        Queued = "queued",
        /// A cancel is under way.
        Cancelling = "cancelling",
        /// An agent was chosen; the dialogue is over.
        Routed = "routed",
        /// The cancel was carried out; the dialogue is over.
        Cancelled = "cancelled",
        /// It failed; the dialogue is over.
        Failed = "failed",
    }
}

impl ContactStatus {
    /// What may follow (ccp-task-api 5.5). The same status again changes the reason.
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::Unread => &[Self::Unread, Self::Queued, Self::Discarded],
            Self::Queued => &[Self::Queued, Self::Reserved, Self::Discarded],
            Self::Reserved => &[Self::Queued, Self::Handled],
            Self::Handled | Self::Discarded => &[],
        }
    }
}

impl DialogueState {
    /// What may follow, on each side. A cancel that lost puts its dialogue back into the queue (mr-interface 5).
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Queued, Self::Cancelling, Self::Routed, Self::Failed],
            Self::Queued => &[Self::Cancelling, Self::Routed, Self::Failed],
            Self::Cancelling => &[Self::Queued, Self::Cancelled, Self::Routed, Self::Failed],
            Self::Routed | Self::Cancelled | Self::Failed => &[],
        }
    }
}

names! {
    /// State of a task in the agent PG (task-routing 1.1).
    TaskState {
        /// The reservation was delivered.
        PreCall = "PRE_CALL",
        /// The agent accepted (`OFFER_TASK_IND`).
        Offered = "OFFERED",
        /// The agent works on it.
        Active = "ACTIVE",
        /// Paused.
        Paused = "PAUSED",
        /// After-task work.
        WrapUp = "WRAPUP",
        /// Interrupted by a task of a non-interruptible domain.
        Interrupted = "INTERRUPTED",
        /// Terminated.
        Ended = "LOGGED_OUT",
    }
}

impl TaskState {
    /// Its number on the wire, to CTI clients and to the router (cti-server-protocol 11.3).
    pub const fn number(self) -> u16 {
        match self {
            Self::PreCall => 0,
            Self::Active => 1,
            Self::WrapUp => 2,
            Self::Paused => 3,
            Self::Offered => 4,
            Self::Interrupted => 5,
            Self::Ended => 7,
        }
    }

    /// The state of that number, if it is one.
    pub fn of_number(number: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.number() == number)
    }
}

impl Numbered for TaskState {
    type Number = u16;

    fn number(self) -> u16 {
        Self::number(self)
    }

    fn of_number(number: u16) -> Option<Self> {
        Self::of_number(number)
    }
}

names! {
    /// State of a nonvoice dialog at Finesse (task-routing 1.3).
    DialogState {
        /// Offered to the agent.
        Offered = "OFFERED",
        /// Accepted.
        Accepted = "ACCEPTED",
        /// In work.
        Active = "ACTIVE",
        /// Paused.
        Paused = "PAUSED",
        /// Wrapping up.
        WrappingUp = "WRAPPING_UP",
        /// Interrupted.
        Interrupted = "INTERRUPTED",
        /// Recovered after an interrupt.
        Unknown = "UNKNOWN",
        /// Over.
        Closed = "CLOSED",
    }
}

impl DialogState {
    /// The actions that the agent may take, in the order in which Finesse lists them (finesse-nonvoice 2.6).
    pub const fn actions(self) -> &'static [DialogAction] {
        use DialogAction as A;
        match self {
            Self::Offered => &[A::Accept],
            Self::Accepted => &[A::UpdateCallData, A::Transfer, A::Start, A::Close],
            Self::Active => &[A::Pause, A::UpdateCallData, A::WrapUp, A::Transfer, A::Close],
            Self::Paused => &[A::UpdateCallData, A::WrapUp, A::Transfer, A::Close, A::Resume],
            Self::WrappingUp => &[A::UpdateCallData, A::Close],
            Self::Unknown => &[A::Close],
            Self::Interrupted | Self::Closed => &[],
        }
    }
}

names! {
    /// An agent's state in one media routing domain, or of one queue in it (cti-server-protocol 12).
    AgentState {
        /// Signing in.
        Login = "LOGIN",
        /// Signed out.
        Logout = "LOGOUT",
        /// Gets no tasks.
        NotReady = "NOT_READY",
        /// Voice: available.
        Available = "AVAILABLE",
        /// Voice: talking.
        Talking = "TALKING",
        /// The agent's Finesse server is gone.
        WorkNotReady = "WORK_NOT_READY",
        /// Every task is in wrap-up, or some are and the rest paused.
        WorkReady = "WORK_READY",
        /// Busy for another queue of the same domain.
        BusyOther = "BUSY_OTHER",
        /// Tasks assigned, none in work.
        Reserved = "RESERVED",
        /// Not known.
        Unknown = "UNKNOWN",
        /// Voice: holding.
        Hold = "HOLD",
        /// At least one task in work.
        Active = "ACTIVE",
        /// Every task is paused.
        Paused = "PAUSED",
        /// Interrupted.
        Interrupted = "INTERRUPTED",
        /// Ready, no task.
        NotActive = "NOT_ACTIVE",
    }
}

impl Numbered for AgentState {
    type Number = u16;

    fn number(self) -> u16 {
        Self::number(self)
    }

    fn of_number(number: u16) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

impl AgentState {
    /// The protocol's number.
    pub fn number(self) -> u16 {
        u16::try_from(Self::ALL.iter().position(|state| *state == self).unwrap_or(9)).unwrap_or(9)
    }

    /// The state of that number; an unlisted one is `UNKNOWN`.
    pub fn of_number(number: u16) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Unknown)
    }

    /// What Finesse calls it for a nonvoice media (finesse-nonvoice 2.5): `NOT_ACTIVE` is `READY` there.
    pub const fn media_name(self) -> &'static str {
        if matches!(self, Self::NotActive) { "READY" } else { self.name() }
    }

    /// The state's abbreviation in the router's trace (task-routing 3.10; all but two inferred).
    pub const fn router_name(self) -> &'static str {
        match self {
            Self::NotActive => "na",
            Self::Reserved => "res",
            Self::NotReady => "nr",
            Self::Active => "act",
            Self::Paused => "pau",
            Self::WorkReady => "wr",
            Self::Interrupted => "int",
            Self::Logout => "lo",
            Self::Login => "li",
            Self::WorkNotReady => "wnr",
            Self::BusyOther => "bo",
            Self::Available | Self::Talking | Self::Unknown | Self::Hold => "unk",
        }
    }
}

names! {
    /// An agent's voice state, which is the state of the Finesse user (finesse-nonvoice 2.2).
    UserState {
        /// Signed out.
        Logout = "LOGOUT",
        /// Signed in, not ready for calls.
        NotReady = "NOT_READY",
        /// Ready for calls.
        Ready = "READY",
    }
}

impl UserState {
    /// The state of a user whom the CTI server reports so in the voice domain; none of what has no meaning without calls.
    pub const fn of_agent(state: AgentState) -> Option<Self> {
        match state {
            AgentState::Logout => Some(Self::Logout),
            AgentState::NotReady => Some(Self::NotReady),
            AgentState::Available => Some(Self::Ready),
            AgentState::Login
            | AgentState::Talking
            | AgentState::WorkNotReady
            | AgentState::WorkReady
            | AgentState::BusyOther
            | AgentState::Reserved
            | AgentState::Unknown
            | AgentState::Hold
            | AgentState::Active
            | AgentState::Paused
            | AgentState::Interrupted
            | AgentState::NotActive => None,
        }
    }

    /// The same the other way round.
    pub const fn agent_state(self) -> AgentState {
        match self {
            Self::Logout => AgentState::Logout,
            Self::NotReady => AgentState::NotReady,
            Self::Ready => AgentState::Available,
        }
    }
}

/// Whether an agent can be given tasks (task-routing 1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Not available.
    #[default]
    NotAvailable,
    /// The router may assign tasks.
    Icm,
    /// Available, but only the application may assign tasks.
    Application,
}

impl Availability {
    /// The protocol's number.
    pub const fn number(self) -> u32 {
        match self {
            Self::NotAvailable => 0,
            Self::Icm => 1,
            Self::Application => 2,
        }
    }
}

impl Numbered for Availability {
    type Number = u32;

    fn number(self) -> u32 {
        Self::number(self)
    }

    fn of_number(number: u32) -> Option<Self> {
        [Self::NotAvailable, Self::Icm, Self::Application].into_iter().find(|value| value.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agent_states_have_the_protocol_numbers() {
        let numbered = [AgentState::Login, AgentState::NotReady, AgentState::Reserved, AgentState::NotActive];
        assert_eq!(numbered.map(AgentState::number), [0, 2, 8, 14]);
        assert_eq!(AgentState::of_number(11), AgentState::Active);
        assert_eq!(AgentState::of_number(99), AgentState::Unknown);
    }

    #[test]
    fn task_states_have_the_protocol_numbers() {
        let numbers = TaskState::ALL.iter().map(|state| state.number());
        assert_eq!(numbers.collect::<Vec<_>>(), [0, 4, 1, 3, 2, 5, 7]);
        assert!(TaskState::ALL.iter().all(|state| TaskState::of_number(state.number()) == Some(*state)));
        assert_eq!(TaskState::of_number(6), None);
    }

    #[test]
    fn names_read_back() {
        assert_eq!(ContactStatus::parse("reserved"), Some(ContactStatus::Reserved));
        assert_eq!(DialogState::parse("reserved"), None);
    }
}
