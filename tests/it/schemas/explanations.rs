//! What explains settings: doc comments of types, and the tables of the reference of scenarios.

use super::{read, root};
use std::{collections::BTreeMap, fs};

/// Doc comments of the fields of types, by type and field; that of a type itself has no field.
pub(super) struct Comments(BTreeMap<(String, String), String>);

impl Comments {
    /// Those of the crates whose types are read from files of a lab.
    pub(super) fn read() -> Self {
        let mut comments = Self(BTreeMap::new());
        for folder in ["crates/cce-world/src", "crates/cce-world/src/lab", "crates/cce-journal/src"] {
            for entry in fs::read_dir(root().join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "rs") {
                    comments.take(&fs::read_to_string(path).unwrap());
                }
            }
        }
        comments
    }

    pub(super) fn of(&self, owner: &str, field: &str) -> Option<String> {
        self.0.get(&(owner.to_owned(), field.to_owned())).cloned()
    }

    fn take(&mut self, source: &str) {
        let (mut owner, mut comment) = (String::new(), Vec::new());
        for line in source.lines() {
            let text = line.trim();
            if let Some(part) = text.strip_prefix("///") {
                comment.push(part.trim());
                continue;
            }
            let declared = text.strip_prefix("pub struct ").map(word);
            let field =
                line.strip_prefix("    pub ").and_then(|rest| rest.split_once(':')).map(|(name, _)| name);
            if let Some(name) = declared {
                name.clone_into(&mut owner);
            }
            if !text.starts_with("#[") {
                let of = declared.map(|_| "").or(field.filter(|_| !owner.is_empty()));
                if let Some(field) = of.filter(|_| !comment.is_empty()) {
                    self.0.insert((owner.clone(), field.to_owned()), plain(&comment.join(" ")));
                }
                comment.clear();
            }
            if line == "}" {
                owner.clear();
            }
        }
    }
}

fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// Links of the documentation are names.
fn plain(comment: &str) -> String {
    comment.replace("[`", "`").replace("`]", "`")
}

/// The tables of `docs/scenarios.md` and `docs/swarm.md`.
pub(super) struct Guide(Vec<(String, String, String)>);

impl Guide {
    pub(super) fn read() -> Self {
        let mut rows = Vec::new();
        for (path, first) in [("docs/scenarios.md", ""), ("docs/swarm.md", "The swarm")] {
            let (text, mut heading) = (read(path), first.to_owned());
            for line in text.lines() {
                if let Some(title) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
                    title.clone_into(&mut heading);
                }
                let Some((keys, meaning)) = line.strip_prefix("| `").and_then(|row| row.split_once(" | "))
                else {
                    continue;
                };
                for key in keys.split('`').step_by(2).filter(|key| !key.is_empty()) {
                    rows.push((heading.clone(), key.to_owned(), sentence(meaning)));
                }
            }
        }
        Self(rows)
    }

    /// What a key means under that heading.
    pub(super) fn of(&self, heading: &str, key: &str) -> Option<String> {
        self.0.iter().find(|(under, name, _)| under == heading && name == key).map(|(.., text)| text.clone())
    }
}

/// A row of a table as a sentence: its meaning, and what is so without it.
fn sentence(row: &str) -> String {
    let cells: Vec<String> = row.trim_end_matches('|').split(" | ").map(unlinked).collect();
    match &cells[..] {
        [meaning, without, ..] if !without.is_empty() => format!("{meaning}. Without it: {without}"),
        [meaning, ..] => meaning.clone(),
        [] => String::new(),
    }
}

/// `[text](address)` as its text.
fn unlinked(cell: &str) -> String {
    let mut text = cell.trim().to_owned();
    while let Some(middle) = text.find("](") {
        let Some(end) = text[middle..].find(')') else { break };
        text.replace_range(middle..=middle + end, "");
        if let Some(begin) = text[..middle].rfind('[') {
            text.remove(begin);
        }
    }
    text
}
