//! Expectations at work: what happens enters, and what was not met leaves, at the record that broke it or at the end. An
//! expectation that is broken stays so.

use cce_fold::Subject;
use cce_kernel::{NodeName, Time};
use cce_scenario::{Expectation, Want};
use cce_select::{Happening, Selector, ShortNames};
use cce_world::Span;
use std::{collections::BTreeMap, time::Duration};

/// The happening that ends the life of a component.
const STOPPED: &str = "stopped";

/// Records that a count names.
const RELATED_MAX: usize = 16;

/// Tasks of which one expectation keeps a deadline at the same time.
const PENDING_MAX: usize = 4_096;

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetExpectation {
    /// What happened instead, or did not happen.
    pub text: String,
    /// The record that broke it; none at the end.
    pub record: Option<u64>,
    /// Other records that have to do with it.
    pub related: Vec<u64>,
}

impl UnmetExpectation {
    const fn new(text: String, record: Option<u64>) -> Self {
        Self { text, record, related: Vec::new() }
    }
}

/// One expectation, and how it stands.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    pub(crate) name: String,
    /// Why the expectation rests on behaviour that is inferred, if it does.
    pub(crate) inferred: Option<String>,
    condition: Condition,
    pub(crate) unmet: Option<UnmetExpectation>,
}

/// What an expectation wants, and what was seen of it so far.
#[derive(Clone, Debug)]
enum Condition {
    InOrder(InOrder),
    Never(Selector),
    Count(Count),
    Within(Within),
    While(While),
    Final(Final),
}

impl Watch {
    pub(crate) fn new(expectation: Expectation) -> Self {
        let Expectation { name, want, inferred } = expectation;
        let condition = match want {
            Want::Order(order) => {
                Condition::InOrder(InOrder { order, seen: Vec::new(), misses: Misses::default() })
            }
            Want::Never(never) => Condition::Never(never),
            Want::Count { of, least, most } => {
                Condition::Count(Count { of, least, most, times: 0, first: Vec::new(), latest: None })
            }
            Want::Within { from, to, time } => Condition::Within(Within {
                from,
                to,
                time,
                pending: Vec::new(),
                has_begun: false,
                unwatched: 0,
            }),
            Want::While { state, never } => {
                Condition::While(While { state, never, since: None, has_begun: false })
            }
            Want::Final(state) => Condition::Final(Final { state, latest: None }),
        };
        Self { name, inferred, condition, unmet: None }
    }

    /// Whether the expectation depends on when this happens, even if it happens in another place than what else it waits
    /// for.
    pub(crate) fn notices(&self, happening: &Happening<'_>, names: &ShortNames) -> bool {
        let means = |selector: &Selector| selector.matches(happening, names);
        match &self.condition {
            Condition::InOrder(InOrder { order, .. }) => order.iter().any(means),
            Condition::Within(Within { from, to, .. }) => means(from) || means(to),
            Condition::While(While { state, never, .. }) => {
                means(never) || state.concerns_state(happening, names) || happening.name == STOPPED
            }
            Condition::Never(_) | Condition::Count(_) | Condition::Final(_) => false,
        }
    }

    /// Takes in what happens.
    pub(crate) fn see(&mut self, happening: &Happening<'_>, names: &ShortNames) {
        if self.unmet.is_some() {
            return;
        }
        self.unmet = match &mut self.condition {
            Condition::InOrder(order) => {
                order.see(happening, names);
                None
            }
            Condition::Never(never) => never
                .matches(happening, names)
                .then(|| UnmetExpectation::new("it happened".into(), Some(happening.record.seq))),
            Condition::Count(count) => count.see(happening, names),
            Condition::Within(within) => within.see(happening, names),
            Condition::While(during) => during.see(happening, names),
            Condition::Final(last) => {
                last.see(happening, names);
                None
            }
        };
    }

    /// What has not followed by that time, and is late. What follows exactly in time is not late.
    pub(crate) fn late(&self, now: Time) -> Option<UnmetExpectation> {
        match &self.condition {
            Condition::Within(within) => within.late(now),
            Condition::InOrder(_)
            | Condition::Never(_)
            | Condition::Count(_)
            | Condition::While(_)
            | Condition::Final(_) => None,
        }
    }

