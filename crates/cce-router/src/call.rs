//! A task from its request to an agent (task-routing S1, S2, E7, E22, E23).

use crate::{
    Router, Timer,
    agent::Place,
    choice::{self, Decision, Pick, Wish},
    link::send,
    message::{self, Reservation, step_order},
    queue::Rank,
    reservation::{Unconfirmed, Way},
};
use cce_kernel::{Cx, LinkId, Time};
use cce_model::{
    CallType, MrdId, PrecisionQueue, RouterCallKey, Script, TaskId,
    fact::{QueueChoice, RefusalReason, RouterFact},
};
use cce_mr::{
    icm::{FailureEvent, NewCall, Release},
    reason,
};
use std::{collections::BTreeSet, sync::Arc};

/// `RELEASE_CONF`: the task waited no more than this.
const RELEASED: u32 = 0;
/// `RELEASE_CONF`: an agent had been chosen, or there is no such dialogue.
const ALREADY_ROUTED: u32 = 1;
/// `MRDomainID`: the dialed number decides.
const ANY_MRD: i32 = -1;

/// A dialogue. Routing clients number theirs without asking each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DialogueKey {
    pub(crate) link: LinkId,
    pub(crate) routing_client: u32,
    pub(crate) dialogue: u32,
}

/// An admitted task.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) dialogue: DialogueKey,
    pub(crate) key: RouterCallKey,
    pub(crate) request: NewCall,
    pub(crate) plan: Plan,
    /// When it was admitted.
    pub(crate) since: Time,
    /// Its number among the tasks that arrived.
    pub(crate) arrival: u64,
    /// Whether the routing client was told of an agent, which ends the dialogue: nothing can be taken back.
    pub(crate) is_answered: bool,
}

