//! The router's log (mr-interface 9.2).

use super::{Line, LogFile};
use crate::stamp::Stamper;
use cce_fold::{AnyMessage, Meaning, ReadRecord};
use cce_journal::{Header, Record};
use cce_kernel::Fact;
use cce_model::{
    AgentState, DialogueId, RouterCallKey,
    fact::{AgentView, QueueChoice, RouterFact},
};
use cce_mr::{
    Icm,
    icm::{Connect, DeviceTargetPreCallInd},
};
use cce_wire::Text;

// What the product prints of things that only calls have, or that it does not know yet. No message of a task has a
// field for any of them, so these texts are the product's own for every task (mr-interface 7.1, 7.2, 8.1).

/// A request has no id of its own, its agent services are chosen later, and its type is the ordinary one.
const NEW_CALL_TAIL: &str = "CallGUID=, CCAIConfigParam=, OpType=0";
/// A greeting is played to callers.
const NO_GREETING: &str = "GREET=";
/// Digits are looked up for callers.
const NO_DIGITS: &str = "CustDBProvidedDigits=";
/// A caller's place, and a call's signalling.
const NO_LOCATION: &str = "LocationParamPKID=, LocationParamName=, SIPHeader=";
/// The request that a transferred call began with.
const NO_ORIGIN: &str = "OrigRCCallID{PhyCtrlID=0, RCID=0, DlgID=0x0} OrigOperationType=0";
/// Labels say where a network is to send a call; a task goes to an agent.
const NO_LABELS: &str = "Label(s)=";

#[derive(Debug)]
pub(super) struct RouterLog {
    stamper: Stamper,
    process: String,
    /// The dialogue of the decision that is being carried out: a reservation does not name it.
    deciding: DialogueId,
}

impl RouterLog {
    pub(super) fn new(header: &Header) -> Self {
        let process = header.logs.router_process.clone();
        Self {
            stamper: Stamper::new(header, cce_model::Kind::Router.name()),
            process,
            deciding: DialogueId(0),
        }
    }

    pub(super) fn write(&mut self, event: &ReadRecord<'_>, lines: &mut Vec<Line>) {
        let texts = match &event.kind {
            Meaning::Fact(Fact::Router(fact)) => self.fact(fact),
            Meaning::Sent { message: AnyMessage::Icm(message), .. } => self.on_sent(message),
            Meaning::Sent { .. }
            | Meaning::Received { .. }
            | Meaning::Http(_)
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Fact(_)
            | Meaning::Bent(_)
            | Meaning::Other => return,
        };
        lines.extend(texts.into_iter().map(|text| self.line(event.record, &text)));
    }

    fn on_sent(&self, message: &Icm) -> Vec<String> {
        if let Icm::DeviceTargetPreCallInd(pre) = message {
            return pre_call(&context(self.deciding), pre);
        }
        if let Icm::Connect(assigned) = message { vec![connect(assigned)] } else { Vec::new() }
    }

    fn line(&self, record: &Record, text: &str) -> Line {
        (LogFile::Router, format!("{} {} Trace: {text}", self.stamper.icm(record), self.process))
    }

    fn fact(&mut self, fact: &RouterFact) -> Vec<String> {
        match fact {
            RouterFact::CallAdmitted {
                dialogue,
                key,
                dialed_number,
                ani,
                ced,
                routing_client,
                mrd,
                at_vru,
                operation,
                ..
            } => vec![format!(
                "{}NewCall: CID={}, DN={dialed_number}, ANI={ani}, CED={ced}, RCID={routing_client}, \
                 MRDID={mrd}, CallAtVRU={}, OpCode={operation}, {NEW_CALL_TAIL}",
                context(*dialogue),
                cid(*key),
                u8::from(*at_vru),
            )],
            RouterFact::QueueNode { dialogue, key, queue, step, choice, .. } => {
                self.deciding = *dialogue;
                match choice {
                    QueueChoice::Agent { skill_target, .. } => vec![format!(
                        "{}CID={}:{queue}:Step {step} sending call to Agent {skill_target}",
                        context(*dialogue),
                        cid(*key),
                    )],
                    QueueChoice::Wait => Vec::new(),
                }
            }
            RouterFact::DialogDeleted { dialogue, .. } => {
                vec![format!("{}Deleting Dialog.", context(*dialogue))]
            }
            RouterFact::Agent { skill_target, mrd, before, after } => vec![format!(
                "Agent {skill_target} from PG domain {mrd}. [{}] to [{}]",
                agent(before),
                agent(after),
            )],
            RouterFact::CallRefused { .. }
            | RouterFact::Dequeued { .. }
            | RouterFact::Requeued { .. }
            | RouterFact::CancelRefused { .. } => Vec::new(),
        }
    }
}

