//! Agent PG: OPC and the CTI server.
//!
//! ```text
//! router <-- icm-agent --> OPC <-- ArmMessage, OpcMessage --> CTI server <-- cti-a, cti-b --> clients
//! ```
//!
//! Both are modules of one component and share nothing but typed messages, each noted as a fact at the moment
//! it passes.
//!
//! The order of facts and frames, which is the order of the product's ctisvr.log:
//!
//! | What happens | Facts and frames |
//! |---|---|
//! | a client's indication | the received frame, `ToOpc` |
//! | reservation | `ToCtiServer(Agent)`, `ToCtiServer(PreCall)` |
//! | offer | `ToCtiServer(Task)`, `TaskEventTraced` |
//! | start, pause, resume, wrap-up, end | `ToCtiServer(Task)`, `ToCtiServer(Agent)`, `TaskEventTraced` |
//! | interrupt | whatever began or ended it, `ToCtiServer(Interrupt)` |
//! | its answer | `ToCtiServer(TaskState)` of each task, `ToCtiServer(Agent)` |
//!
//! Every fact stands before the frames that it causes. `ToCtiServer(Task)` is where the product's log says
//! `received msgtype 97` (it does so of ends), `TaskEventTraced` where it shows the task event; the latter comes
//! exactly once, however many sessions listen.
//!
//! BEGIN, QUEUED and DEQUEUED task events are sent of tasks that wait in the router, which tells the agent PG of them. A task
//! that finds an agent at once has none (inferred): the lab's trace shows every neighbour of theirs and none of them.
//!
//! Invariants:
//! - OPC never sends to CTI clients, and the CTI server never sends to the router.
//! - An agent never has more tasks than its limit, and the tasks allowed beyond it.
//! - A task that left its agent is reported to the router with a disposition, and once more where the router may have missed
//!   it.
//! - A refused indication changes nothing.
//! - Tasks outlive their agent's client for the domain's task life, and end when it comes back without them.

#![warn(missing_docs)]

mod arm;
mod config;
mod cti;
mod opc;
mod timer;

pub use config::Config;

use cce_kernel::{
    Command, Component, Configured, Cx, FrameFlaw, Input, LinkId, Peer, Port, TimerKey,
    session::{Alarm, SessionEvent},
};
use cce_model::{AgentKey, ObjectModel, fact::AgentPgFact};
use cce_wire::Bytes;
use cti::{CentralController, CtiServer, Outcome};
use opc::Opc;
use std::sync::Arc;
use timer::Timer;

/// The agent PG.
#[derive(Clone, Debug)]
pub struct AgentPg {
    model: Arc<ObjectModel>,
    config: Config,
    opc: Opc,
    cti: CtiServer,
}

impl Configured for AgentPg {
    type Config = Config;

    fn new(model: Arc<ObjectModel>, config: Config) -> Self {
        let opc = Opc::new(Arc::clone(&model), config.clone());
        let cti = CtiServer::new(Arc::clone(&model), config.clone());
        Self { model, config, opc, cti }
    }

    /// Agents, queues and sessions stay as they are.
    fn reconfigure(&mut self, model: Arc<ObjectModel>, config: Config) {
        self.opc.reconfigure(Arc::clone(&model), config.clone());
        self.cti.reconfigure(Arc::clone(&model), config.clone());
        (self.model, self.config) = (model, config);
    }
}

impl AgentPg {
    fn on_start(&mut self, cx: &mut Cx<'_>) {
        // A restart loses the tasks, as when both OPCs fail (task-routing E18).
        *self = Self::new(Arc::clone(&self.model), self.config.clone());
        self.opc.keep_router(SessionEvent::Start, cx);
    }

    fn on_link_up(&mut self, link: LinkId, peer: &Peer, cx: &mut Cx<'_>) {
        if is_cti(link) {
            self.cti.on_link_up(link, peer, cx);
        } else {
            self.opc.keep_router(SessionEvent::Up(link), cx);
        }
    }

    fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        if is_cti(link) {
            let outcome = self.cti.on_link_down(link, cx);
            self.follow(outcome, cx);
        } else {
            self.opc.keep_router(SessionEvent::Down(link), cx);
        }
    }

    fn on_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) {
        if is_cti(link) {
            let outcome = self.cti.on_frame(link, frame, cx);
            self.follow(outcome, cx);
        } else {
            self.opc.on_router_frame(link, frame, cx);
        }
    }

    fn on_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) {
        if is_cti(link) {
            let outcome = self.cti.on_bad_frame(link, flaw, cx);
            self.follow(outcome, cx);
        } else {
            self.opc.on_router_bad_frame(link, flaw, cx);
        }
    }

    fn on_timer(&mut self, key: &TimerKey, cx: &mut Cx<'_>) {
        let member = AgentKey::of_number(key.id);
        match Timer::of(key) {
            Timer::StartTimeout => self.opc.on_start_timeout(key.id, cx),
            Timer::TaskDuration => self.opc.on_duration_over(key.id, cx),
            Timer::TaskLife => self.opc.on_task_life_over(member, cx),
            Timer::InterruptDone => self.opc.on_interrupt_done_due(member, cx),
            Timer::StateReport => self.opc.send_agent_state(member, cx),
            Timer::LoginTimeout => self.opc.on_login_timeout(member, cx),
            Timer::RouterRedial => self.opc.keep_router(SessionEvent::Due(Alarm::Redial), cx),
            Timer::RouterBeat => self.opc.keep_router(SessionEvent::Due(Alarm::Heartbeat), cx),
            Timer::CtiIdle => {
                let outcome = self.cti.on_idle(key.id, cx);
                self.follow(outcome, cx);
            }
            Timer::Maintenance => {
                let outcomes = self.cti.on_maintenance_due(cx);
                self.follow(outcomes, cx);
            }
        }
    }

    fn on_command(&mut self, command: Command, cx: &mut Cx<'_>) {
        let (outcomes, command) = self.cti.on_command(command, cx);
        self.follow(outcomes, cx);
        // A side of the CTI server took it, otherwise.
        let Some(command) = command else { return };
        match command {
            Command::Stop => {
                self.cti.stop(cx);
                self.opc.keep_router(SessionEvent::Stop, cx);
            }
            refused @ (Command::Cue | Command::Act(_) | Command::Set { .. }) => cx.note(refused.unknown()),
        }
    }

    /// Hands OPC what the CTI server made of a client's message.
    fn follow(&mut self, outcomes: impl IntoIterator<Item = Outcome>, cx: &mut Cx<'_>) {
        outcomes.into_iter().for_each(|outcome| self.follow_one(outcome, cx));
    }

    fn follow_one(&mut self, outcome: Outcome, cx: &mut Cx<'_>) {
        match outcome {
            Outcome::SessionLost(session) => self.opc.on_session_lost(session, cx),
            Outcome::InitOver(session) => self.opc.on_init_over(session, cx),
            Outcome::Arm(request) => {
                // The log has SendARMMsg ahead of whatever OPC does (cti-server-protocol 11.3).
                cx.note(
                    AgentPgFact::ToOpc {
                        session: request.client.session,
                        invoke_id: request.invoke_id,
                        mrd: request.member.mrd,
                        skill_target: request.member.skill_target,
                        message: request.message.clone(),
                    }
                    .into(),
                );
                self.opc.on_arm(&request, cx);
            }
        }
    }

    /// Hands the CTI server what OPC has to say.
    fn deliver(&mut self, cx: &mut Cx<'_>) {
        // The advice of an interrupt comes behind the reservation that causes it (task-routing S6, step 2).
        self.opc.review_interrupts(cx);
        let online = self.opc.is_router_open();
        let controller = if online { CentralController::Online } else { CentralController::Offline };
        self.cti.on_controller(controller, cx);
        let messages = self.opc.take_messages();
        self.cti.on_opc(messages, cx);
    }
}

impl Component for AgentPg {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => self.on_start(cx),
            Input::LinkUp { link, peer } => self.on_link_up(link, &peer, cx),
            Input::LinkDown { link, .. } => self.on_link_down(link, cx),
            Input::Frame { link, bytes } => self.on_frame(link, &bytes.0, cx),
            Input::BadFrame { link, flaw } => self.on_bad_frame(link, flaw, cx),
            Input::Timer(key) => self.on_timer(&key, cx),
            Input::Command(command) => self.on_command(command, cx),
            // The agent PG has no HTTP interface.
            Input::Call { .. } | Input::CallGone { .. } | Input::Reply { .. } => {}
        }
        self.deliver(cx);
    }
}

fn is_cti(link: LinkId) -> bool {
    matches!(link.port, Port::CtiA | Port::CtiB)
}
