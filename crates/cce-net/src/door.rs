//! Listeners that can be shut and opened again, and connections that can be broken.

use crate::{causes::Causes, config::ACCEPT_PAUSE, faults::Faults, http_server::Client};
use cce_kernel::{NodeName, Port};
use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpSocket, TcpStream},
    time::sleep,
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Connections that may wait to be accepted by a listener that was opened again.
const BACKLOG: u32 = 1_024;

/// A listener that can be shut and opened again.
#[derive(Debug)]
pub(crate) struct Door {
    /// The port whose socket it is.
    pub(crate) port: Port,
    pub(crate) address: SocketAddr,
    causes: Arc<Causes>,
    faults: Arc<Faults>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    socket: Socket,
    /// Its component lives.
    is_alive: bool,
    /// Who waits for a connection.
    waker: Option<Waker>,
    /// Cancelled to break the HTTP connections that called it by that port.
    connections: BTreeMap<Port, CancellationToken>,
}

#[derive(Debug)]
enum Socket {
    Open(TcpListener),
    /// Nobody listens, but the address stays taken as long as it can be.
    Shut(Option<TcpSocket>),
}

impl Door {
    pub(crate) fn new(
        port: Port,
        address: SocketAddr,
        listener: TcpListener,
        causes: Arc<Causes>,
        faults: Arc<Faults>,
    ) -> Self {
        let state = State {
            socket: Socket::Open(listener),
            is_alive: true,
            waker: None,
            connections: BTreeMap::new(),
        };
        Self { port, address, causes, faults, state: Mutex::new(state) }
    }

    /// The component that listens.
    pub(crate) fn node(&self) -> NodeName {
        NodeName::from(self.port.listener())
    }

    /// The component lives, or does so no more.
    pub(crate) fn set_alive(&self, is_alive: bool) {
        self.lock().is_alive = is_alive;
        self.refresh();
    }

    /// The run is over: the address is free.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_alive = false;
        state.socket = Socket::Shut(None);
    }

    /// Opens or shuts it as it should be.
    pub(crate) fn refresh(&self) {
        let mut state = self.lock();
        let is_cut = self.is_alone() && self.faults.is_closed(self.port);
        if !state.is_alive || is_cut {
            state.shut(self.address);
        } else if let Err(error) = state.open(self.address) {
            tracing::error!(%error, port = %self.port, "cannot listen again");
        }
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// Breaks the HTTP connections that called it by that port.
    pub(crate) fn break_connections(&self, port: Port) {
        if let Some(connections) = self.lock().connections.remove(&port) {
            connections.cancel();
        }
    }

    /// Breaks every HTTP connection.
    pub(crate) fn break_all(&self) {
        let connections = std::mem::take(&mut self.lock().connections);
        connections.into_values().for_each(|connections| connections.cancel());
    }

    /// The next connection, and by which port it calls.
    pub(crate) async fn accept(&self) -> (TcpStream, Port) {
        loop {
            match poll_fn(|cx| self.poll_accept(cx)).await {
                Ok((stream, peer)) => {
                    let dialled = self.causes.dialler(peer);
                    let port = dialled.as_ref().map_or(self.port, |dialled| dialled.port);
                    if !self.faults.is_closed(port) {
                        return (stream, port);
                    }
                    // Another port's peers may use the same listener, so that it cannot be shut.
                    reset(&stream);
                }
                // Too many open files, or a client that left at once: the listener itself is fine.
                Err(error) => {
                    tracing::warn!(%error, port = %self.port, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let mut state = self.lock();
        state.waker = Some(cx.waker().clone());
        match &state.socket {
            Socket::Open(listener) => listener.poll_accept(cx),
            Socket::Shut(_) => Poll::Pending,
        }
    }

    /// Cancelled when a new connection is to be broken.
    fn breaker(&self, port: Port) -> CancellationToken {
        self.lock().connections.entry(port).or_default().child_token()
    }

    /// Whether no other port has the same listener.
    fn is_alone(&self) -> bool {
        Port::ALL.into_iter().filter(|port| port.socket() == self.port).count() == 1
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn shut(&mut self, address: SocketAddr) {
        if matches!(self.socket, Socket::Open(_)) {
            // Closed first: the address of a socket that listens cannot be taken once more.
            self.socket = Socket::Shut(None);
            self.socket = Socket::Shut(reserve(address).ok());
        }
    }

    fn open(&mut self, address: SocketAddr) -> io::Result<()> {
        if let Socket::Shut(reserved) = &mut self.socket {
            let reserved = reserved.take().map_or_else(|| reserve(address), Ok)?;
            self.socket = Socket::Open(reserved.listen(BACKLOG)?);
        }
        Ok(())
    }
}

/// A socket that has an address and does not listen: who connects is refused.
fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Lets a connection end without a goodbye.
pub(crate) fn reset(stream: &TcpStream) {
    // On a connection that is gone there is nothing to reset.
    let _ = stream.set_zero_linger();
}

/// The door of an HTTP listener.
#[derive(Debug)]
pub(crate) struct HttpDoor(pub(crate) Arc<Door>);

impl axum::serve::Listener for HttpDoor {
    type Io = Breakable;
    type Addr = Client;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, port) = self.0.accept().await;
            // One that has no address is gone already.
            let Ok(address) = stream.peer_addr() else { continue };
            let broken = self.0.breaker(port);
            let client = Client { address, port, broken: broken.clone() };
            return (Breakable { stream, broken: Box::pin(broken.cancelled_owned()) }, client);
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Client { address: self.0.address, port: self.0.port, broken: CancellationToken::new() })
    }
}

/// A connection that can be broken.
#[derive(Debug)]
pub(crate) struct Breakable {
    stream: TcpStream,
    broken: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Breakable {
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.broken.as_mut().poll(cx).is_ready() {
            reset(&self.stream);
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Breakable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, to)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
