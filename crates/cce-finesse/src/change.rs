//! What the body of a change asks for (finesse-nonvoice 2.2, 2.4, 2.6).

use crate::{
    line::{Change, Settings},
    refusal::Refusal,
};
use cce_kernel::model::{DialogAction, InterruptAction, LogoutAction, UserState};
use cce_xml::finesse::{DialogRequest, MediaRequest, UserRequest};

/// `state` of a request to sign in.
pub(crate) const SIGN_IN: &str = "LOGIN";
/// `reasonCodeId` of "no reason".
const NO_REASON: i32 = -1;
/// `maxDialogLimit` of a sign-in.
const DIALOG_LIMITS: std::ops::RangeInclusive<u32> = 1..=10;
/// Characters of an extension, as the CTI server's fields limit it (cti-server-protocol 6).
const EXTENSION_MAX: usize = 15;

/// What a change of a user asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UserChange {
    /// To sign in.
    SignIn {
        /// Where the user's phone is.
        extension: String,
    },
    /// Another voice state, for a reason code.
    State(UserState, i32),
}

pub(crate) fn of_user(request: &UserRequest) -> Result<UserChange, Refusal> {
    let reason = reason(request.reason_code_id.as_deref())?;
    match given(request.state.as_deref()).ok_or_else(|| Refusal::missing("state"))? {
        SIGN_IN => sign_in(request),
        "READY" => Ok(UserChange::State(UserState::Ready, NO_REASON)),
        "NOT_READY" => Ok(UserChange::State(UserState::NotReady, reason)),
        "LOGOUT" => Ok(UserChange::State(UserState::Logout, reason)),
        _ => Err(invalid_user_state()),
    }
}

pub(crate) fn of_media(request: &MediaRequest) -> Result<Change, Refusal> {
    let reason = reason(request.reason_code_id.as_deref())?;
    match (given(request.state.as_deref()), given(request.routable.as_deref())) {
        (Some(SIGN_IN), _) => settings(request).map(Change::SignIn),
        (Some("READY"), _) => Ok(Change::Ready),
        (Some("NOT_READY"), _) => Ok(Change::NotReady(reason)),
        (Some("LOGOUT"), _) => Ok(Change::SignOut(reason)),
        (Some(_), _) => Err(Refusal::invalid("Invalid State specified for media", "state")),
        (None, Some("true")) => Ok(Change::Routable(true)),
        (None, Some("false")) => Ok(Change::Routable(false)),
        (None, Some(_)) => Err(Refusal::invalid("Invalid routable specified for media", "routable")),
        (None, None) => Err(Refusal::missing("state")),
    }
}

pub(crate) fn of_dialog(request: &DialogRequest) -> Result<DialogAction, Refusal> {
    let name =
        given(request.requested_action.as_deref()).ok_or_else(|| Refusal::missing("requestedAction"))?;
    DialogAction::parse(name).ok_or_else(|| Refusal::invalid(crate::dialog::INVALID_ACTION, name))
}

/// The refusal of a voice state that the user cannot have, or not now.
pub(crate) fn invalid_user_state() -> Refusal {
    Refusal::invalid("Invalid State specified for user", "state")
}

fn sign_in(request: &UserRequest) -> Result<UserChange, Refusal> {
    let extension = given(request.extension.as_deref()).ok_or_else(|| Refusal::missing("extension"))?;
    if extension.len() > EXTENSION_MAX {
        return Err(Refusal::invalid("Invalid extension specified for user", "extension"));
    }
    Ok(UserChange::SignIn { extension: extension.to_owned() })
}

/// Limit and interrupt action are required, the logout action is not (finesse-nonvoice 2.4).
fn settings(request: &MediaRequest) -> Result<Settings, Refusal> {
    let limit =
        given(request.max_dialog_limit.as_deref()).ok_or_else(|| Refusal::missing("maxDialogLimit"))?;
    let interrupt =
        given(request.interrupt_action.as_deref()).ok_or_else(|| Refusal::missing("interruptAction"))?;
    let wrong = |name: &str| Refusal::invalid(&format!("Invalid {name} specified for media"), name);
    Ok(Settings {
        max_dialog_limit: limit
            .parse()
            .ok()
            .filter(|limit| DIALOG_LIMITS.contains(limit))
            .ok_or_else(|| wrong("maxDialogLimit"))?,
        interrupt_action: [InterruptAction::Accept, InterruptAction::Ignore]
            .into_iter()
            .find(|action| action.name() == interrupt)
            .ok_or_else(|| wrong("interruptAction"))?,
        logout_action: match given(request.dialog_logout_action.as_deref()) {
            None => LogoutAction::default(),
            Some(name) => [LogoutAction::Close, LogoutAction::Transfer]
                .into_iter()
                .find(|action| action.name() == name)
                .ok_or_else(|| wrong("dialogLogoutAction"))?,
        },
    })
}

fn reason(text: Option<&str>) -> Result<i32, Refusal> {
    match given(text) {
        None => Ok(NO_REASON),
        Some(text) => {
            text.parse().map_err(|_| Refusal::invalid("Invalid reasonCodeId specified", "reasonCodeId"))
        }
    }
}

/// An element that is there and not empty.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
