//! Expectations at work.

use cce_fold::Subject;
use cce_kernel::{NodeName, Time};
use cce_scenario::{Expectation, Want};
use cce_select::{Happening, Selector, ShortNames};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// What happens to a component whose life is over.
const STOPPED: &str = "stopped";

/// Records that a count names.
const RELATED_MAX: usize = 16;

/// Tasks of which one expectation keeps a deadline at the same time.
const PENDING_MAX: usize = 4_096;

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What happened instead, or did not happen.
    pub text: String,
    /// The record that broke it; none at the end.
    pub record: Option<u64>,
    /// Others that have to do with it.
    pub related: Vec<u64>,
}

/// One expectation, and how it stands.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    pub(crate) expectation: Expectation,
    state: State,
    /// Of `while` and `within`: whether what begins them ever happened.
    has_begun: bool,
    /// Beginnings whose end is not awaited, as too many are already.
    unwatched: u64,
    /// Of an order.
    misses: Misses,
    pub(crate) unmet: Option<Unmet>,
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

#[derive(Clone, Debug)]
enum State {
    /// Records of what came so far, in order.
    Order(Vec<u64>),
    Count(Counted),
    Never,
    /// Beginnings whose end is awaited, the first of each task; the earliest deadline in front.
    Within(VecDeque<Pending>),
    /// Since when the state holds.
    While(Option<Since>),
    /// The latest change, whether it is the right one, and its words.
    Final(Option<(Since, bool, String)>),
}

/// What was counted so far.
#[derive(Clone, Debug, Default)]
struct Counted {
    times: u64,
    /// The first records, and the latest one.
    first: Vec<u64>,
    latest: Option<u64>,
}

