//! The link to the router, which all PIMs share (mr-interface 7).

use crate::{Config, MrPg, Timer, UNANSWERED_MAX, pim::Pim};
use cce_kernel::{
    Address, CloseReason, Cx, Fact, FrameFlaw, LinkId, Port, TimerKey,
    session::{Clock, Dialler, Event, Keeper, Opening, Terms, Turn, Word},
};
use cce_mr::{
    ICM, Icm,
    icm::{CloseReq, HeartbeatReq, OpenReq},
};
use cce_wire::Bytes;

/// Version of the protocol (inferred).
const VERSION: u32 = 1;

/// Type of this peripheral: media routing (cti-server-protocol 12).
const PERIPHERAL_TYPE: u16 = 19;

/// The session with the router.
#[derive(Debug)]
pub(crate) struct RouterLink {
    keeper: Keeper,
    peripheral: u32,
    last_invoke_id: u32,
}

impl RouterLink {
    pub(crate) fn new(config: &Config) -> Self {
        let peripheral = config.pims.first().map_or(0, |pim| pim.peripheral);
        Self { keeper: Keeper::new(terms(config)), peripheral, last_invoke_id: 0 }
    }

    pub(crate) fn reconfigure(&mut self, config: &Config) {
        self.keeper.agree(terms(config));
    }

    pub(crate) fn is(&self, link: LinkId) -> bool {
        self.keeper.owns(link)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.keeper.is_open()
    }

    pub(crate) fn send(&self, message: impl Into<Icm>, cx: &mut Cx<'_>) {
        if let Some(link) = self.keeper.link() {
            cx.send(link, message.into().to_frame(&ICM));
        }
    }
}

impl Dialler for RouterLink {
    fn keeper(&mut self) -> &mut Keeper {
        &mut self.keeper
    }

    fn key(&self, clock: Clock) -> TimerKey {
        match clock {
            Clock::Redial => Timer::RouterRedial.key(0),
            Clock::Heartbeat => Timer::RouterBeat.key(0),
            Clock::Opening => unreachable!("heartbeats watch the opening"),
        }
    }

    fn say(&mut self, word: Word, link: LinkId, cx: &mut Cx<'_>) {
        self.last_invoke_id = self.last_invoke_id.wrapping_add(1);
        let invoke_id = self.last_invoke_id;
        let message = match word {
            Word::Open => Icm::from(OpenReq {
                invoke_id,
                version: VERSION,
                peripheral_id: self.peripheral,
                peripheral_type: PERIPHERAL_TYPE,
                ..OpenReq::default()
            }),
            Word::Heartbeat => HeartbeatReq { invoke_id, ..HeartbeatReq::default() }.into(),
            Word::Close => CloseReq { invoke_id, ..CloseReq::default() }.into(),
        };
        cx.send(link, message.to_frame(&ICM));
    }
}

/// Heartbeats watch the session from the connection on (mr-interface 7).
fn terms(config: &Config) -> Terms {
    Terms {
        addresses: vec![(Port::IcmMr, Address::Lab)],
        redial: config.redial,
        heartbeat: config.heartbeat,
        unanswered_max: UNANSWERED_MAX,
        opening: Opening::Heartbeats,
    }
}

impl MrPg {
    /// Something happens to the session with the router.
    pub(crate) fn keep_router(&mut self, event: Event, cx: &mut Cx<'_>) {
        match self.router.keep(event, cx) {
            Turn::None => {}
            Turn::Opened => self.pims.iter_mut().for_each(|pim| pim.on_routing_enabled(cx)),
            // Every dialogue fails, and the applications are told that routing is disabled (task-routing E14).
            Turn::Over { .. } => self.pims.iter_mut().for_each(|pim| pim.on_routing_disabled(cx)),
        }
    }

    /// The one dispatch of what the router says.
    pub(crate) fn on_router_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) {
        match Icm::read(&ICM, frame) {
            Ok(Icm::OpenConf(_)) if self.router.keeper.is_opening() => self.keep_router(Event::Confirmed, cx),
            Ok(Icm::HeartbeatConf(_)) => self.keep_router(Event::Answered, cx),
            Ok(Icm::Connect(message)) => {
                self.for_client(link, message.rcid, "CONNECT", cx, |pim, cx| pim.on_connect(&message, cx));
            }
            Ok(Icm::QueueEvent(message)) => {
                self.for_client(link, message.rcid, "QUEUE_EVENT", cx, |pim, cx| pim.on_queued(&message, cx));
            }
            Ok(Icm::DialogFail(message)) => {
                let name = "DIALOG_FAIL";
                self.for_client(link, message.rcid, name, cx, |pim, cx| pim.on_dialog_fail(&message, cx));
            }
            Ok(Icm::ReleaseConf(message)) => {
                let name = "RELEASE_CONF";
                self.for_client(link, message.rcid, name, cx, |pim, cx| pim.on_release_conf(&message, cx));
            }
            Ok(other) => note_peer_error(link, other.name(), "not expected from the router", cx),
            Err(error) => {
                note_peer_error(link, "frame", &error.to_string(), cx);
                self.keep_router(Event::HangUp(CloseReason::BadMessage(error.to_string())), cx);
            }
        }
    }

    /// Somebody broke the framing. The MR interface has a failure message for that.
    pub(crate) fn on_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) {
        note_peer_error(link, "frame", &flaw.to_string(), cx);
        if self.router.is(link) {
            self.keep_router(Event::HangUp(CloseReason::BadFrame), cx);
        } else if let Some(pim) = self.pims.iter_mut().find(|pim| pim.owns(link)) {
            pim.refuse(CloseReason::BadFrame, &self.router, cx);
        }
    }

    /// Hands a message to the PIM of a routing client. One that no PIM has is the router's mistake.
    fn for_client(
        &mut self,
        link: LinkId,
        routing_client: u32,
        name: &str,
        cx: &mut Cx<'_>,
        act: impl FnOnce(&mut Pim, &mut Cx<'_>),
    ) {
        match self.pims.iter_mut().find(|pim| pim.routing_client() == routing_client) {
            Some(pim) => act(pim, cx),
            None => note_peer_error(link, name, &format!("no PIM is routing client {routing_client}"), cx),
        }
    }
}

/// Notes what a peer did wrong.
pub(crate) fn note_peer_error(link: LinkId, message: &str, detail: &str, cx: &mut Cx<'_>) {
    cx.note(Fact::PeerError { link, message: message.to_owned(), detail: detail.to_owned() });
}
