//! What facts are called in selectors, and what their keys are.

use crate::keys::{Key, PLACE, facts, inside, keys, plain, variant};
use cce_kernel::{Fact, Kind, LinkId};
use cce_model::{
    AgentRecord, ApiError, CtiSides, Dialog, EventForm, Media, Object, PeripheralError, PreCall, Publication,
    QueueRecord, QueuedTask, ReasonCode, RouterCallKey, SocialContact, TaskEvent, User, UserError,
    fact::{
        AgentPgFact, AgentView, ArmMessage, BusMessageId, CcpFact, FinesseFact, OpcMessage, QueueChoice,
        RouterFact,
    },
};

const LIST: &[Key] = &[plain(PLACE)];

/// A list of pairs.
const PAIRS: &[Key] = &[Key { name: PLACE, inside: LIST }];

inside! { LINK: LinkId { port, number } }

inside! { KEY: RouterCallKey { day, call } }

facts! { OF_ALL, name(Fact, Ccp => ccp, Router => router, AgentPg => agentpg, Finesse => finesse) {
    Contact { contact, from, to, reason, user, task } = "contact",
    Dialogue { dialogue, contact, from, to, task } = "dialogue",
    Task { task, skill_target, mrd, from, to, disposition } = "task",
    Dialog { task, agent, mrd, contact, from, to, disposition } = "dialog",
    AgentInMrd { agent, skill_target, mrd, from, to, tasks, limit, routable } = "agent_in_mrd",
    User { agent, from, to } = "user",
    Ecc { contact, variable, length, loss } = "ecc",
    PeerError { link => LINK, message, detail } = "peer_error",
    CommandRefused { command, detail } = "command_refused",
    PlanRefused { plan, detail } = "plan_refused",
    PlanKept { plan } = "plan_kept",
    Setting { setting, value } = "setting",
}}

facts! { OF_CCP, ccp(CcpFact) {
    RequestInitiated { method, feed, name, title, description } = "request_initiated",
    CreateSubmitted { request_id } = "create_submitted",
    BusReceived { process, message, id => BUS_MESSAGE_ID, correlation } = "bus_received",
    CreateReceived { request_id } = "create_received",
    Created { contact, request_id } = "created",
    Store { access, contact, status } = "store",
    FilterResponse { contact, campaign, filter, response } = "filter_response",
    CampaignStatus { contact, campaign, name, filter } = "campaign_status",
    NotificationRequest { contact, campaigns => LIST, tags => LIST } = "notification_request",
    HttpNotification { contact, rule, tag, url, step } = "http_notification",
    DsNotification { contact => SOCIAL_CONTACT, campaigns => LIST, object } = "ds_notification",
    PublishBegun { contact, campaign_public_id } = "publish_begun",
    Published { contact => SOCIAL_CONTACT, campaign_public_id } = "published",
    Close { contact, step } = "close",
}}

inside! { BUS_MESSAGE_ID: BusMessageId { port, started_ms, path => LIST, number } }

inside! { SOCIAL_CONTACT: SocialContact {
    id, author, title, description, extension_fields => PAIRS, tags => LIST, published, created, status_changed, status,
    reason, user,
}}

facts! { OF_ROUTER, router(RouterFact) {
    CallAdmitted {
        dialogue, key => KEY, dialed_number, ani, ced, routing_client, mrd, call_type, script, priority, interruptible, at_vru,
        operation,
    } = "call_admitted",
    CallRefused { dialogue, reason } = "call_refused",
    QueueNode { dialogue, key => KEY, queue, queue_id, step, choice => QUEUE_CHOICE } = "queue_node",
    Dequeued { key => KEY, queue_id } = "dequeued",
    Requeued { task, skill_target, mrd } = "requeued",
    DialogDeleted { dialogue, key => KEY } = "dialog_deleted",
    Agent { skill_target, mrd, before => AGENT_VIEW, after => AGENT_VIEW } = "agent",
    CancelRefused { dialogue } = "cancel_refused",
}}

inside! { QUEUE_CHOICE: QueueChoice, Wait {
    Agent { skill_target, eligible } = "agent",
}}

inside! { AGENT_VIEW: AgentView { state, tasks, pending, limit, beyond, routable } }

facts! { OF_AGENTPG, agentpg(AgentPgFact, ToCtiServer => opc) {
    SessionOpened { session, link => LINK, version, services, signature } = "session_opened",
    SideActive { side } = "side_active",
    Sides(SIDES) = "sides",
    SessionRefused { link => LINK, status } = "session_refused",
    SessionClosed { session, status } = "session_closed",
    ToOpc { session, invoke_id, mrd, skill_target, message => ARM_MESSAGE } = "to_opc",
    TaskEventTraced(TASK_EVENT) = "task_event_traced",
}}

