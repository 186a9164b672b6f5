//! What a row says.

use super::Lane;
use cce_cti::{Cti, EndTaskEvent, EndTaskInd};
use cce_fold::{AgentMessage, AnyMessage, CtiGroup, TaskMessage};
use cce_journal::{Bend, Bent};
use cce_kernel::{Fact, LinkReason, Port, Request, Response};
use cce_model::{
    CtiSides, Object, Publication,
    fact::{AgentPgFact, CcpFact, CloseStep, FinesseFact, QueueChoice, RefusalReason, RouterFact},
};
use cce_mr::{Icm, Mr};

pub(super) fn message_name(message: &AnyMessage) -> &'static str {
    match message {
        AnyMessage::Cti(message) => message.name(),
        AnyMessage::Mr(message) => message.name(),
        AnyMessage::Icm(message) => message.name(),
        AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => "",
    }
}

/// The few fields that tell one message of a kind from another.
pub(super) fn message_details(message: &AnyMessage) -> String {
    match message {
        AnyMessage::Cti(message) => cti_details(message),
        AnyMessage::Mr(message) => mr_details(message),
        AnyMessage::Icm(message) => icm_details(message),
        AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => String::new(),
    }
}

fn cti_details(message: &Cti) -> String {
    match CtiGroup::of(message) {
        CtiGroup::Opens(m) => format!(" version={}", m.version_number),
        CtiGroup::Agent(message) => agent_details(&message),
        CtiGroup::Task(
            TaskMessage::EndInd(EndTaskInd { icm_disposition, .. })
            | TaskMessage::EndEvent(EndTaskEvent { icm_disposition, .. }),
        ) => format!(" disposition={icm_disposition}"),
        CtiGroup::Status(status) => format!(" status={status}"),
        CtiGroup::ControlFails(m) => format!(" code={}", m.failure_code),
        CtiGroup::Task(_) | CtiGroup::Plain => String::new(),
    }
}

fn agent_details(message: &AgentMessage<'_>) -> String {
    match message {
        AgentMessage::Told(m) => {
            let state = m.agent_state.or_unknown();
            format!(" {state} tasks={}/{}", m.num_tasks, m.max_task_limit)
        }
        AgentMessage::Asked(m) => {
            let agent = m.agent_id.as_ref().map(ToString::to_string).unwrap_or_default();
            format!(" {agent} {}", m.agent_state.or_unknown())
        }
        AgentMessage::Interrupts { agent, mrd, by: Some(by) } => {
            format!(" agent={agent} domain={mrd} by={by}")
        }
        AgentMessage::Interrupts { agent, mrd, by: None } => format!(" agent={agent} domain={mrd}"),
        AgentMessage::Answered(_) => String::new(),
    }
}

fn mr_details(message: &Mr) -> String {
    match message {
        Mr::NewTask(m) => {
            let selector = m.script_selector.as_ref().map(ToString::to_string).unwrap_or_default();
            format!(" dialogue={} {selector}", m.dialogue_id)
        }
        Mr::DoThisWithTask(m) => format!(" dialogue={} agent={}", m.dialogue_id, m.agent),
        Mr::TaskQueuedEvent(m) => format!(" dialogue={}", m.dialogue_id),
        Mr::NewTaskFailureEvent(m) => format!(" dialogue={} reason={}", m.dialogue_id, m.reason_code),
        Mr::CancelTask(m) => format!(" dialogue={}", m.dialogue_id),
        Mr::CancelTaskConf(m) => format!(" dialogue={} result={}", m.dialogue_id, m.result),
        Mr::RoutingStatusEvent(m) => format!(" enabled={}", m.routing_enabled),
        Mr::FailureConf(_)
        | Mr::FailureEvent(_)
        | Mr::OpenReq(_)
        | Mr::OpenConf(_)
        | Mr::HeartbeatReq(_)
        | Mr::HeartbeatConf(_)
        | Mr::CloseReq(_)
        | Mr::CloseConf(_)
        | Mr::TerminateDialogueEvent(_)
        | Mr::RoutingStatusReq(_)
        | Mr::Unlisted { .. } => String::new(),
    }
}

