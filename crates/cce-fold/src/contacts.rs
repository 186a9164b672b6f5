//! Contacts, and what leads to them: tasks, keys of the router, dialogues.

use crate::recent::Recent;
use cce_model::{ContactId, DialogueId, PeripheralId, RouterCallKey, TaskId};
use std::collections::{BTreeMap, VecDeque};

/// Contacts that are over and still known: a poll tells of an end for five minutes (ccp-task-api 3.4), and everything else that
/// is said of one was under way at its end.
const OVER_MAX: usize = 4_096;

/// What leads to one contact. A contact has a few of each kind for each time that it is routed; of more the oldest give way.
const WAYS_MAX: usize = 64;

/// Contacts that a component knows. A text may name others, which are nobody's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contacts {
    known: Recent<ContactId, KnownContact>,
    by_task: BTreeMap<TaskId, ContactId>,
    /// Contacts by the key that the router gave.
    by_key: BTreeMap<RouterCallKey, ContactId>,
    /// Keys of calls that name no contact.
    nobodys: Recent<RouterCallKey, ()>,
    /// Contacts by dialogue: by peripheral of the PIM, and once more for those who do not know it, the latest of that number.
    by_dialogue: BTreeMap<ClientDialogue, ContactId>,
    /// Contacts that are over, the one that ended first in front.
    over: VecDeque<ContactId>,
}

/// A dialogue of a PIM, or of any.
pub(crate) type ClientDialogue = (Option<PeripheralId>, DialogueId);

#[derive(Clone, Debug, Default)]
struct KnownContact {
    /// The latest task.
    task: Option<TaskId>,
    is_over: bool,
    ways: VecDeque<ContactKey>,
}

/// What leads to a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ContactKey {
    Task(TaskId),
    Key(RouterCallKey),
    Dialogue(ClientDialogue),
}

impl Contacts {
    pub(crate) fn has(&self, contact: &ContactId) -> bool {
        self.known.contains_key(contact)
    }

    /// The latest task of a contact.
    pub(crate) fn task_of(&self, contact: &ContactId) -> Option<TaskId> {
        self.known.get(contact)?.task
    }

    pub(crate) fn of_task(&self, task: TaskId) -> Option<&ContactId> {
        self.by_task.get(&task)
    }

    pub(crate) fn of_key(&self, key: RouterCallKey) -> Option<&ContactId> {
        self.by_key.get(&key)
    }

    /// The contact of a call that the router names by its key. Of one that was not admitted in these records, that of the
    /// latest dialogue of that number: PIMs pass on the numbers of their applications, which count each for themselves.
    pub(crate) fn of_call(&self, key: RouterCallKey, dialogue: DialogueId) -> Option<&ContactId> {
        let by_number = || self.of_dialogue(None, dialogue).filter(|_| !self.nobodys.contains_key(&key));
        self.of_key(key).or_else(by_number)
    }

    /// The contact of a dialogue of a PIM, else of the latest dialogue of that number.
    pub(crate) fn of_dialogue(
        &self,
        client: Option<PeripheralId>,
        dialogue: DialogueId,
    ) -> Option<&ContactId> {
        self.by_dialogue.get(&(client, dialogue)).or_else(|| self.by_dialogue.get(&(None, dialogue)))
    }

    /// A component knows a contact, and perhaps a task of it.
    pub(crate) fn learn(&mut self, contact: &ContactId, task: Option<TaskId>) {
        if !self.known.contains_key(contact) {
            let evicted = self.known.insert(contact.clone(), KnownContact::default());
            self.forget_ways(evicted);
        }
        let Some(task) = task else { return };
        if self.by_task.get(&task) != Some(contact) {
            self.by_task.insert(task, contact.clone());
            self.add_way(contact, ContactKey::Task(task));
        }
        if let Some(known) = self.known.get_mut(contact) {
            known.task = Some(task);
        }
    }

    /// The router has a key for a contact, or for a call that names none.
    pub(crate) fn learn_key(&mut self, key: RouterCallKey, contact: Option<&ContactId>) {
        let Some(contact) = contact else {
            self.by_key.remove(&key);
            self.nobodys.insert(key, ());
            return;
        };
        self.nobodys.remove(&key);
        if self.by_key.get(&key) != Some(contact) {
            self.by_key.insert(key, contact.clone());
            self.add_way(contact, ContactKey::Key(key));
        }
    }

