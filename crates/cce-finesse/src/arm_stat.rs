//! What the codes mean with which the CTI server refuses a request (finesse-nonvoice 4.6).

use crate::request::{Change, MediaChange};
use cce_cti::{ArmStatus, ControlFailure, ControlFailureConf, CtiStatus};
use cce_model::{ApiError, MrdId, PeripheralError, TaskId, UserError};

/// Code of `INVALID_DIALOG_ID`: the dialog is gone.
const INVALID_DIALOG_ID: u32 = 6030;

/// The phrases that Finesse shows. Only those of 1 and 6 are published; the others are (inferred).
const PHRASES: [(ArmStatus, &str); 21] = [
    (ArmStatus::AGENT_ALREADY_LOGGED_IN, "Agent already logged into MRD"),
    (ArmStatus::AGENT_NOT_FOUND, "Agent not found"),
    (ArmStatus::MRD_LIST_ENTRY_NOT_FOUND, "Agent does not belong to MRD"),
    (ArmStatus::AGENT_NOT_LOGGED_IN, "Agent is not logged in"),
    (ArmStatus::ALREADY_HAVE_PENDING_MAKE_AGENT_NOT_READY, "Not ready is already pending"),
    (ArmStatus::CANT_LOGIN_TO_VOICE_MRD, "Cannot log into the voice MRD"),
    (ArmStatus::DO_THIS_WITH_TASK_SENT_RECENTLY, "A dialog is on its way to the agent"),
    (ArmStatus::TASK_OBJECT_NOT_FOUND, "Dialog not found"),
    (ArmStatus::INVALID_MESSAGE_SEQUENCE, "Action is not allowed in this state"),
    (ArmStatus::INCONSISTENT_MEDIA_ROUTING_DOMAIN_IDS, "Dialog belongs to another MRD"),
    (ArmStatus::NO_OFFER_OR_PRE_CALL_RECEIVED, "Dialog was not offered"),
    (ArmStatus::INCONSISTENT_AGENT_IDS, "Dialog belongs to another agent"),
    (ArmStatus::LOGIN_NOT_ALLOWED_FOR_APP_PATH, "Login is not allowed for this MRD"),
    (ArmStatus::NOT_VALID_AFTER_INTERRUPT_ADVISORY_ACCEPT, "Dialog is interrupted"),
    (ArmStatus::SKILL_GROUP_NOT_FOUND, "Skill group not found"),
    (ArmStatus::SERVICE_NOT_FOUND, "Service not found"),
    (ArmStatus::PERFORMANCE_LIMIT_EXCEEDED, "Too many agents are logged in"),
    (ArmStatus::CC_OFFLINE, "Central controller is offline"),
    (ArmStatus::LOGIN_TIMEOUT, "Login timed out"),
    (ArmStatus::PQ_LOGIN_FAILED, "Login to a precision queue failed"),
    (ArmStatus::LOGIN_REQUEST_ALREADY_PENDING, "A login request is already pending"),
];

/// Whether a refusal says that the agent is not signed in: there is no such agent (2), not in that domain (3), or it is
/// signed out (6).
pub(crate) fn is_agent_gone(status: ArmStatus) -> bool {
    [ArmStatus::AGENT_NOT_FOUND, ArmStatus::MRD_LIST_ENTRY_NOT_FOUND, ArmStatus::AGENT_NOT_LOGGED_IN]
        .contains(&status)
}

/// Whether a refusal says that there is no such task.
pub(crate) fn is_task_gone(status: ArmStatus) -> bool {
    status == ArmStatus::TASK_OBJECT_NOT_FOUND
}

/// Whether a code says that the expanded variables of a message are no good (cti-server-protocol 13).
pub(crate) fn is_about_variables(status: CtiStatus) -> bool {
    [
        CtiStatus::NAMED_VARIABLE_NOT_CONFIGURED,
        CtiStatus::TOO_MUCH_DATA,
        CtiStatus::VALUE_TOO_LONG,
        CtiStatus::SCALAR_FUNCTION_ON_ARRAY,
    ]
    .contains(&status)
}

