//! Which messages met which states: what a swarm reached, and what it never did.
//!
//! What there is to reach comes from the message tables and the states themselves, not from what happened.

use cce_cti::Cti;
use cce_fold::{AnyMessage, Exchange, Meaning, ReadRecord};
use cce_kernel::{Fact, NodeName};
use cce_model::{
    AgentKey, AgentState, ContactId, ContactStatus, DialogAction, DialogState, DialogueState, Kind, TaskId,
    TaskState,
};
use cce_mr::{Icm, Mr};
use cce_select::words;
use cce_wire::{Mark, MessageDoc, Role};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// States and messages that can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grid {
    /// A contact's status at CCP, and what the MR PG says about it.
    Contact,
    /// A dialogue's state at the MR PG, and what CCP or the router says about it.
    Dialogue,
    /// A task's state in the agent PG, and what clients of the CTI server say about it.
    Task,
    /// A dialog's state at Finesse, and what the agent wants.
    Dialog,
    /// An agent's state in a domain, in the agent PG, and what clients or the router say about the agent.
    Agent,
}

impl Grid {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Contact, Self::Dialogue, Self::Task, Self::Dialog, Self::Agent];

    /// What it is, in words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact × MR message (ccp)",
            Self::Dialogue => "dialogue × MR or router message (mrpg)",
            Self::Task => "task × task-layer message (agentpg)",
            Self::Dialog => "dialog × HTTP action (finesse)",
            Self::Agent => "agent in MRD × message (agentpg)",
        }
    }

    /// Every state.
    pub fn states(self) -> Vec<&'static str> {
        match self {
            Self::Contact => names(ContactStatus::ALL, ContactStatus::name),
            Self::Dialogue => names(DialogueState::ALL, DialogueState::name),
            Self::Task => names(TaskState::ALL, TaskState::name),
            Self::Dialog => names(DialogState::ALL, DialogState::name),
            Self::Agent => names(AgentState::ALL, AgentState::name),
        }
    }

    /// Every message.
    pub fn messages(self) -> Vec<&'static str> {
        match self {
            Self::Contact => rows(Mr::TABLE, Role::Pim, &DIALOGUE),
            Self::Dialogue => {
                [rows(Mr::TABLE, Role::Application, &DIALOGUE), rows(Icm::TABLE, Role::Router, &DIALOGUE)]
                    .concat()
            }
            Self::Task => rows(Cti::TABLE, Role::Client, &[Mark::Task]),
            Self::Dialog => names(&DialogAction::ALL, DialogAction::name),
            Self::Agent => [
                rows(Cti::TABLE, Role::Client, &[Mark::Agent]),
                rows(Icm::TABLE, Role::Router, &[Mark::Agent]),
            ]
            .concat(),
        }
    }
}

/// Marks of messages that are about a dialogue.
const DIALOGUE: [Mark; 2] = [Mark::Dialogue, Mark::Opens];

fn names<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| name(*one)).collect()
}

/// Messages of a table that this side sends, and that have one of these marks.
fn rows(table: &[MessageDoc], from: Role, marks: &[Mark]) -> Vec<&'static str> {
    table
        .iter()
        .filter(|row| row.from.may_be(from) && marks.iter().any(|mark| row.has(*mark)))
        .map(|row| row.name)
        .collect()
}

/// Every message that is about one task, as a selector writes it.
pub(crate) fn about_tasks() -> Vec<String> {
    let lists = [
        ("ccp > mrpg", rows(Mr::TABLE, Role::Application, &DIALOGUE)),
        ("mrpg > ccp", rows(Mr::TABLE, Role::Pim, &DIALOGUE)),
        ("mrpg > router", rows(Icm::TABLE, Role::Pg, &DIALOGUE)),
        ("router > mrpg", rows(Icm::TABLE, Role::Router, &DIALOGUE)),
        ("router > agentpg", rows(Icm::TABLE, Role::Router, &[Mark::Task])),
        ("agentpg > router", rows(Icm::TABLE, Role::Pg, &[Mark::Task])),
        ("finesse > agentpg", rows(Cti::TABLE, Role::Client, &[Mark::Task])),
        ("agentpg > finesse", rows(Cti::TABLE, Role::Server, &[Mark::Task])),
        ("finesse > ccp", vec!["CLOSE", "RENOTIFY"]),
        ("ccp > finesse", vec!["REPLY"]),
    ];
    lists.iter().flat_map(|(way, names)| names.iter().map(move |name| format!("{way} {name}"))).collect()
}

/// Pairs of a state and a message that met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    reached: BTreeSet<(Grid, &'static str, &'static str)>,
}

impl Coverage {
    /// Whether they met.
    pub fn has(&self, grid: Grid, state: &str, message: &str) -> bool {
        self.reached.iter().any(|(of, known, with)| *of == grid && *known == state && *with == message)
    }

    /// Everything that either reached.
    pub fn add(&mut self, other: &Self) {
        self.reached.extend(other.reached.iter().copied());
    }

