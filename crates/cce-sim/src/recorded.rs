//! The order of a recorded run.
//!
//! As long as everything is said as it was, everything happens as it did, whatever had led to it: what arrived is
//! handed on as it arrived, and only the books of links and calls are kept. From where the run parts from the
//! recorded one, these books say whether something can still happen, and what it is called here.

use crate::{
    Recording, Seeded, Sim,
    order::Sequence,
    outputs::timer,
    queue::{Delivery, Planned},
    recording::{Behind, Fate, Happened, Moment, RecordedOutput},
    stream::{CallKey, LinkEnd},
};
use cce_courier::{Parcel, Part, Payload};
use cce_journal::{Director, Treatment, What};
use cce_kernel::{
    CallError, CallId, HostClock, Input, LinkId, LinkReason, NodeName, Output, Port, Request, Time, TimerKey,
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

/// How long behind the end of the recorded run goes on what was on its way then.
const BEHIND: Duration = Duration::from_micros(1);

/// What happened next in a recorded run happens next, until this run parts from it. What that run does not have takes its
/// place as in a seeded one.
#[derive(Clone, Debug)]
pub struct Recorded {
    otherwise: Seeded,
    /// What each component is to say, as far as it was not said.
    said: BTreeMap<NodeName, VecDeque<RecordedOutput>>,
    end: Time,
    /// Numbers of outputs here, by those of the recorded run.
    here: BTreeMap<u64, u64>,
    /// Something was said or done that the recorded run does not have.
    has_parted: bool,
    /// The components that said something else than in the recorded run.
    parted: BTreeSet<NodeName>,
    /// The ends of links where a message was bent that others wait behind.
    detours: BTreeSet<LinkEnd>,
    /// Connections with somebody outside, by what they were called.
    outside: BTreeMap<LinkEnd, LinkId>,
    /// Calls that arrived, by what they were called.
    calls: BTreeMap<CallKey, CallId>,
    /// Calls from outside that a component never hears of.
    unheard: BTreeSet<CallKey>,
}

/// Something of a recorded run that is going to happen.
#[derive(Clone, Debug)]
pub struct RecordedEvent {
    what: What,
    origin: Origin,
    behind: Vec<Behind>,
}

/// The origin of an event.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// Nothing in the lab.
    Outside,
    /// An attempt to open a connection, and what its listener called that.
    Dial { dialler: LinkEnd, listener: Option<LinkEnd> },
    /// Something on a connection: the end that it left from, and the other one.
    Line { own: LinkEnd, peer: Option<LinkEnd> },
    /// A call. A second copy is replied to in vain.
    Call { caller: CallKey, port: Port, is_copy: bool },
    /// A reply, and who waits for it.
    Reply(Option<CallKey>),
}

impl Sequence for Recorded {
    type Foreseen = RecordedOutput;
    type Event = RecordedEvent;

    fn tie(&mut self) -> u32 {
        self.otherwise.tie()
    }

    fn part(&mut self) {
        self.has_parted = true;
    }

    const FORESEES: bool = true;

    /// The recorded run decides how long a caller waits.
    fn counts_deadlines(&self) -> bool {
        self.has_parted
    }

    fn foresee<D: Director>(
        sim: &mut Sim<D, Self>,
        node: &NodeName,
        output: &Output,
        seq: u64,
        treatment: &Treatment,
    ) -> Option<RecordedOutput> {
        sim.foresee_recorded(node, output, seq, treatment)
    }

    fn fulfil<D: Director>(
        sim: &mut Sim<D, Self>,
        node: &NodeName,
        output: Output,
        seq: u64,
        said: RecordedOutput,
    ) {
        sim.fulfil_recorded(node, output, seq, said);
    }

    fn happen<D: Director>(
        sim: &mut Sim<D, Self>,
        node: &NodeName,
        event: RecordedEvent,
        cause: Option<u64>,
    ) {
        sim.happen_recorded(node, event, cause);
    }
}