fn icm_details(message: &Icm) -> String {
    match message {
        Icm::NewCall(m) => {
            let party = m.called_party.as_ref().map(ToString::to_string).unwrap_or_default();
            format!(" dialogue={} {party}", m.did)
        }
        Icm::Connect(m) => format!(" dialogue={} agent={}", m.did, m.agstid),
        Icm::DeviceTargetPreCallInd(m) => format!(" agent={}", m.agstid),
        Icm::AgentStateUpdate(m) => {
            let state = m.agent_state.or_unknown();
            format!(" {} {state}", m.icm_agent_id)
        }
        Icm::DialogFail(m) => format!(" dialogue={} reason={}", m.did, m.reason_code),
        Icm::ReleaseConf(m) => format!(" dialogue={} result={}", m.did, m.result),
        Icm::FailureConf(_)
        | Icm::FailureEvent(_)
        | Icm::OpenReq(_)
        | Icm::OpenConf(_)
        | Icm::HeartbeatReq(_)
        | Icm::HeartbeatConf(_)
        | Icm::CloseReq(_)
        | Icm::CloseConf(_)
        | Icm::QueueEvent(_)
        | Icm::Release(_)
        | Icm::DeviceTargetPreCallAbortInd(_)
        | Icm::TaskQueuedInd(_)
        | Icm::TaskDequeuedInd(_)
        | Icm::TaskEvent(_)
        | Icm::Unlisted { .. } => String::new(),
    }
}

/// A poll of a task's status: drawn as a count.
pub(super) fn is_poll(request: &Request) -> bool {
    request.method == "GET" && request.path().contains("/task/contact/")
}

pub(super) fn request(request: &Request) -> String {
    let action = element(&request.body.text(), "requestedAction")
        .or_else(|| element(&request.body.text(), "state"))
        .map(|word| format!(" {word}"))
        .unwrap_or_default();
    format!("{} {}{action}", request.method, short_path(request.path()))
}

pub(super) fn response(response: &Response) -> String {
    let error = ["errorMessage", "ErrorMessage"].iter().find_map(|name| element(&response.body.text(), name));
    match error {
        Some(error) => format!("{} {error}", response.status),
        None => response.status.to_string(),
    }
}

/// The ids stand in the head; a path that repeats them says only their kind.
fn short_path(path: &str) -> String {
    let long = |part: &str| part.len() == 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let task = |part: &str| cce_model::TaskId::parse(part).is_some();
    path.split('/')
        .map(|part| if long(part) || task(part) { "…" } else { part })
        .collect::<Vec<_>>()
        .join("/")
        .replace("/finesse/api", "")
        .replace("/ccp-webapp/ccp", "")
}

fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (value, _) = rest.split_once('<')?;
    Some(value.to_owned())
}

pub(super) fn publication(publication: &Publication) -> String {
    let event = publication.event.name();
    match &publication.object {
        Object::Dialog(dialog) | Object::Dialogs(dialog) => {
            let how = dialog.disposition.map(|code| format!(" {}", code.finesse_name())).unwrap_or_default();
            format!("{event} Dialog {}{how}", dialog.state)
        }
        Object::Media(media) => {
            let routable = if media.routable { "" } else { " not routable" };
            format!("{event} Media {}{routable}", media.state.media_name())
        }
        Object::User(user) => format!("{event} User {} {}", user.id, user.state),
        Object::UserError(error) => format!("{event} User error {}", error.message),
        Object::MediaError(error) => format!("{event} Media error {}", error.message),
        Object::DialogError { error, .. } => format!("{event} Dialog error {}", error.message),
    }
}

/// A link's name. Both gateways dial one listener, and until one has said who it is, the router cannot tell.
pub(super) fn link_name(here: Lane, port: Port) -> &'static str {
    let is_shared = port.socket() == Port::IcmMr && !Lane::dials(here, port);
    if is_shared { "icm" } else { port.name() }
}

