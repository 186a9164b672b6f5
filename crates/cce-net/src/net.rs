//! The start and the stop of a run: every port is bound before any component starts, and the journal ends after every component
//! has stopped.

use crate::{
    NetError, Sink,
    actor::Actor,
    arrivals::Arrivals,
    byte_budget::ByteBudget,
    causes::Causes,
    clock::Clock,
    conductor::Conductor,
    config::{INBOX_MAX, NetConfig, Node, OUTCOMES_MAX, OutsiderLimits, PlainClients, STOP_NOTICE},
    connection_limits::ConnectionLimits,
    event::{Event, Inbox},
    faults::Faults,
    http_server::{self, Front, Rooms},
    pool::Pool,
    port_listener::{Arrival, Entrance, Outsiders, PortListener},
    recorder::Recorder,
    shared::Shared,
    site::{BoundSite, Doorway, SiteAddresses},
    socket::listen,
    store::{OnLoss, Store, UnkeptChanges},
    tls::TlsDoor,
};
use bytes::Bytes;
use cce_courier::RESPONSE_DEADLINE;
use cce_journal::{Director, Order};
use cce_kernel::{Build, Carrier, Command, Host, Kind, NodeName, Port};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The network driver.
#[derive(Debug)]
pub struct Net;

/// Components that could start: their ports are taken.
pub struct BoundNet {
    config: NetConfig,
    nodes: Vec<Node>,
    listeners: Listeners,
    secure: Listeners,
    site: Option<BoundSite>,
    stores: Vec<Store>,
    unkept: Arc<UnkeptChanges>,
    director: Option<Box<dyn Director>>,
    build: Option<Build>,
}

impl fmt::Debug for BoundNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound")
            .field("config", &self.config)
            .field("nodes", &self.nodes)
            .finish_non_exhaustive()
    }
}

/// A run that goes on.
#[derive(Debug)]
pub struct Running {
    addresses: BTreeMap<Port, SocketAddr>,
    secure_addresses: BTreeMap<Port, SocketAddr>,
    site: Option<SiteAddresses>,
    inboxes: BTreeMap<NodeName, Inbox>,
    shared: Arc<Shared>,
    actors: TaskTracker,
    stop: CancellationToken,
    gap: CancellationToken,
    unkept: Arc<UnkeptChanges>,
    journal_required: bool,
    writer: JoinHandle<()>,
    limits: OutsiderLimits,
}

/// A run that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Whether a record was lost in a run that may lose none.
    pub has_lost: bool,
    /// Records that were not written in time.
    pub unwritten: usize,
    /// Changes of what components store that could not be kept.
    pub unkept: u64,
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
    #[expect(
        clippy::unused_async,
        reason = "listeners belong to a runtime: they cannot be bound outside of one"
    )]
    pub async fn bind(config: NetConfig, nodes: Vec<Node>) -> Result<BoundNet, NetError> {
        let (listeners, secure) = (bind(&config, &nodes)?, bind_secure(&config, &nodes)?);
        let has_tls = config.secure.is_some();
        let site = config.site.as_ref().map(|site| BoundSite::bind(site, has_tls)).transpose()?;
        let unkept = Arc::<UnkeptChanges>::default();
        let on_loss = if config.journal_required { OnLoss::Stop } else { OnLoss::GoOn };
        let stores = nodes
            .iter()
            .map(|node| Store::open(config.data.as_deref(), &node.name, on_loss, &unkept))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(BoundNet { config, nodes, listeners, secure, site, stores, unkept, director: None, build: None })
    }
}

impl BoundNet {
    /// Lets a director watch the run and bend it. `build` makes components that it starts anew.
    pub fn directed(mut self, director: Box<dyn Director>, build: Build) -> Self {
        self.director = Some(director);
        self.build = Some(build);
        self
    }

