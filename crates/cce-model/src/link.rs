//! Names of components, connections and calls.

use crate::{Kind, Port};
use serde::{Deserialize, Serialize, Serializer};
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// Letters of a name that are compared as one number. Few names are longer.
const HEAD: usize = 16;

/// The name of one component of the lab: `ccp`, `mrpg`, `router`, `agentpg`, `finesse`, or a virtual person
/// such as `agent-1080`. Copies share one text.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct NodeName(Arc<Named>);

/// A name, and what follows from it: that is asked for many times for each name.
struct Named {
    /// The first letters as a number, zeros behind the end: names are keys of most tables, and those of virtual people differ at
    /// their ends only.
    head: u128,
    kind: Option<Kind>,
    text: Box<str>,
}

impl NodeName {
    fn new(text: Box<str>) -> Self {
        let kind = text.split_once('-').map_or(&*text, |(kind, _)| kind);
        let kind = Kind::ALL.into_iter().find(|known| known.name() == kind);
        Self(Arc::new(Named { head: head(text.as_bytes()), kind, text }))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The kind of the component: a name is that of the kind, or begins with it and `-`, as `agent-1080` does.
    pub fn kind(&self) -> Option<Kind> {
        self.0.kind
    }
}

fn head(text: &[u8]) -> u128 {
    let mut letters = [0; HEAD];
    let length = text.len().min(HEAD);
    letters[..length].copy_from_slice(&text[..length]);
    u128::from_be_bytes(letters)
}

/// As the texts, in the order of their bytes.
impl Ord for NodeName {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        self.0.head.cmp(&other.0.head).then_with(|| self.as_str().cmp(other.as_str()))
    }
}

impl PartialOrd for NodeName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for NodeName {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.head == other.0.head && self.as_str() == other.as_str()
    }
}

impl Eq for NodeName {}

impl Hash for NodeName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NodeName").field(&self.as_str()).finish()
    }
}

impl Serialize for NodeName {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl From<&str> for NodeName {
    fn from(name: &str) -> Self {
        Self::new(name.into())
    }
}

impl From<Kind> for NodeName {
    /// The built-in lab's product of that kind.
    fn from(kind: Kind) -> Self {
        kind.name().into()
    }
}

impl From<String> for NodeName {
    fn from(name: String) -> Self {
        Self::new(name.into())
    }
}

impl From<NodeName> for String {
    fn from(name: NodeName) -> Self {
        name.as_str().to_owned()
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One connection of one component, as that component names it. Never used again once it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LinkId {
    /// The port that the connection belongs to.
    pub port: Port,
    /// Counts the connections of one component, from 1.
    pub number: u32,
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.port, self.number)
    }
}

/// One HTTP exchange, as one component names it. Calls made and calls received are numbered apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_order_of_their_texts() {
        let texts = [
            "",
            "\0",
            "a",
            "a\0",
            "a\0b",
            "agent-1080",
            "agent-1081",
            "agent-10810",
            "ccp",
            "customer-1",
            "customer-12",
            "customer-1234567",
            "customer-12345678",
            "customer-12345679",
            "customer-\u{e9}",
            "\u{ff21}",
        ];
        for one in texts {
            for other in texts {
                let names = (NodeName::from(one), NodeName::from(other));
                assert_eq!(names.0.cmp(&names.1), one.cmp(other), "{one:?} {other:?}");
                assert_eq!(names.0 == names.1, one == other, "{one:?} {other:?}");
            }
        }
    }
}
