//! The events that an actor waits for: what sockets, calls and the conductor tell it, before an event is an input.

use crate::{
    byte_budget::BytePermit, byte_stream::ByteStream, connection_limits::ConnectionPermit, socket::Connection,
};
use bytes::Bytes;
use cce_journal::Ticket;
use cce_kernel::{
    CallError, CallId, Caller, Command, Component, FrameFlaw, LinkId, LinkReason, Port, Request, Response,
    Security,
};
use std::{fmt, net::SocketAddr};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Where everything that happens to a component is queued.
pub(crate) type Inbox = mpsc::Sender<Event>;

/// Something that happens to a component, before it is an input.
#[derive(Debug)]
pub(crate) enum Event {
    Accepted {
        port: Port,
        stream: ByteStream,
        /// What was read of it already: behind an HTTP upgrade.
        early: Bytes,
        /// Its place among the connections from outside.
        permit: Option<ConnectionPermit>,
    },
    Dialled {
        link: LinkId,
        result: Result<Connection, LinkReason>,
        /// The lab's own listener was dialled, in this process or in another one.
        is_lab: bool,
        cause: u64,
    },
    Frame {
        link: LinkId,
        bytes: Bytes,
        cause: Option<u64>,
    },
    BadFrame {
        link: LinkId,
        flaw: FrameFlaw,
        cause: Option<u64>,
    },
    /// TLS has begun: what arrives from here on is the other end's own.
    Secured {
        link: LinkId,
    },
    Down {
        link: LinkId,
        reason: LinkReason,
        cause: Option<u64>,
    },
    Call {
        call: CallId,
        port: Port,
        request: Request,
        caller: PendingReply,
        /// The place of its body, until the component has it.
        place: Option<BytePermit>,
    },
    CallGone {
        call: CallId,
    },
    Reply {
        call: CallId,
        outcome: Outcome,
    },
    Command(Command),
    /// A message that is held back may go.
    Release(Ticket),
    /// Every connection of a port breaks.
    Cut(Port),
    /// The component's life is over.
    Kill,
    /// Another life of it begins.
    Begin(Life),
    /// The last event: close everything and end.
    End,
}

/// A component that is about to live.
pub(crate) struct Life(pub(crate) Box<dyn Component>);

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Life")
    }
}

/// Who waits for a component's reply.
#[derive(Debug)]
pub(crate) struct PendingReply {
    pub(crate) client: Client,
    pub(crate) reply: oneshot::Sender<Response>,
}

/// Who is at the other end of an HTTP connection.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    /// As the client calls it.
    pub(crate) port: Port,
    /// Whose connection it is.
    pub(crate) caller: Caller,
    /// What protects the connection.
    pub(crate) security: Security,
    /// Breaks the connection when it is cancelled.
    pub(crate) broken: CancellationToken,
}

/// The two addresses of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) here: SocketAddr,
    pub(crate) there: SocketAddr,
}

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) result: Result<Response, CallError>,
    /// The record of the reply, where that is known.
    pub(crate) cause: Option<u64>,
    /// A component of this process was called: the reply was judged where it left.
    pub(crate) is_inside: bool,
    /// The connection to a listener elsewhere, where there was one.
    pub(crate) connection: Option<Ends>,
    /// The place of the response's body, until the component has it.
    pub(crate) place: Option<BytePermit>,
}