/// The error of a refused request about `media`.
pub(crate) fn refused(status: ArmStatus, media: MrdId) -> ApiError {
    let message = status.name().map_or_else(|| format!("E_ARM_STAT_{status}"), str::to_owned);
    let kind = PHRASES
        .iter()
        .find(|(known, _)| *known == status)
        // A code whose text is not published has a short English phrase (finesse-nonvoice 4.6).
        .map_or("Request was refused", |(_, phrase)| *phrase);
    // `errorData` is the code's number, and `errorMedia` the domain (finesse-nonvoice 4.6).
    ApiError { kind: kind.to_owned(), message, data: status.to_string(), media: Some(media) }
}

/// The error of a request that the CTI server could not take at all, by the codes of cti-server-protocol 13.
pub(crate) fn failed(status: CtiStatus, media: MrdId) -> ApiError {
    let message = status.name().map_or_else(|| format!("E_CTI_{status}"), str::to_owned);
    ApiError { kind: "Request failed".to_owned(), message, data: status.to_string(), media: Some(media) }
}

/// Codes, constants and types of refused changes of a voice state (finesse-nonvoice 2.2). The constants of 22 and 260
/// and the types are published; the constant of 283 is the CTI server's for it (inferred).
const VOICE: [(ControlFailure, &str, &str); 3] = [
    (ControlFailure::INVALID_OBJECT_STATE, "CF_INVALID_OBJECT_STATE", "Invalid State"),
    (ControlFailure::INVALID_LOGON_DEVICE, "CF_INVALID_LOGON_DEVICE_SPECIFIED", "Invalid Device"),
    (ControlFailure::EXTENSION_IN_USE, "CF_EXTENSION_IN_USE", "Device Busy"),
];

/// The error of a refused change of a voice state. Whatever has no published words is shown by the CTI server's name
/// for it (inferred).
pub(crate) fn refused_voice(failure: &ControlFailureConf) -> UserError {
    let code = failure.failure_code;
    let row = VOICE.iter().find(|(number, ..)| *number == code);
    let (message, kind) = if let Some((_, constant, kind)) = row {
        ((*constant).to_owned(), *kind)
    } else {
        let name = code.name().map_or_else(|| code.to_string(), str::to_owned);
        (format!("CF_{name}"), "Request failed")
    };
    UserError { kind: kind.to_owned(), message, data: code.to_string(), peripheral: peripheral(failure) }
}

/// What the peripheral says of its own, which is 0 for nothing. The texts of its codes are not published: the name and
/// the words stand for both (inferred).
fn peripheral(failure: &ControlFailureConf) -> Option<PeripheralError> {
    let name = failure.failure_code.name().unwrap_or("UNKNOWN");
    // A READY of somebody who is signed out is refused without these three elements (finesse-nonvoice 4.6).
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
        // Code 37 belongs to sign-ins alone (finesse-nonvoice 4.6).
        Change::Media(_, _, MediaChange::SignIn(_)) => refused(ArmStatus::LOGIN_TIMEOUT, media),
        Change::Media(..) | Change::Dialog(..) | Change::User(..) => failed(CtiStatus::TIMEOUT, media),
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
        // The dialog went between the 202 and the send to the CTI server (finesse-nonvoice 4.6).
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
        let error = refused(ArmStatus::AGENT_NOT_LOGGED_IN, MrdId(5011));
        assert_eq!(error.message, "E_ARM_STAT_AGENT_NOT_LOGGED_IN");
        assert_eq!((error.kind.as_str(), error.data.as_str()), ("Agent is not logged in", "6"));
    }

    #[test]
    fn a_code_without_a_name_is_shown_by_its_number() {
        assert_eq!(refused(ArmStatus(99), MrdId(5011)).message, "E_ARM_STAT_99");
    }

    #[test]
    fn codes_stand_in_order_and_once() {
        assert!(PHRASES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
