//! Tasks and agents, as the agent PG tells of them.

use crate::{
    breach::Judge,
    contact::or_nothing,
    judgement::Judgement,
    router::{Router, show},
    table::{Bounded, Ends, Table},
};
use cce_fold::Subject;
use cce_model::{
    AgentId, AgentKey, AgentRecord, AgentState, Disposition, SkillTarget, TaskEvent, TaskEventKind, TaskId,
    TaskState,
    fact::{ArmMessage, Force},
};
use std::collections::{BTreeMap, VecDeque};

/// How often an agent may come to stand otherwise in one input: as often as there are tasks that it ends, and more.
const STOOD_MAX: usize = 64;

/// A task of an agent.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    member: AgentKey,
    state: TaskState,
    /// Record of the latest change.
    at: u64,
    /// The state in which it was interrupted.
    interrupted: Option<TaskState>,
    end: Option<Disposition>,
    /// Record of OPC's event about it that the CTI server has yet to pass on.
    told: Option<u64>,
}

impl Ends for Task {
    fn is_over(&self) -> bool {
        self.end.is_some()
    }
}

/// An agent in a domain.
#[derive(Clone, Debug)]
struct MemberHistory {
    state: AgentState,
    at: u64,
    tasks: Vec<(TaskId, TaskState)>,
    /// Tasks that the agent was last told to have.
    counted: u32,
    /// The number of the input in which the two below were learned: they count for that input alone.
    input: u64,
    /// A task has ended in that input.
    has_end: bool,
    /// How the agent stood in that input ahead of now, from the latest report on: state, tasks, whether routable.
    stood: VecDeque<(AgentState, u32, bool)>,
    /// Whether the agent was last told to be routable.
    routable: bool,
    /// Tasks that the agent may have: the limit, and those beyond it.
    room: Option<u32>,
    /// Record of an end because nobody accepted: the agent becomes not routable with it.
    unaccepted: Option<u64>,
    /// Record of the latest report to the CTI server.
    reported: u64,
    /// Record of the latest event of one of the tasks that was passed on.
    traced: u64,
}

/// A change of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) member: AgentKey,
    pub(crate) from: Option<TaskState>,
    pub(crate) to: TaskState,
    pub(crate) disposition: Option<Disposition>,
}

/// A change of an agent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AgentChange {
    pub(crate) from: AgentState,
    pub(crate) to: AgentState,
    pub(crate) tasks: u32,
    pub(crate) routable: bool,
}

/// Tasks and agents of the agent PG.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "an input may be several of these at once")]
pub(crate) struct AgentPg {
    tasks: Table<TaskId, Task>,
    histories: BTreeMap<AgentKey, MemberHistory>,
    skill_targets: BTreeMap<AgentId, SkillTarget>,
    /// A client tells anew how its agents and tasks stand: any state may follow.
    is_init: bool,
    /// A client changes a voice state whatever it is.
    is_forced: bool,
    /// The input that is handled is a timer.
    is_timer: bool,
    /// A client opens its session: it hears how agents stand, which is no news (task-routing E16).
    is_opening: bool,
    /// The session of a client is over: its agents have no client.
    is_session_over: bool,
    /// The agent whom a client asks to be ready, and to be not ready.
    made_ready: Option<AgentKey>,
    made_not_ready: Option<AgentKey>,
    /// Inputs so far.
    input: u64,
}

impl AgentPg {
    /// An input begins.
    pub(crate) fn on_input(&mut self, is_timer: bool) {
        self.is_init = false;
        self.is_forced = false;
        self.is_timer = is_timer;
        self.is_opening = false;
        self.is_session_over = false;
        self.made_ready = None;
        self.made_not_ready = None;
        self.input += 1;
    }

    /// A client opens its session.
    pub(crate) fn on_open(&mut self) {
        self.is_opening = true;
    }

    /// The session of a client is over.
    pub(crate) fn on_session_closed(&mut self) {
        self.is_session_over = true;
    }

    /// A client says something of an agent.
    pub(crate) fn on_arm(&mut self, member: AgentKey, message: &ArmMessage) {
        self.is_init = matches!(message, ArmMessage::TaskInit { .. } | ArmMessage::AgentInit { .. });
        self.is_forced = matches!(message, ArmMessage::SetAgentState { force: Force::Forced, .. });
        let is_told = matches!(message, ArmMessage::AgentInit { .. } | ArmMessage::SetAgentState { .. });
        let is_ready = is_told || matches!(message, ArmMessage::MakeReady { .. });
        // A client that is back and has no task speaks for an agent who is not ready (cti-server-protocol 11.1).
        let is_not_ready = is_told
            || matches!(
                message,
                ArmMessage::MakeNotReady { .. } | ArmMessage::MediaLogout { .. } | ArmMessage::GetAgentTasks
            );
        self.made_ready = is_ready.then_some(member);
        self.made_not_ready = is_not_ready.then_some(member);
    }