    /// What is wrong with an expectation that holds only because what it counts from never happened.
    pub(crate) fn unbegun(&self) -> Option<UnmetExpectation> {
        let (begin, has_begun) = match &self.condition {
            Condition::Within(Within { from, has_begun, .. }) => (from, *has_begun),
            Condition::While(While { state, has_begun, .. }) => (state, *has_begun),
            Condition::InOrder(_) | Condition::Never(_) | Condition::Count(_) | Condition::Final(_) => {
                return None;
            }
        };
        let text = || format!("`{begin}` never happened: there was nothing to judge");
        (!has_begun).then(|| UnmetExpectation::new(text(), None))
    }

    /// What is missing if nothing follows.
    pub(crate) fn missing(&self) -> Option<UnmetExpectation> {
        match &self.condition {
            Condition::InOrder(order) => order.missing(),
            Condition::Count(count) => count.missing(),
            Condition::Within(within) => within.missing(),
            Condition::Final(last) => last.missing(),
            Condition::Never(_) | Condition::While(_) => None,
        }
    }

    /// What the expectation wants, in the words of its file.
    pub(crate) fn words(&self) -> String {
        match &self.condition {
            Condition::InOrder(InOrder { order, .. }) => {
                order.iter().map(|selector| format!("`{selector}`")).collect::<Vec<_>>().join(", then ")
            }
            Condition::Never(never) => format!("never `{never}`"),
            Condition::Count(count) => count.words(),
            Condition::Within(Within { from, to, time, .. }) => {
                format!("`{to}` within {} of `{from}`", Span(*time))
            }
            Condition::While(While { state, never, .. }) => format!("while `{state}` never `{never}`"),
            Condition::Final(Final { state, .. }) => format!("at the end `{state}`"),
        }
    }
}

/// Selectors that match in this order, whatever else happens between them.
#[derive(Clone, Debug)]
struct InOrder {
    order: Vec<Selector>,
    /// The records that matched so far, one for each selector from the first on.
    seen: Vec<u64>,
    misses: Misses,
}

impl InOrder {
    fn see(&mut self, happening: &Happening<'_>, names: &ShortNames) {
        let due = self.seen.len();
        if self.order.get(due).is_some_and(|awaited| awaited.matches(happening, names)) {
            self.seen.push(happening.record.seq);
            self.misses.nearest = None;
        } else {
            self.misses.see(&self.order, due, happening, names);
        }
    }

    fn missing(&self) -> Option<UnmetExpectation> {
        let due = self.seen.len();
        let missing = self.order.get(due)?;
        let misses = self.misses.words(due);
        let text = match self.seen.last().zip(self.order.get(due.wrapping_sub(1))) {
            None => format!("`{missing}` never happened{misses}"),
            Some((record, last)) => {
                format!("`{missing}` did not follow `{last}` (record {record}){misses}")
            }
        };
        Some(UnmetExpectation { text, record: self.seen.last().copied(), related: self.seen.clone() })
    }
}

/// What came in place of what an order waits for.
#[derive(Clone, Debug, Default)]
struct Misses {
    /// By place in the order: the record of what came before its turn.
    early: BTreeMap<usize, u64>,
    /// What came nearest to what is awaited now.
    nearest: Option<Nearest>,
}

/// What is almost what an order waits for.
#[derive(Clone, Debug)]
struct Nearest {
    record: u64,
    /// How many things are not as wanted.
    faults: usize,
    /// What it is, and what is not as wanted.
    words: String,
}

impl Misses {
    /// Takes in what happens while the place `due` of an order is awaited.
    fn see(&mut self, order: &[Selector], due: usize, happening: &Happening<'_>, names: &ShortNames) {
        let later =
            order.iter().enumerate().skip(due + 1).filter(|(_, later)| later.matches(happening, names));
        self.early.extend(later.map(|(place, _)| (place, happening.record.seq)));
        let Some(missed) = order.get(due).and_then(|awaited| awaited.missed(happening, names)) else {
            return;
        };
        if self.nearest.as_ref().is_none_or(|nearest| missed.len() < nearest.faults) {
            let words = format!("`{}`: {}", happening.words(names), missed.join(", "));
            self.nearest = Some(Nearest { record: happening.record.seq, faults: missed.len(), words });
        }
    }