    /// Starts the components. When this returns, every listener accepts.
    pub fn start(self, seed: u64, sink: Box<dyn Sink>) -> Running {
        let Self { config, nodes, listeners, secure, site, stores, unkept, director, build } = self;
        let (addresses, secure_addresses) = (bound(&listeners), bound(&secure));
        let (gap, stop) = (CancellationToken::new(), CancellationToken::new());
        let required = config.journal_required.then(|| gap.clone());
        let (recorder, writer) = Recorder::start(sink, required, director);
        let limits = config.limits;
        let shared = share(&config, listeners, secure, recorder, &stop);
        let actors = TaskTracker::new();
        let redirects = redirects(&config.plain, &secure_addresses);
        let (mut inboxes, mut doorways) = (BTreeMap::new(), BTreeMap::new());
        for (node, store) in nodes.into_iter().zip(stores) {
            let (inbox, events) = mpsc::channel(INBOX_MAX);
            let (calls, is_alive) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(true)));
            let entry = Entry {
                inbox: &inbox,
                calls: &calls,
                is_alive: &is_alive,
                shared: &shared,
                redirects: &redirects,
                limits,
            };
            doorways.extend(accept_all(&node.name, &entry));
            let host = Host::new(node.name.clone(), seed, node.clock);
            let (own, shared) = (inbox.clone(), Arc::clone(&shared));
            let actor = Actor::new(node.component, host, store, own, calls, is_alive, shared);
            actors.spawn(actor.run(events));
            inboxes.insert(node.name, inbox);
        }
        let site_addresses = site.as_ref().and_then(BoundSite::addresses);
        if let Some(site) = site {
            site.start(doorways, &shared, limits);
        }
        let conductor = Conductor { shared: Arc::clone(&shared), inboxes: inboxes.clone(), build };
        actors.spawn(conductor.run(stop.clone()));
        let journal_required = config.journal_required;
        Running {
            addresses,
            secure_addresses,
            site: site_addresses,
            inboxes,
            shared,
            actors,
            stop,
            gap,
            unkept,
            journal_required,
            writer,
            limits,
        }
    }
}

/// What the components of a process share. The clock of the run starts here.
fn share(
    config: &NetConfig,
    plain: Listeners,
    secure: Listeners,
    recorder: Recorder,
    stop: &CancellationToken,
) -> Arc<Shared> {
    let limits = config.limits;
    let door = config.secure.as_ref().map(|secure| {
        let server = Arc::clone(&secure.server);
        Arc::new(TlsDoor::new(server, limits.handshake))
    });
    let (here, secure_here) = (bound(&plain), bound(&secure));
    let clock = Clock::start();
    let faults = Arc::new(Faults::new(clock, stop.clone()));
    let all = here.values().chain(secure_here.values());
    let causes = Arc::new(Causes::new(all.copied().map(dialled_at).collect()));
    let listeners = port_listeners(plain, secure, &config.plain, door.as_ref(), &causes, &faults, limits);
    Arc::new(Shared {
        clock,
        recorder,
        listeners,
        causes,
        faults,
        tasks: TaskTracker::new(),
        remaining: Arc::default(),
        door,
        dials: config.dials.clone(),
        pool: Pool::default(),
        outcomes: ByteBudget::new(OUTCOMES_MAX),
        stop: stop.clone(),
        addresses: reachable(&config.connect, &here),
        secure_addresses: reachable(&config.connect_tls, &secure_here),
        response_deadline: config.response_deadline.unwrap_or(RESPONSE_DEADLINE),
    })
}

/// Gives orders to a run, beside its director.
#[derive(Clone, Debug)]
pub struct NetHandle(Arc<Shared>);

impl NetHandle {
    /// Lets somebody change what directs the run, and has the orders of that carried out, in their order, behind those that wait
    /// already. Nothing is recorded between the two,
    /// and nobody may hold meanwhile what the director needs.
    pub fn act<E>(&self, act: impl FnOnce() -> Result<Vec<Order>, E>) -> Result<(), E> {
        self.0.recorder.act(self.0.clock.now(), act)
    }
}

impl Running {
    /// Where each listener of this process is, by the port whose socket it is.
    pub fn addresses(&self) -> &BTreeMap<Port, SocketAddr> {
        &self.addresses
    }

    /// Where clients speak to this process over TLS, by the port whose connections they are.
    pub fn secure_addresses(&self) -> &BTreeMap<Port, SocketAddr> {
        &self.secure_addresses
    }

    /// Where pages find everything at one origin, if they do.
    pub fn site(&self) -> Option<SiteAddresses> {
        self.site
    }

    /// Gives a component a command. One that is not here, or has ended, does not hear it.
    pub async fn command(&self, node: &NodeName, command: Command) {
        if let Some(inbox) = self.inboxes.get(node) {
            let _ = inbox.send(Event::Command(command)).await;
        }
    }

    /// One who can give orders from elsewhere.
    pub fn handle(&self) -> NetHandle {
        NetHandle(Arc::clone(&self.shared))
    }

    /// Waits until a record, or a change of what components store, is lost in a run that may lose none; else for ever.
    pub async fn lost_a_record(&self) {
        tokio::select! {
            // Either loss ends the run.
            biased;
            () = self.gap.cancelled() => {}
            () = self.unkept.first.cancelled(), if self.journal_required => {}
        }
    }

