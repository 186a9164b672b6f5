//! Dialogues that are over: the application may have given one up before it heard so, and each cancel has its answer.

use cce_model::DialogueId;
use std::collections::BTreeMap;

/// Dialogues that are remembered behind their end. Of more, those with the lowest ids are forgotten, and those whose cancels wait
/// for the router last.
const ENDED_MAX: usize = 1_000;

/// The dialogues of a session that are over.
#[derive(Clone, Debug, Default)]
pub(crate) struct EndedDialogues {
    dialogues: BTreeMap<DialogueId, EndedDialogue>,
}

#[derive(Clone, Copy, Debug)]
struct EndedDialogue {
    /// The last `SendSeqNo` to the application.
    sent: u32,
    /// Cancels that the router has yet to decide about, though it has chosen an agent.
    cancels: u32,
}

impl EndedDialogues {
    /// A dialogue is over behind that number of messages to the application, and with cancels of which the router is asked.
    pub(crate) fn remember(&mut self, id: DialogueId, sent: u32, cancels: u32) {
        // The id was in use before, and the router answers the former dialogue first (mr-interface 5).
        if cancels == 0 && self.is_asked(id) {
            return;
        }
        if self.dialogues.len() >= ENDED_MAX && !self.dialogues.contains_key(&id) {
            let settled = self.dialogues.iter().find(|(_, over)| over.cancels == 0).map(|(id, _)| *id);
            match settled {
                Some(settled) => self.dialogues.remove(&settled),
                None => self.dialogues.pop_first().map(|(_, over)| over),
            };
        }
        self.dialogues.insert(id, EndedDialogue { sent, cancels });
    }

    /// The id is in use again, and its messages are numbered anew.
    pub(crate) fn forget(&mut self, id: DialogueId) {
        if !self.is_asked(id) {
            self.dialogues.remove(&id);
        }
    }

    /// Whether the router is asked about the dialogue.
    pub(crate) fn is_asked(&self, id: DialogueId) -> bool {
        self.dialogues.get(&id).is_some_and(|over| over.cancels > 0)
    }

    /// One more cancel, for which the answer to the first one is an answer, too (inferred).
    pub(crate) fn add_cancel(&mut self, id: DialogueId) {
        if let Some(over) = self.dialogues.get_mut(&id) {
            over.cancels = over.cancels.saturating_add(1);
        }
    }

    /// The cancels of a dialogue that the router has answered now.
    pub(crate) fn take_cancels(&mut self, id: DialogueId) -> u32 {
        self.dialogues.get_mut(&id).map_or(0, |over| std::mem::take(&mut over.cancels))
    }

    /// Dialogues about which the router is asked.
    pub(crate) fn asked(&self) -> Vec<DialogueId> {
        self.dialogues.keys().copied().filter(|id| self.is_asked(*id)).collect()
    }

    /// The next `SendSeqNo` in a dialogue that is over: the numbers of a direction go on (mr-interface 2). In a dialogue that
    /// nobody remembers it is the first (inferred).
    pub(crate) fn next_seq(&mut self, id: DialogueId) -> u32 {
        let Some(over) = self.dialogues.get_mut(&id) else { return 1 };
        over.sent = over.sent.saturating_add(1);
        over.sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_the_lowest_of_which_the_router_is_not_asked_goes_first() {
        let mut ended = EndedDialogues::default();
        let max = u32::try_from(ENDED_MAX).unwrap();
        for id in 1..=max {
            ended.remember(DialogueId(id), 5, u32::from(id <= 2));
        }
        ended.remember(DialogueId(max), 6, 0);
        assert_eq!(ended.dialogues.len(), ENDED_MAX, "it was remembered already");
        ended.remember(DialogueId(max + 1), 5, 0);
        assert_eq!(ended.dialogues.len(), ENDED_MAX);
        assert_eq!(ended.asked(), [DialogueId(1), DialogueId(2)]);
        assert_eq!((ended.next_seq(DialogueId(3)), ended.next_seq(DialogueId(4))), (1, 6));
        assert_eq!(ended.next_seq(DialogueId(max)), 7);
    }

    #[test]
    fn where_the_router_is_asked_about_every_one_the_lowest_goes() {
        let mut ended = EndedDialogues::default();
        let max = u32::try_from(ENDED_MAX).unwrap();
        (1..=max + 1).for_each(|id| ended.remember(DialogueId(id), 5, 1));
        assert_eq!(ended.dialogues.len(), ENDED_MAX);
        assert!(!ended.is_asked(DialogueId(1)) && ended.is_asked(DialogueId(2)));
    }
}
