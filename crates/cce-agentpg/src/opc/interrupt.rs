//! Work that gives way to work of another domain (task-routing S6, 3.11).
//!
//! An agent who has tasks in an interruptible domain and gets one in a domain that is not: the client is advised, and
//! accepts or not. Whoever accepted has interrupted tasks until the last task of the other domain is over, the client
//! is advised of that, and accepts it.
//!
//! What the texts leave open stands here (inferred):
//! - The advice comes with the reservation, as the change of availability does, and behind it.
//! - Nothing waits for an answer: until it comes, the work goes on; the end counts as accepted after a while.
//! - Tasks that have not begun keep their states; nobody can work on them meanwhile.
//! - Interrupted tasks may end, and an interrupt of which no task is left is over.
//! - An interrupt outlives its client as its tasks do; if it ends meanwhile, nobody is advised.

use super::{EventDetail, Opc, agent::SignIn, agent_at, task::Task};
use crate::{arm::Refusal, timer::Timer};
use cce_kernel::Cx;
use cce_model::{AgentKey, MrdId, SkillTarget, TaskState, fact::OpcMessage};
use std::time::Duration;

/// How long the client may take to accept the end of an interrupt (inferred).
const DONE_WAIT: Duration = Duration::from_secs(5);

/// How far an interrupt of an agent's work in a domain is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// There is none.
    #[default]
    None,
    /// The client was advised and has not answered.
    Advised {
        /// The domain that interrupts.
        by: MrdId,
        /// Whether the work stands still already, because an earlier interrupt did not quite end.
        in_force: bool,
    },
    /// The client did not accept: the work goes on.
    Declined,
    /// The client accepted.
    Accepted {
        /// The domain that interrupts.
        by: MrdId,
    },
    /// The interrupting work is over, and the client has not accepted that yet.
    Over,
}

/// The advice to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Advice {
    /// Work of that domain interrupts.
    Begin(MrdId),
    /// It is over.
    Done(MrdId),
}

/// What an interrupt depends on.
#[derive(Clone, Copy, Debug)]
struct Situation {
    /// The domain whose tasks take precedence, if the agent has any.
    by: Option<MrdId>,
    /// Whether the agent has tasks.
    has_tasks: bool,
    /// Whether the agent's state is one that can be interrupted: reserved, active, paused or work ready, and not NOT_READY
    /// (task-routing S6).
    is_ready: bool,
    /// Whether there is a client to be advised.
    is_attended: bool,
}

impl Interrupt {
    /// Whether the agent's work stands still.
    pub(crate) const fn is_in_force(self) -> bool {
        matches!(self, Self::Accepted { .. } | Self::Over | Self::Advised { in_force: true, .. })
    }

    /// How far it is in a situation, and what the client is to hear.
    fn next(self, now: Situation) -> (Self, Option<Advice>) {
        match (self, now.by) {
            _ if !now.has_tasks => (Self::None, None),
            _ if !now.is_attended => (self.unattended(now.by), None),
            // New work interrupts anew, even if the last end is not accepted yet (inferred).
            (Self::None | Self::Over, Some(by)) if now.is_ready => {
                (Self::Advised { by, in_force: self.is_in_force() }, Some(Advice::Begin(by)))
            }
            // The last task that takes precedence is over (task-routing S6, step 4).
            (Self::Accepted { by } | Self::Advised { by, in_force: true }, None) => {
                (Self::Over, Some(Advice::Done(by)))
            }
            // The work went on, so that there is no end to be accepted (task-routing S6, 3b).
            (Self::Advised { .. } | Self::Declined, None) => (Self::None, None),
            // A further task of such a domain prolongs the interrupt (task-routing S6, step 4).
            (Self::None | Self::Over | Self::Advised { .. } | Self::Declined | Self::Accepted { .. }, _) => {
                (self, None)
            }
        }
    }

    /// Advises a client anew that may not have heard the advice.
    pub(super) const fn unanswered(self) -> Self {
        match self {
            Self::Advised { in_force: false, .. } => Self::None,
            Self::Advised { in_force: true, .. } => Self::Over,
            Self::None | Self::Declined | Self::Accepted { .. } | Self::Over => self,
        }
    }

    /// What somebody accepted holds; what nobody answered is forgotten, so that the next client is asked.
    fn unattended(self, by: Option<MrdId>) -> Self {
        match by {
            Some(by) if self.is_in_force() => Self::Accepted { by },
            Some(_) | None => Self::None,
        }
    }
}

