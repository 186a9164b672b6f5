//! Where things happen: components, virtual people, and whoever is outside.

use cce_kernel::{NodeName, Port};
use std::fmt;

/// What virtual customers are called, before their number.
pub const CUSTOMER: &str = "customer-";

/// What virtual agents are called, before their login id.
pub const AGENT: &str = "agent-";

/// Which virtual customer a component is, counted from 0.
pub fn customer_number(node: &NodeName) -> Option<usize> {
    node.as_str().strip_prefix(CUSTOMER)?.parse::<usize>().ok()?.checked_sub(1)
}

/// Customers and third-party applications.
pub const APP: &str = "app";

/// Agents and their desktops.
pub const DESK: &str = "desk";

/// CTI clients outside the lab.
pub const CTI: &str = "cti";

/// Where a message comes from or goes to, or where something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A component, or a virtual person.
    Node(NodeName),
    /// Somebody outside the lab who uses this port.
    Outside(Port),
}

impl Place {
    /// Whether it is somebody outside the lab.
    pub const fn is_outside(&self) -> bool {
        matches!(self, Self::Outside(_))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => f.pad(node.as_str()),
            Self::Outside(port) => f.pad(outsider(*port)),
        }
    }
}

/// What people outside are called, by the port that they use.
const fn outsider(port: Port) -> &'static str {
    match port {
        Port::App
        | Port::CcpRest
        | Port::CcpBosh
        | Port::CcpNotify
        | Port::Mr
        | Port::IcmMr
        | Port::IcmAgent => APP,
        Port::Desk | Port::Xmpp | Port::XmppWs | Port::Bosh => DESK,
        Port::CtiA | Port::CtiB => CTI,
    }
}

/// The places that a selector means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlacePattern {
    /// Every place: `*`.
    Any,
    /// Customers and third-party applications: `app`.
    App,
    /// Agents and their desktops: `desk`.
    Desk,
    /// CTI clients but for Finesse: `cti`.
    Cti,
    /// One component or one virtual person.
    Node(NodeName),
}

impl PlacePattern {
    /// Whether it means that place.
    pub fn matches(&self, place: &Place) -> bool {
        match (self, place) {
            (Self::Any, _) => true,
            (Self::App, Place::Outside(port)) => outsider(*port) == APP,
            (Self::Desk, Place::Outside(port)) => outsider(*port) == DESK,
            (Self::Cti, Place::Outside(port)) => outsider(*port) == CTI,
            (Self::App, Place::Node(node)) => node.as_str().starts_with(CUSTOMER),
            (Self::Desk, Place::Node(node)) => node.as_str().starts_with(AGENT),
            (Self::Node(wanted), Place::Node(node)) => wanted == node,
            (Self::Cti, Place::Node(_)) | (Self::Node(_), Place::Outside(_)) => false,
        }
    }
}
