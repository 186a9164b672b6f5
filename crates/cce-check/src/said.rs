//! What clients of the CTI server said, by invoke id: whatever fails answers something that was said.

use crate::table::Bounded;
use cce_kernel::LinkId;
use cce_model::InvokeId;
use std::collections::{BTreeMap, VecDeque};

/// Messages of a connection that are remembered: a failure comes soon, or not at all.
const SAID_MAX: usize = 16_384;
/// Connections whose messages are remembered.
const LINKS_MAX: usize = 1_024;

/// The latest messages of clients.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said(BTreeMap<LinkId, SaidOnLink>);

#[derive(Clone, Debug, Default)]
struct SaidOnLink {
    /// In order. Failures are rare, so that they are looked for one by one.
    named: VecDeque<InvokeId>,
    /// Messages whose invoke ids are not known: a failure may be of each of them.
    unnamed: u64,
}

impl Said {
    /// A client says something.
    pub(crate) fn add(&mut self, link: LinkId, invoke_id: Option<InvokeId>) {
        let said = self.0.entry(link).or_default();
        match invoke_id {
            Some(invoke_id) => {
                if said.named.len() == SAID_MAX {
                    said.named.pop_front();
                }
                said.named.push_back(invoke_id);
            }
            None => said.unnamed += 1,
        }
        self.0.keep(LINKS_MAX);
    }

    /// Whether a failure of that invoke id answers something. What is not known by its id is answered once.
    pub(crate) fn is_answered_by(&mut self, link: LinkId, invoke_id: InvokeId) -> bool {
        let Some(said) = self.0.get_mut(&link) else { return false };
        if said.named.contains(&invoke_id) {
            return true;
        }
        let is_unnamed = said.unnamed > 0;
        said.unnamed = said.unnamed.saturating_sub(1);
        is_unnamed
    }

    /// A connection is gone.
    pub(crate) fn forget(&mut self, link: LinkId) {
        self.0.remove(&link);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::Port;

    const LINK: LinkId = LinkId { port: Port::CtiA, number: 1 };
    const OTHER: LinkId = LinkId { port: Port::CtiA, number: 2 };

    #[test]
    fn a_failure_answers_what_its_connection_said_and_each_message_without_an_id_once() {
        let mut said = Said::default();
        said.add(LINK, Some(InvokeId(7)));
        assert!(said.is_answered_by(LINK, InvokeId(7)) && said.is_answered_by(LINK, InvokeId(7)));
        assert!(!said.is_answered_by(LINK, InvokeId(8)) && !said.is_answered_by(OTHER, InvokeId(7)));
        said.add(LINK, None);
        assert!(!said.is_answered_by(OTHER, InvokeId(8)));
        assert!(said.is_answered_by(LINK, InvokeId(8)) && !said.is_answered_by(LINK, InvokeId(8)));
    }

    #[test]
    fn what_a_connection_said_goes_with_it_and_of_too_much_the_oldest() {
        let mut said = Said::default();
        for link in [LINK, OTHER] {
            said.add(link, Some(InvokeId(7)));
        }
        said.forget(LINK);
        assert!(!said.is_answered_by(LINK, InvokeId(7)) && said.is_answered_by(OTHER, InvokeId(7)));
        // An id that is used once more counts from then on.
        said.add(OTHER, Some(InvokeId(1)));
        said.add(OTHER, Some(InvokeId(7)));
        for id in (100..).take(SAID_MAX - 1) {
            said.add(OTHER, Some(InvokeId(id)));
        }
        assert!(said.is_answered_by(OTHER, InvokeId(7)) && !said.is_answered_by(OTHER, InvokeId(1)));
        for number in (3..).take(LINKS_MAX + 1) {
            said.add(LinkId { port: Port::CtiA, number }, Some(InvokeId(7)));
        }
        assert_eq!(said.0.len(), LINKS_MAX);
    }
}
