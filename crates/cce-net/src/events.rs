//! The inputs that an actor makes of its events, and the links that it opens and ends for them.

use crate::{
    actor::{Actor, Ending, Panicked},
    byte_stream::ByteStream,
    config::{CALLS_MAX, LINKS_MAX},
    connection_limits::ConnectionPermit,
    event::{Ends, Event, Life, Outcome, PendingReply},
    link::{ConnectionGuard, Link, Socket},
    remaining::RemainingEntry,
    socket::{Connection, reset},
};
use bytes::Bytes;
use cce_courier::{Manner, Parcel, Payload};
use cce_journal::What;
use cce_kernel::{CallId, Input, LinkId, LinkReason, NodeName, Peer, Port, Request};
use std::net::SocketAddr;

impl Actor {
    pub(crate) fn on_event(&mut self, event: Event) -> Result<(), Panicked> {
        match event {
            Event::BadFrame { link, flaw, cause } => {
                self.on_tail(link, Input::BadFrame { link, flaw }, cause);
            }
            Event::Down { link, reason, cause } => {
                self.on_tail(link, Input::LinkDown { link, reason }, cause);
            }
            Event::Release(ticket) => {
                self.courier.release(ticket);
                self.carry_out();
            }
            Event::Cut(port) => self.cut_port(port),
            Event::Kill => self.end("stopped by the scenario", Ending::Killed),
            Event::Begin(Life(component)) => {
                self.component = Some(component);
                self.begin();
            }
            Event::Secured { link } => {
                if let Some(open) = self.links.get_mut(&link) {
                    open.on_tls_begun();
                }
            }
            Event::Accepted { port, stream, early, permit } => {
                return self.on_accepted(port, stream, early, permit);
            }
            Event::Dialled { link, result, is_lab, cause } if self.dialling.remove(&link).is_some() => {
                return self.on_dialled(link, result, is_lab, cause);
            }
            // The component gave the dial up: nothing more is heard of it.
            Event::Dialled { .. } | Event::End => {}
            Event::Frame { link, bytes, cause } => return self.on_frame(link, bytes, cause),
            // The body's place is given back once the component has it.
            Event::Call { call, port, request, caller, place: _place } => {
                return self.on_call(call, port, request, caller);
            }
            Event::CallGone { call } => return self.on_call_gone(call),
            Event::Reply { call, outcome } => return self.on_reply(call, outcome),
            Event::Command(command) => return self.handle(Input::Command(command), None),
        }
        Ok(())
    }

    fn on_accepted(
        &mut self,
        port: Port,
        stream: ByteStream,
        early: Bytes,
        permit: Option<ConnectionPermit>,
    ) -> Result<(), Panicked> {
        if self.component.is_none() {
            return Ok(());
        }
        if self.links.len() >= LINKS_MAX {
            if let Some(times) = self.warnings.links.due() {
                tracing::warn!(node = %self.host.name(), %port, times, "too many connections: one more is refused");
            }
            reset(stream.tcp());
            return Ok(());
        }
        // A connection that is gone already leaves no trace in the journal.
        let Ok(mut socket) = Socket::new(stream, early, None) else { return Ok(()) };
        let (here, address) = (socket.here().to_string(), socket.peer());
        let link = self.host.accept(port);
        let origin = self.shared.causes.dialler(address);
        // Several ports may have one listener: the one who dialled says which port it is.
        let dialled = origin.as_ref().map_or(port, |origin| origin.port);
        // The lab's own links stay as they are, and behind an upgrade there is no other one.
        if origin.is_none() && port == Port::Xmpp && self.shared.door.is_some() {
            socket.offer_tls();
        }
        let security = socket.security();
        let guard = ConnectionGuard { _remaining: self.present(link, address), _permit: permit };
        let open = Link::open(link, dialled, socket, &self.inbox, origin.is_some(), guard, &self.shared);
        self.links.insert(link, open);
        let cause = origin.as_ref().map(|origin| origin.record);
        let node = origin.map(|origin| origin.node);
        let peer = Peer { node, address: address.to_string(), here, security };
        self.handle(Input::LinkUp { link, peer }, cause)
    }

    fn on_dialled(
        &mut self,
        link: LinkId,
        result: Result<Connection, LinkReason>,
        is_lab: bool,
        cause: u64,
    ) -> Result<(), Panicked> {
        // The port may have been cut while the connection was on its way here.
        let is_closed = self.shared.faults.is_closed(link.port);
        let result = result.and_then(|Connection { stream, early, dialled }| {
            if is_closed {
                reset(stream.tcp());
                return Err(LinkReason::Refused);
            }
            Socket::new(stream, early, dialled).map_err(|_| LinkReason::Reset)
        });
        let input = match result {
            Ok(socket) => {
                let node = is_lab.then(|| NodeName::from(link.port.listener()));
                let (address, here) = (socket.peer().to_string(), socket.here().to_string());
                let is_here = socket.is_dialled_here();
                let guard = ConnectionGuard { _remaining: self.present(link, socket.peer()), _permit: None };
                let security = socket.security();
                let open = Link::open(link, link.port, socket, &self.inbox, is_here, guard, &self.shared);
                self.links.insert(link, open);
                Input::LinkUp { link, peer: Peer { node, address, here, security } }
            }
            Err(reason) => Input::LinkDown { link, reason },
        };
        self.handle(input, Some(cause))
    }

