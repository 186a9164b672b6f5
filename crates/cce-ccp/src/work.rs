//! Steps that take their time, where the configuration says so. Without a delay a step is taken at once, in the
//! same input.

use crate::{Ccp, Timer, contact::Draft};
use cce_kernel::{CallId, Cx, Request};
use cce_model::{ContactId, TaskId};
use std::{collections::BTreeMap, time::Duration};

/// Steps that are under way at the same time. One more is taken without its delay.
const WORKS_MAX: usize = 10_000;

/// A step, with everything that is needed to take it later.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// A contact is made of a request.
    Create {
        /// Who waits for it.
        call: CallId,
        /// The family of paths of the request.
        base: &'static str,
        /// The contact to be.
        draft: Box<Draft>,
        /// The request.
        request: Request,
    },
    /// A contact is closed.
    Close {
        /// Whose contact it is, and who waits for it.
        close: Close,
        /// What is to be done.
        step: Closing,
    },
}

/// A contact that is being closed.
#[derive(Clone, Debug)]
pub(crate) struct Close {
    /// Who waits for it.
    pub(crate) call: CallId,
    /// The contact.
    pub(crate) id: ContactId,
    /// The task that it is about, if the request names one.
    pub(crate) about: Option<TaskId>,
}

/// What is to be done next to close a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// May it be closed?
    Check,
    /// It is handled.
    Write,
    /// The store is read again.
    Read,
    /// The call is answered, and the change published.
    Report,
}

/// The steps that are under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Works {
    by_timer: BTreeMap<u64, Work>,
    last: u64,
}

impl Ccp {
    /// Takes a step after a while.
    pub(crate) fn later(&mut self, wait: Duration, work: Work, cx: &mut Cx<'_>) {
        // A full table costs a step its delay, and nobody the answer.
        if wait.is_zero() || self.works.by_timer.len() >= WORKS_MAX {
            return self.take_step(work, cx);
        }
        self.works.last += 1;
        cx.arm(Timer::Work.key(self.works.last), wait);
        self.works.by_timer.insert(self.works.last, work);
    }

    pub(crate) fn on_work_due(&mut self, timer: u64, cx: &mut Cx<'_>) {
        let work = self.works.by_timer.remove(&timer).expect("a step under way is taken once");
        self.take_step(work, cx);
    }

    fn take_step(&mut self, work: Work, cx: &mut Cx<'_>) {
        match work {
            Work::Create { call, base, draft, request } => self.create(call, base, *draft, &request, cx),
            Work::Close { close, step } => self.close_contact(close, step, cx),
        }
    }
}
