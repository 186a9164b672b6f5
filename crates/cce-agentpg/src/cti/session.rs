//! A session of a CTI client.

use super::{
    subscription::{Origin, Scope, Subscription, Topic},
    tasks::OwnTask,
};
use crate::arm::Client;
use cce_cti::{Cti, OpenReq, SessionType, VERSION_MAX, VERSION_MIN, dialect, services, task_msg_mask};
use cce_kernel::session::Silence;
use cce_model::{AgentKey, InvokeId, MonitorId, SessionId, SkillTarget};
use cce_wire::{Bytes, Dialect, Text};
use std::{collections::BTreeMap, time::Duration};

/// `IdleTimeout` of a client that may be silent for ever (cti-server-protocol 4.2).
const NULL: u32 = u32::MAX;
/// The first version that knows an active and a standby side.
pub(super) const STANDBY_SINCE: u32 = 24;

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
    pub(super) const fn session_type(self) -> SessionType {
        match self {
            Self::Active => SessionType::ACTIVE,
            Self::Standby => SessionType::STANDBY,
        }
    }
}

/// A request that OPC will answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pending {
    /// `MEDIA_LOGIN_REQ`.
    MediaLogin,
    /// `MAKE_AGENT_NOT_READY_REQ`.
    MakeNotReady,
    /// `MAKE_AGENT_NOT_ROUTABLE_REQ`.
    MakeNotRoutable,
    /// `CHANGE_MAX_TASK_LIMIT_REQ`.
    ChangeLimit,
    /// `OVERRIDE_LIMIT_REQ`.
    OverrideLimit,
    /// `GET_AGENT_TASKS_REQ`, about this agent.
    AgentTasks(AgentKey),
    /// `OFFER_APPLICATION_TASK_REQ`, for this task.
    OfferTask(Box<OwnTask>),
    /// `START_APPLICATION_TASK_REQ`, for this task.
    StartTask(Box<OwnTask>),
    /// `AGENT_INIT_REQ`.
    AgentInit,
    /// `TASK_INIT_REQ`.
    TaskInit,
}

/// An open session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// The client, with the session's number.
    pub(super) client: Client,
    /// The request that opened it, without its password.
    pub(super) opened: OpenReq,
    /// The client's address, as `host:port`.
    pub(super) address: String,
    /// The layout of its messages.
    pub(super) dialect: Dialect,
    /// Services granted, a bit for each (cti-server-protocol 12).
    pub(super) services: u32,
    /// The agent of a session of one device.
    pub(super) own_agent: Option<SkillTarget>,
    /// After what silence it ends.
    pub(super) silence: Silence,
    /// The requests that OPC has not answered, by invoke id.
    pub(super) pending: BTreeMap<InvokeId, Pending>,
    /// Whether its client is telling anew what its agents do (cti-server-protocol 11.1).
    pub(super) initialises: bool,
    /// Why it hears of what.
    pub(super) subscriptions: Vec<Subscription>,
}

impl Session {
    /// A session on the terms of a request that passed [`check`](super::open::check).
    pub(super) fn new(
        number: SessionId,
        open: &OpenReq,
        own_agent: Option<SkillTarget>,
        address: &str,
    ) -> Self {
        let unique_instance = Text::or_empty(open.unique_instance_id.as_ref());
        let signature = Text::or_empty(open.client_signature.as_ref());
        let seconds = Duration::from_secs(u64::from(open.idle_timeout));
        // Granted services may be fewer than those asked for, without an error (cti-server-protocol 4.1).
        let without_device = if own_agent.is_none() { services::CLIENT_EVENTS } else { 0 };
        let services = open.services_requested & served_since(open.version_number) & !without_device;
        Self {
            client: Client { session: number, signature, unique_instance },
            // Monitors of clients are told from this request, and nobody is to be told a password.
            opened: OpenReq { client_password: None, ..open.clone() },
            address: address.to_owned(),
            dialect: dialect(open.version_number),
            services,
            own_agent,
            silence: if open.idle_timeout == NULL { Silence::Endless } else { Silence::Rearmed(seconds) },
            pending: BTreeMap::new(),
            initialises: false,
            subscriptions: own_subscriptions(number, open, services, own_agent),
        }
    }

