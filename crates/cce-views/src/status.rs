//! How a lab stands at this moment: agents with their states and tasks, tasks that wait, what happened last, and how fast.

use crate::{
    ladder::{LadderRows, Lane, Row, RowKind, draw, since},
    one_line::one_line,
    roster::Roster,
    why::Why,
};
use cce_fold::{Fold, Meaning, ReadRecord};
use cce_journal::{Header, Record, What};
use cce_kernel::{Fact, Input, Kind, Time};
use cce_model::{AgentId, AgentState, ContactId, ContactStatus, DialogState, MrdId, TaskId, UserState};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Rows of the ladder that are kept: more than a screen has.
const ROWS_MAX: usize = 200;

/// Agents and tasks that are followed: what one lab can have.
const FOLLOWED_MAX: usize = 80_000;

/// Agents, and tasks that wait, that one answer tells one by one.
const TOLD_MAX: usize = 200;

/// The span that rates are of, in microseconds.
const RATE_SPAN: u64 = 60_000_000;

/// Microseconds of one slice of that span.
const SLICE: u64 = 1_000_000;

/// Columns from one lane to the next in the rows.
const LANE: usize = 4;

/// How a lab stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabStatus {
    /// The run's own time, in milliseconds.
    pub at_ms: u64,
    /// Tasks since the start of the run.
    pub tasks: TaskCounts,
    /// How fast things happen.
    pub rates: LabRates,
    /// Agents who signed in, those with work first.
    pub agents: Vec<AgentStatus>,
    /// Agents who are not told one by one.
    pub more_agents: usize,
    /// Tasks that wait, by place, the ones first that wait longest.
    pub queues: Vec<QueueStatus>,
    /// The last rows of the ladder.
    pub rows: Vec<StatusRow>,
}

/// Tasks, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCounts {
    /// Created.
    pub created: u64,
    /// Of these, not ended.
    pub open: u64,
    /// Handled by an agent.
    pub handled: u64,
    /// Ended otherwise.
    pub discarded: u64,
}

/// What happened in the last minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabRates {
    /// Tasks that were created.
    pub created_per_minute: u64,
    /// Tasks that were handled.
    pub handled_per_minute: u64,
    /// Messages and requests that arrived.
    pub messages_per_minute: u64,
}

/// How an agent stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentStatus {
    /// The agent.
    pub agent: String,
    /// The state of the user, as voice has it.
    pub user: String,
    /// In each domain.
    pub domains: Vec<DomainStatus>,
    /// What the agent has on the desktop.
    pub dialogs: Vec<DialogStatus>,
}

/// How an agent stands in a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainStatus {
    /// The domain's name.
    pub domain: String,
    /// The state.
    pub state: String,
    /// Since when, in milliseconds since the start of the run.
    pub since_ms: u64,
    /// Tasks assigned.
    pub tasks: u32,
    /// Tasks at the same time.
    pub limit: u32,
    /// Whether the router may assign tasks.
    pub routable: bool,
}

/// A task on a desktop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogStatus {
    /// The short name of its contact.
    pub task: String,
    /// The state of its dialog.
    pub state: String,
    /// Since when, in milliseconds since the start of the run.
    pub since_ms: u64,
}

/// Tasks that wait in one place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueStatus {
    /// The place, in words.
    pub place: String,
    /// How many.
    pub count: usize,
    /// The first of them, by short name, with since when they wait, in milliseconds since the start of the run.
    pub waiting: Vec<(String, u64)>,
}

/// A row of the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRow {
    /// Since the start of the run.
    pub since: String,
    /// The short name of its contact, if it is about one.
    pub task: String,
    /// The lanes, with an arrow or a mark.
    pub lanes: String,
    /// What kind of thing it tells.
    pub kind: RowKind,
    /// What it says.
    pub text: String,
    /// What it changed.
    pub changes: String,
}

impl StatusRow {
    /// The names of the lanes, as `lanes` has them.
    pub fn head() -> String {
        Lane::ALL.map(|lane| format!("{:<LANE$}", lane.name())).concat()
    }
}

/// Follows a run, and says at any time how the lab stands.
#[derive(Debug)]
pub struct StatusView {
    fold: Fold,
    why: Why,
    ladder: LadderRows,
    roster: Roster,
    rows: VecDeque<Row>,
    users: BTreeMap<AgentId, UserState>,
    domains: BTreeMap<(AgentId, MrdId), DomainState>,
    dialogs: BTreeMap<TaskId, Work>,
    /// Contacts that have not ended.
    open: BTreeMap<ContactId, ContactStatus>,
    tasks: TaskCounts,
    /// What happened in each slice of the last minute, the latest last.
    slices: VecDeque<(u64, LabRates)>,
    now: Time,
}

