//! MR interface and PG to router: message tables.
//!
//! Neither protocol is public. Names, order and total lengths of the MR interface come from traces, everything
//! else is inferred; between PG and router the layouts are ours (mr-interface 2, 3, 7, 8). The rows are the one
//! place where each choice was made.

#![warn(missing_docs)]

mod code;
pub mod gateway;
pub mod icm;
pub mod mr;

pub use code::{CancelResult, FailureStatus, RoutingService};
pub use icm::Icm;
pub use mr::Mr;

use cce_wire::{Dialect, Floats};

/// The layout of the MR interface: tags and lengths of one byte (mr-interface 2).
pub const MR: Dialect = Dialect { version: 1, floats: Floats::Narrow };

/// The layout between PG and router: tags and lengths of two bytes (mr-interface 7, inferred).
pub const ICM: Dialect = Dialect { version: 1, floats: Floats::Wide };
