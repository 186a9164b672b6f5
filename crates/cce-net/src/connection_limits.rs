//! How many connections from outside a listener has, in all and from one address.

use crate::{config::OutsiderLimits, warning::RareWarning};
use cce_kernel::Port;
use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The connections from outside of one listener. Those between the lab's own components are not among them: whatever
/// clients do, descriptors are left for the lab.
#[derive(Debug)]
pub(crate) struct ConnectionLimits {
    /// What the listener is called in a warning.
    name: String,
    limits: OutsiderLimits,
    open: Mutex<BTreeMap<IpAddr, usize>>,
    refused: RareWarning,
}

/// One of them. Dropping it makes room for another.
#[derive(Debug)]
pub(crate) struct ConnectionPermit {
    limits: Arc<ConnectionLimits>,
    address: IpAddr,
}

impl ConnectionLimits {
    pub(crate) fn of(port: Port, limits: OutsiderLimits) -> Arc<Self> {
        Self::named(format!("{} at {port}", port.listener()), limits.at_most(port.outsiders_wanted()))
    }

    pub(crate) fn named(name: String, limits: OutsiderLimits) -> Arc<Self> {
        Arc::new(Self { name, limits, open: Mutex::default(), refused: RareWarning::default() })
    }

    /// Lets a connection in, unless there are too many.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<ConnectionPermit> {
        // A client of IPv4 has one count, whichever socket it used.
        let address = address.to_canonical();
        let mut open = self.lock();
        let (all, of_address) = (open.values().sum::<usize>(), open.get(&address).copied().unwrap_or(0));
        if all >= self.limits.connections || of_address >= self.limits.connections_per_address {
            // Others may connect while the warning is written.
            drop(open);
            self.refuse(address, all, of_address);
            return None;
        }
        *open.entry(address).or_default() += 1;
        Some(ConnectionPermit { limits: Arc::clone(self), address })
    }

    fn refuse(&self, address: IpAddr, all: usize, of_address: usize) {
        if let Some(times) = self.refused.due() {
            tracing::warn!(
                "{}: {all} connections are open, {of_address} of them from {address}; at most {} are accepted, {} of \
                 them from one address: {times} refused since this was last told",
                self.name,
                self.limits.connections,
                self.limits.connections_per_address,
            );
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = self.limits.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Arc<ConnectionLimits> {
        ConnectionLimits::of(
            Port::Desk,
            OutsiderLimits { connections: 3, connections_per_address: 2, ..OutsiderLimits::default() },
        )
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([127, 0, 0, last])
    }

    #[test]
    fn one_address_leaves_room_for_another() {
        let limits = limits();
        let first: Vec<_> = (0..2).map(|_| limits.enter(address(1)).unwrap()).collect();
        assert!(limits.enter(address(1)).is_none());
        let _second = limits.enter(address(2)).unwrap();
        assert!(limits.enter(address(3)).is_none(), "three in all");
        drop(first);
        assert!(limits.enter(address(3)).is_some());
    }

    #[test]
    fn every_component_keeps_places_for_the_labs_own_links_and_for_a_second_address() {
        for port in Port::ALL.into_iter().filter(|port| port.links_max().is_some()) {
            let limits = ConnectionLimits::of(port, OutsiderLimits::default());
            let from = |last| std::iter::from_fn(|| limits.enter(address(last))).collect::<Vec<_>>();
            let first = from(1);
            let second = from(2);
            assert!(!second.is_empty(), "{port}");
            let others = from(3);
            let taken = first.len() + second.len() + others.len();
            assert!(port.takes_one_more(taken + 1), "{port}: {taken}");
        }
    }

    #[test]
    fn who_left_is_remembered_no_more() {
        let limits = limits();
        drop(limits.enter(address(1)));
        assert!(limits.lock().is_empty());
    }
}
