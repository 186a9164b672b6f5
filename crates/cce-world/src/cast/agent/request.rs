//! The requests that an agent makes (finesse-nonvoice 2.2, 2.4, 2.6).

use super::AgentConfig;
use cce_kernel::{Account, Request};
use cce_model::{DialogAction, MrdId, TaskId};
use cce_xml::finesse;

/// Begins every request id of a virtual agent.
const OWN: &str = "auto-";

/// Adds credentials and the request's id.
pub(super) fn identified(request: Request, config: &AgentConfig, number: u64) -> Request {
    let account = Account::new(config.id.to_string(), &config.password);
    request.by(&account).header("requestId", format!("{OWN}{number}"))
}

/// Whether a request id is a virtual agent's. One that is empty is not: the others need not name theirs.
pub(super) fn is_own(request_id: &str) -> bool {
    number_of(request_id).is_some()
}

/// The number of a virtual agent's request.
pub(super) fn number_of(request_id: &str) -> Option<u64> {
    request_id.strip_prefix(OWN)?.parse().ok()
}

pub(super) fn user_login(config: &AgentConfig) -> Request {
    Request::new("PUT", user(config)).xml(finesse::user_login(&config.extension))
}

pub(super) fn media_login(config: &AgentConfig, mrd: MrdId) -> Request {
    let body = finesse::media_login(config.limit, config.interrupt_action, config.logout_action);
    Request::new("PUT", media(config, mrd)).xml(body)
}

/// A change of the agent's state in a media: `READY`, `NOT_READY` or `LOGOUT`.
pub(super) fn media_state(config: &AgentConfig, mrd: MrdId, state: &str) -> Request {
    Request::new("PUT", media(config, mrd)).xml(finesse::media_state(state))
}

/// A change of the agent's voice state: `READY`, `NOT_READY` or `LOGOUT`.
pub(super) fn user_state(config: &AgentConfig, state: &str) -> Request {
    Request::new("PUT", user(config)).xml(finesse::user_state(state))
}

/// The agent's nonvoice dialogs in every media.
pub(super) fn list(config: &AgentConfig) -> Request {
    Request::new("GET", format!("{}/Dialogs/Media", user(config)))
}

pub(super) fn act(task: TaskId, action: DialogAction) -> Request {
    Request::new("PUT", dialog(task)).xml(finesse::dialog_command(action))
}

pub(super) fn transfer(task: TaskId, script_selector: &str) -> Request {
    Request::new("PUT", dialog(task)).xml(finesse::dialog_transfer(script_selector))
}

fn dialog(task: TaskId) -> String {
    format!("/finesse/api/Dialog/{task}")
}

fn user(config: &AgentConfig) -> String {
    format!("/finesse/api/User/{}", config.id)
}

fn media(config: &AgentConfig, mrd: MrdId) -> String {
    format!("{}/Media/{mrd}", user(config))
}
