//! Sign-ins that wait for the router (cti-server-protocol 11.5; that they wait while the session with the router is being
//! opened is inferred), and on what terms agents sign in.

use crate::{
    arm::{ArmRequest, Refusal},
    timer::Timer,
};
use cce_kernel::{Cx, TimerKey};
use cce_model::{AgentKey, SessionId};
use std::{collections::BTreeMap, time::Duration};

/// How long a sign-in waits for the router (inferred); then it has code 37.
const WAIT: Duration = Duration::from_secs(10);

/// Reserved and active tasks of an agent, at most (task-routing 5).
pub(super) const TASK_LIMIT_MAX: u32 = 15;

/// On what terms an agent signs in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// Tasks at the same time.
    pub(super) limit: u32,
    /// Tasks that may be held past that limit.
    pub(super) beyond: u32,
    /// Whether the router may assign any.
    pub(super) routable: bool,
}

impl Terms {
    /// Terms as a client asks for them; what may be held past the limit is cut: both together are bounded.
    pub(super) fn new(limit: u32, beyond: u32, routable: bool) -> Self {
        Self { limit, beyond: beyond.min(beyond_max(limit)), routable }
    }
}

/// How many tasks may be held past a limit.
pub(super) fn beyond_max(limit: u32) -> u32 {
    TASK_LIMIT_MAX.saturating_sub(limit)
}

/// Refuses a limit that no agent may have.
pub(super) fn check_limit(limit: u32) -> Result<(), Refusal> {
    if (1..=TASK_LIMIT_MAX).contains(&limit) { Ok(()) } else { Err(Refusal::LimitExceeded) }
}

/// Sign-ins that wait for the router: at most one of each agent in each domain.
#[derive(Clone, Debug, Default)]
pub(super) struct Logins(BTreeMap<AgentKey, (ArmRequest, Terms)>);

impl Logins {
    /// Whether a sign-in of that agent waits.
    pub(super) fn has(&self, member: AgentKey) -> bool {
        self.0.contains_key(&member)
    }

    /// Keeps a sign-in until the router is ready.
    pub(super) fn hold(&mut self, request: &ArmRequest, terms: Terms, cx: &mut Cx<'_>) {
        cx.arm(key(request.member), WAIT);
        self.0.insert(request.member, (request.clone(), terms));
    }

    /// Takes out the next sign-in that waits, in the order of members.
    pub(super) fn take_next(&mut self, cx: &mut Cx<'_>) -> Option<(ArmRequest, Terms)> {
        let (member, waiting) = self.0.pop_first()?;
        cx.cancel(key(member));
        Some(waiting)
    }

    /// Takes out the sign-in that waited for long enough.
    ///
    /// # Panics
    ///
    /// If none waits there: the timer ends with the wait.
    pub(super) fn take_due(&mut self, member: AgentKey, cx: &mut Cx<'_>) -> ArmRequest {
        cx.cancel(key(member));
        self.0.remove(&member).expect("the timer ends with the wait").0
    }

    /// The client that asked is gone.
    pub(super) fn forget(&mut self, session: SessionId, cx: &mut Cx<'_>) {
        self.0.retain(|member, (request, _)| {
            let is_over = request.client.session == session;
            if is_over {
                cx.cancel(key(*member));
            }
            !is_over
        });
    }
}

fn key(member: AgentKey) -> TimerKey {
    Timer::LoginTimeout.key(member.number())
}
