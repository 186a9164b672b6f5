//! Requests about a task of whose reservation CCP has not heard yet.
//!
//! The router tells the MR PG and the agent PG of an agent at the same time. The agent may be done with the task before
//! `DO_THIS_WITH_TASK` is here. Such a request names the task, and the contact's dialogue is open: it waits for the news,
//! which is on its way, and is answered then (inferred).

use crate::{Ccp, Timer, contact::TaskPlace};
use cce_kernel::{CallId, Cx, Request};
use cce_model::{ContactId, TaskId};
use std::time::Duration;

/// How long a request waits.
const WAIT: Duration = Duration::from_secs(10);

/// Requests that wait at the same time. One more is answered at once.
const AWAITED_MAX: usize = 1_000;

/// A request that waits.
#[derive(Clone, Debug)]
pub(crate) struct Awaited {
    call: CallId,
    contact: ContactId,
    request: Request,
}

impl Ccp {
    /// Whether a request about a task came before the news of its reservation.
    pub(crate) fn awaits_reservation(&self, id: &ContactId, about: Option<TaskId>) -> bool {
        // A request that does not wait is judged at once: 412, since the contact is not reserved
        // (ccp-task-api 3.6, 3.7).
        about.is_some() && self.awaited.len() < AWAITED_MAX && self.is_with_cce(id)
    }

    /// Answers a request later.
    pub(crate) fn await_reservation(
        &mut self,
        call: CallId,
        id: &ContactId,
        request: &Request,
        cx: &mut Cx<'_>,
    ) {
        cx.arm(Timer::Awaited.key(call.0), WAIT);
        self.awaited.push(Awaited { call, contact: id.clone(), request: request.clone() });
    }

    /// Answers what waited for contacts of which there is news.
    pub(crate) fn answer_news(&mut self, cx: &mut Cx<'_>) {
        let waiting = std::mem::take(&mut self.awaited);
        let (still, due): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|awaited| self.is_with_cce(&awaited.contact));
        self.awaited = still;
        for Awaited { call, request, .. } in due {
            cx.cancel(Timer::Awaited.key(call.0));
            self.answer_awaited(call, &request, cx);
        }
    }

    /// There was no news in time.
    pub(crate) fn on_awaited_due(&mut self, timer: u64, cx: &mut Cx<'_>) {
        let at = self.awaited.iter().position(|awaited| awaited.call.0 == timer);
        let at = at.expect("the timer ends with the wait");
        let Awaited { call, request, .. } = self.awaited.remove(at);
        self.answer_awaited(call, &request, cx);
    }

    /// Nobody waits for the answer any more.
    pub(crate) fn on_call_gone(&mut self, call: CallId, cx: &mut Cx<'_>) {
        self.eventing.streams.on_request_gone(call, cx);
        cx.cancel(Timer::Awaited.key(call.0));
        self.awaited.retain(|awaited| awaited.call != call);
    }

    fn is_with_cce(&self, id: &ContactId) -> bool {
        self.contacts.find(id).is_some_and(|contact| matches!(contact.place, TaskPlace::Sent(_)))
    }
}
