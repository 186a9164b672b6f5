//! Why a task waits: for each agent, what keeps the task from going there.
//!
//! It is told from what the router was told and what it chose (task-routing 1.5, 3.5, 3.6), so it is what the router
//! decides by, and from the lab's configuration in the header of the journal.

mod reason;

pub use reason::{Obstacle, WaitReason};

use crate::roster::{self, Roster};
use cce_fold::{AnyMessage, GatewayReport, Meaning, ReadRecord};
use cce_journal::{Header, What};
use cce_kernel::{Fact, LinkId, Port, Time};
use cce_model::{
    AgentKey, AgentState, Availability, ContactId, ContactStatus, Kind, MrdId, PrecisionQueueId,
    RouterCallKey, SkillTarget, TaskId, TaskState,
    fact::{QueueChoice, RouterFact},
};
use cce_mr::{
    Icm,
    icm::{AgentStateUpdate, TaskEvent},
};

use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Contacts, waiting tasks, and agents in domains that are followed: what one router keeps (task-routing 5).
const FOLLOWED_MAX: usize = 80_000;

/// Agents of whom a task is told one by one. Further ones are counted.
const TOLD_MAX: usize = 50;

/// A task that waits, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitingContact {
    /// The social contact.
    pub contact: ContactId,
    /// Where it waits, in words.
    pub place: String,
    /// Since when, in the run's own time.
    #[serde(skip)]
    pub since: Time,
    /// For each agent, why that agent does not get it: those of its queue first.
    pub agents: Vec<Obstacle>,
    /// Agents who are not told one by one.
    pub more: usize,
}

impl fmt::Display for WaitingContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.place)?;
        for agent in &self.agents {
            writeln!(f, "  {agent}")?;
        }
        if self.more > 0 {
            writeln!(f, "  and {} more agents", self.more)?;
        }
        Ok(())
    }
}

/// Follows a run, and says at any time why tasks wait.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "three links and the end of a run are facts of their own")]
pub struct Why {
    roster: Roster,
    /// What the router was told of agents, as long as the link lives that told it.
    reported: BTreeMap<AgentKey, AgentReport>,
    /// What agents have as the router counts it, begun or not.
    tasks: BTreeMap<AgentKey, BTreeSet<RouterCallKey>>,
    /// Who is signed in to a domain, as the agent PG says.
    signed_in: BTreeSet<AgentKey>,
    calls: BTreeMap<RouterCallKey, Call>,
    /// Contacts that no agent has, with the time since when.
    contacts: BTreeMap<ContactId, Time>,
    /// Whether each side that dials says that its link is up.
    has_mr_link: bool,
    has_icm_link: bool,
    has_agent_link: bool,
    is_ended: bool,
}

/// What the router was told of an agent in a domain.
#[derive(Clone, Copy, Debug)]
struct AgentReport {
    link: LinkId,
    state: AgentState,
    limit: u32,
    is_routable: bool,
    is_available: bool,
    /// The agent PG refused a reservation, and has not reported the agent since.
    is_doubted: bool,
}

/// A task that the router admitted and that has not ended.
#[derive(Clone, Debug)]
struct Call {
    contact: ContactId,
    mrd: MrdId,
    since: Time,
    /// The queue and the step, while it waits there.
    node: Option<(PrecisionQueueId, u32)>,
    /// The queue and the step that it came to at last.
    last: Option<(PrecisionQueueId, u32)>,
    agent: Option<SkillTarget>,
}

impl Why {
    /// Follows the run of this header, from its first record on.
    pub fn new(header: &Header) -> Self {
        Self {
            roster: Roster::of(&header.config),
            reported: BTreeMap::new(),
            tasks: BTreeMap::new(),
            signed_in: BTreeSet::new(),
            calls: BTreeMap::new(),
            contacts: BTreeMap::new(),
            has_mr_link: false,
            has_icm_link: false,
            has_agent_link: false,
            is_ended: false,
        }
    }

    /// Takes in the next event of the fold. What components forget once somebody ends the run does not count.
    pub fn push(&mut self, event: &ReadRecord<'_>) {
        self.is_ended |= event.record.ends_the_run();
        if self.is_ended {
            return;
        }
        let node = event.record.node.kind();
        match &event.kind {
            Meaning::Fact(fact) => self.on_fact(fact, event.record.at),
            Meaning::Received { link, message: AnyMessage::Icm(message), .. }
                if node == Some(Kind::Router) =>
            {
                self.on_gateway(*link, message);
            }
            Meaning::LinkUp { link, .. } => self.on_link(node, *link, true),
            Meaning::LinkDown { link, .. } => self.on_link(node, *link, false),
            Meaning::Other => match event.record.what {
                What::Started | What::Stopped { .. } => self.on_life(node),
                What::In(_) | What::Out(_) | What::Connected { .. } | What::Bent(_) | What::Gap { .. } => {}
            },
            Meaning::Received { .. } | Meaning::Sent { .. } | Meaning::Http(_) | Meaning::Bent(_) => {}
        }
    }

