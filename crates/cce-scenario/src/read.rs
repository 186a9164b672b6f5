//! Reads a TOML file piece by piece, and remembers where each piece stands. Everything that is wrong is found.

use crate::amount::{Bounds, Times};
use cce_model::{meant, nearest};
use cce_world::Span;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Range, RangeInclusive},
    time::Duration,
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Something that is wrong with a scenario, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioProblem {
    /// The file's name.
    pub file: String,
    /// Bytes of its text.
    pub span: Range<usize>,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
    /// A name that nothing has: wherever else it stands, it is the same mistake.
    pub wrong_name: Option<String>,
}

/// One file while it is read.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    pub(crate) parameters: BTreeMap<String, String>,
    /// Parameters that a text has in braces.
    pub(crate) used: BTreeSet<String>,
    pub(crate) problems: Vec<ScenarioProblem>,
}

impl<'a> Source<'a> {
    pub(crate) const fn new(name: &'a str, text: &'a str, parameters: BTreeMap<String, String>) -> Self {
        Self { name, text, parameters, used: BTreeSet::new(), problems: Vec::new() }
    }

    pub(crate) fn problem(&mut self, span: Range<usize>, message: impl Into<String>) {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
        let (file, message, wrong_name) = (self.name.to_owned(), message.into(), None);
        self.problems.push(ScenarioProblem { file, span, line, column, message, wrong_name });
    }

    /// Nothing has that name.
    pub(crate) fn unknown(&mut self, name: &str, span: Range<usize>, message: impl Into<String>) {
        self.problem(span, message);
        if let Some(told) = self.problems.last_mut() {
            told.wrong_name = Some(name.to_owned());
        }
    }

    /// Where a part of a text stands. What escapes or parameters have moved is somewhere in the whole value.
    pub(crate) fn part(&self, text: &Placed, part: &Range<usize>) -> Range<usize> {
        let whole = || text.span.clone();
        let Some(value) = self.text.get(whole()) else { return whole() };
        let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| value.starts_with(quote));
        let start = quote.map_or(0, str::len);
        let is_plain = text.text.get(..part.end).is_some_and(|told| value[start..].starts_with(told));
        if is_plain && !part.is_empty() {
            text.span.start + start + part.start..text.span.start + start + part.end
        } else {
            whole()
        }
    }

    /// Puts the values of parameters in their places: `{patience}`. None if there is none of that name.
    fn fill(&mut self, text: &str, span: &Range<usize>) -> Option<String> {
        let known = self.problems.len();
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            let Some((name, after)) = behind.split_once('}') else { break };
            filled.push_str(before);
            self.used.insert(name.to_owned());
            if let Some(value) = self.parameters.get(name) {
                filled.push_str(value);
            } else {
                let hint = nearest(name, self.parameters.keys().map(String::as_str));
                self.problem(span.clone(), format!("there is no parameter `{name}`{hint}"));
            }
            rest = after;
        }
        (self.problems.len() == known).then(|| filled + rest)
    }
}

/// A text where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) text: String,
    /// Bytes of the value, quotes included.
    pub(crate) span: Range<usize>,
}

/// One table while it is read.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    pub(crate) path: String,
    pub(crate) span: Range<usize>,
    table: &'a DeTable<'a>,
    asked: Vec<&'static str>,
    lacking: Vec<Lack>,
}

/// A table lacks one of some keys.
#[derive(Debug)]
struct Lack {
    keys: &'static [&'static str],
    span: Range<usize>,
    message: &'static str,
}

impl<'a> Section<'a> {
    pub(crate) fn new(path: &str, table: &'a DeTable<'a>, span: Range<usize>) -> Self {
        Self { path: path.to_owned(), span, table, asked: Vec::new(), lacking: Vec::new() }
    }

