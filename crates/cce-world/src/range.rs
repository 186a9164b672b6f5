//! Many alike objects as one entry: `[[agents]] id = "2000..2199"`, `[[mrds]] name = "Chat 1..20"`.
//!
//! Every text of such an entry that holds a range counts along, `{id}` is the object's own name, and numbers that must differ
//! (`skill_target`) count on from the one that stands there. In a list of names, a range stands for all its names.

use crate::problem::Fault;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Objects that one entry may stand for.
const OBJECTS_MAX: u64 = 10_000;

/// A list whose entries may be ranges.
struct List {
    path: &'static str,
    /// The setting that names an object.
    key: &'static str,
    /// Numbers that differ from object to object: they count on.
    counting: &'static [&'static str],
    /// Settings that are numbers, so that a range of them is numbers.
    numbers: &'static [&'static str],
    /// Settings that are lists in which a range stands for all its names.
    names: &'static [&'static str],
}

impl List {
    const fn of(path: &'static str, key: &'static str) -> Self {
        Self { path, key, counting: &[], numbers: &[], names: &[] }
    }

    const fn counting(self, counting: &'static [&'static str]) -> Self {
        Self { counting, ..self }
    }

    const fn numbers(self, numbers: &'static [&'static str]) -> Self {
        Self { numbers, ..self }
    }

    const fn names(self, names: &'static [&'static str]) -> Self {
        Self { names, ..self }
    }

    /// What a text of a range is in the place of that setting.
    fn value(&self, key: &str, text: &str) -> Value {
        let number = || text.parse::<u64>().ok().map(Value::from);
        let is_number = self.numbers.contains(&key) || self.counting.contains(&key);
        is_number.then(number).flatten().unwrap_or_else(|| json!(text))
    }
}

/// Every list of objects that have names or numbers of their own.
const LISTS: [List; 11] = [
    List::of("/ecc_variables", "name"),
    List::of("/mrds", "name").counting(&["id"]),
    List::of("/dialed_numbers", "number").numbers(&["call_type"]),
    List::of("/call_types", "id").numbers(&["id"]),
    List::of("/scripts", "name"),
    List::of("/precision_queues", "name").counting(&["id", "skill_group", "number"]),
    List::of("/agents", "id").counting(&["skill_target"]).names(&["mrds"]),
    List::of("/demo/agents", "id"),
    List::of("/ccp/feeds", "id").numbers(&["id"]),
    List::of("/ccp/campaigns", "id").counting(&["filter"]).numbers(&["id", "feeds"]).names(&["feeds"]),
    List::of("/finesse/reason_codes", "id").counting(&["code"]).numbers(&["id"]),
];

/// The names of a range, both ends included: `2000..2199`. None where it is no range.
pub fn counted(text: &str) -> Option<Result<Vec<String>, String>> {
    let (first, last) = text.split_once("..")?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(first) || !digits(last) {
        return None;
    }
    let (Ok(from), Ok(to)) = (first.parse::<u64>(), last.parse::<u64>()) else {
        return Some(Err(format!("`{text}`: such numbers are too large")));
    };
    if from > to {
        return Some(Err(format!("`{text}` counts down: the second number is the larger one")));
    }
    if to - from >= OBJECTS_MAX {
        return Some(Err(format!("`{text}` stands for more than {OBJECTS_MAX}")));
    }
    // `007..012` keeps its zeros.
    let width = first.len();
    Some(Ok((from..=to).map(|number| format!("{number:0width$}")).collect()))
}

/// The texts of a text with a range in it: `Chat 1..20`.
fn counted_within(text: &str) -> Option<Result<Vec<String>, String>> {
    let (before, behind) = text.split_once("..")?;
    let head = before.trim_end_matches(|end: char| end.is_ascii_digit());
    let tail = behind.trim_start_matches(|start: char| start.is_ascii_digit());
    let range = &text[head.len()..text.len() - tail.len()];
    let wrap = |names: Vec<String>| names.iter().map(|name| format!("{head}{name}{tail}")).collect();
    Some(counted(range)?.map(wrap))
}

