//! What the network driver must be told.

use cce_kernel::{Component, HostClock, NodeName, Port};
use rustls::{ClientConfig, ServerConfig};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

/// Inputs that may wait for one component. A full queue stops reading from its connections. A piece of a connection has
/// 64 KiB at most, and bodies of HTTP messages have room of their own, so that their bytes are bounded, too.
pub(crate) const INBOX_MAX: usize = 1_024;

/// Messages that may wait to be written to one connection, and their bytes. A full queue closes it.
pub(crate) const OUTBOX_MAX: usize = 4_096;
pub(crate) const OUTBOX_BYTES_MAX: usize = 16 << 20;

/// Connections that one component may have.
pub(crate) const LINKS_MAX: usize = 16_384;

/// Requests that may wait for one component's reply: each session of BOSH has one that waits. One more is answered 503.
pub(crate) const CALLS_MAX: usize = 8_192;

/// Requests of one component's own that may wait for their outcome. One more is not made.
pub(crate) const CALLING_MAX: usize = 1_024;

/// Largest body of a request or a response, in bytes: a contact may have a megabyte of texts, and its document has markup
/// around them (ccp-task-api 10).
pub(crate) const BODY_MAX: usize = 2 << 20;

/// Bytes of bodies that are being read from the clients of one listener, or wait for its component. One more request is
/// answered 503.
pub(crate) const BODIES_MAX: usize = 64 << 20;

/// Bytes of responses that wait for the clients of one listener to read them. One more request is answered 503.
pub(crate) const ANSWERS_MAX: usize = 64 << 20;

/// Bytes of responses to the components' own requests that are being read, or wait for the component.
pub(crate) const OUTCOMES_MAX: usize = 64 << 20;

/// Largest head of a request, in bytes.
pub(crate) const HEAD_MAX: usize = 64 << 10;

/// Connections that may wait to be accepted by a listener. The system may allow fewer.
pub(crate) const BACKLOG: u32 = 4_096;

/// How long a connection or a call may take to be established.
pub(crate) const CONNECT_DEADLINE: Duration = Duration::from_secs(5);

/// How long the other end may take to read the last words on a connection that was closed.
pub(crate) const LINGER: Duration = Duration::from_secs(1);

/// Bytes that are read meanwhile of a client that was answered before it had sent everything.
pub(crate) const LINGER_BYTES_MAX: usize = 64 << 20;

/// Pause after a connection could not be accepted, as when too many files are open.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// After which time a stop says what it waits for.
pub(crate) const STOP_NOTICE: Duration = Duration::from_millis(500);

/// What outsiders may take up, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutsiderLimits {
    /// Connections from outside that one listener may have. Those between the lab's own components do not count.
    pub connections: usize,
    /// How many of them may come from one address.
    pub connections_per_address: usize,
    /// How long a client may take over the handshake of TLS.
    pub handshake: Duration,
    /// How long an HTTP client may take over the head of a request, and be quiet before it.
    pub head: Duration,
    /// How long an HTTP client may take over the body of a request.
    pub body: Duration,
    /// How long an HTTP client may leave what it is sent unread.
    pub write: Duration,
    /// How long a stop waits for components and connections.
    pub stop: Duration,
    /// How long a stop then waits for the one who writes the records.
    pub records: Duration,
}

/// Connections that the admin port is worth where descriptors are plenty, and the listener for pages.
pub(crate) const ADMIN_WANTED: usize = 100;
pub(crate) const SITE_WANTED: usize = 1_000;

/// Connections that a listener may have where there are descriptors enough.
const CONNECTIONS_MAX: usize = 4_096;

impl Default for OutsiderLimits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS_MAX,
            connections_per_address: of_one_address(CONNECTIONS_MAX),
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            body: Duration::from_secs(30),
            write: Duration::from_secs(30),
            stop: Duration::from_secs(3),
            records: Duration::from_secs(10),
        }
    }
}

impl OutsiderLimits {
    /// The limits of a listener that has fewer places than others. One address leaves some to others there, too.
    pub(crate) fn at_most(self, connections: usize) -> Self {
        if connections >= self.connections {
            return self;
        }
        let connections_per_address = self.connections_per_address.min(of_one_address(connections));
        Self { connections, connections_per_address, ..self }
    }

    /// The limits of a process that may have that many descriptors. A third of them stays with the lab: for its own
    /// connections and its files.
    pub fn of_descriptors(descriptors: u64) -> Self {
        let sockets: BTreeSet<Port> = Port::LISTENED.map(Port::socket).into();
        let ports = sockets.into_iter().map(Port::outsiders_wanted);
        Self::shared(descriptors, ports.chain([ADMIN_WANTED, SITE_WANTED]).collect())
    }

