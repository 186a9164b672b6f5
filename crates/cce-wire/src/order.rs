//! Floating fields come in any order (cti-server-protocol 3): a message that was read is written in the order in which it
//! came.

use crate::{Body, Dialect, Extra, Float, MessageDoc, Reader};
use bytes::{Bytes, BytesMut};

/// Whether floating fields with these tags certainly came in the order of the row. It is no more than a quick look, which
/// spares most messages the work of [`order_of`].
#[doc(hidden)]
pub fn is_in_row_order(row: &MessageDoc, extra: &Extra, tags: &[u16]) -> bool {
    let place = |tag: &u16| row.floats.iter().position(|float| float.tag == *tag);
    row.lists.is_empty() && extra.floats.is_empty() && tags.is_sorted_by_key(place)
}

/// The tags as they came, unless the message is written in that order by itself. Its fixed part has this many bytes.
#[doc(hidden)]
pub fn order_of(message: &impl Body, dialect: &Dialect, fixed: usize, came: Vec<u16>) -> Vec<u16> {
    let mut written = BytesMut::new();
    message.write(dialect, &mut written);
    let floats = floats_of(dialect, written.split_off(fixed).freeze());
    if floats.iter().map(|float| float.tag).eq(came.iter().copied()) { Vec::new() } else { came }
}

impl Extra {
    /// Puts the floating fields behind the fixed part into the order in which they came. One that was added since stays
    /// behind them.
    #[doc(hidden)]
    pub fn restore_order(&self, dialect: &Dialect, fixed: usize, to: &mut BytesMut) {
        if self.order.is_empty() {
            return;
        }
        let mut floats = floats_of(dialect, to.split_off(fixed).freeze());
        let mut sorted = Vec::with_capacity(floats.len());
        for tag in &self.order {
            if let Some(at) = floats.iter().position(|float| float.tag == *tag) {
                sorted.push(floats.remove(at));
            }
        }
        for float in sorted.iter().chain(&floats) {
            dialect.write_float(float.tag, &float.body.0, to);
        }
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
