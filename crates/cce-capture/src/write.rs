//! Records to a pcapng file.

use crate::{
    outward::{Departure, Outgoing, Outward},
    packet::{ACK, End, FIN, PSH, RST, SEGMENT_MAX, SYN, Segment},
    streams::{Ending, LISTENERS, Side, Stream, Streams},
};
use bytes::Bytes;
use cce_cti::{Cti, dialect, open_version};
use cce_fold::{Dictionary, Protocol};
use cce_journal::{Header, Record, What};
use cce_kernel::{CloseReason, Input, LinkId, LinkReason, NodeName, Output, Time};
use cce_wire::mask_secrets;
use std::collections::BTreeMap;

/// The version of a CTI session whose start is not in the journal.
const CTI_VERSION_UNSEEN: u32 = 24;
/// Microseconds since 1970 need no option: it is the default of pcapng.
const LINK_TYPE_ETHERNET: u16 = 1;
/// The option that names an interface.
const INTERFACE_NAME: u16 = 2;

/// Makes a capture of records, block by block.
#[derive(Debug)]
pub struct Capture {
    start: i64,
    local: Vec<NodeName>,
    streams: Streams,
    versions: BTreeMap<usize, u32>,
    dictionary: Dictionary,
    outward: Outward,
    /// The latest time of a record.
    now: Time,
}

impl Capture {
    /// A capture of the run of this header.
    pub fn new(header: &Header) -> Self {
        Self {
            start: header.start.0,
            local: header.nodes.clone(),
            streams: Streams::new(&header.nodes),
            versions: BTreeMap::new(),
            dictionary: Dictionary::new(&header.tables),
            outward: Outward::default(),
            now: Time(0),
        }
    }

    /// The beginning of the file: the section, an interface for each listener, and the
    /// components' names.
    pub fn head(&self) -> Vec<u8> {
        let mut head = block(0x0A0D_0D0A, &section_header());
        LISTENERS.iter().for_each(|(_, name)| head.extend(block(1, &interface(name))));
        head.extend(block(4, &names(self.streams.names())));
        head
    }

    /// Takes in the next record and returns what it adds to the file.
    pub fn push(&mut self, record: &Record) -> Vec<u8> {
        self.now = self.now.max(record.at);
        // What leaves before this record is drawn before it.
        let leaving = self.outward.push(record);
        let mut segments = Segments { at: self.moment(record.at), blocks: self.leave(leaving) };
        match &record.what {
            What::Out(Output::Dial { link, .. }) => self.streams.dial(record.seq, &record.node, *link),
            What::In(Input::LinkUp { link, peer }) => {
                let up = self.streams.up(record.cause, &record.node, *link, peer);
                if let Some(stream) = up {
                    segments.handshake(stream);
                }
            }
            What::In(Input::Frame { link, bytes }) => {
                self.message(&record.node, *link, Way::In, &bytes.0, &mut segments);
            }
            What::Out(Output::Send { link, bytes }) if !self.is_received_here(&record.node, *link) => {
                // A message is decoded only where there is something that a heartbeat would overtake.
                let is_heartbeat = self.outward.is_waiting(&record.node, *link)
                    && self.is_heartbeat(&record.node, *link, &bytes.0);
                let what = Departure::Message { bytes: bytes.0.clone(), is_heartbeat };
                self.outward.send(outgoing(record, *link, what));
            }
            What::Out(Output::Close { link, reason }) => {
                // Whoever is done, or stops, closes in order; everything else breaks the connection.
                let is_reset = !matches!(reason, CloseReason::Done | CloseReason::Stopping);
                let what = Departure::Close { is_reset };
                let leaving = self.outward.close(outgoing(record, *link, what));
                segments.blocks.extend(self.leave(leaving));
            }
            What::In(Input::LinkDown { link, reason }) => {
                self.end(&record.node, *link, Way::In, is_reset(*reason), &mut segments);
            }
            // Whoever stops hears nothing more on its links.
            What::Stopped { .. } => {
                for link in self.streams.links_of(&record.node) {
                    self.end(&record.node, link, Way::Out, true, &mut segments);
                }
            }
            What::In(_)
            | What::Out(_)
            | What::Started
            | What::Connected { .. }
            | What::Bent(_)
            | What::Gap { .. } => {}
        }
        segments.blocks
    }

