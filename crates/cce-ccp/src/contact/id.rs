//! Contact ids.

use crate::config::Config;
use cce_kernel::Wall;
use cce_model::ContactId;
use std::collections::VecDeque;

/// Gives out contact ids: pinned ones first, then ones of the product's form.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    pinned: VecDeque<ContactId>,
    next: u32,
    node: u32,
}

impl Ids {
    pub(crate) fn new(config: &Config) -> Self {
        let pinned = config.contact_ids.iter().cloned().map(ContactId::from).collect();
        Self { pinned, next: config.first_contact, node: config.node_value }
    }

    /// The next id that is not taken.
    pub(crate) fn next(&mut self, wall: Wall, is_taken: impl Fn(&ContactId) -> bool) -> ContactId {
        loop {
            let id = self.pinned.pop_front().unwrap_or_else(|| self.count(wall));
            if !is_taken(&id) {
                return id;
            }
        }
    }

    fn count(&mut self, wall: Wall) -> ContactId {
        // The counter tells contacts of one millisecond apart (ccp-task-api 5.1).
        let id = contact_id(wall.millis(), self.next, self.node);
        self.next = self.next.wrapping_add(1);
        id
    }
}

/// `TTTTTTTT 1000 TTTT CCCCCCCC NNNNNNNN` without blanks: the low and the high part of the creation time in
/// Unix milliseconds, a counter, and the server (ccp-task-api 5.1, inferred there from published ids).
pub fn contact_id(millis: i64, counter: u32, node: u32) -> ContactId {
    let low = millis & 0xFFFF_FFFF;
    let high = (millis >> 32) & 0xFFFF;
    format!("{low:08X}1000{high:04X}{counter:08X}{node:08X}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_the_lab_trace_comes_out() {
        let id = contact_id(1_706_622_949_255, 0x41, 0x39ED_7AD5);
        assert_eq!(id.as_str(), "5AA797871000018D0000004139ED7AD5");
    }

    #[test]
    fn pinned_ids_come_first_and_taken_ones_are_passed_over() {
        let pinned = ["A", "B"].map(str::to_owned).to_vec();
        let mut ids = Ids::new(&Config { contact_ids: pinned, ..Config::default() });
        assert_eq!(ids.next(Wall(0), |id| id.as_str() == "A").as_str(), "B");
        assert_eq!(ids.next(Wall(0), |_| false).as_str(), "0000000010000000000000007F000001");
    }
}
