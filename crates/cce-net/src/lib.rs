//! Network driver: the lab's components as actors over TCP and HTTP.
//!
//! [`Net::start`] binds every listener, then runs one task for each component. The task owns the component; it
//! takes inputs from one bounded queue, records them, calls the component, records what it asks for, and then
//! does it. Readers and writers of connections only frame.
//!
//! Invariants:
//! - An actor never waits for a send: a connection whose queue of unsent messages is full is closed.
//! - Whatever waits is bounded by count and by bytes. Whoever connects from outside has deadlines, and so many connections
//!   that descriptors are left for the lab's own links.
//! - TLS is the driver's alone: components and records have the same bytes as without it. A handshake that fails, or never
//!   ends, hurts its own connection only.
//! - A stop says what it waits for, and ends within its deadlines.
//! - What a component sends or answers leaves only once the changes that it stored before are on disk (`gate.rs`). Only the
//!   component itself waits for that, and only when too much waits.
//! - An output is recorded before it acts. A director sees records in the order of their numbers, and says what
//!   becomes of each message before it acts.
//! - Holds are bounded; one too many lets the oldest go, which is recorded. What is still held when the run
//!   stops is dropped; an outside client whose request is held is answered 503.
//! - Recording never slows a run: a full queue drops records, counts them, and the journal says so.
//! - A component that panics ends alone. One that ends can be started anew, with its ports and what it stored.

mod actor;
mod acts;
mod arrivals;
mod byte_budget;
mod byte_stream;
mod causes;
mod clock;
mod conductor;
mod config;
mod connection_limits;
mod entropy;
mod error;
mod event;
mod events;
mod faults;
mod gate;
mod http_client;
mod http_server;
mod link;
mod net;
mod pool;
mod port_listener;
mod recorder;
mod remaining;
mod shared;
mod site;
mod socket;
mod static_folder;
mod store;
mod tls;
mod warning;
mod web;
mod web_socket;

pub use config::{NetConfig, Node, OutsiderLimits, PlainClients, SecureListeners, SiteConfig, TlsDials};
pub use error::NetError;
pub use net::{BoundNet, Net, NetHandle, Running, Stopped, dialled_at};
pub use recorder::Sink;
pub use site::SiteAddresses;
pub use store::StoreError;
pub use web::WebListener;
