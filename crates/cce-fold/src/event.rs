//! What a record is, once the fold has read it.

use crate::{decode::Decoded, protocol::Protocol};
use bytes::Bytes;
use cce_cti::Cti;
use cce_journal::{Bent, Record};
use cce_kernel::{CallError, CallId, Fact, LinkId, LinkReason, Peer, Port, Request, Response};
use cce_model::{ContactId, PeripheralId, TaskId};
use cce_mr::{Icm, Mr};
use cce_wire::{About, Flaw, MessageDoc};
use std::sync::Arc;

/// A contact or a task, or both, that a record is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The social contact.
    pub contact: Option<ContactId>,
    /// The task.
    pub task: Option<TaskId>,
}

impl Subject {
    /// Whether the record is about no task in particular.
    pub fn is_none(&self) -> bool {
        self.contact.is_none() && self.task.is_none()
    }
}

/// A record with its meaning.
#[derive(Debug)]
pub struct ReadRecord<'a> {
    /// The record.
    pub record: &'a Record,
    /// What it is about.
    pub subject: Subject,
    /// The MR PIM's peripheral whose dialogue a message is of, where it is of one.
    pub client: Option<PeripheralId>,
    /// What it means.
    pub kind: Meaning<'a>,
}

/// What a record means.
#[derive(Debug)]
pub enum Meaning<'a> {
    /// A message or bytes arrived.
    Received {
        /// The connection.
        link: LinkId,
        /// Its interface, by the name that the one who dialled has for it.
        port: Port,
        /// The other end.
        peer: Arc<Peer>,
        /// What arrived.
        message: AnyMessage,
        /// The protocol that it was read by; none of a stream.
        protocol: Option<Protocol>,
        /// Bytes, header included.
        length: usize,
    },
    /// A message or bytes are sent.
    Sent {
        /// The connection.
        link: LinkId,
        /// Its interface, by the name that the one who dialled has for it.
        port: Port,
        /// The other end.
        peer: Arc<Peer>,
        /// What is sent.
        message: AnyMessage,
        /// Bytes, header included.
        length: usize,
    },
    /// A step of an HTTP exchange.
    Http(Exchange<'a>),
    /// A connection is open.
    LinkUp {
        /// The connection.
        link: LinkId,
        /// The other end.
        peer: &'a Peer,
    },
    /// A connection is gone.
    LinkDown {
        /// The connection.
        link: LinkId,
        /// Why.
        reason: LinkReason,
    },
    /// A component said what happened inside it.
    Fact(&'a Fact),
    /// A scenario did something to the run.
    Bent(&'a Bent),
    /// Anything else.
    Other,
}

/// What crossed a connection. Copies share what was decoded.
#[derive(Clone, Debug)]
pub enum AnyMessage {
    /// GED-188.
    Cti(Arc<Cti>),
    /// Media routing interface.
    Mr(Arc<Mr>),
    /// PG to router.
    Icm(Arc<Icm>),
    /// A piece of a stream.
    Stream(Bytes),
    /// Bytes that cannot be read as a message of the link's protocol, and why.
    Unreadable(String),
}

/// A step of an HTTP exchange, seen from the component whose record it is.
#[derive(Debug)]
pub enum Exchange<'a> {
    /// A request came in.
    RequestIn {
        /// The exchange.
        call: CallId,
        /// Where.
        port: Port,
        /// The request.
        request: &'a Request,
    },
    /// A request goes out.
    RequestOut {
        /// The exchange.
        call: CallId,
        /// Where to.
        port: Port,
        /// The request.
        request: &'a Request,
    },
    /// The answer to a request that came in.
    ReplyOut {
        /// The exchange.
        call: CallId,
        /// The response.
        response: &'a Response,
    },
    /// The answer to a request that went out.
    ReplyIn {
        /// The exchange.
        call: CallId,
        /// The response, or why there is none.
        result: &'a Result<Response, CallError>,
    },
}

impl Subject {
    /// This subject with a task, which may be none.
    pub(crate) fn with_task(mut self, task: TaskId) -> Self {
        self.task = (task != TaskId::NONE).then_some(task);
        self
    }
}

impl AnyMessage {
    /// What its marked fields say; nothing of what has no row.
    pub fn about(&self) -> About {
        match self {
            Self::Cti(message) => message.about(),
            Self::Mr(message) => message.about(),
            Self::Icm(message) => message.about(),
            Self::Stream(_) | Self::Unreadable(_) => About::default(),
        }
    }

    /// What its table calls it; what has no row has names of the kind.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cti(message) => message.name(),
            Self::Mr(message) => message.name(),
            Self::Icm(message) => message.name(),
            Self::Stream(_) => "STREAM_PIECE",
            Self::Unreadable(_) => "UNREADABLE",
        }
    }

    /// What a strict receiver would object to, by the protocol that it was read by.
    pub fn flaws(&self, protocol: Protocol) -> Vec<Flaw> {
        let dialect = protocol.dialect();
        match self {
            Self::Cti(message) => message.flaws(&dialect),
            Self::Mr(message) => message.flaws(&dialect),
            Self::Icm(message) => message.flaws(&dialect),
            Self::Stream(_) | Self::Unreadable(_) => Vec::new(),
        }
    }

    /// Its row, if a table lists it.
    pub fn row(&self) -> Option<&'static MessageDoc> {
        match self {
            Self::Cti(message) => message.doc(),
            Self::Mr(message) => message.doc(),
            Self::Icm(message) => message.doc(),
            Self::Stream(_) | Self::Unreadable(_) => None,
        }
    }
}

impl From<Decoded> for AnyMessage {
    fn from(decoded: Decoded) -> Self {
        match decoded {
            Decoded::Cti(message) => Self::Cti(Arc::new(message)),
            Decoded::Mr(message) => Self::Mr(Arc::new(message)),
            Decoded::Icm(message) => Self::Icm(Arc::new(message)),
        }
    }
}