    /// What a stop says of a connection that it waits for.
    fn present(&self, link: LinkId, peer: SocketAddr) -> RemainingEntry {
        self.shared.remaining.enter(format!(
            "the connection of {} at {} with {peer}",
            self.host.name(),
            link.port
        ))
    }

    fn on_frame(&mut self, link: LinkId, bytes: Bytes, cause: Option<u64>) -> Result<(), Panicked> {
        let Some(open) = self.links.get(&link).filter(|open| !open.is_closing && !open.is_deaf()) else {
            return Ok(());
        };
        // What a component of this process sent was judged where it left.
        if open.is_outside() && self.shared.recorder.is_directed() {
            let input = Input::Frame { link, bytes: bytes.clone().into() };
            self.enter(&input, Payload::Frame { link, bytes, manner: Manner::WHOLE });
            return Ok(());
        }
        self.handle(Input::Frame { link, bytes: bytes.into() }, cause)
    }

    /// What ends the bytes of a link comes behind them.
    fn on_tail(&mut self, link: LinkId, input: Input, cause: Option<u64>) {
        self.courier.pass(Parcel::Tail { link, input, cause });
        self.carry_out();
    }

    fn on_call(
        &mut self,
        call: CallId,
        port: Port,
        request: Request,
        caller: PendingReply,
    ) -> Result<(), Panicked> {
        // Dropping the caller answers 503.
        if self.component.is_none() || caller.client.broken.is_cancelled() {
            return Ok(());
        }
        if self.clients.len() >= CALLS_MAX {
            if let Some(times) = self.warnings.calls.due() {
                let node = self.host.name();
                tracing::warn!(%node, times, "too many requests wait for a reply: one more is refused");
            }
            return Ok(());
        }
        let origin = self.shared.causes.dialler(caller.client.address);
        if origin.is_none() && self.shared.recorder.is_directed() {
            self.clients.insert(call, caller);
            let input = Input::Call { call, port, request: request.clone() };
            self.enter(&input, Payload::Request { call, port, request });
            return Ok(());
        }
        self.clients.insert(call, caller);
        self.asked.insert(call);
        self.handle(Input::Call { call, port, request }, origin.map(|origin| origin.record))
    }

    fn on_call_gone(&mut self, call: CallId) -> Result<(), Panicked> {
        self.clients.remove(&call);
        // A request that is held never came to the component, which need not hear that it is gone.
        if self.courier.forget_request(call) {
            self.carry_out();
            return Ok(());
        }
        if !self.asked.remove(&call) {
            return Ok(());
        }
        self.handle(Input::CallGone { call }, None)
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome) -> Result<(), Panicked> {
        let Outcome { result, cause, is_inside, connection, place: _place } = outcome;
        // A merge of journals finds the other end of an exchange by its connection.
        if let Some(Ends { here, there }) = connection {
            let (here, there) = (here.to_string(), there.to_string());
            self.record(None, What::Connected { call, here, there });
        }
        let input = Input::Reply { call, result: result.clone() };
        if is_inside || !self.shared.recorder.is_directed() {
            return self.arrive(input, cause);
        }
        self.enter(&input, Payload::Outcome { call, result, cause });
        Ok(())
    }

    /// Does with what enters from outside the lab what the director wants.
    fn enter(&mut self, input: &Input, message: Payload) {
        let treatment = self.shared.recorder.enter(self.shared.clock.now(), self.host.name(), input);
        self.treat(message, treatment);
    }

    /// Takes something in, unless it is about something that is over by now.
    pub(crate) fn arrive(&mut self, input: Input, cause: Option<u64>) -> Result<(), Panicked> {
        match &input {
            Input::Frame { link, .. } | Input::BadFrame { link, .. }
                if !self.is_heard(*link) || self.is_deaf(*link) =>
            {
                Ok(())
            }
            Input::LinkDown { link, .. } => {
                let (link, is_heard) = (*link, self.is_heard(*link));
                self.links.remove(&link);
                self.courier.forget_link(link);
                self.carry_out();
                if is_heard { self.handle(input, cause) } else { Ok(()) }
            }
            Input::Call { call, .. } => {
                self.asked.insert(*call);
                self.handle(input, cause)
            }
            Input::Reply { call, result } => {
                let Some(calling) = self.calling.remove(call) else { return Ok(()) };
                self.courier.answered(*call);
                // A response is due to the one who replied, a failure to the request that failed.
                let cause = cause.or_else(|| result.is_err().then_some(calling.record));
                self.handle(input, cause)
            }
            Input::Start { .. }
            | Input::LinkUp { .. }
            | Input::Frame { .. }
            | Input::BadFrame { .. }
            | Input::CallGone { .. }
            | Input::Timer(_)
            | Input::Command(_) => self.handle(input, cause),
        }
    }

    /// Whether TLS is about to begin on that link.
    fn is_deaf(&self, link: LinkId) -> bool {
        self.links.get(&link).is_some_and(Link::is_deaf)
    }

    /// Whether the component did not close that link.
    fn is_heard(&self, link: LinkId) -> bool {
        self.links.get(&link).is_some_and(|open| !open.is_closing)
    }
}
