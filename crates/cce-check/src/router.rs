//! The router's choices: who waits, who leaves, who gets what.
//!
//! What an agent has is counted from the reports that reach the router and from its own choices, apart from the
//! router's own count, which is compared with it.

use crate::{
    breach::Judge,
    judgement::Judgement,
    table::{Ends, Table},
};
use cce_kernel::LinkId;
use cce_model::{
    AgentKey, AgentState, Availability, ContactId, MrdId, PrecisionQueueId, RouterCallKey, SkillTarget,
    TaskState, fact::AgentView,
};
use cce_mr::icm::{AgentStateUpdate, TaskEvent};
use std::collections::{BTreeMap, BTreeSet};

/// What the router knows of a task.
#[derive(Clone, Debug)]
struct Call {
    contact: ContactId,
    mrd: MrdId,
    priority: u32,
    interruptible: bool,
    /// Record of its admission, which is its rank among equals.
    admitted: u64,
    /// The queue and the step that it came to.
    node: Option<(PrecisionQueueId, u32)>,
    /// The agent, and the record of the choice.
    chosen: Option<(SkillTarget, u64)>,
    is_over: bool,
}

impl Ends for Call {
    fn is_over(&self) -> bool {
        self.is_over
    }
}

/// What the router was told of an agent in a domain.
#[derive(Clone, Debug)]
struct Slots {
    link: Option<LinkId>,
    /// The latest report; none yet where tasks alone were reported.
    told: Option<AgentReport>,
    tasks: BTreeSet<RouterCallKey>,
}

/// What a report says of an agent in a domain.
#[derive(Clone, Copy, Debug)]
struct AgentReport {
    at: u64,
    limit: u32,
    state: AgentState,
    is_routable: bool,
    is_available: bool,
}

impl AgentReport {
    /// Whether the agent gets tasks: not who is signed out, not ready or without a client, or is not routable, or has no
    /// room (task-routing 1.4, 1.5).
    fn is_open(&self) -> bool {
        use AgentState as A;
        let is_at_work = !matches!(self.state, A::Login | A::Logout | A::NotReady | A::WorkNotReady);
        is_at_work && self.is_routable && self.is_available
    }

    /// Whether so many tasks are all that the agent may have.
    fn is_full(&self, tasks: usize) -> bool {
        tasks >= usize::try_from(self.limit).unwrap_or(usize::MAX)
    }
}

/// A task that waits, in the order in which it is served.
type Rank = (u32, u64);

/// The router's tasks, queues and agents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Router {
    calls: Table<RouterCallKey, Call>,
    /// The tasks that wait, by queue and rank, each with the step that it came to.
    queues: BTreeMap<PrecisionQueueId, BTreeMap<Rank, (RouterCallKey, u32)>>,
    slots: BTreeMap<AgentKey, Slots>,
}

/// A request that was admitted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admission<'a> {
    pub(crate) key: RouterCallKey,
    pub(crate) contact: &'a str,
    pub(crate) mrd: MrdId,
    pub(crate) priority: u32,
    pub(crate) interruptible: bool,
}

impl Router {
    /// A request is admitted, under a key that no other has.
    pub(crate) fn on_admitted(&mut self, admission: Admission<'_>, judge: &mut Judge<'_>) {
        let Admission { key, contact, mrd, priority, interruptible } = admission;
        let is_new = self.calls.find(&key).is_none();
        judge.expect(Judgement::KeyIsNew, is_new, &[], || format!("key {} is given twice", show(key)));
        let call = Call {
            contact: contact.into(),
            mrd,
            priority,
            interruptible,
            admitted: judge.seq,
            node: None,
            chosen: None,
            is_over: false,
        };
        self.calls.insert(key, call);
    }

    /// A task waits, or waits at a further step.
    pub(crate) fn on_wait(&mut self, key: RouterCallKey, queue: PrecisionQueueId, step: u32) {
        let Some(call) = self.calls.find_mut(&key) else { return };
        call.node = Some((queue, step));
        self.queues.entry(queue).or_default().insert((call.priority, call.admitted), (key, step));
    }

    /// A reservation did not come about: the task waits where it stood. Returns its contact.
    pub(crate) fn on_requeued(&mut self, key: RouterCallKey, member: AgentKey) -> Option<ContactId> {
        if let Some(slots) = self.slots.get_mut(&member) {
            slots.tasks.remove(&key);
        }
        let call = self.calls.find_mut(&key)?;
        call.chosen = None;
        call.is_over = false;
        let (node, contact) = (call.node, call.contact.clone());
        if let Some((queue, step)) = node {
            self.on_wait(key, queue, step);
        }
        Some(contact)
    }

    /// A task leaves its queue without an agent.
    pub(crate) fn on_dequeued(&mut self, key: RouterCallKey) {
        self.leave(key);
        self.end(key);
    }

