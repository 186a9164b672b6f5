//! Many alike objects as one entry: `[[agents]] id = "2000..2199"`.
//!
//! Every text of such an entry that is a range counts along, `{id}` is the object's id, and numbers that must differ
//! (`skill_target`) count on from the one that stands there. In a list of names, a range stands for all its names.

use crate::problem::Fault;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Objects that one entry may stand for.
const OBJECTS_MAX: u64 = 10_000;

/// The lists whose entries may be ranges, with the setting that names each.
const LISTS: [(&str, &str); 3] = [("/agents", "id"), ("/dialed_numbers", "number"), ("/demo/agents", "id")];

/// Numbers that differ from object to object.
const COUNTING: [&str; 1] = ["skill_target"];

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
    let width = first.len();
    Some(Ok((from..=to).map(|number| format!("{number:0width$}")).collect()))
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
    for (list, key) in LISTS {
        let Some(entries) = merged.pointer_mut(list).and_then(Value::as_array_mut) else { continue };
        let mut objects = Vec::new();
        let mut origin = Vec::new();
        for (at, entry) in std::mem::take(entries).into_iter().enumerate() {
            let place = format!("{}.{at}", list.trim_start_matches('/').replace('/', "."));
            for object in of_entry(entry, key)
                .map_err(|(key, message)| Fault::new(format!("{place}.{key}"), message))?
            {
                objects.push(object);
                origin.push(at);
            }
        }
        *entries = objects;
        origins.0.insert(list, origin);
    }
    expand_names(merged)?;
    Ok(origins)
}

/// The objects of one entry.
fn of_entry(entry: Value, key: &str) -> Result<Vec<Value>, (String, String)> {
    let Some(names) = entry.get(key).and_then(Value::as_str).and_then(counted) else {
        return Ok(vec![entry]);
    };
    let names = names.map_err(|message| (key.to_owned(), message))?;
    let Some(table) = entry.as_object() else { return Ok(vec![entry]) };
    names.iter().enumerate().map(|(at, name)| object(table, name, at, names.len())).collect()
}

fn object(
    entry: &Map<String, Value>,
    name: &str,
    at: usize,
    count: usize,
) -> Result<Value, (String, String)> {
    let mut object = Map::new();
    for (key, value) in entry {
        let value = match value {
            Value::String(text) => match counted(text) {
                Some(texts) => {
                    let texts = texts.map_err(|message| (key.clone(), message))?;
                    let counts = texts.len();
                    let one = texts.into_iter().nth(at).filter(|_| counts == count);
                    json!(one.ok_or_else(|| (
                        key.clone(),
                        format!("`{text}` stands for {counts}, and the entry for {count}")
                    ))?)
                }
                None => json!(text.replace("{id}", name)),
            },
            Value::Number(number) if COUNTING.contains(&key.as_str()) => {
                json!(
                    number.as_i64().unwrap_or_default().saturating_add(i64::try_from(at).unwrap_or(i64::MAX))
                )
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                value.clone()
            }
        };
        object.insert(key.clone(), value);
    }
    Ok(Value::Object(object))
}

/// Ranges among the agents of precision queues.
fn expand_names(merged: &mut Value) -> Result<(), Fault> {
    let queues = merged.get_mut("precision_queues").and_then(Value::as_array_mut);
    for (number, queue) in queues.into_iter().flatten().enumerate() {
        let steps = queue.get_mut("steps").and_then(Value::as_array_mut);
        for (at, step) in steps.into_iter().flatten().enumerate() {
            let Some(agents) = step.get_mut("agents").and_then(Value::as_array_mut) else { continue };
            let mut names = Vec::new();
            for agent in std::mem::take(agents) {
                match agent.as_str().and_then(counted) {
                    Some(range) => {
                        let key = format!("precision_queues.{number}.steps.{at}.agents");
                        names.extend(
                            range.map_err(|message| Fault::new(key, message))?.into_iter().map(Value::String),
                        );
                    }
                    None => names.push(agent),
                }
            }
            *agents = names;
        }
    }
    Ok(())
}
