//! A run whose deliveries are chosen one by one.

use crate::{
    Schedule, Sim,
    order::Sequence,
    pending::{Pending, Rank, Waiting},
    queue::{Delivery, Planned},
    sim::Node,
    stream::{LinkEnd, Stream},
};
use cce_journal::{Director, Record};
use cce_kernel::{Input, NodeName, Output, Time};
use std::convert::Infallible;

/// Something that can be delivered next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The stream whose first message it is.
    pub stream: Stream,
    /// Who receives it.
    pub to: NodeName,
    /// It follows from the end of the window.
    pub(crate) is_outside: bool,
    /// The delivery that led to it, as they are counted.
    pub(crate) sent_in: u64,
}

/// Whatever somebody chooses happens next, or what a schedule says; beyond it, the oldest.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// What was sent and waits to be chosen.
    pending: Pending,
    schedule: Schedule,
    /// How many deliveries were chosen.
    count: u64,
    is_heartbeat: fn(&Record) -> bool,
    /// Something may have changed what becomes of messages of other components.
    is_stirred: bool,
}

impl Sequence for Chosen {
    type Foreseen = Infallible;
    type Event = Infallible;

    /// Only timers are due by the clock, and those go by component and key.
    fn tie(&mut self) -> u32 {
        0
    }

    fn take_in(&mut self, at: Time, planned: Planned) -> Option<Planned> {
        let Some(stream) = planned.stream.clone() else { return Some(planned) };
        self.pending.push(at, stream, planned, self.count);
        None
    }

    fn forget(&mut self, node: &NodeName) -> Vec<LinkEnd> {
        self.pending.forget(node)
    }

    fn put_off(&mut self, until: Time, is_meant: &dyn Fn(&Planned) -> bool) {
        self.pending.put_off(until, is_meant);
    }

    fn set_rank(&mut self, rank: Rank) {
        self.pending.set_rank(rank);
    }

    fn overtakes(&self, record: &Record) -> bool {
        (self.is_heartbeat)(record)
    }

    fn stir(&mut self) {
        self.is_stirred = true;
    }

    fn step<D: Director>(sim: &mut Sim<D, Self>, end: Time) -> bool {
        sim.step_as_scheduled(end)
    }

    fn fulfil<D: Director>(_: &mut Sim<D, Self>, _: &NodeName, _: Output, _: u64, never: Infallible) {
        match never {}
    }

    fn happen<D: Director>(_: &mut Sim<D, Self>, _: &NodeName, never: Infallible, _: Option<u64>) {
        match never {}
    }
}

impl<D: Director> Sim<D> {
    /// From now on, nothing takes any time on its way: whatever is sent waits in its stream until it is chosen,
    /// and the clock stands still while anything can be chosen. Timers fire only when nothing can, the earliest
    /// first, and among equals by component and key.
    pub fn by_choice(mut self) -> Sim<D, Chosen> {
        let mut pending = Pending::default();
        let late = self.wires.horizon(self.now);
        for (at, planned) in self.queue.take_streams() {
            if let Some(stream) = planned.stream.clone() {
                pending.push(if at > late { at } else { self.now }, stream, planned, 0);
            }
        }
        self.wires.stand_still();
        let schedule = Schedule::default();
        self.reordered(Chosen { pending, schedule, count: 0, is_heartbeat: |_| false, is_stirred: false })
    }

    /// From now on, deliveries are chosen as a schedule says; beyond it, the oldest is always next.
    pub fn follow(self, schedule: Schedule) -> Sim<D, Chosen> {
        let mut sim = self.by_choice();
        sim.order.schedule = schedule;
        sim
    }
}

impl<D: Director> Sim<D, Chosen> {
    /// A delivery that the schedule names and that never came: it is the schedule of another run.
    pub fn missed(&self) -> Option<u64> {
        self.order.schedule.last().filter(|last| *last >= self.order.count)
    }

    /// Which messages are heartbeats, if the director does not say so: those that are sent by these records.
    /// They are delivered at once, and their moment is no choice.
    pub fn heartbeats(&mut self, are: fn(&Record) -> bool) {
        self.order.is_heartbeat = are;
    }

    /// What can be delivered next, the oldest first, once everything has happened that needs no choice. Empty
    /// where only the clock can go on.
    pub fn choices(&mut self) -> Vec<Choice> {
        while self.attend() {}
        self.heads()
    }

    /// Delivers what is first in a stream. Says whether there was anything.
    pub fn choose(&mut self, stream: &Stream) -> bool {
        let Some(planned) = self.order.pending.take(stream) else { return false };
        self.order.count += 1;
        self.act_and_settle(planned);
        true
    }

