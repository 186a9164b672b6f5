//! What a scenario does to ports for a while.

use cce_kernel::{Port, Time};
use std::collections::BTreeMap;

/// Ports that do not work, and until when. A second fault of a port makes the first one longer, never shorter.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    closed: BTreeMap<Port, Time>,
    stalled: BTreeMap<Port, Time>,
}

impl Faults {
    /// Nobody can connect to a port until then.
    pub fn close(&mut self, port: Port, until: Time) {
        lengthen(&mut self.closed, port, until);
    }

    /// Nothing arrives through a port until then. Returns when all stalls of the port are over.
    pub fn stall(&mut self, port: Port, until: Time) -> Time {
        lengthen(&mut self.stalled, port, until)
    }

    /// Whether nobody can connect to a port at the moment.
    pub fn is_closed(&self, port: Port, now: Time) -> bool {
        self.opens(port, now) > now
    }

    /// When somebody can connect to a port again: now, if it is not closed.
    pub fn opens(&self, port: Port, now: Time) -> Time {
        self.closed.get(&port).map_or(now, |until| now.max(*until))
    }

    /// When something that leaves now through a port sets out: now, if it is not stalled.
    pub fn start(&self, port: Port, now: Time) -> Time {
        self.stalled.get(&port).map_or(now, |until| now.max(*until))
    }
}

fn lengthen(faults: &mut BTreeMap<Port, Time>, port: Port, until: Time) -> Time {
    let known = faults.entry(port).or_default();
    *known = until.max(*known);
    *known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_ends_at_its_time_and_a_second_one_never_makes_it_shorter() {
        let mut faults = Faults::default();
        faults.close(Port::Mr, Time(20));
        faults.close(Port::Mr, Time(10));
        assert!(faults.is_closed(Port::Mr, Time(19)) && !faults.is_closed(Port::Mr, Time(20)));
        assert_eq!(faults.stall(Port::Mr, Time(20)), Time(20));
        assert_eq!(faults.stall(Port::Mr, Time(10)), Time(20));
        assert_eq!([19, 20, 21].map(|now| faults.start(Port::Mr, Time(now)).0), [20, 20, 21]);
    }

    #[test]
    fn a_fault_of_one_port_is_none_of_another() {
        let mut faults = Faults::default();
        faults.close(Port::Mr, Time(20));
        faults.stall(Port::Mr, Time(20));
        assert!(!faults.is_closed(Port::App, Time(1)));
        assert_eq!(faults.start(Port::App, Time(1)), Time(1));
    }
}
