//! `docs/schemas` has a JSON Schema of lab files and of scenario files, made from what reads them and from what explains them.

mod explanations;
mod judged;
mod lab;
mod scenario;

use serde_json::{Map, Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Set to anything, it makes the schemas be written anew.
const WRITE: &str = "CCELAB_WRITE_DOCS";

const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_schemas_are_those_of_what_is_read() {
    let schemas = [("lab", lab::schema()), ("scenario", scenario::schema())];
    for (name, schema) in schemas {
        let path = format!("docs/schemas/{name}.schema.json");
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os(WRITE).is_some() {
            fs::write(root().join(&path), &text).unwrap();
        }
        let is_current = fs::read_to_string(root().join(&path)).is_ok_and(|found| found == text);
        assert!(
            is_current,
            "{path} is not up to date: run `cargo test -p ccelab-tests schemas` with {WRITE}=1"
        );
    }
}

/// A table with these keys and no others.
fn table(keys: impl IntoIterator<Item = (String, Value)>) -> Value {
    let properties: Map<String, Value> = keys.into_iter().collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// The same with what it means, where that is known.
fn explained(mut schema: Value, explanation: Option<String>) -> Value {
    if let (Some(table), Some(explanation)) = (schema.as_object_mut(), explanation) {
        table.insert("description".to_owned(), json!(explanation));
    }
    schema
}

/// A whole schema of files.
fn document(title: &str, schema: Value) -> Value {
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), json!(DIALECT));
    whole.insert("title".to_owned(), json!(title));
    if let Value::Object(schema) = schema {
        whole.extend(schema);
    }
    Value::Object(whole)
}
