//! Rows and lanes of a ladder.

use cce_fold::{ReadRecord, Subject};
use cce_kernel::{Kind, NodeName, Port, Time};
use cce_model::AgentId;
use serde::{Deserialize, Serialize};

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

    /// Who is in it, for people who see it for the first time.
    pub const fn about(self) -> &'static str {
        match self {
            Self::App => "applications and customers",
            Self::Ccp => "Customer Collaboration Platform",
            Self::Pim => "MR PG",
            Self::Rtr => "router",
            Self::Cti => "agent PG with CTI server",
            Self::Fin => "Finesse",
            Self::Desk => "desktops of agents",
        }
    }

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
            Port::App | Port::CcpRest | Port::CcpBosh | Port::CcpNotify => Self::App,
            Port::Desk | Port::Xmpp | Port::XmppWs | Port::Bosh => Self::Desk,
            Port::Mr => other(here, Self::Ccp, Self::Pim),
            Port::IcmMr => other(here, Self::Rtr, Self::Pim),
            Port::IcmAgent => other(here, Self::Rtr, Self::Cti),
            Port::CtiA | Port::CtiB => other(here, Self::Cti, Self::Fin),
        }
    }

    /// The lane of the component that listens at `port`.
    pub const fn listens(port: Port) -> Self {
        match port.listener() {
            Kind::Ccp => Self::Ccp,
            Kind::Customer => Self::App,
            Kind::MrPg => Self::Pim,
            Kind::Router => Self::Rtr,
            Kind::AgentPg => Self::Cti,
            Kind::Finesse | Kind::Agent => Self::Fin,
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

/// What kind of thing a row tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RowKind {
    /// A message of a binary protocol.
    Message,
    /// A request over HTTP.
    Request,
    /// What a request is answered with.
    Answer,
    /// What a desktop is told without having asked.
    Notification,
    /// A change in one component.
    Change,
    /// A connection comes or goes.
    Connection,
    /// Something that is not drawn one by one.
    Counted,
}

impl RowKind {
    /// Those that are drawn one by one.
    pub const DRAWN: [Self; 6] =
        [Self::Message, Self::Request, Self::Answer, Self::Notification, Self::Change, Self::Connection];

    /// Its name, in the plural.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "messages",
            Self::Request => "requests",
            Self::Answer => "answers",
            Self::Notification => "notifications",
            Self::Change => "changes",
            Self::Connection => "connections",
            Self::Counted => "counts",
        }
    }
}

/// Why a row is pointed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowMark {
    /// It is the one that somebody asked for.
    Asked,
    /// Something in it contradicts what is pointed out otherwise.
    Related,
    /// Something in it is wrong.
    Wrong,
}

impl RowMark {
    /// How it is drawn.
    pub const fn sign(self) -> char {
        match self {
            Self::Asked => '▸',
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
    /// What kind of thing it tells.
    pub kind: RowKind,
    /// What it is about.
    pub subject: Subject,
    /// The agent whom it is about, too.
    pub agent: Option<AgentId>,
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
    pub(super) fn arrow(
        event: &ReadRecord<'_>,
        (from, to): (Lane, Lane),
        kind: RowKind,
        text: String,
    ) -> Self {
        Self::new(event, Shape::Arrow { from, to }, kind, text)
    }

    pub(super) fn mark(event: &ReadRecord<'_>, lane: Lane, kind: RowKind, text: String) -> Self {
        Self::new(event, Shape::Mark(lane), kind, text)
    }

    pub(super) fn counts(text: String) -> Self {
        Self {
            record: 0,
            first: 0,
            at: Time::default(),
            shape: Shape::Counts,
            kind: RowKind::Counted,
            subject: Subject::default(),
            agent: None,
            text,
            changes: Vec::new(),
            skipped: None,
            mark: None,
        }
    }

    /// The same about an agent, whom the rows of a desktop say first.
    pub(super) fn of(mut self, agent: Option<AgentId>) -> Self {
        let is_of_desk =
            matches!(self.shape, Shape::Arrow { from, to } if from == Lane::Desk || to == Lane::Desk);
        if let (true, Some(agent)) = (is_of_desk, &agent) {
            self.text = format!("{agent} {}", self.text);
        }
        self.agent = agent;
        self
    }

    fn new(event: &ReadRecord<'_>, shape: Shape, kind: RowKind, text: String) -> Self {
        Self {
            record: super::cause(event.record),
            first: event.record.seq,
            at: event.record.at,
            shape,
            kind,
            subject: event.subject.clone(),
            agent: None,
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
pub(super) struct HiddenCounts {
    pub(super) heartbeats: u64,
    pub(super) polls: u64,
}

impl HiddenCounts {
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
