//! Dialogs: made by a reservation, moved by task events, ended with the task (finesse-nonvoice 2.6).

use crate::{
    interrupt::{self, Work},
    user::Users,
};
use cce_cti::{AgentPreCallAbortEvent, AgentPreCallEvent};
use cce_kernel::{Cx, Fact, Wall};
use cce_model::{
    AgentId, CallVariableDisplay, ContactId, Dialog, DialogState, Disposition, MrdId, ObjectModel,
    SkillGroupNumber, SkillTarget, TaskId,
};
use cce_wire::{NamedVariable, Text, Unsigned};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Dialogs at the same time, of all agents.
const DIALOGS_MAX: usize = 10_000;

/// Tasks whose ends are remembered; of more, the oldest are forgotten.
const HEARD_MAX: usize = 10_000;

/// Contacts that agents transferred and that are remembered; of more, the oldest are forgotten.
const TRANSFERRED_MAX: usize = 1_000;

/// The tasks of the node's agents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dialogs {
    open: BTreeMap<TaskId, OpenDialog>,
    /// Tasks that were offered before this node began: nobody sees them, and they ring out (task-routing E16).
    ringing: BTreeMap<TaskId, OpenDialog>,
    heard: EndedTasks,
    transferred: TransferredTasks,
}

/// A dialog, and what is needed to act on its task.
#[derive(Clone, Debug)]
pub(crate) struct OpenDialog {
    /// As desktops see it.
    pub(crate) dialog: Dialog,
    /// The social contact behind the task.
    pub(crate) contact: ContactId,
    /// Whether CCP routes the task anew because its agent transferred it: whatever ends it here, CCP need not hear of it.
    pub(crate) is_transferred: bool,
    /// `wrapUpReason` of the agent's latest request that had one.
    pub(crate) wrap_up_reason: Option<String>,
    /// The agent in the central controller's database.
    pub(crate) skill_target: SkillTarget,
    /// The queue's skill group there.
    pub(crate) skill_group: SkillTarget,
    /// The service there.
    pub(crate) service: SkillTarget,
    /// The state in which it was interrupted.
    interrupted: Option<DialogState>,
}

/// What is known of a task from its reservation.
#[derive(Clone, Debug)]
pub(crate) struct ReservedTask {
    /// The task, which is the dialog's id: router call key and sequence number (finesse-nonvoice 2.6).
    pub(crate) task: TaskId,
    /// Its agent in the central controller's database.
    pub(crate) skill_target: SkillTarget,
    /// The domain of the dialed number (task-routing 3.1).
    pub(crate) mrd: MrdId,
    /// The script selector.
    pub(crate) dialed_number: String,
    /// The social contact's id, which comes as `CallerEnteredDigits` (finesse-nonvoice 3).
    pub(crate) contact: String,
    /// The queue's peripheral number; none where only its skill group is known.
    pub(crate) queue_number: Option<SkillGroupNumber>,
    /// The queue's skill group in the central controller's database.
    pub(crate) skill_group: SkillTarget,
    /// The service; -1 where the router names none (finesse-nonvoice 3).
    pub(crate) service: SkillTarget,
    /// Names and values: `callVariable1` to `callVariable10`, then expanded ones (finesse-nonvoice 2.6).
    pub(crate) call_variables: Vec<(String, String)>,
}

impl ReservedTask {
    /// What the reservation says; none when it names no task.
    pub(crate) fn of(event: &AgentPreCallEvent) -> Option<Self> {
        let key =
            (event.router_call_key_day, event.router_call_key_call_id, event.router_call_key_sequence_number);
        Some(Self {
            task: task_id(key)?,
            skill_target: event.agent_skill_target_id.0,
            mrd: event.mrd_id,
            dialed_number: Text::or_empty(event.dialed_number.as_ref()),
            contact: Text::or_empty(event.caller_entered_digits.as_ref()),
            queue_number: Some(event.skill_group_number),
            skill_group: event.skill_group_id.0,
            service: event.service_id.0,
            call_variables: call_variables(cce_wire::call_variables!(event), &event.named_variable),
        })
    }
}

