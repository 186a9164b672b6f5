//! Checks that hold in every run: ten rules over a journal.
//!
//! [`Checks`] takes the events of the one [`Fold`](cce_fold::Fold) and says which of them break a rule. It stands
//! on facts: every state change, choice and message between modules is one, so a check need not trust a component's
//! own tables. Where a component counts for itself, its count is compared with that of its own facts.
//!
//! A check never judges by how soon something must follow: what has to come about is judged when the run ends
//! ([`Checks::finish`]). Whatever failed, everything ends: what the product itself loses is for the application to close
//! (task-routing E13, E18).
//!
//! Invariants:
//! - What one record costs does not grow with the history.
//! - What is over is forgotten; every table has a bound.
//! - Behind a gap of the journal nothing is judged, since nobody knows what it held.

#![warn(missing_docs)]

mod agentpg;
mod answer;
mod breach;
mod cancel;
mod check;
mod checks;
mod close;
mod contact;
mod delivery;
mod dialogue;
mod finesse;
mod judgement;
mod outsider;
mod router;
mod said;
mod stream;
mod table;

pub use breach::{Breach, Tally};
pub use check::{Check, UnknownCheck};
pub use checks::Checks;
pub use judgement::Judgement;
pub use outsider::Misdeed;
