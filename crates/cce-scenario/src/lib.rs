//! Scenario files, and the engine that plays them over a run of either driver.
//!
//! [`load`] reads a file into a [`Scenario`]; [`Engine`] directs a run by it; [`Play`] does so in the simulator.
//!
//! The path of one message: a driver records its sending; [`Engine::see`](cce_journal::Director::see) gives the
//! record its names ([`Tracker`]), takes steps and lets go what waits for it, then the rules judge it; the driver
//! carries out what they say.
//!
//! Invariants:
//! - The engine sees nothing but records, and does nothing but what it tells the driver. The same records lead to
//!   the same orders.
//! - Everything that it does to a run is a record.
//! - Everything that is wrong with a file is found at once.

#![warn(missing_docs)]

mod clauses;
mod coverage;
mod deeds;
mod endless;
mod engine;
mod explore;
mod facts;
mod file;
mod gather;
mod happening;
mod keys;
mod known;
mod model;
mod names;
mod outcome;
mod people;
mod place;
mod play;
mod read;
mod recorded;
mod rules;
mod selector;
mod set;
mod steps;
mod swarm;
mod touched;
mod watch;
mod ways;
mod words;

pub use coverage::{Coverage, Grid};
pub use deeds::{Acted, Deeds};
pub use engine::{Breach, Engine, Expected, Report};
pub use explore::{Ended, Orders};
pub use file::{Context, ScenarioError, load};
pub use happening::{Happening, Tracker};
pub use known::{keys_of, names};
pub use model::{Act, Action, Chance, Expectation, Limits, Rule, Scenario, Step, Times, Want};
pub use names::{ContactName, Names, TaskName};
pub use outcome::{Outcome, TaskEnd};
pub use place::{Place, PlacePattern};
pub use play::Play;
pub use read::Problem;
pub use recorded::{Deviation, deviation, unmet, unrepeatable};
pub use rules::{Held, RuleState};
pub use selector::{Selector, SelectorError, Vocabulary};
pub use swarm::{BendKind, Bounds, Drawn, FaultKind, Swarm};
pub use watch::Unmet;
