//! Finesse's web services log (finesse-nonvoice 6).

use super::{Line, LogFile};
use crate::stamp::Stamper;
use cce_cti::Cti;
use cce_fold::{AnyMessage, CtiGroup, Exchange, Meaning, ReadRecord, TaskMessage};
use cce_journal::{FirstNumbers, Header, Record};
use cce_kernel::{CallError, CallId, Fact, Response};
use cce_model::{
    AgentId, ContactId, Object, Publication, TaskId,
    fact::{FinesseFact, SmOperation},
};
use std::collections::BTreeMap;

/// Milliseconds that a message waits in the product's queues and hand-overs: this Finesse handles each at once.
const NO_WAIT: u32 = 0;

/// A time that the product does not measure (finesse-nonvoice 6).
const NOT_MEASURED: i32 = -1;

/// An event answers no request.
const NO_INVOKE_ID: &str = "invokeID=null";

/// What the product calls a Finesse of this kind of contact center.
const DEPLOYMENT: &str = "deploymentType=CCE";

/// Threads of each pool; the log names one of them.
const POOL_THREADS: u64 = 20;

#[derive(Debug)]
pub(super) struct FinesseLog {
    stamper: Stamper,
    first: FirstNumbers,
    /// Lines so far.
    line: u64,
    /// Messages received from the CTI server.
    received: u64,
    /// Indications sent to the CTI server.
    sent: u64,
    /// The task event that is being worked on.
    handling: Option<Handling>,
    /// Calls to CCP that wait for their reply.
    calls: BTreeMap<CallId, SmCall>,
}

/// A task event from the CTI server, until its notification is published.
#[derive(Debug)]
struct Handling {
    task: TaskId,
    payload: String,
    thread: String,
    /// The product logs no context for a start (seen in the lab trace).
    context: bool,
    /// The product does not measure the processing of an end (seen in the lab trace).
    measured: bool,
    at: cce_kernel::Time,
}

#[derive(Debug)]
struct SmCall {
    agent: AgentId,
    task: TaskId,
    contact: ContactId,
}

/// What surrounds the text of one line.
struct Frame<'a> {
    context: Option<(TaskId, &'a AgentId)>,
    thread: &'a str,
    class: &'a str,
}

impl FinesseLog {
    pub(super) fn new(header: &Header) -> Self {
        Self {
            stamper: Stamper::new(header, cce_model::Kind::Finesse.name()),
            first: header.logs.first.clone(),
            line: 0,
            received: 0,
            sent: 0,
            handling: None,
            calls: BTreeMap::new(),
        }
    }

    pub(super) fn write(&mut self, event: &ReadRecord<'_>, lines: &mut Vec<Line>) {
        match &event.kind {
            Meaning::Sent { message: AnyMessage::Cti(message), .. } => {
                self.on_sent(message, event.record, lines);
            }
            Meaning::Received { message: AnyMessage::Cti(message), .. } => {
                self.on_received(message, event.record, lines);
                self.received += 1;
            }
            Meaning::Fact(Fact::Finesse(FinesseFact::Published(publication))) => {
                self.on_published(publication, event.record, lines);
            }
            Meaning::Fact(Fact::Finesse(FinesseFact::SmCall { operation, agent, task, contact, call })) => {
                let call_made = SmCall { agent: agent.clone(), task: *task, contact: contact.clone() };
                self.on_sm_call(*operation, *call, call_made, event.record, lines);
            }
            Meaning::Http(Exchange::ReplyIn { call, result }) => {
                self.on_sm_reply(*call, result, event.record, lines);
            }
            Meaning::Sent { .. }
            | Meaning::Received { .. }
            | Meaning::Http(_)
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Fact(_)
            | Meaning::Bent(_)
            | Meaning::Other => {}
        }
    }

