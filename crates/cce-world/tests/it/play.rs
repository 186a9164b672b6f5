//! A run of the whole lab whose people are told what to do, and whose messages meet with accidents. Every play
//! ends with the checks that hold in every run.

use crate::flow::header;
use cce_check::Checks;
use cce_fold::Fold;
use cce_journal::{Director, Order, Reaction, Record, Treatment, What};
use cce_kernel::{Blob, Command, Fact, Input, NodeName, Output, Port, Time};
use cce_model::{AgentState, ContactStatus, DialogState, Disposition, MrdId, StatusReason, TaskState};
use cce_mr::{ICM, Icm};
use cce_sim::Sim;
use cce_world::Lab;
use std::time::Duration;

/// Stands for the name of any message.
pub(crate) const ANY: &str = "*";

/// What happens to a message of that kind.
#[derive(Clone, Debug)]
pub(crate) struct Accident {
    /// Its port, and its name in the tables.
    pub(crate) message: (Port, &'static str),
    /// How many of the kind pass before.
    pub(crate) behind: usize,
    pub(crate) treatment: Treatment,
    /// What happens beside.
    pub(crate) orders: Vec<Order>,
}

/// Waits for its accident, and does nothing else.
#[derive(Debug, Default)]
pub(crate) struct Fate(Option<Accident>);

impl Director for Fate {
    fn see(&mut self, record: &Record) -> Reaction {
        let What::Out(Output::Send { link, bytes }) = &record.what else { return Reaction::default() };
        match self.0.take_if(|accident| accident.meets(link.port, bytes)) {
            Some(Accident { treatment, orders, .. }) => Reaction { treatment, orders },
            None => Reaction::default(),
        }
    }

    fn entering(&mut self, _: Time, _: &NodeName, _: &Input) -> Reaction {
        Reaction::default()
    }

    fn due(&self) -> Option<Time> {
        None
    }

    fn wake(&mut self, _: Time) -> Vec<Order> {
        Vec::new()
    }
}

impl Accident {
    fn meets(&mut self, port: Port, bytes: &Blob) -> bool {
        let (own, wanted) = self.message;
        if own != port || (wanted != ANY && wanted != name(port, bytes)) {
            return false;
        }
        let is_it = self.behind == 0;
        self.behind = self.behind.saturating_sub(1);
        is_it
    }
}

fn name(port: Port, bytes: &Blob) -> &'static str {
    match port {
        Port::IcmMr | Port::IcmAgent => Icm::read(&ICM, &bytes.0).map_or("", |message| message.name()),
        Port::Mr => cce_mr::Mr::read(&cce_mr::MR, &bytes.0).map_or("", |message| message.name()),
        Port::CtiA | Port::CtiB => {
            cce_cti::Cti::read(&cce_cti::dialect(24), &bytes.0).map_or("", |message| message.name())
        }
        _ => "",
    }
}

/// A run of a lab.
pub(crate) struct Play {
    lab: Lab,
    seed: u64,
    sim: Sim<Fate>,
}

impl Play {
    pub(crate) fn new(lab: Lab, seed: u64) -> Self {
        Self::with(lab, seed, None)
    }

    pub(crate) fn with(lab: Lab, seed: u64, accident: Option<Accident>) -> Self {
        let header = header(&lab, seed);
        let mut sim = Sim::directed(seed, Fate(accident));
        for node in lab.nodes() {
            sim.add(&node, header.clock(&node), lab.build(&node).unwrap());
        }
        Self { lab, seed, sim }
    }

    /// Tells a person something.
    pub(crate) fn tell(&mut self, person: &str, words: &str) -> &mut Self {
        self.sim.command(&NodeName::from(person), Command::Act(words.to_owned()));
        self
    }

    /// Tells an agent something.
    pub(crate) fn tell_agent(&mut self, id: &str, words: &str) -> &mut Self {
        let agents = self.lab.nodes();
        let node = agents.iter().find(|node| node.as_str().ends_with(id)).unwrap();
        self.sim.command(node, Command::Act(words.to_owned()));
        self
    }

    pub(crate) fn pass(&mut self, time: Duration) -> &mut Self {
        let end = self.sim.now() + time;
        self.sim.run_until(end);
        self
    }

    pub(crate) fn seconds(&mut self, seconds: u64) -> &mut Self {
        self.pass(Duration::from_secs(seconds))
    }

