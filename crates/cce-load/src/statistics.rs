//! What is counted while a load runs.

use crate::latencies::{LatencyHistogram, Precision};
use cce_model::StatusReason;
use std::{collections::BTreeMap, fmt, time::Duration};

/// Rows of the timeline. When there are more, each two become one, exactly, and rows stand for twice the time.
pub(crate) const ROWS_MAX: usize = 240;

/// Kinds of errors that are told apart. Texts come from the target, which may send any number of them.
const KINDS_MAX: usize = 100;

/// A part of a task's life whose duration is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// From the planned start to the moment at which the request was sent: what the generator itself, or its bounds, cost.
    Begin,
    /// From the planned start to the answer of the Task API, or to the end of the wait for it.
    Create,
    /// From the planned start to the first offer at an agent's desktop.
    Offer,
    /// From the offer to the event of acceptance.
    Accept,
    /// From the acceptance to the end.
    Work,
    /// From the planned start to the end.
    Life,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 6] = [Self::Begin, Self::Create, Self::Offer, Self::Accept, Self::Work, Self::Life];

    /// A short name, for tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Create => "create",
            Self::Offer => "offer",
            Self::Accept => "accept",
            Self::Work => "work",
            Self::Life => "life",
        }
    }

    /// What it is, for people.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Begin => "planned start to request sent",
            Self::Create => "planned start to the Task API's answer, or to the end of the wait for it",
            Self::Offer => "planned start to offer at a desktop",
            Self::Accept => "offer to accepted",
            Self::Work => "accepted to end",
            Self::Life => "planned start to end",
        }
    }
}

/// Where something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LifeStep {
    /// A task is created.
    Create,
    /// A task's status is read.
    Poll,
    /// A task is on its way to an agent.
    Route,
    /// An agent's notifications.
    Stream,
    /// An agent signs in, or becomes ready.
    SignIn,
    /// An agent accepts an offer.
    Accept,
    /// An agent begins work.
    Start,
    /// An agent goes on to after-task work.
    WrapUp,
    /// An agent ends a task.
    Close,
    /// An agent signs out.
    SignOut,
}

impl fmt::Display for LifeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Create => "create",
            Self::Poll => "poll",
            Self::Route => "route",
            Self::Stream => "notifications",
            Self::SignIn => "sign-in",
            Self::Accept => "accept",
            Self::Start => "start",
            Self::WrapUp => "wrap-up",
            Self::Close => "close",
            Self::SignOut => "sign-out",
        })
    }
}

/// Why it failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoadFlaw {
    /// The generator's own bounds left no room for the task.
    NoRoom,
    /// The load was stopped before it was its turn.
    Stopped,
    /// No connection.
    Unreachable,
    /// The target's certificate is not of an authority that is trusted, not of its name, or not of today.
    Untrusted,
    /// No answer in time.
    TimedOut,
    /// The connection broke, or what came is no HTTP.
    Broken,
    /// The answer is larger than is read.
    TooLarge,
    /// The answer's status says so.
    Status(u16),
    /// The task was created, but the answer does not say where its status can be read.
    NoLocation,
    /// The answer cannot be understood.
    Unreadable,
    /// The task was discarded.
    Discarded(StatusReason),
    /// The offer was taken back before it was accepted.
    Withdrawn,
    /// Anything else, in the target's words.
    Told(String),
}

impl fmt::Display for LoadFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoom => f.pad("no room: too many open tasks"),
            Self::Stopped => f.pad("stopped before it was sent"),
            Self::Unreachable => f.pad("no connection"),
            Self::Untrusted => f.pad("certificate is not trusted"),
            Self::TimedOut => f.pad("no answer in time"),
            Self::Broken => f.pad("connection broke"),
            Self::TooLarge => f.pad("answer too large"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::NoLocation => f.pad("no Location in the answer"),
            Self::Unreadable => f.pad("answer cannot be read"),
            Self::Discarded(reason) => write!(f, "discarded: {reason}"),
            Self::Withdrawn => f.pad("offer taken back"),
            Self::Told(text) => f.pad(text),
        }
    }
}

/// How many tasks came how far. `planned` is `unsent + sent`, `sent` is `created + failed + unanswered`, and `created` is
/// `ended + discarded + lost + unfinished` once the load is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Were to begin.
    pub planned: u64,
    /// Were never sent, because of a bound or a stop.
    pub unsent: u64,
    /// Were sent to the Task API.
    pub sent: u64,
    /// Were created.
    pub created: u64,
    /// Could not be created.
    pub failed: u64,
    /// Had no answer when the load was over.
    pub unanswered: u64,
    /// Were offered to an agent.
    pub offered: u64,
    /// Were accepted by an agent.
    pub accepted: u64,
    /// Came to their end: whatever the end is that is followed.
    pub ended: u64,
    /// Were discarded.
    pub discarded: u64,
    /// Were created, and the Task API stopped telling what became of them.
    pub lost: u64,
    /// Were created and had not ended when the load was over.
    pub unfinished: u64,
    /// Tasks that were offered to the generator's agents and are not its own.
    pub foreign: u64,
}

