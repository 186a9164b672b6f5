//! What became of commands that steps and rules gave. Records enter; refusals leave, each with the step or the rule that gave the
//! command. A command is on its way until its component takes it in, or stops.

use super::port_use::PortUse;
use cce_journal::{Record, What};
use cce_kernel::{CallId, Command, Fact, Input, NodeName, Output, Port, Time};
use cce_model::{CtiSides, SideOrder, fact::AgentPgFact};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Refusals that are kept. Further ones are like them.
const REFUSED_MAX: usize = 64;

/// Commands that a component has not taken in. More are not followed up.
const ON_WAY_MAX: usize = 1_024;

/// Commands of one component that are remembered once it took them in. What it refuses it refuses soon.
const TAKEN_MAX: usize = 256;

/// A step that somebody did not follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RefusedStep {
    /// Who gave the command.
    pub(super) by: Giver,
    /// Why, in the words of whoever refused.
    pub(super) why: String,
    /// The record that says so, where there is one.
    pub(super) record: Option<u64>,
}

/// Who gives a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Giver {
    /// A step, by number.
    Step(usize),
    /// A rule, by name.
    Rule(String),
}

/// A command that somebody took in.
#[derive(Clone, Debug)]
struct TakenCommand {
    by: Giver,
    /// The words in which a refusal names it.
    words: String,
    /// The record in which it was taken in, and those of the answers to the requests that followed at once.
    records: Vec<u64>,
    /// Requests that followed at once, and whose answers are awaited.
    calls: Vec<CallId>,
}

/// Steps on their way to whoever is to follow them.
#[derive(Clone, Debug, Default)]
pub(super) struct SentSteps {
    on_way: BTreeMap<NodeName, VecDeque<(Giver, Command)>>,
    /// What each took in and may still refuse.
    taken_in: BTreeMap<NodeName, VecDeque<TakenCommand>>,
    stopped: BTreeSet<NodeName>,
    /// How the sides of the CTI server stand, as the agent PG told last.
    sides: CtiSides,
    refused: Vec<RefusedStep>,
    /// Which ports somebody uses.
    ports: PortUse,
    /// Until when ports have the faults that steps gave them.
    faults: BTreeMap<(PortFault, Port), Time>,
    /// Steps whose faults did nothing so far.
    idle_faults: Vec<IdleFault>,
}

/// What a step does to a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PortFault {
    /// Its connections break, and there are no new ones.
    Cut,
    /// Nothing arrives.
    Stall,
}

impl PortFault {
    const fn word(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Stall => "stalled",
        }
    }
}

/// A fault that did nothing so far.
#[derive(Clone, Debug)]
struct IdleFault {
    step: usize,
    why: String,
    /// What the fault would meet, if it came before this time.
    waits_for: Option<(FaultTarget, Time)>,
}

/// What a fault of a port acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FaultTarget {
    /// The component starts that is stopped.
    Start(NodeName),
    /// Somebody uses the port.
    Use(Port),
}

impl SentSteps {
    /// A step cuts or stalls a port for a while. Where its component is stopped, nothing is connected there, and where nobody
    /// uses the port there is nothing to break or to keep.
    pub(super) fn note_fault(
        &mut self,
        step: usize,
        fault: PortFault,
        port: Port,
        (now, until): (Time, Time),
    ) {
        let node = NodeName::from(port.listener());
        let before =
            self.faults.insert((fault, port), until).filter(|before| *before >= until && *before > now);
        if let Some(before) = before {
            self.faults.insert((fault, port), before);
            let why = format!("{port} is {} for longer anyway", fault.word());
            self.keep_idle(IdleFault { step, why, waits_for: None });
        } else if self.is_stopped(&node) {
            let why = format!("{node} is stopped all the while");
            self.keep_idle(IdleFault { step, why, waits_for: Some((FaultTarget::Start(node), until)) });
        } else if !self.ports.is_used(port) {
            let why = format!("nobody uses {port} meanwhile");
            self.keep_idle(IdleFault { step, why, waits_for: Some((FaultTarget::Use(port), until)) });
        }
    }

    fn keep_idle(&mut self, fault: IdleFault) {
        if self.idle_faults.len() < REFUSED_MAX {
            self.idle_faults.push(fault);
        }
    }

    /// Something happens that faults may have waited for.
    fn meet(&mut self, met: &FaultTarget, at: Time) {
        let is_met = |(awaited, until): &(FaultTarget, Time)| awaited == met && *until > at;
        self.idle_faults.retain(|fault| !fault.waits_for.as_ref().is_some_and(is_met));
    }

    /// Steps whose faults of ports did nothing, with the reason.
    pub(super) fn idle_faults(&self) -> impl Iterator<Item = (usize, &str)> {
        self.idle_faults.iter().map(|fault| (fault.step, fault.why.as_str()))
    }

