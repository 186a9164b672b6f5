//! What holds for every row, in every version.

use crate::sample::Sample;
use cce_cti::{Cti, VERSION_MAX, VERSION_MIN, dialect};
use cce_kernel::Carrier;
use cce_wire::{Bytes, BytesMut, Dialect, Flaw, Float, Framer, MessageDoc, Type, frame};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The largest message with its header (cti-server-protocol 17).
const FRAME_MAX: usize = 12_500;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_well_formed_body_of_any_row_is_read_without_a_flaw_and_written_as_it_was(seed in any::<u64>()) {
        each_row_and_version(|row, dialect| {
            let body = Sample::new(row, seed).body(dialect);
            let message = decode(row, dialect, &body);
            assert_eq!(encode(&message, dialect), body, "{} in version {}", row.name, dialect.version);
            assert_eq!(message.extra(), [], "{}", row.name);
            let too_new = row.too_new(dialect);
            assert_eq!(message.flaws(dialect), Vec::from_iter(too_new), "{}", row.name);
        });
    }

    #[test]
    fn a_message_that_is_read_and_written_again_keeps_the_order_of_its_floating_fields(seed in any::<u64>()) {
        each_row_and_version(|row, dialect| {
            let body = Sample::new(row, seed).shuffled_body(dialect, seed ^ 0x00F1_0A75);
            let message = decode(row, dialect, &body);
            assert_eq!(encode(&message, dialect), body, "{} in version {}", row.name, dialect.version);
            let json = serde_json::to_string(&message).unwrap();
            if !HAS_SECRET.contains(&row.name) {
                let again: Cti = serde_json::from_str(&json).unwrap();
                assert_eq!(encode(&again, dialect), body, "{} in version {}", row.name, dialect.version);
            }
        });
    }

    #[test]
    fn a_message_is_written_in_each_version_with_the_fields_that_the_version_has(seed in any::<u64>()) {
        for row in Cti::TABLE {
            let sample = Sample::new(row, seed);
            let message = decode(row, &dialect(VERSION_MAX), &sample.body(&dialect(VERSION_MAX)));
            let in_version = |version| encode(&message, &dialect(version));
            for version in VERSION_MIN..=VERSION_MAX {
                prop_assert_eq!(in_version(version), sample.body(&dialect(version)), "{} in {}", row.name, version);
                if version > VERSION_MIN && sample.has_news(version) {
                    prop_assert_ne!(in_version(version), in_version(version - 1), "{} in {}", row.name, version);
                }
            }
        }
    }

    #[test]
    fn a_floating_field_that_is_unknown_too_new_or_repeated_is_kept_where_it_stood(
        seed in any::<u64>(), unknown in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        each_row_and_version(|row, dialect| {
            if is_raw(row) {
                return;
            }
            let sample = Sample::new(row, seed);
            let mut extra = vec![(unknown_tag(row), unknown.clone())];
            extra.extend(sample.single(row, dialect));
            extra.extend(too_new_tag(row, dialect).map(|tag| (tag, unknown.clone())));
            let mut body = BytesMut::from(&sample.body(dialect)[..]);
            extra.iter().for_each(|(tag, bytes)| dialect.write_float(*tag, bytes, &mut body));
            let message = decode(row, dialect, &body);
            assert_eq!(message.extra(), floats(&extra), "{} in version {}", row.name, dialect.version);
            assert_eq!(encode(&message, dialect), body, "{} in version {}", row.name, dialect.version);
        });
    }

    #[test]
    fn a_message_survives_json(seed in any::<u64>()) {
        for row in Cti::TABLE.iter().filter(|row| !HAS_SECRET.contains(&row.name)) {
            let message = decode(row, &dialect(VERSION_MAX), &Sample::new(row, seed).body(&dialect(VERSION_MAX)));
            let json = serde_json::to_string(&message).unwrap();
            prop_assert_eq!(serde_json::from_str::<Cti>(&json).unwrap(), message, "{}", json);
        }
    }

    #[test]
    fn every_field_that_is_there_is_shown_with_its_label(seed in any::<u64>()) {
        for row in Cti::TABLE {
            let message = decode(row, &dialect(VERSION_MAX), &Sample::new(row, seed).body(&dialect(VERSION_MAX)));
            let shown: Vec<&str> = message.fields().iter().map(|shown| shown.label).collect();
            let labels: Vec<&str> = row.fixed.iter().map(|field| field.label).collect();
            prop_assert_eq!(&shown[..labels.len()], labels, "{}", row.name);
        }
    }

    #[test]
    fn any_split_of_a_stream_gives_the_same_frames(
        seed in any::<u64>(), cuts in prop::collection::vec(1_usize..400, 1..40),
    ) {
        let dialect = dialect(24);
        let whole: Vec<Bytes> = Cti::TABLE.iter().map(|row| {
            frame(row.kind, |to| to.extend_from_slice(&Sample::new(row, seed).body(&dialect)))
        }).collect();
        let mut framer = Framer::new(Carrier::Frames { max: FRAME_MAX });
        let (mut rest, mut frames) = (&whole.concat()[..], Vec::new());
        for cut in cuts.iter().cycle() {
            let (piece, left) = rest.split_at((*cut).min(rest.len()));
            framer.push(piece);
            while let Some(frame) = framer.next() {
                frames.push(frame.unwrap());
            }
            rest = left;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(frames, whole);
        prop_assert_eq!(framer.finish(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_never_panic_keep_their_length_and_read_again_as_the_same(
        kind in 0_u32..300, version in VERSION_MIN..=VERSION_MAX, body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        holds_for(&dialect(version), kind, &body);
    }

    #[test]
    fn a_damaged_message_never_panics_keeps_its_length_and_reads_again_as_the_same(
        row in 0..Cti::TABLE.len(), version in VERSION_MIN..=VERSION_MAX, seed in any::<u64>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in any::<prop::sample::Index>(),
    ) {
        let row = &Cti::TABLE[row];
        let mut body = Sample::new(row, seed).body(&dialect(version));
        for (index, byte) in damage {
            if !body.is_empty() {
                let at = index.index(body.len());
                body[at] = byte;
            }
        }
        holds_for(&dialect(version), row.kind, &body);
        body.truncate(cut.index(body.len() + 1));
        holds_for(&dialect(version), row.kind, &body);
    }
}

#[test]
fn a_tag_that_needs_two_bytes_came_with_them() {
    for row in Cti::TABLE {
        for float in all_floats(row).filter(|float| float.tag > 255) {
            assert!(float.field.since >= 20, "{} {}", row.name, float.field.label);
        }
    }
}

#[test]
fn a_row_has_each_tag_once_and_an_inferred_row_each_label_once() {
    for row in Cti::TABLE {
        let tags: BTreeSet<u16> = all_floats(row).map(|float| float.tag).collect();
        assert_eq!(tags.len(), all_floats(row).count(), "{}", row.name);
        let fields = row.fixed.iter().chain(all_floats(row).map(|float| &float.field));
        let labels: Vec<&str> = fields.map(|field| field.label).collect();
        let distinct: BTreeSet<&str> = labels.iter().copied().collect();
        assert!(
            row.evidence != cce_wire::Evidence::Inferred || distinct.len() == labels.len(),
            "{}",
            row.name
        );
    }
}

#[test]
fn a_tag_has_one_type_and_one_version_but_for_those_that_the_reference_tells_apart() {
    let mut uses: BTreeMap<u16, Vec<(Type, u32)>> = BTreeMap::new();
    for float in Cti::TABLE.iter().flat_map(all_floats) {
        let uses = uses.entry(float.tag).or_default();
        let this = (float.field.ty, float.field.since);
        if !uses.contains(&this) {
            uses.push(this);
        }
    }
    let differing: Vec<u16> = uses.iter().filter(|(_, uses)| uses.len() > 1).map(|(tag, _)| *tag).collect();
    // 5 and 208 came later to AGENT_PRE_CALL_EVENT and OPEN_CONF than to others. 62 and 64 are one value per group,
    // or a record's list in one field. 101 in a task's end is inferred.
    assert_eq!(differing, [5, 62, 64, 101, 208]);
}

#[test]
fn a_floating_field_that_came_later_is_told_as_such() {
    let row = Cti::TABLE.iter().find(|row| row.name == "CONFIG_AGENT_EVENT").unwrap();
    let old = dialect(20);
    let mut body = BytesMut::from(&[0, 1][..]);
    old.write_float(261, &[0, 1], &mut body);
    let message = decode(row, &old, &body);
    assert_eq!(message.flaws(&old), [Flaw::TagTooNew { tag: 261, label: "NumMRDs", since: 21 }]);
}

/// Messages with a field that JSON hides.
const HAS_SECRET: &[&str] = &["OPEN_REQ", "SET_AGENT_STATE_REQ"];

fn each_row_and_version(check: impl Fn(&'static MessageDoc, &Dialect)) {
    for row in Cti::TABLE {
        (VERSION_MIN..=VERSION_MAX).for_each(|version| check(row, &dialect(version)));
    }
}

fn holds_for(dialect: &Dialect, kind: u32, body: &[u8]) {
    let Ok(message) = Cti::decode(dialect, kind, Bytes::copy_from_slice(body)) else { return };
    let written = encode(&message, dialect);
    assert_eq!(written.len(), body.len(), "{message:?}");
    assert_eq!(Cti::decode(dialect, kind, written.into()).as_ref(), Ok(&message));
    let _ = (message.flaws(dialect), message.fields());
}

fn decode(row: &MessageDoc, dialect: &Dialect, body: &[u8]) -> Cti {
    Cti::decode(dialect, row.kind, Bytes::copy_from_slice(body)).unwrap_or_else(|error| panic!("{error}"))
}

fn encode(message: &Cti, dialect: &Dialect) -> Vec<u8> {
    let mut body = BytesMut::new();
    message.encode(dialect, &mut body);
    body.to_vec()
}

fn is_raw(row: &MessageDoc) -> bool {
    row.evidence == cce_wire::Evidence::Raw
}

fn all_floats(row: &MessageDoc) -> impl Iterator<Item = &'static cce_wire::FloatDoc> {
    row.floats.iter().chain(row.lists.iter().flat_map(|list| list.members))
}

/// A tag that the row does not have, in the range that every version can express.
fn unknown_tag(row: &MessageDoc) -> u16 {
    (200..=255).find(|tag| row.float(*tag).is_none()).expect("no row has all of these tags")
}

/// A tag that the row has in later versions only, if this version can express it.
fn too_new_tag(row: &MessageDoc, dialect: &Dialect) -> Option<u16> {
    let widest = if dialect.version < 20 { 255 } else { u16::MAX };
    let mut later = all_floats(row).filter(|float| !dialect.has(float.field.since));
    later.find(|float| float.tag <= widest).map(|float| float.tag)
}

fn floats(tags: &[(u16, Vec<u8>)]) -> Vec<Float> {
    tags.iter().map(|(tag, bytes)| Float { tag: *tag, body: Bytes::from(bytes.clone()).into() }).collect()
}

#[test]
fn a_damaged_field_of_a_list_keeps_its_place_before_the_sound_one_of_a_later_record() {
    let mut body = BytesMut::from(&[0, 2][..]);
    dialect(24).write_float(208, &[7], &mut body);
    dialect(24).write_float(208, &[0, 0, 0, 1], &mut body);
    let row = Cti::TABLE.iter().find(|row| row.name == "CONFIG_DEVICE_EVENT").unwrap();
    let message = decode(row, &dialect(24), &body);
    assert_eq!(encode(&message, &dialect(24)), body);
    holds_for(&dialect(24), row.kind, &body);
}
