//! Sessions on links: dialling, opening, heartbeats, silence and closing, once for every protocol.
//!
//! The end that dials keeps a [`Keeper`], the end that listens a [`Listener`]. Neither knows a message. What differs
//! between protocols is data: [`Terms`] and [`Silence`].
//!
//! | Session | Addresses | An unanswered open ends by | Heartbeats | The listener ends it after |
//! |---|---|---|---|---|
//! | Finesse to the CTI server (cti-server-protocol 4.1, 4.2, 17) | side A, side B | 30 s | 3 unanswered | no message for `IdleTimeout` |
//! | MR PIM to its application (mr-interface 1, 2) | one or two | 3 heartbeats | 3 unanswered | 3 intervals without a message |
//! | MR PG to the router (mr-interface 7) | the lab | 3 heartbeats | 3 unanswered | silence |
//! | agent PG to the router (mr-interface 7) | the lab | 3 intervals | 3 unanswered | silence |
//!
//! A lost session is dialled again after a pause, at the next address; only an order to stop ends that.

mod keeper;
mod listener;

pub use keeper::{Alarm, Dialler, Keeper, OpeningLimit, SessionEvent, SessionMessage, Terms, Turn, Verdict};
pub use listener::{ClosedConnection, Listener, Silence};
