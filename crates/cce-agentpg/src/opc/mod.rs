//! OPC: agents, tasks, and the link to the router.
//!
//! Every transition does the same things in the same order: the task changes (fact, `TASK_EVENT` to the router,
//! event for the CTI server), then what follows for its agent is reported (fact, record for the CTI server,
//! `AGENT_STATE_UPDATE` to the router). What the CTI server is to hear waits in an outbox until the input is
//! dealt with.

mod agent;
mod application;
mod interrupt;
mod login;
mod reservation;
mod router;
mod sign_in;
mod task;
mod voice;
mod work;

use crate::{
    arm::{ArmRequest, Refusal},
    config::Config,
    timer::Timer,
};
use agent::{AgentInMrd, AgentReport, Load};
use cce_kernel::{Cx, Fact, Time};
use cce_model::{
    AgentKey, AgentRecord, AgentState, ArmStatus, Direction, EventReason, MrdId, ObjectModel, PeripheralId,
    QueueRecord, SkillTarget, TaskEventKind, TaskId,
    fact::{ArmMessage, OpcMessage},
};
use router::RouterLink;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use task::{EndedTasks, Ending, Task};

/// OPC.
#[derive(Clone, Debug)]
pub(crate) struct Opc {
    model: Arc<ObjectModel>,
    config: Config,
    agents: BTreeMap<AgentKey, AgentInMrd>,
    /// Live tasks; each agent's limit bounds them.
    tasks: BTreeMap<TaskId, Task>,
    /// Tasks that are over.
    ended: EndedTasks,
    /// The number of the task that came last.
    last_task: u64,
    /// Tasks so far that no router has seen.
    application_tasks: u32,
    router: RouterLink,
    logins: login::Logins,
    voice: voice::VoiceSignIns,
    /// Whose interrupts may have changed with this input.
    reported: BTreeSet<SkillTarget>,
    to_cti: Vec<OpcMessage>,
}

/// What an agent's event shows beside the agent's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventDetail {
    /// The event shows the state alone.
    AsIs,
    /// The first event after a sign-in: the queue's state is LOGIN (cti-server-protocol 11.3).
    Login,
    /// The event of an end: the count of tasks is the one before it (cti-server-protocol 19).
    BeforeEnd(u32),
}

impl Opc {
    /// OPC with everybody signed out.
    pub(crate) fn new(model: Arc<ObjectModel>, config: Config) -> Self {
        let mut agents = BTreeMap::new();
        for agent in &model.agents {
            for group in &agent.skill_groups {
                let member = AgentKey { skill_target: agent.skill_target, mrd: group.mrd.id };
                agents
                    .entry(member)
                    // The state of a domain follows from all its queues (task-routing 1.4).
                    .and_modify(|known: &mut AgentInMrd| known.join(group))
                    .or_insert_with(|| AgentInMrd::new(agent, group));
            }
        }
        Self {
            model,
            agents,
            tasks: BTreeMap::new(),
            ended: EndedTasks::default(),
            last_task: 0,
            application_tasks: 0,
            router: RouterLink::new(&config),
            logins: login::Logins::default(),
            voice: voice::VoiceSignIns::default(),
            reported: BTreeSet::new(),
            to_cti: Vec::new(),
            config,
        }
    }

    /// Goes by another configuration from now on.
    pub(crate) fn reconfigure(&mut self, model: Arc<ObjectModel>, config: Config) {
        self.router.reconfigure(&config);
        (self.model, self.config) = (model, config);
    }

    /// The messages for the CTI server, in order.
    pub(crate) fn take_messages(&mut self) -> Vec<OpcMessage> {
        std::mem::take(&mut self.to_cti)
    }

    /// Does what the CTI server asks, or refuses it.
    pub(crate) fn on_arm(&mut self, request: &ArmRequest, cx: &mut Cx<'_>) {
        // A refused request has its own RESP, a refused indication FAILURE_RESP (cti-server-protocol 4.4).
        if let Err(refusal) = self.carry_out(request, cx) {
            self.answer(request, refusal.status());
        }
    }

