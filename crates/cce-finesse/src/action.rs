//! Actions on dialogs: when they are allowed, which message asks the CTI server for each, and what shows that it came
//! about (finesse-nonvoice 2.6).

use crate::{
    arm_stat,
    cti::CtiClient,
    dialog::OpenDialog,
    refusal::INVALID_ACTION,
    request::{CallData, Change, DialogChange, Move},
};
use cce_cti::{
    ArmStatus, EndTaskInd, OfferTaskInd, PauseTaskInd, ResumeTaskInd, StartTaskInd, UpdateTaskContextInd,
    WrapupTaskInd,
};
use cce_kernel::Cx;
use cce_model::{ApiError, Dialog, DialogAction, DialogState, Disposition, InvokeId};
use cce_wire::{NamedVariable, Text};

/// Asks the CTI server for an action that needs nothing else, and returns the request's invoke id.
pub(crate) fn send(
    open: &OpenDialog,
    action: Move,
    cti: &mut CtiClient,
    cx: &mut Cx<'_>,
) -> Option<InvokeId> {
    let (mrd_id, icm_agent_id, task_id) = (open.dialog.mrd, open.skill_target, open.dialog.id);
    let (arm_skill_group_id, arm_service_id) = (open.skill_group, open.service);
    match action {
        // The offer goes to the CTI server on the agent's click, and not when the task is reserved
        // (finesse-nonvoice 3).
        Move::Accept => cti.send(cx, |invoke_id| OfferTaskInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            task_id,
            arm_skill_group_id,
            arm_service_id,
            ..OfferTaskInd::default()
        }),
        Move::Start => cti.send(cx, |invoke_id| StartTaskInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            task_id,
            arm_skill_group_id,
            arm_service_id,
            ..StartTaskInd::default()
        }),
        // PAUSE, RESUME and WRAPUP have neither skill group nor service (cti-server-protocol 11.1).
        Move::Pause => cti.send(cx, |invoke_id| PauseTaskInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            task_id,
            ..PauseTaskInd::default()
        }),
        Move::Resume => cti.send(cx, |invoke_id| ResumeTaskInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            task_id,
            ..ResumeTaskInd::default()
        }),
        Move::WrapUp => cti.send(cx, |invoke_id| WrapupTaskInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            task_id,
            ..WrapupTaskInd::default()
        }),
        // The number 38 belongs to an agent's own close; transfers and sign-outs have others
        // (finesse-nonvoice 2.6).
        Move::Close => send_end(open, Disposition::NORMAL_END_TASK, cti, cx),
    }
}

/// Ends the task for its agent, and returns the invoke id.
pub(crate) fn send_end(
    open: &OpenDialog,
    disposition: Disposition,
    cti: &mut CtiClient,
    cx: &mut Cx<'_>,
) -> Option<InvokeId> {
    cti.send(cx, |invoke_id| EndTaskInd {
        invoke_id,
        mrd_id: open.dialog.mrd,
        icm_agent_id: open.skill_target,
        task_id: open.dialog.id,
        icm_disposition: disposition,
        // The END of the lab trace has one number in both fields (finesse-nonvoice 3).
        application_disposition: disposition,
        // Finesse sends empty wrap-up data with a second NUL (cti-server-protocol 3, 17).
        wrapup_data: Some(
            open.wrap_up_reason.as_ref().map_or_else(|| Text::exact(b"\0\0".as_slice()), Text::new),
        ),
        ..EndTaskInd::default()
    })
}

/// Asks for other call variables, and returns the request's invoke id; none where only a reason is given: the CTI server
/// has no message for that alone, and hears of it with the end (inferred).
pub(crate) fn send_call_data(
    open: &OpenDialog,
    data: &CallData,
    cti: &mut CtiClient,
    cx: &mut Cx<'_>,
) -> Option<InvokeId> {
    if data.plain.is_empty() && data.named.is_empty() {
        return None;
    }
    let mut update = UpdateTaskContextInd {
        mrd_id: open.dialog.mrd,
        icm_agent_id: open.skill_target,
        task_id: open.dialog.id,
        num_named_variables: u16::try_from(data.named.len()).unwrap_or(u16::MAX),
        named_variable: data.named.iter().map(|(name, value)| NamedVariable::new(name, value)).collect(),
        ..UpdateTaskContextInd::default()
    };
    cce_wire::set_call_variables!(update, |number: u8| data.plain.get(&number).map(Text::new));
    cti.send(cx, |invoke_id| UpdateTaskContextInd { invoke_id, ..update })
}

/// The error of an action that is not in the dialog's list: the CTI server's code of an interrupted one.
pub(crate) fn not_allowed(dialog: &Dialog, action: DialogAction) -> ApiError {
    if dialog.state == DialogState::Interrupted {
        // Code 30 belongs to every action on an interrupted dialog (finesse-nonvoice 4.6, 5).
        return arm_stat::refused(ArmStatus::NOT_VALID_AFTER_INTERRUPT_ADVISORY_ACCEPT, dialog.mrd);
    }
    ApiError {
        kind: "Invalid Input".to_owned(),
        message: INVALID_ACTION.to_owned(),
        data: action.name().to_owned(),
        media: Some(dialog.mrd),
    }
}

/// Whether a change is what brings a dialog into `state`.
pub(crate) fn leads_to(change: &DialogChange, state: DialogState) -> bool {
    match change {
        DialogChange::Move(Move::Accept) => state == DialogState::Accepted,
        // START_TASK_EVENT and RESUME_TASK_EVENT lead to the same state (finesse-nonvoice 2.6).
        DialogChange::Move(Move::Start | Move::Resume) => state == DialogState::Active,
        DialogChange::Move(Move::Pause) => state == DialogState::Paused,
        DialogChange::Move(Move::WrapUp) => state == DialogState::WrappingUp,
        // A transfer that CCP took ends the task for its agent as a close does (task-routing S5).
        DialogChange::Move(Move::Close) | DialogChange::Transfer(_) => state == DialogState::Closed,
        // Its event is one of the task's data.
        DialogChange::UpdateCallData(_) => false,
    }
}

/// Whether a change is what ends a dialog.
pub(crate) fn ends(change: &Change) -> bool {
    match change {
        Change::Dialog(_, change) => leads_to(change, DialogState::Closed),
        Change::Media(..) | Change::User(..) => false,
    }
}
