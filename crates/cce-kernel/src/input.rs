//! Everything that can ever happen to a component.

use crate::{Blob, CallError, Entropy, Request, Response, Security, TimerKey};
use cce_model::{CallId, Fact, LinkId, NodeName, SideOrder};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// Everything that can ever happen to a component. This is what is recorded, and what a replay feeds back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// The component begins, or begins anew after a stop.
    Start {
        /// What it stored in an earlier life, by key.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        stored: BTreeMap<String, String>,
        /// What it draws secrets from in this life.
        #[serde(default, skip_serializing_if = "Entropy::is_seed")]
        entropy: Entropy,
    },
    /// A connection is open: one that was accepted, or one that the component dialled.
    LinkUp {
        /// The connection.
        link: LinkId,
        /// The other end.
        peer: Peer,
    },
    /// A connection is gone, or could not be opened. Nothing follows on it. A component gets none for a link
    /// that it closed itself.
    LinkDown {
        /// The connection.
        link: LinkId,
        /// Why.
        reason: LinkReason,
    },
    /// Bytes arrived: one whole message with its header on a framed port, any piece of the stream otherwise.
    Frame {
        /// The connection.
        link: LinkId,
        /// What arrived.
        bytes: Blob,
    },
    /// The other end broke the framing. Nothing more can be read from this connection; the component may
    /// still answer, then closes it.
    BadFrame {
        /// The connection.
        link: LinkId,
        /// What is wrong.
        flaw: FrameFlaw,
    },
    /// An HTTP request arrived. Its reply may come much later.
    Call {
        /// Names the exchange for the reply.
        call: CallId,
        /// The port that it came in on.
        port: crate::Port,
        /// The request.
        request: Request,
    },
    /// The client of a call left before the reply. A reply to it is discarded.
    CallGone {
        /// The exchange.
        call: CallId,
    },
    /// The answer to a call of the component's own.
    Reply {
        /// The exchange.
        call: CallId,
        /// The response, or why there is none.
        result: Result<Response, CallError>,
    },
    /// A timer that the component armed is due.
    Timer(TimerKey),
    /// Somebody changes something after the start.
    Command(Command),
}

/// A change after the start, by configuration or by a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The component is about to be stopped: it says goodbye on its links as its protocols ask.
    Stop,
    /// What a virtual person was told to wait for has happened.
    Cue,
    /// A virtual person is told to do something: a word, and what it is about.
    Act(String),
    /// One setting changes.
    Set {
        /// The setting's name, such as `mrd/Tasks.start_timeout`.
        setting: String,
        /// Its new value.
        value: String,
    },
}

impl From<SideOrder> for Command {
    fn from(order: SideOrder) -> Self {
        let (setting, value) = order.setting();
        Self::Set { setting: setting.to_owned(), value: value.to_owned() }
    }
}

impl Command {
    /// What it orders of the sides of the CTI server, if it does.
    pub fn side_order(&self) -> Option<SideOrder> {
        match self {
            Self::Set { setting, value } => SideOrder::of_setting(setting, value),
            Self::Stop | Self::Cue | Self::Act(_) => None,
        }
    }

    /// What a component notes that cannot follow the command.
    pub fn refusal(&self, detail: &str) -> Fact {
        Fact::CommandRefused { command: self.words().to_owned(), detail: detail.to_owned() }
    }

    /// What it is called where it is refused.
    pub fn words(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Cue => "cue",
            Self::Act(words) => words,
            Self::Set { setting, .. } => setting,
        }
    }

    /// What a component notes that knows no such command at all.
    pub fn unknown(&self) -> Fact {
        self.refusal(match self {
            Self::Stop | Self::Cue => "no such command here",
            Self::Act(_) => "only virtual people act",
            Self::Set { .. } => "no such setting",
        })
    }
}

/// The other end of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// The component of this lab that it is, where the driver knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeName>,
    /// Network address, or the component's name where there is no network.
    pub address: String,
    /// This end's own network address; empty where there is no network. Together with the other one it names the
    /// connection to both ends.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub here: String,
    /// What protects the connection.
    #[serde(default, skip_serializing_if = "Security::is_plain")]
    pub security: Security,
}

/// Why a connection is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkReason {
    /// The other end closed it.
    Closed,
    /// It broke.
    Reset,
    /// It could not be opened: nobody listens there.
    Refused,
    /// It could not be opened in time, or there is no such address.
    Unreachable,
    /// The other end does not read: the bounded queue of bytes to send was full.
    Overflow,
}

/// How the other end broke the framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameFlaw {
    /// A header announces more than the port accepts.
    TooLong {
        /// Bytes of the whole message, as announced.
        announced: u64,
        /// Bytes accepted.
        max: u64,
    },
    /// The connection ended inside a message.
    Truncated {
        /// Bytes of the unfinished message that had arrived.
        have: u64,
    },
}

impl fmt::Display for FrameFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { announced, max } => {
                write!(f, "a message of {announced} bytes is announced, and at most {max} are accepted")
            }
            Self::Truncated { have } => {
                write!(f, "the connection ended inside a message, of which {have} bytes had arrived")
            }
        }
    }
}
