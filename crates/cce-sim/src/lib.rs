//! In-memory driver: virtual clock, seeded order.
//!
//! It drives the same components as the network driver and makes the same journal. Bytes cross its links
//! through the same framing decoder. Two runs of one seed give the same journal, byte for byte.
//!
//! The order in which things happen is a type of its own ([`Sequence`]): drawn from a seed, chosen one by one
//! ([`Sim::by_choice`]; [`explore`] makes every choice that makes a difference), or that of a recorded run ([`Sim::recorded`]).
//!
//! Invariants:
//! - A stream never overtakes itself: in each direction of a link, what was sent first arrives first.
//! - Time moves only between inputs.
//! - Every draw comes from a generator of the run's seed, one for each purpose.

#![warn(missing_docs)]

mod calls;
mod choice;
mod entering;
pub mod explore;
mod order;
mod outputs;
mod pending;
mod queue;
mod recorded;
mod recording;
mod schedule;
mod sim;
mod stall;
mod stream;
mod wire;

pub use choice::{Choice, Chosen};
pub use order::{Seeded, Sequence};
pub use recorded::Recorded;
pub use recording::Recording;
pub use schedule::{SCHEDULE_MAX, Schedule, ScheduleError};
pub use sim::Sim;
pub use stream::Stream;