impl Recorded {
    /// What the recorded run knows of the next output of a component. None where that said something else.
    fn next(&mut self, node: &NodeName, output: &Output) -> Option<RecordedOutput> {
        if self.parted.contains(node) {
            return None;
        }
        let next = self.said.get_mut(node).and_then(VecDeque::pop_front);
        let said = next.filter(|said| said.output == *output);
        if said.is_none() {
            self.parted.insert(node.clone());
            self.has_parted = true;
        }
        said
    }

    /// Notes that something enters in another way than in the recorded run, or behind something that does.
    pub(crate) fn note_entering(&mut self, node: &NodeName, parcel: &Parcel, treatment: &Treatment) {
        self.has_parted = true;
        if let (
            Parcel::Payload(Payload::Request { call, .. }),
            Treatment::Drop | Treatment::Cut | Treatment::Answer(_),
        ) = (parcel, treatment)
        {
            self.unheard.insert((node.clone(), *call));
        }
    }

    /// Whether somebody outside has the other end of a connection.
    pub(crate) fn is_outside(&self, node: &NodeName, link: LinkId) -> bool {
        self.outside.iter().any(|((at, _), here)| at == node && *here == link)
    }

    /// Notes what is done to a message that the recorded run has, too.
    fn note_bent(&mut self, end: Option<LinkEnd>, treatment: &Treatment) {
        self.has_parted = true;
        if *treatment != Treatment::Drop {
            self.detours.extend(end);
        }
    }
}

impl<D: Director> Sim<D, Recorded> {
    /// A run in which everything happens as it did in a recorded one, until this one parts from it or that one is over. What
    /// that run did not have takes its time as ever.
    pub fn recorded(seed: u64, director: D, recording: Recording) -> Self {
        let Recording { said, events, end } = recording;
        let order = Recorded {
            otherwise: Seeded::new(seed),
            said,
            end,
            here: BTreeMap::new(),
            has_parted: false,
            parted: BTreeSet::new(),
            detours: BTreeSet::new(),
            outside: BTreeMap::new(),
            calls: BTreeMap::new(),
            unheard: BTreeSet::new(),
        };
        let mut sim = Self::in_order(seed, director, order);
        for event in events {
            sim.plan_recorded(event, Origin::Outside, None);
        }
        sim
    }

    /// Has a component that begins to live later, as the recorded run says.
    pub fn enlist(&mut self, name: &NodeName, clock: HostClock) {
        self.put(name, clock, None);
    }

    fn plan_recorded(&mut self, happened: Happened, origin: Origin, cause: Option<u64>) {
        let Happened { moment, node, what, behind } = happened;
        let moment = Moment { at: moment.at.max(self.now), ..moment };
        let what = Delivery::Event(Box::new(RecordedEvent { what, origin, behind }));
        self.queue.plan_at(moment, Planned { stream: None, node, what, cause });
    }

    /// When that goes on which was on its way at the end of the recorded run.
    fn late(&self) -> Time {
        self.now.max(self.order.end + BEHIND)
    }

    /// What the recorded run knows of an output, if what it led to is to happen again.
    fn foresee_recorded(
        &mut self,
        node: &NodeName,
        output: &Output,
        seq: u64,
        treatment: &Treatment,
    ) -> Option<RecordedOutput> {
        let mut said = self.order.next(node, output)?;
        self.order.here.insert(said.seq, seq);
        let end = end_of(node, output);
        if !matches!(treatment, Treatment::Pass | Treatment::Overtake) {
            self.order.note_bent(end, treatment);
            return None;
        }
        if end.is_some_and(|end| self.order.detours.contains(&end)) {
            return None;
        }
        self.record_behind(std::mem::take(&mut said.behind));
        Some(said)
    }

