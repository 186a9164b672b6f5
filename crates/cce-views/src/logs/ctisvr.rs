//! The CTI server's log (cti-server-protocol 16).

use super::{Line, LogFile};
use crate::stamp::Stamper;
use cce_cti::{Cti, EndTaskEvent, SetAgentStateReq};
use cce_fold::{AnyMessage, Meaning, ReadRecord};
use cce_journal::{Header, Record};
use cce_kernel::{Fact, LinkId};
use cce_model::{
    AgentRecord, AgentState, InvokeId, MrdId, PeripheralId, PreCall, QueuedTask, SessionId, SkillTarget,
    TaskEvent, TaskEventKind, TaskId,
    fact::{AgentPgFact, ArmMessage, OpcMessage},
};
use cce_wire::{Flaw, Message, Shown, Value};
use std::collections::BTreeMap;

/// A dump line is wrapped before the field that would make it this long, from `Session` on (inferred).
const DUMP_WIDTH: usize = 100;

/// An agent without a phone call: lines are a matter of voice, and no record of a task has any.
const NO_LINES: &str = "NumLines=0 CurLine=0";

/// Where the table has the messages of the ARM layer from, which are dumped when they arrive.
const ARM_LAYER: &str = "cti-server-protocol 11.";

/// What the number of a task event between OPC and CTI server lacks to its number at the interface. Only the one of the end is
/// known (cti-server-protocol 19).
const OPC_DISTANCE: u32 = 102;

#[derive(Debug)]
pub(super) struct CtisvrLog {
    stamper: Stamper,
    process: String,
    stale_service_id: u32,
    sessions: BTreeMap<LinkId, SessionId>,
}

impl CtisvrLog {
    pub(super) fn new(header: &Header) -> Self {
        Self {
            stamper: Stamper::new(header, cce_model::Kind::AgentPg.name()),
            process: header.logs.ctisvr_process.clone(),
            stale_service_id: header.logs.stale_service_id,
            sessions: BTreeMap::new(),
        }
    }

    pub(super) fn write(&mut self, event: &ReadRecord<'_>, lines: &mut Vec<Line>) {
        match &event.kind {
            Meaning::Received { link, message, protocol: Some(protocol), .. } => {
                let flaws = || message.flaws(*protocol);
                if let AnyMessage::Cti(message) = message {
                    self.on_received(*link, message, flaws, event.record, lines);
                }
            }
            Meaning::Fact(Fact::AgentPg(fact)) => self.on_fact(fact, event.record, lines),
            Meaning::LinkDown { link, .. } => {
                self.sessions.remove(link);
            }
            Meaning::Received { .. }
            | Meaning::Sent { .. }
            | Meaning::Http(_)
            | Meaning::LinkUp { .. }
            | Meaning::Fact(_)
            | Meaning::Bent(_)
            | Meaning::Other => {}
        }
    }

    fn on_received(
        &self,
        link: LinkId,
        message: &Cti,
        flaws: impl FnOnce() -> Vec<Flaw>,
        record: &Record,
        lines: &mut Vec<Line>,
    ) {
        let is_of_arm = message.doc().is_some_and(|row| row.source.starts_with(ARM_LAYER));
        let is_dumped = is_of_arm || message.kind() == SetAgentStateReq::DOC.kind;
        let Some(session) = self.sessions.get(&link).filter(|_| is_dumped) else { return };
        let stamp = self.stamper.icm(record);
        for text in dump(*session, message) {
            lines.push((LogFile::Ctisvr, format!("{stamp} {} {text}", self.process)));
        }
        for flaw in flaws() {
            if let Flaw::StringLength { label, strlen, fieldlen, text } = flaw {
                let text = format!(
                    "Decode string length error: element \"{label}\", strlen {strlen}, fieldlen {fieldlen} (\"{text}\")"
                );
                self.trace(record, &text, lines);
            }
        }
    }

