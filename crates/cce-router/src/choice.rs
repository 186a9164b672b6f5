//! What a precision queue decides for one task (task-routing 3.5 and 3.6).

use crate::agent::Agents;
use cce_model::{AgentKey, PrecisionQueue, SkillTarget, Step};
use std::collections::BTreeSet;

/// What a precision queue decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// An agent is free.
    Agent(Pick),
    /// Nobody is: the task waits at this step, counted from 0.
    Wait(usize),
    /// The queue has no such step.
    NoStep,
}

/// The agent who gets the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    pub(crate) skill_target: SkillTarget,
    /// How many agents were eligible, this one among them.
    pub(crate) eligible: u32,
    /// The step, counted from 0.
    pub(crate) step: usize,
}

/// Takes the steps in order, beginning with `step`, until somebody is free. A step of which nobody is signed in
/// is left at once, but for the last.
pub(crate) fn walk(
    queue: &PrecisionQueue,
    step: usize,
    preferred: Option<SkillTarget>,
    agents: &Agents,
) -> Decision {
    for at in step..queue.steps.len() {
        if let Some(pick) = best(queue, at, preferred, agents) {
            return Decision::Agent(pick);
        }
        // The last step is never skipped: there the task waits without limit (task-routing 3.5, 3.6).
        let is_last = at + 1 == queue.steps.len();
        if is_last || agents.is_anybody_signed_in(queue.mrd().id, &pool(&queue.steps[at..=at])) {
            return Decision::Wait(at);
        }
    }
    Decision::NoStep
}

/// The best agent for a task that came as far as `step`. A step adds agents to those of the steps before it. The
/// preferred agent is the best one, if free (inferred).
pub(crate) fn best(
    queue: &PrecisionQueue,
    step: usize,
    preferred: Option<SkillTarget>,
    agents: &Agents,
) -> Option<Pick> {
    // The next step widens the pool, and does not replace it (task-routing 3.5).
    let taken = queue.steps.get(..=step).unwrap_or(&queue.steps);
    let (pool, mrd) = (pool(taken), queue.mrd().id);
    let (eligible, best) = agents.eligible(mrd, &pool);
    let is_free = |agent: &SkillTarget| {
        pool.contains(agent) && agents.is_eligible(AgentKey { skill_target: *agent, mrd })
    };
    // A preferred agent who is not eligible is passed over (inferred).
    let skill_target = preferred.filter(is_free).or(best)?;
    Some(Pick { skill_target, eligible: u32::try_from(eligible).unwrap_or(u32::MAX), step })
}

/// The agents of some steps.
fn pool(steps: &[Step]) -> BTreeSet<SkillTarget> {
    steps.iter().flat_map(|step| &step.agents).map(|agent| agent.skill_target).collect()
}
