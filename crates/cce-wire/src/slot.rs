//! Where floating fields of a message are kept: once, repeated, or in groups.

use crate::{Dialect, Field, Flaw, Float, FloatDoc, Reader, Shown, Value};
use bytes::BytesMut;

/// The place of a floating field in its message: `Option<T>`, or `Vec<T>` where it may be repeated.
pub trait Slot {
    /// Takes the field in, or hands it back if it does not fit here.
    fn place(&mut self, label: &'static str, float: Float) -> Option<Float>;

    /// Whether there is nothing to write.
    fn is_vacant(&self) -> bool;

    /// Writes the field.
    fn write(&self, dialect: &Dialect, tag: u16, to: &mut BytesMut);

    /// Its values, in their order.
    fn values(&self) -> impl Iterator<Item = Value>;

    /// Appends label and values.
    fn show(&self, label: &'static str, to: &mut Vec<Shown>) {
        to.extend(self.values().map(|value| Shown { label, value }));
    }

    /// Appends what a strict peer would object to.
    fn flaws(&self, label: &'static str, to: &mut Vec<Flaw>);
}

impl<T: Field> Slot for Option<T> {
    fn place(&mut self, label: &'static str, float: Float) -> Option<Float> {
        if self.is_some() {
            return Some(float);
        }
        *self = fit(label, &float);
        self.is_none().then_some(float)
    }

    fn is_vacant(&self) -> bool {
        self.is_none()
    }

    fn write(&self, dialect: &Dialect, tag: u16, to: &mut BytesMut) {
        self.iter().for_each(|value| write_value(dialect, tag, value, to));
    }

    fn values(&self) -> impl Iterator<Item = Value> {
        self.iter().map(Field::value)
    }

    fn flaws(&self, label: &'static str, to: &mut Vec<Flaw>) {
        to.extend(self.iter().filter_map(|value| value.flaw(label)));
    }
}

impl<T: Field> Slot for Vec<T> {
    fn place(&mut self, label: &'static str, float: Float) -> Option<Float> {
        match fit(label, &float) {
            Some(value) => self.push(value),
            None => return Some(float),
        }
        None
    }

    fn is_vacant(&self) -> bool {
        self.is_empty()
    }

    fn write(&self, dialect: &Dialect, tag: u16, to: &mut BytesMut) {
        self.iter().for_each(|value| write_value(dialect, tag, value, to));
    }

    fn values(&self) -> impl Iterator<Item = Value> {
        self.iter().map(Field::value)
    }

    fn flaws(&self, label: &'static str, to: &mut Vec<Flaw>) {
        to.extend(self.iter().filter_map(|value| value.flaw(label)));
    }
}

/// Floating fields that occur together, any number of times. Declared with [`group!`](crate::group).
pub trait Group: Default {
    /// Its members, in order.
    const MEMBERS: &'static [FloatDoc];

    /// Index of the last member that is filled.
    fn last(&self) -> Option<usize>;

    /// Takes a member in, or hands it back.
    fn place(&mut self, float: Float) -> Option<Float>;

    /// Writes the members.
    fn write(&self, dialect: &Dialect, to: &mut BytesMut);

    /// Appends labels and values.
    fn show(&self, to: &mut Vec<Shown>);

    /// Appends what a strict peer would object to.
    fn flaws(&self, to: &mut Vec<Flaw>);
}

/// Takes a floating field into a list of groups, or hands it back. Members of one group come in their order,
/// so one that is not behind the last begins the next group.
pub fn place_member<G: Group>(list: &mut Vec<G>, float: Float) -> Option<Float> {
    let Some(index) = G::MEMBERS.iter().position(|member| member.tag == float.tag) else {
        return Some(float);
    };
    if let Some(group) = list.last_mut().filter(|group| group.last() < Some(index)) {
        return group.place(float);
    }
    let mut group = G::default();
    let left = group.place(float);
    if left.is_none() {
        list.push(group);
    }
    left
}

/// What a strict peer would object to in a list of groups.
pub fn list_flaws<G: Group>(list: &[G], to: &mut Vec<Flaw>) {
    list.iter().for_each(|group| group.flaws(to));
}

/// Why a floating field of a tag that the message knows was not taken in.
pub fn judge<T: Field>(dialect: &Dialect, doc: &FloatDoc, float: &Float) -> Flaw {
    let (tag, label, since) = (float.tag, doc.field.label, doc.field.since);
    if !dialect.has(since) {
        return Flaw::TagTooNew { tag, label, since };
    }
    match fit::<T>(label, float) {
        Some(_) => Flaw::Repeated { tag, label },
        None => Flaw::BadLength { tag, label, length: float.body.0.len() },
    }
}

/// Why a member of a list was not taken in.
pub fn judge_member(dialect: &Dialect, doc: &FloatDoc, float: &Float) -> Flaw {
    let (tag, label, since) = (float.tag, doc.field.label, doc.field.since);
    if !dialect.has(since) {
        return Flaw::TagTooNew { tag, label, since };
    }
    Flaw::BadLength { tag, label, length: float.body.0.len() }
}

/// Reads a value that must fill its field exactly.
fn fit<T: Field>(label: &'static str, float: &Float) -> Option<T> {
    let mut data = Reader::new(label, float.body.0.clone());
    T::read(label, &mut data).ok().filter(|_| data.is_empty())
}

fn write_value(dialect: &Dialect, tag: u16, value: &impl Field, to: &mut BytesMut) {
    let mut data = BytesMut::new();
    value.write(&mut data);
    dialect.write_float(tag, &data, to);
}
