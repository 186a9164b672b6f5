//! Router: dialed numbers, scripts, precision queues, reservations (task-routing 3, mr-interface 7 and 8).
//!
//! ```text
//! MR PG  -- NEW_CALL, RELEASE -->               router -- DEVICE_TARGET_PRE_CALL_IND --> agent PG
//!        <-- CONNECT, QUEUE_EVENT, DIALOG_FAIL --      <-- TASK_EVENT, AGENT_STATE_UPDATE --
//! ```
//!
//! Both kinds of peripheral gateway connect to one socket; their OPEN_REQ tells them apart.
//!
//! Invariants:
//! - A task is with at most one agent, and an agent never gets more tasks than the limit reported.
//! - A task counts against its agent from the decision on, before the agent PG reports it.
//! - Every admitted task is routed, released or refused exactly once, unless its routing client is lost.
//! - A task whose reservation is refused, or lost with its link, is routed anew.
//! - Nobody who is free is passed over: whenever an agent changes, what waits is looked through.
//! - No router call key is given twice, not even across a restart.

#![warn(missing_docs)]

mod agent;
mod call;
mod choice;
mod config;
mod key;
mod link;
mod message;
mod queue;
mod reservation;

pub use config::Config;

use agent::Agents;
use cce_kernel::{
    CloseReason, Command, Component, Configured, Cx, Input, LinkId, TimerKey,
    session::{Listener, Silence},
};
use cce_model::{MrdId, ObjectModel, SkillTarget, fact::RouterFact};
use cce_mr::{
    ICM, Icm,
    gateway::PgKind,
    icm::{AgentStateUpdate, TaskEvent},
};
use cce_wire::Bytes;
use key::Keys;
use link::Pg;
use queue::Line;
use reservation::Reservations;
use std::{collections::BTreeMap, sync::Arc};

cce_kernel::timers! {
    /// What the router waits for.
    pub(crate) enum Timer {
        /// A link is silent for too long; counted by link.
        Silence = "silence",
        /// A waiting task goes to the next step; counted by arrival.
        Step = "step",
    }
}

/// The router.
#[derive(Debug)]
pub struct Router {
    model: Arc<ObjectModel>,
    config: Config,
    keys: Keys,
    next_invoke_id: u32,
    next_close_id: u32,
    gateways: Listener<Pg>,
    agents: Agents,
    line: Line,
    reservations: Reservations,
}

impl Configured for Router {
    type Config = Config;

    fn new(model: Arc<ObjectModel>, config: Config) -> Self {
        let uninterruptible = model.mrds.iter().filter(|mrd| !mrd.interruptible).map(|mrd| mrd.id);
        Self {
            keys: Keys::default(),
            next_invoke_id: config.first_invoke_id,
            next_close_id: 1,
            gateways: Listener::new(|number| Timer::Silence.key(number), CloseReason::HeartbeatLost),
            agents: Agents::new(uninterruptible.collect()),
            line: Line::default(),
            reservations: Reservations::default(),
            model,
            config,
        }
    }

    /// What waits keeps its plan.
    fn reconfigure(&mut self, model: Arc<ObjectModel>, config: Config) {
        self.gateways.set_silence(Silence::Measured(config.silence));
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
            // Over meanwhile: what was on its way when this end closed the link.
            return;
        }
        match Icm::read(&ICM, frame) {
            Ok(message) => self.on_message(link, message, cx),
            Err(error) => self.on_bad_message(link, "frame", error.to_string(), cx),
        }
    }

    fn on_message(&mut self, link: LinkId, message: Icm, cx: &mut Cx<'_>) {
        match (self.kind_of(link), message) {
            (None, Icm::OpenReq(open)) => self.on_open(link, &open, cx),
            (Some(_), Icm::HeartbeatReq(beat)) => {
                link::on_heartbeat(link, &beat, cx);
                self.on_told_all(link, cx);
            }
            (Some(_), Icm::CloseReq(close)) => self.on_close(link, &close, cx),
            (Some(PgKind::Mr), Icm::NewCall(request)) => self.on_new_call(link, request, cx),
            (Some(PgKind::Mr), Icm::Release(release)) => self.on_release(link, &release, cx),
            (Some(PgKind::Agent), Icm::TaskEvent(event)) => self.on_task_event(link, &event, cx),
            (Some(PgKind::Agent), Icm::AgentStateUpdate(update)) => self.on_agent_state(link, &update, cx),
            (_, other) => self.on_bad_message(link, other.name(), "not allowed here".to_owned(), cx),
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
            self.agents.doubt(sent.place);
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
            let (skill_target, mrd) = (SkillTarget(update.icm_agent_id), MrdId(update.mrd_id));
            cx.note(RouterFact::Agent { skill_target, mrd, before, after }.into());
        }
        self.serve(cx);
    }

    fn on_timer(&mut self, key: &TimerKey, cx: &mut Cx<'_>) {
        match Timer::of(key) {
            Timer::Silence => self.on_silence(key.id, cx),
            Timer::Step => self.on_step_over(key.id, cx),
        }
    }

    fn on_command(&mut self, command: Command, cx: &mut Cx<'_>) {
        match command {
            Command::Stop => self.stop(cx),
            refused @ (Command::Cue | Command::Act(_) | Command::Set { .. }) => cx.note(refused.unknown()),
        }
    }
}

impl Component for Router {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { stored } => self.on_start(&stored, cx),
            Input::LinkUp { link, peer } => self.on_link_up(link, &peer, cx),
            Input::LinkDown { link, .. } => self.on_link_down(link, cx),
            Input::Frame { link, bytes } => self.on_frame(link, &bytes.0, cx),
            Input::BadFrame { link, flaw } => self.on_bad_frame(link, flaw, cx),
            Input::Timer(key) => self.on_timer(&key, cx),
            Input::Command(command) => self.on_command(command, cx),
            // The router has no HTTP interface.
            Input::Call { .. } | Input::CallGone { .. } | Input::Reply { .. } => {}
        }
    }
}
