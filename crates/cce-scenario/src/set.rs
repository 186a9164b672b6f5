//! Reads what a step, a rule or a person changes in the lab while it runs.

use crate::read::{Placed, Section, Source, as_json};
use cce_world::{Lab, Patch, SettingChange};
use serde_json::Value;
use std::ops::Range;
use toml::de::DeValue;

/// Settings that change together. A lab has a few hundred.
const CHANGES_MAX: usize = 1_024;

/// The changes that a table `set` asks for; each that the lab cannot take is a problem at its place.
pub(crate) fn read_set(
    item: &mut Section<'_>,
    lab: &Lab,
    from: &mut Source<'_>,
) -> Option<Vec<SettingChange>> {
    let section = item.section("set", from)?;
    let mut settings = Vec::new();
    for (key, value) in section.entries() {
        flatten(vec![key], value, &mut settings, from);
    }
    if settings.is_empty() || settings.len() > CHANGES_MAX {
        from.problem(
            section.span.clone(),
            format!("`set` names 1 to {CHANGES_MAX} settings: set = {{ \"finesse.ccp_retries\" = 3 }}"),
        );
        return None;
    }
    let count = settings.len();
    let changes: Vec<SettingChange> =
        settings.iter().filter_map(|setting| change(setting, lab, from)).collect();
    (changes.len() == count).then_some(changes)
}

fn change(setting: &Setting, lab: &Lab, from: &mut Source<'_>) -> Option<SettingChange> {
    let patch = setting.patch();
    match lab.changed(&patch.setting, &patch.value) {
        Ok((_, change)) => Some(change),
        Err(message) => {
            from.problem(setting.wrong_part(lab, &message), message);
            None
        }
    }
}

/// A setting of the lab, as a file changes it.
pub(crate) struct Setting {
    /// Each key on the way to it, as the whole setting up to there.
    keys: Vec<Placed>,
    value: Value,
    span: Range<usize>,
}

impl Setting {
    pub(crate) fn patch(&self) -> Patch {
        let setting = self.keys.last().map(|key| key.text.clone()).unwrap_or_default();
        Patch { setting, value: self.value.clone() }
    }

    /// Where it is wrong: at the first key behind which, or with which, nothing else is better; or else at its value.
    pub(crate) fn wrong_part(&self, lab: &Lab, message: &str) -> Range<usize> {
        // Where a value that nothing takes leads to the same words, the mistake is in the key and not in the value.
        let is_same = |setting: String| {
            let tried = lab.patched(&[Patch { setting, value: Value::Null }]);
            tried.is_err_and(|errors| errors.iter().any(|error| error.message == message))
        };
        let Some((last, above)) = self.keys.split_last() else { return self.span.clone() };
        let wrong = above.iter().find(|key| is_same(format!("{}.?", key.text)));
        let wrong = wrong.or_else(|| Some(last).filter(|last| is_same(last.text.clone())));
        wrong.map_or_else(|| self.span.clone(), |key| key.span.clone())
    }
}

/// `set."mrd/Tasks".start_timeout = "30s"` and `set.finesse = { confirmation_timeout = "5s" }` alike.
pub(crate) fn flatten(
    keys: Vec<Placed>,
    value: &toml::Spanned<DeValue<'_>>,
    found: &mut Vec<Setting>,
    from: &mut Source<'_>,
) {
    if let DeValue::Table(table) = value.get_ref() {
        let above = keys.last().map(|key| key.text.clone()).unwrap_or_default();
        for (key, value) in table {
            let key = Placed { text: format!("{above}.{}", key.get_ref()), span: key.span() };
            flatten([keys.as_slice(), &[key]].concat(), value, found, from);
        }
        return;
    }
    let known = from.problems.len();
    // A parameter that is missing is told while the value is read: the setting would be null.
    let setting = Setting { keys, value: as_json(value, from), span: value.span() };
    found.extend(Some(setting).filter(|_| from.problems.len() == known));
}
