//! An agent in one media routing domain: what it is, and the state that follows from its tasks
//! (cti-server-protocol 11.3, task-routing 1.4 and 1.5).

use super::{interrupt::Interrupt, login::beyond_max};
use crate::arm::Client;
use cce_kernel::Time;
use cce_model::{Agent, AgentKey, AgentState, Availability, EventReason, SkillGroup, SkillTarget, TaskState};
use std::sync::Arc;

/// Whether and how an agent is signed in to a domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// Signed out.
    #[default]
    SignedOut,
    /// Signed in, gets no tasks.
    NotReady,
    /// Signed in, gets tasks.
    Ready,
    /// Signed in through a session that is gone.
    ClientLost,
}

/// An agent's tasks in one domain, counted by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    /// Assigned, not begun.
    pub(crate) waiting: u32,
    /// In work.
    pub(crate) active: u32,
    /// Paused.
    pub(crate) paused: u32,
    /// In after-task work.
    pub(crate) wrap_up: u32,
}

impl Load {
    /// Counts tasks.
    pub(crate) fn of(states: impl Iterator<Item = TaskState>) -> Self {
        states.fold(Self::default(), |mut load, state| {
            match state {
                // An accepted task leaves the agent reserved until it is started (task-routing 7, row 3).
                TaskState::PreCall | TaskState::Offered => load.waiting += 1,
                TaskState::Active => load.active += 1,
                // An interrupted task keeps its slot, as a paused one does (task-routing 1.5).
                TaskState::Paused | TaskState::Interrupted => load.paused += 1,
                TaskState::WrapUp => load.wrap_up += 1,
                TaskState::Ended => {}
            }
            load
        })
    }

    /// All tasks assigned.
    pub(crate) const fn total(self) -> u32 {
        self.waiting + self.begun()
    }

    /// Tasks that have begun.
    pub(crate) const fn begun(self) -> u32 {
        self.active + self.paused + self.wrap_up
    }
}

/// An agent in a queue of a domain.
#[derive(Clone, Debug)]
pub(crate) struct InQueue {
    /// The queue's skill group.
    pub(crate) group: Arc<SkillGroup>,
    /// State in the queue.
    pub(crate) state: AgentState,
    /// Since when the agent has that state.
    pub(crate) since: Time,
}

/// What an agent's events and reports to the router show, but for what never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AgentReport {
    /// State in the domain.
    pub(crate) state: AgentState,
    /// Tasks begun.
    pub(crate) begun: u32,
    /// Tasks assigned.
    pub(crate) tasks: u32,
    /// Tasks at the same time.
    pub(crate) limit: u32,
    /// Tasks that may be held past that limit.
    pub(crate) beyond: u32,
    /// Whether the router may assign tasks.
    pub(crate) routable: bool,
    /// Whether the agent can be given a task now.
    pub(crate) availability: Availability,
}

impl AgentReport {
    /// The report of an agent who has not signed in.
    pub(crate) const SIGNED_OUT: Self = Self {
        state: AgentState::Logout,
        begun: 0,
        tasks: 0,
        limit: 0,
        beyond: 0,
        routable: false,
        availability: Availability::NotAvailable,
    };
}

/// An agent in one media routing domain.
#[derive(Clone, Debug)]
pub(crate) struct AgentInMrd {
    /// The agent as configured.
    pub(crate) agent: Arc<Agent>,
    /// The first queue of the domain, which stands for it where only one can be named.
    pub(crate) queue: Arc<SkillGroup>,
    /// Every queue of the domain, the first one included.
    pub(crate) queues: Vec<InQueue>,
    /// Whether and how the agent is signed in.
    pub(crate) sign_in: SignIn,
    /// Whether the router may assign tasks.
    pub(crate) routable: bool,
    /// Tasks at the same time.
    pub(crate) limit: u32,
    /// Tasks that may be held past that limit.
    pub(crate) beyond: u32,
    /// Why the agent is not ready or signed out; 0 none.
    pub(crate) reason: EventReason,
    /// The client that signed the agent in.
    pub(crate) client: Client,
    /// Whether the agent becomes not routable once every task has begun.
    pub(crate) not_routable_next: bool,
    /// How far an interrupt of the agent's work is.
    pub(crate) interrupt: Interrupt,
    /// The report that was noted last.
    pub(crate) noted: AgentReport,
    /// Since when the state is the one noted last.
    pub(crate) since: Time,
    /// The report that the router has; none before the first one on its link.
    pub(crate) reported: Option<AgentReport>,
    /// Whether a delayed report to the router is due.
    pub(crate) report_due: bool,
}

