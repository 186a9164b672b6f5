//! One MR PIM: the session with its application, and the dialogues (mr-interface 2, 5).

use crate::{Config, MrPg, PimConfig, Timer, convert, ecc, ended::EndedDialogues};
use cce_kernel::{
    Address, CloseReason, Cx, Fact, LinkId, Port, TimerKey,
    session::{Alarm, Dialler, Keeper, OpeningLimit, SessionEvent, SessionMessage, Terms, Turn},
};
use cce_model::{
    ContactId, DialogueId, DialogueState, Disposition, InvokeId, ObjectModel, RoutingClientId, TaskId,
};
use cce_mr::{
    CancelResult, FailureStatus, MR, Mr,
    gateway::RouterSession,
    icm::{Connect, DialogFail, QueueEvent, Release, ReleaseConf},
    mr::{
        CancelTask, CancelTaskConf, CloseConf, CloseReq, FailureEvent, HeartbeatReq, NewTask,
        NewTaskFailureEvent, OpenReq, RoutingStatusEvent, TaskQueuedEvent, TerminateDialogueEvent,
    },
};
use cce_wire::{Bytes, Text};
use std::{collections::BTreeMap, sync::Arc};

/// Heartbeats that may stay unanswered (mr-interface 1).
const UNANSWERED_MAX: u32 = 3;

/// Version of the MR interface (inferred).
const VERSION: u32 = 1;

/// What the router speaks of although its application left.
const DIALOGUE: &str = "dialogue";

/// Heartbeats after which the application may drop a silent session (inferred; as in cti-server-protocol 4.2).
const IDLE_HEARTBEATS: u64 = 4;

/// Dialogues of one application at the same time: what the system may queue (task-routing 5).
const DIALOGUES_MAX: usize = 15_000;

/// One MR PIM.
#[derive(Clone, Debug)]
pub(crate) struct Pim {
    at: u64,
    model: Arc<ObjectModel>,
    config: PimConfig,
    keeper: Keeper,
    /// Seconds of silence after which the application may drop the session.
    idle_timeout: u32,
    routing_enabled: bool,
    last_invoke_id: InvokeId,
    dialogues: BTreeMap<DialogueId, Dialogue>,
    /// Dialogues that are over, some of which were routed while the router was asked to cancel them.
    ended: EndedDialogues,
}

#[derive(Clone, Debug)]
struct Dialogue {
    contact: ContactId,
    state: DialogueState,
    task: Option<TaskId>,
    received: u32,
    sent: u32,
    /// Cancels that wait for the router's answer: each has one of its own (mr-interface 3).
    cancels: u32,
}

impl Pim {
    /// The PIM with that place in the configuration.
    pub(crate) fn new(at: usize, model: Arc<ObjectModel>, config: &Config) -> Self {
        let own = &config.pims[at];
        Self {
            at: at as u64,
            model,
            config: own.clone(),
            keeper: Keeper::new(terms(config, own)),
            idle_timeout: idle_timeout(config),
            routing_enabled: false,
            last_invoke_id: InvokeId(0),
            dialogues: BTreeMap::new(),
            ended: EndedDialogues::default(),
        }
    }

    pub(crate) fn reconfigure(&mut self, model: Arc<ObjectModel>, config: &Config, own: &PimConfig) {
        self.model = model;
        self.keeper.set_terms(terms(config, own));
        self.idle_timeout = idle_timeout(config);
        self.config = own.clone();
    }

    pub(crate) fn owns(&self, link: LinkId) -> bool {
        self.keeper.owns(link)
    }

    pub(crate) fn routing_client(&self) -> RoutingClientId {
        self.config.routing_client
    }

    /// Something happens to the session with the application.
    pub(crate) fn on_session(&mut self, event: SessionEvent, router: &RouterSession, cx: &mut Cx<'_>) {
        match self.keep(event, cx) {
            Turn::None => {}
            // An application may open while the router is away (task-routing E14).
            Turn::Opened => self.send_routing_status(cx),
            Turn::Over { .. } => self.give_up(router, cx),
        }
    }

    /// The application is gone: whatever it asked for is given up (task-routing E10).
    fn give_up(&mut self, router: &RouterSession, cx: &mut Cx<'_>) {
        let pending: Vec<DialogueId> = self.dialogues.keys().copied().collect();
        for id in pending {
            self.send_release(id, router, cx);
            self.end(id, DialogueState::Failed, cx);
        }
        self.ended = EndedDialogues::default();
    }

    pub(crate) fn on_routing_enabled(&mut self, cx: &mut Cx<'_>) {
        self.routing_enabled = true;
        self.send_routing_status(cx);
    }

