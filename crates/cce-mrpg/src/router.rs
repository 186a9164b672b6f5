//! The link to the router, which all PIMs share (mr-interface 7).

use crate::{MrPg, pim::Pim};
use cce_kernel::{
    CloseReason, Cx, FrameFlaw, LinkId,
    session::{Dialler, SessionEvent, Turn},
};
use cce_model::RoutingClientId;
use cce_mr::{ICM, Icm, gateway::RouterSaid};
use cce_wire::Bytes;

impl MrPg {
    /// Something happens to the session with the router.
    pub(crate) fn keep_router(&mut self, event: SessionEvent, cx: &mut Cx<'_>) {
        match self.router.keep(event, cx) {
            Turn::None => {}
            // The applications hear it, and send their tasks again (task-routing E14, step 4).
            Turn::Opened => self.pims.iter_mut().for_each(|pim| pim.on_routing_enabled(cx)),
            // Every dialogue fails, and the applications are told that routing is disabled (task-routing E14).
            Turn::Over { .. } => self.pims.iter_mut().for_each(|pim| pim.on_routing_disabled(cx)),
        }
    }

    /// The one dispatch of what the router says.
    pub(crate) fn on_router_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) {
        match Icm::read(&ICM, frame) {
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
            Ok(other) => match self.router.hear(link, &other, cx) {
                RouterSaid::Event(event) => self.keep_router(event, cx),
                RouterSaid::Nothing => {}
                RouterSaid::SomethingElse => {
                    cx.note_peer_error(link, other.name(), "not expected from the router");
                }
            },
            Err(error) => {
                cx.note_peer_error(link, "frame", error.to_string());
                self.keep_router(SessionEvent::HangUp(CloseReason::BadMessage(error.to_string())), cx);
            }
        }
    }

    /// Somebody broke the framing. The MR interface has a failure message for that.
    pub(crate) fn on_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) {
        if self.router.owns(link) {
            cx.note_peer_error(link, "frame", flaw.to_string());
            self.keep_router(SessionEvent::HangUp(CloseReason::BadFrame), cx);
        } else if let Some(pim) = self.pims.iter_mut().find(|pim| pim.owns(link)) {
            cx.note_peer_error(link, "frame", flaw.to_string());
            pim.refuse(CloseReason::BadFrame, &self.router, cx);
        } else {
            cx.over_meanwhile("connection");
        }
    }

    /// Hands a message to the PIM of a routing client. One that no PIM has is the router's mistake.
    fn for_client(
        &mut self,
        link: LinkId,
        routing_client: RoutingClientId,
        name: &str,
        cx: &mut Cx<'_>,
        act: impl FnOnce(&mut Pim, &mut Cx<'_>),
    ) {
        match self.pims.iter_mut().find(|pim| pim.routing_client() == routing_client) {
            Some(pim) => act(pim, cx),
            None => cx.note_peer_error(link, name, format!("no PIM is routing client {routing_client}")),
        }
    }
}