    /// A task gets an agent. Returns its contact.
    pub(crate) fn on_choice(
        &mut self,
        key: RouterCallKey,
        queue: PrecisionQueueId,
        step: u32,
        agent: SkillTarget,
        judge: &mut Judge<'_>,
    ) -> Option<ContactId> {
        self.judge_order(key, queue, step, judge);
        self.leave(key);
        let call = self.calls.find_mut(&key)?;
        call.node = Some((queue, step));
        let before = call.chosen.replace((agent, judge.seq));
        let related: Vec<u64> = before.iter().map(|(_, at)| *at).collect();
        judge.expect(Judgement::RoutedOnce, before.is_none(), &related, || {
            format!("task {} goes to agent {agent}, and went to {} before", show(key), who(before))
        });
        let (contact, member) = (call.contact.clone(), AgentKey { skill_target: agent, mrd: call.mrd });
        self.judge_told(key, member, judge);
        self.judge_slots(key, member, judge);
        self.judge_mixing(key, member, judge);
        self.slots_at(member).tasks.insert(key);
        Some(contact)
    }

    /// An agent PG reports a task.
    pub(crate) fn on_task_event(&mut self, link: LinkId, event: &TaskEvent) {
        let member = AgentKey { skill_target: event.icm_agent_id, mrd: event.mrd_id };
        let key = event.task_id.key();
        let slots = self.slots_at(member);
        slots.link = Some(link);
        if event.task_state == TaskState::Ended {
            slots.tasks.remove(&key);
            self.end(key);
        } else {
            slots.tasks.insert(key);
        }
    }

    /// An agent PG reports an agent.
    pub(crate) fn on_agent_state(&mut self, link: LinkId, update: &AgentStateUpdate, at: u64) {
        let member = AgentKey { skill_target: update.icm_agent_id, mrd: update.mrd_id };
        let slots = self.slots_at(member);
        slots.link = Some(link);
        slots.told = Some(AgentReport {
            at,
            limit: update.max_task_limit,
            state: update.agent_state.or_unknown(),
            is_routable: update.agent_mode,
            is_available: update.availability == Availability::Icm,
        });
    }

    /// The router tells how it sees an agent.
    pub(crate) fn on_view(&mut self, member: AgentKey, view: AgentView, judge: &mut Judge<'_>) {
        let Some(slots) = self.slots.get(&member) else { return };
        let (counted, known) = (view.tasks.saturating_add(view.pending), slots.tasks.len());
        let is_right = usize::try_from(counted).is_ok_and(|counted| counted == known);
        judge.expect(Judgement::RoutersCount, is_right, &[], || {
            format!(
                "the router counts {counted} tasks of agent {member}, where it assigned or heard of {known}"
            )
        });
    }

    /// The agent of a task, and the record of the choice.
    pub(crate) fn chosen(&self, key: RouterCallKey) -> Option<(SkillTarget, u64)> {
        self.calls.find(&key)?.chosen
    }

    /// Whether a task's domain forbids to interrupt it, and the domain.
    pub(crate) fn domain(&self, key: RouterCallKey) -> Option<(MrdId, bool)> {
        self.calls.find(&key).map(|call| (call.mrd, call.interruptible))
    }

    /// A link is gone: nobody knows how its agents stand.
    pub(crate) fn on_link_gone(&mut self, link: LinkId) {
        self.slots.retain(|_, slots| slots.link != Some(link));
    }

    /// The router begins anew: what waited is gone, and what it chose stands.
    pub(crate) fn forget(&mut self) {
        self.queues.clear();
        self.slots.clear();
    }

