//! A session of a CTI client, and on what terms one is opened (cti-server-protocol 4.1).

use crate::{arm::Client, config::Config};
use cce_cti::{OpenReq, VERSION_MAX, VERSION_MIN, dialect, services, status};
use cce_kernel::model::AgentState;
use cce_wire::{Bytes, Dialect};
use std::{collections::BTreeMap, time::Duration};

/// "Any" as a peripheral id, and "never" as an idle timeout.
const NULL: u32 = u32::MAX;
/// The shortest idle timeout, in seconds.
const IDLE_MIN: u32 = 20;
/// The first version that knows an active and a standby side.
const STANDBY_SINCE: u32 = 24;
/// Bits of `AgentStateMask` that have a meaning.
const AGENT_STATES: u32 = 0x3fff;
/// Bits of `ConfigMsgMask` that have a meaning (cti-server-protocol 9, `ConfigInformation`).
const CONFIG_MESSAGES: u32 = 0x3ff;
/// Services that need nothing of the server but what it has. Sessions of a single device are not served.
const SERVED: u32 = services::ALL & !services::CLIENT_EVENTS;

/// The two sides of the CTI server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Serves.
    Active,
    /// Takes sessions and waits.
    Standby,
}

impl Side {
    /// `SessionType` of the confirmation.
    pub(super) const fn session_type(self) -> u16 {
        match self {
            Self::Active => 1,
            Self::Standby => 2,
        }
    }
}

/// A request that OPC will answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pending {
    /// `MEDIA_LOGIN_REQ`.
    MediaLogin,
    /// `MAKE_AGENT_NOT_READY_REQ`.
    MakeNotReady,
    /// `MAKE_AGENT_NOT_ROUTABLE_REQ`.
    MakeNotRoutable,
}

/// An open session.
#[derive(Debug)]
pub(super) struct Session {
    /// Who is behind it, and its number.
    pub(super) client: Client,
    /// The layout of its messages.
    pub(super) dialect: Dialect,
    /// Services granted.
    pub(super) services: u32,
    /// After what silence it ends; none never.
    pub(super) idle: Option<Duration>,
    /// What OPC has not answered, by invoke id.
    pub(super) pending: BTreeMap<u32, Pending>,
    call_mask: u32,
    agent_mask: u32,
}

impl Session {
    /// A session on the terms of a request that passed [`check`].
    pub(super) fn new(number: u32, open: &OpenReq) -> Self {
        let unique_instance = open.unique_instance_id.as_ref().map(ToString::to_string).unwrap_or_default();
        let signature = open.client_signature.as_ref().map(ToString::to_string).unwrap_or_default();
        let seconds = Duration::from_secs(u64::from(open.idle_timeout));
        Self {
            client: Client { session: number, signature, unique_instance },
            dialect: dialect(open.version_number),
            services: open.services_requested & served_since(open.version_number),
            idle: (open.idle_timeout != NULL).then_some(seconds),
            pending: BTreeMap::new(),
            call_mask: open.call_msg_mask,
            agent_mask: open.agent_state_mask,
        }
    }

    /// Whether the session has a service.
    pub(super) fn has(&self, service: u32) -> bool {
        self.services & service != 0
    }

    /// Whether it hears of an agent in one of these states.
    pub(super) fn hears_states(&self, states: &[AgentState]) -> bool {
        self.has(services::ALL_EVENTS) && states.iter().any(|state| self.agent_mask & mask_of(*state) != 0)
    }

    /// Whether it hears of these calls.
    pub(super) fn hears_calls(&self, mask: u32) -> bool {
        self.has(services::ALL_EVENTS) && self.call_mask & mask != 0
    }
}

