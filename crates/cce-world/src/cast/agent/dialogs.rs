//! What an agent does with its dialogs: one step after each notification.

use super::{Agent, Ask, Offer, request};
use cce_kernel::{
    CallError, Cx, Response, TimerKey,
    model::{DialogAction, DialogState, TaskId},
};
use cce_xml::Element;
use std::{collections::BTreeSet, time::Duration};

/// Dialogs that an agent keeps in mind: more than the limits of all its media together.
const DIALOGS_MAX: usize = 256;

/// Failures in a row after which a step is given up: with a pause of 1 s, Finesse may be away for a minute.
const FAILURES_MAX: u32 = 60;

/// The next thing to do about a dialog; its timer is armed, or its request is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    action: DialogAction,
    failures: u32,
}

impl Offer {
    /// What is to be done about a dialog in a state, and how long after it got there.
    fn step(self, state: DialogState) -> Option<(DialogAction, Duration)> {
        let Self::Work { accept, start, close } = self else { return None };
        match state {
            DialogState::Offered => Some((DialogAction::Accept, accept)),
            DialogState::Accepted => Some((DialogAction::Start, start)),
            // A dialog that was recovered from an interrupt can only be closed.
            DialogState::Active | DialogState::Unknown => Some((DialogAction::Close, close)),
            DialogState::Paused
            | DialogState::WrappingUp
            | DialogState::Interrupted
            | DialogState::Closed => None,
        }
    }
}

impl Agent {
    pub(super) fn on_dialog(&mut self, task: TaskId, state: DialogState, cx: &mut Cx<'_>) {
        let Some((action, wait)) = self.config.offer.step(state) else {
            return self.forget(task, cx);
        };
        let before = self.dialogs.get(&task);
        if before.is_some_and(|step| step.action == action)
            || (before.is_none() && self.dialogs.len() >= DIALOGS_MAX)
        {
            return;
        }
        self.dialogs.insert(task, Step { action, failures: 0 });
        cx.arm(key(task), wait);
    }

    /// The dialog's timer is due.
    pub(super) fn act(&mut self, id: u64, cx: &mut Cx<'_>) {
        let due = self.dialogs.iter().find(|(task, _)| key(**task).id == id);
        if let Some((task, step)) = due.map(|(task, step)| (*task, *step)) {
            self.ask(Ask::Act(task, step.action), request::act(task, step.action), cx);
        }
    }

    /// A request that was taken is followed by a notification. One that cannot be carried out is dropped: a
    /// notification will tell what is to be done instead.
    pub(super) fn on_act_answered(
        &mut self,
        task: TaskId,
        action: DialogAction,
        result: &Result<Response, CallError>,
        cx: &mut Cx<'_>,
    ) {
        if self.dialogs.get(&task).is_none_or(|step| step.action != action) {
            return;
        }
        match result {
            Ok(response) if response.is_success() => {}
            Ok(response) if response.status < 500 => self.forget(task, cx),
            Ok(_) | Err(_) => self.on_failed_step(task, cx),
        }
    }

    /// What was missed while there was no stream: dialogs that moved on, and dialogs that are gone.
    pub(super) fn on_list(&mut self, result: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        let Some(listed) = result.as_ref().ok().and_then(|response| read_list(&response.body.0)) else {
            return;
        };
        let open: BTreeSet<TaskId> = listed.iter().map(|(task, _)| *task).collect();
        let gone: Vec<TaskId> = self.dialogs.keys().filter(|task| !open.contains(task)).copied().collect();
        for task in gone {
            self.forget(task, cx);
        }
        for (task, state) in listed {
            self.on_dialog(task, state, cx);
        }
    }

    pub(super) fn drop_dialogs(&mut self, cx: &mut Cx<'_>) {
        for task in self.dialogs.keys().copied().collect::<Vec<_>>() {
            self.forget(task, cx);
        }
    }

    /// What was asked for did not happen; it is asked for again, a bounded number of times.
    pub(super) fn on_failed_step(&mut self, task: TaskId, cx: &mut Cx<'_>) {
        let Some(step) = self.dialogs.get_mut(&task) else { return };
        step.failures += 1;
        if step.failures > FAILURES_MAX {
            return self.forget(task, cx);
        }
        cx.arm(key(task), self.config.retry);
    }

    fn forget(&mut self, task: TaskId, cx: &mut Cx<'_>) {
        if self.dialogs.remove(&task).is_some() {
            cx.cancel(key(task));
        }
    }
}

/// A day's call ids and a call's sequence numbers do not repeat; one agent's dialogs never span many days.
fn key(task: TaskId) -> TimerKey {
    let [call, sequence] = [task.call, task.sequence].map(|number| u64::from(number.cast_unsigned()));
    TimerKey::new("dialog", call << 32 | sequence)
}

/// Dialogs with their states; none when the document is something else.
fn read_list(document: &[u8]) -> Option<Vec<(TaskId, DialogState)>> {
    let list = cce_xml::parse(document).ok()?.named("Dialogs").ok()?;
    let dialog = |dialog: &Element| {
        Some((TaskId::parse(&dialog.text_of("id")?)?, DialogState::parse(&dialog.text_of("state")?)?))
    };
    list.all("Dialog").map(dialog).collect()
}
