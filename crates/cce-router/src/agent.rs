//! Agents as the router sees them: what the agent PG reported, and what was assigned meanwhile
//! (task-routing 1.5 and 3.5).

use cce_kernel::{LinkId, Time};
use cce_model::{AgentKey, AgentState, Availability, MrdId, SkillTarget, TaskId, TaskState, fact::AgentView};
use cce_mr::icm::{AgentStateUpdate, TaskEvent};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// Agents in domains that the router keeps: 4000 agents in 20 domains (task-routing 5).
const MEMBERS_MAX: usize = 80_000;
/// Tasks of one agent in one domain that the router keeps, far above any limit that Finesse accepts.
const TASKS_MAX: u32 = 100;

/// How far a task is with its agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Assigned, not begun.
    Pending,
    /// Begun, and not yet over.
    Begun,
}

/// An agent in one domain, as known.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    /// The agent PG's link.
    pub(crate) link: LinkId,
    state: AgentState,
    limit: u32,
    beyond: u32,
    routable: bool,
    is_available: bool,
    /// Since when the agent waits for a task.
    available_since: Time,
    tasks: BTreeMap<TaskId, Stage>,
    /// The view at the last note.
    noted: AgentView,
}

/// Everybody whom agent PGs reported.
#[derive(Clone, Debug)]
pub(crate) struct Agents {
    by_member: BTreeMap<AgentKey, Agent>,
    uninterruptible: BTreeSet<MrdId>,
}

/// How somebody stands who was never reported.
const SIGNED_OUT: AgentView =
    AgentView { state: AgentState::Logout, tasks: 0, pending: 0, limit: 0, beyond: 0, routable: false };

impl Agent {
    fn new(link: LinkId) -> Self {
        Self {
            link,
            state: AgentState::Logout,
            limit: 0,
            beyond: 0,
            routable: false,
            is_available: false,
            available_since: Time::default(),
            tasks: BTreeMap::new(),
            noted: SIGNED_OUT,
        }
    }

    /// Tasks that may still be assigned, whatever limit was reported.
    pub(crate) fn free_slots(&self) -> u32 {
        // Tasks that are routed and not yet reported take a slot, too (task-routing 3.5).
        self.limit.min(TASKS_MAX).saturating_sub(self.all_tasks())
    }

    fn all_tasks(&self) -> u32 {
        u32::try_from(self.tasks.len()).unwrap_or(u32::MAX)
    }

    /// Whether the agent could take a task, other domains aside. The report's availability also tells of
    /// somebody who asked to become not ready and whose tasks are not over.
    fn is_open(&self) -> bool {
        // Who is signed out, not ready, or without a client gets no task (task-routing 1.4).
        let at_work = !matches!(
            self.state,
            AgentState::Logout | AgentState::Login | AgentState::NotReady | AgentState::WorkNotReady
        );
        at_work && self.routable && self.is_available && self.free_slots() > 0
    }

    fn view(&self) -> AgentView {
        AgentView {
            state: self.state,
            // The agent line adds pending tasks to those that have begun: 0+1 (task-routing 3.10).
            tasks: self.count(Stage::Begun),
            pending: self.count(Stage::Pending),
            limit: self.limit,
            beyond: self.beyond,
            routable: self.routable,
        }
    }

    fn count(&self, stage: Stage) -> u32 {
        u32::try_from(self.tasks.values().filter(|task| **task == stage).count()).unwrap_or(u32::MAX)
    }

    /// Takes over a report. Whoever becomes available, or idle, waits from now on.
    fn apply(&mut self, update: &AgentStateUpdate, now: Time) {
        let state = update.agent_state.or_unknown();
        let is_available = update.availability == Availability::Icm;
        // The agent who has been available for longest comes first (task-routing 3.5).
        let is_idle_anew = state == AgentState::NotActive && self.state != AgentState::NotActive;
        if is_idle_anew || (is_available && !self.is_available) {
            self.available_since = now;
        }
        self.state = state;
        self.limit = update.max_task_limit;
        self.beyond = update.max_beyond_task_limit;
        self.routable = update.agent_mode;
        self.is_available = is_available;
    }
}

impl Agents {
    /// Nobody; tasks of the domains `uninterruptible` keep their agent from any other domain's.
    pub(crate) fn new(uninterruptible: BTreeSet<MrdId>) -> Self {
        Self { by_member: BTreeMap::new(), uninterruptible }
    }

    /// The agent, if reported.
    pub(crate) fn at(&self, member: AgentKey) -> Option<&Agent> {
        self.by_member.get(&member)
    }

