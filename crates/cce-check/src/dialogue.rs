//! MR dialogues, on the sides of CCP and of the MR PG.

use crate::{breach::Judge, contact::or_nothing, judgement::Judgement};
use cce_model::{ContactId, DialogueState};
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
    open: BTreeMap<(Side, u32), Vec<Open>>,
}

#[derive(Clone, Debug)]
struct Open {
    contact: ContactId,
    state: DialogueState,
    at: u64,
}

impl Dialogues {
    pub(crate) fn on_change(
        &mut self,
        side: Side,
        dialogue: u32,
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
            open.push(Open { contact: contact.clone(), state: to, at: judge.seq });
        }
        if open.is_empty() {
            self.open.remove(&(side, dialogue));
        }
        if self.open.len() > DIALOGUES_MAX {
            self.open.pop_first();
        }
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

fn describe(open: &[Open]) -> String {
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
    use std::collections::BTreeSet;

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