    /// `MonitorID` of its own events: 0 of a session with all events, else its number (inferred).
    pub(super) fn monitor(&self) -> MonitorId {
        if self.has(services::ALL_EVENTS) || self.own_agent.is_none() {
            MonitorId::ALL_EVENTS
        } else {
            MonitorId(self.client.session.0)
        }
    }

    /// Its protocol version.
    pub(super) fn version(&self) -> u32 {
        self.dialect.version
    }

    /// Whether the session has a service.
    pub(super) fn has(&self, service: u32) -> bool {
        self.services & service != 0
    }

    /// Whether its client may speak for an agent, as far as it is for one device only.
    pub(super) fn speaks_for(&self, member: AgentKey) -> bool {
        self.own_agent.is_none_or(|own| own == member.skill_target)
    }

    /// Whether its client may ask for something about an agent: in workstation mode about its own one alone, in bridge mode and
    /// as a supervisor about everyone (cti-server-protocol 11.4, 12).
    pub(super) fn may_ask_about(&self, agent: SkillTarget) -> bool {
        self.own_agent.is_none_or(|own| own == agent) || self.has(services::ALL_EVENTS | services::SUPERVISOR)
    }

    /// Whether a message exists in its version.
    pub(super) fn knows(&self, message: &Cti) -> bool {
        message.doc().is_none_or(|row| row.since <= self.dialect.version)
    }

    /// The name under which the client opened it.
    pub(super) fn client_id(&self) -> String {
        Text::or_empty(self.opened.client_id.as_ref())
    }

    /// Whether it hears of that by its own services and masks.
    pub(super) fn hears(&self, member: AgentKey, topic: Topic<'_>) -> bool {
        self.own().any(|own| own.hears(member, topic))
    }

    fn own(&self) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.iter().filter(|subscription| subscription.origin == Origin::Session)
    }
}

fn own_subscriptions(
    number: SessionId,
    open: &OpenReq,
    services: u32,
    own_agent: Option<SkillTarget>,
) -> Vec<Subscription> {
    let none = Subscription {
        monitor: MonitorId::ALL_EVENTS,
        origin: Origin::Session,
        scope: Scope::All,
        mrd: None,
        calls: 0,
        states: 0,
        tasks: 0,
    };
    let (calls, states) = (open.call_msg_mask, open.agent_state_mask);
    let mut own = Vec::new();
    // All events of the peripheral pass, as far as the masks let them (cti-server-protocol 4.5).
    if services & services::ALL_EVENTS != 0 {
        own.push(Subscription { calls, states, ..none });
    } else if let Some(agent) = own_agent {
        own.push(Subscription {
            monitor: MonitorId(number.0),
            // CLIENT_EVENTS is for the events of the client's own device (cti-server-protocol 4.5).
            scope: Scope::Agent(agent),
            calls,
            states,
            ..none
        });
    }
    let tasks = task_msg_mask::valid(VERSION_MAX);
    // OPEN_REQ has no mask for task events: the service stands for all of them (cti-server-protocol 6, 12).
    if services & services::ALL_TASK_EVENTS != 0 {
        own.push(Subscription { tasks, ..none });
    } else if let Some(agent) = own_agent.filter(|_| services & services::AGENT_REPORTING != 0) {
        // Workstation mode: each indication has one event or one failure (cti-server-protocol 4.5, 11.4).
        let hears_all = services & services::ALL_EVENTS != 0;
        let monitor = if hears_all { MonitorId::ALL_EVENTS } else { MonitorId(number.0) };
        own.push(Subscription { monitor, scope: Scope::Agent(agent), tasks, ..none });
    }
    own
}

/// Whether the server speaks that version.
pub(super) fn is_version(version: u32) -> bool {
    (VERSION_MIN..=VERSION_MAX).contains(&version)
}

/// The invoke id of a message whose layout is not known: in nearly every request it is the first field.
pub(super) fn invoke_id_of(frame: &Bytes) -> InvokeId {
    let first = frame.get(cce_wire::HEADER..cce_wire::HEADER + 4);
    first
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(InvokeId::NONE, |id| InvokeId(u32::from_be_bytes(id)))
}

fn served_since(version: u32) -> u32 {
    // ACTIVE_STANDBY came with version 24 (cti-server-protocol 12).
    if version < STANDBY_SINCE { services::ALL & !services::ACTIVE_STANDBY } else { services::ALL }
}