inside! { SIDES: CtiSides { active, stopped => LIST, in_maintenance, is_asking } }

facts! { OF_OPC, opc(OpcMessage) {
    Agent(AGENT_RECORD) = "agent_record",
    PreCall(PRE_CALL) = "pre_call",
    PreCallAbort { task, agent, mrd } = "pre_call_abort",
    Task(TASK_EVENT) = "task_event",
    Queued(QUEUED_TASK) = "queued",
    Dequeued { task, peripheral, mrd, skill_group } = "dequeued_task",
    TaskAssigned { session, invoke_id, task } = "task_assigned",
    MadeNotRoutable { skill_target, mrd } = "made_not_routable",
    TaskState { task, state } = "task_state",
    Interrupt { skill_target, mrd, by, is_over } = "interrupt",
    LifetimeExceeded { task, skill_target, mrd } = "lifetime_exceeded",
    Answer { session, invoke_id, status } = "answer",
    VoiceAnswer { session, invoke_id, failure } = "voice_answer",
}}

inside! { QUEUED_TASK: QueuedTask {
    task, peripheral, mrd, skill_group, is_new, dialed_number, ani, ced, call_variables => PAIRS, named_variables => PAIRS,
}}

inside! { ARM_MESSAGE: ArmMessage, MakeNotRoutable OverrideLimit GetAgentTasks InterruptAccepted InterruptUnaccepted InterruptDoneAccepted {
    MediaLogin { max_tasks, max_beyond, routable } = "media_login",
    MediaLogout { reason, icm_disposition, application_disposition } = "media_logout",
    MakeReady { routable } = "make_ready",
    MakeNotReady { reason } = "make_not_ready",
    MakeRoutable { max_tasks } = "make_routable",
    Offer { task, skill_group, service } = "offer",
    Start { task, skill_group, service } = "start",
    Pause { task } = "pause",
    Resume { task } = "resume",
    WrapUp { task } = "wrap_up",
    End { task, icm_disposition, application_disposition, wrapup_data, application_data } = "end",
    ChangeMaxTaskLimit { max_tasks } = "change_max_task_limit",
    OfferApplicationTask { skill_group, service } = "offer_application_task",
    StartApplicationTask { skill_group, service } = "start_application_task",
    AgentInit { state, routable, max_tasks, max_beyond } = "agent_init",
    TaskInit { task, state, skill_group, is_answered } = "task_init",
    SetAgentState { state, reason, force, instrument } = "set_agent_state",
}}

inside! { AGENT_RECORD: AgentRecord {
    agent, peripheral, extension, instrument, session, signature, unique_instance, skill_group_state,
    skill_group_seconds, state, seconds, reason, mrd, tasks, max_tasks, max_beyond, routable, availability, skill_target,
    skill_group_number, skill_group, direction, terminal, other_queues => OTHER_QUEUES,
}}

/// A list of queues.
const OTHER_QUEUES: &[Key] = &[Key { name: PLACE, inside: QUEUE_RECORD }];

inside! { QUEUE_RECORD: QueueRecord { number, skill_group, state, seconds } }

inside! { PRE_CALL: PreCall {
    task, mrd, agent, instrument, skill_target, skill_group, skill_group_number, service, network_target, ani, ced,
    dialed_number, call_type, invoke_id, protocol_guid, enabled_services => LIST, ccai_config,
    call_variables => PAIRS, named_variables => PAIRS,
}}

inside! { TASK_EVENT: TaskEvent {
    kind, task, previous, peripheral, mrd, skill_target, skill_group, service, application_routed, icm_disposition,
    application_disposition, wrapup_data, application_data,
}}

facts! { OF_FINESSE, finesse(FinesseFact) {
    Published(PUBLICATION) = "publication",
    SmCall { operation, agent, task, contact, call } = "sm_call",
    Service { in_service } = "service",
    ForcedSignOut { agent, reason } = "forced_sign_out",
}}

inside! { PUBLICATION: Publication { agent, event, request_id, object => OBJECT, form => FORM } }

inside! { FORM: EventForm { media_element, ready_reason, user_errors, media_connected } }

inside! { OBJECT: Object, {
    Dialog(DIALOG) = "dialog",
    Dialogs(DIALOG) = "dialogs",
    Media(MEDIA) = "media",
    User(USER) = "user",
    UserError(USER_ERROR) = "user_error",
    MediaError(API_ERROR) = "media_error",
    DialogError { dialog, error => API_ERROR } = "dialog_error",
}}

