//! Agent states, reservations and desk settings (cti-server-protocol 7).

use crate::{AgentMode, AgentWorkMode, ControlFailureConf, Direction, FailureConf, ForcedFlag};
use cce_model::{
    AgentState, Availability, CallTypeId, EventReason, InvokeId, MonitorId, MrdId, PeripheralId,
    PeripheralType, SessionId, SkillGroupNumber, SkillTarget,
};
use cce_wire::{Code, List, NamedArray, NamedVariable, Opaque, Secret, Text, Unsigned};

cce_wire::group! {
    /// A skill group of an agent.
    FltSkillGroup {
        62 number: SkillGroupNumber as "SkillGroupNumber",
        63 id: Unsigned<SkillTarget> as "SkillGroupID",
        64 priority: u16 as "SkillGroupPriority",
        /// An agent state.
        65 state: Code<AgentState> as "SkillGroupState",
    }
}

cce_wire::group! {
    /// A skill group that an agent signs in to.
    RequestedSkillGroup {
        62 number: SkillGroupNumber as "SkillGroupNumber",
        64 priority: u16 as "SkillGroupPriority",
    }
}

cce_wire::rows! { $ agent {
    /// An agent's state in one media routing domain changed.
    30 => AgentStateEvent "AGENT_STATE_EVENT" server -> client, published "cti-server-protocol 7" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral.
        peripheral_id: PeripheralId as "PeripheralID",
        /// The session of the agent's client.
        session_id: SessionId as "SessionID",
        /// 17 is an enterprise agent peripheral; see [`peripheral_type`](crate::peripheral_type).
        peripheral_type: PeripheralType as "PeripheralType",
        /// An agent state.
        skill_group_state: Code<AgentState> as "SkillGroupState",
        /// Seconds.
        state_duration: u32 as "StateDuration",
        /// Peripheral number of the skill group.
        skill_group_number: SkillGroupNumber as "SkillGroupNumber",
        /// Skill target id of the skill group.
        skill_group_id: Unsigned<SkillTarget> as "SkillGroupID",
        /// Of the skill group.
        skill_group_priority: u16 as "SkillGroupPriority",
        /// An agent state.
        agent_state: Code<AgentState> as "AgentState",
        /// 0 none.
        event_reason_code: EventReason as "EventReasonCode",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Tasks of the agent in the domain.
        num_tasks: u32 as "NumTasks",
        /// 0 not routable, 1 routable.
        agent_mode: AgentMode as "AgentMode",
        /// Tasks at the same time.
        max_task_limit: u32 as "MaxTaskLimit",
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// 0 not available, 1 available to the router, 2 available to the application.
        agent_availability_status: Code<Availability> as "AgentAvailabilityStatus",
        /// Number of groups of the floating part.
        num_flt_skill_groups: u16 as "NumFltSkillGroups",
        /// The agent's department.
        department_id: i32 as "DepartmentID" since 19,
    } floats {
        3 cti_client_signature: Text<64> as "CTIClientSignature",
        5 agent_id: Text<12> as "AgentID",
        4 agent_extension: Text<16> as "AgentExtension",
        303 active_terminal: Text<64> as "ActiveTerminal" since 23,
        6 agent_instrument: Text<64> as "AgentInstrument",
        /// Seconds.
        150 duration: u32 as "Duration",
        /// An agent state.
        123 next_agent_state: Code<AgentState> as "NextAgentState",
        /// 0 none, 1 in, 2 out.
        244 direction: Direction as "Direction" since 16,
        /// Tasks that may be held past the limit.
        266 max_beyond_task_limit: u32 as "MaxBeyondTaskLimit" since 22,
    } list flt_skill_groups: FltSkillGroup

    /// Asks for an agent's state in a media routing domain.
    36 => QueryAgentStateReq "QUERY_AGENT_STATE_REQ" client -> server, published "cti-server-protocol 7",
        answered by QueryAgentStateConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    } floats {
        4 agent_extension: Text<16> as "AgentExtension",
        5 agent_id: Text<12> as "AgentID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// An agent's state.
    37 => QueryAgentStateConf "QUERY_AGENT_STATE_CONF" server -> client, published "cti-server-protocol 7" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// An agent state.
        agent_state: Code<AgentState> as "AgentState",
        /// Number of groups of the floating part, at most 20.
        num_skill_groups: u16 as "NumSkillGroups",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Tasks of the agent in the domain.
        num_tasks: u32 as "NumTasks",
        /// 0 not routable, 1 routable.
        agent_mode: AgentMode as "AgentMode",
        /// Tasks at the same time.
        max_task_limit: u32 as "MaxTaskLimit",
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// 0 not available, 1 available to the router, 2 available to the application.
        agent_availability_status: Code<Availability> as "AgentAvailabilityStatus",
        /// The agent's department.
        department_id: i32 as "DepartmentID" since 19,
    } floats {
        5 agent_id: Text<12> as "AgentID",
        4 agent_extension: Text<16> as "AgentExtension",
        6 agent_instrument: Text<64> as "AgentInstrument",
        255 internal_agent_state: Code<AgentState> as "InternalAgentState" since 19,
        /// Tasks that may be held past the limit.
        266 max_beyond_task_limit: u32 as "MaxBeyondTaskLimit" since 22,
    } list skill_groups: FltSkillGroup

    /// Changes an agent's state.
    38 => SetAgentStateReq "SET_AGENT_STATE_REQ" client -> server, published "cti-server-protocol 7",
        answered by SetAgentStateConf, refused by FailureConf | ControlFailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        /// An agent state.
        agent_state: Code<AgentState> as "AgentState",
        /// 0 unspecified, 1 auto-in, 2 manual-in, 3 remote agent call by call, 4 remote agent nailed.
        agent_work_mode: AgentWorkMode as "AgentWorkMode",
        /// Number of groups of the floating part, at most 10.
        num_skill_groups: u16 as "NumSkillGroups",
        /// 0 none.
        event_reason_code: EventReason as "EventReasonCode",
        /// 0 no, 1 forced, 2 authenticate only.
        forced_flag: ForcedFlag as "ForcedFlag",
        /// 1 outbound.
        agent_service_req: u32 as "AgentServiceReq",
    } floats {
        6 agent_instrument: Text<64> as "AgentInstrument",
        303 active_terminal: Text<64> as "ActiveTerminal" since 23,
        5 agent_id: Text<12> as "AgentID",
        49 agent_password: Secret<Text<64>> as "AgentPassword",
        68 position_id: Text<12> as "PositionID",
        69 supervisor_id: Text<12> as "SupervisorID",
        257 sso_enabled: u16 as "SSOEnabled" since 20,
    } list skill_groups: RequestedSkillGroup

    /// The agent's state is changed.
    39 => SetAgentStateConf "SET_AGENT_STATE_CONF" server -> client, published "cti-server-protocol 7" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// The router reserved an agent for a task.
    105 => AgentPreCallEvent "AGENT_PRE_CALL_EVENT" server -> client, published "cti-server-protocol 7" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// Number of named variables of the floating part.
        num_named_variables: u16 as "NumNamedVariables",
        /// Number of array elements of the floating part.
        num_named_arrays: u16 as "NumNamedArrays",
        /// 0xFFFFFFFF none.
        service_number: u32 as "ServiceNumber",
        /// 0xFFFFFFFF none.
        service_id: Unsigned<SkillTarget> as "ServiceID",
        /// Peripheral number of the skill group.
        skill_group_number: SkillGroupNumber as "SkillGroupNumber",
        /// Skill target id of the skill group.
        skill_group_id: Unsigned<SkillTarget> as "SkillGroupID",
        /// Of the skill group.
        skill_group_priority: u16 as "SkillGroupPriority",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        agent_skill_target_id: Unsigned<SkillTarget> as "AgentSkillTargetID" since 20,
    } floats {
        6 agent_instrument: Text<64> as "AgentInstrument",
        72 router_call_key_day: Unsigned<i32> as "RouterCallKeyDay" is key_day,
        73 router_call_key_call_id: Unsigned<i32> as "RouterCallKeyCallID" is key_call,
        110 router_call_key_sequence_number: Unsigned<i32> as "RouterCallKeySequenceNumber" is key_sequence,
        8 ani: Text<40> as "ANI",
        9 user_to_user_info: Opaque<131> as "UserToUserInfo",
        11 dialed_number: Text<40> as "DialedNumber",
        12 caller_entered_digits: Text<40> as "CallerEnteredDigits" is contact,
        210 flt_call_type_id: CallTypeId as "CallTypeID" since 11,
        221 pre_call_invoke_id: InvokeId as "PreCallInvokeID" since 14,
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
        5 agent_id: Text<12> as "AgentID" since 20,
        294 protocol_reference_guid: Text<40> as "ProtocolReferenceGUID" since 23,
        310 num_of_enabled_services: u16 as "NumEnabledServices" since 24,
        /// 1 agent answers, 2 call transcription.
        309 flt_enabled_services: List<u16> as "EnabledServiceTypes" since 24,
        311 ccai_config_id: Text<40> as "CCAIConfigParam" since 24,
    }

    /// A reservation is withdrawn.
    106 => AgentPreCallAbortEvent "AGENT_PRE_CALL_ABORT_EVENT" server -> client, published "cti-server-protocol 7" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
    } floats {
        6 agent_instrument: Text<64> as "AgentInstrument",
        72 router_call_key_day: Unsigned<i32> as "RouterCallKeyDay" is key_day,
        73 router_call_key_call_id: Unsigned<i32> as "RouterCallKeyCallID" is key_call,
        110 router_call_key_sequence_number: Unsigned<i32> as "RouterCallKeySequenceNumber" is key_sequence,
    }

    /// Asks for an agent's desk settings.
    131 => AgentDeskSettingsReq "AGENT_DESK_SETTINGS_REQ" client -> server, published "cti-server-protocol 7",
        answered by AgentDeskSettingsConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
    } floats {
        5 agent_id: Text<12> as "AgentID",
    }

    /// An agent's desk settings.
    132 => AgentDeskSettingsConf "AGENT_DESK_SETTINGS_CONF" server -> client, published "cti-server-protocol 7" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        /// See [`desk_settings_mask`](crate::desk_settings_mask).
        desk_settings_mask: u32 as "DeskSettingsMask",
        /// 0 required, 1 optional, 2 not allowed, 3 required with data.
        wrapup_data_incoming_mode: u32 as "WrapupDataIncomingMode",
        /// As for incoming calls.
        wrapup_data_outgoing_mode: u32 as "WrapupDataOutgoingMode",
        /// Seconds.
        logout_non_activity_time: u32 as "LogoutNonActivityTime",
        quality_recording_rate: u32 as "QualityRecordingRate",
        /// Seconds.
        ring_no_answer_time: u32 as "RingNoAnswerTime",
        silent_monitor_warning_message: u32 as "SilentMonitorWarningMessage",
        silent_monitor_audible_indication: u32 as "SilentMonitorAudibleIndication",
        supervisor_assist_call_method: u32 as "SupervisorAssistCallMethod",
        emergency_call_method: u32 as "EmergencyCallMethod",
        auto_record_on_emergency: u32 as "AutoRecordOnEmergency",
        recording_mode: u32 as "RecordingMode",
        /// Seconds.
        work_mode_timer: u32 as "WorkModeTimer",
        ring_no_answer_dn: u32 as "RingNoAnswerDN",
    } floats {
        93 default_device_port_address: Text<32> as "DefaultDevicePortAddress",
        307 play_zip_tone: u32 as "PlayZipTone" since 24,
        306 acd_shared_line_usage: u32 as "ACDSharedLineUsage" since 24,
    }

    /// A reservation, for clients of the older kind.
    189 => AgentLegacyPreCallEvent "AGENT_LEGACY_PRE_CALL_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// Number of named variables of the floating part.
        num_named_variables: u16 as "NumNamedVariables",
        /// Number of array elements of the floating part.
        num_named_arrays: u16 as "NumNamedArrays",
        /// 0xFFFFFFFF none.
        service_number: u32 as "ServiceNumber",
        /// 0xFFFFFFFF none.
        service_id: Unsigned<SkillTarget> as "ServiceID",
        /// Peripheral number of the skill group.
        skill_group_number: SkillGroupNumber as "SkillGroupNumber",
        /// Skill target id of the skill group.
        skill_group_id: Unsigned<SkillTarget> as "SkillGroupID",
        /// Of the skill group.
        skill_group_priority: u16 as "SkillGroupPriority",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        agent_skill_target_id: Unsigned<SkillTarget> as "AgentSkillTargetID" since 20,
    } floats {
        6 agent_instrument: Text<64> as "AgentInstrument",
        72 router_call_key_day: Unsigned<i32> as "RouterCallKeyDay" is key_day,
        73 router_call_key_call_id: Unsigned<i32> as "RouterCallKeyCallID" is key_call,
        110 router_call_key_sequence_number: Unsigned<i32> as "RouterCallKeySequenceNumber" is key_sequence,
        8 ani: Text<40> as "ANI",
        9 user_to_user_info: Opaque<131> as "UserToUserInfo",
        11 dialed_number: Text<40> as "DialedNumber",
        12 caller_entered_digits: Text<40> as "CallerEnteredDigits" is contact,
        210 flt_call_type_id: CallTypeId as "CallTypeID" since 11,
        221 pre_call_invoke_id: InvokeId as "PreCallInvokeID" since 14,
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
        5 agent_id: Text<12> as "AgentID" since 20,
        294 protocol_reference_guid: Text<40> as "ProtocolReferenceGUID" since 23,
        310 num_of_enabled_services: u16 as "NumEnabledServices" since 24,
        /// 1 agent answers, 2 call transcription.
        309 flt_enabled_services: List<u16> as "EnabledServiceTypes" since 24,
        311 ccai_config_id: Text<40> as "CCAIConfigParam" since 24,
    }
} }
