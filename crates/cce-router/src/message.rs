//! What the router's decisions say on the wire (mr-interface 7.2 and 8.1).

use crate::{
    choice::Pick,
    config::Config,
    task::{Call, RCK_SEQ, step_order},
};
use cce_model::{DialogueId, Disposition, InvokeId, PeripheralId, RoutingClientId, SkillTarget, TaskId};
use cce_mr::{
    CancelResult,
    icm::{
        Connect, DeviceTargetPreCallInd, DialogFail, QueueEvent, Release, ReleaseConf, TaskDequeuedInd,
        TaskQueuedInd,
    },
};
use cce_wire::{List, Text};

/// `TRTargetID` without a translation route (mr-interface 7.2).
const NO_TARGET: i32 = -1;

/// `DIDRelSeq#` of what the router says: a constant of the direction, whatever went before (mr-interface 11).
const DID_REL_SEQ: u32 = 0;

/// What reservation and answer of one decision share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reservation {
    pub(crate) pick: Pick,
    pub(crate) invoke_id: InvokeId,
    /// The agent PG's peripheral.
    pub(crate) peripheral: PeripheralId,
    /// Seconds in queue; 0 of a task that never waited.
    pub(crate) queued: u32,
}

/// The reservation for the agent PG.
pub(crate) fn pre_call(config: &Config, call: &Call, reservation: Reservation) -> DeviceTargetPreCallInd {
    let request = call.request.clone();
    let call_type = &call.plan.call_type;
    DeviceTargetPreCallInd {
        task_id: TaskId::of_router(call.key, RCK_SEQ),
        per_id: reservation.peripheral,
        pqid: call.plan.queue().id.0.cast_signed(),
        step_order: step_order(reservation.pick.step),
        agstid: reservation.pick.skill_target,
        sgstid: call.plan.queue().skill_group.id,
        mrd_id: call.plan.queue().mrd().id,
        invoke_id: reservation.invoke_id,
        // The router counts from 0; the task id has one more (mr-interface 8.1).
        rck_seq_num: RCK_SEQ,
        // A task stands in one queue, so that both delays are the same.
        delay_q_time: reservation.queued,
        sg_delay_q_time: reservation.queued,
        call_type_id: call_type.id,
        customer_id: config.customer,
        service_requested: request.service_req,
        // 1 is the default payload (task-routing 6.2).
        ecc_payload_id: config.ecc_payload,
        ani: request.calling_party,
        // The router fills it with the dialed number (mr-interface 11).
        nic_called_party_number: request.called_party.clone(),
        dn: request.called_party,
        ced: request.ced,
        // The trace prints the field, and prints it empty (mr-interface 8.1).
        call_guid: Some(Text::default()),
        num_enabled_services: Some(u16::try_from(call_type.enabled_services.len()).unwrap_or(u16::MAX)),
        enabled_services: Some(List(call_type.enabled_services.clone())),
        // The request has none: the parameter is that of the call type (mr-interface 11).
        ccai_config_param: Some(Text::new(&call_type.ccai_config)),
        call_variable1: request.call_variable1,
        call_variable2: request.call_variable2,
        call_variable3: request.call_variable3,
        call_variable4: request.call_variable4,
        call_variable5: request.call_variable5,
        call_variable6: request.call_variable6,
        call_variable7: request.call_variable7,
        call_variable8: request.call_variable8,
        call_variable9: request.call_variable9,
        call_variable10: request.call_variable10,
        named_variables: request.named_variables,
        ..DeviceTargetPreCallInd::default()
    }
}

