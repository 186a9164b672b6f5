//! What a component is. Its name says which one of its kind it is.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Customer Collaboration Platform.
    Ccp,
    /// Peripheral gateway of media routing.
    MrPg,
    /// Router.
    Router,
    /// Peripheral gateway of agents, with its CTI server.
    AgentPg,
    /// Finesse.
    Finesse,
    /// A virtual agent.
    Agent,
    /// A virtual customer.
    Customer,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Ccp, Self::MrPg, Self::Router, Self::AgentPg, Self::Finesse, Self::Agent, Self::Customer];

    /// The products, in the order of a task's path.
    pub const PRODUCTS: [Self; 5] = [Self::Ccp, Self::MrPg, Self::Router, Self::AgentPg, Self::Finesse];

    /// The kind in configuration and journals. The built-in lab has one of each product, which is named so, too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ccp => "ccp",
            Self::MrPg => "mrpg",
            Self::Router => "router",
            Self::AgentPg => "agentpg",
            Self::Finesse => "finesse",
            Self::Agent => "agent",
            Self::Customer => "customer",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NodeName;

    #[test]
    fn a_component_s_name_begins_with_its_kind() {
        for (name, kind) in [
            ("agentpg", Some(Kind::AgentPg)),
            ("agentpg-2", Some(Kind::AgentPg)),
            ("agent-1080", Some(Kind::Agent)),
            ("customer-1", Some(Kind::Customer)),
            ("agents", None),
        ] {
            assert_eq!(NodeName::from(name).kind(), kind, "{name}");
        }
    }
}
