//! Packets to TCP segments: first headers, IP in both versions, fragments put together.

use crate::file::Packet;
use std::collections::{BTreeMap, VecDeque};

/// Packets of which some fragments are missing so far; the oldest gives way.
const DATAGRAMS_MAX: usize = 256;
/// Bytes of a packet that was sent in fragments; the largest that IP can say.
const DATAGRAM_MAX: usize = 1 << 16;
/// Packets that were put together and are remembered, for fragments that come twice.
const WHOLE_MAX: usize = 64;
/// Pairs of ports whose cut packets are counted.
const PORTS_MAX: usize = 65_536;
/// Headers of IPv6 in front of TCP.
const EXTENSIONS_MAX: usize = 8;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86DD;
const VLAN: u16 = 0x8100;
const TCP: u8 = 6;
const SYN: u8 = 0x02;
/// Bytes of a TCP header without options.
const TCP_HEADER: usize = 20;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const DESTINATION: u8 = 60;

/// Address and port.
pub(crate) type End = (Vec<u8>, u16);

/// A TCP segment.
pub(crate) struct Segment {
    pub(crate) from: End,
    pub(crate) to: End,
    pub(crate) seq: u32,
    pub(crate) is_start: bool,
    pub(crate) data: Vec<u8>,
    /// Bytes that the snap length has cut off behind the data.
    pub(crate) cut: usize,
}

impl Segment {
    /// The sequence number of its first byte: a start counts as one itself.
    pub(crate) fn first_byte(&self) -> u32 {
        self.seq.wrapping_add(u32::from(self.is_start))
    }
}

/// What an IP packet carries, or a part of that.
struct Load<'a> {
    from: &'a [u8],
    to: &'a [u8],
    protocol: u8,
    bytes: &'a [u8],
    /// Bytes that are cut off behind those.
    cut: usize,
    fragment: Option<Fragment>,
}

#[derive(Clone, Copy)]
struct Fragment {
    id: u32,
    at: usize,
    is_last: bool,
}

/// Which fragments belong together.
type DatagramKey = (Vec<u8>, Vec<u8>, u32);

#[derive(Default)]
struct Datagram {
    /// Number of its first fragment, of all fragments.
    began: u64,
    pieces: BTreeMap<usize, Vec<u8>>,
    /// Bytes in all, once the last fragment is there.
    length: Option<usize>,
}

/// Takes packets apart, and puts fragments together.
#[derive(Default)]
pub(crate) struct Layers {
    datagrams: BTreeMap<DatagramKey, Datagram>,
    /// The latest packets that were put together.
    whole: VecDeque<(DatagramKey, Vec<u8>)>,
    seen: u64,
    left_out: usize,
    headless: BTreeMap<(u16, u16), usize>,
}

impl Layers {
    /// The segment of a packet, or of the packet whose last missing fragment it is.
    pub(crate) fn segment(&mut self, packet: &Packet<'_>) -> Option<Segment> {
        let load = network_layer(packet).and_then(load).filter(|load| load.protocol == TCP)?;
        let segment = match load.fragment {
            None => tcp(load.from, load.to, load.bytes, load.cut),
            Some(fragment) => {
                let whole = self.put_together(&load, fragment)?;
                tcp(load.from, load.to, &whole, 0)
            }
        };
        if let (None, Some(ports)) = (&segment, ports_before_data(&load))
            && (self.headless.len() < PORTS_MAX || self.headless.contains_key(&ports))
        {
            *self.headless.entry(ports).or_default() += 1;
        }
        segment
    }

    /// Fragments whose packet is not whole.
    pub(crate) fn fragments_left_out(&self) -> usize {
        self.left_out + self.datagrams.values().map(|datagram| datagram.pieces.len()).sum::<usize>()
    }

    /// Segments that were cut before their data, by the ports of the sender and of the receiver.
    pub(crate) fn headless(self) -> BTreeMap<(u16, u16), usize> {
        self.headless
    }

    /// Whether the same fragment came before, of a packet that is whole by now.
    fn is_known(&self, key: &DatagramKey, at: usize, bytes: &[u8]) -> bool {
        self.whole.iter().any(|(known, whole)| known == key && whole.get(at..at + bytes.len()) == Some(bytes))
    }

    fn remember(&mut self, key: DatagramKey, whole: Vec<u8>) {
        self.whole.push_back((key, whole));
        if self.whole.len() > WHOLE_MAX {
            self.whole.pop_front();
        }
    }

    fn put_together(&mut self, load: &Load<'_>, fragment: Fragment) -> Option<Vec<u8>> {
        let end = fragment.at + load.bytes.len();
        if load.cut > 0 || end > DATAGRAM_MAX {
            self.left_out += 1;
            return None;
        }
        self.seen += 1;
        // Fragments belong together by their ends and their number (RFC 791 3.2, RFC 8200 4.5).
        let key = (load.from.to_vec(), load.to.to_vec(), fragment.id);
        if self.is_known(&key, fragment.at, load.bytes) {
            return None;
        }
        let datagram = self
            .datagrams
            .entry(key.clone())
            .or_insert_with(|| Datagram { began: self.seen, ..Datagram::default() });
        // Where fragments overlap, the first one counts.
        let piece = datagram.pieces.entry(fragment.at).or_default();
        piece.extend_from_slice(load.bytes.get(piece.len()..).unwrap_or_default());
        if fragment.is_last {
            datagram.length = Some(end);
        }
        let whole = datagram.whole();
        if let Some(whole) = &whole {
            self.datagrams.remove(&key);
            self.remember(key, whole.clone());
        }
        self.forget_the_oldest();
        whole
    }

