//! What clients of the CTI server said, by invoke id: whatever fails answers something that was said.

use crate::table::Bounded;
use cce_kernel::LinkId;
use cce_model::InvokeId;
use std::collections::BTreeMap;

/// Messages that are remembered, of all connections: a failure comes soon, or not at all.
const SAID_MAX: usize = 16_384;

/// The latest messages of clients.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// The record of the latest message of each connection and invoke id.
    records: BTreeMap<(LinkId, InvokeId), u64>,
    by_record: BTreeMap<u64, (LinkId, InvokeId)>,
    /// Messages of each connection whose invoke ids are not known: a failure may be of each of them.
    unnamed: BTreeMap<LinkId, u64>,
}

impl Said {
    /// A client says something.
    pub(crate) fn add(&mut self, link: LinkId, invoke_id: Option<InvokeId>, seq: u64) {
        let Some(invoke_id) = invoke_id else {
            *self.unnamed.entry(link).or_default() += 1;
            return self.unnamed.keep(SAID_MAX);
        };
        if let Some(before) = self.records.insert((link, invoke_id), seq) {
            self.by_record.remove(&before);
        }
        self.by_record.insert(seq, (link, invoke_id));
        if self.by_record.len() > SAID_MAX
            && let Some((_, oldest)) = self.by_record.pop_first()
        {
            self.records.remove(&oldest);
        }
    }

    /// Whether a failure of that invoke id answers something. What is not known by its id is answered once.
    pub(crate) fn is_answered_by(&mut self, link: LinkId, invoke_id: InvokeId) -> bool {
        if self.records.contains_key(&(link, invoke_id)) {
            return true;
        }
        let unnamed = self.unnamed.get_mut(&link).filter(|count| **count > 0);
        unnamed.map(|count| *count -= 1).is_some()
    }

    /// A connection is gone.
    pub(crate) fn forget(&mut self, link: LinkId) {
        self.unnamed.remove(&link);
        self.records.retain(|(of, _), _| *of != link);
        self.by_record.retain(|_, (of, _)| *of != link);
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
        said.add(LINK, Some(InvokeId(7)), 1);
        assert!(said.is_answered_by(LINK, InvokeId(7)) && said.is_answered_by(LINK, InvokeId(7)));
        assert!(!said.is_answered_by(LINK, InvokeId(8)) && !said.is_answered_by(OTHER, InvokeId(7)));
        said.add(LINK, None, 2);
        assert!(!said.is_answered_by(OTHER, InvokeId(8)));
        assert!(said.is_answered_by(LINK, InvokeId(8)) && !said.is_answered_by(LINK, InvokeId(8)));
    }

    #[test]
    fn what_a_connection_said_goes_with_it_and_of_too_much_the_oldest() {
        let mut said = Said::default();
        for link in [LINK, OTHER] {
            said.add(link, Some(InvokeId(7)), u64::from(link.number));
            said.add(link, None, 3);
        }
        said.forget(LINK);
        assert!(!said.is_answered_by(LINK, InvokeId(7)) && said.is_answered_by(OTHER, InvokeId(7)));
        // An id that is used once more counts from then on.
        said.add(OTHER, Some(InvokeId(1)), 4);
        said.add(OTHER, Some(InvokeId(7)), 5);
        for (seq, id) in (6..).zip(100..).take(SAID_MAX - 1) {
            said.add(OTHER, Some(InvokeId(id)), seq);
        }
        assert!(said.is_answered_by(OTHER, InvokeId(7)));
        assert_eq!((said.records.len(), said.by_record.len()), (SAID_MAX, SAID_MAX));
        said.unnamed.clear();
        assert!(!said.is_answered_by(OTHER, InvokeId(1)));
    }
}