    /// Tasks that wait, each with the record of its arrival.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (RouterCallKey, u64)> {
        self.queues.values().flatten().map(|((_, since), (key, _))| (*key, *since))
    }

    /// Tasks that count against an agent, each with the agent.
    pub(crate) fn counted(&self) -> impl Iterator<Item = (RouterCallKey, AgentKey)> {
        self.slots.iter().flat_map(|(member, slots)| slots.tasks.iter().map(|key| (*key, *member)))
    }

    /// Tasks that wait while one of those tasks keeps an agent from them.
    pub(crate) fn kept_waiting(&self, is_one: impl Fn(RouterCallKey) -> bool) -> BTreeSet<RouterCallKey> {
        let keepers: Vec<(RouterCallKey, AgentKey)> =
            self.counted().filter(|(key, _)| is_one(*key)).collect();
        let is_kept = |key: &RouterCallKey| {
            let domain = self.domain(*key).map(|(mrd, _)| mrd);
            domain.is_some_and(|mrd| keepers.iter().any(|(task, member)| self.keeps(*task, *member, mrd)))
        };
        self.waiting().map(|(key, _)| key).filter(is_kept).collect()
    }

    /// Whether a task keeps its agent from the tasks of a domain: from those of its own, and where it must not be
    /// interrupted, from those of the agent's other domains (task-routing 3.11). Who has room left is not kept.
    fn keeps(&self, task: RouterCallKey, member: AgentKey, mrd: MrdId) -> bool {
        let Some(slots) = self.slots.get(&AgentKey { mrd, ..member }) else { return false };
        if member.mrd != mrd {
            return self.domain(task).is_some_and(|(_, is_interruptible)| !is_interruptible);
        }
        !slots.told.is_some_and(|told| told.is_open() && !told.is_full(slots.tasks.len()))
    }

    /// Nobody who arrived earlier, with a priority as good, could have had that agent: a step adds agents to those
    /// of the steps before it, so whoever came as far could.
    fn judge_order(&self, key: RouterCallKey, queue: PrecisionQueueId, step: u32, judge: &mut Judge<'_>) {
        let Some(call) = self.calls.find(&key) else { return };
        let rank = (call.priority, call.admitted);
        let passed = self
            .queues
            .get(&queue)
            .and_then(|waiting| waiting.range(..rank).find(|(_, (other, at))| *other != key && *at >= step));
        let related: Vec<u64> = passed.iter().map(|((_, since), _)| *since).collect();
        let (judgement, why) = if passed.as_ref().is_some_and(|((priority, _), _)| *priority < rank.0) {
            (Judgement::PriorityOrder, "has a better priority")
        } else {
            (Judgement::ArrivalOrder, "arrived earlier")
        };
        judge.expect(judgement, passed.is_none(), &related, || {
            let other = passed.map_or_else(String::new, |(_, (other, _))| show(*other));
            format!("task {} leaves queue {queue} before task {other}, which {why}", show(key))
        });
    }

    fn judge_told(&mut self, key: RouterCallKey, member: AgentKey, judge: &mut Judge<'_>) {
        let Some(told) = self.slots_at(member).told else { return };
        judge.expect(Judgement::ChosenIsAvailable, told.is_open(), &[told.at], || {
            let AgentReport { state, is_routable, is_available, .. } = told;
            let no = |is: bool| if is { "" } else { "not " };
            format!(
                "task {} goes to agent {member}, who was reported as {state}, {}routable and {}available",
                show(key),
                no(is_routable),
                no(is_available)
            )
        });
    }

    fn judge_slots(&mut self, key: RouterCallKey, member: AgentKey, judge: &mut Judge<'_>) {
        let Slots { told, tasks, .. } = self.slots_at(member);
        let Some(told) = *told else { return };
        let limit = told.limit;
        let others = tasks.len() - usize::from(tasks.contains(&key));
        let (count, is_free) = (others + 1, !told.is_full(others));
        judge.expect(Judgement::RoutersLimit, is_free, &[], || {
            format!("task {} is number {count} of agent {member}, whose limit is {limit}", show(key))
        });
    }

    fn judge_mixing(&self, key: RouterCallKey, member: AgentKey, judge: &mut Judge<'_>) {
        let others = self.slots.range(member.everywhere()).filter(|(other, _)| other.mrd != member.mrd);
        let tasks = others.flat_map(|(_, slots)| slots.tasks.iter());
        let alone = tasks.copied().find_map(|task| {
            let call = self.calls.find(&task).filter(|call| !call.interruptible)?;
            Some((task, call.mrd, call.chosen.map(|(_, at)| at)))
        });
        let related: Vec<u64> = alone.iter().filter_map(|(_, _, at)| *at).collect();
        judge.expect(Judgement::ChosenBesideUninterruptible, alone.is_none(), &related, || {
            let (task, mrd, _) = alone.unwrap_or((RouterCallKey::NONE, MrdId::default(), None));
            format!(
                "task {} goes to agent {member}, who has task {} of domain {mrd} that must not be interrupted",
                show(key),
                show(task)
            )
        });
    }

    fn slots_at(&mut self, member: AgentKey) -> &mut Slots {
        self.slots.entry(member).or_insert_with(|| Slots { link: None, told: None, tasks: BTreeSet::new() })
    }

    fn leave(&mut self, key: RouterCallKey) {
        let Some(call) = self.calls.find(&key) else { return };
        let waiting = call.node.and_then(|(queue, _)| self.queues.get_mut(&queue));
        waiting.map(|waiting| waiting.remove(&(call.priority, call.admitted)));
    }

    fn end(&mut self, key: RouterCallKey) {
        if let Some(call) = self.calls.find_mut(&key)
            && !std::mem::replace(&mut call.is_over, true)
        {
            self.calls.retire(&key);
        }
    }
}

fn who(before: Option<(SkillTarget, u64)>) -> String {
    before.map_or_else(String::new, |(agent, _)| agent.to_string())
}

/// A key as the beginning of its task's id.
pub(crate) fn show(key: RouterCallKey) -> String {
    format!("{}_{}", key.day, key.call)
}

#[cfg(test)]
mod tests;
