//! What becomes of a message on its way through the PIM (mr-interface 3.2, 7.1).

use crate::PimConfig;
use cce_model::{RouterCallKey, TaskId};
use cce_mr::{
    icm::{Connect, NewCall},
    mr::{DoThisWithTask, NewTask},
};
use cce_wire::Text;

/// Values of NEW_CALL that the lab trace shows and that do not depend on the task.
mod constant {
    pub(super) const MSG_ORIGIN: u16 = 1;
    pub(super) const ROUTE_DEV_TYPE: u16 = 6;
    pub(super) const QUEUE_TYPE: i32 = -1;
}

/// `DIDRelSeq#` of what the PIM says: a constant of the direction, whatever went before (mr-interface 11).
pub(crate) const DID_REL_SEQ: u32 = 1;

/// The request to the router.
pub(crate) fn new_call(config: &PimConfig, task: NewTask) -> NewCall {
    // Originator is the host part of CCP's node name: sm1 (mr-interface 7.1).
    let originator = config.application_host.split('.').next().unwrap_or_default();
    NewCall {
        rcid: config.routing_client,
        pid: config.peripheral,
        did: task.dialogue_id,
        did_rel_seq: DID_REL_SEQ,
        grp_del_key: config.routing_client.0,
        // The router gives the key with its answer (mr-interface 7.2).
        rtr_date: RouterCallKey::NONE.day,
        rtr_cid: RouterCallKey::NONE.call,
        rck_seq: -1,
        msg_origin: constant::MSG_ORIGIN,
        route_dev_type: constant::ROUTE_DEV_TYPE,
        // At a VRU already, a task is never sent to one (task-routing 3.1).
        at_vru: true,
        pref_agstid: task.preferred_agent,
        // CCP leaves it out: the dialed number decides about the domain (mr-interface 3.1).
        mr_domain_id: task.mr_domain_id,
        // 0 is not on the wire (mr-interface 3).
        service_req: task.service_requested.unwrap_or_default(),
        queue_type: constant::QUEUE_TYPE,
        // The strings become dialed number, ANI and CED (mr-interface 7.1).
        called_party: task.script_selector,
        calling_party: task.application_string1,
        ced: task.application_string2,
        originator: Some(Text::new(originator)),
        // The router fills it in its answer (mr-interface 7.2).
        nic_called_party: Some(Text::default()),
        call_variable1: task.call_variable1,
        call_variable2: task.call_variable2,
        call_variable3: task.call_variable3,
        call_variable4: task.call_variable4,
        call_variable5: task.call_variable5,
        call_variable6: task.call_variable6,
        call_variable7: task.call_variable7,
        call_variable8: task.call_variable8,
        call_variable9: task.call_variable9,
        call_variable10: task.call_variable10,
        named_variables: task.named_variables,
        ..NewCall::default()
    }
}

/// The task that the router's answer is about: its sequence is the router's plus one.
pub(crate) fn task_id(rtr_date: i32, rtr_cid: i32, rck_seq: i32) -> TaskId {
    TaskId::of_router(RouterCallKey { day: rtr_date, call: rtr_cid }, rck_seq)
}

/// The answer to the application. The strings that are empty are there nevertheless: only with them the message
/// has the length that the lab trace prints (mr-interface 4).
pub(crate) fn do_this_with_task(connect: &Connect, send_seq_no: u32) -> DoThisWithTask {
    let connect = connect.clone();
    DoThisWithTask {
        dialogue_id: connect.did,
        send_seq_no,
        icm_task_id: task_id(connect.rtr_date, connect.rtr_cid, connect.rck_seq),
        skill_group: connect.sgstid,
        service: connect.svc_stid,
        agent: connect.agstid,
        agent_info: connect.ag_info,
        label: Some(Text::default()),
        application_string1: Some(Text::default()),
        application_string2: Some(Text::default()),
        call_variable1: connect.call_variable1,
        call_variable2: connect.call_variable2,
        call_variable3: connect.call_variable3,
        call_variable4: connect.call_variable4,
        call_variable5: connect.call_variable5,
        call_variable6: connect.call_variable6,
        call_variable7: connect.call_variable7,
        call_variable8: connect.call_variable8,
        call_variable9: connect.call_variable9,
        call_variable10: connect.call_variable10,
        named_variables: connect.named_variables,
        // The trace prints both behind the strings, so that they are floats (mr-interface 4).
        mrd_id: Some(connect.mrd_id),
        interruptible: Some(u16::from(connect.interruptible)),
        ..DoThisWithTask::default()
    }
}