    /// What is missing in the file once there are no more records.
    pub fn finish(&mut self) -> Vec<u8> {
        let leaving = self.outward.finish(self.now);
        self.leave(leaving)
    }

    /// Draws what leaves.
    fn leave(&mut self, leaving: Vec<Outgoing>) -> Vec<u8> {
        let mut blocks = Vec::new();
        for Outgoing { at, node, link, what, .. } in leaving {
            let mut segments = Segments { at: self.moment(at), blocks };
            match what {
                Departure::Message { bytes, .. } => {
                    self.message(&node, link, Way::Out, &bytes, &mut segments);
                }
                Departure::Close { is_reset } => {
                    self.end(&node, link, Way::Out, is_reset, &mut segments);
                }
            }
            blocks = segments.blocks;
        }
        blocks
    }

    /// Microseconds since 1970.
    fn moment(&self, at: Time) -> u64 {
        let at = self.start.saturating_add(i64::try_from(at.0).unwrap_or(i64::MAX));
        u64::try_from(at).unwrap_or(0)
    }

    fn is_heartbeat(&mut self, node: &NodeName, link: LinkId, frame: &Bytes) -> bool {
        let Some((number, ..)) = self.streams.of(node, link) else { return false };
        let protocol = Protocol::of(link.port, self.version(number));
        let decoded = protocol.map(|protocol| self.dictionary.decode(protocol, frame));
        decoded.is_some_and(|decoded| decoded.is_ok_and(|message| message.is_heartbeat()))
    }

    fn version(&self, number: usize) -> u32 {
        self.versions.get(&number).copied().unwrap_or(CTI_VERSION_UNSEEN)
    }

    /// Whether the other end's journal is this one: then the message is drawn where it is received.
    fn is_received_here(&self, node: &NodeName, link: LinkId) -> bool {
        self.streams.peer(node, link).is_some_and(|peer| self.local.contains(peer))
    }

    fn message(&mut self, node: &NodeName, link: LinkId, way: Way, frame: &Bytes, to: &mut Segments) {
        let Some((number, stream, own)) = self.streams.of(node, link) else { return };
        if let Some(version) = open_version(frame).filter(|_| stream.is_cti()) {
            self.versions.entry(number).or_insert(version);
        }
        let version = self.versions.get(&number).copied().unwrap_or(CTI_VERSION_UNSEEN);
        let frame = match Protocol::of(link.port, version) {
            Some(Protocol::Cti { version }) => mask_secrets(Cti::TABLE, &dialect(version), frame),
            Some(Protocol::Mr | Protocol::Icm) | None => frame.clone(),
        };
        to.data(stream, sender(own, way), &frame);
    }

    /// The end of a link. That of its connection is drawn as its first link ended, and where the last one does: behind
    /// everything that still arrives.
    fn end(&mut self, node: &NodeName, link: LinkId, way: Way, is_reset: bool, to: &mut Segments) {
        self.outward.forget(node, link);
        if let Some((_, stream, own)) = self.streams.of(node, link) {
            stream.ending.get_or_insert(Ending { by: sender(own, way), is_reset });
        }
        if let Some((number, mut stream)) = self.streams.forget(node, link) {
            to.end(&mut stream);
            self.versions.remove(&number);
        }
    }
}

/// What the component of a record lets go on one of its links.
fn outgoing(record: &Record, link: LinkId, what: Departure) -> Outgoing {
    Outgoing { seq: record.seq, at: record.at, node: record.node.clone(), link, what }
}

/// Whether the record's component says something, or hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

fn sender(own: Side, way: Way) -> Side {
    if way == Way::Out { own } else { own.other() }
}

/// A peer that closes in order ends its stream; everything else breaks it.
fn is_reset(reason: LinkReason) -> bool {
    reason != LinkReason::Closed
}

/// Segments as blocks of the file.
struct Segments {
    /// Microseconds since 1970.
    at: u64,
    blocks: Vec<u8>,
}

