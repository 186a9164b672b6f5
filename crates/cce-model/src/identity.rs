//! Identities.

use serde::{Deserialize, Serialize};
use std::{borrow::Borrow, fmt, ops::RangeInclusive, sync::Arc};

macro_rules! identity {
    ($(#[doc = $doc:literal])* $name:ident) => {
        $(#[doc = $doc])*
        ///
        /// Copies share the text: an id is in many places at once.
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

identity! {
    /// A social contact's id: 32 upper-case hexadecimal digits (ccp-task-api 5.1).
    ContactId
}
identity! {
    /// An agent's login id, which is also the peripheral number: `1080`.
    AgentId
}

macro_rules! number {
    ($(#[doc = $doc:literal])* $name:ident($number:ty)) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $number);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

number! {
    /// The id of an agent, a skill group or a service in the central controller's database. -1 is none.
    SkillTarget(i32)
}
number! {
    /// The id of a media routing domain. -1 is none.
    MrdId(i32)
}
number! {
    /// What a request and its answer have in common; whoever asks chooses it.
    InvokeId(u32)
}
number! {
    /// The number of a session of the CTI server. 0 is none.
    SessionId(u32)
}
number! {
    /// The id of a peripheral in the central controller's configuration: an agent PG's, or a PIM's of the MR PG.
    PeripheralId(u32)
}
number! {
    /// The id of a dialogue: what an application and the router say about one task, under the application's number
    /// (mr-interface 3).
    DialogueId(u32)
}
number! {
    /// The id of a routing client, `RCID`: what asks the router for routes through one PIM (mr-interface 5).
    RoutingClientId(u32)
}
number! {
    /// The number of a skill group at its peripheral, in which a precision queue is one, too; desktops know it as the
    /// queue's number.
    SkillGroupNumber(u32)
}
number! {
    /// The id of a call type in the central controller's configuration.
    CallTypeId(u32)
}
number! {
    /// The id of a precision queue in the central controller's configuration.
    PrecisionQueueId(u32)
}
number! {
    /// The id of a team of agents.
    TeamId(u32)
}
number! {
    /// The id of a call at its peripheral's switch; with the device's id it names a connection.
    ConnectionCallId(u32)
}
number! {
    /// Whom an event of the CTI server is for: a monitor, or the session itself (cti-server-protocol 8).
    MonitorId(u32)
}

impl MrdId {
    /// The voice domain, which every contact center has (task-routing 4.1).
    pub const VOICE: Self = Self(1);

    /// No domain, or any, as the field says.
    pub const NONE: Self = Self(-1);
}

impl SkillTarget {
    /// No agent, skill group or service.
    pub const NONE: Self = Self(-1);
}

impl MonitorId {
    /// A session with all events.
    pub const ALL_EVENTS: Self = Self(0);
}

impl DialogueId {
    /// The id of the next dialogue. 0 follows the greatest.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl PeripheralId {
    /// Whether a request means every peripheral: 0 or 0xFFFFFFFF.
    pub const fn is_any(self) -> bool {
        matches!(self.0, 0 | u32::MAX)
    }
}

impl SessionId {
    /// No session.
    pub const NONE: Self = Self(0);

    /// The number of the next session.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl InvokeId {
    /// What a message has that answers no request.
    pub const NONE: Self = Self(0);

    /// The id of the next request. 0 follows the greatest.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// An agent in a media routing domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgentKey {
    /// The agent.
    pub skill_target: SkillTarget,
    /// The domain.
    pub mrd: MrdId,
}

impl AgentKey {
    /// The agent's voice domain.
    pub const fn voice(skill_target: SkillTarget) -> Self {
        Self { skill_target, mrd: MrdId::VOICE }
    }

    /// No agent of a domain: whoever watches one agent hears nothing of it.
    pub const fn nobody(mrd: MrdId) -> Self {
        Self { skill_target: SkillTarget::NONE, mrd }
    }

    /// The agent in every domain.
    pub const fn everywhere(self) -> RangeInclusive<Self> {
        Self { mrd: MrdId(i32::MIN), ..self }..=Self { mrd: MrdId(i32::MAX), ..self }
    }

    /// One number for both, such as timers are counted by.
    pub fn number(self) -> u64 {
        u64::from(self.skill_target.0.cast_unsigned()) << 32 | u64::from(self.mrd.0.cast_unsigned())
    }

    /// The agent and the domain of such a number.
    pub fn of_number(number: u64) -> Self {
        let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).expect("it is masked").cast_signed();
        Self { skill_target: SkillTarget(half(number >> 32)), mrd: MrdId(half(number)) }
    }
}

impl fmt::Display for AgentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in domain {}", self.skill_target, self.mrd)
    }
}

/// The key under which the router knows a task (task-routing 0.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RouterCallKey {
    /// Whole days since 1601-01-01, local to the central controller.
    pub day: i32,
    /// Counts within the day.
    pub call: i32,
}

impl RouterCallKey {
    /// No key yet.
    pub const NONE: Self = Self { day: -1, call: -1 };

    /// 1970-01-01 as a router call key day.
    pub const UNIX_EPOCH_DAY: i32 = 134_774;
}

/// A task: the router call key and a sequence number, which is the router's plus one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaskId {
    /// `RouterCallKeyDay`: whole days since 1601-01-01.
    pub day: i32,
    /// `RouterCallKeyCallID`.
    pub call: i32,
    /// `RouterCallKeySequenceNum`.
    pub sequence: i32,
}

impl TaskId {
    /// `RouterCallKeyCallID` of tasks that no router has seen begins here: a router's counter starts anew each day and does
    /// not come so far (inferred).
    pub const FIRST_APPLICATION_CALL: i32 = 0x7000_0000;

    /// "No task": -1 throughout.
    pub const NONE: Self = Self { day: -1, call: -1, sequence: -1 };

    /// The task of a router call key whose sequence number the router counts as `router_sequence`.
    pub fn of_router(key: RouterCallKey, router_sequence: i32) -> Self {
        Self { day: key.day, call: key.call, sequence: router_sequence + 1 }
    }

    /// The router call key.
    pub fn key(self) -> RouterCallKey {
        RouterCallKey { day: self.day, call: self.call }
    }

    /// Reads `154526_37051928_1`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('_').map(|part| part.parse::<i32>().ok());
        let id = Self { day: parts.next()??, call: parts.next()??, sequence: parts.next()?? };
        parts.next().is_none().then_some(id)
    }

    /// The three numbers with a separator between them: the products write one id in several ways.
    pub fn join(self, separator: char) -> String {
        format!("{}{separator}{}{separator}{}", self.day, self.call, self.sequence)
    }
}

impl Default for TaskId {
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.join('_'))
    }
}

impl TryFrom<String> for TaskId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a task id has the form day_call_sequence")
    }
}

impl From<TaskId> for String {
    fn from(id: TaskId) -> Self {
        id.join('_')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_id_reads_what_it_writes() {
        let id = TaskId::of_router(RouterCallKey { day: 154_526, call: 37_051_928 }, 0);
        assert_eq!(id.to_string(), "154526_37051928_1");
        assert_eq!(TaskId::parse("154526_37051928_1"), Some(id));
        assert_eq!(TaskId::parse("-1_-1_-1"), Some(TaskId::NONE));
        assert_eq!(id.join('/'), "154526/37051928/1");
    }

    #[test]
    fn a_task_id_of_another_form_is_refused() {
        for text in ["", "1_2", "1_2_3_4", "1_x_3", "17"] {
            assert_eq!(TaskId::parse(text), None, "{text}");
        }
    }
}
