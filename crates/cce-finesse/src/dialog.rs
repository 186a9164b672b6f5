//! Dialogs: made by a reservation, moved by task events, ended with the task (finesse-nonvoice 2.6).

use crate::{
    Finesse, arm_stat,
    refusal::INVALID_ACTION,
    request::{Ask, CallData, Change, Target},
};
use cce_cti::{
    AgentPreCallAbortEvent, AgentPreCallEvent, EndTaskInd, OfferTaskInd, PauseTaskInd, ResumeTaskInd,
    StartTaskInd, TaskDataUpdateEvent, UpdateTaskContextInd, WrapupTaskInd,
};
use cce_kernel::{Cx, Fact, Wall};
use cce_model::{
    AgentId, ApiError, CallVariableDisplay, ContactId, Dialog, DialogAction, DialogState, Disposition, MrdId,
    Object, PublishEvent, SkillTarget, TaskId,
};
use cce_wire::{NamedVariable, Text};

/// Dialogs at the same time, of all agents.
const DIALOGS_MAX: usize = 10_000;

/// A dialog, and what is needed to act on its task.
#[derive(Clone, Debug)]
pub(crate) struct OpenDialog {
    /// As desktops see it.
    pub(crate) dialog: Dialog,
    /// The social contact behind the task.
    pub(crate) contact: ContactId,
    /// The state in which it was interrupted.
    pub(crate) interrupted: Option<DialogState>,
    /// Whether CCP routes the task anew because its agent transferred it: whatever ends it here, CCP need not hear of it.
    pub(crate) is_transferred: bool,
    /// `wrapUpReason` of the agent's latest request that had one.
    wrap_up_reason: Option<String>,
    skill_target: SkillTarget,
    skill_group: i32,
    service: i32,
}

/// What is known of a task from its reservation.
#[derive(Clone, Debug)]
pub(crate) struct Reserved {
    /// The script selector.
    pub(crate) dialed_number: String,
    /// The social contact's id.
    pub(crate) contact: String,
    /// The queue's peripheral number; none where only its skill group is known.
    pub(crate) queue_number: Option<u32>,
    /// The queue's skill group in the central controller's database.
    pub(crate) skill_group: i32,
    /// The service.
    pub(crate) service: i32,
    /// Call variables by name.
    pub(crate) call_variables: Vec<(String, String)>,
}

impl OpenDialog {
    /// The same in another state than offered.
    pub(crate) fn in_state(mut self, state: DialogState) -> Self {
        self.dialog.state = state;
        self
    }

    /// `WrapupData` of the task's end, cut to the field.
    fn wrapup_data(&self) -> Text<40> {
        self.wrap_up_reason.as_ref().map_or_else(empty_wrapup, Text::new)
    }
}

impl Finesse {
    /// The open dialogs of an agent, of one domain or of all.
    pub(crate) fn dialogs_of(&self, agent: &AgentId, mrd: Option<MrdId>) -> impl Iterator<Item = &Dialog> {
        let matches =
            move |dialog: &&Dialog| dialog.agent == *agent && mrd.is_none_or(|mrd| dialog.mrd == mrd);
        self.dialogs.values().map(|open| &open.dialog).filter(matches)
    }

    /// A reservation reached the agent: the dialog begins.
    pub(crate) fn on_pre_call(&mut self, event: &AgentPreCallEvent, cx: &mut Cx<'_>) {
        let open = match self.offered(event, cx.wall()) {
            Ok(open) => open,
            Err(detail) => return self.note_cti_error("AGENT_PRE_CALL_EVENT", detail, cx),
        };
        self.begin(open, cx);
    }

    /// A dialog begins, or is recovered.
    pub(crate) fn begin(&mut self, open: OpenDialog, cx: &mut Cx<'_>) {
        let dialog = open.dialog.clone();
        note_state(&open, None, cx);
        self.dialogs.insert(dialog.id, open);
        let agent = dialog.agent.clone();
        self.publish(&agent, PublishEvent::Post, Object::Dialogs(Box::new(dialog)), cx);
    }

