//! Reservations that no agent PG has confirmed yet.
//!
//! The routing client hears of an agent as soon as it is chosen (mr-interface 5), so from then on only the router
//! can tell that the reservation came to nothing. The agent PG confirms one by its first TASK_EVENT about the task.
//! If that says that the task is over, nobody was reserved. If the link breaks, the PG tells after its return what
//! it knows, and its next heartbeat comes behind that: what it did not speak of by then, it never got. In both
//! cases the task is routed anew, under its own key, and ahead of those that came later (inferred; the texts are
//! silent).

use crate::task::Call;
use cce_kernel::LinkId;
use cce_model::{AgentKey, PeripheralId, TaskId};
use std::collections::BTreeMap;

/// Reservations that may be unconfirmed; of more, the oldest count as confirmed.
const UNCONFIRMED_MAX: usize = 15_000;

/// A reservation that was sent.
#[derive(Clone, Debug)]
pub(crate) struct SentReservation {
    pub(crate) call: Box<Call>,
    pub(crate) member: AgentKey,
    /// Step of the queue, counted from 0.
    pub(crate) step: usize,
    /// The peripheral of the agent PG that it was sent to.
    pub(crate) peripheral: PeripheralId,
    pub(crate) way: ReservationLink,
}

/// What became of the link that a reservation was sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReservationLink {
    /// It is there.
    Open(LinkId),
    /// It broke.
    Broken,
    /// The same peripheral is back, and about to tell what it knows.
    Reopened(LinkId),
}

/// Every reservation that is not confirmed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reservations(BTreeMap<TaskId, SentReservation>);

impl Reservations {
    /// A reservation was sent; the agent PG is to confirm it.
    pub(crate) fn expect(&mut self, task: TaskId, sent: SentReservation) {
        if self.0.len() >= UNCONFIRMED_MAX {
            self.0.pop_first();
        }
        self.0.insert(task, sent);
    }

    /// The agent PG spoke of a task: its reservation is not in doubt any more.
    pub(crate) fn take(&mut self, task: TaskId) -> Option<SentReservation> {
        self.0.remove(&task)
    }

    /// An agent PG's link is gone.
    pub(crate) fn on_broken(&mut self, link: LinkId) {
        for sent in self.0.values_mut() {
            if matches!(sent.way, ReservationLink::Open(on) | ReservationLink::Reopened(on) if on == link) {
                sent.way = ReservationLink::Broken;
            }
        }
    }

    /// An agent PG opened its session, for the first time or again.
    pub(crate) fn on_opened(&mut self, link: LinkId, peripheral: PeripheralId) {
        self.0
            .values_mut()
            // A gateway comes back on another link, and is known by its peripheral (inferred).
            .filter(|sent| sent.way == ReservationLink::Broken && sent.peripheral == peripheral)
            .for_each(|sent| sent.way = ReservationLink::Reopened(link));
    }

    /// What the agent PG of a link never got: it told everything that it knows.
    pub(crate) fn lost(&mut self, link: LinkId) -> Vec<(TaskId, SentReservation)> {
        self.0.extract_if(.., |_, sent| sent.way == ReservationLink::Reopened(link)).collect()
    }
}
