//! Keys of what happens, as selectors use them; and the macros that declare those of facts together with their names.

/// A key, and the keys of what stands inside.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) inside: &'static [Key],
}

/// Stands for every number: what is in a list is told by its place, from 0.
pub(crate) const PLACE: &str = "0";

/// What has one value.
pub(crate) const fn plain(name: &'static str) -> Key {
    Key { name, inside: &[] }
}

/// The keys of what has these fields; of a newtype, those of its content.
macro_rules! keys {
    ({ $($field:ident $(=> $inside:expr)?),* $(,)? }) => {
        &[$(Key { name: stringify!($field), inside: keys!(@ $($inside)?) }),*]
    };
    (($inside:expr)) => { $inside };
    (@) => { &[] };
    (@ $inside:expr) => { $inside };
}

/// Matches a variant only if all its fields were told.
macro_rules! variant {
    ($type:ident $variant:ident { $($field:ident $(=> $inside:expr)?),* $(,)? }) => {
        $type::$variant { $($field: _),* }
    };
    ($type:ident $variant:ident ($inside:expr)) => { $type::$variant(_) };
}

/// Facts with their names and keys. A variant or a field without a name here does not compile.
macro_rules! facts {
    ($all:ident, $name:ident($type:ident $(, $other:ident => $deeper:ident)*) {
        $($variant:ident $fields:tt = $word:literal,)*
    }) => {
        const $all: &[Key] = &[$(Key { name: $word, inside: keys!($fields) }),*];

        pub(crate) const fn $name(fact: &$type) -> &'static str {
            match fact {
                $(variant!($type $variant $fields) => $word,)*
                $($type::$other(fact) => $deeper(fact),)*
            }
        }
    };
}

/// What stands inside of facts: a structure by its fields, an enumeration by those variants that have something inside.
macro_rules! inside {
    ($all:ident: $type:ident { $($field:ident $(=> $inside:expr)?),* $(,)? }) => {
        const $all: &[Key] = keys!({ $($field $(=> $inside)?),* });
        const _: fn(&$type) = |$type { $($field: _),* }| ();
    };
    ($all:ident: $type:ident, $($unit:ident)* { $($variant:ident $fields:tt = $word:literal,)* }) => {
        const $all: &[Key] = &[$(Key { name: $word, inside: keys!($fields) }),*];
        const _: fn(&$type) = |value| match value {
            $(variant!($type $variant $fields) => (),)*
            $($type::$unit => (),)*
        };
    };
}

pub(crate) use {facts, inside, keys, variant};

/// Every key that these have, with dots where one goes into what stands inside.
pub(crate) fn paths(keys: &[Key]) -> Vec<String> {
    let below = |key: &Key| {
        let inside = paths(key.inside).into_iter().map(|path| format!("{}.{path}", key.name));
        std::iter::once(key.name.to_owned()).chain(inside).collect::<Vec<_>>()
    };
    keys.iter().flat_map(below).collect()
}

/// Whether there is such a key among these.
pub(crate) fn is_path(keys: &[Key], path: &str) -> bool {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    keys.iter()
        .find(|key| {
            key.name == first || (key.name == PLACE && first.bytes().all(|byte| byte.is_ascii_digit()))
        })
        .is_some_and(|key| rest.is_none_or(|rest| is_path(key.inside, rest)))
}
