//! Merges the layers of a configuration and finds everything that is wrong with it, all at once.
//!
//! The layers are the built-in lab, one file, the environment, and the command line; later ones win. The
//! `config` crate merges them; it forgets where a value stood, so a problem's place is looked up afterwards
//! in the text of the file.

use crate::{check, lab::Lab};
use config::{Config, Environment, File, FileFormat};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt, ops::Range};

/// The built-in lab, as text.
pub const BUILT_IN: &str = include_str!("../../../sim-configs/labs/dcloud.toml");

/// The prefix of environment variables that change a setting.
pub const ENVIRONMENT_PREFIX: &str = "CCELAB";

/// Where settings come from, besides the built-in lab.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// Name and text of a configuration file.
    pub file: Option<(String, String)>,
    /// Environment variables by name.
    pub environment: BTreeMap<String, String>,
    /// Settings of the command line: dotted key and value.
    pub overrides: Vec<(String, String)>,
}

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting, as a dotted key; empty when the file cannot be read at all.
    pub key: String,
    /// What is wrong, and what would be right.
    pub message: String,
    /// Where it stands.
    pub place: Place,
}

/// Where a setting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the configuration file, at these bytes.
    File {
        /// The file's name.
        name: String,
        /// Line, from 1.
        line: usize,
        /// Bytes of its text.
        span: Range<usize>,
    },
    /// In the environment or on the command line.
    Override(String),
    /// Nowhere: it is the built-in lab's, or it is missing.
    BuiltIn,
}

/// Everything that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{subject} has {} {}", problems.len(), if problems.len() == 1 { "error" } else { "errors" })]
pub struct ConfigError {
    /// What was read: `the configuration`.
    pub subject: &'static str,
    /// At least one.
    pub problems: Vec<Problem>,
    /// Name and text of the configuration file, for showing places.
    pub source_text: Option<(String, String)>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File { name, line, .. } => write!(f, "{name}:{line}: ")?,
            Place::Override(name) => write!(f, "{name}: ")?,
            Place::BuiltIn => {}
        }
        if !self.key.is_empty() {
            write!(f, "`{}`: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

/// The lab of these layers, or everything that is wrong with them.
pub fn load(layers: &Layers) -> Result<Lab, ConfigError> {
    let refuse =
        |problems| ConfigError { subject: "the configuration", problems, source_text: layers.file.clone() };
    let merged = merge(layers).map_err(|problem| refuse(vec![problem]))?;
    let (lab, mut faults) = read(merged);
    if let Some(lab) = &lab {
        // A setting that cannot be read is told once; its built-in value contradicts nothing on its own.
        let found = check::contradictions(lab);
        let is_told = |fault: &Fault| faults.iter().any(|told: &Fault| told.key == fault.key);
        let fresh: Vec<Fault> = found.into_iter().filter(|fault| !is_told(fault)).collect();
        faults.extend(fresh);
    }
    match lab {
        Some(lab) if faults.is_empty() => Ok(lab),
        _ => Err(refuse(faults.into_iter().map(|fault| locate(fault, layers)).collect())),
    }
}

/// A fault before its place is known.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) key: String,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }
}

fn merge(layers: &Layers) -> Result<Value, Problem> {
    let mut builder = Config::builder().add_source(File::from_str(BUILT_IN, FileFormat::Toml));
    if let Some((name, text)) = &layers.file {
        toml::de::DeTable::parse(text).map_err(|error| syntax_problem(name, text, &error))?;
        builder = builder.add_source(File::from_str(text, FileFormat::Toml));
    }
    let below = builder.build_cloned().and_then(Config::try_deserialize).unwrap_or_default();
    let variables = layers.environment.clone().into_iter().collect();
    builder = builder.add_source(
        Environment::with_prefix(ENVIRONMENT_PREFIX)
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true)
            .source(Some(variables)),
    );
    for (key, value) in texts(&layers.environment, &below) {
        builder = builder.set_override(&key, value).map_err(|error| override_problem(&key, &error))?;
    }
    for (key, value) in &layers.overrides {
        builder = builder.set_override(key, value.as_str()).map_err(|error| override_problem(key, &error))?;
    }
    builder.build().and_then(Config::try_deserialize).map_err(|error| override_problem("", &error))
}