    /// The router is gone, and every dialogue with it (task-routing E14).
    pub(crate) fn on_routing_disabled(&mut self, cx: &mut Cx<'_>) {
        if !std::mem::take(&mut self.routing_enabled) {
            return;
        }
        // The status goes ahead of the failures that it explains (task-routing E14, steps 1 and 2).
        self.send_routing_status(cx);
        let open: Vec<DialogueId> = self.dialogues.keys().copied().collect();
        for id in open {
            self.send_failure(id, Disposition::ROUTING_DISABLED, cx);
        }
        // The router that was asked is gone, and had chosen an agent before (inferred).
        for id in self.ended.asked() {
            let cancels = self.ended.take_cancels(id);
            self.answer_late(id, cancels, cx);
        }
    }

    /// The application said something that cannot be read: it is told, and left.
    pub(crate) fn refuse(&mut self, reason: CloseReason, router: &RouterSession, cx: &mut Cx<'_>) {
        self.send(FailureEvent { status: FailureStatus::REFUSED, ..FailureEvent::default() }, cx);
        self.on_session(SessionEvent::HangUp(reason), router, cx);
    }

    /// The application says that something failed. Before the session is open that is its refusal; an event is
    /// about the session as a whole.
    fn on_failure(
        &mut self,
        link: LinkId,
        name: &str,
        status: FailureStatus,
        router: &RouterSession,
        cx: &mut Cx<'_>,
    ) {
        cx.note_peer_error(link, name, format!("the application reports status {}", status.in_words()));
        // A FAILURE_CONF in an open session is about one request (mr-interface 3).
        if !self.keeper.is_open() || name == "FAILURE_EVENT" {
            self.on_session(SessionEvent::HangUp(CloseReason::Refused), router, cx);
        }
    }

    /// What cannot be said now, or never: the application is told, and the session goes on.
    fn on_unexpected(&self, link: LinkId, name: &str, cx: &mut Cx<'_>) {
        cx.note_peer_error(link, name, "not expected from an application now");
        self.send(FailureEvent { status: FailureStatus::UNEXPECTED, ..FailureEvent::default() }, cx);
    }

    fn on_new_task(&mut self, link: LinkId, task: NewTask, router: &RouterSession, cx: &mut Cx<'_>) {
        let id = task.dialogue_id;
        if self.dialogues.contains_key(&id) {
            cx.note_peer_error(link, "NEW_TASK", format!("dialogue {id} is open already"));
            // The dialogue that is open goes on; the failure is about the message.
            let status = Disposition::APPLICATION_DUPLICATE_DIALOGUE_ID.into();
            self.send(FailureEvent { status, ..FailureEvent::default() }, cx);
            return;
        }
        let contact =
            // ApplicationString2 is the id of the contact (mr-interface 3.1).
            ContactId::from(Text::or_empty(task.application_string2.as_ref()));
        let dialogue = Dialogue {
            contact: contact.clone(),
            state: DialogueState::Open,
            task: None,
            received: task.send_seq_no,
            sent: 0,
            cancels: 0,
        };
        // A dialogue that is refused is opened for its failure, which has a SendSeqNo (mr-interface 3).
        note_state(id, &dialogue, None, cx);
        self.dialogues.insert(id, dialogue);
        self.ended.forget(id);
        if let Some(reason) = self.objection(&task, router) {
            let detail = format!("dialogue {id} is refused with reason {}", reason.in_words());
            cx.note_peer_error(link, "NEW_TASK", detail);
            return self.send_failure(id, reason, cx);
        }
        let (named_variables, lost) = ecc::admit(&self.model.ecc_variables, task.named_variables);
        for ecc::LostVariable { variable, length, loss } in lost {
            let contact = contact.clone();
            cx.note(Fact::Ecc { contact, variable, length, loss });
        }
        let task = NewTask { named_variables, ..task };
        router.send(convert::new_call(&self.config, task), cx);
    }

    fn objection(&self, task: &NewTask, router: &RouterSession) -> Option<Disposition> {
        // SendSeqNo counts from 1 in each direction (mr-interface 2).
        if task.send_seq_no != 1 {
            return Some(Disposition::APPLICATION_INVALID_DIALOGUE_ID);
        }
        // While the router is away any request is refused with 44 (task-routing E14, step 2).
        let is_full = self.dialogues.len() > DIALOGUES_MAX;
        (is_full || !router.is_open()).then_some(Disposition::ROUTING_DISABLED)
    }

