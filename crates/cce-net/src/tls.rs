//! How TLS begins on a connection that was accepted, or dialled.

use crate::{byte_stream::ByteStream, config::TlsDials, warning::RareWarning};
use cce_kernel::Trust;
use rustls::{ServerConfig, pki_types::ServerName};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Begins TLS on connections, each within its deadline.
pub(crate) struct TlsDoor {
    acceptor: TlsAcceptor,
    deadline: Duration,
    failures: RareWarning,
}

impl std::fmt::Debug for TlsDoor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsDoor").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

impl TlsDoor {
    pub(crate) fn new(server: Arc<ServerConfig>, deadline: Duration) -> Self {
        Self { acceptor: server.into(), deadline, failures: RareWarning::default() }
    }

    /// A connection once its handshake is over; none where that fails or takes too long, which one warning a minute tells.
    pub(crate) async fn pass(&self, stream: ByteStream, listener: &str) -> Option<ByteStream> {
        let address = stream.peer_addr().ok()?;
        // TLS does not begin inside of TLS.
        let ByteStream::Plain(stream) = stream else { return None };
        // The first answer would wait until the client has acknowledged the end of the handshake.
        stream.set_nodelay(true).ok()?;
        let passed = timeout(self.deadline, self.acceptor.accept(stream)).await;
        match passed.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(stream) => Some(ByteStream::Tls(Box::new(stream.into()))),
            Err(error) => {
                self.warn(listener, address, &error);
                None
            }
        }
    }

    fn warn(&self, listener: &str, address: SocketAddr, error: &io::Error) {
        if let Some(times) = self.failures.due() {
            tracing::warn!(
                port = listener, %address, %error,
                "a TLS handshake failed: {times} did since this was last told; a client that does not trust the \
                 certificate needs the lab's authority (`ccelab ca export`)"
            );
        }
    }
}

impl TlsDials {
    /// A connection to `host` once its handshake is over. Who dials has a deadline of its own.
    pub(crate) async fn begin(&self, stream: ByteStream, host: &str, trust: Trust) -> io::Result<ByteStream> {
        // TLS does not begin inside of TLS.
        let ByteStream::Plain(stream) = stream else { return Err(io::ErrorKind::Unsupported.into()) };
        let client = match trust {
            Trust::Authority => &self.authority,
            Trust::Anybody => &self.anybody,
        };
        let client = client.clone().ok_or(io::ErrorKind::Unsupported)?;
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        stream.set_nodelay(true)?;
        let stream = TlsConnector::from(client).connect(name, stream).await?;
        Ok(ByteStream::Tls(Box::new(stream.into())))
    }
}

/// The host of an address, without its port and without brackets: the name that the other end's certificate has.
pub(crate) fn host_of(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}
