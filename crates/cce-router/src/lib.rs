//! Router: dialed numbers, scripts, precision queues, reservations (task-routing 3, mr-interface 7 and 8).
//!
//! ```text
//! MR PG  -- NEW_CALL, RELEASE -->               router -- DEVICE_TARGET_PRE_CALL_IND --> agent PG
//!        <-- CONNECT, QUEUE_EVENT, DIALOG_FAIL --      <-- TASK_EVENT, AGENT_STATE_UPDATE --
//! ```
//!
//! Both kinds of peripheral gateway connect to one socket; their OPEN_REQ tells them apart.
//!
//! Invariants:
//! - A task is with at most one agent, and an agent never gets more tasks than the limit reported.
//! - A task counts against its agent from the decision on, before the agent PG reports it.
//! - Every admitted task is routed, released or refused exactly once, unless its routing client is lost.
//! - A task whose reservation is refused, or lost with its link, is routed anew.
//! - Nobody who is free is passed over: whenever an agent changes, what waits is looked through.
//! - No router call key is given twice, not even across a restart.

#![warn(missing_docs)]

mod agent;
mod choice;
mod config;
mod key;
mod link;
mod message;
mod queue;
mod reservation;
mod router;
mod task;
mod timer;

pub use config::Config;
pub use router::Router;
