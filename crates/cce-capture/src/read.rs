//! Packets to the bytes of TCP streams, one flow for each direction.

use crate::{file::Packet, ip::End, ip::Layers, ip::Segment};
use std::collections::BTreeMap;

/// Connections of one file.
const CONNECTIONS_MAX: usize = 2_048;
/// Bytes of one flow; what follows is left out, and the flow says so.
const FLOW_BYTES_MAX: usize = 1 << 26;
/// Segments that wait for one before them. With one more, that one is given up.
const WAITING_MAX: usize = 1_024;
/// Places of one flow where bytes are missing; what follows is left out.
const GAPS_MAX: usize = 65_536;
/// A segment that is further away than this is not of the same connection: its ports are used again.
const FAR: u32 = 1 << 26;

/// One direction of a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowKey {
    /// Address and port of the sender.
    pub from: (Vec<u8>, u16),
    /// Address and port of the receiver.
    pub to: (Vec<u8>, u16),
}

/// A place of a flow where bytes are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// How many bytes of the flow stand before it.
    pub offset: usize,
    /// How many are missing.
    pub missing: usize,
    /// Why.
    pub why: GapCause,
}

/// Why bytes are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// No packet has them.
    Lost {
        /// Number of the first packet behind them, from 1.
        before: usize,
    },
    /// The snap length cut their packet.
    Cut {
        /// Number of that packet, from 1.
        packet: usize,
        /// Bytes of it that were captured.
        captured: usize,
    },
}

/// The bytes of one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Whose they are.
    pub key: FlowKey,
    /// Which connection of the file it is of: both directions of one have the same number.
    pub connection: usize,
    /// Without what was sent twice.
    pub bytes: Vec<u8>,
    /// Whether the connection's start is in the capture.
    pub has_start: bool,
    /// Where bytes are missing, in order.
    pub gaps: Vec<Gap>,
    /// Whether more came than is kept.
    pub is_too_long: bool,
}

/// What a capture has of TCP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flows {
    /// The flows with data, in the order in which their connections began.
    pub all: Vec<Flow>,
    /// IP fragments that are left out, because others of their packet are missing.
    pub fragments_left_out: usize,
    /// Segments that the snap length cut before their data, by the ports of the sender and of the receiver.
    pub headless: BTreeMap<(u16, u16), usize>,
    /// Bytes at which the snap length cuts packets, if it cut one.
    pub snap_length: Option<usize>,
    /// Whether more connections came than are kept.
    pub has_more: bool,
}

/// The flows of packets.
pub fn flows<'a>(packets: impl IntoIterator<Item = Packet<'a>>) -> Flows {
    let mut layers = Layers::default();
    let mut latest: BTreeMap<(End, End), usize> = BTreeMap::new();
    let mut all: Vec<Connection> = Vec::new();
    let (mut snap_length, mut has_more) = (None, false);
    for (number, packet) in (1..).zip(packets) {
        if packet.is_cut() {
            snap_length = snap_length.max(Some(packet.bytes.len()));
        }
        let Some(segment) = layers.segment(&packet) else { continue };
        let arrival = Arrival { packet: number, captured: packet.bytes.len() };
        let key = both_ends(&segment);
        let known = latest.get(&key).copied().filter(|known| !all[*known].is_followed_by(&segment));
        let at = match known {
            Some(known) => known,
            None if all.len() >= CONNECTIONS_MAX => {
                has_more = true;
                continue;
            }
            None => {
                latest.insert(key, all.len());
                all.push(Connection::default());
                all.len() - 1
            }
        };
        all[at].take(segment, arrival);
    }
    let of = |(number, connection): (usize, Connection)| {
        connection.directions.into_iter().filter_map(move |assembly| assembly.finish(number))
    };
    Flows {
        all: all.into_iter().enumerate().flat_map(of).collect(),
        fragments_left_out: layers.fragments_left_out(),
        headless: layers.headless(),
        snap_length,
        has_more,
    }
}

/// The same for both directions.
fn both_ends(segment: &Segment) -> (End, End) {
    let (one, other) = (segment.from.clone(), segment.to.clone());
    if one <= other { (one, other) } else { (other, one) }
}

/// In which packet a segment came.
#[derive(Clone, Copy)]
struct Arrival {
    packet: usize,
    captured: usize,
}

/// Both directions, that of the first packet first.
#[derive(Default)]
struct Connection {
    directions: Vec<Assembly>,
}

impl Connection {
    /// Whether a segment is of another connection, which has the same ports.
    fn is_followed_by(&self, segment: &Segment) -> bool {
        self.direction(segment).is_some_and(|at| self.directions[at].is_followed_by(segment))
    }

    fn direction(&self, segment: &Segment) -> Option<usize> {
        self.directions
            .iter()
            .position(|assembly| assembly.key.from == segment.from && assembly.key.to == segment.to)
    }

    fn take(&mut self, segment: Segment, arrival: Arrival) {
        let at = self.direction(&segment).unwrap_or_else(|| {
            let key = FlowKey { from: segment.from.clone(), to: segment.to.clone() };
            self.directions.push(Assembly::new(key));
            self.directions.len() - 1
        });
        self.directions[at].take(segment, arrival);
    }
}

/// Data that waits for what stands before it.
struct Waiting {
    data: Vec<u8>,
    cut: usize,
    arrival: Arrival,
}

