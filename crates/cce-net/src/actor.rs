//! One task for each component. It owns the component and nothing else does.

use crate::{
    causes::Causes,
    config::{CALLS_MAX, CONNECT_DEADLINE, LINKS_MAX},
    http_client,
    link::{Link, SendError, Socket},
    net::{Clock, Connection, connect},
    recorder::Recorder,
    store::Store,
};
use bytes::Bytes;
use cce_journal::What;
use cce_kernel::{
    Address, CallError, CallId, Command, Component, FrameFlaw, Host, Input, LinkId, LinkReason, NodeName,
    Output, Peer, Port, Request, Response, Time, TimerKey,
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::{sleep_until, timeout},
};
use tokio_util::task::TaskTracker;

/// Where everything that happens to a component is queued.
pub(crate) type Inbox = mpsc::Sender<Event>;

/// Something that happens to a component, before it is an input.
#[derive(Debug)]
pub(crate) enum Event {
    Accepted {
        port: Port,
        stream: TcpStream,
    },
    Dialled {
        link: LinkId,
        result: Result<Connection, LinkReason>,
        cause: u64,
    },
    Frame {
        link: LinkId,
        bytes: Bytes,
        cause: Option<u64>,
    },
    BadFrame {
        link: LinkId,
        flaw: FrameFlaw,
    },
    Down {
        link: LinkId,
        reason: LinkReason,
    },
    Call {
        call: CallId,
        port: Port,
        request: Request,
        client: SocketAddr,
        reply: oneshot::Sender<Response>,
    },
    CallGone {
        call: CallId,
    },
    Reply {
        call: CallId,
        result: Result<Response, CallError>,
        cause: Option<u64>,
    },
    Command(Command),
    /// The last event: close everything and end.
    End,
}

/// What all actors of a process share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) recorder: Recorder,
    pub(crate) causes: Arc<Causes>,
    pub(crate) tasks: TaskTracker,
    /// Where each listener is, of this process or of another.
    pub(crate) addresses: BTreeMap<Port, String>,
}

/// One component and what it has open.
pub(crate) struct Actor {
    component: Box<dyn Component>,
    host: Host,
    shared: Arc<Shared>,
    store: Store,
    inbox: Inbox,
    links: BTreeMap<LinkId, Link>,
    /// Links that were dialled and are neither up nor down yet.
    dialling: BTreeSet<LinkId>,
    calls: BTreeMap<CallId, Caller>,
    timers: BTreeMap<TimerKey, (Time, u64)>,
    /// Inputs that the actor itself makes, before it looks at its queue again.
    own: VecDeque<(Input, Option<u64>)>,
}

struct Caller {
    client: SocketAddr,
    reply: oneshot::Sender<Response>,
}

/// The component panicked.
struct Panicked(String);

