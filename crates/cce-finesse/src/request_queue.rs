//! Requests about one object go to the CTI server one after the other (finesse-nonvoice 1.4).

use crate::request::{Ask, Change, MediaChange, Settings, Target};
use cce_model::{AgentId, InvokeId, MrdId};
use std::collections::{BTreeMap, VecDeque};

/// Requests that may wait for the confirmation of an earlier one about the same object.
pub(crate) const WAITING_MAX: usize = 16;

/// The request that the CTI server has not confirmed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// Under which it was sent.
    pub(crate) invoke_id: InvokeId,
    /// The request.
    pub(crate) ask: Ask,
    /// Whether the response arrived, for a request that has one.
    pub(crate) answered: bool,
}

/// Sign-ins that were not confirmed in time, and may be confirmed later; of more, the oldest are forgotten.
const LATE_MAX: usize = 1_000;

/// A sign-in to a media: whose, to which one, and what it sets.
pub(crate) type SignIn = (AgentId, MrdId, Settings);

/// Every object with requests under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestQueues {
    /// An object without any has no entry.
    queues: BTreeMap<Target, RequestQueue>,
    /// Sign-ins that were not confirmed in time, by invoke id.
    late: BTreeMap<InvokeId, SignIn>,
}

#[derive(Clone, Debug, Default)]
struct RequestQueue {
    pending: Option<Pending>,
    waiting: VecDeque<Ask>,
}

impl RequestQueues {
    /// Whether the object takes no more requests.
    pub(crate) fn is_full(&self, target: &Target) -> bool {
        self.queues.get(target).is_some_and(|queue| queue.waiting.len() >= WAITING_MAX)
    }

    /// Adds a request behind the others.
    pub(crate) fn push(&mut self, ask: Ask) {
        self.queues.entry(ask.target()).or_default().waiting.push_back(ask);
    }

    /// Takes out the next request, unless one is pending.
    pub(crate) fn next(&mut self, target: &Target) -> Option<Ask> {
        let queue = self.queues.get_mut(target)?;
        // The next request goes only after the confirmation of this one (finesse-nonvoice 1.4).
        if queue.pending.is_some() {
            return None;
        }
        let ask = queue.waiting.pop_front();
        if ask.is_none() {
            self.queues.remove(target);
        }
        ask
    }

    /// Lets the object wait for the confirmation of what was sent.
    pub(crate) fn begin(&mut self, pending: Pending) {
        let target = pending.ask.target();
        self.queues.entry(target).or_default().pending = Some(pending);
    }

    /// What is asked of the object and has not come about, in order.
    pub(crate) fn asked(&self, target: &Target) -> impl Iterator<Item = &Change> {
        let queue = self.queues.get(target);
        let pending = queue.and_then(|queue| queue.pending.as_ref()).map(|pending| &pending.ask);
        pending.into_iter().chain(queue.into_iter().flat_map(|queue| &queue.waiting)).map(|ask| &ask.change)
    }

    /// The request of the object that is pending.
    pub(crate) fn pending(&self, target: &Target) -> Option<&Pending> {
        self.queues.get(target)?.pending.as_ref()
    }

    /// The object whose pending request was sent under `invoke_id`.
    pub(crate) fn by_invoke_id(&self, invoke_id: InvokeId) -> Option<Target> {
        self.queues.iter().find_map(|(target, queue)| {
            let is_it = queue.pending.as_ref()?.invoke_id == invoke_id;
            is_it.then(|| target.clone())
        })
    }

    /// A transfer that was pending is asked of the CTI server from here on. False if none is pending.
    pub(crate) fn sent_transfer(&mut self, target: &Target, invoke_id: InvokeId) -> bool {
        let pending = self.queues.get_mut(target).and_then(|queue| queue.pending.as_mut());
        let Some(pending) = pending.filter(|pending| pending.ask.is_transfer()) else { return false };
        pending.invoke_id = invoke_id;
        true
    }

    /// Remembers that the pending request was answered with success.
    pub(crate) fn mark_answered(&mut self, target: &Target) {
        let pending = self.queues.get_mut(target).and_then(|queue| queue.pending.as_mut());
        pending.expect("what is answered is pending").answered = true;
    }

