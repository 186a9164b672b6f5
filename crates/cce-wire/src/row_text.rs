//! A row as people write it in a table file, and what can be wrong with it.
//!
//! A field of the fixed part is `NAME TYPE`, or `NAME TYPE = NUMBER` for one that the built-in table does not
//! have: it is written with that value and skipped in what is read. A floating field is `TAG NAME TYPE`.

use crate::{FieldDoc, FloatDoc, MessageDoc, Type, UnknownType};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// A row: message type, fixed part and floating part, in the order of the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowText {
    /// Message type.
    pub number: u32,
    /// Fields of the fixed part.
    #[serde(default)]
    pub fixed: Vec<String>,
    /// Floating fields.
    #[serde(default)]
    pub floats: Vec<String>,
}

/// A table as people write it: a row for each message that differs from the built-in table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableText {
    /// Bytes of each tag and each length, 1 or 2, where they are not the built-in table's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub float_width: Option<u8>,
    /// Rows by message name.
    #[serde(flatten)]
    pub rows: BTreeMap<String, RowText>,
}

/// What a table file gets wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Name of the message.
    pub row: String,
    /// Where in its row.
    pub entry: Entry,
    /// What is wrong.
    pub reason: Reason,
}

/// A place in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The row as a whole.
    Row,
    /// Its `number`.
    Number,
    /// An entry of `fixed`, from 0.
    Fixed(usize),
    /// An entry of `floats`, from 0.
    Float(usize),
}

/// What is wrong at a place in a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// There is no such message.
    #[error("there is no such message in the table")]
    UnknownMessage,
    /// Only inferred rows are replaceable.
    #[error("its layout is published, so it cannot be replaced")]
    Published,
    /// Two messages of one number.
    #[error("number {number} is that of {other}, too")]
    NumberTaken {
        /// The number.
        number: u32,
        /// The other message.
        other: String,
    },
    /// An entry of `fixed` that is not `NAME TYPE`.
    #[error("`{text}`: write `NAME TYPE`, or `NAME TYPE = NUMBER` for a field of a constant value")]
    FixedForm {
        /// The entry.
        text: String,
    },
    /// An entry of `floats` that is not `TAG NAME TYPE`.
    #[error("`{text}`: write `TAG NAME TYPE`")]
    FloatForm {
        /// The entry.
        text: String,
    },
    /// The type's name is unknown.
    #[error(transparent)]
    Type(#[from] UnknownType),
    /// A field that the built-in row does not have.
    #[error(
        "the message has no field {name}; it has {}. One more field of the fixed part needs a constant: `{name} TYPE = 0`",
        known.join(", ")
    )]
    UnknownField {
        /// What stood there.
        name: String,
        /// The fields of the built-in row.
        known: Vec<&'static str>,
    },
    /// A field that stands in the row twice.
    #[error("{name} is there twice")]
    Twice {
        /// The field.
        name: String,
    },
    /// A tag that stands in the row twice.
    #[error("tag {tag} is there twice")]
    TagTwice {
        /// The tag.
        tag: u16,
    },
    /// A field of the fixed part that the row leaves out.
    #[error("{name} is missing")]
    Missing {
        /// The field.
        name: &'static str,
    },
    /// A type that cannot carry the field.
    #[error("{name} is of type {built_in}, which {given} cannot carry")]
    WrongType {
        /// The field.
        name: &'static str,
        /// Its type in the built-in table.
        built_in: Type,
        /// What stood there.
        given: Type,
    },
    /// A type of no certain size in the fixed part.
    #[error("{given} has no fixed size, so it cannot stand in the fixed part")]
    NoSize {
        /// What stood there.
        given: Type,
    },
}

/// An entry, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldText<'a> {
    pub(crate) tag: Option<u16>,
    pub(crate) name: &'a str,
    pub(crate) ty: Type,
    pub(crate) constant: Option<u32>,
}

impl RowText {
    /// The built-in row.
    pub fn of(doc: &MessageDoc) -> Self {
        let members = doc.lists.iter().flat_map(|list| list.members);
        Self {
            number: doc.kind,
            fixed: doc.fixed.iter().map(fixed_entry).collect(),
            floats: doc.floats.iter().chain(members).map(float_entry).collect(),
        }
    }
}

impl Misfit {
    pub(crate) fn of_row(row: &str, reason: Reason) -> Self {
        Self { row: row.to_owned(), entry: Entry::Row, reason }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.row, self.reason)
    }
}

/// Reads an entry of `fixed`.
pub(crate) fn read_fixed(text: &str) -> Result<FieldText<'_>, Reason> {
    let form = || Reason::FixedForm { text: text.to_owned() };
    let (field, constant) = match text.split_once('=') {
        None => (text, None),
        Some((field, value)) => (field, Some(value.trim().parse().map_err(|_| form())?)),
    };
    let (name, ty) = field.trim().rsplit_once(' ').ok_or_else(form)?;
    Ok(FieldText { tag: None, name: name.trim(), ty: ty.parse()?, constant })
}

/// Reads an entry of `floats`.
pub(crate) fn read_float(text: &str) -> Result<FieldText<'_>, Reason> {
    let form = || Reason::FloatForm { text: text.to_owned() };
    let (tag, field) = text.trim().split_once(' ').ok_or_else(form)?;
    let tag = tag.parse().map_err(|_| form())?;
    let (name, ty) = field.trim().rsplit_once(' ').ok_or_else(form)?;
    Ok(FieldText { tag: Some(tag), name: name.trim(), ty: ty.parse()?, constant: None })
}

fn fixed_entry(field: &FieldDoc) -> String {
    format!("{} {}", field.label, field.ty)
}

fn float_entry(float: &FloatDoc) -> String {
    format!("{} {} {}", float.tag, float.field.label, float.field.ty)
}