    /// The router has forgotten a key.
    pub(crate) fn forget_key(&mut self, key: RouterCallKey) {
        self.by_key.remove(&key);
        self.nobodys.remove(&key);
    }

    /// A dialogue of a PIM is about a contact.
    pub(crate) fn learn_dialogue(&mut self, dialogue: ClientDialogue, contact: &ContactId) {
        if self.by_dialogue.get(&dialogue) != Some(contact) {
            self.by_dialogue.insert(dialogue, contact.clone());
            self.add_way(contact, ContactKey::Dialogue(dialogue));
        }
    }

    /// A contact is over, or it is not.
    pub(crate) fn set_over(&mut self, contact: &ContactId, is_over: bool) {
        let Some(known) = self.known.get_mut(contact) else { return };
        if std::mem::replace(&mut known.is_over, is_over) || !is_over {
            return;
        }
        self.over.push_back(contact.clone());
        if self.over.len() > OVER_MAX
            && let Some(oldest) = self.over.pop_front()
            && self.known.get(&oldest).is_some_and(|known| known.is_over)
        {
            let known = self.known.remove(&oldest);
            self.forget_ways(known.map(|known| (oldest, known)));
        }
    }

    fn add_way(&mut self, contact: &ContactId, way: ContactKey) {
        let Some(known) = self.known.get_mut(contact) else { return };
        known.ways.push_back(way);
        if known.ways.len() > WAYS_MAX
            && let Some(oldest) = known.ways.pop_front()
            && !known.ways.contains(&oldest)
        {
            self.forget_way(oldest, contact);
        }
    }

    fn forget_ways(&mut self, forgotten: Option<(ContactId, KnownContact)>) {
        let Some((contact, known)) = forgotten else { return };
        known.ways.into_iter().for_each(|way| self.forget_way(way, &contact));
    }

    /// A way may lead to another contact meanwhile: dialogues have few numbers, and the router may begin anew.
    fn forget_way(&mut self, way: ContactKey, contact: &ContactId) {
        match way {
            ContactKey::Task(task) => forget(&mut self.by_task, &task, contact),
            ContactKey::Key(key) => forget(&mut self.by_key, &key, contact),
            ContactKey::Dialogue(dialogue) => forget(&mut self.by_dialogue, &dialogue, contact),
        }
    }
}

