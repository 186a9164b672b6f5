//! The schema of lab files: the keys are those that the types of a lab read.

use super::{document, explained, explanations::Comments, list, table};
use cce_kernel::Port;
use cce_world::{ADMIN_LINK, COMPONENTS, FileShape, Lab, SITE_LINK, link_name, shape};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Numbers of entries that may stand for many objects: as ranges they are texts.
const COUNTED: [&str; 8] =
    ["id", "skill_target", "skill_group", "number", "call_type", "filter", "code", "feeds"];

/// What only a run fills in.
const FILLED_IN: &str = "cast";

pub(super) fn schema() -> Value {
    let comments = Comments::read();
    let FileShape::Table(_, keys) = shape::<Lab>().unwrap() else { panic!("a lab is a table") };
    let keys = keys.iter().filter(|(key, _)| *key != FILLED_IN).map(|(key, value)| {
        let mut schema = of(value, key, &comments);
        let names: BTreeSet<&str> = match *key {
            "hosts" => COMPONENTS.into_iter().collect(),
            "links" => Port::LISTENED.into_iter().map(link_name).chain([ADMIN_LINK, SITE_LINK]).collect(),
            _ => BTreeSet::new(),
        };
        if !names.is_empty() {
            schema["propertyNames"] = json!({ "enum": names });
        }
        ((*key).to_owned(), explained(schema, comments.of("Lab", key)))
    });
    document("A lab of ccelab", table(keys))
}

/// The schema of what a type reads under that key.
pub(super) fn of(shape: &FileShape, key: &str, comments: &Comments) -> Value {
    match shape {
        FileShape::Truth => json!({ "type": "boolean" }),
        FileShape::Whole { least, most } => {
            let number = json!({ "type": "integer", "minimum": least, "maximum": most });
            let range = json!({ "type": "string", "pattern": r"\d+\.\.\d+" });
            if COUNTED.contains(&key) { json!({ "anyOf": [number, range] }) } else { number }
        }
        FileShape::Number => json!({ "type": "number" }),
        FileShape::Text => json!({ "type": "string" }),
        FileShape::OneOf(texts) => json!({ "enum": texts }),
        FileShape::Any => json!({}),
        FileShape::List(element) => list(&of(element, key, comments)),
        FileShape::Names(name, element) => {
            let element = of(element, key, comments);
            match &**name {
                FileShape::OneOf(names) => json!({
                    "type": "object", "additionalProperties": element, "propertyNames": { "enum": names }
                }),
                FileShape::Truth
                | FileShape::Whole { .. }
                | FileShape::Number
                | FileShape::Text
                | FileShape::Any
                | FileShape::List(_)
                | FileShape::Names(..)
                | FileShape::Table(..) => json!({ "type": "object", "additionalProperties": element }),
            }
        }
        FileShape::Table(owner, keys) => {
            let schema = |(key, value): &(&'static str, FileShape)| {
                ((*key).to_owned(), explained(of(value, key, comments), comments.of(owner, key)))
            };
            explained(table(keys.iter().map(schema)), comments.of(owner, ""))
        }
    }
}