    fn carry_out(&mut self, request: &ArmRequest, cx: &mut Cx<'_>) -> Result<(), Refusal> {
        match &request.message {
            ArmMessage::MediaLogin { max_tasks, max_beyond, routable } => {
                let terms = login::Terms::new(*max_tasks, *max_beyond, *routable);
                self.on_media_login(request, terms, cx)
            }
            ArmMessage::MediaLogout { reason, icm_disposition, application_disposition } => {
                let ending = sign_in::logout_ending(*icm_disposition, *application_disposition);
                self.on_media_logout(request.member, *reason, &ending, cx)
            }
            ArmMessage::MakeReady { routable } => self.on_make_ready(request.member, *routable, cx),
            ArmMessage::MakeNotReady { reason } => self.on_make_not_ready(request, *reason, cx),
            ArmMessage::MakeRoutable { max_tasks } => self.on_make_routable(request.member, *max_tasks, cx),
            ArmMessage::MakeNotRoutable => self.on_make_not_routable(request, cx),
            // Finesse sends the offer when the agent accepts, not when the task arrives (task-routing 3.8).
            ArmMessage::Offer { task, .. } => self.on_work(request, *task, TaskEventKind::Offer, cx),
            ArmMessage::Start { task, .. } => self.on_work(request, *task, TaskEventKind::Start, cx),
            ArmMessage::Pause { task } => self.on_work(request, *task, TaskEventKind::Pause, cx),
            ArmMessage::Resume { task } => self.on_work(request, *task, TaskEventKind::Resume, cx),
            ArmMessage::WrapUp { task } => self.on_work(request, *task, TaskEventKind::WrapUp, cx),
            ArmMessage::End {
                task,
                icm_disposition,
                application_disposition,
                wrapup_data,
                application_data,
            } => {
                let ending = Ending {
                    icm: *icm_disposition,
                    application: *application_disposition,
                    wrapup_data: wrapup_data.clone(),
                    application_data: application_data.clone(),
                };
                self.on_end(request, *task, &ending, cx)
            }
            ArmMessage::ChangeMaxTaskLimit { max_tasks } => self.on_change_limit(request, *max_tasks, cx),
            ArmMessage::OverrideLimit => self.on_override_limit(request, cx),
            ArmMessage::GetAgentTasks => self.on_get_tasks(request, cx),
            ArmMessage::OfferApplicationTask { skill_group, .. } => {
                self.on_application_task(request, TaskEventKind::Offer, *skill_group, cx)
            }
            ArmMessage::StartApplicationTask { skill_group, .. } => {
                self.on_application_task(request, TaskEventKind::Start, *skill_group, cx)
            }
            ArmMessage::AgentInit { state, routable, max_tasks, max_beyond } => {
                let terms = login::Terms::new(*max_tasks, *max_beyond, *routable);
                self.on_agent_init(request, *state, terms, cx)
            }
            ArmMessage::TaskInit { task, state, skill_group, is_answered } => {
                self.on_task_init(request, (*task, *state, *skill_group), *is_answered, cx)
            }
            ArmMessage::InterruptAccepted => self.on_interrupt_accepted(request.member, cx),
            ArmMessage::InterruptUnaccepted => self.on_interrupt_unaccepted(request.member, cx),
            ArmMessage::InterruptDoneAccepted => self.on_interrupt_done(request.member, cx),
            ArmMessage::SetAgentState { state, reason, force, instrument } => {
                let wanted =
                    voice::StateRequest { state: *state, reason: *reason, force: *force, instrument };
                self.on_set_agent_state(request, wanted, cx);
                Ok(())
            }
        }
    }

    /// Answers a request of the CTI server.
    fn answer(&mut self, request: &ArmRequest, status: ArmStatus) {
        let (session, invoke_id) = (request.client.session, request.invoke_id);
        self.to_cti.push(OpcMessage::Answer { session, invoke_id, status });
    }

