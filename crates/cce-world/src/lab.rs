//! The typed lab configuration. Every setting is explained in `sim-configs/labs/dcloud.toml`.
//!
//! Unknown keys are found by the loader, which reports all of them at once; so no type here denies them.

mod dependence;
mod notification;
mod people;

pub use dependence::Dependence;
pub(crate) use dependence::check_dependences;
pub use notification::{HttpRuleSettings, NotifyingSettings};
pub use people::{AgentTransport, CastAgent, CastCustomer, CastSettings, CreateMethod};

use crate::{
    latency::LatencySettings,
    release::Release,
    span::{SignedSpan, Span},
};
use cce_ccp::{StatusTimestamp, SystemFailureName};
use cce_journal::{LogSettings, Tables};
use cce_kernel::{Kind, Port};
use cce_model::{
    AgentId, CallTypeId, CallVariableDisplay, DialogueId, InvokeId, MediaConnected, MediaElement, MrdId,
    OnDisconnect, PeripheralId, PrecisionQueueId, ReadyReason, ReasonCategory, RoutingClientId, SessionId,
    SkillGroupNumber, SkillTarget, TeamId, UserErrorForm, UserSignOut, XmlDeclaration,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// The lab's own routing client 5004 is of peripheral 5001; others are numbered likewise (inferred).
const ROUTING_CLIENT_AFTER_PERIPHERAL: u32 = 3;

/// Names of the built-in lab's products, in the order of a task's path.
pub const COMPONENTS: [&str; 5] =
    [Kind::Ccp.name(), Kind::MrPg.name(), Kind::Router.name(), Kind::AgentPg.name(), Kind::Finesse.name()];

/// A whole lab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lab {
    /// The release of the products, whose profile lies over the built-in lab.
    #[serde(default)]
    pub release: Release,
    /// One host for each component.
    pub hosts: BTreeMap<String, HostSettings>,
    /// Addresses by link name.
    pub links: BTreeMap<String, LinkSettings>,
    /// Clients that speak over TLS.
    #[serde(default)]
    pub tls: TlsSettings,
    /// The simulator's links.
    #[serde(default)]
    pub latency: LatencySettings,
    /// Customer Collaboration Platform.
    pub ccp: CcpSettings,
    /// MR PG.
    pub mrpg: MrPgSettings,
    /// Agent PG.
    pub agentpg: AgentPgSettings,
    /// Router.
    pub router: RouterSettings,
    /// Expanded call context variables that the central controller knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ecc_variables: Vec<EccSettings>,
    /// Media routing domains.
    pub mrds: Vec<MrdSettings>,
    /// Script selectors.
    pub dialed_numbers: Vec<DialedNumberSettings>,
    /// Call types.
    pub call_types: Vec<CallTypeSettings>,
    /// Routing scripts.
    pub scripts: Vec<ScriptSettings>,
    /// Precision queues.
    pub precision_queues: Vec<PrecisionQueueSettings>,
    /// Agents.
    pub agents: Vec<AgentSettings>,
    /// Finesse.
    pub finesse: FinesseSettings,
    /// What logs print and no message carries.
    pub logs: LogSettings,
    /// What `ccelab demo` plays.
    pub demo: DemoSettings,
    /// Virtual people of this run.
    #[serde(default)]
    pub cast: CastSettings,
    /// Rows of the message tables that are replaced by others. A journal's header has them by themselves.
    #[serde(skip)]
    pub tables: Tables,
}

/// A host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostSettings {
    /// Fully qualified name.
    pub fqdn: String,
    /// IANA zone of its log stamps.
    pub zone: String,
    /// How far its clock is ahead of true time.
    pub clock_error: SignedSpan,
    /// The step in which its clock moves.
    pub clock_grain: Span,
}

