//! Which record of one journal led to which record of another one.

use super::{Position, ProcessJournal};
use crate::{Bend, Bent, Record, What};
use cce_kernel::{Blob, CallId, Carrier, Input, LinkId, LinkReason, NodeName, Output, Time};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Messages under way on one connection among which the one is looked for that was received.
const AHEAD_MAX: usize = 8_192;

/// What joins the journals.
#[derive(Debug, Default)]
pub(super) struct Joints {
    /// The cause of a record that another journal has.
    pub(super) causes: BTreeMap<Position, Position>,
    /// The component at the other end, by the record of a connection's beginning.
    pub(super) peers: BTreeMap<Position, NodeName>,
    /// Parts that have a connection to another one.
    pub(super) joined: BTreeSet<usize>,
    /// Messages that were received on such a connection, and that no journal sent.
    pub(super) unmatched: u64,
}

/// What was done to a message, and when: the time and the place of the record.
type Done<'a> = (&'a Bent, (Time, usize));

/// The two addresses of a connection, seen from one end.
type Ends = (String, String);

/// One end of a connection.
#[derive(Clone, Debug)]
struct Terminal {
    part: usize,
    node: NodeName,
    link: LinkId,
    up: Position,
    dial: Option<Position>,
}

/// What happened on one end of a connection, in order.
#[derive(Debug, Default)]
struct Traffic {
    sent: Vec<SentMessage>,
    received: Vec<(Position, Blob)>,
    closed: Option<Position>,
    down: Option<(Position, LinkReason)>,
}

/// A message that one end sent.
#[derive(Debug)]
struct SentMessage {
    place: Position,
    /// When it left, and the record by which it did: later than it was sent where others passed it.
    left: (Time, usize),
    bytes: Blob,
    /// How often it arrives.
    times: usize,
    /// Other bytes arrive in its place.
    is_changed: bool,
    /// Its connection is broken with it.
    cuts: bool,
}

/// A request that a component made of a listener in another process, and its outcome.
#[derive(Debug, Default)]
struct MadeRequest {
    request: Option<Position>,
    listener: Option<NodeName>,
    response: Option<Position>,
}

/// A request that a component took in, and its answer.
#[derive(Debug)]
struct TakenRequest {
    place: Position,
    node: NodeName,
    call: CallId,
}

/// What one reading of the journals collects.
#[derive(Debug, Default)]
struct Reading {
    terminals: BTreeMap<Ends, Vec<Terminal>>,
    traffic: BTreeMap<(NodeName, LinkId), Traffic>,
    dials: BTreeMap<(NodeName, LinkId), Position>,
    asked: BTreeMap<(NodeName, CallId), MadeRequest>,
    /// The requests that went to another process, by the caller's own address.
    callers: BTreeMap<String, Vec<(NodeName, CallId)>>,
    /// The requests that came in, by the caller's address.
    answered: BTreeMap<String, Vec<TakenRequest>>,
    replies: BTreeMap<(NodeName, CallId), Position>,
}

impl Joints {
    /// Finds what joins these journals.
    pub(super) fn find(parts: &[ProcessJournal]) -> Self {
        let mut reading = Reading::default();
        for (number, part) in parts.iter().enumerate() {
            let sent = bends(&part.records);
            for (at, record) in part.records.iter().enumerate() {
                reading.take((number, at), record, sent.get(&record.seq).map_or(&[], Vec::as_slice));
            }
        }
        let mut joints = Self::default();
        for (one, other) in reading.pairs() {
            joints.join(&reading, &one, &other);
            joints.join(&reading, &other, &one);
        }
        joints.join_calls(&reading);
        joints
    }

    /// What comes from `one` end to the `other`.
    fn join(&mut self, reading: &Reading, one: &Terminal, other: &Terminal) {
        self.joined.insert(one.part);
        self.peers.insert(other.up, one.node.clone());
        if let (Some(dial), None) = (one.dial, other.dial) {
            self.causes.insert(other.up, dial);
        }
        let of = |end: &Terminal| reading.traffic.get(&(end.node.clone(), end.link));
        let Some(there) = of(other) else { return };
        let none = Traffic::default();
        let here = of(one).unwrap_or(&none);
        match one.link.port.carrier() {
            Carrier::Frames { .. } => self.join_frames(here, there),
            Carrier::Stream | Carrier::Http => self.join_bytes(here, there),
        }
        if let Some((down, reason)) = there.down {
            let cause = match reason {
                LinkReason::Closed => here.closed,
                LinkReason::Reset => here.sent.iter().find(|sent| sent.cuts).map(|sent| sent.place),
                LinkReason::Refused | LinkReason::Unreachable | LinkReason::Overflow => None,
            };
            self.causes.extend(cause.map(|cause| (down, cause)));
        }
    }