    /// What an output led to happens again.
    fn fulfil_recorded(&mut self, node: &NodeName, output: Output, seq: u64, said: RecordedOutput) {
        let fired = said.fired();
        if let Output::Call { call, port, .. } = &output {
            self.wires.calls.ask((node.clone(), *call), *port, seq);
        }
        let origin = match (&output, said.fate) {
            (Output::Arm { key, at }, _) => {
                return self.arm_recorded(node, key, *at, seq, fired);
            }
            (_, Fate::Open) => Origin::Outside,
            _ => self.origin(node, &output, &said),
        };
        self.raise_floor(node, &output, &said);
        let is_lost = said.fate == Fate::Lost && said.effects.is_empty();
        let mut origin = origin;
        for effect in said.effects {
            let is_call = matches!(effect.what, What::In(Input::Call { .. }));
            self.plan_recorded(effect, origin.clone(), Some(seq));
            if let Origin::Call { is_copy, .. } = &mut origin {
                *is_copy |= is_call;
            }
        }
        match said.fate {
            _ if is_lost => self.lose_recorded(node, output, seq),
            Fate::Open => self.go_on(node, output, seq),
            Fate::Told | Fate::Lost => self.account_for(node, output, seq),
        }
    }

    /// The origin of what an output leads to.
    fn origin(&mut self, node: &NodeName, output: &Output, said: &RecordedOutput) -> Origin {
        match output {
            Output::Dial { link, .. } => {
                Origin::Dial { dialler: (node.clone(), *link), listener: said.accepted(node) }
            }
            Output::Send { link, .. } | Output::Close { link, .. } => {
                let own = (node.clone(), *link);
                let peer = self.wires.line(&own).map(|line| line.peer.clone());
                Origin::Line { own, peer }
            }
            Output::Call { call, port, .. } => {
                Origin::Call { caller: (node.clone(), *call), port: *port, is_copy: false }
            }
            Output::Reply { call, .. } => {
                let waiting = self.wires.calls.close(node, *call);
                Origin::Reply(waiting.map(|waiting| waiting.caller))
            }
            Output::Secure { .. }
            | Output::Arm { .. }
            | Output::Cancel { .. }
            | Output::Store { .. }
            | Output::Note(_) => Origin::Outside,
        }
    }

    /// What leaves later on the same stream in a way of its own arrives later.
    fn raise_floor(&mut self, node: &NodeName, output: &Output, said: &RecordedOutput) {
        let latest = said.effects.iter().map(|effect| effect.moment.at).max();
        if let (Output::Send { link, .. }, Some(latest)) = (output, latest)
            && let Some(line) = self.wires.line(&(node.clone(), *link))
        {
            line.floor = line.floor.max(latest);
        }
    }

    /// What is known of links, calls, timers and stored values is as if the output had acted.
    fn account_for(&mut self, node: &NodeName, output: Output, seq: u64) {
        match output {
            Output::Dial { link, .. } => self.wires.dial(&(node.clone(), link)),
            Output::Close { link, .. } => {
                self.wires.cut(&(node.clone(), link));
            }
            Output::Call { call, port, .. } => {
                self.wires.calls.set_out((node.clone(), call), port.listener().into(), port);
                self.expect(node, call, seq, self.now);
            }
            Output::Send { .. } | Output::Reply { .. } => {}
            Output::Secure { .. }
            | Output::Arm { .. }
            | Output::Cancel { .. }
            | Output::Store { .. }
            | Output::Note(_) => {
                self.apply(node, output, Treatment::Pass, seq);
            }
        }
    }

