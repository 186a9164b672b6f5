//! One task for each component. It owns the component and nothing else does.

use crate::{
    causes::{Causes, Origin},
    config::{CALLS_MAX, CONNECT_DEADLINE, LINKS_MAX},
    door::{Door, reset},
    faults::Faults,
    holds::{Holds, Wait},
    http_client::{self, Outcome},
    link::{Link, Socket},
    net::{Clock, Connection, connect},
    parcel::{Caller, Manner, Parcel},
    recorder::Recorder,
    store::Store,
};
use bytes::Bytes;
use cce_journal::{Ticket, What};
use cce_kernel::{
    Address, CallId, Carrier, Command, Component, FrameFlaw, Host, Input, LinkId, LinkReason, NodeName, Peer,
    Port, Request, Time, TimerKey,
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt, io,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpStream,
    sync::mpsc,
    task::AbortHandle,
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
        caller: Caller,
    },
    CallGone {
        call: CallId,
    },
    Reply {
        call: CallId,
        outcome: Outcome,
    },
    Command(Command),
    /// A message that is held back may go.
    Release(Ticket),
    /// Every connection of a port breaks.
    Cut(Port),
    /// The component's life is over.
    Kill,
    /// Another life of it begins.
    Begin(Life),
    /// The last event: close everything and end.
    End,
}

/// A component that is about to live.
pub(crate) struct Life(pub(crate) Box<dyn Component>);

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Life")
    }
}

/// What all actors of a process share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) recorder: Recorder,
    pub(crate) causes: Arc<Causes>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) tasks: TaskTracker,
    /// Where each listener is, of this process or of another.
    pub(crate) addresses: BTreeMap<Port, String>,
    /// How long a response may take to arrive.
    pub(crate) response_deadline: Duration,
    /// The listeners of this process.
    pub(crate) doors: Vec<Arc<Door>>,
}

/// One component and what it has open.
pub(crate) struct Actor {
    /// None while it is dead.
    component: Option<Box<dyn Component>>,
    pub(crate) host: Host,
    pub(crate) shared: Arc<Shared>,
    pub(crate) store: Store,
    pub(crate) inbox: Inbox,
    pub(crate) links: BTreeMap<LinkId, Link>,
    /// Links that were dialled and are neither up nor down yet.
    pub(crate) dialling: BTreeSet<LinkId>,
    /// Requests that wait for its reply.
    pub(crate) calls: BTreeMap<CallId, Caller>,
    /// Its own requests that wait for their outcome.
    pub(crate) calling: BTreeMap<CallId, Calling>,
    /// Numbers the requests that it gets.
    pub(crate) call_numbers: Arc<AtomicU64>,
    pub(crate) timers: BTreeMap<TimerKey, (Time, u64)>,
    pub(crate) holds: Holds,
    /// What happens before it looks at its queue again.
    pub(crate) own: VecDeque<Own>,
}

/// A request of a component's own.
#[derive(Debug)]
pub(crate) struct Calling {
    pub(crate) port: Port,
    pub(crate) record: u64,
    /// None as long as the request is held back.
    pub(crate) task: Option<AbortHandle>,
}

/// Something that an actor itself makes happen.
pub(crate) enum Own {
    Input(Input, Option<u64>),
    /// Something that enters from outside the lab was let in.
    Arrival(Parcel),
}

/// The component panicked.
pub(crate) struct Panicked(String);

/// How a component's life ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// What was sent is still written.
    Orderly,
    /// As when its process is killed.
    Killed,
}

