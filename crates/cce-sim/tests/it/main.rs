//! The in-memory driver with toy components.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod calls;
mod latency;
mod links;
mod order;
mod restart;
mod toy;
