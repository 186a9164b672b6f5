//! Scenarios from text, and runs of them.

use cce_journal::Record;
use cce_play::{Play, RunReport};
use cce_scenario::{Context, Scenario, ScenarioError, load};
use cce_sim::{Seeded, Sequence};
use cce_world::{Lab, Layers, load as load_lab};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// Where the shipped scenarios are.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../sim-configs/scenarios")
}

/// Reads a scenario; files that it names are those beside the shipped ones.
pub(crate) fn read(text: &str) -> Result<Scenario, ScenarioError> {
    read_with(text, &BTreeMap::new())
}

pub(crate) fn read_with(text: &str, chosen: &BTreeMap<String, String>) -> Result<Scenario, ScenarioError> {
    let files = |name: &str| fs::read_to_string(folder().join(name)).map_err(|error| error.to_string());
    load("test.toml", text, Context { files: &files, lab: &lab, chosen, recorded: &[] })
}

/// Reads a scenario that has other files beside it.
pub(crate) fn read_among(
    name: &str,
    text: &str,
    files: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Scenario, ScenarioError> {
    load(name, text, Context { files, lab: &lab, chosen: &BTreeMap::new(), recorded: &[] })
}

fn lab(file: Option<(String, String)>) -> Result<Lab, String> {
    load_lab(&Layers { file, ..Layers::default() }).map_err(|error| error.to_string())
}

/// A run that has ended.
pub(crate) struct Run<O: Sequence = Seeded> {
    pub(crate) play: Play<O>,
    pub(crate) records: Vec<Record>,
    pub(crate) report: RunReport,
}

impl<O: Sequence> Run<O> {
    /// What failed, by name.
    pub(crate) fn failures(&self) -> Vec<&str> {
        self.report.failures.iter().map(|failure| failure.by.as_str()).collect()
    }
}

pub(crate) fn run(scenario: Scenario, seed: u64) -> Run {
    let mut play = Play::new(scenario, seed);
    let mut records = Vec::new();
    play.run(|fresh| records.extend_from_slice(fresh));
    let report = play.report();
    Run { play, records, report }
}

/// Plays a text that has no mistakes.
pub(crate) fn played(text: &str) -> Run {
    run(read(text).unwrap_or_else(|error| panic!("{:?}", error.problems)), 1)
}
