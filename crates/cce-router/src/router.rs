//! The router as a component: who takes each input, and a task's way from its request to an agent (task-routing S1, S2,
//! E7, E22, E23).

use crate::{
    Config,
    agent::{self, Agents},
    choice::{self, Decision, Pick},
    key::Keys,
    link::{Gateways, Pg, on_heartbeat, send},
    message::{self, Reservation},
    queue::{Node, Rank, WaitingTasks},
    reservation::{ReservationLink, Reservations, SentReservation},
    task::{Call, DialogueKey, Plan, RCK_SEQ, admitted, dialed_number, node},
    timer::Timer,
};
use cce_kernel::{
    CloseReason, Command, Component, Configured, Cx, FrameFlaw, Input, LinkId, TimerKey,
    session::ClosedConnection,
};
use cce_model::{
    AgentKey, Disposition, InvokeId, MrdId, ObjectModel, PrecisionQueue, TaskId,
    fact::{QueueChoice, RefusalReason, RouterFact},
};
use cce_mr::{
    CancelResult, ICM, Icm,
    gateway::PgKind,
    icm::{AgentStateUpdate, FailureEvent, NewCall, OpenReq, Release, TaskEvent},
};
use cce_wire::Bytes;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The router.
#[derive(Clone, Debug)]
pub struct Router {
    model: Arc<ObjectModel>,
    config: Config,
    keys: Keys,
    next_invoke_id: InvokeId,
    gateways: Gateways,
    agents: Agents,
    waiting: WaitingTasks,
    reservations: Reservations,
}

impl Configured for Router {
    type Config = Config;

    fn new(model: Arc<ObjectModel>, config: Config) -> Self {
        let uninterruptible = model.mrds.iter().filter(|mrd| !mrd.interruptible).map(|mrd| mrd.id);
        Self {
            keys: Keys::default(),
            next_invoke_id: config.first_invoke_id,
            gateways: Gateways::new(config.silence),
            agents: Agents::new(uninterruptible.collect()),
            waiting: WaitingTasks::default(),
            reservations: Reservations::default(),
            model,
            config,
        }
    }

    /// What waits keeps its plan.
    fn reconfigure(&mut self, model: Arc<ObjectModel>, config: Config) {
        self.gateways.set_silence(config.silence);
        self.model = model;
        self.config = config;
    }
}

impl Router {
    fn on_start(&mut self, stored: &BTreeMap<String, String>, cx: &mut Cx<'_>) {
        *self = Self::new(Arc::clone(&self.model), self.config.clone());
        self.keys = Keys::start(stored, self.config.first_call_id, cx);
    }

