//! Work that gives way to work of another domain: Finesse answers for its agents as they chose at sign-in, and their
//! dialogs follow the state that the CTI server reports (task-routing S6, finesse-nonvoice 2.5, 2.6).
//!
//! No dialog is published for it: only the media is, and who wants to know reads the dialogs anew. One that was recovered
//! while it was interrupted is published as unknown once the interrupt ends (inferred).

use crate::cti::CtiClient;
use cce_cti::{
    AgentInterruptAcceptedInd, AgentInterruptAdvisoryEvent, AgentInterruptDoneAcceptedInd,
    AgentInterruptDoneAdvisoryEvent, AgentInterruptUnacceptedInd,
};
use cce_kernel::Cx;
use cce_model::{AgentState, DialogState, InterruptAction};

/// Work of another domain wants to interrupt: the agent chose the answer at sign-in. A refusal of the answer comes
/// when the other work is over already, and needs nothing to be done.
pub(crate) fn answer(
    event: &AgentInterruptAdvisoryEvent,
    chosen: InterruptAction,
    cti: &mut CtiClient,
    cx: &mut Cx<'_>,
) {
    let (mrd_id, icm_agent_id) = (event.mrd_id, event.icm_agent_id);
    match chosen {
        // The agent PG stops the domain's tasks, and the agent's state there becomes INTERRUPTED
        // (task-routing S6, 3a).
        InterruptAction::Accept => cti.send(cx, |invoke_id| AgentInterruptAcceptedInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            ..AgentInterruptAcceptedInd::default()
        }),
        // Nothing changes in the domain, and both tasks' clocks run (task-routing S6, 3b).
        InterruptAction::Ignore => cti.send(cx, |invoke_id| AgentInterruptUnacceptedInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            ..AgentInterruptUnacceptedInd::default()
        }),
    };
}

/// The other work is over: the agent goes on.
pub(crate) fn go_on(event: &AgentInterruptDoneAdvisoryEvent, cti: &mut CtiClient, cx: &mut Cx<'_>) {
    let (mrd_id, icm_agent_id) = (event.mrd_id, event.icm_agent_id);
    // Tasks and agent come back to their earlier states with this answer (task-routing S6, step 4).
    cti.send(cx, |invoke_id| AgentInterruptDoneAcceptedInd {
        invoke_id,
        mrd_id,
        icm_agent_id,
        ..AgentInterruptDoneAcceptedInd::default()
    });
}

/// The state of a dialog that is in the state `from` and was interrupted in the state `before`, once its agent is in
/// another state; none where the agent's state changes nothing.
pub(crate) fn sequel(
    from: DialogState,
    before: Option<DialogState>,
    agent: AgentState,
) -> Option<DialogState> {
    // A dialog that has not begun keeps its state during an interrupt (task-routing 1.3).
    let is_begun = matches!(from, DialogState::Active | DialogState::Paused | DialogState::WrappingUp);
    match before {
        None if agent == AgentState::Interrupted && is_begun => Some(DialogState::Interrupted),
        // It was recovered while it was interrupted (task-routing E16).
        None if from == DialogState::Interrupted && is_at_work(agent) => Some(DialogState::Unknown),
        Some(before) if is_at_work(agent) => Some(before),
        None | Some(_) => None,
    }
}

/// Whether somebody in that state works on tasks. An interrupt of which no task is left ends in another state, and
/// the ends of the dialogs follow it.
fn is_at_work(state: AgentState) -> bool {
    matches!(state, AgentState::Active | AgentState::Paused | AgentState::WorkReady | AgentState::Reserved)
}
