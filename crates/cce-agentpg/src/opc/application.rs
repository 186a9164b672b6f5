//! Tasks that an application routes by itself, limits that change, and agents whose client comes back
//! (cti-server-protocol 11.1; the texts give names and little else, so what follows is inferred).

use super::{
    EventDetail, Opc,
    agent::SignIn,
    login::{Terms, check_limit},
    sign_in::Admission,
    task::Task,
};
use crate::arm::{ArmRequest, Refusal};
use cce_kernel::Cx;
use cce_model::{
    AgentKey, AgentState, ArmStatus, Disposition, MrdId, RouterCallKey, SessionId, SkillTarget,
    TaskEventKind, TaskId, TaskState, fact::OpcMessage,
};

/// Their sequence number, like that of a task that was routed once.
const SEQUENCE: i32 = 1;

impl Opc {
    /// Changes how many tasks an agent has at the same time. Tasks beyond the new limit stay.
    pub(super) fn on_change_limit(
        &mut self,
        request: &ArmRequest,
        limit: u32,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        let agent = self.attended_mut(request.member)?;
        // The highest limit is the 15 tasks that an agent may have (task-routing 5).
        check_limit(limit)?;
        agent.set_limit(limit);
        self.answer(request, ArmStatus::SUCCESS);
        self.report(request.member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// Lets an agent hold one task more than the limit.
    pub(super) fn on_override_limit(&mut self, request: &ArmRequest, cx: &mut Cx<'_>) -> Result<(), Refusal> {
        let agent = self.attended_mut(request.member)?;
        // The task past the limit counts against the same 15 (task-routing 5).
        check_limit(agent.limit.saturating_add(agent.beyond).saturating_add(1))?;
        agent.beyond += 1;
        self.answer(request, ArmStatus::SUCCESS);
        self.report(request.member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// A client asks for an agent's tasks. Where it is the agent's client that is back – nobody else speaks for the agent, or
    /// the client is telling anew what its agents do – it speaks for the agent from now on, and an agent without tasks
    /// becomes not ready (cti-server-protocol 11.1). The agent's event comes first, so that the client knows both once it has
    /// its answer. Anybody else has only asked.
    pub(super) fn on_get_tasks(&mut self, request: &ArmRequest, cx: &mut Cx<'_>) -> Result<(), Refusal> {
        let member = request.member;
        let is_idle = self.load(member).total() == 0;
        let agent = self.agent_mut(member)?;
        if !agent.is_signed_in() {
            // An agent who is signed out has code 6 (cti-server-protocol 11.5).
            return Err(Refusal::NotLoggedIn);
        }
        let is_own = agent.client.session == request.client.session;
        if !is_own && agent.sign_in != SignIn::ClientLost && !request.during_init {
            self.answer(request, ArmStatus::SUCCESS);
            return Ok(());
        }
        let before = (agent.sign_in, agent.client.session);
        // The client is back, and no task says what the agent does (cti-server-protocol 11.1).
        if is_idle {
            agent.sign_in = SignIn::NotReady;
        }
        if !is_own {
            // What the client was advised of in the old session may be lost with it: it is advised anew.
            agent.interrupt = agent.interrupt.unanswered();
        }
        self.attend(member, &request.client, cx);
        let after = self.agent_mut(member).map(|agent| (agent.sign_in, agent.client.session))?;
        if after != before {
            self.report(member, EventDetail::AsIs, cx);
        }
        self.answer(request, ArmStatus::SUCCESS);
        Ok(())
    }

    /// A client says how its agent stands. The agent's tasks stay, unlike with a new sign-in.
    pub(super) fn on_agent_init(
        &mut self,
        request: &ArmRequest,
        state: AgentState,
        terms: Terms,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        check_limit(terms.limit)?;
        let member = request.member;
        let is_signed_in = self.agent_mut(member).is_ok_and(|agent| agent.is_signed_in());
        if state == AgentState::Logout {
            // MEDIA_LOGOUT_IND signs out, with dispositions for the tasks (cti-server-protocol 11.1).
            return Err(Refusal::WrongSequence);
        }
        if !is_signed_in {
            self.admit_init(member)?;
        }
        let agent = self.agent_mut(member)?;
        // The client decides about ready or not; the rest follows from the tasks (task-routing E16, step 5).
        let is_ready = !matches!(state, AgentState::NotReady | AgentState::Login);
        agent.sign_in = if is_ready { SignIn::Ready } else { SignIn::NotReady };
        agent.routable = terms.routable;
        agent.limit = terms.limit;
        agent.beyond = terms.beyond;
        // The mode that the client tells replaces what it asked for before (cti-server-protocol 11.1).
        agent.not_routable_next = false;
        self.attend(member, &request.client, cx);
        self.answer(request, ArmStatus::SUCCESS);
        self.report(member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// Who is signed out signs in by that: on the terms of a sign-in (cti-server-protocol 11.5). It does not wait for the
    /// router, since its client waits for the end of the initialisation (inferred).
    fn admit_init(&mut self, member: AgentKey) -> Result<(), Refusal> {
        if member.mrd == MrdId::VOICE {
            return Err(Refusal::VoiceMrd);
        }
        self.check_member(member)?;
        self.agent_mut(member)?;
        match self.admit_login(member)? {
            Admission::Now => Ok(()),
            Admission::Later => Err(Refusal::ControllerOffline),
        }
    }

    /// A client says how a task of its agent stands: one that is known, or one of which this agent PG never heard. What
    /// ended while the client spoke of it stays ended: the client hears of the end (task-routing E19).
    pub(super) fn on_task_init(
        &mut self,
        request: &ArmRequest,
        (id, state, skill_group): (TaskId, TaskState, SkillTarget),
        is_answered: bool,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        self.attended_mut(request.member)?;
        // END_TASK_IND ends a task, since an end has a disposition (cti-server-protocol 11.1).
        if state == TaskState::Ended {
            return Err(Refusal::WrongSequence);
        }
        match self.tasks.get(&id).copied() {
            // A task has one agent, and no other agent's client can claim it (finesse-nonvoice 4.6, code 22).
            Some(known) if known.member != request.member => return Err(Refusal::WrongAgent),
            // A task keeps its state while its client is away (task-routing E16, step 2).
            Some(known) if known.state == state => {
                self.adopt(id);
                self.answer_init(request, is_answered);
                return Ok(());
            }
            None if self.ended.contains(id) => return Err(Refusal::TaskNotFound),
            // Only an accepted interrupt interrupts a task, and only its end resumes it.
            Some(_) | None if state == TaskState::Interrupted => return Err(Refusal::WrongSequence),
            Some(known) => {
                self.refuse_interrupted(known.member)?;
                self.enter(known, state, None, cx);
                self.adopt(id);
            }
            None => {
                let task = self.admit(request.member, id, state, skill_group, cx)?;
                self.router.send_task(&task, None, cx);
            }
        }
        // The task may be the last one that had not begun (task-routing 1.5).
        self.release_not_routable(request.member);
        self.answer_init(request, is_answered);
        self.report(request.member, EventDetail::AsIs, cx);
        Ok(())
    }

    fn answer_init(&mut self, request: &ArmRequest, is_answered: bool) {
        if is_answered {
            self.answer(request, ArmStatus::SUCCESS);
        }
    }

    /// Its client speaks of a task: it does not end when the client has told everything.
    pub(super) fn adopt(&mut self, id: TaskId) {
        self.tasks.get_mut(&id).expect("its client speaks of a live task").is_orphan = false;
    }

    /// A client has told everything that it knows. What its agents held when it went away, and what it did not speak
    /// of, is over for it (task-routing E19).
    pub(crate) fn on_init_over(&mut self, session: SessionId, cx: &mut Cx<'_>) {
        let forgotten: Vec<TaskId> = self
            .tasks
            .values()
            .filter(|task| {
                let agent = self.agents.get(&task.member).expect("the agent of a task is in its domain");
                task.is_orphan && agent.is_attended() && agent.client.session == session
            })
            .map(|task| task.id)
            .collect();
        for id in forgotten {
            self.end_task(id, &Disposition::TASK_ENDED_DURING_APPLICATION_INIT.into(), cx);
        }
    }

    /// An application gives its agent a task that no router has seen: offered, or begun at once.
    pub(super) fn on_application_task(
        &mut self,
        request: &ArmRequest,
        kind: TaskEventKind,
        skill_group: SkillTarget,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        self.attended_mut(request.member)?;
        let id = self.next_application_task(cx);
        let task = self.admit(request.member, id, TaskState::PreCall, skill_group, cx)?;
        let to = task.after(kind)?;
        self.enter(task, to, None, cx);
        // The answer gives the id by which the client knows the next event (cti-server-protocol 11.1).
        self.to_cti.push(OpcMessage::TaskAssigned {
            session: request.client.session,
            invoke_id: request.invoke_id,
            task: id,
        });
        self.push_event(task, kind, None);
        self.report(task.member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// Takes in a task that was not reserved by the router.
    fn admit(
        &mut self,
        member: AgentKey,
        id: TaskId,
        state: TaskState,
        skill_group: SkillTarget,
        cx: &mut Cx<'_>,
    ) -> Result<Task, Refusal> {
        self.refuse_interrupted(member)?;
        let load = self.load(member).total();
        let agent = self.attended_mut(member)?;
        // MaxBeyondTaskLimit is for tasks that the router did not choose (task-routing 1.5).
        if load >= agent.limit.saturating_add(agent.beyond) {
            return Err(Refusal::LimitExceeded);
        }
        let number = self.next_task_number();
        let task = Task { id, number, member, state, skill_group, interrupted: None, is_orphan: false };
        self.begin(task, cx);
        Ok(task)
    }

    fn next_application_task(&mut self, cx: &Cx<'_>) -> TaskId {
        self.application_tasks += 1;
        let call = TaskId::FIRST_APPLICATION_CALL
            .saturating_add(i32::try_from(self.application_tasks).unwrap_or(i32::MAX));
        // Every task id begins with the day of a router call key, whoever made it (cti-server-protocol 2).
        let (day, _) = cx.clock().local_day(cx.wall());
        let day = i32::try_from(day).unwrap_or(0).saturating_add(RouterCallKey::UNIX_EPOCH_DAY);
        TaskId { day, call, sequence: SEQUENCE }
    }

    /// A task took too long: its client hears of it, and it ends.
    pub(crate) fn on_duration_over(&mut self, number: u64, cx: &mut Cx<'_>) {
        let task = self.due(number);
        // The client hears why before it hears of the end (task-routing E9).
        self.to_cti.push(OpcMessage::LifetimeExceeded {
            task: task.id,
            skill_target: task.member.skill_target,
            mrd: task.member.mrd,
        });
        self.end_task(task.id, &Disposition::MAXIMUM_TASK_LIFETIME_EXCEEDED.into(), cx);
    }
}
