//! A run whose deliveries are chosen one by one.

use crate::{
    Schedule, Sim,
    pending::{Pending, Rank, Waiting},
    queue::{Delivery, Planned},
    sim::Node,
    stream::Stream,
};
use cce_journal::{Director, Record};
use cce_kernel::{Input, NodeName, Time};

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

impl<D: Director> Sim<D> {
    /// From now on, nothing takes any time on its way: whatever is sent waits in its stream until it is chosen,
    /// and the clock stands still while anything can be chosen. Timers fire only when nothing can, the earliest
    /// first, and among equals by component and key.
    pub fn by_choice(&mut self) {
        if self.pending.is_some() {
            return;
        }
        let mut pending = Pending::default();
        let late = self.wires.horizon(self.now);
        for (at, planned) in self.queue.take_streams() {
            if let Some(stream) = planned.stream.clone() {
                pending.push(if at > late { at } else { self.now }, stream, planned, 0);
            }
        }
        self.wires.stand_still();
        self.pending = Some(Box::new(pending));
    }

    /// From now on, deliveries are chosen as a schedule says; beyond it, the oldest is always next.
    pub fn follow(&mut self, schedule: Schedule) {
        self.by_choice();
        self.schedule = schedule;
        self.chosen = 0;
    }

    /// A delivery that the schedule names and that never came: it is the schedule of another run.
    pub fn missed(&self) -> Option<u64> {
        self.schedule.last().filter(|last| *last >= self.chosen)
    }

    /// Which messages are heartbeats, if the director does not say so: those that are sent by these records.
    /// They are delivered at once, and their moment is no choice.
    pub fn heartbeats(&mut self, are: fn(&Record) -> bool) {
        self.is_heartbeat = are;
    }

    /// What can be delivered next, the oldest first, once everything has happened that needs no choice. Empty
    /// where only the clock can go on.
    pub fn choices(&mut self) -> Vec<Choice> {
        while self.attend() {}
        self.heads()
    }

    /// Delivers what is first in a stream. Says whether there was anything.
    pub fn choose(&mut self, stream: &Stream) -> bool {
        let Some(planned) = self.pending.as_mut().and_then(|pending| pending.take(stream)) else {
            return false;
        };
        self.chosen += 1;
        self.act_and_settle(planned);
        true
    }

    /// Moves the clock to the next thing that happens until `end`, and lets that happen if it is no choice. Says
    /// whether there was one.
    pub fn pass_time(&mut self, end: Time) -> bool {
        let Some(pending) = &mut self.pending else { return false };
        if pending.is_endless() {
            return false;
        }
        // What needs no choice and is due then: the director, a delay that is over, something that was put off.
        let forced = [self.director.due(), self.alarms.values().min().copied(), pending.first()];
        let forced = forced.into_iter().flatten().min();
        let next = [forced, self.queue.first()].into_iter().flatten().min();
        let Some(next) = next.map(|next| next.max(self.now)) else { return false };
        if next > end {
            return false;
        }
        self.now = next;
        pending.jump();
        if forced.is_none_or(|forced| forced > next) {
            self.fire();
        }
        true
    }

    /// Whether components talk without end while the clock stands still, so that the run stops there.
    pub fn is_endless(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.is_endless())
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
            self.is_stirred = true;
            if let Some(pending) = &mut self.pending {
                pending.count();
            }
            self.let_go();
            self.settle();
            return true;
        }
        let Some((stream, rank)) = self.forced() else { return false };
        let Some(pending) = &mut self.pending else { return false };
        if rank == Rank::Ordinary {
            pending.lose(&stream);
        }
        let Some(planned) = pending.take(&stream) else { return false };
        self.act_and_settle(planned);
        true
    }

    /// What can be delivered next, the oldest first.
    pub(crate) fn heads(&self) -> Vec<Choice> {
        let Some(pending) = self.pending.as_ref().filter(|pending| !pending.is_endless()) else {
            return Vec::new();
        };
        let mut heads: Vec<_> = pending.heads(self.now).collect();
        heads.sort_by_key(|(stream, head)| (head.age, *stream));
        heads.into_iter().map(|(stream, head)| head.choice(stream)).collect()
    }

    /// Whether anything since the last question may have changed what the director, or the links themselves, do
    /// with messages of other components.
    pub(crate) fn take_stirred(&mut self) -> bool {
        let took_note = self.director.took_note();
        std::mem::take(&mut self.is_stirred) | took_note
    }

    /// What can never be delivered any more, since the last question.
    pub(crate) fn take_lost(&mut self) -> Vec<Choice> {
        self.pending.as_mut().map(|pending| pending.take_lost()).unwrap_or_default()
    }

    /// What this component did just now ends the window.
    pub(crate) fn end_window(&mut self, node: &NodeName) {
        if let Some(pending) = &mut self.pending {
            pending.end_window(node);
        }
    }

    /// How many deliveries were chosen.
    pub(crate) fn chosen(&self) -> u64 {
        self.chosen
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
        let index = self.schedule.at(self.chosen).min(heads.len().saturating_sub(1));
        match heads.get(index) {
            Some(head) => self.choose(&head.stream),
            None => self.pass_time(end),
        }
    }

    pub(crate) fn plan(&mut self, at: Time, planned: Planned) {
        match (&mut self.pending, &planned.stream) {
            (Some(pending), Some(stream)) => {
                pending.push(at.max(self.now), stream.clone(), planned, self.chosen);
            }
            _ => {
                self.queue.plan(at, planned);
            }
        }
    }

    /// What is sent by `send` is a heartbeat.
    pub(crate) fn as_heartbeat(&mut self, send: impl FnOnce(&mut Self)) {
        self.set_rank(Rank::Heartbeat);
        send(self);
        self.set_rank(Rank::Ordinary);
    }

    fn set_rank(&mut self, rank: Rank) {
        if let Some(pending) = &mut self.pending {
            pending.set_rank(rank);
        }
    }

    fn act_and_settle(&mut self, planned: Planned) {
        let due = self.director.due();
        self.act(planned);
        self.settle();
        self.is_stirred |= self.director.due() != due;
    }

    fn wake_director(&mut self) {
        self.is_stirred = true;
        if let Some(pending) = &mut self.pending {
            pending.count();
        }
        let orders = self.director.wake(self.now);
        self.take_orders(orders);
        self.settle();
    }

    /// The first timer that is due fires.
    fn fire(&mut self) {
        let Some(planned) = self.queue.take_timer() else { return };
        if let Some(pending) = &mut self.pending {
            pending.begin(&planned.node, 0, false);
        }
        self.act_and_settle(planned);
    }

    /// The stream whose first message is a heartbeat, or makes no difference to its receiver any more.
    fn forced(&self) -> Option<(Stream, Rank)> {
        let pending = self.pending.as_ref()?;
        let is_forced = |head: &Waiting| head.rank == Rank::Heartbeat || self.is_void(&head.planned);
        pending
            .heads(self.now)
            .find_map(|(stream, head)| is_forced(head).then(|| (stream.clone(), head.rank)))
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
            Delivery::CallGone(caller) => self.wires.call_of(node, caller).is_none(),
            Delivery::Input(_) | Delivery::Again(_) | Delivery::Call { .. } => false,
        }
    }
}
