//! How a run ended for its tasks.

use cce_fold::{Meaning, ReadRecord};
use cce_journal::What;
use cce_kernel::{Fact, NodeName};
use cce_model::{ContactId, ContactStatus, Disposition, StatusReason, TaskId, TaskState};
use cce_select::{Happening, ShortNames, place::CUSTOMER};
use cce_world::cast::customer::CREATE;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
};

/// So many contacts are told one by one.
const TOLD_MAX: usize = 6;

/// Contacts that ended alike and are told by name, where there are many.
const NAMED_MAX: usize = 3;

/// Contacts whose ends are remembered one by one, the latest; a swarm has no more of them. Of earlier ones it is counted how many
/// ended how. They have their names until then.
const OVER_MAX: usize = 2_048;
const _: () = assert!(OVER_MAX < cce_select::NAMED_OVER_MAX);

/// Ways in which contacts ended that are counted apart; further ones are counted together.
const EARLIER_MAX: usize = 1_024;

/// Contacts and tasks that are remembered at the same time; how further ones ended is not told.
const ENDS_MAX: usize = 65_536;

/// How each contact stands, and what became of its tasks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ends {
    contacts: BTreeMap<ContactId, (ContactStatus, StatusReason)>,
    open: BTreeSet<ContactId>,
    /// Contacts that are over, the one that ended first in front.
    over: VecDeque<ContactId>,
    /// Contacts that were over before those.
    earlier: Earlier,
    /// Tasks that have not ended, each with the agent PG that has it.
    tasks: BTreeMap<TaskId, NodeName>,
    dispositions: BTreeMap<TaskId, Disposition>,
    cancels: BTreeMap<ContactId, String>,
    /// Customers to whom a creation was refused for good, and why.
    without: BTreeMap<NodeName, String>,
}

/// How a run ended: equal where nobody outside could tell two runs apart by their ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// How each contact ended, in the order of their creation; where there are many, only those that ended last.
    pub ends: Vec<TaskEnd>,
    /// How many contacts ended in which way before those of `ends`.
    earlier: Earlier,
}

/// Contacts by the way in which they ended, without names.
type Earlier = BTreeMap<String, SameEnds>;

/// Contacts that ended alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct SameEnds {
    count: usize,
    /// The first few of them.
    names: Vec<String>,
}

impl SameEnds {
    fn add(&mut self, name: &str) {
        self.count += 1;
        if self.names.len() < NAMED_MAX {
            self.names.push(name.to_owned());
        }
    }
}

impl From<Vec<TaskEnd>> for Outcome {
    fn from(ends: Vec<TaskEnd>) -> Self {
        Self { ends, earlier: Earlier::new() }
    }
}

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
    pub dispositions: Vec<Disposition>,
}

impl TaskEnd {
    /// How it ended, without its name.
    fn how(&self) -> String {
        let cancel = self.cancel.iter().map(|cancel| format!("DELETE {cancel}"));
        let dispositions = self.dispositions.iter().map(|how| format!("disposition {}", how.in_words()));
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
        if self.ends.is_empty() && self.earlier.is_empty() {
            return f.write_str("no task");
        }
        let ends = if self.count() > TOLD_MAX {
            self.groups()
        } else {
            self.ends.iter().map(ToString::to_string).collect()
        };
        f.write_str(&ends.join("; "))
    }
}

impl Outcome {
    /// How many contacts there were, and customers without one.
    pub fn count(&self) -> usize {
        self.ends.len() + self.earlier.values().map(|alike| alike.count).sum::<usize>()
    }

    fn groups(&self) -> Vec<String> {
        let mut groups = self.earlier.clone();
        for end in &self.ends {
            groups.entry(end.how()).or_default().add(&end.name);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, alike)| std::cmp::Reverse(alike.count));
        let told = |(how, alike): (String, SameEnds)| match alike.count {
            count if count > NAMED_MAX => format!("{count} contacts: {how}"),
            _ => format!("{}: {how}", alike.names.join(", ")),
        };
        groups.into_iter().map(told).collect()
    }
}

