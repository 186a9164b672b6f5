//! What a row says.

use super::Lane;
use crate::roster::Roster;
use cce_cti::{Cti, CtiStatus, EndTaskEvent, EndTaskInd};
use cce_fold::{AgentMessage, AnyMessage, CtiGroup, TaskMessage};
use cce_journal::{Bend, Bent};
use cce_kernel::{CallError, CloseReason, Fact, LinkReason, Port, Request, Response};
use cce_model::{
    AgentId, CtiSides, Disposition, Object, Publication, ReasonCode, SkillTarget, TaskState,
    fact::{
        AgentPgFact, CcpFact, CloseStep, FinesseFact, NotificationStep, QueueChoice, RefusalReason,
        RouterFact,
    },
};
use cce_mr::{Icm, Mr};
use cce_wire::Text;
use cce_xml::{parse, task::value_in_query};
use http::StatusCode;
use jiff::SignedDuration;
use std::time::Duration;

pub(super) fn message_name(message: &AnyMessage) -> &'static str {
    match message {
        AnyMessage::Cti(message) => message.name(),
        AnyMessage::Mr(message) => message.name(),
        AnyMessage::Icm(message) => message.name(),
        AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => "",
    }
}

/// What a message says: its name, its agent, and the few fields that tell one of a kind from another. Which domain the agent
/// is in, tasks say by themselves.
pub(super) fn message(message: &AnyMessage, agent: Option<&AgentId>, roster: &Roster) -> String {
    let about = message.about();
    let mrd = about.mrd.filter(|_| about.task.is_none());
    let agent = agent.map(|agent| {
        let domain = mrd.map(|mrd| roster.within(mrd)).unwrap_or_default();
        format!(" {agent}{domain}")
    });
    format!("{}{}{}", message_name(message), agent.unwrap_or_default(), message_details(message, roster))
}

/// The agent whom a message names.
pub(super) fn agent_of(message: &AnyMessage, roster: &Roster) -> Option<AgentId> {
    let marked = message.about().agent.and_then(|skill_target| roster.agent_of(skill_target).cloned());
    marked.or_else(|| {
        let AnyMessage::Cti(message) = message else { return None };
        let CtiGroup::Agent(AgentMessage::Asked(asked)) = CtiGroup::of(message) else { return None };
        asked.agent_id.as_ref().map(|id| AgentId::from(id.to_string()))
    })
}

fn message_details(message: &AnyMessage, roster: &Roster) -> String {
    match message {
        AnyMessage::Cti(message) => cti_details(message, roster),
        AnyMessage::Mr(message) => mr_details(message),
        AnyMessage::Icm(message) => icm_details(message),
        AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => String::new(),
    }
}

fn cti_details(message: &Cti, roster: &Roster) -> String {
    match CtiGroup::of(message) {
        CtiGroup::Opens(m) => format!(" version={}", m.version_number),
        CtiGroup::Agent(message) => agent_details(&message, roster),
        CtiGroup::Task(
            TaskMessage::EndInd(EndTaskInd { icm_disposition, .. })
            | TaskMessage::EndEvent(EndTaskEvent { icm_disposition, .. }),
        ) => format!(" disposition {}", icm_disposition.in_words()),
        CtiGroup::Failure(status) => format!(" status {}", status.in_words()),
        CtiGroup::ArmAnswer(status) => format!(" status {}", status.in_words()),
        CtiGroup::ControlFails(m) => format!(" code {}", m.failure_code.in_words()),
        CtiGroup::Task(_) | CtiGroup::Plain => String::new(),
    }
}

fn agent_details(message: &AgentMessage<'_>, roster: &Roster) -> String {
    match message {
        AgentMessage::Told(m) => {
            let state = m.agent_state.or_unknown();
            format!(" {state} tasks={}/{}", m.num_tasks, m.max_task_limit)
        }
        AgentMessage::Asked(m) => format!(" {}", m.agent_state.or_unknown()),
        AgentMessage::Interrupts { by: Some(by), .. } => {
            format!(" by {}", roster.domain_name(*by).map_or_else(|| by.to_string(), str::to_owned))
        }
        AgentMessage::Interrupts { by: None, .. } | AgentMessage::Answered(_) => String::new(),
    }
}

