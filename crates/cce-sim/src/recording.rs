//! What a recorded run holds, in a form in which another run can follow it.
//!
//! Components answer the same inputs with the same outputs, so the n-th output of a component is the n-th of the
//! recorded run, and leads to what that one led to, as long as they are equal.

use cce_journal::{Bend, Bent, Record, What};
use cce_kernel::{CallId, Input, LinkId, NodeName, Output, Time};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A moment of a recorded run; what happened at the same time is kept in order by the record's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) at: Time,
    pub(crate) rank: u64,
}

/// A recorded run.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// What each component said, in order.
    pub(crate) said: BTreeMap<NodeName, VecDeque<RecordedOutput>>,
    /// What no output led to: what came from outside, where lives begin and end, what was done to the run.
    pub(crate) events: Vec<Happened>,
    pub(crate) end: Time,
}

/// An output, and what it led to.
#[derive(Clone, Debug)]
pub struct RecordedOutput {
    /// Its number in the recorded run.
    pub(crate) seq: u64,
    pub(crate) output: Output,
    pub(crate) effects: Vec<Happened>,
    pub(crate) behind: Vec<Behind>,
    pub(crate) fate: Fate,
}

/// What became of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// What it led to was recorded, if it led to anything.
    Told,
    /// It was lost by what was done to the run.
    Lost,
    /// It was on its way when the run ended.
    Open,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    pub(crate) moment: Moment,
    pub(crate) node: NodeName,
    pub(crate) what: What,
    pub(crate) behind: Vec<Behind>,
}

/// What was done to the run, where its record stands right behind another one.
#[derive(Clone, Debug)]
pub(crate) struct Behind {
    pub(crate) node: NodeName,
    /// By the numbers of the recorded run.
    pub(crate) cause: Option<u64>,
    pub(crate) bent: Bent,
}

impl Recording {
    /// The run of these records, which are in order and lack none.
    pub fn of(records: &[Record]) -> Self {
        let mut reader = Reading::default();
        records.iter().for_each(|record| reader.take(record));
        let mut recording = std::mem::take(&mut reader.recording);
        let answered = reader.answered;
        recording.said.iter_mut().for_each(|(node, said)| judge(node, said, &answered));
        recording
    }

    /// Every component that lived.
    pub fn nodes(&self) -> BTreeSet<NodeName> {
        let began = self.events.iter().filter(|event| event.what == What::Started);
        began.map(|event| event.node.clone()).collect()
    }

    /// When the last thing happened.
    pub fn end(&self) -> Time {
        self.end
    }
}

/// Where something stands in the recording.
#[derive(Clone, Debug)]
enum Position {
    Event(usize),
    Said(NodeName, usize),
    Effect(NodeName, usize, usize),
}

#[derive(Default)]
struct Reading {
    recording: Recording,
    outputs: BTreeMap<u64, (NodeName, usize)>,
    /// Calls whose outcome was heard, wherever it came from.
    answered: BTreeSet<(NodeName, CallId)>,
    /// The latest record behind which more may stand.
    latest: Option<(Time, Position)>,
}

impl Reading {
    fn take(&mut self, record: &Record) {
        self.recording.end = self.recording.end.max(record.at);
        match &record.what {
            What::Out(output) => self.take_output(record, output),
            What::Bent(bent) => self.take_bent(record, bent),
            What::In(input) => {
                if let Input::Reply { call, .. } = input {
                    self.answered.insert((record.node.clone(), *call));
                }
                self.latest = Some((record.at, self.happened(record)));
            }
            What::Started | What::Stopped { .. } => {
                self.happened(record);
                self.latest = None;
            }
            What::Connected { .. } => {}
            What::Gap { .. } => self.latest = None,
        }
    }

    fn take_output(&mut self, record: &Record, output: &Output) {
        let said = self.recording.said.entry(record.node.clone()).or_default();
        let place = Position::Said(record.node.clone(), said.len());
        self.outputs.insert(record.seq, (record.node.clone(), said.len()));
        said.push_back(RecordedOutput {
            seq: record.seq,
            output: output.clone(),
            effects: Vec::new(),
            behind: Vec::new(),
            fate: Fate::Told,
        });
        self.latest = Some((record.at, place));
    }

