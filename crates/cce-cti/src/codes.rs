//! Lists of bits with their names.

/// A constant per bit, `valid` for the bits that a version has, and `names` for the way back.
macro_rules! bits {
    ($( $(#[doc = $doc:literal])* $name:ident = $bit:literal $(since $since:literal)? ),* $(,)?) => {
        $(
            $(#[doc = $doc])*
            #[doc = concat!("`", stringify!($name), "`", $( ", since version ", $since, )? ".")]
            pub const $name: u32 = $bit;
        )*

        /// Bit, first version and name, lowest bit first.
        const BITS: &[(u32, u32, &str)] = &[ $( ($bit, 0 $(+ $since)?, stringify!($name)) ),* ];

        /// Every bit that has a meaning in a session of that version; a strict server refuses others.
        pub const fn valid(version: u32) -> u32 {
            let (mut mask, mut index) = (0, 0);
            while index < BITS.len() {
                let (bit, since, _) = BITS[index];
                mask |= if version < since { 0 } else { bit };
                index += 1;
            }
            mask
        }

        /// The names of the bits that are set, lowest first; a bit without a meaning has none.
        pub fn names(mask: u32) -> impl Iterator<Item = &'static str> {
            BITS.iter().filter(move |(bit, _, _)| mask & bit != 0).map(|(_, _, name)| *name)
        }
    };
}
