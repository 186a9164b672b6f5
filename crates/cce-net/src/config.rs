//! What the network driver must be told.

use cce_kernel::{Component, HostClock, NodeName, Port};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

/// Inputs that may wait for one component. A full queue stops reading from its connections.
pub(crate) const INBOX_MAX: usize = 1_024;

/// Messages that may wait to be written to one connection. A full queue closes it.
pub(crate) const OUTBOX_MAX: usize = 4_096;

/// Connections that one component may have.
pub(crate) const LINKS_MAX: usize = 4_096;

/// Requests that may wait for one component's reply. One more is answered 503.
pub(crate) const CALLS_MAX: usize = 4_096;

/// Largest body of a request or a response, in bytes.
pub(crate) const BODY_MAX: usize = 1 << 20;

/// How long a connection or a call may take to be established, and a response to arrive unless told otherwise.
pub(crate) const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
pub(crate) const RESPONSE_DEADLINE: Duration = Duration::from_secs(30);

/// How long the other end may take to read the last words on a connection that was closed.
pub(crate) const LINGER: Duration = Duration::from_secs(1);

/// Pause after a connection could not be accepted, as when too many files are open.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a stop may take.
pub(crate) const STOP_DEADLINE: Duration = Duration::from_secs(3);

/// Addresses and places.
#[derive(Clone, Debug, Default)]
pub struct NetConfig {
    /// Where the listeners of this process bind, by the port whose socket it is; port 0 takes a free one.
    pub listen: BTreeMap<Port, SocketAddr>,
    /// Where listeners of other processes are, as `host:port`.
    pub connect: BTreeMap<Port, String>,
    /// Where components' values are kept; in memory only when there is none.
    pub data: Option<PathBuf>,
    /// Stop the run rather than lose a record.
    pub journal_required: bool,
    /// How long a response may take to arrive; 30 s unless told otherwise. Who waits for one that a scenario lost
    /// hears so after that time.
    pub response_deadline: Option<Duration>,
}

/// A component to run.
pub struct Node {
    /// Its name.
    pub name: NodeName,
    /// Its host's calendar clock.
    pub clock: HostClock,
    /// The component.
    pub component: Box<dyn Component>,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").field("name", &self.name).finish_non_exhaustive()
    }
}