/// Says with which status code a request to open a session is refused, if it is.
pub(super) fn check(open: &OpenReq, side: Side, config: &Config) -> Result<(), u32> {
    let refuse = |wrong: bool, code: u32| if wrong { Err(code) } else { Ok(()) };
    let peripheral = open.peripheral_id;
    refuse(open.reserved1 | open.reserved2 | open.reserved3 != 0, status::INVALID_RESERVED_FIELD)?;
    refuse(open.client_id.as_ref().is_none_or(cce_wire::Text::is_empty), status::REQUIRED_DATA_MISSING)?;
    refuse(![config.peripheral, 0, NULL].contains(&peripheral), status::INVALID_PERIPHERAL_ID)?;
    refuse(open.idle_timeout < IDLE_MIN, status::INVALID_TIMEOUT)?;
    refuse(!is_password(open, config), status::INVALID_PASSWORD)?;
    let empty_instance = open.unique_instance_id.as_ref().is_some_and(cce_wire::Text::is_empty);
    refuse(empty_instance, status::INVALID_UNIQUE_INSTANCE_ID)?;
    if config.strict_masks {
        check_masks(open)?;
    }
    let without_standby = open.services_requested & services::ACTIVE_STANDBY == 0;
    refuse(side == Side::Standby && open.version_number < STANDBY_SINCE, status::CTI_SERVER_OFFLINE)?;
    refuse(side == Side::Standby && without_standby, status::INVALID_CLIENT_FOR_STANDBY)
}

/// Whether the server speaks that version.
pub(super) fn is_version(version: u32) -> bool {
    (VERSION_MIN..=VERSION_MAX).contains(&version)
}

/// The invoke id of a message whose layout is not known; it is the first field of every request.
pub(super) fn invoke_id_of(frame: &Bytes) -> u32 {
    let first = frame.get(cce_wire::HEADER..cce_wire::HEADER + 4);
    first.and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
}

fn check_masks(open: &OpenReq) -> Result<(), u32> {
    let masks = [
        (open.services_requested & !services::ALL, status::INVALID_SERVICE_MASK),
        (open.call_msg_mask & !call_messages_of(open.version_number), status::INVALID_CALL_MSG_MASK),
        (open.agent_state_mask & !AGENT_STATES, status::INVALID_AGENT_STATE_MASK),
        (open.config_msg_mask & !CONFIG_MESSAGES, status::INVALID_CONFIG_MSG_MASK),
    ];
    masks.into_iter().find(|(unused, _)| *unused != 0).map_or(Ok(()), |(_, code)| Err(code))
}

/// Bits of `CallMsgMask` that a version knows (cti-server-protocol 12).
const fn call_messages_of(version: u32) -> u32 {
    match version {
        23.. => u32::MAX,
        15.. => 0x0fff_ffff,
        _ => 0x07ff_ffff,
    }
}

fn served_since(version: u32) -> u32 {
    if version < STANDBY_SINCE { SERVED & !services::ACTIVE_STANDBY } else { SERVED }
}

/// Whether the password is the configured one, if there is one. A client may end it with a NUL or leave it out.
fn is_password(open: &OpenReq, config: &Config) -> bool {
    let Some(wanted) = &config.client_password else { return true };
    let given = open.client_password.as_ref().map(|secret| secret.0.as_bytes().as_ref()).unwrap_or_default();
    given.strip_suffix(&[0]).unwrap_or(given) == wanted.as_bytes()
}

/// The bit of a state in `AgentStateMask`; `UNKNOWN` has none, and the states behind it move up.
fn mask_of(state: AgentState) -> u32 {
    match state.number() {
        9 => 0,
        number @ 0..9 => 1 << number,
        number => 1 << (number - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_agent_states_skip_the_unknown_one() {
        assert_eq!(mask_of(AgentState::Login), 1);
        assert_eq!(mask_of(AgentState::Reserved), 0x100);
        assert_eq!(mask_of(AgentState::Unknown), 0);
        assert_eq!(mask_of(AgentState::Active), 0x400);
        assert_eq!(mask_of(AgentState::NotActive), 0x2000);
    }
}