#[derive(Clone, Copy, Debug)]
struct DomainState {
    state: AgentState,
    since: Time,
    tasks: u32,
    limit: u32,
    is_routable: bool,
}

#[derive(Clone, Debug)]
struct Work {
    agent: AgentId,
    contact: ContactId,
    state: DialogState,
    since: Time,
}

impl StatusView {
    /// Follows the run of this header, from its first record on.
    pub fn new(header: &Header) -> Self {
        Self {
            fold: Fold::new(header),
            why: Why::new(header),
            ladder: LadderRows::live(header),
            roster: Roster::of(&header.config),
            rows: VecDeque::new(),
            users: BTreeMap::new(),
            domains: BTreeMap::new(),
            dialogs: BTreeMap::new(),
            open: BTreeMap::new(),
            tasks: TaskCounts::default(),
            slices: VecDeque::new(),
            now: Time::default(),
        }
    }

    /// Takes in the next record.
    pub fn push(&mut self, record: &Record) {
        self.now = self.now.max(record.at);
        let event = self.fold.push(record);
        self.why.push(&event);
        let rows = self.ladder.read(&event);
        self.rows.extend(rows);
        let surplus = self.rows.len().saturating_sub(ROWS_MAX);
        self.rows.drain(..surplus);
        if matches!(record.what, What::In(Input::Frame { .. } | Input::Call { .. })) {
            self.slice().messages_per_minute += 1;
        }
        self.on_event(&event);
    }

    /// How the lab stands.
    pub fn status(&self) -> LabStatus {
        let mut agents = self.agents();
        let more_agents = agents.len().saturating_sub(TOLD_MAX);
        agents.truncate(TOLD_MAX);
        LabStatus {
            at_ms: millis(self.now),
            tasks: TaskCounts { open: self.open.len() as u64, ..self.tasks },
            rates: self.rates(),
            agents,
            more_agents,
            queues: self.queues(),
            rows: self.rows.iter().map(|row| self.shown(row)).collect(),
        }
    }

    fn on_event(&mut self, event: &ReadRecord<'_>) {
        if let What::Started | What::Stopped { .. } = event.record.what {
            self.on_life(event.record.node.kind());
        }
        let Meaning::Fact(fact) = event.kind else { return };
        let at = event.record.at;
        match fact {
            Fact::Contact { contact, to, .. } => self.on_contact(contact, *to),
            Fact::User { agent, to, .. } if self.users.len() < FOLLOWED_MAX => {
                self.users.insert(agent.clone(), *to);
            }
            // Voice is the state of the user.
            Fact::AgentInMrd { agent, mrd, from, to, tasks, limit, routable, .. } if *mrd != MrdId::VOICE => {
                let key = (agent.clone(), *mrd);
                let since = self.domains.get(&key).filter(|_| from == to).map_or(at, |before| before.since);
                let standing =
                    DomainState { state: *to, since, tasks: *tasks, limit: *limit, is_routable: *routable };
                if self.domains.len() < FOLLOWED_MAX {
                    self.domains.insert(key, standing);
                }
            }
            Fact::Dialog { task, to: DialogState::Closed, .. } => {
                self.dialogs.remove(task);
            }
            Fact::Dialog { task, agent, contact, to, .. } if self.dialogs.len() < FOLLOWED_MAX => {
                let work = Work { agent: agent.clone(), contact: contact.clone(), state: *to, since: at };
                self.dialogs.insert(*task, work);
            }
            Fact::User { .. }
            | Fact::AgentInMrd { .. }
            | Fact::Dialog { .. }
            | Fact::Dialogue { .. }
            | Fact::Task { .. }
            | Fact::Ecc { .. }
            | Fact::PeerError { .. }
            | Fact::CommandRefused { .. }
            | Fact::PlanRefused { .. }
            | Fact::PlanKept { .. }
            | Fact::Setting { .. }
            | Fact::Ccp(_)
            | Fact::Router(_)
            | Fact::AgentPg(_)
            | Fact::Finesse(_) => {}
        }
    }

    /// A component begins or ends: nobody knows any more what it alone knew.
    fn on_life(&mut self, node: Option<Kind>) {
        match node {
            Some(Kind::Finesse) => {
                self.users.clear();
                self.dialogs.clear();
            }
            Some(Kind::AgentPg) => self.domains.clear(),
            Some(Kind::Ccp | Kind::MrPg | Kind::Router | Kind::Agent | Kind::Customer) | None => {}
        }
    }