    /// A reservation was withdrawn. The message does not say how the task ended (inferred).
    pub(crate) fn on_pre_call_abort(&mut self, event: &AgentPreCallAbortEvent, cx: &mut Cx<'_>) {
        let key =
            (event.router_call_key_day, event.router_call_key_call_id, event.router_call_key_sequence_number);
        let Some(task) = task_id(key) else {
            return self.note_cti_error("AGENT_PRE_CALL_ABORT_EVENT", "it names no task".to_owned(), cx);
        };
        self.recovery.heard.insert(task);
        self.ringing.remove(&task);
        // Over meanwhile, or never seen: it was offered before this node began.
        let Some(open) = self.dialogs.get(&task) else { return };
        let how = if open.dialog.state == DialogState::Offered {
            Disposition::ABANDONED_BEFORE_OFFERED
        } else {
            Disposition::ABANDONED_WHILE_OFFERED
        };
        // The router withdrew it by itself: nobody needs to be told.
        if let Some(open) = self.remove_dialog(open.dialog.id, how, cx) {
            self.drop_requests(&open.dialog, cx);
        }
    }

    /// A task event moved the dialog.
    pub(crate) fn on_dialog_state(&mut self, task: TaskId, state: DialogState, cx: &mut Cx<'_>) {
        // Over meanwhile, or another node's.
        let Some(open) = self.dialogs.get_mut(&task) else { return };
        let from = open.dialog.state;
        open.dialog.state = state;
        open.interrupted = None;
        open.dialog.changed = cx.wall();
        note_state(open, Some(from), cx);
        let dialog = open.dialog.clone();
        let agent = dialog.agent.clone();
        self.publish(&agent, PublishEvent::Put, Object::Dialog(Box::new(dialog)), cx);
        self.settle_dialog(task, state, cx);
    }

    /// The task is over for this agent: the dialog goes, and CCP hears whether it is handled or to be routed anew.
    pub(crate) fn close_dialog(&mut self, task: TaskId, disposition: Disposition, cx: &mut Cx<'_>) {
        let ringing = self.ringing.remove(&task);
        // Over meanwhile, or another node's.
        let Some(open) = ringing.or_else(|| self.remove_dialog(task, disposition, cx)) else { return };
        self.recovery.heard.insert(task);
        self.tell_ccp(&open, disposition, cx);
        self.drop_requests(&open.dialog, cx);
    }

    /// Takes the dialog away from its agent.
    pub(crate) fn remove_dialog(
        &mut self,
        task: TaskId,
        how: Disposition,
        cx: &mut Cx<'_>,
    ) -> Option<OpenDialog> {
        let mut open = self.dialogs.remove(&task)?;
        let from = open.dialog.state;
        open.dialog.state = DialogState::Closed;
        open.dialog.disposition = Some(how);
        open.dialog.changed = cx.wall();
        note_state(&open, Some(from), cx);
        let shown = Object::Dialogs(Box::new(open.dialog.clone()));
        self.publish(&open.dialog.agent, PublishEvent::Delete, shown, cx);
        Some(open)
    }

