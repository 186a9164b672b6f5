//! Customers and agents, by hand-written inputs.

mod agent;
mod customer;
mod stage;
mod told;
