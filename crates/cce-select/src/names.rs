//! Short names of contacts and tasks: `T2` is the second contact of the run, `T2#1` its first task.

use crate::place::{CUSTOMER, Place, customer_number};
use cce_fold::{Meaning, ReadRecord};
use cce_journal::{Record, What};
use cce_kernel::{NodeName, Output};
use cce_model::{ContactId, ContactStatus, TaskId};
use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    str::FromStr,
};

/// Contacts that have names at the same time; further ones are called by their ids.
const CONTACTS_MAX: usize = 65_536;

/// Contacts that are over and still have their names, which are numbers: what is said of one was under way at its end, or is
/// said by a poll within five minutes (ccp-task-api 3.4). One that has its customer's name keeps it.
pub const OVER_MAX: usize = 4_096;

/// Records whose origin is remembered, the latest. A contact follows soon from the request for it.
const ORIGINS_MAX: usize = 65_536;

/// Tasks of one contact that get names.
const TASKS_MAX: usize = 1_000;

/// A contact, or one of its tasks, as a scenario names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskName {
    /// The contact.
    pub contact: ContactName,
    /// Which of its tasks, from 1; none means the contact, and whatever task it has.
    pub task: Option<usize>,
}

/// A contact, as a scenario names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactName {
    /// The number in the order in which contacts were created, from 1: `T`, `T1`, `T2`.
    Number(usize),
    /// The customer of the scenario whose request created the contact.
    Customer(String),
}

impl TaskName {
    /// The task that a word names in a scenario with these customers; none if it names no task.
    pub fn among(word: &str, customers: &[String]) -> Option<Self> {
        let name: Self = word.parse().ok()?;
        match &name.contact {
            ContactName::Number(_) => Some(name),
            ContactName::Customer(customer) => customers.contains(customer).then_some(name),
        }
    }
}

impl FromStr for TaskName {
    type Err = ();

    /// Reads `T`, `T2`, `T2#1`, `alice`, `alice#2`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (contact, task) = match text.split_once('#') {
            Some((contact, task)) => (contact, Some(task.parse().ok().filter(|task| *task > 0).ok_or(())?)),
            None => (text, None),
        };
        let contact = match contact.strip_prefix('T') {
            Some("") => ContactName::Number(1),
            Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                ContactName::Number(number.parse().ok().filter(|number| *number > 0).ok_or(())?)
            }
            _ if contact.is_empty() => return Err(()),
            _ => ContactName::Customer(contact.to_owned()),
        };
        Ok(Self { contact, task })
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.contact {
            ContactName::Number(number) => write!(f, "T{number}")?,
            ContactName::Customer(name) => f.write_str(name)?,
        }
        self.task.map_or(Ok(()), |task| write!(f, "#{task}"))
    }
}

/// Contacts and tasks by their short names.
#[derive(Clone, Debug, Default)]
pub struct ShortNames {
    customers: Vec<String>,
    /// The customer, counted from 1, whose request a record goes back to, by record number; 0 is none.
    origins: BTreeMap<u64, u16>,
    /// Contacts by number, in the order of their creation.
    contacts: BTreeMap<usize, ContactId>,
    /// The number of the contact that was created last.
    last: usize,
    /// Contacts without a customer that are over, the one that ended first in front.
    over: VecDeque<ContactId>,
    by_customer: BTreeMap<String, ContactId>,
    /// Whether a contact has the name of a customer, by the customer's number from 0.
    is_named: Vec<bool>,
    known: BTreeMap<ContactId, NamedContact>,
}

/// What is known of a contact that has a name.
#[derive(Clone, Debug)]
struct NamedContact {
    number: usize,
    /// The place of the customer whose name it has.
    customer: Option<usize>,
    is_over: bool,
    tasks: Vec<TaskId>,
}

