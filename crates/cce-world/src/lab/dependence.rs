//! What people are to do counts from something: where nothing leads there, a setting means nothing.

use super::people::{CastAgent, CastCustomer};
use crate::problem::Fault;
use serde::Serialize;

/// Settings of a person that count from something.
#[derive(Clone, Copy, Debug)]
pub struct Dependence {
    /// The settings.
    pub settings: &'static [&'static str],
    /// Whether nothing leads there that the person does alone.
    pub is_missing: bool,
    /// What a person may be told instead, so that it comes about.
    pub word: &'static str,
    /// What they count from.
    from: &'static str,
}

impl Dependence {
    /// What is wrong with one of its settings.
    pub fn words(&self, setting: &str) -> String {
        format!("`{setting}` counts from {}: that never comes about", self.from)
    }
}

impl CastAgent {
    /// What the agent's settings count from. Of what follows from something that is missing, nothing more is said.
    pub fn dependences(&self) -> [Dependence; 5] {
        let signs_in = self.sign_in.is_some();
        let accepts = signs_in && self.accept.is_some();
        let never_starts = self.start.is_some_and(|wait| wait.time().is_none());
        let never_closes = self.close.is_some_and(|wait| wait.time().is_none());
        [
            Dependence {
                settings: &[
                    "ready",
                    "not_ready",
                    "sign_out",
                    "crash",
                    "accept",
                    "start",
                    "pause",
                    "resume",
                    "wrap_up",
                    "close",
                ],
                is_missing: !signs_in,
                word: "sign-in",
                from: "having signed in",
            },
            Dependence {
                settings: &["start", "pause", "resume", "wrap_up", "close"],
                is_missing: signs_in && !accepts,
                word: "accept",
                from: "having accepted",
            },
            Dependence {
                settings: &["pause", "wrap_up", "close"],
                is_missing: accepts && never_starts,
                word: "start",
                from: "having started",
            },
            Dependence {
                settings: &["transfer_to"],
                is_missing: !accepts || never_starts || never_closes || self.wrap_up.is_some(),
                word: "transfer",
                from: "the close of a dialog that is not wrapped up",
            },
            Dependence {
                settings: &["resume"],
                is_missing: accepts && self.pause.is_none(),
                word: "pause",
                from: "having paused",
            },
        ]
    }
}

impl CastCustomer {
    /// What the customer's settings count from.
    pub const fn dependences(&self) -> [Dependence; 1] {
        [Dependence {
            settings: &["closes_lost"],
            is_missing: self.at.is_some() && self.poll.is_none(),
            word: "poll",
            from: "a poll that shows the task with an agent",
        }]
    }
}

/// Tells what a person is to do and never comes to whom nobody tells anything.
pub(crate) fn check_dependences(
    key: &str,
    person: &impl Serialize,
    dependences: &[Dependence],
    faults: &mut Vec<Fault>,
) {
    // Plain data with text keys always becomes JSON.
    let said = serde_json::to_value(person).unwrap_or_default();
    for dependence in dependences.iter().filter(|one| one.is_missing) {
        for setting in dependence.settings {
            if said.get(setting).is_some_and(|value| value != "never") {
                faults.push(Fault::new(format!("{key}.{setting}"), dependence.words(setting)));
            }
        }
    }
}
