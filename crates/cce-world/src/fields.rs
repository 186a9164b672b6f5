//! The settings that a configuration type has, told by the type itself: what reads a file tells here what it would read.

use serde::{
    Deserializer,
    de::{
        self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor,
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

/// Every value that a type reads, as a dotted path; the error tells of a type that takes no sample.
pub(crate) fn paths<T: DeserializeOwned>() -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    T::deserialize(Walk { path: String::new(), found: &mut found })?;
    Ok(found)
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

/// Where something is read, and every value that was read before.
struct Walk<'a> {
    path: String,
    found: &'a mut Vec<String>,
}

impl Walk<'_> {
    fn note(self) {
        self.found.push(self.path);
    }
}

/// A value is a sample of its type.
macro_rules! samples {
    ($($method:ident => $visit:ident($sample:expr)),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.note();
            visitor.$visit($sample)
        })*
    };
}

impl<'de> Deserializer<'de> for Walk<'_> {
    type Error = Error;

    samples! {
        deserialize_any => visit_str(SAMPLE),
        deserialize_bool => visit_bool(true),
        deserialize_i32 => visit_i32(1),
        deserialize_i64 => visit_i64(1),
        deserialize_u8 => visit_u8(1),
        deserialize_u16 => visit_u16(1),
        deserialize_u32 => visit_u32(1),
        deserialize_u64 => visit_u64(1),
        deserialize_f64 => visit_f64(1.0),
        deserialize_str => visit_str(SAMPLE),
        deserialize_string => visit_str(SAMPLE),
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
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(Inside { outer: self, names: fields, at: 0 })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Inside { outer: self, names: &[ANY_NAME], at: 0 })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Inside { outer: self, names: &[ELEMENT], at: 0 })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.note();
        let first: StrDeserializer<'_, Error> =
            variants.first().copied().unwrap_or_default().into_deserializer();
        visitor.visit_enum(first)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// The values inside of one: the fields of a structure, or one element.
struct Inside<'a> {
    outer: Walk<'a>,
    names: &'static [&'static str],
    at: usize,
}

impl Inside<'_> {
    fn next(&mut self) -> Option<Walk<'_>> {
        let name = *self.names.get(self.at)?;
        self.at += 1;
        let path = match (self.outer.path.as_str(), name) {
            ("", name) => name.to_owned(),
            (outer, ELEMENT) => format!("{outer}{ELEMENT}"),
            (outer, name) => format!("{outer}.{name}"),
        };
        Some(Walk { path, found: self.outer.found })
    }
}

impl<'de> MapAccess<'de> for Inside<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(name) = self.names.get(self.at) else { return Ok(None) };
        if *name != ANY_NAME {
            let name: StrDeserializer<'_, Error> = name.into_deserializer();
            return seed.deserialize(name).map(Some);
        }
        // A key is a sample, too, and no setting.
        seed.deserialize(Walk { path: String::new(), found: &mut Vec::new() }).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let inner = self.next().ok_or_else(|| de::Error::custom("there is no further value"))?;
        seed.deserialize(inner)
    }
}

impl<'de> SeqAccess<'de> for Inside<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.next().map(|inner| seed.deserialize(inner)).transpose()
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