impl Opc {
    /// A client lets its agent's work be interrupted.
    pub(super) fn on_interrupt_accepted(&mut self, member: AgentKey, cx: &mut Cx<'_>) -> Result<(), Refusal> {
        let agent = self.attended_mut(member)?;
        // An answer to no advice is a message out of sequence: code 19 (finesse-nonvoice 4.6).
        let Interrupt::Advised { by, .. } = agent.interrupt else { return Err(Refusal::WrongSequence) };
        // The agent's state in this domain is interrupted from now on, and so are its tasks (task-routing S6, 3a).
        agent.interrupt = Interrupt::Accepted { by };
        self.stop_work(member, cx);
        self.report(member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// A client does not: nothing changes, or everything goes on.
    pub(super) fn on_interrupt_unaccepted(
        &mut self,
        member: AgentKey,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        let agent = self.attended_mut(member)?;
        let Interrupt::Advised { in_force, .. } = agent.interrupt else { return Err(Refusal::WrongSequence) };
        // Nothing changes, and both clocks run (task-routing S6, 3b).
        agent.interrupt = Interrupt::Declined;
        if in_force {
            self.resume_work(member, cx);
            self.report(member, EventDetail::AsIs, cx);
        }
        Ok(())
    }

    /// A client goes on with what was interrupted.
    pub(super) fn on_interrupt_done(&mut self, member: AgentKey, cx: &mut Cx<'_>) -> Result<(), Refusal> {
        if self.attended_mut(member)?.interrupt != Interrupt::Over {
            return Err(Refusal::WrongSequence);
        }
        self.end_interrupt(member, cx);
        self.report(member, EventDetail::AsIs, cx);
        Ok(())
    }

    /// No client went on with what was interrupted.
    pub(crate) fn on_interrupt_done_due(&mut self, member: AgentKey, cx: &mut Cx<'_>) {
        let interrupt = agent_at(&mut self.agents, member).interrupt;
        assert_eq!(interrupt, Interrupt::Over, "the timer ends with the wait for the client");
        self.end_interrupt(member, cx);
        self.report(member, EventDetail::AsIs, cx);
    }

    /// Refuses work in a domain where the agent's work is interrupted; ends are legal even there.
    pub(super) fn refuse_interrupted(&self, member: AgentKey) -> Result<(), Refusal> {
        let is_interrupted = self.agents.get(&member).is_some_and(|agent| agent.interrupt.is_in_force());
        if is_interrupted { Err(Refusal::Interrupted) } else { Ok(()) }
    }

    /// Looks at the interrupts of everybody who was reported since the last time, and advises their clients.
    pub(crate) fn review_interrupts(&mut self, cx: &mut Cx<'_>) {
        for agent in std::mem::take(&mut self.reported) {
            for member in self.interruptible_members(agent) {
                self.review_interrupt(member, cx);
            }
        }
    }

    fn review_interrupt(&mut self, member: AgentKey, cx: &mut Cx<'_>) {
        let (by, has_tasks) = (self.interrupting(member), self.load(member).total() > 0);
        let agent = agent_at(&mut self.agents, member);
        let before = agent.interrupt;
        let (is_attended, is_ready) = (agent.is_attended(), agent.sign_in == SignIn::Ready);
        let (next, advice) = before.next(Situation { by, has_tasks, is_ready, is_attended });
        agent.interrupt = next;
        if before == Interrupt::Over && next != Interrupt::Over {
            cx.cancel(Timer::InterruptDone.key(member.number()));
        }
        if before.is_in_force() && !next.is_in_force() && has_tasks {
            // The interrupt is over, whether or not the client has answered (task-routing S6, step 4).
            self.resume_work(member, cx);
            self.report_one(member, EventDetail::AsIs, cx);
        }
        let (by, is_over) = match advice {
            None => return,
            Some(Advice::Begin(by)) => (by, false),
            Some(Advice::Done(by)) => {
                // A client that never accepts would leave the work interrupted for good (inferred).
                cx.arm(Timer::InterruptDone.key(member.number()), DONE_WAIT);
                (by, true)
            }
        };
        let AgentKey { skill_target, mrd } = member;
        self.to_cti.push(OpcMessage::Interrupt { skill_target, mrd, by, is_over });
    }

    fn end_interrupt(&mut self, member: AgentKey, cx: &mut Cx<'_>) {
        cx.cancel(Timer::InterruptDone.key(member.number()));
        agent_at(&mut self.agents, member).interrupt = Interrupt::None;
        self.resume_work(member, cx);
    }

    /// Interrupts the tasks that have begun.
    fn stop_work(&mut self, member: AgentKey, cx: &mut Cx<'_>) {
        for task in self.tasks_of(member) {
            if matches!(task.state, TaskState::Active | TaskState::Paused | TaskState::WrapUp) {
                // A task that has not begun stays as it is; the others come back to their former states (task-routing S6).
                let stopped = Task { interrupted: Some(task.state), ..task };
                self.enter_unannounced(stopped, TaskState::Interrupted, cx);
            }
        }
    }

    /// Tasks go back to the states in which they were interrupted.
    fn resume_work(&mut self, member: AgentKey, cx: &mut Cx<'_>) {
        for task in self.tasks_of(member) {
            if let Some(before) = task.interrupted {
                self.enter_unannounced(Task { interrupted: None, ..task }, before, cx);
            }
        }
    }

    /// Changes a task's state where no event of its own says so.
    fn enter_unannounced(&mut self, task: Task, to: TaskState, cx: &mut Cx<'_>) {
        // An interrupted dialog has no event of its own: the media alone is shown (finesse-nonvoice 2.6).
        self.enter(task, to, None, cx);
        self.to_cti.push(OpcMessage::TaskState { task: task.id, state: to });
    }

    /// The agent's domains whose work gives way, unless there is no other to give way to.
    fn interruptible_members(&self, agent: SkillTarget) -> Vec<AgentKey> {
        let of = |mrd| AgentKey { skill_target: agent, mrd };
        let members = self.agents.range(of(MrdId(i32::MIN))..=of(MrdId(i32::MAX))).map(|(member, _)| *member);
        let (gives_way, takes_precedence): (Vec<AgentKey>, Vec<AgentKey>) =
            members.partition(|member| self.is_interruptible(member.mrd));
        if takes_precedence.is_empty() { Vec::new() } else { gives_way }
    }

    /// The other domain of the agent whose tasks take precedence, if the agent has any there.
    pub(super) fn interrupting(&self, member: AgentKey) -> Option<MrdId> {
        let mut members = self.tasks.values().map(|task| task.member);
        let precedes = members.find(|other| {
            // Work of the same domain never interrupts, nor does interruptible work (task-routing S6, 3.11).
            other.skill_target == member.skill_target
                && other.mrd != member.mrd
                && !self.is_interruptible(other.mrd)
        })?;
        Some(precedes.mrd)
    }
}
