//! Names of components, connections and calls.

use crate::{Kind, Port};
use serde::{Deserialize, Serialize, Serializer};
use std::{fmt, sync::Arc};

/// The name of one component of the lab: `ccp`, `mrpg`, `router`, `agentpg`, `finesse`, or a virtual person
/// such as `agent-1080`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(from = "String")]
pub struct NodeName {
    text: Arc<str>,
    /// Follows from the text; it is asked for many times for each name.
    kind: Option<Kind>,
}

impl NodeName {
    fn new(text: Arc<str>) -> Self {
        let kind = text.split_once('-').map_or(&*text, |(kind, _)| kind);
        let kind = Kind::ALL.into_iter().find(|known| known.name() == kind);
        Self { text, kind }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The kind of the component: a name is that of the kind, or begins with it and `-`, as `agent-1080` does.
    pub const fn kind(&self) -> Option<Kind> {
        self.kind
    }
}

impl fmt::Debug for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NodeName").field(&self.text).finish()
    }
}

impl Serialize for NodeName {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
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
        f.pad(&self.text)
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