    fn take_bent(&mut self, record: &Record, bent: &Bent) {
        if bent.bend == Bend::Dropped
            && let Some(said) = self.said(record.cause)
        {
            said.fate = Fate::Lost;
        }
        let behind = self.latest.clone().filter(|(at, _)| *at == record.at);
        if let Some(list) = behind.and_then(|(_, place)| self.behind(&place)) {
            list.push(Behind { node: record.node.clone(), cause: record.cause, bent: bent.clone() });
        } else {
            self.happened(record);
            self.latest = None;
        }
    }

    /// Puts it under the output that led to it, or among what came from outside.
    fn happened(&mut self, record: &Record) -> Position {
        let happened = Happened {
            moment: Moment { at: record.at, rank: record.seq },
            node: record.node.clone(),
            what: record.what.clone(),
            behind: Vec::new(),
        };
        let cause = record.cause.and_then(|cause| self.outputs.get(&cause)).cloned();
        if let (Some(said), Some((node, number))) = (self.said(record.cause), cause) {
            said.effects.push(happened);
            return Position::Effect(node, number, said.effects.len() - 1);
        }
        self.recording.events.push(happened);
        Position::Event(self.recording.events.len() - 1)
    }

    fn said(&mut self, seq: Option<u64>) -> Option<&mut RecordedOutput> {
        let (node, number) = self.outputs.get(&seq?)?;
        self.recording.said.get_mut(node)?.get_mut(*number)
    }

    fn behind(&mut self, place: &Position) -> Option<&mut Vec<Behind>> {
        let recording = &mut self.recording;
        Some(match place {
            Position::Event(number) => &mut recording.events.get_mut(*number)?.behind,
            Position::Said(node, number) => &mut recording.said.get_mut(node)?.get_mut(*number)?.behind,
            Position::Effect(node, number, effect) => {
                &mut recording.said.get_mut(node)?.get_mut(*number)?.effects.get_mut(*effect)?.behind
            }
        })
    }
}

/// Finds out what was on its way at the end. Bytes that arrived together with later ones are recorded with those, so
/// what is on its way of a link is behind the last bytes that arrived.
fn judge(node: &NodeName, said: &mut VecDeque<RecordedOutput>, answered: &BTreeSet<(NodeName, CallId)>) {
    let mut arrived: BTreeSet<LinkId> = BTreeSet::new();
    for said in said.iter_mut().rev() {
        let led = said.effects.iter().any(|effect| matches!(effect.what, What::In(_)));
        if let (Output::Send { link, .. }, true) = (&said.output, led) {
            arrived.insert(*link);
        }
        let is_told = match &said.output {
            Output::Send { link, .. } => arrived.contains(link),
            Output::Call { call, .. } => led || answered.contains(&(node.clone(), *call)),
            Output::Dial { .. } | Output::Close { .. } | Output::Reply { .. } => led,
            Output::Secure { .. }
            | Output::Arm { .. }
            | Output::Cancel { .. }
            | Output::Store { .. }
            | Output::Note(_) => true,
        };
        if !is_told && said.fate == Fate::Told {
            said.fate = Fate::Open;
        }
    }
}

impl RecordedOutput {
    /// When its timer fired.
    pub(crate) fn fired(&self) -> Option<Moment> {
        self.effects
            .iter()
            .find(|effect| matches!(effect.what, What::In(Input::Timer(_))))
            .map(|effect| effect.moment)
    }

    /// What the listener called the connection that it opened.
    pub(crate) fn accepted(&self, dialler: &NodeName) -> Option<(NodeName, LinkId)> {
        self.effects.iter().filter(|effect| effect.node != *dialler).find_map(|effect| {
            let What::In(Input::LinkUp { link, .. }) = &effect.what else { return None };
            Some((effect.node.clone(), *link))
        })
    }
}
