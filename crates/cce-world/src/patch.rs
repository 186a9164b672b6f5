//! Changes of single settings: `mrd/Tasks.start_timeout`.

use crate::{check, lab::Lab, problem::Fault};
use cce_model::nearest_few;
use serde_json::Value;
use std::fmt;

/// The lists of a lab whose elements a patch names, with the setting that names them.
pub(crate) const LISTS: [(&str, &str, &str); 7] = [
    ("ecc-variable", "ecc_variables", "name"),
    ("mrd", "mrds", "name"),
    ("agent", "agents", "id"),
    ("queue", "precision_queues", "name"),
    ("dialed-number", "dialed_numbers", "number"),
    ("call-type", "call_types", "id"),
    ("script", "scripts", "name"),
];

/// One setting, and what it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// `mrd/Tasks.start_timeout`, `agent/1080.extension`, `finesse.confirmation_timeout`, `hosts.ccp.zone`.
    pub setting: String,
    /// Its new value.
    pub value: Value,
}

/// What is wrong with a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchError {
    /// Which one, from 0.
    pub patch: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Lab {
    /// The lab with some settings changed, or everything that is wrong with the changes.
    pub fn patched(&self, patches: &[Patch]) -> Result<Self, Vec<PatchError>> {
        let mut errors = Vec::new();
        let mut lab = self.clone();
        for (number, patch) in patches.iter().enumerate() {
            match lab.patched_once(patch) {
                Ok(next) => lab = next,
                Err(message) => errors.push(PatchError { patch: number, message }),
            }
        }
        if errors.is_empty() {
            // Which of the changes leads to a contradiction is not known: it is told of the last one.
            let told = |fault: Fault| PatchError {
                patch: patches.len().saturating_sub(1),
                message: format!("`{}`: {}", fault.key, fault.message),
            };
            errors.extend(check::contradictions(&lab).into_iter().map(told));
        }
        if errors.is_empty() { Ok(lab) } else { Err(errors) }
    }

    fn patched_once(&self, patch: &Patch) -> Result<Self, String> {
        // Plain data with text keys always becomes JSON.
        let mut value = serde_json::to_value(self).unwrap_or_default();
        *place(&mut value, &patch.setting)? = patch.value.clone();
        let mut unknown = Vec::new();
        let lab = serde_ignored::deserialize(value, |path| unknown.push(path.to_string()))
            .map_err(|error: serde_json::Error| error.to_string())?;
        if unknown.is_empty() {
            Ok(Self { tables: self.tables.clone(), ..lab })
        } else {
            Err(format!("there is no setting `{}`", patch.setting))
        }
    }
}

/// Where a setting stands.
fn place<'a>(lab: &'a mut Value, setting: &str) -> Result<&'a mut Value, String> {
    let (head, path) = split(lab, setting)
        .ok_or_else(|| format!("`{setting}` names no setting: write mrd/Tasks.start_timeout"))?;
    let mut at = match head.split_once('/') {
        Some((kind, name)) => element(lab, kind, name)?,
        None => lab.get_mut(head).ok_or_else(|| format!("there is no section `{head}`"))?,
    };
    for part in path.split('.') {
        let table = at.as_object_mut().ok_or_else(|| format!("`{setting}` goes on behind a setting"))?;
        at = table.entry(part).or_insert(Value::Null);
    }
    Ok(at)
}

/// The section or the object that a setting is of, and what it is there. The name of an object may have dots.
fn split<'a>(lab: &Value, setting: &'a str) -> Option<(&'a str, &'a str)> {
    let parts = || setting.match_indices('.').map(|(at, _)| (&setting[..at], &setting[at + 1..]));
    let is_object = |head: &str| {
        let (kind, name) = head.split_once('/')?;
        let (_, section, key) = LISTS.iter().find(|(known, ..)| *known == kind)?;
        lab.get(section)?.as_array()?.iter().any(|item| is_named(item, key, name)).then_some(())
    };
    parts().rfind(|(head, _)| is_object(head).is_some()).or_else(|| parts().next())
}

fn is_named(item: &Value, key: &str, name: &str) -> bool {
    match item.get(key) {
        Some(Value::String(text)) => text == name,
        Some(Value::Number(number)) => number.to_string() == name,
        _ => false,
    }
}

fn element<'a>(lab: &'a mut Value, kind: &str, name: &str) -> Result<&'a mut Value, String> {
    let (_, section, key) = LISTS.iter().find(|(known, ..)| *known == kind).ok_or_else(|| {
        let known: Vec<&str> = LISTS.iter().map(|(kind, ..)| *kind).collect();
        format!("there is nothing like `{kind}/{name}`: write {}, and a name", known.join("/, "))
    })?;
    let items = lab.get_mut(*section).and_then(Value::as_array_mut);
    let known: Vec<String> = items
        .iter()
        .flat_map(|items| items.iter())
        .filter_map(|item| Some(item.get(key)?.to_string()))
        .collect();
    items
        .and_then(|items| items.iter_mut().find(|item| is_named(item, key, name)))
        .ok_or_else(|| format!("there is no {kind} `{name}`; there is {}", nearest_few(name, &known)))
}
