//! Links and calls between components.

use cce_kernel::{CallId, LinkId, NodeName, Rng, Time, fork};
use cce_wire::Framer;
use rand::RngExt;
use std::{collections::BTreeMap, time::Duration};

/// One end of a link.
pub(crate) type End = (NodeName, LinkId);

/// Shortest and longest way of a message, in microseconds.
const LATENCY_US: std::ops::Range<u64> = 50..400;

/// All links and calls that are open.
#[derive(Debug)]
pub(crate) struct Wires {
    ends: BTreeMap<End, Line>,
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
}

/// Who waits for the reply to a call.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) node: NodeName,
    pub(crate) call: CallId,
}

impl Wires {
    pub(crate) fn new(seed: u64) -> Self {
        Self { ends: BTreeMap::new(), calls: BTreeMap::new(), last_call: 0, latency: fork(seed, "latency") }
    }

    pub(crate) fn connect(&mut self, a: &End, b: &End) {
        let line = |from: &End, peer: &End| Line {
            peer: peer.clone(),
            framer: Framer::new(from.1.port.carrier()),
            floor: Time(0),
        };
        self.ends.insert(a.clone(), line(a, b));
        self.ends.insert(b.clone(), line(b, a));
    }

    pub(crate) fn line(&mut self, end: &End) -> Option<&mut Line> {
        self.ends.get_mut(end)
    }

    /// Takes a link's own end away, and returns the other.
    pub(crate) fn cut(&mut self, end: &End) -> Option<End> {
        self.ends.remove(end).map(|line| line.peer)
    }

    /// When something sent now from `end` arrives.
    pub(crate) fn arrival(&mut self, end: &End, now: Time) -> Time {
        let drawn = now + self.draw();
        let Some(line) = self.ends.get_mut(end) else { return drawn };
        line.floor = drawn.max(line.floor + Duration::from_micros(1));
        line.floor
    }

    pub(crate) fn draw(&mut self) -> Duration {
        Duration::from_micros(self.latency.random_range(LATENCY_US))
    }

    /// Numbers a call for the component that receives it.
    pub(crate) fn open_call(&mut self, receiver: &NodeName, caller: Caller) -> CallId {
        self.last_call += 1;
        let call = CallId(self.last_call);
        self.calls.insert((receiver.clone(), call), caller);
        call
    }

    pub(crate) fn close_call(&mut self, receiver: &NodeName, call: CallId) -> Option<Caller> {
        self.calls.remove(&(receiver.clone(), call))
    }

    /// Everything that ends with a component: the other ends of its links, and those who wait for its replies.
    pub(crate) fn forget(&mut self, node: &NodeName) -> (Vec<End>, Vec<Caller>) {
        let own: Vec<End> = self.ends.keys().filter(|(owner, _)| owner == node).cloned().collect();
        let peers = own.iter().filter_map(|end| self.cut(end)).collect();
        let waiting: Vec<_> = self.calls.keys().filter(|(receiver, _)| receiver == node).cloned().collect();
        let callers = waiting.iter().filter_map(|key| self.calls.remove(key)).collect();
        self.calls.retain(|_, caller| caller.node != *node);
        (peers, callers)
    }
}