    /// The limits of listeners that want so many connections each. Where there are too few for all, who wants little gets
    /// it, and the others share alike.
    fn shared(descriptors: u64, mut wanted: Vec<usize>) -> Self {
        wanted.sort_unstable();
        let mut left = usize::try_from(descriptors).unwrap_or(usize::MAX) / 3 * 2;
        let mut connections = CONNECTIONS_MAX;
        for (others, wanted) in (1..=wanted.len()).rev().zip(wanted) {
            if wanted > left / others {
                connections = (left / others).clamp(1, CONNECTIONS_MAX);
                break;
            }
            left -= wanted;
        }
        Self { connections, connections_per_address: of_one_address(connections), ..Self::default() }
    }
}

/// One address leaves a quarter to others.
fn of_one_address(connections: usize) -> usize {
    (connections / 4 * 3).max(1)
}

/// Addresses and places.
#[derive(Clone, Debug, Default)]
pub struct NetConfig {
    /// Where the listeners of this process bind, by the port whose socket it is; port 0 takes a free one.
    pub listen: BTreeMap<Port, SocketAddr>,
    /// Listeners of this process to which clients speak over TLS; none without a certificate.
    pub secure: Option<SecureListeners>,
    /// What the components' own connections over TLS trust.
    pub dials: TlsDials,
    /// What becomes of clients from outside who do not speak over TLS, by the port whose connections they are; who is not there is
    /// served.
    pub plain: BTreeMap<Port, PlainClients>,
    /// One origin for pages; none without a folder of the user's.
    pub site: Option<SiteConfig>,
    /// Where listeners of other processes are, as `host:port`.
    pub connect: BTreeMap<Port, String>,
    /// The same for who speaks over TLS.
    pub connect_tls: BTreeMap<Port, String>,
    /// Where components' values are kept; in memory only when there is none.
    pub data: Option<PathBuf>,
    /// Stop the run rather than lose a record, or a change of what components store.
    pub journal_required: bool,
    /// How long a response may take to arrive; 30 s unless told otherwise. Who waits for one that a scenario lost
    /// hears so after that time.
    pub response_deadline: Option<Duration>,
    /// What outsiders may take up.
    pub limits: OutsiderLimits,
}

/// Whom components trust that begin TLS; nobody where there is none.
#[derive(Clone, Debug, Default)]
pub struct TlsDials {
    /// Who has a certificate of the lab's authority.
    pub authority: Option<Arc<ClientConfig>>,
    /// Anybody.
    pub anybody: Option<Arc<ClientConfig>>,
}

/// What becomes of clients from outside who do not speak over TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainClients {
    /// Their requests are answered with the address over TLS.
    Redirected,
    /// They are not let in.
    Refused,
}

/// A listener of its own for pages in a browser, with the components' HTTP interfaces by their paths, and a folder.
#[derive(Clone, Debug)]
pub struct SiteConfig {
    /// Where it binds; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where it binds for clients that speak over TLS, if there is TLS.
    pub listen_tls: Option<SocketAddr>,
    /// The folder.
    pub folder: PathBuf,
}

/// Listeners to which clients speak over TLS. Streams of plain listeners can be secured with the same certificate.
#[derive(Clone, Debug)]
pub struct SecureListeners {
    /// The certificate, its key, and the versions of TLS.
    pub server: Arc<ServerConfig>,
    /// Where they bind, by the port whose connections they are; port 0 takes a free one.
    pub listen: BTreeMap<Port, SocketAddr>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::Carrier;

    const WANTED: [usize; 4] = [12, 96, 3_000, 3_000];

    #[test]
    fn a_third_of_the_descriptors_stays_with_the_lab_however_many_there_are() {
        for descriptors in [64, 256, 1_024, 4_096, 20_000, u64::MAX] {
            let limits = OutsiderLimits::shared(descriptors, WANTED.into());
            let all: u64 = WANTED.iter().map(|wanted| limits.at_most(*wanted).connections as u64).sum();
            assert!(all <= descriptors / 3 * 2, "{descriptors}: {limits:?}");
            assert!((1..=limits.connections).contains(&limits.connections_per_address), "{limits:?}");
        }
        assert_eq!(OutsiderLimits::shared(u64::MAX, WANTED.into()), OutsiderLimits::default());
    }

    #[test]
    fn a_listener_that_wants_little_gets_it_and_the_others_share_the_rest_alike() {
        let limits = OutsiderLimits::shared(1_024, WANTED.into());
        let each = WANTED.map(|wanted| limits.at_most(wanted).connections);
        assert_eq!(each, [12, 96, 287, 287]);
    }

    #[test]
    fn two_thousand_agents_of_one_address_have_a_stream_each_with_20000_descriptors() {
        let limits = OutsiderLimits::of_descriptors(20_000).at_most(Port::Xmpp.outsiders_wanted());
        assert!(limits.connections_per_address >= 2_000, "{limits:?}");
    }

    #[test]
    fn no_message_of_a_framed_port_is_larger_than_the_bound_of_an_inbox_allows_for() {
        for port in Port::ALL {
            if let Carrier::Frames { max } = port.carrier() {
                assert!(max <= 64 << 10, "{port}");
            }
        }
    }
}