    /// The application gives up a task. The router is asked once, and decides for every cancel that came until then.
    fn on_cancel(&mut self, link: LinkId, cancel: &CancelTask, router: &RouterSession, cx: &mut Cx<'_>) {
        let id = cancel.dialogue_id;
        if !self.dialogues.contains_key(&id) {
            if self.ended.is_asked(id) {
                self.ended.add_cancel(id);
            } else {
                self.answer_late(id, 1, cx);
            }
            return;
        }
        if !self.receive(link, "CANCEL_TASK", id, cancel.send_seq_no, router, cx) {
            return;
        }
        let dialogue = self.open_mut(id);
        dialogue.cancels = dialogue.cancels.saturating_add(1);
        // The router hears of a cancel once: a second RELEASE would find no dialogue (inferred).
        if dialogue.state != DialogueState::Cancelling {
            self.set_state(id, DialogueState::Cancelling, cx);
            self.send_release(id, router, cx);
        }
    }

    fn on_terminate(
        &mut self,
        link: LinkId,
        end: &TerminateDialogueEvent,
        router: &RouterSession,
        cx: &mut Cx<'_>,
    ) {
        let id = end.dialogue_id;
        if !self.dialogues.contains_key(&id) {
            // The router's answer, which ends the dialogue, crossed it.
            return cx.over_meanwhile(DIALOGUE);
        }
        if self.receive(link, "TERMINATE_DIALOGUE_EVENT", id, end.send_seq_no, router, cx) {
            self.send_release(id, router, cx);
            self.end(id, DialogueState::Failed, cx);
        }
    }

    /// Takes in the `SendSeqNo` of a message, and says whether it was due; if not, the dialogue is over.
    fn receive(
        &mut self,
        link: LinkId,
        name: &str,
        id: DialogueId,
        send_seq_no: u32,
        router: &RouterSession,
        cx: &mut Cx<'_>,
    ) -> bool {
        let dialogue = self.open_mut(id);
        let due = dialogue.received + 1;
        if send_seq_no == due {
            dialogue.received = send_seq_no;
            return true;
        }
        cx.note_peer_error(link, name, format!("SendSeqNo {send_seq_no} where {due} is due"));
        self.send_release(id, router, cx);
        let send_seq_no = self.next_seq(id);
        let cause = Disposition::APPLICATION_INVALID_DIALOGUE_ID;
        // A gap or a repetition fails the dialogue (mr-interface 2).
        self.send(TerminateDialogueEvent { dialogue_id: id, send_seq_no, cause, ..Default::default() }, cx);
        self.end(id, DialogueState::Failed, cx);
        false
    }

    pub(crate) fn on_connect(&mut self, connect: &Connect, cx: &mut Cx<'_>) {
        let id = connect.did;
        let Some(dialogue) = self.dialogues.get_mut(&id) else {
            // The application left, and the reservation runs out at the agent (task-routing E27).
            return cx.over_meanwhile(DIALOGUE);
        };
        dialogue.task = Some(convert::task_id(connect.rtr_date, connect.rtr_cid, connect.rck_seq));
        // An error code of CONNECT is a failure for the application (mr-interface 7.2).
        if connect.error_code != 0 {
            return self.send_failure(id, Disposition::ROUTING_COMPLETE, cx);
        }
        let send_seq_no = self.next_seq(id);
        // It ends the dialogue, even one that is being cancelled: the router has decided (mr-interface 5).
        self.send(convert::do_this_with_task(connect, send_seq_no), cx);
        self.end(id, DialogueState::Routed, cx);
    }

    pub(crate) fn on_queued(&mut self, queued: &QueueEvent, cx: &mut Cx<'_>) {
        let id = queued.did;
        let Some(dialogue) = self.dialogues.get_mut(&id) else { return cx.over_meanwhile(DIALOGUE) };
        let icm_task_id = convert::task_id(queued.rtr_date, queued.rtr_cid, queued.rck_seq);
        dialogue.task = Some(icm_task_id);
        // A dialogue that is being cancelled stays so until the router has decided about the cancel (task-routing E7).
        if dialogue.state == DialogueState::Open {
            self.set_state(id, DialogueState::Queued, cx);
        }
        let send_seq_no = self.next_seq(id);
        let estimated_wait_time = queued.estimated_wait_time;
        let event = TaskQueuedEvent {
            dialogue_id: id,
            send_seq_no,
            icm_task_id,
            estimated_wait_time,
            ..TaskQueuedEvent::default()
        };
        self.send(event, cx);
    }

