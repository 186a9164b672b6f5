//! Links and calls between components.

use crate::latency::{Latencies, Pieces, Way};
use bytes::Bytes;
use cce_kernel::{CallId, FrameFlaw, LinkId, NodeName, Port, Rng, Time, fork};
use cce_wire::Framer;
use rand::RngExt;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

/// One end of a link.
pub(crate) type End = (NodeName, LinkId);

/// The most pieces that what was sent at once arrives in.
const PIECES_MAX: u32 = 8;

/// All links and calls that are open.
#[derive(Debug)]
pub(crate) struct Wires {
    ends: BTreeMap<End, Line>,
    /// Links that were dialled and are neither up nor down yet.
    dialling: BTreeSet<End>,
    calls: BTreeMap<(NodeName, CallId), Caller>,
    last_call: u64,
    latency: Rng,
    cuts: Rng,
    pub(crate) latencies: Latencies,
    pub(crate) pieces: Pieces,
}

/// What one end knows of its link.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) peer: End,
    /// The port and the direction in which this end sends.
    pub(crate) way: (Port, Way),
    framer: Framer,
    /// How many bytes in the framer each cause sent, oldest first.
    causes: VecDeque<(usize, Option<u64>)>,
    /// Nothing more is understood behind a flaw.
    is_flawed: bool,
    /// When the last thing that this end sent arrives: nothing sent later arrives earlier.
    floor: Time,
    /// Its component closed it, and the close waits behind something that is held.
    pub(crate) is_closing: bool,
}

/// Who waits for the reply to a call.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) node: NodeName,
    pub(crate) call: CallId,
    /// The port that was called.
    port: Port,
    /// It died meanwhile: a reply reaches nobody.
    is_gone: bool,
}

/// What ends with a component.
#[derive(Debug)]
pub(crate) struct Orphans {
    /// The other ends of its links.
    pub(crate) peers: Vec<End>,
    /// Those who wait for its replies.
    pub(crate) callers: Vec<Caller>,
    /// Those whose replies it waited for.
    pub(crate) callees: Vec<(NodeName, CallId)>,
}

impl Caller {
    /// The port and the direction of the reply.
    pub(crate) fn way(&self) -> (Port, Way) {
        (self.port, Way::FromListener)
    }
}

impl Line {
    /// Takes in what arrived at this end.
    pub(crate) fn push(&mut self, bytes: &[u8], cause: Option<u64>) {
        if !self.is_flawed {
            self.framer.push(bytes);
            self.causes.push_back((bytes.len(), cause));
        }
    }

    /// The next whole message, and who sent the last of its bytes.
    pub(crate) fn next(&mut self) -> Option<(Result<Bytes, FrameFlaw>, Option<u64>)> {
        let next = self.framer.next()?;
        self.is_flawed |= next.is_err();
        let mut cause = self.causes.back().and_then(|(_, cause)| *cause);
        let mut left = next.as_ref().map_or(0, Bytes::len);
        while left > 0
            && let Some((length, sender)) = self.causes.front_mut()
        {
            let taken = left.min(*length);
            (*length, left, cause) = (*length - taken, left - taken, *sender);
            if *length == 0 {
                self.causes.pop_front();
            }
        }
        Some((next, cause))
    }
}

