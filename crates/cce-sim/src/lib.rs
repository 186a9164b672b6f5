//! In-memory driver: virtual clock, seeded order.
//!
//! It drives the same components as the network driver and makes the same journal. Bytes cross its links
//! through the same framing decoder. Two runs of one seed give the same journal, byte for byte.
//!
//! Instead of a seed, the order of deliveries can be a choice ([`Sim::by_choice`]); [`explore`] makes every choice
//! that makes a difference.
//!
//! Invariants:
//! - A stream never overtakes itself: in each direction of a link, what was sent first arrives first.
//! - Time moves only between inputs.
//! - Every draw comes from a generator of the run's seed, one for each purpose.

#![warn(missing_docs)]

mod choice;
pub mod explore;
mod latency;
mod outputs;
mod pending;
mod queue;
mod rerun;
mod schedule;
mod sim;
mod stall;
mod stream;
mod timetable;
mod wire;

pub use choice::Choice;
pub use latency::{Latencies, Latency, Pieces, Way};
pub use schedule::{SCHEDULE_MAX, Schedule, ScheduleError};
pub use sim::{Build, Sim};
pub use stream::Stream;
pub use timetable::Timetable;
