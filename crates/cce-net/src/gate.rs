//! What has yet to leave a component: nothing goes out before the changes that it may follow from are on disk.
//!
//! The component goes on meanwhile, so that changes of many inputs share one commit. What leaves keeps its order.

use cce_courier::{WireAct, length};
use cce_kernel::LinkId;
use std::collections::VecDeque;

/// What may wait here, and its bytes. With more, a component takes nothing in.
const WAITING_MAX: usize = 8_192;
const BYTES_MAX: usize = 32 << 20;

/// Something that leaves.
#[derive(Debug)]
pub(crate) enum Leaving {
    Act(WireAct),
    /// TLS begins behind the next message.
    Secure(LinkId),
}

/// What waits, in order.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    /// Each with the number of the last change before it.
    waiting: VecDeque<(u64, Leaving)>,
    bytes: usize,
}

impl Gate {
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= WAITING_MAX || self.bytes >= BYTES_MAX
    }

    /// Takes in what waits for a change.
    pub(crate) fn wait(&mut self, change: u64, leaving: Leaving) {
        self.bytes += bytes_of(&leaving);
        self.waiting.push_back((change, leaving));
    }

    /// What may leave next, where changes up to that number are on disk.
    pub(crate) fn next(&mut self, kept: u64) -> Option<Leaving> {
        let (_, leaving) = self.waiting.pop_front_if(|(change, _)| *change <= kept)?;
        self.bytes -= bytes_of(&leaving);
        Some(leaving)
    }

    /// Nothing of it leaves.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

fn bytes_of(leaving: &Leaving) -> usize {
    match leaving {
        Leaving::Act(WireAct::Write { parts, .. } | WireAct::Close { rest: parts, .. }) => length(parts),
        Leaving::Act(WireAct::Call { request, .. } | WireAct::CallAgain { request, .. }) => {
            request.body.0.len()
        }
        Leaving::Act(WireAct::Reply { response, .. } | WireAct::Answer { response, .. }) => {
            response.body.0.len()
        }
        Leaving::Act(WireAct::Break { .. } | WireAct::GiveUp { .. } | WireAct::BreakOff { .. })
        | Leaving::Secure(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::CallId;

    fn leaving(call: u64) -> Leaving {
        Leaving::Act(WireAct::GiveUp { call: CallId(call) })
    }

    fn calls(gate: &mut Gate, kept: u64) -> Vec<u64> {
        let call = |leaving| {
            let Leaving::Act(WireAct::GiveUp { call }) = leaving else { panic!("{leaving:?}") };
            call.0
        };
        std::iter::from_fn(|| gate.next(kept).map(call)).collect()
    }

    #[test]
    fn what_waits_leaves_in_order_once_the_changes_before_it_are_on_disk() {
        let mut gate = Gate::default();
        for (change, call) in [(1, 10), (1, 11), (3, 12)] {
            gate.wait(change, leaving(call));
        }
        assert!(calls(&mut gate, 0).is_empty());
        assert_eq!(calls(&mut gate, 2), [10, 11]);
        assert_eq!(calls(&mut gate, 3), [12]);
        assert!(gate.is_empty());
    }

    #[test]
    fn a_gate_is_full_at_exactly_its_bound() {
        let mut gate = Gate::default();
        for call in 1..WAITING_MAX as u64 {
            gate.wait(1, leaving(call));
        }
        assert!(!gate.is_full());
        gate.wait(1, leaving(0));
        assert!(gate.is_full());
        gate.next(1);
        assert!(!gate.is_full());
    }
}
