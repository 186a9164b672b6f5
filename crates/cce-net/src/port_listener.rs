//! Listeners that can be shut and opened again, and connections that can be broken.

use crate::{
    byte_stream::ByteStream,
    causes::Causes,
    config::{ACCEPT_PAUSE, BACKLOG},
    connection_limits::{ConnectionLimits, ConnectionPermit},
    faults::Faults,
    socket::{canonical, reserve, reset},
    tls::TlsDoor,
    warning::RareWarning,
};
use cce_kernel::{NodeName, Port};
use std::{
    collections::BTreeMap,
    future::poll_fn,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

/// A listener that can be shut and opened again.
#[derive(Debug)]
pub(crate) struct PortListener {
    /// The port whose socket it is.
    pub(crate) port: Port,
    pub(crate) address: SocketAddr,
    pub(crate) entrance: Entrance,
    causes: Arc<Causes>,
    faults: Arc<Faults>,
    limits: Arc<ConnectionLimits>,
    trouble: RareWarning,
    state: Mutex<State>,
}

/// What is between a connection and its use.
#[derive(Clone, Debug)]
pub(crate) enum Entrance {
    Plain(Outsiders),
    Tls(Arc<TlsDoor>),
}

/// Whether a listener lets clients from outside in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outsiders {
    LetIn,
    Refused,
}

/// A connection that was accepted.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) stream: ByteStream,
    /// The port by which it calls.
    pub(crate) port: Port,
    /// Its place among the connections from outside. None for one of the lab's own.
    pub(crate) permit: Option<ConnectionPermit>,
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

impl PortListener {
    pub(crate) fn new(
        port: Port,
        address: SocketAddr,
        entrance: Entrance,
        listener: TcpListener,
        causes: Arc<Causes>,
        faults: Arc<Faults>,
        limits: Arc<ConnectionLimits>,
    ) -> Self {
        let state = State {
            socket: Socket::Open(listener),
            is_alive: true,
            waker: None,
            connections: BTreeMap::new(),
        };
        let (trouble, state) = (RareWarning::default(), Mutex::new(state));
        Self { port, address, entrance, causes, faults, limits, trouble, state }
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
        // A listener that several ports share stays open when one of them is cut: `let_in` turns that one's peers away.
        let is_alone = Port::LISTENED.into_iter().filter(|port| port.socket() == self.port).count() == 1;
        let is_cut = is_alone && self.faults.is_closed(self.port);
        if !state.is_alive || is_cut {
            state.shut(self.address);
        } else if let Err(error) = state.open(self.address) {
            tracing::error!(%error, port = %self.port, "cannot listen again");
        }
        // Whoever waits for a connection waits at the socket that was there before.
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

    /// Whether nobody can connect to that port at the moment.
    pub(crate) fn is_cut(&self, port: Port) -> bool {
        self.faults.is_closed(port)
    }

    /// Whether the component lives, and that port is not cut.
    pub(crate) fn lets_in(&self, port: Port) -> bool {
        self.lock().is_alive && !self.is_cut(port)
    }

    /// The next connection that is let in.
    pub(crate) async fn accept(&self) -> Arrival {
        loop {
            match poll_fn(|cx| self.poll_accept(cx)).await {
                Ok((stream, peer)) => match self.let_in(stream, peer) {
                    Ok(arrival) => return arrival,
                    Err(stream) => reset(&stream),
                },
                // Too many open files, or a client that left at once: the listener itself is fine.
                Err(error) => {
                    if let Some(times) = self.trouble.due() {
                        tracing::warn!(%error, times, port = %self.port, "cannot accept a connection");
                    }
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn let_in(&self, stream: TcpStream, peer: SocketAddr) -> Result<Arrival, TcpStream> {
        let dialled = self.causes.dialler(peer);
        let port = dialled.as_ref().map_or(self.port, |dialled| dialled.port);
        if self.is_cut(port) {
            // Another port's peers may use the same listener, so that it cannot be shut.
            return Err(stream);
        }
        let permit = match &dialled {
            // The lab's own connections take no place from clients.
            Some(_) => None,
            None if matches!(self.entrance, Entrance::Plain(Outsiders::Refused)) => return Err(stream),
            None => match self.limits.enter(peer.ip()) {
                permit @ Some(_) => permit,
                None => return Err(stream),
            },
        };
        Ok(Arrival { stream: ByteStream::Plain(stream), port, permit })
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let mut state = self.lock();
        state.waker = Some(cx.waker().clone());
        match &state.socket {
            Socket::Open(listener) => {
                listener.poll_accept(cx).map_ok(|(stream, peer)| (stream, canonical(peer)))
            }
            Socket::Shut(_) => Poll::Pending,
        }
    }

    /// Cancelled when a new connection is to be broken.
    pub(crate) fn breaker(&self, port: Port) -> CancellationToken {
        self.lock().connections.entry(port).or_default().child_token()
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