/// Addresses of one listener.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkSettings {
    /// Where the listener binds, as `address:port`.
    pub listen: String,
    /// Where other processes find it, as `host:port`.
    pub connect: String,
    /// Where other processes find it that speak over TLS, as `host:port`; where `connect` is, at the port of `listen_tls`,
    /// unless it says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_tls: Option<String>,
    /// Where it binds a second time, for clients that speak over TLS; none without such clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen_tls: Option<String>,
    /// What becomes of clients in plain.
    #[serde(default)]
    pub plain: PlainSetting,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde demands a reference")]
const fn is_false(truth: &bool) -> bool {
    !*truth
}

impl LinkSettings {
    /// Where other processes find it that speak over TLS; none where nobody does.
    pub fn secure_place(&self) -> Option<String> {
        let derived = || {
            let (host, _) = self.connect.rsplit_once(':')?;
            let (_, port) = self.listen_tls.as_deref()?.rsplit_once(':')?;
            Some(format!("{host}:{port}"))
        };
        self.connect_tls.clone().or_else(derived)
    }
}

/// What becomes of clients from outside who do not speak over TLS. The lab's own components and virtual people always may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlainSetting {
    /// They are served.
    #[default]
    Served,
    /// Their requests are answered with the address over TLS.
    Redirected,
    /// Nobody listens for them.
    Off,
}

/// Clients that speak over TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TlsSettings {
    /// Whether there are any.
    pub enabled: bool,
    /// What is wrong with the certificate.
    pub certificate: CertificateSetting,
    /// Names and addresses in the certificate, beside those that the lab serves.
    pub names: Vec<String>,
}

/// What is wrong with the certificate of a lab, for tests of clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateSetting {
    /// Nothing.
    #[default]
    Valid,
    /// It ended a day ago.
    Expired,
    /// It is for a host that is not the lab's.
    WrongName,
    /// It is of an authority that nobody knows.
    UnknownRoot,
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self { enabled: true, certificate: CertificateSetting::default(), names: Vec::new() }
    }
}

/// Customer Collaboration Platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CcpSettings {
    /// Account of the private API.
    pub administrator: String,
    /// Its password.
    pub password: String,
    /// Origins whose pages may call the private API from a browser; `*` stands for every origin.
    pub cors_origins: Vec<String>,
    /// Last eight digits of contact ids.
    pub node_value: String,
    /// Which time a contact's `statusTimestamp` shows.
    pub status_timestamp: StatusTimestamp,
    /// What the reason of a failure of CCP itself is called. Journals of earlier versions say nothing of it.
    #[serde(default)]
    pub system_failure: SystemFailureName,
    /// How long a poll URL lives without polls.
    pub poll_lifetime: Span,
    /// New tasks per minute; 0 is no limit.
    pub throttle_per_minute: u32,
    /// How long its own steps take.
    #[serde(default)]
    pub delays: CcpDelays,
    /// Dialogue id of the first task.
    pub first_dialogue: DialogueId,
    /// Ids of the first contacts.
    pub contact_ids: Vec<String>,
    /// ApplicationString1 of every task; drawn for each when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<String>,
    /// Task feeds.
    pub feeds: Vec<FeedSettings>,
    /// Campaigns.
    pub campaigns: Vec<CampaignSettings>,
    /// How the addresses of notification rules are called. Journals of earlier versions say nothing of it.
    #[serde(default)]
    pub notifying: NotifyingSettings,
    /// Notification rules that call an address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http_rules: Vec<HttpRuleSettings>,
}

/// How long the steps of Customer Collaboration Platform take: see [`cce_ccp::Delays`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CcpDelays {
    /// From a request to the contact.
    pub create: Span,
    /// For each change of a contact by the runtime.
    pub change: Span,
    /// From the runtime to eventing.
    pub runtime_event: Span,
    /// From the API process to eventing.
    pub api_event: Span,
    /// For publishing a contact.
    pub publish: Span,
    /// From a close request to its check.
    pub close_check: Span,
    /// From the check to the write.
    pub close_write: Span,
    /// From the write to the read, and from that to the reply.
    pub close_read: Span,
}

