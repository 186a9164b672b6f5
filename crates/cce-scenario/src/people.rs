//! Reads the people of a scenario, and settings of its lab.

use crate::{
    clauses::selector,
    file::Draft,
    model::{ScenarioStep, StepAction},
    read::{Placed, ScenarioProblem, Section, Source, json_table},
    set::{flatten, read_set},
};
use cce_model::nearest;
use cce_select::{
    ContactName, TaskName, Vocabulary,
    place::{AGENT, APP, CTI, CUSTOMER, DESK},
};
use cce_world::{COMPONENTS, CastAgent, CastCustomer, PAUSE_LEAST, Span};
use serde::{
    Deserializer,
    de::{self, DeserializeOwned, Visitor},
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, ops::Range, time::Duration};
use toml::de::{DeTable, DeValue};

/// Tasks that an agent may have at the same time, as in configurations.
const LIMIT_MAX: u32 = 10;

impl Draft {
    pub(crate) fn read_people(&mut self, name: &str, text: &str, problems: &mut Vec<ScenarioProblem>) {
        self.with(name, text, problems, |draft, section, from| {
            if section.truth("demo", from) == Some(true) {
                draft.lab = draft.lab.clone().for_demo();
            }
            draft.is_drawn |= section.has("swarm");
            // The lab's own settings come first: its people are read by what the lab is then.
            draft.read_patches(section, from);
            draft.read_agents(section, from);
            draft.read_customers(section, from);
        });
    }

    fn read_patches(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let mut settings = Vec::new();
        for (key, value) in section.section("set", from).iter().flat_map(Section::entries) {
            flatten(vec![key], value, &mut settings, from);
        }
        for (key, value) in section.section("latency", from).iter().flat_map(Section::entries) {
            let key = Placed { text: format!("latency.{}", key.text), span: key.span };
            flatten(vec![key], value, &mut settings, from);
        }
        for setting in settings {
            match self.lab.patched(&[setting.patch()]) {
                Ok(lab) => self.lab = lab,
                Err(errors) => {
                    for error in errors {
                        from.problem(setting.wrong_part(&self.lab, &error.message), error.message);
                    }
                }
            }
        }
    }

    fn read_agents(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(agents) = section.section("agents", from) else { return };
        let mut read = BTreeSet::new();
        for (name, value) in agents.entries() {
            let known = from.problems.len();
            let ids = each_name(&name).unwrap_or_else(|message| {
                from.problem(name.span.clone(), message);
                Vec::new()
            });
            for id in ids {
                if !read.insert(id.text.clone()) {
                    from.problem(id.span, format!("agent `{}` is there twice", id.text));
                    continue;
                }
                // What is wrong with one agent of a range is wrong with each.
                if from.problems.len() == known {
                    self.read_agent(&id, value, from);
                }
            }
        }
    }

    fn read_agent(&mut self, id: &Placed, value: &toml::Spanned<DeValue<'_>>, from: &mut Source<'_>) {
        if !self.lab.agents.iter().any(|agent| agent.id.as_str() == id.text) {
            let known = self.lab.agents.iter().map(|agent| agent.id.as_str());
            let hint = nearest(&id.text, known);
            return from.problem(id.span.clone(), format!("the lab has no agent `{}`{hint}", id.text));
        }
        let Some(table) = value.get_ref().as_table() else {
            return from.problem(value.span(), "an agent is a table");
        };
        // One who is in a file that this one includes keeps the place there.
        let place = self.agents.iter().position(|known| known.id.as_str() == id.text);
        let place = place.unwrap_or(self.agents.len());
        // Who says no time comes in turn, at once behind the one before. What else counts from the start needs a time.
        let is_timed = ["sign_in", "sign_out", "crash"].iter().any(|key| table.contains_key(*key));
        let in_turn = place > 0 && !is_timed;
        let pause = if in_turn { "0s" } else { "500ms" };
        let mut whole =
            json!({ "id": id.text, "limit": 3, "sign_in": pause, "ready": pause, "in_turn": in_turn });
        overlay(&mut whole, character(table, from));
        let Some(agent) = person::<CastAgent>(whole, table, &value.span(), from) else { return };
        if !(1..=LIMIT_MAX).contains(&agent.limit) {
            let place = value_of(table, "limit").unwrap_or_else(|| value.span());
            from.problem(place, format!("an agent has 1 to {LIMIT_MAX} tasks at the same time"));
        }
        tell_unreachable(&agent, table, &value.span(), from);
        self.doubt_agent(&agent, table, from);
        if agent.in_turn && !self.agents[..place].iter().any(|before| before.sign_in.is_some()) {
            let key = value_of(table, "in_turn").unwrap_or_else(|| value.span());
            from.problem(
                key,
                "nobody written before this agent arrives alone: `in_turn` has no one to wait for",
            );
        }
        if let Some(selector) = agent.transfer_to.as_deref().filter(|name| !self.lab.has_dialed_number(name))
        {
            let known = self.lab.dialed_numbers.iter().map(|dialed| dialed.number.as_str());
            let hint = nearest(selector, known);
            let key = value_of(table, "transfer_to").unwrap_or_else(|| value.span());
            from.problem(key, format!("the lab has no dialed number `{selector}`{hint}"));
        }
        self.agents.splice(place..(place + 1).min(self.agents.len()), [agent]);
    }