/// The tag of a dialogue; the other numbers are not used for tasks.
fn context(dialogue: DialogueId) -> String {
    format!("({dialogue} x 0 : 0 0) ")
}

fn cid(key: RouterCallKey) -> String {
    format!("({},{})", key.day, key.call)
}

/// The agent notation of task-routing 3.10 (inferred).
fn agent(view: &AgentView) -> String {
    let pending = if view.pending > 0 { format!("+{}", view.pending) } else { String::new() };
    let flags = match (view.routable, view.state) {
        (true, AgentState::NotActive) => "RA*",
        (true, _) => "R",
        (false, _) => "",
    };
    format!("{}-{}{pending}:{}[{}],{flags}", view.state.router_name(), view.tasks, view.limit, view.beyond)
}

fn pre_call(context: &str, m: &DeviceTargetPreCallInd) -> Vec<String> {
    let services: Vec<String> =
        m.enabled_services.iter().flat_map(|list| &list.0).map(ToString::to_string).collect();
    vec![
        format!(
            "{context}DeviceTargetPreCall_V14: CID=({},{}), PerID={}, PQID={}, StepOrder={}, AGSTID={} \
             NetworkCallFlags={}, InvokeID={}, {NO_GREETING}, NumEnabledServices={}, EnabledServiceTypes=[ {} ], \
             CCAIConfigParam={}",
            m.task_id.day,
            m.task_id.call,
            m.per_id,
            m.pqid,
            m.step_order,
            m.agstid,
            m.network_call_flags,
            m.invoke_id,
            m.num_enabled_services.unwrap_or(0),
            services.join(" "),
            Text::or_empty(m.ccai_config_param.as_ref()),
        ),
        format!(
            "DN={}, ANI={}, CED={}, {NO_DIGITS}, RouteID={}, NetworkTargetID={}",
            Text::or_empty(m.dn.as_ref()),
            Text::or_empty(m.ani.as_ref()),
            Text::or_empty(m.ced.as_ref()),
            m.route_id,
            m.network_target_id,
        ),
        format!(
            "RCKSeqNum={}, DelayQTime={}, DelayRouterTime={}, SGDelayQTime={}",
            m.rck_seq_num, m.delay_q_time, m.delay_router_time, m.sg_delay_q_time,
        ),
        format!(
            "CallGUID={}, CustomrID={} ServiceRequested={}",
            Text::or_empty(m.call_guid.as_ref()),
            m.customer_id,
            m.service_requested,
        ),
        NO_LOCATION.to_owned(),
        format!(
            "NIC_CalledPartyNumber={} ECCPayloadID={}",
            Text::or_empty(m.nic_called_party_number.as_ref()),
            m.ecc_payload_id,
        ),
        NO_ORIGIN.to_owned(),
    ]
}

fn connect(m: &Connect) -> String {
    format!(
        "{}Connect: CID=({},{}), EventSelect=0x{:x}, ServiceType={}, RCID={}, ECCPayloadID={} {NO_LABELS} InvokeID={}",
        context(m.did),
        m.rtr_date,
        m.rtr_cid,
        m.event_sel,
        m.svc_type,
        m.rcid,
        m.ecc_payload_id,
        m.invoke_id,
    )
}
