//! The tables as a dissector for Wireshark, in Lua.

use cce_fold::Book;
use cce_wire::{Evidence, FieldDoc, MessageDoc, Type};
use std::{collections::BTreeMap, fmt::Write};

/// What is the same for every protocol.
const ENGINE: &str = include_str!("dissector.lua");

/// The dissector of all binary protocols.
pub fn dissector() -> String {
    let mut lua = String::from(
        "-- Wireshark dissector of GED-188, the media routing interface, and PG to router.\n\
         -- Made from the message tables; do not edit. See README.md beside it.\n\nlocal books = {}\n",
    );
    Book::ALL.into_iter().for_each(|book| write_book(book, &mut lua));
    lua + ENGINE
}

/// The filter names of a protocol: label and class of each field. A label that stands for values of two classes
/// has two names.
#[derive(Default)]
struct Names(BTreeMap<String, (&'static str, &'static str)>);

impl Names {
    fn of(&mut self, field: &FieldDoc) -> String {
        let class = class(field);
        let plain: String =
            field.label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let other = format!("{plain}_{class}");
        let is_free = |name: &str| self.0.get(name).is_none_or(|(_, known)| *known == class);
        let name = if is_free(&plain) { plain } else { other };
        self.0.entry(name.clone()).or_insert((field.label, class));
        name
    }
}

fn write_book(book: Book, lua: &mut String) {
    let mut names = Names::default();
    let mut rows = String::new();
    book.rows().into_iter().for_each(|row| write_row(row, &mut names, &mut rows));
    let ports: Vec<String> = book.ports().iter().map(|port| port.default_tcp().to_string()).collect();
    let width = book.float_width().map_or("nil".to_owned(), |width| width.to_string());
    let _ = writeln!(
        lua,
        "\nbooks[#books + 1] = {{\n    name = \"{}\", short = \"{}\", title = \"{}\",\n    ports = \"{}\", width = \
         {width}, max = {},\n    fields = {{",
        book.name(),
        book.name().to_uppercase(),
        book.title(),
        ports.join(","),
        book.message_max()
    );
    for (name, (label, class)) in &names.0 {
        let _ = writeln!(lua, "        {name} = {{ \"{label}\", \"{class}\" }},");
    }
    let _ = write!(lua, "    }},\n    rows = {{\n{rows}    }},\n}}\n");
}

fn write_row(row: &MessageDoc, names: &mut Names, lua: &mut String) {
    if row.evidence == Evidence::Raw {
        let _ = writeln!(lua, "        [{}] = {{ name = \"{}\", raw = true }},", row.kind, row.name);
        return;
    }
    let _ = writeln!(
        lua,
        "        [{}] = {{\n            name = \"{}\",\n            fixed = {{",
        row.kind, row.name
    );
    for field in row.fixed {
        let _ = writeln!(lua, "                {},", entry(field, names));
    }
    lua.push_str("            },\n            floats = {\n");
    let members = row.lists.iter().flat_map(|list| list.members);
    for float in row.floats.iter().chain(members) {
        let _ = writeln!(lua, "                [{}] = {},", float.tag, entry(&float.field, names));
    }
    lua.push_str("            },\n        },\n");
}

/// Filter name, type, first version, and size where it is certain.
fn entry(field: &FieldDoc, names: &mut Names) -> String {
    let name = names.of(field);
    let size = field.ty.size().map(|size| format!(", {size}")).unwrap_or_default();
    format!("{{ \"{name}\", \"{}\", {}{size} }}", kind(field), field.since)
}

fn kind(field: &FieldDoc) -> &'static str {
    if field.is_secret {
        return "SECRET";
    }
    match field.ty {
        Type::U8 => "UCHAR",
        Type::U16 => "USHORT",
        Type::U32 => "UINT",
        Type::I16 => "SHORT",
        Type::I32 => "INT",
        Type::Bool => "BOOL",
        Type::Time => "TIME",
        Type::Task => "TASKID",
        Type::Text(_) => "STRING",
        Type::Str(_) => "COUNTED",
        Type::NamedVariable => "NAMEDVAR",
        Type::NamedArray => "NAMEDARRAY",
        Type::Bytes(_) | Type::List(_) => "BYTES",
    }
}

/// How Wireshark keeps a value.
fn class(field: &FieldDoc) -> &'static str {
    if field.is_secret {
        return "string";
    }
    match field.ty {
        Type::U8 | Type::U16 | Type::U32 | Type::Time => "uint",
        Type::I16 | Type::I32 => "int",
        Type::Bool => "bool",
        Type::Task | Type::Text(_) | Type::Str(_) | Type::NamedVariable | Type::NamedArray => "string",
        Type::Bytes(_) | Type::List(_) => "bytes",
    }
}
