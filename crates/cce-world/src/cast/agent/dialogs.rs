//! What an agent does with its dialogs: one step after each notification.

use super::{Ask, Timer, VirtualAgent, Work, request};
use cce_kernel::{CallError, Cx, Response, TimerKey};
use cce_model::{DialogAction, DialogState, TaskId};
use cce_xml::Element;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Dialogs that an agent keeps in mind: more than the limits of all its media together.
const DIALOGS_MAX: usize = 256;

/// Failures in a row after which a step is given up: with a pause of 1 s, Finesse may be away for a minute.
pub(super) const FAILURES_MAX: u32 = 60;

/// Dialogs whose order an agent remembers.
const SEEN_MAX: usize = 1_000;

/// The dialogs of an agent.
#[derive(Clone, Debug, Default)]
pub(super) struct Dialogs {
    /// Those that are open, oldest first.
    open: Vec<KnownDialog>,
    /// All that there ever were, in order: commands may name a dialog by its place here.
    seen: Vec<TaskId>,
    /// The number of the dialog that was opened last.
    last: u64,
    /// Dialogs of which a notification told while a list was under way, each with the number of the agent's latest
    /// request by then.
    told: BTreeMap<TaskId, u64>,
}

/// A dialog as the agent saw it last.
#[derive(Clone, Copy, Debug)]
struct KnownDialog {
    task: TaskId,
    /// Its number among all dialogs of the agent: its timer is named after it, since call ids begin anew each day.
    number: u64,
    state: DialogState,
    /// Whether the agent's pause in it is behind.
    was_paused: bool,
    step: Option<Step>,
}

/// The next thing to do about a dialog; its timer is armed, or its request is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    action: DialogAction,
    failures: u32,
    /// Whether it was asked for, and its outcome is waited for.
    is_asked: bool,
}

impl KnownDialog {
    /// The timer of its next step.
    fn timer(&self) -> TimerKey {
        Timer::Dialog.key(self.number)
    }
}

impl Work {
    /// What is to be done about a dialog in a state, and how long after it got there. A pause that no time ends
    /// is ended by the next step that has one.
    pub(crate) fn step(&self, state: DialogState, was_paused: bool) -> Option<(DialogAction, Duration)> {
        let timed = |action, wait: Option<Duration>| Some((action, wait?));
        let transfers = self.transfer_to.is_some() && state.actions().contains(&DialogAction::Transfer);
        let last = if transfers { DialogAction::Transfer } else { DialogAction::Close };
        let close = || timed(last, self.close);
        let wrap_up = || timed(DialogAction::WrapUp, self.wrap_up).or_else(close);
        match state {
            DialogState::Offered => timed(DialogAction::Accept, self.accept),
            DialogState::Accepted => timed(DialogAction::Start, self.start),
            DialogState::Active if was_paused => wrap_up(),
            DialogState::Active => timed(DialogAction::Pause, self.pause).or_else(wrap_up),
            DialogState::Paused => timed(DialogAction::Resume, self.resume).or_else(wrap_up),
            // A dialog that was recovered from an interrupt can only be closed.
            DialogState::WrappingUp | DialogState::Unknown => close(),
            DialogState::Interrupted | DialogState::Closed => None,
        }
    }
}

impl Dialogs {
    /// The dialog that a command is about: the named one, else the oldest one that allows the action, else the
    /// oldest one, so that Finesse can refuse it.
    pub(super) fn chosen(&self, about: Option<&str>, action: DialogAction) -> Result<TaskId, String> {
        let Some(name) = about else {
            let oldest =
                self.open.iter().find(|known| known.state.actions().contains(&action)).or(self.open.first());
            return oldest.map(|known| known.task).ok_or_else(|| "no dialog is open".to_owned());
        };
        // `T2` and `T#2` are the second dialog that the agent saw.
        let digits = name.strip_prefix("T#").or_else(|| name.strip_prefix('T'));
        let place = digits.and_then(|digits| digits.parse::<usize>().ok()?.checked_sub(1));
        let found = TaskId::parse(name).or_else(|| self.seen.get(place?).copied());
        found.ok_or_else(|| format!("`{name}` is no dialog so far: write a task id, or T1 for the first one"))
    }

