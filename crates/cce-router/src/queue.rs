//! Tasks that wait, and how fast queues move (task-routing 3.4 and 3.7).

use crate::task::{Call, DialogueKey};
use cce_kernel::{LinkId, Time};
use cce_model::Mrd;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Tasks that wait in all queues together (task-routing 5).
pub(crate) const WAITING_MAX: usize = 15_000;
/// The running window of the estimated wait time.
const WINDOW: Duration = Duration::from_mins(5);
/// Departures of one queue that are remembered; more in one window count as these.
const LEAVERS_MAX: usize = 15_000;

/// Place in the line: priority, then time, then arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) priority: u32,
    pub(crate) since: Time,
    /// Counts the tasks that arrived, and names their timer.
    pub(crate) arrival: u64,
}

/// A task that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) call: Box<Call>,
    /// Step that it came to, counted from 0.
    pub(crate) step: usize,
}

/// Everything that waits, in the order in which it is served.
#[derive(Debug, Default)]
pub(crate) struct Line {
    waiting: BTreeMap<Rank, Waiting>,
    /// By queue: when tasks left, oldest first.
    leavers: BTreeMap<u32, VecDeque<Time>>,
    arrivals: u64,
}

impl Line {
    /// Whether another task of the domain may wait.
    pub(crate) fn has_room(&self, mrd: &Mrd) -> bool {
        let of_mrd =
            || self.waiting.values().filter(|waiting| waiting.call.plan.queue().mrd().id == mrd.id).count();
        self.waiting.len() < WAITING_MAX
            && mrd.max_in_queue.is_none_or(|max| of_mrd() < usize::try_from(max).unwrap_or(usize::MAX))
    }

    /// Numbers a task that arrives.
    pub(crate) fn arrive(&mut self) -> u64 {
        self.arrivals += 1;
        self.arrivals
    }

    /// Puts a task into the line, behind those that arrived before it.
    pub(crate) fn enter(&mut self, call: Box<Call>, step: usize) -> Rank {
        debug_assert!(call.is_answered || self.find(call.dialogue).is_none(), "a dialogue waits once");
        let rank = Rank { priority: call.plan.script.priority, since: call.since, arrival: call.arrival };
        self.waiting.insert(rank, Waiting { call, step });
        rank
    }

    /// Takes a task out of the line, with an agent or without.
    ///
    /// # Panics
    ///
    /// If it does not wait there: it leaves once.
    pub(crate) fn leave(&mut self, rank: Rank, now: Time) -> Waiting {
        let waiting = self.waiting.remove(&rank).expect("a task leaves the line once");
        let leavers = self.leavers.entry(waiting.call.plan.queue().id).or_default();
        leavers.push_back(now);
        if leavers.len() > LEAVERS_MAX {
            leavers.pop_front();
        }
        waiting
    }

    /// Seconds that a task which now enters the queue may wait; -1 where nothing left it lately.
    pub(crate) fn estimated_wait(&mut self, queue: u32, now: Time) -> i32 {
        let Some(leavers) = self.leavers.get_mut(&queue) else { return -1 };
        while leavers.front().is_some_and(|left| now.since(*left) > WINDOW) {
            leavers.pop_front();
        }
        let queued = self.waiting.values().filter(|waiting| waiting.call.plan.queue().id == queue).count();
        estimate(queued, leavers.len())
    }

    /// Where a dialogue waits that is not answered.
    pub(crate) fn find(&self, dialogue: DialogueKey) -> Option<Rank> {
        let waits = |waiting: &Waiting| waiting.call.dialogue == dialogue && !waiting.call.is_answered;
        self.waiting.iter().find(|(_, waiting)| waits(waiting)).map(|(rank, _)| *rank)
    }

    /// Where the dialogues of a link wait that are not answered.
    pub(crate) fn of_link(&self, link: LinkId) -> Vec<Rank> {
        let of_link = |waiting: &Waiting| waiting.call.dialogue.link == link && !waiting.call.is_answered;
        self.waiting.iter().filter(|(_, waiting)| of_link(waiting)).map(|(rank, _)| *rank).collect()
    }

    /// A task that waits, by the arrival that its timer was named after.
    ///
    /// # Panics
    ///
    /// If it does not wait: its timer ends when it leaves.
    pub(crate) fn of_timer(&mut self, arrival: u64) -> (Rank, &mut Waiting) {
        let mut waiting = self.waiting.iter_mut();
        let (rank, found) = waiting.find(|(rank, _)| rank.arrival == arrival).expect("the task waits");
        (*rank, found)
    }

    /// All of it, in the order in which it is served.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Rank, &Waiting)> {
        self.waiting.iter().map(|(rank, waiting)| (*rank, waiting))
    }
}

/// Seconds until `queued` tasks are gone if as many leave as did in the last window.
fn estimate(queued: usize, leavers: usize) -> i32 {
    if leavers == 0 {
        return -1;
    }
    let window = usize::try_from(WINDOW.as_secs()).unwrap_or(usize::MAX);
    i32::try_from(queued.saturating_mul(window).div_ceil(leavers)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Plan;
    use cce_model::{RouterCallKey, sample::SampleRows};
    use cce_mr::icm::NewCall;
    use std::sync::Arc;

    #[test]
    fn all_queues_together_hold_their_limit_and_no_task_more() {
        let (mut line, plan) = (Line::default(), plan());
        for _ in 1..WAITING_MAX {
            let arrival = line.arrive();
            line.enter(call(arrival, &plan), 0);
        }
        assert!(line.has_room(plan.queue().mrd()));
        let arrival = line.arrive();
        line.enter(call(arrival, &plan), 0);
        assert!(!line.has_room(plan.queue().mrd()));
    }

    fn plan() -> Plan {
        let model = SampleRows::lab_trace().model();
        let call_type = Arc::clone(model.call_types.get(&5053).unwrap());
        Plan { script: Arc::clone(call_type.script.as_ref().unwrap()), call_type }
    }

    /// A task that is routed anew, so that its dialogue may be anybody's.
    fn call(arrival: u64, plan: &Plan) -> Box<Call> {
        let link = LinkId { port: cce_kernel::Port::IcmMr, number: 1 };
        Box::new(Call {
            dialogue: DialogueKey { link, routing_client: 5004, dialogue: 4 },
            key: RouterCallKey { day: 154_526, call: 37_051_928 },
            request: NewCall::default(),
            plan: plan.clone(),
            since: Time(0),
            arrival,
            is_answered: true,
        })
    }

    #[test]
    fn the_estimate_is_the_queue_over_its_rate_rounded_up() {
        assert_eq!(estimate(3, 7), 129);
        assert_eq!(estimate(1, 300), 1);
    }

    #[test]
    fn a_queue_that_nobody_left_has_no_estimate() {
        assert_eq!(estimate(5, 0), -1);
    }
}