    /// What was on its way at the end of the recorded run goes on then.
    fn go_on(&mut self, node: &NodeName, output: Output, seq: u64) {
        let start = self.late();
        match output {
            Output::Send { link, bytes } => {
                let parts = vec![Part { bytes: bytes.0, record: Some(seq) }];
                self.write_to(&(node.clone(), link), &parts, None, start);
            }
            Output::Close { link, .. } => self.close_now(&(node.clone(), link), Vec::new(), start, seq),
            Output::Call { call, port, request } => {
                self.call(node, call, port, request, start, seq);
                self.expect(node, call, seq, start);
            }
            Output::Reply { call, response } => self.reply(node, call, response, start, Some(seq)),
            Output::Dial { link, address } => self.dial(node, link, &address, seq, start),
            Output::Secure { .. }
            | Output::Arm { .. }
            | Output::Cancel { .. }
            | Output::Store { .. }
            | Output::Note(_) => {}
        }
    }

    /// A call has its deadline as in every run.
    fn expect(&mut self, node: &NodeName, call: CallId, seq: u64, start: Time) {
        self.courier(node, |courier| courier.expect(call, seq, start));
    }

    /// What was lost, and had no consequence before the end of the recorded run, is lost again. Who waits hears so later.
    fn lose_recorded(&mut self, node: &NodeName, output: Output, record: u64) {
        let message = match output {
            Output::Call { call, port, request } => Payload::Call { call, port, request, record },
            Output::Reply { call, response } => Payload::Reply { call, response, record },
            Output::Send { .. }
            | Output::Close { .. }
            | Output::Dial { .. }
            | Output::Secure { .. }
            | Output::Arm { .. }
            | Output::Cancel { .. }
            | Output::Store { .. }
            | Output::Note(_) => return,
        };
        self.treat(node, message, Treatment::Drop);
    }

    /// A timer that did not fire was disarmed, or was not due before the end.
    fn arm_recorded(&mut self, node: &NodeName, key: &TimerKey, at: Time, seq: u64, fired: Option<Moment>) {
        let timer = timer(node, key, seq);
        let slot = match fired {
            Some(moment) => self.queue.plan_at(Moment { at: moment.at.max(self.now), ..moment }, timer),
            None => self.plan_by_time(at.max(self.late()), timer),
        };
        self.set_timer(node, key.clone(), slot);
    }

    pub(crate) fn record_behind(&mut self, behind: Vec<Behind>) {
        for Behind { node, cause, bent } in behind {
            let cause = cause.and_then(|cause| self.order.here.get(&cause).copied());
            self.record(&node, cause, What::Bent(bent));
        }
    }

    fn happen_recorded(&mut self, node: &NodeName, event: RecordedEvent, cause: Option<u64>) {
        let RecordedEvent { what, origin, behind } = event;
        match what {
            What::Started => self.begin_recorded(node),
            What::Stopped { reason } => self.end_recorded(node, &reason),
            What::Bent(_) => self.record(node, cause, what),
            What::In(input) if cause.is_none() && matches!(origin, Origin::Outside) => {
                self.enter_recorded(node, input, behind);
            }
            What::In(input) => {
                if let Some(input) = self.here(node, input, origin) {
                    self.deliver_with(node, input, cause, |sim| sim.record_behind(behind));
                }
            }
            What::Out(_) | What::Connected { .. } | What::Gap { .. } => {}
        }
    }

    fn begin_recorded(&mut self, name: &NodeName) {
        let Some(component) = self.build(name).filter(|_| !self.is_alive(name)) else { return };
        if self.revive(name, component) {
            self.record(name, None, What::Started);
        }
    }

    /// Who else heard of it then hears of it now, if the run has not parted.
    fn end_recorded(&mut self, name: &NodeName, reason: &str) {
        if !self.is_alive(name) {
            return;
        }
        if self.order.has_parted {
            return self.end(name, reason);
        }
        self.record(name, None, What::Stopped { reason: reason.to_owned() });
        self.queue.forget(name);
        self.wires.forget(name);
        self.wires.calls.forget(name);
        self.lay_down(name);
    }