impl Wires {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            ends: BTreeMap::new(),
            dialling: BTreeSet::new(),
            calls: BTreeMap::new(),
            last_call: 0,
            latency: fork(seed, "latency"),
            cuts: fork(seed, "pieces"),
            latencies: Latencies::default(),
            pieces: Pieces::default(),
        }
    }

    pub(crate) fn dial(&mut self, end: &End) {
        self.dialling.insert(end.clone());
    }

    pub(crate) fn is_dialling(&self, end: &End) -> bool {
        self.dialling.contains(end)
    }

    pub(crate) fn is_up(&self, end: &End) -> bool {
        self.ends.contains_key(end)
    }

    pub(crate) fn connect(&mut self, a: &End, b: &End) {
        self.dialling.remove(a);
        let line = |way: Way, peer: &End| Line {
            peer: peer.clone(),
            way: (a.1.port, way),
            framer: Framer::new(a.1.port.carrier()),
            causes: VecDeque::new(),
            is_flawed: false,
            floor: Time(0),
            is_closing: false,
        };
        self.ends.insert(a.clone(), line(Way::ToListener, b));
        self.ends.insert(b.clone(), line(Way::FromListener, a));
    }

    pub(crate) fn line(&mut self, end: &End) -> Option<&mut Line> {
        self.ends.get_mut(end)
    }

    /// Takes a link's own end away, and returns the other, if it was up.
    pub(crate) fn cut(&mut self, end: &End) -> Option<End> {
        self.dialling.remove(end);
        self.ends.remove(end).map(|line| line.peer)
    }

    /// What is wrong if nothing more arrives at that end.
    pub(crate) fn unfinished(&self, end: &End) -> Option<FrameFlaw> {
        self.ends.get(end).and_then(|line| line.framer.finish())
    }

    /// Takes a link's own end away that the other end closed or refused. Says whether it was still there: of a
    /// link that a component closed itself it hears nothing more.
    pub(crate) fn hang_up(&mut self, end: &End) -> bool {
        self.dialling.remove(end) | self.ends.remove(end).is_some_and(|line| !line.is_closing)
    }

    /// Every end of a port's links.
    pub(crate) fn ends_of(&self, port: Port) -> Vec<End> {
        self.ends.keys().filter(|(_, link)| link.port == port).cloned().collect()
    }

    /// When something sent from `end` arrives that sets out at `start`.
    pub(crate) fn arrival(&mut self, end: &End, start: Time) -> Time {
        let Some((port, way)) = self.ends.get(end).map(|line| line.way) else { return start };
        let drawn = start + self.draw(port, way);
        let Some(line) = self.ends.get_mut(end) else { return drawn };
        line.floor = drawn.max(line.floor + Duration::from_micros(1));
        line.floor
    }

    /// How long something takes on its way.
    pub(crate) fn draw(&mut self, port: Port, way: Way) -> Duration {
        self.latencies.of(port, way).draw(&mut self.latency)
    }

    /// The pieces in which what was sent at once arrives.
    pub(crate) fn cut_up(&mut self, mut bytes: Bytes) -> Vec<Bytes> {
        let mut pieces = Vec::new();
        let count = if self.pieces.split { self.cuts.random_range(1..=PIECES_MAX) } else { 1 };
        for _ in 1..count {
            if bytes.len() > 1 {
                let length = self.cuts.random_range(1..bytes.len());
                pieces.push(bytes.split_to(length));
            }
        }
        pieces.push(bytes);
        pieces
    }

    /// Whether bytes that arrive while more are on their way wait for those.
    pub(crate) fn waits(&mut self) -> bool {
        self.pieces.coalesce && self.cuts.random()
    }

    /// When everything that was sent until now has arrived.
    pub(crate) fn horizon(&self, now: Time) -> Time {
        now + self.latencies.longest()
    }

    /// Numbers a call for the component that receives it.
    pub(crate) fn open_call(
        &mut self,
        receiver: &NodeName,
        node: NodeName,
        call: CallId,
        port: Port,
    ) -> CallId {
        self.last_call += 1;
        let opened = CallId(self.last_call);
        self.calls.insert((receiver.clone(), opened), Caller { node, call, port, is_gone: false });
        opened
    }

    /// The caller of a call dies or gives up: a reply reaches nobody.
    pub(crate) fn disown(&mut self, receiver: &NodeName, call: CallId) {
        if let Some(caller) = self.calls.get_mut(&(receiver.clone(), call)) {
            caller.is_gone = true;
        }
    }

    /// Breaks every call to a port. Returns who waited for replies, and the calls, which are left without one.
    pub(crate) fn break_calls(&mut self, port: Port) -> Vec<(Caller, (NodeName, CallId))> {
        let mut broken = Vec::new();
        for (callee, caller) in &mut self.calls {
            if caller.port == port && !caller.is_gone {
                caller.is_gone = true;
                let waiting = Caller { node: caller.node.clone(), call: caller.call, port, is_gone: false };
                broken.push((waiting, callee.clone()));
            }
        }
        broken
    }

    /// A call is replied to. Returns who waits for it, if anybody still does.
    pub(crate) fn close_call(&mut self, receiver: &NodeName, call: CallId) -> Option<Caller> {
        self.calls.remove(&(receiver.clone(), call)).filter(|caller| !caller.is_gone)
    }

    /// A call's client is gone. Says whether the call was still open.
    pub(crate) fn drop_call(&mut self, receiver: &NodeName, call: CallId) -> bool {
        self.calls.remove(&(receiver.clone(), call)).is_some()
    }

    /// Everything that ends with a component. The other ends of its links stay until they hear of it.
    pub(crate) fn forget(&mut self, node: &NodeName) -> Orphans {
        self.dialling.retain(|(owner, _)| owner != node);
        let own: Vec<End> = self.ends.keys().filter(|(owner, _)| owner == node).cloned().collect();
        let peers = own.iter().filter_map(|end| self.cut(end)).collect();
        let waiting: Vec<_> = self.calls.keys().filter(|(receiver, _)| receiver == node).cloned().collect();
        let callers =
            waiting.iter().filter_map(|(receiver, call)| self.close_call(receiver, *call)).collect();
        let mut callees = Vec::new();
        for (callee, caller) in &mut self.calls {
            if caller.node == *node && !caller.is_gone {
                caller.is_gone = true;
                callees.push(callee.clone());
            }
        }
        Orphans { peers, callers, callees }
    }
}