/// Which entry of a file each object of a list stands in.
#[derive(Debug, Default)]
pub(crate) struct Origins(BTreeMap<&'static str, Vec<usize>>);

impl Origins {
    /// The key of a setting as the file has it.
    pub(crate) fn of(&self, key: &str) -> String {
        for (list, origins) in &self.0 {
            let list = list.trim_start_matches('/').replace('/', ".");
            let rest = key.strip_prefix(&list).and_then(|rest| rest.strip_prefix('.'));
            let Some((at, rest)) = rest.map(|rest| rest.split_once('.').unwrap_or((rest, ""))) else {
                continue;
            };
            if let Some(origin) = at.parse::<usize>().ok().and_then(|at| origins.get(at)) {
                let dot = if rest.is_empty() { "" } else { "." };
                return format!("{list}.{origin}{dot}{rest}");
            }
        }
        key.to_owned()
    }
}

/// Puts the objects in the places of the entries that stand for them.
pub(crate) fn expand(merged: &mut Value) -> Result<Origins, Fault> {
    let mut origins = Origins::default();
    for list in &LISTS {
        let Some(entries) = merged.pointer_mut(list.path).and_then(Value::as_array_mut) else { continue };
        let mut objects = Vec::new();
        let mut origin = Vec::new();
        for (at, entry) in std::mem::take(entries).into_iter().enumerate() {
            let place = format!("{}.{at}", list.path.trim_start_matches('/').replace('/', "."));
            let fault = |(key, message): (String, String)| Fault::new(format!("{place}.{key}"), message);
            for mut object in of_entry(entry, list).map_err(fault)? {
                for key in list.names {
                    let names = object.get_mut(*key).and_then(Value::as_array_mut);
                    expand_names(names, |name| list.value(key, name))
                        .map_err(|message| fault(((*key).to_owned(), message)))?;
                }
                objects.push(object);
                origin.push(at);
            }
        }
        *entries = objects;
        origins.0.insert(list.path, origin);
    }
    expand_steps(merged)?;
    Ok(origins)
}

/// The objects of one entry.
fn of_entry(entry: Value, list: &List) -> Result<Vec<Value>, (String, String)> {
    let Some(names) = entry.get(list.key).and_then(Value::as_str).and_then(counted_within) else {
        return Ok(vec![entry]);
    };
    let names = names.map_err(|message| (list.key.to_owned(), message))?;
    let Some(table) = entry.as_object() else { return Ok(vec![entry]) };
    names.iter().enumerate().map(|(at, name)| object(list, table, name, at, names.len())).collect()
}

fn object(
    list: &List,
    entry: &Map<String, Value>,
    name: &str,
    at: usize,
    count: usize,
) -> Result<Value, (String, String)> {
    let mut object = Map::new();
    for (key, value) in entry {
        let value = match value {
            Value::String(text) => match counted_within(text) {
                Some(texts) => {
                    let texts = texts.map_err(|message| (key.clone(), message))?;
                    let counts = texts.len();
                    let one = texts.into_iter().nth(at).filter(|_| counts == count);
                    let one = one.ok_or_else(|| {
                        (key.clone(), format!("`{text}` stands for {counts}, and the entry for {count}"))
                    })?;
                    list.value(key, &one)
                }
                None => json!(text.replace("{id}", name)),
            },
            // What is no whole number stays as it is: whoever reads the setting tells of it.
            Value::Number(number) if list.counting.contains(&key.as_str()) => match number.as_i64() {
                Some(first) => json!(first.saturating_add(i64::try_from(at).unwrap_or(i64::MAX))),
                None => value.clone(),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                value.clone()
            }
        };
        object.insert(key.clone(), value);
    }
    Ok(Value::Object(object))
}

/// Ranges among the agents of precision queues.
fn expand_steps(merged: &mut Value) -> Result<(), Fault> {
    let queues = merged.get_mut("precision_queues").and_then(Value::as_array_mut);
    for (number, queue) in queues.into_iter().flatten().enumerate() {
        let steps = queue.get_mut("steps").and_then(Value::as_array_mut);
        for (at, step) in steps.into_iter().flatten().enumerate() {
            let agents = step.get_mut("agents").and_then(Value::as_array_mut);
            expand_names(agents, |name| json!(name)).map_err(|message| {
                Fault::new(format!("precision_queues.{number}.steps.{at}.agents"), message)
            })?;
        }
    }
    Ok(())
}

/// Puts all its names in the place of each range of a list.
fn expand_names(list: Option<&mut Vec<Value>>, value: impl Fn(&str) -> Value) -> Result<(), String> {
    let Some(list) = list else { return Ok(()) };
    let mut names = Vec::new();
    for name in std::mem::take(list) {
        match name.as_str().and_then(counted_within) {
            Some(range) => names.extend(range?.iter().map(|name| value(name))),
            None => names.push(name),
        }
    }
    *list = names;
    Ok(())
}
