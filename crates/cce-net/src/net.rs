//! Starting and stopping a run.

use crate::{
    NetError, Sink,
    actor::{Actor, Event, Inbox, NEVER, Shared},
    causes::{Causes, Dialled},
    config::{ACCEPT_PAUSE, INBOX_MAX, NetConfig, Node, STOP_DEADLINE},
    http_server::{self, Front},
    recorder::Recorder,
    store::Store,
};
use cce_kernel::{Carrier, Command, Host, NodeName, Port, Time};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, atomic::AtomicU64},
    thread::JoinHandle,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream, lookup_host},
    sync::mpsc,
    time::{Instant, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The network driver.
#[derive(Debug)]
pub struct Net;

/// Components that could start: their ports are taken.
#[derive(Debug)]
pub struct Bound {
    config: NetConfig,
    nodes: Vec<Node>,
    listeners: Listeners,
    stores: Vec<Store>,
}

/// A run that goes on.
#[derive(Debug)]
pub struct Running {
    addresses: BTreeMap<Port, SocketAddr>,
    inboxes: BTreeMap<NodeName, Inbox>,
    shared: Arc<Shared>,
    actors: TaskTracker,
    stop: CancellationToken,
    gap: CancellationToken,
    writer: JoinHandle<()>,
}

/// The run's own clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn now(self) -> Time {
        Time(u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// The instant of a time of the run; of none, one that is far away.
    pub(crate) fn instant(self, at: Option<Time>) -> Instant {
        at.map_or_else(|| Instant::now() + NEVER, |at| self.start + at.since(Time(0)))
    }
}

impl Net {
    /// Binds every listener of these components and starts them. When this returns, every listener accepts.
    pub async fn start(
        config: NetConfig,
        seed: u64,
        nodes: Vec<Node>,
        sink: Box<dyn Sink>,
    ) -> Result<Running, NetError> {
        Ok(Self::bind(config, nodes).await?.start(seed, sink))
    }

    /// Binds every listener of these components, and reads what they stored. Whatever can be wrong shows here,
    /// before anything is written.
    pub async fn bind(config: NetConfig, nodes: Vec<Node>) -> Result<Bound, NetError> {
        let listeners = bind(&config, &nodes).await?;
        let stores = nodes
            .iter()
            .map(|node| Store::open(config.data.as_deref(), &node.name))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Bound { config, nodes, listeners, stores })
    }
}

impl Bound {
    /// Starts the components. When this returns, every listener accepts.
    pub fn start(self, seed: u64, sink: Box<dyn Sink>) -> Running {
        let Self { config, nodes, listeners, stores } = self;
        let addresses = bound(&listeners);
        let gap = CancellationToken::new();
        let (recorder, writer) = Recorder::start(sink, config.journal_required.then(|| gap.clone()));
        let shared = Arc::new(Shared {
            clock: Clock { start: Instant::now() },
            recorder,
            causes: Arc::new(Causes::new(addresses.values().copied().map(dialled_at).collect())),
            tasks: TaskTracker::new(),
            addresses: reachable(&config, &addresses),
        });
        let (actors, stop) = (TaskTracker::new(), CancellationToken::new());
        let mut inboxes = BTreeMap::new();
        for (node, store) in nodes.into_iter().zip(stores) {
            let (inbox, events) = mpsc::channel(INBOX_MAX);
            let host = Host::new(node.name.clone(), seed, node.clock);
            let actor = Actor::new(node.component, host, store, inbox.clone(), Arc::clone(&shared));
            actors.spawn(actor.run(events));
            inboxes.insert(node.name, inbox);
        }
        accept_all(listeners, &inboxes, &shared.tasks, &stop);
        Running { addresses, inboxes, shared, actors, stop, gap, writer }
    }
}

impl Running {
    /// Where each listener of this process is, by the port whose socket it is.
    pub fn addresses(&self) -> &BTreeMap<Port, SocketAddr> {
        &self.addresses
    }

    /// Gives a component a command. One that is not here, or has ended, does not hear it.
    pub async fn command(&self, node: &NodeName, command: Command) {
        if let Some(inbox) = self.inboxes.get(node) {
            let _ = inbox.send(Event::Command(command)).await;
        }
    }

    /// Waits until a record is lost in a run that may lose none; else for ever.
    pub async fn lost_a_record(&self) {
        self.gap.cancelled().await;
    }

