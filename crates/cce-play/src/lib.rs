//! Plays scenarios over a run of either driver.
//!
//! [`Engine`] directs a run by a scenario; [`Play`] does so in the simulator.
//!
//! The path of one message: a driver records its sending; [`Engine::see`](cce_journal::Director::see) gives the
//! record its names ([`cce_select::Tracker`]), takes steps and lets go what waits for it, then the rules judge it; the
//! driver carries out what they say.
//!
//! Invariants:
//! - The engine sees nothing but records, and does nothing but what it tells the driver. The same records lead to
//!   the same orders.
//! - Everything that it does to a run is a record.

#![warn(missing_docs)]

mod affected;
mod difference;
mod effects;
mod endless;
mod engine;
mod explore;
mod outcome;
mod overdue;
mod play;
mod recorded;
mod rules;
mod watch;

pub use difference::{AgentEnds, agent_differences, agent_ends};
pub use effects::{Acted, RuleEffects};
pub use engine::{Arming, CurrentSettings, Engine, Expected, Finding, FindingKind, OrderRefused, RunReport};
pub use explore::{Orders, RunEnd};
pub use outcome::{Outcome, TaskEnd};
pub use play::Play;
pub use recorded::{
    Deviation, deviation, leave_out_repeated, missing_customers, on_recorded_lab, unmet, unrepeatable,
};
pub use rules::{HeldMessage, RuleState};
pub use watch::UnmetExpectation;