/// The task whose reservation is withdrawn; none when the message names no task.
pub(crate) fn withdrawn(event: &AgentPreCallAbortEvent) -> Option<TaskId> {
    task_id((event.router_call_key_day, event.router_call_key_call_id, event.router_call_key_sequence_number))
}

impl Dialogs {
    /// A dialog that desktops see.
    pub(crate) fn get(&self, task: TaskId) -> Option<&OpenDialog> {
        self.open.get(&task)
    }

    /// The same, to be changed.
    pub(crate) fn get_mut(&mut self, task: TaskId) -> Option<&mut OpenDialog> {
        self.open.get_mut(&task)
    }

    /// Every dialog that desktops see, in the order of their tasks.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &OpenDialog> {
        self.open.values()
    }

    /// The dialogs of an agent, of one domain or of all.
    pub(crate) fn of(&self, agent: &AgentId, mrd: Option<MrdId>) -> impl Iterator<Item = &Dialog> {
        self.iter()
            .map(|open| &open.dialog)
            .filter(move |dialog| dialog.agent == *agent && mrd.is_none_or(|mrd| dialog.mrd == mrd))
    }

    /// Tasks that the node knows of, each with its domain.
    pub(crate) fn tasks(&self) -> Vec<(MrdId, TaskId)> {
        let known = self.open.values().chain(self.ringing.values());
        known.map(|open| (open.dialog.mrd, open.dialog.id)).collect()
    }

    /// Whether the node knows of a task.
    pub(crate) fn has(&self, task: TaskId) -> bool {
        self.open.contains_key(&task) || self.ringing.contains_key(&task)
    }

    /// The offered dialog of a task, or why it may not begin.
    pub(crate) fn offer(
        &self,
        reserved: ReservedTask,
        (users, model): (&Users, &ObjectModel),
        shown: CallVariableDisplay,
        now: Wall,
    ) -> Result<OpenDialog, String> {
        let ReservedTask { task, skill_target, mrd, skill_group, .. } = reserved;
        let agent = users.of(skill_target).ok_or_else(|| format!("unknown agent {skill_target}"))?;
        let mrd = model.mrds.get(&mrd).ok_or_else(|| format!("unknown MRD {mrd}"))?;
        if self.open.contains_key(&task) {
            return Err(format!("task {task} is offered already"));
        }
        // Tasks of other nodes count, too: a client of all events hears of every reservation
        // (cti-server-protocol 4.5).
        if self.open.len() + self.ringing.len() >= DIALOGS_MAX {
            return Err(format!("more than {DIALOGS_MAX} dialogs"));
        }
        let queue_number = reserved
            .queue_number
            // A snapshot has the skill group's id alone (cti-server-protocol 11.1); a dialog shows its
            // number.
            .or_else(|| model.skill_group(skill_group).map(|group| group.number))
            .unwrap_or_default();
        let contact = ContactId::from(reserved.contact);
        let queue = model.precision_queues.find(|queue| queue.skill_group.number == queue_number);
        let dialog = Dialog {
            id: task,
            agent: agent.clone(),
            mrd: mrd.id,
            media: mrd.name.clone(),
            // The guide leaves it empty for tasks, and the lab trace shows the script selector
            // (finesse-nonvoice 2.6).
            dialed_number: reserved.dialed_number,
            queue_number,
            queue_name: queue.map(|queue| queue.name.clone()).unwrap_or_default(),
            call_variables: match shown {
                CallVariableDisplay::Shown => reserved.call_variables,
                CallVariableDisplay::Hidden => Vec::new(),
            },
            // `startTime` stays the moment of the reservation, whatever follows (finesse-nonvoice 2.6).
            started: now,
            changed: now,
            state: DialogState::Offered,
            disposition: None,
            associated: self.transferred.from(&contact),
        };
        Ok(OpenDialog {
            dialog,
            contact,
            interrupted: None,
            is_transferred: false,
            wrap_up_reason: None,
            skill_target,
            skill_group,
            service: reserved.service,
        })
    }

    /// A dialog begins, or is recovered. Returns what desktops are to see.
    pub(crate) fn begin(&mut self, open: OpenDialog, cx: &mut Cx<'_>) -> Dialog {
        let dialog = open.dialog.clone();
        note_state(&open, None, cx);
        self.open.insert(dialog.id, open);
        dialog
    }

    /// A task begins of which nobody sees a dialog (task-routing E16).
    pub(crate) fn ring(&mut self, open: OpenDialog) {
        self.ringing.insert(open.dialog.id, open);
    }

    /// A task event moves the dialog. Returns what desktops are to see; none of a task that is over meanwhile, or another
    /// node's.
    pub(crate) fn follow(&mut self, task: TaskId, state: DialogState, cx: &mut Cx<'_>) -> Option<Dialog> {
        let open = self.open.get_mut(&task)?;
        // An event that names the task's state leaves nothing of an earlier interrupt (task-routing 1.1).
        open.interrupted = None;
        open.set_state(state, cx);
        Some(open.dialog.clone())
    }

    /// The agent's work in a domain is interrupted, or goes on (finesse-nonvoice 2.5, 2.6). Returns the dialogs that go on.
    pub(crate) fn follow_interrupt(
        &mut self,
        agent: &AgentId,
        mrd: MrdId,
        work: Work,
        cx: &mut Cx<'_>,
    ) -> Vec<Dialog> {
        let mut going_on = Vec::new();
        for open in self.open.values_mut() {
            if open.dialog.agent != *agent || open.dialog.mrd != mrd {
                continue;
            }
            let from = open.dialog.state;
            let Some(to) = interrupt::sequel(from, open.interrupted, work) else { continue };
            // The end of the interrupt brings this state back (task-routing S6).
            open.interrupted = (to == DialogState::Interrupted).then_some(from);
            open.set_state(to, cx);
            // An interrupted dialog is not published (finesse-nonvoice 2.6).
            if to != DialogState::Interrupted {
                going_on.push(open.dialog.clone());
            }
        }
        going_on
    }

    /// A task is recovered as interrupted: desktops are told of the media alone (finesse-nonvoice 2.6).
    pub(crate) fn recover_interrupted(&mut self, task: TaskId, cx: &mut Cx<'_>) {
        if let Some(open) = self.open.get_mut(&task) {
            open.set_state(DialogState::Interrupted, cx);
        }
    }

    /// What was interrupted is recovered: no earlier state comes back with the end of the interrupt (task-routing E16).
    pub(crate) fn forget_interrupts(&mut self) {
        self.open.values_mut().for_each(|open| open.interrupted = None);
    }

    /// Takes out a task of which nobody sees a dialog.
    pub(crate) fn take_ringing(&mut self, task: TaskId) -> Option<OpenDialog> {
        self.ringing.remove(&task)
    }

    /// Takes the dialog away from its agent; none of a task that is over meanwhile, or another node's.
    pub(crate) fn close(&mut self, task: TaskId, how: Disposition, cx: &mut Cx<'_>) -> Option<OpenDialog> {
        let mut open = self.open.remove(&task)?;
        // `dispositionCode` belongs to CLOSED alone (finesse-nonvoice 2.6).
        open.dialog.disposition = Some(how);
        open.set_state(DialogState::Closed, cx);
        let is_transfer =
            [Disposition::TASK_TRANSFER, Disposition::TASK_TRANSFERRED_ON_AGENT_LOGOUT].contains(&how);
        if is_transfer || open.is_transferred {
            self.transferred.insert(open.contact.clone(), task);
        } else {
            // What comes next was not transferred to its agent.
            self.transferred.remove(&open.contact);
        }
        Some(open)
    }

    /// CCP has taken the task of a dialog back and routes it anew: its next dialog may begin before this one is closed
    /// (task-routing S5).
    pub(crate) fn note_transferred(&mut self, task: TaskId) -> Option<&mut OpenDialog> {
        let open = self.open.get_mut(&task)?;
        open.is_transferred = true;
        self.transferred.insert(open.contact.clone(), task);
        Some(open)
    }

    /// The node heard of the end of a task.
    pub(crate) fn hear_end(&mut self, task: TaskId) {
        self.heard.insert(task);
    }

    /// Whether the node has heard of the end of a task.
    pub(crate) fn has_heard_end(&self, task: TaskId) -> bool {
        self.heard.tasks.contains(&task)
    }
}

