//! The ARM layer's agent messages: sign-in to media routing domains, readiness (cti-server-protocol 11).

use cce_wire::Text;

cce_wire::rows! { $ media {
    /// Signs an agent in to a media routing domain.
    151 => MediaLoginReq "MEDIA_LOGIN_REQ" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by the answer.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
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
        invoke_id: u32 as "InvokeID",
        /// See [`arm`](crate::arm).
        status: u32 as "Status",
    }

    /// Signs an agent out of a media routing domain.
    153 => MediaLogoutInd "MEDIA_LOGOUT_IND" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by a refusal.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        /// 0 none.
        reason_code: u16 as "ReasonCode",
    } floats {
        /// Disposition of open tasks.
        259 flt_icm_disp: u32 as "ICMDisposition" since 20,
        /// The application's disposition of open tasks.
        260 flt_app_disp: u32 as "ApplicationDisposition" since 20,
    }

    /// Lets the router assign tasks to an agent.
    154 => MakeAgentRoutableInd "MAKE_AGENT_ROUTABLE_IND" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by a refusal.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        /// Tasks at the same time.
        max_tasks: u32 as "MaxTasks",
    }

    /// Asks that the router assign no more tasks to an agent.
    155 => MakeAgentNotRoutableReq "MAKE_AGENT_NOT_ROUTABLE_REQ" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by the answer.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
    }

    /// Answers that request.
    156 => MakeAgentNotRoutableResp "MAKE_AGENT_NOT_ROUTABLE_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: u32 as "InvokeID",
        /// See [`arm`](crate::arm).
        status: u32 as "Status",
    }

    /// Makes an agent ready.
    157 => MakeAgentReadyInd "MAKE_AGENT_READY_IND" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by a refusal.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        /// Whether the router may assign tasks.
        make_routable: bool as "MakeRoutable",
    }

    /// Asks to make an agent not ready; answered after the last task.
    158 => MakeAgentNotReadyReq "MAKE_AGENT_NOT_READY_REQ" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by the answer.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        /// 0 none.
        reason_code: u16 as "ReasonCode",
    }

    /// Answers that request.
    159 => MakeAgentNotReadyResp "MAKE_AGENT_NOT_READY_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: u32 as "InvokeID",
        /// See [`arm`](crate::arm).
        status: u32 as "Status",
    }

    /// The server made an agent not routable by itself.
    170 => AgentMadeNotRoutableEvent "AGENT_MADE_NOT_ROUTABLE_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: u32 as "MonitorID",
        /// The agent's peripheral.
        peripheral_id: u32 as "PeripheralID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        /// 0 none.
        reason_code: u16 as "ReasonCode",
    }

    /// Refuses a message of the ARM layer.
    190 => FailureResp "FAILURE_RESP" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the refused message.
        invoke_id: u32 as "InvokeID",
        /// See [`arm`](crate::arm).
        status: u32 as "Status",
    }
} }