    fn position(&self, task: TaskId) -> Option<usize> {
        self.open.iter().position(|known| known.task == task)
    }

    fn find_mut(&mut self, task: TaskId) -> Option<&mut KnownDialog> {
        self.open.iter_mut().find(|known| known.task == task)
    }

    /// The dialog, which may be a new one; none when there are too many.
    fn meet(&mut self, task: TaskId, state: DialogState) -> Option<&mut KnownDialog> {
        let at = match self.position(task) {
            Some(at) => at,
            None if self.open.len() >= DIALOGS_MAX => return None,
            None => {
                if self.seen.len() < SEEN_MAX && !self.seen.contains(&task) {
                    self.seen.push(task);
                }
                self.last += 1;
                let number = self.last;
                self.open.push(KnownDialog { task, number, state, was_paused: false, step: None });
                self.open.len() - 1
            }
        };
        self.open.get_mut(at)
    }
}

impl VirtualAgent {
    /// A notification tells of a dialog. HTTP and XMPP overtake each other: an answer to a list that was asked for before
    /// may be older than the notification.
    pub(super) fn on_notified(&mut self, task: TaskId, state: DialogState, cx: &mut Cx<'_>) {
        let is_listed = self.calls.values().any(|(ask, _)| *ask == Ask::List);
        if is_listed && self.dialogs.told.len() < SEEN_MAX {
            self.dialogs.told.insert(task, self.requests);
        }
        self.on_dialog(task, state, cx);
    }

    pub(super) fn on_dialog(&mut self, task: TaskId, state: DialogState, cx: &mut Cx<'_>) {
        if state == DialogState::Closed {
            return self.forget(task, cx);
        }
        let Some(known) = self.dialogs.meet(task, state) else { return };
        known.state = state;
        known.was_paused |= state == DialogState::Paused;
        let before = known.step.map(|step| step.action);
        let next = self.config.work.step(state, known.was_paused);
        // A further notification of the same state does not begin the time of a step anew.
        if before == next.map(|(action, _)| action) {
            return;
        }
        known.step = next.map(|(action, _)| Step { action, failures: 0, is_asked: false });
        match next {
            Some((_, wait)) => cx.arm(known.timer(), wait),
            None => cx.cancel(known.timer()),
        }
    }

    /// The dialog's timer is due.
    pub(super) fn act(&mut self, number: u64, cx: &mut Cx<'_>) {
        let Some(known) = self.dialogs.open.iter_mut().find(|known| known.number == number) else { return };
        let task = known.task;
        let Some(step) = known.step.as_mut() else { return };
        step.is_asked = true;
        let action = step.action;
        let request = match &self.config.work.transfer_to {
            Some(selector) if action == DialogAction::Transfer => request::transfer(task, selector),
            Some(_) | None => request::act(task, action),
        };
        self.ask(Ask::Act(task, action), request, cx);
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
        let step = self.dialogs.find_mut(task).and_then(|known| known.step);
        // A notification may have led to another step meanwhile.
        if step.is_none_or(|step| step.action != action) {
            return;
        }
        match result {
            Ok(response) if response.is_success() => {}
            Ok(response) if response.status < 500 => self.give_up(task, cx),
            Ok(_) | Err(_) => self.on_failed_step(task, cx),
        }
    }

