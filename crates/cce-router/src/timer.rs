//! The router's timers.

cce_kernel::timers! {
    /// What the router waits for.
    pub(crate) enum Timer {
        /// A link is silent for too long; counted by link.
        Silence = "silence",
        /// A waiting task goes to the next step; counted by arrival.
        Step = "step",
        /// A task has waited for as long as its domain allows; counted by arrival.
        Queue = "queue",
    }
}
