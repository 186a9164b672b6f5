//! What holds for every row of both tables.

use crate::sample::Sample;
use cce_kernel::Carrier;
use cce_mr::{ICM, Icm, MR, Mr};
use cce_wire::{Bytes, BytesMut, Float, Framer, frame};
use proptest::prelude::*;

/// A tag that no row has, and that fits into one byte.
const UNKNOWN: u16 = 250;
/// The largest message of the media routing interface.
const FRAME_MAX: usize = 4_096;

/// The properties of one table.
macro_rules! properties {
    ($name:ident, $protocol:ident, $dialect:expr) => {
        mod $name {
            use super::*;

            proptest! {
                #[test]
                fn a_well_formed_body_of_any_row_is_read_and_written_as_it_was(seed: u64) {
                    for row in $protocol::TABLE {
                        let body = Sample::new(row, seed).body(&$dialect);
                        let message = decode(row.kind, &body);
                        prop_assert_eq!(encode(&message), body, "{}", row.name);
                        prop_assert_eq!(message.flaws(&$dialect), [], "{}", row.name);
                    }
                }

                #[test]
                fn an_unknown_floating_field_is_kept_where_it_stood(seed: u64, unknown in prop::collection::vec(any::<u8>(), 0..20)) {
                    for row in $protocol::TABLE {
                        let mut body = BytesMut::from(&Sample::new(row, seed).body(&$dialect)[..]);
                        $dialect.write_float(UNKNOWN, &unknown, &mut body);
                        let message = decode(row.kind, &body);
                        let float = Float { tag: UNKNOWN, body: unknown.clone().into() };
                        prop_assert_eq!(message.extra(), [float], "{}", row.name);
                        prop_assert_eq!(encode(&message), body, "{}", row.name);
                    }
                }

                #[test]
                fn any_bytes_never_panic_and_keep_their_length(kind in 0_u32..40, body in prop::collection::vec(any::<u8>(), 0..300)) {
                    if let Ok(message) = $protocol::decode(&$dialect, kind, Bytes::from(body.clone())) {
                        let written = encode(&message);
                        prop_assert_eq!(written.len(), body.len());
                        prop_assert_eq!(decode(kind, &written), message);
                    }
                }

                #[test]
                fn any_split_of_a_stream_gives_the_same_frames(seed: u64, piece in 1_usize..400) {
                    let whole: Vec<Bytes> = $protocol::TABLE.iter().map(|row| {
                        frame(row.kind, |to| to.extend_from_slice(&Sample::new(row, seed).body(&$dialect)))
                    }).collect();
                    let mut framer = Framer::new(Carrier::Frames { max: FRAME_MAX });
                    let mut frames = Vec::new();
                    for piece in whole.concat().chunks(piece) {
                        framer.push(piece);
                        frames.extend(std::iter::from_fn(|| framer.next()).map(Result::unwrap));
                    }
                    prop_assert_eq!(frames, whole);
                }
            }

            fn decode(kind: u32, body: &[u8]) -> $protocol {
                $protocol::decode(&$dialect, kind, Bytes::copy_from_slice(body)).expect("no byte is missing")
            }

            fn encode(message: &$protocol) -> Vec<u8> {
                let mut written = BytesMut::new();
                message.encode(&$dialect, &mut written);
                written.to_vec()
            }
        }
    };
}
properties!(media_routing, Mr, MR);
properties!(router, Icm, ICM);