    fn on_sent(&mut self, message: &Cti, record: &Record, lines: &mut Vec<Line>) {
        let Some(text) = indication(message) else { return };
        let thread = worker("COMMAND_POOL", self.first.finesse_command_thread, self.sent);
        self.sent += 1;
        let frame = Frame { context: None, thread: &thread, class: "c.c.c.f.a.a.c.CCECTIWriter" };
        let text = format!(
            "[MESSAGE_TO_CTI_SERVER] Message going to the backend cti server cti_message_name: {text}"
        );
        self.put(&frame, &text, record, lines);
    }

    fn on_received(&mut self, message: &Cti, record: &Record, lines: &mut Vec<Line>) {
        let sequence = self.first.finesse_cti_sequence + self.received;
        let Some((name, task, payload)) = task_event(message, sequence) else { return };
        let thread = worker("EVENT_POOL", self.first.finesse_event_thread, self.received);
        let frame = Frame { context: None, thread: &thread, class: "c.c.c.f.a.a.m.RunnableHandler" };
        let text = format!(
            "[MESSAGE_FROM_CTI_SERVER] Message coming to Finesse from backend cti server Name of the CTI \
             Message: {name}, Entire cti message payload: {payload}"
        );
        self.put(&frame, &text, record, lines);
        if let Cti::EndTaskEvent(end) = message {
            let frame = Frame { class: "c.c.c.f.a.a.m.EndTaskEventHandler", ..frame };
            let text = format!(
                "[END_TASK_EVENT_HANDLER] EndTaskEventHandler : Received CTIEndTaskEvent with \
                 ARMTaskDispositionCode : {}",
                end.icm_disposition
            );
            self.put(&frame, &text, record, lines);
        }
        self.handling = Some(Handling {
            task,
            payload,
            thread,
            context: !matches!(message, Cti::StartTaskEvent(_)),
            measured: !matches!(message, Cti::EndTaskEvent(_)),
            at: record.at,
        });
    }

    fn on_published(&mut self, publication: &Publication, record: &Record, lines: &mut Vec<Line>) {
        let handling = self.handling.take_if(|handling| concerns(publication, handling.task));
        let last = self.received.saturating_sub(1);
        let pool = worker("EVENT_POOL", self.first.finesse_event_thread, last);
        let frame = Frame {
            context: handling
                .as_ref()
                .filter(|handling| handling.context)
                .map(|handling| (handling.task, &publication.agent)),
            thread: handling.as_ref().map_or(&pool, |handling| &handling.thread),
            class: "c.c.c.f.c.XMPPPublishUtils",
        };
        let text = format!(
            "[XMPP_PUBLISH_ASYNCHRONOUS] Publishing XMPP Message Asynchronously. node_id: {}, payload: \
             <notification xmlns='http://jabber/protocol/pubsub'>{}</notification>",
            publication.node(),
            cce_xml::update(publication),
        );
        self.put(&frame, &text, record, lines);
        if let Some(handling) = &handling {
            let text = self.dispatch_stats(handling, record);
            let frame = Frame { class: "c.c.c.f.c.c.d.CommandDispatcher", ..frame };
            self.put(&frame, &text, record, lines);
        }
    }

    fn dispatch_stats(&self, handling: &Handling, record: &Record) -> String {
        let took = record.at.since(handling.at).as_millis();
        let total = if handling.measured { took.to_string() } else { NOT_MEASURED.to_string() };
        format!(
            "[[COMMAND_DISPATCHER]] DnE-CHECKPOINT-5 - SEQS: [{}], dispatch_stats: CTI_CMD_QUEUE_TIME: {NO_WAIT}, \
             CTI_CMD_DISPATCH_TIME: {NO_WAIT}, CTI_CMD_EXECUTION_TIME: {took}, CTI_CMD_TOTAL_EXECUTION_TIME: {took}, \
             message_overall_stats: CTI_MSG_RCV_TIME:{},CTI_MSG_TOTAL_PROCESSING_TIME:{total},\
             CTI_MSG_QUEUED_FOR_DECODING_TIME:{NO_WAIT},CTI_MSG_DECODE_TIME:{NO_WAIT},\
             CTI_MSG_ACMI_NOTIFY_TIME:{NO_WAIT},CTI_MSG_DISPATCH_TIME:{NO_WAIT},\
             CTI_MSG_PROCESSING_TIME:{total},CTI_MSG_LATENCY:{NOT_MEASURED},\
             CTI_SOCKET_WAIT_TIME:{NOT_MEASURED}, payload: {}",
            handling.task,
            self.stamper.ccbu_local(self.stamper.wall(record)),
            handling.payload,
        )
    }