pub(super) const fn link_reason(reason: LinkReason) -> &'static str {
    match reason {
        LinkReason::Closed => "closed by the other end",
        LinkReason::Reset => "broken",
        LinkReason::Refused => "nobody listens",
        LinkReason::Unreachable => "unreachable",
        LinkReason::Overflow => "the other end does not read",
    }
}

/// What a scenario did.
pub(super) fn bent(bent: &Bent) -> String {
    let by = &bent.by;
    match &bent.bend {
        Bend::Held(_) => format!("{by}: held"),
        Bend::Released(_) => format!("{by}: released"),
        Bend::Expired(_) => format!("{by}: released, held long enough"),
        Bend::Gone(_) => format!("{by}: gone before it was released"),
        Bend::Delayed(us) => format!("{by}: delayed by {} ms", us / 1_000),
        Bend::Hurried => format!("{by}: released before its delay was over"),
        Bend::Swapped(_) => format!("{by}: behind the next one"),
        Bend::Dropped => format!("{by}: lost"),
        Bend::Duplicated => format!("{by}: twice"),
        Bend::Corrupted => format!("{by}: bytes changed"),
        Bend::Cut => format!("{by}: connection cut"),
        Bend::Split(size) => format!("{by}: in pieces of {size} bytes"),
        Bend::Coalesced => format!("{by}: together with the next one"),
        Bend::Stepped(step) => format!("{by}: {step}"),
        Bend::Armed => format!("{by}: armed"),
        Bend::Disarmed => format!("{by}: disarmed"),
        Bend::Removed => format!("{by}: removed"),
    }
}

/// A fact that changes something a reader of a ladder wants to see.
pub(super) fn fact(fact: &Fact) -> Option<String> {
    match fact {
        Fact::Contact { from, to, reason, .. } => Some(match from {
            None => format!("contact {to}"),
            Some(from) if from == to => format!("contact {to} ({reason})"),
            Some(from) if *to == cce_model::ContactStatus::Discarded => {
                format!("contact {from}→{to} ({reason})")
            }
            Some(from) => format!("contact {from}→{to}"),
        }),
        Fact::Task { from, to, disposition, .. } => {
            Some(change("task", *from, *to, disposition.map(|d| d.0)))
        }
        Fact::Dialog { from, to, disposition, .. } => {
            Some(change("dialog", *from, *to, disposition.map(|d| d.0)))
        }
        Fact::AgentInMrd { agent, from, to, tasks, limit, .. } => {
            Some(format!("{agent} {from}→{to} {tasks}/{limit}"))
        }
        Fact::User { agent, from, to } => Some(format!("user {agent} {from}→{to}")),
        Fact::Ecc { variable, loss, .. } => Some(format!("variable {variable} {}", loss.words())),
        Fact::PeerError { message, detail, .. } => Some(format!("peer error in {message}: {detail}")),
        Fact::CommandRefused { command, detail } => Some(format!("{command} refused: {detail}")),
        Fact::PlanRefused { plan, detail } => Some(format!("planned {plan} refused: {detail}")),
        Fact::Setting { setting, .. } if setting.ends_with("password") => Some(format!("{setting} = ***")),
        Fact::Setting { setting, value } => Some(format!("{setting} = {}", value.trim_matches('"'))),
        Fact::Dialogue { .. } | Fact::PlanKept { .. } => None,
        Fact::Ccp(fact) => ccp(fact),
        Fact::Router(fact) => router(fact),
        Fact::AgentPg(fact) => agentpg(fact),
        Fact::Finesse(fact) => finesse(fact),
    }
}

fn change<S: std::fmt::Display>(what: &str, from: Option<S>, to: S, disposition: Option<u32>) -> String {
    let how = disposition.map(|code| format!(" ({code})")).unwrap_or_default();
    match from {
        None => format!("{what} {to}{how}"),
        Some(from) => format!("{what} {from}→{to}{how}"),
    }
}

