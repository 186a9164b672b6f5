//! Layouts from outside: table files that replace inferred rows of the message tables.

use crate::problem::{ConfigError, ConfigPlace, ConfigProblem, find, line_of, syntax_problem};
use cce_cti::Cti;
use cce_journal::Tables;
use cce_mr::Mr;
use cce_wire::{Entry, Evidence, Layouts, MessageDoc, Misfit, RowText, TableText};
use std::{collections::BTreeMap, fmt::Write};

/// A protocol whose inferred rows can be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// The media routing interface.
    Mr,
    /// The task layer of GED-188.
    Arm,
}

impl TableKind {
    fn table(self) -> &'static [MessageDoc] {
        match self {
            Self::Mr => Mr::TABLE,
            Self::Arm => Cti::TABLE,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Mr => "The media routing interface, between an application and an MR PIM.",
            Self::Arm => "The task layer (ARM) of GED-188, between the CTI server and its clients.",
        }
    }

    fn option(self) -> &'static str {
        match self {
            Self::Mr => "--mr-table",
            Self::Arm => "--arm-table",
        }
    }
}

/// The rows of a table file, checked.
///
/// # Errors
///
/// Everything that is wrong with it, with lines.
pub fn read_table(kind: TableKind, name: &str, text: &str) -> Result<TableText, ConfigError> {
    let (table, mut problems) = rows(kind, name, text);
    if let Err(misfits) = Layouts::new(kind.table(), &table) {
        problems.extend(misfits.into_iter().map(|misfit| tell(&misfit, name, text)));
    }
    if problems.is_empty() {
        return Ok(table);
    }
    let source_text = Some((name.to_owned(), text.to_owned()));
    Err(ConfigError { subject: "the table", problems, source_text })
}

/// The layouts of the tables that a run has instead of the built-in ones.
pub(crate) fn layouts(tables: &Tables) -> (Option<Layouts>, Option<Layouts>) {
    // They were checked when they were read.
    let compile = |kind: TableKind, text: &Option<TableText>| Layouts::new(kind.table(), text.as_ref()?).ok();
    (compile(TableKind::Mr, &tables.mr), compile(TableKind::Arm, &tables.arm))
}

/// The built-in table's inferred rows, as a table file.
pub fn show_table(kind: TableKind) -> String {
    let mut text = format!(
        "# {}\n# Inferred rows: number, fixed part and floating part in the order of the wire. A copy with other\n\
         # numbers, orders, types and tags takes their place: ccelab run {} FILE. A row that is left out\n\
         # stays as it is. Types: UCHAR SHORT USHORT INT UINT BOOL TIME TASKID STRING[n] UNSPEC[n] NAMEDVAR\n\
         # NAMEDARRAY, and USHORT[] and UINT[] for several in one field. One more field of the fixed part: \"NAME TYPE = NUMBER\".\n",
        kind.title(),
        kind.option()
    );
    if kind == TableKind::Mr {
        text += "\n# Bytes of each tag and of each length: 1 or 2.\nfloat_width = 1\n";
    }
    for doc in kind.table().iter().filter(|doc| doc.evidence == Evidence::Inferred) {
        show_row(doc, &mut text);
    }
    text
}

fn show_row(doc: &MessageDoc, text: &mut String) {
    let row = RowText::of(doc);
    let about = doc.doc.lines().next().unwrap_or_default().trim();
    let _ =
        writeln!(text, "\n# {} -> {}: {about}\n[{}]\nnumber = {}", doc.from, doc.to, doc.name, row.number);
    show_list("fixed", &row.fixed, text);
    show_list("floats", &row.floats, text);
}

fn show_list(name: &str, entries: &[String], text: &mut String) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(text, "{name} = [");
    for entry in entries {
        let _ = writeln!(text, "    \"{entry}\",");
    }
    text.push_str("]\n");
}

/// Reads every row by itself, so that an error in one does not hide those of another.
fn rows(kind: TableKind, name: &str, text: &str) -> (TableText, Vec<ConfigProblem>) {
    let mut table = TableText::default();
    let read = match toml::from_str::<BTreeMap<String, toml::Value>>(text) {
        Ok(read) => read,
        Err(error) => return (table, vec![syntax_problem(name, text, &error)]),
    };
    let mut problems = Vec::new();
    for (key, value) in read {
        let result = if key == "float_width" {
            float_width(kind, &value).map(|width| table.float_width = Some(width))
        } else {
            let row = value.try_into::<RowText>().map_err(|error| error.message().to_owned());
            row.map(|row| drop(table.rows.insert(key.clone(), row)))
        };
        if let Err(message) = result {
            problems.push(ConfigProblem { message, place: place(&key, name, text), key });
        }
    }
    (table, problems)
}

fn float_width(kind: TableKind, value: &toml::Value) -> Result<u8, String> {
    match (kind, value.as_integer()) {
        (TableKind::Arm, _) => Err("the width follows from the session's version".to_owned()),
        (TableKind::Mr, Some(1)) => Ok(1),
        (TableKind::Mr, Some(2)) => Ok(2),
        (TableKind::Mr, _) => Err("the width of tags and lengths is 1 or 2".to_owned()),
    }
}

fn tell(misfit: &Misfit, name: &str, text: &str) -> ConfigProblem {
    let key = match misfit.entry {
        Entry::Row => misfit.row.clone(),
        Entry::Number => format!("{}.number", misfit.row),
        Entry::Fixed(index) => format!("{}.fixed.{index}", misfit.row),
        Entry::Float(index) => format!("{}.floats.{index}", misfit.row),
    };
    ConfigProblem { message: misfit.reason.to_string(), place: place(&key, name, text), key }
}

fn place(key: &str, name: &str, text: &str) -> ConfigPlace {
    find(text, key).map_or(ConfigPlace::BuiltIn, |span| ConfigPlace::File {
        name: name.to_owned(),
        line: line_of(text, span.start),
        span,
    })
}