    fn on_sm_call(
        &mut self,
        operation: SmOperation,
        call: CallId,
        made: SmCall,
        record: &Record,
        lines: &mut Vec<Line>,
    ) {
        if operation == SmOperation::EndTask {
            let text = format!("{}About to make a REST call to SM for EndTask.", sm_prefix(&made));
            self.put(&sm_frame("c.c.c.f.c.u.s.EndTaskSmRestJob"), &text, record, lines);
            self.calls.insert(call, made);
        }
    }

    fn on_sm_reply(
        &mut self,
        call: CallId,
        result: &Result<Response, CallError>,
        record: &Record,
        lines: &mut Vec<Line>,
    ) {
        let Some(made) = self.calls.remove(&call) else { return };
        // The reference has no line for a call that got no answer.
        let Ok(response) = result else { return };
        let text = format!(
            "[SOCIALMINER_HTTP_RESPONSE] Received HTTP Response from SOCIAL-MINER. Status: {}",
            response.status
        );
        self.put(&sm_frame("c.c.c.f.c.s.SMRestClientImpl"), &text, record, lines);
        let text = format!(
            "{}Done making call to SM for EndTask with Response Status- {}.",
            sm_prefix(&made),
            response.status
        );
        self.put(&sm_frame("c.c.c.f.c.u.s.EndTaskSmRestJob"), &text, record, lines);
    }

    fn put(&mut self, frame: &Frame<'_>, text: &str, record: &Record, lines: &mut Vec<Line>) {
        let number = self.first.finesse_line + self.line;
        self.line += 1;
        let (call, agent) = match frame.context {
            Some((task, agent)) => (format!("[{task}]"), format!("[{agent}]")),
            None => (String::new(), String::new()),
        };
        let line = format!(
            "{number}: [INFO]: [call-id {call}] [agent-id {agent}]: [{}]: [{}]: [{}]: {text}",
            self.stamper.ccbu(self.stamper.wall(record)),
            frame.thread,
            frame.class,
        );
        lines.push((LogFile::Finesse, line));
    }
}

/// The thread of a pool that does the work after `done` others: they take turns.
fn worker(pool: &str, first: u64, done: u64) -> String {
    format!("{pool}-1-worker-{}", (first + done + POOL_THREADS - 1) % POOL_THREADS + 1)
}

/// Three indications in three spellings, as the product prints them.
fn indication(message: &Cti) -> Option<String> {
    let CtiGroup::Task(task) = CtiGroup::of(message) else { return None };
    match task {
        TaskMessage::OfferInd(m) => Some(format!(
            "OfferTaskIndication, invokeId :{} , mrdId: {}, icmAgentId : {}, taskId: {}, skillGropupId : {}, \
             armServiceId : {}",
            m.invoke_id, m.mrd_id, m.icm_agent_id, m.task_id, m.arm_skill_group_id, m.arm_service_id
        )),
        TaskMessage::StartInd(m) => Some(format!(
            "StartTaskIndication, invokeId={}, mrdId={}, icmAgentId={}, taskId={}, armSkillGroupId={}, \
             armServiceId={}",
            m.invoke_id, m.mrd_id, m.icm_agent_id, m.task_id, m.arm_skill_group_id, m.arm_service_id
        )),
        TaskMessage::EndInd(m) => Some(format!(
            "EndTaskIndication, Invoke id :{} , mrdId: {}, icmAgentId : {}, taskId : {}, icmDispositionCode: \
             {}, appDispositionCode : {}",
            m.invoke_id, m.mrd_id, m.icm_agent_id, m.task_id, m.icm_disposition, m.application_disposition
        )),
        TaskMessage::OfferEvent(_)
        | TaskMessage::StartEvent(_)
        | TaskMessage::EndEvent(_)
        | TaskMessage::Snapshot => None,
    }
}

