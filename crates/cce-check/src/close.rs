//! What Finesse asks of CCP about tasks that are over.

use crate::table::Bounded;
use cce_kernel::CallId;
use cce_model::{ContactId, TaskId, fact::SmOperation};
use std::collections::BTreeMap;

/// Calls that are not answered yet. The oldest give way.
const CALLS_MAX: usize = 16_384;

/// What Finesse asks.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) operation: SmOperation,
    pub(crate) task: TaskId,
    pub(crate) contact: ContactId,
    /// Record of the call.
    pub(crate) at: u64,
}

/// Finesse's calls to CCP.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asks {
    /// The latest call, whose meaning follows.
    latest: Option<(CallId, u64)>,
    by_record: BTreeMap<u64, Ask>,
    records: BTreeMap<CallId, u64>,
}

impl Asks {
    /// Finesse calls somebody.
    pub(crate) fn on_call(&mut self, call: CallId, seq: u64) {
        self.latest = Some((call, seq));
    }

    /// Finesse says what it calls for.
    pub(crate) fn on_meaning(
        &mut self,
        call: CallId,
        operation: SmOperation,
        task: TaskId,
        contact: &ContactId,
    ) {
        let Some((_, at)) = self.latest.take_if(|(latest, _)| *latest == call) else { return };
        self.records.insert(call, at);
        self.by_record.insert(at, Ask { operation, task, contact: contact.clone(), at });
        self.by_record.keep(CALLS_MAX);
        self.records.keep(CALLS_MAX);
    }

    /// The call that arrives with that cause, if it is one of Finesse's.
    pub(crate) fn find(&self, cause: Option<u64>) -> Option<Ask> {
        self.by_record.get(&cause?).cloned()
    }

    /// Finesse gets its answer.
    pub(crate) fn on_answer(&mut self, call: CallId) {
        if let Some(record) = self.records.remove(&call) {
            self.by_record.remove(&record);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(asks: &mut Asks, number: u64) {
        asks.on_call(CallId(number), number);
        asks.on_meaning(CallId(number), SmOperation::EndTask, TaskId::NONE, &ContactId::default());
    }

    #[test]
    fn calls_beyond_their_number_let_the_oldest_go() {
        let mut asks = Asks::default();
        (1..=CALLS_MAX as u64 + 1).for_each(|number| ask(&mut asks, number));
        assert!(asks.find(Some(1)).is_none());
        assert!(asks.find(Some(2)).is_some_and(|ask| ask.at == 2));
        assert_eq!((asks.by_record.len(), asks.records.len()), (CALLS_MAX, CALLS_MAX));
    }

    #[test]
    fn a_call_that_was_answered_is_forgotten_and_others_are_not() {
        let mut asks = Asks::default();
        ask(&mut asks, 1);
        ask(&mut asks, 2);
        asks.on_answer(CallId(1));
        assert!(asks.find(Some(1)).is_none() && asks.find(Some(2)).is_some());
        assert!(asks.find(None).is_none());
    }

    #[test]
    fn what_another_call_means_is_not_the_latest_calls_meaning() {
        let mut asks = Asks::default();
        asks.on_call(CallId(1), 1);
        asks.on_meaning(CallId(2), SmOperation::EndTask, TaskId::NONE, &ContactId::default());
        assert!(asks.find(Some(1)).is_none());
    }
}