    fn on_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) {
        if !self.gateways.hear(link, cx) {
            // It was on its way when this end closed the connection.
            return cx.over_meanwhile("connection of a gateway");
        }
        match Icm::read(&ICM, frame) {
            Ok(message) => self.on_message(link, message, cx),
            Err(error) => self.on_bad_message(link, "frame", &error.to_string(), cx),
        }
    }

    fn on_message(&mut self, link: LinkId, message: Icm, cx: &mut Cx<'_>) {
        match (self.gateways.kind_of(link), message) {
            (None, Icm::OpenReq(open)) => self.on_open(link, &open, cx),
            (Some(_), Icm::HeartbeatReq(beat)) => {
                on_heartbeat(link, &beat, cx);
                self.on_told_all(link, cx);
            }
            (Some(_), Icm::CloseReq(close)) => {
                let gone = self.gateways.on_close(link, &close, cx);
                self.on_gone(gone.as_ref(), cx);
            }
            (Some(PgKind::Mr), Icm::NewCall(request)) => self.on_new_call(link, request, cx),
            (Some(PgKind::Mr), Icm::Release(release)) => self.on_release(link, &release, cx),
            (Some(PgKind::Agent), Icm::TaskEvent(event)) => self.on_task_event(link, &event, cx),
            (Some(PgKind::Agent), Icm::AgentStateUpdate(update)) => self.on_agent_state(link, &update, cx),
            (_, other) => self.on_bad_message(link, other.name(), "not allowed here", cx),
        }
    }

    /// An agent PG reports what became of a task; a slot may be free. An end that is the first news of a task
    /// says that nobody was reserved.
    fn on_task_event(&mut self, link: LinkId, event: &TaskEvent, cx: &mut Cx<'_>) {
        if let Err(detail) = self.agents.on_task(link, event) {
            return cx.note_peer_error(link, "TASK_EVENT", detail);
        }
        let unconfirmed = self.reservations.take(event.task_id);
        if let Some(sent) = unconfirmed.filter(|_| agent::is_end(event)) {
            // The agent stands otherwise than the router knows: nothing goes there until the next report (inferred).
            self.agents.doubt(sent.member);
            self.requeue(event.task_id, sent, cx);
        }
        self.serve(cx);
    }

    /// An agent PG reports how an agent stands; somebody may be available.
    fn on_agent_state(&mut self, link: LinkId, update: &AgentStateUpdate, cx: &mut Cx<'_>) {
        let changed = match self.agents.on_state(link, update, cx.now()) {
            Ok(changed) => changed,
            Err(detail) => return cx.note_peer_error(link, "AGENT_STATE_UPDATE", detail),
        };
        if let Some((before, after)) = changed {
            let (skill_target, mrd) = (update.icm_agent_id, update.mrd_id);
            cx.note(RouterFact::Agent { skill_target, mrd, before, after }.into());
        }
        self.serve(cx);
    }

    fn on_timer(&mut self, key: &TimerKey, cx: &mut Cx<'_>) {
        match Timer::of(key) {
            Timer::Silence => {
                let gone = self.gateways.on_silence(key.id, cx);
                self.on_gone(gone.as_ref(), cx);
            }
            Timer::Step => self.on_step_over(key.id, cx),
            Timer::Queue => self.on_waited_too_long(key.id, cx),
        }
    }

    /// A peripheral gateway opens its session. One that the same peripheral left open is over first.
    fn on_open(&mut self, link: LinkId, open: &OpenReq, cx: &mut Cx<'_>) {
        let pg = match Pg::of(open) {
            Ok(pg) => pg,
            Err(detail) => {
                let gone = self.gateways.refuse(link, open.invoke_id, detail, cx);
                return self.on_gone(gone.as_ref(), cx);
            }
        };
        // The broken connection of a gateway may be noticed later than its next one comes about.
        let older = self.gateways.supersede(link, pg, cx);
        self.on_gone(older.as_ref(), cx);
        self.gateways.open(link, pg, open.invoke_id, cx);
        if pg.kind == PgKind::Agent {
            // What was sent on the broken connection is in doubt until this gateway has told all that it knows.
            self.reservations.on_opened(link, pg.peripheral);
        }
    }

    /// A link is gone, and with it what came over it: tasks that wait, or what is known of agents.
    fn on_gone(&mut self, gone: Option<&ClosedConnection<Pg>>, cx: &mut Cx<'_>) {
        // A link that was refused, or never opened, has nothing.
        let Some(&ClosedConnection { link, session: Some(pg) }) = gone else { return };
        match pg.kind {
            PgKind::Mr => self.drop_dialogues(link, cx),
            PgKind::Agent => {
                // No task goes to agents of a gateway that is away; theirs go on (task-routing E14).
                self.agents.forget(link);
                self.reservations.on_broken(link);
            }
        }
    }

    /// A peripheral gateway broke the framing.
    fn on_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) {
        if self.gateways.has(link) {
            let gone = self.gateways.fail(link, "frame", &flaw.to_string(), CloseReason::BadFrame, cx);
            self.on_gone(gone.as_ref(), cx);
        } else {
            // It was on its way when this end closed the connection.
            cx.over_meanwhile("connection of a gateway");
        }
    }

    /// A peripheral gateway sent something that cannot be read or is not allowed.
    fn on_bad_message(&mut self, link: LinkId, message: &str, detail: &str, cx: &mut Cx<'_>) {
        let reason = CloseReason::BadMessage(detail.to_owned());
        let gone = self.gateways.fail(link, message, detail, reason, cx);
        self.on_gone(gone.as_ref(), cx);
    }

    /// Ends every link by `CLOSE_REQ`; what came over it is given up.
    fn stop(&mut self, cx: &mut Cx<'_>) {
        for link in self.gateways.links() {
            let gone = self.gateways.stop(link, cx);
            self.on_gone(gone.as_ref(), cx);
        }
    }

    fn on_command(&mut self, command: Command, cx: &mut Cx<'_>) {
        match command {
            Command::Stop => self.stop(cx),
            refused @ (Command::Cue | Command::Act(_) | Command::Set { .. }) => cx.note(refused.unknown()),
        }
    }

    /// A routing client has a task (task-routing S1, E22).
    fn on_new_call(&mut self, link: LinkId, request: NewCall, cx: &mut Cx<'_>) {
        let dialogue = DialogueKey { link, routing_client: request.rcid, dialogue: request.did };
        if self.waiting.find(dialogue).is_some() {
            return refuse_duplicate(dialogue, cx);
        }
        let plan = match self.plan(&request) {
            Ok(plan) => plan,
            Err(reason) => return refuse(link, &request, reason, cx),
        };
        // A request without a plan uses up no router call key (inferred).
        let key = self.keys.give(cx);
        let (since, arrival) = (cx.now(), self.waiting.arrive());
        let call = Box::new(Call { dialogue, key, request, plan, since, arrival, is_answered: false });
        cx.note(admitted(&call).into());
        // The node looks for somebody who is free, and queues the task without one (task-routing 3.3).
        match choice::walk(call.plan.queue(), 0, call.preferred_agent(), &self.agents) {
            Decision::Agent(pick) => self.route(call, pick, 0, cx),
            Decision::Wait(step) => self.enqueue(call, step, cx),
            // A queue without steps leaves the script without a target (task-routing E22).
            Decision::NoStep => refuse(link, &call.request, RefusalReason::ScriptEnded, cx),
        }
    }

    /// A routing client gives up a task (task-routing E7). Here cancel and decision meet: whoever comes first wins.
    fn on_release(&mut self, link: LinkId, release: &Release, cx: &mut Cx<'_>) {
        let dialogue = DialogueKey { link, routing_client: release.rcid, dialogue: release.did };
        let result = if let Some(rank) = self.waiting.find(dialogue) {
            self.dequeue(rank, cx);
            CancelResult::CANCELLED
        } else {
            // A task that has an agent is not taken back (task-routing E7).
            cx.note(RouterFact::CancelRefused { dialogue: release.did }.into());
            CancelResult::AGENT_CHOSEN
        };
        send(link, message::release_conf(release, result), cx);
    }

    /// A routing client's link is gone: what it asked for is given up.
    fn drop_dialogues(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        for rank in self.waiting.of_link(link) {
            self.dequeue(rank, cx);
        }
    }

    /// A step's time is over: the next step is taken too (task-routing 3.5).
    fn on_step_over(&mut self, arrival: u64, cx: &mut Cx<'_>) {
        let (rank, waiting) = self.waiting.of_timer(arrival);
        let queue = Arc::clone(&waiting.call.plan.script.precision_queue);
        match choice::walk(&queue, waiting.step + 1, waiting.call.preferred_agent(), &self.agents) {
            Decision::Agent(pick) => self.route_waiting(rank, pick, cx),
            Decision::Wait(step) => {
                let waiting = self.waiting.advance(rank, step);
                cx.note(node(&waiting.call, step, QueueChoice::Wait).into());
                arm_step(&queue, step, rank, cx);
            }
            // On the last step a task waits without limit (task-routing 3.6).
            Decision::NoStep => {}
        }
    }

    /// Somebody may have become free: whatever can be routed is, best first (task-routing S2, step 9).
    fn serve(&mut self, cx: &mut Cx<'_>) {
        let mut exhausted = BTreeSet::new();
        while let Some((rank, pick)) = self.next_served(&mut exhausted) {
            self.route_waiting(rank, pick, cx);
        }
    }

    /// The first task in line for whom somebody is free. Steps for which nobody is free are remembered in `exhausted`:
    /// serving a task frees nobody. Whoever waits at one step has the same agents, so the first one there speaks for all.
    fn next_served(&self, exhausted: &mut BTreeSet<Node>) -> Option<(Rank, Pick)> {
        self.waiting.first_of_nodes().into_iter().find_map(|(rank, node, waiting)| {
            if exhausted.contains(&node) {
                return None;
            }
            let queue = waiting.call.plan.queue();
            let pick = choice::best(queue, waiting.step, waiting.call.preferred_agent(), &self.agents);
            if pick.is_none() {
                exhausted.insert(node);
            }
            pick.map(|pick| (rank, pick))
        })
    }

    /// What is to be done with a request (task-routing 3.1).
    fn plan(&self, request: &NewCall) -> Result<Plan, RefusalReason> {
        let dialed = self.model.dialed_numbers.get(dialed_number(request).as_str());
        let dialed = dialed.ok_or(RefusalReason::UnknownDialedNumber)?;
        // No default call type stands in for tasks (task-routing E23).
        let call_type = dialed.call_type.as_ref().ok_or(RefusalReason::NoScript)?;
        let script = call_type.script.as_ref().ok_or(RefusalReason::NoScript)?;
        // Without a domain in the request, the dialed number decides.
        if ![MrdId::NONE, dialed.mrd.id].contains(&request.mr_domain_id) {
            return Err(RefusalReason::UnknownMrd);
        }
        // A queue of another domain is a failed node, after which the script has nothing left (task-routing E22).
        if script.precision_queue.mrd().id != dialed.mrd.id {
            return Err(RefusalReason::ScriptEnded);
        }
        Ok(Plan { call_type: Arc::clone(call_type), script: Arc::clone(script) })
    }

    /// Nobody is free: the task waits, if there is room (task-routing S2, E22).
    fn enqueue(&mut self, call: Box<Call>, step: usize, cx: &mut Cx<'_>) {
        let (link, queue) = (call.dialogue.link, Arc::clone(&call.plan.script.precision_queue));
        // A full queue is a failed node, and the script has no other (task-routing E22).
        if !self.waiting.has_room(queue.mrd()) {
            return refuse(link, &call.request, RefusalReason::QueueFull, cx);
        }
        cx.note(node(&call, step, QueueChoice::Wait).into());
        let mut event = message::queue_event(&call, -1);
        let queued = message::queued(&call);
        let rank = self.waiting.enter(call, step);
        // It is computed once, with this task among those that wait (task-routing 3.7).
        event.estimated_wait_time = self.waiting.estimated_wait(queue.id, cx.now());
        // The routing client hears that the task waits, and task monitors hear it, too (task-routing S2, step 7).
        send(link, event, cx);
        self.gateways.tell_agent_pgs(&queued.into(), cx);
        arm_step(&queue, step, rank, cx);
        if let Some(longest) = queue.mrd().max_time_in_queue {
            cx.arm(Timer::Queue.key(rank.arrival), longest);
        }
    }

    /// A task has waited for as long as its domain allows: the router gives it up, and its dialogue fails (task-routing E24;
    /// what becomes of such a task is not published).
    fn on_waited_too_long(&mut self, arrival: u64, cx: &mut Cx<'_>) {
        let (rank, waiting) = self.waiting.of_timer(arrival);
        let (link, request) = (waiting.call.dialogue.link, waiting.call.request.clone());
        self.dequeue(rank, cx);
        refuse(link, &request, RefusalReason::WaitedTooLong, cx);
    }

    fn dequeue(&mut self, rank: Rank, cx: &mut Cx<'_>) {
        let waiting = self.waiting.leave(rank, cx.now());
        end_waits(rank, &waiting.call, cx);
        let dequeued = message::dequeued(&waiting.call);
        let Call { key, plan, .. } = *waiting.call;
        cx.note(RouterFact::Dequeued { key, queue_id: plan.queue().id }.into());
        // Task monitors hear DEQUEUED_TASK_EVENT of a task that is given up, too (inferred).
        self.gateways.tell_agent_pgs(&dequeued.into(), cx);
    }

    fn route_waiting(&mut self, rank: Rank, pick: Pick, cx: &mut Cx<'_>) {
        let waiting = self.waiting.leave(rank, cx.now());
        end_waits(rank, &waiting.call, cx);
        // DelayQTime is in seconds (task-routing 6.3).
        let queued = u32::try_from(cx.now().since(rank.since).as_secs()).unwrap_or(u32::MAX);
        // DEQUEUED_TASK_EVENT goes ahead of the reservation (task-routing S2, step 9).
        self.gateways.tell_agent_pgs(&message::dequeued(&waiting.call).into(), cx);
        self.route(waiting.call, pick, queued, cx);
    }

    /// An agent was chosen: reserves the agent, answers the routing client, and drops the dialogue. A task that is
    /// routed anew needs no answer.
    fn route(&mut self, call: Box<Call>, pick: Pick, queued: u32, cx: &mut Cx<'_>) {
        let member = AgentKey { skill_target: pick.skill_target, mrd: call.plan.queue().mrd().id };
        let agent_pg = self.agents.at(member).expect("an agent that was chosen is known").link;
        let choice = QueueChoice::Agent { skill_target: pick.skill_target, eligible: pick.eligible };
        cx.note(node(&call, pick.step, choice).into());
        // One InvokeID links the reservation and the answer of a decision (task-routing 6.2).
        let invoke_id = self.next_invoke_id;
        self.next_invoke_id = invoke_id.next();
        let peripheral = self.gateways.peripheral_of(agent_pg);
        let reservation = Reservation { pick, invoke_id, peripheral, queued };
        let task = TaskId::of_router(call.key, RCK_SEQ);
        // The task counts against the agent before the agent PG reports it (task-routing 3.8).
        self.agents.assign(member, task);
        // The agent PG hears of it before the routing client does (task-routing S1, steps 7 and 8).
        send(agent_pg, message::pre_call(&self.config, &call, reservation), cx);
        // `CONNECT` ends the dialogue. A task that is routed anew had its own (mr-interface 5).
        if !call.is_answered {
            send(call.dialogue.link, message::connect(&self.config, &call, reservation), cx);
            cx.note(RouterFact::DialogDeleted { dialogue: call.dialogue.dialogue, key: call.key }.into());
        }
        let way = ReservationLink::Open(agent_pg);
        self.reservations.expect(task, SentReservation { call, member, step: pick.step, peripheral, way });
    }

    /// The agent PG of a link is back, and has told what it knows.
    fn on_told_all(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        let lost = self.reservations.lost(link);
        if lost.is_empty() {
            return;
        }
        for (task, sent) in lost {
            self.requeue(task, sent, cx);
        }
        self.serve(cx);
    }

    /// A task waits again, where it stood before.
    fn requeue(&mut self, task: TaskId, sent: SentReservation, cx: &mut Cx<'_>) {
        let SentReservation { mut call, member, step, .. } = sent;
        let AgentKey { skill_target, mrd } = member;
        // The task counts against the agent no more (task-routing 3.8).
        self.agents.withdraw(member, task);
        cx.note(RouterFact::Requeued { task, skill_target, mrd }.into());
        // The routing client was told of an agent, which ended its dialogue (mr-interface 5).
        call.is_answered = true;
        let queue = Arc::clone(&call.plan.script.precision_queue);
        cx.note(node(&call, step, QueueChoice::Wait).into());
        self.gateways.tell_agent_pgs(&message::queued(&call).into(), cx);
        let rank = self.waiting.enter(call, step);
        arm_step(&queue, step, rank, cx);
    }
}