    fn read_customers(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(customers) = section.section("customers", from) else { return };
        for (name, value) in customers.entries() {
            let Some(table) = value.get_ref().as_table() else {
                from.problem(value.span(), "a customer is a table");
                continue;
            };
            let known: Vec<&str> = fields::<CastCustomer>().iter().copied().chain(["set"]).collect();
            tell_unknown(table, &known, from);
            if !is_name(&name.text) {
                from.problem(
                    name.span,
                    format!(
                        "`{}` cannot be a customer's name: selectors mean something else by it",
                        name.text
                    ),
                );
                continue;
            }
            let mut whole = self.customer();
            let mut given = json_table(table, from);
            given.remove("set");
            overlay(&mut whole, given);
            if let Some(customer) = person::<CastCustomer>(whole, table, &value.span(), from) {
                for (key, message) in self.lab.objections(&customer) {
                    from.problem(value_of(table, key).unwrap_or_else(|| value.span()), message);
                }
                tell_needless(&customer, table, from);
                self.doubt_customer(&name.text, &customer, table, from);
                // One who is in a file that this one includes goes behind those of this file.
                self.customers.retain(|(known, _)| *known != name.text);
                self.customers.push((name.text, customer));
            }
        }
    }

    /// What people change in the lab, each as a step: an agent once signed in, a customer once the task is created.
    pub(crate) fn read_changes(&mut self, section: &Section<'_>, words: &Vocabulary, from: &mut Source<'_>) {
        for (kind, begins) in
            [("agents", "agent_in_mrd agent=* to=NOT_READY"), ("customers", "contact * to=unread")]
        {
            let Some(people) = section.table(kind) else { continue };
            let each = people.entries().flat_map(|(name, value)| {
                // What is wrong with a range was told where the people were read.
                let names = if kind == "agents" { each_name(&name).unwrap_or_default() } else { vec![name] };
                names.into_iter().map(move |name| (name, value))
            });
            for (name, value) in each.collect::<Vec<_>>() {
                let Some(table) = value.get_ref().as_table() else { continue };
                let mut item = Section::new(kind, table, value.span());
                let Some(changes) = read_set(&mut item, &self.lab, from) else { continue };
                let after = Placed { text: begins.replace('*', &name.text), span: name.span.clone() };
                let Some(after) = selector(&after, words, from) else { continue };
                self.steps.push(ScenarioStep {
                    name: format!("{} sets", name.text),
                    after: Some(after),
                    wait: Duration::ZERO,
                    again: None,
                    may_be_refused: false,
                    act: StepAction::Set(changes),
                });
            }
        }
    }

    /// What a customer is like who says nothing: the first one of the lab's demo, after two seconds.
    fn customer(&self) -> Value {
        let first = self.lab.demo.customers.first().and_then(|first| serde_json::to_value(first).ok());
        let mut whole = first.unwrap_or_else(|| json!({}));
        if let Some(table) = whole.as_object_mut() {
            for key in ["waits", "cancel_after", "closes_lost"] {
                table.remove(key);
            }
        }
        overlay(&mut whole, json!({ "at": "2s", "poll": "1s" }).as_object().cloned().unwrap_or_default());
        whole
    }
}

