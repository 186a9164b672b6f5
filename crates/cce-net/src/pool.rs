//! Connections of HTTP calls that are over, for calls to come.

use crate::{byte_stream::ByteStream, causes::DialledConnection};
use bytes::Bytes;
use cce_kernel::{Port, Security, Time};
use http_body_util::Full;
use hyper::client::conn::http1::{Connection, SendRequest};
use hyper_util::rt::TokioIo;
use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Connections to one port that are kept.
const KEPT_MAX: usize = 64;

/// How long a connection is kept: less than any listener waits for the next request.
const KEPT_TIME: Duration = Duration::from_secs(2);

/// Connections within this process on which nothing happens.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Kept>);

/// By the port that they are for, and whether they are over TLS.
type Kept = BTreeMap<(Port, bool), Vec<(Time, IdleConnection)>>;

/// A connection that may have another exchange.
pub(crate) struct IdleConnection {
    pub(crate) sender: SendRequest<Full<Bytes>>,
    /// The future that moves the bytes of the connection.
    pub(crate) conversation: Pin<Box<Connection<TokioIo<ByteStream>, Full<Bytes>>>>,
    pub(crate) dialled: DialledConnection,
    pub(crate) here: SocketAddr,
    pub(crate) is_open: bool,
}

impl fmt::Debug for IdleConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdleConnection").field("here", &self.here).finish_non_exhaustive()
    }
}

impl Pool {
    /// The connection that was used last, unless it is too old. Connections that are too old end here.
    pub(crate) fn take(&self, port: Port, security: Security, now: Time) -> Option<IdleConnection> {
        let mut kept = self.lock();
        let of_port = kept.get_mut(&(port, security == Security::Tls))?;
        of_port.retain(|(since, _)| now.since(*since) < KEPT_TIME);
        of_port.pop().map(|(_, connection)| connection)
    }

    /// Keeps a connection for the next call.
    pub(crate) fn keep(&self, port: Port, security: Security, connection: IdleConnection, now: Time) {
        let mut kept = self.lock();
        let of_port = kept.entry((port, security == Security::Tls)).or_default();
        if of_port.len() < KEPT_MAX {
            of_port.push((now, connection));
        }
    }

    /// Every connection ends.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