    /// Sends a dialog request, and returns its invoke id; none when the dialog allows it no more.
    pub(crate) fn send_action(&mut self, task: TaskId, ask: &Ask, cx: &mut Cx<'_>) -> Option<u32> {
        let action = ask.change.action()?;
        let open = self.dialogs.get(&task)?.clone();
        if !open.dialog.state.actions().contains(&action) {
            let error = not_allowed(&open.dialog, action);
            self.publish_dialog_error(&open.dialog, ask.request_id.clone(), error, cx);
            return None;
        }
        let (mrd_id, icm_agent_id, task_id) = (open.dialog.mrd.0, open.skill_target.0, task);
        let (arm_skill_group_id, arm_service_id) = (open.skill_group, open.service);
        match action {
            DialogAction::Accept => self.cti.send(cx, |invoke_id| OfferTaskInd {
                invoke_id,
                mrd_id,
                icm_agent_id,
                task_id,
                arm_skill_group_id,
                arm_service_id,
                ..OfferTaskInd::default()
            }),
            DialogAction::Start => self.cti.send(cx, |invoke_id| StartTaskInd {
                invoke_id,
                mrd_id,
                icm_agent_id,
                task_id,
                arm_skill_group_id,
                arm_service_id,
                ..StartTaskInd::default()
            }),
            DialogAction::Pause => self.cti.send(cx, |invoke_id| PauseTaskInd {
                invoke_id,
                mrd_id,
                icm_agent_id,
                task_id,
                ..PauseTaskInd::default()
            }),
            DialogAction::Resume => self.cti.send(cx, |invoke_id| ResumeTaskInd {
                invoke_id,
                mrd_id,
                icm_agent_id,
                task_id,
                ..ResumeTaskInd::default()
            }),
            DialogAction::WrapUp => self.cti.send(cx, |invoke_id| WrapupTaskInd {
                invoke_id,
                mrd_id,
                icm_agent_id,
                task_id,
                ..WrapupTaskInd::default()
            }),
            DialogAction::Close => self.cti.send(cx, |invoke_id| EndTaskInd {
                invoke_id,
                mrd_id,
                icm_agent_id,
                task_id,
                icm_disposition: Disposition::NORMAL_END.0,
                application_disposition: Disposition::NORMAL_END.0,
                wrapup_data: Some(open.wrapup_data()),
                ..EndTaskInd::default()
            }),
            DialogAction::UpdateCallData => {
                let Change::UpdateCallData(data) = &ask.change else { unreachable!("it updates call data") };
                if let (Some(reason), Some(open)) = (&data.wrap_up_reason, self.dialogs.get_mut(&task)) {
                    open.wrap_up_reason = Some(reason.clone());
                }
                // The CTI server has no message for a reason alone: it hears of it with the end (inferred).
                if data.plain.is_empty() && data.named.is_empty() {
                    return None;
                }
                let update = update_of(data);
                self.cti.send(cx, |invoke_id| UpdateTaskContextInd {
                    invoke_id,
                    mrd_id,
                    icm_agent_id,
                    task_id,
                    ..update
                })
            }
            DialogAction::Transfer => {
                let Change::Transfer(selector) = &ask.change else { unreachable!("it transfers") };
                self.send_transfer(&open, selector, cx);
                Some(self.cti.next_invoke_id())
            }
        }
    }

    /// CCP was asked to route a task anew, to another script selector. Only when it does so, the task ends for the
    /// agent; else the agent keeps it (task-routing S5, E13).
    pub(crate) fn on_transfer_answer(&mut self, task: TaskId, is_taken: bool, cx: &mut Cx<'_>) {
        let target = Target::Dialog(task);
        if !is_taken {
            let pending = self.lines.pending(&target).map(|pending| pending.ask.change.clone());
            if let Some(Change::Transfer(selector)) = pending {
                self.refuse(&target, |media| arm_stat::not_transferred(&selector, media), cx);
            }
            return;
        }
        // Over meanwhile: the task ended while CCP was asked.
        let Some(open) = self.dialogs.get_mut(&task) else { return };
        open.is_transferred = true;
        // While the CTI server is away, that waits for it.
        if self.cti.is_in_service() {
            self.end_transferred(task, cx);
        }
    }

    /// Ends every task that CCP routes anew: the CTI server was away, or may not have heard of the end.
    pub(crate) fn end_all_transferred(&mut self, cx: &mut Cx<'_>) {
        let transferred = self.dialogs.values().filter(|open| open.is_transferred);
        for task in transferred.map(|open| open.dialog.id).collect::<Vec<_>>() {
            self.end_transferred(task, cx);
        }
    }