/// One row of the timeline.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) planned: u64,
    pub(crate) created: u64,
    pub(crate) ended: u64,
    pub(crate) errors: u64,
    pub(crate) create: LatencyHistogram,
    pub(crate) offer: LatencyHistogram,
    pub(crate) life: LatencyHistogram,
}

impl Row {
    fn new() -> Self {
        let latencies = || LatencyHistogram::new(Precision::Row);
        let (planned, created, ended, errors) = (0, 0, 0, 0);
        Self { planned, created, ended, errors, create: latencies(), offer: latencies(), life: latencies() }
    }

    fn merge(&mut self, other: &Self) {
        self.planned += other.planned;
        self.created += other.created;
        self.ended += other.ended;
        self.errors += other.errors;
        self.create.merge(&other.create);
        self.offer.merge(&other.offer);
        self.life.merge(&other.life);
    }
}

/// When something of a kind happened last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Last {
    /// The last planned start.
    pub(crate) planned: Duration,
    /// The last creation.
    pub(crate) created: Duration,
    /// The last end.
    pub(crate) ended: Duration,
}

/// Everything that is counted.
#[derive(Debug)]
pub struct Statistics {
    pub(crate) counts: Counts,
    pub(crate) last: Last,
    pub(crate) errors: BTreeMap<(LifeStep, LoadFlaw), u64>,
    /// Errors of kinds that were too many to be told apart.
    pub(crate) other_errors: u64,
    phases: [LatencyHistogram; 6],
    pub(crate) rows: Vec<Row>,
    /// Seconds that a row stands for.
    pub(crate) row_seconds: u64,
}

impl Default for Statistics {
    fn default() -> Self {
        Self {
            counts: Counts::default(),
            last: Last::default(),
            errors: BTreeMap::new(),
            other_errors: 0,
            phases: std::array::from_fn(|_| LatencyHistogram::default()),
            rows: Vec::new(),
            row_seconds: 1,
        }
    }
}

impl Statistics {
    /// How many tasks came how far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How long a phase took.
    pub fn phase(&self, phase: Phase) -> &LatencyHistogram {
        &self.phases[phase as usize]
    }

    /// How many errors there were, of all kinds.
    pub fn errors(&self) -> u64 {
        self.errors.values().sum::<u64>() + self.other_errors
    }

    /// An error, in words; none when there was none.
    pub fn first_error(&self) -> Option<String> {
        self.errors.keys().next().map(|(step, flaw)| format!(": {step}: {flaw}"))
    }

    /// Counts an error.
    pub fn error(&mut self, step: LifeStep, flaw: LoadFlaw, now: Duration) {
        self.row(now).errors += 1;
        let key = (step, flaw);
        if self.errors.len() < KINDS_MAX || self.errors.contains_key(&key) {
            *self.errors.entry(key).or_default() += 1;
        } else {
            self.other_errors += 1;
        }
    }

    pub(crate) fn record(&mut self, phase: Phase, lasted: Duration, now: Duration) {
        self.phases[phase as usize].record(lasted);
        let row = self.row(now);
        match phase {
            Phase::Create => row.create.record(lasted),
            Phase::Offer => row.offer.record(lasted),
            Phase::Life => row.life.record(lasted),
            Phase::Begin | Phase::Accept | Phase::Work => {}
        }
    }

    /// A task is to begin.
    pub(crate) fn plan(&mut self, planned: Duration) {
        self.counts.planned += 1;
        self.row(planned).planned += 1;
        self.last.planned = self.last.planned.max(planned);
    }

    /// A task was created.
    pub(crate) fn create(&mut self, now: Duration) {
        self.counts.created += 1;
        self.row(now).created += 1;
        self.last.created = self.last.created.max(now);
    }

    /// A task came to its end.
    pub(crate) fn end(&mut self, now: Duration) {
        self.counts.ended += 1;
        self.row(now).ended += 1;
        self.last.ended = self.last.ended.max(now);
    }

    /// The row of a moment.
    pub(crate) fn row(&mut self, now: Duration) -> &mut Row {
        while usize::try_from(now.as_secs() / self.row_seconds).unwrap_or(usize::MAX) >= ROWS_MAX {
            self.halve();
        }
        // The loop above has seen to it that this is below ROWS_MAX.
        let at = usize::try_from(now.as_secs() / self.row_seconds).unwrap_or(ROWS_MAX - 1);
        while self.rows.len() <= at {
            self.rows.push(Row::new());
        }
        &mut self.rows[at]
    }

    fn halve(&mut self) {
        let pairs = self.rows.chunks(2).map(|pair| {
            let mut row = pair[0].clone();
            pair[1..].iter().for_each(|next| row.merge(next));
            row
        });
        self.rows = pairs.collect();
        self.row_seconds *= 2;
    }
}
