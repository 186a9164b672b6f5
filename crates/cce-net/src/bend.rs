//! What components ask for, and what becomes of it on the way.

use crate::{
    actor::{Actor, Calling, Own},
    causes::Origin,
    config::CALLING_MAX,
    holds::{Gone, Pushed, Wait},
    http_client,
    link::{SendError, joined},
    parcel::{Caller, Manner, Parcel, Part, Stream},
};
use bytes::Bytes;
use cce_journal::{Bend, Bent, Treatment, What};
use cce_kernel::{CallError, Carrier, Input, LinkId, LinkReason, Output, Port};
use std::{collections::VecDeque, sync::Arc};

/// Who let a message go that was held back, where nobody did.
const DRIVER: &str = "the driver: too much is held back";

impl Actor {
    pub(crate) fn apply(&mut self, output: Output, treatment: Treatment, record: u64) {
        match output {
            Output::Send { link, bytes } => {
                let part = Part { bytes: bytes.0, record };
                self.treat(Parcel::Bytes { link, part, manner: Manner::Whole }, treatment);
            }
            Output::Dial { link, address } => self.dial(link, &address, record),
            Output::Close { link, .. } => self.close(link),
            Output::Call { call, port, .. } if self.calling.len() >= CALLING_MAX => {
                if let Some(times) = self.complaints.calling.due() {
                    tracing::warn!(node = %self.host.name(), times, "too many requests are under way: one more is not made");
                }
                self.calling.insert(call, Calling { port, record, task: None });
                let (result, cause) = (Err(CallError::Unreachable), Some(record));
                self.own.push_back(Own::Arrival(Parcel::Outcome { call, result, cause }));
            }
            Output::Call { call, port, request } => {
                self.calling.insert(call, Calling { port, record, task: None });
                self.treat(Parcel::Call { call, port, request, record }, treatment);
            }
            Output::Reply { call, response } => {
                let Some(caller) = self.calls.remove(&call) else { return };
                self.treat(Parcel::Reply { call, caller, response, record }, treatment);
            }
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

    /// Does with a message what the director wants.
    pub(crate) fn treat(&mut self, parcel: Parcel, treatment: Treatment) {
        match treatment {
            Treatment::Pass => self.pass(parcel),
            Treatment::Overtake => self.post(parcel),
            Treatment::Delay { by, alone } => {
                let wait = self.holds.until(self.shared.clock.now() + by);
                self.hold(wait, parcel, alone);
            }
            Treatment::Hold { ticket, alone } => self.hold(Wait::Ticket(ticket), parcel, alone),
            Treatment::Drop => self.lose(parcel),
            Treatment::Duplicate => self.pass_twice(parcel),
            Treatment::Replace(bytes) => self.pass(parcel.replaced(bytes)),
            Treatment::Cut => self.cut(parcel),
            Treatment::Split(size) => self.pass(parcel.written(Manner::Pieces(size))),
            Treatment::Coalesce => self.pass(parcel.written(Manner::WithNext)),
        }
    }

    /// Lets go what waited for that, and what waited behind it.
    pub(crate) fn release(&mut self, wait: Wait) {
        let going = self.holds.release(wait);
        self.let_go(going);
    }

    /// Breaks every connection of a port, and every request that was made through it.
    pub(crate) fn cut_port(&mut self, port: Port) {
        let links: Vec<LinkId> =
            self.links.iter().filter(|(_, open)| open.port == port).map(|(link, _)| *link).collect();
        for link in links {
            self.break_link(link, None);
        }
        let is_broken = |calling: &Calling| calling.port == port && calling.task.is_some();
        for (call, calling) in self.calling.iter_mut().filter(|(_, calling)| is_broken(calling)) {
            if let Some(task) = calling.task.take() {
                task.abort();
            }
            let (result, cause) = (Err(CallError::Broken), Some(calling.record));
            self.own.push_back(Own::Arrival(Parcel::Outcome { call: *call, result, cause }));
        }
    }

    fn hold(&mut self, wait: Wait, parcel: Parcel, is_alone: bool) {
        self.make_room(parcel.size());
        self.holds.hold(wait, parcel, is_alone);
    }

    /// Lets the oldest go as long as too much is held.
    fn make_room(&mut self, size: usize) {
        while let Some(pushed) = self.holds.make_room(size) {
            self.push(pushed);
        }
    }

    fn push(&mut self, pushed: Pushed) {
        let bend = match pushed.wait {
            Wait::Ticket(ticket) => Bend::Expired(ticket),
            Wait::Until(..) => Bend::Hurried,
        };
        self.record(pushed.record, What::Bent(Bent { by: DRIVER.to_owned(), bend }));
        self.let_go(pushed.going);
    }

    /// What was held on a connection that is gone is gone, too.
    pub(crate) fn forget_link(&mut self, link: LinkId) {
        let gone = self.holds.forget_link(link);
        self.tell_gone(gone);
    }

    /// Whoever would release them hears that there is nothing to release any more.
    pub(crate) fn tell_gone(&self, gone: Vec<Gone>) {
        for (ticket, cause) in gone {
            let bent = Bent { by: cce_journal::DRIVER.to_owned(), bend: Bend::Gone(ticket) };
            self.record(cause, What::Bent(bent));
        }
    }

    fn let_go(&mut self, parcels: VecDeque<Parcel>) {
        for parcel in parcels {
            self.post(parcel);
        }
    }

    /// Sends a message on its way, behind whatever is held on its stream.
    pub(crate) fn pass(&mut self, parcel: Parcel) {
        if parcel.stream().is_some_and(|stream| self.holds.is_held(stream)) {
            self.make_room(parcel.size());
        }
        if let Some(parcel) = self.holds.queue(parcel) {
            self.post(parcel);
        }
    }

    /// Sends a message on its way.
    fn post(&mut self, parcel: Parcel) {
        match parcel {
            Parcel::Bytes { link, part, manner } => self.send(link, part, manner),
            Parcel::Close(link) => self.close_now(link),
            Parcel::Call { call, port, request, record } => {
                let task = self.make_call(call, port, request, record);
                if let Some(calling) = self.calling.get_mut(&call) {
                    calling.task = Some(task);
                }
            }
            Parcel::Reply { caller, response, record, .. } => {
                self.shared.causes.replying(caller.client.address, record);
                // A client that has left meanwhile gets nothing.
                let _ = caller.reply.send(response);
            }
            Parcel::Frame { link, bytes, manner } => self.let_in(link, bytes, manner),
            Parcel::Abandoned(caller) => caller.client.broken.cancel(),
            Parcel::Tail { link, .. } => {
                let rest = self.holds.unglue(Stream::In(link));
                rest.into_iter().for_each(|part| self.let_in(link, part.bytes, Manner::Whole));
                self.own.push_back(Own::Arrival(parcel));
            }
            Parcel::Request { .. } | Parcel::Outcome { .. } => self.own.push_back(Own::Arrival(parcel)),
        }
    }

    fn send(&mut self, link: LinkId, part: Part, manner: Manner) {
        let stream = Stream::Out(link);
        let Some(part) = self.glued(stream, part, manner) else { return };
        let before = self.holds.unglue(stream);
        let Some(open) = self.links.get(&link) else { return };
        let record = part.record;
        if open.send(&before, part, manner) == Err(SendError::Full) {
            self.links.remove(&link);
            self.forget_link(link);
            let down = Input::LinkDown { link, reason: LinkReason::Overflow };
            self.own.push_back(Own::Input(down, Some(record)));
        }
    }

    /// What is to be written with the next message waits for it, unless too much waits already.
    fn glued(&mut self, stream: Stream, part: Part, manner: Manner) -> Option<Part> {
        if manner == Manner::WithNext { self.holds.glue(stream, part) } else { Some(part) }
    }

    /// Lets bytes in from outside the lab. On a framed port whole messages stay whole.
    fn let_in(&mut self, link: LinkId, bytes: Bytes, manner: Manner) {
        let stream = Stream::In(link);
        let Some(Part { bytes, .. }) = self.glued(stream, Part { bytes, record: 0 }, manner) else { return };
        let before = self.holds.unglue(stream);
        let size = if let Manner::Pieces(size) = manner { size } else { usize::MAX };
        let pieces: Vec<Bytes> = if link.port.carrier() == Carrier::Stream {
            pieces(&joined(&before, bytes), size)
        } else {
            before.into_iter().map(|part| part.bytes).chain([bytes]).collect()
        };
        for bytes in pieces {
            self.own.push_back(Own::Arrival(Parcel::Frame { link, bytes, manner: Manner::Whole }));
        }
    }

    fn pass_twice(&mut self, parcel: Parcel) {
        match &parcel {
            Parcel::Call { port, request, record, .. } => {
                let origin = Origin { node: self.host.name().clone(), port: *port, record: *record };
                // Its outcome is discarded, and the end of the run does not wait for it.
                let calling = http_client::call(origin, request.clone(), Arc::clone(&self.shared));
                self.shared.tasks.spawn(self.shared.stop.clone().run_until_cancelled_owned(calling));
            }
            Parcel::Request { port, request, .. } => {
                let (call, port, request) = (self.next_call(), *port, request.clone());
                self.pass(Parcel::Request { call, port, request, caller: None });
            }
            Parcel::Bytes { link, part, manner } => {
                self.pass(Parcel::Bytes { link: *link, part: part.clone(), manner: *manner });
            }
            Parcel::Frame { link, bytes, manner } => {
                self.pass(Parcel::Frame { link: *link, bytes: bytes.clone(), manner: *manner });
            }
            Parcel::Close(_)
            | Parcel::Reply { .. }
            | Parcel::Tail { .. }
            | Parcel::Outcome { .. }
            | Parcel::Abandoned(_) => {}
        }
        self.pass(parcel);
    }

    /// A message is lost. Who waits for it, or for its answer, hears so after a while.
    fn lose(&mut self, parcel: Parcel) {
        let left = match parcel {
            Parcel::Call { call, record, .. } => {
                Parcel::Outcome { call, result: Err(CallError::Timeout), cause: Some(record) }
            }
            Parcel::Outcome { call, cause, .. } => {
                Parcel::Outcome { call, result: Err(CallError::Timeout), cause }
            }
            Parcel::Reply { caller, .. } | Parcel::Request { caller: Some(caller), .. } => {
                Parcel::Abandoned(caller)
            }
            Parcel::Bytes { .. }
            | Parcel::Close(_)
            | Parcel::Frame { .. }
            | Parcel::Tail { .. }
            | Parcel::Request { caller: None, .. }
            | Parcel::Abandoned(_) => return,
        };
        let wait = self.holds.until(self.shared.clock.now() + self.shared.response_deadline);
        self.hold(wait, left, true);
    }

    /// A message is lost, and its connection with it.
    fn cut(&mut self, parcel: Parcel) {
        let break_caller = |caller: &Caller| caller.client.broken.cancel();
        match parcel {
            Parcel::Bytes { link, part, .. } => self.break_link(link, Some(part.record)),
            Parcel::Frame { link, .. } | Parcel::Tail { link, .. } => self.break_link(link, None),
            Parcel::Call { call, record, .. } => self.break_call(call, Some(record)),
            Parcel::Outcome { call, cause, .. } => self.break_call(call, cause),
            Parcel::Reply { caller, .. } | Parcel::Abandoned(caller) => break_caller(&caller),
            Parcel::Request { caller, .. } => caller.iter().for_each(break_caller),
            Parcel::Close(_) => {}
        }
    }

    fn break_call(&mut self, call: cce_kernel::CallId, cause: Option<u64>) {
        let broken = Parcel::Outcome { call, result: Err(CallError::Broken), cause };
        self.own.push_back(Own::Arrival(broken));
    }

    /// A connection breaks: both ends hear of it, but for one that its component closed already.
    fn break_link(&mut self, link: LinkId, cause: Option<u64>) {
        let Some(open) = self.links.remove(&link) else { return };
        self.forget_link(link);
        if !open.is_closing {
            let down = Input::LinkDown { link, reason: LinkReason::Reset };
            self.own.push_back(Own::Input(down, cause));
        }
        open.break_off();
    }

    /// A component closes a link: it hears nothing more of it, and the other end hears of it behind what was sent.
    fn close(&mut self, link: LinkId) {
        self.dialling.remove(&link);
        let gone = self.holds.forget(Stream::In(link));
        self.tell_gone(gone);
        if self.holds.is_held(Stream::Out(link))
            && let Some(open) = self.links.get_mut(&link)
        {
            open.is_closing = true;
        }
        self.pass(Parcel::Close(link));
    }

    fn close_now(&mut self, link: LinkId) {
        let mut rest = self.holds.unglue(Stream::Out(link));
        if let (Some(open), Some(last)) = (self.links.remove(&link), rest.pop()) {
            // The link is closed all the same.
            let _ = open.send(&rest, last, Manner::Whole);
        }
    }
}

fn pieces(bytes: &Bytes, size: usize) -> Vec<Bytes> {
    let size = size.clamp(1, bytes.len().max(1));
    let piece = |start: usize| bytes.slice(start..bytes.len().min(start + size));
    (0..bytes.len()).step_by(size).map(piece).collect()
}