    fn on_fact(&mut self, fact: &AgentPgFact, record: &Record, lines: &mut Vec<Line>) {
        match fact {
            AgentPgFact::SessionOpened { session, link, .. } => {
                self.sessions.insert(*link, *session);
            }
            AgentPgFact::SessionClosed { session, .. } => self.sessions.retain(|_, known| known != session),
            AgentPgFact::ToOpc { session, invoke_id, mrd, skill_target, message } => {
                let (process, text, rest) = arm(*session, *invoke_id, *mrd, *skill_target, message);
                self.trace(record, &format!("{process} - sessionID {session}"), lines);
                if let Some(text) = text {
                    self.trace(record, &text, lines);
                }
                lines.extend(rest.map(|rest| (LogFile::Ctisvr, rest)));
            }
            AgentPgFact::ToCtiServer(OpcMessage::Agent(agent)) => {
                for queue in agent.by_queue() {
                    self.trace(record, &agent_event(&queue), lines);
                }
            }
            AgentPgFact::ToCtiServer(OpcMessage::Queued(queued)) => {
                let QueuedTask { task, peripheral, mrd, skill_group, is_new, .. } = &**queued;
                let begin = is_new.then(|| waiting("BEGIN_TASK_EVENT", *task, *peripheral, *mrd, None));
                let event = waiting("QUEUED_TASK_EVENT", *task, *peripheral, *mrd, Some(*skill_group));
                let texts = begin.into_iter().flatten().chain(event);
                texts.for_each(|text| self.trace(record, &text, lines));
            }
            AgentPgFact::ToCtiServer(OpcMessage::Dequeued { task, peripheral, mrd, skill_group }) => {
                let event = waiting("DEQUEUED_TASK_EVENT", *task, *peripheral, *mrd, Some(*skill_group));
                event.iter().for_each(|text| self.trace(record, text, lines));
            }
            AgentPgFact::ToCtiServer(OpcMessage::PreCall(call)) => self.trace(record, &pre_call(call), lines),
            AgentPgFact::ToCtiServer(OpcMessage::Task(event)) if event.kind == TaskEventKind::End => {
                let text = format!(
                    "MDSIO::ProcessOPCMessage: received msgtype {} (CTI_{}) ...",
                    EndTaskEvent::DOC.kind - OPC_DISTANCE,
                    event.kind.name()
                );
                self.trace(record, &text, lines);
            }
            AgentPgFact::ToCtiServer(OpcMessage::Interrupt { skill_target, mrd, by, is_over }) => {
                let name = if *is_over {
                    "AGENT_INTERRUPT_DONE_ADVISORY_EVENT"
                } else {
                    "AGENT_INTERRUPT_ADVISORY_EVENT"
                };
                let text = format!("{name}: MRDID={mrd} ICMAgentID={skill_target} InterruptingMRDID={by}");
                self.trace(record, &text, lines);
            }
            AgentPgFact::TaskEventTraced(event) => {
                for text in self.task_event(event) {
                    self.trace(record, &text, lines);
                }
            }
            AgentPgFact::SessionRefused { .. }
            | AgentPgFact::SideActive { .. }
            | AgentPgFact::Sides(_)
            | AgentPgFact::ToCtiServer(_) => {}
        }
    }

    fn trace(&self, record: &Record, text: &str, lines: &mut Vec<Line>) {
        let line = format!("{} {} Trace: {text}", self.stamper.icm(record), self.process);
        lines.push((LogFile::Ctisvr, line));
    }

    /// The spelling is the product's.
    fn task_event(&self, event: &TaskEvent) -> Vec<String> {
        let TaskEvent { kind, task, previous, peripheral, mrd, skill_target, .. } = event;
        let head = format!(
            "{}: PeripherlID={peripheral} PeripherlType={} MRDomainID={mrd}",
            kind.name(),
            TaskEvent::PERIPHERAL_TYPE
        );
        let task = task.join(':');
        match kind {
            TaskEventKind::End => vec![
                head,
                format!("TaskID={task} PreviousTaskID={}", previous.join(':')),
                format!("ICMAgentID={skill_target}"),
            ],
            TaskEventKind::Offer | TaskEventKind::Start => vec![
                head,
                format!("TaskID={task} ICMAgentID={skill_target} SkillGroupID={}", event.skill_group),
                format!("ServiceID={}{}", self.service(event.service), routed(event.application_routed)),
            ],
            TaskEventKind::Pause | TaskEventKind::Resume | TaskEventKind::WrapUp => {
                vec![head, format!("TaskID={task} ICMAgentID={skill_target}")]
            }
        }
    }

    /// The product prints stale memory for "no service" (cti-server-protocol 19).
    fn service(&self, service: SkillTarget) -> String {
        if service == SkillTarget::NONE { self.stale_service_id.to_string() } else { service.to_string() }
    }
}

/// The event of a task that waits, in the form of the others (inferred).
fn waiting(
    name: &str,
    task: TaskId,
    peripheral: PeripheralId,
    mrd: MrdId,
    group: Option<SkillTarget>,
) -> [String; 2] {
    let kind = TaskEvent::PERIPHERAL_TYPE;
    let group = group.map(|group| format!(" SkillGroupID={group}")).unwrap_or_default();
    [
        format!("{name}: PeripherlID={peripheral} PeripherlType={kind} MRDomainID={mrd}"),
        format!("TaskID={}{group}", task.join(':')),
    ]
}

fn routed(application: bool) -> &'static str {
    if application { " ApplicationRouted" } else { "" }
}

