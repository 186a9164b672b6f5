//! What bent messages are about: where a peer misbehaves, only the tasks that it misbehaves about may suffer.

use cce_kernel::model::{ContactId, TaskId};
use cce_views::{Event, Subject};
use std::collections::BTreeSet;

/// Contacts and tasks that bent messages are about, as they were sent and as they arrived. Rules act once each, so
/// there are few.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Records of bent messages.
    bent: BTreeSet<u64>,
    contacts: BTreeSet<ContactId>,
    tasks: BTreeSet<TaskId>,
}

impl Touched {
    /// A message is bent.
    pub(crate) fn bend(&mut self, record: u64, subject: &Subject) {
        self.bent.insert(record);
        self.add(subject);
    }

    /// Takes in what happens: a bent message arrives, perhaps as one about another task; a contact gets a task.
    pub(crate) fn follow(&mut self, event: &Event<'_>) {
        if self.bent.is_empty() {
            return;
        }
        let is_bent = event.record.cause.is_some_and(|cause| self.bent.contains(&cause));
        if is_bent || self.has(&event.subject) {
            self.add(&event.subject);
        }
    }

    /// Whether a breach may be theirs. What is about no task is not judged either: an agent's count may be wrong
    /// because of one.
    pub(crate) fn excuses(&self, subject: &Subject) -> bool {
        !self.bent.is_empty() && (subject.is_none() || self.has(subject))
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
