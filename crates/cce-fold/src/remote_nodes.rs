//! The lab's components that run in another process, and how they show who they are.

use crate::event::AnyMessage;
use cce_cti::Cti;
use cce_journal::Header;
use cce_kernel::{NodeName, Request};
use cce_model::{Kind, PeripheralId};
use cce_mr::{Icm, Mr};
use serde_json::Value;
use std::collections::BTreeSet;

/// `ClientID` of Finesse's session with the CTI server (cti-server-protocol 17).
const FINESSE_CLIENT: &str = "Finesse";

/// The lab's components that run in another process. A driver knows an address only; each shows who it is by what it says
/// first.
#[derive(Clone, Debug, Default)]
pub(crate) struct RemoteNodes {
    nodes: BTreeSet<NodeName>,
    /// The MR PG's peripheral at CCP.
    pim: Option<PeripheralId>,
    /// The MR PG's peripherals at the router.
    pims: BTreeSet<PeripheralId>,
    /// The agent PG's peripheral.
    agent_pg: Option<PeripheralId>,
}

impl RemoteNodes {
    /// Those of the lab of this header, seen from the process whose journal it begins.
    pub(crate) fn of(header: &Header) -> Self {
        let at = |path: &str| header.config.pointer(path).and_then(peripheral);
        let applications = header.config.pointer("/mrpg/applications").and_then(Value::as_array);
        let further = applications.into_iter().flatten().filter_map(|one| peripheral(one.get("peripheral")?));
        let pim = at("/mrpg/peripheral");
        Self {
            nodes: header.hosts.keys().filter(|node| !header.nodes.contains(node)).cloned().collect(),
            pim,
            pims: pim.into_iter().chain(further).collect(),
            agent_pg: at("/agentpg/peripheral"),
        }
    }

    /// Whether that component runs in another process.
    pub(crate) fn has(&self, node: &NodeName) -> bool {
        self.nodes.contains(node)
    }

    /// Who opens a session by that message.
    pub(crate) fn opener(&self, message: &AnyMessage) -> Option<NodeName> {
        let kind = match message {
            AnyMessage::Mr(message) => self.application(message),
            AnyMessage::Icm(message) => self.gateway(message),
            AnyMessage::Cti(message) => client(message),
            AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => None,
        }?;
        Some(NodeName::from(kind)).filter(|node| self.has(node))
    }

    fn application(&self, message: &Mr) -> Option<Kind> {
        let Mr::OpenReq(open) = message else { return None };
        (self.pim == Some(open.peripheral_id)).then_some(Kind::MrPg)
    }

    fn gateway(&self, message: &Icm) -> Option<Kind> {
        let Icm::OpenReq(open) = message else { return None };
        let is_agent_pg = (self.agent_pg == Some(open.peripheral_id)).then_some(Kind::AgentPg);
        if self.pims.contains(&open.peripheral_id) { Some(Kind::MrPg) } else { is_agent_pg }
    }

    /// Who makes a request of CCP: only Finesse closes tasks and has them told again (ccp-task-api, private API).
    pub(crate) fn caller(&self, request: &Request) -> Option<NodeName> {
        let parts: Vec<&str> = request.path().trim_matches('/').split('/').collect();
        let is_private = matches!(parts.as_slice(), [.., "task", _, "close" | "renotify"]);
        is_private.then(|| NodeName::from(Kind::Finesse)).filter(|node| self.has(node))
    }
}

fn peripheral(number: &Value) -> Option<PeripheralId> {
    u32::try_from(number.as_u64()?).ok().map(PeripheralId)
}

fn client(message: &Cti) -> Option<Kind> {
    let Cti::OpenReq(open) = message else { return None };
    open.client_id.as_ref().is_some_and(|id| id.to_string() == FINESSE_CLIENT).then_some(Kind::Finesse)
}
