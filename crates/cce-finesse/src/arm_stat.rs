//! What the codes mean with which the CTI server refuses a request (finesse-nonvoice 4.6).

use crate::request::Change;
use cce_cti::{ControlFailureConf, control_failure};
use cce_model::{ApiError, MrdId, PeripheralError, TaskId, UserError};

/// Code of `INVALID_DIALOG_ID`: the dialog is gone.
const INVALID_DIALOG_ID: u32 = 6030;

/// The code that says that the agent is signed in already.
pub(crate) const ALREADY_LOGGED_IN: u32 = 1;

/// The code that says that there is no such agent.
const AGENT_NOT_FOUND: u32 = 2;

/// The code that says that the agent does not belong to the domain.
const MRD_NOT_FOUND: u32 = 3;

/// The code that says that the agent is not signed in.
const NOT_LOGGED_IN: u32 = 6;

/// The code that says that there is no such task.
const TASK_NOT_FOUND: u32 = 18;

/// The code that says that a sign-in took too long.
const LOGIN_TIMEOUT: u32 = 37;

/// The code that says that the agent's work in the domain is interrupted.
pub(crate) const INTERRUPTED: u32 = 30;

/// Codes, constants, and the phrases that Finesse shows. Only those of 1 and 6 are published; the other
/// phrases are (inferred).
const TABLE: [(u32, &str, &str); 21] = [
    (ALREADY_LOGGED_IN, "AGENT_ALREADY_LOGGED_IN", "Agent already logged into MRD"),
    (AGENT_NOT_FOUND, "AGENT_NOT_FOUND", "Agent not found"),
    (MRD_NOT_FOUND, "MRD_LIST_ENTRY_NOT_FOUND", "Agent does not belong to MRD"),
    (NOT_LOGGED_IN, "AGENT_NOT_LOGGED_IN", "Agent is not logged in"),
    (9, "ALREADY_HAVE_PENDING_MAKE_AGENT_NOT_READY", "Not ready is already pending"),
    (11, "CANT_LOGIN_TO_VOICE_MRD", "Cannot log into the voice MRD"),
    (14, "DO_THIS_WITH_TASK_SENT_RECENTLY", "A dialog is on its way to the agent"),
    (TASK_NOT_FOUND, "TASK_OBJECT_NOT_FOUND", "Dialog not found"),
    (19, "INVALID_MESSAGE_SEQUENCE", "Action is not allowed in this state"),
    (20, "INCONSISTENT_MEDIA_ROUTING_DOMAIN_IDS", "Dialog belongs to another MRD"),
    (21, "NO_OFFER_OR_PRE_CALL_RECEIVED", "Dialog was not offered"),
    (22, "INCONSISTENT_AGENT_IDS", "Dialog belongs to another agent"),
    (27, "LOGIN_NOT_ALLOWED_FOR_APP_PATH", "Login is not allowed for this MRD"),
    (INTERRUPTED, "NOT_VALID_AFTER_INTERRUPT_ADVISORY_ACCEPT", "Dialog is interrupted"),
    (32, "SKILL_GROUP_NOT_FOUND", "Skill group not found"),
    (33, "SERVICE_NOT_FOUND", "Service not found"),
    (34, "PERFORMANCE_LIMIT_EXCEEDED", "Too many agents are logged in"),
    (36, "CC_OFFLINE", "Central controller is offline"),
    (LOGIN_TIMEOUT, "LOGIN_TIMEOUT", "Login timed out"),
    (38, "PQ_LOGIN_FAILED", "Login to a precision queue failed"),
    (41, "LOGIN_REQUEST_ALREADY_PENDING", "A login request is already pending"),
];

/// Whether a refusal says that the agent is not signed in: there is no such agent (2), not in that domain (3), or it is
/// signed out (6).
pub(crate) fn is_agent_gone(code: u32) -> bool {
    [AGENT_NOT_FOUND, MRD_NOT_FOUND, NOT_LOGGED_IN].contains(&code)
}

/// Whether a refusal says that there is no such task.
pub(crate) fn is_task_gone(code: u32) -> bool {
    code == TASK_NOT_FOUND
}

/// The error of a refused request about `media`.
pub(crate) fn refused(code: u32, media: MrdId) -> ApiError {
    let row = TABLE.iter().find(|(number, ..)| *number == code);
    let (message, kind) = row.map_or_else(
        || (format!("E_ARM_STAT_{code}"), "Request was refused"),
        |(_, constant, phrase)| (format!("E_ARM_STAT_{constant}"), *phrase),
    );
    ApiError { kind: kind.to_owned(), message, data: code.to_string(), media: Some(media) }
}