    /// An input of the recorded run as this one has it. None where it cannot happen here any more.
    pub(crate) fn here(&mut self, node: &NodeName, input: Input, origin: Origin) -> Option<Input> {
        Some(match input {
            Input::Start { stored, entropy } => {
                let parted = self.order.parted.contains(node);
                let own = self.nodes.get(node).filter(|_| parted).map(|node| node.stored.clone());
                Input::Start { stored: own.unwrap_or(stored), entropy }
            }
            Input::Frame { link, bytes } => {
                Input::Frame { link: self.link_here(node, link, &origin)?, bytes }
            }
            Input::BadFrame { link, flaw } => {
                Input::BadFrame { link: self.link_here(node, link, &origin)?, flaw }
            }
            Input::LinkUp { link, peer } => match self.open_recorded(node, link, origin)? {
                Ok(link) => Input::LinkUp { link, peer },
                Err(reason) => Input::LinkDown { link, reason },
            },
            Input::LinkDown { link, reason } => {
                Input::LinkDown { link: self.hang_up_recorded(node, link, origin)?, reason }
            }
            Input::Call { call, port, request } => self.call_recorded(node, call, port, request, origin)?,
            Input::CallGone { call } => Input::CallGone { call: self.call_gone_recorded(node, call)? },
            Input::Reply { call, result } => {
                Input::Reply { call: self.replied_recorded(node, call, origin)?, result }
            }
            other @ (Input::Timer(_) | Input::Command(_)) => other,
        })
    }

    /// What the link is called on which something arrives, if it is up.
    fn link_here(&mut self, node: &NodeName, link: LinkId, origin: &Origin) -> Option<LinkId> {
        if !self.order.has_parted {
            return Some(link);
        }
        let end = match origin {
            Origin::Line { own, peer } => if own.0 == *node { Some(own) } else { peer.as_ref() }?.clone(),
            Origin::Outside | Origin::Dial { .. } | Origin::Call { .. } | Origin::Reply(_) => {
                (node.clone(), link)
            }
        };
        if let Some(outside) = self.order.outside.get(&end) {
            return Some(*outside);
        }
        self.wires.line(&end).filter(|line| !line.is_closing).map(|_| end.1)
    }

    /// A connection is up at one of its ends: what it is called there, or why it is not.
    fn open_recorded(
        &mut self,
        node: &NodeName,
        link: LinkId,
        origin: Origin,
    ) -> Option<Result<LinkId, LinkReason>> {
        let Origin::Dial { dialler, listener } = origin else {
            return Some(Ok(self.accept_outside(node, link)));
        };
        let has_parted = self.order.has_parted;
        if has_parted && !self.wires.is_dialling(&dialler) && !self.wires.is_up(&dialler) {
            return None;
        }
        let Some(listener) = listener else {
            // Nobody of this lab has the other end.
            self.wires.hang_up(&dialler);
            self.order.outside.insert(dialler.clone(), dialler.1);
            return Some(Ok(dialler.1));
        };
        if has_parted && !self.wires.is_up(&dialler) && !self.is_alive(&listener.0) {
            self.wires.hang_up(&dialler);
            return (dialler.0 == *node).then_some(Err(LinkReason::Refused));
        }
        let accepted = self.connect_recorded(&dialler, listener);
        Some(Ok(if dialler.0 == *node { dialler.1 } else { accepted }))
    }

    /// What the listener calls a connection, which a network may open at either end first.
    fn connect_recorded(&mut self, dialler: &LinkEnd, listener: LinkEnd) -> LinkId {
        if let Some(line) = self.wires.line(dialler) {
            return line.peer.1;
        }
        let has_parted = self.order.has_parted;
        let accepted = match self.nodes.get_mut(&listener.0) {
            Some(node) if has_parted => node.host.accept(listener.1.port),
            _ => listener.1,
        };
        self.wires.connect(dialler, &(listener.0, accepted));
        accepted
    }

