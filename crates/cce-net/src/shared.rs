//! What all components of a process share.

use crate::{
    byte_budget::ByteBudget, causes::Causes, clock::Clock, config::TlsDials, faults::Faults, pool::Pool,
    port_listener::PortListener, recorder::Recorder, remaining::Remaining, tls::TlsDoor,
};
use cce_kernel::Port;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What all actors of a process share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) recorder: Recorder,
    pub(crate) causes: Arc<Causes>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) tasks: TaskTracker,
    /// Where each listener is, of this process or of another.
    pub(crate) addresses: BTreeMap<Port, String>,
    /// Where each is for who speaks over TLS, if it is.
    pub(crate) secure_addresses: BTreeMap<Port, String>,
    /// How long a response may take to arrive.
    pub(crate) response_deadline: Duration,
    /// The listeners of this process.
    pub(crate) listeners: Vec<Arc<PortListener>>,
    /// Who has not ended yet.
    pub(crate) remaining: Arc<Remaining>,
    /// How a stream is secured that began in plain; none without a certificate.
    pub(crate) door: Option<Arc<TlsDoor>>,
    /// How a connection is secured that a component dials.
    pub(crate) dials: TlsDials,
    /// HTTP connections for calls to come.
    pub(crate) pool: Pool,
    /// Room for responses to requests that components make.
    pub(crate) outcomes: ByteBudget,
    /// Cancelled when the run ends.
    pub(crate) stop: CancellationToken,
}