/// The error of a request that the CTI server could not take at all, by the codes of cti-server-protocol 13.
pub(crate) fn failed(status: u32, media: MrdId) -> ApiError {
    let message = cce_cti::status::name(status).map_or_else(|| format!("E_CTI_{status}"), str::to_owned);
    ApiError { kind: "Request failed".to_owned(), message, data: status.to_string(), media: Some(media) }
}

/// Codes, constants and types of refused changes of a voice state (finesse-nonvoice 2.2). The constants of 22 and 260
/// and the types are published; the constant of 283 is the CTI server's for it (inferred).
const VOICE: [(u16, &str, &str); 3] = [
    (control_failure::INVALID_OBJECT_STATE, "CF_INVALID_OBJECT_STATE", "Invalid State"),
    (control_failure::INVALID_LOGON_DEVICE, "CF_INVALID_LOGON_DEVICE_SPECIFIED", "Invalid Device"),
    (control_failure::EXTENSION_IN_USE, "CF_EXTENSION_IN_USE", "Device Busy"),
];

/// The error of a refused change of a voice state. Whatever has no published words is shown by the CTI server's name
/// for it (inferred).
pub(crate) fn refused_voice(failure: &ControlFailureConf) -> UserError {
    let code = failure.failure_code;
    let row = VOICE.iter().find(|(number, ..)| *number == code);
    let (message, kind) = if let Some((_, constant, kind)) = row {
        ((*constant).to_owned(), *kind)
    } else {
        let name = control_failure::name(code).map_or_else(|| code.to_string(), str::to_owned);
        (format!("CF_{name}"), "Request failed")
    };
    UserError { kind: kind.to_owned(), message, data: code.to_string(), peripheral: peripheral(failure) }
}

/// What the peripheral says of its own, which is 0 for nothing. The texts of its codes are not published: the name and
/// the words stand for both (inferred).
fn peripheral(failure: &ControlFailureConf) -> Option<PeripheralError> {
    let name = control_failure::name(failure.failure_code).unwrap_or("UNKNOWN");
    (failure.peripheral_error_code != 0).then(|| PeripheralError {
        code: failure.peripheral_error_code,
        text: name.to_owned(),
        message: name.to_lowercase().replace('_', " "),
    })
}

/// The error of a request that the CTI server did not confirm in time. The code for sign-ins is published; the
/// one for the others is (inferred).
pub(crate) fn unconfirmed(change: &Change, media: MrdId) -> ApiError {
    match change {
        Change::SignIn(_) => refused(LOGIN_TIMEOUT, media),
        Change::Ready
        | Change::NotReady(_)
        | Change::SignOut(_)
        | Change::Routable(_)
        | Change::Act(_)
        | Change::UpdateCallData(_)
        | Change::Transfer(_)
        | Change::User(_) => failed(cce_cti::status::TIMEOUT, media),
    }
}

/// The error of a transfer that CCP did not take: the agent keeps the task. Its words are (inferred).
pub(crate) fn not_transferred(selector: &str, media: MrdId) -> ApiError {
    ApiError {
        kind: "Transfer failed".to_owned(),
        message: "The task could not be resubmitted".to_owned(),
        data: selector.to_owned(),
        media: Some(media),
    }
}

/// The error of a request that its dialog did not outlive.
pub(crate) fn dialog_gone(task: TaskId, media: MrdId) -> ApiError {
    ApiError {
        kind: "Invalid dialog".to_owned(),
        message: format!("INVALID_DIALOG_ID: {task}"),
        data: INVALID_DIALOG_ID.to_string(),
        media: Some(media),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_code_has_its_constant_and_phrase() {
        let error = refused(6, MrdId(5011));
        assert_eq!(error.message, "E_ARM_STAT_AGENT_NOT_LOGGED_IN");
        assert_eq!((error.kind.as_str(), error.data.as_str()), ("Agent is not logged in", "6"));
    }

    #[test]
    fn a_code_without_a_name_is_shown_by_its_number() {
        assert_eq!(refused(99, MrdId(5011)).message, "E_ARM_STAT_99");
    }

    #[test]
    fn codes_stand_in_order_and_once() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }
}
