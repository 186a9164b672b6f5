//! What becomes of messages on their way, alike in both drivers.
//!
//! Each component has a [`Courier`]. A driver gives it what the component sends, and what enters from outside the lab,
//! each [`Payload`] with the treatment that the director decided. The courier keeps what is held or delayed, and
//! answers with [`Act`]s: what the driver writes, closes, breaks, records or delivers now. Time is a parameter.
//!
//! Invariants:
//! - A stream never overtakes itself, unless a treatment says so.
//! - Whatever waits is bounded by count and by bytes. What is one too many lets the oldest go, and that is recorded.
//! - Whoever could release a message hears when there is nothing to release any more.

#![warn(missing_docs)]

mod behind;
mod courier;
mod faults;
mod holds;
mod latency;
mod parcel;
mod pieces;

pub use behind::{Behind, behind};
pub use courier::{Act, Courier, WireAct};
pub use faults::Faults;
pub use latency::{Latencies, Latency, Pieces, PortDirection};
pub use parcel::{Manner, Parcel, Part, Payload, Writing};
pub use pieces::{joined, length, pieces, take};

use std::time::Duration;

/// How long a caller waits for the response to an HTTP request, unless told otherwise.
pub const RESPONSE_DEADLINE: Duration = Duration::from_secs(30);
