//! Links of peripheral gateways: opening, silence, closing (mr-interface 7).

use crate::timer::Timer;
use cce_kernel::{
    CloseReason, Cx, LinkId, Peer,
    session::{ClosedConnection, Listener, Silence},
};
use cce_model::{InvokeId, PeripheralId};
use cce_mr::{
    FailureStatus, ICM, Icm,
    gateway::{PgKind, VERSION},
    icm::{CloseConf, CloseReq, FailureConf, FailureEvent, HeartbeatConf, HeartbeatReq, OpenConf, OpenReq},
};
use cce_wire::Time32;
use std::time::Duration;

/// An open peripheral gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pg {
    pub(crate) kind: PgKind,
    pub(crate) peripheral: PeripheralId,
}

impl Pg {
    /// Who opens a session, or what is wrong with the request (mr-interface 7).
    pub(crate) fn of(open: &OpenReq) -> Result<Self, String> {
        // The peripheral type tells both kinds of gateway apart: 17 and 19 (cti-server-protocol 12).
        let kind = PgKind::of_type(open.peripheral_type).filter(|_| open.version == VERSION);
        kind.map(|kind| Self { kind, peripheral: open.peripheral_id })
            .ok_or_else(|| format!("version {}, peripheral type {}", open.version, open.peripheral_type))
    }
}

/// The links of peripheral gateways. What ends a link returns what is gone with it, for the router to give up.
#[derive(Clone, Debug)]
pub(crate) struct Gateways {
    links: Listener<Pg>,
    silence: Silence,
    next_close_id: InvokeId,
}

impl Gateways {
    /// No link; one that is silent for that long is closed.
    pub(crate) fn new(silence: Duration) -> Self {
        Self {
            links: Listener::new(|number| Timer::Silence.key(number), CloseReason::HeartbeatLost),
            silence: Silence::Measured(silence),
            next_close_id: InvokeId(1),
        }
    }

    /// Links may be silent for another time, those that are there too.
    pub(crate) fn set_silence(&mut self, silence: Duration) {
        self.silence = Silence::Measured(silence);
        self.links.set_silence(self.silence);
    }

    /// A peripheral gateway connected.
    pub(crate) fn on_link_up(&mut self, link: LinkId, peer: &Peer, cx: &mut Cx<'_>) {
        if !self.links.accept(link, peer, self.silence, cx) {
            cx.close(link, CloseReason::Refused);
        }
    }

    /// A message came. Says whether the link is known: one that this end closed is heard no more.
    pub(crate) fn hear(&mut self, link: LinkId, cx: &mut Cx<'_>) -> bool {
        self.links.hear(link, cx)
    }

    /// The other end of a link is gone.
    pub(crate) fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) -> Option<ClosedConnection<Pg>> {
        self.links.forget(link, cx)
    }

    /// Looks whether a link was silent for too long.
    pub(crate) fn on_silence(&mut self, number: u64, cx: &mut Cx<'_>) -> Option<ClosedConnection<Pg>> {
        self.links.on_due(number, cx)
    }

    /// Ends the link on which the same peripheral left a session open.
    pub(crate) fn supersede(
        &mut self,
        link: LinkId,
        pg: Pg,
        cx: &mut Cx<'_>,
    ) -> Option<ClosedConnection<Pg>> {
        let (older, _) = self.links.sessions().find(|(other, known)| *other != link && **known == pg)?;
        self.links.close(older, CloseReason::Superseded, cx)
    }

    /// Opens a session; `OPEN_CONF` has the time of the central controller.
    pub(crate) fn open(&mut self, link: LinkId, pg: Pg, invoke_id: InvokeId, cx: &mut Cx<'_>) {
        self.links.open(link, pg);
        let central_controller_time = Time32::from(cx.wall());
        send(link, OpenConf { invoke_id, central_controller_time, ..OpenConf::default() }, cx);
    }

    /// Refuses a session, and with it the link.
    pub(crate) fn refuse(
        &mut self,
        link: LinkId,
        invoke_id: InvokeId,
        detail: String,
        cx: &mut Cx<'_>,
    ) -> Option<ClosedConnection<Pg>> {
        cx.note_peer_error(link, "OPEN_REQ", detail);
        send(link, FailureConf { invoke_id, status: FailureStatus::REFUSED, ..FailureConf::default() }, cx);
        self.links.close(link, CloseReason::Refused, cx)
    }

    /// A peripheral gateway ends its session.
    pub(crate) fn on_close(
        &mut self,
        link: LinkId,
        close: &CloseReq,
        cx: &mut Cx<'_>,
    ) -> Option<ClosedConnection<Pg>> {
        send(link, CloseConf { invoke_id: close.invoke_id, ..CloseConf::default() }, cx);
        self.links.close(link, CloseReason::Done, cx)
    }

    /// Ends the session of a link, because the router stops.
    pub(crate) fn stop(&mut self, link: LinkId, cx: &mut Cx<'_>) -> Option<ClosedConnection<Pg>> {
        let invoke_id = self.next_close_id;
        self.next_close_id = invoke_id.next();
        send(link, CloseReq { invoke_id, ..CloseReq::default() }, cx);
        self.links.close(link, CloseReason::Stopping, cx)
    }

    /// A peripheral gateway sent something that cannot be read or is not allowed: its link is closed for that reason.
    pub(crate) fn fail(
        &mut self,
        link: LinkId,
        message: &str,
        detail: &str,
        reason: CloseReason,
        cx: &mut Cx<'_>,
    ) -> Option<ClosedConnection<Pg>> {
        cx.note_peer_error(link, message, detail);
        send(link, FailureEvent { status: FailureStatus::REFUSED, ..FailureEvent::default() }, cx);
        self.links.close(link, reason, cx)
    }

    /// Tells every agent PG of a task that waits, or does so no more: the clients of each may watch tasks (inferred).
    pub(crate) fn tell_agent_pgs(&self, message: &Icm, cx: &mut Cx<'_>) {
        for (link, _) in self.links.sessions().filter(|(_, pg)| pg.kind == PgKind::Agent) {
            cx.send(link, message.to_frame(&ICM));
        }
    }

    /// Whether there is such a link.
    pub(crate) fn has(&self, link: LinkId) -> bool {
        self.links.has(link)
    }

    /// Every link, open or not.
    pub(crate) fn links(&self) -> Vec<LinkId> {
        self.links.links().collect()
    }

    /// What a link's peripheral gateway is there for; none before its OPEN_REQ.
    pub(crate) fn kind_of(&self, link: LinkId) -> Option<PgKind> {
        self.links.session(link).map(|pg| pg.kind)
    }

    /// Peripheral id of an open link.
    ///
    /// # Panics
    ///
    /// If the link is not open: agents are known of open links only.
    pub(crate) fn peripheral_of(&self, link: LinkId) -> PeripheralId {
        self.links.session(link).expect("an agent's link is open").peripheral
    }
}

/// Answers a heartbeat.
pub(crate) fn on_heartbeat(link: LinkId, beat: &HeartbeatReq, cx: &mut Cx<'_>) {
    send(link, HeartbeatConf { invoke_id: beat.invoke_id, ..HeartbeatConf::default() }, cx);
}

/// Sends a message to a peripheral gateway.
pub(crate) fn send(link: LinkId, message: impl Into<Icm>, cx: &mut Cx<'_>) {
    cx.send(link, message.into().to_frame(&ICM));
}
