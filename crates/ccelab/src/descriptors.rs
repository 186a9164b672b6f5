//! How many files and connections this process may have open.

use cce_net::OutsiderLimits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The limits that leave descriptors for the lab's own links. Takes as many descriptors as the system allows.
pub(crate) fn limits() -> OutsiderLimits {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    // No limit at all is more than enough.
    let descriptors = if raised.is_ok() { maximum } else { current }.unwrap_or(u64::MAX);
    OutsiderLimits::of_descriptors(descriptors)
}
