//! Who watches a run as it is recorded, and may bend it: the contract between a driver and a scenario.
//!
//! Both drivers keep it alike. A message that leaves a component is recorded first, then judged, then acts. One
//! that enters from outside the lab is judged before it is recorded: until it is let in, it has not happened.

use crate::Record;
use cce_kernel::{Blob, Command, Input, NodeName, Port, Response, Time};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Names a message that is held back.
pub type Ticket = u64;

/// Who did it, where no rule and no step did.
pub const DRIVER: &str = "the driver";

/// Watches a run, and may bend it.
pub trait Director: Send {
    /// Takes in the next record, and says what becomes of the message that it sends, if it sends one.
    fn see(&mut self, record: &Record) -> Reaction;

    /// Says what becomes of an input that enters from outside the lab and is not recorded yet.
    fn entering(&mut self, at: Time, node: &NodeName, input: &Input) -> Reaction;

    /// When it wants to be woken next.
    fn due(&self) -> Option<Time>;

    /// It is that time.
    fn wake(&mut self, now: Time) -> Vec<Order>;

    /// Whether it took note of anything since it was last asked, so that it may treat what comes later in another
    /// way. Where orders are explored, what a director takes note of may not be exchanged with anything else. What
    /// it bends and what it orders at once counts without being told.
    fn took_note(&mut self) -> bool {
        false
    }
}

/// What a director makes of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reaction {
    /// What becomes of the message.
    pub treatment: Treatment,
    /// What else is to happen, in order, once the message was treated so.
    pub orders: Vec<Order>,
}

impl From<Vec<Order>> for Reaction {
    fn from(orders: Vec<Order>) -> Self {
        Self { treatment: Treatment::Pass, orders }
    }
}

/// What becomes of a message. A stream is one direction of a connection; each request and each response of HTTP
/// is a stream of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Treatment {
    /// It takes its way, behind whatever is held on its stream.
    #[default]
    Pass,
    /// It passes what is held on its stream: a heartbeat.
    Overtake,
    /// It takes that much longer, and what follows on its stream with it.
    Delay {
        /// How much.
        by: Duration,
        /// What follows does not wait for it.
        alone: bool,
    },
    /// It waits until it is released, and what follows on its stream with it.
    Hold {
        /// Names it.
        ticket: Ticket,
        /// What follows does not wait for it.
        alone: bool,
    },
    /// It is lost.
    Drop,
    /// It arrives twice.
    Duplicate,
    /// Something else arrives instead of the message, or of an HTTP body.
    Replace(Blob),
    /// It is lost, and its connection with it.
    Cut,
    /// It is an HTTP request: it goes no further, and whoever asks hears this response.
    Answer(Box<Response>),
    /// Its bytes arrive in pieces of that size.
    Split(usize),
    /// Its bytes wait for those of the next message of its stream, and arrive with them.
    Coalesce,
}

/// Something that a driver does on behalf of a director.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Records that the run was bent.
    Record {
        /// Whose record it is.
        node: NodeName,
        /// The record of the message that it is about.
        cause: Option<u64>,
        /// What was done.
        bent: Bent,
    },
    /// Lets a message go that was held back.
    Release(Ticket),
    /// Gives a component a command.
    Command(NodeName, Command),
    /// Kills a component. Nobody listens in its place until it is started.
    Stop(NodeName),
    /// Starts a component that was stopped; restarts one that runs.
    Start(NodeName),
    /// Breaks every connection of a port, and refuses new ones for a while.
    Cut {
        /// The port.
        port: Port,
        /// For how long.
        lasting: Duration,
    },
    /// Nothing arrives through a port for a while.
    Stall {
        /// The port.
        port: Port,
        /// For how long.
        lasting: Duration,
    },
}

/// Something that a scenario did to a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bent {
    /// The rule or the step.
    pub by: String,
    /// What it did.
    #[serde(rename = "did")]
    pub bend: Bend,
    /// What follows on the stream does not wait for the message that it holds back or delays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
}

impl Bent {
    /// What a rule or a step did. What follows on a stream waits for a message that is held back or delayed.
    pub fn new(by: impl Into<String>, bend: Bend) -> Self {
        Self { by: by.into(), bend, alone: false }
    }

