//! The outputs of a component and the acts of its courier, carried out on sockets.
//!
//! Outputs enter in the order of their records; acts leave in the order of the courier, none before the changes that it may
//! follow from are on disk.

use crate::{
    actor::{Actor, Calling, OwnEvent},
    causes::Origin,
    config::CALLING_MAX,
    gate::Leaving,
    http_client,
    link::{Link, SendError},
    store::Durability,
};
use cce_courier::{Act, Manner, Part, Payload, WireAct, Writing};
use cce_journal::{Treatment, What};
use cce_kernel::{CallError, CallId, Input, LinkId, LinkReason, Output, Port, Request};
use std::sync::Arc;
use tokio::time::timeout;

impl Actor {
    pub(crate) fn apply(&mut self, output: Output, treatment: Treatment, record: u64) {
        match output {
            Output::Send { link, bytes } => {
                let part = Part { bytes: bytes.0, record: Some(record) };
                self.treat(Payload::Bytes { link, part, manner: Manner::WHOLE }, treatment);
            }
            Output::Dial { link, address } => self.dial(link, &address, record),
            Output::Close { link, .. } => self.close(link, record),
            Output::Secure { link } => {
                // At once, though the message before the handshake may wait for the disk: what arrives in plain from here on
                // need not be the client's own.
                if let Some(open) = self.links.get_mut(&link) {
                    open.announce_tls();
                }
                self.leave(Leaving::Secure(link));
            }
            Output::Call { call, port, request } => {
                // One that is refused is among them, too, until its outcome arrives.
                self.calling.insert(call, Calling { port, record, task: None });
                if self.calling.len() > CALLING_MAX {
                    return self.refuse_to_call(call, record);
                }
                self.treat(Payload::Call { call, port, request, record }, treatment);
            }
            Output::Reply { call, response } => {
                // A client that has left meanwhile gets nothing.
                if self.asked.remove(&call) {
                    self.treat(Payload::Reply { call, response, record }, treatment);
                }
            }
            Output::Arm { key, at } => {
                self.timers.insert(key, (at, record));
            }
            Output::Cancel { key } => {
                self.timers.remove(&key);
            }
            Output::Store { key, value } => self.store.set(key, value),
            // A fact has no effect beyond its record.
            Output::Note(_) => {}
        }
    }

    /// Does with a message what the director wants.
    pub(crate) fn treat(&mut self, message: Payload, treatment: Treatment) {
        self.courier.treat(message, treatment, self.shared.clock.now());
        self.carry_out();
    }

    /// Does what the courier wants.
    pub(crate) fn carry_out(&mut self) {
        while let Some(act) = self.courier.next_act() {
            match act {
                Act::Record { cause, bent } => self.record(cause, What::Bent(bent)),
                Act::Hear { input, cause } => self.own.push_back(OwnEvent::Arrival(input, cause)),
                Act::HearAgain { port, request } => {
                    let call = self.next_call();
                    self.own.push_back(OwnEvent::Input(Input::Call { call, port, request }, None));
                }
                Act::Wire(act) => self.leave(Leaving::Act(act)),
            }
        }
    }

    /// Lets something go, or has it wait until the changes before it are on disk.
    fn leave(&mut self, leaving: Leaving) {
        if self.gate.is_empty() && self.store.durability() == Durability::All {
            return self.act(leaving);
        }
        self.gate.wait(self.store.last_change(), leaving);
    }

    /// Lets go what waited for changes that are on disk by now.
    pub(crate) fn let_go(&mut self) {
        let kept = match self.store.durability() {
            Durability::All => self.store.last_change(),
            Durability::UpTo(number) => number,
            // The run ends, and nothing leaves that follows from a change that is lost.
            Durability::Failed => return self.gate.clear(),
        };
        while let Some(leaving) = self.gate.next(kept) {
            self.act(leaving);
        }
    }