    /// What there is to say about an order whose place `due` never came.
    fn words(&self, due: usize) -> String {
        if let Some(record) = self.early.get(&due) {
            return format!("; it happened before that, at record {record}");
        }
        let nearest = self.nearest.as_ref();
        nearest.map_or_else(String::new, |miss| {
            format!("; the nearest was record {}, {}", miss.record, miss.words)
        })
    }
}

/// Something that happens so many times.
#[derive(Clone, Debug)]
struct Count {
    of: Selector,
    least: u64,
    most: u64,
    times: u64,
    /// The first records that matched, at most [`RELATED_MAX`] of them.
    first: Vec<u64>,
    /// The latest record that matched.
    latest: Option<u64>,
}

impl Count {
    fn see(&mut self, happening: &Happening<'_>, names: &ShortNames) -> Option<UnmetExpectation> {
        if !self.of.matches(happening, names) {
            return None;
        }
        let record = happening.record.seq;
        self.times += 1;
        self.latest = Some(record);
        if self.first.len() < RELATED_MAX {
            self.first.push(record);
        }
        (self.times > self.most).then(|| UnmetExpectation {
            text: format!("it happened more than {} times", self.most),
            record: self.latest,
            related: self.first.clone(),
        })
    }

    fn missing(&self) -> Option<UnmetExpectation> {
        (self.times < self.least).then(|| UnmetExpectation {
            text: format!("it happened {} times, not {}", self.times, self.least),
            record: self.latest,
            related: self.first.clone(),
        })
    }

    fn words(&self) -> String {
        let Self { of, least, most, .. } = self;
        match (*least, *most) {
            (least, most) if least == most => format!("`{of}` {least} times"),
            (least, u64::MAX) => format!("`{of}` at least {least} times"),
            (0, most) => format!("`{of}` at most {most} times"),
            (least, most) => format!("`{of}` {least} to {most} times"),
        }
    }
}

/// Each beginning is followed by its end in time.
#[derive(Clone, Debug)]
struct Within {
    from: Selector,
    to: Selector,
    time: Duration,
    /// Beginnings whose end is awaited, the first of each task.
    pending: Vec<Pending>,
    /// Whether a beginning ever happened.
    has_begun: bool,
    /// Beginnings whose end is not awaited, as too many are already.
    unwatched: u64,
}

/// Something began, and its end is awaited.
#[derive(Clone, Debug)]
struct Pending {
    record: u64,
    subject: Subject,
    deadline: Time,
}

impl Pending {
    /// Whether what happens about that subject is its end. What names no task ends all.
    fn is_ended_by(&self, subject: &Subject) -> bool {
        match (&self.subject.contact, &subject.contact) {
            (Some(begun), Some(ended)) => begun == ended,
            (None, _) | (_, None) => {
                self.subject.task.zip(subject.task).is_none_or(|(begun, ended)| begun == ended)
            }
        }
    }
}

impl Within {
    /// Judges by the record's own time: over a network, times may step back from one record to the next.
    fn see(&mut self, happening: &Happening<'_>, names: &ShortNames) -> Option<UnmetExpectation> {
        let at = happening.record.at;
        let mut broken = None;
        if self.to.matches(happening, names) {
            let is_ended = |begun: &Pending| begun.is_ended_by(&happening.subject);
            let late = self.pending.iter().find(|begun| is_ended(begun) && begun.deadline < at);
            broken = late.map(|begun| self.too_late(begun));
            self.pending.retain(|begun| !is_ended(begun));
        }
        if self.from.matches(happening, names) {
            self.has_begun = true;
            // What ends the first beginning ends the others of its task.
            let is_known = self.pending.iter().any(|begun| begun.subject == happening.subject);
            if !is_known && self.pending.len() >= PENDING_MAX {
                self.unwatched += 1;
            } else if !is_known {
                let (record, subject) = (happening.record.seq, happening.subject.clone());
                self.pending.push(Pending { record, subject, deadline: at + self.time });
            }
        }
        broken
    }