/// A task feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedSettings {
    /// Its id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// The tag it puts on contacts.
    pub tag: String,
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignSettings {
    /// Its id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Names its node.
    pub public_id: String,
    /// Id of its filter.
    pub filter: u32,
    /// Ids of its feeds.
    pub feeds: Vec<u32>,
}

/// MR PG.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MrPgSettings {
    /// Peripheral id.
    pub peripheral: PeripheralId,
    /// Routing client id.
    pub routing_client: RoutingClientId,
    /// Pause before a lost link is dialled again.
    pub redial: Span,
    /// Heartbeat interval.
    pub heartbeat: Span,
    /// Whether the lab's own MR PIM dials CCP over TLS.
    #[serde(default)]
    pub tls: bool,
    /// Applications of the user's own, each with an MR PIM.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<MrApplicationSettings>,
}

/// An application that brings its own tasks over the MR interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MrApplicationSettings {
    /// Peripheral id of its MR PIM.
    pub peripheral: PeripheralId,
    /// Routing client id of its MR PIM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_client: Option<RoutingClientId>,
    /// Where it listens, as `host:port`: addresses that are tried in turn.
    pub connect: Vec<String>,
    /// Whether it is dialled over TLS.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tls: bool,
    /// Pause before a lost link is dialled again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redial: Option<Span>,
}

impl MrApplicationSettings {
    /// Its routing client: the lab's own one is numbered so, too (inferred).
    pub fn routing_client(&self) -> RoutingClientId {
        self.routing_client
            .unwrap_or(RoutingClientId(self.peripheral.0.wrapping_add(ROUTING_CLIENT_AFTER_PERIPHERAL)))
    }
}

/// Agent PG.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentPgSettings {
    /// Peripheral id.
    pub peripheral: PeripheralId,
    /// Pause before a lost link is dialled again.
    pub redial: Span,
    /// Heartbeat interval to the router.
    pub heartbeat: Span,
    /// Number of the first CTI session.
    pub first_session: SessionId,
    /// Refuse mask bits that the protocol does not use in the session's version, and floating fields that do not belong to a
    /// message.
    pub strict_masks: bool,
    /// What CTI clients, Finesse among them, must give as password; without one, any is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_password: Option<String>,
    /// How long an agent's new state takes to the router.
    pub state_report_delay: Span,
    /// What becomes of an agent whose client is gone. Journals of earlier versions say nothing of it.
    #[serde(default)]
    pub on_agent_disconnect: OnDisconnect,
    /// Agents that may be signed in at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in_max: Option<usize>,
}

/// Router.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouterSettings {
    /// InvokeID of the first reservation.
    pub first_invoke_id: InvokeId,
    /// Call id of the first task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_call_id: Option<i32>,
}

/// An expanded call context variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EccSettings {
    /// Its name, which begins with `user.`.
    pub name: String,
    /// Most characters of a value.
    pub length: usize,
    /// Elements of an array; none of a scalar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elements: Option<u8>,
}

/// A media routing domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MrdSettings {
    /// Its id.
    pub id: MrdId,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Whether its tasks may be interrupted.
    pub interruptible: bool,
    /// From reservation to accept.
    pub start_timeout: Span,
    /// How long a task may take from its start.
    #[serde(default = "max_task_duration")]
    pub max_task_duration: Span,
    /// How long tasks outlive the application path.
    pub task_life: Span,
    /// Whether it belongs to the application path of CTI clients.
    #[serde(default = "on_path", skip_serializing_if = "is_on_path")]
    pub application_path: bool,
    /// Tasks waiting at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_in_queue: Option<u32>,
    /// How long a task may wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_time_in_queue: Option<Span>,
}

/// Domains are attached to the system's path by themselves (task-routing 0.1).
const fn on_path() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde demands a reference")]
const fn is_on_path(on_path: &bool) -> bool {
    *on_path
}

/// The product's default of it (task-routing 4.1).
const fn max_task_duration() -> Span {
    Span(Duration::from_hours(8))
}

