//! A task that a routing client asked the router about, and what is said of it as facts (task-routing S1, 3.1).

use cce_kernel::{LinkId, Time};
use cce_model::{
    CallType, DialogueId, PrecisionQueue, RouterCallKey, RoutingClientId, Script, SkillTarget,
    fact::{QueueChoice, RouterFact},
};
use cce_mr::icm::NewCall;
use cce_wire::Text;
use std::sync::Arc;

/// Every task is the first of its key.
pub(crate) const RCK_SEQ: i32 = 0;

/// A dialogue. Routing clients number theirs without asking each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DialogueKey {
    pub(crate) link: LinkId,
    pub(crate) routing_client: RoutingClientId,
    pub(crate) dialogue: DialogueId,
}

/// An admitted task.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) dialogue: DialogueKey,
    pub(crate) key: RouterCallKey,
    pub(crate) request: NewCall,
    pub(crate) plan: Plan,
    /// When it was admitted: its place among tasks of its priority (task-routing 3.4).
    pub(crate) since: Time,
    /// Its number among the tasks that arrived.
    pub(crate) arrival: u64,
    /// Whether the routing client was told of an agent, which ends the dialogue: nothing can be taken back.
    pub(crate) is_answered: bool,
}

impl Call {
    /// The agent that the application prefers for it, if any (`PrefAGSTID`): -1 is nobody.
    pub(crate) fn preferred_agent(&self) -> Option<SkillTarget> {
        Some(self.request.pref_agstid).filter(|agent| *agent != SkillTarget::NONE)
    }
}

/// What the configuration has in store for a dialed number.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) call_type: Arc<CallType>,
    pub(crate) script: Arc<Script>,
}

impl Plan {
    pub(crate) fn queue(&self) -> &PrecisionQueue {
        &self.script.precision_queue
    }
}

/// The task is taken in.
pub(crate) fn admitted(call: &Call) -> RouterFact {
    let text = |text: Option<String>| text.unwrap_or_default();
    RouterFact::CallAdmitted {
        dialogue: call.dialogue.dialogue,
        key: call.key,
        dialed_number: dialed_number(&call.request),
        ani: text(call.request.calling_party.as_ref().map(ToString::to_string)),
        ced: text(call.request.ced.as_ref().map(ToString::to_string)),
        routing_client: call.dialogue.routing_client,
        // The domain is that of the dialed number: the request may leave it open (task-routing 3.1).
        mrd: call.plan.queue().mrd().id,
        call_type: call.plan.call_type.id,
        script: call.plan.script.name.clone(),
        priority: call.plan.script.priority,
        interruptible: call.plan.queue().mrd().interruptible,
        at_vru: call.request.at_vru,
        operation: call.request.operation_code,
    }
}

/// What a queue decided for the task at a step, counted from 0.
pub(crate) fn node(call: &Call, step: usize, choice: QueueChoice) -> RouterFact {
    RouterFact::QueueNode {
        dialogue: call.dialogue.dialogue,
        key: call.key,
        queue: call.plan.queue().name.clone(),
        queue_id: call.plan.queue().id,
        step: step_order(step),
        choice,
    }
}

/// The script selector that a request names; empty where it names none.
pub(crate) fn dialed_number(request: &NewCall) -> String {
    Text::or_empty(request.called_party.as_ref())
}

/// A step as it is counted outside: from 1.
pub(crate) fn step_order(step: usize) -> u32 {
    u32::try_from(step).map_or(u32::MAX, |step| step.saturating_add(1))
}
