//! Bytes of a binary link to messages.

use crate::reference::Book;
use bytes::Bytes;
use cce_cti::Cti;
use cce_kernel::Port;
use cce_mr::{Icm, Mr};
use cce_wire::{DecodeError, Dialect, Flaw, Shown};

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
            Port::App | Port::CcpRest | Port::Desk | Port::Xmpp => None,
        }
    }

    /// The book of its messages.
    pub(crate) const fn book(self) -> Book {
        match self {
            Self::Cti { .. } => Book::Cti,
            Self::Mr => Book::Mr,
            Self::Icm => Book::Icm,
        }
    }

    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::Cti { version } => cce_cti::dialect(version),
            Self::Mr => cce_mr::MR,
            Self::Icm => cce_mr::ICM,
        }
    }
}

/// A decoded message.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and only for a moment")]
pub enum Decoded {
    /// Of GED-188.
    Cti(Cti),
    /// Of the media routing interface.
    Mr(Mr),
    /// Between PG and router.
    Icm(Icm),
}

/// Reads one whole message with its header.
pub fn decode(protocol: Protocol, frame: &Bytes) -> Result<Decoded, DecodeError> {
    let dialect = protocol.dialect();
    Ok(match protocol {
        Protocol::Cti { .. } => Decoded::Cti(Cti::read(&dialect, frame)?),
        Protocol::Mr => Decoded::Mr(Mr::read(&dialect, frame)?),
        Protocol::Icm => Decoded::Icm(Icm::read(&dialect, frame)?),
    })
}

impl Decoded {
    /// The message's name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cti(message) => message.name(),
            Self::Mr(message) => message.name(),
            Self::Icm(message) => message.name(),
        }
    }

    /// The message's number.
    pub fn kind(&self) -> u32 {
        match self {
            Self::Cti(message) => message.kind(),
            Self::Mr(message) => message.kind(),
            Self::Icm(message) => message.kind(),
        }
    }

    /// Labels and values in the order of the table.
    pub fn fields(&self) -> Vec<Shown> {
        match self {
            Self::Cti(message) => message.fields(),
            Self::Mr(message) => message.fields(),
            Self::Icm(message) => message.fields(),
        }
    }

    /// What a strict peer would object to.
    pub fn flaws(&self, protocol: Protocol) -> Vec<Flaw> {
        let dialect = protocol.dialect();
        match self {
            Self::Cti(message) => message.flaws(&dialect),
            Self::Mr(message) => message.flaws(&dialect),
            Self::Icm(message) => message.flaws(&dialect),
        }
    }

    /// Whether it is a heartbeat or its answer.
    pub fn is_heartbeat(&self) -> bool {
        self.name().starts_with("HEARTBEAT")
    }
}
