//! The ARM layer's task messages: indications of the client, events of the server (cti-server-protocol 11).

use crate::{ArmStatus, FailureConf, FailureResp};
use cce_model::{
    Disposition, InvokeId, MonitorId, MrdId, PeripheralId, PeripheralType, SkillTarget, TaskId, TaskState,
};
use cce_wire::{Code, NamedArray, NamedVariable, Text};

cce_wire::rows! { $ task {
    /// The agent accepts a task.
    160 => OfferTaskInd "OFFER_TASK_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by OfferTaskEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the skill group; -1 none.
        arm_skill_group_id: SkillTarget as "ARMSkillGroupID",
        /// Skill target id of the service; -1 none.
        arm_service_id: SkillTarget as "ARMServiceID",
    }

    /// The application offers a task that it routed by itself.
    161 => OfferApplicationTaskReq "OFFER_APPLICATION_TASK_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by OfferApplicationTaskResp, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Skill target id of the skill group; -1 none.
        arm_skill_group_id: SkillTarget as "ARMSkillGroupID",
        /// Skill target id of the service; -1 none.
        arm_service_id: SkillTarget as "ARMServiceID",
        /// Number of named variables of the floating part.
        num_named_variables: u16 as "NumNamedVariables",
        /// Number of array elements of the floating part.
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        268 xfer_in_while_logged_out: bool as "XferInWhileLoggedOut" since 22,
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
        /// The size is inferred.
        99 script_selector: Text<40> as "ScriptSelector" since 23,
        /// The size is inferred.
        100 application_string1: Text<40> as "ApplicationString1" since 23,
        /// The size is inferred.
        101 application_string2: Text<40> as "ApplicationString2" since 23,
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }

    /// Answers that request with the task's id.
    162 => OfferApplicationTaskResp "OFFER_APPLICATION_TASK_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
        task_id: TaskId as "TaskID" is task,
    }

    /// The agent begins a task.
    163 => StartTaskInd "START_TASK_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by StartTaskEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the skill group; -1 none.
        arm_skill_group_id: SkillTarget as "ARMSkillGroupID",
        /// Skill target id of the service; -1 none.
        arm_service_id: SkillTarget as "ARMServiceID",
    }

    /// The application begins a task that it routed by itself.
    164 => StartApplicationTaskReq "START_APPLICATION_TASK_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by StartApplicationTaskResp, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Skill target id of the skill group; -1 none.
        arm_skill_group_id: SkillTarget as "ARMSkillGroupID",
        /// Skill target id of the service; -1 none.
        arm_service_id: SkillTarget as "ARMServiceID",
        /// Number of named variables of the floating part.
        num_named_variables: u16 as "NumNamedVariables",
        /// Number of array elements of the floating part.
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        268 xfer_in_while_logged_out: bool as "XferInWhileLoggedOut" since 22,
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
        /// The size is inferred.
        99 script_selector: Text<40> as "ScriptSelector" since 23,
        /// The size is inferred.
        100 application_string1: Text<40> as "ApplicationString1" since 23,
        /// The size is inferred.
        101 application_string2: Text<40> as "ApplicationString2" since 23,
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }

    /// Answers that request with the task's id.
    165 => StartApplicationTaskResp "START_APPLICATION_TASK_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
        task_id: TaskId as "TaskID" is task,
    }

    /// The agent pauses a task.
    166 => PauseTaskInd "PAUSE_TASK_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by PauseTaskEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
    }

    /// The agent goes on with a task.
    167 => ResumeTaskInd "RESUME_TASK_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by ResumeTaskEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
    }

    /// The agent begins after-task work.
    168 => WrapupTaskInd "WRAPUP_TASK_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by WrapupTaskEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
    }

    /// The agent ends a task.
    169 => EndTaskInd "END_TASK_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by EndTaskEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
        /// How it ended, for the central controller: see [`Disposition`].
        icm_disposition: Disposition as "ICMDisposition",
        /// How it ended, for the application.
        application_disposition: Disposition as "ApplicationDisposition",
    } floats {
        /// The tag is inferred.
        46 wrapup_data: Text<40> as "WrapupData",
        /// The tag is inferred.
        101 application_data: Text<40> as "ApplicationData",
    }

    /// Changes a task's data.
    180 => UpdateTaskContextInd "UPDATE_TASK_CONTEXT_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by TaskDataUpdateEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
        /// Number of named variables of the floating part.
        num_named_variables: u16 as "NumNamedVariables",
        /// Number of array elements of the floating part.
        num_named_arrays: u16 as "NumNamedArrays",
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
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }

    /// One task of the account after a reconnect.
    185 => TaskInitInd "TASK_INIT_IND" client -> server, inferred "cti-server-protocol 11.1",
        refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
        /// 0 pre-call, 1 active, 2 wrap-up, 3 paused, 4 offered, 5 interrupted, 7 ended.
        task_state: Code<TaskState> as "TaskState",
        /// Skill target id of the skill group; -1 none.
        arm_skill_group_id: SkillTarget as "ARMSkillGroupID",
        /// Skill target id of the service; -1 none.
        arm_service_id: SkillTarget as "ARMServiceID",
    }

    /// A task came to be.
    191 => BeginTaskEvent "BEGIN_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mr_domain_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Number of named variables of the floating part.
        num_named_variables: u16 as "NumNamedVariables",
        /// Number of array elements of the floating part.
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        /// The size is inferred.
        99 script_selector: Text<40> as "ScriptSelector" since 23,
        /// The size is inferred.
        100 application_string1: Text<40> as "ApplicationString1" since 23,
        /// The size is inferred.
        101 application_string2: Text<40> as "ApplicationString2" since 23,
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
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }

    /// A task waits for an agent.
    192 => QueuedTaskEvent "QUEUED_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mr_domain_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the skill group; -1 none.
        skill_group_id: SkillTarget as "SkillGroupID",
        /// Skill target id of the service; -1 none.
        service_id: SkillTarget as "ServiceID",
    }

    /// A task waits no more.
    193 => DequeuedTaskEvent "DEQUEUED_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mr_domain_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the skill group; -1 none.
        skill_group_id: SkillTarget as "SkillGroupID",
        /// Skill target id of the service; -1 none.
        service_id: SkillTarget as "ServiceID",
    }

    /// An agent accepted a task.
    194 => OfferTaskEvent "OFFER_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mrd_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Skill target id of the skill group; -1 none.
        skill_group_id: SkillTarget as "SkillGroupID",
        /// Skill target id of the service; -1 none.
        service_id: SkillTarget as "ServiceID",
        /// True even for a task that the router assigned (cti-server-protocol 19).
        application_routed: bool as "ApplicationRouted",
    }

    /// An agent began a task.
    195 => StartTaskEvent "START_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mrd_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Skill target id of the skill group; -1 none.
        skill_group_id: SkillTarget as "SkillGroupID",
        /// Skill target id of the service; -1 none.
        service_id: SkillTarget as "ServiceID",
        /// True even for a task that the router assigned (cti-server-protocol 19).
        application_routed: bool as "ApplicationRouted",
    }

    /// An agent paused a task.
    196 => PauseTaskEvent "PAUSE_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mrd_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    }

    /// An agent went on with a task.
    197 => ResumeTaskEvent "RESUME_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mrd_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    }

    /// An agent began after-task work.
    198 => WrapupTaskEvent "WRAPUP_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mrd_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    }

    /// A task ended.
    199 => EndTaskEvent "END_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mrd_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// The task that it follows; -1 throughout for none.
        previous_task_id: TaskId as "PreviousTaskID",
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// How it ended, for the central controller: see [`Disposition`].
        icm_disposition: Disposition as "ICMDisposition",
        /// How it ended, for the application.
        application_disposition: Disposition as "ApplicationDisposition",
    } floats {
        /// The tag is inferred.
        46 wrapup_data: Text<40> as "WrapupData",
        /// The tag is inferred.
        101 application_data: Text<40> as "ApplicationData",
    }

    /// A task's data changed.
    200 => TaskDataUpdateEvent "TASK_DATA_UPDATE_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mr_domain_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Number of named variables of the floating part.
        num_named_variables: u16 as "NumNamedVariables",
        /// Number of array elements of the floating part.
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        /// The size is inferred.
        99 script_selector: Text<40> as "ScriptSelector" since 23,
        /// The size is inferred.
        100 application_string1: Text<40> as "ApplicationString1" since 23,
        /// The size is inferred.
        101 application_string2: Text<40> as "ApplicationString2" since 23,
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
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }

    /// A task lasted longer than its domain allows.
    207 => MaxTaskLifetimeExceededEvent "MAX_TASK_LIFETIME_EXCEEDED_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: PeripheralId as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: PeripheralType as "PeripherlType",
        /// The domain.
        mr_domain_id: MrdId as "MRDomainID",
        task_id: TaskId as "TaskID" is task,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    }

    /// One task of the account after a reconnect, to be answered.
    209 => TaskInitReq "TASK_INIT_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by TaskInitResp, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
        /// 0 pre-call, 1 active, 2 wrap-up, 3 paused, 4 offered, 5 interrupted, 7 ended.
        task_state: Code<TaskState> as "TaskState",
        /// Skill target id of the skill group; -1 none.
        arm_skill_group_id: SkillTarget as "ARMSkillGroupID",
        /// Skill target id of the service; -1 none.
        arm_service_id: SkillTarget as "ARMServiceID",
    }

    /// Answers the account of a task.
    210 => TaskInitResp "TASK_INIT_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
    }

    /// Asks for the tasks of an agent whose client came back.
    255 => GetAgentTasksReq "GET_AGENT_TASKS_REQ" client -> server, inferred "cti-server-protocol 11.1" since 20,
        answered by AgentTasksResp, refused by FailureConf | FailureResp {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    }

    /// The tasks of an agent.
    256 => AgentTasksResp "AGENT_TASKS_RESP" server -> client, inferred "cti-server-protocol 11.1" since 20 {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Number of task ids of the floating part.
        num_tasks: u16 as "NumTasks",
    } floats {
        258 flt_task_id: TaskId as "TaskID" since 20 is repeated task,
    }

    /// Asks for a task's data.
    257 => SnapshotTaskReq "SNAPSHOT_TASK_REQ" client -> server, inferred "cti-server-protocol 11.1" since 20,
        answered by SnapshotTaskResp, refused by FailureConf | FailureResp {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        task_id: TaskId as "TaskID" is task,
    }

    /// A task's data.
    258 => SnapshotTaskResp "SNAPSHOT_TASK_RESP" server -> client, inferred "cti-server-protocol 11.1" since 20 {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
        /// 0 pre-call, 1 active, 2 wrap-up, 3 paused, 4 offered, 5 interrupted, 7 ended.
        task_state: Code<TaskState> as "TaskState",
        /// Skill target id of the skill group; -1 none.
        skill_group_id: SkillTarget as "SkillGroupID",
        /// Skill target id of the service; -1 none.
        service_id: SkillTarget as "ServiceID",
        /// Number of named variables of the floating part.
        num_named_variables: u16 as "NumNamedVariables",
        /// Number of array elements of the floating part.
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        /// The size is inferred.
        99 script_selector: Text<40> as "ScriptSelector" since 23,
        /// The size is inferred.
        100 application_string1: Text<40> as "ApplicationString1" since 23,
        /// The size is inferred.
        101 application_string2: Text<40> as "ApplicationString2" since 23,
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
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }

    /// The tasks of an agent.
    262 => AgentTasksEvent "AGENT_TASKS_EVENT" server -> client, inferred "cti-server-protocol 11.2" since 23 {
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Number of task ids of the floating part.
        num_tasks: u16 as "NumTasks",
    } floats {
        258 flt_task_id: TaskId as "TaskID" since 20 is repeated task,
    }

    /// A task's data.
    263 => SnapshotTaskEvent "SNAPSHOT_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" since 23 {
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        task_id: TaskId as "TaskID" is task,
        /// 0 pre-call, 1 active, 2 wrap-up, 3 paused, 4 offered, 5 interrupted, 7 ended.
        task_state: Code<TaskState> as "TaskState",
        /// Skill target id of the skill group; -1 none.
        skill_group_id: SkillTarget as "SkillGroupID",
        /// Skill target id of the service; -1 none.
        service_id: SkillTarget as "ServiceID",
        /// Number of named variables of the floating part.
        num_named_variables: u16 as "NumNamedVariables",
        /// Number of array elements of the floating part.
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        /// The size is inferred.
        99 script_selector: Text<40> as "ScriptSelector" since 23,
        /// The size is inferred.
        100 application_string1: Text<40> as "ApplicationString1" since 23,
        /// The size is inferred.
        101 application_string2: Text<40> as "ApplicationString2" since 23,
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
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }
} }
