//! What the body of a change asks for (finesse-nonvoice 2.2, 2.4, 2.6).

use crate::{
    refusal::{INVALID_ACTION, Refusal},
    request::{CallData, DialogChange, MediaChange, Move, Settings, UserChange},
};
use cce_model::{
    DialogAction, EccVariable, EventReason, InterruptAction, LogoutAction, ObjectModel, ReasonCategory,
    UserState,
};
use cce_xml::finesse::{DialogRequest, MediaRequest, UserRequest};

/// `state` of a request to sign in.
pub(crate) const SIGN_IN: &str = "LOGIN";
/// `reasonCodeId` of a request without a reason, for clients that repeat what they were shown.
const NO_REASON: &str = "-1";
/// `maxDialogLimit` of a sign-in.
const DIALOG_LIMITS: std::ops::RangeInclusive<u32> = 1..=10;
/// Characters of a script selector (ccp-task-api 3.6).
const SELECTOR_MAX: usize = 32;
/// Characters of a call variable, each of which is a byte on the wire (finesse-nonvoice 2.6, ccp-task-api 4).
const VARIABLE_MAX: usize = 40;
/// Characters of an extension, as the CTI server's fields limit it (cti-server-protocol 6).
const EXTENSION_MAX: usize = 15;

pub(crate) fn of_user(request: &UserRequest, model: &ObjectModel) -> Result<UserChange, Refusal> {
    let reason = |category| reason(request.reason_code_id.as_deref(), category, model);
    match given(request.state.as_deref()).ok_or_else(|| Refusal::missing("state"))? {
        SIGN_IN => sign_in(request),
        // READY has no reason: its event has no `reasonCodeId` (finesse-nonvoice 4.6).
        "READY" => Ok(UserChange::State(UserState::Ready, EventReason::NONE)),
        "NOT_READY" => Ok(UserChange::State(UserState::NotReady, reason(ReasonCategory::NotReady)?)),
        "LOGOUT" => Ok(UserChange::State(UserState::Logout, reason(ReasonCategory::Logout)?)),
        // The three texts of this refusal are published (finesse-nonvoice 2.2).
        _ => Err(Refusal::invalid("Invalid State specified for user", "state")),
    }
}

pub(crate) fn of_media(request: &MediaRequest, model: &ObjectModel) -> Result<MediaChange, Refusal> {
    let reason = |category| reason(request.reason_code_id.as_deref(), category, model);
    match (given(request.state.as_deref()), given(request.routable.as_deref())) {
        // The state goes before `routable`, since READY makes routable by itself
        // (finesse-nonvoice 2.4; inferred).
        (Some(SIGN_IN), _) => settings(request).map(MediaChange::SignIn),
        (Some("READY"), _) => Ok(MediaChange::Ready),
        (Some("NOT_READY"), _) => reason(ReasonCategory::NotReady).map(MediaChange::NotReady),
        (Some("LOGOUT"), _) => reason(ReasonCategory::Logout).map(MediaChange::SignOut),
        (Some(_), _) => Err(Refusal::invalid("Invalid State specified for media", "state")),
        (None, Some("true")) => Ok(MediaChange::Routable(true)),
        (None, Some("false")) => Ok(MediaChange::Routable(false)),
        (None, Some(_)) => Err(Refusal::invalid("Invalid routable specified for media", "routable")),
        // Parameter Missing means that there is neither a state nor `routable` (finesse-nonvoice 2.4).
        (None, None) => Err(Refusal::missing("state")),
    }
}

pub(crate) fn of_dialog(request: &DialogRequest) -> Result<DialogChange, Refusal> {
    let name =
        given(request.requested_action.as_deref()).ok_or_else(|| Refusal::missing("requestedAction"))?;
    // The gadget maps the text of this refusal to a message of its own (finesse-nonvoice 2.6).
    let action = DialogAction::parse(name).ok_or_else(|| Refusal::invalid(INVALID_ACTION, name))?;
    match action {
        DialogAction::UpdateCallData => call_data(request).map(DialogChange::UpdateCallData),
        DialogAction::Transfer => {
            // Only TRANSFER needs a target; the JavaScript library sends one with every action
            // (finesse-nonvoice 2.6).
            let selector = given(request.target.as_deref()).ok_or_else(|| Refusal::missing("target"))?;
            if selector.chars().count() > SELECTOR_MAX {
                return Err(Refusal::invalid("Invalid target specified for task", "target"));
            }
            Ok(DialogChange::Transfer(selector.to_owned()))
        }
        DialogAction::Accept => Ok(DialogChange::Move(Move::Accept)),
        DialogAction::Start => Ok(DialogChange::Move(Move::Start)),
        DialogAction::Pause => Ok(DialogChange::Move(Move::Pause)),
        DialogAction::Resume => Ok(DialogChange::Move(Move::Resume)),
        DialogAction::WrapUp => Ok(DialogChange::Move(Move::WrapUp)),
        DialogAction::Close => Ok(DialogChange::Move(Move::Close)),
    }
}

