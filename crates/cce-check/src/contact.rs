//! Social contacts, as CCP tells of them: their states, their ends, their chain of tasks, and what is published.

use crate::{
    breach::Judge,
    close::Ask,
    judgement::Judgement,
    table::{Bounded, Ends, Table},
};
use cce_fold::Subject;
use cce_kernel::CallId;
use cce_model::{
    ContactId, ContactStatus, RouterCallKey, SocialContact, StatusReason, TaskId, fact::SmOperation,
};
use std::collections::{BTreeSet, VecDeque};

/// States of one contact that are to be published.
const TO_PUBLISH_MAX: usize = 32;

/// Close calls of one contact that wait at the same time. The oldest give way.
const CLOSING_MAX: usize = 32;

/// A contact.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    status: ContactStatus,
    reason: StatusReason,
    /// Record of the latest change.
    at: u64,
    /// What it was since it was published last, that state first: publishing takes its time.
    to_publish: VecDeque<(ContactStatus, StatusReason)>,
    /// Its task, while an agent has it or had it.
    task: Option<TaskId>,
    /// The task that the next request to route it must name; not known of a contact of an earlier run.
    previous: Option<TaskId>,
    /// Whether a notification rule handed it to CCE.
    is_submitted: bool,
    /// Requests to route it, and those that the router admitted.
    requests: u32,
    admitted: u32,
    key: Option<RouterCallKey>,
    /// Record of the router's choice of an agent.
    assigned: Option<u64>,
    /// Record of its end.
    end: Option<u64>,
    /// The close calls that are being answered.
    closing: VecDeque<Closing>,
}

#[derive(Clone, Debug)]
struct Closing {
    call: CallId,
    at: u64,
    /// What Finesse calls for; none of an application's own call.
    ask: Option<Ask>,
}

impl Ends for Contact {
    fn is_over(&self) -> bool {
        self.end.is_some()
    }
}

impl Contact {
    fn new(status: ContactStatus, reason: StatusReason, at: u64, previous: Option<TaskId>) -> Self {
        Self {
            status,
            reason,
            at,
            to_publish: VecDeque::from([(status, reason)]),
            task: None,
            previous,
            is_submitted: previous.is_none(),
            requests: 0,
            admitted: 0,
            key: None,
            assigned: None,
            end: None,
            closing: VecDeque::new(),
        }
    }

    fn will_publish(&mut self, state: (ContactStatus, StatusReason)) {
        if self.to_publish.len() == TO_PUBLISH_MAX {
            self.to_publish.pop_front();
        }
        self.to_publish.push_back(state);
    }

    /// Says whether that may be published now. What comes before it cannot be any more.
    fn publish(&mut self, state: (ContactStatus, StatusReason)) -> bool {
        let place = self.to_publish.iter().position(|due| *due == state);
        self.to_publish.drain(..place.unwrap_or(0));
        place.is_some()
    }
}

/// A change of a contact's status.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) from: Option<ContactStatus>,
    pub(crate) to: ContactStatus,
    pub(crate) reason: StatusReason,
    pub(crate) task: Option<TaskId>,
}

/// Every contact.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contacts {
    known: Table<ContactId, Contact>,
    /// What CCP began with: contacts of an earlier run, or of an earlier life.
    stored: BTreeSet<ContactId>,
}

impl Contacts {
    /// CCP starts with what it stored.
    pub(crate) fn on_start(&mut self, stored: impl Iterator<Item = ContactId>) {
        self.stored = stored.collect();
    }

