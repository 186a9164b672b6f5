//! Reads what a step, a rule or a person changes in the lab while it runs.

use crate::{
    people::{Setting, flatten},
    read::{Section, Source},
};
use cce_world::{Changed, Lab};

/// Settings that change together. A lab has a few hundred.
const CHANGES_MAX: usize = 1_024;

/// The changes that a table `set` asks for; each that the lab cannot take is a problem at its place.
pub(crate) fn read_set(item: &mut Section<'_>, lab: &Lab, from: &mut Source<'_>) -> Option<Vec<Changed>> {
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
    let changes: Vec<Changed> = settings.iter().filter_map(|setting| change(setting, lab, from)).collect();
    (changes.len() == count).then_some(changes)
}

fn change(setting: &Setting, lab: &Lab, from: &mut Source<'_>) -> Option<Changed> {
    let patch = setting.patch();
    match lab.changed(&patch.setting, &patch.value) {
        Ok((_, change)) => Some(change),
        Err(message) => {
            from.problem(setting.wrong_part(lab, &message), message);
            None
        }
    }
}
