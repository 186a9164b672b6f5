//! Streams: what is sent on one of them arrives in the order of its sending.

use cce_courier::PortDirection;
use cce_kernel::{CallId, LinkId, NodeName};
use std::fmt;

/// One end of a link.
pub(crate) type LinkEnd = (NodeName, LinkId);

/// A call, as its caller or its receiver names it.
pub(crate) type CallKey = (NodeName, CallId);

/// A stream. It is named as the component names it that opened the connection or made the call, so that its
/// name depends only on the order in which that component heard what it heard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// What is given to a component from outside: its start, and commands.
    Given(NodeName),
    /// One direction of a connection, from the attempt to open it to the news of its end.
    Line {
        /// Who opened it.
        dialler: NodeName,
        /// What that component calls it.
        link: LinkId,
        /// The direction.
        way: PortDirection,
    },
    /// An HTTP request, and the news that its client left.
    Request((NodeName, CallId)),
    /// The response to an HTTP request, or the news that there is none.
    Response((NodeName, CallId)),
    /// A message that does not wait for what was sent before it on its stream, and the how manieth of those.
    Aside(Box<Stream>, u64),
}

impl Stream {
    pub(crate) fn line((dialler, link): &LinkEnd, way: PortDirection) -> Self {
        Self::Line { dialler: dialler.clone(), link: *link, way }
    }

    pub(crate) fn request((node, call): &CallKey) -> Self {
        Self::Request((node.clone(), *call))
    }

    /// The stream that an aside leaves; itself, if it is none.
    pub(crate) fn base(&self) -> &Self {
        if let Self::Aside(base, _) = self { base } else { self }
    }

    pub(crate) fn response((node, call): &CallKey) -> Self {
        Self::Response((node.clone(), *call))
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(node) => write!(f, "what {node} is told"),
            Self::Line { dialler, link, way: PortDirection::ToListener } => write!(f, "{dialler} {link}"),
            Self::Line { dialler, link, way: PortDirection::FromListener } => {
                write!(f, "{dialler} {link} back")
            }
            Self::Request((node, call)) => write!(f, "request {} of {node}", call.0),
            Self::Response((node, call)) => write!(f, "response to request {} of {node}", call.0),
            Self::Aside(stream, number) => write!(f, "aside {number} of {stream}"),
        }
    }
}