impl Component for Router {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { stored, .. } => self.on_start(&stored, cx),
            Input::LinkUp { link, peer } => self.gateways.on_link_up(link, &peer, cx),
            Input::LinkDown { link, .. } => {
                let gone = self.gateways.on_link_down(link, cx);
                self.on_gone(gone.as_ref(), cx);
            }
            Input::Frame { link, bytes } => self.on_frame(link, &bytes.0, cx),
            Input::BadFrame { link, flaw } => self.on_bad_frame(link, flaw, cx),
            Input::Timer(key) => self.on_timer(&key, cx),
            Input::Command(command) => self.on_command(command, cx),
            // The router has no HTTP interface.
            Input::Call { .. } | Input::CallGone { .. } | Input::Reply { .. } => {}
        }
    }
}

/// The task cannot be routed (task-routing E22, E23).
fn refuse(link: LinkId, request: &NewCall, reason: RefusalReason, cx: &mut Cx<'_>) {
    cx.note(RouterFact::CallRefused { dialogue: request.did, reason }.into());
    // The reason is a disposition, by which CCP finds its own (mr-interface 6).
    let fail = message::dialog_fail(request.rcid, request.pid, request.did, code_of(reason));
    send(link, fail, cx);
}

/// The dialogue that is open goes on, so the failure cannot name it.
fn refuse_duplicate(dialogue: DialogueKey, cx: &mut Cx<'_>) {
    let reason = RefusalReason::DuplicateDialogue;
    cx.note(RouterFact::CallRefused { dialogue: dialogue.dialogue, reason }.into());
    send(dialogue.link, FailureEvent { status: code_of(reason).into(), ..FailureEvent::default() }, cx);
}