/// The variables that change a text setting. Their values stay text, even those that look like a number.
fn texts<'a>(environment: &'a BTreeMap<String, String>, below: &Value) -> Vec<(String, &'a str)> {
    let changes_text = |(name, value): (&String, &'a String)| {
        let path = name.to_lowercase().replace("__", "/");
        let path = path.strip_prefix(&ENVIRONMENT_PREFIX.to_lowercase())?;
        let is_text = below.pointer(path).is_some_and(Value::is_string);
        is_text.then(|| (path.trim_matches('/').replace('/', "."), value.as_str()))
    };
    environment.iter().filter_map(changes_text).collect()
}

pub(crate) fn syntax_problem(name: &str, text: &str, error: &toml::de::Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let place = Place::File { name: name.to_owned(), line: line_of(text, span.start), span };
    Problem { key: String::new(), message: error.message().to_owned(), place }
}

fn override_problem(key: &str, error: &config::ConfigError) -> Problem {
    Problem { key: key.to_owned(), message: error.to_string(), place: Place::BuiltIn }
}

/// Reads every section by itself, so that an error in one does not hide those of another.
fn read(merged: Value) -> (Option<Lab>, Vec<Fault>) {
    let Value::Object(mut sections) = merged else {
        return (None, vec![Fault::new("", "a configuration is a table")]);
    };
    let mut faults = Vec::new();
    let lab = read_sections(&mut sections, &mut faults);
    for key in sections.keys() {
        faults.push(Fault::new(key, "there is no such section"));
    }
    (lab, faults)
}

fn read_sections(sections: &mut Map<String, Value>, faults: &mut Vec<Fault>) -> Option<Lab> {
    let from = &mut Sections { sections, faults };
    let (hosts, links, latency) = (from.take("hosts"), from.take("links"), from.take("latency"));
    let (ccp, mrpg, agentpg, router) =
        (from.take("ccp"), from.take("mrpg"), from.take("agentpg"), from.take("router"));
    let (mrds, dialed_numbers, call_types, scripts) =
        (from.take("mrds"), from.take("dialed_numbers"), from.take("call_types"), from.take("scripts"));
    let (precision_queues, agents, finesse) =
        (from.take("precision_queues"), from.take("agents"), from.take("finesse"));
    let (logs, demo) = (from.take("logs"), from.take("demo"));
    Some(Lab {
        hosts: hosts?,
        links: links?,
        latency: latency?,
        ccp: ccp?,
        mrpg: mrpg?,
        agentpg: agentpg?,
        router: router?,
        mrds: mrds?,
        dialed_numbers: dialed_numbers?,
        call_types: call_types?,
        scripts: scripts?,
        precision_queues: precision_queues?,
        agents: agents?,
        finesse: finesse?,
        logs: logs?,
        demo: demo?,
        cast: crate::lab::CastSettings::default(),
        tables: cce_journal::Tables::default(),
    })
}

struct Sections<'a> {
    sections: &'a mut Map<String, Value>,
    faults: &'a mut Vec<Fault>,
}

impl Sections<'_> {
    /// Reads a section. Where a value is of the wrong kind, the built-in one takes its place, so that what
    /// stands behind it is read, and contradictions are found, too.
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let mut value = self.sections.remove(name).unwrap_or(Value::Null);
        for _ in 0..FAULTS_MAX {
            let (read, unknown) = read_section(name, &value);
            match read {
                Ok(section) => {
                    self.faults
                        .extend(unknown.into_iter().map(|key| Fault::new(key, "there is no such setting")));
                    return Some(section);
                }
                Err(fault) => {
                    let key = fault.key.clone();
                    self.faults.push(fault);
                    if !mend(&mut value, name, &key) {
                        return None;
                    }
                }
            }
        }
        None
    }
}

