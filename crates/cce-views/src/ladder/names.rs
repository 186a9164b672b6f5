//! How contacts, tasks and agents are called.

use super::Only;
use crate::{one_line::one_line, roster::Roster};
use cce_fold::Subject;
use cce_model::{AgentId, ContactId, RouterCallKey, SkillTarget, TaskId};
use std::collections::{BTreeMap, VecDeque};

/// Names that one contact has besides its ids. A contact that is routed again has one more dialogue each time.
const NAMES_MAX: usize = 32;

/// Letters of the beginning of a contact's id that stand for all of it.
const BEGINNING_MIN: usize = 4;

/// Contacts in the order in which they appeared, each with its tasks, and agents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrawnContacts {
    contacts: VecDeque<DrawnContact>,
    /// The place of each in that order.
    places: BTreeMap<ContactId, usize>,
    /// How many are kept, where it is not all: those that appeared last.
    kept: Option<usize>,
    /// How many were kept and are not any more. Their numbers are nobody else's.
    forgotten: usize,
    /// The one that is drawn, where it is not all.
    only: Option<ContactId>,
    agents: Vec<(AgentId, Option<SkillTarget>)>,
}

/// Whether somebody means a contact, which has this place in the order.
type IsMeant<'a> = dyn Fn(usize, &DrawnContact) -> bool + 'a;

#[derive(Clone, Debug, PartialEq, Eq)]
struct DrawnContact {
    contact: ContactId,
    tasks: Vec<TaskId>,
    /// The customer, and the numbers of dialogues.
    names: Vec<String>,
}

impl DrawnContacts {
    /// None yet, of which so many are kept.
    pub(super) fn keeping(kept: usize) -> Self {
        Self { kept: Some(kept), ..Self::default() }
    }

    /// `T1`, `T2`, …: the short name of a contact.
    pub fn short(&self, contact: &ContactId) -> Option<String> {
        self.places.get(contact).copied().map(short)
    }

    /// Short name, contact and tasks of each that is drawn.
    pub fn shown(&self) -> impl Iterator<Item = (String, &ContactId, &[TaskId])> {
        let is_shown = |contact: &ContactId| self.only.as_ref().is_none_or(|only| only == contact);
        self.all()
            .filter(move |(_, drawn)| is_shown(&drawn.contact))
            .map(|(at, drawn)| (short(at), &drawn.contact, drawn.tasks.as_slice()))
    }

    /// The agents of all that is drawn, with their ids in the central controller's database.
    pub fn agents(&self) -> &[(AgentId, Option<SkillTarget>)] {
        &self.agents
    }

    /// What the customer of a contact is called.
    pub fn customer(&self, contact: &ContactId) -> Option<String> {
        let drawn = &self.contacts[*self.places.get(contact)? - self.forgotten];
        let name = drawn.names.iter().find(|name| name.parse::<u32>().is_err())?;
        Some(one_line(name).into_owned())
    }

