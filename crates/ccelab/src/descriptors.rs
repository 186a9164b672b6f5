//! How many files and connections this process may have open.

use cce_kernel::Port;
use cce_net::OutsiderLimits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::collections::BTreeSet;

/// The limits that leave descriptors for the lab's own links. Takes as many descriptors as the system allows.
pub(crate) fn limits() -> OutsiderLimits {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    // No limit at all is more than enough.
    let descriptors = if raised.is_ok() { maximum } else { current }.unwrap_or(u64::MAX);
    let listeners: BTreeSet<Port> = Port::ALL.map(Port::socket).into();
    // Two more are the admin port and the one for pages.
    OutsiderLimits::of_descriptors(descriptors, listeners.len() + 2)
}
