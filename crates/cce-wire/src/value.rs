//! What a field says, before a view formats it.

use bytes::Bytes;
use cce_kernel::Blob;
use cce_model::TaskId;
use serde::Serialize;
use std::fmt;

/// A field's value. Each log view writes it in its own style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// An unsigned number of one, two or four bytes.
    Uint(u32),
    /// A signed number.
    Int(i32),
    /// A truth value.
    Bool(bool),
    /// Text, up to its terminator.
    Text(String),
    /// A task id.
    Task(TaskId),
    /// Seconds since 1970-01-01 00:00 UTC.
    Time(u32),
    /// Bytes without a meaning here.
    Bytes(Blob),
    /// Several values in one field.
    List(Vec<Value>),
    /// A value that nobody is shown.
    Secret,
}

impl Value {
    /// Whether this is the protocols' "none": 0xFFFFFFFF, -1, or a task id of -1 throughout.
    pub fn is_null(&self) -> bool {
        match self {
            Self::Uint(number) => *number == u32::MAX,
            Self::Int(number) => *number == -1,
            Self::Task(task) => *task == TaskId::NONE,
            Self::Bool(_) | Self::Text(_) | Self::Time(_) | Self::Bytes(_) | Self::List(_) | Self::Secret => {
                false
            }
        }
    }

    /// Bytes as a value.
    pub fn bytes(bytes: &Bytes) -> Self {
        Self::Bytes(Blob(bytes.clone()))
    }
}

/// A plain style for people: `5172`, `true`, `154526_37051928_1`, `[1 2]`, `***`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uint(number) | Self::Time(number) => number.fmt(f),
            Self::Int(number) => number.fmt(f),
            Self::Bool(truth) => truth.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Task(task) => task.fmt(f),
            Self::Bytes(bytes) => bytes.0.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::List(values) => show_list(values, f),
            Self::Secret => f.write_str("***"),
        }
    }
}

fn show_list(values: &[Value], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("[")?;
    for (index, value) in values.iter().enumerate() {
        let gap = if index == 0 { "" } else { " " };
        write!(f, "{gap}{value}")?;
    }
    f.write_str("]")
}

/// A label of the product's traces with its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The text that the product's traces use for this field.
    pub label: &'static str,
    /// Its value.
    pub value: Value,
}
