//! Cancels of tasks at the MR PG: each gets one confirmation, unless its dialogue fails first (mr-interface 5).

use crate::{breach::Judge, judgement::Judgement, table::Bounded};
use cce_fold::Subject;
use cce_kernel::LinkId;
use cce_model::DialogueId;
use cce_mr::{Mr, mr::CancelTask};
use cce_wire::Message;
use std::collections::{BTreeMap, VecDeque};

/// Dialogues with a cancel that waits for its answer. The lowest give way.
const DIALOGUES_MAX: usize = 16_384;

/// Cancels of one dialogue whose records are known. Further ones are counted.
const WAITING_MAX: usize = 64;

/// The cancels that wait, by connection and dialogue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancels(BTreeMap<(LinkId, DialogueId), WaitingCancels>);

/// The cancels of one dialogue that wait.
#[derive(Clone, Debug, Default)]
struct WaitingCancels {
    /// Records, oldest first.
    known: VecDeque<u64>,
    further: u64,
}

impl WaitingCancels {
    fn add(&mut self, seq: u64) {
        if self.known.len() < WAITING_MAX {
            self.known.push_back(seq);
        } else {
            self.further += 1;
        }
    }

    /// One of them has its answer. Says whether it was the last one.
    fn answer(&mut self) -> bool {
        match self.further.checked_sub(1) {
            Some(further) => self.further = further,
            None => drop(self.known.pop_front()),
        }
        self.known.is_empty()
    }
}

impl Cancels {
    /// An application gives a task up.
    pub(crate) fn on_cancel(&mut self, link: LinkId, dialogue: DialogueId, seq: u64) {
        self.0.entry((link, dialogue)).or_default().add(seq);
        self.0.keep(DIALOGUES_MAX);
    }

    /// The MR PG says something to an application.
    pub(crate) fn on_sent(&mut self, link: LinkId, message: &Mr, judge: &mut Judge<'_>) {
        let Some(dialogue) = message.about().dialogue else { return };
        if CancelTask::DOC.answered_by.contains(&message.name()) {
            self.on_confirmed((link, dialogue), judge);
        } else if CancelTask::DOC.refused_by.contains(&message.name()) {
            self.on_failed((link, dialogue));
        }
    }

    pub(crate) fn on_link_gone(&mut self, link: LinkId) {
        self.0.retain(|(of, _), _| *of != link);
    }

    /// The component begins anew.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    /// Cancels that got no answer.
    pub(crate) fn finish(&self, judge: &mut Judge<'_>) {
        for ((link, dialogue), waiting) in &self.0 {
            for at in &waiting.known {
                let text = format!("CANCEL_TASK of dialogue {dialogue} on {link} got no answer");
                judge.breach(Judgement::CancelConfirmed, *at, &[], Subject::default(), text);
            }
        }
    }

    fn on_confirmed(&mut self, cancelled: (LinkId, DialogueId), judge: &mut Judge<'_>) {
        let waiting = self.0.get_mut(&cancelled);
        judge.expect(Judgement::CancelConfirmedOnce, waiting.is_some(), &[], || {
            let (link, dialogue) = cancelled;
            format!(
                "CANCEL_TASK_CONF of dialogue {dialogue} on {link} is one too many: no cancel waits for it"
            )
        });
        let Some(waiting) = waiting else { return };
        if waiting.answer() {
            self.0.remove(&cancelled);
        }
    }

    /// The failure of a dialogue answers its cancels.
    fn on_failed(&mut self, failed: (LinkId, DialogueId)) {
        self.0.remove(&failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::Ledger;
    use cce_kernel::Port;

    #[test]
    fn cancels_beyond_their_number_let_the_lowest_dialogue_go() {
        let link = LinkId { port: Port::Mr, number: 1 };
        let mut cancels = Cancels::default();
        for dialogue in (1..=u32::try_from(DIALOGUES_MAX).unwrap() + 1).map(DialogueId) {
            cancels.on_cancel(link, dialogue, u64::from(dialogue.0));
        }
        assert_eq!(cancels.0.len(), DIALOGUES_MAX);
        assert_eq!(cancels.0.keys().next(), Some(&(link, DialogueId(2))));
    }

    /// One confirmation answers the cancel that waits longest; the failure of the dialogue answers all of its cancels.
    #[test]
    fn two_cancels_of_one_dialogue_have_a_confirmation_each_or_one_failure() {
        let link = LinkId { port: Port::Mr, number: 1 };
        let conf = Mr::from(cce_mr::mr::CancelTaskConf { dialogue_id: DialogueId(7), ..Default::default() });
        let failure =
            Mr::from(cce_mr::mr::NewTaskFailureEvent { dialogue_id: DialogueId(7), ..Default::default() });
        for (said, left) in [
            (vec![], vec![1, 2]),
            (vec![&conf], vec![2]),
            (vec![&conf, &conf], vec![]),
            (vec![&failure], vec![]),
        ] {
            let (mut ledger, subject) = (Ledger::default(), Subject::default());
            let mut judge = Judge::new(&mut ledger, 9, &subject);
            let mut cancels = Cancels::default();
            cancels.on_cancel(link, DialogueId(7), 1);
            cancels.on_cancel(link, DialogueId(7), 2);
            said.iter().for_each(|message| cancels.on_sent(link, message, &mut judge));
            cancels.finish(&mut judge);
            assert_eq!(judge.breaches.iter().map(|breach| breach.seq).collect::<Vec<_>>(), left);
        }
    }

    #[test]
    fn of_many_cancels_of_one_dialogue_the_first_are_known_and_the_others_counted() {
        let link = LinkId { port: Port::Mr, number: 1 };
        let conf = Mr::from(cce_mr::mr::CancelTaskConf { dialogue_id: DialogueId(7), ..Default::default() });
        let count = WAITING_MAX as u64 + 6;
        let breaches = |confirmations: u64| {
            let (mut ledger, subject) = (Ledger::default(), Subject::default());
            let mut judge = Judge::new(&mut ledger, 9, &subject);
            let mut cancels = Cancels::default();
            (0..count).for_each(|seq| cancels.on_cancel(link, DialogueId(7), seq));
            (0..confirmations).for_each(|_| cancels.on_sent(link, &conf, &mut judge));
            cancels.finish(&mut judge);
            judge.breaches.len()
        };
        assert_eq!(breaches(0), WAITING_MAX);
        assert_eq!((breaches(count - 1), breaches(count), breaches(count + 1)), (1, 0, 1));
    }

    #[test]
    fn a_cancel_whose_connection_is_gone_needs_no_answer_and_others_do() {
        let link = |number| LinkId { port: Port::Mr, number };
        let mut cancels = Cancels::default();
        cancels.on_cancel(link(1), DialogueId(7), 1);
        cancels.on_cancel(link(2), DialogueId(7), 2);
        cancels.on_link_gone(link(1));
        let (mut ledger, subject) = (Ledger::default(), Subject::default());
        let mut judge = Judge::new(&mut ledger, 9, &subject);
        cancels.finish(&mut judge);
        assert_eq!(judge.breaches.iter().map(|breach| breach.seq).collect::<Vec<_>>(), [2]);
    }
}
