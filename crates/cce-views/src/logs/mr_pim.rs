//! The MR PIM's log (mr-interface 9.1).

use super::{Line, LogFile};
use crate::stamp::Stamper;
use cce_fold::{AnyMessage, Meaning, ReadRecord};
use cce_journal::Header;
use cce_model::{PeripheralId, TaskId};
use cce_mr::{
    Icm, Mr,
    icm::{Connect, NewCall},
};
use cce_wire::{Shown, Text, Value};
use std::{collections::BTreeMap, fmt::Display};

/// Printed for `NICCallID` and `PGCallID`, which tasks do not have: they are calls of a network or a switch
/// (mr-interface 7.1), and no message of this lab has a field for them.
const NO_CALL: &str = "{N/A}";

#[derive(Debug)]
pub(super) struct MrPimLog {
    stamper: Stamper,
    process: String,
    /// Of further PIMs, by peripheral.
    others: BTreeMap<PeripheralId, String>,
}

impl MrPimLog {
    pub(super) fn new(header: &Header) -> Self {
        Self {
            stamper: Stamper::new(header, cce_model::Kind::MrPg.name()),
            process: header.logs.pim_process.clone(),
            others: header.logs.pim_processes.clone(),
        }
    }

    pub(super) fn write(&self, event: &ReadRecord<'_>, lines: &mut Vec<Line>) {
        match &event.kind {
            Meaning::Received { message: AnyMessage::Mr(message), length, .. } => {
                self.application(event, "Application->PG:", message, *length, lines);
            }
            Meaning::Sent { message: AnyMessage::Mr(message), length, .. } => {
                self.application(event, "PG->Application:", message, *length, lines);
            }
            Meaning::Sent { message: AnyMessage::Icm(message), .. } => {
                if let Icm::NewCall(call) = &**message {
                    self.put(event, "Send INRCMSGNewCall to Router : :", [new_call(call)], lines);
                }
            }
            Meaning::Received { message: AnyMessage::Icm(message), .. } => {
                if let Icm::Connect(connect) = &**message {
                    self.put(event, "MR_Peripheral::On_Router_Connect:", [connected(connect)], lines);
                }
            }
            Meaning::Received { .. }
            | Meaning::Sent { .. }
            | Meaning::Http(_)
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Fact(_)
            | Meaning::Bent(_)
            | Meaning::Other => {}
        }
    }

    fn application(
        &self,
        event: &ReadRecord<'_>,
        way: &str,
        message: &Mr,
        length: usize,
        lines: &mut Vec<Line>,
    ) {
        if message.name().starts_with("HEARTBEAT") {
            return;
        }
        let head = format!("Message = {}; Length = {length} bytes", message.name());
        self.put(event, way, std::iter::once(head).chain(fields(message)), lines);
    }

    fn put(
        &self,
        event: &ReadRecord<'_>,
        head: &str,
        rest: impl IntoIterator<Item = String>,
        lines: &mut Vec<Line>,
    ) {
        let other = event.client.and_then(|client| self.others.get(&client));
        let process = other.unwrap_or(&self.process);
        lines.push((LogFile::MrPim, format!("{} {process} Trace: {head}", self.stamper.icm(event.record))));
        lines.extend(rest.into_iter().map(|line| (LogFile::MrPim, line)));
    }
}

/// The fields that the product prints: call variables are left out, and so is an answer's first string.
fn fields(message: &Mr) -> Vec<String> {
    let is_answer = matches!(message, Mr::DoThisWithTask(_));
    let hidden =
        |label: &str| label.starts_with("CallVariable") || (is_answer && label == "ApplicationString1");
    let mut lines: Vec<String> =
        message.fields().iter().filter(|field| !hidden(field.label)).flat_map(field).collect();
    if let Mr::NewTask(task) = message
        && task.service_requested.is_none()
    {
        // Absent on the wire, printed nevertheless (mr-interface 11).
        lines.push(number("ServiceRequested", 0));
    }
    lines
}

