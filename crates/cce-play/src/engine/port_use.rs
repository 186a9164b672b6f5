//! Which ports somebody uses: a fault of a port that nobody uses does nothing.

use cce_journal::{Record, What};
use cce_kernel::{CallId, Input, LinkId, NodeName, Output, Port};
use std::collections::{BTreeMap, BTreeSet};

/// Connections and exchanges that are followed. A port on which there are more is in use.
const OPEN_MAX: usize = 65_536;

/// The connections and HTTP exchanges that are open, at either end.
#[derive(Clone, Debug, Default)]
pub(super) struct PortUse {
    links: BTreeSet<(NodeName, LinkId)>,
    calls: BTreeMap<(NodeName, CallId), Port>,
}

impl PortUse {
    /// Whether anything is open on a port.
    pub(super) fn is_used(&self, port: Port) -> bool {
        self.links.iter().any(|(_, link)| link.port == port) || self.calls.values().any(|of| *of == port)
    }

    /// Takes in a record, and says on which port somebody begins something with it.
    pub(super) fn learn(&mut self, record: &Record) -> Option<Port> {
        let node = &record.node;
        match &record.what {
            What::In(Input::LinkUp { link, .. }) => {
                if self.links.len() < OPEN_MAX {
                    self.links.insert((node.clone(), *link));
                }
                Some(link.port)
            }
            What::Out(Output::Dial { link, .. }) => Some(link.port),
            What::In(Input::Call { call, port, .. }) | What::Out(Output::Call { call, port, .. }) => {
                if self.calls.len() < OPEN_MAX {
                    self.calls.insert((node.clone(), *call), *port);
                }
                Some(*port)
            }
            What::In(Input::LinkDown { link, .. }) | What::Out(Output::Close { link, .. }) => {
                self.links.remove(&(node.clone(), *link));
                None
            }
            What::In(Input::Reply { call, .. } | Input::CallGone { call })
            | What::Out(Output::Reply { call, .. }) => {
                self.calls.remove(&(node.clone(), *call));
                None
            }
            What::Stopped { .. } => {
                self.links.retain(|(of, _)| of != node);
                self.calls.retain(|(of, _), _| of != node);
                None
            }
            What::In(_)
            | What::Out(_)
            | What::Started
            | What::Connected { .. }
            | What::Bent(_)
            | What::Gap { .. } => None,
        }
    }
}
