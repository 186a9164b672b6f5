//! Links of peripheral gateways: opening, silence, closing (mr-interface 7).

use crate::Router;
use cce_kernel::{
    CloseReason, Cx, FrameFlaw, LinkId, Peer,
    session::{Gone, Silence},
};
use cce_mr::{
    ICM, Icm,
    gateway::{PgKind, VERSION},
    icm::{CloseConf, CloseReq, FailureConf, FailureEvent, HeartbeatConf, HeartbeatReq, OpenConf, OpenReq},
};
use cce_wire::Time32;

/// `Status` of a request that is refused, and of a message that cannot be read or is not allowed (inferred).
const REFUSED: u32 = 1;

/// An open peripheral gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pg {
    pub(crate) kind: PgKind,
    pub(crate) peripheral: u32,
}

impl Router {
    /// A peripheral gateway connected.
    pub(crate) fn on_link_up(&mut self, link: LinkId, peer: &Peer, cx: &mut Cx<'_>) {
        if !self.gateways.accept(link, peer, Silence::Measured(self.config.silence), cx) {
            cx.close(link, CloseReason::Refused);
        }
    }

    pub(crate) fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        let gone = self.gateways.forget(link, cx);
        self.on_gone(gone.as_ref(), cx);
    }

    /// Looks whether a link was silent for too long.
    pub(crate) fn on_silence(&mut self, number: u64, cx: &mut Cx<'_>) {
        let gone = self.gateways.on_due(number, cx);
        self.on_gone(gone.as_ref(), cx);
    }

    /// A link is gone, and with it what came over it: tasks that wait, or what is known of agents.
    fn on_gone(&mut self, gone: Option<&Gone<Pg>>, cx: &mut Cx<'_>) {
        // A link that was refused, or never opened, has nothing.
        let Some(&Gone { link, session: Some(pg) }) = gone else { return };
        match pg.kind {
            PgKind::Mr => self.drop_dialogues(link, cx),
            PgKind::Agent => {
                self.agents.forget(link);
                self.reservations.on_broken(link);
            }
        }
    }

    /// A peripheral gateway broke the framing.
    pub(crate) fn on_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) {
        if self.gateways.has(link) {
            cx.note_peer_error(link, "frame", flaw.to_string());
            self.drop_failed(link, CloseReason::BadFrame, cx);
        }
    }

    /// A peripheral gateway sent something that cannot be read or is not allowed.
    pub(crate) fn on_bad_message(&mut self, link: LinkId, message: &str, detail: String, cx: &mut Cx<'_>) {
        cx.note_peer_error(link, message, &detail);
        self.drop_failed(link, CloseReason::BadMessage(detail), cx);
    }

    /// Opens a session. One that the same peripheral left open is over.
    pub(crate) fn on_open(&mut self, link: LinkId, open: &OpenReq, cx: &mut Cx<'_>) {
        let kind = PgKind::of_type(open.peripheral_type).filter(|_| open.version == VERSION);
        let Some(kind) = kind else { return self.refuse_open(link, open, cx) };
        let pg = Pg { kind, peripheral: open.peripheral_id };
        self.supersede(link, pg, cx);
        self.gateways.open(link, pg);
        if kind == PgKind::Agent {
            self.reservations.on_opened(link, open.peripheral_id);
        }
        let conf = OpenConf {
            invoke_id: open.invoke_id,
            central_controller_time: Time32::from(cx.wall()),
            ..OpenConf::default()
        };
        send(link, conf, cx);
    }

    pub(crate) fn on_close(&mut self, link: LinkId, close: &CloseReq, cx: &mut Cx<'_>) {
        send(link, CloseConf { invoke_id: close.invoke_id, ..CloseConf::default() }, cx);
        self.close(link, CloseReason::Done, cx);
    }

    /// Takes leave of everybody.
    pub(crate) fn stop(&mut self, cx: &mut Cx<'_>) {
        let links: Vec<LinkId> = self.gateways.links().collect();
        for link in links {
            let invoke_id = self.next_close_id;
            self.next_close_id = invoke_id.wrapping_add(1);
            send(link, CloseReq { invoke_id, ..CloseReq::default() }, cx);
            self.close(link, CloseReason::Stopping, cx);
        }
    }

    /// Tells every agent PG of a task that waits, or does so no more: the clients of each may watch tasks (inferred).
    pub(crate) fn tell_agent_pgs(&self, message: &Icm, cx: &mut Cx<'_>) {
        for (link, _) in self.gateways.sessions().filter(|(_, pg)| pg.kind == PgKind::Agent) {
            cx.send(link, message.to_frame(&ICM));
        }
    }

    /// What a link's peripheral gateway is there for; none before its OPEN_REQ.
    pub(crate) fn kind_of(&self, link: LinkId) -> Option<PgKind> {
        self.gateways.session(link).map(|pg| pg.kind)
    }

    /// Peripheral id of an open link.
    ///
    /// # Panics
    ///
    /// If the link is not open: agents are known of open links only.
    pub(crate) fn peripheral_of(&self, link: LinkId) -> u32 {
        self.gateways.session(link).expect("an agent's link is open").peripheral
    }

    fn refuse_open(&mut self, link: LinkId, open: &OpenReq, cx: &mut Cx<'_>) {
        let detail = format!("version {}, peripheral type {}", open.version, open.peripheral_type);
        cx.note_peer_error(link, "OPEN_REQ", &detail);
        send(link, FailureConf { invoke_id: open.invoke_id, status: REFUSED, ..FailureConf::default() }, cx);
        self.close(link, CloseReason::Refused, cx);
    }

    fn supersede(&mut self, link: LinkId, pg: Pg, cx: &mut Cx<'_>) {
        let older = self.gateways.sessions().find(|(other, known)| *other != link && **known == pg);
        if let Some(older) = older.map(|(older, _)| older) {
            self.close(older, CloseReason::Superseded, cx);
        }
    }

    fn drop_failed(&mut self, link: LinkId, reason: CloseReason, cx: &mut Cx<'_>) {
        send(link, FailureEvent { status: REFUSED, ..FailureEvent::default() }, cx);
        self.close(link, reason, cx);
    }

    /// Closes a link, of which nothing more will be heard.
    fn close(&mut self, link: LinkId, reason: CloseReason, cx: &mut Cx<'_>) {
        let gone = self.gateways.close(link, reason, cx);
        self.on_gone(gone.as_ref(), cx);
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
