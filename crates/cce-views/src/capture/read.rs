//! Packets to the bytes of TCP streams, one flow for each direction.

use super::file::Packet;
use std::collections::BTreeMap;

/// Flows of one file.
const FLOWS_MAX: usize = 4_096;
/// Bytes of one flow; what follows is left out, and the flow says so.
const FLOW_BYTES_MAX: usize = 1 << 26;
/// Segments that wait for one before them.
const WAITING_MAX: usize = 1_024;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86DD;
const VLAN: u16 = 0x8100;
const TCP: u8 = 6;
const SYN: u8 = 0x02;

/// One direction of a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowKey {
    /// Address and port of the sender.
    pub from: (Vec<u8>, u16),
    /// Address and port of the receiver.
    pub to: (Vec<u8>, u16),
}

impl FlowKey {
    /// The other direction.
    pub fn back(&self) -> Self {
        Self { from: self.to.clone(), to: self.from.clone() }
    }
}

/// The bytes of one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Whose they are.
    pub key: FlowKey,
    /// Without what was sent twice. Behind a gap in the capture nothing is taken.
    pub bytes: Vec<u8>,
    /// Whether the connection's start is in the capture.
    pub has_start: bool,
    /// Whether segments are missing, or more came than is kept.
    pub has_gap: bool,
}

/// The flows of packets, in the order in which they began.
pub fn flows<'a>(packets: impl IntoIterator<Item = Packet<'a>>) -> Vec<Flow> {
    let mut assembling: BTreeMap<FlowKey, usize> = BTreeMap::new();
    let mut all: Vec<Assembly> = Vec::new();
    for segment in packets.into_iter().filter_map(|packet| segment(&packet)) {
        let known = assembling.get(&segment.key).copied();
        let number = match known {
            // A new connection on the ports of an old one.
            Some(number) if !all[number].is_followed_by(&segment) => number,
            _ if all.len() >= FLOWS_MAX => continue,
            _ => {
                assembling.insert(segment.key.clone(), all.len());
                all.push(Assembly::new(segment.key.clone()));
                all.len() - 1
            }
        };
        all[number].take(&segment);
    }
    all.into_iter().filter(|assembly| assembly.has_data).map(Assembly::finish).collect()
}

struct Segment<'a> {
    key: FlowKey,
    seq: u32,
    is_start: bool,
    data: &'a [u8],
}

impl Segment<'_> {
    /// The sequence number of its first byte: a start counts as one itself.
    fn first_byte(&self) -> u32 {
        self.seq.wrapping_add(u32::from(self.is_start))
    }
}

struct Assembly {
    key: FlowKey,
    bytes: Vec<u8>,
    /// Sequence number that comes next; none before anything was seen.
    next: Option<u32>,
    waiting: BTreeMap<u32, Vec<u8>>,
    has_data: bool,
    /// Sequence number of the connection's start, where that is in the capture.
    start: Option<u32>,
    /// Whether a limit left something out.
    is_cut: bool,
}

impl Assembly {
    fn new(key: FlowKey) -> Self {
        Self {
            key,
            bytes: Vec::new(),
            next: None,
            waiting: BTreeMap::new(),
            has_data: false,
            start: None,
            is_cut: false,
        }
    }

    /// Whether a segment is the start of another connection, and not this one's start once more.
    fn is_followed_by(&self, segment: &Segment<'_>) -> bool {
        segment.is_start && self.has_data && self.start != Some(segment.seq)
    }

    fn take(&mut self, segment: &Segment<'_>) {
        if segment.is_start && !self.has_data {
            self.next = Some(segment.seq.wrapping_add(1));
            self.start = Some(segment.seq);
        }
        if segment.data.is_empty() {
            return;
        }
        self.has_data = true;
        let seq = segment.first_byte();
        let next = *self.next.get_or_insert(seq);
        if is_behind(seq, next) {
            return self.wait(seq, segment.data);
        }
        self.append(seq, segment.data);
        self.append_waiting();
    }

    /// Of two segments with the same start the longer one is kept.
    fn wait(&mut self, seq: u32, data: &[u8]) {
        let is_known = self.waiting.contains_key(&seq);
        if !is_known && self.waiting.len() >= WAITING_MAX {
            self.is_cut = true;
            return;
        }
        let waiting = self.waiting.entry(seq).or_default();
        if waiting.len() < data.len() {
            *waiting = data.to_vec();
        }
    }

