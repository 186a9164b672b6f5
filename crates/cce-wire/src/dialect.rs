//! What a session's version decides, and the floating part of a message.

use crate::{DecodeError, Reader};
use bytes::{BufMut, BytesMut};
use cce_kernel::Blob;
use serde::{Deserialize, Serialize};

/// The layout of a session's messages. Passed by reference, never taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Protocol version that the session was opened with.
    pub version: u32,
    /// Width of tags and lengths.
    pub floats: Floats,
}

/// Width of the tag and the length of a floating field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floats {
    /// One byte each.
    Narrow,
    /// Two bytes each.
    Wide,
}

/// A floating field as it stands on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Float {
    /// The field's tag.
    pub tag: u16,
    /// Its bytes, without tag and length.
    pub body: Blob,
}

/// What a message carries beyond its row, and in what order its floating fields came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extra {
    /// Floating fields that are unknown, too new, of an odd size, or repeated, in their order.
    #[serde(default)]
    pub floats: Vec<Float>,
    /// All floating fields as they came: the tag of a field of the row, `None` for the next of `floats`. Empty where that
    /// is the order in which the row writes them, and what is beyond the row behind them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<Option<u16>>,
}

impl Extra {
    /// Whether the row holds everything.
    pub fn is_empty(&self) -> bool {
        self.floats.is_empty() && self.order.is_empty()
    }
}

impl Dialect {
    /// Whether something that exists since a version exists in this session.
    pub fn has(&self, since: u32) -> bool {
        since <= self.version
    }

    /// Reads one floating field.
    pub fn read_float(&self, from: &mut Reader) -> Result<Float, DecodeError> {
        let (tag, length) = match self.floats {
            Floats::Narrow => (u16::from(from.u8("field tag")?), u16::from(from.u8("field length")?)),
            Floats::Wide => (from.u16("field tag")?, from.u16("field length")?),
        };
        Ok(Float { tag, body: Blob(from.take_float(tag, usize::from(length))?) })
    }

    /// Writes one floating field. One that this dialect cannot express is left out: a tag above 255 where tags
    /// have one byte, or a body that is longer than the length can say.
    pub fn write_float(&self, tag: u16, body: &[u8], to: &mut BytesMut) {
        match self.floats {
            Floats::Narrow => {
                let (Ok(tag), Ok(length)) = (u8::try_from(tag), u8::try_from(body.len())) else { return };
                to.put_u8(tag);
                to.put_u8(length);
            }
            Floats::Wide => {
                let Ok(length) = u16::try_from(body.len()) else { return };
                to.put_u16(tag);
                to.put_u16(length);
            }
        }
        to.put_slice(body);
    }
}
