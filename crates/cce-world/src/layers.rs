//! Merges the layers of a configuration and finds everything that is wrong with it, all at once.
//!
//! The layers are the built-in lab, the profile of a release, one file, the environment, and the command line; later ones win. The
//! `config` crate merges them; it forgets where a value stood, so a problem's place is looked up afterwards
//! in the text of the file.

use crate::{
    check, fields,
    lab::Lab,
    problem::{ConfigError, ConfigPlace, ConfigProblem, Fault, find, is_within, line_of, syntax_problem},
    range,
    release::Release,
};
use cce_model::nearest;
use config::{Config, Environment, File, FileFormat};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use toml::de::DeValue;

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
    /// Settings of the command line.
    pub overrides: Vec<Override>,
}

/// A setting of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The setting, as a dotted key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// The option that gives it: `--release`.
    pub option: String,
}

/// The lab of these layers, or everything that is wrong with them.
pub fn load(layers: &Layers) -> Result<Lab, ConfigError> {
    let refuse =
        |problems| ConfigError { subject: "the configuration", problems, source_text: layers.file.clone() };
    let mut merged = merge(layers).map_err(|problem| refuse(vec![problem]))?;
    let origins = range::expand(&mut merged).map_err(|fault| refuse(vec![locate(fault, layers)]))?;
    follow(&mut merged, layers);
    let (lab, Findings { mut faults, mended }) = read(merged);
    if let Some(lab) = &lab {
        faults.extend(check::contradictions(lab).into_iter().filter(|fault| !fault.follows_from(&mended)));
    }
    match lab {
        Some(lab) if faults.is_empty() => Ok(lab),
        _ => {
            let of_file = |fault: Fault| {
                let key = origins.of(&fault.key);
                fault.at(key)
            };
            let problems = faults.into_iter().map(|fault| locate(of_file(fault), layers)).collect();
            // One mistake in an entry that stands for many objects is told once.
            let mut told = BTreeSet::new();
            let each_once = in_order(problems).into_iter().filter(|problem| told.insert(problem.to_string()));
            Err(refuse(each_once.collect()))
        }
    }
}

/// Lists of the built-in lab that name agents and numbers follow a file that brings others: its demo has an agent and
/// a customer who fit, and its precision queues have every agent of their domain.
fn follow(merged: &mut Value, layers: &Layers) {
    let text = layers.file.as_ref().map_or("", |(_, text)| text.as_str());
    let Ok(own) = toml::from_str::<Value>(text) else { return };
    let has = |path: &str| own.pointer(path).is_some();
    if has("/agents") && !has("/precision_queues") {
        follow_in_queues(merged);
    }
    if has("/agents") && !has("/demo/agents") {
        let id = merged.pointer("/agents/0/id").cloned();
        if let (Some(id), Some(agents)) =
            (id, merged.pointer_mut("/demo/agents").and_then(Value::as_array_mut))
        {
            agents.truncate(1);
            agents.iter_mut().for_each(|agent| agent["id"] = id.clone());
        }
    }
    if !has("/demo/customers") {
        for (list, of_list, of_customer) in
            [("dialed_numbers", "number", "script_selector"), ("ccp/feeds", "id", "feed")]
        {
            let first = merged.pointer(&format!("/{list}/0/{of_list}")).cloned();
            let customers = merged.pointer_mut("/demo/customers").and_then(Value::as_array_mut);
            if let (true, Some(first), Some(customers)) = (has(&format!("/{list}")), first, customers) {
                customers.iter_mut().for_each(|customer| customer[of_customer] = first.clone());
            }
        }
    }
}

fn follow_in_queues(merged: &mut Value) {
    let agents = merged["agents"].as_array().cloned().unwrap_or_default();
    for queue in merged["precision_queues"].as_array_mut().into_iter().flatten() {
        let mrd = queue["mrd"].clone();
        let ids: Vec<Value> = agents
            .iter()
            .filter(|agent| agent["mrds"].as_array().is_some_and(|mrds| mrds.contains(&mrd)))
            .map(|agent| agent["id"].clone())
            .collect();
        for step in queue["steps"].as_array_mut().into_iter().flatten() {
            step["agents"] = Value::Array(ids.clone());
        }
    }
}

