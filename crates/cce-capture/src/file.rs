//! Capture files to packets: pcap in both byte orders, with micro- or nanoseconds, and pcapng.

/// The largest packet that is taken from a file.
const PACKET_MAX: usize = 1 << 18;
/// Interfaces of one section.
const INTERFACES_MAX: usize = 1_024;

const SECTION: u32 = 0x0A0D_0D0A;
const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER_MAGIC: u32 = 0x1A2B_3C4D;

/// Why a file is no capture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// Neither format's magic number.
    #[error("this is neither a pcap nor a pcapng file")]
    Unknown,
    /// A length that cannot be.
    #[error("the block at byte {offset} has a length of {length} bytes, which cannot be")]
    BadLength {
        /// Where it begins.
        offset: usize,
        /// What it says.
        length: u32,
    },
}

/// A packet of a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// What its first header is, by the numbers of tcpdump.org.
    pub link_type: u32,
    /// Its bytes, as far as they were captured.
    pub bytes: &'a [u8],
    /// Bytes that it had on the wire: more than were captured, where the snap length was shorter.
    pub original: usize,
}

impl Packet<'_> {
    /// Whether the snap length has cut it.
    pub fn is_cut(&self) -> bool {
        self.bytes.len() < self.original
    }
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(four),
            Self::Big => u32::from_be_bytes(four),
        })
    }

    fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(two),
            Self::Big => u16::from_be_bytes(two),
        })
    }
}

/// The packets of a file, in order. A file that ends inside a packet gives the packets before it.
///
/// # Errors
///
/// The file is no capture, or a length in it cannot be.
pub fn packets(file: &[u8]) -> Result<Vec<Packet<'_>>, CaptureError> {
    match file.get(..4).and_then(|magic| magic.try_into().ok()).map(u32::from_be_bytes) {
        Some(SECTION) => pcapng(file),
        Some(0xA1B2_C3D4 | 0xA1B2_3C4D) => pcap(file, Order::Big),
        Some(0xD4C3_B2A1 | 0x4D3C_B2A1) => pcap(file, Order::Little),
        _ => Err(CaptureError::Unknown),
    }
}

fn pcap(file: &[u8], order: Order) -> Result<Vec<Packet<'_>>, CaptureError> {
    // The file has a header of 24 bytes and each packet one of 16, with two parts of its time and both of its lengths
    // (pcap-savefile(5)).
    let link_type = order.u32(file, 20).ok_or(CaptureError::Unknown)? & 0xffff;
    let mut found = Vec::new();
    let mut at = 24;
    while let Some(length) = order.u32(file, at + 8) {
        let size = usize::try_from(length).unwrap_or(usize::MAX);
        if size > PACKET_MAX {
            return Err(CaptureError::BadLength { offset: at, length });
        }
        let Some(bytes) = file.get(at + 16..at + 16 + size) else { break };
        found.push(Packet { link_type, bytes, original: number(order.u32(file, at + 12)) });
        at += 16 + size;
    }
    Ok(found)
}

fn pcapng(file: &[u8]) -> Result<Vec<Packet<'_>>, CaptureError> {
    let mut order = Order::Little;
    let mut interfaces: Vec<u32> = Vec::new();
    let (mut found, mut at) = (Vec::new(), 0);
    while file.len().saturating_sub(at) >= 12 {
        // Each section has a byte order and interfaces of its own (pcapng 4.1). Its number reads alike in both orders.
        if order.u32(file, at) == Some(SECTION) {
            order = if Order::Little.u32(file, at + 8) == Some(BYTE_ORDER_MAGIC) {
                Order::Little
            } else {
                Order::Big
            };
            interfaces.clear();
        }
        let (Some(kind), Some(length)) = (order.u32(file, at), order.u32(file, at + 4)) else { break };
        let size = usize::try_from(length).unwrap_or(usize::MAX);
        if size < 12 || !size.is_multiple_of(4) {
            return Err(CaptureError::BadLength { offset: at, length });
        }
        let Some(body) = at.checked_add(size - 4).and_then(|end| file.get(at + 8..end)) else { break };
        match kind {
            INTERFACE if interfaces.len() < INTERFACES_MAX => {
                interfaces.push(u32::from(order.u16(body, 0).unwrap_or(0)));
            }
            ENHANCED_PACKET | OBSOLETE_PACKET | SIMPLE_PACKET => {
                found.extend(packet(kind, body, order, &interfaces));
            }
            _ => {}
        }
        at += size;
    }
    Ok(found)
}

fn packet<'a>(kind: u32, body: &'a [u8], order: Order, interfaces: &[u32]) -> Option<Packet<'a>> {
    let (interface, length, original, start) = match kind {
        ENHANCED_PACKET => (order.u32(body, 0)?, order.u32(body, 12)?, order.u32(body, 16)?, 20),
        OBSOLETE_PACKET => (u32::from(order.u16(body, 0)?), order.u32(body, 12)?, order.u32(body, 16)?, 20),
        // A simple packet is of the first interface, and says its original length alone (pcapng 4.4).
        _ => {
            let original = order.u32(body, 0)?;
            (0, original.min(u32::try_from(body.len().checked_sub(4)?).ok()?), original, 4)
        }
    };
    let link_type = *interfaces.get(usize::try_from(interface).ok()?)?;
    let size = usize::try_from(length).ok().filter(|size| *size <= PACKET_MAX)?;
    Some(Packet { link_type, bytes: body.get(start..start + size)?, original: number(Some(original)) })
}

fn number(value: Option<u32>) -> usize {
    value.and_then(|value| usize::try_from(value).ok()).unwrap_or(0)
}
