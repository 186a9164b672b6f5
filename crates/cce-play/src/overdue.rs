//! What agents plan to do about dialogs that are over by then: `accept = "40s"` where an offer rings for 30 s.

use cce_fold::{Exchange, Meaning, ReadRecord};
use cce_kernel::{Fact, NodeName, Request, Time};
use cce_model::{AgentId, DialogAction, DialogState, Disposition, MrdId, TaskId};
use cce_select::place::AGENT;
use cce_world::{CastAgent, Lab};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Dialogs that are followed; further ones are like them.
const OPEN_MAX: usize = 65_536;

/// Steps that are kept, of all agents. Further ones are like them.
const STEPS_MAX: usize = 1_024;

/// Dispositions of tasks that lasted as long as their domain lets them (task-routing E1, E9).
const TIMED_OUT: [Disposition; 2] =
    [Disposition::TASK_ABANDONED_BEFORE_OFFERED, Disposition::MAXIMUM_TASK_LIFETIME_EXCEEDED];

/// Dialogs that are open, and steps that came too late for one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overdue {
    limits: BTreeMap<MrdId, Limits>,
    open: BTreeMap<TaskId, OpenDialog>,
    late: BTreeMap<(AgentId, DialogAction), LateStep>,
    /// What agents have asked for in any dialog.
    asked: BTreeSet<(NodeName, DialogAction)>,
}

/// How long a domain lets its tasks be.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// An offer (task-routing E1).
    offer: Duration,
    /// What was accepted (task-routing 3.8, E9).
    work: Duration,
}

/// How a dialog stands.
#[derive(Clone, Debug)]
struct OpenDialog {
    state: DialogState,
    since: Time,
    was_paused: bool,
    /// How much of the domain's time had gone by then, had everything come at its time: what a rule or a fault adds does
    /// not count.
    spent: Duration,
    limits: Limits,
}

/// A step that was planned for a time at which the dialog was over.
#[derive(Clone, Debug)]
pub(crate) struct LateStep {
    /// How long the agent waits with it.
    pub(crate) wait: Duration,
    /// How much of the limit is left where the dialog stood.
    pub(crate) left: Duration,
    /// Where it stood.
    pub(crate) state: DialogState,
    /// The record that says that it was over.
    pub(crate) record: u64,
}

impl OpenDialog {
    /// The limit that counts where the dialog stands.
    const fn limit(&self) -> Option<Duration> {
        match self.state {
            DialogState::Offered => Some(self.limits.offer),
            DialogState::Accepted
            | DialogState::Active
            | DialogState::Paused
            | DialogState::WrappingUp
            | DialogState::Interrupted
            | DialogState::Unknown => Some(self.limits.work),
            DialogState::Closed => None,
        }
    }

    /// How much of the longest duration has gone by at a time, had the agent's step come when it was planned.
    fn spent(&self, agent: Option<&CastAgent>, at: Time) -> Duration {
        if self.state == DialogState::Offered {
            return Duration::ZERO;
        }
        let planned = agent.and_then(|agent| agent.next_step(self.state, self.was_paused));
        let stood = at.since(self.since);
        self.spent + planned.map_or(stood, |(_, wait)| wait.min(stood))
    }
}

impl Overdue {
    /// Dialogs of a lab.
    pub(crate) fn of(lab: &Lab) -> Self {
        let mut overdue = Self::default();
        overdue.learn_limits(lab);
        overdue
    }

    /// The lab's limits changed: what begins from here on has the new ones.
    pub(crate) fn learn_limits(&mut self, lab: &Lab) {
        let limits = lab
            .mrds
            .iter()
            .map(|mrd| (mrd.id, Limits { offer: mrd.start_timeout.0, work: mrd.max_task_duration.0 }));
        self.limits = limits.collect();
    }

    pub(crate) fn learn(&mut self, event: &ReadRecord<'_>, agents: &[CastAgent]) {
        match &event.kind {
            Meaning::Fact(Fact::Dialog { task, agent, mrd, to, disposition, .. }) => {
                let agent = agents.iter().find(|known| known.id == *agent);
                let stood = self.open.remove(task);
                let at = event.record.at;
                if *to != DialogState::Closed {
                    return self.stand((*task, *mrd), stood.as_ref(), *to, (agent, at));
                }
                if let (Some(stood), Some(agent), Some(how)) = (stood, agent, disposition)
                    && TIMED_OUT.contains(how)
                {
                    self.judge(agent, &stood, event.record.seq);
                }
            }
            Meaning::Http(Exchange::RequestOut { request, .. })
                if event.record.node.as_str().starts_with(AGENT) && self.asked.len() < STEPS_MAX =>
            {
                let action = action_of(request);
                self.asked.extend(action.map(|action| (event.record.node.clone(), action)));
            }
            Meaning::Fact(_)
            | Meaning::Http(_)
            | Meaning::Received { .. }
            | Meaning::Sent { .. }
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Bent(_)
            | Meaning::Other => {}
        }
    }

    /// Steps that an agent never came to, in no dialog.
    pub(crate) fn never_reached(&self) -> impl Iterator<Item = (&AgentId, DialogAction, &LateStep)> {
        let never = self.late.iter().filter(|((agent, action), _)| {
            !self.asked.contains(&(NodeName::from(format!("{AGENT}{agent}")), *action))
        });
        never.map(|((agent, action), late)| (agent, *action, late))
    }

    fn stand(
        &mut self,
        (task, mrd): (TaskId, MrdId),
        stood: Option<&OpenDialog>,
        state: DialogState,
        (agent, since): (Option<&CastAgent>, Time),
    ) {
        let Some(limits) = stood.map(|it| it.limits).or_else(|| self.limits.get(&mrd).copied()) else {
            return;
        };
        let was_paused = state == DialogState::Paused || stood.is_some_and(|it| it.was_paused);
        let spent = stood.map_or(Duration::ZERO, |it| it.spent(agent, since));
        if self.open.len() < OPEN_MAX {
            self.open.insert(task, OpenDialog { state, since, was_paused, spent, limits });
        }
    }

    /// An agent's next step came too late if it would have done so with nothing in its way.
    fn judge(&mut self, agent: &CastAgent, stood: &OpenDialog, record: u64) {
        let Some((action, wait)) = agent.next_step(stood.state, stood.was_paused) else { return };
        let Some(left) = stood.limit().map(|limit| limit.saturating_sub(stood.spent)) else { return };
        if wait >= left && self.late.len() < STEPS_MAX {
            let late = LateStep { wait, left, state: stood.state, record };
            self.late.entry((agent.id.clone(), action)).or_insert(late);
        }
    }
}

/// What a request asks to be done about a dialog.
fn action_of(request: &Request) -> Option<DialogAction> {
    let body = request.path().contains("/Dialog/").then(|| request.body.text())?;
    DialogAction::ALL.into_iter().find(|action| body.contains(&format!(">{}<", action.name())))
}
