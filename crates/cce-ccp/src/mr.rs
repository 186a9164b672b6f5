//! CCP's side of the MR interface: it listens, and the MR PG connects (mr-interface 1 to 6).

mod dialogue;

use crate::Timer;
use bytes::Bytes;
use cce_kernel::{
    CloseReason, Cx, FrameFlaw, LinkId, Peer,
    session::{ClosedConnection, Listener, Silence},
};
use cce_model::{ContactId, DialogueId, Disposition, MrdId, SkillTarget, TaskId};
use cce_mr::{
    FailureStatus, MR, Mr,
    mr::{CloseConf, CloseReq, FailureEvent, HeartbeatConf, HeartbeatReq, NewTask, OpenConf, OpenReq},
};
use cce_wire::Text;
use dialogue::Dialogues;
use std::time::Duration;

/// Heartbeats that a peer may leave out.
const SILENT_BEATS_MAX: u32 = 3;

/// What the MR interface tells the runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MrEvent {
    /// A session is open: tasks can be sent.
    Up,
    /// The MR PG gained or lost the router, or tells how that is.
    RoutingStatus { enabled: bool },
    /// The session is gone. Its dialogues had these contacts.
    Down(Vec<ContactId>),
    /// CCE queued the task.
    Queued {
        contact: ContactId,
        /// Seconds; -1 when CCE does not know.
        wait: i32,
    },
    /// CCE chose an agent.
    Routed { contact: ContactId, routed: Routed },
    /// The dialogue failed, for a reason of mr-interface 6.
    Failed { contact: ContactId, reason: Disposition },
    /// CCE carried out the cancel.
    Cancelled { contact: ContactId },
}

/// What `DO_THIS_WITH_TASK` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Routed {
    pub task: TaskId,
    pub agent: SkillTarget,
    pub mrd: MrdId,
    pub interruptible: bool,
}

/// The listener: connections, the one session among them, and its dialogues.
#[derive(Clone, Debug)]
pub(crate) struct MrListener {
    heartbeat: Duration,
    /// Connections; at most one of them has its session open.
    pgs: Listener<()>,
    dialogues: Dialogues,
}

impl MrListener {
    pub(crate) fn new(heartbeat: Duration, first_dialogue: DialogueId) -> Self {
        Self {
            heartbeat,
            pgs: Listener::new(|number| Timer::Beat.key(number), CloseReason::HeartbeatLost),
            dialogues: Dialogues::new(first_dialogue),
        }
    }

    /// From the next heartbeat on they come so often.
    pub(crate) fn beat_every(&mut self, heartbeat: Duration) {
        self.heartbeat = heartbeat;
        self.pgs.set_silence(silence(heartbeat));
    }

    /// Whether tasks can be sent.
    pub(crate) fn is_open(&self) -> bool {
        self.session().is_some()
    }

    /// The connection with the open session.
    fn session(&self) -> Option<LinkId> {
        self.pgs.sessions().next().map(|(link, ())| link)
    }

    /// Sends a task, and returns its dialogue. None without a session.
    pub(crate) fn send_new_task(
        &mut self,
        contact: &ContactId,
        task: NewTask,
        cx: &mut Cx<'_>,
    ) -> Option<DialogueId> {
        self.session().map(|link| self.dialogues.send_new_task(link, contact, task, cx))
    }

    /// Asks CCE to give up a task.
    pub(crate) fn send_cancel(&mut self, dialogue: DialogueId, cx: &mut Cx<'_>) {
        let link = self.session().expect("a task is with CCE while the session is open");
        self.dialogues.send_cancel(link, dialogue, cx);
    }

    pub(crate) fn on_link_up(&mut self, link: LinkId, peer: &Peer, cx: &mut Cx<'_>) {
        if !self.pgs.accept(link, peer, silence(self.heartbeat), cx) {
            cx.close(link, CloseReason::Refused);
        }
    }