impl Call {
    fn wish(&self) -> Wish {
        Wish::new(self.request.pref_agstid)
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

impl Router {
    /// A routing client has a task.
    pub(crate) fn on_new_call(&mut self, link: LinkId, request: NewCall, cx: &mut Cx<'_>) {
        let dialogue = DialogueKey { link, routing_client: request.rcid, dialogue: request.did };
        if self.line.find(dialogue).is_some() {
            return refuse_duplicate(dialogue, cx);
        }
        let plan = match self.plan(&request) {
            Ok(plan) => plan,
            Err(reason) => return refuse(link, &request, reason, cx),
        };
        let key = self.keys.give(cx);
        let (since, arrival) = (cx.now(), self.line.arrive());
        let call = Box::new(Call { dialogue, key, request, plan, since, arrival, is_answered: false });
        cx.note(admitted(&call).into());
        match choice::walk(call.plan.queue(), 0, call.wish(), &self.agents) {
            Decision::Agent(pick) => self.route(call, pick, 0, cx),
            Decision::Wait(step) => self.enqueue(call, step, cx),
            Decision::NoStep => refuse(link, &call.request, RefusalReason::ScriptEnded, cx),
        }
    }

    /// A routing client gives up a task. Here cancel and decision meet: whoever comes first wins.
    pub(crate) fn on_release(&mut self, link: LinkId, release: &Release, cx: &mut Cx<'_>) {
        let dialogue = DialogueKey { link, routing_client: release.rcid, dialogue: release.did };
        let result = if let Some(rank) = self.line.find(dialogue) {
            self.dequeue(rank, cx);
            RELEASED
        } else {
            cx.note(RouterFact::CancelRefused { dialogue: release.did }.into());
            ALREADY_ROUTED
        };
        send(link, message::release_conf(release, result), cx);
    }

    /// A routing client's link is gone: what it asked for is given up.
    pub(crate) fn drop_dialogues(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        for rank in self.line.of_link(link) {
            self.dequeue(rank, cx);
        }
    }

    /// A step's time is over: the next step is taken too.
    pub(crate) fn on_step_over(&mut self, arrival: u64, cx: &mut Cx<'_>) {
        let (rank, waiting) = self.line.of_timer(arrival);
        let queue = Arc::clone(&waiting.call.plan.script.precision_queue);
        match choice::walk(&queue, waiting.step + 1, waiting.call.wish(), &self.agents) {
            Decision::Agent(pick) => self.route_waiting(rank, pick, cx),
            Decision::Wait(step) => {
                waiting.step = step;
                cx.note(node(&waiting.call, step, QueueChoice::Wait).into());
                arm_step(&queue, step, rank, cx);
            }
            Decision::NoStep => {}
        }
    }

    /// Somebody may have become free: whatever can be routed is, best first.
    pub(crate) fn serve(&mut self, cx: &mut Cx<'_>) {
        let mut barren = BTreeSet::new();
        while let Some((rank, pick)) = self.next_served(&mut barren) {
            self.route_waiting(rank, pick, cx);
        }
    }

    /// The first task in line for whom somebody is free. Steps for which nobody is are remembered in `barren`:
    /// serving a task frees nobody.
    fn next_served(&self, barren: &mut BTreeSet<(u32, usize)>) -> Option<(Rank, Pick)> {
        self.line.iter().find_map(|(rank, waiting)| {
            let queue = waiting.call.plan.queue();
            if barren.contains(&(queue.id, waiting.step)) {
                return None;
            }
            let pick = choice::best(queue, waiting.step, waiting.call.wish(), &self.agents);
            if pick.is_none() {
                barren.insert((queue.id, waiting.step));
            }
            pick.map(|pick| (rank, pick))
        })
    }

    /// What is to be done with a request (task-routing 3.1).
    fn plan(&self, request: &NewCall) -> Result<Plan, RefusalReason> {
        let dialed = self.model.dialed_numbers.get(dialed_number(request).as_str());
        let dialed = dialed.ok_or(RefusalReason::UnknownDialedNumber)?;
        let call_type = dialed.call_type.as_ref().ok_or(RefusalReason::NoScript)?;
        let script = call_type.script.as_ref().ok_or(RefusalReason::NoScript)?;
        if request.mr_domain_id != ANY_MRD && MrdId(request.mr_domain_id) != dialed.mrd.id {
            return Err(RefusalReason::UnknownMrd);
        }
        // A queue of another domain is a failed node, after which the script has nothing left (task-routing E22).
        if script.precision_queue.mrd().id != dialed.mrd.id {
            return Err(RefusalReason::ScriptEnded);
        }
        Ok(Plan { call_type: Arc::clone(call_type), script: Arc::clone(script) })
    }

    /// Nobody is free: the task waits, if there is room.
    fn enqueue(&mut self, call: Box<Call>, step: usize, cx: &mut Cx<'_>) {
        let (link, queue) = (call.dialogue.link, Arc::clone(&call.plan.script.precision_queue));
        if !self.line.has_room(queue.mrd()) {
            return refuse(link, &call.request, RefusalReason::QueueFull, cx);
        }
        cx.note(node(&call, step, QueueChoice::Wait).into());
        let mut event = message::queue_event(&call, -1);
        let queued = message::queued(&call);
        let rank = self.line.enter(call, step);
        event.estimated_wait_time = self.line.estimated_wait(queue.id, cx.now());
        send(link, event, cx);
        self.tell_agent_pgs(&queued.into(), cx);
        arm_step(&queue, step, rank, cx);
    }

    fn dequeue(&mut self, rank: Rank, cx: &mut Cx<'_>) {
        cx.cancel(Timer::Step.key(rank.arrival));
        let waiting = self.line.leave(rank, cx.now());
        let dequeued = message::dequeued(&waiting.call);
        let Call { key, plan, .. } = *waiting.call;
        cx.note(RouterFact::Dequeued { key, queue_id: plan.queue().id }.into());
        self.tell_agent_pgs(&dequeued.into(), cx);
    }

    fn route_waiting(&mut self, rank: Rank, pick: Pick, cx: &mut Cx<'_>) {
        cx.cancel(Timer::Step.key(rank.arrival));
        let waiting = self.line.leave(rank, cx.now());
        let queued = u32::try_from(cx.now().since(rank.since).as_secs()).unwrap_or(u32::MAX);
        self.tell_agent_pgs(&message::dequeued(&waiting.call).into(), cx);
        self.route(waiting.call, pick, queued, cx);
    }

    /// An agent was chosen: reserves the agent, answers the routing client, and drops the dialogue. A task that is
    /// routed anew needs no answer.
    fn route(&mut self, call: Box<Call>, pick: Pick, queued: u32, cx: &mut Cx<'_>) {
        let place = Place { skill_target: pick.skill_target, mrd: call.plan.queue().mrd().id };
        let agent_pg = self.agents.at(place).expect("an agent that was chosen is known").link;
        let choice = QueueChoice::Agent { skill_target: pick.skill_target, eligible: pick.eligible };
        cx.note(node(&call, pick.step, choice).into());
        let invoke_id = self.next_invoke_id;
        self.next_invoke_id = invoke_id.wrapping_add(1);
        let peripheral = self.peripheral_of(agent_pg);
        let reservation = Reservation { pick, invoke_id, peripheral, queued };
        let task = TaskId::of_router(call.key, message::RCK_SEQ);
        self.agents.assign(place, task);
        send(agent_pg, message::pre_call(&self.config, &call, reservation), cx);
        if !call.is_answered {
            send(call.dialogue.link, message::connect(&self.config, &call, reservation), cx);
            cx.note(RouterFact::DialogDeleted { dialogue: call.dialogue.dialogue, key: call.key }.into());
        }
        let way = Way::Open(agent_pg);
        self.reservations.expect(task, Unconfirmed { call, place, step: pick.step, peripheral, way });
    }
}

/// The task cannot be routed.
fn refuse(link: LinkId, request: &NewCall, reason: RefusalReason, cx: &mut Cx<'_>) {
    cx.note(RouterFact::CallRefused { dialogue: request.did, reason }.into());
    let fail = message::dialog_fail(request.rcid, request.pid, request.did, code_of(reason));
    send(link, fail, cx);
}

/// The dialogue that is open goes on, so the failure cannot name it.
fn refuse_duplicate(dialogue: DialogueKey, cx: &mut Cx<'_>) {
    let reason = RefusalReason::DuplicateDialogue;
    cx.note(RouterFact::CallRefused { dialogue: dialogue.dialogue, reason }.into());
    send(dialogue.link, FailureEvent { status: code_of(reason), ..FailureEvent::default() }, cx);
}

/// Arms the timer that takes a task to the next step, unless this is the last.
pub(crate) fn arm_step(queue: &PrecisionQueue, step: usize, rank: Rank, cx: &mut Cx<'_>) {
    let is_last = step + 1 >= queue.steps.len();
    if let Some(wait) = queue.steps.get(step).and_then(|step| step.wait).filter(|_| !is_last) {
        cx.arm(Timer::Step.key(rank.arrival), wait);
    }
}

fn code_of(reason: RefusalReason) -> u32 {
    match reason {
        RefusalReason::UnknownDialedNumber => reason::INVALID_SCRIPT_SELECTOR,
        RefusalReason::UnknownMrd => reason::INVALID_MRD,
        RefusalReason::DuplicateDialogue => reason::DUPLICATE_DIALOGUE,
        RefusalReason::NoScript => reason::NO_SCRIPT,
        RefusalReason::QueueFull | RefusalReason::ScriptEnded => reason::ROUTING_COMPLETE,
    }
}

fn admitted(call: &Call) -> RouterFact {
    let text = |text: Option<String>| text.unwrap_or_default();
    RouterFact::CallAdmitted {
        dialogue: call.dialogue.dialogue,
        key: call.key,
        dialed_number: dialed_number(&call.request),
        ani: text(call.request.calling_party.as_ref().map(ToString::to_string)),
        ced: text(call.request.ced.as_ref().map(ToString::to_string)),
        routing_client: call.dialogue.routing_client,
        mrd: call.plan.queue().mrd().id,
        call_type: call.plan.call_type.id,
        script: call.plan.script.name.clone(),
        priority: call.plan.script.priority,
        interruptible: call.plan.queue().mrd().interruptible,
        at_vru: call.request.at_vru,
        operation: call.request.operation_code,
    }
}

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

fn dialed_number(request: &NewCall) -> String {
    request.called_party.as_ref().map(ToString::to_string).unwrap_or_default()
}
