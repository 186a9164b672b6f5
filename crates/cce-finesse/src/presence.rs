//! Users whose clients are gone: after a while Finesse signs them out (finesse-nonvoice 5; task-routing E5).
//!
//! Only who was present can be missed: a user who works without a client of the notification service stays.

use crate::timer::Timer;
use cce_kernel::{Cx, TimerKey};
use cce_model::{AgentId, SkillTarget, User};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Who is missed, and who is to be signed out for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Absences {
    /// Users who were present, are not, and whose return is waited for.
    missed: BTreeMap<AgentId, SkillTarget>,
    /// Users who did not come back while nobody could be signed out.
    overdue: BTreeSet<AgentId>,
}

impl Absences {
    /// The wait for a user begins, or begins anew.
    pub(crate) fn begin(&mut self, user: &User, grace: Duration, cx: &mut Cx<'_>) {
        self.missed.insert(user.id.clone(), user.skill_target);
        // A client that comes back within the grace finds nothing changed (finesse-nonvoice 5).
        cx.arm(key(user.skill_target), grace);
    }

    /// A client of the user is present: nobody is missed, and nobody is signed out for it.
    pub(crate) fn on_present(&mut self, agent: &AgentId, cx: &mut Cx<'_>) {
        // The user is there again, so that the sign-out that waited for the CTI server is not made
        // (task-routing E5).
        self.overdue.remove(agent);
        self.end(agent, cx);
    }

    /// Nobody waits for the user any more.
    pub(crate) fn end(&mut self, agent: &AgentId, cx: &mut Cx<'_>) {
        if let Some(skill_target) = self.missed.remove(agent) {
            cx.cancel(key(skill_target));
        }
    }

    /// The user did not come back.
    ///
    /// # Panics
    ///
    /// If nobody is missed under that number: the timer of an absence ends with it.
    pub(crate) fn on_due(&mut self, timer: u64) -> AgentId {
        let missed = self.missed.iter().find(|(_, skill_target)| key(**skill_target).id == timer);
        let agent = missed.expect("the timer of an absence ends with it").0.clone();
        self.missed.remove(&agent);
        agent
    }

    /// A user is to be signed out once the CTI server can be asked.
    pub(crate) fn sign_out_later(&mut self, agent: AgentId) {
        self.overdue.insert(agent);
    }

    /// Who is to be signed out, now that the CTI server can be asked.
    pub(crate) fn take_overdue(&mut self) -> BTreeSet<AgentId> {
        std::mem::take(&mut self.overdue)
    }
}

fn key(skill_target: SkillTarget) -> TimerKey {
    Timer::Absence.key(u64::from(skill_target.0.cast_unsigned()))
}
