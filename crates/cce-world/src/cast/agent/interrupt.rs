//! What an agent does when a media is interrupted: it lets the dialogs be until the media goes on.
//!
//! Only the media is published then, so the agent asks for its dialogs at each edge (finesse-nonvoice 5). Answers may
//! overtake each other: only the latest one counts.

use super::{
    Ask, Phase, Timer, VirtualAgent,
    dialogs::{FAILURES_MAX, read_list},
    request,
};
use cce_kernel::{CallError, Cx, Response, TimerKey};
use cce_model::{AgentState, MrdId};
use std::collections::BTreeSet;

/// Asks once more what is interrupted.
const LOOK_AGAIN: TimerKey = Timer::Interrupted.key(0);

/// Media that are interrupted, as the agent saw them last.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupts {
    media: BTreeSet<MrdId>,
    last_list: u64,
    /// Lists in a row that told nothing new.
    in_vain: u32,
    is_armed: bool,
}

impl VirtualAgent {
    /// A media is in a state: one of the agent's own, so that their number is bounded.
    pub(super) fn follow_interrupt(&mut self, mrd: MrdId, state: &str, cx: &mut Cx<'_>) {
        let has_changed = if state == AgentState::Interrupted.name() {
            self.interrupts.media.insert(mrd)
        } else {
            // A dialog may be interrupted by a media of which no notification came.
            let was_missed = self.interrupts.media.is_empty() && self.is_any_interrupted();
            self.interrupts.media.remove(&mrd) || was_missed
        };
        if has_changed && self.phase != Phase::SigningOut {
            self.interrupts.in_vain = 0;
            self.ask_what_is_interrupted(cx);
        }
    }

    pub(super) fn ask_what_is_interrupted(&mut self, cx: &mut Cx<'_>) {
        self.interrupts.is_armed = false;
        self.interrupts.last_list += 1;
        let number = self.interrupts.last_list;
        self.ask(Ask::InterruptList(number), request::list(&self.config), cx);
    }

    pub(super) fn on_interrupt_list(
        &mut self,
        number: u64,
        result: &Result<Response, CallError>,
        cx: &mut Cx<'_>,
    ) {
        // A later list was asked for, whose answer counts.
        if number != self.interrupts.last_list {
            return;
        }
        let answer = result.as_ref().ok().filter(|response| response.is_success());
        match answer.and_then(|response| read_list(&response.body.0)) {
            Some(listed) => {
                self.on_list_of_interrupted(listed, cx);
                self.look_again_if_interrupted(cx);
            }
            None => self.look_again(cx),
        }
    }

    /// A dialog is interrupted, and no media is known to be: that it goes on may have been missed, too.
    pub(super) fn look_again_if_interrupted(&mut self, cx: &mut Cx<'_>) {
        if self.interrupts.media.is_empty() && self.is_any_interrupted() {
            self.look_again(cx);
        }
    }

    fn look_again(&mut self, cx: &mut Cx<'_>) {
        self.interrupts.in_vain += 1;
        if self.interrupts.in_vain <= FAILURES_MAX {
            self.interrupts.is_armed = true;
            cx.arm(LOOK_AGAIN, self.config.retry);
        }
    }

    /// What was seen of interrupts counts no more.
    pub(super) fn forget_interrupts(&mut self, cx: &mut Cx<'_>) {
        self.interrupts.media.clear();
        self.interrupts.in_vain = 0;
        if std::mem::take(&mut self.interrupts.is_armed) {
            cx.cancel(LOOK_AGAIN);
        }
    }
}