impl Segments {
    fn handshake(&mut self, stream: &mut Stream) {
        self.put(stream, Side::Client, SYN, &[]);
        self.put(stream, Side::Server, SYN | ACK, &[]);
        self.put(stream, Side::Client, ACK, &[]);
    }

    fn data(&mut self, stream: &mut Stream, from: Side, bytes: &[u8]) {
        for part in bytes.chunks(SEGMENT_MAX) {
            self.put(stream, from, PSH | ACK, part);
        }
    }

    fn end(&mut self, stream: &mut Stream) {
        let Some(Ending { by: from, is_reset }) = stream.ending else { return };
        if is_reset {
            return self.put(stream, from, RST | ACK, &[]);
        }
        self.put(stream, from, FIN | ACK, &[]);
        self.put(stream, from.other(), FIN | ACK, &[]);
        self.put(stream, from, ACK, &[]);
    }

    fn put(&mut self, stream: &mut Stream, from: Side, flags: u8, data: &[u8]) {
        let (sender, receiver) = (from as usize, from.other() as usize);
        let ack = if flags & ACK == 0 { 0 } else { stream.next[receiver] };
        let segment = Segment {
            from: stream.ends[sender],
            to: stream.ends[receiver],
            seq: stream.next[sender],
            ack,
            flags,
            data,
        };
        // SYN and FIN have a sequence number each, as a byte of data has (RFC 9293 3.4).
        let counted = u32::from(flags & (SYN | FIN) != 0);
        let length = u32::try_from(data.len()).unwrap_or(0);
        stream.next[sender] = stream.next[sender].wrapping_add(length).wrapping_add(counted);
        self.blocks.extend(enhanced_packet(stream.interface(), self.at, &segment.frame()));
    }
}

/// Magic, version 1.0, length of the section unknown.
fn section_header() -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(0x1A2B_3C4D_u32.to_le_bytes());
    body.extend(1_u16.to_le_bytes());
    body.extend(0_u16.to_le_bytes());
    body.extend(u64::MAX.to_le_bytes());
    body
}

/// Link type, no limit of a packet's length, and the name.
fn interface(name: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(LINK_TYPE_ETHERNET.to_le_bytes());
    body.extend([0, 0]);
    body.extend(0_u32.to_le_bytes());
    // Options are filled up to four bytes, and end with one of the number 0 (pcapng 3.5).
    body.extend(INTERFACE_NAME.to_le_bytes());
    body.extend(u16::try_from(name.len()).unwrap_or(0).to_le_bytes());
    body.extend(name.as_bytes());
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend([0, 0, 0, 0]);
    body
}

/// Names of addresses.
fn names<'a>(known: impl Iterator<Item = (End, &'a NodeName)>) -> Vec<u8> {
    let mut body = Vec::new();
    for (end, name) in known {
        let mut record = end.ip.to_vec();
        record.extend(name.as_str().as_bytes());
        record.push(0);
        body.extend(1_u16.to_le_bytes());
        body.extend(u16::try_from(record.len()).unwrap_or(0).to_le_bytes());
        record.resize(record.len().next_multiple_of(4), 0);
        body.extend(record);
    }
    body.extend([0, 0, 0, 0]);
    body
}

fn enhanced_packet(interface: u32, at: u64, frame: &[u8]) -> Vec<u8> {
    let length = u32::try_from(frame.len()).unwrap_or(0).to_le_bytes();
    let mut body = Vec::with_capacity(20 + frame.len() + 3);
    body.extend(interface.to_le_bytes());
    body.extend(u32::try_from(at >> 32).unwrap_or(0).to_le_bytes());
    body.extend(u32::try_from(at & 0xffff_ffff).unwrap_or(0).to_le_bytes());
    body.extend(length);
    body.extend(length);
    body.extend(frame);
    body.resize(body.len().next_multiple_of(4), 0);
    block(6, &body)
}

/// A block: type, length, body, length.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 12).unwrap_or(0).to_le_bytes();
    let mut block = Vec::with_capacity(body.len() + 12);
    block.extend(kind.to_le_bytes());
    block.extend(length);
    block.extend(body);
    block.extend(length);
    block
}
