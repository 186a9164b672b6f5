//! The settings that a configuration type has, told by the type itself: what reads a file tells here what it would read.

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::{Error, StrDeserializer},
    },
};
use std::collections::BTreeSet;

/// Stands for any key of a table whose keys are names.
pub(crate) const ANY_NAME: &str = "*";

/// Stands behind a list, for any of its elements.
pub(crate) const ELEMENT: &str = "[]";

/// A text that is also a duration, which settings are that are written as texts.
const SAMPLE: &str = "1s";

/// What a configuration type reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileShape {
    /// `true` or `false`.
    Truth,
    /// A whole number in these bounds.
    Whole {
        /// At least.
        least: i64,
        /// At most.
        most: u64,
    },
    /// Any number.
    Number,
    /// A text.
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A text, or something else.
    Any,
    /// A list of such elements.
    List(Box<Self>),
    /// A table whose keys are names: what a key is, and what a value.
    Names(Box<Self>, Box<Self>),
    /// A table: the type, and its keys.
    Table(&'static str, Vec<(&'static str, Self)>),
}

/// What a type reads; the error tells of a type that takes no sample.
pub fn shape<T: DeserializeOwned>() -> Result<FileShape, Error> {
    let mut shape = FileShape::Any;
    T::deserialize(Walk { into: &mut shape })?;
    Ok(shape)
}

/// Every value that a type reads, as a dotted path; the error tells of a type that takes no sample.
pub(crate) fn paths<T: DeserializeOwned>() -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    shape::<T>()?.put_paths("", &mut found);
    Ok(found)
}

impl FileShape {
    fn put_paths(&self, path: &str, found: &mut Vec<String>) {
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match self {
            Self::Truth | Self::Whole { .. } | Self::Number | Self::Text | Self::OneOf(_) | Self::Any => {
                found.push(path.to_owned());
            }
            Self::List(element) => element.put_paths(&format!("{path}{ELEMENT}"), found),
            Self::Names(_, element) => element.put_paths(&below(ANY_NAME), found),
            Self::Table(_, keys) => keys.iter().for_each(|(key, value)| value.put_paths(&below(key), found)),
        }
    }

    /// A whole number of that type.
    fn whole(least: impl Into<i64>, most: impl Into<u64>) -> Self {
        Self::Whole { least: least.into(), most: most.into() }
    }
}

/// The keys that a type reads where a dotted key stands: `poll_lifetime`, … beside `ccp.pol_lifetime`. There are none where the type
/// takes no sample, or any name is a key.
pub(crate) fn beside<T: DeserializeOwned>(key: &str) -> BTreeSet<String> {
    let above: Vec<&str> = key.split('.').collect();
    let above = &above[..above.len() - 1];
    let paths = paths::<T>().unwrap_or_default();
    let keys = paths.iter().filter_map(|path| {
        let path = path.replace(ELEMENT, &format!(".{ELEMENT}"));
        let parts: Vec<&str> = path.split('.').collect();
        let (before, own) = (parts.get(..above.len())?, parts.get(above.len())?);
        let is_same = |(part, key): (&&str, &&str)| part == key || [ANY_NAME, ELEMENT].contains(part);
        let is_key = ![ANY_NAME, ELEMENT].contains(own);
        (is_key && before.iter().zip(above).all(is_same)).then(|| (*own).to_owned())
    });
    keys.collect()
}

/// Reads samples, and notes what is read.
struct Walk<'a> {
    into: &'a mut FileShape,
}

impl Walk<'_> {
    fn note(self, shape: FileShape) {
        *self.into = shape;
    }
}

/// A value is a sample of its type.
macro_rules! samples {
    ($($method:ident => $shape:expr, $visit:ident($sample:expr);)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.note($shape);
            visitor.$visit($sample)
        })*
    };
}

impl<'de> Deserializer<'de> for Walk<'_> {
    type Error = Error;

    samples! {
        deserialize_any => FileShape::Any, visit_str(SAMPLE);
        deserialize_bool => FileShape::Truth, visit_bool(true);
        deserialize_i32 => FileShape::whole(i32::MIN, i32::MAX.unsigned_abs()), visit_i32(1);
        deserialize_i64 => FileShape::whole(i64::MIN, i64::MAX.unsigned_abs()), visit_i64(1);
        deserialize_u8 => FileShape::whole(0, u8::MAX), visit_u8(1);
        deserialize_u16 => FileShape::whole(0, u16::MAX), visit_u16(1);
        deserialize_u32 => FileShape::whole(0, u32::MAX), visit_u32(1);
        deserialize_u64 => FileShape::whole(0, u64::MAX), visit_u64(1);
        deserialize_f64 => FileShape::Number, visit_f64(1.0);
        deserialize_str => FileShape::Text, visit_str(SAMPLE);
        deserialize_string => FileShape::Text, visit_str(SAMPLE);
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut inside = InnerValues::of(fields);
        let value = visitor.visit_map(&mut inside);
        self.note(FileShape::Table(name, fields.iter().copied().zip(inside.found).collect()));
        value
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut inside = InnerValues::of(&[ANY_NAME]);
        let value = visitor.visit_map(&mut inside);
        let key = std::mem::replace(&mut inside.key, FileShape::Any);
        self.note(FileShape::Names(Box::new(key), Box::new(inside.element())));
        value
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut inside = InnerValues::of(&[ELEMENT]);
        let value = visitor.visit_seq(&mut inside);
        self.note(FileShape::List(Box::new(inside.element())));
        value
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.note(FileShape::OneOf(variants));
        let first: StrDeserializer<'_, Error> =
            variants.first().copied().unwrap_or_default().into_deserializer();
        visitor.visit_enum(first)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// The values inside of one: the fields of a structure, or one element.
struct InnerValues {
    names: &'static [&'static str],
    at: usize,
    /// What a key is, where any name is one.
    key: FileShape,
    found: Vec<FileShape>,
}

impl InnerValues {
    const fn of(names: &'static [&'static str]) -> Self {
        Self { names, at: 0, key: FileShape::Any, found: Vec::new() }
    }

    fn read<'de, S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.at += 1;
        let mut shape = FileShape::Any;
        let value = seed.deserialize(Walk { into: &mut shape });
        self.found.push(shape);
        value
    }

    /// What its one element is.
    fn element(self) -> FileShape {
        self.found.into_iter().next().unwrap_or(FileShape::Any)
    }
}

impl<'de> MapAccess<'de> for InnerValues {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(name) = self.names.get(self.at) else { return Ok(None) };
        if *name != ANY_NAME {
            let name: StrDeserializer<'_, Error> = name.into_deserializer();
            return seed.deserialize(name).map(Some);
        }
        seed.deserialize(Walk { into: &mut self.key }).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.read(seed)
    }
}

impl<'de> SeqAccess<'de> for InnerValues {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if self.at < self.names.len() { self.read(seed).map(Some) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests {
    use super::beside;
    use crate::lab::Lab;

    #[test]
    fn beside_a_key_stands_what_its_table_reads() {
        for (key, known) in [
            ("finese", "finesse"),
            ("ccp.pol_lifetime", "poll_lifetime"),
            ("links.app.listn", "listen_tls"),
            ("agents.0.login", "login_name"),
            ("agentpg.signed_in", "signed_in_max"),
        ] {
            assert!(beside::<Lab>(key).contains(known), "{key}: {:?}", beside::<Lab>(key));
        }
    }
}
