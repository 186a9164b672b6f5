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
mod pim;
mod router;

use cce_kernel::{Address, Command, Component, Cx, Input, LinkId, Port, TimerKey};
use cce_model::EccVariable;
use pim::Pim;
use router::RouterLink;
use std::time::Duration;

/// How an MR PG is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its PIMs.
    pub pims: Vec<PimConfig>,
    /// Pause before a lost link to the router is dialled again.
    pub redial: Duration,
    /// Between two heartbeats; three unanswered ones: the link is lost.
    pub heartbeat: Duration,
}

/// How one MR PIM is set up.
#[derive(Clone, Debug)]
pub struct PimConfig {
    /// Peripheral id.
    pub peripheral: u32,
    /// Routing client id, unique among the PIMs.
    pub routing_client: u32,
    /// Where its application listens: addresses that are tried in turn.
    pub applications: Vec<Address>,
    /// Pause before a lost link to the application is dialled again.
    pub redial: Duration,
    /// Expanded call context variables that the central controller knows. Whatever else an application sends stays behind.
    pub ecc: Vec<EccVariable>,
    /// The application's host name; its short form is the originator of new calls.
    pub application_host: String,
}

/// Heartbeats that may stay unanswered.
pub(crate) const UNANSWERED_MAX: u32 = 3;

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
#[derive(Debug)]
pub struct MrPg {
    config: Config,
    router: RouterLink,
    pims: Vec<Pim>,
}

impl MrPg {
    /// An MR PG that has not begun.
    pub fn new(config: Config) -> Self {
        let pims = config.pims.iter().enumerate().map(|(at, pim)| Pim::new(at, pim.clone())).collect();
        Self { config, router: RouterLink::default(), pims }
    }

    /// Goes by another configuration from now on. PIMs stay who they are.
    pub fn reconfigure(&mut self, config: Config) {
        for (pim, settings) in self.pims.iter_mut().zip(&config.pims) {
            pim.reconfigure(settings.clone());
        }
        self.config = config;
    }
}

impl Component for MrPg {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => {
                self.router.dial(cx);
                self.pims.iter_mut().for_each(|pim| pim.dial(cx));
            }
            Input::LinkUp { link, .. } if link.port == Port::IcmMr => {
                let peripheral = self.config.pims.first().map_or(0, |pim| pim.peripheral);
                self.router.on_up(peripheral, self.config.heartbeat, cx);
            }
            Input::LinkUp { link, .. } => {
                let heartbeat = self.config.heartbeat;
                if let Some(pim) = self.pim_of(link) {
                    pim.on_up(heartbeat, cx);
                }
            }
            Input::LinkDown { link, .. } => self.on_down(link, cx),
            Input::Frame { link, bytes } if link.port == Port::IcmMr => {
                self.on_router_frame(link, &bytes.0, cx);
            }
            Input::Frame { link, bytes } => self.on_application_frame(link, &bytes.0, cx),
            Input::BadFrame { link, flaw } => self.on_bad_frame(link, flaw, cx),
            Input::Timer(key) => self.on_timer(&key, cx),
            Input::Command(Command::Stop) => {
                self.pims.iter_mut().for_each(|pim| pim.stop(cx));
                self.router.stop(cx);
            }
            Input::Command(refused @ (Command::Cue | Command::Act(_) | Command::Set { .. })) => {
                cx.note(refused.unknown());
            }
            Input::Call { .. } | Input::CallGone { .. } | Input::Reply { .. } => {}
        }
    }
}

impl MrPg {
    fn pim_of(&mut self, link: LinkId) -> Option<&mut Pim> {
        self.pims.iter_mut().find(|pim| pim.link() == Some(link))
    }

    fn on_down(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        if self.router.is(link) {
            self.on_router_lost(cx);
        } else {
            let router = &self.router;
            if let Some(pim) = self.pims.iter_mut().find(|pim| pim.link() == Some(link)) {
                pim.on_lost(router, cx);
            }
        }
    }

    /// Every dialogue fails, and the applications are told that routing is disabled.
    fn on_router_lost(&mut self, cx: &mut Cx<'_>) {
        self.router.on_lost(self.config.redial, cx);
        self.pims.iter_mut().for_each(|pim| pim.on_routing_disabled(cx));
    }

    fn on_timer(&mut self, key: &TimerKey, cx: &mut Cx<'_>) {
        let heartbeat = self.config.heartbeat;
        match Timer::of(key) {
            Timer::RouterRedial => self.router.dial(cx),
            Timer::RouterBeat => {
                if !self.router.beat(heartbeat, cx) {
                    self.on_router_lost(cx);
                }
            }
            Timer::PimRedial => self.pims[pim_at(key)].dial(cx),
            Timer::PimBeat => {
                let pim = &mut self.pims[pim_at(key)];
                if !pim.beat(heartbeat, cx) {
                    pim.on_lost(&self.router, cx);
                }
            }
        }
    }
}

/// Timers of PIMs are counted by their place in the configuration.
fn pim_at(key: &TimerKey) -> usize {
    usize::try_from(key.id).expect("there are fewer PIMs")
}