    pub(crate) fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) -> Option<MrEvent> {
        let gone = self.pgs.forget(link, cx);
        self.on_gone(gone, cx)
    }

    pub(crate) fn on_beat(&mut self, number: u64, cx: &mut Cx<'_>) -> Option<MrEvent> {
        let gone = self.pgs.on_due(number, cx);
        self.on_gone(gone, cx)
    }

    fn on_gone(&mut self, gone: Option<ClosedConnection<()>>, cx: &mut Cx<'_>) -> Option<MrEvent> {
        gone?.session.map(|()| MrEvent::Down(self.dialogues.fail_all(cx)))
    }

    pub(crate) fn on_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) -> Vec<MrEvent> {
        if !self.pgs.hear(link, cx) {
            // It was on its way when this end closed the connection.
            cx.over_meanwhile("connection of an MR PG");
            return Vec::new();
        }
        match Mr::read(&MR, frame) {
            Ok(message) => self.on_message(link, message, cx),
            Err(error) => self.refuse(link, "undecodable", error.to_string(), cx).into_iter().collect(),
        }
    }

    pub(crate) fn on_bad_frame(&mut self, link: LinkId, flaw: FrameFlaw, cx: &mut Cx<'_>) -> Option<MrEvent> {
        if !self.pgs.has(link) {
            cx.over_meanwhile("connection of an MR PG");
            return None;
        }
        cx.note_peer_error(link, "frame", flaw.to_string());
        // The peer hears why, ahead of the end of its connection (mr-interface 3).
        send(link, FailureEvent { status: FailureStatus::REFUSED, ..FailureEvent::default() }, cx);
        self.close(link, CloseReason::BadFrame, cx)
    }

    /// Ends every connection: who may connect has changed.
    pub(crate) fn shut(&mut self, cx: &mut Cx<'_>) -> Vec<MrEvent> {
        let links: Vec<LinkId> = self.pgs.links().collect();
        links.into_iter().filter_map(|link| self.close(link, CloseReason::Refused, cx)).collect()
    }

    /// Says goodbye on every connection.
    pub(crate) fn on_stop(&mut self, cx: &mut Cx<'_>) {
        // CLOSE_REQ belongs to a session; a connection without one just ends (mr-interface 3).
        if let Some(link) = self.session() {
            send(link, CloseReq::default(), cx);
        }
        for link in self.pgs.links().collect::<Vec<_>>() {
            self.pgs.close(link, CloseReason::Stopping, cx);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "this is the dispatch of the MR interface's messages")]
    fn on_message(&mut self, link: LinkId, message: Mr, cx: &mut Cx<'_>) -> Vec<MrEvent> {
        if let Mr::OpenReq(open) = message {
            return self.on_open_req(link, &open, cx);
        }
        // OPEN_REQ is the first message of the PIM (mr-interface 1).
        if self.session() != Some(link) {
            let detail = "the session is not open".to_owned();
            return self.refuse(link, message.name(), detail, cx).into_iter().collect();
        }
        let event = match message {
            Mr::HeartbeatReq(beat) => on_heartbeat_req(link, &beat, cx),
            Mr::CloseReq(close) => self.on_close_req(link, &close, cx),
            Mr::TaskQueuedEvent(queued) => self.dialogues.on_task_queued(link, &queued, cx),
            Mr::DoThisWithTask(routed) => self.dialogues.on_do_this_with_task(link, &routed, cx),
            Mr::NewTaskFailureEvent(failure) => self.dialogues.on_new_task_failure(link, &failure, cx),
            Mr::CancelTaskConf(conf) => self.dialogues.on_cancel_task_conf(link, &conf, cx),
            Mr::TerminateDialogueEvent(end) => self.dialogues.on_terminate_dialogue(link, &end, cx),
            Mr::RoutingStatusEvent(status) => {
                Some(MrEvent::RoutingStatus { enabled: status.routing_enabled })
            }
            // A failure without a dialogue says nothing of tasks: the session goes on (inferred).
            Mr::FailureEvent(_) | Mr::FailureConf(_) | Mr::CloseConf(_) => {
                cx.note_peer_error(link, message.name(), "the peer reports a failure".to_owned());
                None
            }
            other => self.refuse(link, other.name(), "not expected here".to_owned(), cx),
        };
        event.into_iter().collect()
    }

    /// Opens the session. An older one ends: an MR PG that connects anew has lost it.
    fn on_open_req(&mut self, link: LinkId, open: &OpenReq, cx: &mut Cx<'_>) -> Vec<MrEvent> {
        let mut events = Vec::new();
        // The older session's dialogues fail, or are kept to be sent again, before the new one takes tasks
        // (mr-interface 1).
        match self.session() {
            Some(older) if older != link => events.extend(self.close(older, CloseReason::Superseded, cx)),
            Some(_) => events.push(MrEvent::Down(self.dialogues.fail_all(cx))),
            None => {}
        }
        self.pgs.open(link, ());
        let application_name = Some(Text::new("CCP"));
        let conf = OpenConf { invoke_id: open.invoke_id, application_name, ..OpenConf::default() };
        send(link, conf, cx);
        events.push(MrEvent::Up);
        events
    }

    fn on_close_req(&mut self, link: LinkId, close: &CloseReq, cx: &mut Cx<'_>) -> Option<MrEvent> {
        // CLOSE_CONF answers first, since nothing follows the end of the connection (mr-interface 3).
        send(link, CloseConf { invoke_id: close.invoke_id, ..CloseConf::default() }, cx);
        self.close(link, CloseReason::Done, cx)
    }

    /// Tells the peer that it made a mistake, and ends the connection.
    fn refuse(&mut self, link: LinkId, message: &str, detail: String, cx: &mut Cx<'_>) -> Option<MrEvent> {
        cx.note_peer_error(link, message, detail.clone());
        send(link, FailureEvent { status: FailureStatus::REFUSED, ..FailureEvent::default() }, cx);
        self.close(link, CloseReason::BadMessage(detail), cx)
    }

    fn close(&mut self, link: LinkId, reason: CloseReason, cx: &mut Cx<'_>) -> Option<MrEvent> {
        let gone = self.pgs.close(link, reason, cx);
        self.on_gone(gone, cx)
    }
}

fn on_heartbeat_req(link: LinkId, beat: &HeartbeatReq, cx: &mut Cx<'_>) -> Option<MrEvent> {
    send(link, HeartbeatConf { invoke_id: beat.invoke_id, ..HeartbeatConf::default() }, cx);
    None
}

/// The MR PG sends heartbeats, and may leave some out (mr-interface 1).
fn silence(heartbeat: Duration) -> Silence {
    Silence::Intervals { every: heartbeat, max: SILENT_BEATS_MAX }
}

fn send(link: LinkId, message: impl Into<Mr>, cx: &mut Cx<'_>) {
    cx.send(link, message.into().to_frame(&MR));
}
