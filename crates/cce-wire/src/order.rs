//! Floating fields come in any order (cti-server-protocol 3): a message that was read is written in the order in which it
//! came.

use crate::{Body, Dialect, Extra, Float, MessageDoc, Reader};
use bytes::{Bytes, BytesMut};

/// Whether floating fields with these places certainly came in the order of the row. It is no more than a quick look,
/// which spares most messages the work of [`order_of`].
#[doc(hidden)]
pub fn is_in_row_order(row: &MessageDoc, extra: &Extra, came: &[Option<u16>]) -> bool {
    row.lists.is_empty()
        && extra.floats.is_empty()
        && came.is_sorted_by_key(|tag| row.floats.iter().position(|float| Some(float.tag) == *tag))
}

/// The places as they came, unless the message is written in that order by itself. Its fixed part has this many bytes.
#[doc(hidden)]
pub fn order_of(
    message: &impl Body,
    dialect: &Dialect,
    fixed: usize,
    came: Vec<Option<u16>>,
) -> Vec<Option<u16>> {
    let mut written = BytesMut::new();
    message.write(dialect, &mut written);
    let floats = floats_of(dialect, written.split_off(fixed).freeze());
    let of_the_row = floats.len() - message.extra().floats.len();
    let places = floats.iter().enumerate().map(|(at, float)| (at < of_the_row).then_some(float.tag));
    if places.eq(came.iter().copied()) { Vec::new() } else { came }
}

impl Extra {
    /// Writes the extra floating fields behind those of the row, or all of them in the order in which they came. A field
    /// of the row that was added since stays behind them.
    #[doc(hidden)]
    pub fn write(&self, dialect: &Dialect, fixed: usize, to: &mut BytesMut) {
        let mut extra = self.floats.iter();
        if !self.order.is_empty() {
            let mut of_the_row = floats_of(dialect, to.split_off(fixed).freeze());
            for place in &self.order {
                match place {
                    // A record of a list repeats a tag, so the place says whether the field is the row's or an extra one.
                    None => extra.by_ref().take(1).for_each(|float| float.write(dialect, to)),
                    Some(tag) => {
                        if let Some(at) = of_the_row.iter().position(|float| float.tag == *tag) {
                            of_the_row.remove(at).write(dialect, to);
                        }
                    }
                }
            }
            of_the_row.iter().for_each(|float| float.write(dialect, to));
        }
        extra.for_each(|float| float.write(dialect, to));
    }
}

impl Float {
    fn write(&self, dialect: &Dialect, to: &mut BytesMut) {
        dialect.write_float(self.tag, &self.body.0, to);
    }
}

/// Floating fields that were just written, so that they can be read.
fn floats_of(dialect: &Dialect, bytes: Bytes) -> Vec<Float> {
    let mut reader = Reader::new("floating part", bytes);
    let mut floats = Vec::new();
    while !reader.is_empty() {
        let Ok(float) = dialect.read_float(&mut reader) else { break };
        floats.push(float);
    }
    floats
}
