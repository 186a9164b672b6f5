//! Something on its way between a component and a connection.

use crate::http_server::Client;
use bytes::Bytes;
use cce_kernel::{Blob, CallError, CallId, Input, LinkId, Port, Request, Response};
use tokio::sync::oneshot;

/// Something on its way between a component and a connection.
#[derive(Debug)]
pub(crate) enum Parcel {
    /// A component sends bytes.
    Bytes { link: LinkId, part: Part, manner: Manner },
    /// A component closes a link.
    Close(LinkId),
    /// A component makes a request.
    Call { call: CallId, port: Port, request: Request, record: u64 },
    /// A component answers a request.
    Reply { call: CallId, caller: Caller, response: Response, record: u64 },
    /// Bytes arrive from outside the lab.
    Frame { link: LinkId, bytes: Bytes, manner: Manner },
    /// What ends the bytes that arrive on a link: a broken framing, or the end of the connection.
    Tail { link: LinkId, input: Input },
    /// A request arrives from outside the lab. One that is there twice has no client who waits for its reply.
    Request { call: CallId, port: Port, request: Request, caller: Option<Caller> },
    /// The outcome of a request that a component made.
    Outcome { call: CallId, result: Result<Response, CallError>, cause: Option<u64> },
    /// A client waits for the reply to a request that was lost, or whose reply was.
    Abandoned(Caller),
}

/// Bytes, and the record that they come from.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) bytes: Bytes,
    pub(crate) record: u64,
}

/// How bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// At once.
    Whole,
    /// In pieces of that size.
    Pieces(usize),
    /// With the next ones.
    WithNext,
}

/// One direction of a connection, seen from the component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stream {
    Out(LinkId),
    In(LinkId),
}

/// Who waits for a component's reply.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) client: Client,
    pub(crate) reply: oneshot::Sender<Response>,
}

impl Parcel {
    /// The stream that it is on. HTTP messages have one of their own each.
    pub(crate) fn stream(&self) -> Option<Stream> {
        match self {
            Self::Bytes { link, .. } | Self::Close(link) => Some(Stream::Out(*link)),
            Self::Frame { link, .. } | Self::Tail { link, .. } => Some(Stream::In(*link)),
            Self::Call { .. }
            | Self::Reply { .. }
            | Self::Request { .. }
            | Self::Outcome { .. }
            | Self::Abandoned(_) => None,
        }
    }

    /// The record that it comes from.
    pub(crate) fn record(&self) -> Option<u64> {
        match self {
            Self::Bytes { part, .. } => Some(part.record),
            Self::Call { record, .. } | Self::Reply { record, .. } => Some(*record),
            Self::Outcome { cause, .. } => *cause,
            Self::Close(_)
            | Self::Frame { .. }
            | Self::Tail { .. }
            | Self::Request { .. }
            | Self::Abandoned(_) => None,
        }
    }

    /// How many bytes it holds on to.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Bytes { part, .. } => part.bytes.len(),
            Self::Frame { bytes, .. } => bytes.len(),
            Self::Call { request, .. } | Self::Request { request, .. } => request.size(),
            Self::Reply { response, .. } | Self::Outcome { result: Ok(response), .. } => response.size(),
            Self::Close(_) | Self::Tail { .. } | Self::Outcome { .. } | Self::Abandoned(_) => 0,
        }
    }

    /// The same with other bytes; of an HTTP message, with another body.
    pub(crate) fn replaced(mut self, by: Blob) -> Self {
        match &mut self {
            Self::Bytes { part: Part { bytes, .. }, .. } | Self::Frame { bytes, .. } => *bytes = by.0,
            Self::Call { request, .. } | Self::Request { request, .. } => {
                replace_body(&mut request.headers, &mut request.body, by);
            }
            Self::Reply { response, .. } | Self::Outcome { result: Ok(response), .. } => {
                replace_body(&mut response.headers, &mut response.body, by);
            }
            Self::Close(_) | Self::Tail { .. } | Self::Outcome { .. } | Self::Abandoned(_) => {}
        }
        self
    }

    /// The same, written in another manner. An HTTP message stays whole.
    pub(crate) fn written(mut self, how: Manner) -> Self {
        if let Self::Bytes { manner, .. } | Self::Frame { manner, .. } = &mut self {
            *manner = how;
        }
        self
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
