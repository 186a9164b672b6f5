//! What agents do with their tasks (cti-server-protocol 11.1, 11.3; task-routing 1.1).

use super::{
    EventDetail, Opc, agent_at,
    task::{Ending, Task},
};
use crate::{
    arm::{ArmRequest, Refusal},
    timer::Timer,
};
use cce_kernel::{Cx, Fact};
use cce_model::{
    AgentKey, Disposition, SkillTarget, TaskEvent, TaskEventKind, TaskId, TaskState, fact::OpcMessage,
};
use std::time::Duration;

/// The events say so even of a task that the router assigned (cti-server-protocol 19).
const APPLICATION_ROUTED: bool = true;

impl Opc {
    /// An agent accepts, begins, pauses, resumes or wraps up a task. Accepting does not change the agent's
    /// state, so no agent event goes with it.
    pub(super) fn on_work(
        &mut self,
        request: &ArmRequest,
        id: TaskId,
        kind: TaskEventKind,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        let task = self.task_of(request, id)?;
        // An action on an interrupted dialog has code 30 (finesse-nonvoice 4.6).
        self.refuse_interrupted(task.member)?;
        let to = task.after(kind)?;
        self.enter(task, to, None, cx);
        // Whose client speaks of a task has not forgotten it (task-routing E19).
        self.adopt(id);
        self.push_event(task, kind, None);
        if kind == TaskEventKind::Offer {
            return Ok(());
        }
        // A request that was held back counts before the agent is shown (task-routing 1.5).
        self.release_not_routable(task.member);
        self.report(task.member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// An agent ends a task, in whatever state it is.
    pub(super) fn on_end(
        &mut self,
        request: &ArmRequest,
        id: TaskId,
        ending: &Ending,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        // END is legal in any state, while the work is interrupted, too (cti-server-protocol 11.3).
        self.task_of(request, id)?;
        self.end_task(id, ending, cx);
        Ok(())
    }

    /// Nobody accepted in time: the task ends, and its agent gets no more until made routable (task-routing
    /// E1).
    pub(crate) fn on_start_timeout(&mut self, number: u64, cx: &mut Cx<'_>) {
        let task = self.due(number);
        assert_eq!(task.state, TaskState::PreCall, "the timer ends with the offer");
        // The mode changes first, so that the event shows availability 2 (task-routing E1, step 3).
        agent_at(&mut self.agents, task.member).routable = false;
        self.end_task(task.id, &Disposition::TASK_ABANDONED_BEFORE_OFFERED.into(), cx);
        // The client ends the dialog before it makes the agent not routable (task-routing E1, step 2).
        let AgentKey { skill_target, mrd } = task.member;
        self.to_cti.push(OpcMessage::MadeNotRoutable { skill_target, mrd });
    }

    /// The task that a timer was named after.
    ///
    /// # Panics
    ///
    /// If it is over: its timers end with it.
    pub(super) fn due(&self, number: u64) -> Task {
        *self.tasks.values().find(|task| task.number == number).expect("the timers of a task end with it")
    }

    /// Ends a task; its agent's event shows the count of tasks before that.
    pub(super) fn end_task(&mut self, id: TaskId, ending: &Ending, cx: &mut Cx<'_>) {
        let task = self.tasks.get(&id).copied().expect("a task ends once");
        let before = self.load(task.member).total();
        self.remove(task, ending.icm, cx);
        self.push_event(task, TaskEventKind::End, Some(ending));
        // The task that ends may be the last one that had not begun (task-routing 1.5).
        self.release_not_routable(task.member);
        self.report(task.member, EventDetail::BeforeEnd(before), cx);
    }

    /// Takes a task from its agent, and tells the router how it ended.
    pub(super) fn remove(&mut self, task: Task, disposition: Disposition, cx: &mut Cx<'_>) {
        self.enter(task, TaskState::Ended, Some(disposition), cx);
        self.tasks.remove(&task.id);
        // A client that speaks of it later hears that it is over (task-routing E19).
        self.ended.remember(task.id);
    }

    /// The task that a request names, if it is that agent's in that domain.
    fn task_of(&mut self, request: &ArmRequest, id: TaskId) -> Result<Task, Refusal> {
        self.attended_mut(request.member)?;
        // The codes are 18, 22 for another agent's task, 20 for another domain's (finesse-nonvoice 4.6).
        let task = self.tasks.get(&id).copied().ok_or(Refusal::TaskNotFound)?;
        if task.member.skill_target != request.member.skill_target {
            return Err(Refusal::WrongAgent);
        }
        if task.member.mrd != request.member.mrd {
            return Err(Refusal::WrongMrd);
        }
        Ok(task)
    }

    /// Takes in a task in its first state: its timers run from now on.
    pub(super) fn begin(&mut self, task: Task, cx: &mut Cx<'_>) {
        self.tasks.insert(task.id, task);
        cx.note(task.fact(None, None));
        self.follow_timers(None, &task, cx);
    }

    /// The one transition of a task: its timers follow the state.
    pub(super) fn enter(
        &mut self,
        task: Task,
        to: TaskState,
        disposition: Option<Disposition>,
        cx: &mut Cx<'_>,
    ) {
        let changed = Task { state: to, ..task };
        self.tasks.insert(task.id, changed);
        cx.note(changed.fact(Some(task.state), disposition));
        // The router counts the agent's tasks by these reports (task-routing 3.8).
        self.router.send_task(&changed, disposition, cx);
        self.follow_timers(Some(task.state), &changed, cx);
    }

    /// A reservation rings for the domain's start timeout (task-routing E1), and what was accepted or begun may take the
    /// domain's longest duration (E9): whoever brought the task into that state.
    fn follow_timers(&self, from: Option<TaskState>, task: &Task, cx: &mut Cx<'_>) {
        let mrd = self.model.mrds.get(&task.member.mrd).expect("agents are in configured domains");
        let mut follow = |timer: Timer, runs_in: fn(TaskState) -> bool, limit: Duration| {
            let key = timer.key(task.number);
            match (from.is_some_and(runs_in), runs_in(task.state)) {
                (false, true) => cx.arm(key, limit),
                (true, false) => cx.cancel(key),
                // A change among these states leaves the timer: time accrues (task-routing E9).
                (true, true) | (false, false) => {}
            }
        };
        // The first offer or start ends the start timeout (task-routing 3.8).
        follow(Timer::StartTimeout, |state| state == TaskState::PreCall, mrd.start_timeout);
        follow(Timer::TaskDuration, is_taken, mrd.max_task_duration);
    }

    pub(super) fn push_event(&mut self, task: Task, kind: TaskEventKind, ending: Option<&Ending>) {
        self.to_cti.push(OpcMessage::Task(Box::new(TaskEvent {
            kind,
            task: task.id,
            // PreviousTaskID is -1:-1:-1 in the lab trace (cti-server-protocol 11.2).
            previous: TaskId::NONE,
            peripheral: self.config.peripheral,
            mrd: task.member.mrd,
            skill_target: task.member.skill_target,
            skill_group: task.skill_group,
            // ServiceID is -1 on the wire (cti-server-protocol 19).
            service: SkillTarget::NONE,
            application_routed: APPLICATION_ROUTED,
            icm_disposition: ending.map(|ending| ending.icm),
            application_disposition: ending.map(|ending| ending.application),
            wrapup_data: ending.map(|ending| ending.wrapup_data.clone()).unwrap_or_default(),
            application_data: ending.map(|ending| ending.application_data.clone()).unwrap_or_default(),
        })));
    }
}

impl Task {
    /// The fact of the task's change from another state.
    pub(super) fn fact(&self, from: Option<TaskState>, disposition: Option<Disposition>) -> Fact {
        Fact::Task {
            task: self.id,
            skill_target: self.member.skill_target,
            mrd: self.member.mrd,
            from,
            to: self.state,
            disposition,
        }
    }
}

/// Whether a task in that state has been accepted or begun by its agent, and is not over: between the accept and the
/// start no other timer runs (task-routing 3.8).
fn is_taken(state: TaskState) -> bool {
    match state {
        TaskState::PreCall | TaskState::Ended => false,
        TaskState::Offered
        | TaskState::Active
        | TaskState::Paused
        | TaskState::WrapUp
        | TaskState::Interrupted => true,
    }
}