/// A dialed number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DialedNumberSettings {
    /// The script selector.
    pub number: String,
    /// Name of its media routing domain.
    pub mrd: String,
    /// Its call type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_type: Option<CallTypeId>,
}

/// A call type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallTypeSettings {
    /// Its id.
    pub id: CallTypeId,
    /// Its name.
    pub name: String,
    /// Name of its script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Configuration id of the agent services.
    #[serde(default)]
    pub ccai_config: String,
    /// Agent services.
    #[serde(default)]
    pub enabled_services: Vec<u16>,
}

/// A routing script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScriptSettings {
    /// Its name.
    pub name: String,
    /// Name of the queue that it queues to.
    pub precision_queue: String,
    /// 1 is best, 20 worst.
    pub priority: u32,
}

/// A precision queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrecisionQueueSettings {
    /// Its id.
    pub id: PrecisionQueueId,
    /// Its name.
    pub name: String,
    /// Name of its media routing domain.
    pub mrd: String,
    /// Id of the skill group that shadows it.
    pub skill_group: SkillTarget,
    /// That group's peripheral number.
    pub number: SkillGroupNumber,
    /// Its steps, in order.
    pub steps: Vec<StepSettings>,
}

/// A step of a precision queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepSettings {
    /// Login ids.
    pub agents: Vec<AgentId>,
    /// Before the next step is taken too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Span>,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentSettings {
    /// Login id.
    pub id: AgentId,
    /// Login name.
    pub login_name: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Password.
    pub password: String,
    /// Extension; also the instrument.
    pub extension: String,
    /// Terminal device.
    pub terminal: String,
    /// Id in the central controller's database.
    pub skill_target: SkillTarget,
    /// Names of media routing domains.
    pub mrds: Vec<String>,
}

/// Finesse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FinesseSettings {
    /// Pause before a lost CTI link is dialled again.
    pub redial: Span,
    /// Heartbeat interval of the CTI link.
    pub heartbeat: Span,
    /// How long a user who was present may be away before Finesse signs out.
    pub presence_grace: Span,
    /// How long a request waits for the CTI server's confirmation.
    pub confirmation_timeout: Span,
    /// Pause before CCP is asked again to close or renotify a contact of whose reservation it had not heard.
    pub ccp_retry: Span,
    /// How often it is asked again; the pause doubles each time.
    pub ccp_retries: u32,
    /// Whether it calls CCP over TLS.
    #[serde(default)]
    pub ccp_tls: bool,
    /// InvokeID of the first request to the CTI server.
    pub first_invoke_id: InvokeId,
    /// XML namespace of `notification` in event stanzas.
    pub notification_namespace: String,
    /// The element of a media in its event. Journals of earlier versions say nothing of it and of the next two.
    #[serde(default)]
    pub media_element: MediaElement,
    /// Whether the event of a user who became ready has a reason code.
    #[serde(default)]
    pub ready_reason_code: ReadyReason,
    /// The form of the errors of requests about a user.
    #[serde(default)]
    pub user_errors: UserErrorForm,
    /// Whether a media says that it is connected.
    #[serde(default)]
    pub media_connected: MediaConnected,
    /// Whether documents that are read have an XML declaration.
    #[serde(default)]
    pub xml_declaration: XmlDeclaration,
    /// What a user's sign-out signs out.
    #[serde(default)]
    pub user_sign_out: UserSignOut,
    /// Fully qualified name of the node that takes its agents over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secondary_node: Option<String>,
    /// Whether dialogs show call variables.
    pub call_variables: CallVariableDisplay,
    /// Every agent's team.
    pub team_id: TeamId,
    /// Its name.
    pub team_name: String,
    /// Origins whose pages may call REST from a browser; `*` stands for every origin.
    pub cors_origins: Vec<String>,
    /// Reasons for being not ready, and for signing out. Where a category has some, a change needs one.
    pub reason_codes: Vec<ReasonCodeSettings>,
}