    /// Somebody gets a command.
    pub(super) fn give(&mut self, by: Giver, node: &NodeName, command: &Command) {
        let line = self.on_way.entry(node.clone()).or_default();
        if line.len() < ON_WAY_MAX {
            line.push_back((by, command.clone()));
        }
    }

    /// Whether a command is on its way to a component.
    pub(super) fn is_on_way_to(&self, node: &NodeName) -> bool {
        self.on_way.get(node).is_some_and(|line| !line.is_empty())
    }

    /// A command is not carried out.
    pub(super) fn refuse(&mut self, by: Giver, why: String, record: Option<u64>) {
        if self.refused.len() < REFUSED_MAX {
            self.refused.push(RefusedStep { by, why, record });
        }
    }

    /// Whether a component is stopped.
    pub(super) fn is_stopped(&self, node: &NodeName) -> bool {
        self.stopped.contains(node)
    }

    /// How the sides of the CTI server stand.
    pub(super) const fn sides(&self) -> &CtiSides {
        &self.sides
    }

    /// What was refused.
    pub(super) fn refused(&self) -> &[RefusedStep] {
        &self.refused
    }

    /// Steps of which it is not known whether they are followed: nobody has taken them in, or a request that they led to
    /// has no answer.
    pub(super) fn undecided(&self) -> impl Iterator<Item = usize> {
        let on_way = self.on_way.values().flatten().map(|(by, _)| by);
        let taken_in = self.taken_in.values().flatten();
        let unanswered = taken_in.filter(|taken| !taken.calls.is_empty()).map(|taken| &taken.by);
        on_way.chain(unanswered).filter_map(|by| match by {
            Giver::Step(step) => Some(*step),
            Giver::Rule(_) => None,
        })
    }

    /// Takes in what happens to whoever is to follow.
    pub(super) fn learn(&mut self, record: &Record) {
        let node = &record.node;
        if let Some(port) = self.ports.learn(record) {
            self.meet(&FaultTarget::Use(port), record.at);
        }
        match &record.what {
            What::Started => {
                self.meet(&FaultTarget::Start(node.clone()), record.at);
                self.stopped.remove(node);
                if node.as_str() == SideOrder::NODE {
                    self.sides = CtiSides::default();
                }
            }
            What::Stopped { .. } => {
                self.stopped.insert(node.clone());
                self.lose(record);
            }
            What::Out(Output::Note(Fact::AgentPg(AgentPgFact::Sides(sides)))) => self.sides = sides.clone(),
            What::In(Input::Command(command)) => self.take_in(record, command),
            What::In(Input::Reply { call, .. }) => self.note_answer(record, *call),
            What::Out(Output::Call { call, .. }) => {
                if let Some(taken) = self.taken(node).find(|taken| record.cause == Some(taken.records[0])) {
                    taken.calls.push(*call);
                }
            }
            What::Out(Output::Note(Fact::CommandRefused { command, detail })) => {
                if let Some(by) = self.giver(record, command) {
                    self.refuse(by, detail.clone(), Some(record.seq));
                }
            }
            What::In(_) | What::Out(_) | What::Connected { .. } | What::Bent(_) | What::Gap { .. } => {}
        }
    }

    fn taken(&mut self, node: &NodeName) -> impl Iterator<Item = &mut TakenCommand> {
        self.taken_in.get_mut(node).into_iter().flatten()
    }

    fn take_in(&mut self, record: &Record, command: &Command) {
        let Some(line) = self.on_way.get_mut(&record.node) else { return };
        if line.front().is_none_or(|(_, given)| given != command) {
            return;
        }
        let Some((by, _)) = line.pop_front() else { return };
        let words = command.words().to_owned();
        let taken_in = self.taken_in.entry(record.node.clone()).or_default();
        taken_in.push_back(TakenCommand { by, words, records: vec![record.seq], calls: Vec::new() });
        if taken_in.len() > TAKEN_MAX {
            taken_in.pop_front();
        }
    }

    fn note_answer(&mut self, record: &Record, call: CallId) {
        for taken in self.taken(&record.node) {
            if let Some(at) = taken.calls.iter().position(|open| *open == call) {
                taken.calls.remove(at);
                taken.records.push(record.seq);
            }
        }
    }

    /// Who gave the command that is refused: the one that the refusal follows from, else the last one of these words.
    fn giver(&self, record: &Record, words: &str) -> Option<Giver> {
        let taken_in = self.taken_in.get(&record.node)?;
        let found = taken_in
            .iter()
            .find(|taken| record.cause.is_some_and(|cause| taken.records.contains(&cause)))
            .or_else(|| taken_in.iter().rev().find(|taken| taken.words == words));
        found.map(|taken| taken.by.clone())
    }

    /// Who stops does not follow what was on its way to them.
    fn lose(&mut self, record: &Record) {
        self.taken_in.remove(&record.node);
        for (by, _) in self.on_way.remove(&record.node).into_iter().flatten() {
            self.refuse(by, format!("{} was stopped", record.node), Some(record.seq));
        }
    }
}