    fn end_transferred(&mut self, task: TaskId, cx: &mut Cx<'_>) {
        let open = self.dialogs.get(&task).expect("the dialog that was transferred is open");
        let (mrd_id, icm_agent_id) = (open.dialog.mrd.0, open.skill_target.0);
        let wrapup_data = Some(open.wrapup_data());
        self.cti.send(cx, |invoke_id| EndTaskInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            task_id: task,
            icm_disposition: Disposition::TRANSFERRED.0,
            application_disposition: Disposition::TRANSFERRED.0,
            wrapup_data,
            ..EndTaskInd::default()
        });
    }

    /// The call variables of a task changed: its dialog shows them (finesse-nonvoice 2.6).
    pub(crate) fn on_task_data(&mut self, event: &TaskDataUpdateEvent, cx: &mut Cx<'_>) {
        let is_shown = self.config.call_variables == CallVariableDisplay::Shown;
        // Over meanwhile, or another node's.
        let Some(open) = self.dialogs.get_mut(&event.task_id) else { return };
        if is_shown {
            open.dialog.call_variables =
                call_variables(cce_wire::call_variables!(event), &event.named_variable);
        }
        let dialog = open.dialog.clone();
        let agent = dialog.agent.clone();
        self.publish(&agent, PublishEvent::Put, Object::Dialog(Box::new(dialog)), cx);
        let target = Target::Dialog(event.task_id);
        let is_update =
            |pending: &crate::line::Pending| matches!(pending.ask.change, Change::UpdateCallData(_));
        if self.lines.pending(&target).is_some_and(is_update) {
            self.settle(&target, cx);
        }
    }

    pub(crate) fn publish_dialog_error(
        &mut self,
        dialog: &Dialog,
        request_id: String,
        error: ApiError,
        cx: &mut Cx<'_>,
    ) {
        let object = Object::DialogError { dialog: dialog.id, error };
        self.publish_answer(&dialog.agent, PublishEvent::Put, request_id, object, cx);
    }

    fn settle_dialog(&mut self, task: TaskId, state: DialogState, cx: &mut Cx<'_>) {
        let target = Target::Dialog(task);
        if self.lines.pending(&target).is_some_and(|pending| leads_to(&pending.ask.change, state)) {
            self.settle(&target, cx);
        }
    }

    /// Fails every request that the dialog did not outlive, but for the one that ended it.
    pub(crate) fn drop_requests(&mut self, dialog: &Dialog, cx: &mut Cx<'_>) {
        let (pending, waiting) = self.lines.remove(&Target::Dialog(dialog.id));
        if let Some(pending) = &pending {
            cx.cancel(crate::timer::confirmation(pending.invoke_id));
        }
        let unfinished =
            pending.map(|pending| pending.ask).filter(|ask| !leads_to(&ask.change, DialogState::Closed));
        for ask in unfinished.into_iter().chain(waiting) {
            self.publish_dialog_error(
                dialog,
                ask.request_id,
                arm_stat::dialog_gone(dialog.id, dialog.mrd),
                cx,
            );
        }
    }

    fn offered(&self, event: &AgentPreCallEvent, now: Wall) -> Result<OpenDialog, String> {
        let target = SkillTarget(event.agent_skill_target_id.cast_signed());
        let key =
            (event.router_call_key_day, event.router_call_key_call_id, event.router_call_key_sequence_number);
        let id = task_id(key).ok_or("no router call key")?;
        let reserved = Reserved {
            dialed_number: text(event.dialed_number.as_ref()),
            contact: text(event.caller_entered_digits.as_ref()),
            queue_number: Some(event.skill_group_number),
            skill_group: event.skill_group_id.cast_signed(),
            service: event.service_id.cast_signed(),
            call_variables: call_variables(cce_wire::call_variables!(event), &event.named_variable),
        };
        self.reserved((id, target, MrdId(event.mrd_id)), reserved, now)
    }

    /// The offered dialog of a task, if it may begin.
    pub(crate) fn reserved(
        &self,
        (id, target, mrd): (TaskId, SkillTarget, MrdId),
        reserved: Reserved,
        now: Wall,
    ) -> Result<OpenDialog, String> {
        let agent = self.agent_of(target).ok_or_else(|| format!("unknown agent {target}"))?;
        let mrd = self.mrd(mrd).ok_or_else(|| format!("unknown MRD {mrd}"))?;
        if self.dialogs.contains_key(&id) {
            return Err(format!("task {id} is offered already"));
        }
        if self.dialogs.len() + self.ringing.len() >= DIALOGS_MAX {
            return Err(format!("more than {DIALOGS_MAX} dialogs"));
        }
        let Reserved { dialed_number, contact, skill_group, service, call_variables, .. } = reserved;
        let by_group = || self.model.skill_group(SkillTarget(skill_group)).map(|group| group.number);
        let queue_number = reserved.queue_number.or_else(by_group).unwrap_or_default();
        let queue = self.model.precision_queues.find(|queue| queue.skill_group.number == queue_number);
        let dialog = Dialog {
            id,
            agent,
            mrd: mrd.id,
            media: mrd.name.clone(),
            dialed_number,
            queue_number,
            queue_name: queue.map(|queue| queue.name.clone()).unwrap_or_default(),
            call_variables: match self.config.call_variables {
                CallVariableDisplay::Shown => call_variables,
                CallVariableDisplay::Hidden => Vec::new(),
            },
            started: now,
            changed: now,
            state: DialogState::Offered,
            disposition: None,
        };
        Ok(OpenDialog {
            dialog,
            contact: ContactId(contact),
            interrupted: None,
            is_transferred: false,
            wrap_up_reason: None,
            skill_target: target,
            skill_group,
            service,
        })
    }
}

