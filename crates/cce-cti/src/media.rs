//! The ARM layer's agent messages: sign-in to media routing domains, readiness,
//! interruption, the account after a reconnect (cti-server-protocol 11).

use crate::{AgentMode, AgentStateEvent, ArmStatus, FailureConf};
use cce_model::{
    AgentState, Disposition, EventReason, InvokeId, MonitorId, MrdId, PeripheralId, SkillTarget,
};
use cce_wire::{Code, List, Text, Unsigned};

cce_wire::rows! { $ media {
    /// Signs an agent in to a media routing domain.
    151 => MediaLoginReq "MEDIA_LOGIN_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by MediaLoginResp, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Tasks at the same time.
        max_task_limit: u32 as "MaxTaskLimit",
        /// Whether the router may assign tasks.
        make_routable: bool as "MakeRoutable",
    } floats {
        6 agent_instrument: Text<64> as "AgentInstrument",
        /// Tasks that may be held past the limit.
        266 max_beyond_task_limit: u32 as "MaxBeyondTaskLimit" since 22,
        312 media_type: Text<64> as "MediaType" since 23,
        313 media_provider: Text<64> as "MediaProvider" since 23,
    }

    /// Answers a sign-in.
    152 => MediaLoginResp "MEDIA_LOGIN_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
    }

    /// Signs an agent out of a media routing domain.
    153 => MediaLogoutInd "MEDIA_LOGOUT_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by AgentStateEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// 0 none.
        reason_code: EventReason as "ReasonCode",
    } floats {
        /// Disposition of open tasks.
        259 flt_icm_disp: Disposition as "ICMDisposition" since 20,
        /// The application's disposition of open tasks.
        260 flt_app_disp: Disposition as "ApplicationDisposition" since 20,
    }

    /// Lets the router assign tasks to an agent.
    154 => MakeAgentRoutableInd "MAKE_AGENT_ROUTABLE_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by AgentStateEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Tasks at the same time.
        max_tasks: u32 as "MaxTasks",
    }

    /// Asks that the router assign no more tasks to an agent.
    155 => MakeAgentNotRoutableReq "MAKE_AGENT_NOT_ROUTABLE_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by MakeAgentNotRoutableResp, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    }

    /// Answers that request.
    156 => MakeAgentNotRoutableResp "MAKE_AGENT_NOT_ROUTABLE_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
    }

    /// Makes an agent ready.
    157 => MakeAgentReadyInd "MAKE_AGENT_READY_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by AgentStateEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Whether the router may assign tasks.
        make_routable: bool as "MakeRoutable",
    }

    /// Asks to make an agent not ready; answered after the last task.
    158 => MakeAgentNotReadyReq "MAKE_AGENT_NOT_READY_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by MakeAgentNotReadyResp, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// 0 none.
        reason_code: EventReason as "ReasonCode",
    }

    /// Answers that request.
    159 => MakeAgentNotReadyResp "MAKE_AGENT_NOT_READY_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
    }

    /// The server made an agent not routable by itself.
    170 => AgentMadeNotRoutableEvent "AGENT_MADE_NOT_ROUTABLE_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// The agent's peripheral.
        peripheral_id: PeripheralId as "PeripheralID",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// 0 none.
        reason_code: EventReason as "ReasonCode",
    }

    /// A task of another media routing domain asks to interrupt the agent.
    171 => AgentInterruptAdvisoryEvent "AGENT_INTERRUPT_ADVISORY_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        /// The domain to be interrupted.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// The domain of the task that interrupts.
        interrupting_mrd_id: MrdId as "InterruptingMRDID",
    }

    /// The agent may be interrupted.
    172 => AgentInterruptAcceptedInd "AGENT_INTERRUPT_ACCEPTED_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by AgentStateEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    }

    /// The agent may not be interrupted.
    173 => AgentInterruptUnacceptedInd "AGENT_INTERRUPT_UNACCEPTED_IND" client -> server, inferred "cti-server-protocol 11.1",
        refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    }

    /// The interruption is over.
    174 => AgentInterruptDoneAdvisoryEvent "AGENT_INTERRUPT_DONE_ADVISORY_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        /// The domain that was interrupted.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// The domain of the task that interrupted.
        interrupting_mrd_id: MrdId as "InterruptingMRDID",
    }

    /// The agent goes on after an interruption.
    175 => AgentInterruptDoneAcceptedInd "AGENT_INTERRUPT_DONE_ACCEPTED_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by AgentStateEvent, refused by FailureConf | FailureResp {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    }

    /// Changes an agent's number of tasks at the same time.
    176 => ChangeMaxTaskLimitReq "CHANGE_MAX_TASK_LIMIT_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by ChangeMaxTaskLimitResp, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// Tasks at the same time.
        max_task_limit: u32 as "MaxTaskLimit",
    }

    /// Answers that request.
    177 => ChangeMaxTaskLimitResp "CHANGE_MAX_TASK_LIMIT_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
    }

    /// Asks to take a task beyond the limit.
    178 => OverrideLimitReq "OVERRIDE_LIMIT_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by OverrideLimitResp, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    }

    /// Answers that request.
    179 => OverrideLimitResp "OVERRIDE_LIMIT_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
    }

    /// Begins the account of agents and tasks after a reconnect.
    181 => BeginAgentInitInd "BEGIN_AGENT_INIT_IND" client -> server, inferred "cti-server-protocol 11.1",
        answered by AgentInitReadyEvent, refused by FailureConf {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        application_path_id: i32 as "ApplicationPathID",
    }

    /// One agent of that account.
    182 => AgentInitReq "AGENT_INIT_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by AgentInitResp, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// 0 not routable, 1 routable.
        agent_mode: AgentMode as "AgentMode",
        /// An agent state.
        agent_state: Code<AgentState> as "AgentState",
        /// Tasks at the same time.
        max_task_limit: u32 as "MaxTaskLimit",
    } floats {
        /// Tasks that may be held past the limit.
        266 max_beyond_task_limit: u32 as "MaxBeyondTaskLimit" since 22,
    }

    /// Answers the account of an agent.
    183 => AgentInitResp "AGENT_INIT_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status",
    }

    /// Ends the account of agents and tasks.
    184 => EndAgentInitInd "END_AGENT_INIT_IND" client -> server, inferred "cti-server-protocol 11.1",
        refused by FailureConf {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        application_path_id: i32 as "ApplicationPathID",
    }

    /// The server is ready for the account of agents and tasks.
    186 => AgentInitReadyEvent "AGENT_INIT_READY_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        application_path_id: i32 as "ApplicationPathID",
    }

    /// Asks for the open reservations of a domain.
    187 => GetPrecallMessagesReq "GET_PRECALL_MESSAGES_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by GetPrecallMessagesResp, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
    }

    /// The open reservations follow.
    188 => GetPrecallMessagesResp "GET_PRECALL_MESSAGES_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// Number of reservations that follow as events of their own.
        num_messages: u16 as "NumMessages",
    }

    /// Refuses a message of the ARM layer.
    190 => FailureResp "FAILURE_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the refused message.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ArmStatus`](crate::ArmStatus).
        status: ArmStatus as "Status" is refusal,
    }

    /// Names the application path of the session.
    208 => SetAppPathDataInd "SET_APP_PATH_DATA_IND" client -> server, inferred "cti-server-protocol 11.1",
        refused by FailureConf {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        application_path_id: i32 as "ApplicationPathID",
    }

    /// The server is about to list the tasks of an agent. The flag says whether the agent's desktop is connected.
    264 => AgentTasksRequestEvent "AGENT_TASKS_REQUEST_EVENT" server -> client, inferred "cti-server-protocol 11.2" since 23 {
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    } floats {
        288 desktop_connected_flag: bool as "DesktopConnectedFlag" since 23,
    }

    /// The tasks of an agent are complete.
    265 => AgentTasksEndEvent "AGENT_TASKS_END_EVENT" server -> client, inferred "cti-server-protocol 11.2" since 23 {
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    } floats {
        7 text: Text<255> as "Text",
    }

    /// An agent's desktop is connected.
    266 => DesktopConnectedInd "DESKTOP_CONNECTED_IND" client -> server, inferred "cti-server-protocol 11.1" since 23,
        refused by FailureConf {
        /// Echoed by a refusal.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
    } floats {
        /// At most 40.
        261 num_mrds: u16 as "NumMRDs" since 21,
        /// As many as `NumMRDs`.
        262 agent_mrd_id: List<Unsigned<MrdId>> as "AgentMRDID" since 21,
    }
} }
