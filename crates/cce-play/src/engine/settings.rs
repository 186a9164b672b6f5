//! The settings of a lab at one moment of a run: those of its file, with what was changed since.

use cce_world::{Lab, SettingChange};
use std::collections::BTreeMap;

/// How a lab is set at a moment. It is read without the engine, for which the whole run waits.
#[derive(Clone, Debug)]
pub struct CurrentSettings {
    /// Before anything was changed.
    pub(super) lab: Lab,
    /// What was changed while the lab runs, with values as JSON text.
    pub(super) changed: BTreeMap<String, String>,
}

impl CurrentSettings {
    /// The lab with what was changed.
    pub fn lab(&self) -> Lab {
        let change =
            |lab: Lab, (setting, value): (&String, &String)| with(&lab, setting, value).unwrap_or(lab);
        self.changed.iter().fold(self.lab.clone(), change)
    }

    /// Whether a setting has the value already that a change would give it.
    pub fn has(&self, change: &SettingChange) -> bool {
        let setting = &change.setting;
        let now = match self.changed.get(setting) {
            None => Some(self.lab.clone()),
            Some(value) => with(&self.lab, setting, value),
        };
        now.is_some_and(|now| with(&now, setting, &change.value).is_some_and(|then| then == now))
    }
}

fn with(lab: &Lab, setting: &str, value: &str) -> Option<Lab> {
    let value = serde_json::from_str(value).unwrap_or_default();
    lab.changed(setting, &value).ok().map(|(lab, _)| lab)
}
