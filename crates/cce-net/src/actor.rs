//! The task of one component. Events enter by its inbox, each becomes inputs, and the outputs leave by the courier.
//!
//! The task owns the component, and nothing else touches it; so a component takes in one input at a time.

use crate::{
    causes::Origin,
    config::CONNECT_DEADLINE,
    entropy::drawn,
    event::{Event, Inbox, PendingReply},
    gate::Gate,
    http_client,
    link::Link,
    recorder::JudgedRecord,
    shared::Shared,
    socket::{Connection, connect},
    store::Store,
    tls::host_of,
    warning::RareWarning,
    web_socket,
};
use cce_courier::Courier;
use cce_journal::{PANICKED, STOPPED, Ticket, Treatment, What};
use cce_kernel::{
    Address, CallId, Carrier, Component, Host, Input, LinkId, LinkReason, Output, Port, Request, Time,
    TimerKey, Trust,
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::{
    sync::mpsc,
    task::AbortHandle,
    time::{sleep_until, timeout},
};

/// Warnings of a component that are told once a minute at most.
#[derive(Debug, Default)]
pub(crate) struct RareWarnings {
    pub(crate) links: RareWarning,
    pub(crate) calls: RareWarning,
    pub(crate) calling: RareWarning,
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
    /// Who waits for the reply to a request, from its arrival until the reply leaves.
    pub(crate) clients: BTreeMap<CallId, PendingReply>,
    /// The requests that the component has, and has not replied to.
    pub(crate) asked: BTreeSet<CallId>,
    /// Its own requests that wait for their outcome.
    pub(crate) calling: BTreeMap<CallId, Calling>,
    /// Numbers the requests that it gets.
    pub(crate) call_numbers: Arc<AtomicU64>,
    /// Whether the component lives.
    is_alive: Arc<AtomicBool>,
    pub(crate) timers: BTreeMap<TimerKey, (Time, u64)>,
    pub(crate) courier: Courier,
    /// What waits until changes are on disk.
    pub(crate) gate: Gate,
    /// What happens before it looks at its queue again.
    pub(crate) own: VecDeque<OwnEvent>,
    pub(crate) warnings: RareWarnings,
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
pub(crate) enum OwnEvent {
    Input(Input, Option<u64>),
    /// An input that is left out where its link or call is over by then.
    Arrival(Input, Option<u64>),
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
        is_alive: Arc<AtomicBool>,
        shared: Arc<Shared>,
    ) -> Self {
        let courier = Courier::new(shared.response_deadline);
        Self {
            component: Some(component),
            host,
            shared,
            store,
            inbox,
            links: BTreeMap::new(),
            dialling: BTreeMap::new(),
            clients: BTreeMap::new(),
            asked: BTreeSet::new(),
            calling: BTreeMap::new(),
            call_numbers,
            is_alive,
            timers: BTreeMap::new(),
            courier,
            gate: Gate::default(),
            own: VecDeque::new(),
            warnings: RareWarnings::default(),
        }
    }

    /// Runs until the end event. A component that panics is dead until it is started anew.
    pub(crate) async fn run(mut self, mut events: mpsc::Receiver<Event>) {
        let _remaining = self.shared.remaining.enter(format!("the component {}", self.host.name()));
        self.begin();
        loop {
            match self.turn(&mut events).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(Panicked(text)) => {
                    tracing::error!(node = %self.host.name(), "the component panicked: {text}");
                    self.settle().await;
                    self.end(&format!("{PANICKED}{text}"), Ending::Orderly);
                    // Who connects to its links is refused. Its HTTP listeners stay open: clients hear that it is not available.
                    let own =
                        self.shared.listeners.iter().filter(|listener| listener.node() == *self.host.name());
                    own.filter(|listener| listener.port.carrier() != Carrier::Http)
                        .for_each(|listener| listener.set_alive(false));
                }
            }
        }
        self.settle().await;
        self.courier.end_run();
        self.end(STOPPED, Ending::Orderly);
        for (what, times) in self.host.over_meanwhile() {
            tracing::debug!(node = %self.host.name(), times, "passed over, since it was over meanwhile: {what}");
        }
    }

    /// Takes in one event. Says whether to go on.
    async fn turn(&mut self, events: &mut mpsc::Receiver<Event>) -> Result<bool, Panicked> {
        while let Some(own) = self.own.pop_front() {
            match own {
                OwnEvent::Input(input, cause) => self.handle(input, cause)?,
                OwnEvent::Arrival(input, cause) => self.arrive(input, cause)?,
            }
        }
        self.let_go();
        // What waits for the disk is bounded: with more, nothing is taken in until the disk has caught up.
        if self.gate.is_full() || self.store.is_behind() {
            self.store.progress().await;
            return Ok(true);
        }
        let now = self.shared.clock.now();
        if self.courier.wake(now) {
            self.carry_out();
            return Ok(true);
        }
        // The clock says what is due, not which future woke up first.
        if let Some((key, cause)) = self.due(now) {
            self.handle(Input::Timer(key), Some(cause))?;
            return Ok(true);
        }
        let timer = self.timers.values().map(|(at, _)| *at).min();
        let alarm = self.shared.clock.instant(timer.into_iter().chain(self.courier.due()).min());
        let event = tokio::select! {
            // Events first: a timer that comes due meanwhile is seen at the next turn.
            biased;
            // What is on disk comes first: somebody waits for it.
            () = self.store.progress(), if !self.gate.is_empty() => return Ok(true),
            event = events.recv() => event,
            () = sleep_until(alarm) => return Ok(true),
        };
        match event {
            Some(Event::End) | None => Ok(false),
            Some(event) => self.on_event(event).map(|()| true),
        }
    }

    /// Waits until everything that was sent has left.
    async fn settle(&mut self) {
        self.let_go();
        while !self.gate.is_empty() {
            self.store.progress().await;
            self.let_go();
        }
    }

    fn due(&mut self, now: Time) -> Option<(TimerKey, u64)> {
        let (key, _) = self.timers.iter().filter(|(_, (at, _))| *at <= now).min_by_key(|(_, due)| **due)?;
        let key = key.clone();
        self.timers.remove(&key).map(|(_, cause)| (key, cause))
    }

    /// A life begins.
    pub(crate) fn begin(&mut self) {
        self.is_alive.store(true, Ordering::Relaxed);
        self.record(None, What::Started);
        self.own
            .push_back(OwnEvent::Input(Input::Start { stored: self.store.values(), entropy: drawn() }, None));
    }

    /// A life ends, and with it everything that was open or held. Stored values stay, and numbers of links and
    /// calls go on.
    pub(crate) fn end(&mut self, reason: &str, how: Ending) {
        if self.component.take().is_none() {
            return;
        }
        self.is_alive.store(false, Ordering::Relaxed);
        self.record(None, What::Stopped { reason: reason.to_owned() });
        let links = std::mem::take(&mut self.links);
        let clients = std::mem::take(&mut self.clients);
        self.asked.clear();
        if how == Ending::Killed {
            links.into_values().for_each(Link::break_off);
            clients.into_values().for_each(|caller| caller.client.broken.cancel());
        }
        let calling = std::mem::take(&mut self.calling);
        calling.into_values().filter_map(|calling| calling.task).for_each(|task| task.abort());
        std::mem::take(&mut self.dialling).into_values().for_each(|dial| dial.abort());
        self.timers.clear();
        self.courier.end_life();
        self.carry_out();
        // A life that was killed says nothing more. Another one settled before its end.
        self.gate.clear();
        self.own.clear();
    }

    pub(crate) fn next_call(&self) -> CallId {
        CallId(self.call_numbers.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(crate) fn handle(&mut self, input: Input, cause: Option<u64>) -> Result<(), Panicked> {
        if self.component.is_none() {
            return Ok(());
        }
        let now = self.shared.clock.now();
        let recorder = &self.shared.recorder;
        let recorded = What::In(input.clone());
        let JudgedRecord { seq: cause, releases, .. } =
            recorder.judge(now, self.host.name(), cause, recorded, |ticket| self.courier.is_held(ticket));
        // What the record of an input lets go goes before the component hears of the input.
        self.release_all(releases);
        let Some(component) = self.component.as_mut() else { return Ok(()) };
        let host = &mut self.host;
        // A component that panicked is dropped by `end`: nothing looks at its state again.
        let outputs = catch_unwind(AssertUnwindSafe(|| host.handle(component.as_mut(), input, now)))
            .map_err(|panic| Panicked(panic_text(panic.as_ref())))?;
        // All are recorded before the first one acts: what the component says about this input stands before
        // what others do about it.
        for (output, judged) in self.judge(now, cause, outputs) {
            if let Some(output) = output {
                self.apply(output, judged.treatment, judged.seq);
            }
            self.release_all(judged.releases);
        }
        Ok(())
    }

    /// Records the outputs of one input. What one of them holds back a later one may release. A fact has no effect
    /// beyond its record.
    fn judge(&self, now: Time, cause: u64, outputs: Vec<Output>) -> Vec<(Option<Output>, JudgedRecord)> {
        let mut tickets = BTreeSet::new();
        let judge = |output: Output| {
            let kept = (!matches!(output, Output::Note(_))).then(|| output.clone());
            let what = What::Out(output);
            let judged = self.shared.recorder.judge(now, self.host.name(), Some(cause), what, |ticket| {
                tickets.contains(&ticket) || self.courier.is_held(ticket)
            });
            if let Treatment::Hold { ticket, .. } = judged.treatment {
                tickets.insert(ticket);
            }
            (kept, judged)
        };
        outputs.into_iter().map(judge).collect()
    }

    fn release_all(&mut self, tickets: Vec<Ticket>) {
        for ticket in tickets {
            self.courier.release(ticket);
            self.carry_out();
        }
    }

    pub(crate) fn dial(&mut self, link: LinkId, address: &Address, record: u64) {
        let (port, shared) = (link.port.socket(), &self.shared);
        let (address, listener, is_tls) = match address {
            Address::Lab => (None, shared.addresses.get(&port), false),
            Address::At(address) => (Some(address), shared.addresses.get(&port), false),
            Address::LabOverTls => (None, shared.secure_addresses.get(&port), true),
            Address::AtOverTls(address) => (Some(address), shared.secure_addresses.get(&port), true),
        };
        let address = address.or(listener).cloned();
        let is_lab = address.as_ref() == listener;
        let origin = Origin { node: self.host.name().clone(), port: link.port, record };
        let (inbox, shared) = (self.inbox.clone(), Arc::clone(&self.shared));
        let task = self.shared.tasks.spawn(async move {
            shared.faults.pass(link.port).await;
            let connecting = async {
                // A port that was cut refuses, also where its listener stays open for other ports.
                if shared.faults.is_closed(link.port) {
                    return Err(LinkReason::Refused);
                }
                let address = address.ok_or(LinkReason::Unreachable)?;
                let connection = async {
                    let Connection { stream, early, dialled } =
                        connect(&address, origin, &shared.causes).await?;
                    let stream = if is_tls {
                        shared.dials.begin(stream, host_of(&address), Trust::Authority).await?
                    } else {
                        stream
                    };
                    Ok(Connection { stream, early, dialled })
                };
                let connection = connection.await.map_err(|error| dial_reason(&error))?;
                if link.port == Port::XmppWs {
                    web_socket::ask(connection, &address).await
                } else {
                    Ok(connection)
                }
            };
            let result = timeout(CONNECT_DEADLINE, connecting).await.unwrap_or(Err(LinkReason::Unreachable));
            // A component that has ended does not hear it.
            let _ = inbox.send(Event::Dialled { link, result, is_lab, cause: record }).await;
        });
        self.dialling.insert(link, task.abort_handle());
    }

    /// Makes a request on a task of its own, whose outcome is an event of the component.
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
            // A component that has ended does not hear it.
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
    // A panic carries a `&str` where its words are literal, and a `String` where they are formatted.
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
