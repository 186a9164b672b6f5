//! Network driver: the lab's components as actors over TCP and HTTP.
//!
//! [`Net::start`] binds every listener, then runs one task for each component. The task owns the component; it
//! takes inputs from one bounded queue, records them, calls the component, records what it asks for, and then
//! does it. Readers and writers of connections only frame.
//!
//! Invariants:
//! - An actor never waits for a send: a connection whose queue of unsent messages is full is closed.
//! - An output is recorded before it acts.
//! - Recording never slows a run: a full queue drops records, counts them, and the journal says so.
//! - A component that panics ends alone.

mod actor;
mod bend;
mod causes;
mod conductor;
mod config;
mod door;
mod error;
mod faults;
mod holds;
mod http_client;
mod http_server;
mod link;
mod net;
mod parcel;
mod recorder;
mod store;

pub use conductor::Build;
pub use config::{NetConfig, Node};
pub use error::NetError;
pub use net::{Bound, Hand, Net, Running};
pub use recorder::Sink;
