//! The types of fields.

use crate::{DecodeError, Flaw, Reader, Type, Value};
use bytes::{BufMut, BytesMut};
use cce_kernel::Wall;
use cce_model::TaskId;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// One value on the wire: how it is read, written and shown.
pub trait Field: Sized {
    /// What it is on the wire.
    const TYPE: Type;

    /// Whether nobody is shown its values.
    const IS_SECRET: bool = false;

    /// Reads the value. In a floating field the reader holds just that field's data.
    fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError>;

    /// Writes the value.
    fn write(&self, to: &mut BytesMut);

    /// What it says.
    fn value(&self) -> Value;

    /// What a strict peer would object to in the value itself.
    fn flaw(&self, label: &'static str) -> Option<Flaw> {
        let _ = label;
        None
    }
}

macro_rules! unsigned {
    ($($ty:ident $put:ident $wire:ident),*) => { $(
        impl Field for $ty {
            const TYPE: Type = Type::$wire;

            fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
                from.$ty(label)
            }

            fn write(&self, to: &mut BytesMut) {
                to.$put(*self);
            }

            fn value(&self) -> Value {
                Value::Uint(u32::from(*self))
            }
        }
    )* };
}
unsigned! { u8 put_u8 U8, u16 put_u16 U16, u32 put_u32 U32 }

impl Field for i32 {
    const TYPE: Type = Type::I32;

    fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        from.i32(label)
    }

    fn write(&self, to: &mut BytesMut) {
        to.put_i32(*self);
    }

    fn value(&self) -> Value {
        Value::Int(*self)
    }
}

/// Two bytes; anything but 0 is true.
impl Field for bool {
    const TYPE: Type = Type::Bool;

    fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        from.u16(label).map(|number| number != 0)
    }

    fn write(&self, to: &mut BytesMut) {
        to.put_u16(u16::from(*self));
    }

    fn value(&self) -> Value {
        Value::Bool(*self)
    }
}

/// Three signed numbers of four bytes.
impl Field for TaskId {
    const TYPE: Type = Type::Task;

    fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        let mut whole = Reader::clone(from);
        from.take(label, 12)?;
        Ok(Self { day: whole.i32(label)?, call: whole.i32(label)?, sequence: whole.i32(label)? })
    }

    fn write(&self, to: &mut BytesMut) {
        to.put_i32(self.day);
        to.put_i32(self.call);
        to.put_i32(self.sequence);
    }

    fn value(&self) -> Value {
        Value::Task(*self)
    }
}

/// Seconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time32(pub u32);

/// What a host's calendar clock shows; a time outside the range becomes its nearest end.
impl From<Wall> for Time32 {
    fn from(wall: Wall) -> Self {
        Self(u32::try_from(wall.seconds().max(0)).unwrap_or(u32::MAX))
    }
}

impl Field for Time32 {
    const TYPE: Type = Type::Time;

    fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        from.u32(label).map(Self)
    }

    fn write(&self, to: &mut BytesMut) {
        to.put_u32(self.0);
    }

    fn value(&self) -> Value {
        Value::Time(self.0)
    }
}

/// A value that is sent as it is and never shown: not by `Debug`, not in JSON, not by a view.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret<T>(pub T);

impl<T: Field> Field for Secret<T> {
    const TYPE: Type = T::TYPE;
    const IS_SECRET: bool = true;

    fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        T::read(label, from).map(Self)
    }

    fn write(&self, to: &mut BytesMut) {
        self.0.write(to);
    }

    fn value(&self) -> Value {
        Value::Secret
    }

    fn flaw(&self, label: &'static str) -> Option<Flaw> {
        // The objection may quote the text.
        self.0.flaw(label).map(|mut flaw| {
            if let Flaw::StringLength { text, .. } = &mut flaw {
                "***".clone_into(text);
            }
            flaw
        })
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str("***")
    }
}

/// Several values in one floating field, as many as its length holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct List<T>(pub Vec<T>);

impl<T: Field> Field for List<T> {
    const TYPE: Type = Type::List(&T::TYPE);

    fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        let mut values = Vec::new();
        while !from.is_empty() {
            values.push(T::read(label, from)?);
        }
        Ok(Self(values))
    }

    fn write(&self, to: &mut BytesMut) {
        self.0.iter().for_each(|value| value.write(to));
    }

    fn value(&self) -> Value {
        Value::List(self.0.iter().map(Field::value).collect())
    }
}