    fn get(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where the value of a key stands; the table itself, if it has none.
    pub(crate) fn place(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    /// Where a key stands that means nothing here.
    pub(crate) fn place_of_key(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or_else(|| self.span.clone(), |(key, _)| key.span())
    }

    pub(crate) fn text(&mut self, key: &'static str, from: &mut Source<'_>) -> Option<Placed> {
        let value = self.get(key)?;
        as_text(value, from, &self.path_of(key))
    }

    /// A list of texts; one text stands for a list of one.
    pub(crate) fn texts(&mut self, key: &'static str, from: &mut Source<'_>) -> Vec<Placed> {
        let path = self.path_of(key);
        match self.get(key) {
            None => Vec::new(),
            Some(value) => match value.get_ref() {
                DeValue::Array(items) if items.is_empty() => {
                    from.problem(value.span(), format!("`{path}` says nothing: fill it, or leave it out"));
                    Vec::new()
                }
                DeValue::Array(items) => items.iter().filter_map(|item| as_text(item, from, &path)).collect(),
                DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Table(_) => as_text(value, from, &path).into_iter().collect(),
            },
        }
    }

    pub(crate) fn duration(&mut self, key: &'static str, from: &mut Source<'_>) -> Option<Duration> {
        let Placed { text, span } = self.text(key, from)?;
        match text.parse::<Span>() {
            Ok(Span(duration)) => Some(duration),
            Err(error) => {
                from.problem(span, format!("`{text}` is no duration: {error}"));
                None
            }
        }
    }

    pub(crate) fn number(&mut self, key: &'static str, from: &mut Source<'_>) -> Option<u64> {
        self.number_of(key, 0..=u64::MAX, from)
    }

    /// A number in these bounds.
    pub(crate) fn number_of(
        &mut self,
        key: &'static str,
        bounds: RangeInclusive<u64>,
        from: &mut Source<'_>,
    ) -> Option<u64> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            DeValue::String(text) => from.fill(text, &value.span())?.parse().ok(),
            DeValue::Array(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => None,
        };
        let number = number.filter(|number| bounds.contains(number));
        if number.is_none() {
            let path = self.path_of(key);
            let (least, most) = bounds.into_inner();
            // TOML has whole numbers of 64 bits. To whoever wrote a larger one, both bounds are told.
            let is_beyond = matches!(
                value.get_ref(),
                DeValue::Integer(number) if i64::from_str_radix(number.as_str(), number.radix()).is_err()
            );
            let bounds = match (least, most) {
                (least, most) if is_beyond => format!(" from {least} to {most}"),
                (0, u64::MAX) => String::new(),
                (least, u64::MAX) => format!(", at least {least}"),
                (least, most) => format!(" from {least} to {most}"),
            };
            from.problem(value.span(), format!("{path} is a whole number{bounds}"));
        }
        number
    }

    /// How often: a number, or `"always"`.
    pub(crate) fn times(&mut self, key: &'static str, from: &mut Source<'_>) -> Option<Times> {
        let value = self.get(key)?;
        let known = from.problems.len();
        let times = match as_json(value, from) {
            Value::String(word) if word == "always" => Some(Times::Always),
            Value::String(number) => number.parse().ok().map(Times::Count),
            Value::Number(number) => number.as_u64().map(Times::Count),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        let times = times.filter(|times| times.allow(0));
        if times.is_none() && from.problems.len() == known {
            let message = format!("{} is a whole number, at least 1, or \"always\"", self.path_of(key));
            from.problem(value.span(), message);
        }
        times
    }

    /// `[2, 50]`, of numbers in these bounds; one number stands for itself.
    pub(crate) fn range(
        &mut self,
        key: &'static str,
        bounds: RangeInclusive<u64>,
        from: &mut Source<'_>,
    ) -> Option<Bounds> {
        let value = self.get(key)?;
        let known = from.problems.len();
        let numbers = match as_json(value, from) {
            Value::Array(items) => items.iter().map(Value::as_u64).collect::<Option<Vec<u64>>>(),
            Value::Number(number) => number.as_u64().map(|number| vec![number]),
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Object(_) => None,
        };
        let range = match numbers.as_deref() {
            Some([one]) => Some(Bounds { least: *one, most: *one }),
            Some([least, most]) => Some(Bounds { least: *least, most: *most }),
            _ => None,
        };
        let range = range.filter(|range| {
            range.least <= range.most && bounds.contains(&range.least) && bounds.contains(&range.most)
        });
        if range.is_none() && from.problems.len() == known {
            let path = self.path_of(key);
            let (least, most) = bounds.into_inner();
            let message = format!("{path} is [least, most], whole numbers from {least} to {most}");
            from.problem(value.span(), message);
        }
        range
    }

    pub(crate) fn truth(&mut self, key: &'static str, from: &mut Source<'_>) -> Option<bool> {
        let value = self.get(key)?;
        let truth = if let DeValue::Boolean(truth) = value.get_ref() { Some(*truth) } else { None };
        if truth.is_none() {
            from.problem(value.span(), format!("{} is true or false", self.path_of(key)));
        }
        truth
    }

    pub(crate) fn section(&mut self, key: &'static str, from: &mut Source<'_>) -> Option<Section<'a>> {
        let path = self.path_of(key);
        let value = self.get(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            from.problem(value.span(), format!("{path} is a table"));
        }
        table.map(|table| Section::new(&path, table, value.span()))
    }

    pub(crate) fn sections(&mut self, key: &'static str, from: &mut Source<'_>) -> Vec<Section<'a>> {
        let path = self.path_of(key);
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            from.problem(value.span(), format!("{path} is a list of tables: write [[{path}]]"));
            return Vec::new();
        };
        let mut sections = Vec::new();
        for item in items {
            match item.get_ref().as_table() {
                Some(table) => sections.push(Section::new(&path, table, item.span())),
                None => from.problem(item.span(), format!("{path} is a list of tables: write [[{path}]]")),
            }
        }
        sections
    }

    /// A table that somebody else reads, who also tells if it is none.
    pub(crate) fn table(&self, key: &str) -> Option<Section<'a>> {
        let value = self.table.get(key)?;
        Some(Section::new(&self.path_of(key), value.get_ref().as_table()?, value.span()))
    }

    /// Every key of a table whose keys are names, with where the key stands.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Placed, &'a Spanned<DeValue<'a>>)> + use<'a> {
        let placed = |key: &Spanned<std::borrow::Cow<'_, str>>| Placed {
            text: key.get_ref().to_string(),
            span: key.span(),
        };
        // The parser sorts keys.
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries.into_iter().map(move |(key, value)| (placed(key), value))
    }

    /// Somebody else reads that key.
    pub(crate) fn known(&mut self, key: &'static str) {
        self.asked.push(key);
    }

    /// One of these keys is missing. It is told with the unknown keys: one that is nearly the missing one says it all.
    pub(crate) fn lack(&mut self, keys: &'static [&'static str], message: &'static str) {
        self.lack_at(self.span.clone(), keys, message);
    }

    /// Notes that keys are missing where something else stands that is of no use without them.
    pub(crate) fn lack_at(
        &mut self,
        span: Range<usize>,
        keys: &'static [&'static str],
        message: &'static str,
    ) {
        self.lacking.push(Lack { keys, span, message });
    }

    /// Tells of keys that nobody asked for, and of those that are missing.
    pub(crate) fn tell_unknown(&self, from: &mut Source<'_>) {
        let unknown = || self.table.iter().filter(|(key, _)| !self.asked.contains(&key.get_ref().as_ref()));
        for lack in &self.lacking {
            let is_near = |key: &str| !meant(key, lack.keys.iter().copied()).is_empty();
            if !unknown().any(|(key, _)| is_near(key.get_ref())) {
                from.problem(lack.span.clone(), lack.message);
            }
        }
        for (key, _) in unknown() {
            let hint = nearest(key.get_ref(), self.asked.iter().copied());
            let place =
                if self.path.is_empty() { "a scenario".to_owned() } else { format!("`{}`", self.path) };
            from.problem(key.span(), format!("{place} has no key `{}`{hint}", key.get_ref()));
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

pub(crate) fn as_text(value: &Spanned<DeValue<'_>>, from: &mut Source<'_>, path: &str) -> Option<Placed> {
    let DeValue::String(text) = value.get_ref() else {
        from.problem(value.span(), format!("{path} is text: write it between double quotes"));
        return None;
    };
    let text = from.fill(text, &value.span())?;
    Some(Placed { text, span: value.span() })
}

/// A value as JSON, its parameters filled in; null where one is not there.
pub(crate) fn as_json(value: &Spanned<DeValue<'_>>, from: &mut Source<'_>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => from.fill(text, &value.span()).map_or(Value::Null, Value::String),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::from);
            number.unwrap_or_else(|| no_number(value.span(), from))
        }
        DeValue::Float(number) => {
            let number = number.as_str().parse().ok().and_then(serde_json::Number::from_f64);
            number.map_or_else(|| no_number(value.span(), from), Value::Number)
        }
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(moment) => Value::String(moment.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| as_json(item, from)).collect()),
        DeValue::Table(table) => Value::Object(json_table(table, from)),
    }
}

/// A number that is none, or that is too large.
fn no_number(span: Range<usize>, from: &mut Source<'_>) -> Value {
    from.problem(span, "no setting takes such a number");
    Value::Null
}

pub(crate) fn json_table(table: &DeTable<'_>, from: &mut Source<'_>) -> Map<String, Value> {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), as_json(value, from))).collect()
}
