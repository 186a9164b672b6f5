//! A parcel: what is on its way between a component and its peer, and the manner in which its bytes are written.

use bytes::Bytes;
use cce_kernel::{Blob, CallError, CallId, Input, LinkId, Port, Request, Response};

/// What a director may bend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The component sends bytes.
    Bytes {
        /// The connection.
        link: LinkId,
        /// The bytes.
        part: Part,
        /// How they are written.
        manner: Manner,
    },
    /// The component makes an HTTP request.
    Call {
        /// The exchange.
        call: CallId,
        /// The interface that is called.
        port: Port,
        /// The request.
        request: Request,
        /// The record of it.
        record: u64,
    },
    /// The component answers an HTTP request.
    Reply {
        /// The exchange.
        call: CallId,
        /// The response.
        response: Response,
        /// The record of it.
        record: u64,
    },
    /// Bytes arrive from outside the lab.
    Frame {
        /// The connection.
        link: LinkId,
        /// The bytes.
        bytes: Bytes,
        /// How they are handed on.
        manner: Manner,
    },
    /// A request arrives from outside the lab.
    Request {
        /// The exchange.
        call: CallId,
        /// The port that it came in on.
        port: Port,
        /// The request.
        request: Request,
    },
    /// The outcome of a request that the component made.
    Outcome {
        /// The exchange.
        call: CallId,
        /// The response, or why there is none.
        result: Result<Response, CallError>,
        /// The record that led to it, where that is known.
        cause: Option<u64>,
    },
}

/// Something on its way between a component and what it is connected with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parcel {
    /// A message.
    Payload(Payload),
    /// The component closes a connection, behind what it sent there.
    Close {
        /// The connection.
        link: LinkId,
        /// The record of it.
        record: u64,
    },
    /// What ends the bytes that arrive on a connection: a broken framing, or its end.
    Tail {
        /// The connection.
        link: LinkId,
        /// What the component hears.
        input: Input,
        /// The record that led to it, where that is known.
        cause: Option<u64>,
    },
    /// A second copy of a request from outside the lab, whose reply reaches nobody.
    RequestCopy {
        /// The port that it came in on.
        port: Port,
        /// The request.
        request: Request,
    },
    /// A client waits for the reply to a request that was lost, or whose reply was.
    Abandoned(CallId),
}

/// Bytes, and the record that they come from. What enters from outside the lab has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The bytes.
    pub bytes: Bytes,
    /// The record of their sending.
    pub record: Option<u64>,
}

/// When and how bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// The bytes are written in their turn.
    Now(Writing),
    /// The bytes are written with the next ones of their stream.
    WithNext,
}

impl Manner {
    /// The manner of bytes that nobody bends.
    pub const WHOLE: Self = Self::Now(Writing::Whole);
}

/// How bytes are written that wait for no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// The bytes are written at once.
    Whole,
    /// The bytes are written in pieces of that size.
    Pieces(usize),
    /// The bytes are a heartbeat, which overtakes what is held.
    Overtaking,
}

/// One direction of a connection, seen from the component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stream {
    Out(LinkId),
    In(LinkId),
}

impl From<Payload> for Parcel {
    fn from(message: Payload) -> Self {
        Self::Payload(message)
    }
}

impl Payload {
    /// The message with other bytes. One of HTTP gets another body.
    pub(crate) fn replaced(mut self, by: Blob) -> Self {
        match &mut self {
            Self::Bytes { part: Part { bytes, .. }, .. } | Self::Frame { bytes, .. } => *bytes = by.0,
            Self::Call { request, .. } | Self::Request { request, .. } => {
                replace_body(&mut request.headers, &mut request.body, by);
            }
            Self::Reply { response, .. } | Self::Outcome { result: Ok(response), .. } => {
                replace_body(&mut response.headers, &mut response.body, by);
            }
            Self::Outcome { result: Err(_), .. } => {}
        }
        self
    }

    /// The message, to be written in another manner. One of HTTP stays whole.
    pub(crate) fn written(mut self, how: Manner) -> Self {
        if let Self::Bytes { manner, .. } | Self::Frame { manner, .. } = &mut self {
            *manner = how;
        }
        self
    }

    fn stream(&self) -> Option<Stream> {
        match self {
            Self::Bytes { link, .. } => Some(Stream::Out(*link)),
            Self::Frame { link, .. } => Some(Stream::In(*link)),
            Self::Call { .. } | Self::Reply { .. } | Self::Request { .. } | Self::Outcome { .. } => None,
        }
    }

    fn record(&self) -> Option<u64> {
        match self {
            Self::Bytes { part, .. } => part.record,
            Self::Call { record, .. } | Self::Reply { record, .. } => Some(*record),
            Self::Outcome { cause, .. } => *cause,
            Self::Frame { .. } | Self::Request { .. } => None,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Bytes { part, .. } => part.bytes.len(),
            Self::Frame { bytes, .. } => bytes.len(),
            Self::Call { request, .. } | Self::Request { request, .. } => request.size(),
            Self::Reply { response, .. } | Self::Outcome { result: Ok(response), .. } => response.size(),
            Self::Outcome { result: Err(_), .. } => 0,
        }
    }
}

impl Parcel {
    /// The stream that it is on. HTTP messages have one of their own each.
    pub(crate) fn stream(&self) -> Option<Stream> {
        match self {
            Self::Payload(message) => message.stream(),
            Self::Close { link, .. } => Some(Stream::Out(*link)),
            Self::Tail { link, .. } => Some(Stream::In(*link)),
            Self::RequestCopy { .. } | Self::Abandoned(_) => None,
        }
    }

    /// The record that it comes from.
    pub(crate) fn record(&self) -> Option<u64> {
        match self {
            Self::Payload(message) => message.record(),
            Self::Close { record, .. } => Some(*record),
            Self::Tail { .. } | Self::RequestCopy { .. } | Self::Abandoned(_) => None,
        }
    }

    /// Whether it is a request that the component received, or the reply to it.
    pub(crate) fn is_of_request(&self, wanted: CallId) -> bool {
        match self {
            Self::Payload(Payload::Request { call, .. } | Payload::Reply { call, .. })
            | Self::Abandoned(call) => *call == wanted,
            Self::Payload(
                Payload::Bytes { .. }
                | Payload::Call { .. }
                | Payload::Frame { .. }
                | Payload::Outcome { .. },
            )
            | Self::Close { .. }
            | Self::Tail { .. }
            | Self::RequestCopy { .. } => false,
        }
    }

    /// Whether it is a request that the component makes, or the outcome of that.
    pub(crate) fn is_of_own_request(&self, wanted: CallId) -> bool {
        match self {
            Self::Payload(Payload::Call { call, .. } | Payload::Outcome { call, .. }) => *call == wanted,
            Self::Payload(
                Payload::Bytes { .. }
                | Payload::Reply { .. }
                | Payload::Frame { .. }
                | Payload::Request { .. },
            )
            | Self::Close { .. }
            | Self::Tail { .. }
            | Self::RequestCopy { .. }
            | Self::Abandoned(_) => false,
        }
    }

    /// How many bytes it holds on to.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Payload(message) => message.size(),
            Self::RequestCopy { request, .. } => request.size(),
            Self::Close { .. } | Self::Tail { .. } | Self::Abandoned(_) => 0,
        }
    }
}

/// Only a header that is there says how long the body is: one that the driver writes itself is right anyway.
fn replace_body(headers: &mut [(String, String)], body: &mut Blob, by: Blob) {
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("content-length") {
            *value = by.0.len().to_string();
        }
    }
    *body = by;
}