impl Actor {
    pub(crate) fn new(
        component: Box<dyn Component>,
        host: Host,
        store: Store,
        inbox: Inbox,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            component,
            host,
            shared,
            store,
            inbox,
            links: BTreeMap::new(),
            dialling: BTreeSet::new(),
            calls: BTreeMap::new(),
            timers: BTreeMap::new(),
            own: VecDeque::new(),
        }
    }

    /// Runs until the end event, or until the component panics.
    pub(crate) async fn run(mut self, mut events: mpsc::Receiver<Event>) {
        self.record(None, What::Started);
        self.own.push_back((Input::Start { stored: self.store.values() }, None));
        let reason = loop {
            match self.turn(&mut events).await {
                Ok(true) => {}
                Ok(false) => break "stopped".to_owned(),
                Err(Panicked(text)) => {
                    tracing::error!(node = %self.host.name(), "the component panicked: {text}");
                    break format!("panicked: {text}");
                }
            }
        };
        self.record(None, What::Stopped { reason });
    }

    /// Takes in one event. Says whether to go on.
    async fn turn(&mut self, events: &mut mpsc::Receiver<Event>) -> Result<bool, Panicked> {
        while let Some((input, cause)) = self.own.pop_front() {
            self.handle(input, cause)?;
        }
        // The clock says what is due, not which future woke up first.
        if let Some((key, cause)) = self.due() {
            self.handle(Input::Timer(key), Some(cause))?;
            return Ok(true);
        }
        let alarm = self.shared.clock.instant(self.timers.values().map(|(at, _)| *at).min());
        let event = tokio::select! {
            // Events first: a timer that comes due meanwhile is seen at the next turn.
            biased;
            event = events.recv() => event,
            () = sleep_until(alarm) => return Ok(true),
        };
        match event {
            Some(Event::End) | None => Ok(false),
            Some(event) => self.on_event(event).map(|()| true),
        }
    }

    fn due(&mut self) -> Option<(TimerKey, u64)> {
        let now = self.shared.clock.now();
        let (key, _) = self.timers.iter().filter(|(_, (at, _))| *at <= now).min_by_key(|(_, due)| **due)?;
        let key = key.clone();
        self.timers.remove(&key).map(|(_, cause)| (key, cause))
    }

    fn on_event(&mut self, event: Event) -> Result<(), Panicked> {
        match event {
            Event::Accepted { port, stream } => self.on_accepted(port, stream),
            Event::Dialled { link, result, cause } if self.dialling.remove(&link) => {
                self.on_dialled(link, result, cause)
            }
            Event::Frame { link, bytes, cause } if self.links.contains_key(&link) => {
                self.handle(Input::Frame { link, bytes: bytes.into() }, cause)
            }
            Event::BadFrame { link, flaw } if self.links.contains_key(&link) => {
                self.handle(Input::BadFrame { link, flaw }, None)
            }
            Event::Down { link, reason } if self.links.remove(&link).is_some() => {
                self.handle(Input::LinkDown { link, reason }, None)
            }
            // The component closed it already: nothing more is heard of it.
            Event::Dialled { .. }
            | Event::Frame { .. }
            | Event::BadFrame { .. }
            | Event::Down { .. }
            | Event::End => Ok(()),
            Event::Call { call, port, request, client, reply } => {
                self.on_call(call, Caller { client, reply }, Input::Call { call, port, request })
            }
            Event::CallGone { call } => match self.calls.remove(&call) {
                Some(_) => self.handle(Input::CallGone { call }, None),
                None => Ok(()),
            },
            Event::Reply { call, result, cause } => self.handle(Input::Reply { call, result }, cause),
            Event::Command(command) => self.handle(Input::Command(command), None),
        }
    }

    fn on_accepted(&mut self, port: Port, stream: TcpStream) -> Result<(), Panicked> {
        if self.links.len() >= LINKS_MAX {
            tracing::warn!(node = %self.host.name(), %port, "too many connections: one more is refused");
            return Ok(());
        }
        let Ok(socket) = Socket::new(Connection { stream, dialled: None }) else { return Ok(()) };
        let address = socket.peer();
        let link = self.host.accept(port);
        let origin = self.shared.causes.dialler(address);
        self.open(link, socket, origin.is_some());
        let cause = origin.as_ref().map(|origin| origin.record);
        let peer = Peer { node: origin.map(|origin| origin.node), address: address.to_string() };
        self.handle(Input::LinkUp { link, peer }, cause)
    }

    fn on_dialled(
        &mut self,
        link: LinkId,
        result: Result<Connection, LinkReason>,
        cause: u64,
    ) -> Result<(), Panicked> {
        let socket = result.and_then(|opened| Socket::new(opened).map_err(|_| LinkReason::Reset));
        let input = match socket {
            Ok(socket) => {
                let peer = self.listener(link.port, socket.peer());
                let is_peer_here = socket.is_dialled_here();
                self.open(link, socket, is_peer_here);
                Input::LinkUp { link, peer }
            }
            Err(reason) => Input::LinkDown { link, reason },
        };
        self.handle(input, Some(cause))
    }

    fn on_call(&mut self, call: CallId, caller: Caller, input: Input) -> Result<(), Panicked> {
        if self.calls.len() >= CALLS_MAX {
            tracing::warn!(node = %self.host.name(), "too many requests wait for a reply: one more is refused");
            return Ok(());
        }
        let cause = self.shared.causes.dialler(caller.client).map(|origin| origin.record);
        self.calls.insert(call, caller);
        self.handle(input, cause)
    }

    fn listener(&self, port: Port, address: SocketAddr) -> Peer {
        let address = address.to_string();
        let is_lab = self.shared.addresses.get(&port.socket()).is_some_and(|known| *known == address);
        Peer { node: is_lab.then(|| NodeName::from(port.listener())), address }
    }

    fn open(&mut self, link: LinkId, socket: Socket, is_peer_here: bool) {
        let Shared { causes, tasks, .. } = &*self.shared;
        let open = Link::open(link, socket, &self.inbox, is_peer_here.then_some(causes), tasks);
        self.links.insert(link, open);
    }

    fn handle(&mut self, input: Input, cause: Option<u64>) -> Result<(), Panicked> {
        let now = self.shared.clock.now();
        let cause = self.shared.recorder.record(now, self.host.name(), cause, What::In(input.clone()));
        let (host, component) = (&mut self.host, self.component.as_mut());
        let outputs = catch_unwind(AssertUnwindSafe(|| host.handle(component, input, now)))
            .map_err(|panic| Panicked(panic_text(panic.as_ref())))?;
        // All are recorded before the first one acts: what the component says about this input stands before
        // what others do about it.
        let records: Vec<u64> = outputs.iter().map(|output| self.record_output(now, cause, output)).collect();
        for (output, record) in outputs.into_iter().zip(records) {
            self.apply(output, record);
        }
        Ok(())
    }

    fn record_output(&self, now: Time, cause: u64, output: &Output) -> u64 {
        self.shared.recorder.record(now, self.host.name(), Some(cause), What::Out(output.clone()))
    }

    fn apply(&mut self, output: Output, record: u64) {
        match output {
            Output::Send { link, bytes } => self.send(link, bytes.0, record),
            Output::Dial { link, address } => self.dial(link, &address, record),
            Output::Close { link, .. } => {
                self.dialling.remove(&link);
                self.links.remove(&link);
            }
            Output::Call { call, port, request } => self.call(call, port, request, record),
            Output::Reply { call, response } => self.reply(call, response, record),
            Output::Arm { key, at } => {
                self.timers.insert(key, (at, record));
            }
            Output::Cancel { key } => {
                self.timers.remove(&key);
            }
            Output::Store { key, value } => self.store.set(key, value),
            Output::Note(_) => {}
        }
    }

    fn send(&mut self, link: LinkId, bytes: Bytes, record: u64) {
        let Some(open) = self.links.get(&link) else { return };
        if open.send(bytes, record) == Err(SendError::Full) {
            self.links.remove(&link);
            self.own.push_back((Input::LinkDown { link, reason: LinkReason::Overflow }, Some(record)));
        }
    }

    fn dial(&mut self, link: LinkId, address: &Address, record: u64) {
        self.dialling.insert(link);
        let address = match address {
            Address::Lab => self.shared.addresses.get(&link.port.socket()).cloned(),
            Address::At(address) => Some(address.clone()),
        };
        let (node, inbox, causes) =
            (self.host.name().clone(), self.inbox.clone(), Arc::clone(&self.shared.causes));
        self.shared.tasks.spawn(async move {
            let connecting = async {
                let address = address.ok_or(LinkReason::Unreachable)?;
                connect(&address, &node, record, &causes).await.map_err(|error| dial_reason(&error))
            };
            let result = timeout(CONNECT_DEADLINE, connecting).await.unwrap_or(Err(LinkReason::Unreachable));
            let _ = inbox.send(Event::Dialled { link, result, cause: record }).await;
        });
    }

    fn call(&self, call: CallId, port: Port, request: Request, record: u64) {
        let address = self.shared.addresses.get(&port.socket()).cloned();
        let (node, inbox, causes) =
            (self.host.name().clone(), self.inbox.clone(), Arc::clone(&self.shared.causes));
        self.shared.tasks.spawn(async move {
            let (result, cause) = http_client::call(node, record, address, request, causes).await;
            let _ = inbox.send(Event::Reply { call, result, cause }).await;
        });
    }

    fn reply(&mut self, call: CallId, response: Response, record: u64) {
        let Some(caller) = self.calls.remove(&call) else { return };
        self.shared.causes.replying(caller.client, record);
        // A client that has left meanwhile gets nothing.
        let _ = caller.reply.send(response);
    }

    fn record(&self, cause: Option<u64>, what: What) {
        self.shared.recorder.record(self.shared.clock.now(), self.host.name(), cause, what);
    }
}

fn dial_reason(error: &io::Error) -> LinkReason {
    if error.kind() == io::ErrorKind::ConnectionRefused {
        LinkReason::Refused
    } else {
        LinkReason::Unreachable
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

/// Far enough away for "no timer".
pub(crate) const NEVER: Duration = Duration::from_hours(24);