    pub(crate) fn on_dialog_fail(&mut self, fail: &DialogFail, cx: &mut Cx<'_>) {
        if !self.dialogues.contains_key(&fail.did) {
            return cx.over_meanwhile(DIALOGUE);
        }
        self.send_failure(fail.did, fail.reason_code, cx);
    }

    /// The router decided about the cancels of a dialogue.
    pub(crate) fn on_release_conf(&mut self, conf: &ReleaseConf, cx: &mut Cx<'_>) {
        let id = conf.did;
        // The id may be in use again: the router answers the former dialogue first (mr-interface 5).
        if self.ended.is_asked(id) {
            let cancels = self.ended.take_cancels(id);
            return self.answer_late(id, cancels, cx);
        }
        let Some(dialogue) = self.dialogues.get_mut(&id) else { return cx.over_meanwhile(DIALOGUE) };
        for _ in 0..std::mem::take(&mut dialogue.cancels) {
            let send_seq_no = self.next_seq(id);
            self.send_cancel_conf(id, send_seq_no, conf.result, cx);
        }
        if self.dialogues.get(&id).is_none_or(|dialogue| dialogue.state != DialogueState::Cancelling) {
            return;
        }
        // The cancel came too late: the connection is on its way (task-routing E7).
        if conf.result == CancelResult::AGENT_CHOSEN {
            self.set_state(id, DialogueState::Queued, cx);
        } else {
            self.end(id, DialogueState::Cancelled, cx);
        }
    }

    /// Answers cancels of a dialogue that is over.
    fn answer_late(&mut self, dialogue_id: DialogueId, cancels: u32, cx: &mut Cx<'_>) {
        for _ in 0..cancels {
            let send_seq_no = self.ended.next_seq(dialogue_id);
            self.send_cancel_conf(dialogue_id, send_seq_no, CancelResult::AGENT_CHOSEN, cx);
        }
    }

    fn send_release(&self, id: DialogueId, router: &RouterSession, cx: &mut Cx<'_>) {
        let release = Release {
            rcid: self.config.routing_client,
            pid: self.config.peripheral,
            did: id,
            did_rel_seq: convert::DID_REL_SEQ,
            // A task that is given up in the router ends with 35 (mr-interface 5).
            reason_code: Disposition::TASK_ABANDONED_IN_ROUTER,
            ..Release::default()
        };
        if router.is_open() {
            router.send(release, cx);
        }
    }

    /// A task cannot be routed: its dialogue is over.
    fn send_failure(&mut self, id: DialogueId, reason_code: Disposition, cx: &mut Cx<'_>) {
        let send_seq_no = self.next_seq(id);
        let failure = NewTaskFailureEvent {
            dialogue_id: id,
            send_seq_no,
            reason_code,
            ..NewTaskFailureEvent::default()
        };
        self.send(failure, cx);
        self.end(id, DialogueState::Failed, cx);
    }

    fn send_cancel_conf(
        &self,
        dialogue_id: DialogueId,
        send_seq_no: u32,
        result: CancelResult,
        cx: &mut Cx<'_>,
    ) {
        self.send(CancelTaskConf { dialogue_id, send_seq_no, result, ..CancelTaskConf::default() }, cx);
    }

    fn send_routing_status(&self, cx: &mut Cx<'_>) {
        if self.keeper.is_open() {
            let routing_enabled = self.routing_enabled;
            self.send(RoutingStatusEvent { routing_enabled, ..RoutingStatusEvent::default() }, cx);
        }
    }

    fn send(&self, message: impl Into<Mr>, cx: &mut Cx<'_>) {
        if let Some(link) = self.keeper.link() {
            cx.send(link, message.into().to_frame(&MR));
        }
    }

    /// A dialogue that is open.
    ///
    /// # Panics
    ///
    /// If it is not: whoever asks has seen it open.
    fn open_mut(&mut self, id: DialogueId) -> &mut Dialogue {
        self.dialogues.get_mut(&id).unwrap_or_else(|| panic!("dialogue {id} is open"))
    }

    fn next_seq(&mut self, id: DialogueId) -> u32 {
        let dialogue = self.open_mut(id);
        dialogue.sent += 1;
        dialogue.sent
    }

    fn set_state(&mut self, id: DialogueId, to: DialogueState, cx: &mut Cx<'_>) {
        let dialogue = self.open_mut(id);
        let from = std::mem::replace(&mut dialogue.state, to);
        note_state(id, dialogue, Some(from), cx);
    }

    fn end(&mut self, id: DialogueId, to: DialogueState, cx: &mut Cx<'_>) {
        self.set_state(id, to, cx);
        let Dialogue { cancels, sent, .. } = self.dialogues.remove(&id).expect("a dialogue ends once");
        // The failure of a dialogue, and its cancel, answer what asked for that (inferred).
        let asked = if to == DialogueState::Routed { cancels } else { 0 };
        self.ended.remember(id, sent, asked);
    }
}