impl Counted {
    fn add(&mut self, record: u64) {
        self.times += 1;
        self.latest = Some(record);
        if self.first.len() < RELATED_MAX {
            self.first.push(record);
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

impl Watch {
    pub(crate) fn new(expectation: Expectation) -> Self {
        let state = match &expectation.want {
            Want::Order(_) => State::Order(Vec::new()),
            Want::Never(_) => State::Never,
            Want::Count { .. } => State::Count(Counted::default()),
            Want::Within { .. } => State::Within(VecDeque::new()),
            Want::While { .. } => State::While(None),
            Want::Final(_) => State::Final(None),
        };
        Self { expectation, state, has_begun: false, unwatched: 0, misses: Misses::default(), unmet: None }
    }

    /// Whether it matters to it when this happens, even if it happens in another place than what else it waits for.
    pub(crate) fn notices(&self, happening: &Happening<'_>, names: &ShortNames) -> bool {
        let means = |selector: &Selector| selector.matches(happening, names);
        match &self.expectation.want {
            Want::Order(order) => order.iter().any(means),
            Want::Within { from, to, .. } => means(from) || means(to),
            Want::While { state, never } => {
                means(never) || state.concerns_state(happening, names) || happening.name == STOPPED
            }
            Want::Never(_) | Want::Count { .. } | Want::Final(_) => false,
        }
    }

    /// Takes in what happens.
    pub(crate) fn see(&mut self, happening: &Happening<'_>, names: &ShortNames, now: Time) {
        if self.unmet.is_none() {
            self.unmet = self.late(now);
        }
        if self.unmet.is_some() {
            return;
        }
        let seq = happening.record.seq;
        let means = |selector: &Selector| selector.matches(happening, names);
        let mut broken = None;
        match (&self.expectation.want, &mut self.state) {
            (Want::Order(order), State::Order(seen)) if order.get(seen.len()).is_some_and(means) => {
                seen.push(seq);
                self.misses.nearest = None;
            }
            (Want::Order(order), State::Order(seen)) => self.misses.see(order, seen.len(), happening, names),
            (Want::Never(never), State::Never) if means(never) => {
                broken = Some(Unmet { text: "it happened".into(), record: Some(seq), related: Vec::new() });
            }
            (Want::Count { of, most, .. }, State::Count(seen)) if means(of) => {
                seen.add(seq);
                if seen.times > *most {
                    let text = format!("it happened more than {most} times");
                    broken = Some(Unmet { text, record: Some(seq), related: seen.first.clone() });
                }
            }
            (Want::Within { from, to, time }, State::Within(pending)) => {
                if means(to) {
                    pending.retain(|begun| !begun.is_ended_by(&happening.subject));
                }
                if means(from) {
                    self.has_begun = true;
                    // What ends the first one ends the others of its task.
                    let is_known = pending.iter().any(|begun| begun.subject == happening.subject);
                    if !is_known && pending.len() >= PENDING_MAX {
                        self.unwatched += 1;
                    } else if !is_known {
                        let subject = happening.subject.clone();
                        pending.push_back(Pending { record: seq, subject, deadline: now + *time });
                    }
                }
            }
            (Want::While { state, never }, State::While(since)) => {
                if let Some(since) = since.as_ref().filter(|_| means(never)) {
                    let text = format!("it happened during `{state}`");
                    broken = Some(Unmet { text, record: Some(seq), related: vec![since.record] });
                }
                if state.concerns_state(happening, names) {
                    *since = means(state).then(|| Since::of(happening));
                    self.has_begun |= since.is_some();
                }
                since.take_if(|since| since.ends_with(happening));
            }
            (Want::Final(state), State::Final(latest)) if state.concerns_state(happening, names) => {
                let to = happening.field("to").unwrap_or_default();
                let others: Vec<String> = state.missed(happening, names).unwrap_or_default();
                let others: Vec<String> =
                    others.into_iter().filter(|miss| !miss.starts_with("to=")).collect();
                let words = if others.is_empty() { to } else { format!("{to}; {}", others.join(", ")) };
                *latest = Some((Since::of(happening), means(state), words));
            }
            (Want::Final(_), State::Final(Some(latest))) if latest.0.ends_with(happening) => {
                let words = format!("{}, and {} was stopped", latest.2, happening.record.node);
                *latest = (Since::of(happening), false, words);
            }
            _ => {}
        }
        self.unmet = broken;
    }

    /// What did not follow in time, at that time. What follows exactly in time is not late.
    pub(crate) fn late(&self, now: Time) -> Option<Unmet> {
        let (Want::Within { to, time, .. }, State::Within(pending)) = (&self.expectation.want, &self.state)
        else {
            return None;
        };
        let late = pending.front().filter(|begun| begun.deadline < now)?;
        let text = format!("`{to}` did not follow within {}", show(*time));
        Some(Unmet { text, record: Some(late.record), related: Vec::new() })
    }

    /// What is wrong with an expectation that holds only because what it counts from never happened.
    pub(crate) fn unbegun(&self) -> Option<Unmet> {
        let begin = match &self.expectation.want {
            Want::Within { from, .. } => from,
            Want::While { state, .. } => state,
            Want::Order(_) | Want::Never(_) | Want::Count { .. } | Want::Final(_) => return None,
        };
        let text = || format!("`{begin}` never happened: there was nothing to judge");
        (!self.has_begun).then(|| Unmet { text: text(), record: None, related: Vec::new() })
    }

    /// What is missing if nothing follows.
    pub(crate) fn missing(&self) -> Option<Unmet> {
        match (&self.expectation.want, &self.state) {
            (Want::Order(order), State::Order(seen)) => order.get(seen.len()).map(|missing| Unmet {
                text: match seen.last().zip(order.get(seen.len().wrapping_sub(1))) {
                    None => format!("`{missing}` never happened{}", self.misses.words(0)),
                    Some((record, last)) => format!(
                        "`{missing}` did not follow `{last}` (record {record}){}",
                        self.misses.words(seen.len())
                    ),
                },
                record: seen.last().copied(),
                related: seen.clone(),
            }),
            (Want::Count { least, .. }, State::Count(seen)) if seen.times < *least => Some(Unmet {
                text: format!("it happened {} times, not {least}", seen.times),
                record: seen.latest,
                related: seen.first.clone(),
            }),
            (Want::Within { to, .. }, State::Within(pending)) if !pending.is_empty() => {
                let record = pending.front().map(|begun| begun.record);
                let text = format!("`{to}` did not follow before the end");
                Some(Unmet { text, record, related: Vec::new() })
            }
            (Want::Within { from, .. }, _) if self.unwatched > 0 => Some(Unmet {
                text: format!(
                    "it cannot be said: {PENDING_MAX} tasks had a deadline at the same time, and `{from}` happened {} times more",
                    self.unwatched
                ),
                record: None,
                related: Vec::new(),
            }),
            (Want::Final(_), State::Final(None)) => {
                Some(Unmet { text: "nothing of the kind happened".into(), record: None, related: Vec::new() })
            }
            (Want::Final(_), State::Final(Some((since, false, to)))) => {
                let text = format!("it ended as {to}");
                Some(Unmet { text, record: Some(since.record), related: Vec::new() })
            }
            _ => None,
        }
    }
}

/// What an expectation wants, in the words of its file.
pub(crate) fn words(want: &Want) -> String {
    let quoted = |selectors: &[Selector]| {
        selectors.iter().map(|selector| format!("`{selector}`")).collect::<Vec<_>>().join(", then ")
    };
    match want {
        Want::Order(order) => quoted(order),
        Want::Never(never) => format!("never `{never}`"),
        Want::Count { of, least, most } if least == most => format!("`{of}` {least} times"),
        Want::Count { of, least, most: u64::MAX } => format!("`{of}` at least {least} times"),
        Want::Count { of, least: 0, most } => format!("`{of}` at most {most} times"),
        Want::Count { of, least, most } => format!("`{of}` {least} to {most} times"),
        Want::Within { from, to, time } => format!("`{to}` within {} of `{from}`", show(*time)),
        Want::While { state, never } => format!("while `{state}` never `{never}`"),
        Want::Final(state) => format!("at the end `{state}`"),
    }
}

fn show(time: Duration) -> cce_world::Span {
    cce_world::Span(time)
}