    fn on_contact(&mut self, contact: &ContactId, to: ContactStatus) {
        let was_open = self.open.contains_key(contact);
        match to {
            ContactStatus::Unread | ContactStatus::Queued | ContactStatus::Reserved => {
                if !was_open {
                    self.tasks.created += 1;
                    self.slice().created_per_minute += 1;
                }
                if was_open || self.open.len() < FOLLOWED_MAX {
                    self.open.insert(contact.clone(), to);
                }
            }
            ContactStatus::Handled if was_open => {
                self.open.remove(contact);
                self.tasks.handled += 1;
                self.slice().handled_per_minute += 1;
            }
            ContactStatus::Discarded if was_open => {
                self.open.remove(contact);
                self.tasks.discarded += 1;
            }
            // An end that is told once more.
            ContactStatus::Handled | ContactStatus::Discarded => {}
        }
    }

    /// The counts of this moment's slice.
    fn slice(&mut self) -> &mut LabRates {
        let number = self.now.0 / SLICE;
        if self.slices.back().is_none_or(|(last, _)| *last < number) {
            self.slices.push_back((number, LabRates::default()));
        }
        while self.slices.front().is_some_and(|(first, _)| first + RATE_SPAN / SLICE <= number) {
            self.slices.pop_front();
        }
        let last = self.slices.len() - 1;
        &mut self.slices[last].1
    }

    fn rates(&self) -> LabRates {
        let from = (self.now.0 / SLICE).saturating_sub(RATE_SPAN / SLICE - 1);
        let counted = self.slices.iter().filter(|(number, _)| *number >= from);
        counted.fold(LabRates::default(), |sum, (_, slice)| LabRates {
            created_per_minute: sum.created_per_minute + slice.created_per_minute,
            handled_per_minute: sum.handled_per_minute + slice.handled_per_minute,
            messages_per_minute: sum.messages_per_minute + slice.messages_per_minute,
        })
    }

    fn agents(&self) -> Vec<AgentStatus> {
        let mut agents: BTreeMap<&AgentId, AgentStatus> = BTreeMap::new();
        for (agent, user) in &self.users {
            agents.entry(agent).or_default().user = user.to_string();
        }
        for ((agent, mrd), standing) in &self.domains {
            let domain = self.roster.domain_name(*mrd).map_or_else(|| mrd.to_string(), str::to_owned);
            agents.entry(agent).or_default().domains.push(DomainStatus {
                domain,
                state: standing.state.to_string(),
                since_ms: millis(standing.since),
                tasks: standing.tasks,
                limit: standing.limit,
                routable: standing.is_routable,
            });
        }
        for work in self.dialogs.values() {
            agents.entry(&work.agent).or_default().dialogs.push(DialogStatus {
                task: self.short(&work.contact),
                state: work.state.to_string(),
                since_ms: millis(work.since),
            });
        }
        let named =
            |(agent, status): (&AgentId, AgentStatus)| AgentStatus { agent: agent.to_string(), ..status };
        let mut agents: Vec<AgentStatus> = agents.into_iter().map(named).collect();
        agents.sort_by_key(|agent| agent.dialogs.is_empty());
        agents
    }

    fn queues(&self) -> Vec<QueueStatus> {
        let mut queues: Vec<QueueStatus> = Vec::new();
        for waiting in self.why.standing() {
            let at = queues.iter().position(|queue| queue.place == waiting.place).unwrap_or_else(|| {
                queues.push(QueueStatus { place: waiting.place.clone(), ..QueueStatus::default() });
                queues.len() - 1
            });
            let queue = &mut queues[at];
            queue.count += 1;
            if queue.waiting.len() < TOLD_MAX {
                queue.waiting.push((self.short(&waiting.contact), millis(waiting.since)));
            }
        }
        queues
    }

    fn shown(&self, row: &Row) -> StatusRow {
        let changes: Vec<String> = row.changes.iter().map(|change| one_line(change).into_owned()).collect();
        StatusRow {
            since: since(row.at),
            task: row.subject.contact.as_ref().map(|contact| self.short(contact)).unwrap_or_default(),
            lanes: draw(row.shape, row.kind, LANE),
            kind: row.kind,
            text: one_line(&row.text).into_owned(),
            changes: changes.join(", "),
        }
    }

    fn short(&self, contact: &ContactId) -> String {
        self.ladder.names().short(contact).unwrap_or_else(|| contact.to_string())
    }
}

fn millis(time: Time) -> u64 {
    time.0 / 1_000
}