    pub(crate) fn on_task(&mut self, id: TaskId, change: Change, router: &Router, judge: &mut Judge<'_>) {
        let Some(task) = self.tasks.find(&id).cloned() else {
            let is_new = change.from.is_none();
            judge.expect(Judgement::TaskBegan, is_new, &[], || {
                format!("task {id} goes from {} to {}, and never began", or_nothing(change.from), change.to)
            });
            return self.enter(id, change, router, judge);
        };
        if task.end.is_some() && !self.is_init {
            return judge.expect(Judgement::TaskEndsOnce, false, &[task.at], || {
                format!("task {id} becomes {}, and had ended", change.to)
            });
        }
        if task.end.is_none() && task.member != change.member {
            return judge.expect(Judgement::TaskKeepsItsAgent, false, &[task.at], || {
                format!("task {id} is with agent {}, and was with {}", change.member, task.member)
            });
        }
        let begins = change.from.is_none() && task.end.is_some();
        let is_legal = self.is_init || change.from == Some(task.state) && is_legal(task.state, change.to);
        judge.expect(Judgement::TaskTransition, is_legal, &[task.at], || {
            format!(
                "task {id} goes from {} to {}, and was {}",
                or_nothing(change.from),
                change.to,
                task.state
            )
        });
        if begins {
            return self.enter(id, change, router, judge);
        }
        self.judge_interrupt(id, &task, change, router, judge);
        self.update(id, change, judge);
    }

    /// A task comes to an agent.
    fn enter(&mut self, id: TaskId, change: Change, router: &Router, judge: &mut Judge<'_>) {
        let Change { member, to, .. } = change;
        judge.expect(Judgement::TaskBeginsReserved, self.is_init || to == TaskState::PreCall, &[], || {
            format!("task {id} begins as {to}")
        });
        self.judge_choice(id, member, router, judge);
        self.judge_room(id, member, judge);
        let task = Task { member, state: to, at: judge.seq, interrupted: None, end: None, told: None };
        self.tasks.insert(id, task);
        self.history(member).tasks.push((id, to));
        if to == TaskState::Ended {
            self.update(id, change, judge);
        }
    }

    fn update(&mut self, id: TaskId, change: Change, judge: &mut Judge<'_>) {
        let Change { member, from, to, disposition } = change;
        let Some(task) = self.tasks.find_mut(&id) else { return };
        task.interrupted = (to == TaskState::Interrupted).then(|| task.interrupted.unwrap_or(task.state));
        task.state = to;
        task.at = judge.seq;
        let is_timer = self.is_timer;
        let history = self.history(member);
        if to != TaskState::Ended {
            history.tasks.iter_mut().filter(|(of, _)| *of == id).for_each(|(_, state)| *state = to);
            return;
        }
        history.tasks.retain(|(of, _)| *of != id);
        history.has_end = true;
        // A client may name the same disposition in its own end of a task.
        let unaccepted = is_timer
            && from == Some(TaskState::PreCall)
            && disposition == Some(Disposition::TASK_ABANDONED_BEFORE_OFFERED);
        history.unaccepted = unaccepted.then_some(judge.seq).or(history.unaccepted);
        judge.expect(Judgement::TaskEndsSomehow, disposition.is_some(), &[], || {
            format!("task {id} ends, and nobody says how")
        });
        if let Some(task) = self.tasks.find_mut(&id) {
            task.end = Some(disposition.unwrap_or(Disposition::NORMAL_END_TASK));
        }
        self.tasks.retire(&id);
    }