    /// The contacts that a person may mean: by `T1`, any spelling of an id, the number of a dialogue, or the name of a
    /// customer. What is meant exactly counts before what is meant in part.
    pub fn find(&self, wanted: &str) -> Vec<&ContactId> {
        let wanted = WantedText::of(wanted);
        let ranks: [&IsMeant<'_>; 5] = [
            &|at, drawn| wanted.is_short(at) || wanted.is_contact(drawn) || wanted.is_task(drawn),
            &|_, drawn| wanted.is_call(drawn),
            &|_, drawn| drawn.names.iter().any(|name| name.to_lowercase() == wanted.text),
            &|_, drawn| wanted.begins_contact(drawn),
            &|_, drawn| wanted.is_part_of_name(drawn),
        ];
        ranks.into_iter().map(|rank| self.meant(rank)).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The task of a contact that a person means by `T1#2`; none where it is the whole contact. An error says how many tasks the contact
    /// has, where it never had that one.
    pub fn task_of(&self, wanted: &str, contact: &ContactId) -> Result<Option<TaskId>, usize> {
        let Some((_, number)) = wanted.trim().split_once('#') else { return Ok(None) };
        let tasks = self.tasks(contact);
        let at = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        at.and_then(|at| tasks.get(at)).copied().map(Some).ok_or(tasks.len())
    }

    /// The tasks of a contact, in order.
    pub(super) fn tasks(&self, contact: &ContactId) -> &[TaskId] {
        self.places.get(contact).map_or(&[], |at| &self.contacts[at - self.forgotten].tasks)
    }

    fn meant(&self, is_meant: &IsMeant<'_>) -> Vec<&ContactId> {
        self.all().filter(|(at, drawn)| is_meant(*at, drawn)).map(|(_, drawn)| &drawn.contact).collect()
    }

    /// Each that is kept, with its place.
    fn all(&self) -> impl Iterator<Item = (usize, &DrawnContact)> {
        (self.forgotten..).zip(&self.contacts)
    }

    pub(super) fn learn(&mut self, subject: &Subject) {
        let Some(contact) = &subject.contact else { return };
        let tasks = &mut self.entry(contact).tasks;
        if let Some(task) = subject.task
            && !tasks.contains(&task)
        {
            tasks.push(task);
        }
    }

    pub(super) fn call(&mut self, contact: &ContactId, name: String) {
        let names = &mut self.entry(contact).names;
        if names.len() < NAMES_MAX && !names.contains(&name) {
            names.push(name);
        }
    }

    /// The names of a drawing of one contact, of one task of it, or of all.
    pub(super) fn drawn<'a>(
        mut self,
        only: Option<Only>,
        agents: impl Iterator<Item = &'a AgentId>,
        roster: &Roster,
    ) -> Self {
        let agents = agents.map(|agent| (agent.clone(), roster.skill_target(agent))).collect();
        if let Some(Only { contact, task: Some(task) }) = &only {
            self.entry(contact).tasks = vec![*task];
        }
        Self { only: only.map(|only| only.contact), agents, ..self }
    }

    fn entry(&mut self, contact: &ContactId) -> &mut DrawnContact {
        let next = self.forgotten + self.contacts.len();
        let at = *self.places.entry(contact.clone()).or_insert(next);
        if at == next {
            let (tasks, names) = (Vec::new(), Vec::new());
            self.contacts.push_back(DrawnContact { contact: contact.clone(), tasks, names });
            self.forget_oldest();
        }
        &mut self.contacts[at - self.forgotten]
    }

    fn forget_oldest(&mut self) {
        if self.kept.is_some_and(|kept| self.contacts.len() > kept)
            && let Some(oldest) = self.contacts.pop_front()
        {
            self.places.remove(&oldest.contact);
            self.forgotten += 1;
        }
    }
}

fn short(at: usize) -> String {
    format!("T{}", at + 1)
}

/// What somebody wrote, in small letters.
struct WantedText {
    text: String,
    /// The last part of an address, else all of it.
    last: String,
    /// The numbers in it, for ids whose numbers are joined in several ways.
    numbers: Vec<i32>,
}

impl WantedText {
    fn of(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let last = text.rsplit('/').next().unwrap_or_default().to_owned();
        let is_id =
            |text: &str| text.split(|letter: char| !letter.is_ascii_digit()).all(|part| !part.is_empty());
        let spelt = if is_id(&text) { &text } else { &last };
        let parts = spelt.split(|letter: char| !letter.is_ascii_digit());
        let numbers =
            if is_id(spelt) { parts.filter_map(|part| part.parse().ok()).collect() } else { Vec::new() };
        Self { text, last, numbers }
    }

    /// `T1`, and `T1#2` for its second task.
    fn is_short(&self, at: usize) -> bool {
        self.text.split('#').next() == Some(short(at).to_lowercase().as_str())
    }

    fn is_contact(&self, drawn: &DrawnContact) -> bool {
        drawn.contact.as_str().to_lowercase() == self.last
    }

    fn is_task(&self, drawn: &DrawnContact) -> bool {
        drawn.tasks.iter().any(|task| [task.day, task.call, task.sequence] == self.numbers[..])
    }

