//! What happens right behind a record: what was done to its message is told, and what it lets go follows it.

use cce_journal::{Bent, Order, Ticket};
use cce_kernel::NodeName;
use std::collections::VecDeque;

/// How many orders of one record may be carried out right behind it. The others have their turn later.
const BEHIND_MAX: usize = 64;

/// What is left of the orders of a record.
#[derive(Debug, Default)]
pub struct Behind {
    /// What goes right behind the message of the record.
    pub releases: Vec<Ticket>,
    /// What is done in its turn.
    pub later: VecDeque<Order>,
}

/// Divides the orders that a director gave because of a record. `record` records what was done to its message, and returns
/// what the director orders because of that. `is_near` says which held messages can go at once.
pub fn behind(
    orders: Vec<Order>,
    is_near: impl Fn(Ticket) -> bool,
    mut record: impl FnMut(NodeName, Option<u64>, Bent) -> Vec<Order>,
) -> Behind {
    let mut behind = Behind { releases: Vec::new(), later: orders.into() };
    for _ in 0..BEHIND_MAX {
        match behind.later.pop_front() {
            Some(Order::Record { node, cause, bent }) => behind.later.extend(record(node, cause, bent)),
            Some(Order::Release(ticket)) if is_near(ticket) => behind.releases.push(ticket),
            Some(other) => {
                behind.later.push_front(other);
                break;
            }
            None => break,
        }
    }
    behind
}