    /// What was missed while there was no stream: dialogs that moved on, and dialogs that are gone. Of what a notification
    /// has told since the list was asked for, in the request of that number, the list may say something older. If it says
    /// something newer, a notification of that follows, since the stream is there.
    pub(super) fn on_list(&mut self, number: u64, result: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        let told = self.take_told_since(number);
        let Some(listed) = result.as_ref().ok().and_then(|response| read_list(&response.body.0)) else {
            return;
        };
        let open: BTreeSet<TaskId> =
            listed.iter().map(|(task, _)| *task).chain(told.iter().copied()).collect();
        let gone: Vec<TaskId> = self.open_dialogs().into_iter().filter(|task| !open.contains(task)).collect();
        for task in gone {
            self.forget(task, cx);
        }
        for (task, state) in listed.into_iter().filter(|(task, _)| !told.contains(task)) {
            self.on_dialog(task, state, cx);
        }
        self.repeat_what_was_asked(cx);
        self.look_again_if_interrupted(cx);
    }

    /// The dialogs of which a notification has told since a request was made. Once no other list is under way, nobody
    /// will ask for them.
    fn take_told_since(&mut self, request: u64) -> BTreeSet<TaskId> {
        let told = self.dialogs.told.iter().filter(|(_, latest)| **latest >= request);
        let told = told.map(|(task, _)| *task).collect();
        if self.calls.values().all(|(ask, _)| *ask != Ask::List) {
            self.dialogs.told.clear();
        }
        told
    }

    /// Its failure may have been told while there was no stream. Of what succeeded the list says so.
    fn repeat_what_was_asked(&mut self, cx: &mut Cx<'_>) {
        for known in &mut self.dialogs.open {
            let asked = known.step.as_mut().filter(|step| step.is_asked);
            if let Some(step) = asked {
                step.is_asked = false;
                cx.arm(known.timer(), self.config.retry);
            }
        }
    }

    /// What an interrupt, or its end, did to dialogs. What else the list says may be older than notifications.
    pub(super) fn on_list_of_interrupted(&mut self, listed: Vec<(TaskId, DialogState)>, cx: &mut Cx<'_>) {
        for (task, state) in listed {
            let Some(known) = self.dialogs.find_mut(task) else { continue };
            let is_news = known.state == state || [known.state, state].contains(&DialogState::Interrupted);
            if is_news {
                self.on_dialog(task, state, cx);
            }
        }
    }

    pub(super) fn is_any_interrupted(&self) -> bool {
        self.dialogs.open.iter().any(|known| known.state == DialogState::Interrupted)
    }

    pub(super) fn drop_dialogs(&mut self, cx: &mut Cx<'_>) {
        for task in self.open_dialogs() {
            self.forget(task, cx);
        }
    }

    /// What was asked for did not happen; it is asked for again, a bounded number of times.
    pub(super) fn on_failed_step(&mut self, task: TaskId, cx: &mut Cx<'_>) {
        let Some(known) = self.dialogs.find_mut(task) else { return };
        let timer = known.timer();
        let Some(step) = known.step.as_mut() else { return };
        step.failures += 1;
        step.is_asked = false;
        if step.failures > FAILURES_MAX {
            return self.give_up(task, cx);
        }
        cx.arm(timer, self.config.retry);
    }

    fn open_dialogs(&self) -> Vec<TaskId> {
        self.dialogs.open.iter().map(|known| known.task).collect()
    }

    /// Nothing more is done about the dialog as it stands.
    fn give_up(&mut self, task: TaskId, cx: &mut Cx<'_>) {
        if let Some(known) = self.dialogs.find_mut(task)
            && known.step.take().is_some()
        {
            cx.cancel(known.timer());
        }
    }

    fn forget(&mut self, task: TaskId, cx: &mut Cx<'_>) {
        self.give_up(task, cx);
        if let Some(at) = self.dialogs.position(task) {
            self.dialogs.open.remove(at);
        }
    }
}

/// Dialogs with their states; none when the document is something else.
pub(super) fn read_list(document: &[u8]) -> Option<Vec<(TaskId, DialogState)>> {
    let list = cce_xml::parse(document).ok()?.named("Dialogs").ok()?;
    let dialog = |dialog: &Element| {
        Some((TaskId::parse(&dialog.text_of("id")?)?, DialogState::parse(&dialog.text_of("state")?)?))
    };
    list.all("Dialog").map(dialog).collect()
}
