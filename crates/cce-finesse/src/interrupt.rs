//! Work that gives way to work of another domain: Finesse answers for its agents as they chose at sign-in, and their
//! dialogs follow the state that the CTI server reports (task-routing S6, finesse-nonvoice 2.5, 2.6).
//!
//! An agent who is not ready is reported as that whether or not work is interrupted (finesse-nonvoice 2.5), so that the node
//! remembers its answers: with the next report of such an agent the dialogs do what the latest answer said.
//!
//! No dialog is published for it: only the media is, and who wants to know reads the dialogs anew. One that was recovered
//! while it was interrupted is published as unknown once the interrupt ends, and so is one that goes on while the media
//! stays as it is (inferred).

use crate::cti::CtiClient;
use cce_cti::{
    AgentInterruptAcceptedInd, AgentInterruptAdvisoryEvent, AgentInterruptDoneAcceptedInd,
    AgentInterruptDoneAdvisoryEvent, AgentInterruptUnacceptedInd,
};
use cce_kernel::Cx;
use cce_model::{AgentId, AgentState, DialogState, InterruptAction, InvokeId, MrdId};
use std::collections::BTreeMap;

/// What the node answered last to advice about an agent in a domain; there is one entry for each at most.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupts(BTreeMap<(AgentId, MrdId), InterruptAnswer>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InterruptAnswer {
    /// The work stands still, unless the indication is refused that was sent under this id.
    Stops(InvokeId),
    /// It goes on.
    GoesOn,
}

/// What a report of an agent means for the dialogs in the domain that have begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// They are interrupted.
    Stops,
    /// They are not.
    GoesOn,
}

impl Interrupts {
    /// Work of another domain wants to interrupt: the agent chose the answer at sign-in.
    pub(crate) fn answer(
        &mut self,
        agent: AgentId,
        event: &AgentInterruptAdvisoryEvent,
        chosen: InterruptAction,
        cti: &mut CtiClient,
        cx: &mut Cx<'_>,
    ) {
        let (mrd_id, icm_agent_id) = (event.mrd_id, event.icm_agent_id);
        let answered = match chosen {
            // The agent PG stops the domain's tasks, and the agent's state there becomes INTERRUPTED
            // (task-routing S6, 3a).
            InterruptAction::Accept => cti
                .send(cx, |invoke_id| AgentInterruptAcceptedInd {
                    invoke_id,
                    mrd_id,
                    icm_agent_id,
                    ..AgentInterruptAcceptedInd::default()
                })
                .map(InterruptAnswer::Stops),
            // Nothing changes in the domain, and both tasks' clocks run (task-routing S6, 3b).
            InterruptAction::Ignore => cti
                .send(cx, |invoke_id| AgentInterruptUnacceptedInd {
                    invoke_id,
                    mrd_id,
                    icm_agent_id,
                    ..AgentInterruptUnacceptedInd::default()
                })
                .map(|_| InterruptAnswer::GoesOn),
        };
        self.0.extend(answered.map(|answered| ((agent, mrd_id), answered)));
    }

    /// The other work is over: the agent goes on.
    pub(crate) fn go_on(
        &mut self,
        agent: AgentId,
        event: &AgentInterruptDoneAdvisoryEvent,
        cti: &mut CtiClient,
        cx: &mut Cx<'_>,
    ) {
        let (mrd_id, icm_agent_id) = (event.mrd_id, event.icm_agent_id);
        // Tasks and agent come back to their earlier states with this answer (task-routing S6, step 4).
        cti.send(cx, |invoke_id| AgentInterruptDoneAcceptedInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            ..AgentInterruptDoneAcceptedInd::default()
        });
        self.0.insert((agent, mrd_id), InterruptAnswer::GoesOn);
    }

    /// The agent is reported in a state. Returns what that means for the dialogs; none where it says nothing of them.
    pub(crate) fn follow(&mut self, agent: &AgentId, mrd: MrdId, state: AgentState) -> Option<Work> {
        let member = (agent.clone(), mrd);
        match state {
            AgentState::Interrupted => Some(Work::Stops),
            AgentState::Active | AgentState::Paused | AgentState::WorkReady | AgentState::Reserved => {
                Some(Work::GoesOn)
            }
            // Whoever is not ready shows no interrupt: NOT_READY goes before INTERRUPTED (finesse-nonvoice 2.5).
            AgentState::NotReady => self.0.get(&member).map(|answered| match answered {
                InterruptAnswer::Stops(_) => Work::Stops,
                InterruptAnswer::GoesOn => Work::GoesOn,
            }),
            // No task is left that could be interrupted (task-routing S6).
            AgentState::NotActive | AgentState::Logout => {
                self.0.remove(&member);
                None
            }
            AgentState::Login
            | AgentState::Available
            | AgentState::Talking
            | AgentState::WorkNotReady
            | AgentState::BusyOther
            | AgentState::Unknown
            | AgentState::Hold => None,
        }
    }

    /// The server refuses a message. Returns whose work goes on if that message let it be interrupted: the other work was
    /// over already.
    pub(crate) fn on_refused(&mut self, invoke_id: InvokeId) -> Option<(AgentId, MrdId)> {
        let (member, _) =
            self.0.iter().find(|(_, answered)| **answered == InterruptAnswer::Stops(invoke_id))?;
        let member = member.clone();
        self.0.remove(&member);
        Some(member)
    }

    /// The session is over: the next one tells anew how each task stands (task-routing E16).
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

/// The state of a dialog that is in the state `from` and was interrupted in the state `before`, once the work of its domain
/// stops or goes on; none where that changes nothing.
pub(crate) fn sequel(from: DialogState, before: Option<DialogState>, work: Work) -> Option<DialogState> {
    // A dialog that has not begun keeps its state during an interrupt (task-routing 1.3).
    let is_begun = matches!(from, DialogState::Active | DialogState::Paused | DialogState::WrappingUp);
    match (before, work) {
        (None, Work::Stops) if is_begun => Some(DialogState::Interrupted),
        // It was recovered while it was interrupted (task-routing E16).
        (None, Work::GoesOn) if from == DialogState::Interrupted => Some(DialogState::Unknown),
        (Some(before), Work::GoesOn) => Some(before),
        (None | Some(_), Work::Stops | Work::GoesOn) => None,
    }
}
