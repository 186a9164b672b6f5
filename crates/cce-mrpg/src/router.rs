//! The link to the router, which all PIMs share (mr-interface 7).

use crate::{MrPg, Timer, UNANSWERED_MAX};
use cce_kernel::{Address, CloseReason, Cx, Fact, FrameFlaw, LinkId, Port};
use cce_mr::{
    ICM, Icm,
    icm::{CloseReq, HeartbeatReq, OpenReq},
};
use cce_wire::Bytes;
use std::time::Duration;

/// Version of the protocol (inferred).
const VERSION: u32 = 1;

/// Type of this peripheral: media routing (cti-server-protocol 12).
const PERIPHERAL_TYPE: u16 = 19;

/// The link to the router, and how far it is.
#[derive(Debug, Default)]
pub(crate) struct RouterLink {
    link: Option<LinkId>,
    is_open: bool,
    unanswered: u32,
    last_invoke_id: u32,
}

impl RouterLink {
    pub(crate) fn is(&self, link: LinkId) -> bool {
        self.link == Some(link)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(crate) fn dial(&mut self, cx: &mut Cx<'_>) {
        self.link = Some(cx.dial(Port::IcmMr, Address::Lab));
    }

    pub(crate) fn on_up(&mut self, peripheral_id: u32, heartbeat: Duration, cx: &mut Cx<'_>) {
        let open = OpenReq {
            invoke_id: self.next_invoke_id(),
            version: VERSION,
            peripheral_id,
            peripheral_type: PERIPHERAL_TYPE,
            ..OpenReq::default()
        };
        self.send(open, cx);
        cx.arm(Timer::RouterBeat.key(0), heartbeat);
    }

    pub(crate) fn on_lost(&mut self, redial: Duration, cx: &mut Cx<'_>) {
        self.link = None;
        self.is_open = false;
        self.unanswered = 0;
        cx.cancel(Timer::RouterBeat.key(0));
        cx.arm(Timer::RouterRedial.key(0), redial);
    }

    /// Sends a heartbeat. Says whether the link still counts as alive.
    pub(crate) fn beat(&mut self, heartbeat: Duration, cx: &mut Cx<'_>) -> bool {
        let Some(link) = self.link else { return true };
        if self.unanswered >= UNANSWERED_MAX {
            cx.close(link, CloseReason::HeartbeatLost);
            return false;
        }
        self.unanswered += 1;
        let invoke_id = self.next_invoke_id();
        self.send(HeartbeatReq { invoke_id, ..HeartbeatReq::default() }, cx);
        cx.arm(Timer::RouterBeat.key(0), heartbeat);
        true
    }

    pub(crate) fn send(&self, message: impl Into<Icm>, cx: &mut Cx<'_>) {
        if let Some(link) = self.link {
            cx.send(link, message.into().to_frame(&ICM));
        }
    }

    pub(crate) fn stop(&mut self, cx: &mut Cx<'_>) {
        let Some(link) = self.link else { return };
        let invoke_id = self.next_invoke_id();
        self.send(CloseReq { invoke_id, ..CloseReq::default() }, cx);
        cx.close(link, CloseReason::Stopping);
        *self = Self::default();
        cx.cancel(Timer::RouterBeat.key(0));
        cx.cancel(Timer::RouterRedial.key(0));
    }

    fn next_invoke_id(&mut self) -> u32 {
        self.last_invoke_id = self.last_invoke_id.wrapping_add(1);
        self.last_invoke_id
    }
}

impl MrPg {
    /// The one dispatch of what the router says.
    pub(crate) fn on_router_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) {
        if !self.router.is(link) {
            return;
        }
        match Icm::read(&ICM, frame) {
            Ok(Icm::OpenConf(_)) => {
                self.router.is_open = true;
                self.pims.iter_mut().for_each(|pim| pim.on_routing_enabled(cx));
            }
            Ok(Icm::HeartbeatConf(_)) => self.router.unanswered = 0,
            Ok(Icm::Connect(message)) => self.for_client(message.rcid, |pim| pim.on_connect(&message, cx)),
            Ok(Icm::QueueEvent(message)) => self.for_client(message.rcid, |pim| pim.on_queued(&message, cx)),
            Ok(Icm::DialogFail(message)) => {
                self.for_client(message.rcid, |pim| pim.on_dialog_fail(&message, cx));
            }
            Ok(Icm::ReleaseConf(message)) => {
                self.for_client(message.rcid, |pim| pim.on_release_conf(&message, cx));
            }
            Ok(other) => note_peer_error(link, other.name(), "not expected from the router", cx),
            Err(error) => {
                note_peer_error(link, "frame", &error.to_string(), cx);
                cx.close(link, CloseReason::BadMessage(error.to_string()));
                self.on_router_lost(cx);
            }
        }
    }

    /// Somebody broke the framing. The MR interface has a failure message for that.
    pub(crate) fn on_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) {
        note_peer_error(link, "frame", &flaw.to_string(), cx);
        if self.router.is(link) {
            cx.close(link, CloseReason::BadFrame);
            self.on_router_lost(cx);
        } else if let Some(pim) = self.pims.iter_mut().find(|pim| pim.link() == Some(link)) {
            pim.refuse(CloseReason::BadFrame, &self.router, cx);
        }
    }

    fn for_client(&mut self, routing_client: u32, act: impl FnOnce(&mut crate::pim::Pim)) {
        if let Some(pim) = self.pims.iter_mut().find(|pim| pim.routing_client() == routing_client) {
            act(pim);
        }
    }
}

/// Notes what a peer did wrong.
pub(crate) fn note_peer_error(link: LinkId, message: &str, detail: &str, cx: &mut Cx<'_>) {
    cx.note(Fact::PeerError { link, message: message.to_owned(), detail: detail.to_owned() });
}
