//! Layouts from outside: rows that take the place of a table's inferred ones at run time.
//!
//! Everything in the lab speaks the built-in table. A message that crosses a link is taken apart by one layout
//! and put together by the other: [`Layouts::frame_inward`] and [`Layouts::frame_outward`]. What both have keeps
//! its value; a number that changes its width keeps "none" (all bits set).

mod carry;
mod row;

use crate::{
    DecodeError, Dialect, Evidence, Floats, MessageDoc,
    row_text::{Entry, Misfit, Reason, RowText, TableText},
};
use bytes::{BufMut, Bytes, BytesMut};
use row::Layout;
use std::collections::BTreeMap;

/// Makes a message type that no table lists, of one whose row has another number outside.
const MOVED_AWAY: u32 = 0x8000_0000;

/// Rows from outside, checked against a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layouts {
    floats: Option<Floats>,
    /// By the message type of the table.
    rows: BTreeMap<u32, Layout>,
    /// Message type outside to message type of the table.
    numbers: BTreeMap<u32, u32>,
}

impl Layouts {
    /// Checks a table from outside against the built-in one.
    ///
    /// # Errors
    ///
    /// Every misfit: a message that the table does not have or whose layout is published; a field that is
    /// unknown, missing, there twice, or of a type that cannot carry it; a number that two messages have.
    pub fn new(table: &'static [MessageDoc], text: &TableText) -> Result<Self, Vec<Misfit>> {
        let floats = text.float_width.map(|width| if width == 1 { Floats::Narrow } else { Floats::Wide });
        let mut misfits = Vec::new();
        let mut rows = BTreeMap::new();
        for doc in table {
            // A change of the width concerns every message, one that has no row in the file, too.
            let own = || floats.is_some().then(|| RowText::of(doc));
            let given = text.rows.get(doc.name).filter(|_| doc.evidence == Evidence::Inferred);
            if let Some(row) = given.cloned().or_else(own) {
                rows.insert(doc.kind, Layout::new(doc, &row, &mut misfits));
            }
        }
        misfits.extend(text.rows.keys().filter_map(|name| refuse_row(table, name)));
        let mut layouts = Self { floats, rows, numbers: BTreeMap::new() };
        layouts.number(table, &mut misfits);
        if misfits.is_empty() { Ok(layouts) } else { Err(misfits) }
    }

    /// Gives every message of the table its number outside.
    fn number(&mut self, table: &'static [MessageDoc], misfits: &mut Vec<Misfit>) {
        for doc in table {
            let number = self.rows.get(&doc.kind).map_or(doc.kind, |row| row.number);
            let Some(other) = self.numbers.insert(number, doc.kind) else { continue };
            let other = table.iter().find(|row| row.kind == other).map_or("another", |row| row.name);
            let (row, other) = if number == doc.kind { (other, doc.name) } else { (doc.name, other) };
            let reason = Reason::NumberTaken { number, other: other.to_owned() };
            misfits.push(Misfit { row: row.to_owned(), entry: Entry::Number, reason });
        }
    }

    /// A whole frame from outside as the table has it. One that ends inside a field has no body then, so its
    /// receiver finds it too short.
    pub fn frame_inward(&self, dialect: &Dialect, frame: &Bytes) -> Bytes {
        let Ok((kind, body)) = crate::open_frame(frame) else { return frame.clone() };
        let (kind, body) = match self.numbers.get(&kind) {
            Some(kind) => (*kind, self.body_inward(*kind, dialect, body).unwrap_or_default()),
            None if self.rows.contains_key(&kind) => (kind | MOVED_AWAY, body),
            None => return frame.clone(),
        };
        crate::frame(kind, |to| to.put_slice(&body))
    }

    /// A whole frame of the table as it goes outside.
    pub fn frame_outward(&self, dialect: &Dialect, frame: &Bytes) -> Bytes {
        let Ok((kind, body)) = crate::open_frame(frame) else { return frame.clone() };
        let Some(row) = self.rows.get(&kind) else { return frame.clone() };
        let Ok(parts) = row.take_own_apart(dialect, body) else { return frame.clone() };
        crate::frame(row.number, |to| row.write_outside(&self.outside(dialect), parts, to))
    }

    fn body_inward(&self, kind: u32, dialect: &Dialect, body: Bytes) -> Result<Bytes, DecodeError> {
        let Some(row) = self.rows.get(&kind) else { return Ok(body) };
        let parts = row.take_outside_apart(&self.outside(dialect), body)?;
        let mut own = BytesMut::new();
        row.write_own(dialect, &parts, &mut own);
        Ok(own.freeze())
    }

    fn outside(&self, dialect: &Dialect) -> Dialect {
        Dialect { floats: self.floats.unwrap_or(dialect.floats), ..dialect.clone() }
    }
}

fn refuse_row(table: &[MessageDoc], name: &str) -> Option<Misfit> {
    match table.iter().find(|doc| doc.name == name) {
        None => Some(Misfit::of_row(name, Reason::UnknownMessage)),
        Some(doc) if doc.evidence != Evidence::Inferred => Some(Misfit::of_row(name, Reason::Published)),
        Some(_) => None,
    }
}
