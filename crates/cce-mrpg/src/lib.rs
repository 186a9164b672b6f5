//! MR PG: MR PIMs between applications and the router (mr-interface 1–7).
//!
//! Each PIM connects to one application and keeps its dialogues; all of them share one link to
//! the router. What an application says about a dialogue becomes a message to the router, and back.
//!
//! Invariants:
//! - A dialogue ends exactly once: routed, cancelled or failed.
//! - The router decides whether a cancel comes in time; the PIM passes its decision on.
//! - An application that breaks the protocol hurts nobody but itself.

#![warn(missing_docs)]

mod convert;
mod ecc;
mod ended;
mod pim;
mod router;

use cce_kernel::{
    Address, Command, Component, Configured, Cx, Input, LinkId, TimerKey,
    session::{Alarm, SessionEvent},
};
use cce_model::{ObjectModel, PeripheralId, RoutingClientId};
use cce_mr::gateway::{PgKind, RouterSession, Waits};
use pim::Pim;
use std::{sync::Arc, time::Duration};

/// How an MR PG is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its PIMs.
    pub pims: Vec<PimConfig>,
    /// Pause before a lost link to the router is dialled again.
    pub redial: Duration,
    /// Between two heartbeats, to the router and to applications; three unanswered ones: the link is lost.
    pub heartbeat: Duration,
}

/// How one MR PIM is set up.
#[derive(Clone, Debug)]
pub struct PimConfig {
    /// Peripheral id: 5001 in the lab trace (mr-interface 1).
    pub peripheral: PeripheralId,
    /// Routing client id, unique among the PIMs: 5004 in the lab trace (mr-interface 1).
    pub routing_client: RoutingClientId,
    /// Where its application listens: addresses that are tried in turn.
    pub applications: Vec<Address>,
    /// Pause before a lost link to the application is dialled again.
    pub redial: Duration,
    /// The application's host name; its short form is the originator of new calls.
    pub application_host: String,
}

cce_kernel::timers! {
    /// What the MR PG waits for.
    pub(crate) enum Timer {
        /// The router is to be dialled again.
        RouterRedial = "router redial",
        /// The next heartbeat to the router is due.
        RouterBeat = "router heartbeat",
        /// An application is to be dialled again; counted by PIM.
        PimRedial = "application redial",
        /// The next heartbeat to an application is due; counted by PIM.
        PimBeat = "application heartbeat",
    }
}

/// The MR PG.
#[derive(Clone, Debug)]
pub struct MrPg {
    model: Arc<ObjectModel>,
    config: Config,
    router: RouterSession,
    pims: Vec<Pim>,
}

impl Configured for MrPg {
    type Config = Config;

    fn new(model: Arc<ObjectModel>, config: Config) -> Self {
        let pims = (0..config.pims.len()).map(|at| Pim::new(at, Arc::clone(&model), &config)).collect();
        let peripheral = config.pims.first().map(|pim| pim.peripheral).unwrap_or_default();
        let timers = [Timer::RouterRedial.key(0), Timer::RouterBeat.key(0)];
        let router = RouterSession::new(PgKind::Mr, peripheral, waits(&config), timers);
        Self { model, config, router, pims }
    }

    /// PIMs stay who they are.
    fn reconfigure(&mut self, model: Arc<ObjectModel>, config: Config) {
        self.router.set_waits(waits(&config));
        for (pim, own) in self.pims.iter_mut().zip(&config.pims) {
            pim.reconfigure(Arc::clone(&model), &config, own);
        }
        (self.model, self.config) = (model, config);
    }
}

impl MrPg {
    fn on_start(&mut self, cx: &mut Cx<'_>) {
        *self = Self::new(Arc::clone(&self.model), self.config.clone());
        self.keep_router(SessionEvent::Start, cx);
        self.keep_pims(&SessionEvent::Start, cx);
    }

    fn on_stop(&mut self, cx: &mut Cx<'_>) {
        self.keep_pims(&SessionEvent::Stop, cx);
        self.keep_router(SessionEvent::Stop, cx);
    }

    fn keep_pims(&mut self, event: &SessionEvent, cx: &mut Cx<'_>) {
        for pim in &mut self.pims {
            pim.on_session(event.clone(), &self.router, cx);
        }
    }

    /// A link came about, or is gone.
    fn on_link(&mut self, link: LinkId, event: SessionEvent, cx: &mut Cx<'_>) {
        if self.router.owns(link) {
            self.keep_router(event, cx);
        } else if let Some(pim) = self.pims.iter_mut().find(|pim| pim.owns(link)) {
            pim.on_session(event, &self.router, cx);
        }
    }

    fn on_timer(&mut self, key: &TimerKey, cx: &mut Cx<'_>) {
        match Timer::of(key) {
            Timer::RouterRedial => self.keep_router(SessionEvent::Due(Alarm::Redial), cx),
            Timer::RouterBeat => self.keep_router(SessionEvent::Due(Alarm::Heartbeat), cx),
            Timer::PimRedial => self.on_pim_due(pim_at(key), Alarm::Redial, cx),
            Timer::PimBeat => self.on_pim_due(pim_at(key), Alarm::Heartbeat, cx),
        }
    }

    fn on_pim_due(&mut self, at: usize, alarm: Alarm, cx: &mut Cx<'_>) {
        self.pims[at].on_session(SessionEvent::Due(alarm), &self.router, cx);
    }
}

impl Component for MrPg {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => self.on_start(cx),
            Input::LinkUp { link, .. } => self.on_link(link, SessionEvent::Up(link), cx),
            Input::LinkDown { link, .. } => self.on_link(link, SessionEvent::Down(link), cx),
            Input::Frame { link, bytes } if self.router.owns(link) => {
                self.on_router_frame(link, &bytes.0, cx);
            }
            Input::Frame { link, bytes } => self.on_application_frame(link, &bytes.0, cx),
            Input::BadFrame { link, flaw } => self.on_bad_frame(link, flaw, cx),
            Input::Timer(key) => self.on_timer(&key, cx),
            Input::Command(Command::Stop) => self.on_stop(cx),
            Input::Command(refused @ (Command::Cue | Command::Act(_) | Command::Set { .. })) => {
                cx.note(refused.unknown());
            }
            // The MR PG has no HTTP interface.
            Input::Call { .. } | Input::CallGone { .. } | Input::Reply { .. } => {}
        }
    }
}

const fn waits(config: &Config) -> Waits {
    Waits { redial: config.redial, heartbeat: config.heartbeat }
}

/// Timers of PIMs are counted by their place in the configuration.
fn pim_at(key: &TimerKey) -> usize {
    usize::try_from(key.id).expect("there are fewer PIMs")
}