impl ShortNames {
    /// The names of a run in which these customers are numbered from 1.
    pub fn new(customers: Vec<String>) -> Self {
        Self { is_named: vec![false; customers.len()], customers, ..Self::default() }
    }

    /// Takes in the next record, with what it means.
    pub(crate) fn learn(&mut self, event: &ReadRecord<'_>) {
        let origin = self.origin(event.record);
        self.remember(event.record.seq, origin);
        if let Meaning::Fact(cce_kernel::Fact::Contact { contact, to, .. }) = &event.kind {
            self.name(contact, origin);
            if matches!(to, ContactStatus::Handled | ContactStatus::Discarded) {
                self.end(contact);
            }
        }
        if let (Some(contact), Some(task)) = (&event.subject.contact, event.subject.task)
            && let Some(known) = self.known.get_mut(contact)
            && known.tasks.len() < TASKS_MAX
            && !known.tasks.contains(&task)
        {
            known.tasks.push(task);
        }
    }

    /// A contact may be new. Of those that a customer's requests created, the first one has the customer's name.
    fn name(&mut self, contact: &ContactId, origin: u16) {
        if self.known.contains_key(contact) || self.contacts.len() >= CONTACTS_MAX {
            return;
        }
        self.last += 1;
        self.contacts.insert(self.last, contact.clone());
        let customer = self.unnamed(origin);
        if let Some(at) = customer {
            self.by_customer.insert(self.customers[at].clone(), contact.clone());
            self.is_named[at] = true;
        }
        let known = NamedContact { number: self.last, customer, is_over: false, tasks: Vec::new() };
        self.known.insert(contact.clone(), known);
    }

    /// A contact is over. Its number is forgotten once many others are over, too.
    fn end(&mut self, contact: &ContactId) {
        let Some(known) = self.known.get_mut(contact) else { return };
        if std::mem::replace(&mut known.is_over, true) || known.customer.is_some() {
            return;
        }
        self.over.push_back(contact.clone());
        if self.over.len() > OVER_MAX
            && let Some(known) = self.over.pop_front().and_then(|oldest| self.known.remove(&oldest))
        {
            self.contacts.remove(&known.number);
        }
    }

    /// A request of a virtual customer is where a contact comes from; everything else goes back to its cause.
    fn origin(&self, record: &Record) -> u16 {
        let own = record.node.as_str().strip_prefix(CUSTOMER);
        match (own, &record.what) {
            (Some(number), What::Out(Output::Call { .. })) => number.parse().unwrap_or(0),
            _ => record.cause.map_or(0, |cause| self.origins.get(&cause).copied().unwrap_or(0)),
        }
    }

    /// The place of the customer that a record goes back to, as long as no contact has that name.
    fn unnamed(&self, origin: u16) -> Option<usize> {
        let at = usize::from(origin).checked_sub(1)?;
        self.is_named.get(at).is_some_and(|is_named| !is_named).then_some(at)
    }

    /// Remembers the customer that a record goes back to, as long as no contact has that customer's name.
    fn remember(&mut self, seq: u64, origin: u16) {
        // A journal from elsewhere may have any numbers: none is the size or the place of anything.
        if self.unnamed(origin).is_some() {
            self.origins.insert(seq, origin);
            if self.origins.len() > ORIGINS_MAX {
                self.origins.pop_first();
            }
        }
    }

    /// Contacts that have names, in the order of their creation.
    pub fn contacts(&self) -> impl Iterator<Item = &ContactId> {
        self.contacts.values()
    }

    /// The tasks of a contact in order.
    pub fn tasks(&self, contact: &ContactId) -> &[TaskId] {
        self.known.get(contact).map_or(&[], |known| known.tasks.as_slice())
    }

    /// The contact that a name means, once it exists.
    pub fn contact(&self, name: &ContactName) -> Option<&ContactId> {
        match name {
            ContactName::Number(number) => self.contacts.get(number),
            ContactName::Customer(customer) => self.by_customer.get(customer),
        }
    }

