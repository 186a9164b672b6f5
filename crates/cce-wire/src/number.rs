//! Numbers with a meaning: the field's own types, which are on the wire what they wrap.

use crate::{DecodeError, Field, Reader, Type, Value};
use bytes::BytesMut;
use cce_model::{MrdId, SkillTarget};

/// Makes a tuple struct over a number a field. A value that has no name survives, since the number is all that is kept.
macro_rules! numbers {
    ($($name:ident($wire:ty)),* $(,)?) => { $(
        impl Field for $name {
            const TYPE: Type = <$wire as Field>::TYPE;

            fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
                <$wire as Field>::read(label, from).map(Self)
            }

            fn write(&self, to: &mut BytesMut) {
                Field::write(&self.0, to);
            }

            fn value(&self) -> Value {
                Field::value(&self.0)
            }
        }
    )* };
}
numbers! { MrdId(i32), SkillTarget(i32) }