impl Waiting {
    fn length(&self) -> usize {
        self.data.len() + self.cut
    }
}

struct Assembly {
    key: FlowKey,
    bytes: Vec<u8>,
    gaps: Vec<Gap>,
    /// Sequence number that comes next; none before anything was seen.
    next: Option<u32>,
    waiting: BTreeMap<u32, Waiting>,
    has_data: bool,
    /// Sequence number of the connection's start, where that is in the capture.
    start: Option<u32>,
    is_too_long: bool,
}

impl Assembly {
    fn new(key: FlowKey) -> Self {
        Self {
            key,
            bytes: Vec::new(),
            gaps: Vec::new(),
            next: None,
            waiting: BTreeMap::new(),
            has_data: false,
            start: None,
            is_too_long: false,
        }
    }

    /// Whether a segment is the start of another connection, and not this one's start once more; or so far away that it
    /// can only be of another one.
    fn is_followed_by(&self, segment: &Segment) -> bool {
        if segment.is_start {
            return (self.has_data || self.start.is_some()) && self.start != Some(segment.seq);
        }
        !segment.data.is_empty()
            && self.next.is_some_and(|next| {
                let ahead = segment.seq.wrapping_sub(next);
                ahead.min(ahead.wrapping_neg()) > FAR
            })
    }

    fn take(&mut self, segment: Segment, arrival: Arrival) {
        // A SYN has a sequence number of its own (RFC 9293 3.4).
        if segment.is_start && !self.has_data {
            self.next = Some(segment.seq.wrapping_add(1));
            self.start = Some(segment.seq);
        }
        if segment.data.is_empty() && segment.cut == 0 {
            return;
        }
        self.has_data = true;
        let seq = segment.first_byte();
        let next = *self.next.get_or_insert(seq);
        let data = Waiting { data: segment.data, cut: segment.cut, arrival };
        if is_behind(seq, next) {
            return self.wait(seq, data);
        }
        self.append(seq, &data);
        self.append_waiting();
    }

    /// Of two segments with the same start the longer one is kept.
    fn wait(&mut self, seq: u32, data: Waiting) {
        if self.waiting.get(&seq).is_none_or(|known| known.length() < data.length()) {
            self.waiting.insert(seq, data);
        }
        // So many segments behind it say that the capture has lost it.
        if self.waiting.len() > WAITING_MAX {
            self.give_up_what_is_missing();
            self.append_waiting();
        }
    }

    /// Appends what is new of a segment that begins at or before the end.
    fn append(&mut self, seq: u32, segment: &Waiting) {
        let next = self.next.unwrap_or(seq);
        let known = usize::try_from(next.wrapping_sub(seq)).unwrap_or(usize::MAX);
        if self.is_too_long || known >= segment.length() {
            return;
        }
        let fresh = segment.data.get(known..).unwrap_or_default();
        let cut = segment.length() - known - fresh.len();
        if self.bytes.len() + fresh.len() > FLOW_BYTES_MAX {
            self.is_too_long = true;
            return;
        }
        self.bytes.extend_from_slice(fresh);
        self.advance(fresh.len());
        if cut > 0 {
            let Arrival { packet, captured } = segment.arrival;
            self.miss(cut, GapCause::Cut { packet, captured });
        }
    }

    fn append_waiting(&mut self) {
        while let Some(next) = self.next {
            let ready = self.waiting.keys().copied().find(|seq| !is_behind(*seq, next));
            let Some((seq, data)) = ready.and_then(|seq| self.waiting.remove_entry(&seq)) else { return };
            self.append(seq, &data);
        }
    }

    /// What stands before the next segment that waits never came.
    fn give_up_what_is_missing(&mut self) {
        let Some(next) = self.next else { return };
        let nearest = self.waiting.iter().min_by_key(|(seq, _)| seq.wrapping_sub(next));
        let Some((seq, before)) = nearest.map(|(seq, waiting)| (*seq, waiting.arrival.packet)) else {
            return;
        };
        let missing = usize::try_from(seq.wrapping_sub(next)).unwrap_or(0);
        self.miss(missing, GapCause::Lost { before });
    }

    fn miss(&mut self, missing: usize, why: GapCause) {
        if self.gaps.len() >= GAPS_MAX {
            self.is_too_long = true;
        } else {
            self.gaps.push(Gap { offset: self.bytes.len(), missing, why });
        }
        self.advance(missing);
    }

    fn advance(&mut self, by: usize) {
        let by = u32::try_from(by).unwrap_or(u32::MAX);
        self.next = self.next.map(|next| next.wrapping_add(by));
    }

    /// The flow, if it has data.
    fn finish(mut self, connection: usize) -> Option<Flow> {
        while !self.waiting.is_empty() {
            self.give_up_what_is_missing();
            self.append_waiting();
        }
        self.has_data.then_some(Flow {
            has_start: self.start.is_some(),
            key: self.key,
            connection,
            bytes: self.bytes,
            gaps: self.gaps,
            is_too_long: self.is_too_long,
        })
    }
}

/// Whether a sequence number is behind the one that comes next, so that something before it is missing.
fn is_behind(seq: u32, next: u32) -> bool {
    // Sequence numbers begin anew at 0: half of them are ahead of each (RFC 9293 3.4).
    let ahead = seq.wrapping_sub(next);
    ahead != 0 && ahead < 1 << 31
}
