//! Lists of numbers with their names.

/// A constant per number, and `name` for the way back.
macro_rules! codes {
    ($prefix:literal { $( $name:ident = $number:literal ),* $(,)? }) => {
        $(
            #[doc = concat!("`", $prefix, stringify!($name), "`.")]
            pub const $name: u32 = $number;
        )*

        /// The name of a number, if it has one.
        pub const fn name(number: u32) -> Option<&'static str> {
            match number {
                $( $number => Some(concat!($prefix, stringify!($name))), )*
                _ => None,
            }
        }
    };
}
