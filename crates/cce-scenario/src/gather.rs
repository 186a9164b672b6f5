//! Gathers a scenario's files: what it includes, and the lab that it names.

use crate::read::{Placed, ScenarioProblem, Section, Source};
use cce_world::{CastCustomer, Lab};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Range,
};
use toml::de::DeTable;

/// How deep files may include others.
const INCLUDES_MAX: usize = 8;

/// What a scenario is read with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The text of a file that the scenario names, by the name that stands there.
    pub files: &'a dyn Fn(&str) -> Result<String, String>,
    /// The lab of a configuration file, or the lab of those who name none.
    pub lab: &'a dyn Fn(Option<(String, String)>) -> Result<Lab, String>,
    /// Values of its parameters; others have the first of their alternatives.
    pub chosen: &'a BTreeMap<String, String>,
    /// Customers who are there without a table of theirs: those of a recorded run.
    pub recorded: &'a [(String, CastCustomer)],
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("chosen", &self.chosen).finish_non_exhaustive()
    }
}

/// Everything that is wrong with a scenario.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the scenario has {} {}", problems.len(), if problems.len() == 1 { "error" } else { "errors" })]
pub struct ScenarioError {
    /// At least one.
    pub problems: Vec<ScenarioProblem>,
    /// Texts by file name, for showing places.
    pub sources: BTreeMap<String, String>,
}

/// A scenario's files, those that are included first.
#[derive(Default)]
pub(crate) struct Files {
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) problems: Vec<ScenarioProblem>,
    /// Files that cannot be read, for showing places in them.
    unsound: Vec<(String, String)>,
    seen: BTreeSet<String>,
}

impl Files {
    /// Takes in a file, and those that it includes. `above` are the files that led to it.
    pub(crate) fn collect(&mut self, name: &str, text: &str, context: Context<'_>, above: &[String]) {
        let mut source = Source::new(name, text, BTreeMap::new());
        let includes = includes(&mut source);
        let is_sound = source.problems.is_empty();
        let path = [above, &[beside(name, above).to_owned()]].concat();
        self.seen.insert(path.last().cloned().unwrap_or_default());
        let mut found = Vec::new();
        for Placed { text: other, span } in includes {
            if let Some(ring) = path.iter().position(|known| *known == other) {
                let ring = [&path[ring..], &[other]].concat().join(" > ");
                source.problem(span, format!("files include each other in a ring: {ring}"));
            } else if path.len() > INCLUDES_MAX {
                let path = path.join(" > ");
                source.problem(span, format!("files include each other {INCLUDES_MAX} deep at most: {path}"));
            } else {
                match (context.files)(&other) {
                    Ok(text) => found.push((other, text)),
                    Err(error) => source.problem(span, format!("cannot include `{other}`: {error}")),
                }
            }
        }
        self.problems.append(&mut source.problems);
        for (other, text) in found {
            // What two files include is read once.
            if !self.seen.contains(&other) {
                self.collect(&other, &text, context, &path);
            }
        }
        if is_sound {
            self.texts.push((name.to_owned(), text.to_owned()));
        } else {
            self.unsound.push((name.to_owned(), text.to_owned()));
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
            // No file has a place to show: the scenario's own name stands before what is wrong.
            let own = self.texts.last().map(|(name, _)| name.clone()).unwrap_or_default();
            return (context.lab)(None).map_err(|error| self.tell(&own, "", 0..0, error)).ok();
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

    /// Everything that is wrong, each file from its top to its end.
    pub(crate) fn refuse(mut self) -> ScenarioError {
        let order: Vec<&String> = self.texts.iter().chain(&self.unsound).map(|(name, _)| name).collect();
        let file = |name: &String| order.iter().position(|known| *known == name);
        self.problems.sort_by_key(|problem| (file(&problem.file), problem.span.start));
        let sources = self.texts.into_iter().chain(self.unsound).collect();
        ScenarioError { problems: once_each(self.problems), sources }
    }
}

/// A wrong name is one mistake, wherever it stands.
fn once_each(problems: Vec<ScenarioProblem>) -> Vec<ScenarioProblem> {
    let mut told: Vec<ScenarioProblem> = Vec::new();
    let mut more: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for problem in problems {
        let is_same = |known: &ScenarioProblem| known.wrong_name == problem.wrong_name;
        let first = problem.wrong_name.is_some().then(|| told.iter().position(is_same)).flatten();
        match first {
            Some(at) if told[at].file == problem.file => {
                more.entry(at).or_default().push(format!("line {}", problem.line));
            }
            Some(at) => more.entry(at).or_default().push(format!("{}:{}", problem.file, problem.line)),
            None => told.push(problem),
        }
    }
    for (at, mut places) in more {
        places.dedup();
        let elsewhere = [" It stands in ", &places.join(", "), ", too."].concat();
        told[at].message.push_str(&elsewhere);
    }
    told
}

/// The files that one names. One in which nothing stands was saved too early, or is another one than was meant.
fn includes(source: &mut Source<'_>) -> Vec<Placed> {
    match DeTable::parse(source.text) {
        Ok(table) if table.get_ref().is_empty() => {
            source.problem(
                0..0,
                "nothing stands in this file; a scenario has a `name`, people, steps, rules, …",
            );
            Vec::new()
        }
        Ok(table) => Section::new("", table.get_ref(), 0..0).texts("include", source),
        Err(error) => {
            source.problem(error.span().unwrap_or(0..0), error.message());
            Vec::new()
        }
    }
}

/// What includes call a file: those that are included are looked for beside the first one.
fn beside<'a>(name: &'a str, above: &[String]) -> &'a str {
    if above.is_empty() { name.rsplit(['/', '\\']).next().unwrap_or(name) } else { name }
}
