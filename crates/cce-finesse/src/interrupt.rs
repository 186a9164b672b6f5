//! Work that gives way to work of another domain: Finesse answers for its agents as they chose at sign-in, and their
//! dialogs follow the state that the CTI server reports (task-routing S6, finesse-nonvoice 2.5, 2.6).
//!
//! No dialog is published for it: only the media is, and who wants to know reads the dialogs anew. One that was recovered
//! while it was interrupted is published as unknown once the interrupt ends (inferred).

use crate::{
    Finesse,
    dialog::{OpenDialog, note_state},
};
use cce_cti::{
    AgentInterruptAcceptedInd, AgentInterruptAdvisoryEvent, AgentInterruptDoneAcceptedInd,
    AgentInterruptDoneAdvisoryEvent, AgentInterruptUnacceptedInd,
};
use cce_kernel::Cx;
use cce_model::{
    AgentId, AgentState, DialogState, InterruptAction, MrdId, Object, PublishEvent, SkillTarget,
};

impl Finesse {
    /// Work of another domain wants to interrupt: the agent chose the answer at sign-in. A refusal of the answer comes
    /// when the other work is over already, and needs nothing to be done.
    pub(crate) fn on_interrupt_advisory(&mut self, event: &AgentInterruptAdvisoryEvent, cx: &mut Cx<'_>) {
        let (mrd_id, icm_agent_id) = (event.mrd_id, event.icm_agent_id);
        match self.interrupt_action(SkillTarget(icm_agent_id), MrdId(mrd_id)) {
            Some(InterruptAction::Accept) => self.cti.send(cx, |invoke_id| AgentInterruptAcceptedInd {
                invoke_id,
                mrd_id,
                icm_agent_id,
                ..AgentInterruptAcceptedInd::default()
            }),
            Some(InterruptAction::Ignore) => self.cti.send(cx, |invoke_id| AgentInterruptUnacceptedInd {
                invoke_id,
                mrd_id,
                icm_agent_id,
                ..AgentInterruptUnacceptedInd::default()
            }),
            None => None,
        };
    }

    /// The other work is over: the agent goes on.
    pub(crate) fn on_interrupt_done(&mut self, event: &AgentInterruptDoneAdvisoryEvent, cx: &mut Cx<'_>) {
        let (mrd_id, icm_agent_id) = (event.mrd_id, event.icm_agent_id);
        self.cti.send(cx, |invoke_id| AgentInterruptDoneAcceptedInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            ..AgentInterruptDoneAcceptedInd::default()
        });
    }

    /// The agent's state in a domain is to be shown: the dialogs come first, so that whoever reads them because of it
    /// reads them right.
    pub(crate) fn follow_interrupt(
        &mut self,
        agent: &AgentId,
        mrd: MrdId,
        state: AgentState,
        cx: &mut Cx<'_>,
    ) {
        let mut recovered = Vec::new();
        let of_media = |open: &&mut OpenDialog| open.dialog.agent == *agent && open.dialog.mrd == mrd;
        for open in self.dialogs.values_mut().filter(of_media) {
            let from = open.dialog.state;
            open.follow_interrupt(state, cx);
            if open.dialog.state == DialogState::Unknown && from != DialogState::Unknown {
                recovered.push(open.dialog.clone());
            }
        }
        for dialog in recovered {
            self.publish(agent, PublishEvent::Put, Object::Dialog(Box::new(dialog)), cx);
        }
    }

    fn interrupt_action(&self, skill_target: SkillTarget, mrd: MrdId) -> Option<InterruptAction> {
        let agent = self.agent_of(skill_target)?;
        Some(self.desks.get(&agent)?.media.get(&mrd)?.interrupt_action)
    }
}

impl OpenDialog {
    fn follow_interrupt(&mut self, state: AgentState, cx: &mut Cx<'_>) {
        let from = self.dialog.state;
        let is_begun = matches!(from, DialogState::Active | DialogState::Paused | DialogState::WrappingUp);
        let to = match self.interrupted {
            None if state == AgentState::Interrupted && is_begun => DialogState::Interrupted,
            // It was recovered while it was interrupted (task-routing E16).
            None if from == DialogState::Interrupted && is_at_work(state) => DialogState::Unknown,
            Some(before) if is_at_work(state) => before,
            None | Some(_) => return,
        };
        self.interrupted = (to == DialogState::Interrupted).then_some(from);
        self.dialog.state = to;
        self.dialog.changed = cx.wall();
        note_state(self, Some(from), cx);
    }
}

/// Whether somebody in that state works on tasks. An interrupt of which no task is left ends in another state, and
/// the ends of the dialogs follow it.
fn is_at_work(state: AgentState) -> bool {
    matches!(state, AgentState::Active | AgentState::Paused | AgentState::WorkReady | AgentState::Reserved)
}
