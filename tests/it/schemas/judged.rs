//! The schemas, judged by a validator: every lab and scenario is accepted, and a misspelt key is not.

use super::{lab, read, root, scenario};
use serde_json::{Map, Value, json};
use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

/// Prints which of the documents the schema refuses.
const VALIDATE: &str = "
import json, sys
import jsonschema
asked = json.load(sys.stdin)
jsonschema.Draft7Validator.check_schema(asked['schema'])
validator = jsonschema.Draft7Validator(asked['schema'])
print(json.dumps([not validator.is_valid(document) for document in asked['documents']]))
";

/// Tables whose keys are names of the user's, so that none can be misspelt.
const FREE: [&str; 6] = ["agents", "customers", "parameters", "set", "variables", "headers"];

/// What logs print first is counted by the names of the product's threads.
const THREADS: [&str; 3] = ["logs", "first", "ccp"];

struct Documents {
    schema: Value,
    /// Each with where it stands.
    accepted: Vec<(String, Value)>,
}

fn labs() -> Documents {
    Documents { schema: lab::schema(), accepted: files(&["sim-configs/labs", "sim-configs/releases"]) }
}

fn scenarios() -> Documents {
    let mut accepted = files(&["sim-configs/scenarios"]);
    for path in ["docs/scenarios.md", "docs/swarm.md", "docs/admin.md"] {
        let text = read(path);
        let examples = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("\n```").next());
        accepted.extend(examples.map(|example| (format!("{path}: {example}"), parsed(example))));
    }
    Documents { schema: scenario::schema(), accepted }
}

fn files(folders: &[&str]) -> Vec<(String, Value)> {
    let entries = folders.iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let found: Vec<_> = paths
        .iter()
        .map(|path| (path.display().to_string(), parsed(&fs::read_to_string(path).unwrap())))
        .collect();
    assert!(found.len() > 2, "{paths:?}");
    found
}

fn parsed(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

/// Which documents are refused. None where the validator is not there.
fn refused<'a>(schema: &Value, documents: impl Iterator<Item = &'a Value>) -> Option<Vec<bool>> {
    let is_there = Command::new("python3").args(["-c", "import jsonschema"]).stderr(Stdio::null()).status();
    if !is_there.is_ok_and(|status| status.success()) {
        assert!(std::env::var("CI").is_err(), "pip install -r tests/interop/requirements.txt");
        let _ = writeln!(std::io::stderr(), "skipped: schemas are judged by Python's jsonschema");
        return None;
    }
    let mut validator = Command::new("python3")
        .args(["-c", VALIDATE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = json!({ "schema": schema, "documents": documents.collect::<Vec<_>>() });
    validator.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = validator.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn every_lab_and_every_scenario_that_ccelab_ships_or_explains_is_accepted() {
    for Documents { schema, accepted } in [labs(), scenarios()] {
        let Some(refused) = refused(&schema, accepted.iter().map(|(_, document)| document)) else { return };
        let wrong: Vec<&str> = accepted
            .iter()
            .zip(refused)
            .filter(|(_, refused)| *refused)
            .map(|((place, _), _)| &**place)
            .collect();
        assert_eq!(wrong, [""; 0]);
    }
}

#[test]
fn a_misspelt_key_is_refused_wherever_it_stands() {
    for Documents { schema, accepted } in [labs(), scenarios()] {
        let mut misspelt = Vec::new();
        for (place, document) in &accepted {
            misspell(document, document, &mut Vec::new(), &mut |path, wrong| {
                misspelt.push((format!("{place}: {path}"), wrong));
            });
        }
        assert!(misspelt.len() > 200, "{}", misspelt.len());
        let Some(refused) = refused(&schema, misspelt.iter().map(|(_, document)| document)) else { return };
        let missed: Vec<&str> = misspelt
            .iter()
            .zip(refused)
            .filter(|(_, refused)| !*refused)
            .map(|((place, _), _)| &**place)
            .collect();
        assert_eq!(missed, [""; 0]);
    }
}

/// Tells of the whole document with one key misspelt, for each key that is not free.
fn misspell(whole: &Value, here: &Value, path: &mut Vec<String>, tell: &mut impl FnMut(String, Value)) {
    let is_free = path.last().is_some_and(|last| FREE.contains(&last.as_str()))
        || path.iter().any(|key| ["set", "parameters"].contains(&key.as_str()))
        || path.iter().take(THREADS.len()).eq(&THREADS);
    match here {
        Value::Object(table) => {
            for (key, inner) in table {
                if !is_free {
                    let pointer =
                        path.iter().map(|part| format!("/{}", part.replace('/', "~1"))).collect::<String>();
                    let mut wrong = whole.clone();
                    let table = wrong.pointer_mut(&pointer).and_then(Value::as_object_mut).unwrap();
                    let entries = std::mem::take(table).into_iter();
                    *table = entries
                        .map(
                            |(name, value)| {
                                if name == *key { (format!("{name}x"), value) } else { (name, value) }
                            },
                        )
                        .collect::<Map<_, _>>();
                    tell(format!("{pointer}/{key}"), wrong);
                }
                path.push(key.clone());
                misspell(whole, inner, path, tell);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                path.push(at.to_string());
                misspell(whole, inner, path, tell);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn whatever_key_the_reader_of_scenarios_asks_for_is_in_the_schema() {
    let schema = scenario::schema().to_string();
    let mut asked = 0;
    for file in ["file", "gather", "people", "steps", "clauses", "answer", "read_swarm"] {
        let source = read(&format!("crates/cce-scenario/src/{file}.rs"));
        for reader in [
            "text",
            "texts",
            "duration",
            "number",
            "number_of",
            "times",
            "truth",
            "section",
            "sections",
            "range",
        ] {
            for key in
                source.split(&format!(".{reader}(\"")).skip(1).filter_map(|rest| rest.split('"').next())
            {
                asked += 1;
                assert!(schema.contains(&format!("\"{key}\":")), "{file}.rs asks for `{key}`");
            }
        }
    }
    assert!(asked > 60, "{asked}");
}
