//! Sockets: how they listen, dial, and end.

use crate::{
    byte_stream::ByteStream,
    causes::{Causes, DialledConnection, Origin},
    config::BACKLOG,
};
use bytes::Bytes;
use std::{io, net::SocketAddr, sync::Arc};
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

/// A connection that is about to be a link, or is there for a call.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: ByteStream,
    /// What was read of it already: behind an HTTP upgrade.
    pub(crate) early: Bytes,
    /// Its place among the dialled ones, if its other end is in this process.
    pub(crate) dialled: Option<DialledConnection>,
}

/// Opens a connection to the first address of a name that answers.
pub(crate) async fn connect(address: &str, origin: Origin, causes: &Arc<Causes>) -> io::Result<Connection> {
    let mut failure = io::ErrorKind::NotFound.into();
    for target in lookup_host(address).await? {
        match connect_to(target, &origin, causes).await {
            Ok(connection) => return Ok(connection),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

async fn connect_to(target: SocketAddr, origin: &Origin, causes: &Arc<Causes>) -> io::Result<Connection> {
    let socket = if target.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    let mut dialled = None;
    if causes.is_here(target) {
        // Known before the other end accepts, so that it can tell who connects.
        socket.bind(SocketAddr::new(target.ip(), 0))?;
        dialled = Some(causes.dialling(socket.local_addr()?, origin.clone()));
    }
    let stream = ByteStream::Plain(socket.connect(target).await?);
    Ok(Connection { stream, early: Bytes::new(), dialled })
}

/// Listens on an address. A flood of clients waits in the queue of the system, not for a second try.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    reserve(address)?.listen(BACKLOG)
}

/// A socket that has an address and does not listen: who connects is refused.
pub(crate) fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A lab that starts anew takes the ports of connections that have ended but a moment ago (TIME-WAIT, RFC 9293 3.3.2).
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// The address of a client, whichever socket it used: at a listener of both families one of IPv4 comes with an address of IPv6
/// that has its own within (RFC 4291 2.5.5.2).
pub(crate) fn canonical(mut address: SocketAddr) -> SocketAddr {
    address.set_ip(address.ip().to_canonical());
    address
}

/// Lets a connection end without a goodbye.
pub(crate) fn reset(stream: &TcpStream) {
    // On a connection that is gone there is nothing to reset.
    let _ = stream.set_zero_linger();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{net::TcpStream as Client, time::Duration};

    /// Far more than the 128 that listeners often have.
    const WAITING: usize = 600;

    #[tokio::test]
    async fn a_flood_of_clients_waits_in_the_queue_of_a_listener_that_accepts_nobody_yet() {
        let allowed = std::fs::read_to_string("/proc/sys/net/core/somaxconn");
        let allowed: usize = allowed.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(usize::MAX);
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        // One that does not fit is tried again a second later at the earliest.
        let connect = |_| Client::connect_timeout(&address, Duration::from_millis(900)).unwrap();
        let clients: Vec<Client> = (0..WAITING.min(allowed)).map(connect).collect();
        for _ in &clients {
            listener.accept().await.unwrap();
        }
    }
}