    /// How many pairs were reached, of how many that there are.
    pub fn count(&self, grid: Grid) -> (usize, usize) {
        let (states, messages) = (grid.states(), grid.messages());
        let is_pair = |(of, state, message): &&(Grid, &'static str, &'static str)| {
            *of == grid && states.contains(state) && messages.contains(message)
        };
        (self.reached.iter().filter(is_pair).count(), states.len() * messages.len())
    }

    /// The states that a message never met.
    pub fn missing(&self, grid: Grid, message: &str) -> Vec<&'static str> {
        grid.states().into_iter().filter(|state| !self.has(grid, state, message)).collect()
    }
}

/// For each grid how many pairs were reached, and for each message the states that it never met.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for grid in Grid::ALL {
            let (reached, all) = self.count(grid);
            writeln!(f, "{}: {reached} of {all} pairs reached", grid.name())?;
            let states = grid.states().len();
            for message in grid.messages() {
                let missing = self.missing(grid, message);
                match missing.len() {
                    0 => {}
                    count if count == states => writeln!(f, "  {message}: never")?,
                    _ => writeln!(f, "  {message}: never when {}", missing.join(", "))?,
                }
            }
        }
        Ok(())
    }
}

/// Watches one run. What it keeps in mind is bounded by the tasks of the run.
#[derive(Clone, Debug, Default)]
pub struct Watcher {
    coverage: Coverage,
    contacts: BTreeMap<ContactId, ContactStatus>,
    dialogues: BTreeMap<ContactId, DialogueState>,
    tasks: BTreeMap<TaskId, TaskState>,
    dialogs: BTreeMap<TaskId, DialogState>,
    agents: BTreeMap<AgentKey, AgentState>,
}

impl Watcher {
    /// What met so far.
    pub const fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Takes in what happens next. A message counts where it arrives, in the state that it finds there.
    pub fn push(&mut self, event: &ReadRecord<'_>) {
        match &event.kind {
            Meaning::Fact(fact) => self.learn(&event.record.node, fact),
            Meaning::Received { message, .. } => self.meet(event, message),
            Meaning::Http(Exchange::RequestIn { port, request, .. }) => {
                let state = event.subject.task.and_then(|task| self.dialogs.get(&task));
                if event.record.node.kind() == Some(Kind::Finesse) {
                    self.reach(Grid::Dialog, state.map(|state| state.name()), words::request(*port, request));
                }
            }
            Meaning::Http(
                Exchange::RequestOut { .. } | Exchange::ReplyOut { .. } | Exchange::ReplyIn { .. },
            )
            | Meaning::Sent { .. }
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Bent(_)
            | Meaning::Other => {}
        }
    }

    fn learn(&mut self, node: &NodeName, fact: &Fact) {
        match fact {
            Fact::Contact { contact, to, .. } => {
                self.contacts.insert(contact.clone(), *to);
            }
            Fact::Dialogue { contact, to, .. } if node.kind() == Some(Kind::MrPg) => {
                self.dialogues.insert(contact.clone(), *to);
            }
            Fact::Task { task, to, .. } => {
                self.tasks.insert(*task, *to);
            }
            Fact::Dialog { task, to, .. } => {
                self.dialogs.insert(*task, *to);
            }
            Fact::AgentInMrd { skill_target, mrd, to, .. } => {
                self.agents.insert(AgentKey { skill_target: *skill_target, mrd: *mrd }, *to);
            }
            Fact::Dialogue { .. }
            | Fact::User { .. }
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

    fn meet(&mut self, event: &ReadRecord<'_>, message: &AnyMessage) {
        let (contact, task) = (event.subject.contact.as_ref(), event.subject.task);
        let Some(row) = message.row() else { return };
        match event.record.node.kind() {
            Some(Kind::Ccp) => {
                let state = contact.and_then(|contact| self.contacts.get(contact));
                self.reach(Grid::Contact, state.map(|state| state.name()), row.name);
            }
            Some(Kind::MrPg) => {
                let state = contact.and_then(|contact| self.dialogues.get(contact));
                self.reach(Grid::Dialogue, state.map(|state| state.name()), row.name);
            }
            Some(Kind::AgentPg) => {
                let state = task.and_then(|task| self.tasks.get(&task));
                self.reach(Grid::Task, state.map(|state| state.name()), row.name);
                let about = message.about();
                let place =
                    about.agent.zip(about.mrd).map(|(skill_target, mrd)| AgentKey { skill_target, mrd });
                let state = place.and_then(|place| self.agents.get(&place));
                self.reach(Grid::Agent, state.map(|state| state.name()), row.name);
            }
            Some(Kind::Router | Kind::Finesse | Kind::Agent | Kind::Customer) | None => {}
        }
    }

    fn reach(&mut self, grid: Grid, state: Option<&'static str>, message: &'static str) {
        if let Some(state) = state {
            self.coverage.reached.insert((grid, state, message));
        }
    }
}
