//! What the CTI server tells of a task as it stands (task-routing E16 to E19).
//!
//! What becomes of tasks (the order of the messages is inferred):
//! - One that ended meanwhile is told again by the server, ahead of its snapshot: its dialog goes by its disposition.
//! - One that the server does not know was lost with it: its dialog goes with 51, and CCP hears nothing (E18).
//! - One that CCP took back from its agent meanwhile ends when the node is in service (S5).
//! - One that ended while no node heard of it is told with its context: CCP hears how it went, whoever asked for it.
//! - So is one whose end was sent into a session that was given up soon behind it. A node that heard of it all the same
//!   passes it over.
//! - One that was offered before this node began cannot be accepted any more; it rings out, and is routed anew (E16).

use crate::{
    dialog::{OpenDialog, ReservedTask, call_variables},
    service::Service,
};
use cce_cti::{SnapshotTaskEvent, SnapshotTaskResp, TaskInitInd};
use cce_kernel::Cx;
use cce_model::{AgentState, CallVariableDisplay, DialogState, TaskState};
use cce_wire::{Code, Text};

/// What a snapshot says of a task, whichever message it came in.
pub(crate) struct Snapshot {
    /// The task's state, as its number in messages.
    state: Code<TaskState>,
    reserved: ReservedTask,
}

macro_rules! snapshot {
    ($message:expr) => {{
        let m = $message;
        Self {
            state: m.task_state,
            reserved: ReservedTask {
                task: m.task_id,
                skill_target: m.icm_agent_id,
                mrd: m.mrd_id,
                dialed_number: Text::or_empty(m.script_selector.as_ref()),
                contact: Text::or_empty(m.application_string2.as_ref()),
                // The message has the skill group's id, and not its number (cti-server-protocol 11.1).
                queue_number: None,
                skill_group: m.skill_group_id,
                service: m.service_id,
                call_variables: call_variables(cce_wire::call_variables!(m), &m.named_variable),
            },
        }
    }};
}

impl From<&SnapshotTaskResp> for Snapshot {
    fn from(answer: &SnapshotTaskResp) -> Self {
        snapshot!(answer)
    }
}

impl From<&SnapshotTaskEvent> for Snapshot {
    fn from(event: &SnapshotTaskEvent) -> Self {
        snapshot!(event)
    }
}

impl Snapshot {
    /// The server tells how a task stands whose agent has no client, or that a task ended meanwhile.
    pub(crate) fn take_in(self, service: &mut Service, cx: &mut Cx<'_>) {
        if self.state == TaskState::Ended {
            self.expect_end(service, cx);
        } else {
            self.learn(service, cx);
        }
    }

    /// A task ended while nobody could hear of it, or the link may have lost its end, which follows. Nobody sees a dialog of
    /// a task that this node does not know, but CCP is to hear how the task went (task-routing E16, E19): once.
    fn expect_end(self, service: &mut Service, cx: &mut Cx<'_>) {
        let task = self.reserved.task;
        if service.dialogs.has(task) || service.dialogs.has_heard_end(task) {
            return;
        }
        match service.offer(self.reserved, cx) {
            Ok(open) => service.dialogs.ring(open),
            Err(detail) => service.cti.note_error("SNAPSHOT_TASK_EVENT", detail, cx),
        }
    }

    /// A task stands like that.
    pub(crate) fn learn(&self, service: &mut Service, cx: &mut Cx<'_>) {
        // The server says by itself how a task ended.
        let Some(state) = dialog_state(self.state) else { return };
        let ReservedTask { task, call_variables, .. } = &self.reserved;
        let Some(open) = service.dialogs.get(*task) else {
            return self.begin(state, service, cx);
        };
        let known = open.dialog.state;
        // What was recovered from an interrupt is unknown until it closes (task-routing 1.3, E16).
        if ![state, DialogState::Unknown].contains(&known) {
            if state == DialogState::Interrupted {
                service.dialogs.recover_interrupted(*task, cx);
            } else {
                // The interrupt may have ended meanwhile.
                let is_over = known == DialogState::Interrupted;
                service.on_dialog_state(*task, if is_over { DialogState::Unknown } else { state }, cx);
            }
        }
        // Somebody else may have changed the call variables while the link was away.
        let is_shown = service.config.call_variables == CallVariableDisplay::Shown;
        let open = service.dialogs.get_mut(*task).expect("a state of a live task closes no dialog");
        if is_shown && open.dialog.call_variables != *call_variables {
            open.dialog.call_variables.clone_from(call_variables);
            let dialog = open.dialog.clone();
            service.publish_dialog(dialog, cx);
        }
    }

    /// A task of which this node had no dialog.
    fn begin(&self, state: DialogState, service: &mut Service, cx: &mut Cx<'_>) {
        // It rings already.
        if service.dialogs.has(self.reserved.task) {
            return;
        }
        let is_own = self.is_signed_in_here(service);
        match service.offer(self.reserved.clone(), cx) {
            Ok(open) if state == DialogState::Offered && !is_own => service.dialogs.ring(open),
            Ok(open) => service.begin(OpenDialog::in_state(open, state), cx),
            Err(detail) => service.cti.note_error("SNAPSHOT_TASK", detail, cx),
        }
    }

    /// The client says how a live task of its agent stands, so that it stays (task-routing E19).
    pub(crate) fn tell(&self, service: &mut Service, cx: &mut Cx<'_>) {
        let is_live = dialog_state(self.state).is_some();
        if !is_live || !service.cti.is_initialising() || !self.is_signed_in_here(service) {
            return;
        }
        let reserved = &self.reserved;
        service.cti.send(cx, |invoke_id| TaskInitInd {
            invoke_id,
            mrd_id: reserved.mrd,
            icm_agent_id: reserved.skill_target,
            task_id: reserved.task,
            task_state: self.state,
            arm_skill_group_id: reserved.skill_group,
            arm_service_id: reserved.service,
            ..TaskInitInd::default()
        });
    }

    fn is_signed_in_here(&self, service: &Service) -> bool {
        let agent = service.users.of(self.reserved.skill_target);
        let media = agent.and_then(|agent| service.users.user(agent).media.get(&self.reserved.mrd));
        media.is_some_and(|media| media.max_dialog_limit.is_some() && media.state != AgentState::Logout)
    }
}

/// The state of a live task's dialog.
fn dialog_state(task_state: Code<TaskState>) -> Option<DialogState> {
    match task_state.state()? {
        TaskState::PreCall => Some(DialogState::Offered),
        // The agent PG calls a task offered once the agent accepts it (finesse-nonvoice 3, task-routing 1.1).
        TaskState::Offered => Some(DialogState::Accepted),
        TaskState::Active => Some(DialogState::Active),
        TaskState::Paused => Some(DialogState::Paused),
        TaskState::WrapUp => Some(DialogState::WrappingUp),
        TaskState::Interrupted => Some(DialogState::Interrupted),
        TaskState::Ended => None,
    }
}
