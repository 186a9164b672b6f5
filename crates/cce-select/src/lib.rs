//! Selectors, and the names of what happens in a run.
//!
//! A driver's records become [`Happening`]s by a [`Tracker`]; a [`Selector`] says which of them are meant. Selectors are
//! checked when they are read: a name that nothing has, a key that a message does not have and a way that no link goes
//! are errors, each with what would be right.

#![warn(missing_docs)]

mod closed;
mod facts;
mod happening;
mod keys;
mod known;
mod names;
pub mod place;
mod selector;
mod synonyms;
mod transitions;
mod values;
mod ways;
mod word;
pub mod words;

pub use happening::{Happening, Tracker, is_heartbeat, is_sending};
pub use known::{keys_of, names};
pub use names::{ContactName, OVER_MAX as NAMED_OVER_MAX, ShortNames, TaskName};
pub use place::{Place, PlacePattern};
pub use selector::{Selector, Vocabulary};
pub use word::SelectorError;
