//! One task for each component. It owns the component and nothing else does.

use crate::{
    causes::{Causes, Origin},
    complaint::Complaint,
    config::CONNECT_DEADLINE,
    door::Door,
    faults::Faults,
    guests::Guest,
    holds::Holds,
    http_client::{self, Outcome},
    link::Link,
    net::{Clock, Connection, connect},
    parcel::{Caller, Parcel},
    recorder::Recorder,
    roll::Roll,
    room::{Place, Room},
    store::Store,
};
use bytes::Bytes;
use cce_journal::{PANICKED, STOPPED, Ticket, What};
use cce_kernel::{
    Address, CallId, Carrier, Command, Component, FrameFlaw, Host, Input, LinkId, LinkReason, Port, Request,
    Time, TimerKey,
};
use std::{
    collections::{BTreeMap, VecDeque},
    fmt, io,
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
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Where everything that happens to a component is queued.
pub(crate) type Inbox = mpsc::Sender<Event>;

/// Something that happens to a component, before it is an input.
#[derive(Debug)]
pub(crate) enum Event {
    Accepted {
        port: Port,
        stream: TcpStream,
        /// Its place among the connections from outside.
        guest: Option<Guest>,
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
        /// The place of its body, until the component has it.
        place: Option<Place>,
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
    /// Who has not ended yet.
    pub(crate) roll: Arc<Roll>,
    /// Room for responses to requests that components make.
    pub(crate) outcomes: Room,
    /// Cancelled when the run ends.
    pub(crate) stop: CancellationToken,
}

/// What may go wrong many times a second.
#[derive(Debug, Default)]
pub(crate) struct Complaints {
    pub(crate) links: Complaint,
    pub(crate) calls: Complaint,
    pub(crate) calling: Complaint,
}

/// One component and what it has open.
pub(crate) struct Actor {
    /// None while it is dead.
    pub(crate) component: Option<Box<dyn Component>>,
    pub(crate) host: Host,
    pub(crate) shared: Arc<Shared>,
    pub(crate) store: Store,
    pub(crate) inbox: Inbox,
    pub(crate) links: BTreeMap<LinkId, Link>,
    /// Links that were dialled and are neither up nor down yet.
    pub(crate) dialling: BTreeMap<LinkId, AbortHandle>,
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
    pub(crate) complaints: Complaints,
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
pub(crate) enum Ending {
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
            dialling: BTreeMap::new(),
            calls: BTreeMap::new(),
            calling: BTreeMap::new(),
            call_numbers,
            timers: BTreeMap::new(),
            holds: Holds::default(),
            own: VecDeque::new(),
            complaints: Complaints::default(),
        }
    }

    /// Runs until the end event. A component that panics is dead until it is started anew.
    pub(crate) async fn run(mut self, mut events: mpsc::Receiver<Event>) {
        let _present = self.shared.roll.enter(format!("the component {}", self.host.name()));
        self.begin();
        loop {
            match self.turn(&mut events).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(Panicked(text)) => {
                    tracing::error!(node = %self.host.name(), "the component panicked: {text}");
                    self.end(&format!("{PANICKED}{text}"), Ending::Orderly);
                    self.shut_links();
                }
            }
        }
        // What is held at the end of the run stays held: nobody could let it go any more.
        self.holds.clear();
        self.end(STOPPED, Ending::Orderly);
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

    /// A life begins.
    pub(crate) fn begin(&mut self) {
        self.record(None, What::Started);
        self.own.push_back(Own::Input(Input::Start { stored: self.store.values() }, None));
    }

    /// A life ends, and with it everything that was open or held. Stored values stay, and numbers of links and
    /// calls go on.
    pub(crate) fn end(&mut self, reason: &str, how: Ending) {
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
        std::mem::take(&mut self.dialling).into_values().for_each(|dial| dial.abort());
        self.timers.clear();
        let gone = self.holds.clear();
        self.tell_gone(gone);
        self.own.clear();
    }

    /// Who connects to a dead component's links is refused. HTTP clients hear that it is not available.
    fn shut_links(&self) {
        let own = self.shared.doors.iter().filter(|door| door.node() == *self.host.name());
        own.filter(|door| door.port.carrier() != Carrier::Http).for_each(|door| door.set_alive(false));
    }

    pub(crate) fn next_call(&self) -> CallId {
        CallId(self.call_numbers.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(crate) fn handle(&mut self, input: Input, cause: Option<u64>) -> Result<(), Panicked> {
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
        let address = match address {
            Address::Lab => self.shared.addresses.get(&link.port.socket()).cloned(),
            Address::At(address) => Some(address.clone()),
        };
        let origin = Origin { node: self.host.name().clone(), port: link.port, record };
        let (inbox, shared) = (self.inbox.clone(), Arc::clone(&self.shared));
        let task = self.shared.tasks.spawn(async move {
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
        self.dialling.insert(link, task.abort_handle());
    }

    /// Makes a request.
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
