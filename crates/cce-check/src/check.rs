//! The ten checks by name.

use std::{fmt, str::FromStr};

/// How many checks there are.
pub(crate) const COUNT: usize = 10;

/// Something that holds in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// A task ends once, and every task ends.
    OneEnd,
    /// A task is never with two agents.
    OneAgent,
    /// An agent never has more tasks than its limit.
    WithinLimit,
    /// An indication gets one event or one failure.
    OneAnswer,
    /// States change only as they may.
    LegalTransition,
    /// Contacts and tasks belong together.
    OneToOneIds,
    /// Queues keep their order.
    QueueOrder,
    /// Work that must not be interrupted stays alone.
    NoMixing,
    /// `handled` has its cause.
    HandledCause,
    /// What is published has happened, in that order.
    PublishOrder,
}

impl Check {
    /// Every check.
    pub const ALL: [Self; COUNT] = [
        Self::OneEnd,
        Self::OneAgent,
        Self::WithinLimit,
        Self::OneAnswer,
        Self::LegalTransition,
        Self::OneToOneIds,
        Self::QueueOrder,
        Self::NoMixing,
        Self::HandledCause,
        Self::PublishOrder,
    ];

    /// The name by which a scenario or a command line switches it off.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OneEnd => "one-end",
            Self::OneAgent => "one-agent",
            Self::WithinLimit => "within-limit",
            Self::OneAnswer => "one-answer",
            Self::LegalTransition => "legal-transition",
            Self::OneToOneIds => "one-to-one-ids",
            Self::QueueOrder => "queue-order",
            Self::NoMixing => "no-mixing",
            Self::HandledCause => "handled-cause",
            Self::PublishOrder => "publish-order",
        }
    }

    /// What holds, in one sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::OneEnd => {
                "A contact and a task end in exactly one way; at the end of a run, all of them have."
            }
            Self::OneAgent => "A task is never with two agents.",
            Self::WithinLimit => {
                "An agent gets tasks while available and up to its limit, and its tasks are counted right."
            }
            Self::OneAnswer => {
                "Each indication gets exactly one event or one failure, and each cancel one confirmation, unless its session ended. A failure has the invoke id of a message of its client."
            }
            Self::LegalTransition => {
                "Contacts, dialogues, tasks, dialogs, agents and users change their states only as they may."
            }
            Self::OneToOneIds => {
                "A task is of one contact in every component, and a contact gets a new task only by an unbroken chain."
            }
            Self::QueueOrder => {
                "Tasks of a better priority leave a queue first, those of equal priority in the order of their arrival."
            }
            Self::NoMixing => {
                "While an agent has a task that must not be interrupted, nothing of another domain is assigned."
            }
            Self::HandledCause => {
                "A contact is handled after an end that is no resubmission, or by an application's own close call."
            }
            Self::PublishOrder => {
                "What is published has happened, and a client gets the events of one object in order, each once."
            }
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no check has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no check `{name}`; there are {}", names())]
pub struct UnknownCheck {
    /// The name.
    pub name: String,
}

impl FromStr for Check {
    type Err = UnknownCheck;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|check| check.name() == name);
        found.ok_or_else(|| UnknownCheck { name: name.to_owned() })
    }
}

fn names() -> String {
    Check::ALL.map(Check::name).join(", ")
}
