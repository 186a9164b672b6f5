//! Signing agents in and out, and what they get tasks for (cti-server-protocol 11.1, 11.3; task-routing E3,
//! E6, E16, E19).

use super::{
    EventDetail, Opc,
    agent::{AgentInMrd, SignIn},
    agent_at,
    login::{Terms, check_limit},
    task::Ending,
};
use crate::{
    arm::{ArmRequest, Client, Refusal},
    timer::Timer,
};
use cce_kernel::Cx;
use cce_model::{
    AgentKey, ArmStatus, Disposition, EventReason, MrdId, SessionId, SkillTarget, TaskEventKind, TaskState,
};
use std::collections::BTreeSet;

/// Whether a sign-in is carried out at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It is carried out.
    Now,
    /// It waits for the router.
    Later,
}

/// How tasks end when their agent signs out.
pub(super) fn logout_ending(icm: Option<Disposition>, application: Option<Disposition>) -> Ending {
    let icm = icm.unwrap_or(Disposition::AGENT_LOGGED_OUT_DURING_TASK);
    Ending { application: application.unwrap_or(icm), ..Ending::from(icm) }
}

/// How one task ends at a sign-out. Nobody answered an offer that is open then, so that it is not for the customer
/// to lose: unless the tasks are transferred anyway, it ends as after the start timeout (task-routing 7, row 13;
/// inferred).
fn at_logout(ending: &Ending, is_unanswered: bool) -> Ending {
    if is_unanswered && ending.icm == Disposition::AGENT_LOGGED_OUT_DURING_TASK {
        return Disposition::TASK_ABANDONED_BEFORE_OFFERED.into();
    }
    ending.clone()
}

impl Opc {
    /// Signs an agent in. One that is signed in already is told so, and gets the new terms and client all the
    /// same (task-routing E16).
    pub(super) fn on_media_login(
        &mut self,
        request: &ArmRequest,
        terms: Terms,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        let member = request.member;
        // A voice agent signs in by SET_AGENT_STATE_REQ; here voice has code 11 (cti-server-protocol 11.5).
        if member.mrd == MrdId::VOICE {
            return Err(Refusal::VoiceMrd);
        }
        self.check_member(member)?;
        let sign_in = self.agent_mut(member)?.sign_in;
        check_limit(terms.limit)?;
        match sign_in {
            SignIn::SignedOut => match self.admit_login(member)? {
                Admission::Now => self.sign_in(request, terms, cx),
                Admission::Later => {
                    self.logins.hold(request, terms, cx);
                    Ok(())
                }
            },
            SignIn::NotReady | SignIn::Ready | SignIn::ClientLost => self.renew_terms(request, terms, cx),
        }
    }

    /// Refuses a sign-in to a domain of which the agent is no member (where each code belongs is in the error list of Finesse).
    pub(super) fn check_member(&self, member: AgentKey) -> Result<(), Refusal> {
        let mrd = self.model.mrds.get(&member.mrd);
        // A domain outside the application path has code 27 (finesse-nonvoice 4.6).
        if mrd.is_some_and(|mrd| !mrd.on_path) {
            return Err(Refusal::NotOnPath);
        }
        let agent = self.model.agents.get(&member.skill_target);
        let belongs = agent.is_some_and(|agent| agent.mrds.iter().any(|mrd| mrd.id == member.mrd));
        // An agent gets the tasks of a domain by its queues; a sign-in without any has code 38 (inferred).
        if belongs && !self.agents.contains_key(&member) {
            return Err(Refusal::QueueLoginFailed);
        }
        Ok(())
    }

    /// Whether somebody who is signed out may sign in now (cti-server-protocol 11.5).
    pub(super) fn admit_login(&self, member: AgentKey) -> Result<Admission, Refusal> {
        // The first request has not been answered: a second one has code 41 (cti-server-protocol 11.5).
        if self.logins.has(member) {
            return Err(Refusal::LoginPending);
        }
        let signed_in = self.agents.values().filter(|agent| agent.is_signed_in());
        // Code 34 is about agents: each counts once, in however many domains (finesse-nonvoice 4.6).
        let others: BTreeSet<SkillTarget> = signed_in
            .map(|agent| agent.agent.skill_target)
            .filter(|skill_target| *skill_target != member.skill_target)
            .collect();
        if self.config.signed_in_max.is_some_and(|max| others.len() >= max) {
            return Err(Refusal::TooManyAgents);
        }
        // A sign-in needs the central controller: code 36 (finesse-nonvoice 4.6).
        match (self.router.is_open(), self.router.is_opening()) {
            (true, _) => Ok(Admission::Now),
            (false, true) => Ok(Admission::Later),
            (false, false) => Err(Refusal::ControllerOffline),
        }
    }