    /// A router call key with its day or without, or with the router's sequence number, which begins at 0.
    fn is_call(&self, drawn: &DrawnContact) -> bool {
        let mut keys = drawn.tasks.iter().map(|task| task.key());
        keys.any(|RouterCallKey { day, call }| match self.numbers[..] {
            [wanted] => wanted == call,
            [wanted_day, wanted_call] | [wanted_day, wanted_call, _] => {
                (wanted_day, wanted_call) == (day, call)
            }
            [] | [..] => false,
        })
    }

    fn begins_contact(&self, drawn: &DrawnContact) -> bool {
        self.last.len() >= BEGINNING_MIN && drawn.contact.as_str().to_lowercase().starts_with(&self.last)
    }

    fn is_part_of_name(&self, drawn: &DrawnContact) -> bool {
        let is_part =
            |name: &String| name.parse::<u32>().is_err() && name.to_lowercase().contains(&self.text);
        !self.text.is_empty() && drawn.names.iter().any(is_part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> DrawnContacts {
        let mut names = DrawnContacts::default();
        for (at, (contact, name)) in
            (0..).zip([("5AA7", "ann@example.org"), ("8DD7", "bob"), ("8DD8", "Bob")])
        {
            let contact = ContactId::from(format!("{contact}97871000018D0000000B39ED7AD5"));
            let task = Some(TaskId { day: 154_526, call: 37_051_928 + at, sequence: 1 });
            names.learn(&Subject { contact: Some(contact.clone()), task });
            names.call(&contact, name.to_owned());
            names.call(&contact, (4 + at).to_string());
        }
        names
    }

    fn found(wanted: &str) -> Vec<String> {
        let names = names();
        names.find(wanted).into_iter().filter_map(|contact| names.short(contact)).collect()
    }

    #[test]
    fn every_spelling_of_every_id_finds_its_contact() {
        let spellings = [
            "T1",
            "t1",
            "T1#2",
            "5AA797871000018D0000000B39ED7AD5",
            "5aa797871000018d0000000b39ed7ad5",
            "http://127.0.0.1:8080/ccp-webapp/ccp/task/contact/5AA797871000018D0000000B39ED7AD5",
            "154526_37051928_1",
            "154526/37051928/1",
            "154526 37051928 1",
            "154526.37051928.1",
            "/finesse/api/Dialog/154526_37051928_1",
            "154526 37051928",
            "154526 37051928 0",
            "37051928",
            "4",
            "5AA7",
            "ann@example.org",
            "Ann",
        ];
        for wanted in spellings {
            assert_eq!(found(wanted), ["T1"], "{wanted}");
        }
    }

    #[test]
    fn where_few_contacts_are_kept_the_oldest_is_forgotten_and_the_others_keep_their_numbers() {
        let mut names = DrawnContacts::keeping(2);
        let contacts = ["5AA7", "8DD7", "8DD8", "9EE9"].map(ContactId::from);
        for contact in contacts.iter().chain([&contacts[3]]) {
            names.learn(&Subject { contact: Some(contact.clone()), task: None });
            names.call(contact, format!("customer of {contact}"));
        }
        let short = contacts.each_ref().map(|contact| names.short(contact));
        assert_eq!(short, [None, None, Some("T3".to_owned()), Some("T4".to_owned())]);
        assert_eq!(names.find("T3"), [&contacts[2]]);
        assert_eq!(names.customer(&contacts[3]).as_deref(), Some("customer of 9EE9"));
        assert_eq!((names.shown().count(), names.places.len()), (2, 2));
    }

    #[test]
    fn a_name_of_two_customers_finds_both() {
        assert_eq!(found("bob"), ["T2", "T3"]);
    }

    #[test]
    fn what_nobody_is_called_finds_nothing() {
        for wanted in ["", "T4", "5A", "nobody", "154526_37051931_1", "7"] {
            assert_eq!(found(wanted), Vec::<String>::new(), "{wanted}");
        }
    }
}