    pub(crate) fn on_change(&mut self, id: &ContactId, change: Change, judge: &mut Judge<'_>) {
        let Some(contact) = self.known.find_mut(id) else { return self.on_unknown(id, change, judge) };
        let Change { from, to, reason, task } = change;
        if let Some(end) = contact.end {
            return judge.expect(Judgement::ContactEndsOnce, false, &[end], || {
                format!("contact {id} becomes {to}, and was {} already", contact.status)
            });
        }
        let is_legal = from == Some(contact.status) && is_legal(contact.status, to);
        let was = contact.status;
        judge.expect(Judgement::ContactTransition, is_legal, &[contact.at], || {
            format!("contact {id} goes from {} to {to}, and was {was}", or_nothing(from))
        });
        if was == ContactStatus::Reserved && to == ContactStatus::Queued {
            contact.previous = Some(contact.task.take().unwrap_or(TaskId::NONE));
            contact.assigned = None;
        }
        contact.task = task.or(contact.task);
        contact.status = to;
        contact.reason = reason;
        contact.at = judge.seq;
        contact.will_publish((to, reason));
        if to == ContactStatus::Handled {
            judge_handled(id, contact, judge);
        }
        if is_final(to) {
            contact.end = Some(judge.seq);
            judge.expect(Judgement::ContactEndsOnce, true, &[], String::new);
            self.known.retire(id);
        }
    }

    fn on_unknown(&mut self, id: &ContactId, change: Change, judge: &mut Judge<'_>) {
        let Change { from, to, reason, task } = change;
        let is_new = from.is_none() && to == ContactStatus::Unread;
        let is_stored = self.stored.remove(id);
        judge.expect(Judgement::ContactBegan, is_new || is_stored, &[], || {
            format!("contact {id} goes from {} to {to}, and was never made", or_nothing(from))
        });
        let mut contact = Contact::new(to, reason, judge.seq, is_new.then_some(TaskId::NONE));
        contact.task = task;
        contact.end = is_final(to).then_some(judge.seq);
        self.known.insert(id.clone(), contact);
        if is_final(to) {
            self.known.retire(id);
        }
    }

    /// A notification rule hands it to CCE.
    pub(crate) fn on_submitted(&mut self, id: &ContactId) {
        if let Some(contact) = self.known.find_mut(id) {
            contact.is_submitted = true;
        }
    }

    /// CCP asks CCE to route it. The request names the task before, if it was with an agent.
    pub(crate) fn on_new_task(&mut self, id: &ContactId, previous: TaskId, judge: &mut Judge<'_>) {
        let Some(contact) = self.known.find_mut(id) else { return };
        contact.requests += 1;
        let due = contact.previous.unwrap_or(previous);
        judge.expect(Judgement::NewTaskFollows, previous == due, &[contact.at], || {
            format!(
                "the new task of contact {id} follows {}, and should follow {}",
                task(previous),
                task(due)
            )
        });
    }

    /// The router admits a request, and gives it its key.
    pub(crate) fn on_admitted(&mut self, id: &ContactId, key: RouterCallKey, judge: &mut Judge<'_>) {
        let Some(contact) = self.known.find_mut(id).filter(|contact| contact.requests > 0) else { return };
        contact.admitted += 1;
        contact.key = Some(key);
        let (admitted, requests) = (contact.admitted, contact.requests);
        judge.expect(Judgement::AdmittedOnce, admitted <= requests, &[contact.at], || {
            format!("contact {id} gets its task number {admitted} of {requests} requests")
        });
    }

    /// The router chose an agent.
    pub(crate) fn on_assigned(&mut self, id: &ContactId, seq: u64) {
        if let Some(contact) = self.known.find_mut(id) {
            contact.assigned = Some(seq);
        }
    }

    /// Its reservation did not come about: the router routes it anew.
    pub(crate) fn on_requeued(&mut self, id: &ContactId) {
        if let Some(contact) = self.known.find_mut(id) {
            contact.assigned = None;
        }
    }

    /// Somebody calls for the contact to be closed.
    pub(crate) fn on_close_called(&mut self, id: &ContactId, call: CallId, at: u64, ask: Option<Ask>) {
        if let Some(contact) = self.known.find_mut(id) {
            contact.closing.push_back(Closing { call, at, ask });
            contact.closing.keep(CLOSING_MAX);
        }
    }

    /// A call about a contact was answered.
    pub(crate) fn on_answered(&mut self, id: &ContactId, call: CallId) {
        if let Some(contact) = self.known.find_mut(id) {
            contact.closing.retain(|closing| closing.call != call);
        }
    }

