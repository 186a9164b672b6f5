//! The admin port: what is held and which rules act, as JSON over HTTP, for people and tests.
//!
//! Everything that it changes, it changes by orders to the driver; so it is in the journal.

mod client;
mod http;
mod status;
#[cfg(test)]
mod tests;

pub(crate) use client::{Silence, ask};
pub(crate) use http::Admin;
pub(crate) use status::{RunJournal, StatusAnswer};

use cce_journal::{Order, Ticket};
use cce_model::{SideOrder, nearest};
use cce_net::NetHandle;
use cce_scenario::Rule;
use cce_views::WaitingContact;
use cce_world::SettingChange;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What the admin port controls. No method is called as one of the engine is: a call in an implementation can only mean the
/// engine's.
pub(crate) trait Control: Send {
    /// Every rule, and how it stands.
    fn list_rules(&self) -> Vec<RuleView>;

    /// Every message that is held.
    fn list_held(&self) -> Vec<HeldView>;

    /// Every task that waits, and why.
    fn list_waiting(&self) -> Vec<WaitingView>;

    /// Every setting: whether it changes while the lab runs, and what was changed.
    fn describe_settings(&self) -> Value;

    /// The reader of what a client writes. The run waits for the control, and need not wait for the reading.
    fn reader(&self) -> Box<dyn Reader>;

    /// Changes settings, all or none.
    fn change_settings(&mut self, settings: &SettingsRead) -> Result<Vec<Order>, Refusal>;

    /// Lets the held message of a ticket go.
    fn release_ticket(&mut self, ticket: Ticket) -> Result<Vec<Order>, Refusal>;

    /// Lets every held message go.
    fn release_every(&mut self) -> Vec<Order>;

    /// Lets a rule act from now on, once more if it did already.
    fn arm_rule(&mut self, name: &str) -> Result<Vec<Order>, Refusal>;

    /// Lets a rule act no more. What it holds stays held.
    fn disarm_rule(&mut self, name: &str) -> Result<Vec<Order>, Refusal>;

    /// Adds a rule.
    fn add_rule(&mut self, rule: Rule) -> Result<Vec<Order>, Refusal>;

    /// Removes a rule, and lets go what it holds.
    fn remove_rule(&mut self, name: &str) -> Result<Vec<Order>, Refusal>;

    /// Changes the sides of the CTI server. An order that would have no effect is refused.
    fn order_cti_sides(&self, order: SideOrder) -> Result<Vec<Order>, Refusal>;
}

/// Who drives the run.
pub(crate) trait Driver: Send + Sync {
    /// Makes a change and carries out its orders. Nothing is recorded between the two.
    fn act(&self, act: RunChange<'_>) -> Result<(), Refusal>;
}

/// A change of a run: it is called under the driver's lock, and answers with the orders that carry it out.
pub(crate) type RunChange<'a> = Box<dyn FnOnce() -> Result<Vec<Order>, Refusal> + 'a>;

impl Driver for NetHandle {
    fn act(&self, act: RunChange<'_>) -> Result<(), Refusal> {
        Self::act(self, act)
    }
}

/// Reads what somebody writes, by what there was when it was made.
pub(crate) trait Reader: Send {
    /// A rule, with the keys that it has in a scenario file, armed unless it says otherwise.
    fn rule(&self, rule: &Value) -> Result<Rule, Refusal>;

    /// Settings and their values.
    fn settings(&self, settings: &Map<String, Value>) -> Result<SettingsRead, Refusal>;
}

/// Changes of settings, in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub(crate) struct SettingsRead {
    pub(crate) changes: Vec<SettingChange>,
    /// Each has its value already.
    pub(crate) are_so: bool,
}

/// A rule, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RuleView {
    /// What it is called in records and reports.
    pub(crate) name: String,
    /// Whether it acts, has acted, or is off.
    pub(crate) state: Stand,
    /// The messages that count, where they leave or enter, and what it does to one of them.
    pub(crate) does: String,
    /// Messages that matched since it was armed.
    pub(crate) matched: u64,
    /// How often it ever acted.
    pub(crate) fired: u64,
    /// What became of its messages, where there is more to say than that it acted.
    pub(crate) became: Vec<String>,
}

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stand {
    /// It acts when its message comes.
    Armed,
    /// It has acted.
    Fired,
    /// It does not act.
    Disarmed,
}

/// A message that is held back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HeldView {
    /// The number by which it is released.
    pub(crate) ticket: Ticket,
    /// The rule that holds it.
    pub(crate) rule: String,
    /// The message as its protocol calls it.
    pub(crate) message: String,
    /// The sender, as a ladder calls it.
    pub(crate) from: String,
    /// The receiver; none outside the lab.
    pub(crate) to: Option<String>,
    /// The short name of its contact or task.
    pub(crate) about: Option<String>,
    /// Since when, in milliseconds since the start of the run.
    pub(crate) since_ms: u64,
}

/// A task that waits, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct WaitingView {
    /// The short name of its contact.
    pub(crate) task: String,
    /// Since when, in milliseconds since the start of the run.
    pub(crate) since_ms: u64,
    /// Where, and why no agent gets it.
    #[serde(flatten)]
    pub(crate) waiting: WaitingContact,
}

/// Why something cannot be done, and what can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// There is no such thing.
    #[error("{0}")]
    Unknown(String),
    /// It cannot be understood.
    #[error("{0}")]
    Wrong(String),
    /// It does not go with what is there.
    #[error("{0}")]
    Conflict(String),
}

impl Refusal {
    /// There is no such rule among these.
    pub(crate) fn no_rule<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let hint = nearest(name, known);
        Self::Unknown(format!("there is no rule `{name}`{hint}: GET /rules lists them"))
    }
}
