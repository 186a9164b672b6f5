//! Ethernet, IPv4 and TCP headers, as far as a capture needs them.

/// Bytes of a segment; what a usual network carries.
pub(crate) const SEGMENT_MAX: usize = 1_460;

const ETHERNET: usize = 14;
const IPV4: usize = 20;
const TCP: usize = 20;
const TTL: u8 = 64;
const PROTOCOL_TCP: u8 = 6;
const WINDOW: u16 = 65_535;

pub(crate) const FIN: u8 = 0x01;
pub(crate) const SYN: u8 = 0x02;
pub(crate) const RST: u8 = 0x04;
pub(crate) const PSH: u8 = 0x08;
pub(crate) const ACK: u8 = 0x10;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct End {
    pub(crate) ip: [u8; 4],
    pub(crate) port: u16,
}

/// A segment to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) from: End,
    pub(crate) to: End,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: u8,
    pub(crate) data: &'a [u8],
}

impl Segment<'_> {
    /// The whole frame, with checksums.
    pub(crate) fn frame(&self) -> Vec<u8> {
        let mut frame = Vec::with_capacity(ETHERNET + IPV4 + TCP + self.data.len());
        self.put_ethernet(&mut frame);
        self.put_ip(&mut frame);
        self.put_tcp(&mut frame);
        frame
    }

    fn put_ethernet(&self, frame: &mut Vec<u8>) {
        for end in [self.to, self.from] {
            // Locally administered, made of the address.
            frame.extend([0x02, 0x00]);
            frame.extend(end.ip);
        }
        frame.extend([0x08, 0x00]);
    }

    fn put_ip(&self, frame: &mut Vec<u8>) {
        let length = u16::try_from(IPV4 + TCP + self.data.len()).unwrap_or(u16::MAX);
        let start = frame.len();
        // Version 4, a header of five words (RFC 791 3.1).
        frame.extend([0x45, 0x00]);
        frame.extend(length.to_be_bytes());
        // No identification, do not fragment.
        frame.extend([0x00, 0x00, 0x40, 0x00, TTL, PROTOCOL_TCP, 0x00, 0x00]);
        frame.extend(self.from.ip);
        frame.extend(self.to.ip);
        let sum = checksum(&frame[start..]);
        frame[start + 10..start + 12].copy_from_slice(&sum.to_be_bytes());
    }

    fn put_tcp(&self, frame: &mut Vec<u8>) {
        let start = frame.len();
        frame.extend(self.from.port.to_be_bytes());
        frame.extend(self.to.port.to_be_bytes());
        frame.extend(self.seq.to_be_bytes());
        frame.extend(self.ack.to_be_bytes());
        // A header of five words (RFC 9293 3.1).
        frame.extend([0x50, self.flags]);
        frame.extend(WINDOW.to_be_bytes());
        // The place of the checksum, and no urgent pointer.
        frame.extend([0, 0, 0, 0]);
        frame.extend(self.data);
        let sum = checksum(&self.with_pseudo_header(&frame[start..]));
        frame[start + 16..start + 18].copy_from_slice(&sum.to_be_bytes());
    }

    /// A segment behind what its checksum covers beside it: addresses, protocol and length (RFC 9293 3.1).
    fn with_pseudo_header(&self, tcp: &[u8]) -> Vec<u8> {
        let mut whole = Vec::with_capacity(12 + tcp.len());
        whole.extend(self.from.ip);
        whole.extend(self.to.ip);
        whole.extend([0, PROTOCOL_TCP]);
        whole.extend(u16::try_from(tcp.len()).unwrap_or(u16::MAX).to_be_bytes());
        whole.extend(tcp);
        whole
    }
}

/// The checksum of IP and TCP (RFC 1071).
pub(crate) fn checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0_u32;
    for pair in bytes.chunks(2) {
        sum += u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0));
    }
    while sum >> 16 != 0 {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_with_its_checksum_sums_up_to_nothing() {
        let end = |last, port| End { ip: [192, 0, 2, last], port };
        let segment = Segment {
            from: end(1, 49_152),
            to: end(2, 38_001),
            seq: 7,
            ack: 9,
            flags: PSH | ACK,
            data: b"odd",
        };
        let frame = segment.frame();
        assert_eq!(checksum(&frame[ETHERNET..ETHERNET + IPV4]), 0);
        assert_eq!(checksum(&segment.with_pseudo_header(&frame[ETHERNET + IPV4..])), 0);
    }
}