    /// CCP begins anew: who called it hears nothing.
    pub(crate) fn forget_calls(&mut self) {
        self.known.values_mut().for_each(|contact| contact.closing.clear());
    }

    /// A contact is published: as it stands, or as it stood since it was published last.
    pub(crate) fn on_published(&mut self, social: &SocialContact, judge: &mut Judge<'_>) {
        let SocialContact { id, status, reason, .. } = social;
        let mut known = self.known.find_mut(id);
        let is_true = known.as_mut().is_some_and(|known| known.publish((*status, *reason)));
        let related = known.as_ref().map(|known| known.at);
        judge.expect(Judgement::ContactPublishedAsItStands, is_true, related.as_slice(), || match known {
            Some(known) => format!(
                "contact {id} is published as {status} ({reason}), and is {} ({})",
                known.status, known.reason
            ),
            None => format!("contact {id} is published as {status}, and was never made"),
        });
    }

    /// What did not end, unless nobody was asked to route it. Returns the tasks of these contacts.
    pub(crate) fn finish(&self, judge: &mut Judge<'_>) -> Vec<RouterCallKey> {
        let mut open = Vec::new();
        for (id, contact) in self.open() {
            open.extend(contact.key);
            let text = format!(
                "contact {id} is still {} ({}) at the end of the run",
                contact.status, contact.reason
            );
            let subject = Subject { contact: Some(id.clone()), task: contact.task };
            let related: Vec<u64> = contact.assigned.into_iter().filter(|seq| *seq != contact.at).collect();
            judge.breach(Judgement::ContactOver, contact.at, &related, subject, text);
        }
        open
    }

    /// Contacts that are reserved at the end of the run, each with its task and its last record.
    pub(crate) fn reserved(&self) -> impl Iterator<Item = (&ContactId, Option<RouterCallKey>, u64)> {
        let reserved = self.open().filter(|(_, contact)| contact.status == ContactStatus::Reserved);
        reserved.map(|(id, contact)| (id, contact.key, contact.at))
    }

    fn open(&self) -> impl Iterator<Item = (&ContactId, &Contact)> {
        self.known.iter().filter(|(_, contact)| contact.end.is_none() && contact.is_submitted)
    }

    /// Whether a contact ended, or nobody knows it.
    pub(crate) fn is_over(&self, id: &ContactId) -> bool {
        self.known.find(id).is_none_or(|contact| contact.end.is_some())
    }
}

/// `handled` follows a close call: Finesse's about the contact's task, or an application's own.
fn judge_handled(id: &ContactId, contact: &Contact, judge: &mut Judge<'_>) {
    let is_own = contact.closing.iter().any(|closing| closing.ask.is_none());
    let is_end = |ask: &Ask| ask.operation == SmOperation::EndTask && ask.contact == *id;
    let asked = || contact.closing.iter().filter_map(|closing| Some((closing.at, closing.ask.as_ref()?)));
    // A contact that CCP sent again may have an older task with an agent (task-routing E27): its end counts, too.
    let Some((at, ask)) =
        asked().find(|(_, ask)| is_end(ask)).or_else(|| asked().next_back()).filter(|_| !is_own)
    else {
        return judge.expect(Judgement::HandledByACall, is_own, &[], || {
            format!("contact {id} is handled, and nobody called for that")
        });
    };
    judge.expect(Judgement::HandledByTheEnd, is_end(ask), &[at, ask.at], || {
        format!(
            "contact {id} is handled by Finesse's call about task {} of contact {}",
            ask.task, ask.contact
        )
    });
}

/// The transitions of ccp-task-api 5.5. One to the same status changes the reason.
fn is_legal(from: ContactStatus, to: ContactStatus) -> bool {
    use ContactStatus as S;
    match from {
        S::Unread => matches!(to, S::Unread | S::Queued | S::Discarded),
        S::Queued => matches!(to, S::Queued | S::Reserved | S::Discarded),
        S::Reserved => matches!(to, S::Queued | S::Handled),
        S::Handled | S::Discarded => false,
    }
}

