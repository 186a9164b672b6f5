//! What agents plan to do about dialogs that are over by then: `accept = "40s"` where an offer rings for 30 s.

use cce_fold::{Exchange, Meaning, ReadRecord};
use cce_kernel::{Fact, NodeName, Request, Time};
use cce_model::{AgentId, DialogAction, DialogState, Disposition, TaskId};
use cce_select::place::AGENT;
use cce_world::CastAgent;
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
    open: BTreeMap<TaskId, Standing>,
    late: BTreeMap<(AgentId, DialogAction), Late>,
    /// What agents have asked for in any dialog.
    asked: BTreeSet<(NodeName, DialogAction)>,
}

/// How a dialog stands.
#[derive(Clone, Debug)]
struct Standing {
    state: DialogState,
    since: Time,
    was_paused: bool,
}

/// A step that was planned for a time at which the dialog was over.
#[derive(Clone, Debug)]
pub(crate) struct Late {
    /// How long the agent waits with it.
    pub(crate) wait: Duration,
    /// How long the dialog stood where the step counts from.
    pub(crate) lasted: Duration,
    /// Where it stood.
    pub(crate) state: DialogState,
    /// The record that says that it was over.
    pub(crate) record: u64,
}

impl Overdue {
    pub(crate) fn learn(&mut self, event: &ReadRecord<'_>, agents: &[CastAgent]) {
        match &event.kind {
            Meaning::Fact(Fact::Dialog { task, agent, to: DialogState::Closed, disposition, .. }) => {
                let Some(stood) = self.open.remove(task) else { return };
                if disposition.is_some_and(|how| TIMED_OUT.contains(&how))
                    && let Some(agent) = agents.iter().find(|known| known.id == *agent)
                {
                    self.judge(agent, &stood, event.record.at, event.record.seq);
                }
            }
            Meaning::Fact(Fact::Dialog { task, to, .. }) => self.stand(*task, *to, event.record.at),
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
    pub(crate) fn never_reached(&self) -> impl Iterator<Item = (&AgentId, DialogAction, &Late)> {
        let never = self.late.iter().filter(|((agent, action), _)| {
            !self.asked.contains(&(NodeName::from(format!("{AGENT}{agent}")), *action))
        });
        never.map(|((agent, action), late)| (agent, *action, late))
    }

    fn stand(&mut self, task: TaskId, state: DialogState, since: Time) {
        let was_paused = state == DialogState::Paused || self.open.get(&task).is_some_and(|it| it.was_paused);
        if self.open.len() < OPEN_MAX || self.open.contains_key(&task) {
            self.open.insert(task, Standing { state, since, was_paused });
        }
    }

    fn judge(&mut self, agent: &CastAgent, stood: &Standing, at: Time, record: u64) {
        let Some((action, wait)) = agent.next_step(stood.state, stood.was_paused) else { return };
        let lasted = at.since(stood.since);
        if wait > lasted && self.late.len() < STEPS_MAX {
            let late = Late { wait, lasted, state: stood.state, record };
            self.late.entry((agent.id.clone(), action)).or_insert(late);
        }
    }
}

/// What a request asks to be done about a dialog.
fn action_of(request: &Request) -> Option<DialogAction> {
    let body = request.path().contains("/Dialog/").then(|| request.body.text())?;
    DialogAction::ALL.into_iter().find(|action| body.contains(&format!(">{}<", action.name())))
}
