//! Names of components, connections and calls.

use crate::{Kind, Port};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// The name of one component of the lab: `ccp`, `mrpg`, `router`, `agentpg`, `finesse`, or a virtual person
/// such as `agent-1080`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct NodeName(Arc<str>);

impl NodeName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind of the component: a name is that of the kind, or begins with it and `-`, as `agent-1080` does.
    pub fn kind(&self) -> Option<Kind> {
        let kind = self.0.split_once('-').map_or(&*self.0, |(kind, _)| kind);
        Kind::ALL.into_iter().find(|known| known.name() == kind)
    }
}

impl From<&str> for NodeName {
    fn from(name: &str) -> Self {
        Self(name.into())
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
        Self(name.into())
    }
}

impl From<NodeName> for String {
    fn from(name: NodeName) -> Self {
        name.as_str().to_owned()
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
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