/// The error of an action that is not in the dialog's list: the CTI server's code of an interrupted one.
fn not_allowed(dialog: &Dialog, action: DialogAction) -> ApiError {
    if dialog.state == DialogState::Interrupted {
        return arm_stat::refused(arm_stat::INTERRUPTED, dialog.mrd);
    }
    ApiError {
        kind: "Invalid Input".to_owned(),
        message: INVALID_ACTION.to_owned(),
        data: action.name().to_owned(),
        media: Some(dialog.mrd),
    }
}

/// Whether an action is what brings a dialog into `state`.
pub(crate) fn leads_to(change: &Change, state: DialogState) -> bool {
    match change.action() {
        Some(DialogAction::Accept) => state == DialogState::Accepted,
        Some(DialogAction::Start | DialogAction::Resume) => state == DialogState::Active,
        Some(DialogAction::Pause) => state == DialogState::Paused,
        Some(DialogAction::WrapUp) => state == DialogState::WrappingUp,
        Some(DialogAction::Close | DialogAction::Transfer) => state == DialogState::Closed,
        // Its event is one of the task's data; a change of a media leads to no state of a dialog.
        Some(DialogAction::UpdateCallData) | None => false,
    }
}

pub(crate) fn note_state(open: &OpenDialog, from: Option<DialogState>, cx: &mut Cx<'_>) {
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

/// The task of a router call key; none when a part is missing.
fn task_id((day, call, sequence): (Option<u32>, Option<u32>, Option<u32>)) -> Option<TaskId> {
    Some(TaskId { day: day?.cast_signed(), call: call?.cast_signed(), sequence: sequence?.cast_signed() })
}

/// Call variables and expanded ones, under the names that desktops know (finesse-nonvoice 2.6).
pub(crate) fn call_variables(
    plain: [&Option<Text<41>>; 10],
    named: &[NamedVariable],
) -> Vec<(String, String)> {
    let plain = cce_wire::numbered(plain).map(|(number, value)| (format!("callVariable{number}"), value));
    plain.chain(named.iter().filter_map(NamedVariable::parts)).collect()
}

/// What the CTI server is told of call variables that are to change.
fn update_of(data: &CallData) -> UpdateTaskContextInd {
    let mut update = UpdateTaskContextInd {
        num_named_variables: u16::try_from(data.named.len()).unwrap_or(u16::MAX),
        named_variable: data.named.iter().map(|(name, value)| NamedVariable::new(name, value)).collect(),
        ..UpdateTaskContextInd::default()
    };
    cce_wire::set_call_variables!(update, |number: u8| data.plain.get(&number).map(Text::new));
    update
}

/// Finesse sends empty wrap-up data with a second NUL (cti-server-protocol 3, 17).
fn empty_wrapup() -> Text<40> {
    Text::exact(b"\0\0".as_slice())
}

fn text<const MAX: usize>(field: Option<&Text<MAX>>) -> String {
    field.map(ToString::to_string).unwrap_or_default()
}
