//! Scenarios: the model, and the reading of files.
//!
//! [`load`] reads a file, what it includes and the lab that it names into a [`Scenario`]. Everything that is wrong with a
//! file is found at once, each problem with its place in the text.

#![warn(missing_docs)]

mod amount;
mod answer;
mod clauses;
mod doubts;
mod file;
mod gather;
mod model;
mod people;
mod reach;
mod read;
mod read_swarm;
mod set;
mod steps;
mod swarm;

pub use amount::{Bounds, Chance, Times};
pub use file::load;
pub use gather::{Context, ScenarioError};
pub use model::{Action, Expectation, Rule, RunLimits, Scenario, ScenarioStep, StepAction, Want, orders_of};
pub use reach::Unreachable;
pub use read::ScenarioProblem;
pub use swarm::{BendKind, Drawn, FaultKind, Swarm};
