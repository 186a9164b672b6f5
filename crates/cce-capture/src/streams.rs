//! Which links of a journal are the two ends of one connection.

use crate::packet::End;
use cce_kernel::{LinkId, NodeName, Peer, Port};
use std::collections::BTreeMap;

/// First port of those that dial.
const CLIENT_PORTS: u16 = 49_152;
/// Dials whose links are not up yet.
const DIALS_MAX: usize = 1_024;

/// The listeners of a capture's links, by the names of the configuration; each has an interface of its own. Both
/// gateways reach the router at one listener, and its own end of a link cannot tell which one it is.
pub(crate) const LISTENERS: [(Port, &str); 4] =
    [(Port::Mr, "mr"), (Port::IcmMr, "icm"), (Port::CtiA, "cti-a"), (Port::CtiB, "cti-b")];

/// One end of a connection: the one that dialled, or the one that listens. Also an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

impl Side {
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Stream {
    port: Port,
    /// By side.
    pub(crate) ends: [End; 2],
    /// Sequence number that comes next, by side.
    pub(crate) next: [u32; 2],
    /// How the first of its links ended.
    pub(crate) ending: Option<Ending>,
}

/// How a connection ends: who ends it, and whether in order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    pub(crate) by: Side,
    pub(crate) is_reset: bool,
}

impl Stream {
    /// The number of its interface.
    pub(crate) fn interface(&self) -> u32 {
        let at = LISTENERS.iter().position(|(port, _)| *port == self.port.socket());
        at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
    }

    pub(crate) fn is_cti(&self) -> bool {
        matches!(self.port, Port::CtiA | Port::CtiB)
    }
}

/// Every connection of a journal that is up.
#[derive(Debug)]
pub(crate) struct Streams {
    nodes: Vec<NodeName>,
    open: BTreeMap<usize, Stream>,
    /// Connections so far.
    count: usize,
    /// Who dialled, by record number, until both ends are up; then which connection it became.
    dials: BTreeMap<u64, Option<usize>>,
    /// Connection and side of each link.
    links: BTreeMap<(NodeName, LinkId), (usize, Side)>,
    dialled: BTreeMap<(NodeName, LinkId), u64>,
    peers: BTreeMap<(NodeName, LinkId), NodeName>,
}

impl Streams {
    pub(crate) fn new(nodes: &[NodeName]) -> Self {
        Self {
            nodes: nodes.to_vec(),
            open: BTreeMap::new(),
            count: 0,
            dials: BTreeMap::new(),
            links: BTreeMap::new(),
            dialled: BTreeMap::new(),
            peers: BTreeMap::new(),
        }
    }

    /// The components' addresses.
    pub(crate) fn names(&self) -> impl Iterator<Item = (End, &NodeName)> {
        self.nodes.iter().map(|node| (End { ip: self.address(Some(node)), port: 0 }, node))
    }

    pub(crate) fn dial(&mut self, seq: u64, node: &NodeName, link: LinkId) {
        if is_binary(link.port) {
            self.dials.insert(seq, None);
            self.dialled.insert((node.clone(), link), seq);
        }
        while self.dials.len() > DIALS_MAX {
            self.dials.pop_first();
        }
    }

    /// A link is up: of a connection whose other end is up already, or of a new one, which is returned.
    pub(crate) fn up(
        &mut self,
        cause: Option<u64>,
        node: &NodeName,
        link: LinkId,
        peer: &Peer,
    ) -> Option<&mut Stream> {
        if !is_binary(link.port) {
            return None;
        }
        let key = (node.clone(), link);
        let side = if self.dialled.contains_key(&key) { Side::Client } else { Side::Server };
        if let Some(other) = &peer.node {
            self.peers.insert(key.clone(), other.clone());
        }
        let known = cause.and_then(|cause| self.dials.get(&cause).copied().flatten());
        if let Some(number) = known {
            self.links.insert(key, (number, side));
            return None;
        }
        let number = self.count;
        self.count += 1;
        if let Some(dial) = cause.and_then(|cause| self.dials.get_mut(&cause)) {
            *dial = Some(number);
        }
        self.links.insert(key, (number, side));
        let stream = self.stream(number, node, side, link.port, peer);
        Some(self.open.entry(number).or_insert(stream))
    }

    /// The connection of a link, with its number and the link's side.
    pub(crate) fn of(&mut self, node: &NodeName, link: LinkId) -> Option<(usize, &mut Stream, Side)> {
        let (number, side) = *self.links.get(&(node.clone(), link))?;
        Some((number, self.open.get_mut(&number)?, side))
    }

    /// The component at the other end of a link, where there is one.
    pub(crate) fn peer(&self, node: &NodeName, link: LinkId) -> Option<&NodeName> {
        self.peers.get(&(node.clone(), link))
    }

    /// A link is gone. The connection is over with its last link, and is returned then: what one end sent before it closed
    /// may reach the other end later.
    pub(crate) fn forget(&mut self, node: &NodeName, link: LinkId) -> Option<(usize, Stream)> {
        let key = (node.clone(), link);
        self.peers.remove(&key);
        if let Some(dial) = self.dialled.remove(&key) {
            self.dials.remove(&dial);
        }
        let (number, _) = self.links.remove(&key)?;
        let is_over = !self.links.values().any(|(other, _)| *other == number);
        is_over.then(|| Some((number, self.open.remove(&number)?)))?
    }

    /// The links of a component.
    pub(crate) fn links_of(&self, node: &NodeName) -> Vec<LinkId> {
        self.links.keys().filter(|(own, _)| own == node).map(|(_, link)| *link).collect()
    }

    fn stream(&self, number: usize, node: &NodeName, side: Side, port: Port, peer: &Peer) -> Stream {
        let own = self.address(Some(node));
        let other = self.address(peer.node.as_ref());
        let (client, server) = if side == Side::Client { (own, other) } else { (other, own) };
        let turn = u16::try_from(number % usize::from(u16::MAX - CLIENT_PORTS)).unwrap_or(0);
        let ends =
            [End { ip: client, port: CLIENT_PORTS + turn }, End { ip: server, port: port.default_tcp() }];
        // Numbers that differ make a capture easier to read.
        Stream { port, ends, next: [1_000, 2_000], ending: None }
    }

    fn address(&self, node: Option<&NodeName>) -> [u8; 4] {
        // Addresses of documentation (RFC 5737): those of the lab, and those of everybody else.
        let Some(node) = node else { return [198, 51, 100, 1] };
        match self.nodes.iter().position(|known| known == node).map(|at| at + 1).map(u8::try_from) {
            Some(Ok(last @ 1..=254)) => [192, 0, 2, last],
            // Not in this process, or one too many.
            _ => [198, 51, 100, 2],
        }
    }
}

fn is_binary(port: Port) -> bool {
    cce_fold::Protocol::of(port, 0).is_some()
}