    /// The router is ready: whoever waited signs in.
    pub(super) fn carry_out_logins(&mut self, cx: &mut Cx<'_>) {
        while let Some((request, terms)) = self.logins.take_next(cx) {
            if let Err(refusal) = self.on_media_login(&request, terms, cx) {
                self.answer(&request, refusal.status());
            }
        }
    }

    /// The router is away again.
    pub(super) fn refuse_logins(&mut self, cx: &mut Cx<'_>) {
        while let Some((request, _)) = self.logins.take_next(cx) {
            self.answer(&request, Refusal::ControllerOffline.status());
        }
    }

    /// The router was not ready in time.
    pub(crate) fn on_login_timeout(&mut self, member: AgentKey, cx: &mut Cx<'_>) {
        let request = self.logins.take_due(member, cx);
        self.answer(&request, Refusal::LoginTimeout.status());
    }

    /// Signs an agent out. Every task ends, and the sign-out follows; no state in between is shown
    /// (finesse-nonvoice 5). Who is to stay signed in becomes not ready instead, and keeps the tasks.
    pub(super) fn on_media_logout(
        &mut self,
        member: AgentKey,
        reason: EventReason,
        ending: &Ending,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        let agent = self.agent_mut(member)?;
        // A sign-out is legal in every state, even while the client is away (task-routing 1.4).
        if !agent.is_signed_in() {
            return Err(Refusal::NotLoggedIn);
        }
        if self.config.stays(reason) && self.attended_mut(member).is_ok() {
            return self.make_not_ready(member, reason, cx);
        }
        let agent = self.agent_mut(member)?;
        agent.sign_in = SignIn::SignedOut;
        agent.routable = false;
        agent.not_routable_next = false;
        agent.reason = reason;
        // No task is left to end with 42 (task-routing E19).
        cx.cancel(Timer::TaskLife.key(member.number()));
        for task in self.tasks_of(member) {
            // 40, or 65 where tasks are transferred; an offer without an answer is routed anew (task-routing E3, E4).
            let ending = at_logout(ending, task.state == TaskState::PreCall);
            self.remove(task, ending.icm, cx);
            self.push_event(task, TaskEventKind::End, Some(&ending));
        }
        // LOGOUT counts no task: all of them have ended before (cti-server-protocol 11.3).
        self.report(member, EventDetail::AsIs, cx);
        // The sign-out is still shown to the session of the agent's client.
        self.agent_mut(member)?.client = Client::default();
        Ok(())
    }