fn code_of(reason: RefusalReason) -> Disposition {
    match reason {
        RefusalReason::UnknownDialedNumber => Disposition::APPLICATION_INVALID_SCRIPT_SELECTOR,
        RefusalReason::UnknownMrd => Disposition::APPLICATION_INVALID_MRD_ID,
        RefusalReason::DuplicateDialogue => Disposition::APPLICATION_DUPLICATE_DIALOGUE_ID,
        // No published code says that there is no script: this one is the lab's own (inferred).
        RefusalReason::NoScript => Disposition::NO_SCRIPT,
        // 43 says that the script has no further action (mr-interface 6).
        RefusalReason::QueueFull | RefusalReason::WaitedTooLong | RefusalReason::ScriptEnded => {
            Disposition::ROUTING_COMPLETE
        }
    }
}

/// A task waits no more.
fn end_waits(rank: Rank, call: &Call, cx: &mut Cx<'_>) {
    cx.cancel(Timer::Step.key(rank.arrival));
    if call.plan.queue().mrd().max_time_in_queue.is_some() {
        cx.cancel(Timer::Queue.key(rank.arrival));
    }
}

/// Arms the timer that takes a task to the next step, unless this is the last (task-routing 3.6).
fn arm_step(queue: &PrecisionQueue, step: usize, rank: Rank, cx: &mut Cx<'_>) {
    let is_last = step + 1 >= queue.steps.len();
    if let Some(wait) = queue.steps.get(step).and_then(|step| step.wait).filter(|_| !is_last) {
        cx.arm(Timer::Step.key(rank.arrival), wait);
    }
}
