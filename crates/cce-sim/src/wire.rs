//! Links and calls between components.

use crate::{
    calls::Calls,
    stream::{LinkEnd, Stream},
};
use bytes::Bytes;
use cce_courier::{Latencies, Part, Pieces, PortDirection, length, take};
use cce_kernel::{FrameFlaw, NodeName, Port, Rng, Time, fork};
use cce_wire::{Framer, HEADER};
use rand::RngExt;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

/// A stream never overtakes itself: how much later the next thing arrives.
pub(crate) const GAP: Duration = Duration::from_micros(1);

/// The most pieces that what was sent at once arrives in.
const PIECES_MAX: u32 = 8;

/// All links and calls that are open.
#[derive(Clone, Debug)]
pub(crate) struct Wires {
    ends: BTreeMap<LinkEnd, Line>,
    /// Links that were dialled and are neither up nor down yet.
    dialling: BTreeSet<LinkEnd>,
    pub(crate) calls: Calls,
    /// Connections with somebody outside that ended, as long as their component has not heard so.
    ended_outside: BTreeSet<LinkEnd>,
    /// When a component has heard what entered until now.
    heard: BTreeMap<NodeName, Time>,
    latency: Rng,
    cuts: Rng,
    /// Nothing takes any time on its way, and everything arrives whole.
    is_still: bool,
    pub(crate) latencies: Latencies,
    pub(crate) pieces: Pieces,
}

/// What one end knows of its link.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) peer: LinkEnd,
    /// The port and the direction in which this end sends.
    pub(crate) way: (Port, PortDirection),
    framer: Framer,
    /// How many bytes in the framer each cause sent, oldest first.
    causes: VecDeque<(usize, Option<u64>)>,
    /// Nothing more is understood behind a flaw.
    is_flawed: bool,
    /// When the last thing that this end sent arrives: nothing sent later arrives earlier.
    pub(crate) floor: Time,
    /// Its component closed it, and the close waits behind something that is held.
    pub(crate) is_closing: bool,
}

impl Line {
    /// Takes in what arrived at this end.
    pub(crate) fn push(&mut self, bytes: &[u8], cause: Option<u64>) {
        if !self.is_flawed {
            self.framer.push(bytes);
            self.causes.push_back((bytes.len(), cause));
        }
    }

