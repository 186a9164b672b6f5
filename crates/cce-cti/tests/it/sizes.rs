//! Fixed parts have the sizes that the reference prints (cti-server-protocol 6 to 11).

use cce_cti::{Cti, dialect};

/// Message type, version, bytes of the fixed part.
const SIZES: &[(u32, u32, usize)] = &[
    (3, 9, 44),
    (3, 24, 44),
    (4, 18, 26),
    (4, 19, 30),
    (4, 23, 30),
    (4, 24, 32),
    (31, 24, 26),
    (30, 18, 58),
    (30, 19, 62),
    (37, 18, 30),
    (37, 19, 34),
    (38, 24, 21),
    (105, 19, 30),
    (105, 20, 34),
    (132, 24, 64),
    (113, 24, 2 * 4 + 84 * 4),
    (115, 24, 4 * 4 + 145 * 4),
    (154, 24, 16),
    (157, 24, 14),
    (160, 24, 32),
    (163, 24, 32),
    (166, 24, 24),
    (167, 24, 24),
    (168, 24, 24),
    (169, 24, 32),
    (191, 24, 34),
    (192, 24, 34),
    (193, 24, 34),
    (194, 24, 40),
    (195, 24, 40),
    (196, 24, 30),
    (197, 24, 30),
    (198, 24, 30),
    (199, 24, 50),
    (200, 24, 34),
    (207, 24, 30),
    (170, 24, 18),
    (171, 24, 20),
    (174, 24, 20),
    (186, 24, 4),
    (189, 24, 34),
    (264, 24, 8),
    (265, 24, 8),
    (277, 24, 0),
    (281, 24, 0),
];

/// Calls: message type, bytes of the fixed part by the type rule of cti-server-protocol 10.
#[rustfmt::skip]
const CALL_SIZES: &[(u32, usize)] = &[
    (9, 54), (10, 50), (11, 22), (12, 22), (13, 20), (14, 22), (15, 46), (16, 24),
    (17, 46), (18, 46), (19, 32), (20, 44), (21, 40), (22, 4), (23, 26), (24, 16),
    (25, 40), (26, 30), (27, 4), (28, 14), (34, 28), (40, 20), (41, 4), (42, 14),
    (44, 14), (46, 14), (48, 40), (49, 16), (51, 14), (53, 4), (54, 16), (56, 32),
    (57, 14), (60, 20), (62, 14), (64, 40), (65, 16), (82, 14), (86, 34), (139, 14),
];

#[test]
fn a_fixed_part_of_that_size_is_read_and_one_of_a_byte_less_is_not() {
    let calls = CALL_SIZES.iter().flat_map(|&(kind, size)| [(kind, 9, size), (kind, 25, size)]);
    for (kind, version, size) in SIZES.iter().copied().chain(calls) {
        let read = |length: usize| Cti::decode(&dialect(version), kind, vec![0; length].into());
        let message = read(size).unwrap_or_else(|error| panic!("{kind} in version {version}: {error}"));
        assert_eq!(message.to_frame(&dialect(version)).len(), 8 + size, "{}", message.name());
        assert!(size == 0 || read(size - 1).is_err(), "{} in version {version}", message.name());
    }
}