    /// Lets every component say goodbye, closes everything, and waits for the journal.
    pub async fn stop(self) {
        let ended = async {
            self.say_goodbye().await;
            self.stop.cancel();
            self.actors.close();
            self.shared.tasks.close();
            self.actors.wait().await;
            self.shared.tasks.wait().await;
        };
        if timeout(STOP_DEADLINE, ended).await.is_err() {
            self.stop.cancel();
            tracing::warn!("the run did not stop in time; what is left is dropped");
        }
        let Self { shared, writer, .. } = self;
        let closing = tokio::task::spawn_blocking(move || {
            shared.recorder.close();
            writer.join()
        });
        if !matches!(closing.await, Ok(Ok(()))) {
            tracing::error!("the one who writes the records panicked: they are incomplete");
        }
    }

    async fn say_goodbye(&self) {
        for inbox in self.inboxes.values() {
            let _ = inbox.send(Event::Command(Command::Stop)).await;
        }
        for inbox in self.inboxes.values() {
            let _ = inbox.send(Event::End).await;
        }
    }
}

/// A connection that was dialled.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    /// Its place among the dialled ones, if its other end is in this process.
    pub(crate) dialled: Option<Dialled>,
}

/// Opens a connection to the first address of a name that answers.
pub(crate) async fn connect(
    address: &str,
    node: &NodeName,
    record: u64,
    causes: &Arc<Causes>,
) -> io::Result<Connection> {
    let mut failure = io::ErrorKind::NotFound.into();
    for target in lookup_host(address).await? {
        match connect_to(target, node, record, causes).await {
            Ok(connection) => return Ok(connection),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

async fn connect_to(
    target: SocketAddr,
    node: &NodeName,
    record: u64,
    causes: &Arc<Causes>,
) -> io::Result<Connection> {
    let socket = if target.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    let mut dialled = None;
    if causes.is_here(target) {
        // Known before the other end accepts, so that it can tell who connects.
        socket.bind(SocketAddr::new(target.ip(), 0))?;
        dialled = Some(causes.dialling(socket.local_addr()?, node, record));
    }
    Ok(Connection { stream: socket.connect(target).await?, dialled })
}

type Listeners = Vec<(Port, TcpListener)>;

async fn bind(config: &NetConfig, nodes: &[Node]) -> Result<Listeners, NetError> {
    let names: BTreeSet<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
    let sockets: BTreeSet<Port> =
        Port::ALL.into_iter().filter(|port| names.contains(port.listener())).map(Port::socket).collect();
    let mut listeners = Vec::new();
    for port in sockets {
        let address = *config.listen.get(&port).ok_or(NetError::NoAddress { port })?;
        let listener = TcpListener::bind(address).await.map_err(|source| {
            if source.kind() == io::ErrorKind::AddrInUse {
                NetError::PortInUse { port, address }
            } else {
                NetError::Listen { port, address, source }
            }
        })?;
        listeners.push((port, listener));
    }
    Ok(listeners)
}

fn bound(listeners: &Listeners) -> BTreeMap<Port, SocketAddr> {
    listeners.iter().filter_map(|(port, listener)| Some((*port, listener.local_addr().ok()?))).collect()
}

/// Where each listener can be dialled: here if it is of this process, else where the configuration says.
fn reachable(config: &NetConfig, bound: &BTreeMap<Port, SocketAddr>) -> BTreeMap<Port, String> {
    let mut addresses = config.connect.clone();
    for (port, address) in bound {
        addresses.insert(*port, dialled_at(*address).to_string());
    }
    addresses
}

/// Where a listener of this process is dialled: one that is bound everywhere, on the loopback address.
fn dialled_at(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    address
}

fn accept_all(
    listeners: Listeners,
    inboxes: &BTreeMap<NodeName, Inbox>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    let calls: BTreeMap<&str, Arc<AtomicU64>> =
        inboxes.keys().map(|node| (node.as_str(), Arc::default())).collect();
    for (port, listener) in listeners {
        let (Some(inbox), Some(calls)) =
            (inboxes.get(&NodeName::from(port.listener())), calls.get(port.listener()))
        else {
            continue;
        };
        let (inbox, stop) = (inbox.clone(), stop.clone());
        if port.carrier() == Carrier::Http {
            let front = Front { port, inbox, calls: Arc::clone(calls), tasks: tasks.clone() };
            tasks.spawn(http_server::serve(listener, front, stop));
        } else {
            tasks.spawn(accept(listener, port, inbox, stop));
        }
    }
}

async fn accept(listener: TcpListener, port: Port, inbox: Inbox, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            // A stop counts before one more connection.
            biased;
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                if inbox.send(Event::Accepted { port, stream }).await.is_err() {
                    return;
                }
            }
            // Too many open files, or a client that left at once: the listener itself is fine.
            Err(error) => {
                tracing::warn!(%error, %port, "cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