    /// Takes over a report, and returns the view before and after if it changed.
    pub(crate) fn on_state(
        &mut self,
        link: LinkId,
        update: &AgentStateUpdate,
        now: Time,
    ) -> Result<Option<(AgentView, AgentView)>, &'static str> {
        let agent =
            self.reported(link, AgentKey { skill_target: update.icm_agent_id, mrd: update.mrd_id })?;
        agent.apply(update, now);
        let after = agent.view();
        let before = std::mem::replace(&mut agent.noted, after);
        Ok((before != after).then_some((before, after)))
    }

    /// Takes over what became of a task, which may be one that an earlier life of the router assigned.
    pub(crate) fn on_task(&mut self, link: LinkId, event: &TaskEvent) -> Result<(), &'static str> {
        let agent = self.reported(link, AgentKey { skill_target: event.icm_agent_id, mrd: event.mrd_id })?;
        if is_end(event) {
            agent.tasks.remove(&event.task_id);
            return Ok(());
        }
        if agent.all_tasks() >= TASKS_MAX && !agent.tasks.contains_key(&event.task_id) {
            return Err("the agent has too many tasks");
        }
        // A router that is back learns of running tasks by these reports (task-routing E14).
        agent.tasks.insert(event.task_id, stage_of(event.task_state.state()));
        Ok(())
    }

    /// Counts a task against its agent from the decision on.
    pub(crate) fn assign(&mut self, member: AgentKey, task: TaskId) {
        debug_assert!(self.is_eligible(member), "only an eligible agent is chosen");
        if let Some(agent) = self.by_member.get_mut(&member) {
            // The gateway reports the task later: in the lab trace after a second (task-routing 0.4).
            agent.tasks.insert(task, Stage::Pending);
        }
    }

    /// A task that was assigned does not come to its agent.
    pub(crate) fn withdraw(&mut self, member: AgentKey, task: TaskId) {
        if let Some(agent) = self.by_member.get_mut(&member) {
            agent.tasks.remove(&task);
        }
    }

    /// The agent PG refused to reserve an agent: no task goes there until it reports how the agent stands.
    pub(crate) fn doubt(&mut self, member: AgentKey) {
        if let Some(agent) = self.by_member.get_mut(&member) {
            agent.is_available = false;
        }
    }

    /// An agent PG is gone: nobody knows how its agents stand.
    pub(crate) fn forget(&mut self, link: LinkId) {
        self.by_member.retain(|_, agent| agent.link != link);
    }

    /// Whether any of these is signed in to the domain.
    pub(crate) fn is_anybody_signed_in(&self, mrd: MrdId, agents: &BTreeSet<SkillTarget>) -> bool {
        let mut known = agents.iter().filter_map(|agent| self.at(AgentKey { skill_target: *agent, mrd }));
        // A step is skipped for those who are not logged in, not for those who are busy (task-routing 3.5).
        known.any(|agent| agent.state != AgentState::Logout)
    }

    /// How many of `agents` may get a task of the domain, and the best of them: most free slots, then who waits longest, then by
    /// skill target.
    pub(crate) fn eligible(
        &self,
        mrd: MrdId,
        agents: &BTreeSet<SkillTarget>,
    ) -> (usize, Option<SkillTarget>) {
        let members = agents.iter().map(|agent| AgentKey { skill_target: *agent, mrd });
        let ranked =
            members.filter_map(|member| Some((rank(self.eligible_at(member)?), member.skill_target)));
        let (count, best) = ranked.fold((0, None), |(count, best), agent| {
            let best = best.map_or(agent, |best| agent.min(best));
            (count + 1, Some(best))
        });
        (count, best.map(|(_, skill_target)| skill_target))
    }

    /// Whether an agent may get a task.
    pub(crate) fn is_eligible(&self, member: AgentKey) -> bool {
        self.eligible_at(member).is_some()
    }

    fn eligible_at(&self, member: AgentKey) -> Option<&Agent> {
        self.at(member).filter(|agent| agent.is_open() && !self.is_busy_elsewhere(member))
    }

    /// Whether the agent has a task in another domain, one whose tasks must not be interrupted.
    fn is_busy_elsewhere(&self, member: AgentKey) -> bool {
        // Work in an interruptible domain keeps nobody from a new task (task-routing 3.11).
        let elsewhere = self.uninterruptible.iter().filter(|mrd| **mrd != member.mrd);
        elsewhere
            .filter_map(|mrd| self.at(AgentKey { skill_target: member.skill_target, mrd: *mrd }))
            .any(|agent| !agent.tasks.is_empty())
    }

    /// The agent that a PG speaks of; reported for the first time, perhaps.
    fn reported(&mut self, link: LinkId, member: AgentKey) -> Result<&mut Agent, &'static str> {
        if self.by_member.len() >= MEMBERS_MAX && !self.by_member.contains_key(&member) {
            return Err("too many agents");
        }
        let agent = self.by_member.entry(member).or_insert_with(|| Agent::new(link));
        if agent.link == link { Ok(agent) } else { Err("the agent is another peripheral's") }
    }
}

/// Whether a task is over.
pub(crate) fn is_end(event: &TaskEvent) -> bool {
    event.task_state == TaskState::Ended
}

fn rank(agent: &Agent) -> (Reverse<u32>, Time) {
    (Reverse(agent.free_slots()), agent.available_since)
}

/// Active, wrap-up, paused and interrupted tasks have begun.
fn stage_of(state: Option<TaskState>) -> Stage {
    match state {
        Some(TaskState::Active | TaskState::WrapUp | TaskState::Paused | TaskState::Interrupted) => {
            Stage::Begun
        }
        // An accepted task is not begun: its agent stays reserved (task-routing 7, row 3).
        Some(TaskState::PreCall | TaskState::Offered | TaskState::Ended) | None => Stage::Pending,
    }
}
