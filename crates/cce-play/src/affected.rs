//! What bent messages are about: where a peer misbehaves, only the tasks that it misbehaves about may suffer.

use cce_check::Breach;
use cce_fold::{ReadRecord, Subject};
use cce_model::{ContactId, TaskId};
use std::collections::{BTreeMap, BTreeSet};

/// Records whose subject is kept in mind. Breaches rarely name ones that are long over.
const RECORDS_MAX: usize = 1_000_000;

/// Contacts and tasks that bent messages are about, as they were sent and as they arrived. Rules act once each, so
/// there are few.
#[derive(Clone, Debug, Default)]
pub(crate) struct Affected {
    /// Whether there are rules that bend messages, in a swarm.
    is_on: bool,
    /// Records of bent messages.
    bent: BTreeSet<u64>,
    contacts: BTreeSet<ContactId>,
    tasks: BTreeSet<TaskId>,
    /// What each record is about.
    subjects: BTreeMap<u64, Subject>,
}

impl Affected {
    pub(crate) fn new(is_on: bool) -> Self {
        Self { is_on, ..Self::default() }
    }

    /// A message is bent.
    pub(crate) fn bend(&mut self, record: u64, subject: &Subject) {
        if self.is_on {
            self.bent.insert(record);
            self.add(subject);
        }
    }

    /// Takes in what happens: a bent message arrives, perhaps as one about another task; a contact gets a task.
    pub(crate) fn follow(&mut self, event: &ReadRecord<'_>) {
        if !self.is_on {
            return;
        }
        if !event.subject.is_none() && self.subjects.len() < RECORDS_MAX {
            self.subjects.insert(event.record.seq, event.subject.clone());
        }
        let is_bent = event.record.cause.is_some_and(|cause| self.bent.contains(&cause));
        if is_bent || self.has(&event.subject) {
            self.add(&event.subject);
        }
    }

    /// Whether a breach may be theirs: it is about one of them, or contradicts what one of them did. What is about
    /// no task is not judged either: an agent's count may be wrong because of one.
    pub(crate) fn excuses(&self, breach: &Breach) -> bool {
        !self.bent.is_empty()
            && (breach.subject.is_none()
                || self.has(&breach.subject)
                || breach
                    .related
                    .iter()
                    .any(|seq| self.subjects.get(seq).is_some_and(|subject| self.has(subject))))
    }

    /// Whether a contact is one of those that bent messages are about.
    pub(crate) fn has_contact(&self, contact: &ContactId) -> bool {
        self.contacts.contains(contact)
    }

    fn has(&self, subject: &Subject) -> bool {
        subject.contact.as_ref().is_some_and(|contact| self.contacts.contains(contact))
            || subject.task.is_some_and(|task| self.tasks.contains(&task))
    }

    fn add(&mut self, subject: &Subject) {
        self.contacts.extend(subject.contact.clone());
        self.tasks.extend(subject.task);
    }
}
