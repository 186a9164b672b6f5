//! The media routing interface, between an application such as CCP and the MR PIM (mr-interface 3).

use crate::{CancelResult, FailureStatus, RoutingService};
use cce_model::{DialogueId, Disposition, InvokeId, MrdId, PeripheralId, SkillTarget, TaskId};
use cce_wire::{NamedVariable, Text};

cce_wire::messages! {
    /// Messages between an application and the MR PIM.
    Mr {
        /// A request failed.
        1 => FailureConf "FAILURE_CONF" any -> any, inferred "mr-interface 3" {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
            /// 0 is no error.
            status: FailureStatus as "Status" is refusal,
        }

        /// The other end did something that is no answer to a request of ours.
        2 => FailureEvent "FAILURE_EVENT" any -> any, inferred "mr-interface 3" {
            /// 0 is no error.
            status: FailureStatus as "Status",
        }

        /// Opens the session.
        3 => OpenReq "OPEN_REQ" pim -> application, inferred "mr-interface 3",
            answered by OpenConf, refused by FailureConf {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
            /// Version of the protocol.
            version_number: u32 as "VersionNumber",
            /// Seconds without a message after which the application may drop the session.
            idle_timeout: u32 as "IdleTimeout",
            /// The MR PIM's peripheral.
            peripheral_id: PeripheralId as "PeripheralID",
        }

        /// The session is open.
        4 => OpenConf "OPEN_CONF" application -> pim, inferred "mr-interface 3" {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
            /// Zero.
            services_supported: u32 as "ServicesSupported",
        } floats {
            1 application_name: Text<64> as "ApplicationName",
        }

        /// Asks whether the other end is there.
        5 => HeartbeatReq "HEARTBEAT_REQ" pim -> application, inferred "mr-interface 3",
            answered by HeartbeatConf, refused by FailureConf {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
        }

        /// It is.
        6 => HeartbeatConf "HEARTBEAT_CONF" application -> pim, inferred "mr-interface 3" {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
        }

        /// Ends the session.
        7 => CloseReq "CLOSE_REQ" any -> any, inferred "mr-interface 3",
            answered by CloseConf, refused by FailureConf {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
            /// 0 is no error.
            status: FailureStatus as "Status",
        }

        /// The session is over.
        8 => CloseConf "CLOSE_CONF" any -> any, inferred "mr-interface 3" {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
        }

        /// A task to route.
        9 => NewTask "NEW_TASK" application -> pim, inferred "mr-interface 3",
            answered by DoThisWithTask | TaskQueuedEvent, refused by NewTaskFailureEvent {
            /// Chosen by the application, unique among its open dialogues.
            dialogue_id: DialogueId as "DialogueID" is opens,
            /// Counts the messages of one direction in the dialogue, from 1.
            send_seq_no: u32 as "SendSeqNo",
            /// -1: the dialed number decides.
            mr_domain_id: MrdId as "MRDomainID",
            /// The task that it follows, when it is routed anew.
            previous_task: TaskId as "PreviousTask",
            /// Skill target id of the wanted agent; -1 none.
            preferred_agent: SkillTarget as "PreferredAgent",
            /// Zero.
            service: SkillTarget as "Service",
            /// Zero.
            cisco_reserved: u32 as "CiscoReserved",
        } floats {
            99 script_selector: Text<40> as "ScriptSelector",
            100 application_string1: Text<40> as "ApplicationString1",
            101 application_string2: Text<40> as "ApplicationString2" is contact,
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
            /// Left out when it is 0, a new task; 2 transfer, 3 ring no answer (task-routing 3.2).
            106 service_requested: RoutingService as "ServiceRequested",
        }

        /// A task cannot be routed; its dialogue is over.
        10 => NewTaskFailureEvent "NEW_TASK_FAILURE_EVENT" pim -> application, inferred "mr-interface 3" {
            /// Chosen by the application, unique among its open dialogues.
            dialogue_id: DialogueId as "DialogueID" is dialogue,
            /// Counts the messages of one direction in the dialogue, from 1.
            send_seq_no: u32 as "SendSeqNo",
            /// Why: one of the dispositions.
            reason_code: Disposition as "ReasonCode",
        }

        /// Nobody is free: the script queued the task.
        11 => TaskQueuedEvent "TASK_QUEUED_EVENT" pim -> application, inferred "mr-interface 3" {
            /// Chosen by the application, unique among its open dialogues.
            dialogue_id: DialogueId as "DialogueID" is dialogue,
            /// Counts the messages of one direction in the dialogue, from 1.
            send_seq_no: u32 as "SendSeqNo",
            /// The task's id.
            icm_task_id: TaskId as "IcmTaskID" is task,
            /// Seconds; -1 unknown.
            estimated_wait_time: i32 as "EstimatedWaitTime",
        } floats {
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

        /// An agent was chosen; the dialogue is over.
        12 => DoThisWithTask "DO_THIS_WITH_TASK" pim -> application, inferred "mr-interface 3" {
            /// Chosen by the application, unique among its open dialogues.
            dialogue_id: DialogueId as "DialogueID" is dialogue,
            /// Counts the messages of one direction in the dialogue, from 1.
            send_seq_no: u32 as "SendSeqNo",
            /// The task's id.
            icm_task_id: TaskId as "IcmTaskID" is task,
            /// Skill target id of the skill group; -1 none.
            skill_group: SkillTarget as "SkillGroup",
            /// Skill target id of the service; -1 none.
            service: SkillTarget as "Service",
            /// Skill target id of the agent; -1 none.
            agent: SkillTarget as "Agent" is agent,
        } floats {
            102 agent_info: Text<32> as "AgentInfo",
            103 label: Text<40> as "Label",
            100 application_string1: Text<40> as "ApplicationString1",
            101 application_string2: Text<40> as "ApplicationString2",
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
            104 mrd_id: MrdId as "MRDID" is mrd,
            /// 1 when tasks of the domain may be interrupted.
            105 interruptible: u16 as "Interruptible",
        }

        /// Gives up a task that has no agent yet.
        13 => CancelTask "CANCEL_TASK" application -> pim, inferred "mr-interface 3",
            answered by CancelTaskConf, refused by NewTaskFailureEvent | TerminateDialogueEvent {
            /// Chosen by the application, unique among its open dialogues.
            dialogue_id: DialogueId as "DialogueID" is dialogue,
            /// Counts the messages of one direction in the dialogue, from 1.
            send_seq_no: u32 as "SendSeqNo",
            /// Why: one of the dispositions.
            reason_code: Disposition as "ReasonCode",
        }

        /// What became of a cancel.
        14 => CancelTaskConf "CANCEL_TASK_CONF" pim -> application, inferred "mr-interface 3" {
            /// Chosen by the application, unique among its open dialogues.
            dialogue_id: DialogueId as "DialogueID" is dialogue,
            /// Counts the messages of one direction in the dialogue, from 1.
            send_seq_no: u32 as "SendSeqNo",
            /// 0 cancelled, 1 an agent had been chosen.
            result: CancelResult as "Result",
        }

        /// One end gives up a dialogue.
        15 => TerminateDialogueEvent "TERMINATE_DIALOGUE_EVENT" any -> any, inferred "mr-interface 3" {
            /// Chosen by the application, unique among its open dialogues.
            dialogue_id: DialogueId as "DialogueID" is dialogue,
            /// Counts the messages of one direction in the dialogue, from 1.
            send_seq_no: u32 as "SendSeqNo",
            /// Why: one of the dispositions.
            cause: Disposition as "Cause",
        }

        /// Asks whether routing is enabled.
        16 => RoutingStatusReq "ROUTING_STATUS_REQ" application -> pim, inferred "mr-interface 3",
            answered by RoutingStatusEvent, refused by FailureConf {
            /// Echoed by the answer.
            invoke_id: InvokeId as "InvokeID" is invoke,
        }

        /// Routing is enabled or disabled.
        17 => RoutingStatusEvent "ROUTING_STATUS_EVENT" pim -> application, inferred "mr-interface 3" {
            /// Whether the router can be reached.
            routing_enabled: bool as "RoutingEnabled",
        }
    }
}
