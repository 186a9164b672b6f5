//! Tasks that wait, and how fast queues move (task-routing 3.4 and 3.7).

use crate::task::{Call, DialogueKey};
use cce_kernel::{LinkId, Time};
use cce_model::{DialogueId, Mrd, MrdId, PrecisionQueueId, RoutingClientId};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

/// Tasks that wait in all queues together (task-routing 5).
pub(crate) const WAITING_MAX: usize = 15_000;
/// The running window of the estimated wait time (task-routing 3.7).
const WINDOW: Duration = Duration::from_mins(5);
/// Departures of one queue that are remembered; more in one window count as these.
const LEAVERS_MAX: usize = 15_000;

/// Place of a task that waits: priority, then time (task-routing 3.4), then arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) priority: u32,
    pub(crate) since: Time,
    /// Counts the tasks that arrived, and names their timer.
    pub(crate) arrival: u64,
}

/// A task that waits.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) call: Box<Call>,
    /// Step that it came to, counted from 0.
    pub(crate) step: usize,
}

/// A queue, and the step that a task came to there.
pub(crate) type Node = (PrecisionQueueId, usize);

/// Everything that waits, in the order in which it is served. Whatever is asked of it is answered without a look at every task.
#[derive(Clone, Debug, Default)]
pub(crate) struct WaitingTasks {
    waiting: BTreeMap<Rank, Waiting>,
    /// Who waits where.
    by_node: BTreeMap<Node, BTreeSet<Rank>>,
    by_arrival: BTreeMap<u64, Rank>,
    /// Of tasks whose routing client has no answer.
    by_dialogue: BTreeMap<DialogueKey, Rank>,
    by_mrd: BTreeMap<MrdId, usize>,
    /// By queue: when tasks left, oldest first.
    leavers: BTreeMap<PrecisionQueueId, VecDeque<Time>>,
    arrivals: u64,
}

impl WaitingTasks {
    /// Whether another task of the domain may wait.
    pub(crate) fn has_room(&self, mrd: &Mrd) -> bool {
        let of_mrd = self.by_mrd.get(&mrd.id).copied().unwrap_or(0);
        self.waiting.len() < WAITING_MAX
            // A domain without a limit of its own has that of the system (task-routing 4.1).
            && mrd.max_in_queue.is_none_or(|max| of_mrd < usize::try_from(max).unwrap_or(usize::MAX))
    }

    /// Numbers a task that arrives.
    pub(crate) fn arrive(&mut self) -> u64 {
        self.arrivals += 1;
        self.arrivals
    }

    /// Adds a task, behind those that arrived before it.
    pub(crate) fn enter(&mut self, call: Box<Call>, step: usize) -> Rank {
        debug_assert!(call.is_answered || self.find(call.dialogue).is_none(), "a dialogue waits once");
        // The lower number goes first, then who was queued earlier (task-routing 3.4).
        let rank = Rank { priority: call.plan.script.priority, since: call.since, arrival: call.arrival };
        let queue = call.plan.queue();
        self.by_node.entry((queue.id, step)).or_default().insert(rank);
        *self.by_mrd.entry(queue.mrd().id).or_default() += 1;
        self.by_arrival.insert(call.arrival, rank);
        if !call.is_answered {
            self.by_dialogue.insert(call.dialogue, rank);
        }
        self.waiting.insert(rank, Waiting { call, step });
        rank
    }

    /// A task leaves, with an agent or without.
    ///
    /// # Panics
    ///
    /// If it does not wait there: it leaves once.
    pub(crate) fn leave(&mut self, rank: Rank, now: Time) -> Waiting {
        let waiting = self.waiting.remove(&rank).expect("a task leaves once");
        let queue = waiting.call.plan.queue();
        self.leave_node((queue.id, waiting.step), rank);
        if let Some(count) = self.by_mrd.get_mut(&queue.mrd().id) {
            *count -= 1;
        }
        self.by_arrival.remove(&rank.arrival);
        if !waiting.call.is_answered {
            self.by_dialogue.remove(&waiting.call.dialogue);
        }
        // Tasks that are routed count as leavers, and so do those that are given up (task-routing 3.7).
        let leavers = self.leavers.entry(queue.id).or_default();
        leavers.push_back(now);
        if leavers.len() > LEAVERS_MAX {
            leavers.pop_front();
        }
        waiting
    }

    /// A task comes to a further step, and keeps its place.
    ///
    /// # Panics
    ///
    /// If it does not wait.
    pub(crate) fn advance(&mut self, rank: Rank, step: usize) -> &Waiting {
        let waiting = self.waiting.get_mut(&rank).expect("a task that advances waits");
        let queue = waiting.call.plan.queue().id;
        let before = std::mem::replace(&mut waiting.step, step);
        self.leave_node((queue, before), rank);
        self.by_node.entry((queue, step)).or_default().insert(rank);
        &self.waiting[&rank]
    }

    fn leave_node(&mut self, node: Node, rank: Rank) {
        if let Some(ranks) = self.by_node.get_mut(&node) {
            ranks.remove(&rank);
            if ranks.is_empty() {
                self.by_node.remove(&node);
            }
        }
    }