/// By their lines; what stands in no file comes last.
fn in_order(mut problems: Vec<ConfigProblem>) -> Vec<ConfigProblem> {
    problems.sort_by_key(|problem| match problem.place {
        ConfigPlace::File { line, .. } => line,
        ConfigPlace::Override(_) | ConfigPlace::Release(_) | ConfigPlace::BuiltIn => usize::MAX,
    });
    problems
}

/// What reading found.
#[derive(Debug, Default)]
struct Findings {
    faults: Vec<Fault>,
    /// Settings that something else took the place of, so that reading could go on.
    mended: Vec<String>,
}

/// The release whose profile counts. One that there is not is told where the setting is read.
fn release(layers: &Layers) -> Release {
    let named = merge_with("", layers).ok().and_then(|merged| Release::named(merged["release"].as_str()?));
    named.unwrap_or_default()
}

fn merge(layers: &Layers) -> Result<Value, ConfigProblem> {
    merge_with(release(layers).profile(), layers)
}

fn merge_with(profile: &str, layers: &Layers) -> Result<Value, ConfigProblem> {
    let mut builder = Config::builder().add_source(File::from_str(BUILT_IN, FileFormat::Toml));
    builder = builder.add_source(File::from_str(profile, FileFormat::Toml));
    if let Some((name, text)) = &layers.file {
        let table = toml::de::DeTable::parse(text).map_err(|error| syntax_problem(name, text, &error))?;
        check_numbers(name, text, table.get_ref())?;
        builder = builder.add_source(File::from_str(text, FileFormat::Toml));
    }
    // What the layers below the environment say tells which settings are texts.
    let below = builder.build_cloned().and_then(Config::try_deserialize).unwrap_or_default();
    let variables = layers.environment.clone().into_iter().collect();
    builder = builder.add_source(
        Environment::with_prefix(ENVIRONMENT_PREFIX)
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true)
            .source(Some(variables)),
    );
    // `try_parsing` takes a text that looks like a number for one: settings that are texts are set once more.
    for (key, value) in texts(&layers.environment, &below) {
        builder = builder.set_override(&key, value).map_err(|error| override_problem(&key, &error))?;
    }
    for Override { key, value, .. } in &layers.overrides {
        builder = builder.set_override(key, value.as_str()).map_err(|error| override_problem(key, &error))?;
    }
    let merged = builder.build().and_then(Config::try_deserialize);
    let mut merged: Value = merged.map_err(|error| override_problem("", &error))?;
    // Whoever leaves out the quotation marks means the same.
    if let Some(number) = merged["release"].as_f64() {
        merged["release"] = json!(format!("{number:.1}"));
    }
    Ok(merged)
}

/// Whole numbers fit into 64 bits: what reads the layers together tells of others without a place.
fn check_numbers(name: &str, text: &str, table: &toml::de::DeTable<'_>) -> Result<(), ConfigProblem> {
    table.iter().try_for_each(|(key, value)| check_number(name, text, key.get_ref(), value))
}