/// A received message, wrapped (cti-server-protocol 16.2).
fn dump(session: SessionId, message: &Cti) -> Vec<String> {
    let prefix = format!("Session {session}: ");
    let mut lines = vec![format!("{prefix}MsgType:{} (", message.name())];
    for field in message.fields() {
        let text = dumped(&field);
        // In every known dump the task begins a line.
        let begins_line = field.label == "TaskID";
        let fits =
            !begins_line && lines.last().is_some_and(|line| line.len() + text.trim_end().len() < DUMP_WIDTH);
        match lines.last_mut() {
            Some(line) if fits => line.push_str(&text),
            _ => lines.push(format!("{prefix}{text}")),
        }
    }
    if let Some(line) = lines.last_mut() {
        line.push(')');
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// A field with the blank behind it, which a task id lacks.
fn dumped(Shown { label, value }: &Shown) -> String {
    match value {
        Value::Task(task) => format!("{label}:{}", task.join('/')),
        Value::Uint(id) if *label == "InvokeID" => format!("{label}:0x{id:x} "),
        Value::Uint(state) if *label == "AgentState" => format!("{label}:{} ", state_name(*state)),
        Value::Bool(value) => format!("{label}:{} ", if *value { "True" } else { "False" }),
        Value::Text(text) => format!("{label}:\"{text}\" "),
        null if null.is_null() => format!("{label}:N/A "),
        Value::Uint(_)
        | Value::Int(_)
        | Value::Time(_)
        | Value::Bytes(_)
        | Value::List(_)
        | Value::Secret => {
            format!("{label}:{value} ")
        }
    }
}

fn state_name(number: u32) -> AgentState {
    AgentState::of_number(u16::try_from(number).unwrap_or(u16::MAX))
}

/// What the CTI server prints when it passes a request on: the function, the ARM message, and what follows without a
/// stamp (cti-server-protocol 16.3). A change of a voice state is no ARM message (inferred).
fn arm(
    session: SessionId,
    invoke_id: InvokeId,
    mrd: MrdId,
    agent: SkillTarget,
    message: &ArmMessage,
) -> (&'static str, Option<String>, Option<String>) {
    let plain = |rest: String| {
        let rest = if rest.is_empty() { rest } else { format!(", {rest}") };
        Some(format!(
            "SendARMMsg -- InvokeID = {invoke_id}, MRDID = {mrd}, ICMAgentID = {agent}{rest}, SessionID = {session}"
        ))
    };
    let begun = |name: &str, task: TaskId, group: SkillTarget, service: SkillTarget| {
        let text = format!(
            "SendARMMsg: {name}-- InvokeID = {invoke_id}, ClientInvokeID = {invoke_id}, MRDID = {mrd}, \
             ICMAgentID = {agent}, TaskID = {}",
            task.join('/')
        );
        (Some(text), Some(format!("SkillGroupID = {group}, ServiceID = {service}, SessionID = {session}")))
    };
    let simple = |name: &str, task: TaskId| {
        Some(format!(
            "SendARMMsg: {name}-- InvokeID = {invoke_id}, ClientInvokeID = {invoke_id}, MRDID = {mrd}, \
             ICMAgentID = {agent}, TaskID = {}, SessionID = {session}",
            task.join('/')
        ))
    };
    match message {
        ArmMessage::MediaLogin { max_tasks, .. } => {
            ("ProcessMediaLoginReq", plain(format!("MaxTasks = {max_tasks}")), None)
        }
        ArmMessage::MediaLogout { reason, .. } => {
            ("ProcessMediaLogoutInd", plain(format!("ReasonCode = {reason}")), None)
        }
        ArmMessage::MakeReady { .. } => ("ProcessMakeAgentReadyInd", plain(String::new()), None),
        ArmMessage::MakeNotReady { reason } => {
            ("ProcessMakeAgentNotReadyReq", plain(format!("ReasonCode = {reason}")), None)
        }
        ArmMessage::MakeRoutable { max_tasks } => {
            ("ProcessMakeAgentRoutableInd", plain(format!("MaxTasks = {max_tasks}")), None)
        }
        ArmMessage::MakeNotRoutable => ("ProcessMakeAgentNotRoutableReq", plain(String::new()), None),
        ArmMessage::Offer { task, skill_group, service } => {
            let (text, rest) = begun("ARM_OFFER_TASK_IND", *task, *skill_group, *service);
            ("ProcessOfferTaskInd", text, rest)
        }
        ArmMessage::Start { task, skill_group, service } => {
            let (text, rest) = begun("ARM_START_TASK_IND", *task, *skill_group, *service);
            ("ProcessStartTaskInd", text, rest)
        }
        ArmMessage::ChangeMaxTaskLimit { max_tasks } => {
            ("ProcessChangeMaxTaskLimitReq", plain(format!("MaxTasks = {max_tasks}")), None)
        }
        ArmMessage::OverrideLimit => ("ProcessOverrideLimitReq", plain(String::new()), None),
        ArmMessage::GetAgentTasks => ("ProcessGetAgentTasksReq", plain(String::new()), None),
        ArmMessage::OfferApplicationTask { skill_group, service } => {
            let rest = format!("SkillGroupID = {skill_group}, ServiceID = {service}");
            ("ProcessOfferApplicationTaskReq", plain(rest), None)
        }
        ArmMessage::StartApplicationTask { skill_group, service } => {
            let rest = format!("SkillGroupID = {skill_group}, ServiceID = {service}");
            ("ProcessStartApplicationTaskReq", plain(rest), None)
        }
        ArmMessage::AgentInit { max_tasks, .. } => {
            ("ProcessAgentInitReq", plain(format!("MaxTasks = {max_tasks}")), None)
        }
        ArmMessage::TaskInit { task, .. } => ("ProcessTaskInit", simple("ARM_TASK_INIT", *task), None),
        ArmMessage::InterruptAccepted => ("ProcessAgentInterruptAcceptedInd", plain(String::new()), None),
        ArmMessage::InterruptUnaccepted => ("ProcessAgentInterruptUnacceptedInd", plain(String::new()), None),
        ArmMessage::InterruptDoneAccepted => {
            ("ProcessAgentInterruptDoneAcceptedInd", plain(String::new()), None)
        }
        ArmMessage::SetAgentState { .. } => ("ProcessSetAgentStateReq", None, None),
        ArmMessage::Pause { task } => ("ProcessPauseTaskInd", simple("ARM_PAUSE_TASK_IND", *task), None),
        ArmMessage::Resume { task } => ("ProcessResumeTaskInd", simple("ARM_RESUME_TASK_IND", *task), None),
        ArmMessage::WrapUp { task } => ("ProcessWrapupTaskInd", simple("ARM_WRAPUP_TASK_IND", *task), None),
        ArmMessage::End { task, icm_disposition, application_disposition, wrapup_data, application_data } => {
            let text = format!(
                "SendARMMsg: ARM_END_TASK_IND-- InvokeID = {invoke_id}, ClientInvokeID = {invoke_id}, TaskID = {}, \
                 ICMDisposition = {}, ApplicationDisposition = {}, SessionID = {session}",
                task.join('/'),
                icm_disposition.0,
                application_disposition.0,
            );
            let rest = format!("WrapupData = {wrapup_data}, ApplicationData = {application_data}");
            ("ProcessEndTaskInd", Some(text), Some(rest.trim_end().to_owned()))
        }
    }
}

fn agent_event(r: &AgentRecord) -> String {
    // Of the session that the agent is signed in by.
    let client = u8::from(r.session != SessionId::NONE);
    format!(
        "AGENT_EVENT: ID={} Periph={} Ext={} Inst={} Sig={} UniqueInstID={} SGSt={} SGDur={} St={} Dur={} Reason={} \
         MRDID={} NumTasks={} MaxTaskLimit={} MaxBeyondTaskLimit={} AgtMode={} AGTAvailStatus={} ICMAgtID={} \
         STID={} SGID=0x{:x} SGSTID={} {NO_LINES} ClientStatus=0x{client:x} Dir={} TerminalName={}",
        r.agent,
        r.peripheral,
        r.extension,
        r.instrument,
        r.signature,
        r.unique_instance,
        r.skill_group_state,
        r.skill_group_seconds,
        r.state,
        r.seconds,
        r.reason,
        r.mrd,
        r.tasks,
        r.max_tasks,
        r.max_beyond,
        u8::from(r.routable),
        r.availability.number(),
        r.skill_target,
        r.skill_target,
        r.skill_group_number.0,
        r.skill_group,
        r.direction,
        r.terminal,
    )
}

fn pre_call(c: &PreCall) -> String {
    let services: Vec<String> = c.enabled_services.iter().map(ToString::to_string).collect();
    format!(
        "DEVICE_TARGET_PRE_CALL_IND - Instrument={} RouterCallKey={} NetworkTargetID={} SvSkTargID={}({}) \
         SkGroupSkTarID={}({}) AgSkTargID={} ANI={} CED={} CallTypeID={} PreCallInvokeID={} \
         ProtocolReferenceGUID={} NumEnabledServices={} EnabledServiceTypes=[ {} ] CCAIConfigParam={}",
        c.instrument,
        c.task.join(' '),
        c.network_target,
        c.service,
        c.service,
        c.skill_group,
        c.skill_group_number,
        c.skill_target,
        c.ani,
        c.ced,
        c.call_type,
        c.invoke_id,
        c.protocol_guid,
        services.len(),
        services.join(" "),
        c.ccai_config,
    )
}