    /// Moves the clock to the next thing that happens until `end`, and lets that happen if it is no choice. Says
    /// whether there was one.
    pub fn pass_time(&mut self, end: Time) -> bool {
        if self.is_endless() {
            return false;
        }
        // What needs no choice and is due then: the director, a delay that is over, something that was put off.
        let forced = [self.director.due(), self.alarm(), self.order.pending.first()];
        let forced = forced.into_iter().flatten().min();
        let next = [forced, self.queue.first()].into_iter().flatten().min();
        let Some(next) = next.map(|next| next.max(self.now)) else { return false };
        if next > end {
            return false;
        }
        self.now = next;
        self.order.pending.jump();
        if forced.is_none_or(|forced| forced > next) {
            self.fire();
        }
        true
    }

    /// Whether components talk without end while the clock stands still, so that the run stops there.
    pub fn is_endless(&self) -> bool {
        self.order.pending.is_endless()
    }

    /// Does one thing that needs no choice and no time. Says whether there was one.
    pub(crate) fn attend(&mut self) -> bool {
        if self.is_endless() {
            return false;
        }
        if self.director.due().is_some_and(|due| due <= self.now) {
            self.wake_director();
            return true;
        }
        if self.alarm().is_some_and(|due| due <= self.now) {
            self.order.stir();
            self.order.pending.count();
            self.let_go();
            self.settle();
            return true;
        }
        let Some((stream, rank)) = self.forced() else { return false };
        if rank == Rank::Ordinary {
            self.order.pending.lose(&stream);
        }
        let Some(planned) = self.order.pending.take(&stream) else { return false };
        self.act_and_settle(planned);
        true
    }

    /// What can be delivered next, the oldest first.
    pub(crate) fn heads(&self) -> Vec<Choice> {
        if self.is_endless() {
            return Vec::new();
        }
        let mut heads: Vec<_> = self.order.pending.heads(self.now).collect();
        heads.sort_by_key(|(stream, head)| (head.age, *stream));
        heads.into_iter().map(|(stream, head)| head.choice(stream)).collect()
    }

    /// Whether anything since the last question may have changed what the director, or the links themselves, do
    /// with messages of other components.
    pub(crate) fn take_stirred(&mut self) -> bool {
        let took_note = self.director.took_note();
        std::mem::take(&mut self.order.is_stirred) | took_note
    }

    /// What can never be delivered any more, since the last question.
    pub(crate) fn take_lost(&mut self) -> Vec<Choice> {
        self.order.pending.take_lost()
    }

    /// What this component did just now ends the window.
    pub(crate) fn end_window(&mut self, node: &NodeName) {
        self.order.pending.end_window(node);
    }

    /// How many deliveries were chosen.
    pub(crate) fn chosen(&self) -> u64 {
        self.order.count
    }

    /// The next thing that happens until `end`, where a schedule chooses.
    pub(crate) fn step_as_scheduled(&mut self, end: Time) -> bool {
        if self.now > end {
            return false;
        }
        if self.attend() {
            return true;
        }
        let heads = self.heads();
        let index = self.order.schedule.at(self.order.count).min(heads.len().saturating_sub(1));
        match heads.get(index) {
            Some(head) => self.choose(&head.stream),
            None => self.pass_time(end),
        }
    }

    fn act_and_settle(&mut self, planned: Planned) {
        let due = self.director.due();
        self.act(planned);
        self.settle();
        if self.director.due() != due {
            self.order.stir();
        }
    }

    fn wake_director(&mut self) {
        self.order.stir();
        self.order.pending.count();
        let orders = self.director.wake(self.now);
        self.take_orders(orders);
        self.settle();
    }

    /// The first timer that is due fires.
    fn fire(&mut self) {
        let Some(planned) = self.queue.take_timer() else { return };
        self.order.pending.begin(&planned.node, 0, false);
        self.act_and_settle(planned);
    }

    /// The stream whose first message is a heartbeat, or makes no difference to its receiver any more.
    fn forced(&self) -> Option<(Stream, Rank)> {
        let is_forced = |head: &Waiting| head.rank == Rank::Heartbeat || self.is_void(&head.planned);
        let mut heads = self.order.pending.heads(self.now);
        heads.find_map(|(stream, head)| is_forced(head).then(|| (stream.clone(), head.rank)))
    }

    /// Whether something reaches nobody: its receiver is dead, or closed the link itself. That stays so.
    fn is_void(&self, planned: &Planned) -> bool {
        let Planned { node, what, .. } = planned;
        if self.nodes.get(node).is_none_or(Node::is_dead) {
            return true;
        }
        match what {
            Delivery::Bytes(link, _) => self.wires.is_deaf(&(node.clone(), *link)),
            Delivery::Accept(dialler, link) => !self.wires.is_dialling(&(dialler.clone(), *link)),
            Delivery::Input(Input::LinkUp { link, .. }) => !self.wires.is_up(&(node.clone(), *link)),
            Delivery::Input(Input::LinkDown { link, .. }) => self.wires.is_over(&(node.clone(), *link)),
            Delivery::CallGone(caller) => self.wires.calls.number_of(node, caller).is_none(),
            Delivery::Input(_) | Delivery::Call { .. } => false,
            Delivery::Event(never) => match **never {},
        }
    }
}
