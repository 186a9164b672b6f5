//! The tests of the workspace, read from its sources.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Names of all tests, as `crate::path::of::the_test`, and of all scenarios whose ladder is kept, as `scenario:name`.
pub(crate) struct Sources(BTreeSet<String>);

impl Sources {
    pub(crate) fn read(root: &Path) -> Self {
        let mut crates: Vec<PathBuf> = entries(&root.join("crates"));
        crates.push(root.join("tests"));
        let tests = crates.iter().flat_map(|folder| tests_of_crate(folder));
        Self(tests.chain(scenarios(root)).collect())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

fn tests_of_crate(folder: &Path) -> Vec<String> {
    let name = match folder.file_name().and_then(|name| name.to_str()) {
        Some("tests") => "ccelab-tests",
        Some(name) => name,
        None => return Vec::new(),
    };
    let mut found = Vec::new();
    for tree in ["src", "tests/it", "it"].map(|tree| folder.join(tree)) {
        for file in files(&tree) {
            let module = module_of(file.strip_prefix(&tree).unwrap());
            let text = fs::read_to_string(&file).unwrap();
            found.extend(tests_of_text(&text).into_iter().map(|test| format!("{name}::{module}{test}")));
        }
    }
    found
}

/// `opc/agent.rs` is `opc::agent::`, and what stands at the top of a crate is nothing.
fn module_of(file: &Path) -> String {
    let path = file.with_extension("");
    let parts = path.iter().filter_map(|part| part.to_str());
    parts.filter(|part| !["lib", "main", "mod"].contains(part)).map(|part| format!("{part}::")).collect()
}

/// Tests that a file has and that are not ignored, with the modules that stand in the file.
///
/// Sources are formatted, so a module ends with the brace that stands as far to the right as its beginning.
fn tests_of_text(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut modules: Vec<(usize, &str)> = Vec::new();
    let mut attributes: Vec<&str> = Vec::new();
    for line in text.lines() {
        let (indent, line) = (line.len() - line.trim_start().len(), line.trim());
        if let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(" {")) {
            modules.push((indent, name));
        }
        if line == "}" && modules.last().is_some_and(|(begin, _)| *begin == indent) {
            modules.pop();
        }
        if line.starts_with("#[") {
            attributes.push(line);
            continue;
        }
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        if let Some((name, _)) = function.and_then(|rest| rest.split_once('('))
            && attributes.iter().any(|attribute| attribute.ends_with("test]"))
            && !attributes.iter().any(|attribute| attribute.starts_with("#[ignore"))
        {
            let path: String = modules.iter().map(|(_, module)| format!("{module}::")).collect();
            found.extend(places(text, &format!("{path}{name}")));
        }
        if !line.is_empty() {
            attributes.clear();
        }
    }
    found
}

/// A test in a module that a macro names is there once for each use of the macro: `properties!(router, Icm, ICM);`.
fn places(text: &str, path: &str) -> Vec<String> {
    let Some((before, after)) = path.split_once("$name") else { return vec![path.to_owned()] };
    let uses = text.lines().filter_map(|line| line.split_once("!(")?.1.split_once(", "));
    let is_name = |name: &str| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    uses.map(|(name, _)| name)
        .filter(|name| is_name(name))
        .map(|name| format!("{before}{name}{after}"))
        .collect()
}

/// Scenarios that have a kept ladder, with which a test of `cce-play` compares.
fn scenarios(root: &Path) -> Vec<String> {
    let kept = root.join("crates/cce-play/tests/it/snapshots");
    let names = entries(&root.join("sim-configs/scenarios"));
    let names = names.iter().filter_map(|file| file.file_stem()?.to_str());
    let has_ladder = |name: &&str| kept.join(format!("it__shipped__{name}.snap")).exists();
    names.filter(has_ladder).map(|name| format!("scenario:{name}")).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
        entries(folder).into_iter().partition(|path| path.is_dir());
    let rust = files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    rust.chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

/// What a folder holds, and nothing if there is none.
fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn tests_are_found_with_their_modules_and_ignored_ones_are_not() {
    let text = "
#[test]
fn one() {}

fn helper() {}

#[test]
#[ignore = \"slow\"]
fn ignored() {}

mod inner {
    #[tokio::test]
    async fn two() {
        if true {
        }
    }

    proptest! {
        #[test]
        fn three(seed: u64) {}
    }
}

mod outer;

#[test]
#[should_panic]
fn four() {}
";
    assert_eq!(tests_of_text(text), ["one", "inner::two", "inner::three", "four"]);
}

#[test]
fn a_test_in_a_macro_is_there_for_each_use() {
    let text = "
macro_rules! properties {
    ($name:ident, $table:ident) => {
        mod $name {
            #[test]
            fn holds() {}
        }
    };
}

properties!(one, Mr);
properties!(two, Icm);
";
    assert_eq!(tests_of_text(text), ["one::holds", "two::holds"]);
}

#[test]
fn tests_and_scenarios_of_the_workspace_are_found() {
    let sources = Sources::read(&super::root());
    for name in [
        "ccelab-tests::conformance::sources::tests_and_scenarios_of_the_workspace_are_found",
        "cce-kernel::time::tests::the_local_day_turns_at_local_midnight",
        "cce-mr::properties::router::an_unknown_floating_field_is_kept_where_it_stood",
        "scenario:lab-trace",
    ] {
        assert!(sources.has(name), "{name}");
    }
    for name in ["cce-kernel::time::nothing", "scenario:swarm", "scenario:nothing"] {
        assert!(!sources.has(name), "{name}");
    }
}