    fn act(&mut self, leaving: Leaving) {
        let act = match leaving {
            Leaving::Act(act) => act,
            Leaving::Secure(link) => {
                if let Some(open) = self.links.get_mut(&link) {
                    open.secure();
                }
                return;
            }
        };
        match act {
            WireAct::Write { link, parts, writing } => self.write(link, parts, writing),
            WireAct::Close { link, rest, record } => {
                let Some(mut open) = self.links.remove(&link) else { return };
                open.ends_by(Some(record));
                if !rest.is_empty() {
                    // The link is closed all the same.
                    let _ = open.send(rest, None);
                }
            }
            WireAct::Break { link, cause } => self.break_link(link, cause),
            WireAct::Call { call, port, request, record } => {
                let task = self.make_call(call, port, request, record);
                if let Some(calling) = self.calling.get_mut(&call) {
                    calling.task = Some(task);
                }
            }
            WireAct::GiveUp { call } => {
                if let Some(task) = self.calling.get_mut(&call).and_then(|calling| calling.task.take()) {
                    task.abort();
                }
            }
            WireAct::CallAgain { call: _, port, request, record } => self.call_again(port, request, record),
            WireAct::Reply { call, response, record } => {
                if let Some(caller) = self.clients.remove(&call) {
                    self.shared.causes.replying(caller.client.address, record);
                    // A client that has left meanwhile gets nothing.
                    let _ = caller.reply.send(response);
                }
            }
            WireAct::Answer { call, response } => {
                if let Some(caller) = self.clients.remove(&call) {
                    // A client that has left meanwhile gets nothing.
                    let _ = caller.reply.send(response);
                }
            }
            // A component of the lab hears of it as of any connection that breaks, or of its own deadline before.
            WireAct::BreakOff { call, error: _ } => {
                if let Some(caller) = self.clients.remove(&call) {
                    caller.client.broken.cancel();
                }
            }
        }
    }

    fn write(&mut self, link: LinkId, parts: Vec<Part>, writing: Writing) {
        let Some(open) = self.links.get_mut(&link) else { return };
        let record = parts.last().and_then(|part| part.record);
        let size = if let Writing::Pieces(size) = writing { Some(size) } else { None };
        // An actor waits for no send. Of a connection that is gone its reader or its writer tells.
        if open.send(parts, size) == Err(SendError::Full) {
            self.lose_link(link, LinkReason::Overflow, record);
        }
    }

    /// A connection breaks: both ends hear of it.
    fn break_link(&mut self, link: LinkId, cause: Option<u64>) {
        if let Some(open) = self.lose_link(link, LinkReason::Reset, cause) {
            open.ends_by(cause);
            open.break_off();
        }
    }

    /// A connection is gone, and what was held on it. Its component hears of it, unless it closed it already.
    fn lose_link(&mut self, link: LinkId, reason: LinkReason, cause: Option<u64>) -> Option<Link> {
        let open = self.links.remove(&link)?;
        self.courier.forget_link(link);
        if !open.is_closing {
            self.own.push_back(OwnEvent::Input(Input::LinkDown { link, reason }, cause));
        }
        Some(open)
    }

    /// A component closes a link: it hears nothing more of it, and the other end hears of it behind what was sent.
    fn close(&mut self, link: LinkId, record: u64) {
        self.dialling.remove(&link);
        self.courier.close(link, record);
        if let Some(open) = self.links.get_mut(&link) {
            open.is_closing = true;
        }
        self.carry_out();
    }

    /// Breaks every connection of a port, and every request that was made through it.
    pub(crate) fn cut_port(&mut self, port: Port) {
        let links: Vec<LinkId> =
            self.links.iter().filter(|(_, open)| open.port == port).map(|(link, _)| *link).collect();
        for link in links {
            self.break_link(link, None);
        }
        self.carry_out();
        for (call, calling) in self.calling.iter_mut().filter(|(_, calling)| calling.port == port) {
            // A request that is held has no connection yet.
            let Some(task) = calling.task.take() else { continue };
            task.abort();
            let result = Err(CallError::Broken);
            self.own.push_back(OwnEvent::Arrival(Input::Reply { call: *call, result }, None));
        }
    }

    fn refuse_to_call(&mut self, call: CallId, record: u64) {
        if let Some(times) = self.warnings.calling.due() {
            tracing::warn!(node = %self.host.name(), times, "too many requests are under way: one more is not made");
        }
        let result = Err(CallError::Unreachable);
        self.own.push_back(OwnEvent::Arrival(Input::Reply { call, result }, Some(record)));
    }

    /// Makes a request whose outcome is discarded. The end of the run does not wait for it.
    fn call_again(&self, port: Port, request: Request, record: u64) {
        let origin = Origin { node: self.host.name().clone(), port, record };
        let calling = http_client::call(origin, request, Arc::clone(&self.shared));
        // No courier counts how long this call takes, so that it needs a deadline of its own.
        let calling = timeout(self.shared.response_deadline, calling);
        self.shared.tasks.spawn(self.shared.stop.clone().run_until_cancelled_owned(calling));
    }
}
