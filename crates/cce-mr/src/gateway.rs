//! The session of a peripheral gateway with the router, alike for both kinds of gateways (mr-interface 7).

use crate::{
    ICM, Icm,
    icm::{CloseConf, CloseReq, FailureConf, FailureEvent, HeartbeatReq, OpenReq},
};
use cce_kernel::{
    Address, CloseReason, Cx, LinkId, Port, TimerKey,
    session::{Alarm, Dialler, Keeper, OpeningLimit, SessionEvent, SessionMessage, Terms},
};
use cce_model::{InvokeId, PeripheralId, PeripheralType};
use std::time::Duration;

/// Version of the protocol between PG and router (inferred).
pub const VERSION: u32 = 1;

/// Heartbeats that may stay unanswered.
const UNANSWERED_MAX: u32 = 3;

/// What a peripheral gateway is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PgKind {
    /// Media routing: it has tasks.
    Mr,
    /// Enterprise agent: it has agents.
    Agent,
}

impl PgKind {
    /// `PeripheralType` (cti-server-protocol 12).
    pub const fn peripheral_type(self) -> PeripheralType {
        match self {
            Self::Mr => PeripheralType::MEDIA_ROUTING,
            Self::Agent => PeripheralType::ENTERPRISE_AGENT,
        }
    }

    /// The kind of a `PeripheralType`.
    pub fn of_type(peripheral_type: PeripheralType) -> Option<Self> {
        [Self::Mr, Self::Agent].into_iter().find(|kind| kind.peripheral_type() == peripheral_type)
    }

    const fn port(self) -> Port {
        match self {
            Self::Mr => Port::IcmMr,
            Self::Agent => Port::IcmAgent,
        }
    }

    /// Heartbeats watch the session from the connection on. The agent PG sends none before the session is open
    /// (mr-interface 7; inferred).
    const fn opening(self) -> OpeningLimit {
        match self {
            Self::Mr => OpeningLimit::Heartbeats,
            Self::Agent => OpeningLimit::CountedHeartbeats,
        }
    }
}

/// What the router says about its session with a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouterSaid {
    /// This follows for the session.
    Event(SessionEvent),
    /// Nothing follows.
    Nothing,
    /// The message is about something else, or comes when it cannot.
    SomethingElse,
}

/// A gateway's session with the router.
#[derive(Clone, Debug)]
pub struct RouterSession {
    kind: PgKind,
    peripheral: PeripheralId,
    keeper: Keeper,
    redial_timer: TimerKey,
    heartbeat_timer: TimerKey,
    last_invoke_id: InvokeId,
}

impl RouterSession {
    /// A session that nobody has dialled yet, with the timers that its component has for it.
    pub fn new(kind: PgKind, peripheral: PeripheralId, waits: Waits, timers: [TimerKey; 2]) -> Self {
        let [redial_timer, heartbeat_timer] = timers;
        let keeper = Keeper::new(waits.terms(kind));
        Self { kind, peripheral, keeper, redial_timer, heartbeat_timer, last_invoke_id: InvokeId(0) }
    }

    /// Goes by other times from the next dial, heartbeat or pause on.
    pub fn set_waits(&mut self, waits: Waits) {
        self.keeper.set_terms(waits.terms(self.kind));
    }

    /// Whether that is its connection.
    pub fn owns(&self, link: LinkId) -> bool {
        self.keeper.owns(link)
    }

    /// Whether the router takes messages.
    pub fn is_open(&self) -> bool {
        self.keeper.is_open()
    }

    /// Whether the router is connected, and has not answered yet.
    pub fn is_opening(&self) -> bool {
        self.keeper.is_opening()
    }

    /// The invoke id of the last message of the session itself: an answer to a later one says that the router got what was
    /// sent before it.
    pub fn last_invoke_id(&self) -> InvokeId {
        self.last_invoke_id
    }