/// Names that are there twice, or that no variable has, call variables that are too long, and more expanded ones than a
/// message holds are refused. Expanded ones that are too long are not: they are cut (finesse-nonvoice 2.6).
fn call_data(request: &DialogRequest) -> Result<CallData, Refusal> {
    let wrap_up_reason = given(request.wrap_up_reason.as_deref()).map(str::to_owned);
    if request.call_variables.is_empty() && wrap_up_reason.is_none() {
        return Err(Refusal::missing("callvariables"));
    }
    let mut data = CallData { wrap_up_reason, ..CallData::default() };
    let wrong = |what: &str| Refusal::invalid("Invalid callvariables specified for task", what);
    for (name, value) in &request.call_variables {
        let is_new = match number_of(name) {
            Some(number) if value.chars().count() <= VARIABLE_MAX => {
                data.plain.insert(number, value.clone()).is_none()
            }
            None if EccVariable::is_name(name) => {
                let cut = value.chars().take(EccVariable::VALUE_MAX).collect();
                data.named.insert(name.clone(), cut).is_none()
            }
            Some(_) | None => false,
        };
        if !is_new {
            return Err(wrong(name));
        }
    }
    // The CTI server refuses what is more with 73, and ends the session of the whole node for a message above 12,500 bytes
    // (finesse-nonvoice 2.6; cti-server-protocol 2, 3).
    let bytes: usize = data.named.iter().map(|(name, value)| EccVariable::bytes(name, value)).sum();
    if bytes > EccVariable::PAYLOAD_MAX { Err(wrong("callvariables")) } else { Ok(data) }
}

/// The number of a call variable: 1 to 10.
fn number_of(name: &str) -> Option<u8> {
    let digits = name.strip_prefix("callVariable")?;
    (1..=10).find(|number: &u8| number.to_string() == digits)
}

fn sign_in(request: &UserRequest) -> Result<UserChange, Refusal> {
    let extension = given(request.extension.as_deref()).ok_or_else(|| Refusal::missing("extension"))?;
    if extension.chars().count() > EXTENSION_MAX {
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
            // The limit of a domain is 1 to 10 (finesse-nonvoice 2.3).
            .filter(|limit| DIALOG_LIMITS.contains(limit))
            .ok_or_else(|| wrong("maxDialogLimit"))?,
        interrupt_action: [InterruptAction::Accept, InterruptAction::Ignore]
            .into_iter()
            .find(|action| action.name() == interrupt)
            .ok_or_else(|| wrong("interruptAction"))?,
        logout_action: match given(request.dialog_logout_action.as_deref()) {
            // A sign-in that does not name it has CLOSE (finesse-nonvoice 2.4).
            None => LogoutAction::default(),
            Some(name) => [LogoutAction::Close, LogoutAction::Transfer]
                .into_iter()
                .find(|action| action.name() == name)
                .ok_or_else(|| wrong("dialogLogoutAction"))?,
        },
    })
}

/// The number of the reason that a request names by its id; 0 none. A category with reasons demands one, and one
/// without takes none (finesse-nonvoice 2.4).
fn reason(text: Option<&str>, category: ReasonCategory, model: &ObjectModel) -> Result<EventReason, Refusal> {
    let id = given(text).filter(|id| *id != NO_REASON);
    let mut reasons = model.reasons(category).peekable();
    match id {
        None if reasons.peek().is_some() => Err(Refusal::reason_required()),
        None => Ok(EventReason::NONE),
        Some(id) => reasons
            // `reasonCodeId` is the id in the database, and the CTI server hears the code
            // (finesse-nonvoice 2.7).
            .find(|reason| id.parse() == Ok(reason.id))
            .map(|reason| reason.code)
            .ok_or_else(|| Refusal::invalid("Invalid reasonCodeId specified", "reasonCodeId")),
    }
}

/// An element that is there and not empty.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
