//! The dialogues of the MR interface: one for each task that CCE is to route (mr-interface 5).

use super::{MrEvent, Routed, send};
use cce_kernel::{Cx, Fact, LinkId};
use cce_model::{ContactId, DialogueId, DialogueState, Disposition, MrdId, TaskId};
use cce_mr::{
    CancelResult,
    mr::{
        CancelTask, CancelTaskConf, DoThisWithTask, NewTask, NewTaskFailureEvent, TaskQueuedEvent,
        TerminateDialogueEvent,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Cancels of ended dialogues whose answer is awaited. The oldest gives way: a peer that leaves out answers
/// must not fill the memory.
const UNCONFIRMED_MAX: usize = 1_000;

/// The dialogues of the session. Their number is bounded by that of the contacts.
#[derive(Clone, Debug)]
pub(super) struct Dialogues {
    open: BTreeMap<DialogueId, Dialogue>,
    /// Dialogues that are over, and whose cancel CCE has yet to answer.
    unconfirmed: BTreeSet<DialogueId>,
    next: DialogueId,
}

#[derive(Clone, Debug)]
struct Dialogue {
    contact: ContactId,
    state: DialogueState,
    /// Messages sent in it.
    sent: u32,
    /// Messages received in it.
    received: u32,
}

impl Dialogues {
    pub(super) fn new(first: DialogueId) -> Self {
        Self { open: BTreeMap::new(), unconfirmed: BTreeSet::new(), next: first }
    }

    pub(super) fn send_new_task(
        &mut self,
        link: LinkId,
        contact: &ContactId,
        task: NewTask,
        cx: &mut Cx<'_>,
    ) -> DialogueId {
        let id = self.take_id();
        // SendSeqNo counts the messages of one direction of a dialogue, from 1 (mr-interface 2).
        send(link, NewTask { dialogue_id: id, send_seq_no: 1, ..task }, cx);
        let dialogue =
            Dialogue { contact: contact.clone(), state: DialogueState::Open, sent: 1, received: 0 };
        note_state(id, &dialogue, None, None, cx);
        self.open.insert(id, dialogue);
        id
    }

    pub(super) fn send_cancel(&mut self, link: LinkId, id: DialogueId, cx: &mut Cx<'_>) {
        let dialogue = self.open.get_mut(&id).expect("a task that is with CCE has its dialogue");
        dialogue.sent += 1;
        let send_seq_no = dialogue.sent;
        // A cancelled task counts as abandoned in the router: 35 (mr-interface 5, 6).
        let reason_code = Disposition::TASK_ABANDONED_IN_ROUTER;
        send(link, CancelTask { dialogue_id: id, send_seq_no, reason_code, ..CancelTask::default() }, cx);
        set_state(id, dialogue, DialogueState::Cancelling, None, cx);
    }

    pub(super) fn on_task_queued(
        &mut self,
        link: LinkId,
        message: &TaskQueuedEvent,
        cx: &mut Cx<'_>,
    ) -> Option<MrEvent> {
        let id = message.dialogue_id;
        if let Err(event) = self.receive(link, "TASK_QUEUED_EVENT", id, message.send_seq_no, cx) {
            return event;
        }
        let dialogue = self.open.get_mut(&id)?;
        // A dialogue that is being cancelled stays so until its answer comes (mr-interface 5).
        if dialogue.state == DialogueState::Open {
            set_state(id, dialogue, DialogueState::Queued, Some(message.icm_task_id), cx);
        }
        Some(MrEvent::Queued { contact: dialogue.contact.clone(), wait: message.estimated_wait_time })
    }

    /// An agent was chosen, which ends the dialogue, even one that is being cancelled.
    pub(super) fn on_do_this_with_task(
        &mut self,
        link: LinkId,
        message: &DoThisWithTask,
        cx: &mut Cx<'_>,
    ) -> Option<MrEvent> {
        let id = message.dialogue_id;
        if let Err(event) = self.receive(link, "DO_THIS_WITH_TASK", id, message.send_seq_no, cx) {
            return event;
        }
        let task = message.icm_task_id;
        // A cancel that is on its way has lost (task-routing E7).
        let contact = self.end(id, DialogueState::Routed, Some(task), cx)?;
        Some(MrEvent::Routed { contact, routed: routed(message) })
    }

    pub(super) fn on_new_task_failure(
        &mut self,
        link: LinkId,
        message: &NewTaskFailureEvent,
        cx: &mut Cx<'_>,
    ) -> Option<MrEvent> {
        let id = message.dialogue_id;
        if let Err(event) = self.receive(link, "NEW_TASK_FAILURE_EVENT", id, message.send_seq_no, cx) {
            return event;
        }
        let contact = self.end(id, DialogueState::Failed, None, cx)?;
        Some(MrEvent::Failed { contact, reason: message.reason_code })
    }

    pub(super) fn on_terminate_dialogue(
        &mut self,
        link: LinkId,
        message: &TerminateDialogueEvent,
        cx: &mut Cx<'_>,
    ) -> Option<MrEvent> {
        let id = message.dialogue_id;
        if let Err(event) = self.receive(link, "TERMINATE_DIALOGUE_EVENT", id, message.send_seq_no, cx) {
            return event;
        }
        let contact = self.end(id, DialogueState::Failed, None, cx)?;
        Some(MrEvent::Failed { contact, reason: message.cause })
    }

    /// The answer to a cancel. When the cancel lost, the dialogue is over already, or soon will be: its
    /// `DO_THIS_WITH_TASK` is on the way.
    pub(super) fn on_cancel_task_conf(
        &mut self,
        link: LinkId,
        message: &CancelTaskConf,
        cx: &mut Cx<'_>,
    ) -> Option<MrEvent> {
        let id = message.dialogue_id;
        // The dialogue ended while its cancel was on the way; this answer settles nothing else.
        if self.unconfirmed.remove(&id) {
            return None;
        }
        if let Err(event) = self.receive(link, "CANCEL_TASK_CONF", id, message.send_seq_no, cx) {
            return event;
        }
        let dialogue = self.open.get_mut(&id)?;
        if dialogue.state != DialogueState::Cancelling {
            cx.note_peer_error(link, "CANCEL_TASK_CONF", format!("dialogue {id} has no cancel"));
            return None;
        }
        // Result 1 says that the task was routed already: DO_THIS_WITH_TASK follows (mr-interface 3).
        if message.result != CancelResult::CANCELLED {
            set_state(id, dialogue, DialogueState::Queued, None, cx);
            return None;
        }
        let contact = self.end(id, DialogueState::Cancelled, None, cx)?;
        Some(MrEvent::Cancelled { contact })
    }

    /// The session is gone, and every dialogue with it.
    pub(super) fn fail_all(&mut self, cx: &mut Cx<'_>) -> Vec<ContactId> {
        let ids: Vec<DialogueId> = self.open.keys().copied().collect();
        let contacts =
            ids.into_iter().filter_map(|id| self.end(id, DialogueState::Failed, None, cx)).collect();
        // Dialogue ids are of one connection, and so are the answers (mr-interface 3.1).
        self.unconfirmed.clear();
        contacts
    }

    fn take_id(&mut self) -> DialogueId {
        // A dialogue id is unique among the open ones (mr-interface 2).
        while self.open.contains_key(&self.next) || self.unconfirmed.contains(&self.next) {
            self.next = self.next.next();
        }
        let id = self.next;
        self.next = self.next.next();
        id
    }

    /// Takes in a message's place in its dialogue. Otherwise says what became of the dialogue.
    fn receive(
        &mut self,
        link: LinkId,
        name: &str,
        id: DialogueId,
        send_seq_no: u32,
        cx: &mut Cx<'_>,
    ) -> Result<(), Option<MrEvent>> {
        let Some(dialogue) = self.open.get_mut(&id) else {
            // A message of a dialogue that is over changes nothing: another task may have the number soon
            // (mr-interface 5).
            cx.note_peer_error(link, name, format!("dialogue {id} is not open"));
            return Err(None);
        };
        if send_seq_no == dialogue.received + 1 {
            dialogue.received = send_seq_no;
            return Ok(());
        }
        // A gap or a repetition fails the dialogue (mr-interface 2; inferred).
        let detail = format!("SendSeqNo {send_seq_no} where {} is due", dialogue.received + 1);
        cx.note_peer_error(link, name, detail);
        Err(self.send_terminate(link, id, cx))
    }

    /// Gives up a dialogue whose messages are out of order.
    fn send_terminate(&mut self, link: LinkId, id: DialogueId, cx: &mut Cx<'_>) -> Option<MrEvent> {
        let send_seq_no = self.open.get(&id)?.sent + 1;
        let cause = Disposition::APPLICATION_INVALID_DIALOGUE_ID;
        send(link, TerminateDialogueEvent { dialogue_id: id, send_seq_no, cause, ..Default::default() }, cx);
        let contact = self.end(id, DialogueState::Failed, None, cx)?;
        Some(MrEvent::Failed { contact, reason: cause })
    }

    fn expect_confirmation(&mut self, id: DialogueId) {
        if self.unconfirmed.len() >= UNCONFIRMED_MAX {
            self.unconfirmed.pop_first();
        }
        self.unconfirmed.insert(id);
    }

    /// Ends a dialogue, and returns its contact.
    fn end(
        &mut self,
        id: DialogueId,
        to: DialogueState,
        task: Option<TaskId>,
        cx: &mut Cx<'_>,
    ) -> Option<ContactId> {
        let mut dialogue = self.open.remove(&id)?;
        // Its number is not given again before the answer to the cancel is there, which would be taken for another's.
        if dialogue.state == DialogueState::Cancelling && to != DialogueState::Cancelled {
            self.expect_confirmation(id);
        }
        set_state(id, &mut dialogue, to, task, cx);
        Some(dialogue.contact)
    }
}

fn routed(message: &DoThisWithTask) -> Routed {
    Routed {
        task: message.icm_task_id,
        agent: message.agent,
        mrd: message.mrd_id.unwrap_or(MrdId::NONE),
        // MRDID and Interruptible are floats, which a message may leave out (mr-interface 3, 4).
        interruptible: message.interruptible.is_some_and(|value| value != 0),
    }
}

fn set_state(
    id: DialogueId,
    dialogue: &mut Dialogue,
    to: DialogueState,
    task: Option<TaskId>,
    cx: &mut Cx<'_>,
) {
    let from = std::mem::replace(&mut dialogue.state, to);
    note_state(id, dialogue, Some(from), task, cx);
}

fn note_state(
    dialogue_id: DialogueId,
    dialogue: &Dialogue,
    from: Option<DialogueState>,
    task: Option<TaskId>,
    cx: &mut Cx<'_>,
) {
    let contact = dialogue.contact.clone();
    cx.note(Fact::Dialogue { dialogue: dialogue_id, contact, from, to: dialogue.state, task });
}
