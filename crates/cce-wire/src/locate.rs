//! A body field by field, with the place of each.

use crate::{
    Blob, DecodeError, Dialect, FieldDoc, MessageDoc, NamedArray, NamedVariable, Reader, Type, Value,
};
use crate::{Field, HEADER};
use bytes::{Buf, Bytes};
use cce_model::TaskId;

/// A field in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Where it begins, in bytes from the start of the message; of a floating field, where its tag does.
    pub offset: usize,
    /// Its tag, if it is a floating field.
    pub tag: Option<u16>,
    /// Name in the product's traces; none where the row does not know it.
    pub label: Option<&'static str>,
    /// What it says.
    pub value: Value,
}

/// The fields of a body in the order of the wire, and why there are no more, if bytes are missing.
pub fn locate(doc: &MessageDoc, dialect: &Dialect, body: Bytes) -> (Vec<Located>, Option<DecodeError>) {
    let mut found = Vec::new();
    let error = walk(doc, dialect, body, &mut found).err();
    (found, error)
}

fn walk(
    doc: &MessageDoc,
    dialect: &Dialect,
    body: Bytes,
    found: &mut Vec<Located>,
) -> Result<(), DecodeError> {
    let whole = body.len();
    let mut reader = Reader::new(doc.name, body);
    let offset = |reader: &Reader| HEADER + whole - reader.left();
    for field in doc.fixed.iter().filter(|field| dialect.has(field.since)) {
        let at = offset(&reader);
        let bytes = take(&mut reader, field)?;
        found.push(Located { offset: at, tag: None, label: Some(field.label), value: value(field, bytes) });
    }
    while !reader.is_empty() {
        let at = offset(&reader);
        let float = dialect.read_float(&mut reader)?;
        let known = doc.float(float.tag).map(|known| &known.field).filter(|field| dialect.has(field.since));
        let label = known.map(|field| field.label);
        let value =
            known.map_or_else(|| Value::bytes(&float.body.0), |field| value(field, float.body.0.clone()));
        found.push(Located { offset: at, tag: Some(float.tag), label, value });
    }
    Ok(())
}

fn take(reader: &mut Reader, field: &FieldDoc) -> Result<Bytes, DecodeError> {
    match (field.ty, field.ty.size()) {
        (_, Some(size)) => reader.take(field.label, size),
        (Type::Str(_), None) => {
            let length = reader.u16(field.label)?;
            reader.take(field.label, usize::from(length))
        }
        (_, None) => Ok(reader.rest()),
    }
}

/// What a field of that type says. Bytes of another size than the type's stay bytes.
fn value(field: &FieldDoc, bytes: Bytes) -> Value {
    if field.is_secret {
        return Value::Secret;
    }
    typed(field.label, field.ty, bytes)
}

fn typed(label: &'static str, ty: Type, bytes: Bytes) -> Value {
    if ty.size().is_some_and(|size| size != bytes.len()) {
        return Value::bytes(&bytes);
    }
    match ty {
        Type::U8 => Value::Uint(u32::from(bytes[0])),
        Type::U16 => Value::Uint(u32::from(bytes.clone().get_u16())),
        Type::I16 => Value::Int(i32::from(bytes.clone().get_i16())),
        Type::U32 => Value::Uint(bytes.clone().get_u32()),
        Type::I32 => Value::Int(bytes.clone().get_i32()),
        Type::Bool => Value::Bool(bytes.clone().get_u16() != 0),
        Type::Time => Value::Time(bytes.clone().get_u32()),
        Type::Task => read::<TaskId>(label, bytes),
        Type::Text(_) | Type::Str(_) => Value::Text(crate::latin::text_of(until_nul(&bytes))),
        Type::NamedVariable => read::<NamedVariable>(label, bytes),
        Type::NamedArray => read::<NamedArray>(label, bytes),
        Type::Bytes(_) => Value::Bytes(Blob(bytes)),
        Type::List(of) => {
            let size = of.size().unwrap_or(1);
            let parts = bytes.chunks(size).map(|part| typed(label, *of, Bytes::copy_from_slice(part)));
            Value::List(parts.collect())
        }
    }
}

fn read<T: Field>(label: &'static str, bytes: Bytes) -> Value {
    T::read(label, &mut Reader::new(label, bytes.clone()))
        .map_or(Value::Bytes(Blob(bytes)), |read| read.value())
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}