    fn on_fact(&mut self, fact: &Fact, at: Time) {
        match fact {
            Fact::Contact { contact, to, .. } => self.on_contact(contact, *to, at),
            Fact::AgentInMrd { skill_target, mrd, to, .. } => {
                self.on_agent(AgentKey { skill_target: *skill_target, mrd: *mrd }, *to);
            }
            Fact::Router(fact) => self.on_router(fact, at),
            Fact::Dialogue { .. }
            | Fact::Task { .. }
            | Fact::Dialog { .. }
            | Fact::User { .. }
            | Fact::Ecc { .. }
            | Fact::PeerError { .. }
            | Fact::CommandRefused { .. }
            | Fact::PlanRefused { .. }
            | Fact::PlanKept { .. }
            | Fact::Setting { .. }
            | Fact::Ccp(_)
            | Fact::AgentPg(_)
            | Fact::Finesse(_) => {}
        }
    }

    /// A gateway says something to the router.
    fn on_gateway(&mut self, link: LinkId, message: &Icm) {
        match GatewayReport::of(message) {
            Some(GatewayReport::Agent(update)) => self.on_report(link, update),
            Some(GatewayReport::Task(task)) => self.on_task(task),
            None => {}
        }
    }

    /// A component begins or ends: what it knew is gone, and so are its links.
    fn on_life(&mut self, node: Option<Kind>) {
        match node {
            Some(Kind::Router) => {
                self.reported.clear();
                self.tasks.clear();
                self.calls.clear();
            }
            Some(Kind::MrPg) => (self.has_mr_link, self.has_icm_link) = (false, false),
            Some(Kind::AgentPg) => {
                self.signed_in.clear();
                self.has_agent_link = false;
            }
            Some(Kind::Ccp | Kind::Finesse | Kind::Agent | Kind::Customer) | None => {}
        }
    }

    /// Every task that waits, the one first that waits longest, and why.
    pub fn waiting(&self) -> Vec<WaitingContact> {
        let with_agents = |(waiting, call): (WaitingContact, Option<&Call>)| match call {
            Some(call) => self.with_obstacles(waiting, call),
            None => waiting,
        };
        self.places().into_iter().map(with_agents).collect()
    }

    /// The same without what is in the way of each agent.
    pub(crate) fn standing(&self) -> impl Iterator<Item = WaitingContact> {
        self.places().into_iter().map(|(waiting, _)| waiting)
    }

    /// Where each task waits, with the call of those that the router knows.
    fn places(&self) -> Vec<(WaitingContact, Option<&Call>)> {
        let in_queue = self.calls.values().filter_map(|call| Some((self.in_queue(call)?, Some(call))));
        let admitted: BTreeSet<&ContactId> = self.calls.values().map(|call| &call.contact).collect();
        let elsewhere = self.contacts.iter().filter(|(contact, _)| !admitted.contains(contact));
        let elsewhere = elsewhere.map(|(contact, since)| (self.before_router(contact, *since), None));
        let mut waiting: Vec<_> = in_queue.chain(elsewhere).collect();
        waiting.sort_by(|(one, _), (other, _)| (one.since, &one.contact).cmp(&(other.since, &other.contact)));
        waiting
    }

    fn in_queue(&self, call: &Call) -> Option<WaitingContact> {
        let (queue, step) = call.node?;
        let named = self.roster.queue(queue);
        let name = named.map_or_else(|| queue.to_string(), |queue| queue.name.clone());
        let place = format!("in queue {name}, at step {step}");
        Some(WaitingContact {
            contact: call.contact.clone(),
            place,
            since: call.since,
            agents: Vec::new(),
            more: 0,
        })
    }

    fn with_obstacles(&self, waiting: WaitingContact, call: &Call) -> WaitingContact {
        let mut agents: Vec<Obstacle> =
            self.roster.agents().map(|agent| self.obstacle(agent, call)).collect();
        agents.sort_by_key(|agent| agent.reason == WaitReason::NotOfQueue);
        let more = agents.len().saturating_sub(TOLD_MAX);
        agents.truncate(TOLD_MAX);
        WaitingContact { agents, more, ..waiting }
    }