impl OpenDialog {
    /// The same in another state than offered.
    pub(crate) fn in_state(mut self, state: DialogState) -> Self {
        self.dialog.state = state;
        self
    }

    fn set_state(&mut self, state: DialogState, cx: &mut Cx<'_>) {
        let from = std::mem::replace(&mut self.dialog.state, state);
        // `stateChangeTime` moves with each state, and `startTime` does not (finesse-nonvoice 2.6).
        self.dialog.changed = cx.wall();
        note_state(self, Some(from), cx);
    }
}

/// Tasks of whose end the node has heard, the oldest first. The server tells again of an end that the link may have lost.
#[derive(Clone, Debug, Default)]
struct EndedTasks {
    tasks: BTreeSet<TaskId>,
    oldest: VecDeque<TaskId>,
}

impl EndedTasks {
    fn insert(&mut self, task: TaskId) {
        if self.tasks.insert(task) {
            self.oldest.push_back(task);
        }
        if self.oldest.len() > HEARD_MAX
            && let Some(oldest) = self.oldest.pop_front()
        {
            self.tasks.remove(&oldest);
        }
    }
}

/// The dialogs from which agents transferred their tasks. The contact is the same in the next dialog, and nothing else says
/// what went before (finesse-nonvoice 2.6).
#[derive(Clone, Debug, Default)]
struct TransferredTasks {
    from: BTreeMap<ContactId, TaskId>,
    oldest: VecDeque<ContactId>,
}