    /// The task that a name means, once it exists; the latest where the name says no number.
    pub fn task(&self, name: &TaskName) -> Option<TaskId> {
        let tasks = self.tasks(self.contact(&name.contact)?);
        match name.task {
            Some(number) => tasks.get(number - 1).copied(),
            None => tasks.last().copied(),
        }
    }

    /// Whether a virtual customer has a contact.
    pub fn has_customer(&self, node: &NodeName) -> bool {
        self.customer(node).is_some_and(|name| self.by_customer.contains_key(name))
    }

    /// What people call a component or a virtual person: a customer by the name that the scenario gave.
    pub fn node<'a>(&'a self, node: &'a NodeName) -> &'a str {
        self.customer(node).unwrap_or_else(|| node.as_str())
    }

    /// What people call a place.
    pub fn place(&self, place: &Place) -> String {
        match place {
            Place::Node(node) => self.node(node).to_owned(),
            Place::Outside(_) => place.to_string(),
        }
    }

    /// The name of a virtual customer.
    fn customer(&self, node: &NodeName) -> Option<&str> {
        self.customers.get(customer_number(node)?).map(String::as_str)
    }

    /// What people call a contact: its customer's name, or `T2`.
    pub fn short(&self, contact: &ContactId) -> String {
        let Some(known) = self.known.get(contact) else { return contact.to_string() };
        let customer = known.customer.and_then(|at| self.customers.get(at));
        customer.cloned().unwrap_or_else(|| format!("T{}", known.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_fold::Subject;
    use cce_kernel::{Fact, Time};
    use cce_model::StatusReason;

    #[test]
    fn contacts_that_were_over_long_ago_have_no_numbers_any_more_and_others_keep_theirs() {
        let mut names = ShortNames::new(vec!["ann".to_owned()]);
        let of_customer = What::Out(Output::Call {
            call: cce_kernel::CallId(1),
            port: cce_kernel::Port::App,
            request: cce_kernel::Request::new("POST", "/"),
        });
        let record = Record { seq: 1, node: "customer-1".into(), ..record(of_customer, None) };
        names.learn(&ReadRecord {
            record: &record,
            subject: Subject::default(),
            client: None,
            kind: Meaning::Other,
        });
        tell(&mut names, 1, ContactStatus::Handled, Some(1));
        tell(&mut names, 2, ContactStatus::Queued, None);
        (3..=OVER_MAX + 3).for_each(|number| tell(&mut names, number, ContactStatus::Discarded, None));
        assert_eq!([1, 2, 4].map(|number| names.short(&id(number))), ["ann", "T2", "T4"]);
        assert_eq!(names.short(&id(3)), id(3).to_string());
        let known = |number| names.contact(&ContactName::Number(number));
        assert_eq!(
            [known(1), known(2), known(3), known(4)],
            [Some(&id(1)), Some(&id(2)), None, Some(&id(4))]
        );
        assert_eq!(names.contacts().count(), OVER_MAX + 2);
        tell(&mut names, OVER_MAX + 4, ContactStatus::Unread, None);
        assert_eq!(names.short(&id(OVER_MAX + 4)), format!("T{}", OVER_MAX + 4));
    }

    fn tell(names: &mut ShortNames, number: usize, to: ContactStatus, cause: Option<u64>) {
        let (from, reason, user) = (None, StatusReason::Unknown, String::new());
        let fact = Fact::Contact { contact: id(number), from, to, reason, user, task: None };
        let record = record(What::Started, cause);
        let kind = Meaning::Fact(&fact);
        names.learn(&ReadRecord { record: &record, subject: Subject::default(), client: None, kind });
    }

    fn record(what: What, cause: Option<u64>) -> Record {
        Record { seq: 2, at: Time(0), node: "ccp".into(), cause, what }
    }

    fn id(number: usize) -> ContactId {
        format!("{number:032X}").into()
    }
}