    /// Seconds that a task which now enters the queue may wait; -1 where nothing left it lately.
    pub(crate) fn estimated_wait(&mut self, queue: PrecisionQueueId, now: Time) -> i32 {
        let Some(leavers) = self.leavers.get_mut(&queue) else { return -1 };
        while leavers.front().is_some_and(|left| now.since(*left) > WINDOW) {
            leavers.pop_front();
        }
        // The rate is that of the whole queue, not of a step (task-routing 3.7).
        let queued = self.by_node.range((queue, 0)..=(queue, usize::MAX)).map(|(_, ranks)| ranks.len()).sum();
        estimate(queued, leavers.len())
    }

    /// Where a dialogue waits that is not answered.
    pub(crate) fn find(&self, dialogue: DialogueKey) -> Option<Rank> {
        self.by_dialogue.get(&dialogue).copied()
    }

    /// Where the dialogues of a link wait that are not answered, in the order in which they are served.
    pub(crate) fn of_link(&self, link: LinkId) -> Vec<Rank> {
        let first = DialogueKey { link, routing_client: RoutingClientId(0), dialogue: DialogueId(0) };
        let last =
            DialogueKey { link, routing_client: RoutingClientId(u32::MAX), dialogue: DialogueId(u32::MAX) };
        let mut ranks: Vec<Rank> = self.by_dialogue.range(first..=last).map(|(_, rank)| *rank).collect();
        ranks.sort_unstable();
        ranks
    }

    /// A task that waits, by the arrival that its timer was named after.
    ///
    /// # Panics
    ///
    /// If it does not wait: its timer ends when it leaves.
    pub(crate) fn of_timer(&self, arrival: u64) -> (Rank, &Waiting) {
        let rank = *self.by_arrival.get(&arrival).expect("the task waits");
        (rank, &self.waiting[&rank])
    }

    /// The first task of each node where somebody waits, in the order in which they are served.
    pub(crate) fn first_of_nodes(&self) -> Vec<(Rank, Node, &Waiting)> {
        let first = |(node, ranks): (&Node, &BTreeSet<Rank>)| {
            let rank = *ranks.first()?;
            Some((rank, *node, self.waiting.get(&rank)?))
        };
        let mut firsts: Vec<_> = self.by_node.iter().filter_map(first).collect();
        firsts.sort_unstable_by_key(|(rank, ..)| *rank);
        firsts
    }
}

/// Seconds until `queued` tasks are gone if as many leave as did in the last window.
fn estimate(queued: usize, leavers: usize) -> i32 {
    // -1 says that there is no data (task-routing 3.7).
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
    use cce_model::{CallTypeId, RouterCallKey, sample::SampleRows};
    use cce_mr::icm::NewCall;
    use std::sync::Arc;

    #[test]
    fn all_queues_together_hold_their_limit_and_no_task_more() {
        let (mut tasks, plan) = (WaitingTasks::default(), plan());
        for _ in 1..WAITING_MAX {
            let arrival = tasks.arrive();
            tasks.enter(call(arrival, &plan), 0);
        }
        assert!(tasks.has_room(plan.queue().mrd()));
        let arrival = tasks.arrive();
        tasks.enter(call(arrival, &plan), 0);
        assert!(!tasks.has_room(plan.queue().mrd()));
    }

    #[test]
    fn who_leaves_or_advances_is_found_where_it_is_and_nowhere_else() {
        let (mut tasks, plan) = (WaitingTasks::default(), plan());
        let queue = plan.queue().id;
        let ranks: Vec<Rank> = (0..3)
            .map(|dialogue| {
                let arrival = tasks.arrive();
                let mut call = call(arrival, &plan);
                call.is_answered = false;
                call.dialogue.dialogue = DialogueId(9 - dialogue);
                tasks.enter(call, 0)
            })
            .collect();
        let link = tasks.of_timer(1).1.call.dialogue.link;
        assert_eq!(tasks.of_link(link), ranks);
        tasks.advance(ranks[0], 1);
        tasks.leave(ranks[1], Time(0));
        let firsts: Vec<_> = tasks.first_of_nodes().into_iter().map(|(rank, node, _)| (rank, node)).collect();
        assert_eq!(firsts, [(ranks[0], (queue, 1)), (ranks[2], (queue, 0))]);
        assert_eq!(tasks.of_link(link), [ranks[0], ranks[2]]);
        assert_eq!(tasks.estimated_wait(queue, Time(0)), estimate(2, 1));
        tasks.leave(ranks[0], Time(0));
        tasks.leave(ranks[2], Time(0));
        assert!(tasks.first_of_nodes().is_empty() && tasks.of_link(link).is_empty());
    }

    fn plan() -> Plan {
        let model = SampleRows::lab_trace().model();
        let call_type = Arc::clone(model.call_types.get(&CallTypeId(5053)).unwrap());
        Plan { script: Arc::clone(call_type.script.as_ref().unwrap()), call_type }
    }

    /// A task that is routed anew, so that its dialogue may be anybody's.
    fn call(arrival: u64, plan: &Plan) -> Box<Call> {
        let link = LinkId { port: cce_kernel::Port::IcmMr, number: 1 };
        Box::new(Call {
            dialogue: DialogueKey { link, routing_client: RoutingClientId(5004), dialogue: DialogueId(4) },
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
