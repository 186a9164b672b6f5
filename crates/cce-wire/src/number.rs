//! Numbers with a meaning: the field's own types, which are on the wire what they wrap.

use crate::{DecodeError, Field, Reader, Type, Value};
use bytes::BytesMut;
use cce_model::{
    AgentState, ArmStatus, CallTypeId, ConnectionCallId, ControlFailure, CtiStatus, DialogueId, Direction,
    Disposition, EventReason, InvokeId, MonitorId, MrdId, Numbered, OperationCode, OperationFlags,
    PeripheralId, PeripheralType, PrecisionQueueId, RoutingClientId, SessionId, SkillGroupNumber,
    SkillTarget, TeamId,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Makes a tuple struct over a number a field. A value that has no name survives, since the number is all that is kept.
#[macro_export]
macro_rules! numbers {
    ($($name:ident($wire:ty)),* $(,)?) => { $(
        impl $crate::Field for $name {
            const TYPE: $crate::Type = <$wire as $crate::Field>::TYPE;

            fn read(label: &'static str, from: &mut $crate::Reader) -> Result<Self, $crate::DecodeError> {
                <$wire as $crate::Field>::read(label, from).map(Self)
            }

            fn write(&self, to: &mut $crate::BytesMut) {
                $crate::Field::write(&self.0, to);
            }

            fn value(&self) -> $crate::Value {
                $crate::Field::value(&self.0)
            }
        }
    )* };
}
numbers! { MrdId(i32), SkillTarget(i32), Disposition(u32), Direction(u32), EventReason(u16), CtiStatus(u32), ArmStatus(u32), ControlFailure(u16), PeripheralType(u16), OperationCode(u16), OperationFlags(u16), InvokeId(u32), SessionId(u32), PeripheralId(u32), DialogueId(u32), MonitorId(u32),
RoutingClientId(u32), SkillGroupNumber(u32), CallTypeId(u32), TeamId(u32), PrecisionQueueId(u32), ConnectionCallId(u32) }

/// The number of a state. One that is no state's survives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code<T: Numbered> {
    number: T::Number,
}

impl<T: Numbered> Code<T> {
    /// A number, whether it is a state's or not.
    pub const fn of_number(number: T::Number) -> Self {
        Self { number }
    }

    /// The number.
    pub const fn number(self) -> T::Number {
        self.number
    }

    /// The state, if the number is one's.
    pub fn state(self) -> Option<T> {
        T::of_number(self.number)
    }
}

impl<T: Numbered<Number: Default>> Default for Code<T> {
    fn default() -> Self {
        Self::of_number(T::Number::default())
    }
}

impl<T: Numbered<Number: fmt::Debug>> fmt::Debug for Code<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Code").field(&self.number).finish()
    }
}

impl<T: Numbered<Number: fmt::Display>> fmt::Display for Code<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl Code<AgentState> {
    /// The state; `UNKNOWN` if the number is none's.
    pub fn or_unknown(self) -> AgentState {
        self.state().unwrap_or(AgentState::Unknown)
    }
}

impl<T: Numbered> From<T> for Code<T> {
    fn from(state: T) -> Self {
        Self { number: state.number() }
    }
}

impl<T: Numbered> PartialEq<T> for Code<T> {
    fn eq(&self, state: &T) -> bool {
        self.number == state.number()
    }
}

impl<T: Numbered<Number: Field>> Field for Code<T> {
    const TYPE: Type = T::Number::TYPE;

    fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        T::Number::read(label, from).map(Self::of_number)
    }

    fn write(&self, to: &mut BytesMut) {
        self.number.write(to);
    }

    fn value(&self) -> Value {
        self.number.value()
    }
}

impl<T: Numbered<Number: Serialize>> Serialize for Code<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.number.serialize(to)
    }
}

impl<'de, T: Numbered<Number: Deserialize<'de>>> Deserialize<'de> for Code<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::Number::deserialize(from).map(Self::of_number)
    }
}

/// A signed number in a field that the protocol calls unsigned: -1 is 0xFFFFFFFF there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsigned<T>(pub T);

/// What wraps a signed number of four bytes.
pub trait Signed: Copy {
    /// The value of that number.
    fn of(number: i32) -> Self;

    /// The number.
    fn number(self) -> i32;
}

macro_rules! signed {
    ($($name:ident),*) => { $(
        impl Signed for $name {
            fn of(number: i32) -> Self {
                Self(number)
            }

            fn number(self) -> i32 {
                self.0
            }
        }
    )* };
}
signed! { MrdId, SkillTarget }

impl Signed for i32 {
    fn of(number: i32) -> Self {
        number
    }

    fn number(self) -> i32 {
        self
    }
}

impl<T: Signed> Unsigned<T> {
    fn of(number: u32) -> Self {
        Self(T::of(number.cast_signed()))
    }

    /// The number on the wire.
    pub fn number(self) -> u32 {
        self.0.number().cast_unsigned()
    }
}

impl<T: Signed> fmt::Display for Unsigned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

impl<T> From<T> for Unsigned<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Signed> Field for Unsigned<T> {
    const TYPE: Type = Type::U32;

    fn read(label: &'static str, from: &mut Reader) -> Result<Self, DecodeError> {
        from.u32(label).map(Self::of)
    }

    fn write(&self, to: &mut BytesMut) {
        self.number().write(to);
    }

    fn value(&self) -> Value {
        Value::Uint(self.number())
    }
}

impl<T: Signed> Serialize for Unsigned<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.number().serialize(to)
    }
}

impl<'de, T: Signed> Deserialize<'de> for Unsigned<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        u32::deserialize(from).map(Self::of)
    }
}
