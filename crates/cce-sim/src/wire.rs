//! Links and calls between components.

use cce_kernel::{CallId, FrameFlaw, LinkId, NodeName, Port, Rng, Time, fork};
use cce_wire::Framer;
use rand::RngExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// One end of a link.
pub(crate) type End = (NodeName, LinkId);

/// Shortest and longest way of a message, in microseconds.
const LATENCY_US: std::ops::Range<u64> = 50..400;

/// All links and calls that are open.
#[derive(Debug)]
pub(crate) struct Wires {
    ends: BTreeMap<End, Line>,
    /// Links that were dialled and are neither up nor down yet.
    dialling: BTreeSet<End>,
    calls: BTreeMap<(NodeName, CallId), Caller>,
    last_call: u64,
    latency: Rng,
}

/// What one end knows of its link.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) peer: End,
    pub(crate) framer: Framer,
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
    /// Where it called.
    pub(crate) port: Port,
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

impl Wires {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            ends: BTreeMap::new(),
            dialling: BTreeSet::new(),
            calls: BTreeMap::new(),
            last_call: 0,
            latency: fork(seed, "latency"),
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
        let line = |from: &End, peer: &End| Line {
            peer: peer.clone(),
            framer: Framer::new(from.1.port.carrier()),
            floor: Time(0),
            is_closing: false,
        };
        self.ends.insert(a.clone(), line(a, b));
        self.ends.insert(b.clone(), line(b, a));
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
        let drawn = start + self.draw();
        let Some(line) = self.ends.get_mut(end) else { return drawn };
        line.floor = drawn.max(line.floor + Duration::from_micros(1));
        line.floor
    }

    pub(crate) fn draw(&mut self) -> Duration {
        Duration::from_micros(self.latency.random_range(LATENCY_US))
    }

    /// When everything that was sent until now has arrived.
    pub(crate) fn horizon(now: Time) -> Time {
        now + Duration::from_micros(LATENCY_US.end)
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