fn is_final(status: ContactStatus) -> bool {
    matches!(status, ContactStatus::Handled | ContactStatus::Discarded)
}

fn task(id: TaskId) -> String {
    if id == TaskId::NONE { "no task".to_owned() } else { format!("task {id}") }
}

/// A state before, in words.
pub(crate) fn or_nothing<S: std::fmt::Display>(state: Option<S>) -> String {
    state.map_or_else(|| "nothing".to_owned(), |state| state.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::Ledger;

    #[test]
    fn a_contact_is_over_with_its_end_and_not_before() {
        let open = Contact::new(ContactStatus::Queued, StatusReason::Unknown, 1, None);
        let ended = Contact { end: Some(2), ..open.clone() };
        assert!(!open.is_over() && ended.is_over());
    }

    #[test]
    fn states_that_are_to_be_published_are_kept_up_to_a_number() {
        let mut contact = Contact::new(ContactStatus::Unread, StatusReason::Unknown, 1, None);
        let queued = |reason| (ContactStatus::Queued, reason);
        (1..TO_PUBLISH_MAX).for_each(|_| contact.will_publish(queued(StatusReason::Unknown)));
        assert!(contact.clone().publish((ContactStatus::Unread, StatusReason::Unknown)), "as many as fit");
        contact.will_publish(queued(StatusReason::CancelRequested));
        assert_eq!(contact.to_publish.len(), TO_PUBLISH_MAX);
        assert!(
            !contact.clone().publish((ContactStatus::Unread, StatusReason::Unknown)),
            "the oldest is gone"
        );
        assert!(contact.publish(queued(StatusReason::CancelRequested)));
    }

    /// A contact that is with an agent at the end of the run names the choice of that agent; one whose last record that is
    /// names it once.
    #[test]
    fn a_contact_that_did_not_end_names_the_record_of_its_agents_choice() {
        let id = ContactId::from("c");
        let (mut ledger, subject) = (Ledger::default(), Subject::default());
        let mut contacts = Contacts::default();
        let new = Contact::new(ContactStatus::Reserved, StatusReason::Unknown, 9, Some(TaskId::NONE));
        contacts.known.insert(id.clone(), Contact { is_submitted: true, ..new });
        let mut related = |contacts: &Contacts| {
            let mut judge = Judge::new(&mut ledger, 20, &subject);
            contacts.finish(&mut judge);
            judge.breaches.into_iter().flat_map(|breach| breach.related).collect::<Vec<_>>()
        };
        assert_eq!(related(&contacts), [0; 0]);
        contacts.on_assigned(&id, 7);
        assert_eq!(related(&contacts), [7]);
        contacts.on_assigned(&id, 9);
        assert_eq!(related(&contacts), [0; 0]);
    }

    #[test]
    fn a_close_call_that_was_answered_handles_nothing_any_more() {
        let judged = |answered: Option<CallId>| {
            let (mut ledger, subject) = (Ledger::default(), Subject::default());
            let mut judge = Judge::new(&mut ledger, 9, &subject);
            let (id, mut contacts) = (ContactId::from("c"), Contacts::default());
            let new = Contact::new(ContactStatus::Reserved, StatusReason::Unknown, 1, None);
            contacts.known.insert(id.clone(), new);
            contacts.on_close_called(&id, CallId(1), 2, None);
            answered.into_iter().for_each(|call| contacts.on_answered(&id, call));
            judge_handled(&id, contacts.known.find(&id).unwrap(), &mut judge);
            judge.breaches.into_iter().map(|breach| breach.judgement).collect::<Vec<_>>()
        };
        assert_eq!(judged(None), []);
        assert_eq!(judged(Some(CallId(2))), [], "another call was answered");
        assert_eq!(judged(Some(CallId(1))), [Judgement::HandledByACall]);
    }

    /// CCP waits for the news of a contact's agent with Finesse's call, while an application's own is refused.
    #[test]
    fn of_several_close_calls_one_that_fits_is_enough() {
        let judged = |calls: &[Option<SmOperation>], answered: u64| {
            let (mut ledger, subject) = (Ledger::default(), Subject::default());
            let mut judge = Judge::new(&mut ledger, 9, &subject);
            let (id, mut contacts) = (ContactId::from("c"), Contacts::default());
            let new = Contact::new(ContactStatus::Reserved, StatusReason::Unknown, 1, None);
            contacts.known.insert(id.clone(), new);
            for (number, operation) in (1..).zip(calls) {
                let of = |operation: &SmOperation| Ask {
                    operation: *operation,
                    task: TaskId::NONE,
                    contact: id.clone(),
                    at: number,
                };
                contacts.on_close_called(&id, CallId(number), number, operation.as_ref().map(of));
            }
            contacts.on_answered(&id, CallId(answered));
            judge_handled(&id, contacts.known.find(&id).unwrap(), &mut judge);
            judge.breaches.into_iter().map(|breach| breach.judgement).collect::<Vec<_>>()
        };
        let (end, anew) = (Some(SmOperation::EndTask), Some(SmOperation::Renotify));
        assert_eq!(judged(&[end, None], 2), [], "the application's call is answered, Finesse's waits");
        assert_eq!(judged(&[None, end], 2), [], "Finesse's call is answered, the application's waits");
        assert_eq!(judged(&[end, anew], 9), []);
        assert_eq!(judged(&[end, anew], 1), [Judgement::HandledByTheEnd]);
        assert_eq!(judged(&[end], 1), [Judgement::HandledByACall]);
    }

    #[test]
    fn close_calls_beyond_their_number_let_the_oldest_go() {
        let (id, mut contacts) = (ContactId::from("c"), Contacts::default());
        let new = Contact::new(ContactStatus::Reserved, StatusReason::Unknown, 1, None);
        contacts.known.insert(id.clone(), new);
        (0..=CLOSING_MAX as u64).for_each(|call| contacts.on_close_called(&id, CallId(call), call, None));
        let closing = &contacts.known.find(&id).unwrap().closing;
        assert_eq!((closing.len(), closing.front().map(|closing| closing.at)), (CLOSING_MAX, Some(1)));
    }

    /// Nobody knows how often CCP asked for a contact that was routed before these records begin.
    #[test]
    fn a_contact_is_admitted_as_often_as_ccp_asked_for_it_and_one_that_it_did_not_ask_for_is_not_judged() {
        let judged = |requests: usize, admissions: usize| {
            let (mut ledger, subject) = (Ledger::default(), Subject::default());
            let mut judge = Judge::new(&mut ledger, 9, &subject);
            let (id, mut contacts) = (ContactId::from("c"), Contacts::default());
            let new = Contact::new(ContactStatus::Queued, StatusReason::Unknown, 1, Some(TaskId::NONE));
            contacts.known.insert(id.clone(), new);
            (0..requests).for_each(|_| contacts.on_new_task(&id, TaskId::NONE, &mut judge));
            (0..admissions).for_each(|_| contacts.on_admitted(&id, RouterCallKey::NONE, &mut judge));
            judge.breaches.into_iter().map(|breach| breach.judgement).collect::<Vec<_>>()
        };
        assert_eq!(judged(0, 1), []);
        assert_eq!(judged(1, 1), []);
        assert_eq!(judged(1, 2), [Judgement::AdmittedOnce]);
        assert_eq!(judged(2, 2), []);
    }

    #[test]
    fn a_contact_goes_from_status_to_status_as_in_ccp_task_api_5_5_and_in_no_other_way() {
        use ContactStatus as S;
        for (from, legal) in [
            (S::Unread, &[S::Unread, S::Queued, S::Discarded][..]),
            (S::Queued, &[S::Queued, S::Reserved, S::Discarded]),
            (S::Reserved, &[S::Queued, S::Handled]),
            (S::Handled, &[]),
            (S::Discarded, &[]),
        ] {
            let allowed = S::ALL.iter().copied().filter(|to| is_legal(from, *to));
            assert_eq!(allowed.collect::<BTreeSet<_>>(), legal.iter().copied().collect(), "{from}");
            assert_eq!(is_final(from), legal.is_empty(), "{from}");
        }
    }
}
