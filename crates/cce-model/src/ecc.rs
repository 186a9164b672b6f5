//! Expanded call context variables, as the central controller configures them (ccp-task-api 4).

use serde::{Deserialize, Serialize};

/// A variable that the central controller knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EccVariable {
    /// Its name: 1 to 32 characters that begin with `user.`.
    pub name: String,
    /// Most characters of a value, 1 to 210.
    pub length: usize,
    /// Elements of an array; none of a scalar.
    pub elements: Option<u8>,
}

impl EccVariable {
    /// Most characters of a name.
    pub const NAME_MAX: usize = 32;
    /// Most characters of a value.
    pub const VALUE_MAX: usize = 210;
    /// What the name of every variable of a customer begins with.
    pub const PREFIX: &str = "user.";
    /// Bytes of one payload.
    pub const PAYLOAD_MAX: usize = 2_000;

    /// Whether somebody's variable can have that name.
    pub fn is_name(name: &str) -> bool {
        name.starts_with(Self::PREFIX)
            && name.len() > Self::PREFIX.len()
            && name.chars().count() <= Self::NAME_MAX
    }

    /// As much of a value as fits.
    pub fn cut(&self, value: &str) -> String {
        value.chars().take(self.length).collect()
    }

    /// Bytes that a name and a value take of the 2,000 of a message: the wire has a byte for each character, and a NUL behind
    /// either of them (cti-server-protocol 2, 3). The index of an array's element is one more.
    pub fn bytes(name: &str, value: &str) -> usize {
        name.chars().count() + value.chars().count() + 2
    }

    /// Bytes that the variable takes of a payload, whatever its value is: 5 and its length, an array 5 and its length and
    /// one byte of each element.
    pub fn room(&self) -> usize {
        match self.elements {
            None => 5 + self.length,
            Some(elements) => 5 + (1 + self.length) * usize::from(elements),
        }
    }
}

/// What became of an expanded call context variable that does not go on as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EccLoss {
    /// The central controller does not know it: it is left out.
    Unknown,
    /// It is an array, of which a task has none: it is left out.
    Array,
    /// Its value was too long: the rest of it is cut off.
    Cut,
    /// The message has no room for it: it is left out.
    NoRoom,
}

impl EccLoss {
    /// What happened, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unknown => "is not configured, and left out",
            Self::Array => "is an array, and left out",
            Self::Cut => "is too long, and cut",
            Self::NoRoom => "has no room in the message, and is left out",
        }
    }
}