    /// The agent, wherever signed in; refused when there is no such agent, or not in that domain.
    fn agent_mut(&mut self, member: AgentKey) -> Result<&mut AgentInMrd, Refusal> {
        let known = self.model.agents.get(&member.skill_target).is_some();
        // Code 2 is for an unknown agent, 3 for one who is not in the domain (cti-server-protocol 11.5).
        let missing = if known { Refusal::MrdNotFound } else { Refusal::AgentNotFound };
        self.agents.get_mut(&member).ok_or(missing)
    }

    /// The agent, if signed in by a client that is there.
    fn attended_mut(&mut self, member: AgentKey) -> Result<&mut AgentInMrd, Refusal> {
        let agent = self.agent_mut(member)?;
        // An agent whose client is away is signed in by another one first (task-routing E16, step 4).
        if agent.is_attended() { Ok(agent) } else { Err(Refusal::NotLoggedIn) }
    }

    /// The agent's tasks in the domain, counted.
    fn load(&self, member: AgentKey) -> Load {
        Load::of(self.tasks.values().filter(|task| task.member == member).map(|task| task.state))
    }

    /// The agent's tasks in each queue of the domain, counted.
    fn loads_by_queue(&self, member: AgentKey) -> Vec<Load> {
        let agent = self.agents.get(&member).expect("an agent who is reported is in the domain");
        (0..agent.queues.len())
            .map(|index| {
                let tasks = self.tasks.values().filter(|task| task.member == member);
                let of_queue = tasks.filter(|task| agent.queue_of(task.skill_group) == index);
                Load::of(of_queue.map(|task| task.state))
            })
            .collect()
    }

    fn next_task_number(&mut self) -> u64 {
        self.last_task += 1;
        self.last_task
    }

    /// The agent's tasks in the domain, oldest first.
    fn tasks_of(&self, member: AgentKey) -> Vec<Task> {
        self.tasks.values().filter(|task| task.member == member).copied().collect()
    }

    fn is_interruptible(&self, mrd: MrdId) -> bool {
        self.model.mrds.get(&mrd).is_some_and(|mrd| mrd.interruptible)
    }

    fn standing(&self, member: AgentKey) -> AgentReport {
        let agent = self.agents.get(&member).expect("an agent who is reported is in the domain");
        agent.standing(self.load(member), self.interrupting(member).is_some())
    }

    /// Reports how an agent stands after a change, and in other domains too where the change reaches them.
    fn report(&mut self, member: AgentKey, shown: EventDetail, cx: &mut Cx<'_>) {
        self.report_one(member, shown, cx);
        // A task that must not be interrupted closes the agent's other domains (task-routing 1.5).
        for other in self.reached_by(member) {
            self.report_one(other, EventDetail::AsIs, cx);
        }
        self.reported.insert(member.skill_target);
    }

    /// The agent's other domains where the availability changed.
    fn reached_by(&self, member: AgentKey) -> Vec<AgentKey> {
        let others = self.agents.values().filter(|other| {
            other.agent.skill_target == member.skill_target
                && other.queue.mrd.id != member.mrd
                && self.standing(other.member()).availability != other.noted.availability
        });
        others.map(AgentInMrd::member).collect()
    }

    fn report_one(&mut self, member: AgentKey, shown: EventDetail, cx: &mut Cx<'_>) {
        let standing = self.standing(member);
        let peripheral = self.config.peripheral;
        let loads = self.loads_by_queue(member);
        let agent = agent_at(&mut self.agents, member);
        agent.enter_queues(standing.state, &loads, cx.now());
        let before = std::mem::replace(&mut agent.noted, standing);
        if before.state != standing.state {
            agent.since = cx.now();
        }
        // Other differences are reported to the router alone.
        if (before.state, before.tasks, before.limit, before.routable)
            != (standing.state, standing.tasks, standing.limit, standing.routable)
        {
            cx.note(transition(agent, before.state));
        }
        let record = record(agent, peripheral, shown, cx);
        self.to_cti.push(OpcMessage::Agent(Box::new(record)));
        // The router hears of it behind the CTI server: in the lab trace a second later (mr-interface 5).
        self.report_to_router(member, cx);
    }