    pub(crate) fn on_agent(
        &mut self,
        agent: &AgentId,
        member: AgentKey,
        now: AgentChange,
        judge: &mut Judge<'_>,
    ) {
        if !self.skill_targets.contains_key(agent) {
            self.skill_targets.insert(agent.clone(), member.skill_target);
        }
        let (is_init, is_forced) = (self.is_init, self.is_forced);
        let was = self.history(member).state;
        let has_reason = self.has_reason(member, was, now.to);
        let history = self.history(member);
        let at = history.at;
        let is_step = is_init || is_step(was, now.to, is_forced);
        let is_legal = now.from == was && is_step && has_reason && fits(now.to, &history.tasks);
        judge.expect(Judgement::AgentTransition, is_legal, &[at], || {
            let AgentChange { from, to, .. } = now;
            format!(
                "agent {member} goes from {from} to {to}, and was {was} with {}",
                describe(&history.tasks)
            )
        });
        let count = history.tasks.len();
        judge.expect(
            Judgement::AgentsCount,
            usize::try_from(now.tasks).is_ok_and(|tasks| tasks == count),
            &[at],
            || format!("agent {member} is told to have {} tasks, and has {count}", now.tasks),
        );
        if let Some(end) = history.unaccepted.take() {
            judge.expect(Judgement::UnacceptedIsNotRoutable, !now.routable, &[end], || {
                format!("agent {member} did not accept a task in time, and stays routable")
            });
        }
        history.stood.push_back((history.state, history.counted, history.routable));
        history.stood.keep(STOOD_MAX);
        history.state = now.to;
        history.counted = now.tasks;
        history.routable = now.routable;
        history.at = judge.seq;
    }

    /// Whether an agent may become, or cease to be, what does not follow from the tasks: not ready, which a client asks for
    /// (task-routing 1.4, E6), and without a client (E16).
    fn has_reason(&self, member: AgentKey, from: AgentState, to: AgentState) -> bool {
        use AgentState as A;
        match (from, to) {
            (from, to) if from == to => true,
            // A sign-in leads to NOT_READY; whoever has a client again stands as the tasks do, or is not ready.
            (A::Logout | A::Login | A::WorkNotReady, _) | (_, A::Logout) => true,
            (_, A::WorkNotReady) => self.is_session_over,
            (_, A::NotReady) => self.made_not_ready == Some(member),
            (A::NotReady, _) => self.made_ready == Some(member),
            (_, _) => true,
        }
    }

    /// OPC tells the CTI server how an agent stands.
    pub(crate) fn on_record(&mut self, record: &AgentRecord, judge: &mut Judge<'_>) {
        let (member, seq) = (record.member(), judge.seq);
        let history = self.history(member);
        let told = (record.state, record.tasks, record.routable);
        let (is, has_end) = ((history.state, history.counted, history.routable), history.has_end);
        // What one input did is reported behind all of it, in order. The report that goes with a task's end counts that
        // task still (task-routing 7, point 1).
        let fits = |(state, tasks, routable): &(AgentState, u32, bool)| {
            (*state, *routable) == (record.state, record.routable)
                && (*tasks == record.tasks || has_end && tasks + 1 == record.tasks)
        };
        let stood = history.stood.iter().position(fits);
        let is_so = stood.is_some() || fits(&is);
        // Nothing that was before it is reported any more.
        history.stood.drain(..stood.unwrap_or(if is_so { history.stood.len() } else { 0 }));
        judge.expect(Judgement::AgentReportedAsItStands, is_so, &[history.at], || {
            let words = |(state, tasks, routable): (AgentState, u32, bool)| {
                format!("{state} with {tasks} tasks, {}", if routable { "routable" } else { "not routable" })
            };
            format!("agent {member} is reported as {}, and is {}", words(told), words(is))
        });
        history.room = Some(record.max_tasks.saturating_add(record.max_beyond));
        history.reported = seq;
    }

    /// OPC tells the CTI server of a task.
    pub(crate) fn on_told(&mut self, event: &TaskEvent, seq: u64) {
        if let Some(task) = self.tasks.find_mut(&event.task) {
            task.told = Some(seq);
        }
    }

    /// The CTI server passes a task's event on: the task is so, and its agent's event is out
    /// (cti-server-protocol 16).
    pub(crate) fn on_traced(&mut self, event: &TaskEvent, judge: &mut Judge<'_>) {
        let (kind, id) = (event.kind.name(), event.task);
        let Some(task) = self.tasks.find_mut(&id) else {
            return judge.expect(Judgement::TaskEventOfATask, false, &[], || {
                format!("{kind} of task {id}, which never began")
            });
        };
        let (told, state, at, member) = (task.told.take(), task.state, task.at, task.member);
        judge.expect(
            Judgement::TaskEventAsItStands,
            told.is_some() && state == event.kind.state(),
            &[at],
            || format!("{kind} is passed on while task {id} is {state}"),
        );
        if event.kind == TaskEventKind::Offer {
            return;
        }
        let history = self.history(member);
        history.traced = judge.seq;
        // A sign-out is told behind the ends of the agent's tasks.
        let is_sign_out = history.state == AgentState::Logout;
        let reported = history.reported;
        // Two records are never one.
        let is_behind = is_sign_out || told.is_none_or(|told| reported >= told);
        judge.expect(Judgement::TaskEventBehindItsAgents, is_behind, &[at], || {
            format!("{kind} of task {id} is passed on before the event of agent {member}")
        });
    }