inside! { DIALOG: Dialog {
    id, agent, mrd, media, dialed_number, queue_number, queue_name, call_variables => PAIRS, started, changed, state,
    disposition, associated,
}}

inside! { REASON_CODE: ReasonCode { category, id, code, label, for_all } }

inside! { MEDIA: Media {
    agent, mrd, name, description, interruptible, max_dialog_limit, interrupt_action, logout_action, routable,
    reason => REASON_CODE, none_chosen, state, changed,
}}

inside! { USER: User {
    id, login_name, first_name, last_name, extension, state, changed, reason => REASON_CODE, team_id, team_name, skill_target,
}}

inside! { API_ERROR: ApiError { kind, message, data, media } }

inside! { USER_ERROR: UserError { kind, message, data, peripheral => PERIPHERAL_ERROR } }

inside! { PERIPHERAL_ERROR: PeripheralError { code, text, message } }

/// What happens around messages and facts.
const EVENTS: &[Key] = &[
    Key { name: "link_up", inside: &[plain("port")] },
    Key { name: "link_down", inside: &[plain("port")] },
    plain("started"),
    plain("stopped"),
    Key { name: "held", inside: &[plain("by")] },
    Key { name: "released", inside: &[plain("by")] },
    Key { name: "bent", inside: &[plain("by")] },
    Key { name: "stepped", inside: &[plain("by")] },
];

/// Every fact, and everything that happens around messages and facts: its name, and inside it its keys.
pub(crate) fn all() -> impl Iterator<Item = &'static Key> {
    [OF_ALL, OF_CCP, OF_ROUTER, OF_AGENTPG, OF_OPC, OF_FINESSE, EVENTS].into_iter().flatten()
}

/// The components that tell such a fact: those of its table. None where it is no fact, or any component may tell it.
pub(crate) fn homes(name: &str) -> Vec<&'static str> {
    let of_all: &[Kind] = match name {
        "contact" => &[Kind::Ccp],
        "dialogue" => &[Kind::Ccp, Kind::MrPg],
        "task" | "agent_in_mrd" => &[Kind::AgentPg],
        "dialog" | "user" => &[Kind::Finesse],
        _ => &[],
    };
    let tables = [
        (Kind::Ccp, OF_CCP),
        (Kind::Router, OF_ROUTER),
        (Kind::AgentPg, OF_AGENTPG),
        (Kind::AgentPg, OF_OPC),
        (Kind::Finesse, OF_FINESSE),
    ];
    let tables = tables.into_iter().filter(|(_, table)| table.iter().any(|fact| fact.name == name));
    of_all.iter().copied().chain(tables.map(|(home, _)| home)).map(Kind::name).collect()
}

/// What a fact says under a key. A key with dots goes into what stands inside: `choice.agent.skill_target`.
pub(crate) fn field(fact: &Fact, key: &str) -> Option<String> {
    let value = serde_json::to_value(fact).ok()?;
    find(&value, key).map(text)
}

/// Facts are nested in their component's and their message's names, which no key repeats. The innermost counts: an
/// `agent_record` is an `agent` that has an `agent`.
fn find<'a>(value: &'a serde_json::Value, key: &str) -> Option<&'a serde_json::Value> {
    let table = value.as_object()?;
    let only = table.values().next().filter(|_| table.len() == 1);
    only.and_then(|only| find(only, key)).or_else(|| value.pointer(&format!("/{}", key.replace('.', "/"))))
}

/// Every key under which a fact says something.
pub(crate) fn shown(fact: &Fact) -> Vec<String> {
    let value = serde_json::to_value(fact).unwrap_or_default();
    // Facts are nested in the names of their component and of their message, which no key repeats.
    let mut inner = &value;
    while let Some(only) =
        inner.as_object().filter(|table| table.len() == 1).and_then(|table| table.values().next())
        && only.is_object()
    {
        inner = only;
    }
    branches(inner)
}

fn branches(value: &serde_json::Value) -> Vec<String> {
    let inside: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(table) => table.iter().map(|(key, value)| (key.clone(), value)).collect(),
        serde_json::Value::Array(items) => {
            (0..).zip(items).map(|(at, item): (usize, _)| (at.to_string(), item)).collect()
        }
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => Vec::new(),
    };
    let below = |(key, value): (String, &serde_json::Value)| {
        let paths: Vec<String> = branches(value).iter().map(|path| format!("{key}.{path}")).collect();
        std::iter::once(key).chain(paths).collect::<Vec<_>>()
    };
    inside.into_iter().flat_map(below).collect()
}

fn text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "none".to_owned(),
        serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_) => value.to_string(),
    }
}
