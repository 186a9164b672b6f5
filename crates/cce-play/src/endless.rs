//! Work that an agent is planned never to finish: `close = "never"`.

use cce_fold::{Exchange, Meaning, ReadRecord};
use cce_kernel::{Fact, Port, Request};
use cce_model::{AgentId, ContactId, DialogAction, DialogState, TaskId, TaskState};
use cce_world::{CastAgent, Wait};
use std::collections::{BTreeMap, BTreeSet};

/// Dialogs and tasks that are followed; what is open beyond them is excused by no plan.
const OPEN_MAX: usize = 65_536;

/// Dialogs and tasks that are open.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenWork {
    dialogs: BTreeMap<ContactId, OpenDialog>,
    /// Tasks that the agent PG has in work.
    tasks: BTreeSet<TaskId>,
    /// Tasks that somebody asked to close all the same: no plan excuses what becomes of them.
    asked: BTreeSet<TaskId>,
}

#[derive(Clone, Debug)]
struct OpenDialog {
    task: TaskId,
    agent: AgentId,
    state: DialogState,
}

impl OpenWork {
    pub(crate) fn learn(&mut self, event: &ReadRecord<'_>) {
        match &event.kind {
            Meaning::Fact(Fact::Dialog { contact, to: DialogState::Closed, .. }) => {
                self.dialogs.remove(contact);
            }
            Meaning::Fact(Fact::Dialog { task, agent, contact, to, .. }) if self.dialogs.len() < OPEN_MAX => {
                let open = OpenDialog { task: *task, agent: agent.clone(), state: *to };
                self.dialogs.insert(contact.clone(), open);
            }
            Meaning::Fact(Fact::Task { task, to: TaskState::Ended, .. }) => {
                self.tasks.remove(task);
                self.asked.remove(task);
            }
            Meaning::Fact(Fact::Task { task, .. }) if self.tasks.len() < OPEN_MAX => {
                self.tasks.insert(*task);
            }
            Meaning::Http(Exchange::RequestIn { port: Port::Desk, request, .. }) if is_close(request) => {
                self.asked.extend(event.subject.task.filter(|task| self.tasks.contains(task)));
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

    /// Contacts whose dialogs stand where their agents are planned never to go on, each with the agent and the state. The
    /// agent PG must have the task in work all the same: a plan excuses nobody else.
    pub(crate) fn planned<'a>(
        &'a self,
        agents: &'a [CastAgent],
    ) -> impl Iterator<Item = (&'a ContactId, &'a AgentId, DialogState)> {
        let never_ends = |open: &OpenDialog| {
            let agent = agents.iter().find(|agent| agent.id == open.agent);
            let is_in_work = self.tasks.contains(&open.task) && !self.asked.contains(&open.task);
            is_in_work && agent.is_some_and(|agent| never_leaves(agent, open.state))
        };
        let planned = self.dialogs.iter().filter(move |(_, open)| never_ends(open));
        planned.map(|(contact, open)| (contact, &open.agent, open.state))
    }
}

fn is_close(request: &Request) -> bool {
    request.path().contains("/Dialog/") && request.body.text().contains(DialogAction::Close.name())
}

/// Whether an agent's plan says that nothing is done about a dialog any more that stands there. Who waits for a command has
/// no plan.
fn never_leaves(agent: &CastAgent, state: DialogState) -> bool {
    let never_closes = agent.close == Some(Wait::Never);
    match state {
        DialogState::Accepted => agent.start == Some(Wait::Never),
        DialogState::Active => never_closes && agent.wrap_up.is_none(),
        DialogState::Paused => never_closes && agent.wrap_up.is_none() && agent.resume.is_none(),
        DialogState::WrappingUp | DialogState::Unknown => never_closes,
        DialogState::Offered | DialogState::Interrupted | DialogState::Closed => false,
    }
}