    /// The CTI server sends an agent's event: ahead of the task's event that goes with it.
    pub(crate) fn on_event_sent(&mut self, member: AgentKey, judge: &mut Judge<'_>) {
        if self.is_opening {
            return;
        }
        let MemberHistory { reported, traced, .. } = *self.history(member);
        // Two records are never one: both are 0 where no task was told of, as in the voice domain.
        let is_ahead = reported >= traced;
        judge.expect(Judgement::AgentEventAheadOfItsTasks, is_ahead, &[traced, reported], || {
            format!("the event of agent {member} leaves behind the event of its task")
        });
    }

    /// The id of an agent in the central controller's database, once somebody told it.
    pub(crate) fn skill_target(&self, agent: &AgentId) -> Option<SkillTarget> {
        self.skill_targets.get(agent).copied()
    }

    /// Who has, or had, a task.
    pub(crate) fn agent_of(&self, id: TaskId) -> Option<(SkillTarget, u64)> {
        self.tasks.find(&id).map(|task| (task.member.skill_target, task.at))
    }

    /// How a task ended, if it is known: none while it lives.
    pub(crate) fn end_of(&self, id: TaskId) -> Option<(Option<Disposition>, u64)> {
        self.tasks.find(&id).map(|task| (task.end, task.at))
    }

    /// The component begins anew: its tasks are lost (task-routing E18).
    pub(crate) fn forget(&mut self) {
        self.tasks.clear();
        self.histories.clear();
        self.on_input(false);
    }

    /// At the end of the run, every agent's count is told.
    pub(crate) fn finish(&self, judge: &mut Judge<'_>) {
        for (member, history) in &self.histories {
            let count = history.tasks.len();
            if usize::try_from(history.counted).is_ok_and(|counted| counted == count) {
                continue;
            }
            let text =
                format!("agent {member} was last told to have {} tasks, and has {count}", history.counted);
            judge.breach(Judgement::AgentsCountAtTheEnd, history.at, &[], Subject::default(), text);
        }
    }

    /// Tasks that live at the end of the run, each with its last record.
    pub(crate) fn left_over(&self) -> impl Iterator<Item = (TaskId, &Task)> {
        self.tasks.iter().filter(|(_, task)| task.end.is_none()).map(|(id, task)| (*id, task))
    }

    fn judge_choice(&self, id: TaskId, member: AgentKey, router: &Router, judge: &mut Judge<'_>) {
        let Some((agent, at)) = router.chosen(id.key()) else { return };
        judge.expect(Judgement::TaskWithTheChosenAgent, agent == member.skill_target, &[at], || {
            format!("task {id} comes to agent {member}, and the router chose {agent}")
        });
        let others = self.histories.range(member.everywhere()).filter(|(other, _)| other.mrd != member.mrd);
        let alone = others
            .flat_map(|(_, history)| &history.tasks)
            .find(|(other, _)| router.domain(other.key()).is_some_and(|(_, interruptible)| !interruptible));
        judge.expect(Judgement::TaskBesideUninterruptible, alone.is_none(), &[at], || {
            let other = alone.map_or_else(String::new, |(other, _)| show(other.key()));
            format!("task {id} comes to agent {member}, who has task {other} that must not be interrupted")
        });
    }

    /// Work gives way only where it may, to work that must not, and goes on as it was (task-routing S6, 3.11). Of tasks
    /// that no router admitted nobody knows what they may.
    fn judge_interrupt(
        &self,
        id: TaskId,
        task: &Task,
        change: Change,
        router: &Router,
        judge: &mut Judge<'_>,
    ) {
        if change.to != TaskState::Interrupted {
            let is_back = task.interrupted.is_none_or(|before| {
                self.is_init || matches!(change.to, TaskState::Ended) || change.to == before
            });
            return judge.expect(Judgement::TaskGoesOnAsBefore, is_back, &[task.at], || {
                format!(
                    "task {id} was {} before its interrupt, and goes on as {}",
                    or_nothing(task.interrupted),
                    change.to
                )
            });
        }
        let gives_way = |id: TaskId| router.domain(id.key()).is_none_or(|(_, interruptible)| interruptible);
        let takes_precedence =
            |id: TaskId| router.domain(id.key()).is_none_or(|(_, interruptible)| !interruptible);
        let mut others = self
            .histories
            .range(change.member.everywhere())
            .filter(|(other, _)| other.mrd != change.member.mrd);
        let has_cause =
            others.any(|(_, history)| history.tasks.iter().any(|(other, _)| takes_precedence(*other)));
        judge.expect(
            Judgement::InterruptHasACause,
            self.is_init || gives_way(id) && has_cause,
            &[task.at],
            || {
                format!(
                    "task {id} is interrupted, and agent {} has nothing that may interrupt it",
                    change.member
                )
            },
        );
    }