    fn late(&self, now: Time) -> Option<UnmetExpectation> {
        self.pending.iter().find(|begun| begun.deadline < now).map(|begun| self.too_late(begun))
    }

    fn too_late(&self, begun: &Pending) -> UnmetExpectation {
        let text = format!("`{}` did not follow within {}", self.to, Span(self.time));
        UnmetExpectation::new(text, Some(begun.record))
    }

    fn missing(&self) -> Option<UnmetExpectation> {
        if let Some(begun) = self.pending.first() {
            let text = format!("`{}` did not follow before the end", self.to);
            return Some(UnmetExpectation::new(text, Some(begun.record)));
        }
        let text = || {
            format!(
                "it cannot be said: {PENDING_MAX} tasks had a deadline at the same time, and `{}` happened {} times more",
                self.from, self.unwatched
            )
        };
        (self.unwatched > 0).then(|| UnmetExpectation::new(text(), None))
    }
}

/// Something never happens while a state holds.
#[derive(Clone, Debug)]
struct While {
    state: Selector,
    never: Selector,
    /// Since when the state holds, if it does.
    since: Option<Since>,
    /// Whether the state ever held.
    has_begun: bool,
}

impl While {
    fn see(&mut self, happening: &Happening<'_>, names: &ShortNames) -> Option<UnmetExpectation> {
        let means = |selector: &Selector| selector.matches(happening, names);
        if let Some(since) = self.since.as_ref().filter(|_| means(&self.never)) {
            let text = format!("it happened during `{}`", self.state);
            let record = Some(happening.record.seq);
            return Some(UnmetExpectation { text, record, related: vec![since.record] });
        }
        if self.state.concerns_state(happening, names) {
            self.since = means(&self.state).then(|| Since::of(happening));
            self.has_begun |= self.since.is_some();
        }
        self.since.take_if(|since| since.ends_with(happening));
        None
    }
}

/// The last change leads to a state.
#[derive(Clone, Debug)]
struct Final {
    state: Selector,
    latest: Option<LastChange>,
}

/// The latest change of the state that an expectation is about.
#[derive(Clone, Debug)]
struct LastChange {
    since: Since,
    /// Whether the change leads to the state that is wanted.
    is_right: bool,
    /// The state that it leads to, and what else is not as wanted.
    words: String,
}

impl Final {
    fn see(&mut self, happening: &Happening<'_>, names: &ShortNames) {
        if self.state.concerns_state(happening, names) {
            let to = happening.field("to").unwrap_or_default();
            let others = self.state.missed(happening, names).unwrap_or_default();
            let others: Vec<String> = others.into_iter().filter(|miss| !miss.starts_with("to=")).collect();
            let words = if others.is_empty() { to } else { format!("{to}; {}", others.join(", ")) };
            let is_right = self.state.matches(happening, names);
            self.latest = Some(LastChange { since: Since::of(happening), is_right, words });
        } else if let Some(latest) = self.latest.as_mut().filter(|latest| latest.since.ends_with(happening)) {
            let words = format!("{}, and {} was stopped", latest.words, happening.record.node);
            *latest = LastChange { since: Since::of(happening), is_right: false, words };
        }
    }

    fn missing(&self) -> Option<UnmetExpectation> {
        match &self.latest {
            None => Some(UnmetExpectation::new("nothing of the kind happened".into(), None)),
            Some(LastChange { since, is_right: false, words }) => {
                Some(UnmetExpectation::new(format!("it ended as {words}"), Some(since.record)))
            }
            Some(LastChange { is_right: true, .. }) => None,
        }
    }
}

/// Since when a state holds.
#[derive(Clone, Debug)]
struct Since {
    record: u64,
    /// The component with which it ends, if it does.
    component: Option<NodeName>,
}

impl Since {
    fn of(happening: &Happening<'_>) -> Self {
        let component = happening.ends_with_its_component().then(|| happening.record.node.clone());
        Self { record: happening.record.seq, component }
    }

    fn ends_with(&self, stopped: &Happening<'_>) -> bool {
        stopped.name == STOPPED && self.component.as_ref() == Some(&stopped.record.node)
    }
}