    /// Lets every component say goodbye, closes everything, and waits for the journal. Each has a deadline; what takes a
    /// while is told.
    pub async fn stop(self) -> Stopped {
        let remaining = Arc::clone(&self.shared.remaining);
        let ended = async {
            self.say_goodbye().await;
            // Faults end with the token, so that what is stalled can leave, and listeners let nobody in.
            self.stop.cancel();
            self.shared.listeners.iter().for_each(|listener| listener.close());
            self.actors.close();
            self.shared.tasks.close();
            self.actors.wait().await;
            self.shared.pool.clear();
            self.shared.tasks.wait().await;
        };
        if patiently(self.limits.stop, || remaining.names(), ended).await.is_none() {
            self.stop.cancel();
        }
        let Self { shared, writer, limits, gap, unkept, .. } = self;
        let unwritten = || shared.recorder.unwritten();
        let (closed, is_closed) = oneshot::channel();
        let closing = Arc::clone(&shared);
        // A thread of its own: the end of the runtime does not wait for it.
        std::thread::spawn(move || {
            closing.recorder.close();
            let _ = closed.send(writer.join().is_ok());
        });
        let is_whole = patiently(
            limits.records,
            || format!("the one who writes the records: {} are not written", unwritten()),
            is_closed,
        )
        .await;
        if matches!(is_whole, Some(Ok(false) | Err(_))) {
            tracing::error!("the one who writes the records panicked: they are incomplete");
        }
        Stopped { unwritten: unwritten(), has_lost: gap.is_cancelled(), unkept: unkept.changes() }
    }

    async fn say_goodbye(&self) {
        // Every component is told to stop before the first one ends: what they say to each other meanwhile still arrives.
        // One that has ended hears nothing.
        for inbox in self.inboxes.values() {
            let _ = inbox.send(Event::Command(Command::Stop)).await;
        }
        for inbox in self.inboxes.values() {
            let _ = inbox.send(Event::End).await;
        }
    }
}

/// Waits for the end of something until a deadline, and says what it waits for once that takes a while. None where it
/// did not end in time.
async fn patiently<T>(
    deadline: Duration,
    what: impl Fn() -> String,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = pin!(work);
    let notice = STOP_NOTICE.min(deadline);
    if let Ok(done) = timeout(notice, work.as_mut()).await {
        return Some(done);
    }
    tracing::warn!("the stop waits for {}", what());
    let done = timeout(deadline.saturating_sub(notice), work).await.ok();
    if done.is_none() {
        tracing::warn!("the stop waits no longer than {deadline:?} for {}", what());
    }
    done
}

type Listeners = Vec<(Port, TcpListener)>;

/// The ports whose sockets are those of these components.
fn sockets(nodes: &[Node]) -> BTreeSet<Port> {
    let kinds: BTreeSet<Kind> = nodes.iter().filter_map(|node| node.name.kind()).collect();
    Port::LISTENED.into_iter().filter(|port| kinds.contains(&port.listener())).map(Port::socket).collect()
}

fn bind(config: &NetConfig, nodes: &[Node]) -> Result<Listeners, NetError> {
    let bind = |port| {
        let address = *config.listen.get(&port).ok_or(NetError::NoAddress { port })?;
        let listener = bind_to(port, address, NetError::PortInUse { port, address })?;
        Ok((port, listener))
    };
    sockets(nodes).into_iter().map(bind).collect()
}

/// Not every port needs a listener over TLS.
fn bind_secure(config: &NetConfig, nodes: &[Node]) -> Result<Listeners, NetError> {
    let Some(secure) = &config.secure else { return Ok(Vec::new()) };
    let bind = |port| {
        let address = *secure.listen.get(&port)?;
        let listener = bind_to(port, address, NetError::SecurePortInUse { port, address });
        Some(listener.map(|listener| (port, listener)))
    };
    sockets(nodes).into_iter().filter_map(bind).collect()
}

fn bind_to(port: Port, address: SocketAddr, in_use: NetError) -> Result<TcpListener, NetError> {
    listen(address).map_err(|source| {
        let is_in_use = source.kind() == io::ErrorKind::AddrInUse;
        if is_in_use { in_use } else { NetError::Listen { port, address, source } }
    })
}

fn bound(listeners: &Listeners) -> BTreeMap<Port, SocketAddr> {
    listeners.iter().filter_map(|(port, listener)| Some((*port, listener.local_addr().ok()?))).collect()
}

/// Where each listener can be dialled: here if it is of this process, else where the configuration says.
fn reachable(
    elsewhere: &BTreeMap<Port, String>,
    bound: &BTreeMap<Port, SocketAddr>,
) -> BTreeMap<Port, String> {
    let mut addresses = elsewhere.clone();
    for (port, address) in bound {
        addresses.insert(*port, dialled_at(*address).to_string());
    }
    addresses
}

/// Where a listener is dialled from this machine: one that is bound everywhere, on the loopback address of its family.
pub fn dialled_at(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    address
}

