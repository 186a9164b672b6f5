//! A ladder of one contact, or of one of its tasks.

use super::Row;
use cce_model::{ContactId, TaskId};

/// What is drawn of a run where it is not all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// The contact.
    pub contact: ContactId,
    /// One of its tasks, where it is not the whole contact.
    pub task: Option<TaskId>,
}

impl From<ContactId> for Only {
    fn from(contact: ContactId) -> Self {
        Self { contact, task: None }
    }
}

impl Only {
    /// Leaves out the rows of the contact's other tasks. What is about no task belongs to those between whose rows it stands: its
    /// way to the router comes before a task has an id, and its end is told to CCP behind it.
    pub(super) fn keep(&self, rows: &mut Vec<Row>, tasks: &[TaskId]) {
        let Some(task) = self.task else { return };
        let number = tasks.iter().position(|one| *one == task).unwrap_or(0);
        let (before, behind) = (&tasks[..number], tasks.get(number + 1..).unwrap_or_default());
        let of = |row: &Row, tasks: &[TaskId]| row.subject.task.is_some_and(|task| tasks.contains(&task));
        let from = rows.iter().rposition(|row| of(row, before)).map_or(0, |at| at + 1);
        let to = rows.iter().position(|row| of(row, behind)).unwrap_or(rows.len());
        let mut at = 0..rows.len();
        rows.retain(|row| {
            let is_between = at.next().is_some_and(|at| (from..to).contains(&at));
            row.subject.task.map_or(is_between, |one| one == task)
        });
    }
}
