//! What becomes of each task.

use crate::statistics::{Counts, LifeStep, LoadFlaw, Phase, Statistics};
use cce_model::{ContactStatus, DialogState, StatusReason, TaskId};
use std::{collections::BTreeMap, time::Duration};

/// Tasks that are open at the same time. One that is to begin beyond that is not sent, and counted.
pub const OPEN_MAX: usize = 200_000;

/// How far the generator follows a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// To the answer of the Task API.
    Creation,
    /// Until its status, which is polled, is final.
    Status,
    /// Until its dialog is closed, by notifications to the generator's agents.
    Dialogs,
}

/// Every open task, and what was counted.
#[derive(Debug)]
pub struct Lives {
    follow: Follow,
    run: String,
    open: BTreeMap<u64, Life>,
    tasks: BTreeMap<TaskId, u64>,
    statistics: Statistics,
}

/// One task.
#[derive(Debug)]
struct Life {
    /// When it was to begin.
    planned: Duration,
    /// Whether its request was sent.
    is_sent: bool,
    /// Whether the Task API has answered.
    is_created: bool,
    /// Its id, once it is known.
    task: Option<TaskId>,
    /// Whether it was ever offered.
    was_offered: bool,
    /// When the offer was made that stands: one that nobody accepts is made again, to somebody else.
    offered: Option<Duration>,
    accepted: Option<Duration>,
    ended: Option<Duration>,
}

impl Life {
    fn new(planned: Duration) -> Self {
        let (is_sent, is_created, was_offered) = (false, false, false);
        let (task, offered, accepted, ended) = (None, None, None, None);
        Self { planned, is_sent, is_created, task, was_offered, offered, accepted, ended }
    }
}

/// The tag of a task: it travels with the task as a call variable, and tells the generator's tasks from others, also from those of an
/// earlier load.
pub fn tag_of(run: &str, number: u64) -> String {
    format!("{run}-{number}")
}

impl Lives {
    /// No task yet. The run's name begins each tag.
    pub fn new(follow: Follow, run: &str) -> Self {
        Self {
            follow,
            run: run.to_owned(),
            open: BTreeMap::new(),
            tasks: BTreeMap::new(),
            statistics: Statistics::default(),
        }
    }

    /// What was counted so far.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Tasks that are open.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// How long the oldest open task has lasted; none where none is open.
    pub fn oldest(&self, now: Duration) -> Option<Duration> {
        self.open.values().map(|life| now.saturating_sub(life.planned)).max()
    }

    /// How far tasks are followed.
    pub fn follow(&self) -> Follow {
        self.follow
    }

    /// A task is to begin. Says whether there is room for it.
    pub fn plan(&mut self, number: u64, planned: Duration, now: Duration) -> bool {
        self.statistics.plan(planned);
        if self.open.len() >= OPEN_MAX {
            self.statistics.counts.unsent += 1;
            self.statistics.error(LifeStep::Create, LoadFlaw::NoRoom, now);
            return false;
        }
        self.open.insert(number, Life::new(planned));
        true
    }

    /// The load was stopped before the task's turn.
    pub fn give_up(&mut self, number: u64, now: Duration) {
        if self.open.remove(&number).is_some() {
            self.statistics.counts.unsent += 1;
            self.statistics.error(LifeStep::Create, LoadFlaw::Stopped, now);
        }
    }

    /// Its request is sent now.
    pub fn send(&mut self, number: u64, now: Duration) {
        let Some(life) = self.open.get_mut(&number) else { return };
        life.is_sent = true;
        self.statistics.counts.sent += 1;
        self.statistics.record(Phase::Begin, now.saturating_sub(life.planned), now);
    }

    /// The Task API has answered, or has not. Says whether the life is over.
    pub fn answer(&mut self, number: u64, result: Result<(), LoadFlaw>, now: Duration) -> bool {
        let Some(life) = self.open.get_mut(&number) else { return false };
        match result {
            Ok(()) => {
                life.is_created = true;
                self.statistics.create(now);
                self.statistics.record(Phase::Create, now.saturating_sub(life.planned), now);
                // An agent may have closed it before this answer arrived.
                match (self.follow, life.ended) {
                    (Follow::Creation, _) => self.end(number, now),
                    (Follow::Status | Follow::Dialogs, Some(ended)) => self.end(number, ended),
                    (Follow::Status | Follow::Dialogs, None) => false,
                }
            }
            Err(flaw) => {
                self.statistics.counts.failed += 1;
                if flaw == LoadFlaw::TimedOut {
                    // It waited longest of all: without it the percentiles would be those of the quick ones.
                    self.statistics.record(Phase::Create, now.saturating_sub(life.planned), now);
                }
                self.statistics.error(LifeStep::Create, flaw, now);
                self.forget(number);
                true
            }
        }
    }

