//! Bodies from one layout to the other.

use super::row::{Layout, OutsideField, Source};
use crate::{DecodeError, Dialect, Float, Reader, Type};
use bytes::{BufMut, Bytes, BytesMut};

/// A body, taken apart by one layout.
pub(super) struct Parts {
    /// In order; none for a field that the session's version does not have.
    fixed: Vec<Option<Bytes>>,
    floats: Vec<Float>,
}

impl Layout {
    pub(super) fn take_own_apart(&self, dialect: &Dialect, body: Bytes) -> Result<Parts, DecodeError> {
        let mut reader = Reader::new(self.doc.name, body);
        let mut fixed = Vec::new();
        for field in self.doc.fixed {
            let is_there = dialect.has(field.since);
            fixed.push(if is_there { Some(take(&mut reader, field.label, field.ty)?) } else { None });
        }
        Ok(Parts { fixed, floats: take_floats(dialect, &mut reader)? })
    }

    pub(super) fn take_outside_apart(&self, outside: &Dialect, body: Bytes) -> Result<Parts, DecodeError> {
        let mut reader = Reader::new(self.doc.name, body);
        let mut fixed = Vec::new();
        for place in &self.fixed {
            fixed.push(Some(take(&mut reader, self.label(place.source), place.ty)?));
        }
        Ok(Parts { fixed, floats: take_floats(outside, &mut reader)? })
    }

    pub(super) fn write_outside(&self, outside: &Dialect, parts: Parts, to: &mut BytesMut) {
        let Parts { fixed, mut floats } = parts;
        for place in &self.fixed {
            let own = match place.source {
                Source::Fixed(index) => fixed.get(index).cloned().flatten(),
                Source::Float(tag) => {
                    floats.extract_if(.., |float| float.tag == tag).next().map(|f| f.body.0)
                }
                Source::Constant(value) => Some(Bytes::copy_from_slice(&value.to_be_bytes())),
            };
            to.put_slice(&sized(
                &convert(&own.unwrap_or_default(), self.own_type(place.source), place.ty),
                place.ty,
            ));
        }
        for (tag, place) in &self.floats {
            match place.source {
                Source::Fixed(index) => {
                    let own = fixed.get(index).cloned().flatten().unwrap_or_default();
                    outside.write_float(*tag, &convert(&own, self.own_type(place.source), place.ty), to);
                }
                // Members of one list stay together and in order, so all of them go where the first stands.
                Source::Float(own) => {
                    let list = self.list_of(own);
                    for float in floats.extract_if(.., |float| list.contains(&float.tag)) {
                        self.write_float(outside, &float, to);
                    }
                }
                Source::Constant(_) => {}
            }
        }
        // What the built-in row does not know, it got from outside.
        floats.retain(|float| self.doc.float(float.tag).is_none());
        floats.iter().for_each(|float| outside.write_float(float.tag, &float.body.0, to));
    }

    fn write_float(&self, outside: &Dialect, float: &Float, to: &mut BytesMut) {
        let place = self.floats.iter().find(|(_, place)| place.source == Source::Float(float.tag));
        if let Some((tag, place)) = place {
            outside.write_float(*tag, &convert(&float.body.0, self.own_type(place.source), place.ty), to);
        }
    }

    pub(super) fn write_own(&self, dialect: &Dialect, parts: &Parts, to: &mut BytesMut) {
        for (index, field) in self.doc.fixed.iter().enumerate().filter(|(_, field)| dialect.has(field.since))
        {
            let outside = self.find_outside(Source::Fixed(index), parts).unwrap_or((Bytes::new(), field.ty));
            to.put_slice(&sized(&convert(&outside.0, outside.1, field.ty), field.ty));
        }
        for place in self.fixed.iter().filter(|place| matches!(place.source, Source::Float(_))) {
            if let (Source::Float(tag), Some((bytes, ty))) =
                (place.source, self.find_outside(place.source, parts))
            {
                dialect.write_float(tag, &convert(&trim(bytes, ty), ty, self.own_type(place.source)), to);
            }
        }
        for float in &parts.floats {
            match self.floats.iter().find(|(tag, _)| *tag == float.tag).map(|(_, place)| place) {
                Some(OutsideField { source: Source::Float(tag), ty }) => {
                    let own = convert(&float.body.0, *ty, self.own_type(Source::Float(*tag)));
                    dialect.write_float(*tag, &own, to);
                }
                // It is in the fixed part already.
                Some(_) => {}
                // A tag that the built-in row uses for something else would be misread.
                None if self.doc.float(float.tag).is_some() => {}
                None => dialect.write_float(float.tag, &float.body.0, to),
            }
        }
    }

    /// The bytes that the outside layout has for a field of the table, and their type.
    fn find_outside(&self, source: Source, parts: &Parts) -> Option<(Bytes, Type)> {
        let fixed = self.fixed.iter().position(|place| place.source == source);
        if let Some(index) = fixed {
            return Some((parts.fixed.get(index)?.clone()?, self.fixed[index].ty));
        }
        let (tag, place) = self.floats.iter().find(|(_, place)| place.source == source)?;
        let float = parts.floats.iter().find(|float| float.tag == *tag)?;
        Some((float.body.0.clone(), place.ty))
    }
}

fn take(reader: &mut Reader, label: &'static str, ty: Type) -> Result<Bytes, DecodeError> {
    reader.take(label, ty.room().unwrap_or(0))
}

fn take_floats(dialect: &Dialect, reader: &mut Reader) -> Result<Vec<Float>, DecodeError> {
    let mut floats = Vec::new();
    while !reader.is_empty() {
        floats.push(dialect.read_float(reader)?);
    }
    Ok(floats)
}

/// A value of one type as another that carries it.
fn convert(bytes: &Bytes, from: Type, to: Type) -> Bytes {
    let (Some(have), Some(want)) = (from.size(), to.size()) else { return bytes.clone() };
    if have == want || bytes.is_empty() {
        return bytes.clone();
    }
    let is_negative = from.is_signed() && bytes.first().is_some_and(|first| *first >= 0x80);
    let is_none = bytes.iter().all(|byte| *byte == 0xff);
    let mut wide = vec![if is_negative || is_none { 0xff } else { 0 }; want.saturating_sub(bytes.len())];
    wide.extend_from_slice(&bytes[bytes.len().saturating_sub(want)..]);
    wide.into()
}

/// A value in the fixed part: filled up with zeros, or cut, to the size of its type.
fn sized(bytes: &Bytes, ty: Type) -> Bytes {
    let mut whole = bytes.to_vec();
    whole.resize(ty.room().unwrap_or(bytes.len()), 0);
    whole.into()
}

/// A text of the fixed part, without what fills it up.
fn trim(bytes: Bytes, ty: Type) -> Bytes {
    if !matches!(ty, Type::Text(_)) {
        return bytes;
    }
    let end = bytes.iter().position(|byte| *byte == 0).map_or(bytes.len(), |end| end + 1);
    bytes.slice(..end)
}
