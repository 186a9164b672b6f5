//! Expanded call variables (cti-server-protocol 2, NAMEDVAR and NAMEDARRAY).

use crate::{DecodeError, Field, Flaw, Reader, Type, Value, latin};
use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most bytes of a variable: name and value with a NUL each.
const NAMED_VARIABLE_MAX: usize = 251;
/// Most bytes of an array element: index, name and value.
const NAMED_ARRAY_MAX: usize = 252;
/// Most characters of a name.
const NAME_MAX: usize = 32;
/// Most characters of a value.
const VALUE_MAX: usize = 210;

/// One expanded call variable. Bytes that were read are kept exactly.
///
/// In JSON it is `name=value` where it is well-formed, and `x:` with hexadecimal digits otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedVariable(Bytes);

/// One element of an expanded call array. Bytes that were read are kept exactly.
///
/// In JSON it is `index:name=value` where it is well-formed, and `x:` with hexadecimal digits otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedArray(Bytes);

impl NamedVariable {
    /// A variable of this name and value; each is cut where it would be too long.
    pub fn new(name: &str, value: &str) -> Self {
        Self(pair_of(Vec::new(), name, value))
    }

    /// Name and value, if the bytes have that form.
    pub fn parts(&self) -> Option<(String, String)> {
        parts_of(&self.0)
    }
}

impl NamedArray {
    /// An element of this index, name and value; name and value are cut where they would be too long.
    pub fn new(index: u8, name: &str, value: &str) -> Self {
        Self(pair_of(vec![index], name, value))
    }

    /// Index, name and value, if the bytes have that form.
    pub fn parts(&self) -> Option<(u8, String, String)> {
        let (index, pair) = self.0.split_first()?;
        parts_of(pair).map(|(name, value)| (*index, name, value))
    }
}

impl Field for NamedVariable {
    const TYPE: Type = Type::NamedVariable;

    fn read(_: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        Ok(Self(from.rest()))
    }

    fn write(&self, to: &mut BytesMut) {
        to.put_slice(&self.0);
    }

    fn value(&self) -> Value {
        match self.parts() {
            Some((name, value)) => Value::List(vec![Value::Text(name), Value::Text(value)]),
            None => Value::bytes(&self.0),
        }
    }

    fn flaw(&self, label: &'static str) -> Option<Flaw> {
        flaw_of(label, &self.0, NAMED_VARIABLE_MAX, self.parts().is_some())
    }
}

impl Field for NamedArray {
    const TYPE: Type = Type::NamedArray;

    fn read(_: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        Ok(Self(from.rest()))
    }

    fn write(&self, to: &mut BytesMut) {
        to.put_slice(&self.0);
    }

    fn value(&self) -> Value {
        match self.parts() {
            Some((index, name, value)) => {
                Value::List(vec![Value::Uint(u32::from(index)), Value::Text(name), Value::Text(value)])
            }
            None => Value::bytes(&self.0),
        }
    }

    fn flaw(&self, label: &'static str) -> Option<Flaw> {
        flaw_of(label, &self.0, NAMED_ARRAY_MAX, self.parts().is_some())
    }
}

impl Serialize for NamedVariable {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let plain = self.parts().filter(|(name, _)| !name.contains('='));
        latin::to_json(plain.map(|(name, value)| format!("{name}={value}")), &self.0, to)
    }
}

impl<'de> Deserialize<'de> for NamedVariable {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = match latin::from_json(from)? {
            Ok(text) => latin::text_of(&text),
            Err(raw) => return Ok(Self(raw)),
        };
        let (name, value) = text.split_once('=').ok_or_else(|| expected("name=value"))?;
        Ok(Self(exact_pair(Vec::new(), name, value)))
    }
}

impl Serialize for NamedArray {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let plain = self.parts().filter(|(_, name, _)| !name.contains('='));
        latin::to_json(plain.map(|(index, name, value)| format!("{index}:{name}={value}")), &self.0, to)
    }
}

impl<'de> Deserialize<'de> for NamedArray {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = match latin::from_json(from)? {
            Ok(text) => latin::text_of(&text),
            Err(raw) => return Ok(Self(raw)),
        };
        let element = text.split_once(':').and_then(|(index, pair)| {
            let (name, value) = pair.split_once('=')?;
            Some(Self(exact_pair(vec![index.parse().ok()?], name, value)))
        });
        element.ok_or_else(|| expected("index:name=value"))
    }
}

fn expected<E: serde::de::Error>(form: &str) -> E {
    E::custom(format_args!("expected {form}"))
}

fn pair_of(start: Vec<u8>, name: &str, value: &str) -> Bytes {
    let cut = |text: &str, max| text.chars().filter(|c| *c != '\0').take(max).collect::<String>();
    exact_pair(start, &cut(name, NAME_MAX), &cut(value, VALUE_MAX))
}

fn exact_pair(mut bytes: Vec<u8>, name: &str, value: &str) -> Bytes {
    for text in [name, value] {
        bytes.extend(latin::bytes_of(text));
        bytes.push(0);
    }
    bytes.into()
}

/// Splits `name NUL value NUL`; nothing else will do.
fn parts_of(bytes: &[u8]) -> Option<(String, String)> {
    let mut parts = bytes.strip_suffix(&[0])?.split(|byte| *byte == 0);
    let (name, value) = (parts.next()?, parts.next()?);
    parts.next().is_none().then(|| (latin::text_of(name), latin::text_of(value)))
}

fn flaw_of(label: &'static str, bytes: &Bytes, max: usize, is_well_formed: bool) -> Option<Flaw> {
    if bytes.len() > max {
        return Some(Flaw::TooLong { label, length: bytes.len(), max });
    }
    (!is_well_formed).then(|| Flaw::StringLength {
        label,
        strlen: bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()),
        fieldlen: bytes.len(),
        text: latin::text_of(bytes),
    })
}
