//! The protocols of the binary links, and the message table of each.

use cce_cti::Cti;
use cce_kernel::{Carrier, Port};
use cce_mr::{Icm, Mr};
use cce_wire::{Dialect, MessageDoc};

/// The protocols of the binary links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// GED-188.
    Cti {
        /// Version of the session.
        version: u32,
    },
    /// Media routing interface.
    Mr,
    /// PG to router.
    Icm,
}

impl Protocol {
    /// The protocol of a port; `version` counts for GED-188. None for a port that carries no frames.
    pub fn of(port: Port, version: u32) -> Option<Self> {
        match port {
            Port::CtiA | Port::CtiB => Some(Self::Cti { version }),
            Port::Mr => Some(Self::Mr),
            Port::IcmMr | Port::IcmAgent => Some(Self::Icm),
            Port::App
            | Port::CcpRest
            | Port::Desk
            | Port::Xmpp
            | Port::XmppWs
            | Port::Bosh
            | Port::CcpBosh
            | Port::CcpNotify => None,
        }
    }

    /// The book of its messages.
    pub const fn book(self) -> Book {
        match self {
            Self::Cti { .. } => Book::Cti,
            Self::Mr => Book::Mr,
            Self::Icm => Book::Icm,
        }
    }

    /// How its messages are laid out in bytes.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::Cti { version } => cce_cti::dialect(version),
            Self::Mr => cce_mr::MR,
            Self::Icm => cce_mr::ICM,
        }
    }
}

/// A protocol, as its documentation and its dissector name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Book {
    /// GED-188.
    Cti,
    /// Media routing interface.
    Mr,
    /// PG to router.
    Icm,
}

impl Book {
    /// Every protocol.
    pub const ALL: [Self; 3] = [Self::Cti, Self::Mr, Self::Icm];

    /// Its short name, as in `ccelab decode cti`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cti => "cti",
            Self::Mr => "mr",
            Self::Icm => "icm",
        }
    }

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cti => "GED-188: CTI server and its clients",
            Self::Mr => "Media routing interface: application and MR PIM",
            Self::Icm => "Peripheral gateway and router",
        }
    }

    /// The protocol in a session of that version, where versions count.
    pub const fn protocol(self, version: u32) -> Protocol {
        match self {
            Self::Cti => Protocol::Cti { version },
            Self::Mr => Protocol::Mr,
            Self::Icm => Protocol::Icm,
        }
    }

    /// The protocol that is spoken on a TCP port by default.
    pub fn of_port(port: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|book| book.ports().iter().any(|own| own.default_tcp() == port))
    }

    /// Its rows, by number.
    pub fn rows(self) -> Vec<&'static MessageDoc> {
        let mut rows: Vec<_> = self.table().iter().collect();
        rows.sort_by_key(|row| row.kind);
        rows
    }

    /// Its rows, in the order of the table.
    pub const fn table(self) -> &'static [MessageDoc] {
        match self {
            Self::Cti => Cti::TABLE,
            Self::Mr => Mr::TABLE,
            Self::Icm => Icm::TABLE,
        }
    }

    /// The largest message with its header, in bytes.
    pub const fn message_max(self) -> usize {
        let port = match self {
            Self::Cti => Port::CtiA,
            Self::Mr => Port::Mr,
            Self::Icm => Port::IcmAgent,
        };
        match port.carrier() {
            Carrier::Frames { max } => max,
            Carrier::Stream | Carrier::Http => usize::MAX,
        }
    }

    /// Ports where it is spoken by default.
    pub const fn ports(self) -> &'static [Port] {
        match self {
            Self::Cti => &[Port::CtiA, Port::CtiB],
            Self::Mr => &[Port::Mr],
            Self::Icm => &[Port::IcmAgent],
        }
    }

    /// Bytes of each tag and length; none where the session's version decides.
    pub const fn float_width(self) -> Option<u8> {
        match self {
            Self::Cti => None,
            Self::Mr => Some(1),
            Self::Icm => Some(2),
        }
    }
}
