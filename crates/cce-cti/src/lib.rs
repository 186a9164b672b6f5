//! GED-188 with the task layer: the CTI server's message table.
//!
//! One row per message, one file per group; [`Cti`] joins them. Section numbers are those of the CTI server
//! protocol reference. A session's layout follows from the version of its `OPEN_REQ`: see [`dialect`].
//!
//! Invariants:
//! - Floating fields are written in the order of the row; those of a message that was read in the order in which they came.
//! - What a row marks `inferred` has no published layout; the row is the one place where it was chosen.
//! - A row marked `compact` has the published fixed part and those floating fields that certainly belong to it;
//!   one marked `raw` has a published number and name, and keeps its body as it came. Reserved numbers have no row.
//! - A field has the version since which it is there. Where the source names a tag's version only by a range of
//!   numbers, the tag's place among its neighbours decides (inferred).

#![warn(missing_docs)]

#[macro_use]
mod codes;
#[macro_use]
mod agent;
#[macro_use]
mod call_control;
#[macro_use]
mod call_data;
#[macro_use]
mod call_event;
#[macro_use]
mod config;
#[macro_use]
mod device;
#[macro_use]
mod media;
#[macro_use]
mod monitor;
#[macro_use]
mod raw;
#[macro_use]
mod register;
#[macro_use]
mod session;
#[macro_use]
mod statistics;
#[macro_use]
mod task;
#[macro_use]
mod team;

mod kinds;
mod masks;
mod status;
mod system_event;

pub mod services;
pub mod tags;

pub use agent::*;
pub use call_control::*;
pub use call_data::*;
pub use call_event::*;
pub use cce_model::{ArmStatus, CtiStatus};
pub use config::*;
pub use device::*;
pub use kinds::*;
pub use masks::*;
pub use media::*;
pub use monitor::*;
pub use raw::*;
pub use register::*;
pub use session::*;
pub use statistics::*;
pub use status::status_of_flaw;
pub use system_event::SystemEventId;
pub use task::*;
pub use team::*;

use cce_wire::{Dialect, Floats, Message, frame_kind};

/// The lowest version that the server speaks (cti-server-protocol 4.1).
pub const VERSION_MIN: u32 = 9;
/// The highest version that the server speaks.
pub const VERSION_MAX: u32 = 25;
/// The first version with tags and lengths of two bytes (cti-server-protocol 3).
const WIDE_SINCE: u32 = 20;
/// Where `VersionNumber` stands in an `OPEN_REQ`, header included.
const VERSION_AT: usize = 12;

cce_wire::protocol! {
    /// Messages between the CTI server and its clients.
    Cti = session, agent, team, register, monitor, device, statistics, config, media, task, call_event, call_data,
        call_control, raw
}

/// The layout of a session that was opened with this version.
pub const fn dialect(version: u32) -> Dialect {
    let floats = if version < WIDE_SINCE { Floats::Narrow } else { Floats::Wide };
    Dialect { version, floats }
}

/// The version that an `OPEN_REQ` asks for: it decides how the rest of that message is read. `None` for another
/// message, or for one that is too short.
pub fn open_version(frame: &[u8]) -> Option<u32> {
    if frame_kind(frame) != Some(OpenReq::DOC.kind) {
        return None;
    }
    let version = frame.get(VERSION_AT..VERSION_AT + 4)?;
    version.try_into().ok().map(u32::from_be_bytes)
}
