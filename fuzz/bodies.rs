//! What the fuzz targets do with bytes. Ordinary tests replay the corpus through the same functions.

use cce_kernel::Carrier;
use cce_wire::{Bytes, BytesMut, Dialect, Framer};

/// Largest message of the framer's body, so that limits are met.
const FRAME_MAX: usize = 64;
/// Message types that are tried: those of the tables, and a few beyond.
const KINDS: u16 = 300;

/// What was read is written with the same length, and read again as the same; nothing panics.
macro_rules! check {
    ($table:ty, $dialect:expr, $kind:expr, $body:expr) => {
        let (dialect, body): (&Dialect, _) = ($dialect, Bytes::copy_from_slice($body));
        if let Ok(message) = <$table>::decode(dialect, $kind, body.clone()) {
            let mut written = BytesMut::new();
            message.encode(dialect, &mut written);
            assert_eq!(written.len(), body.len(), "{message:?}");
            assert_eq!(<$table>::decode(dialect, $kind, written.freeze()).as_ref(), Ok(&message));
            let _ = (message.flaws(dialect), message.fields());
        }
    };
}

/// Version, message type and body of a GED-188 message.
pub(crate) fn cti(input: &[u8]) {
    let Some(([version, high, low], body)) = input.split_first_chunk() else { return };
    let versions = cce_cti::VERSION_MAX - cce_cti::VERSION_MIN + 1;
    let dialect = cce_cti::dialect(cce_cti::VERSION_MIN + u32::from(*version) % versions);
    let kind = u32::from(u16::from_be_bytes([*high, *low]) % KINDS);
    check!(cce_cti::Cti, &dialect, kind, body);
    let _ = cce_cti::open_version(input);
}

/// Message type and body of a message of the media routing interface.
pub(crate) fn mr(input: &[u8]) {
    let Some((kind, body)) = input.split_first() else { return };
    check!(cce_mr::Mr, &cce_mr::MR, u32::from(*kind), body);
}

/// Message type and body of a message between a peripheral gateway and the router.
pub(crate) fn icm(input: &[u8]) {
    let Some((kind, body)) = input.split_first() else { return };
    check!(cce_mr::Icm, &cce_mr::ICM, u32::from(*kind), body);
}

/// A stream, cut after as many bytes as the first says: in pieces it gives the same frames as at once.
pub(crate) fn framer(input: &[u8]) {
    let Some((cut, stream)) = input.split_first() else { return };
    let at_once = frames([stream]);
    let in_pieces = frames(stream.chunks(usize::from(*cut).max(1)));
    assert_eq!(at_once, in_pieces);
}

/// The frames of a stream, and how it ends.
fn frames<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Bytes>, String) {
    let mut framer = Framer::new(Carrier::Frames { max: FRAME_MAX });
    let mut whole = Vec::new();
    for piece in pieces {
        framer.push(piece);
        while let Some(next) = framer.next() {
            match next {
                Ok(frame) => whole.push(frame),
                Err(flaw) => return (whole, format!("{flaw:?}")),
            }
        }
    }
    (whole, format!("{:?}", framer.finish()))
}
