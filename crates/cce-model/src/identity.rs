//! Identities.

use serde::{Deserialize, Serialize};
use std::{borrow::Borrow, fmt, sync::Arc};

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

/// The id of an agent, a skill group or a service in the central controller's database. -1 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SkillTarget(pub i32);

/// The id of a media routing domain. -1 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MrdId(pub i32);

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

impl fmt::Display for SkillTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for MrdId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
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
