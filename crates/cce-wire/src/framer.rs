//! Cutting a stream of bytes into messages. Both drivers use this one decoder.

use crate::HEADER;
use bytes::{Bytes, BytesMut};
use cce_kernel::{Carrier, FrameFlaw};

/// An incremental decoder: bytes in, whole messages with their headers out.
///
/// On a stream it passes bytes through. It never reserves room for a length that a header announces, and after
/// a length beyond the limit it takes in and gives out nothing more.
#[derive(Clone, Debug)]
pub struct Framer {
    /// The largest message with its header; none on a stream.
    max: Option<usize>,
    held: BytesMut,
    is_poisoned: bool,
}

impl Framer {
    /// A decoder for one direction of one connection.
    pub fn new(carrier: Carrier) -> Self {
        let max = match carrier {
            Carrier::Frames { max } => Some(max),
            Carrier::Stream | Carrier::Http => None,
        };
        Self { max, held: BytesMut::new(), is_poisoned: false }
    }

    /// Takes in what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.is_poisoned {
            self.held.extend_from_slice(bytes);
        }
    }

    /// The next whole message, if it has arrived. To be called until it gives none.
    #[expect(clippy::should_implement_trait, reason = "none means not yet, so this is no iterator")]
    pub fn next(&mut self) -> Option<Result<Bytes, FrameFlaw>> {
        let Some(max) = self.max else { return self.take_all() };
        let announced = self.announced()?;
        if announced > max as u64 {
            self.is_poisoned = true;
            self.held = BytesMut::new();
            return Some(Err(FrameFlaw::TooLong { announced, max: max as u64 }));
        }
        let whole = usize::try_from(announced).ok().filter(|whole| *whole <= self.held.len())?;
        Some(Ok(self.held.split_to(whole).freeze()))
    }

    /// The connection ends here: what is wrong if it ends inside a message.
    pub fn finish(&self) -> Option<FrameFlaw> {
        let is_cut = self.max.is_some() && !self.held.is_empty();
        is_cut.then(|| FrameFlaw::Truncated { have: self.held.len() as u64 })
    }

    fn take_all(&mut self) -> Option<Result<Bytes, FrameFlaw>> {
        (!self.held.is_empty()).then(|| Ok(self.held.split().freeze()))
    }

    /// Bytes of the message at the front, header included.
    fn announced(&self) -> Option<u64> {
        let length: [u8; 4] = self.held.get(..4)?.try_into().ok()?;
        (self.held.len() >= HEADER).then(|| u64::from(u32::from_be_bytes(length)) + HEADER as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_beyond_the_limit_reserves_nothing() {
        let mut framer = Framer::new(Carrier::Frames { max: 12_500 });
        framer.push(&[0xff; 8]);
        assert!(matches!(
            framer.next(),
            Some(Err(FrameFlaw::TooLong { announced: 4_294_967_303, max: 12_500 }))
        ));
        framer.push(&[0; 4_096]);
        assert_eq!(framer.held.capacity(), 0);
    }

    #[test]
    fn an_announced_message_reserves_nothing_before_it_arrives() {
        let mut framer = Framer::new(Carrier::Frames { max: 1 << 20 });
        framer.push(&[0, 0x0f, 0xff, 0xf0, 0, 0, 0, 5]);
        assert_eq!(framer.next(), None);
        assert!(framer.held.capacity() <= 64, "{}", framer.held.capacity());
    }
}
