//! What kind of file something is: said where another kind belongs.

use crate::{failure::Failure, shipped::InputKind};
use cce_views::logs::LogFile;
use cce_world::BUILT_IN;
use std::path::Path;

/// A kind of file that ccelab reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Records of a run.
    Journal,
    /// A log in the product's format.
    Log(LogFile),
    /// A capture of packets.
    Capture,
    /// Addresses of a running lab.
    ReadyFile,
    /// What happens in a lab.
    Scenario,
    /// A configuration.
    Lab,
}

/// How journals begin: plain ones, and those in an LZ4 frame.
const JOURNALS: [&[u8]; 2] = [b"{\"ccelab_journal\"", b"\x04\x22\x4d\x18"];

/// How captures begin: pcap in both orders of bytes, with times in micro- or nanoseconds, and pcapng.
const CAPTURES: [&[u8]; 5] =
    [b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a"];

/// How a ready file begins that `run` wrote.
const READY_FILE: &[u8] = b"{\"";

/// Keys of a scenario that no lab has.
const SCENARIO_KEYS: [&str; 14] = [
    "name",
    "about",
    "include",
    "parameters",
    "lab",
    "set",
    "customers",
    "steps",
    "rules",
    "expect",
    "swarm",
    "until",
    "rest",
    "lost",
];

/// Keys that scenarios and labs have alike.
const SHARED_KEYS: [&str; 3] = ["agents", "demo", "latency"];

impl FileKind {
    /// The kind of a file, by its name and by how it begins; none where neither tells.
    pub(crate) fn of(name: &str, bytes: &[u8]) -> Option<Self> {
        let begins = |ways: &[&[u8]]| ways.iter().any(|way| bytes.starts_with(way));
        if begins(&JOURNALS) {
            return Some(Self::Journal);
        }
        if begins(&CAPTURES) {
            return Some(Self::Capture);
        }
        if begins(&[READY_FILE]) && bytes.windows(6).any(|window| window == b"\"pid\":") {
            return Some(Self::ReadyFile);
        }
        let file_name = Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
        let log = LogFile::ALL.into_iter().find(|log| Some(log.file_name()) == file_name.as_deref());
        log.map(Self::Log).or_else(|| Self::of_toml(std::str::from_utf8(bytes).ok()?))
    }

    /// A scenario or a lab, by the keys that only one of them has.
    fn of_toml(text: &str) -> Option<Self> {
        let table: toml::Table = toml::from_str(text).ok()?;
        let built_in: toml::Table = toml::from_str(BUILT_IN).unwrap_or_default();
        // A lab has a list of agents, a scenario a table of them.
        let agents = table.get("agents");
        let is_lab =
            table.keys().any(|key| built_in.contains_key(key) && !SHARED_KEYS.contains(&key.as_str()))
                || agents.is_some_and(toml::Value::is_array);
        let is_scenario = table.keys().any(|key| SCENARIO_KEYS.contains(&key.as_str()))
            || agents.is_some_and(toml::Value::is_table);
        match (is_lab, is_scenario) {
            (true, false) => Some(Self::Lab),
            (false, true) => Some(Self::Scenario),
            (true, true) | (false, false) => None,
        }
    }

    /// What it is, and what reads it.
    pub(crate) fn words(self, name: &str) -> String {
        match self {
            Self::Journal => format!("a journal: `ccelab ladder {name}` draws it"),
            Self::Log(log) => format!(
                "a log in the product's format, {}: any editor reads it. Ladders are drawn of the journal of the same run",
                log.file_name()
            ),
            Self::Capture => format!("a capture: `ccelab decode cti --capture {name}` reads it"),
            Self::ReadyFile => format!("a ready file: `ccelab wait-ready {name}` reads it"),
            Self::Scenario => {
                format!("a scenario: `ccelab sim {name}` plays it, and `run` takes it with --scenario")
            }
            Self::Lab => format!("a lab: commands take it with --config, as in `ccelab run --config {name}`"),
        }
    }
}

/// Refuses a file of another kind.
pub(crate) fn check(wanted: InputKind, name: &str, text: &str) -> Result<(), Failure> {
    match FileKind::of(name, text.as_bytes()) {
        Some(kind) if kind != wanted.kind() => Err(Failure::Usage(mistaken(name, kind, wanted))),
        Some(_) | None => Ok(()),
    }
}

/// Says what a file is that stands where something else belongs.
pub(crate) fn mistaken(name: &str, kind: FileKind, wanted: InputKind) -> String {
    format!("a {} belongs here, and {name} is {}", wanted.noun(), kind.words(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_is_known_as_what_it_is() {
        for wanted in [InputKind::Scenario, InputKind::Lab] {
            for shipped in wanted.shipped() {
                let kind = FileKind::of(shipped.name, shipped.text.as_bytes());
                assert_eq!(kind, Some(wanted.kind()), "{}", shipped.name);
            }
        }
    }

    #[test]
    fn records_and_logs_are_known_by_how_they_begin_or_are_called() {
        for (name, bytes, kind) in [
            ("x", &b"{\"ccelab_journal\":1}"[..], FileKind::Journal),
            ("x", b"\x0a\x0d\x0d\x0a\0", FileKind::Capture),
            ("x", b"{\"admin\":\"127.0.0.1:1\",\"pid\":7}", FileKind::ReadyFile),
            (".ccelab/last/ctisvr.log", b"09:00:00", FileKind::Log(LogFile::Ctisvr)),
        ] {
            assert_eq!(FileKind::of(name, bytes), Some(kind));
        }
        assert_eq!(FileKind::of("x", b"hello"), None);
    }
}