/// A reason for being not ready, or for signing out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonCodeSettings {
    /// What it is for.
    pub category: ReasonCategory,
    /// Its id, which requests name.
    pub id: i32,
    /// Its number, which the CTI server is told: 1 to 65535.
    pub code: u16,
    /// What agents read.
    pub label: String,
}

/// What `ccelab demo` plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DemoSettings {
    /// The calendar at its start, as RFC 3339 text.
    pub start: String,
    /// Ids that it pins.
    #[serde(default)]
    pub pins: PinSettings,
    /// How the products of the demo differ from the lab's.
    #[serde(default)]
    pub variants: VariantSettings,
    /// Its agents.
    pub agents: Vec<CastAgent>,
    /// Its customers.
    pub customers: Vec<CastCustomer>,
}

/// Ids that a demo pins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PinSettings {
    /// See [`CcpSettings::contact_ids`].
    pub contact_ids: Option<Vec<String>>,
    /// See [`CcpSettings::application_id`].
    pub application_id: Option<String>,
    /// See [`CcpSettings::first_dialogue`].
    pub first_dialogue: Option<DialogueId>,
    /// See [`RouterSettings::first_call_id`].
    pub first_call_id: Option<i32>,
    /// See [`RouterSettings::first_invoke_id`].
    pub router_first_invoke_id: Option<InvokeId>,
    /// See [`FinesseSettings::first_invoke_id`].
    pub finesse_first_invoke_id: Option<InvokeId>,
    /// See [`AgentPgSettings::first_session`].
    pub first_session: Option<SessionId>,
}

/// How the products of a demo differ from the lab's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VariantSettings {
    /// See [`CcpSettings::status_timestamp`].
    pub status_timestamp: Option<StatusTimestamp>,
    /// See [`FinesseSettings::call_variables`].
    pub call_variables: Option<CallVariableDisplay>,
}

impl Lab {
    /// The lab as `ccelab demo` plays it: with its people, its pinned ids and its variants.
    pub fn for_demo(mut self) -> Self {
        let pins = self.demo.pins.clone();
        set(&mut self.ccp.contact_ids, pins.contact_ids);
        set(&mut self.ccp.first_dialogue, pins.first_dialogue);
        set(&mut self.router.first_invoke_id, pins.router_first_invoke_id);
        set(&mut self.finesse.first_invoke_id, pins.finesse_first_invoke_id);
        set(&mut self.agentpg.first_session, pins.first_session);
        self.ccp.application_id = pins.application_id.or(self.ccp.application_id);
        self.router.first_call_id = pins.first_call_id.or(self.router.first_call_id);
        set(&mut self.ccp.status_timestamp, self.demo.variants.status_timestamp);
        set(&mut self.finesse.call_variables, self.demo.variants.call_variables);
        let (agents, customers) = (self.demo.agents.clone(), self.demo.customers.clone());
        self.cast = CastSettings { agents, customers, names: Vec::new() };
        self
    }

    /// Whether a connection of its own goes over TLS.
    pub fn dials_over_tls(&self) -> bool {
        self.finesse.ccp_tls || self.mrpg.tls || self.mrpg.applications.iter().any(|one| one.tls)
    }

    /// The settings of the socket that serves `port`.
    pub fn link(&self, port: Port) -> Option<&LinkSettings> {
        self.links.get(link_name(port))
    }
}

/// The name in `[links.…]` of the admin port, which is no component's. A lab need not have it.
pub const ADMIN_LINK: &str = "admin";

/// The name in `[links.…]` of the listener with one origin for everything, which is no component's. A lab need not have it.
pub const SITE_LINK: &str = "site";

/// The name in `[links.…]` of the socket that serves `port`.
pub fn link_name(port: Port) -> &'static str {
    if port.socket() == Port::IcmMr { "icm" } else { port.socket().name() }
}

fn set<T>(setting: &mut T, pinned: Option<T>) {
    if let Some(value) = pinned {
        *setting = value;
    }
}