/// The names that a key stands for: itself, or each of a range such as `2000..2010`.
fn each_name(key: &Placed) -> Result<Vec<Placed>, String> {
    let Some(names) = cce_world::counted(&key.text) else { return Ok(vec![key.clone()]) };
    Ok(names?.into_iter().map(|text| Placed { text, span: key.span.clone() }).collect())
}

/// What an agent does. `offer` stands for what it does with every offer.
fn character(table: &DeTable<'_>, from: &mut Source<'_>) -> Map<String, Value> {
    let known = || fields::<CastAgent>().iter().copied().filter(|key| *key != "id");
    tell_unknown(table, &known().chain(["offer", "set"]).collect::<Vec<_>>(), from);
    let mut given = json_table(table, from);
    given.remove("id");
    given.remove("set");
    match given.remove("offer") {
        Some(Value::Object(offer)) => {
            if let Some(table) = table.get("offer").and_then(|offer| offer.get_ref().as_table()) {
                tell_unknown(table, &OFFER, from);
            }
            let said: Vec<&str> = offer.keys().map(String::as_str).collect();
            tell_doubled(&said, table, "`offer` says it already", from);
            given.extend(offer);
        }
        Some(Value::String(word)) if word == "ignore" => tell_doubled(&OFFER, table, IGNORED, from),
        Some(_) => {
            let place = table.get("offer").map_or(0..0, toml::Spanned::span);
            from.problem(place, "`offer` is a table, such as { accept = \"1s\" }, or \"ignore\"");
        }
        None => {
            for (key, time) in [("accept", "1s"), ("start", "1s"), ("close", "10s")] {
                given.entry(key).or_insert_with(|| json!(time));
            }
        }
    }
    given
}

/// What an agent does with an offer.
const OFFER: [&str; 6] = ["accept", "start", "pause", "resume", "wrap_up", "close"];

/// Why nothing stands beside `offer = "ignore"`.
const IGNORED: &str =
    "`offer` says that offers are ignored: write what is done as a table, `offer = { … }`, or leave it out";

/// Tells of settings beside `offer` that do not count.
fn tell_doubled(settings: &[&str], table: &DeTable<'_>, why: &str, from: &mut Source<'_>) {
    for (key, _) in table.iter().filter(|(key, _)| settings.contains(&key.get_ref().as_ref())) {
        from.problem(key.span(), why);
    }
}

/// Tells of what no customer of a scenario comes to.
fn tell_needless(customer: &CastCustomer, table: &DeTable<'_>, from: &mut Source<'_>) {
    let place = |key: &str| value_of(table, key).unwrap_or_default();
    if customer.waits {
        from.problem(
            place("waits"),
            "a scenario has no cues: `at` counts from its start, or a step says `create`",
        );
    }
    if customer.poll.is_some_and(|poll| poll.0 < PAUSE_LEAST) {
        from.problem(
            place("poll"),
            format!("such a poll is no pause: the shortest is {}", Span(PAUSE_LEAST)),
        );
    }
}

/// Settings whose absence means "at once": "never" has to stand there.
const AT_ONCE: [&str; 2] = ["start", "close"];

fn overlay(whole: &mut Value, given: Map<String, Value>) {
    if let Some(table) = whole.as_object_mut() {
        for (key, value) in given {
            let is_never = value == "never" && !AT_ONCE.contains(&key.as_str());
            // A parameter that is not there is null; that was told.
            if is_never {
                table.remove(&key);
            } else if !value.is_null() {
                table.insert(key, value);
            }
        }
    }
}