impl AgentInMrd {
    /// An agent that is signed out, and so far belongs to no queue but `queue`.
    pub(crate) fn new(agent: &Arc<Agent>, queue: &Arc<SkillGroup>) -> Self {
        Self {
            agent: Arc::clone(agent),
            queue: Arc::clone(queue),
            queues: vec![InQueue::signed_out(queue)],
            sign_in: SignIn::SignedOut,
            routable: false,
            limit: 0,
            beyond: 0,
            reason: EventReason::NONE,
            client: Client::default(),
            not_routable_next: false,
            interrupt: Interrupt::None,
            noted: AgentReport::SIGNED_OUT,
            since: Time::default(),
            reported: None,
            report_due: false,
        }
    }

    /// The key of this agent in this domain.
    pub(crate) fn member(&self) -> AgentKey {
        AgentKey { skill_target: self.agent.skill_target, mrd: self.queue.mrd.id }
    }

    /// Changes how many tasks the agent has at the same time. What may be held past that gives way.
    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.limit = limit;
        self.beyond = self.beyond.min(beyond_max(limit));
    }

    /// The agent belongs to a further queue of the domain.
    pub(crate) fn join(&mut self, queue: &Arc<SkillGroup>) {
        self.queues.push(InQueue::signed_out(queue));
    }

    /// The queue that a task was routed by; the first one where it is none of the agent's.
    pub(crate) fn queue_of(&self, skill_group: SkillTarget) -> usize {
        self.queues.iter().position(|queue| queue.group.id == skill_group).unwrap_or(0)
    }

    /// Follows a change: the state in each queue, from its own tasks (task-routing 1.4).
    pub(crate) fn enter_queues(&mut self, state: AgentState, loads: &[Load], now: Time) {
        for (queue, load) in self.queues.iter_mut().zip(loads) {
            let to = state_in_queue(state, *load);
            // SGDur counts the seconds in a state, however many events show it (task-routing 6.4).
            if queue.state != to {
                (queue.state, queue.since) = (to, now);
            }
        }
    }

    /// Whether the agent is signed in, even if its client is gone.
    pub(crate) fn is_signed_in(&self) -> bool {
        self.sign_in != SignIn::SignedOut
    }

    /// Whether the agent's client can speak for it.
    pub(crate) fn is_attended(&self) -> bool {
        matches!(self.sign_in, SignIn::NotReady | SignIn::Ready)
    }

    /// How the agent stands with these tasks; `busy_elsewhere` is a task of another domain that must not be
    /// interrupted.
    pub(crate) fn standing(&self, load: Load, busy_elsewhere: bool) -> AgentReport {
        // An agent without a task in the domain has no work to interrupt (task-routing S6).
        let is_interrupted = self.interrupt.is_in_force() && load.total() > 0;
        let state = state_of(self.sign_in, load, is_interrupted);
        AgentReport {
            state,
            begun: load.begun(),
            tasks: load.total(),
            limit: self.limit,
            beyond: self.beyond,
            routable: self.routable,
            availability: self.availability(load, busy_elsewhere || is_interrupted),
        }
    }

    /// Task-routing 1.5. Somebody whose work is interrupted gets no more tasks meanwhile (inferred).
    fn availability(&self, load: Load, is_kept: bool) -> Availability {
        // NumTasks is compared with MaxTaskLimit, without the tasks allowed beyond it (task-routing 1.5).
        if self.sign_in != SignIn::Ready || is_kept || load.total() >= self.limit {
            return Availability::NotAvailable;
        }
        // The mode keeps the router away; an application may still assign tasks (task-routing 1.5).
        if self.routable { Availability::Icm } else { Availability::Application }
    }
}