    /// The router does not know the task: no agent can have it.
    fn before_router(&self, contact: &ContactId, since: Time) -> WaitingContact {
        let place = match (self.has_mr_link, self.has_icm_link) {
            (false, _) => "in CCP: there is no link to the MR PG",
            (true, false) => "in CCP or the MR PG: there is no link to the router",
            (true, true) => "on its way to the router",
        };
        let place = place.to_owned();
        WaitingContact { contact: contact.clone(), place, since, agents: Vec::new(), more: 0 }
    }

    fn obstacle(&self, agent: &roster::Agent, call: &Call) -> Obstacle {
        Obstacle { agent: agent.id.clone(), reason: self.reason(agent, call) }
    }

    /// The first thing that keeps the task from the agent, in the order in which the router looks (task-routing 3.5).
    fn reason(&self, agent: &roster::Agent, call: &Call) -> WaitReason {
        let member = AgentKey { skill_target: agent.skill_target, mrd: call.mrd };
        let (queue, step) = call.node.unwrap_or_default();
        match self.roster.step_of(queue, &agent.id) {
            None => return WaitReason::NotOfQueue,
            Some(own) if own > step => return WaitReason::LaterStep { step: own },
            Some(_) => {}
        }
        if !self.roster.is_in_domain(agent, call.mrd) {
            return WaitReason::NotOfDomain { mrd: call.mrd };
        }
        let Some(known) = self.reported.get(&member).filter(|known| known.state != AgentState::Logout) else {
            return match (self.signed_in.contains(&member), self.has_agent_pg()) {
                (true, true) => WaitReason::NotReported,
                (_, false) => WaitReason::NoGateway,
                (false, true) => WaitReason::SignedOut,
            };
        };
        let tasks = self.tasks_of(member);
        let has_room = u32::try_from(tasks).is_ok_and(|tasks| tasks < known.limit);
        match known.state {
            AgentState::Login | AgentState::NotReady => return WaitReason::NotReady,
            AgentState::WorkNotReady => return WaitReason::ClientAway,
            AgentState::Interrupted => return WaitReason::Interrupted,
            AgentState::Logout
            | AgentState::Available
            | AgentState::Talking
            | AgentState::WorkReady
            | AgentState::BusyOther
            | AgentState::Reserved
            | AgentState::Unknown
            | AgentState::Hold
            | AgentState::Active
            | AgentState::Paused
            | AgentState::NotActive => {}
        }
        match self.busy_elsewhere(member) {
            _ if !known.is_routable => WaitReason::NotRoutable,
            _ if !has_room => WaitReason::AtLimit { tasks, limit: known.limit },
            _ if known.is_doubted => WaitReason::Refused,
            Some(mrd) => WaitReason::BusyElsewhere { mrd },
            None if !known.is_available => WaitReason::NotAvailable { state: known.state },
            None => WaitReason::Free,
        }
    }

    /// A domain whose work must not be interrupted, and in which the agent has some (task-routing 3.5).
    fn busy_elsewhere(&self, here: AgentKey) -> Option<MrdId> {
        let mut held = self.tasks.range(here.everywhere()).filter(|(other, tasks)| {
            other.mrd != here.mrd && !tasks.is_empty() && !self.roster.is_interruptible(other.mrd)
        });
        held.next().map(|(other, _)| other.mrd)
    }

    fn tasks_of(&self, member: AgentKey) -> usize {
        self.tasks.get(&member).map_or(0, BTreeSet::len)
    }

    fn has_agent_pg(&self) -> bool {
        self.has_agent_link || !self.reported.is_empty()
    }

    fn on_contact(&mut self, contact: &ContactId, to: ContactStatus, at: Time) {
        match to {
            ContactStatus::Unread | ContactStatus::Queued if self.contacts.len() < FOLLOWED_MAX => {
                self.contacts.entry(contact.clone()).or_insert(at);
            }
            ContactStatus::Unread | ContactStatus::Queued => {}
            ContactStatus::Reserved | ContactStatus::Handled | ContactStatus::Discarded => {
                self.contacts.remove(contact);
            }
        }
    }

    fn on_agent(&mut self, member: AgentKey, to: AgentState) {
        if to == AgentState::Logout {
            self.signed_in.remove(&member);
        } else if self.signed_in.len() < FOLLOWED_MAX {
            self.signed_in.insert(member);
        }
    }

