//! What no compiler looks after: the size of files, names of components in code, names of public types.

use cce_model::Kind;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// More lines than that need a reason.
const LINES_MAX: usize = 700;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut found = Vec::new();
    for entry in fs::read_dir(crates).unwrap() {
        sources(&entry.unwrap().path().join("src"), &mut found);
    }
    assert!(found.len() > 200, "{} files", found.len());
    found
}

/// Where the name of a component is another word: the name of its kind, of a section of a lab's text, of a role in people's words or in
/// a protocol's rows, or of an account.
const NAMES_ARE_WORDS: [&str; 6] = [
    "cce-model/src/kind.rs",
    "cce-world/src/layers.rs",
    "cce-world/src/check.rs",
    "cce-views/src/ladder/row.rs",
    "cce-finesse/src/publish.rs",
    "cce-wire/src/doc.rs",
];

/// The dispatches of a protocol's messages: each answers or passes over all rows that it does not name.
const DISPATCHES: [&str; 4] = [
    "cce-agentpg/src/cti/mod.rs",
    "cce-agentpg/src/cti/request.rs",
    "cce-ccp/src/mr.rs",
    "cce-finesse/src/component.rs",
];

/// Modules of tests beside what they test.
const TESTS: [&str; 2] = ["tests.rs", "uneven.rs"];

#[test]
fn code_asks_for_the_kind_of_a_component_and_not_for_its_name() {
    let mut named = Vec::new();
    for path in all_sources() {
        let is_word = NAMES_ARE_WORDS.iter().any(|known| path.ends_with(known));
        let is_test = TESTS.iter().any(|known| path.file_name().is_some_and(|name| name == *known));
        if is_word || is_test {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in (1..).zip(code.lines()) {
            let has = |kind: &Kind| line.contains(&format!("\"{kind}\""));
            if Kind::PRODUCTS.iter().any(has) {
                named.push(format!("{}:{number}", path.display()));
            }
        }
    }
    assert_eq!(named, Vec::<String>::new());
}

/// The lint refuses `_` for variants, and a new variant does not compile until every match has said what it does with it.
#[test]
fn nothing_but_dispatches_of_messages_is_excused_from_naming_every_variant() {
    let excused: Vec<PathBuf> = all_sources()
        .into_iter()
        .filter(|path| fs::read_to_string(path).unwrap().contains("clippy::wildcard_enum_match_arm"))
        .collect();
    let others: Vec<&PathBuf> =
        excused.iter().filter(|path| !DISPATCHES.iter().any(|known| path.ends_with(known))).collect();
    assert_eq!((others, excused.len()), (Vec::new(), DISPATCHES.len()));
}

#[test]
fn no_file_is_longer_than_700_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in ["crates", "tests", "examples/rust"] {
        sources(&root.join(folder), &mut found);
    }
    let lines = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count();
    let long: Vec<_> = found.iter().filter(|path| lines(path) > LINES_MAX).collect();
    assert!(long.is_empty(), "{long:?}");
}

/// Each component has a public type for what is its alone (`cce_router::Config`), and its crate's name is part of that type's name.
const CONFIG: &str = "Config";

/// The name of the public type that a line declares. A name that a macro makes is none.
fn declared(line: &str) -> Option<&str> {
    let (_, rest) = line.trim_start().split_once("pub ").filter(|(before, _)| before.is_empty())?;
    let kinds = ["struct ", "enum ", "trait ", "type ", "union "];
    let name = kinds.into_iter().find_map(|kind| rest.strip_prefix(kind))?;
    let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(name.len());
    Some(&name[..end]).filter(|name| !name.is_empty())
}

#[test]
fn no_two_public_types_have_one_name() {
    let mut places: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for path in all_sources() {
        let text = fs::read_to_string(&path).unwrap();
        for name in text.lines().filter_map(declared).filter(|name| *name != CONFIG) {
            places.entry(name.to_owned()).or_default().insert(path.clone());
        }
    }
    assert!(places.len() > 400, "{} types", places.len());
    places.retain(|_, places| places.len() > 1);
    assert!(places.is_empty(), "{places:#?}");
}