    /// Runs to the first record that is so, at most ten minutes.
    pub(crate) fn to(&mut self, done: impl FnMut(&Record) -> bool) -> &mut Self {
        let end = self.sim.now() + Duration::from_mins(10);
        let came = self.sim.run_to(end, done);
        assert!(came, "nothing of that happened; refused: {:?}", self.refused());
        self
    }

    /// Runs until the agent knows that a dialog came to a state.
    pub(crate) fn meets(&mut self, state: DialogState) -> &mut Self {
        self.to(shows(state)).pass(Duration::from_millis(5))
    }

    /// What happened so far, though it may not be at its end.
    pub(crate) fn records(&self) -> &[Record] {
        self.sim.records()
    }

    fn refused(&self) -> Vec<&Fact> {
        facts(self.records())
            .filter(|fact| matches!(fact, Fact::CommandRefused { .. } | Fact::PeerError { .. }))
            .collect()
    }

    pub(crate) fn restart(&mut self, component: &str) -> &mut Self {
        let name = NodeName::from(component);
        self.sim.restart(&name, self.lab.build(&name).unwrap());
        self
    }

    /// Runs on for that long, and lets every check look at all of it.
    pub(crate) fn end(&mut self, seconds: u64) -> Vec<Record> {
        self.seconds(seconds);
        let header = header(&self.lab, self.seed);
        let (mut checks, mut fold) = (Checks::new(), Fold::new(&header));
        let records = self.sim.records().to_vec();
        let mut breaches: Vec<String> = records
            .iter()
            .flat_map(|record| checks.push(&fold.push(record)))
            .map(|breach| breach.to_string())
            .collect();
        breaches.extend(checks.finish().iter().map(ToString::to_string));
        assert!(breaches.is_empty(), "seed {}: {breaches:#?}", self.seed);
        records
    }
}

/// Every fact, in order.
pub(crate) fn facts(records: &[Record]) -> impl Iterator<Item = &Fact> {
    records
        .iter()
        .filter_map(|record| if let What::Out(Output::Note(fact)) = &record.what { Some(fact) } else { None })
}

/// States that tasks came to.
pub(crate) fn tasks(records: &[Record]) -> Vec<TaskState> {
    let state = |fact: &Fact| if let Fact::Task { to, .. } = fact { Some(*to) } else { None };
    facts(records).filter_map(state).collect()
}

/// How tasks ended.
pub(crate) fn dispositions(records: &[Record]) -> Vec<u32> {
    let end = |fact: &Fact| match fact {
        Fact::Task { disposition: Some(Disposition(code)), .. } => Some(*code),
        _ => None,
    };
    facts(records).filter_map(end).collect()
}

/// States that dialogs came to.
pub(crate) fn dialogs(records: &[Record]) -> Vec<DialogState> {
    let state = |fact: &Fact| if let Fact::Dialog { to, .. } = fact { Some(*to) } else { None };
    facts(records).filter_map(state).collect()
}

/// States that an agent came to in the domains of tasks.
pub(crate) fn states(records: &[Record], agent: &str) -> Vec<AgentState> {
    let state = |fact: &Fact| match fact {
        Fact::AgentInMrd { mrd: MrdId::VOICE, .. } => None,
        Fact::AgentInMrd { agent: id, from, to, .. } if id.as_str() == agent && from != to => Some(*to),
        _ => None,
    };
    facts(records).filter_map(state).collect()
}

/// Tasks that an agent was last told to have.
pub(crate) fn last_count(records: &[Record], agent: &str) -> u32 {
    let count = |fact: &Fact| match fact {
        Fact::AgentInMrd { mrd: MrdId::VOICE, .. } => None,
        Fact::AgentInMrd { agent: id, tasks, .. } if id.as_str() == agent => Some(*tasks),
        _ => None,
    };
    facts(records).filter_map(count).last().unwrap_or(0)
}

/// Whether a contact came to a status.
pub(crate) fn becomes(status: ContactStatus) -> impl FnMut(&Record) -> bool {
    move |record| {
        let What::Out(Output::Note(fact)) = &record.what else { return false };
        matches!(fact, Fact::Contact { to, .. } if *to == status)
    }
}

/// Whether a dialog came to a state.
fn shows(state: DialogState) -> impl FnMut(&Record) -> bool {
    move |record| {
        let What::Out(Output::Note(fact)) = &record.what else { return false };
        matches!(fact, Fact::Dialog { to, .. } if *to == state)
    }
}

pub(crate) const HANDLED: (ContactStatus, StatusReason) =
    (ContactStatus::Handled, StatusReason::ExternallyHandled);
