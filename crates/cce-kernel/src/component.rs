//! How a component is called.

use crate::{
    Address, Blob, CloseReason, Entropy, HostClock, Input, Output, Request, Response, Rng, Time, TimerKey,
    fork, rng::SecretRng,
};
use cce_model::{CallId, Fact, LinkId, NodeName, Port, Wall};
use dyn_clone::DynClone;
use rand::RngExt;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use uuid::Uuid;

/// A pure state machine: it owns no socket, clock, thread, global or random source. So it is a value: a copy of it goes on from the
/// same state, and shares nothing with it.
pub trait Component: DynClone + Send + Sync {
    /// Takes in one input, and appends what follows from it to the outbox of `cx`.
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>);
}

dyn_clone::clone_trait_object!(Component);

/// Makes a component anew, by its name: a restart. `None` where there is no such component.
pub type Build = Arc<dyn Fn(&NodeName) -> Option<Box<dyn Component>> + Send + Sync>;

/// What belongs to one component from one call to the next, whoever drives it. It outlives a restart of the
/// component, so that connection and call numbers are never used twice.
#[derive(Clone, Debug)]
pub struct Host {
    name: NodeName,
    seed: u64,
    clock: HostClock,
    generators: BTreeMap<&'static str, Rng>,
    secrets: SecretRng,
    last_link: u32,
    last_call: u64,
    over_meanwhile: BTreeMap<&'static str, u64>,
}

impl Host {
    /// A host for the component `name` in a run of `seed`.
    pub fn new(name: NodeName, seed: u64, clock: HostClock) -> Self {
        let secrets = SecretRng::of_seed(seed, name.as_str());
        Self {
            name,
            seed,
            clock,
            generators: BTreeMap::new(),
            secrets,
            last_link: 0,
            last_call: 0,
            over_meanwhile: BTreeMap::new(),
        }
    }

    /// The component's name.
    pub fn name(&self) -> &NodeName {
        &self.name
    }

    /// How often the component passed something over because it was over meanwhile, by what that was. No record holds it:
    /// it follows from the inputs.
    pub fn over_meanwhile(&self) -> &BTreeMap<&'static str, u64> {
        &self.over_meanwhile
    }

    /// Numbers a connection that a driver accepts for the component.
    pub fn accept(&mut self, port: Port) -> LinkId {
        self.last_link += 1;
        LinkId { port, number: self.last_link }
    }

    /// Calls the component, and returns what it asks for, in order.
    pub fn handle(&mut self, component: &mut dyn Component, input: Input, now: Time) -> Vec<Output> {
        if let Input::LinkUp { link, .. } = &input {
            // In a replay nobody calls `accept`; the record says which number was given.
            self.last_link = self.last_link.max(link.number);
        }
        if let Input::Start { entropy: Entropy::Drawn(bytes), .. } = &input {
            self.secrets = SecretRng::drawn(&bytes.0);
        }
        let mut out = Vec::new();
        component.handle(input, &mut Cx { now, host: self, out: &mut out });
        out
    }
}

/// The surroundings of one call: the time, the generators, and the outbox.
#[derive(Debug)]
pub struct Cx<'a> {
    now: Time,
    host: &'a mut Host,
    out: &'a mut Vec<Output>,
}

impl Cx<'_> {
    /// The run's own time. It does not move during a call.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The host's calendar clock.
    pub fn wall(&self) -> Wall {
        self.host.clock.read(self.now)
    }

    /// How the host's calendar clock is set.
    pub fn clock(&self) -> &HostClock {
        &self.host.clock
    }

    /// The component's own generator for one purpose.
    pub fn rng(&mut self, purpose: &'static str) -> &mut Rng {
        let Host { name, seed, generators, .. } = &mut *self.host;
        generators.entry(purpose).or_insert_with(|| fork(*seed, &format!("{name} {purpose}")))
    }

    /// What nobody guesses who has not been told, as long as the driver drew for this life. Of use where who knows something
    /// may act on it.
    pub fn secret(&mut self) -> [u8; 16] {
        self.host.secrets.draw()
    }

    /// A random UUID (RFC 9562, version 4) of that generator.
    pub fn uuid(&mut self, purpose: &'static str) -> Uuid {
        let random: u128 = self.rng(purpose).random();
        uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid()
    }

    /// Sends bytes on a connection.
    pub fn send(&mut self, link: LinkId, bytes: impl Into<Blob>) {
        self.out.push(Output::Send { link, bytes: bytes.into() });
    }

    /// Lets `act` fill an outbox, and passes everything that it sent through `rewrite`.
    pub fn rewrite_sends(
        &mut self,
        act: impl FnOnce(&mut Cx<'_>),
        mut rewrite: impl FnMut(LinkId, Blob) -> Blob,
    ) {
        let mut out = Vec::new();
        act(&mut Cx { now: self.now, host: &mut *self.host, out: &mut out });
        self.out.extend(out.into_iter().map(|output| {
            if let Output::Send { link, bytes } = output {
                Output::Send { link, bytes: rewrite(link, bytes) }
            } else {
                output
            }
        }));
    }

    /// Opens a connection; `LinkUp` or `LinkDown` of the returned link follows.
    pub fn dial(&mut self, port: Port, address: Address) -> LinkId {
        let link = self.host.accept(port);
        self.out.push(Output::Dial { link, address });
        link
    }

    /// Secures a connection: what is sent next is the last in plain. See [`Output::Secure`].
    pub fn secure(&mut self, link: LinkId) {
        self.out.push(Output::Secure { link });
    }

    /// Closes a connection. Nothing more is heard of it.
    pub fn close(&mut self, link: LinkId, reason: CloseReason) {
        self.out.push(Output::Close { link, reason });
    }

    /// Makes an HTTP request; `Reply` of the returned call follows.
    pub fn call(&mut self, port: Port, request: Request) -> CallId {
        self.host.last_call += 1;
        let call = CallId(self.host.last_call);
        self.out.push(Output::Call { call, port, request });
        call
    }

    /// Answers an HTTP request.
    pub fn reply(&mut self, call: CallId, response: Response) {
        self.out.push(Output::Reply { call, response });
    }

    /// Arms a timer that is due after `wait`; one that is armed under the same key is replaced.
    pub fn arm(&mut self, key: TimerKey, wait: Duration) {
        self.out.push(Output::Arm { key, at: self.now + wait });
    }

    /// Disarms a timer, if it is armed.
    pub fn cancel(&mut self, key: TimerKey) {
        self.out.push(Output::Cancel { key });
    }

    /// Keeps a value for the component's next life.
    pub fn store(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.out.push(Output::Store { key: key.into(), value: Some(value.into()) });
    }

    /// Drops a value that was kept.
    pub fn forget(&mut self, key: impl Into<String>) {
        self.out.push(Output::Store { key: key.into(), value: None });
    }

    /// Counts an input, or an answer, that has no consequence because `what` it is about was over when it arrived. What a
    /// peer did wrong is a fact instead, and what cannot be is asserted.
    pub fn over_meanwhile(&mut self, what: &'static str) {
        *self.host.over_meanwhile.entry(what).or_default() += 1;
    }

    /// Says what happened.
    pub fn note(&mut self, fact: Fact) {
        self.out.push(Output::Note(fact));
    }

    /// Says what the other end of a link did wrong: with which message, and what is wrong with it.
    pub fn note_peer_error(&mut self, link: LinkId, message: &str, detail: impl Into<String>) {
        self.note(Fact::PeerError { link, message: message.to_owned(), detail: detail.into() });
    }
}