/// Mistakes of one section that are told at once.
const FAULTS_MAX: usize = 64;

/// Reads a section, and lists the keys in it that nobody knows.
fn read_section<T: DeserializeOwned>(name: &str, value: &Value) -> (Result<T, Fault>, Vec<String>) {
    let mut unknown = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(value, &mut track);
    let read = serde_ignored::deserialize(tracked, |path| unknown.push(join(name, &path.to_string())));
    (
        read.map_err(|error: serde_json::Error| {
            Fault::new(join(name, &track.path().to_string()), error.to_string())
        }),
        unknown,
    )
}

/// Puts the built-in lab's value in the place of a wrong one. Says whether there is one that differs.
fn mend(section: &mut Value, name: &str, key: &str) -> bool {
    let Some(path) = key.strip_prefix(name).map(|rest| rest.replace('.', "/")) else { return false };
    let built_in = merge(&Layers::default()).unwrap_or_default();
    let sound = built_in.get(name).and_then(|section| section.pointer(&path));
    match (section.pointer_mut(&path), sound) {
        (Some(wrong), Some(sound)) if wrong != sound => {
            sound.clone_into(wrong);
            true
        }
        _ => false,
    }
}

/// One dotted form for both crates' paths: `agents.0.limit`.
fn join(section: &str, path: &str) -> String {
    let dotted = path.replace('[', ".").replace(']', "").replace("?.", "").replace(".?", "");
    match dotted.trim_matches('.') {
        "" | "?" => section.to_owned(),
        rest => format!("{section}.{rest}"),
    }
}

fn locate(fault: Fault, layers: &Layers) -> Problem {
    let place =
        overriding(&fault.key, layers).or_else(|| in_file(&fault.key, layers)).unwrap_or(Place::BuiltIn);
    Problem { key: fault.key, message: fault.message, place }
}

fn overriding(key: &str, layers: &Layers) -> Option<Place> {
    let variable = format!("{ENVIRONMENT_PREFIX}__{}", key.replace('.', "__").to_uppercase());
    let set = layers.environment.keys().find(|name| name.to_uppercase() == variable);
    let given = layers.overrides.iter().find(|(name, _)| name == key).map(|(name, _)| name);
    set.or(given).map(|name| Place::Override(name.clone()))
}

fn in_file(key: &str, layers: &Layers) -> Option<Place> {
    let (name, text) = layers.file.as_ref()?;
    let span = find(text, key)?;
    Some(Place::File { name: name.clone(), line: line_of(text, span.start), span })
}

/// The bytes of a setting's key in a TOML text, or of the nearest table above it that the text has.
pub(crate) fn find(text: &str, key: &str) -> Option<Range<usize>> {
    let root = toml::de::DeTable::parse(text).ok()?;
    let mut span = None;
    let mut table = Some(root.get_ref());
    let mut list: Option<&toml::de::DeArray<'_>> = None;
    for part in key.split('.') {
        let value = if let Some(items) = list.take() {
            let item = items.get(part.parse::<usize>().ok()?)?;
            span = Some(item.span());
            item
        } else {
            let Some((found, value)) = table?.get_key_value(part) else { break };
            span = Some(found.span());
            value
        };
        table = value.get_ref().as_table();
        list = value.get_ref().as_array();
        if table.is_none() && list.is_none() {
            break;
        }
    }
    span
}

pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes().iter().take(byte).filter(|b| **b == b'\n').count() + 1
}

/// The lab as TOML text, for `ccelab config show`. The people of a run are no setting.
pub fn show(lab: &Lab) -> String {
    let mut value = serde_json::to_value(lab).unwrap_or_default();
    if let Value::Object(sections) = &mut value {
        sections.remove("cast");
    }
    toml::to_string_pretty(&value).unwrap_or_default()
}