/// The state in the domain: who asked to be not ready is that, whatever the tasks do (finesse-nonvoice 2.5); else
/// interrupted, active, work ready, paused, reserved, in this order (task-routing 1.4).
fn state_of(sign_in: SignIn, load: Load, is_interrupted: bool) -> AgentState {
    match sign_in {
        SignIn::SignedOut => AgentState::Logout,
        // The Finesse server of the agent is gone, and nobody can work on the tasks (task-routing E16).
        SignIn::ClientLost => AgentState::WorkNotReady,
        SignIn::NotReady => AgentState::NotReady,
        SignIn::Ready if is_interrupted => AgentState::Interrupted,
        SignIn::Ready if load.active > 0 => AgentState::Active,
        // One task in wrap-up outranks all that are paused (task-routing 1.4).
        SignIn::Ready if load.wrap_up > 0 => AgentState::WorkReady,
        SignIn::Ready if load.paused > 0 => AgentState::Paused,
        SignIn::Ready if load.waiting > 0 => AgentState::Reserved,
        SignIn::Ready => AgentState::NotActive,
    }
}

/// The state in a queue of a domain in which the agent has `state`: that of the queue's own tasks. While only tasks of
/// other queues keep the agent busy, it is busy other; not ready and interrupted hold for every queue (task-routing 1.4).
fn state_in_queue(state: AgentState, load: Load) -> AgentState {
    match state {
        AgentState::Reserved | AgentState::Active | AgentState::WorkReady | AgentState::Paused => {
            if load.total() == 0 { AgentState::BusyOther } else { state_of(SignIn::Ready, load, false) }
        }
        AgentState::Login
        | AgentState::Logout
        | AgentState::NotReady
        | AgentState::Available
        | AgentState::Talking
        | AgentState::WorkNotReady
        | AgentState::BusyOther
        | AgentState::Unknown
        | AgentState::Hold
        | AgentState::Interrupted
        | AgentState::NotActive => state,
    }
}

impl InQueue {
    fn signed_out(group: &Arc<SkillGroup>) -> Self {
        Self { group: Arc::clone(group), state: AgentState::Logout, since: Time::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_outranks_wrap_up_pause_and_reservation() {
        use TaskState::{Active, Offered, Paused, PreCall, WrapUp};
        let state = |tasks: &[TaskState]| state_of(SignIn::Ready, Load::of(tasks.iter().copied()), false);
        assert_eq!(state(&[PreCall, WrapUp, Active, Paused]), AgentState::Active);
        assert_eq!(state(&[PreCall, WrapUp, Paused]), AgentState::WorkReady);
        assert_eq!(state(&[Offered, Paused]), AgentState::Paused);
        assert_eq!(state(&[PreCall, Offered]), AgentState::Reserved);
        assert_eq!(state(&[]), AgentState::NotActive);
    }

    /// finesse-nonvoice 2.5: only a sign-in, a sign-out and not ready go before an interrupt.
    #[test]
    fn an_interrupt_outranks_work_and_not_ready_an_interrupt() {
        use TaskState::{Active, Offered, Paused, PreCall, WrapUp};
        for task in [PreCall, Offered, Active, Paused, WrapUp] {
            let state = |sign_in| state_of(sign_in, Load::of([task].into_iter()), true);
            assert_eq!(state(SignIn::Ready), AgentState::Interrupted, "{task:?}");
            assert_eq!(state(SignIn::NotReady), AgentState::NotReady, "{task:?}");
            assert_eq!(state(SignIn::SignedOut), AgentState::Logout, "{task:?}");
            assert_eq!(state(SignIn::ClientLost), AgentState::WorkNotReady, "{task:?}");
        }
    }

    #[test]
    fn who_asked_to_be_not_ready_is_that_whatever_the_tasks_do() {
        use TaskState::{Active, Offered, Paused, PreCall, WrapUp};
        for task in [PreCall, Offered, Active, Paused, WrapUp] {
            for is_interrupted in [false, true] {
                let state = state_of(SignIn::NotReady, Load::of([task].into_iter()), is_interrupted);
                assert_eq!(state, AgentState::NotReady, "{task:?}");
            }
        }
    }
}
