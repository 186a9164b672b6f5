//! The cast: customers and agents who act by themselves, as outside clients of the lab's interfaces.
//!
//! They know what a customer's application and an agent's desktop can know, and nothing else: what they do
//! is in the journal as their calls, replies and bytes.

pub mod agent;
pub mod customer;

pub use agent::Agent;
pub use customer::Customer;