    fn forget_the_oldest(&mut self) {
        if self.datagrams.len() <= DATAGRAMS_MAX {
            return;
        }
        let oldest = self.datagrams.iter().min_by_key(|(_, datagram)| datagram.began);
        if let Some(key) = oldest.map(|(key, _)| key.clone())
            && let Some(datagram) = self.datagrams.remove(&key)
        {
            self.left_out += datagram.pieces.len();
        }
    }
}

impl Datagram {
    /// Its bytes, if none is missing. Where fragments overlap, the first one counts.
    fn whole(&self) -> Option<Vec<u8>> {
        let length = self.length?;
        let mut whole = Vec::new();
        for (at, piece) in &self.pieces {
            let known = whole.len().checked_sub(*at)?;
            whole.extend_from_slice(piece.get(known..).unwrap_or_default());
        }
        (whole.len() >= length).then(|| {
            whole.truncate(length);
            whole
        })
    }
}

/// What follows the first header: Ethernet, raw IP, Linux cooked in both versions, loopback.
fn network_layer<'a>(packet: &Packet<'a>) -> Option<&'a [u8]> {
    let bytes = packet.bytes;
    // The numbers of tcpdump.org/linktypes.html.
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
    match u16_at(bytes, 12)? {
        IPV4 | IPV6 => bytes.get(14..),
        // A tag of four bytes stands before the type (IEEE 802.1Q).
        VLAN if matches!(u16_at(bytes, 16)?, IPV4 | IPV6) => bytes.get(18..),
        _ => None,
    }
}

fn load(ip: &[u8]) -> Option<Load<'_>> {
    match ip.first()? >> 4 {
        4 => ipv4(ip),
        6 => ipv6(ip),
        _ => None,
    }
}

fn ipv4(ip: &[u8]) -> Option<Load<'_>> {
    let header = usize::from(ip.first()? & 0x0f) * 4;
    let total = usize::from(u16_at(ip, 2)?);
    // Captures of offloaded traffic may say 0. A frame may be filled up behind the packet.
    let end = if total == 0 { ip.len() } else { total };
    // Flags, and where the fragment stands in units of 8 bytes (RFC 791 3.1).
    let place = u16_at(ip, 6)?;
    let fragment = Fragment {
        id: u32::from(u16_at(ip, 4)?),
        at: usize::from(place & 0x1fff) * 8,
        is_last: place & 0x2000 == 0,
    };
    Some(Load {
        from: ip.get(12..16)?,
        to: ip.get(16..20)?,
        protocol: *ip.get(9)?,
        bytes: ip.get(header..end.min(ip.len()))?,
        cut: end.saturating_sub(ip.len()),
        fragment: (fragment.at > 0 || !fragment.is_last).then_some(fragment),
    })
}

fn ipv6(ip: &[u8]) -> Option<Load<'_>> {
    let end = 40 + usize::from(u16_at(ip, 4)?);
    let (mut protocol, mut at, mut fragment) = (*ip.get(6)?, 40, None);
    for _ in 0..EXTENSIONS_MAX {
        // A length counts units of 8 bytes without the first one (RFC 8200 4.3).
        let length = match protocol {
            HOP_BY_HOP | ROUTING | DESTINATION => usize::from(*ip.get(at + 1)?) * 8 + 8,
            FRAGMENT => {
                let place = u16_at(ip, at + 2)?;
                let id = u32::from_be_bytes(ip.get(at + 4..at + 8)?.try_into().ok()?);
                fragment = Some(Fragment { id, at: usize::from(place & 0xfff8), is_last: place & 1 == 0 });
                8
            }
            _ => break,
        };
        protocol = *ip.get(at)?;
        at += length;
    }
    Some(Load {
        from: ip.get(8..24)?,
        to: ip.get(24..40)?,
        protocol,
        bytes: ip.get(at..end.min(ip.len()))?,
        cut: end.saturating_sub(ip.len()),
        fragment,
    })
}

fn tcp(from: &[u8], to: &[u8], tcp: &[u8], cut: usize) -> Option<Segment> {
    let seq = u32::from_be_bytes(tcp.get(4..8)?.try_into().ok()?);
    let header = usize::from(tcp.get(12)? >> 4) * 4;
    Some(Segment {
        from: (from.to_vec(), u16_at(tcp, 0)?),
        to: (to.to_vec(), u16_at(tcp, 2)?),
        seq,
        is_start: tcp.get(13)? & SYN != 0,
        data: tcp.get(header..)?.to_vec(),
        cut,
    })
}

/// The ports of a segment whose header is cut although data follows it; none where nobody knows them.
fn ports_before_data(load: &Load<'_>) -> Option<(u16, u16)> {
    let header = load.bytes.get(12).map_or(TCP_HEADER, |byte| usize::from(byte >> 4) * 4);
    let has_data = load.fragment.is_none() && load.bytes.len() + load.cut > header;
    Some((u16_at(load.bytes, 0)?, u16_at(load.bytes, 2)?)).filter(|_| has_data && load.cut > 0)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}
