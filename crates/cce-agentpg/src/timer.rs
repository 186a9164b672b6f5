//! The agent PG's timers.

cce_kernel::timers! {
    /// What the agent PG waits for.
    pub(crate) enum Timer {
        /// Nobody accepted a task in time; counted by the task's number.
        StartTimeout = "start timeout",
        /// A task took too long; counted by the task's number.
        TaskDuration = "task duration",
        /// The client of an agent with tasks did not come back in time; counted by agent and domain.
        TaskLife = "task life",
        /// The end of an interrupt counts as accepted; counted by agent and domain.
        InterruptDone = "interrupt done",
        /// A delayed `AGENT_STATE_UPDATE` is due; counted by agent and domain.
        StateReport = "state report",
        /// A sign-in waited for the router for long enough; counted by agent and domain.
        LoginTimeout = "login timeout",
        /// The router is to be dialled again.
        RouterRedial = "router redial",
        /// The next heartbeat to the router is due.
        RouterBeat = "router heartbeat",
        /// A CTI client was silent for too long, or did not open a session in time; counted by link.
        CtiIdle = "cti idle",
        /// Every CTI client had the time to object to maintenance.
        Maintenance = "cti maintenance",
    }
}