fn check_number(
    name: &str,
    text: &str,
    key: &str,
    value: &toml::Spanned<DeValue<'_>>,
) -> Result<(), ConfigProblem> {
    match value.get_ref() {
        DeValue::Integer(number) if i64::from_str_radix(number.as_str(), number.radix()).is_err() => {
            let span = value.span();
            let place = ConfigPlace::File { name: name.to_owned(), line: line_of(text, span.start), span };
            let message = format!("{} is too large a number", number.as_str());
            Err(ConfigProblem { key: key.to_owned(), message, place })
        }
        // An optional setting would be taken as one that is not there.
        DeValue::Float(number) if !number.as_str().parse::<f64>().is_ok_and(f64::is_finite) => {
            let span = value.span();
            let place = ConfigPlace::File { name: name.to_owned(), line: line_of(text, span.start), span };
            let message = format!("{} is no number", number.as_str());
            Err(ConfigProblem { key: key.to_owned(), message, place })
        }
        DeValue::Array(items) => items.iter().try_for_each(|item| check_number(name, text, key, item)),
        DeValue::Table(table) => check_numbers(name, text, table),
        DeValue::Integer(_)
        | DeValue::String(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => Ok(()),
    }
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

fn override_problem(key: &str, error: &config::ConfigError) -> ConfigProblem {
    ConfigProblem { key: key.to_owned(), message: error.to_string(), place: ConfigPlace::BuiltIn }
}

/// Reads every section by itself, so that an error in one does not hide those of another.
fn read(merged: Value) -> (Option<Lab>, Findings) {
    let mut findings = Findings::default();
    let Value::Object(mut sections) = merged else {
        findings.faults.push(Fault::new("", "a configuration is a table"));
        return (None, findings);
    };
    let lab = read_sections(&mut sections, &mut findings);
    for key in sections.keys() {
        let known = fields::beside::<Lab>(key);
        let hint = nearest(key, known.iter().map(String::as_str));
        findings.faults.push(Fault::new(key, format!("there is no such section{hint}")));
    }
    (lab, findings)
}

fn read_sections(sections: &mut Map<String, Value>, findings: &mut Findings) -> Option<Lab> {
    let built_in = merge(&Layers::default()).unwrap_or_default();
    let from = &mut Source { merged: sections, findings, built_in };
    // Every section is read before one is missed, so that all mistakes are told.
    let release = from.take("release");
    let (hosts, links, tls, latency) =
        (from.take("hosts"), from.take("links"), from.take("tls"), from.take("latency"));
    let (ccp, mrpg, agentpg, router) =
        (from.take("ccp"), from.take("mrpg"), from.take("agentpg"), from.take("router"));
    let (mrds, dialed_numbers, call_types, scripts) =
        (from.take("mrds"), from.take("dialed_numbers"), from.take("call_types"), from.take("scripts"));
    let (precision_queues, agents, finesse) =
        (from.take("precision_queues"), from.take("agents"), from.take("finesse"));
    let (logs, demo, ecc_variables) = (from.take("logs"), from.take("demo"), from.take("ecc_variables"));
    Some(Lab {
        release: release?,
        hosts: hosts?,
        links: links?,
        tls: tls?,
        latency: latency?,
        ccp: ccp?,
        mrpg: mrpg?,
        agentpg: agentpg?,
        router: router?,
        ecc_variables: ecc_variables?,
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

struct Source<'a> {
    merged: &'a mut Map<String, Value>,
    findings: &'a mut Findings,
    built_in: Value,
}

/// Mistakes of one section that are told at once.
const FAULTS_MAX: usize = 64;

impl Source<'_> {
    /// Reads a section. Where a value is missing or of the wrong kind, another takes its place, so that what
    /// stands behind it is read, and contradictions are found, too.
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let mut value = self.merged.remove(name).unwrap_or(Value::Null);
        for _ in 0..FAULTS_MAX {
            let (read, unknown) = read_section(name, &value);
            let fault = match read {
                Ok(section) => {
                    self.tell_unknown(unknown);
                    return Some(section);
                }
                Err(fault) => fault,
            };
            let key = fault.key.clone();
            self.findings.faults.push(fault);
            let Some(mended) = self.mend::<T>(&value, name, &key) else {
                self.tell_unknown(unknown);
                return None;
            };
            self.findings.mended.push(key);
            value = mended;
        }
        None
    }

    fn tell_unknown(&mut self, keys: Vec<String>) {
        let faults = keys.into_iter().map(|key| {
            let known = fields::beside::<Lab>(&key);
            let name = key.rsplit('.').next().unwrap_or_default();
            let hint = nearest(name, known.iter().map(String::as_str));
            Fault::new(key, format!("there is no such setting{hint}"))
        });
        self.findings.faults.extend(faults);
    }

    /// The section with something readable in the place of a fault: the built-in lab's value, else any.
    fn mend<T: DeserializeOwned>(&self, section: &Value, name: &str, key: &str) -> Option<Value> {
        let path = key.strip_prefix(name)?.trim_start_matches('.');
        let anything = [json!(""), json!(0), json!("0s"), json!(false), json!([]), json!({})];
        let candidates = sample(self.built_in.get(name), path).into_iter().chain(anything);
        candidates.filter_map(|candidate| with(section, path, candidate)).find(|mended| {
            match read_section::<T>(name, mended).0 {
                Ok(_) => true,
                Err(fault) => !is_within(&fault.key, key),
            }
        })
    }
}

/// The built-in value of a setting, or of the same setting of the first of a list.
fn sample(section: Option<&Value>, path: &str) -> Option<Value> {
    let mut value = section?;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        value = match value {
            Value::Array(items) => part.parse().ok().and_then(|at: usize| items.get(at)).or(items.first())?,
            Value::Object(settings) => settings.get(part)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    Some(value.clone())
}

/// A section with another value at a path, which may be new in the last table of it.
fn with(section: &Value, path: &str, value: Value) -> Option<Value> {
    let mut section = section.clone();
    let (above, last) = path.rsplit_once('.').unwrap_or(("", path));
    let pointer = if above.is_empty() { String::new() } else { format!("/{}", above.replace('.', "/")) };
    let at = if path.is_empty() {
        &mut section
    } else {
        match section.pointer_mut(&pointer)? {
            Value::Array(items) => items.get_mut(last.parse::<usize>().ok()?)?,
            Value::Object(settings) => settings.entry(last).or_insert(Value::Null),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        }
    };
    *at = value;
    Some(section)
}

/// Reads a section, and lists the keys in it that nobody knows.
fn read_section<T: DeserializeOwned>(name: &str, value: &Value) -> (Result<T, Fault>, Vec<String>) {
    let mut unknown = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(value, &mut track);
    let read = serde_ignored::deserialize(tracked, |path| unknown.push(join(name, &path.to_string())));
    let fault = |error: serde_json::Error| {
        let (key, message) = (join(name, &track.path().to_string()), error.to_string());
        // Serde names the field in the words of its message, and nowhere else.
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        match missing {
            Some(field) => Fault::new(format!("{key}.{field}"), "this setting is missing"),
            None => Fault::new(key, message),
        }
    };
    (read.map_err(fault), unknown)
}

/// One dotted form for both crates' paths: `agents.0.limit`.
fn join(section: &str, path: &str) -> String {
    let dotted = path.replace('[', ".").replace(']', "").replace("?.", "").replace(".?", "");
    match dotted.trim_matches('.') {
        "" | "?" => section.to_owned(),
        rest => format!("{section}.{rest}"),
    }
}

fn locate(fault: Fault, layers: &Layers) -> ConfigProblem {
    let place = place(&fault.key, layers);
    ConfigProblem { key: fault.key, message: fault.message, place }
}

/// Where a setting's value stands.
pub(crate) fn place(key: &str, layers: &Layers) -> ConfigPlace {
    let own = layers.file.as_ref().is_some_and(|(_, text)| has(text, key));
    overriding(key, layers)
        .or_else(|| if own { None } else { in_profile(key, layers) })
        .or_else(|| in_file(key, layers))
        .unwrap_or(ConfigPlace::BuiltIn)
}

fn in_profile(key: &str, layers: &Layers) -> Option<ConfigPlace> {
    let release = release(layers);
    has(release.profile(), key).then_some(ConfigPlace::Release(release.name()))
}

/// Whether a text has the setting itself.
fn has(text: &str, key: &str) -> bool {
    let pointer = format!("/{}", key.replace('.', "/"));
    toml::from_str::<Value>(text).is_ok_and(|text| text.pointer(&pointer).is_some())
}

fn overriding(key: &str, layers: &Layers) -> Option<ConfigPlace> {
    let variable = format!("{ENVIRONMENT_PREFIX}__{}", key.replace('.', "__").to_uppercase());
    let set = layers.environment.keys().find(|name| name.to_uppercase() == variable);
    let given = layers.overrides.iter().find(|given| given.key == key).map(|given| &given.option);
    given.or(set).map(|name| ConfigPlace::Override(name.clone()))
}

fn in_file(key: &str, layers: &Layers) -> Option<ConfigPlace> {
    let (name, text) = layers.file.as_ref()?;
    let span = find(text, key)?;
    Some(ConfigPlace::File { name: name.clone(), line: line_of(text, span.start), span })
}
