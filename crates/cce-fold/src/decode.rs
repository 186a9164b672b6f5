//! Decodes messages: the bytes of one frame and the protocol of its link enter, the message or what is wrong with it leaves.

use crate::protocol::Protocol;
use bytes::Bytes;
use cce_cti::Cti;
use cce_mr::{Icm, Mr};
use cce_wire::{DecodeError, Flaw, Shown};

/// A decoded message.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and only for a moment")]
pub enum Decoded {
    /// A message of GED-188.
    Cti(Cti),
    /// A message of the media routing interface.
    Mr(Mr),
    /// A message between PG and router.
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
