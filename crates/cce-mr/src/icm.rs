//! Between peripheral gateways and the router (mr-interface 7 and 8).
//!
//! The fixed part holds the numbers in the order of the traces; strings are floating fields, with the tags that
//! GED-188 gives to the same strings where it has them.

use crate::{CancelResult, FailureStatus, RoutingService};
use cce_model::{
    AgentState, Availability, CallTypeId, DialogueId, Disposition, InvokeId, MrdId, OperationCode,
    OperationFlags, PeripheralId, PeripheralType, RoutingClientId, SkillTarget, TaskId, TaskState,
};
use cce_wire::{Code, List, NamedVariable, Text, Time32};

cce_wire::messages! {
    /// Messages between a peripheral gateway and the router.
    Icm {
        /// A request failed.
        1 => FailureConf "FAILURE_CONF" any -> any, inferred "mr-interface 7" {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
            /// 0 is no error.
            status: FailureStatus as "Status" is refusal,
        }

        /// The other end did something that is no answer to a request of ours.
        2 => FailureEvent "FAILURE_EVENT" any -> any, inferred "mr-interface 7" {
            /// 0 is no error.
            status: FailureStatus as "Status",
        }

        /// Opens the session.
        3 => OpenReq "OPEN_REQ" pg -> router, inferred "mr-interface 7",
            answered by OpenConf, refused by FailureConf {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
            /// Version of the protocol.
            version: u32 as "Version",
            /// The peripheral gateway's peripheral.
            peripheral_id: PeripheralId as "PeripheralID",
            /// 17 enterprise agent, 19 media routing (cti-server-protocol 12).
            peripheral_type: PeripheralType as "PeripheralType",
        }

        /// The session is open.
        4 => OpenConf "OPEN_CONF" router -> pg, inferred "mr-interface 7" {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
            /// The router's calendar clock.
            central_controller_time: Time32 as "CentralControllerTime",
        }

        /// Asks whether the router is there.
        5 => HeartbeatReq "HEARTBEAT_REQ" pg -> router, inferred "mr-interface 7",
            answered by HeartbeatConf, refused by FailureConf {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
        }

        /// It is.
        6 => HeartbeatConf "HEARTBEAT_CONF" router -> pg, inferred "mr-interface 7" {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
        }

        /// Ends the session.
        7 => CloseReq "CLOSE_REQ" any -> any, inferred "mr-interface 7",
            answered by CloseConf, refused by FailureConf {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
            /// 0 is no error.
            status: FailureStatus as "Status",
        }

        /// The session is over.
        8 => CloseConf "CLOSE_CONF" any -> any, inferred "mr-interface 7" {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
        }

        /// A task to route (mr-interface 7.1).
        20 => NewCall "NEW_CALL" pg -> router, inferred "mr-interface 7",
            answered by Connect | QueueEvent, refused by DialogFail {
            /// Routing client of the MR PIM.
            rcid: RoutingClientId as "RCID",
            /// Peripheral of the MR PIM.
            pid: PeripheralId as "PID" is client,
            /// The dialogue.
            did: DialogueId as "DID" is opens,
            /// Sequence in the dialogue.
            did_rel_seq: u32 as "DIDRelSeq#",
            /// Routing client again: what is deleted as a group.
            grp_del_key: u32 as "GrpDelKey",
            /// Router call key day; -1 none.
            rtr_date: i32 as "RtrDate",
            /// Router call key; -1 none.
            rtr_cid: i32 as "RtrCID",
            /// Sequence as the router counts it: the task id's minus one; -1 none.
            rck_seq: i32 as "RCKSeq#",
            /// 0 classic.
            operation_code: OperationCode as "OperationCode",
            /// 0 none.
            operation_flags: OperationFlags as "OperationFlags",
            /// 1.
            msg_origin: u16 as "MsgOrigin",
            /// 6.
            route_dev_type: u16 as "RouteDevType",
            /// Zero.
            net_delay: u32 as "NetDelay",
            /// Zero.
            priority: u16 as "Priority",
            /// Zero.
            orig_type: u16 as "OrigType",
            /// The contact counts as being at a VRU.
            at_vru: bool as "atVRU",
            /// Whether the calling line is hidden.
            clid_restrict: bool as "CLIDRestrict",
            /// Skill target id of the wanted agent; -1 none.
            pref_agstid: SkillTarget as "PrefAGSTID",
            /// -1: the dialed number decides.
            mr_domain_id: MrdId as "MRDomainID",
            /// False.
            legacy_pre_call_msg_enabled: bool as "LegacyPreCallMsgEnabled",
            /// Zero.
            cid: u32 as "CID",
            /// See task-routing 3.2.
            service_req: RoutingService as "ServiceReq",
            /// -1.
            queue_type: i32 as "QueueType",
            /// Zero.
            queue_id: u32 as "QueueID",
        } floats {
            11 called_party: Text<40> as "CalledParty#",
            8 calling_party: Text<40> as "CallingParty#",
            12 ced: Text<40> as "CED" is contact,
            23 originator: Text<32> as "Originator",
            24 nic_called_party: Text<40> as "NICCalledParty#",
            13 call_variable1: Text<41> as "CallVariable1",
            14 call_variable2: Text<41> as "CallVariable2",
            15 call_variable3: Text<41> as "CallVariable3",
            16 call_variable4: Text<41> as "CallVariable4",
            17 call_variable5: Text<41> as "CallVariable5",
            18 call_variable6: Text<41> as "CallVariable6",
            19 call_variable7: Text<41> as "CallVariable7",
            20 call_variable8: Text<41> as "CallVariable8",
            21 call_variable9: Text<41> as "CallVariable9",
            22 call_variable10: Text<41> as "CallVariable10",
            82 named_variables: NamedVariable as "ECC Variable" is repeated,
        }

        /// An agent was chosen (mr-interface 7.2).
        21 => Connect "CONNECT" router -> pg, inferred "mr-interface 7" {
            /// Routing client of the MR PIM.
            rcid: RoutingClientId as "RCID",
            /// Peripheral of the MR PIM.
            pid: PeripheralId as "PID" is client,
            /// The dialogue.
            did: DialogueId as "DID" is dialogue,
            /// Sequence in the dialogue.
            did_rel_seq: u32 as "DIDRelSeq#",
            /// Router call key day; -1 none.
            rtr_date: i32 as "RtrDate",
            /// Router call key; -1 none.
            rtr_cid: i32 as "RtrCID",
            /// Sequence as the router counts it: the task id's minus one; -1 none.
            rck_seq: i32 as "RCKSeq#",
            /// 0 is no error.
            error_code: u32 as "ErrorCode",
            /// -1.
            tr_target_id: i32 as "TRTargetID",
            /// Zero.
            event_sel: u32 as "EventSel",
            /// Zero.
            svc_type: u32 as "SvcType",
            /// 0 classic.
            operation_code: OperationCode as "OperationCode",
            /// 0 none.
            operation_flags: OperationFlags as "OperationFlags",
            /// False.
            network_transfer_enabled: bool as "NetworkTransferEnabled",
            /// 1, the default payload.
            ecc_payload_id: u32 as "ECCPayloadID",
            /// Ties it to the reservation of the same decision.
            invoke_id: InvokeId as "InvokeID" is invoke,
            /// Skill target id of the skill group.
            sgstid: SkillTarget as "SGSTID",
            /// The precision queue.
            pqid: i32 as "PQID",
            /// Skill target id of the service; -1 none.
            svc_stid: SkillTarget as "SvcSTID",
            /// Skill target id of the agent.
            agstid: SkillTarget as "AGSTID" is agent,
            /// The domain.
            mrd_id: MrdId as "MRDID" is mrd,
            /// Whether tasks of the domain may be interrupted.
            interruptible: bool as "Interruptible",
        } floats {
            25 corr_id: Text<40> as "CorrID",
            24 nic_called_party: Text<40> as "NICCalledParty#",
            102 ag_info: Text<32> as "AGInfo",
            13 call_variable1: Text<41> as "CallVariable1",
            14 call_variable2: Text<41> as "CallVariable2",
            15 call_variable3: Text<41> as "CallVariable3",
            16 call_variable4: Text<41> as "CallVariable4",
            17 call_variable5: Text<41> as "CallVariable5",
            18 call_variable6: Text<41> as "CallVariable6",
            19 call_variable7: Text<41> as "CallVariable7",
            20 call_variable8: Text<41> as "CallVariable8",
            21 call_variable9: Text<41> as "CallVariable9",
            22 call_variable10: Text<41> as "CallVariable10",
            82 named_variables: NamedVariable as "ECC Variable" is repeated,
        }

        /// Nobody is free: the script queued the task.
        22 => QueueEvent "QUEUE_EVENT" router -> pg, inferred "mr-interface 7" {
            /// Routing client of the MR PIM.
            rcid: RoutingClientId as "RCID",
            /// Peripheral of the MR PIM.
            pid: PeripheralId as "PID" is client,
            /// The dialogue.
            did: DialogueId as "DID" is dialogue,
            /// Sequence in the dialogue.
            did_rel_seq: u32 as "DIDRelSeq#",
            /// Router call key day; -1 none.
            rtr_date: i32 as "RtrDate",
            /// Router call key; -1 none.
            rtr_cid: i32 as "RtrCID",
            /// Sequence as the router counts it: the task id's minus one; -1 none.
            rck_seq: i32 as "RCKSeq#",
            /// Seconds; -1 unknown.
            estimated_wait_time: i32 as "EstimatedWaitTime",
        }

        /// The routing client gives up a task.
        23 => Release "RELEASE" pg -> router, inferred "mr-interface 7",
            answered by ReleaseConf, refused by DialogFail {
            /// Routing client of the MR PIM.
            rcid: RoutingClientId as "RCID",
            /// Peripheral of the MR PIM.
            pid: PeripheralId as "PID" is client,
            /// The dialogue.
            did: DialogueId as "DID" is dialogue,
            /// Sequence in the dialogue.
            did_rel_seq: u32 as "DIDRelSeq#",
            /// Why: one of the dispositions.
            reason_code: Disposition as "ReasonCode",
        }

        /// A task cannot be routed.
        24 => DialogFail "DIALOG_FAIL" router -> pg, inferred "mr-interface 7" {
            /// Routing client of the MR PIM.
            rcid: RoutingClientId as "RCID",
            /// Peripheral of the MR PIM.
            pid: PeripheralId as "PID" is client,
            /// The dialogue.
            did: DialogueId as "DID" is dialogue,
            /// Sequence in the dialogue.
            did_rel_seq: u32 as "DIDRelSeq#",
            /// Why: one of the dispositions.
            reason_code: Disposition as "ReasonCode",
        }

        /// What became of a release.
        25 => ReleaseConf "RELEASE_CONF" router -> pg, inferred "mr-interface 7" {
            /// Routing client of the MR PIM.
            rcid: RoutingClientId as "RCID",
            /// Peripheral of the MR PIM.
            pid: PeripheralId as "PID" is client,
            /// The dialogue.
            did: DialogueId as "DID" is dialogue,
            /// Sequence in the dialogue.
            did_rel_seq: u32 as "DIDRelSeq#",
            /// 0 released, 1 an agent had been chosen.
            result: CancelResult as "Result",
        }

        /// An agent is reserved (mr-interface 8.1).
        30 => DeviceTargetPreCallInd "DEVICE_TARGET_PRE_CALL_IND" router -> pg, inferred "mr-interface 8" {
            /// The task: router call key, and the router's sequence plus one.
            task_id: TaskId as "RouterCallKey" is task,
            /// The agent PG's peripheral.
            per_id: PeripheralId as "PerID",
            /// The precision queue.
            pqid: i32 as "PQID",
            /// Step of the queue that chose the agent, from 1.
            step_order: u32 as "StepOrder",
            /// Skill target id of the agent.
            agstid: SkillTarget as "AGSTID" is agent,
            /// Skill target id of the skill group.
            sgstid: SkillTarget as "SGSTID",
            /// The domain.
            mrd_id: MrdId as "MRDID" is mrd,
            /// Zero.
            network_call_flags: u32 as "NetworkCallFlags",
            /// Ties it to the routing client's answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
            /// Zero.
            route_id: u32 as "RouteID",
            /// Zero.
            network_target_id: u32 as "NetworkTargetID",
            /// Sequence as the router counts it.
            rck_seq_num: i32 as "RCKSeqNum",
            /// Seconds in queue.
            delay_q_time: u32 as "DelayQTime",
            /// Seconds at the router before that.
            delay_router_time: u32 as "DelayRouterTime",
            /// Seconds in the skill group's queue.
            sg_delay_q_time: u32 as "SGDelayQTime",
            /// The call type.
            call_type_id: CallTypeId as "CallTypeID",
            /// 1.
            customer_id: u32 as "CustomrID",
            /// See task-routing 3.2.
            service_requested: RoutingService as "ServiceRequested",
            /// 1, the default payload.
            ecc_payload_id: u32 as "ECCPayloadID",
        } floats {
            8 ani: Text<40> as "ANI",
            11 dn: Text<40> as "DN",
            12 ced: Text<40> as "CED" is contact,
            24 nic_called_party_number: Text<40> as "NIC_CalledPartyNumber",
            294 call_guid: Text<40> as "CallGUID",
            310 num_enabled_services: u16 as "NumEnabledServices",
            309 enabled_services: List<u16> as "EnabledServiceTypes",
            311 ccai_config_param: Text<40> as "CCAIConfigParam",
            13 call_variable1: Text<41> as "CallVariable1",
            14 call_variable2: Text<41> as "CallVariable2",
            15 call_variable3: Text<41> as "CallVariable3",
            16 call_variable4: Text<41> as "CallVariable4",
            17 call_variable5: Text<41> as "CallVariable5",
            18 call_variable6: Text<41> as "CallVariable6",
            19 call_variable7: Text<41> as "CallVariable7",
            20 call_variable8: Text<41> as "CallVariable8",
            21 call_variable9: Text<41> as "CallVariable9",
            22 call_variable10: Text<41> as "CallVariable10",
            82 named_variables: NamedVariable as "ECC Variable" is repeated,
        }

        /// A reservation is withdrawn.
        31 => DeviceTargetPreCallAbortInd "DEVICE_TARGET_PRE_CALL_ABORT_IND" router -> pg, inferred "mr-interface 8" {
            /// The task.
            task_id: TaskId as "RouterCallKey" is task,
            /// Skill target id of the agent.
            agstid: SkillTarget as "AGSTID" is agent,
            /// The domain.
            mrd_id: MrdId as "MRDID" is mrd,
        }

        /// A task waits in a queue: for the task events of CTI clients (task-routing S2).
        34 => TaskQueuedInd "TASK_QUEUED_IND" router -> pg, inferred "task-routing S2" {
            /// The task: router call key, and the router's sequence plus one.
            task_id: TaskId as "RouterCallKey" is task,
            /// The domain.
            mrd_id: MrdId as "MRDID" is mrd,
            /// Skill target id of the queue's skill group.
            sgstid: SkillTarget as "SGSTID",
            /// Whether it never waited before; a task that is routed anew did.
            is_new: bool as "IsNew",
        } floats {
            8 ani: Text<40> as "ANI",
            11 dn: Text<40> as "DN",
            12 ced: Text<40> as "CED" is contact,
            13 call_variable1: Text<41> as "CallVariable1",
            14 call_variable2: Text<41> as "CallVariable2",
            15 call_variable3: Text<41> as "CallVariable3",
            16 call_variable4: Text<41> as "CallVariable4",
            17 call_variable5: Text<41> as "CallVariable5",
            18 call_variable6: Text<41> as "CallVariable6",
            19 call_variable7: Text<41> as "CallVariable7",
            20 call_variable8: Text<41> as "CallVariable8",
            21 call_variable9: Text<41> as "CallVariable9",
            22 call_variable10: Text<41> as "CallVariable10",
            82 named_variables: NamedVariable as "ECC Variable" is repeated,
        }

        /// A task waits no more: an agent was chosen, or it was given up.
        35 => TaskDequeuedInd "TASK_DEQUEUED_IND" router -> pg, inferred "task-routing S2" {
            /// The task.
            task_id: TaskId as "RouterCallKey" is task,
            /// The domain.
            mrd_id: MrdId as "MRDID" is mrd,
            /// Skill target id of the queue's skill group.
            sgstid: SkillTarget as "SGSTID",
        }

        /// How an agent stands in a domain (mr-interface 8.2).
        32 => AgentStateUpdate "AGENT_STATE_UPDATE" pg -> router, inferred "mr-interface 8" {
            /// Skill target id of the agent.
            icm_agent_id: SkillTarget as "ICMAgentID" is agent,
            /// The domain.
            mrd_id: MrdId as "MRDID" is mrd,
            /// See cti-server-protocol 12.
            agent_state: Code<AgentState> as "AgentState",
            /// Tasks that the agent has begun.
            active_tasks: u32 as "ActiveTasks",
            /// All tasks assigned.
            num_tasks: u32 as "NumTasks",
            /// Tasks at the same time.
            max_task_limit: u32 as "MaxTaskLimit",
            /// Tasks that may be held past that limit.
            max_beyond_task_limit: u32 as "MaxBeyondTaskLimit",
            /// Whether the router may assign tasks.
            agent_mode: bool as "AgentMode",
            /// 0 not available, 1 to the central controller, 2 to the application.
            availability: Code<Availability> as "AgentAvailabilityStatus",
        }

        /// A task's state changed.
        33 => TaskEvent "TASK_EVENT" pg -> router, inferred "mr-interface 8" {
            /// The task.
            task_id: TaskId as "TaskID" is task,
            /// Skill target id of the agent.
            icm_agent_id: SkillTarget as "ICMAgentID" is agent,
            /// The domain.
            mrd_id: MrdId as "MRDID" is mrd,
            /// See cti-server-protocol 11.3.
            task_state: Code<TaskState> as "TaskState",
            /// How it ended; 0 while it has not.
            disposition: Disposition as "ICMDisposition",
        }
    }
}