fn ccp(fact: &CcpFact) -> Option<String> {
    match fact {
        CcpFact::Close { step: CloseStep::Received, .. } => Some("close requested".into()),
        CcpFact::Close { .. }
        | CcpFact::Created { .. }
        | CcpFact::Store { .. }
        | CcpFact::FilterResponse { .. }
        | CcpFact::CampaignStatus { .. }
        | CcpFact::NotificationRequest { .. }
        | CcpFact::PublishBegun { .. }
        | CcpFact::DsNotification { .. }
        | CcpFact::Published { .. }
        | CcpFact::RequestInitiated { .. }
        | CcpFact::CreateSubmitted { .. }
        | CcpFact::BusReceived { .. }
        | CcpFact::CreateReceived { .. } => None,
    }
}

fn router(fact: &RouterFact) -> Option<String> {
    match fact {
        RouterFact::QueueNode { queue, step, choice, .. } => Some(match choice {
            QueueChoice::Agent { skill_target, eligible } => {
                format!("{queue} step {step}: agent {skill_target} of {eligible}")
            }
            QueueChoice::Wait => format!("{queue} step {step}: nobody free, queued"),
        }),
        RouterFact::CallRefused { reason, .. } => Some(format!("refused: {}", refusal(*reason))),
        RouterFact::Dequeued { .. } => Some("left the queue".into()),
        RouterFact::Requeued { skill_target, .. } => {
            Some(format!("agent {skill_target} not reserved: queued again"))
        }
        RouterFact::CancelRefused { .. } => Some("cancel too late".into()),
        RouterFact::CallAdmitted { .. } | RouterFact::DialogDeleted { .. } | RouterFact::Agent { .. } => None,
    }
}

const fn refusal(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::UnknownDialedNumber => "unknown dialed number",
        RefusalReason::NoScript => "no script",
        RefusalReason::UnknownMrd => "unknown media routing domain",
        RefusalReason::DuplicateDialogue => "dialogue already open",
        RefusalReason::QueueFull => "queue full",
        RefusalReason::ScriptEnded => "script ended without an agent",
    }
}

/// What is not as usual about the sides of the CTI server.
fn standing(sides: &CtiSides) -> String {
    let stopped = sides.stopped.iter().map(|side| format!("{side} is stopped"));
    let kept = sides.in_maintenance.map(|side| format!("{side} is in maintenance"));
    let asking = sides.is_asking.then(|| "clients are asked for maintenance".to_owned());
    let unusual: Vec<String> = stopped.chain(kept).chain(asking).collect();
    if unusual.is_empty() { "both sides of the CTI server run".to_owned() } else { unusual.join(", ") }
}

fn agentpg(fact: &AgentPgFact) -> Option<String> {
    match fact {
        AgentPgFact::SessionOpened { session, version, signature, .. } => {
            Some(format!("CTI session {session} open: {signature}, version {version}"))
        }
        AgentPgFact::SideActive { side } => Some(format!("{side} is the active side")),
        AgentPgFact::Sides(sides) => Some(standing(sides)),
        AgentPgFact::SessionRefused { status, .. } => {
            Some(format!("CTI session refused: {}", status_name(*status)))
        }
        AgentPgFact::SessionClosed { session, status } => {
            Some(format!("CTI session {session} ended: {}", status_name(*status)))
        }
        AgentPgFact::ToOpc { .. } | AgentPgFact::ToCtiServer(_) | AgentPgFact::TaskEventTraced(_) => None,
    }
}

/// A status of the CTI server with its name, where it has one.
fn status_name(status: u32) -> String {
    let name = cce_cti::CtiStatus(status).name().map(|name| format!(" ({name})"));
    format!("status {status}{}", name.unwrap_or_default())
}

fn finesse(fact: &FinesseFact) -> Option<String> {
    match fact {
        FinesseFact::Service { in_service } => {
            Some(if *in_service { "IN_SERVICE".into() } else { "OUT_OF_SERVICE".into() })
        }
        FinesseFact::ForcedSignOut { agent, .. } => Some(format!("{agent} absent for too long: signed out")),
        FinesseFact::Published(_) | FinesseFact::SmCall { .. } => None,
    }
}