fn forget<K: Ord>(ways: &mut BTreeMap<K, ContactId>, way: &K, contact: &ContactId) {
    if ways.get(way) == Some(contact) {
        ways.remove(way);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fold;
    use cce_journal::{Record, What};
    use cce_kernel::{Output, Time};
    use cce_model::{
        CallTypeId, MrdId, PrecisionQueueId, RoutingClientId,
        fact::{QueueChoice, RouterFact},
    };

    #[test]
    fn of_contacts_that_are_over_the_oldest_are_forgotten_with_all_that_leads_to_them() {
        let mut contacts = Contacts::default();
        let open = meet(&mut contacts, 0);
        for number in 1..=OVER_MAX + 1 {
            let over = meet(&mut contacts, number);
            contacts.set_over(&over, true);
        }
        assert!(contacts.has(&open) && contacts.has(&id(2)) && !contacts.has(&id(1)));
        assert_eq!(leads_to(&contacts, 1), [None; 4]);
        assert_eq!(leads_to(&contacts, 2), [Some(&id(2)); 4]);
        let kept = OVER_MAX + 1;
        assert_eq!((contacts.by_task.len(), contacts.by_key.len()), (kept, kept));
        assert_eq!((contacts.by_dialogue.len(), contacts.over.len()), (2 * kept, OVER_MAX));
    }

    #[test]
    fn what_leads_to_another_contact_meanwhile_stays_and_so_does_a_contact_that_begins_anew() {
        let mut contacts = Contacts::default();
        let (first, second) = (meet(&mut contacts, 1), id(0));
        contacts.learn(&second, Some(task(1)));
        contacts.learn_key(task(1).key(), Some(&second));
        contacts.learn_dialogue(dialogue(1), &second);
        contacts.set_over(&first, true);
        contacts.set_over(&second, true);
        contacts.set_over(&second, false);
        for number in 2..=OVER_MAX + 2 {
            let over = meet(&mut contacts, number);
            contacts.set_over(&over, true);
        }
        assert!(!contacts.has(&first));
        let [by_task, by_key, by_dialogue, _] = leads_to(&contacts, 1);
        assert_eq!([by_task, by_key, by_dialogue], [Some(&second); 3]);
    }

    #[test]
    fn of_too_many_tasks_of_one_contact_the_oldest_are_forgotten() {
        let mut contacts = Contacts::default();
        (0..=WAYS_MAX).for_each(|number| contacts.learn(&id(0), Some(task(number))));
        assert_eq!((contacts.of_task(task(0)), contacts.of_task(task(1))), (None, Some(&id(0))));
        assert_eq!(contacts.task_of(&id(0)), Some(task(WAYS_MAX)));
    }

    /// The application that is CCP and another one number their dialogues each for themselves.
    #[test]
    fn what_the_router_says_under_a_key_is_about_the_contact_of_that_key() {
        let mut fold = Fold::default();
        let mut about = |fact: RouterFact| {
            let what = What::Out(Output::Note(fact.into()));
            let record = Record { seq: 1, at: Time(0), node: "router".into(), cause: None, what };
            fold.push(&record).subject.contact
        };
        let (alice, bob) = (id(1), id(2));
        about(admitted(1, alice.as_str()));
        about(admitted(2, bob.as_str()));
        assert_eq!(about(queued(1)), Some(alice.clone()));
        assert_eq!(about(queued(2)), Some(bob));
        about(RouterFact::DialogDeleted { dialogue: DialogueId(3), key: task(1).key() });
        assert_eq!(about(queued(1)), Some(alice), "the reservation did not come about");
    }

    #[test]
    fn a_call_that_names_no_contact_is_nobodys_whoever_has_its_dialogues_number() {
        let mut contacts = Contacts::default();
        let (alice, key) = (meet(&mut contacts, 3), task(9).key());
        assert_eq!(contacts.of_call(key, DialogueId(3)), Some(&alice), "it was not admitted here");
        contacts.learn_key(key, None);
        assert_eq!(contacts.of_call(key, DialogueId(3)), None);
        assert_eq!(contacts.of_call(task(3).key(), DialogueId(3)), Some(&alice));
        contacts.forget_key(key);
        contacts.learn_key(key, Some(&alice));
        assert_eq!(contacts.of_call(key, DialogueId(7)), Some(&alice));
    }

    /// The router admits a call of dialogue 3.
    fn admitted(number: usize, ced: &str) -> RouterFact {
        RouterFact::CallAdmitted {
            dialogue: DialogueId(3),
            key: task(number).key(),
            dialed_number: String::new(),
            ani: String::new(),
            ced: ced.to_owned(),
            routing_client: RoutingClientId(5004),
            mrd: MrdId(5011),
            call_type: CallTypeId(5053),
            script: String::new(),
            priority: 5,
            interruptible: true,
            at_vru: true,
            operation: cce_model::OperationCode::CLASSIC,
        }
    }

    fn queued(number: usize) -> RouterFact {
        RouterFact::QueueNode {
            dialogue: DialogueId(3),
            key: task(number).key(),
            queue: "q".into(),
            queue_id: PrecisionQueueId(5034),
            step: 1,
            choice: QueueChoice::Wait,
        }
    }

    /// A contact with a task, a key, and a dialogue.
    fn meet(contacts: &mut Contacts, number: usize) -> ContactId {
        let contact = id(number);
        contacts.learn(&contact, Some(task(number)));
        contacts.learn_key(task(number).key(), Some(&contact));
        contacts.learn_dialogue(dialogue(number), &contact);
        contacts.learn_dialogue((None, dialogue(number).1), &contact);
        contact
    }

    fn leads_to(contacts: &Contacts, number: usize) -> [Option<&ContactId>; 4] {
        let (client, of_client) = dialogue(number);
        [
            contacts.of_task(task(number)),
            contacts.of_key(task(number).key()),
            contacts.of_dialogue(client, of_client),
            contacts.of_dialogue(None, of_client),
        ]
    }

    fn id(number: usize) -> ContactId {
        format!("{number:032X}").into()
    }

    fn task(number: usize) -> TaskId {
        TaskId { day: 1, call: i32::try_from(number).expect("few"), sequence: 1 }
    }

    fn dialogue(number: usize) -> ClientDialogue {
        (Some(PeripheralId(5_001)), DialogueId(u32::try_from(number).expect("few")))
    }
}
