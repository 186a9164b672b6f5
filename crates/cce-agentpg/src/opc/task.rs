//! A task of an agent, and its legal transitions (task-routing 1.1).

use crate::arm::Refusal;
use cce_model::{AgentKey, Disposition, SkillTarget, TaskEventKind, TaskId, TaskState};
use std::collections::{BTreeSet, VecDeque};

/// A live task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    /// Its id.
    pub(crate) id: TaskId,
    /// Its number among all tasks that OPC ever had: its timers are named after it. Parts of the id do not do, since
    /// call ids begin anew each day, and the router may be started anew.
    pub(crate) number: u64,
    /// Its agent, in its domain.
    pub(crate) member: AgentKey,
    /// Its state.
    pub(crate) state: TaskState,
    /// Its queue.
    pub(crate) skill_group: SkillTarget,
    /// The state in which it was interrupted.
    pub(crate) interrupted: Option<TaskState>,
    /// Whether its agent's client has yet to speak of it again after it was away (task-routing E19).
    pub(crate) is_orphan: bool,
}

impl Task {
    /// Whether the agent has not begun it.
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.state, TaskState::PreCall | TaskState::Offered)
    }

    /// The state after an indication of that kind. The offer may be skipped; an end is legal in any state.
    pub(crate) fn after(&self, kind: TaskEventKind) -> Result<TaskState, Refusal> {
        use TaskState as S;
        let is_legal = match kind {
            TaskEventKind::Offer => self.state == S::PreCall,
            // A start without an offer counts as both at once (task-routing 1.1).
            TaskEventKind::Start => matches!(self.state, S::PreCall | S::Offered),
            TaskEventKind::Pause => self.state == S::Active,
            // No step leads back from wrap-up to work (task-routing 1.3), and none is taken twice.
            TaskEventKind::Resume => self.state == S::Paused,
            TaskEventKind::WrapUp => matches!(self.state, S::Active | S::Paused),
            TaskEventKind::End => true,
        };
        if is_legal { Ok(kind.state()) } else { Err(Refusal::WrongSequence) }
    }
}

/// Ended tasks that are remembered; of more, the oldest are forgotten. What is said of one of them arrives late, and
/// a message is not under way for as long as it takes to end so many.
const ENDED_MAX: usize = 10_000;

/// Tasks that are over: a message that was under way at their end does not bring them back. The router gives each
/// reservation another id.
#[derive(Clone, Debug, Default)]
pub(crate) struct EndedTasks {
    known: BTreeSet<TaskId>,
    /// The same, the oldest first.
    oldest: VecDeque<TaskId>,
}

impl EndedTasks {
    /// Whether the task is one of them.
    pub(crate) fn contains(&self, id: TaskId) -> bool {
        self.known.contains(&id)
    }

    /// A task is over.
    pub(crate) fn remember(&mut self, id: TaskId) {
        if !self.known.insert(id) {
            return;
        }
        self.oldest.push_back(id);
        if self.oldest.len() > ENDED_MAX
            && let Some(forgotten) = self.oldest.pop_front()
        {
            self.known.remove(&forgotten);
        }
    }
}

/// How a task ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    /// `ICMDisposition`: for the central controller.
    pub(crate) icm: Disposition,
    /// `ApplicationDisposition`: for the application.
    pub(crate) application: Disposition,
    /// Wrap-up data, at most 40 bytes on the wire; empty without any.
    pub(crate) wrapup_data: String,
    /// Application data, at most 40 bytes on the wire; empty without any.
    pub(crate) application_data: String,
}

impl From<Disposition> for Ending {
    fn from(disposition: Disposition) -> Self {
        Self {
            icm: disposition,
            application: disposition,
            wrapup_data: String::new(),
            application_data: String::new(),
        }
    }
}
