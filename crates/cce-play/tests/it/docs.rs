//! The reference of scenario files, `docs/scenarios.md`: its examples load, and it leaves nothing out.

use crate::support::{folder, read, run};
use cce_check::Check;
use cce_select::{keys_of, names};
use cce_world::{
    CastAgent, CastCustomer, Span, Wait,
    cast::{agent, customer},
};
use std::{fs, time::Duration};

/// The reader's own source: whatever key it asks for is documented.
const READER: &str = concat!(
    include_str!("../../../cce-scenario/src/file.rs"),
    include_str!("../../../cce-scenario/src/gather.rs"),
    include_str!("../../../cce-scenario/src/people.rs"),
    include_str!("../../../cce-scenario/src/steps.rs"),
    include_str!("../../../cce-scenario/src/clauses.rs"),
    include_str!("../../../cce-scenario/src/answer.rs")
);

fn document() -> String {
    fs::read_to_string(folder().join("../../docs/scenarios.md")).unwrap()
}

/// Every example, with the line that it begins on.
fn examples(document: &str) -> Vec<(usize, String)> {
    let mut examples = Vec::new();
    let mut current: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(document.lines()) {
        match &mut current {
            None if line == "```toml" => current = Some((number, String::new())),
            Some(_) if line == "```" => examples.extend(current.take()),
            Some((_, text)) => text.extend([line, "\n"]),
            None => {}
        }
    }
    examples
}

/// An example in a scenario: one with a name is a whole one; a fragment stands in a scenario with an agent, and
/// with the customers alice and bob.
fn whole(example: &str) -> String {
    if is_whole(example) {
        return example.to_owned();
    }
    let person = |table: &str| if example.contains(table) { String::new() } else { format!("{table}\n") };
    let people = ["[agents.1082]", "[customers.bob]"].map(person).concat();
    format!("include = [\"one-task.toml\"]\n{example}\n{people}")
}

fn is_whole(example: &str) -> bool {
    example.starts_with("name = ")
}

/// What stands between double quotes behind each of these beginnings.
fn quoted<'a>(source: &'a str, beginning: &str) -> Vec<&'a str> {
    source.split(beginning).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn is_fact(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Every one of them stands in the document as code.
fn assert_documented<'a>(names: impl IntoIterator<Item = &'a str>, least: usize) {
    let document = document();
    let names: Vec<&str> = names.into_iter().collect();
    assert!(names.len() >= least, "{names:?}");
    let missing: Vec<&str> =
        names.into_iter().filter(|name| !document.contains(&format!("`{name}`"))).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn every_example_loads() {
    let document = document();
    let examples = examples(&document);
    assert!(examples.len() > 20);
    for (line, example) in examples {
        if let Err(error) = read(&whole(&example)) {
            panic!("docs/scenarios.md, the example in line {line}: {:?}", error.problems);
        }
    }
}

#[test]
fn every_whole_example_holds() {
    let document = document();
    let scenarios: Vec<_> =
        examples(&document).into_iter().filter(|(_, example)| is_whole(example)).collect();
    assert!(scenarios.len() >= 2);
    for (line, example) in scenarios {
        let played = run(read(&example).unwrap(), 1);
        assert_eq!(played.failures(), Vec::<&str>::new(), "docs/scenarios.md, line {line}");
    }
}

#[test]
fn every_selector_of_the_table_means_something() {
    let document = document();
    let (_, table) = document.split_once("| Selector | Means |\n|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with("| `"));
    let selectors: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    assert!(selectors.len() > 8);
    let wants = selectors.iter().map(|selector| {
        format!("[[expect]]\nname = '{selector}'\ncount = {{ of = '{selector}', least = 1 }}\n")
    });
    let text = format!("include = [\"rona-then-second-agent.toml\"]\n{}", wants.collect::<String>());
    assert_eq!(run(read(&text).unwrap(), 1).failures(), Vec::<&str>::new());
}

#[test]
fn every_key_of_the_reader_is_explained() {
    let readers =
        [".text(\"", ".texts(\"", ".duration(\"", ".number(\"", ".truth(\"", ".section(\"", ".sections(\""];
    let keys = readers.into_iter().flat_map(|reader| quoted(READER, reader));
    let actions = READER.split("\", Action::").filter_map(|text| text.rsplit('"').next());
    let actions = actions.filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase()));
    assert_documented(keys.chain(actions), 50);
}

#[test]
fn every_setting_of_people_is_explained() {
    let time = Some(Span(Duration::from_secs(1)));
    let mut agent = CastAgent::new("1081".into());
    let settings = [&mut agent.sign_in, &mut agent.ready, &mut agent.not_ready, &mut agent.sign_out]
        .into_iter()
        .chain([&mut agent.crash, &mut agent.accept, &mut agent.pause])
        .chain([&mut agent.resume, &mut agent.wrap_up]);
    settings.for_each(|setting| *setting = time);
    (agent.start, agent.close) = (Some(Wait::Never), Some(Wait::Never));
    let mut customer = CastCustomer::new(1, "x");
    (customer.at, customer.poll, customer.cancel_after, customer.waits) = (time, time, time, true);
    let agent = serde_json::to_value(agent).unwrap();
    let customer = serde_json::to_value(customer).unwrap();
    let keys = [agent, customer].into_iter().flat_map(|person| person.as_object().unwrap().clone());
    let keys: Vec<String> = keys.map(|(key, _)| key).filter(|key| key != "id").collect();
    assert_documented(keys.iter().map(String::as_str), 24);
    assert_documented(["interrupt_action", "dialog_logout_action"], 2);
}

#[test]
fn everything_that_people_can_be_told_is_explained() {
    assert_documented(agent::WORDS.into_iter().chain(customer::WORDS), 19);
}

#[test]
fn every_name_of_a_request_or_a_stanza_is_explained() {
    assert_documented(names().into_iter().filter(|name| !is_fact(name)), 29);
}

#[test]
fn every_name_of_a_fact_is_explained() {
    assert_documented(names().into_iter().filter(|name| is_fact(name)), 55);
}

#[test]
fn every_key_of_a_fact_stands_in_its_row() {
    let document = document();
    let (_, facts) = document.split_once("### Names of facts").unwrap();
    let row = |name: &str| {
        facts.lines().find(|line| line.split(" | ").next().unwrap().contains(&format!("`{name}`")))
    };
    let mut missing = Vec::new();
    for name in names().into_iter().filter(|name| is_fact(name)) {
        let (_, row) = row(name).and_then(|row| row.split_once(" | ")).unwrap_or_else(|| panic!("{name}"));
        let outer = keys_of(name).unwrap().into_iter().filter(|key| !key.contains('.'));
        missing.extend(
            outer.filter(|key| !row.contains(&format!("`{key}`"))).map(|key| format!("{name} {key}")),
        );
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_key_of_a_request_or_a_stanza_is_explained() {
    let keys: Vec<String> =
        names().into_iter().filter(|name| !is_fact(name)).filter_map(keys_of).flatten().collect();
    assert_documented(keys.iter().map(String::as_str), 100);
}

#[test]
fn every_check_is_explained_in_its_own_words() {
    let document = document();
    for check in Check::ALL {
        let row = format!("| `{check}` | {} |", check.about());
        assert!(document.contains(&row), "{row}");
    }
}

#[test]
fn every_shipped_scenario_is_listed() {
    let files = fs::read_dir(folder()).unwrap();
    let names: Vec<String> = files
        .filter_map(|file| file.unwrap().file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
        .collect();
    assert_documented(names.iter().map(String::as_str), 11);
}