impl Dialler for Pim {
    fn keeper(&mut self) -> &mut Keeper {
        &mut self.keeper
    }

    fn key(&self, alarm: Alarm) -> TimerKey {
        match alarm {
            Alarm::Redial => Timer::PimRedial.key(self.at),
            Alarm::Heartbeat => Timer::PimBeat.key(self.at),
            Alarm::Opening => unreachable!("heartbeats watch the opening"),
        }
    }

    fn say(&mut self, word: SessionMessage, link: LinkId, cx: &mut Cx<'_>) {
        self.last_invoke_id = self.last_invoke_id.next();
        let invoke_id = self.last_invoke_id;
        let message = match word {
            SessionMessage::Open => Mr::from(OpenReq {
                invoke_id,
                version_number: VERSION,
                idle_timeout: self.idle_timeout,
                peripheral_id: self.config.peripheral,
                ..OpenReq::default()
            }),
            SessionMessage::Heartbeat => HeartbeatReq { invoke_id, ..HeartbeatReq::default() }.into(),
            SessionMessage::Close => CloseReq { invoke_id, ..CloseReq::default() }.into(),
        };
        cx.send(link, message.to_frame(&MR));
    }
}

/// Three unanswered heartbeats end the session, and the application's other address is tried (mr-interface 1, 2).
fn terms(config: &Config, own: &PimConfig) -> Terms {
    let configured = own.applications.iter().cloned();
    let mut addresses: Vec<(Port, Address)> = configured.map(|address| (Port::Mr, address)).collect();
    if addresses.is_empty() {
        addresses.push((Port::Mr, Address::Lab));
    }
    Terms {
        addresses,
        redial: own.redial,
        heartbeat: config.heartbeat,
        unanswered_max: UNANSWERED_MAX,
        opening: OpeningLimit::Heartbeats,
    }
}

fn idle_timeout(config: &Config) -> u32 {
    u32::try_from(config.heartbeat.as_secs() * IDLE_HEARTBEATS).unwrap_or(u32::MAX)
}

impl MrPg {
    /// The one dispatch of what an application says.
    pub(crate) fn on_application_frame(&mut self, link: LinkId, frame: &Bytes, cx: &mut Cx<'_>) {
        let router = &self.router;
        let Some(pim) = self.pims.iter_mut().find(|pim| pim.owns(link)) else {
            // It was on its way when this end closed the connection.
            return cx.over_meanwhile("connection");
        };
        let is_open = pim.keeper.is_open();
        match Mr::read(&MR, frame) {
            Ok(Mr::OpenConf(_)) if pim.keeper.is_opening() => {
                pim.on_session(SessionEvent::Confirmed, router, cx);
            }
            Ok(Mr::HeartbeatConf(_)) => pim.on_session(SessionEvent::Answered, router, cx),
            Ok(Mr::NewTask(task)) if is_open => pim.on_new_task(link, task, router, cx),
            Ok(Mr::CancelTask(cancel)) if is_open => pim.on_cancel(link, &cancel, router, cx),
            Ok(Mr::TerminateDialogueEvent(end)) if is_open => pim.on_terminate(link, &end, router, cx),
            Ok(Mr::RoutingStatusReq(_)) => pim.send_routing_status(cx),
            Ok(Mr::CloseReq(close)) => {
                pim.send(CloseConf { invoke_id: close.invoke_id, ..CloseConf::default() }, cx);
                pim.on_session(SessionEvent::HangUp(CloseReason::Done), router, cx);
            }
            Ok(Mr::FailureConf(m)) => pim.on_failure(link, "FAILURE_CONF", m.status, router, cx),
            Ok(Mr::FailureEvent(m)) => pim.on_failure(link, "FAILURE_EVENT", m.status, router, cx),
            Ok(Mr::CloseConf(_)) => {}
            Ok(other) => pim.on_unexpected(link, other.name(), cx),
            Err(error) => {
                cx.note_peer_error(link, "frame", error.to_string());
                pim.refuse(CloseReason::BadMessage(error.to_string()), router, cx);
            }
        }
    }
}

fn note_state(id: DialogueId, dialogue: &Dialogue, from: Option<DialogueState>, cx: &mut Cx<'_>) {
    cx.note(Fact::Dialogue {
        dialogue: id,
        contact: dialogue.contact.clone(),
        from,
        to: dialogue.state,
        task: dialogue.task,
    });
}