    /// The wait of the object is over: takes out the request that was pending.
    pub(crate) fn take_pending(&mut self, target: &Target) -> Option<Pending> {
        self.queues.get_mut(target)?.pending.take()
    }

    /// Forgets the object, and returns its requests: the pending one, then the others in order.
    pub(crate) fn remove(&mut self, target: &Target) -> (Option<Pending>, VecDeque<Ask>) {
        self.queues.remove(target).map_or_else(Default::default, |queue| (queue.pending, queue.waiting))
    }

    /// A sign-in was not confirmed in time.
    pub(crate) fn remember_late(&mut self, invoke_id: InvokeId, sign_in: SignIn) {
        if self.late.len() >= LATE_MAX {
            self.late.pop_first();
        }
        self.late.insert(invoke_id, sign_in);
    }

    /// The sign-in that is answered under `invoke_id`, be it pending or given up.
    pub(crate) fn sign_in(&mut self, invoke_id: InvokeId) -> Option<SignIn> {
        let Some(target) = self.by_invoke_id(invoke_id) else {
            // A sign-in that is confirmed late took effect all the same, with its settings
            // (finesse-nonvoice 2.4).
            return self.late.remove(&invoke_id);
        };
        match &self.pending(&target)?.ask.change {
            Change::Media(agent, mrd, MediaChange::SignIn(settings)) => {
                Some((agent.clone(), *mrd, *settings))
            }
            Change::Media(..) | Change::Dialog(..) | Change::User(..) => None,
        }
    }

    /// The session is over: takes out every request, of each object the pending one, then the others in order.
    pub(crate) fn take_all(&mut self) -> Vec<(Option<Pending>, VecDeque<Ask>)> {
        // An answer comes in the session of its request, or never.
        self.late.clear();
        let queues = std::mem::take(&mut self.queues);
        queues.into_values().map(|queue| (queue.pending, queue.waiting)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{DialogChange, Move};
    use cce_model::{AgentId, MrdId, TaskId};

    const TARGET: Target = Target::Dialog(TaskId::NONE);

    #[test]
    fn requests_about_one_object_leave_in_order_and_one_at_a_time() {
        let mut queues = RequestQueues::default();
        queues.push(ask(Move::Pause));
        queues.push(ask(Move::Resume));
        let first = queues.next(&TARGET).unwrap();
        assert_eq!(first, ask(Move::Pause));
        queues.begin(Pending { invoke_id: InvokeId(7), ask: first, answered: false });
        assert_eq!(queues.next(&TARGET), None);
        queues.take_pending(&TARGET);
        assert_eq!(queues.next(&TARGET), Some(ask(Move::Resume)));
    }

    #[test]
    fn an_object_without_requests_leaves_no_entry() {
        let mut queues = RequestQueues::default();
        queues.push(ask(Move::Pause));
        assert!(queues.next(&TARGET).is_some());
        assert_eq!(queues.next(&TARGET), None);
        assert!(queues.queues.is_empty());
    }

    #[test]
    fn a_full_object_says_so() {
        let mut queues = RequestQueues::default();
        (0..WAITING_MAX).for_each(|_| queues.push(ask(Move::Pause)));
        assert!(queues.is_full(&TARGET));
        assert!(!queues.is_full(&Target::Media(AgentId::from("1080"), MrdId(5011))));
    }

    #[test]
    fn a_pending_request_is_found_by_its_invoke_id() {
        let mut queues = RequestQueues::default();
        queues.begin(Pending { invoke_id: InvokeId(7), ask: ask(Move::Pause), answered: false });
        assert_eq!(queues.by_invoke_id(InvokeId(7)), Some(TARGET));
        assert_eq!(queues.by_invoke_id(InvokeId(8)), None);
        assert_eq!(queues.take_all().len(), 1);
        assert_eq!(queues.by_invoke_id(InvokeId(7)), None);
    }

    fn ask(action: Move) -> Ask {
        let change = Change::Dialog(TaskId::NONE, DialogChange::Move(action));
        Ask { request_id: String::new(), change }
    }
}