impl Actor {
    pub(crate) fn new(
        component: Box<dyn Component>,
        host: Host,
        store: Store,
        inbox: Inbox,
        call_numbers: Arc<AtomicU64>,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            component: Some(component),
            host,
            shared,
            store,
            inbox,
            links: BTreeMap::new(),
            dialling: BTreeSet::new(),
            calls: BTreeMap::new(),
            calling: BTreeMap::new(),
            call_numbers,
            timers: BTreeMap::new(),
            holds: Holds::default(),
            own: VecDeque::new(),
        }
    }

    /// Runs until the end event. A component that panics is dead until it is started anew.
    pub(crate) async fn run(mut self, mut events: mpsc::Receiver<Event>) {
        self.begin();
        loop {
            match self.turn(&mut events).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(Panicked(text)) => {
                    tracing::error!(node = %self.host.name(), "the component panicked: {text}");
                    self.end(&format!("panicked: {text}"), Ending::Orderly);
                    self.shut_links();
                }
            }
        }
        self.end("stopped", Ending::Orderly);
    }

    /// Takes in one event. Says whether to go on.
    async fn turn(&mut self, events: &mut mpsc::Receiver<Event>) -> Result<bool, Panicked> {
        while let Some(own) = self.own.pop_front() {
            match own {
                Own::Input(input, cause) => self.handle(input, cause)?,
                Own::Arrival(parcel) => self.arrive(parcel)?,
            }
        }
        let now = self.shared.clock.now();
        if let Some(wait) = self.holds.over(now) {
            self.release(wait);
            return Ok(true);
        }
        // The clock says what is due, not which future woke up first.
        if let Some((key, cause)) = self.due(now) {
            self.handle(Input::Timer(key), Some(cause))?;
            return Ok(true);
        }
        let timer = self.timers.values().map(|(at, _)| *at).min();
        let alarm = self.shared.clock.instant(timer.into_iter().chain(self.holds.due()).min());
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

    fn due(&mut self, now: Time) -> Option<(TimerKey, u64)> {
        let (key, _) = self.timers.iter().filter(|(_, (at, _))| *at <= now).min_by_key(|(_, due)| **due)?;
        let key = key.clone();
        self.timers.remove(&key).map(|(_, cause)| (key, cause))
    }

    fn on_event(&mut self, event: Event) -> Result<(), Panicked> {
        match event {
            Event::BadFrame { link, flaw } => self.on_tail(link, Input::BadFrame { link, flaw }),
            Event::Down { link, reason } => self.on_tail(link, Input::LinkDown { link, reason }),
            Event::Release(ticket) => self.release(Wait::Ticket(ticket)),
            Event::Cut(port) => self.cut_port(port),
            Event::Kill => self.end("stopped by the scenario", Ending::Killed),
            Event::Begin(Life(component)) => {
                self.component = Some(component);
                self.begin();
            }
            Event::Accepted { port, stream } => return self.on_accepted(port, stream),
            Event::Dialled { link, result, cause } if self.dialling.remove(&link) => {
                return self.on_dialled(link, result, cause);
            }
            // The component gave the dial up: nothing more is heard of it.
            Event::Dialled { .. } | Event::End => {}
            Event::Frame { link, bytes, cause } => return self.on_frame(link, bytes, cause),
            Event::Call { call, port, request, caller } => return self.on_call(call, port, request, caller),
            Event::CallGone { call } => return self.on_call_gone(call),
            Event::Reply { call, outcome } => return self.on_reply(call, outcome),
            Event::Command(command) => return self.handle(Input::Command(command), None),
        }
        Ok(())
    }

    /// A life begins.
    fn begin(&mut self) {
        self.record(None, What::Started);
        self.own.push_back(Own::Input(Input::Start { stored: self.store.values() }, None));
    }

    /// A life ends, and with it everything that was open or held. Stored values stay, and numbers of links and
    /// calls go on.
    fn end(&mut self, reason: &str, how: Ending) {
        if self.component.take().is_none() {
            return;
        }
        self.record(None, What::Stopped { reason: reason.to_owned() });
        let links = std::mem::take(&mut self.links);
        let calls = std::mem::take(&mut self.calls);
        if how == Ending::Killed {
            links.into_values().for_each(Link::break_off);
            calls.into_values().for_each(|caller| caller.client.broken.cancel());
        }
        let calling = std::mem::take(&mut self.calling);
        calling.into_values().filter_map(|calling| calling.task).for_each(|task| task.abort());
        self.dialling.clear();
        self.timers.clear();
        self.holds.clear();
        self.own.clear();
    }

    /// Who connects to a dead component's links is refused. HTTP clients hear that it is not available.
    fn shut_links(&self) {
        let own = self.shared.doors.iter().filter(|door| door.node() == *self.host.name());
        own.filter(|door| door.port.carrier() != Carrier::Http).for_each(|door| door.set_alive(false));
    }

    fn on_accepted(&mut self, port: Port, stream: TcpStream) -> Result<(), Panicked> {
        if self.component.is_none() {
            return Ok(());
        }
        if self.links.len() >= LINKS_MAX {
            tracing::warn!(node = %self.host.name(), %port, "too many connections: one more is refused");
            return Ok(());
        }
        let Ok(socket) = Socket::new(Connection { stream, dialled: None }) else { return Ok(()) };
        let address = socket.peer();
        let link = self.host.accept(port);
        let origin = self.shared.causes.dialler(address);
        let dialled = origin.as_ref().map_or(port, |origin| origin.port);
        let open = Link::open(link, dialled, socket, &self.inbox, origin.is_some(), &self.shared);
        self.links.insert(link, open);
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
        let is_closed = self.shared.faults.is_closed(link.port);
        let result = result.and_then(|opened| {
            if is_closed {
                reset(&opened.stream);
                return Err(LinkReason::Refused);
            }
            Socket::new(opened).map_err(|_| LinkReason::Reset)
        });
        let input = match result {
            Ok(socket) => {
                let peer = self.listener(link.port, socket.peer());
                let is_here = socket.is_dialled_here();
                let open = Link::open(link, link.port, socket, &self.inbox, is_here, &self.shared);
                self.links.insert(link, open);
                Input::LinkUp { link, peer }
            }
            Err(reason) => Input::LinkDown { link, reason },
        };
        self.handle(input, Some(cause))
    }

    fn listener(&self, port: Port, address: SocketAddr) -> Peer {
        let address = address.to_string();
        let is_lab = self.shared.addresses.get(&port.socket()).is_some_and(|known| *known == address);
        Peer { node: is_lab.then(|| NodeName::from(port.listener())), address }
    }

    fn on_frame(&mut self, link: LinkId, bytes: Bytes, cause: Option<u64>) -> Result<(), Panicked> {
        let Some(open) = self.links.get(&link).filter(|open| !open.is_closing) else { return Ok(()) };
        if open.is_outside() && self.shared.recorder.is_directed() {
            let input = Input::Frame { link, bytes: bytes.clone().into() };
            self.enter(&input, Parcel::Frame { link, bytes, manner: Manner::Whole });
            return Ok(());
        }
        self.handle(Input::Frame { link, bytes: bytes.into() }, cause)
    }

    /// What ends the bytes of a link comes behind them.
    fn on_tail(&mut self, link: LinkId, input: Input) {
        self.pass(Parcel::Tail { link, input });
    }

    fn on_call(
        &mut self,
        call: CallId,
        port: Port,
        request: Request,
        caller: Caller,
    ) -> Result<(), Panicked> {
        if self.component.is_none() || caller.client.broken.is_cancelled() {
            return Ok(());
        }
        if self.calls.len() >= CALLS_MAX {
            tracing::warn!(node = %self.host.name(), "too many requests wait for a reply: one more is refused");
            return Ok(());
        }
        let origin = self.shared.causes.dialler(caller.client.address);
        if origin.is_none() && self.shared.recorder.is_directed() {
            let input = Input::Call { call, port, request: request.clone() };
            self.enter(&input, Parcel::Request { call, port, request, caller: Some(caller) });
            return Ok(());
        }
        self.calls.insert(call, caller);
        self.handle(Input::Call { call, port, request }, origin.map(|origin| origin.record))
    }

    fn on_call_gone(&mut self, call: CallId) -> Result<(), Panicked> {
        if self.holds.forget_request(call) || self.calls.remove(&call).is_none() {
            return Ok(());
        }
        self.handle(Input::CallGone { call }, None)
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome) -> Result<(), Panicked> {
        let Outcome { result, cause, is_inside } = outcome;
        if is_inside || !self.shared.recorder.is_directed() {
            return self.arrive(Parcel::Outcome { call, result, cause });
        }
        let input = Input::Reply { call, result: result.clone() };
        self.enter(&input, Parcel::Outcome { call, result, cause });
        Ok(())
    }

    /// Does with what enters from outside the lab what the director wants.
    fn enter(&mut self, input: &Input, parcel: Parcel) {
        let treatment = self.shared.recorder.enter(self.shared.clock.now(), self.host.name(), input);
        self.treat(parcel, treatment);
    }

    /// Takes in what was let in, unless it is about something that is over by now.
    fn arrive(&mut self, parcel: Parcel) -> Result<(), Panicked> {
        match parcel {
            Parcel::Frame { link, bytes, .. } if self.is_heard(link) => {
                self.handle(Input::Frame { link, bytes: bytes.into() }, None)
            }
            Parcel::Tail { link, input } => {
                let is_heard = self.is_heard(link);
                if matches!(input, Input::LinkDown { .. }) {
                    self.links.remove(&link);
                    self.holds.forget_link(link);
                }
                if is_heard { self.handle(input, None) } else { Ok(()) }
            }
            Parcel::Request { call, port, request, caller } => {
                self.calls.extend(caller.map(|caller| (call, caller)));
                self.handle(Input::Call { call, port, request }, None)
            }
            Parcel::Outcome { call, result, cause } if self.calling.remove(&call).is_some() => {
                self.handle(Input::Reply { call, result }, cause)
            }
            // About something that is over, or nothing that arrives.
            Parcel::Frame { .. }
            | Parcel::Outcome { .. }
            | Parcel::Bytes { .. }
            | Parcel::Close(_)
            | Parcel::Call { .. }
            | Parcel::Reply { .. }
            | Parcel::Abandoned(_) => Ok(()),
        }
    }

    /// Whether the component did not close that link.
    fn is_heard(&self, link: LinkId) -> bool {
        self.links.get(&link).is_some_and(|open| !open.is_closing)
    }

    pub(crate) fn next_call(&self) -> CallId {
        CallId(self.call_numbers.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn handle(&mut self, input: Input, cause: Option<u64>) -> Result<(), Panicked> {
        let Some(component) = self.component.as_mut() else { return Ok(()) };
        let recorder = &self.shared.recorder;
        let now = self.shared.clock.now();
        let (cause, _) = recorder.record(now, self.host.name(), cause, What::In(input.clone()));
        let host = &mut self.host;
        let outputs = catch_unwind(AssertUnwindSafe(|| host.handle(component.as_mut(), input, now)))
            .map_err(|panic| Panicked(panic_text(panic.as_ref())))?;
        // All are recorded before the first one acts: what the component says about this input stands before
        // what others do about it.
        let name = self.host.name();
        let records: Vec<_> = outputs
            .iter()
            .map(|output| recorder.record(now, name, Some(cause), What::Out(output.clone())))
            .collect();
        for (output, (record, treatment)) in outputs.into_iter().zip(records) {
            self.apply(output, treatment, record);
        }
        Ok(())
    }

    pub(crate) fn dial(&mut self, link: LinkId, address: &Address, record: u64) {
        self.dialling.insert(link);
        let address = match address {
            Address::Lab => self.shared.addresses.get(&link.port.socket()).cloned(),
            Address::At(address) => Some(address.clone()),
        };
        let origin = Origin { node: self.host.name().clone(), port: link.port, record };
        let (inbox, shared) = (self.inbox.clone(), Arc::clone(&self.shared));
        self.shared.tasks.spawn(async move {
            shared.faults.pass(link.port).await;
            let connecting = async {
                if shared.faults.is_closed(link.port) {
                    return Err(LinkReason::Refused);
                }
                let address = address.ok_or(LinkReason::Unreachable)?;
                connect(&address, origin, &shared.causes).await.map_err(|error| dial_reason(&error))
            };
            let result = timeout(CONNECT_DEADLINE, connecting).await.unwrap_or(Err(LinkReason::Unreachable));
            let _ = inbox.send(Event::Dialled { link, result, cause: record }).await;
        });
    }

    /// Makes a request. Nobody hears of the outcome of one that is there twice.
    pub(crate) fn make_call(
        &mut self,
        call: CallId,
        port: Port,
        request: Request,
        record: u64,
    ) -> AbortHandle {
        let origin = Origin { node: self.host.name().clone(), port, record };
        let (inbox, shared) = (self.inbox.clone(), Arc::clone(&self.shared));
        let task = self.shared.tasks.spawn(async move {
            let outcome = http_client::call(origin, request, shared).await;
            let _ = inbox.send(Event::Reply { call, outcome }).await;
        });
        task.abort_handle()
    }

    pub(crate) fn record(&self, cause: Option<u64>, what: What) {
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
