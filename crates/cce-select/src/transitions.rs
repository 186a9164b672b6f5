//! The transitions between states: a pair of states that no transition joins never comes about.

use cce_model::{ContactStatus, DialogState, DialogueState, TaskState};
use std::fmt::Display;

/// What stands for no state: what begins comes from it.
const NONE: &str = "none";

/// Whether a key of a change of state says whose state it is. The others say how it is, and change with it.
pub(crate) fn says_whose(name: &str, key: &str) -> bool {
    let whose: &[&str] = match name {
        "contact" => &["contact"],
        "dialogue" => &["dialogue", "contact"],
        "task" => &["task", "skill_target", "mrd"],
        "dialog" => &["task", "contact", "agent", "mrd"],
        "agent_in_mrd" => &["agent", "skill_target", "mrd"],
        "user" => &["agent"],
        _ => &[],
    };
    whose.contains(&key)
}

/// Why a fact never goes from the one state to the other, if that is so. A value that is no state was told before.
pub(crate) fn no_transition(name: &str, from: &str, to: &str) -> Option<String> {
    match name {
        "contact" => {
            let first = [ContactStatus::Unread];
            judge("contact", ContactStatus::ALL, &first, ContactStatus::successors, from, to)
        }
        "dialogue" => {
            let first = [DialogueState::Open];
            judge("dialogue", DialogueState::ALL, &first, DialogueState::successors, from, to)
        }
        // A client that comes back may tell any state of what is open (task-routing E19).
        "task" => {
            // What is over stays so (task-routing 1.1).
            let after = |from: TaskState| -> &'static [TaskState] {
                if from == TaskState::Ended { &[] } else { TaskState::ALL }
            };
            judge("task", TaskState::ALL, TaskState::ALL, after, from, to)
        }
        "dialog" => judge("dialog", DialogState::ALL, DialogState::ALL, after_dialog, from, to),
        _ => None,
    }
}

fn judge<S: Copy + PartialEq + Display + 'static>(
    what: &str,
    all: &[S],
    first: &[S],
    successors: impl Fn(S) -> &'static [S],
    from: &str,
    to: &str,
) -> Option<String> {
    let state = |name: &str| all.iter().copied().find(|state| state.to_string().eq_ignore_ascii_case(name));
    let to = state(to)?;
    let may_follow = if from.eq_ignore_ascii_case(NONE) { first } else { successors(state(from)?) };
    if may_follow.contains(&to) {
        return None;
    }
    let known: Vec<String> = may_follow.iter().map(ToString::to_string).collect();
    let follows =
        if known.is_empty() { "nothing comes".to_owned() } else { format!("comes {}", known.join(" or ")) };
    Some(format!("a {what} never goes from {from} to {to}: after {from} {follows}"))
}

/// What is over stays so, and what was recovered from an interrupt can only be closed (task-routing 1.3).
const fn after_dialog(from: DialogState) -> &'static [DialogState] {
    match from {
        DialogState::Closed => &[],
        DialogState::Unknown => &[DialogState::Closed],
        DialogState::Offered
        | DialogState::Accepted
        | DialogState::Active
        | DialogState::Paused
        | DialogState::WrappingUp
        | DialogState::Interrupted => DialogState::ALL,
    }
}