fn mr_details(message: &Mr) -> String {
    match message {
        Mr::NewTask(m) => {
            let selector = Text::or_empty(m.script_selector.as_ref());
            format!(" dialogue={} {selector}", m.dialogue_id)
        }
        Mr::DoThisWithTask(m) => format!(" dialogue={}", m.dialogue_id),
        Mr::TaskQueuedEvent(m) => format!(" dialogue={}", m.dialogue_id),
        Mr::NewTaskFailureEvent(m) => {
            format!(" dialogue={} reason {}", m.dialogue_id, m.reason_code.in_words())
        }
        Mr::CancelTask(m) => format!(" dialogue={}", m.dialogue_id),
        Mr::CancelTaskConf(m) => format!(" dialogue={} result {}", m.dialogue_id, m.result.in_words()),
        Mr::RoutingStatusEvent(m) => format!(" enabled={}", m.routing_enabled),
        Mr::FailureConf(m) => format!(" status {}", m.status.in_words()),
        Mr::FailureEvent(m) => format!(" status {}", m.status.in_words()),
        Mr::OpenReq(_)
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
            let party = Text::or_empty(m.called_party.as_ref());
            format!(" dialogue={} {party}", m.did)
        }
        Icm::Connect(m) => format!(" dialogue={}", m.did),
        Icm::AgentStateUpdate(m) => format!(" {}", m.agent_state.or_unknown()),
        Icm::DialogFail(m) => {
            format!(" dialogue={} reason {}", m.did, m.reason_code.in_words())
        }
        Icm::ReleaseConf(m) => format!(" dialogue={} result {}", m.did, m.result.in_words()),
        Icm::FailureConf(m) => format!(" status {}", m.status.in_words()),
        Icm::FailureEvent(m) => format!(" status {}", m.status.in_words()),
        Icm::OpenReq(_)
        | Icm::OpenConf(_)
        | Icm::HeartbeatReq(_)
        | Icm::HeartbeatConf(_)
        | Icm::CloseReq(_)
        | Icm::CloseConf(_)
        | Icm::QueueEvent(_)
        | Icm::Release(_)
        | Icm::DeviceTargetPreCallInd(_)
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
    let status = StatusCode::from_u16(response.status).ok();
    let words = status.and_then(|status| status.canonical_reason()).map(str::to_lowercase);
    let words = words.map(|words| format!(" {words}")).unwrap_or_default();
    let error = ["errorMessage", "ErrorMessage"].iter().find_map(|name| element(&response.body.text(), name));
    match error {
        Some(error) => format!("{}{words}: {error}", response.status),
        None => format!("{}{words}", response.status),
    }
}

/// Why a request has no answer.
pub(super) const fn call_error(error: CallError) -> &'static str {
    match error {
        CallError::Unreachable => "no answer: nobody listens",
        CallError::Broken => "no answer: broken",
        CallError::Timeout => "no answer in time",
        CallError::TooLarge => "an answer that is too large",
    }
}

/// The agent who makes a request of a desktop: who authenticates, else whom the path is about (finesse-nonvoice 2.1).
pub(super) fn requester(request: &Request, roster: &Roster) -> Option<AgentId> {
    let account = request.account();
    let name = account.as_ref().map(|account| account.name.as_str());
    let mut parts = request.path().split('/').skip_while(|part| *part != "User").skip(1);
    let of_path = parts.next();
    [name, of_path].into_iter().flatten().find_map(|login| roster.agent_called(login).cloned())
}

