//! What Finesse asks of CCP about tasks that are over.

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
        if self.by_record.len() > CALLS_MAX {
            self.by_record.pop_first();
            self.records.pop_first();
        }
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