    /// A poll told the task's status. Says whether the life is over.
    pub fn poll(
        &mut self,
        number: u64,
        status: ContactStatus,
        reason: StatusReason,
        task: Option<TaskId>,
        now: Duration,
    ) -> bool {
        if let (Some(task), Some(life)) = (task, self.open.get_mut(&number)) {
            life.task = Some(task);
            self.tasks.insert(task, number);
        }
        match status {
            ContactStatus::Unread | ContactStatus::Queued | ContactStatus::Reserved => false,
            ContactStatus::Handled => self.end(number, now),
            ContactStatus::Discarded => {
                if self.forget(number) {
                    self.statistics.counts.discarded += 1;
                    self.statistics.error(LifeStep::Route, LoadFlaw::Discarded(reason), now);
                }
                true
            }
        }
    }

    /// The Task API does not tell any more what becomes of the task.
    pub fn lose(&mut self, number: u64) {
        if self.forget(number) {
            self.statistics.counts.lost += 1;
        }
    }

    /// Whether a task is open still.
    pub fn is_open(&self, number: u64) -> bool {
        self.open.contains_key(&number)
    }

    /// A notification told one of the generator's agents about a dialog. Returns the task's number when its life is over.
    pub fn notify(
        &mut self,
        tag: Option<&str>,
        task: TaskId,
        state: DialogState,
        now: Duration,
    ) -> Option<u64> {
        let number = tag.and_then(|tag| self.number_of(tag)).or_else(|| self.tasks.get(&task).copied());
        let Some((number, life)) = number.and_then(|number| Some((number, self.open.get_mut(&number)?)))
        else {
            self.statistics.counts.foreign += u64::from(state == DialogState::Offered);
            return None;
        };
        if life.task != Some(task) {
            if state == DialogState::Closed && life.task.is_some() {
                return self.note_withdrawal(now);
            }
            // A task that is offered again has another id (task-routing E1).
            if let Some(before) = life.task.replace(task) {
                self.tasks.remove(&before);
                life.offered = None;
            }
            self.tasks.insert(task, number);
        }
        match state {
            DialogState::Offered => {
                let waited = now.saturating_sub(life.planned);
                life.offered.get_or_insert(now);
                if !std::mem::replace(&mut life.was_offered, true) {
                    self.statistics.counts.offered += 1;
                    self.statistics.record(Phase::Offer, waited, now);
                }
                None
            }
            DialogState::Accepted
            | DialogState::Active
            | DialogState::Paused
            | DialogState::WrappingUp
            | DialogState::Interrupted => {
                self.note_acceptance(number, now);
                None
            }
            DialogState::Closed => self.on_closed(number, now),
            DialogState::Unknown => None,
        }
    }

    fn note_acceptance(&mut self, number: u64, now: Duration) {
        let Some(life) = self.open.get_mut(&number) else { return };
        if life.accepted.is_some() {
            return;
        }
        life.accepted = Some(now);
        self.statistics.counts.accepted += 1;
        if let Some(offered) = life.offered {
            self.statistics.record(Phase::Accept, now.saturating_sub(offered), now);
        }
    }

    fn on_closed(&mut self, number: u64, now: Duration) -> Option<u64> {
        let life = self.open.get_mut(&number)?;
        let Some(accepted) = life.accepted else {
            life.offered = None;
            return self.note_withdrawal(now);
        };
        if life.ended.is_some() {
            return None;
        }
        life.ended = Some(now);
        let is_created = life.is_created;
        self.statistics.record(Phase::Work, now.saturating_sub(accepted), now);
        let is_over = self.follow == Follow::Dialogs && is_created && self.end(number, now);
        is_over.then_some(number)
    }

    /// Nobody has accepted it: it is offered again, to somebody else (task-routing E1).
    fn note_withdrawal(&mut self, now: Duration) -> Option<u64> {
        self.statistics.error(LifeStep::Accept, LoadFlaw::Withdrawn, now);
        None
    }

    /// The life came to the end that is followed. Says that it is over.
    fn end(&mut self, number: u64, ended: Duration) -> bool {
        let Some(life) = self.open.get(&number) else { return false };
        let lasted = ended.saturating_sub(life.planned);
        self.statistics.end(ended);
        self.statistics.record(Phase::Life, lasted, ended);
        self.forget(number)
    }

    fn forget(&mut self, number: u64) -> bool {
        let Some(life) = self.open.remove(&number) else { return false };
        if let Some(task) = life.task {
            self.tasks.remove(&task);
        }
        true
    }

    fn number_of(&self, tag: &str) -> Option<u64> {
        tag.strip_prefix(&self.run)?.strip_prefix('-')?.parse().ok()
    }

    /// An error that belongs to no task.
    pub fn error(&mut self, step: LifeStep, flaw: LoadFlaw, now: Duration) {
        self.statistics.error(step, flaw, now);
    }

    /// The counts as they would be if the load were over now: every open task is unsent, unanswered or unfinished.
    pub fn counts(&self) -> Counts {
        let mut counts = self.statistics.counts;
        for life in self.open.values() {
            match (life.is_sent, life.is_created) {
                (false, _) => counts.unsent += 1,
                (true, false) => counts.unanswered += 1,
                (true, true) => counts.unfinished += 1,
            }
        }
        counts
    }
}
