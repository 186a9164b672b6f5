//! A row from outside, read and checked against the table's own.

use crate::{
    FieldDoc, MessageDoc, Type,
    row_text::{Entry, FieldText, Misfit, Reason, RowText, read_fixed, read_float},
};
use std::collections::BTreeSet;

/// One row from outside, beside the table's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) doc: &'static MessageDoc,
    pub(super) number: u32,
    pub(super) fixed: Vec<OutsideField>,
    pub(super) floats: Vec<(u16, OutsideField)>,
}

/// A field of a row from outside, and where the table's own row has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutsideField {
    pub(super) source: Source,
    pub(super) ty: Type,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// In the fixed part, by index.
    Fixed(usize),
    /// In the floating part, by tag.
    Float(u16),
    /// Nowhere: it always has this value.
    Constant(u32),
}

impl Layout {
    pub(super) fn new(doc: &'static MessageDoc, text: &RowText, misfits: &mut Vec<Misfit>) -> Self {
        let mut report = |entry, reason| misfits.push(Misfit { row: doc.name.to_owned(), entry, reason });
        let (mut fixed, mut floats) = (Vec::new(), Vec::new());
        for (index, entry) in text.fixed.iter().enumerate() {
            match read_fixed(entry).and_then(|field| fixed_place(doc, &field)) {
                Ok(place) => fixed.push(place),
                Err(reason) => report(Entry::Fixed(index), reason),
            }
        }
        for (index, entry) in text.floats.iter().enumerate() {
            match read_float(entry).and_then(|field| Ok((field.tag.unwrap_or(0), place(doc, &field)?))) {
                Ok(place) => floats.push(place),
                Err(reason) => report(Entry::Float(index), reason),
            }
        }
        let layout = Self { doc, number: text.number, fixed, floats };
        layout.check(&mut report);
        layout
    }

    /// Whether every field of the built-in fixed part is there, and none twice.
    fn check(&self, report: &mut impl FnMut(Entry, Reason)) {
        let (mut sources, mut tags) = (BTreeSet::new(), BTreeSet::new());
        let fixed = self.fixed.iter().enumerate().map(|(index, place)| (Entry::Fixed(index), place));
        let floats = self.floats.iter().enumerate().map(|(index, (_, place))| (Entry::Float(index), place));
        for (entry, place) in fixed.chain(floats) {
            let is_constant = matches!(place.source, Source::Constant(_));
            if !is_constant && !sources.insert(place.source) {
                report(entry, Reason::Twice { name: self.label(place.source).to_owned() });
            }
        }
        for (index, (tag, _)) in self.floats.iter().enumerate() {
            if !tags.insert(*tag) {
                report(Entry::Float(index), Reason::TagTwice { tag: *tag });
            }
        }
        for (index, field) in self.doc.fixed.iter().enumerate() {
            if !sources.contains(&Source::Fixed(index)) {
                report(Entry::Row, Reason::Missing { name: field.label });
            }
        }
    }

    pub(super) fn label(&self, source: Source) -> &'static str {
        match source {
            Source::Fixed(index) => self.doc.fixed.get(index).map_or("", |field| field.label),
            Source::Float(tag) => self.doc.float(tag).map_or("", |float| float.field.label),
            Source::Constant(_) => "",
        }
    }

    pub(super) fn own_type(&self, source: Source) -> Type {
        match source {
            Source::Fixed(index) => self.doc.fixed.get(index).map_or(Type::U32, |field| field.ty),
            Source::Float(tag) => self.doc.float(tag).map_or(Type::U32, |float| float.field.ty),
            Source::Constant(_) => Type::U32,
        }
    }

    /// The tags of the list that a tag is a member of, or the tag alone.
    pub(super) fn list_of(&self, tag: u16) -> Vec<u16> {
        let lists = self.doc.lists.iter().map(|list| list.members);
        let members = lists.into_iter().find(|members| crate::has_tag(members, tag));
        members.map_or_else(|| vec![tag], |members| members.iter().map(|member| member.tag).collect())
    }
}

fn fixed_place(doc: &'static MessageDoc, field: &FieldText<'_>) -> Result<OutsideField, Reason> {
    if let Some(value) = field.constant.filter(|_| field.ty.is_number()) {
        return Ok(OutsideField { source: Source::Constant(value), ty: field.ty });
    }
    let place = place(doc, field)?;
    if place.ty.room().is_some() { Ok(place) } else { Err(Reason::NoSize { given: place.ty }) }
}

/// Where the built-in row has a field of that name.
fn place(doc: &'static MessageDoc, field: &FieldText<'_>) -> Result<OutsideField, Reason> {
    let members = doc.lists.iter().flat_map(|list| list.members);
    let floats = doc.floats.iter().chain(members);
    let fixed = doc.fixed.iter().enumerate().map(|(index, field)| (Source::Fixed(index), field));
    let mut all = fixed.chain(floats.map(|float| (Source::Float(float.tag), &float.field)));
    // Where both parts have the name, a tag asks for the floating field first.
    let is_it = |source: &Source, doc: &FieldDoc| {
        doc.label == field.name && (field.tag.is_some() == matches!(source, Source::Float(_)))
    };
    let found = all.clone().find(|(source, doc)| is_it(source, doc));
    let found = found.or_else(|| all.clone().find(|(_, doc)| doc.label == field.name));
    let Some((source, own)) = found else {
        let known = all.by_ref().map(|(_, doc)| doc.label).collect();
        return Err(Reason::UnknownField { name: field.name.to_owned(), known });
    };
    if !carries(field.ty, own.ty) {
        return Err(Reason::WrongType { name: own.label, built_in: own.ty, given: field.ty });
    }
    Ok(OutsideField { source, ty: field.ty })
}

/// Whether values of a type can be carried as another.
fn carries(given: Type, own: Type) -> bool {
    let is_text = |ty| matches!(ty, Type::Text(_) | Type::Bytes(_));
    given == own || (given.is_number() && own.is_number()) || (is_text(given) && is_text(own))
}
