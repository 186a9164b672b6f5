//! Finesse's timers.

use cce_kernel::TimerKey;
use cce_model::InvokeId;

cce_kernel::timers! {
    /// What Finesse waits for.
    pub(crate) enum Timer {
        /// The CTI server is to be dialled again.
        Redial = "redial",
        /// The CTI server did not answer the `OPEN_REQ`.
        Opening = "opening",
        /// The next heartbeat to the CTI server is due.
        Heartbeat = "heartbeat",
        /// The CTI server takes too long to tell what a node needs to be in service.
        Initialising = "initialising",
        /// The CTI server did not confirm a request; counted by the request's invoke id.
        Confirmation = "confirmation",
        /// A user who was present has not come back; counted by skill target.
        Absence = "absence",
        /// A call that CCP refused is made again; counted by call.
        AskAgain = "ask-again",
    }
}

/// The timer that bounds the wait for the confirmation of a request.
pub(crate) fn confirmation(invoke_id: InvokeId) -> TimerKey {
    Timer::Confirmation.key(invoke_id.0.into())
}