/// The payload of an offer or a start: two messages of the same layout.
macro_rules! begun {
    ($name:literal, $message:ident, $m:ident, $sequence:ident) => {
        format!(
            "CTI{} [ {NO_INVOKE_ID}, cti_sequence_id={}, msgID={}, msgName={}, {DEPLOYMENT}, monitorId={}, \
             peripheralId={}, peripheralType={}, mrdId={}, icmAgentID={}, taskId={}, skillGroupID={}, \
             serviceID={}, applicationRouted={}]",
            $name,
            $sequence,
            $message.kind(),
            $name,
            $m.monitor_id,
            $m.peripheral_id,
            $m.peripheral_type,
            $m.mrd_id,
            $m.icm_agent_id,
            $m.task_id,
            $m.skill_group_id,
            $m.service_id,
            $m.application_routed,
        )
    };
}

/// Name, task and payload of a task event, as the product prints them.
fn task_event(message: &Cti, sequence: u64) -> Option<(&'static str, TaskId, String)> {
    let CtiGroup::Task(task) = CtiGroup::of(message) else { return None };
    match task {
        TaskMessage::OfferEvent(m) => {
            Some(("OfferTaskEvent", m.task_id, begun!("OfferTaskEvent", message, m, sequence)))
        }
        TaskMessage::StartEvent(m) => {
            Some(("StartTaskEvent", m.task_id, begun!("StartTaskEvent", message, m, sequence)))
        }
        TaskMessage::EndEvent(m) => Some(("EndTaskEvent", m.task_id, end_payload(message, m, sequence))),
        TaskMessage::OfferInd(_)
        | TaskMessage::StartInd(_)
        | TaskMessage::EndInd(_)
        | TaskMessage::Snapshot => None,
    }
}

fn end_payload(message: &Cti, m: &cce_cti::EndTaskEvent, sequence: u64) -> String {
    let text = |value: Option<String>| value.filter(|text| !text.is_empty()).unwrap_or_else(|| "null".into());
    format!(
        "CTIEndTaskEvent [ {NO_INVOKE_ID}, cti_sequence_id={sequence}, msgID={}, msgName=EndTaskEvent, \
         {DEPLOYMENT}, monitorId={}, peripheralId={}, mrdId={}, agentSkillTargetID={}, \
         previousICMTaskId={}, taskId={}, icmDispositionCode={}, applicationDispositionCode={}, \
         wrapUpData={}, applicationData={}]",
        message.kind(),
        m.monitor_id,
        m.peripheral_id,
        m.mrd_id,
        m.icm_agent_id,
        m.previous_task_id,
        m.task_id,
        m.icm_disposition,
        m.application_disposition,
        text(m.wrapup_data.as_ref().map(ToString::to_string)),
        text(m.application_data.as_ref().map(ToString::to_string)),
    )
}

fn concerns(publication: &Publication, task: TaskId) -> bool {
    match &publication.object {
        Object::Dialog(dialog) | Object::Dialogs(dialog) => dialog.id == task,
        Object::Media(_)
        | Object::User(_)
        | Object::UserError(_)
        | Object::MediaError(_)
        | Object::DialogError { .. } => false,
    }
}

fn sm_frame(class: &str) -> Frame<'_> {
    Frame { context: None, thread: "SM-TASK-NOTIFIER-POOL-1", class }
}

fn sm_prefix(call: &SmCall) -> String {
    format!(
        "[SM_REST_OPERATION_MSG] agent_id: {}, task_id: {}, sm_contact_id: {}. EndTaskSmRestJob : ",
        call.agent, call.task, call.contact
    )
}