    /// Takes in what the router says about the session itself, and says what follows for it.
    pub fn hear(&self, link: LinkId, said: &Icm, cx: &mut Cx<'_>) -> RouterSaid {
        match said {
            Icm::OpenConf(_) if self.is_opening() => RouterSaid::Event(SessionEvent::Confirmed),
            Icm::HeartbeatConf(_) => RouterSaid::Event(SessionEvent::Answered),
            Icm::CloseReq(close) => {
                // The answer goes out before the link is closed (cti-server-protocol 4.3).
                self.send(CloseConf { invoke_id: close.invoke_id, ..CloseConf::default() }, cx);
                RouterSaid::Event(SessionEvent::HangUp(CloseReason::Done))
            }
            Icm::FailureConf(FailureConf { status, .. }) | Icm::FailureEvent(FailureEvent { status, .. }) => {
                cx.note_peer_error(
                    link,
                    said.name(),
                    format!("the router reports status {}", status.in_words()),
                );
                // A failure in an open session is about one message: a router that gives the session up closes the link.
                if self.is_open() {
                    RouterSaid::Nothing
                } else {
                    RouterSaid::Event(SessionEvent::HangUp(CloseReason::Refused))
                }
            }
            // A router that was told of the end may still answer.
            Icm::CloseConf(_) => RouterSaid::Nothing,
            Icm::OpenReq(_)
            | Icm::OpenConf(_)
            | Icm::HeartbeatReq(_)
            | Icm::NewCall(_)
            | Icm::Connect(_)
            | Icm::QueueEvent(_)
            | Icm::Release(_)
            | Icm::DialogFail(_)
            | Icm::ReleaseConf(_)
            | Icm::DeviceTargetPreCallInd(_)
            | Icm::DeviceTargetPreCallAbortInd(_)
            | Icm::TaskQueuedInd(_)
            | Icm::TaskDequeuedInd(_)
            | Icm::AgentStateUpdate(_)
            | Icm::TaskEvent(_)
            | Icm::Unlisted { .. } => RouterSaid::SomethingElse,
        }
    }

    /// Sends a message, if the router is connected.
    pub fn send(&self, message: impl Into<Icm>, cx: &mut Cx<'_>) {
        if let Some(link) = self.keeper.link() {
            cx.send(link, message.into().to_frame(&ICM));
        }
    }
}

impl Dialler for RouterSession {
    fn keeper(&mut self) -> &mut Keeper {
        &mut self.keeper
    }

    fn key(&self, alarm: Alarm) -> TimerKey {
        match alarm {
            Alarm::Redial => self.redial_timer.clone(),
            Alarm::Heartbeat => self.heartbeat_timer.clone(),
            Alarm::Opening => unreachable!("heartbeats watch the opening"),
        }
    }

    fn say(&mut self, word: SessionMessage, link: LinkId, cx: &mut Cx<'_>) {
        self.last_invoke_id = self.last_invoke_id.next();
        let invoke_id = self.last_invoke_id;
        let message = match word {
            SessionMessage::Open => Icm::from(OpenReq {
                invoke_id,
                version: VERSION,
                peripheral_id: self.peripheral,
                peripheral_type: self.kind.peripheral_type(),
                ..OpenReq::default()
            }),
            SessionMessage::Heartbeat => HeartbeatReq { invoke_id, ..HeartbeatReq::default() }.into(),
            SessionMessage::Close => CloseReq { invoke_id, ..CloseReq::default() }.into(),
        };
        cx.send(link, message.to_frame(&ICM));
    }
}

/// How long a gateway waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Pause before the lost router is dialled again.
    pub redial: Duration,
    /// Interval of heartbeats.
    pub heartbeat: Duration,
}

impl Waits {
    fn terms(self, kind: PgKind) -> Terms {
        Terms {
            addresses: vec![(kind.port(), Address::Lab)],
            redial: self.redial,
            heartbeat: self.heartbeat,
            unanswered_max: UNANSWERED_MAX,
            opening: kind.opening(),
        }
    }
}
