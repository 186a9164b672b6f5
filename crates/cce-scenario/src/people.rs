//! Reads the people of a scenario, and settings of its lab.

use crate::read::{Placed, Source, as_json};
use serde_json::{Map, Value, json};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// `set."mrd/Tasks".start_timeout = "30s"` and `set.finesse = { confirmation_timeout = "5s" }` alike.
pub(crate) fn flatten(
    head: &Placed,
    value: &toml::Spanned<DeValue<'_>>,
    found: &mut Vec<(String, Value, Range<usize>)>,
    from: &mut Source<'_>,
) {
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                let path = Placed { text: format!("{}.{}", head.text, key.get_ref()), span: key.span() };
                flatten(&path, value, found, from);
            }
        }
        _ => found.push((head.text.clone(), as_json(value, from), head.span.clone())),
    }
}

/// `offer` stands for what an agent does with every offer.
pub(crate) fn character(mut given: Map<String, Value>) -> Map<String, Value> {
    let offer = given.remove("offer");
    let default = json!({ "accept": "1s", "start": "1s", "close": "10s" });
    match offer {
        Some(Value::Object(offer)) => given.extend(offer),
        Some(Value::String(word)) if word == "ignore" => {}
        Some(other) => {
            given.insert("offer".to_owned(), other);
        }
        None => {
            for (key, value) in default.as_object().into_iter().flatten() {
                given.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    given
}

pub(crate) fn overlay(whole: &mut Value, given: Map<String, Value>) {
    if let Some(table) = whole.as_object_mut() {
        for (key, value) in given {
            match value {
                Value::String(word) if word == "never" => table.remove(&key),
                value => table.insert(key, value),
            };
        }
    }
}

/// Reads a person, and tells of every key that nobody knows.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(
    whole: Value,
    table: &DeTable<'_>,
    span: &Range<usize>,
    from: &mut Source<'_>,
) -> Option<T> {
    let mut unknown = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(whole, &mut track);
    let read: Result<T, serde_json::Error> =
        serde_ignored::deserialize(tracked, |path| unknown.push(path.to_string()));
    let place = |key: &str| find_key(table, key).unwrap_or_else(|| span.clone());
    for key in &unknown {
        let key = key.replace("?.", "").replace(".?", "").trim_matches('?').to_owned();
        from.problem(place(&key), format!("nobody has a setting `{key}`"));
    }
    read.map_err(|error| {
        let path = track.path().to_string();
        from.problem(place(&path), format!("{path}: {error}"));
    })
    .ok()
}

pub(crate) fn find_key(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let last = key.rsplit('.').next()?;
    table.iter().find_map(|(known, value)| {
        if known.get_ref() == last {
            return Some(known.span());
        }
        find_key(value.get_ref().as_table()?, last)
    })
}
