//! Reads the people of a scenario, and settings of its lab.

use crate::{
    file::Draft,
    read::{Placed, Problem, Section, Source, as_json, json_table},
    selector::nearest,
};
use cce_world::{CastAgent, CastCustomer, Patch};
use serde_json::{Map, Value, json};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

impl Draft {
    pub(crate) fn read_people(&mut self, name: &str, text: &str, problems: &mut Vec<Problem>) {
        self.with(name, text, problems, |draft, section, from| {
            if section.truth("demo", from) == Some(true) {
                draft.lab = draft.lab.clone().for_demo();
            }
            draft.read_patches(section, from);
            draft.read_agents(section, from);
            draft.read_customers(section, from);
        });
    }

    fn read_patches(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let mut settings = Vec::new();
        for (head, value) in section.section("set", from).iter().flat_map(Section::entries) {
            flatten(&head, value, &mut settings, from);
        }
        for (key, value) in section.section("latency", from).iter().flat_map(Section::entries) {
            let head = Placed { text: format!("latency.{}", key.text), span: key.span };
            flatten(&head, value, &mut settings, from);
        }
        {
            for (setting, value, span) in settings {
                match self.lab.patched(&[Patch { setting, value }]) {
                    Ok(lab) => self.lab = lab,
                    Err(errors) => {
                        errors.into_iter().for_each(|error| from.problem(span.clone(), error.message));
                    }
                }
            }
        }
    }

    fn read_agents(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(agents) = section.section("agents", from) else { return };
        for (id, value) in agents.entries() {
            if !self.lab.agents.iter().any(|agent| agent.id.as_str() == id.text) {
                let known = self.lab.agents.iter().map(|agent| agent.id.as_str());
                from.problem(
                    id.span,
                    format!("the lab has no agent `{}`{}", id.text, nearest(&id.text, known)),
                );
                continue;
            }
            let Some(table) = value.get_ref().as_table() else {
                from.problem(value.span(), "an agent is a table");
                continue;
            };
            let given = character(json_table(table, from));
            let mut whole = json!({ "id": id.text, "limit": 3, "sign_in": "500ms", "ready": "500ms" });
            overlay(&mut whole, given);
            if let Some(agent) = from_json::<CastAgent>(whole, table, &value.span(), from) {
                self.agents.retain(|known| known.id != agent.id);
                self.agents.push(agent);
            }
        }
    }

    fn read_customers(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(customers) = section.section("customers", from) else { return };
        for (name, value) in customers.entries() {
            let Some(table) = value.get_ref().as_table() else {
                from.problem(value.span(), "a customer is a table");
                continue;
            };
            let mut whole = self.customer();
            overlay(&mut whole, json_table(table, from));
            if let Some(customer) = from_json::<CastCustomer>(whole, table, &value.span(), from) {
                self.customers.retain(|(known, _)| *known != name.text);
                self.customers.push((name.text, customer));
            }
        }
    }

    /// What a customer is like who says nothing: the first one of the lab's demo, after two seconds.
    fn customer(&self) -> Value {
        let first = self.lab.demo.customers.first().and_then(|first| serde_json::to_value(first).ok());
        let mut whole = first.unwrap_or_else(|| json!({}));
        if let Some(table) = whole.as_object_mut() {
            for key in ["waits", "cancel_after"] {
                table.remove(key);
            }
        }
        overlay(&mut whole, json!({ "at": "2s", "poll": "1s" }).as_object().cloned().unwrap_or_default());
        whole
    }
}

/// `set."mrd/Tasks".start_timeout = "30s"` and `set.finesse = { confirmation_timeout = "5s" }` alike.
fn flatten(
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
fn character(mut given: Map<String, Value>) -> Map<String, Value> {
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

fn overlay(whole: &mut Value, given: Map<String, Value>) {
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
fn from_json<T: serde::de::DeserializeOwned>(
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

fn find_key(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let last = key.rsplit('.').next()?;
    table.iter().find_map(|(known, value)| {
        if known.get_ref() == last {
            return Some(known.span());
        }
        find_key(value.get_ref().as_table()?, last)
    })
}
