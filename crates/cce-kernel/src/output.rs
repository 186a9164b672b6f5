//! Everything a component can ever ask for.

use crate::{Blob, Request, Response, Security, Time, TimerKey};
use cce_model::{CallId, Fact, LinkId, Port};
use serde::{Deserialize, Serialize};

/// Everything a component can ever ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// Sends bytes on a connection. On one that is gone they are lost.
    Send {
        /// The connection.
        link: LinkId,
        /// One whole message with its header on a framed port, any piece of the stream otherwise.
        bytes: Blob,
    },
    /// Opens a connection. `LinkUp` or `LinkDown` follows.
    Dial {
        /// The connection to be; its port says which interface is dialled.
        link: LinkId,
        /// Whom to dial.
        address: Address,
    },
    /// Closes a connection once what was sent on it is written.
    Close {
        /// The connection.
        link: LinkId,
        /// Why.
        reason: CloseReason,
    },
    /// Secures a connection that was accepted, where its peer says that this is offered. What the other end sends is passed
    /// over from here on; the next message on the connection is the last one in plain; TLS follows, and the connection goes
    /// on behind it. One that cannot be secured is gone. Where there is no network, nothing happens.
    Secure {
        /// The connection.
        link: LinkId,
    },
    /// Makes an HTTP request. `Reply` follows.
    Call {
        /// Names the exchange for the reply.
        call: CallId,
        /// The interface that is called.
        port: Port,
        /// The request.
        request: Request,
    },
    /// Answers an HTTP request.
    Reply {
        /// The exchange.
        call: CallId,
        /// The response.
        response: Response,
    },
    /// Arms a timer; one that is armed under the same key is replaced.
    Arm {
        /// The timer.
        key: TimerKey,
        /// When it is due.
        at: Time,
    },
    /// Disarms a timer, if it is armed.
    Cancel {
        /// The timer.
        key: TimerKey,
    },
    /// Keeps a value for the component's next life.
    Store {
        /// The key.
        key: String,
        /// The value; none removes the key.
        value: Option<String>,
    },
    /// Says what happened inside the component.
    Note(Fact),
}

/// Whom a component dials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// The lab's own listener of that port, wherever it runs.
    #[default]
    Lab,
    /// A listener outside the lab, as `host:port`.
    At(String),
    /// The lab's own listener, over TLS.
    LabOverTls,
    /// A listener outside the lab, over TLS.
    AtOverTls(String),
}

impl Address {
    /// The same listener, over TLS where that is said.
    pub fn protected(self, security: Security) -> Self {
        match (self, security) {
            (Self::Lab, Security::Tls) => Self::LabOverTls,
            (Self::At(address), Security::Tls) => Self::AtOverTls(address),
            (as_it_is, _) => as_it_is,
        }
    }
}

/// Why a component closes a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The conversation is over.
    Done,
    /// The other end broke the framing.
    BadFrame,
    /// The other end sent something that cannot be read or is not allowed here.
    BadMessage(String),
    /// The other end was refused.
    Refused,
    /// Heartbeats stayed unanswered.
    HeartbeatLost,
    /// Nothing was heard for too long.
    Idle,
    /// A newer connection took its place.
    Superseded,
    /// The component stops.
    Stopping,
    /// Its process died: nothing was said before.
    Crashed,
}
