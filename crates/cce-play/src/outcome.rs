//! How a run ended for its tasks.

use cce_fold::{Meaning, ReadRecord};
use cce_journal::What;
use cce_kernel::{Fact, NodeName};
use cce_model::{ContactId, ContactStatus, Disposition, StatusReason, TaskId, TaskState};
use cce_select::{Happening, ShortNames, place::CUSTOMER};
use cce_world::cast::customer::CREATE;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// So many contacts are told one by one.
const TOLD_MAX: usize = 6;

/// Of many contacts, so many that ended alike are told by name.
const NAMED_MAX: usize = 3;

/// So many contacts and tasks are remembered once they have ended; how later ones ended is not told.
const ENDS_MAX: usize = 200_000;

/// How each contact stands, and what became of its tasks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ends {
    contacts: BTreeMap<ContactId, (ContactStatus, StatusReason)>,
    open: BTreeSet<ContactId>,
    /// Tasks that have not ended, each with the agent PG that has it.
    tasks: BTreeMap<TaskId, NodeName>,
    dispositions: BTreeMap<TaskId, Disposition>,
    cancels: BTreeMap<ContactId, String>,
    /// Customers to whom a creation was refused for good, and why.
    without: BTreeMap<NodeName, String>,
}

/// How a run ended: equal where nobody outside could tell two runs apart by their ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome(pub Vec<TaskEnd>);

/// How one contact ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskEnd {
    /// Its customer's name, or `T2`.
    pub name: String,
    /// Its last status, with the reason: `discarded (cancel_requested)`.
    pub status: String,
    /// Status of the answer to the DELETE request, if there was one.
    pub cancel: Option<String>,
    /// How its tasks ended in the agent PG, in order.
    pub dispositions: Vec<u32>,
}

impl TaskEnd {
    /// How it ended, without its name.
    fn how(&self) -> String {
        let cancel = self.cancel.iter().map(|cancel| format!("DELETE {cancel}"));
        let dispositions = self.dispositions.iter().map(|disposition| format!("disposition {disposition}"));
        [self.status.clone()].into_iter().chain(cancel).chain(dispositions).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for TaskEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.how())
    }
}

/// Each contact; of many, how many ended how: the most frequent end first, rare ones with names.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no task");
        }
        let ends = if self.0.len() > TOLD_MAX {
            self.groups()
        } else {
            self.0.iter().map(ToString::to_string).collect()
        };
        f.write_str(&ends.join("; "))
    }
}

impl Outcome {
    fn groups(&self) -> Vec<String> {
        let mut names: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for end in &self.0 {
            names.entry(end.how()).or_default().push(&end.name);
        }
        let mut groups: Vec<_> = names.into_iter().collect();
        groups.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
        let told = |(how, names): (String, Vec<&str>)| match names.len() {
            count if count > NAMED_MAX => format!("{count} contacts: {how}"),
            _ => format!("{}: {how}", names.join(", ")),
        };
        groups.into_iter().map(told).collect()
    }
}

impl Ends {
    pub(crate) fn learn(&mut self, event: &ReadRecord<'_>) {
        // An agent PG that stops loses its tasks (task-routing E18).
        if matches!(event.record.what, What::Stopped { .. }) {
            self.tasks.retain(|_, node| *node != event.record.node);
        }
        match &event.kind {
            Meaning::Fact(Fact::Contact { contact, to, reason, .. }) => {
                keep(&mut self.contacts, contact.clone(), (*to, *reason));
                if matches!(to, ContactStatus::Handled | ContactStatus::Discarded) {
                    self.open.remove(contact);
                } else {
                    self.open.insert(contact.clone());
                }
            }
            Meaning::Fact(Fact::Task { task, to, disposition, .. }) => {
                if *to == TaskState::Ended {
                    self.tasks.remove(task);
                    if let Some(disposition) = disposition {
                        keep(&mut self.dispositions, *task, *disposition);
                    }
                } else {
                    self.tasks.insert(*task, event.record.node.clone());
                }
            }
            // A creation of nothing that is not tried again; one whose answer was lost may have a contact.
            Meaning::Fact(
                Fact::PlanRefused { plan: asked, detail } | Fact::CommandRefused { command: asked, detail },
            ) => {
                if event.record.node.as_str().starts_with(CUSTOMER) && asked == CREATE {
                    keep(&mut self.without, event.record.node.clone(), detail.clone());
                }
            }
            Meaning::Fact(_)
            | Meaning::Http(_)
            | Meaning::Received { .. }
            | Meaning::Sent { .. }
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Bent(_)
            | Meaning::Other => {}
        }
    }

    /// Takes in the answer to a cancel, where it arrives.
    pub(crate) fn learn_reply(&mut self, happening: &Happening<'_>) {
        if happening.name != "REPLY"
            || !happening.counts()
            || happening.field("to").as_deref() != Some("CANCEL")
        {
            return;
        }
        if let (Some(contact), Some(status)) = (&happening.subject.contact, happening.field("status")) {
            keep(&mut self.cancels, contact.clone(), status);
        }
    }

    /// Contacts that were created, and customers without one.
    pub(crate) fn decided(&self, names: &ShortNames) -> usize {
        self.contacts.len() + self.without(names).count()
    }

    /// Customers who have no contact and ask for none any more, and why.
    fn without(&self, names: &ShortNames) -> impl Iterator<Item = (&NodeName, &String)> {
        self.without.iter().filter(|(customer, _)| !names.has_customer(customer))
    }

    /// Whether no agent has a contact's task yet.
    pub(crate) fn is_waiting(&self, contact: Option<&ContactId>) -> bool {
        let status = contact.and_then(|contact| self.contacts.get(contact));
        matches!(status, Some((ContactStatus::Unread | ContactStatus::Queued, _)))
    }

    /// Whether nothing is open.
    pub(crate) fn are_all(&self) -> bool {
        self.open.is_empty() && self.tasks.is_empty()
    }

    pub(crate) fn outcome(&self, names: &ShortNames) -> Outcome {
        let end = |contact: &ContactId| {
            let status = self.contacts.get(contact);
            TaskEnd {
                name: names.short(contact),
                status: status.map(|(status, reason)| format!("{status} ({reason})")).unwrap_or_default(),
                cancel: self.cancels.get(contact).cloned(),
                dispositions: names
                    .tasks(contact)
                    .iter()
                    .filter_map(|task| self.dispositions.get(task))
                    .map(|disposition| disposition.0)
                    .collect(),
            }
        };
        let without = self.without(names).map(|(customer, why)| TaskEnd {
            name: names.node(customer).to_owned(),
            status: format!("no contact: {why}"),
            cancel: None,
            dispositions: Vec::new(),
        });
        Outcome(names.contacts().iter().map(end).chain(without).collect())
    }
}

/// Keeps a value, if it is known or there is room.
fn keep<K: Ord, V>(table: &mut BTreeMap<K, V>, key: K, value: V) {
    if table.len() < ENDS_MAX || table.contains_key(&key) {
        table.insert(key, value);
    }
}
