//! `docs/conformance.toml` holds every numbered requirement once, and names tests that exist.

mod page;
mod readme;
mod sources;
mod table;

use sources::Sources;
use std::{fs, path::PathBuf};
use table::{State, Table};

/// Set to anything, it makes the page be written anew.
const WRITE: &str = "CCELAB_WRITE_DOCS";

#[test]
fn every_requirement_stands_in_the_table_once_and_in_its_order() {
    assert_eq!(table().misplaced(), [""; 0]);
}

#[test]
fn every_test_that_the_table_names_exists() {
    let sources = Sources::read(&root());
    let table = table();
    let named = table.items().flat_map(|item| match &item.state {
        State::Shown(tests) => tests.as_slice(),
        State::Planned(_) | State::Waived(_) => &[],
    });
    let missing: Vec<_> = named.filter(|name| !sources.has(name)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_page_is_that_of_the_table() {
    let (file, page) = (root().join("docs/conformance.md"), page::of(&table()));
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, &page).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == page,
        "docs/conformance.md is not up to date: run `cargo test -p ccelab-tests conformance` with {WRITE}=1"
    );
}

#[test]
fn the_readme_has_the_table_in_short() {
    let file = root().join("README.md");
    let found = fs::read_to_string(&file).unwrap();
    let wanted = readme::with_table(&found, &table()).expect("the README has a place for the table");
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, &wanted).unwrap();
        return;
    }
    assert!(
        found == wanted,
        "README.md is not up to date: run `cargo test -p ccelab-tests conformance` with {WRITE}=1"
    );
}

fn table() -> Table {
    let text = fs::read_to_string(root().join("docs/conformance.toml")).unwrap();
    Table::read(&text).unwrap_or_else(|error| panic!("docs/conformance.toml: {error}"))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
