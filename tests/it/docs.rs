//! What documents list is complete.

use std::{fs, path::Path};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

/// The names in the `timers!` block of a file.
fn timers(path: &str) -> Vec<String> {
    let text = read(path);
    let (_, block) = text.split_once("timers! {").unwrap();
    let (block, _) = block.split_once("\n}").unwrap();
    let names = block.lines().filter_map(|line| line.split_once(" = \"")?.1.strip_suffix("\","));
    names.map(str::to_owned).collect()
}

#[test]
fn every_timer_is_explained_beside_its_component() {
    let document = read("docs/timers.md");
    for (title, path) in [
        ("Router", "crates/cce-router/src/timer.rs"),
        ("MR PG", "crates/cce-mrpg/src/lib.rs"),
        ("Agent PG and CTI server", "crates/cce-agentpg/src/timer.rs"),
        ("CCP", "crates/cce-ccp/src/lib.rs"),
        ("Finesse", "crates/cce-finesse/src/timer.rs"),
        ("Finesse", "crates/cce-pubsub/src/lib.rs"),
        ("CCP", "crates/cce-pubsub/src/lib.rs"),
        ("Virtual people", "crates/cce-world/src/cast/agent/mod.rs"),
    ] {
        let (_, part) = document.split_once(&format!("\n## {title}\n")).unwrap();
        let part = part.split("\n## ").next().unwrap();
        let names = timers(path);
        assert!(!names.is_empty(), "{path}");
        let missing: Vec<&String> =
            names.iter().filter(|name| !part.contains(&format!("`{name}`"))).collect();
        assert!(missing.is_empty(), "{title}: {missing:?}");
    }
}

#[test]
fn every_disposition_that_the_guide_explains_has_the_name_that_finesse_gives_it() {
    let document = read("docs/reading-logs.md");
    let (_, table) = document.split_once("## Dispositions").unwrap();
    let rows = table.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        Some((cells.get(1)?.parse::<u32>().ok()?, *cells.get(4)?))
    });
    let rows: Vec<(u32, &str)> = rows.collect();
    assert!(rows.len() >= 10);
    for (number, name) in rows {
        assert_eq!(cce_model::Disposition(number).finesse_name(), name, "{number}");
    }
}

#[test]
fn each_test_that_the_page_on_compatibility_names_is_there() {
    let document = read("docs/compatibility.md");
    let quoted = document.split('`').skip(1).step_by(2);
    let named: Vec<(&str, &str)> =
        quoted.filter_map(|text| text.split_once("::")).filter(|(file, _)| *file != "file").collect();
    assert!(named.len() > 15, "{named:?}");
    for (file, test) in named {
        let text = read(&format!("crates/ccelab/tests/it/{file}.rs"));
        assert!(text.contains(&format!("#[test]\nfn {test}()")), "{file}::{test}");
    }
}
