//! Rows and lanes of a ladder.

use cce_fold::{ReadRecord, Subject};
use cce_kernel::{Kind, NodeName, Port, Time};

/// One lane: a component, or the people outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Third-party applications and customers.
    App,
    /// Customer Collaboration Platform.
    Ccp,
    /// MR PG.
    Pim,
    /// Router.
    Rtr,
    /// Agent PG with its CTI server.
    Cti,
    /// Finesse.
    Fin,
    /// Agent desktops.
    Desk,
}

impl Lane {
    /// Every lane, from left to right.
    pub const ALL: [Self; 7] = [Self::App, Self::Ccp, Self::Pim, Self::Rtr, Self::Cti, Self::Fin, Self::Desk];

    /// The lane's head.
    pub const fn name(self) -> &'static str {
        match self {
            Self::App => "APP",
            Self::Ccp => "CCP",
            Self::Pim => "PIM",
            Self::Rtr => "RTR",
            Self::Cti => "CTI",
            Self::Fin => "FIN",
            Self::Desk => "DESK",
        }
    }

    /// The component of the lane; the people outside use the clock of the component that they talk to.
    pub const fn component(self) -> Kind {
        match self {
            Self::App | Self::Ccp => Kind::Ccp,
            Self::Pim => Kind::MrPg,
            Self::Rtr => Kind::Router,
            Self::Cti => Kind::AgentPg,
            Self::Fin | Self::Desk => Kind::Finesse,
        }
    }

    /// The lane of a component or of a virtual person.
    pub fn of(node: &NodeName) -> Option<Self> {
        match node.kind()? {
            Kind::Ccp => Some(Self::Ccp),
            Kind::MrPg => Some(Self::Pim),
            Kind::Router => Some(Self::Rtr),
            Kind::AgentPg => Some(Self::Cti),
            Kind::Finesse => Some(Self::Fin),
            Kind::Customer => Some(Self::App),
            Kind::Agent => Some(Self::Desk),
        }
    }

    /// The lane of somebody outside who uses `port` of the component in `here`.
    pub const fn outside(port: Port, here: Self) -> Self {
        match port {
            Port::App | Port::CcpRest => Self::App,
            Port::Desk | Port::Xmpp | Port::XmppWs | Port::Bosh => Self::Desk,
            Port::Mr => other(here, Self::Ccp, Self::Pim),
            Port::IcmMr => other(here, Self::Rtr, Self::Pim),
            Port::IcmAgent => other(here, Self::Rtr, Self::Cti),
            Port::CtiA | Port::CtiB => other(here, Self::Cti, Self::Fin),
        }
    }

    /// Whether the component in `here` is the one that opens connections of `port`.
    pub fn dials(here: Self, port: Port) -> bool {
        port.listener() != here.component()
    }
}

const fn other(here: Lane, listener: Lane, dialler: Lane) -> Lane {
    if here as u8 == listener as u8 { dialler } else { listener }
}

/// How a row is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A message from one lane to another.
    Arrow {
        /// Where it comes from.
        from: Lane,
        /// Where it goes.
        to: Lane,
    },
    /// Something that happened in one lane.
    Mark(Lane),
    /// A count of what is not drawn.
    Counts,
}

/// Why a row is pointed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowMark {
    /// Something in it contradicts what is pointed out otherwise.
    Related,
    /// Something in it is wrong.
    Wrong,
}

impl RowMark {
    /// How it is drawn.
    pub const fn sign(self) -> char {
        match self {
            Self::Related => '○',
            Self::Wrong => '✗',
        }
    }
}

/// One row of a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Number of the record that it starts with.
    pub record: u64,
    /// Number of the record that is drawn first; the one before is its cause, where it is a component's output.
    pub first: u64,
    /// The run's own time.
    pub at: Time,
    /// How it is drawn.
    pub shape: Shape,
    /// What it is about.
    pub subject: Subject,
    /// What it says.
    pub text: String,
    /// What changed while it was handled.
    pub changes: Vec<String>,
    /// What was not drawn before it.
    pub skipped: Option<String>,
    /// Why it is pointed out, if it is.
    pub mark: Option<RowMark>,
}

impl Row {
    pub(super) fn arrow(event: &ReadRecord<'_>, from: Lane, to: Lane, text: String) -> Self {
        Self::new(event, Shape::Arrow { from, to }, text)
    }

    pub(super) fn mark(event: &ReadRecord<'_>, lane: Lane, text: String) -> Self {
        Self::new(event, Shape::Mark(lane), text)
    }

    pub(super) fn counts(text: String, subject: Subject) -> Self {
        let (at, shape) = (Time::default(), Shape::Counts);
        let (changes, skipped, mark) = (Vec::new(), None, None);
        Self { record: 0, first: 0, at, shape, subject, text, changes, skipped, mark }
    }

    fn new(event: &ReadRecord<'_>, shape: Shape, text: String) -> Self {
        Self {
            record: super::cause(event.record),
            first: event.record.seq,
            at: event.record.at,
            shape,
            subject: event.subject.clone(),
            text,
            changes: Vec::new(),
            skipped: None,
            mark: None,
        }
    }

    /// The lane where it ends, whose host's clock stamps it.
    pub fn lane(&self) -> Lane {
        match self.shape {
            Shape::Arrow { to, .. } => to,
            Shape::Mark(lane) => lane,
            Shape::Counts => Lane::App,
        }
    }
}

/// Counts of what is not drawn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Folded {
    pub(super) heartbeats: u64,
    pub(super) polls: u64,
}

impl Folded {
    /// Counts again what a row that is not drawn was to tell.
    pub(super) fn put_back(&mut self, told: Self) {
        self.heartbeats += told.heartbeats;
        self.polls += told.polls;
    }

    /// The counts in words, from zero again.
    pub(super) fn take(&mut self) -> Option<String> {
        let Self { heartbeats, polls } = std::mem::take(self);
        let words: Vec<String> = [(heartbeats, "heartbeat"), (polls, "poll")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
            .collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}