    /// Whether what follows on the stream passes its message.
    pub const fn lets_pass(&self) -> bool {
        match self.bend {
            Bend::Swapped(_) => true,
            Bend::Held(_) | Bend::Delayed(_) => self.alone,
            Bend::Released(_)
            | Bend::Expired(_)
            | Bend::Gone(_)
            | Bend::Hurried
            | Bend::Dropped
            | Bend::Duplicated
            | Bend::Corrupted
            | Bend::Cut
            | Bend::Answered(_)
            | Bend::Split(_)
            | Bend::Coalesced
            | Bend::Stepped(_)
            | Bend::Armed
            | Bend::Disarmed
            | Bend::Removed => false,
        }
    }
}

/// What a scenario can do to a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bend {
    /// Held a message back.
    Held(Ticket),
    /// Let it go.
    Released(Ticket),
    /// Let it go because its time was over.
    Expired(Ticket),
    /// It went with its connection, its client or its component before anybody let it go. The driver says so.
    Gone(Ticket),
    /// Made it take longer, by so many microseconds.
    Delayed(u64),
    /// Let it go before its delay was over. The driver says so.
    Hurried,
    /// Put it behind the next one of its stream.
    Swapped(Ticket),
    /// Lost it.
    Dropped,
    /// Made it arrive twice.
    Duplicated,
    /// Changed its bytes.
    Corrupted,
    /// Broke its connection.
    Cut,
    /// Answered it with that status, in the place of whoever was asked.
    Answered(u16),
    /// Made its bytes arrive in pieces of that size.
    Split(usize),
    /// Made its bytes arrive with those of the next one.
    Coalesced,
    /// Took a step, in the words of the scenario.
    Stepped(String),
    /// A rule acts from now on.
    Armed,
    /// A rule acts no more.
    Disarmed,
    /// A rule is there no more.
    Removed,
}

/// What a bend means for the message that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The message waits under that ticket.
    Waits(Ticket),
    /// The message of that ticket waits no more.
    Leaves(Ticket),
    /// The message, or its connection, is not what it was.
    Changes,
    /// It is about no message.
    None,
}

impl Bend {
    /// What it means for its message.
    pub const fn effect(&self) -> Effect {
        match self {
            Self::Held(ticket) | Self::Swapped(ticket) => Effect::Waits(*ticket),
            Self::Released(ticket) | Self::Expired(ticket) | Self::Gone(ticket) => Effect::Leaves(*ticket),
            Self::Delayed(_)
            | Self::Hurried
            | Self::Dropped
            | Self::Duplicated
            | Self::Corrupted
            | Self::Cut
            | Self::Answered(_)
            | Self::Split(_)
            | Self::Coalesced => Effect::Changes,
            Self::Stepped(_) | Self::Armed | Self::Disarmed | Self::Removed => Effect::None,
        }
    }

    /// The ticket of the message that waits, or waits no more.
    pub const fn ticket(&self) -> Option<Ticket> {
        match self.effect() {
            Effect::Waits(ticket) | Effect::Leaves(ticket) => Some(ticket),
            Effect::Changes | Effect::None => None,
        }
    }

    /// The same, to be changed.
    pub const fn ticket_mut(&mut self) -> Option<&mut Ticket> {
        let (Self::Held(ticket)
        | Self::Released(ticket)
        | Self::Expired(ticket)
        | Self::Gone(ticket)
        | Self::Swapped(ticket)) = self
        else {
            return None;
        };
        Some(ticket)
    }
}

/// Leaves everything as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bystander;

impl Director for Bystander {
    fn see(&mut self, _: &Record) -> Reaction {
        Reaction::default()
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

/// One that somebody else can look into during the run.
impl<D: Director> Director for Arc<Mutex<D>> {
    fn see(&mut self, record: &Record) -> Reaction {
        self.lock().unwrap_or_else(PoisonError::into_inner).see(record)
    }

    fn entering(&mut self, at: Time, node: &NodeName, input: &Input) -> Reaction {
        self.lock().unwrap_or_else(PoisonError::into_inner).entering(at, node, input)
    }

    fn due(&self) -> Option<Time> {
        self.lock().unwrap_or_else(PoisonError::into_inner).due()
    }

    fn wake(&mut self, now: Time) -> Vec<Order> {
        self.lock().unwrap_or_else(PoisonError::into_inner).wake(now)
    }

    fn took_note(&mut self) -> bool {
        self.lock().unwrap_or_else(PoisonError::into_inner).took_note()
    }
}