    /// Appends what is new of a segment that begins at or before the end.
    fn append(&mut self, seq: u32, data: &[u8]) {
        let next = self.next.unwrap_or(seq);
        let known = usize::try_from(next.wrapping_sub(seq)).unwrap_or(usize::MAX);
        let Some(fresh) = data.get(known..) else { return };
        if self.bytes.len() + fresh.len() > FLOW_BYTES_MAX {
            self.is_cut = true;
            return;
        }
        self.bytes.extend_from_slice(fresh);
        self.next = Some(next.wrapping_add(u32::try_from(fresh.len()).unwrap_or(0)));
    }

    fn append_waiting(&mut self) {
        while let Some(next) = self.next {
            let ready = self.waiting.keys().copied().find(|seq| !is_behind(*seq, next));
            let Some((seq, data)) = ready.and_then(|seq| self.waiting.remove_entry(&seq)) else { return };
            self.append(seq, &data);
        }
    }

    fn finish(self) -> Flow {
        Flow {
            has_start: self.start.is_some(),
            has_gap: self.is_cut || !self.waiting.is_empty(),
            key: self.key,
            bytes: self.bytes,
        }
    }
}

/// Whether a sequence number is behind the one that comes next, so that something before it is missing.
fn is_behind(seq: u32, next: u32) -> bool {
    let ahead = seq.wrapping_sub(next);
    ahead != 0 && ahead < 1 << 31
}

fn segment<'a>(packet: &Packet<'a>) -> Option<Segment<'a>> {
    let ip = network_layer(packet)?;
    match ip.first()? >> 4 {
        4 => ipv4(ip),
        6 => ipv6(ip),
        _ => None,
    }
}

/// What follows the first header: Ethernet, raw IP, Linux cooked in both versions, loopback.
fn network_layer<'a>(packet: &Packet<'a>) -> Option<&'a [u8]> {
    let bytes = packet.bytes;
    match packet.link_type {
        1 => ethernet(bytes),
        0 | 108 => bytes.get(4..),
        12 | 14 | 101 | 228 | 229 => Some(bytes),
        113 => bytes.get(16..),
        276 => bytes.get(20..),
        _ => None,
    }
}

fn ethernet(bytes: &[u8]) -> Option<&[u8]> {
    let kind = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    match kind(12)? {
        IPV4 | IPV6 => bytes.get(14..),
        VLAN if matches!(kind(16)?, IPV4 | IPV6) => bytes.get(18..),
        _ => None,
    }
}

fn ipv4(ip: &[u8]) -> Option<Segment<'_>> {
    let header = usize::from(ip.first()? & 0x0f) * 4;
    let total = usize::from(u16::from_be_bytes(ip.get(2..4)?.try_into().ok()?));
    let is_fragment = u16::from_be_bytes(ip.get(6..8)?.try_into().ok()?) & 0x3fff != 0;
    if *ip.get(9)? != TCP || is_fragment {
        return None;
    }
    // A frame may be filled up behind the packet; captures of offloaded traffic may say 0.
    let end = if total == 0 { ip.len() } else { total.min(ip.len()) };
    tcp(ip.get(12..16)?, ip.get(16..20)?, ip.get(header..end)?)
}

fn ipv6(ip: &[u8]) -> Option<Segment<'_>> {
    if *ip.get(6)? != TCP {
        return None;
    }
    let length = usize::from(u16::from_be_bytes(ip.get(4..6)?.try_into().ok()?));
    tcp(ip.get(8..24)?, ip.get(24..40)?, ip.get(40..ip.len().min(40 + length))?)
}

fn tcp<'a>(from: &[u8], to: &[u8], tcp: &'a [u8]) -> Option<Segment<'a>> {
    let port = |at: usize| Some(u16::from_be_bytes(tcp.get(at..at + 2)?.try_into().ok()?));
    let seq = u32::from_be_bytes(tcp.get(4..8)?.try_into().ok()?);
    let header = usize::from(tcp.get(12)? >> 4) * 4;
    let key = FlowKey { from: (from.to_vec(), port(0)?), to: (to.to_vec(), port(2)?) };
    Some(Segment { key, seq, is_start: tcp.get(13)? & SYN != 0, data: tcp.get(header..)? })
}