    /// The n-th frame that was sent is the n-th that was received, but for what a scenario did: lost ones never come, and
    /// some pass others.
    fn join_frames(&mut self, here: &Traffic, there: &Traffic) {
        let mut ahead = VecDeque::from(here.arrivals());
        for (place, bytes) in &there.received {
            let known = ahead.iter().take(AHEAD_MAX).position(|sent| sent.bytes == *bytes);
            // A message that a scenario has corrupted is known by nothing but its turn.
            let known = known.or_else(|| ahead.iter().take(AHEAD_MAX).position(|sent| sent.is_changed));
            match known.and_then(|at| ahead.remove(at)) {
                Some(sent) => {
                    self.causes.insert(*place, sent.place);
                }
                None => self.unmatched += 1,
            }
        }
    }

    /// A piece of a stream is caused by what was sent at its end.
    fn join_bytes(&mut self, here: &Traffic, there: &Traffic) {
        let mut end = 0;
        let mut ahead: VecDeque<(usize, Position)> = here
            .arrivals()
            .into_iter()
            .map(|sent| {
                end += sent.bytes.0.len();
                (end, sent.place)
            })
            .collect();
        let mut offset = 0;
        for (place, bytes) in &there.received {
            offset += bytes.0.len();
            while ahead.front().is_some_and(|(end, _)| *end < offset) {
                ahead.pop_front();
            }
            match ahead.front() {
                Some((_, sent)) => {
                    self.causes.insert(*place, *sent);
                }
                None => self.unmatched += 1,
            }
        }
    }

    /// Requests that went from one process to another. An address that was used again belongs to calls in the same order at
    /// both ends.
    fn join_calls(&mut self, reading: &Reading) {
        for (address, callers) in &reading.callers {
            let mut answered: VecDeque<&TakenRequest> =
                reading.answered.get(address).into_iter().flatten().collect();
            for caller in callers {
                let Some(asked) = reading.asked.get(caller) else { continue };
                let (Some(request), Some(listener)) = (asked.request, &asked.listener) else { continue };
                let Some(at) = answered
                    .iter()
                    .position(|answered| answered.node == *listener && answered.place.0 != request.0)
                else {
                    continue;
                };
                let Some(answer) = answered.remove(at) else { continue };
                self.joined.extend([request.0, answer.place.0]);
                self.causes.insert(answer.place, request);
                let reply = reading.replies.get(&(answer.node.clone(), answer.call));
                if let (Some(response), Some(reply)) = (asked.response, reply) {
                    self.causes.insert(response, *reply);
                }
            }
        }
    }
}

impl Traffic {
    /// What arrives at the other end, in order.
    fn arrivals(&self) -> Vec<&SentMessage> {
        let mut arrivals: Vec<&SentMessage> =
            self.sent.iter().flat_map(|sent| std::iter::repeat_n(sent, sent.times)).collect();
        arrivals.sort_by_key(|sent| sent.left);
        arrivals
    }
}