impl Ends {
    pub(crate) fn learn(&mut self, event: &ReadRecord<'_>, names: &ShortNames) {
        // An agent PG that stops loses its tasks (task-routing E18).
        if matches!(event.record.what, What::Stopped { .. }) {
            self.tasks.retain(|_, node| *node != event.record.node);
        }
        match &event.kind {
            Meaning::Fact(Fact::Contact { contact, to, reason, .. }) => {
                self.set(contact, (*to, *reason), names);
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

    fn set(&mut self, contact: &ContactId, status: (ContactStatus, StatusReason), names: &ShortNames) {
        let is_over = matches!(status.0, ContactStatus::Handled | ContactStatus::Discarded);
        let was_open = self.open.contains(contact) || !self.contacts.contains_key(contact);
        keep(&mut self.contacts, contact.clone(), status);
        if !is_over {
            self.open.insert(contact.clone());
            return;
        }
        self.open.remove(contact);
        if was_open {
            self.over.push_back(contact.clone());
        }
        if self.over.len() > OVER_MAX
            && let Some(oldest) = self.over.pop_front()
        {
            self.count(&oldest, names);
        }
    }

    /// Keeps nothing but the end of a contact that was over long ago.
    fn count(&mut self, contact: &ContactId, names: &ShortNames) {
        let end = self.end(contact, names);
        let how = end.how();
        let is_apart = self.earlier.len() < EARLIER_MAX || self.earlier.contains_key(&how);
        let how = if is_apart { how } else { "otherwise".to_owned() };
        self.earlier.entry(how).or_default().add(&end.name);
        self.contacts.remove(contact);
        self.cancels.remove(contact);
        for task in names.tasks(contact) {
            self.dispositions.remove(task);
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
        let earlier = self.earlier.values().map(|alike| alike.count).sum::<usize>();
        self.contacts.len() + earlier + self.without(names).count()
    }

    /// Customers who have no contact and ask for none any more, and why.
    fn without(&self, names: &ShortNames) -> impl Iterator<Item = (&NodeName, &String)> {
        self.without.iter().filter(|(customer, _)| !names.has_customer(customer))
    }

    /// Whether nothing is open.
    pub(crate) fn are_all(&self) -> bool {
        self.open.is_empty() && self.tasks.is_empty()
    }

    pub(crate) fn outcome(&self, names: &ShortNames) -> Outcome {
        let without = self.without(names).map(|(customer, why)| TaskEnd {
            name: names.node(customer).to_owned(),
            status: format!("no contact: {why}"),
            cancel: None,
            dispositions: Vec::new(),
        });
        let known = names.contacts().filter(|contact| self.contacts.contains_key(*contact));
        let ends = known.map(|contact| self.end(contact, names)).chain(without).collect();
        Outcome { ends, earlier: self.earlier.clone() }
    }

    /// How a contact stands.
    fn end(&self, contact: &ContactId, names: &ShortNames) -> TaskEnd {
        let status = self.contacts.get(contact);
        let tasks = names.tasks(contact).iter().filter_map(|task| self.dispositions.get(task));
        TaskEnd {
            name: names.short(contact),
            status: status.map(|(status, reason)| format!("{status} ({reason})")).unwrap_or_default(),
            cancel: self.cancels.get(contact).cloned(),
            dispositions: tasks.copied().collect(),
        }
    }
}

/// Keeps a value, if it is known or there is room.
fn keep<K: Ord, V>(table: &mut BTreeMap<K, V>, key: K, value: V) {
    if table.len() < ENDS_MAX || table.contains_key(&key) {
        table.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_journal::Record;
    use cce_kernel::{Output, Time};
    use cce_select::Tracker;
    use cce_world::Layers;

    #[test]
    fn of_contacts_that_were_over_long_ago_it_is_counted_how_they_ended() {
        let lab = cce_world::load(&Layers::default()).expect("the built-in lab");
        let header = lab.header(1, lab.demo_start(), lab.nodes());
        let (mut tracker, mut ends) = (Tracker::new(&header, Vec::new()), Ends::default());
        for number in 1..=OVER_MAX + 2 {
            let to = if number == 1 { ContactStatus::Discarded } else { ContactStatus::Handled };
            let contact = format!("{number:032X}").into();
            let (from, reason, user) = (None, StatusReason::Unknown, String::new());
            let fact = Fact::Contact { contact, from, to, reason, user, task: None };
            let what = What::Out(Output::Note(fact));
            let record = Record { seq: number as u64, at: Time(0), node: "ccp".into(), cause: None, what };
            let event = tracker.push(&record);
            ends.learn(&event, tracker.names());
        }
        let outcome = ends.outcome(tracker.names());
        assert_eq!((outcome.ends.len(), outcome.count()), (OVER_MAX, OVER_MAX + 2));
        let handled = format!("{} contacts: handled (unknown)", OVER_MAX + 1);
        assert_eq!(outcome.to_string(), format!("{handled}; T1: discarded (unknown)"));
        assert_eq!((ends.contacts.len(), ends.decided(tracker.names())), (OVER_MAX, OVER_MAX + 2));
        assert!(ends.are_all());
    }
}