    /// Nobody is there for an agent who stays signed in: whatever is offered rings out, and the tasks stay with the agent
    /// (finesse-nonvoice 5; that tasks stay is inferred, as with every other way to become not ready).
    fn make_not_ready(
        &mut self,
        member: AgentKey,
        reason: EventReason,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        let agent = self.attended_mut(member)?;
        agent.sign_in = SignIn::NotReady;
        agent.reason = reason;
        self.report(member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// Makes an agent ready; who is made routable with it takes back an earlier request to be not routable.
    pub(super) fn on_make_ready(
        &mut self,
        member: AgentKey,
        routable: bool,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        let agent = self.attended_mut(member)?;
        // Being ready takes effect in every state; being routable is asked for by a flag (cti-server-protocol 11.1).
        agent.sign_in = SignIn::Ready;
        agent.routable |= routable;
        agent.not_routable_next &= !routable;
        // A reason belongs to NOT_READY and LOGOUT alone (task-routing 6.4).
        agent.reason = EventReason::NONE;
        self.report(member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// Makes an agent not ready, at once: the tasks stay with the agent, who works on them and ends them. It is
    /// refused while a task is offered that the agent has not accepted (cti-server-protocol 11.1).
    pub(super) fn on_make_not_ready(
        &mut self,
        request: &ArmRequest,
        reason: EventReason,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        let member = request.member;
        let is_offered = self.tasks_of(member).iter().any(|task| task.state == TaskState::PreCall);
        let agent = self.attended_mut(member)?;
        if is_offered {
            return Err(Refusal::TaskSentRecently);
        }
        // Reports take the tasks for ended; they are not (task-routing E6).
        agent.sign_in = SignIn::NotReady;
        agent.reason = reason;
        self.answer(request, ArmStatus::SUCCESS);
        self.report(member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// Lets the router assign tasks, up to a new limit.
    pub(super) fn on_make_routable(
        &mut self,
        member: AgentKey,
        limit: u32,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        let agent = self.attended_mut(member)?;
        // MaxTasks of the indication is a limit like that of a sign-in (cti-server-protocol 11.1).
        check_limit(limit)?;
        agent.routable = true;
        agent.set_limit(limit);
        agent.not_routable_next = false;
        self.report(member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// Keeps the router from assigning tasks, once every assigned task has begun (task-routing 1.5). The answer
    /// comes at once, since nobody knows when an agent begins (inferred).
    pub(super) fn on_make_not_routable(
        &mut self,
        request: &ArmRequest,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        let load = self.load(request.member);
        let agent = self.attended_mut(request.member)?;
        // It is held back while a task has not begun (task-routing 1.5).
        agent.not_routable_next = load.waiting > 0;
        agent.routable &= agent.not_routable_next;
        self.answer(request, ArmStatus::SUCCESS);
        self.report(request.member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// The session that signed agents in is gone, or wanted to. Their tasks live on for a while.
    pub(crate) fn on_session_lost(&mut self, session: SessionId, cx: &mut Cx<'_>) {
        // The client of the sign-in that waits is gone, so the sign-in is dropped.
        self.logins.forget(session, cx);
        let agents = self.agents.values();
        let lost = agents.filter(|agent| agent.is_attended() && agent.client.session == session);
        for member in lost.map(AgentInMrd::member).collect::<Vec<_>>() {
            self.on_client_lost(member, cx);
        }
    }

    /// The client did not come back for the agent's tasks in time (task-routing E19).
    pub(crate) fn on_task_life_over(&mut self, member: AgentKey, cx: &mut Cx<'_>) {
        // The agent stays signed in without the tasks (task-routing E19).
        for task in self.tasks_of(member) {
            self.end_task(task.id, &Disposition::APPLICATION_PATH_WENT_DOWN.into(), cx);
        }
    }

    /// Makes an agent not routable who asked for it while tasks had not begun, once every task has begun
    /// (task-routing 1.5).
    pub(super) fn release_not_routable(&mut self, member: AgentKey) {
        let has_waiting = self.load(member).waiting > 0;
        let agent = agent_at(&mut self.agents, member);
        if !has_waiting && std::mem::take(&mut agent.not_routable_next) {
            agent.routable = false;
        }
    }

    fn sign_in(&mut self, request: &ArmRequest, terms: Terms, cx: &mut Cx<'_>) -> Result<(), Refusal> {
        let agent = self.agent_mut(request.member)?;
        // LOGIN is passed through: the next state is NOT_READY (task-routing 1.4).
        agent.sign_in = SignIn::NotReady;
        // The client says by MakeRoutable whether its agent gets tasks (cti-server-protocol 11.1).
        agent.routable = terms.routable;
        agent.limit = terms.limit;
        agent.beyond = terms.beyond;
        agent.reason = EventReason::NONE;
        agent.not_routable_next = false;
        agent.client = request.client.clone();
        // The answer goes ahead of the event (task-routing S0, steps 2 and 3).
        self.answer(request, ArmStatus::SUCCESS);
        // The first event shows the sign-in and the state that follows it (cti-server-protocol 11.3).
        self.report(request.member, EventDetail::Login, cx);
        Ok(())
    }

    /// The agent keeps tasks and state, and is told to be signed in already; what the sign-in says of limits counts all
    /// the same. An agent whose client was away is back with it (task-routing E16).
    fn renew_terms(&mut self, request: &ArmRequest, terms: Terms, cx: &mut Cx<'_>) -> Result<(), Refusal> {
        let agent = self.agent_mut(request.member)?;
        agent.limit = terms.limit;
        agent.beyond = terms.beyond;
        self.attend(request.member, &request.client, cx);
        self.answer(request, Refusal::AlreadyLoggedIn.status());
        self.report(request.member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// A client speaks for an agent from now on. The state of one whose client was away follows from the tasks, and is
    /// not ready without any (task-routing E16). The agent stays not routable until asked to be (task-routing 1.5).
    pub(super) fn attend(&mut self, member: AgentKey, client: &Client, cx: &mut Cx<'_>) {
        let has_tasks = self.load(member).total() > 0;
        let agent = agent_at(&mut self.agents, member);
        agent.client = client.clone();
        if agent.sign_in == SignIn::ClientLost {
            agent.sign_in = if has_tasks { SignIn::Ready } else { SignIn::NotReady };
        }
        // The life of the tasks runs while the path is down (task-routing 4.1).
        cx.cancel(Timer::TaskLife.key(member.number()));
    }

    fn on_client_lost(&mut self, member: AgentKey, cx: &mut Cx<'_>) {
        let agent = agent_at(&mut self.agents, member);
        // The agent is shown as work not ready, and gets no tasks (task-routing E16).
        agent.sign_in = SignIn::ClientLost;
        agent.routable = false;
        agent.client.session = SessionId::NONE;
        agent.not_routable_next = false;
        for task in self.tasks.values_mut().filter(|task| task.member == member) {
            // The next client has to speak of it, or it ends with 51 (task-routing E19).
            task.is_orphan = true;
        }
        let mrd = self.model.mrds.get(&member.mrd).expect("agents are in configured domains");
        // Tasks that nobody comes back for end with 42 (task-routing E19).
        cx.arm(Timer::TaskLife.key(member.number()), mrd.task_life);
        self.report(member, EventDetail::AsIs, cx);
    }
}
