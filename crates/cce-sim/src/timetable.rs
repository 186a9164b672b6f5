//! When everything happened in a recorded run, so that it happens in the same order again.
//!
//! Components answer the same inputs with the same outputs, so the n-th output of a component is the n-th of the
//! recorded run, as long as the run has not parted from it. What came from outside is put in as it came.

use crate::{
    Sim,
    queue::{Delivery, Planned},
};
use cce_journal::{Director, Record, What};
use cce_kernel::{CallId, Input, LinkId, NodeName, Output, Time};
use std::collections::BTreeMap;

/// A moment of a recorded run; what happened at the same time is kept in order by the record's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) at: Time,
    pub(crate) rank: u64,
}

/// When what each output leads to happens at whom.
type Arrivals = BTreeMap<(NodeName, u64, NodeName), Moment>;

/// When everything happened in a recorded run.
#[derive(Clone, Debug, Default)]
pub struct Timetable {
    arrivals: Arrivals,
    /// What came from outside.
    pub(crate) outside: Vec<(Moment, NodeName, Input)>,
    /// When each life began, in order.
    starts: Vec<(Time, NodeName)>,
    end: Time,
}

impl Timetable {
    /// The timetable of these records, which are in order and lack none.
    pub fn of(records: &[Record]) -> Self {
        let mut table = Self::default();
        let mut outputs: BTreeMap<u64, (NodeName, u64)> = BTreeMap::new();
        let mut counts: BTreeMap<NodeName, u64> = BTreeMap::new();
        let mut sends = Sends::default();
        for record in records {
            let moment = Moment { at: record.at, rank: record.seq };
            match &record.what {
                What::Out(output) => {
                    let count = counts.entry(record.node.clone()).or_default();
                    *count += 1;
                    outputs.insert(record.seq, (record.node.clone(), *count));
                    sends.learn(&record.node, *count, output);
                }
                What::In(input) => {
                    let cause = record.cause.and_then(|cause| outputs.get(&cause));
                    table.learn(record, input, moment, cause);
                }
                What::Started => table.starts.push((record.at, record.node.clone())),
                What::Stopped { .. } | What::Bent(_) | What::Gap { .. } => {}
            }
            table.end = table.end.max(record.at);
        }
        sends.fill(&mut table.arrivals);
        table
    }

    fn learn(&mut self, record: &Record, input: &Input, moment: Moment, cause: Option<&(NodeName, u64)>) {
        match (input, cause) {
            (Input::Start { .. }, _) => {}
            (_, Some((sender, count))) => {
                let key = (sender.clone(), *count, record.node.clone());
                self.arrivals.entry(key).or_insert(moment);
            }
            (_, None) => self.outside.push((moment, record.node.clone(), input.clone())),
        }
    }

    /// When each life began, in order.
    pub fn starts(&self) -> &[(Time, NodeName)] {
        &self.starts
    }

    /// When the last thing happened.
    pub fn end(&self) -> Time {
        self.end
    }

    /// When what an output leads to happens at `receiver`.
    pub(crate) fn arrival(&self, sender: &NodeName, count: u64, receiver: &NodeName) -> Option<Moment> {
        self.arrivals.get(&(sender.clone(), count, receiver.clone())).copied()
    }
}

/// What was sent on each link, in order. Bytes that arrived together with later ones are recorded with those.
#[derive(Default)]
struct Sends(BTreeMap<(NodeName, LinkId), Vec<u64>>);

impl Sends {
    fn learn(&mut self, node: &NodeName, count: u64, output: &Output) {
        if let Output::Send { link, .. } = output {
            self.0.entry((node.clone(), *link)).or_default().push(count);
        }
    }

    fn fill(self, arrivals: &mut Arrivals) {
        for ((node, _), counts) in self.0 {
            let mut next = None;
            for count in counts.into_iter().rev() {
                let known = arrivals
                    .range((node.clone(), count, NodeName::from(""))..)
                    .next()
                    .filter(|((sender, of, _), _)| *sender == node && *of == count)
                    .map(|((_, _, receiver), moment)| (receiver.clone(), *moment));
                if known.is_none()
                    && let Some((receiver, moment)) = &next
                {
                    arrivals.insert((node.clone(), count, NodeName::clone(receiver)), *moment);
                }
                next = known.or(next);
            }
        }
    }
}

/// A run that keeps to a timetable.
#[derive(Debug, Default)]
pub(crate) struct Rerun {
    table: Timetable,
    counts: BTreeMap<NodeName, u64>,
    /// Whose output a record is, and which.
    outputs: BTreeMap<u64, (NodeName, u64)>,
    /// What calls from outside are called here, where calls are numbered as they arrive.
    calls: BTreeMap<(NodeName, CallId), CallId>,
}

impl Rerun {
    /// When what a record leads to happens at `receiver`.
    pub(crate) fn moment(&self, cause: u64, receiver: &NodeName) -> Option<Moment> {
        let (sender, count) = self.outputs.get(&cause)?;
        self.table.arrival(sender, *count, receiver)
    }
}

impl<D: Director> Sim<D> {
    /// From now on, whatever happened in a recorded run happens when it did there, and what came from outside comes
    /// again. What that run did not have takes its time as ever.
    pub fn keep_to(&mut self, mut table: Timetable) {
        for (moment, node, input) in std::mem::take(&mut table.outside) {
            let planned = Planned { stream: None, node, what: Delivery::Outside(input), cause: None };
            self.queue.plan_at(moment, planned);
        }
        self.rerun = Some(Box::new(Rerun { table, ..Rerun::default() }));
    }

    /// Counts an output of a component.
    pub(crate) fn count_output(&mut self, node: &NodeName, seq: u64) {
        let Some(rerun) = &mut self.rerun else { return };
        let count = rerun.counts.entry(node.clone()).or_default();
        *count += 1;
        rerun.outputs.insert(seq, (node.clone(), *count));
    }

    /// When something that is planned happened in the recorded run.
    pub(crate) fn recorded(&self, planned: &Planned) -> Option<Moment> {
        let moment = self.rerun.as_ref()?.moment(planned.cause?, &planned.node)?;
        Some(Moment { at: moment.at.max(self.now), ..moment })
    }

    /// A timer that was never due in the recorded run is never due here.
    pub(crate) fn is_never_due(&self, planned: &Planned) -> bool {
        self.rerun.is_some() && self.recorded(planned).is_none()
    }

    pub(crate) fn deliver_outside(&mut self, node: &NodeName, input: Input) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only calls have numbers of their own")]
        let input = match input {
            Input::Call { call, port, request } => {
                let numbered = self.wires.number_outside(node);
                if let Some(rerun) = &mut self.rerun {
                    rerun.calls.insert((node.clone(), call), numbered);
                }
                Input::Call { call: numbered, port, request }
            }
            Input::CallGone { call } => {
                let numbered = self.rerun.as_ref().and_then(|rerun| rerun.calls.get(&(node.clone(), call)));
                Input::CallGone { call: numbered.copied().unwrap_or(call) }
            }
            Input::LinkDown { link, .. } if self.wires.is_up(&(node.clone(), link)) => {
                return self.arrive(node, input, None);
            }
            other => other,
        };
        self.deliver(node, input, None);
    }
}