/// Tells of what an agent is to do and cannot come to.
fn tell_unreachable(agent: &CastAgent, table: &DeTable<'_>, span: &Range<usize>, from: &mut Source<'_>) {
    let mut tell = |key: &str, message: &str| {
        from.problem(value_of(table, key).unwrap_or_else(|| span.clone()), message);
    };
    if agent.ready.is_none() && agent.not_ready.is_some() {
        tell("not_ready", "`not_ready` counts from having become ready by itself, and `ready` is never");
    }
    let (gone, leaving) =
        if agent.sign_out < agent.crash { ("crash", "sign_out") } else { ("sign_out", "crash") };
    if agent.sign_out.is_some() && agent.crash.is_some() {
        tell(
            gone,
            &format!("the agent is gone by then: `{leaving}` comes before, and ends what was planned"),
        );
    }
    for (key, time) in [("sign_out", agent.sign_out), ("crash", agent.crash)] {
        if agent.in_turn && time.is_some() {
            tell(
                key,
                &format!(
                    "`{key}` counts from the start, and an agent in turn signs in when the one before has arrived: write `in_turn = false`"
                ),
            );
        }
        if time.is_some_and(|time| agent.sign_in.is_some_and(|sign_in| time <= sign_in)) {
            tell(key, &format!("`{key}` counts from the start, and the agent does not sign in before that"));
        }
    }
}

fn tell_unknown(table: &DeTable<'_>, known: &[&str], from: &mut Source<'_>) {
    for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
        let hint = nearest(key.get_ref(), known.iter().copied());
        from.problem(key.span(), format!("nobody has a setting `{}`{hint}", key.get_ref()));
    }
}

/// Whether selectors can mean somebody by that name: one word that is no place, no task, and no sign of theirs.
fn is_name(name: &str) -> bool {
    let is_place = COMPONENTS.contains(&name) || [APP, DESK, CTI].contains(&name);
    let is_person = name.starts_with(AGENT) || name.starts_with(CUSTOMER);
    let means_customer =
        name.parse().is_ok_and(|task: TaskName| task.contact == ContactName::Customer(name.to_owned()));
    let is_word = !name.contains([' ', '=', '#', '>', '*', '"']) && name != "sent";
    is_word && means_customer && !is_place && !is_person
}

fn person<T: DeserializeOwned>(
    mut whole: Value,
    table: &DeTable<'_>,
    span: &Range<usize>,
    from: &mut Source<'_>,
) -> Option<T> {
    if let Some(whole) = whole.as_object_mut() {
        whole.retain(|key, _| fields::<T>().contains(&key.as_str()));
    }
    serde_path_to_error::deserialize(whole)
        .map_err(|error: serde_path_to_error::Error<serde_json::Error>| {
            let (path, message) = (error.path().to_string(), error.inner().to_string());
            // A path names no field that is missing.
            let missing = message.split('`').nth(1).filter(|_| path == ".");
            let place = value_of(table, missing.unwrap_or(&path)).unwrap_or_else(|| span.clone());
            let path = if path == "." { String::new() } else { format!("{path}: ") };
            from.problem(place, format!("{path}{}", in_words(&message)));
        })
        .ok()
}

/// What a value is that another kind of value stands in the place of, without the names that types have in programs.
fn in_words(message: &str) -> String {
    let is = |expected: &str| match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not less than 0",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        _ => "",
    };
    let parts =
        ["invalid type: ", "invalid value: "].into_iter().find_map(|start| message.strip_prefix(start));
    let parts = parts.and_then(|rest| rest.split_once(", expected "));
    match parts.map(|(found, expected)| (found, is(expected))) {
        Some((found, wanted)) if !wanted.is_empty() => format!("{found} is not what it takes: {wanted}"),
        Some(_) | None => message.to_owned(),
    }
}

/// Where the value stands that a path leads to; what an offer says counts more than what stands beside it.
fn value_of(table: &DeTable<'_>, path: &str) -> Option<Range<usize>> {
    let (key, rest) = path.split_once('.').unwrap_or((path, ""));
    let offer = table.get("offer").and_then(|offer| offer.get_ref().as_table());
    let value = offer.and_then(|offer| offer.get(key)).or_else(|| table.get(key))?;
    let inner = value.get_ref().as_table().and_then(|table| value_of(table, rest));
    Some(inner.unwrap_or_else(|| value.span()))
}

/// The names of a structure's fields.
fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut found: &[&str] = &[];
    // It fails as soon as the structure has said what it is.
    let _ = T::deserialize(Names(&mut found));
    found
}

/// A deserializer that has no value, and notes what is asked of it.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("there is no value"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
