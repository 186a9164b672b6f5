//! What facts are called in selectors.

use cce_kernel::{
    Fact,
    fact::{AgentPgFact, CcpFact, FinesseFact, OpcMessage, RouterFact},
};

/// Every name.
pub(crate) const NAMES: &[&str] = &[
    "contact",
    "dialogue",
    "task",
    "dialog",
    "agent_in_mrd",
    "user",
    "peer_error",
    "command_refused",
    "request_initiated",
    "create_submitted",
    "bus_received",
    "create_received",
    "created",
    "store",
    "filter_response",
    "campaign_status",
    "notification_request",
    "ds_notification",
    "publish_begun",
    "published",
    "close",
    "call_admitted",
    "call_refused",
    "queue_node",
    "dequeued",
    "requeued",
    "dialog_deleted",
    "agent",
    "cancel_refused",
    "session_opened",
    "side_active",
    "session_refused",
    "session_closed",
    "to_opc",
    "agent_record",
    "pre_call",
    "pre_call_abort",
    "task_event",
    "task_assigned",
    "made_not_routable",
    "lifetime_exceeded",
    "answer",
    "task_event_traced",
    "sm_call",
    "service",
    "forced_sign_out",
    "publication",
];

/// What happens around messages and facts.
pub(crate) const EVENTS: [&str; 8] =
    ["link_up", "link_down", "started", "stopped", "held", "released", "bent", "stepped"];

/// What a fact is called.
pub(crate) const fn name(fact: &Fact) -> &'static str {
    match fact {
        Fact::Contact { .. } => "contact",
        Fact::Dialogue { .. } => "dialogue",
        Fact::Task { .. } => "task",
        Fact::Dialog { .. } => "dialog",
        Fact::AgentInMrd { .. } => "agent_in_mrd",
        Fact::User { .. } => "user",
        Fact::PeerError { .. } => "peer_error",
        Fact::CommandRefused { .. } => "command_refused",
        Fact::Ccp(fact) => ccp(fact),
        Fact::Router(fact) => router(fact),
        Fact::AgentPg(fact) => agentpg(fact),
        Fact::Finesse(fact) => finesse(fact),
    }
}

const fn ccp(fact: &CcpFact) -> &'static str {
    match fact {
        CcpFact::RequestInitiated { .. } => "request_initiated",
        CcpFact::CreateSubmitted { .. } => "create_submitted",
        CcpFact::BusReceived { .. } => "bus_received",
        CcpFact::CreateReceived { .. } => "create_received",
        CcpFact::Created { .. } => "created",
        CcpFact::Store { .. } => "store",
        CcpFact::FilterResponse { .. } => "filter_response",
        CcpFact::CampaignStatus { .. } => "campaign_status",
        CcpFact::NotificationRequest { .. } => "notification_request",
        CcpFact::DsNotification { .. } => "ds_notification",
        CcpFact::PublishBegun { .. } => "publish_begun",
        CcpFact::Published { .. } => "published",
        CcpFact::Close { .. } => "close",
    }
}

const fn router(fact: &RouterFact) -> &'static str {
    match fact {
        RouterFact::CallAdmitted { .. } => "call_admitted",
        RouterFact::CallRefused { .. } => "call_refused",
        RouterFact::QueueNode { .. } => "queue_node",
        RouterFact::Dequeued { .. } => "dequeued",
        RouterFact::Requeued { .. } => "requeued",
        RouterFact::DialogDeleted { .. } => "dialog_deleted",
        RouterFact::Agent { .. } => "agent",
        RouterFact::CancelRefused { .. } => "cancel_refused",
    }
}

const fn agentpg(fact: &AgentPgFact) -> &'static str {
    match fact {
        AgentPgFact::SessionOpened { .. } => "session_opened",
        AgentPgFact::SideActive { .. } => "side_active",
        AgentPgFact::SessionRefused { .. } => "session_refused",
        AgentPgFact::SessionClosed { .. } => "session_closed",
        AgentPgFact::ToOpc { .. } => "to_opc",
        AgentPgFact::ToCtiServer(message) => opc(message),
        AgentPgFact::TaskEventTraced(_) => "task_event_traced",
    }
}

const fn opc(message: &OpcMessage) -> &'static str {
    match message {
        OpcMessage::Agent(_) => "agent_record",
        OpcMessage::PreCall(_) => "pre_call",
        OpcMessage::PreCallAbort { .. } => "pre_call_abort",
        OpcMessage::Task(_) => "task_event",
        OpcMessage::TaskAssigned { .. } => "task_assigned",
        OpcMessage::MadeNotRoutable { .. } => "made_not_routable",
        OpcMessage::LifetimeExceeded { .. } => "lifetime_exceeded",
        OpcMessage::Answer { .. } => "answer",
    }
}

const fn finesse(fact: &FinesseFact) -> &'static str {
    match fact {
        FinesseFact::Published(_) => "publication",
        FinesseFact::SmCall { .. } => "sm_call",
        FinesseFact::Service { .. } => "service",
        FinesseFact::ForcedSignOut { .. } => "forced_sign_out",
    }
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

fn text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