    /// Somebody outside opens a connection.
    fn accept_outside(&mut self, name: &NodeName, link: LinkId) -> LinkId {
        let has_parted = self.order.has_parted;
        let accepted = match self.nodes.get_mut(name) {
            Some(node) if has_parted => node.host.accept(link.port),
            _ => link,
        };
        self.order.outside.insert((name.clone(), link), accepted);
        accepted
    }

    fn hang_up_recorded(&mut self, node: &NodeName, link: LinkId, origin: Origin) -> Option<LinkId> {
        let end = match origin {
            Origin::Line { own, .. } if own.0 == *node => own,
            Origin::Line { peer, .. } => peer.or_else(|| Some((node.clone(), link)))?,
            Origin::Dial { dialler, .. } => dialler,
            Origin::Outside | Origin::Call { .. } | Origin::Reply(_) => (node.clone(), link),
        };
        if let Some(outside) = self.order.outside.remove(&end) {
            self.wires.end_outside((node.clone(), outside));
            return Some(outside);
        }
        let was_up = self.wires.hang_up(&end);
        (was_up || !self.order.has_parted).then_some(end.1)
    }

    /// A call arrives. Its receiver numbers it.
    fn call_recorded(
        &mut self,
        node: &NodeName,
        call: CallId,
        port: Port,
        request: Request,
        origin: Origin,
    ) -> Option<Input> {
        let has_parted = self.order.has_parted;
        if let (Origin::Call { caller, .. }, true) = (&origin, has_parted && !self.is_alive(node)) {
            self.plan_failure(caller, CallError::Unreachable, self.now, None);
            return None;
        }
        let number = Some(call).filter(|_| !has_parted);
        let here = match origin {
            Origin::Call { caller, port, is_copy: false } => {
                self.wires.calls.arrive(node, caller, port, number)
            }
            Origin::Call { is_copy: true, .. }
            | Origin::Outside
            | Origin::Dial { .. }
            | Origin::Line { .. }
            | Origin::Reply(_) => self.wires.calls.number(node, number),
        };
        self.order.calls.insert((node.clone(), call), here);
        Some(Input::Call { call: here, port, request })
    }

    fn call_gone_recorded(&mut self, node: &NodeName, call: CallId) -> Option<CallId> {
        let known = self.order.calls.get(&(node.clone(), call)).copied();
        let here = known.or_else(|| (!self.order.has_parted).then_some(call))?;
        self.wires.calls.close(node, here);
        let mut was_here = self.order.unheard.remove(&(node.clone(), here));
        self.courier(node, |courier| was_here |= courier.forget_request(here));
        (!was_here).then_some(here)
    }

    /// A caller hears what became of its call: what that is called here.
    fn replied_recorded(&mut self, node: &NodeName, call: CallId, origin: Origin) -> Option<CallId> {
        let has_parted = self.order.has_parted;
        let caller = match origin {
            Origin::Reply(caller) => caller.or_else(|| (!has_parted).then(|| (node.clone(), call)))?,
            Origin::Call { caller, .. } if !has_parted || self.wires.calls.is_waiting(&caller) => caller,
            Origin::Call { .. } => return None,
            Origin::Outside | Origin::Dial { .. } | Origin::Line { .. } => {
                let caller = (node.clone(), call);
                (!has_parted || self.wires.calls.port_of(&caller).is_some()).then_some(caller)?
            }
        };
        self.wires.calls.abandon(&caller);
        self.wires.calls.answered(&caller);
        self.courier(&caller.0, |courier| courier.answered(caller.1));
        Some(caller.1)
    }
}

/// The end of the link that something leaves from.
fn end_of(node: &NodeName, output: &Output) -> Option<LinkEnd> {
    match output {
        Output::Send { link, .. } | Output::Close { link, .. } => Some((node.clone(), *link)),
        Output::Dial { .. }
        | Output::Call { .. }
        | Output::Reply { .. }
        | Output::Secure { .. }
        | Output::Arm { .. }
        | Output::Cancel { .. }
        | Output::Store { .. }
        | Output::Note(_) => None,
    }
}
