//! Gathers a scenario's files: what it includes, and the lab that it names.

use crate::{
    file::{Context, ScenarioError},
    read::{Placed, Problem, Section, Source},
};
use cce_world::Lab;
use std::{collections::BTreeMap, ops::Range};
use toml::de::DeTable;

/// How deep files may include others.
const INCLUDES_MAX: usize = 8;

/// A scenario's files, those that are included first.
#[derive(Default)]
pub(crate) struct Files {
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) problems: Vec<Problem>,
}

impl Files {
    pub(crate) fn collect(&mut self, name: &str, text: &str, context: Context<'_>, depth: usize) {
        let mut source = Source::new(name, text, BTreeMap::new());
        let mut includes = Vec::new();
        match DeTable::parse(text) {
            Ok(table) => {
                let mut section = Section::new("", table.get_ref(), 0..0);
                includes = section.texts("include", &mut source);
            }
            Err(error) => source.problem(error.span().unwrap_or(0..0), error.message()),
        }
        let is_sound = source.problems.is_empty();
        let mut found = Vec::new();
        for Placed { text: other, span } in includes {
            match (context.files)(&other) {
                _ if depth == INCLUDES_MAX => source.problem(span, "files include each other too deep"),
                Ok(text) => found.push((other, text)),
                Err(error) => source.problem(span, format!("cannot include `{other}`: {error}")),
            }
        }
        self.problems.append(&mut source.problems);
        for (other, text) in found {
            self.collect(&other, &text, context, depth + 1);
        }
        if is_sound && !self.texts.iter().any(|(known, _)| known == name) {
            self.texts.push((name.to_owned(), text.to_owned()));
        }
    }

    /// The lab that the last file names which names one.
    pub(crate) fn lab(&mut self, context: Context<'_>) -> Option<Lab> {
        let mut named = None;
        for (name, text) in &self.texts {
            let Ok(table) = DeTable::parse(text) else { continue };
            let mut source = Source::new(name, text, BTreeMap::new());
            if let Some(file) = Section::new("", table.get_ref(), 0..0).text("lab", &mut source) {
                named = Some((name.clone(), text.clone(), file));
            }
            self.problems.append(&mut source.problems);
        }
        let Some((name, text, file)) = named else {
            return (context.lab)(None)
                .map_err(|error| self.tell(&name_of(&self.texts), "", 0..0, error))
                .ok();
        };
        let found =
            (context.files)(&file.text).and_then(|text| (context.lab)(Some((file.text.clone(), text))));
        found.map_err(|error| self.tell(&name, &text, file.span, error)).ok()
    }

    fn tell(&mut self, name: &str, text: &str, span: Range<usize>, message: String) {
        let mut source = Source::new(name, text, BTreeMap::new());
        source.problem(span, message);
        self.problems.append(&mut source.problems);
    }

    pub(crate) fn refuse(self) -> ScenarioError {
        ScenarioError { problems: self.problems, sources: self.texts.into_iter().collect() }
    }
}

fn name_of(texts: &[(String, String)]) -> String {
    texts.last().map(|(name, _)| name.clone()).unwrap_or_default()
}