    /// The next whole message and who sent its last byte; or what is wrong with its header, and who sent that one's last byte.
    pub(crate) fn next(&mut self) -> Option<(Result<Bytes, FrameFlaw>, Option<u64>)> {
        let next = self.framer.next()?;
        self.is_flawed |= next.is_err();
        let mut cause = self.causes.back().and_then(|(_, cause)| *cause);
        let mut left = next.as_ref().map_or(HEADER, Bytes::len);
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
            calls: Calls::default(),
            ended_outside: BTreeSet::new(),
            heard: BTreeMap::new(),
            latency: fork(seed, "latency"),
            cuts: fork(seed, "pieces"),
            is_still: false,
            latencies: Latencies::default(),
            pieces: Pieces::default(),
        }
    }

    pub(crate) fn dial(&mut self, end: &LinkEnd) {
        self.dialling.insert(end.clone());
    }

    pub(crate) fn is_dialling(&self, end: &LinkEnd) -> bool {
        self.dialling.contains(end)
    }

    pub(crate) fn is_up(&self, end: &LinkEnd) -> bool {
        self.ends.contains_key(end)
    }

    pub(crate) fn connect(&mut self, a: &LinkEnd, b: &LinkEnd) {
        self.dialling.remove(a);
        let line = |way: PortDirection, peer: &LinkEnd| Line {
            peer: peer.clone(),
            way: (a.1.port, way),
            framer: Framer::new(a.1.port.carrier()),
            causes: VecDeque::new(),
            is_flawed: false,
            floor: Time(0),
            is_closing: false,
        };
        self.ends.insert(a.clone(), line(PortDirection::ToListener, b));
        self.ends.insert(b.clone(), line(PortDirection::FromListener, a));
    }

    pub(crate) fn line(&mut self, end: &LinkEnd) -> Option<&mut Line> {
        self.ends.get_mut(end)
    }

    /// What is sent from one end of a link that is up.
    pub(crate) fn outbound(&self, end: &LinkEnd) -> Option<Stream> {
        let line = self.ends.get(end)?;
        Some(Stream::line(if line.way.1 == PortDirection::ToListener { end } else { &line.peer }, line.way.1))
    }

    /// What arrives at one end of a link. One that is not up yet was dialled there.
    pub(crate) fn inbound(&self, end: &LinkEnd) -> Stream {
        match self.ends.get(end) {
            Some(Line { peer, way: (_, PortDirection::FromListener), .. }) => {
                Stream::line(peer, PortDirection::ToListener)
            }
            Some(_) | None => Stream::line(end, PortDirection::FromListener),
        }
    }

    /// Takes a link's own end away, and returns the other, if it was up.
    pub(crate) fn cut(&mut self, end: &LinkEnd) -> Option<LinkEnd> {
        self.dialling.remove(end);
        self.ends.remove(end).map(|line| line.peer)
    }

    /// What is wrong if nothing more arrives at that end.
    pub(crate) fn unfinished(&self, end: &LinkEnd) -> Option<FrameFlaw> {
        self.ends.get(end).and_then(|line| line.framer.finish())
    }

    /// Takes a link's own end away that the other end closed or refused. Says whether it was still there: of a
    /// link that a component closed itself it hears nothing more.
    pub(crate) fn hang_up(&mut self, end: &LinkEnd) -> bool {
        self.dialling.remove(end)
            | self.ended_outside.remove(end)
            | self.ends.remove(end).is_some_and(|line| !line.is_closing)
    }

    /// A connection with somebody outside is over, of which its component hears behind what entered before.
    pub(crate) fn end_outside(&mut self, end: LinkEnd) {
        self.ended_outside.insert(end);
    }

    /// When a component hears something that enters now: behind what entered before.
    pub(crate) fn hear(&mut self, node: &NodeName, now: Time) -> Time {
        let heard = self.heard.entry(node.clone()).or_default();
        *heard = now.max(*heard + GAP);
        *heard
    }

    /// When a component has heard everything that entered until now.
    pub(crate) fn hears_until(&self, node: &NodeName) -> Option<Time> {
        self.heard.get(node).copied()
    }

    /// Every end of the links that were dialled by that name: two may share a listener.
    pub(crate) fn ends_of(&self, port: Port) -> Vec<LinkEnd> {
        self.ends.iter().filter(|(_, line)| line.way.0 == port).map(|(end, _)| end.clone()).collect()
    }

    /// When something sent from `end` arrives that sets out at `start`.
    pub(crate) fn arrival(&mut self, end: &LinkEnd, start: Time) -> Time {
        let way = self.ends.get(end).map(|line| line.way).filter(|_| !self.is_still);
        let Some((port, way)) = way else { return start };
        let drawn = start + self.draw(port, way);
        let Some(line) = self.ends.get_mut(end) else { return drawn };
        line.floor = drawn.max(line.floor + GAP);
        line.floor
    }

    /// How long something takes on its way.
    pub(crate) fn draw(&mut self, port: Port, way: PortDirection) -> Duration {
        if self.is_still { Duration::ZERO } else { self.latencies.of(port, way).draw(&mut self.latency) }
    }

    /// The pieces in which what was sent at once arrives.
    pub(crate) fn cut_up(&mut self, mut parts: Vec<Part>) -> Vec<Vec<Part>> {
        let mut pieces = Vec::new();
        let count =
            if self.pieces.split && !self.is_still { self.cuts.random_range(1..=PIECES_MAX) } else { 1 };
        for _ in 1..count {
            let whole = length(&parts);
            if whole > 1 {
                pieces.push(take(&mut parts, self.cuts.random_range(1..whole)));
            }
        }
        pieces.push(parts);
        pieces
    }

    /// Whether bytes that arrive while more are on their way wait for those.
    pub(crate) fn waits(&mut self) -> bool {
        self.pieces.coalesce && !self.is_still && self.cuts.random()
    }

    /// When everything that was sent until now has arrived.
    pub(crate) fn horizon(&self, now: Time) -> Time {
        if self.is_still { now } else { now + self.latencies.longest() }
    }

    /// How much later the second of two things arrives that are sent at once.
    pub(crate) fn gap(&self) -> Duration {
        if self.is_still { Duration::ZERO } else { GAP }
    }

    /// From now on nothing takes any time on its way, and everything arrives whole.
    pub(crate) fn stand_still(&mut self) {
        self.is_still = true;
    }

    /// Whether nothing that arrives at one end of a link is heard there.
    pub(crate) fn is_deaf(&self, end: &LinkEnd) -> bool {
        self.ends.get(end).is_none_or(|line| line.is_closing || line.is_flawed)
    }

    /// Whether a component hears nothing more of a link, not even its end.
    pub(crate) fn is_over(&self, end: &LinkEnd) -> bool {
        !self.is_dialling(end)
            && self.ends.get(end).is_none_or(|line| line.is_closing && line.framer.finish().is_none())
    }

    /// Takes a component's own ends of its links away, and returns the others, which stay until they hear of it.
    pub(crate) fn forget(&mut self, node: &NodeName) -> Vec<LinkEnd> {
        self.dialling.retain(|(owner, _)| owner != node);
        self.ended_outside.retain(|(owner, _)| owner != node);
        let own: Vec<LinkEnd> = self.ends.keys().filter(|(owner, _)| owner == node).cloned().collect();
        own.iter().filter_map(|end| self.cut(end)).collect()
    }
}
