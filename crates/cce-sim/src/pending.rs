//! What was sent and waits to be chosen.

use crate::{Choice, queue::Planned, stream::Stream};
use cce_kernel::{LinkId, NodeName, Time};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The most deliveries while the clock stands still. Components that still talk then would never stop.
pub(crate) const INSTANT_MAX: u64 = 20_000;

/// What was sent and waits in its stream until it is chosen.
///
/// Nothing here depends on the order in which different components were served: the age of a message is the
/// length of the longest chain of causes that led to it, not the moment at which it was sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pending {
    streams: BTreeMap<Stream, VecDeque<Waiting>>,
    /// How many messages each stream had that wait for nothing.
    asides: BTreeMap<Stream, u64>,
    /// By component: the length of the longest chain of causes that it knows of.
    ages: BTreeMap<NodeName, u64>,
    /// The age of everything when the clock moved last.
    floor: u64,
    /// The components that know of the end of the window.
    outsiders: BTreeSet<NodeName>,
    /// What is sent now.
    now: Sending,
    /// How many were sent.
    sent: u64,
    /// Deliveries since the clock moved.
    deliveries: u64,
    /// What can never be delivered any more, and was not looked at.
    lost: Vec<Choice>,
}

/// The properties that everything sent now shares.
#[derive(Clone, Debug, Default)]
struct Sending {
    age: u64,
    rank: Rank,
    is_outside: bool,
    /// Its number in the run.
    first: u64,
}

/// Something that waits in its stream.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// When it can be delivered.
    pub(crate) ready: Time,
    pub(crate) age: u64,
    pub(crate) rank: Rank,
    /// It follows from the end of the window.
    pub(crate) is_outside: bool,
    /// The delivery that led to it, as they are counted.
    pub(crate) sent_in: u64,
    number: u64,
    pub(crate) planned: Planned,
}

impl Waiting {
    /// As something that can be chosen.
    pub(crate) fn choice(&self, stream: &Stream) -> Choice {
        Choice {
            stream: stream.clone(),
            to: self.planned.node.clone(),
            is_outside: self.is_outside,
            sent_in: self.sent_in,
        }
    }
}

/// Whether the moment of a delivery is a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rank {
    /// It is.
    #[default]
    Ordinary,
    /// It is not: it is delivered once nothing is before it on its stream.
    Heartbeat,
}

impl Pending {
    /// Puts something at the end of its stream.
    pub(crate) fn push(&mut self, ready: Time, stream: Stream, planned: Planned, sent_in: u64) {
        let stream = self.named(stream);
        let Sending { age, rank, is_outside, .. } = self.now;
        let waiting = Waiting { ready, age, rank, is_outside, sent_in, number: self.sent, planned };
        self.sent += 1;
        self.streams.entry(stream).or_default().push_back(waiting);
    }

    /// Numbers what waits for nothing.
    fn named(&mut self, stream: Stream) -> Stream {
        let Stream::Aside(base, _) = stream else { return stream };
        let count = self.asides.entry((*base).clone()).or_default();
        *count += 1;
        Stream::Aside(base, *count)
    }

    /// What is sent from now on is of this rank.
    pub(crate) fn set_rank(&mut self, rank: Rank) {
        self.now.rank = rank;
    }

    /// What is first in each stream and can be delivered at `now`.
    pub(crate) fn heads(&self, now: Time) -> impl Iterator<Item = (&Stream, &Waiting)> {
        let heads = self.streams.iter().filter_map(|(stream, line)| Some((stream, line.front()?)));
        heads.filter(move |(_, head)| head.ready <= now)
    }

    /// What is meant cannot be delivered before `until`.
    pub(crate) fn put_off(&mut self, until: Time, is_meant: &dyn Fn(&Planned) -> bool) {
        for waiting in self.streams.values_mut().flatten().filter(|waiting| is_meant(&waiting.planned)) {
            waiting.ready = waiting.ready.max(until);
        }
    }

    /// When the first can be delivered of what is first in its stream.
    pub(crate) fn first(&self) -> Option<Time> {
        self.streams.values().filter_map(VecDeque::front).map(|head| head.ready).min()
    }

    /// Takes what is first in a stream. What its receiver sends from now on follows from it.
    pub(crate) fn take(&mut self, stream: &Stream) -> Option<Planned> {
        let line = self.streams.get_mut(stream)?;
        let taken = line.pop_front()?;
        if line.is_empty() {
            self.streams.remove(stream);
        }
        self.deliveries += 1;
        self.begin(&taken.planned.node, taken.age, taken.is_outside);
        Some(taken.planned)
    }

    /// A component takes in something of that age.
    pub(crate) fn begin(&mut self, node: &NodeName, age: u64, is_outside: bool) {
        let own = self.ages.get(node).copied().unwrap_or_default();
        let age = own.max(age).max(self.floor) + 1;
        self.ages.insert(node.clone(), age);
        if is_outside {
            self.outsiders.insert(node.clone());
        }
        let is_outside = self.outsiders.contains(node);
        self.now = Sending { age, is_outside, rank: Rank::default(), first: self.sent };
    }

    /// The window ends with what a component did just now: what it sent and will send is outside.
    pub(crate) fn end_window(&mut self, node: &NodeName) {
        self.outsiders.insert(node.clone());
        self.now.is_outside = true;
        let first = self.now.first;
        for waiting in self.streams.values_mut().flatten().filter(|waiting| waiting.number >= first) {
            waiting.is_outside = true;
        }
    }

    /// The clock moves: everything that happened is older than what happens from now on.
    pub(crate) fn jump(&mut self) {
        self.floor = self.ages.values().copied().fold(self.floor, u64::max) + 1;
        self.deliveries = 0;
        self.now = Sending { age: self.floor, first: self.sent, ..Sending::default() };
    }

    /// Whether components talk without end while the clock stands still.
    pub(crate) fn is_endless(&self) -> bool {
        self.deliveries >= INSTANT_MAX
    }

    /// Counts something that the director does while the clock stands still.
    pub(crate) fn count(&mut self) {
        self.deliveries += 1;
    }

    /// Drops whatever waits for a component, and returns the connections that others were opening to it.
    pub(crate) fn forget(&mut self, node: &NodeName) -> Vec<(NodeName, LinkId)> {
        let mut refused = Vec::new();
        let lost = &mut self.lost;
        self.streams.retain(|stream, line| {
            line.retain(|waiting| {
                let is_kept = waiting.planned.outlives(node, &mut refused);
                if !is_kept {
                    lost.push(waiting.choice(stream));
                }
                is_kept
            });
            !line.is_empty()
        });
        refused
    }

    /// Takes what is first in a stream and reaches nobody.
    pub(crate) fn lose(&mut self, stream: &Stream) {
        if let Some(head) = self.streams.get(stream).and_then(VecDeque::front) {
            self.lost.push(head.choice(stream));
        }
    }

    /// What can never be delivered any more, since the last question.
    pub(crate) fn take_lost(&mut self) -> Vec<Choice> {
        std::mem::take(&mut self.lost)
    }
}