/// The listeners of the ports. The two listeners of one port, in plain and over TLS, share their places for connections.
fn port_listeners(
    plain: Listeners,
    secure: Listeners,
    treated: &BTreeMap<Port, PlainClients>,
    door: Option<&Arc<TlsDoor>>,
    causes: &Arc<Causes>,
    faults: &Arc<Faults>,
    limits: OutsiderLimits,
) -> Vec<Arc<PortListener>> {
    let mut places = BTreeMap::<Port, Arc<ConnectionLimits>>::new();
    let plain = plain.into_iter().map(|(port, listener)| {
        let outsiders = match treated.get(&port) {
            Some(PlainClients::Refused) => Outsiders::Refused,
            Some(PlainClients::Redirected) | None => Outsiders::LetIn,
        };
        (port, listener, Entrance::Plain(outsiders))
    });
    let secure = secure
        .into_iter()
        .filter_map(|(port, listener)| Some((port, listener, Entrance::Tls(Arc::clone(door?)))));
    let listener = |(port, listener, entrance): (Port, TcpListener, Entrance)| {
        let address = listener.local_addr().ok()?;
        let places = places.entry(port).or_insert_with(|| ConnectionLimits::of(port, limits));
        let (causes, faults) = (Arc::clone(causes), Arc::clone(faults));
        let places = Arc::clone(places);
        Some(Arc::new(PortListener::new(port, address, entrance, listener, causes, faults, places)))
    };
    plain.chain(secure).filter_map(listener).collect()
}

/// The port over TLS to which clients in plain are sent, of each port that does that.
fn redirects(
    treated: &BTreeMap<Port, PlainClients>,
    secure: &BTreeMap<Port, SocketAddr>,
) -> BTreeMap<Port, u16> {
    let redirected = treated.iter().filter(|(_, treated)| **treated == PlainClients::Redirected);
    redirected.filter_map(|(port, _)| Some((*port, secure.get(port)?.port()))).collect()
}

/// What the listeners of one component need.
struct Entry<'a> {
    inbox: &'a Inbox,
    calls: &'a Arc<AtomicU64>,
    is_alive: &'a Arc<AtomicBool>,
    shared: &'a Arc<Shared>,
    redirects: &'a BTreeMap<Port, u16>,
    limits: OutsiderLimits,
}

impl Entry<'_> {
    fn front(&self, port: Port, streams: &Arc<ConnectionLimits>) -> Front {
        let Self { inbox, calls, is_alive, shared, redirects, limits } = self;
        Front {
            port,
            inbox: (*inbox).clone(),
            faults: Arc::clone(&shared.faults),
            calls: Arc::clone(calls),
            is_alive: Arc::clone(is_alive),
            tasks: shared.tasks.clone(),
            remaining: Arc::clone(&shared.remaining),
            limits: *limits,
            rooms: Rooms::default(),
            redirect: redirects.get(&port).copied(),
            streams: Arc::clone(streams),
        }
    }
}

/// Accepts at every listener of a component. Its HTTP interfaces may be reached in another way, too.
fn accept_all(node: &NodeName, entry: &Entry<'_>) -> Vec<(Port, Doorway)> {
    let Entry { inbox, shared, limits, .. } = *entry;
    let mut doorways = Vec::new();
    // Streams over WebSocket share these places, whichever listener they came by.
    let places = ConnectionLimits::of(Port::XmppWs, limits);
    for listener in shared.listeners.iter().filter(|listener| listener.node() == *node) {
        let (port, listener, inbox, stop) =
            (listener.port, Arc::clone(listener), inbox.clone(), shared.stop.clone());
        if port.carrier() == Carrier::Http {
            // The two listeners of a port, in plain and over TLS, lead to the same component: one doorway is enough.
            if matches!(listener.entrance, Entrance::Plain(_)) {
                let listener = Arc::clone(&listener);
                doorways.push((port, Doorway { front: entry.front(port, &places), listener }));
            }
            shared.tasks.spawn(http_server::serve(listener, entry.front(port, &places), stop));
        } else {
            shared.tasks.spawn(accept(listener, inbox, Arc::clone(shared), stop));
        }
    }
    doorways
}

async fn accept(listener: Arc<PortListener>, inbox: Inbox, shared: Arc<Shared>, stop: CancellationToken) {
    let mut arrivals = Arrivals::of(Arc::clone(&listener));
    loop {
        let Arrival { stream, port: dialled, permit } = tokio::select! {
            // A stop counts before one more connection.
            biased;
            () = stop.cancelled() => return,
            arrival = arrivals.next() => arrival,
        };
        let accepted = Event::Accepted { port: listener.port, stream, early: Bytes::new(), permit };
        if shared.faults.is_stalled(dialled) {
            // Aside: peers that use the listener by the name of another port do not wait for it.
            let (inbox, shared) = (inbox.clone(), Arc::clone(&shared));
            let late = Arc::clone(&shared);
            shared.tasks.spawn(async move {
                late.faults.pass(dialled).await;
                // A component that has ended does not hear it.
                let _ = inbox.send(accepted).await;
            });
        } else if inbox.send(accepted).await.is_err() {
            return;
        }
    }
}