    /// Sends the `AGENT_STATE_UPDATE`, at once or after the configured delay.
    fn report_to_router(&mut self, member: AgentKey, cx: &mut Cx<'_>) {
        let delay = self.config.state_report_delay;
        if delay.is_zero() {
            return self.send_agent_state(member, cx);
        }
        let agent = agent_at(&mut self.agents, member);
        // One report stands for all changes within the delay: it shows the last of them (inferred).
        if !std::mem::replace(&mut agent.report_due, true) {
            cx.arm(Timer::StateReport.key(member.number()), delay);
        }
    }

    /// Tells the router how an agent stands, unless it knows.
    pub(crate) fn send_agent_state(&mut self, member: AgentKey, cx: &mut Cx<'_>) {
        let agent = agent_at(&mut self.agents, member);
        agent.report_due = false;
        if self.router.is_open() && agent.reported != Some(agent.noted) {
            agent.reported = Some(agent.noted);
            self.router.send_agent_state(member, agent.noted, cx);
        }
    }
}

/// An agent in a domain, of which something is to be changed or told.
///
/// # Panics
///
/// If there is none: requests and reservations for others are refused before.
fn agent_at(agents: &mut BTreeMap<AgentKey, AgentInMrd>, member: AgentKey) -> &mut AgentInMrd {
    agents.get_mut(&member).unwrap_or_else(|| panic!("{member:?} is an agent in a domain"))
}

fn transition(agent: &AgentInMrd, from: AgentState) -> Fact {
    Fact::AgentInMrd {
        agent: agent.agent.id.clone(),
        skill_target: agent.agent.skill_target,
        mrd: agent.queue.mrd.id,
        from,
        to: agent.noted.state,
        tasks: agent.noted.tasks,
        limit: agent.noted.limit,
        routable: agent.noted.routable,
    }
}

/// The agent's record for the CTI server (cti-server-protocol 16.1).
fn record(agent: &AgentInMrd, peripheral: PeripheralId, shown: EventDetail, cx: &Cx<'_>) -> AgentRecord {
    let now = agent.noted;
    let seconds = |since: Time| u32::try_from(cx.now().since(since).as_secs()).unwrap_or(u32::MAX);
    let mut queues = agent.queues.iter().map(|queue| QueueRecord {
        number: queue.group.number,
        skill_group: queue.group.id,
        // The queue shows LOGIN while the agent is NOT_READY already (cti-server-protocol 11.3).
        state: if shown == EventDetail::Login { AgentState::Login } else { queue.state },
        seconds: seconds(queue.since),
    });
    let first = queues.next().expect("an agent is in a domain by a queue");
    AgentRecord {
        agent: agent.agent.id.clone(),
        peripheral,
        extension: agent.agent.extension.clone(),
        instrument: agent.agent.instrument().to_owned(),
        session: agent.client.session,
        signature: agent.client.signature.clone(),
        unique_instance: agent.client.unique_instance.clone(),
        skill_group_state: first.state,
        skill_group_seconds: first.seconds,
        state: now.state,
        seconds: seconds(agent.since),
        // A reason belongs to NOT_READY and LOGOUT alone (task-routing 6.4).
        reason: if matches!(now.state, AgentState::NotReady | AgentState::Logout) {
            agent.reason
        } else {
            EventReason::NONE
        },
        mrd: agent.queue.mrd.id,
        // The lab trace still counts the task that has ended (task-routing 7, row 1).
        tasks: if let EventDetail::BeforeEnd(tasks) = shown { tasks } else { now.tasks },
        max_tasks: now.limit,
        max_beyond: now.beyond,
        routable: now.routable,
        availability: now.availability,
        skill_target: agent.agent.skill_target,
        skill_group_number: first.number,
        skill_group: first.skill_group,
        // Direction is 1 (in) while a task is active, and 0 otherwise (cti-server-protocol 11.3).
        direction: if now.state == AgentState::Active { Direction::IN } else { Direction::NONE },
        terminal: agent.agent.terminal.clone(),
        other_queues: queues.collect(),
    }
}
