//! The types of fields as data: for documentation, dissectors, and layouts from outside.

use std::{fmt, str::FromStr};

/// What a field is on the wire. Its text is the protocols' own name of the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// An unsigned number of one byte.
    U8,
    /// An unsigned number of two bytes.
    U16,
    /// An unsigned number of four bytes.
    U32,
    /// A signed number of two bytes.
    I16,
    /// A signed number of four bytes.
    I32,
    /// A truth value of two bytes.
    Bool,
    /// Seconds since 1970-01-01 00:00 UTC, in four bytes.
    Time,
    /// A task id of twelve bytes.
    Task,
    /// Text with a NUL at its end, of at most so many bytes with the NUL.
    Text(usize),
    /// Two bytes of length, then text without a NUL, of at most so many bytes.
    Str(usize),
    /// Bytes without a meaning here, at most so many.
    Bytes(usize),
    /// Name and value of an expanded call variable.
    NamedVariable,
    /// Index, name and value of an element of an expanded call array.
    NamedArray,
    /// As many values of a type as the field's length holds.
    List(&'static Type),
}

impl Type {
    /// Bytes of a value, where every value has as many.
    pub const fn size(&self) -> Option<usize> {
        match self {
            Self::U8 => Some(1),
            Self::U16 | Self::I16 | Self::Bool => Some(2),
            Self::U32 | Self::I32 | Self::Time => Some(4),
            Self::Task => Some(12),
            Self::Text(_)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::NamedVariable
            | Self::NamedArray
            | Self::List(_) => None,
        }
    }

    /// Bytes that a value takes in the fixed part of a layout from outside, where that is certain.
    pub const fn room(&self) -> Option<usize> {
        if let Self::Text(max) | Self::Bytes(max) = self { Some(*max) } else { self.size() }
    }

    /// Whether it is a number that can take the place of another.
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::U8 | Self::U16 | Self::U32 | Self::I16 | Self::I32 | Self::Bool | Self::Time)
    }

    /// Whether small values stand for negative ones.
    pub const fn is_signed(&self) -> bool {
        matches!(self, Self::I16 | Self::I32)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::U8 => f.write_str("UCHAR"),
            Self::U16 => f.write_str("USHORT"),
            Self::U32 => f.write_str("UINT"),
            Self::I16 => f.write_str("SHORT"),
            Self::I32 => f.write_str("INT"),
            Self::Bool => f.write_str("BOOL"),
            Self::Time => f.write_str("TIME"),
            Self::Task => f.write_str("TASKID"),
            Self::Text(max) => write!(f, "STRING[{max}]"),
            Self::Str(max) => write!(f, "COUNTED[{max}]"),
            Self::Bytes(max) => write!(f, "UNSPEC[{max}]"),
            Self::NamedVariable => f.write_str("NAMEDVAR"),
            Self::NamedArray => f.write_str("NAMEDARRAY"),
            Self::List(of) => write!(f, "{of}[]"),
        }
    }
}

/// No type has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is no type; there is UCHAR, SHORT, USHORT, INT, UINT, BOOL, TIME, TASKID, STRING[n], UNSPEC[n], NAMEDVAR, NAMEDARRAY, USHORT[], UINT[]"
)]
pub struct UnknownType {
    /// What stood there.
    pub name: String,
}

impl FromStr for Type {
    type Err = UnknownType;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let sized = |start: &str| name.strip_prefix(start)?.strip_suffix(']')?.parse().ok();
        Ok(match name {
            "UCHAR" => Self::U8,
            "SHORT" => Self::I16,
            "USHORT" => Self::U16,
            "INT" => Self::I32,
            "UINT" => Self::U32,
            "BOOL" => Self::Bool,
            "TIME" => Self::Time,
            "TASKID" => Self::Task,
            "NAMEDVAR" => Self::NamedVariable,
            "NAMEDARRAY" => Self::NamedArray,
            "USHORT[]" => Self::List(&Self::U16),
            "UINT[]" => Self::List(&Self::U32),
            _ => {
                let text = sized("STRING[").map(Self::Text);
                let bytes = sized("UNSPEC[").map(Self::Bytes);
                text.or(bytes).ok_or_else(|| UnknownType { name: name.to_owned() })?
            }
        })
    }
}