impl Reading {
    fn take(&mut self, place: Position, record: &Record, bends: &[Done<'_>]) {
        match &record.what {
            What::In(input) => self.take_input(place, &record.node, input),
            What::Out(output) => self.take_output(place, record, output, bends),
            What::Connected { call, here, .. } => {
                self.callers.entry(here.clone()).or_default().push((record.node.clone(), *call));
            }
            What::Started | What::Stopped { .. } | What::Bent(_) | What::Gap { .. } => {}
        }
    }

    fn take_input(&mut self, place: Position, node: &NodeName, input: &Input) {
        match input {
            Input::LinkUp { link, peer } if !peer.here.is_empty() => {
                let dial = self.dials.get(&(node.clone(), *link)).copied();
                let end = Terminal { part: place.0, node: node.clone(), link: *link, up: place, dial };
                let ends = (peer.here.clone(), peer.address.clone());
                self.terminals.entry(ends).or_default().push(end);
            }
            Input::LinkDown { link, reason } => {
                self.traffic(node, *link).down = Some((place, *reason));
            }
            Input::Frame { link, bytes } => self.traffic(node, *link).received.push((place, bytes.clone())),
            Input::Call { call, request, .. } => {
                let answered = TakenRequest { place, node: node.clone(), call: *call };
                self.answered.entry(request.peer.clone()).or_default().push(answered);
            }
            Input::Reply { call, result } => {
                if result.is_ok() {
                    self.asked.entry((node.clone(), *call)).or_default().response = Some(place);
                }
            }
            Input::Start { .. }
            | Input::LinkUp { .. }
            | Input::BadFrame { .. }
            | Input::CallGone { .. }
            | Input::Timer(_)
            | Input::Command(_) => {}
        }
    }

    fn take_output(&mut self, place: Position, record: &Record, output: &Output, bends: &[Done<'_>]) {
        let node = &record.node;
        match output {
            Output::Send { link, bytes } => {
                let does = |wanted: fn(&Bend) -> bool| bends.iter().any(|(bent, _)| wanted(&bent.bend));
                let is_lost = does(|bend| matches!(bend, Bend::Dropped | Bend::Cut | Bend::Gone(_)));
                let is_twice = does(|bend| matches!(bend, Bend::Duplicated));
                let sent = SentMessage {
                    place,
                    left: left((record.at, place.1), bends),
                    bytes: bytes.clone(),
                    times: if is_lost { 0 } else { 1 + usize::from(is_twice) },
                    is_changed: does(|bend| matches!(bend, Bend::Corrupted)),
                    cuts: does(|bend| matches!(bend, Bend::Cut)),
                };
                self.traffic(node, *link).sent.push(sent);
            }
            Output::Dial { link, .. } => {
                self.dials.insert((node.clone(), *link), place);
            }
            Output::Close { link, .. } => self.traffic(node, *link).closed = Some(place),
            Output::Call { call, port, .. } => {
                let asked = self.asked.entry((node.clone(), *call)).or_default();
                asked.request = Some(place);
                // Nobody of the lab hears what is asked outside.
                asked.listener = (!port.is_outside()).then(|| NodeName::from(port.listener()));
            }
            Output::Reply { call, .. } => {
                self.replies.insert((node.clone(), *call), place);
            }
            Output::Secure { .. }
            | Output::Arm { .. }
            | Output::Cancel { .. }
            | Output::Store { .. }
            | Output::Note(_) => {}
        }
    }

    fn traffic(&mut self, node: &NodeName, link: LinkId) -> &mut Traffic {
        self.traffic.entry((node.clone(), link)).or_default()
    }

    /// Both ends of each connection between two processes. Addresses that were used again belong to connections in the same
    /// order at both ends.
    fn pairs(&self) -> Vec<(Terminal, Terminal)> {
        let mut pairs = Vec::new();
        for ((here, there), ones) in &self.terminals {
            let others = self.terminals.get(&(there.clone(), here.clone()));
            let joined = ones.iter().zip(others.into_iter().flatten());
            // Each pair is found from both sides; within one process its driver knows the causes.
            let once = joined.filter(|(one, other)| one.part < other.part);
            pairs.extend(once.map(|(one, other)| (one.clone(), other.clone())));
        }
        pairs
    }
}

/// What was done to messages, by the number of the record that sent each.
fn bends(records: &[Record]) -> BTreeMap<u64, Vec<Done<'_>>> {
    let mut bends: BTreeMap<u64, Vec<Done<'_>>> = BTreeMap::new();
    for (number, record) in records.iter().enumerate() {
        if let (What::Bent(bent), Some(cause)) = (&record.what, record.cause) {
            bends.entry(cause).or_default().push((bent, (record.at, number)));
        }
    }
    bends
}

/// When a message leaves that is sent then. What others do not pass keeps its place among them, however long it waits.
fn left(sent: (Time, usize), bends: &[Done<'_>]) -> (Time, usize) {
    if !bends.iter().any(|(bent, _)| bent.lets_pass()) {
        return sent;
    }
    let let_go = bends
        .iter()
        .find(|(bent, _)| matches!(bent.bend, Bend::Released(_) | Bend::Expired(_) | Bend::Hurried));
    let due = bends.iter().find_map(|(bent, _)| {
        let Bend::Delayed(by) = bent.bend else { return None };
        Some((Time(sent.0.0.saturating_add(by)), sent.1))
    });
    let_go.map(|(_, at)| *at).or(due).unwrap_or(sent)
}
