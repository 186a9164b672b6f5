//! What is wrong with a configuration, and where it stands.

use std::{fmt, ops::Range};

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The setting, as a dotted key; empty when the file cannot be read at all.
    pub key: String,
    /// What is wrong, and what would be right.
    pub message: String,
    /// Where it stands.
    pub place: ConfigPlace,
}

/// Where a setting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigPlace {
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
    /// In the profile of this release.
    Release(&'static str),
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
    pub problems: Vec<ConfigProblem>,
    /// Name and text of the configuration file, for showing places.
    pub source_text: Option<(String, String)>,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            ConfigPlace::File { name, line, .. } => write!(f, "{name}:{line}: ")?,
            ConfigPlace::Override(name) => write!(f, "{name}: ")?,
            ConfigPlace::Release(name) => write!(f, "release {name}: ")?,
            ConfigPlace::BuiltIn => {}
        }
        if !self.key.is_empty() {
            write!(f, "`{}`: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

/// A fault before its place is known.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) key: String,
    pub(crate) message: String,
    /// Sections that the setting was compared with.
    against: &'static [&'static str],
}

impl Fault {
    pub(crate) fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into(), against: &[] }
    }

    /// The same of another key.
    pub(crate) fn at(self, key: String) -> Self {
        Self { key, ..self }
    }

    /// It contradicts a setting of one of these sections.
    pub(crate) fn against(self, sections: &'static [&'static str]) -> Self {
        Self { against: sections, ..self }
    }

    /// Whether it may be there only because a setting that could not be read was replaced.
    pub(crate) fn follows_from(&self, mended: &[String]) -> bool {
        let is_own = |key: &str| is_within(&self.key, key) || is_within(key, &self.key);
        let is_compared = |key: &str| self.against.iter().any(|section| is_within(key, section));
        mended.iter().any(|key| is_own(key) || is_compared(key))
    }
}

impl From<Fault> for ConfigProblem {
    /// Where no text is at hand.
    fn from(fault: Fault) -> Self {
        Self { key: fault.key, message: fault.message, place: ConfigPlace::BuiltIn }
    }
}

pub(crate) fn syntax_problem(name: &str, text: &str, error: &toml::de::Error) -> ConfigProblem {
    let span = error.span().unwrap_or(0..0);
    let place = ConfigPlace::File { name: name.to_owned(), line: line_of(text, span.start), span };
    ConfigProblem { key: String::new(), message: error.message().to_owned(), place }
}

/// Whether a dotted key is another one, or below it.
pub(crate) fn is_within(key: &str, above: &str) -> bool {
    key.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
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