/// The name of the customer in a request that creates a contact: in its task, or in the query of a GET (ccp-task-api 3.3).
pub(super) fn customer(request: &Request) -> Option<String> {
    let name = if request.body.0.is_empty() {
        value_in_query(request.query(), "name")
    } else {
        parse(&request.body.0).ok().and_then(|task| task.text_of("name"))
    };
    name.filter(|name| !name.is_empty())
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

pub(super) fn publication(publication: &Publication, roster: &Roster) -> String {
    format!("notified: {}", published(publication, roster))
}

fn published(publication: &Publication, roster: &Roster) -> String {
    let event = publication.event.name();
    match &publication.object {
        Object::Dialog(dialog) | Object::Dialogs(dialog) => {
            let how = dialog.disposition.map(|code| format!(" {}", code.finesse_name())).unwrap_or_default();
            format!("{event} Dialog {}{how}", dialog.state)
        }
        Object::Media(media) => {
            let routable = if media.routable { "" } else { " not routable" };
            let (domain, why) = (roster.within(media.mrd), reason(media.reason.as_ref()));
            format!("{event} Media {}{routable}{domain}{why}", media.state.media_name())
        }
        Object::User(user) => format!("{event} User {}{}", user.state, reason(user.reason.as_ref())),
        Object::UserError(error) => {
            let own = error.peripheral.as_ref().map(|own| format!(", peripheral {} {}", own.code, own.text));
            format!("{event} User error {}{}", error.message, own.unwrap_or_default())
        }
        Object::MediaError(error) => format!("{event} Media error {}", error.message),
        Object::DialogError { error, .. } => format!("{event} Dialog error {}", error.message),
    }
}

/// Why an agent is not ready or signed out, where somebody said it: ` reason 12 Lunch`.
fn reason(reason: Option<&ReasonCode>) -> String {
    reason.map_or_else(String::new, |reason| format!(" reason {} {}", reason.code, reason.label))
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

/// Why a component ended a connection, behind the words that say that it did.
pub(super) fn close_reason(reason: &CloseReason) -> String {
    match reason {
        CloseReason::Done | CloseReason::Crashed => String::new(),
        CloseReason::BadFrame => ": what came is no message".to_owned(),
        CloseReason::BadMessage(why) => format!(": {why}"),
        CloseReason::Refused => ": the other end is refused".to_owned(),
        CloseReason::HeartbeatLost => ": heartbeats stayed unanswered".to_owned(),
        CloseReason::Idle => ": nothing was heard".to_owned(),
        CloseReason::Superseded => ": a newer connection took its place".to_owned(),
        CloseReason::Stopping => ": the component stops".to_owned(),
    }
}

/// What a scenario did, to which message: `CONNECT to PIM`, if it did it to one.
pub(super) fn bent(bent: &Bent, message: Option<&str>) -> String {
    let by = &bent.by;
    let named = |did: &str| message.map_or_else(|| did.to_owned(), |message| format!("{message} {did}"));
    let alone = if bent.alone { " alone" } else { "" };
    let did = match &bent.bend {
        Bend::Held(_) => named(&format!("held{alone}")),
        Bend::Released(_) => named("released"),
        Bend::Expired(_) => named("released, held long enough"),
        Bend::Gone(_) => named("gone before it was released"),
        Bend::Delayed(us) => named(&format!("delayed{alone} by {}", span(*us))),
        Bend::Hurried => named("released before its delay was over"),
        Bend::Swapped(_) => named("behind the next one"),
        Bend::Dropped => named("lost"),
        Bend::Duplicated => named("twice"),
        Bend::Corrupted => named("with bytes changed"),
        Bend::Cut => named("with its connection cut"),
        Bend::Answered(status) => named(&format!("answered with {status}")),
        Bend::Split(size) => named(&format!("in pieces of {size} bytes")),
        Bend::Coalesced => named("together with the next one"),
        Bend::Stepped(step) => step.clone(),
        Bend::Armed => "armed".to_owned(),
        Bend::Disarmed => "disarmed".to_owned(),
        Bend::Removed => "removed".to_owned(),
    };
    format!("{by}: {did}")
}

/// A time as a rule says it: `3s`, `250ms`.
fn span(us: u64) -> String {
    SignedDuration::try_from(Duration::from_micros(us))
        .map_or_else(|_| format!("{us}us"), |span| format!("{span:#}"))
}

/// The agent whose change a fact is.
pub(super) fn agent_of_fact(fact: &Fact, roster: &Roster) -> Option<AgentId> {
    match fact {
        Fact::AgentInMrd { agent, .. } | Fact::User { agent, .. } | Fact::Dialog { agent, .. } => {
            Some(agent.clone())
        }
        Fact::Task { skill_target, .. } => roster.agent_of(*skill_target).cloned(),
        Fact::Finesse(FinesseFact::ForcedSignOut { agent, .. }) => Some(agent.clone()),
        Fact::Finesse(_)
        | Fact::Contact { .. }
        | Fact::Dialogue { .. }
        | Fact::Ecc { .. }
        | Fact::PeerError { .. }
        | Fact::CommandRefused { .. }
        | Fact::PlanRefused { .. }
        | Fact::PlanKept { .. }
        | Fact::Setting { .. }
        | Fact::Ccp(_)
        | Fact::Router(_)
        | Fact::AgentPg(_) => None,
    }
}

/// A fact that changes something a reader of a ladder wants to see.
pub(super) fn fact(fact: &Fact, roster: &Roster) -> Option<String> {
    match fact {
        Fact::Contact { from, to, reason, .. } => Some(match from {
            None => format!("contact {to}"),
            Some(from) if from == to => format!("contact {to} ({reason})"),
            Some(from) if *to == cce_model::ContactStatus::Discarded => {
                format!("contact {from}→{to} ({reason})")
            }
            Some(from) => format!("contact {from}→{to}"),
        }),
        // That a task ended is a state whose name is about an agent (cti-server-protocol 11).
        Fact::Task { from, to: TaskState::Ended, disposition, .. } => {
            Some(change("task", *from, "ended", *disposition))
        }
        Fact::Task { from, to, disposition, .. } => Some(change("task", *from, *to, *disposition)),
        Fact::Dialog { from, to, disposition, .. } => Some(change("dialog", *from, *to, *disposition)),
        Fact::AgentInMrd { agent, mrd, from, to, tasks, limit, .. } => {
            Some(format!("{agent}{} {from}→{to} {tasks}/{limit}", roster.within(*mrd)))
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
        Fact::Router(fact) => router(fact, roster),
        Fact::AgentPg(fact) => agentpg(fact),
        Fact::Finesse(fact) => finesse(fact),
    }
}

fn change(
    what: &str,
    from: Option<impl std::fmt::Display>,
    to: impl std::fmt::Display,
    disposition: Option<Disposition>,
) -> String {
    let how = disposition.map(|code| format!(" ({})", code.in_words())).unwrap_or_default();
    match from {
        None => format!("{what} {to}{how}"),
        Some(from) => format!("{what} {from}→{to}{how}"),
    }
}

fn ccp(fact: &CcpFact) -> Option<String> {
    match fact {
        CcpFact::Close { step: CloseStep::Received, .. } => Some("close requested".into()),
        CcpFact::HttpNotification { rule, step, .. } => http_notification(*rule, *step),
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

/// Of a rule's call the request and the answer are drawn; what else becomes of it is said.
fn http_notification(rule: u32, step: NotificationStep) -> Option<String> {
    let what = match step {
        NotificationStep::Fired | NotificationStep::Delivered | NotificationStep::Refused => return None,
        NotificationStep::Unanswered => "has no answer",
        NotificationStep::GivenUp => "gives up",
        NotificationStep::Dropped => "is passed over: too much waits for its address",
        NotificationStep::Forbidden => "may not call its address",
        NotificationStep::Withdrawn => "is gone, and what waited for its address with it",
    };
    Some(format!("notification rule {rule} {what}"))
}

/// An agent by the id that people know.
fn called(skill_target: SkillTarget, roster: &Roster) -> String {
    roster
        .agent_of(skill_target)
        .map_or_else(|| format!("with skill target {skill_target}"), ToString::to_string)
}

fn router(fact: &RouterFact, roster: &Roster) -> Option<String> {
    match fact {
        RouterFact::QueueNode { queue, step, choice, .. } => Some(match choice {
            QueueChoice::Agent { skill_target, eligible } => {
                let agent = called(*skill_target, roster);
                format!("{queue} step {step}: agent {agent}, one of {eligible} available")
            }
            QueueChoice::Wait => format!("{queue} step {step}: nobody free, queued"),
        }),
        RouterFact::CallRefused { reason, .. } => Some(format!("refused: {}", refusal(*reason))),
        RouterFact::Dequeued { .. } => Some("left the queue".into()),
        RouterFact::Requeued { skill_target, .. } => {
            Some(format!("agent {} not reserved: queued again", called(*skill_target, roster)))
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
        RefusalReason::WaitedTooLong => "waited for too long",
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
            Some(format!("CTI session refused: status {}", status.in_words()))
        }
        // The server says goodbye because it is told to stop (cti-server-protocol 4.6).
        AgentPgFact::SessionClosed { session, status: CtiStatus::CTI_SERVER_OFFLINE } => {
            Some(format!("CTI session {session} closed in order: the CTI server stops"))
        }
        AgentPgFact::SessionClosed { session, status } => {
            Some(format!("CTI session {session} ended: status {}", status.in_words()))
        }
        AgentPgFact::ToOpc { .. } | AgentPgFact::ToCtiServer(_) | AgentPgFact::TaskEventTraced(_) => None,
    }
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
