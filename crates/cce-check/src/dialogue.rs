//! MR dialogues, on the sides of CCP and of the MR PG.

use crate::{breach::Judge, contact::or_nothing, judgement::Judgement, table::Bounded};
use cce_model::{ContactId, DialogueId, DialogueState};
use std::collections::BTreeMap;

/// Dialogues that are open on both sides. The lowest give way.
const DIALOGUES_MAX: usize = 65_536;

/// The side that tells of a dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// CCP.
    Ccp,
    /// The MR PG. Its PIMs number their dialogues each for itself.
    MrPg,
}

impl Side {
    const fn name(self) -> &'static str {
        match self {
            Self::Ccp => "CCP",
            Self::MrPg => "the MR PG",
        }
    }
}

/// Open dialogues: state and latest record. Dialogues of two PIMs may have the same number, and even the same
/// second application string.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dialogues {
    open: BTreeMap<(Side, DialogueId), Vec<OpenDialogue>>,
}

#[derive(Clone, Debug)]
struct OpenDialogue {
    contact: ContactId,
    state: DialogueState,
    at: u64,
}

impl Dialogues {
    pub(crate) fn on_change(
        &mut self,
        side: Side,
        dialogue: DialogueId,
        contact: &ContactId,
        change: (Option<DialogueState>, DialogueState),
        judge: &mut Judge<'_>,
    ) {
        let (from, to) = change;
        let open = self.open.entry((side, dialogue)).or_default();
        let place = open.iter().position(|open| open.contact == *contact && Some(open.state) == from);
        let at = open.iter().map(|open| open.at).collect::<Vec<_>>();
        let is_legal = match from {
            None => to == DialogueState::Open && (side == Side::MrPg || open.is_empty()),
            Some(from) => place.is_some() && is_legal(from, to),
        };
        judge.expect(Judgement::DialogueTransition, is_legal, &at, || {
            format!("dialogue {dialogue} goes from {} to {to}: {}", or_nothing(from), describe(open))
        });
        if let Some(place) = place {
            open.swap_remove(place);
        }
        if !is_over(to) {
            open.push(OpenDialogue { contact: contact.clone(), state: to, at: judge.seq });
        }
        if open.is_empty() {
            self.open.remove(&(side, dialogue));
        }
        self.open.keep(DIALOGUES_MAX);
    }

    /// Dialogues that are open at the end of the run, in words, each with its contact and its last record.
    pub(crate) fn left_over(&self) -> impl Iterator<Item = (String, &ContactId, u64)> {
        self.open.iter().flat_map(|((side, id), open)| {
            open.iter().map(move |open| {
                let text = format!("dialogue {id} is still {} at {}", open.state, side.name());
                (text, &open.contact, open.at)
            })
        })
    }

    /// A side begins anew.
    pub(crate) fn forget(&mut self, side: Side) {
        self.open.retain(|(of, _), _| *of != side);
    }
}

fn describe(open: &[OpenDialogue]) -> String {
    open.first().map_or_else(
        || "no such dialogue is open".to_owned(),
        |open| format!("it is {} with contact {}", open.state, open.contact),
    )
}

fn is_over(state: DialogueState) -> bool {
    matches!(state, DialogueState::Routed | DialogueState::Cancelled | DialogueState::Failed)
}

/// A cancel that lost puts its dialogue back into the queue (mr-interface 5).
fn is_legal(from: DialogueState, to: DialogueState) -> bool {
    use DialogueState as S;
    match from {
        S::Open => matches!(to, S::Queued | S::Cancelling | S::Routed | S::Failed),
        S::Queued => matches!(to, S::Cancelling | S::Routed | S::Failed),
        S::Cancelling => matches!(to, S::Queued | S::Cancelled | S::Routed | S::Failed),
        S::Routed | S::Cancelled | S::Failed => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::Ledger;
    use cce_fold::Subject;
    use std::collections::BTreeSet;

    fn change(
        dialogues: &mut Dialogues,
        (side, number): (Side, DialogueId),
        change: (Option<DialogueState>, DialogueState),
    ) -> Vec<String> {
        let (mut ledger, subject) = (Ledger::default(), Subject::default());
        let mut judge = Judge::new(&mut ledger, 9, &subject);
        dialogues.on_change(side, number, &"c".into(), change, &mut judge);
        judge.breaches.into_iter().map(|breach| breach.text).collect()
    }

    const OPENS: (Option<DialogueState>, DialogueState) = (None, DialogueState::Open);

    #[test]
    fn dialogues_beyond_their_number_let_the_lowest_go() {
        let mut dialogues = Dialogues::default();
        for number in (1..=u32::try_from(DIALOGUES_MAX).unwrap() + 1).map(DialogueId) {
            change(&mut dialogues, (Side::Ccp, number), OPENS);
        }
        assert_eq!(dialogues.left_over().count(), DIALOGUES_MAX);
        assert!(dialogues.left_over().next().unwrap().0.starts_with("dialogue 2 is still"));
    }

    /// Two PIMs of the MR PG may have a dialogue of one number; CCP may not.
    #[test]
    fn a_number_is_given_twice_at_the_mr_pg_alone() {
        for (side, breaches) in [(Side::MrPg, 0), (Side::Ccp, 1)] {
            let mut dialogues = Dialogues::default();
            assert_eq!(change(&mut dialogues, (side, DialogueId(7)), OPENS), [""; 0]);
            assert_eq!(change(&mut dialogues, (side, DialogueId(7)), OPENS).len(), breaches, "{side:?}");
        }
    }

    #[test]
    fn a_side_that_begins_anew_forgets_its_own_dialogues_and_those_that_are_over() {
        let mut dialogues = Dialogues::default();
        for at in [(Side::Ccp, DialogueId(7)), (Side::MrPg, DialogueId(7)), (Side::MrPg, DialogueId(8))] {
            change(&mut dialogues, at, OPENS);
        }
        change(
            &mut dialogues,
            (Side::MrPg, DialogueId(8)),
            (Some(DialogueState::Open), DialogueState::Routed),
        );
        dialogues.forget(Side::Ccp);
        let left: Vec<String> = dialogues.left_over().map(|(text, ..)| text).collect();
        assert_eq!(left, ["dialogue 7 is still open at the MR PG"]);
        assert_eq!(dialogues.open.len(), 1, "nothing is kept of what is over");
    }

    #[test]
    fn a_dialogue_goes_from_state_to_state_as_in_mr_interface_5_and_in_no_other_way() {
        use DialogueState as S;
        for (from, legal) in [
            (S::Open, &[S::Queued, S::Cancelling, S::Routed, S::Failed][..]),
            (S::Queued, &[S::Cancelling, S::Routed, S::Failed]),
            (S::Cancelling, &[S::Queued, S::Cancelled, S::Routed, S::Failed]),
            (S::Routed, &[]),
            (S::Cancelled, &[]),
            (S::Failed, &[]),
        ] {
            let allowed = S::ALL.iter().copied().filter(|to| is_legal(from, *to));
            assert_eq!(allowed.collect::<BTreeSet<_>>(), legal.iter().copied().collect(), "{from}");
            assert_eq!(is_over(from), legal.is_empty(), "{from}");
        }
    }
}
