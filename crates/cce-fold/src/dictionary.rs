//! The message tables of a run: the built-in ones, with what replaces their rows.

use crate::{
    decode::{Decoded, decode},
    protocol::Protocol,
};
use bytes::Bytes;
use cce_cti::Cti;
use cce_journal::Tables;
use cce_mr::Mr;
use cce_wire::{DecodeError, Layouts};

/// Reads messages by the tables of a run.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    mr: Option<Layouts>,
    arm: Option<Layouts>,
}

impl Dictionary {
    /// The dictionary of these tables. They were checked when they were read; one that fits no more is passed
    /// over.
    pub fn new(tables: &Tables) -> Self {
        let layouts = |table, text: &Option<_>| Layouts::new(table, text.as_ref()?).ok();
        Self { mr: layouts(Mr::TABLE, &tables.mr), arm: layouts(Cti::TABLE, &tables.arm) }
    }

    /// Reads one whole message with its header.
    pub fn decode(&self, protocol: Protocol, frame: &Bytes) -> Result<Decoded, DecodeError> {
        decode(protocol, &self.inward(protocol, frame))
    }

    /// A message as the built-in table has it.
    pub fn inward(&self, protocol: Protocol, frame: &Bytes) -> Bytes {
        let layouts = match protocol {
            Protocol::Cti { .. } => self.arm.as_ref(),
            Protocol::Mr => self.mr.as_ref(),
            Protocol::Icm => None,
        };
        layouts.map_or_else(|| frame.clone(), |layouts| layouts.frame_inward(&protocol.dialect(), frame))
    }
}