impl TransferredTasks {
    fn insert(&mut self, contact: ContactId, from: TaskId) {
        // An application of one's own may have contacts without an id.
        if contact.as_str().is_empty() {
            return;
        }
        if self.from.insert(contact.clone(), from).is_none() {
            self.oldest.push_back(contact);
        }
        if self.oldest.len() > TRANSFERRED_MAX
            && let Some(oldest) = self.oldest.pop_front()
        {
            self.from.remove(&oldest);
        }
    }

    fn remove(&mut self, contact: &ContactId) {
        if self.from.remove(contact).is_some() {
            self.oldest.retain(|known| known != contact);
        }
    }

    fn from(&self, contact: &ContactId) -> Option<TaskId> {
        self.from.get(contact).copied()
    }
}

fn note_state(open: &OpenDialog, from: Option<DialogState>, cx: &mut Cx<'_>) {
    let dialog = &open.dialog;
    cx.note(Fact::Dialog {
        task: dialog.id,
        agent: dialog.agent.clone(),
        mrd: dialog.mrd,
        contact: open.contact.clone(),
        from,
        to: dialog.state,
        disposition: dialog.disposition,
    });
}

/// A part of a router call key, if the message has it.
type KeyPart = Option<Unsigned<i32>>;

/// The task of a router call key; none when a part is missing.
fn task_id((day, call, sequence): (KeyPart, KeyPart, KeyPart)) -> Option<TaskId> {
    Some(TaskId { day: day?.0, call: call?.0, sequence: sequence?.0 })
}

/// Call variables and expanded ones, under the names that desktops know (finesse-nonvoice 2.6).
pub(crate) fn call_variables(
    plain: [&Option<Text<41>>; 10],
    named: &[NamedVariable],
) -> Vec<(String, String)> {
    let plain = cce_wire::numbered(plain).map(|(number, value)| (format!("callVariable{number}"), value));
    plain.chain(named.iter().filter_map(NamedVariable::parts)).collect()
}