    fn on_router(&mut self, fact: &RouterFact, at: Time) {
        match fact {
            RouterFact::CallAdmitted { key, ced, mrd, .. } if self.calls.len() < FOLLOWED_MAX => {
                let contact = ContactId::from(ced.as_str());
                let call = Call { contact, mrd: *mrd, since: at, node: None, last: None, agent: None };
                self.calls.insert(*key, call);
            }
            RouterFact::QueueNode { key, queue_id, step, choice, .. } => {
                self.on_choice(*key, (*queue_id, *step), *choice);
            }
            RouterFact::Dequeued { key, .. } => {
                self.calls.remove(key);
            }
            RouterFact::Requeued { task, skill_target, mrd } => {
                self.on_requeued(*task, AgentKey { skill_target: *skill_target, mrd: *mrd });
            }
            RouterFact::CallAdmitted { .. }
            | RouterFact::CallRefused { .. }
            | RouterFact::DialogDeleted { .. }
            | RouterFact::Agent { .. }
            | RouterFact::CancelRefused { .. } => {}
        }
    }

    /// A task waits, or counts against its agent from the decision on.
    fn on_choice(&mut self, key: RouterCallKey, node: (PrecisionQueueId, u32), choice: QueueChoice) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        call.last = Some(node);
        match choice {
            QueueChoice::Wait => call.node = Some(node),
            QueueChoice::Agent { skill_target, .. } => {
                call.node = None;
                call.agent = Some(skill_target);
                let member = AgentKey { skill_target, mrd: call.mrd };
                self.tasks.entry(member).or_default().insert(key);
            }
        }
    }

    /// A reservation did not come about: the task waits where it stood, and nothing goes to that agent until the agent
    /// PG reports anew (task-routing 3.5).
    fn on_requeued(&mut self, task: TaskId, member: AgentKey) {
        self.drop_task(task.key(), member);
        if let Some(known) = self.reported.get_mut(&member) {
            known.is_doubted = true;
        }
        if let Some(call) = self.calls.get_mut(&task.key()) {
            (call.node, call.agent) = (call.last, None);
        }
    }

    fn drop_task(&mut self, key: RouterCallKey, member: AgentKey) {
        if let Some(tasks) = self.tasks.get_mut(&member) {
            tasks.remove(&key);
            if tasks.is_empty() {
                self.tasks.remove(&member);
            }
        }
    }

    fn on_report(&mut self, link: LinkId, update: &AgentStateUpdate) {
        let member = AgentKey { skill_target: update.icm_agent_id, mrd: update.mrd_id };
        if self.reported.len() >= FOLLOWED_MAX && !self.reported.contains_key(&member) {
            return;
        }
        let standing = AgentReport {
            link,
            state: update.agent_state.or_unknown(),
            limit: update.max_task_limit,
            is_routable: update.agent_mode,
            is_available: update.availability == Availability::Icm,
            is_doubted: false,
        };
        self.reported.insert(member, standing);
    }

    fn on_task(&mut self, event: &TaskEvent) {
        let key = event.task_id.key();
        let member = AgentKey { skill_target: event.icm_agent_id, mrd: event.mrd_id };
        if event.task_state != TaskState::Ended {
            if self.tasks.len() < FOLLOWED_MAX {
                self.tasks.entry(member).or_default().insert(key);
            }
            return;
        }
        self.drop_task(key, member);
        if self.calls.get(&key).is_some_and(|call| call.agent == Some(member.skill_target)) {
            self.calls.remove(&key);
        }
    }

    /// A gateway's links say whether tasks and agents are heard of. Both ends of a link tell of it.
    fn on_link(&mut self, node: Option<Kind>, link: LinkId, is_up: bool) {
        if node == Some(Kind::Router) {
            if !is_up {
                self.forget_gateway(link);
            }
            return;
        }
        match link.port {
            Port::Mr if node == Some(Kind::MrPg) => self.has_mr_link = is_up,
            Port::IcmMr if node == Some(Kind::MrPg) => self.has_icm_link = is_up,
            Port::IcmAgent if node == Some(Kind::AgentPg) => self.has_agent_link = is_up,
            Port::App
            | Port::CcpRest
            | Port::Mr
            | Port::IcmMr
            | Port::IcmAgent
            | Port::CtiA
            | Port::CtiB
            | Port::Desk
            | Port::Xmpp
            | Port::XmppWs
            | Port::Bosh
            | Port::CcpBosh
            | Port::CcpNotify => {}
        }
    }

    /// A gateway is gone: nobody knows how its agents stand.
    fn forget_gateway(&mut self, link: LinkId) {
        let gone: Vec<AgentKey> =
            self.reported.iter().filter(|(_, known)| known.link == link).map(|(member, _)| *member).collect();
        for member in gone {
            self.reported.remove(&member);
            self.tasks.remove(&member);
        }
    }
}