/// The answer for the routing client.
pub(crate) fn connect(config: &Config, call: &Call, reservation: Reservation) -> Connect {
    let request = call.request.clone();
    Connect {
        rcid: request.rcid,
        pid: request.pid,
        did: request.did,
        did_rel_seq: DID_REL_SEQ,
        rtr_date: call.key.day,
        rtr_cid: call.key.call,
        rck_seq: RCK_SEQ,
        tr_target_id: NO_TARGET,
        operation_code: request.operation_code,
        operation_flags: request.operation_flags,
        ecc_payload_id: config.ecc_payload,
        invoke_id: reservation.invoke_id,
        sgstid: call.plan.queue().skill_group.id,
        pqid: call.plan.queue().id.0.cast_signed(),
        // The application reads it as Undefined (mr-interface 7.2).
        svc_stid: SkillTarget::NONE,
        agstid: reservation.pick.skill_target,
        mrd_id: call.plan.queue().mrd().id,
        // The value is that of the domain's configuration (mr-interface 7.2).
        interruptible: call.plan.queue().mrd().interruptible,
        corr_id: Some(Text::default()),
        // It is empty in NEW_CALL, and the dialed number here (mr-interface 7.2).
        nic_called_party: request.called_party,
        // AgentInfo is the skill target as text (mr-interface 7.2).
        ag_info: Some(Text::new(reservation.pick.skill_target.to_string())),
        call_variable1: request.call_variable1,
        call_variable2: request.call_variable2,
        call_variable3: request.call_variable3,
        call_variable4: request.call_variable4,
        call_variable5: request.call_variable5,
        call_variable6: request.call_variable6,
        call_variable7: request.call_variable7,
        call_variable8: request.call_variable8,
        call_variable9: request.call_variable9,
        call_variable10: request.call_variable10,
        named_variables: request.named_variables,
        ..Connect::default()
    }
}

/// Tells the routing client that its task waits.
pub(crate) fn queue_event(call: &Call, estimated_wait_time: i32) -> QueueEvent {
    QueueEvent {
        rcid: call.request.rcid,
        pid: call.request.pid,
        did: call.request.did,
        did_rel_seq: DID_REL_SEQ,
        rtr_date: call.key.day,
        rtr_cid: call.key.call,
        rck_seq: RCK_SEQ,
        estimated_wait_time,
        ..QueueEvent::default()
    }
}

/// Tells an agent PG that a task waits. One that was answered before is routed anew.
pub(crate) fn queued(call: &Call) -> TaskQueuedInd {
    let request = call.request.clone();
    TaskQueuedInd {
        task_id: TaskId::of_router(call.key, RCK_SEQ),
        mrd_id: call.plan.queue().mrd().id,
        sgstid: call.plan.queue().skill_group.id,
        is_new: !call.is_answered,
        ani: request.calling_party,
        dn: request.called_party,
        ced: request.ced,
        call_variable1: request.call_variable1,
        call_variable2: request.call_variable2,
        call_variable3: request.call_variable3,
        call_variable4: request.call_variable4,
        call_variable5: request.call_variable5,
        call_variable6: request.call_variable6,
        call_variable7: request.call_variable7,
        call_variable8: request.call_variable8,
        call_variable9: request.call_variable9,
        call_variable10: request.call_variable10,
        named_variables: request.named_variables,
        ..TaskQueuedInd::default()
    }
}

/// Tells an agent PG that a task waits no more.
pub(crate) fn dequeued(call: &Call) -> TaskDequeuedInd {
    TaskDequeuedInd {
        task_id: TaskId::of_router(call.key, RCK_SEQ),
        mrd_id: call.plan.queue().mrd().id,
        sgstid: call.plan.queue().skill_group.id,
        ..TaskDequeuedInd::default()
    }
}

/// Tells the routing client that its task is not routed.
pub(crate) fn dialog_fail(
    rcid: RoutingClientId,
    pid: PeripheralId,
    did: DialogueId,
    reason_code: Disposition,
) -> DialogFail {
    DialogFail { rcid, pid, did, reason_code, ..DialogFail::default() }
}

/// Tells the routing client what became of its release.
pub(crate) fn release_conf(release: &Release, result: CancelResult) -> ReleaseConf {
    let Release { rcid, pid, did, .. } = *release;
    ReleaseConf { rcid, pid, did, result, ..ReleaseConf::default() }
}