    fn judge_room(&mut self, id: TaskId, member: AgentKey, judge: &mut Judge<'_>) {
        let history = self.history(member);
        let Some(room) = history.room else { return };
        let (count, at) = (history.tasks.len() + 1, history.at);
        judge.expect(
            Judgement::AgentsRoom,
            count <= usize::try_from(room).unwrap_or(usize::MAX),
            &[at],
            || format!("task {id} is number {count} of agent {member}, who may have {room}"),
        );
    }

    fn history(&mut self, member: AgentKey) -> &mut MemberHistory {
        let input = self.input;
        let history = self.histories.entry(member).or_insert(MemberHistory {
            state: AgentState::Logout,
            at: 0,
            tasks: Vec::new(),
            counted: 0,
            input,
            has_end: false,
            stood: VecDeque::new(),
            routable: false,
            room: None,
            unaccepted: None,
            reported: 0,
            traced: 0,
        });
        if history.input != input {
            history.input = input;
            history.has_end = false;
            history.stood.clear();
        }
        history
    }
}

impl Task {
    /// Record of the latest change.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Its state and its agent, in words.
    pub(crate) fn describe(&self) -> String {
        format!("{} with agent {}", self.state, self.member)
    }
}

/// The transitions of task-routing 1.1.
fn is_legal(from: TaskState, to: TaskState) -> bool {
    use TaskState as S;
    match from {
        S::PreCall => matches!(to, S::Offered | S::Active | S::Ended),
        S::Offered => matches!(to, S::Active | S::Ended),
        S::Active => matches!(to, S::Paused | S::WrapUp | S::Interrupted | S::Ended),
        S::Paused => matches!(to, S::Active | S::WrapUp | S::Interrupted | S::Ended),
        S::WrapUp => matches!(to, S::Interrupted | S::Ended),
        S::Interrupted => matches!(to, S::Active | S::Paused | S::WrapUp | S::Ended),
        S::Ended => false,
    }
}

/// Somebody who is signed out becomes not ready first (task-routing 1.4); who is available for calls signs out only when
/// forced (finesse-nonvoice 2.2).
fn is_step(from: AgentState, to: AgentState, is_forced: bool) -> bool {
    use AgentState as A;
    match (from, to) {
        (A::Logout, to) => matches!(to, A::Login | A::NotReady),
        (A::Available, A::Logout) => is_forced,
        (_, _) => true,
    }
}

/// Whether an agent's state follows from the tasks. Who is not ready, or has no client, is that, whatever they are
/// (task-routing 1.4, E16).
fn fits(state: AgentState, tasks: &[(TaskId, TaskState)]) -> bool {
    use AgentState as A;
    let has = |wanted: &[TaskState]| tasks.iter().any(|(_, state)| wanted.contains(state));
    if state == A::NotReady {
        return true;
    }
    if has(&[TaskState::Interrupted]) {
        return matches!(state, A::Interrupted | A::WorkNotReady);
    }
    match state {
        A::WorkNotReady => true,
        A::Login | A::Logout | A::NotReady | A::NotActive | A::Available => tasks.is_empty(),
        A::Active => has(&[TaskState::Active]),
        A::WorkReady => has(&[TaskState::WrapUp]) && !has(&[TaskState::Active]),
        A::Paused => has(&[TaskState::Paused]) && !has(&[TaskState::Active, TaskState::WrapUp]),
        A::Reserved => {
            !tasks.is_empty()
                && tasks.iter().all(|(_, state)| matches!(state, TaskState::PreCall | TaskState::Offered))
        }
        A::Interrupted => {
            !tasks.is_empty() && !has(&[TaskState::Active, TaskState::Paused, TaskState::WrapUp])
        }
        A::Talking | A::BusyOther | A::Unknown | A::Hold => false,
    }
}

fn describe(tasks: &[(TaskId, TaskState)]) -> String {
    if tasks.is_empty() {
        return "no task".to_owned();
    }
    tasks.iter().map(|(id, state)| format!("task {id} {state}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
pub(crate) mod tests;