fn field(Shown { label, value }: &Shown) -> Vec<String> {
    if value.is_null() && !matches!(value, Value::Task(_)) {
        return vec![format!("{label} = Undefined")];
    }
    match value {
        Value::Uint(value) | Value::Time(value) => vec![number(label, *value)],
        Value::Int(value) => vec![number(label, value.cast_unsigned())],
        Value::Bool(value) => vec![number(label, u32::from(*value))],
        Value::Task(TaskId { day, call, sequence }) => vec![format!("{label} = {day}:{call}:{sequence:2}")],
        Value::Text(text) => vec![format!("{label}: {text}")],
        Value::List(pair) if *label == "ECC Variable" && pair.len() == 2 => {
            vec![format!("ECC Variable Name: {}", pair[0]), format!("Value: {}", pair[1])]
        }
        Value::Bytes(_) | Value::List(_) | Value::Secret => vec![format!("{label}: {value}")],
    }
}

fn number(label: &str, value: u32) -> String {
    format!("{label} = ({value}) Hex {value:08x}")
}

fn new_call(m: &NewCall) -> String {
    format!(
        "NEW_CALL RCID={} PID={} DID={} DIDRelSeq#={} GrpDelKey={} CRS(RtrDate={},RtrCID={}) RCKSeq#={} \
         NICCallID={NO_CALL} PGCallID={NO_CALL} OperationCode={} OperationFlags={} CalledParty#={} \
         CallingParty#={} CED={} MsgOrigin={} RouteDevType={} Originator={} NICCalledParty#={} NetDelay={} \
         Priority={} OrigType={} atVRU={} CLIDRestrict={} PrefAGSTID={} MRDomainID={} \
         LegacyPreCallMsgEnabled={} CID={}, ServiceReq={} QueueType={} QueueID={}",
        m.rcid,
        m.pid,
        m.did,
        m.did_rel_seq,
        m.grp_del_key,
        m.rtr_date,
        m.rtr_cid,
        m.rck_seq,
        name_or(m.operation_code.name(), m.operation_code),
        name_or(m.operation_flags.name(), m.operation_flags),
        Text::or_empty(m.called_party.as_ref()),
        Text::or_empty(m.calling_party.as_ref()),
        Text::or_empty(m.ced.as_ref()),
        m.msg_origin,
        m.route_dev_type,
        Text::or_empty(m.originator.as_ref()),
        Text::or_empty(m.nic_called_party.as_ref()),
        m.net_delay,
        m.priority,
        m.orig_type,
        truth(m.at_vru),
        truth(m.clid_restrict),
        m.pref_agstid,
        m.mr_domain_id,
        truth(m.legacy_pre_call_msg_enabled),
        m.cid,
        m.service_req,
        m.queue_type,
        m.queue_id,
    )
}

fn connected(m: &Connect) -> String {
    format!(
        "CONNECT RCID={} PID={} DID={} DIDRelSeq#={} CRS(RtrDate={},RtrCID={}) RCKSeq#={} ErrorCode={} \
         TRTargetID={} CorrID={} EventSel={} SvcType={} NICCallID={NO_CALL} PGCallID={NO_CALL} \
         OperationCode={} OperationFlags={} NetworkTransferEnabled={} ECCPayloadID={} InvokeID={} \
         NICCalledParty#={} SGSTID={} PQID={} SvcSTID={} AGSTID={} AGInfo={}, MRDID={} Interruptible={}",
        m.rcid,
        m.pid,
        m.did,
        m.did_rel_seq,
        m.rtr_date,
        m.rtr_cid,
        m.rck_seq,
        m.error_code,
        m.tr_target_id,
        Text::or_empty(m.corr_id.as_ref()),
        m.event_sel,
        m.svc_type,
        name_or(m.operation_code.name(), m.operation_code),
        name_or(m.operation_flags.name(), m.operation_flags),
        truth(m.network_transfer_enabled),
        m.ecc_payload_id,
        m.invoke_id,
        Text::or_empty(m.nic_called_party.as_ref()),
        m.sgstid,
        m.pqid,
        m.svc_stid,
        m.agstid,
        Text::or_empty(m.ag_info.as_ref()),
        m.mrd_id,
        u8::from(m.interruptible),
    )
}

/// The name of a code, or its number where it has none.
fn name_or(name: Option<&str>, number: impl Display) -> String {
    name.map_or_else(|| number.to_string(), str::to_owned)
}

fn truth(value: bool) -> char {
    if value { 'T' } else { 'F' }
}
