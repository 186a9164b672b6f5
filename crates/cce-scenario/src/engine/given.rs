//! What became of the steps that were given to somebody: whoever cannot follow one says so.

use cce_journal::{Record, What};
use cce_kernel::{Command, Fact, Input, NodeName, Output};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Refusals that are kept. Further ones are like them.
const REFUSED_MAX: usize = 64;

/// Commands that a component has not taken in. More are not followed up.
const ON_WAY_MAX: usize = 1_024;

/// A step that somebody did not follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// The step, by number.
    pub(super) step: usize,
    /// Why, in the words of whoever refused.
    pub(super) why: String,
    /// The record that says so, where there is one.
    pub(super) record: Option<u64>,
}

/// Steps on their way to whoever is to follow them.
#[derive(Debug, Default)]
pub(super) struct Given {
    on_way: BTreeMap<NodeName, VecDeque<(usize, Command)>>,
    /// The last command that each took in: its record, and the step.
    taken_in: BTreeMap<NodeName, (u64, usize)>,
    stopped: BTreeSet<NodeName>,
    refused: Vec<Refused>,
}

impl Given {
    /// A step gives somebody a command.
    pub(super) fn give(&mut self, step: usize, node: &NodeName, command: &Command) {
        let line = self.on_way.entry(node.clone()).or_default();
        if line.len() < ON_WAY_MAX {
            line.push_back((step, command.clone()));
        }
    }

    /// A step cannot be taken.
    pub(super) fn refuse(&mut self, step: usize, why: String, record: Option<u64>) {
        if self.refused.len() < REFUSED_MAX {
            self.refused.push(Refused { step, why, record });
        }
    }

    /// Whether a component is stopped.
    pub(super) fn is_stopped(&self, node: &NodeName) -> bool {
        self.stopped.contains(node)
    }

    /// What was refused.
    pub(super) fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// Takes in what happens to whoever is to follow.
    pub(super) fn learn(&mut self, record: &Record) {
        match &record.what {
            What::Started => {
                self.stopped.remove(&record.node);
            }
            What::Stopped { .. } => {
                self.stopped.insert(record.node.clone());
                self.on_way.remove(&record.node);
            }
            What::In(Input::Command(command)) => self.take_in(record, command),
            What::Out(Output::Note(Fact::CommandRefused { detail, .. })) => {
                let taken_in = self.taken_in.get(&record.node).copied();
                if let Some((_, step)) = taken_in.filter(|(seq, _)| record.cause == Some(*seq)) {
                    self.refuse(step, detail.clone(), Some(record.seq));
                }
            }
            What::In(_) | What::Out(_) | What::Bent(_) | What::Gap { .. } => {}
        }
    }

    fn take_in(&mut self, record: &Record, command: &Command) {
        let Some(line) = self.on_way.get_mut(&record.node) else { return };
        let given = line.front().filter(|(_, given)| given == command).map(|(step, _)| *step);
        if let Some(step) = given {
            line.pop_front();
            self.taken_in.insert(record.node.clone(), (record.seq, step));
        }
    }
}
