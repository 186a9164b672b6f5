//! Monitors of calls, devices, sessions and tasks (cti-server-protocol 8 and 11.1).

use crate::{ConnectionDeviceIdType, CtiStatus, DeviceIdType, FailureConf};
use cce_model::{ConnectionCallId, InvokeId, MonitorId, MrdId, PeripheralId, SessionId, SkillTarget};
use cce_wire::Text;

cce_wire::rows! { $ monitor {
    /// Begins to watch a call or a device.
    93 => MonitorStartReq "MONITOR_START_REQ" client -> server, published "cti-server-protocol 8",
        answered by MonitorStartConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        /// 0xFFFFFFFF where a device is watched.
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        /// See [`call_msg_mask`](crate::call_msg_mask).
        call_msg_mask: u32 as "CallMsgMask",
        /// See [`agent_state_mask`](crate::agent_state_mask).
        agent_state_mask: u32 as "AgentStateMask",
        /// 0 static, 1 dynamic, 0xFFFF none.
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        /// 0xFFFF where a call is watched.
        monitored_device_type: DeviceIdType as "MonitoredDeviceType",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        76 monitored_device_id: Text<64> as "MonitoredDeviceID",
    }

    /// The call or the device is watched.
    94 => MonitorStartConf "MONITOR_START_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// Stands in the events of this monitor.
        monitor_id: MonitorId as "MonitorID" is monitor,
    }

    /// Ends to watch a call or a device.
    95 => MonitorStopReq "MONITOR_STOP_REQ" client -> server, published "cti-server-protocol 8",
        answered by MonitorStopConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The monitor.
        monitor_id: MonitorId as "MonitorID" is monitor,
    }

    /// The call or the device is watched no more.
    96 => MonitorStopConf "MONITOR_STOP_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Changes what a monitor reports.
    97 => ChangeMonitorMaskReq "CHANGE_MONITOR_MASK_REQ" client -> server, published "cti-server-protocol 8",
        answered by ChangeMonitorMaskConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The monitor.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// See [`call_msg_mask`](crate::call_msg_mask).
        call_msg_mask: u32 as "CallMsgMask",
        /// See [`agent_state_mask`](crate::agent_state_mask).
        agent_state_mask: u32 as "AgentStateMask",
    }

    /// The monitor reports that.
    98 => ChangeMonitorMaskConf "CHANGE_MONITOR_MASK_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// A client opened a session.
    99 => ClientSessionOpenedEvent "CLIENT_SESSION_OPENED_EVENT" server -> client, published "cti-server-protocol 8" {
        session_id: SessionId as "SessionID",
        peripheral_id: PeripheralId as "PeripheralID",
        /// See [`services`](crate::services).
        services_granted: u32 as "ServicesGranted",
        /// See [`call_msg_mask`](crate::call_msg_mask).
        call_msg_mask: u32 as "CallMsgMask",
        /// See [`agent_state_mask`](crate::agent_state_mask).
        agent_state_mask: u32 as "AgentStateMask",
        client_port: u32 as "ClientPort",
    } floats {
        /// At most 16 bytes before version 19.
        81 client_address: Text<64> as "ClientAddress",
        1 client_id: Text<64> as "ClientID",
        3 client_signature: Text<64> as "ClientSignature",
        4 agent_extension: Text<16> as "AgentExtension",
        5 agent_id: Text<12> as "AgentID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// A client's session ended.
    100 => ClientSessionClosedEvent "CLIENT_SESSION_CLOSED_EVENT" server -> client, published "cti-server-protocol 8" {
        session_id: SessionId as "SessionID",
        peripheral_id: PeripheralId as "PeripheralID",
        /// See [`CtiStatus`](crate::CtiStatus).
        status: CtiStatus as "Status",
        client_port: u32 as "ClientPort",
    } floats {
        /// At most 16 bytes before version 19.
        81 client_address: Text<64> as "ClientAddress",
        1 client_id: Text<64> as "ClientID",
        3 client_signature: Text<64> as "ClientSignature",
        4 agent_extension: Text<16> as "AgentExtension",
        5 agent_id: Text<12> as "AgentID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// Begins to watch another client's session.
    101 => SessionMonitorStartReq "SESSION_MONITOR_START_REQ" client -> server, published "cti-server-protocol 8",
        answered by SessionMonitorStartConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        session_id: SessionId as "SessionID",
    }

    /// The session is watched.
    102 => SessionMonitorStartConf "SESSION_MONITOR_START_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// Stands in the events of this monitor.
        monitor_id: MonitorId as "MonitorID" is monitor,
    }

    /// Ends to watch a session.
    103 => SessionMonitorStopReq "SESSION_MONITOR_STOP_REQ" client -> server, published "cti-server-protocol 8",
        answered by SessionMonitorStopConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The monitor.
        monitor_id: MonitorId as "MonitorID" is monitor,
    }

    /// The session is watched no more.
    104 => SessionMonitorStopConf "SESSION_MONITOR_STOP_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Begins to watch tasks.
    201 => TaskMonitorStartReq "TASK_MONITOR_START_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by TaskMonitorStartConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        /// The domain.
        mrd_id: MrdId as "MRDID" is mrd,
        /// Skill target id of the agent.
        icm_agent_id: SkillTarget as "ICMAgentID" is agent,
        /// See [`task_msg_mask`](crate::task_msg_mask).
        task_msg_mask: u32 as "TaskMsgMask",
    }

    /// The tasks are watched.
    202 => TaskMonitorStartConf "TASK_MONITOR_START_CONF" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// Stands in the events of this monitor.
        monitor_id: MonitorId as "MonitorID" is monitor,
    }

    /// Ends to watch tasks.
    203 => TaskMonitorStopReq "TASK_MONITOR_STOP_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by TaskMonitorStopConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The monitor.
        monitor_id: MonitorId as "MonitorID" is monitor,
    }

    /// The tasks are watched no more.
    204 => TaskMonitorStopConf "TASK_MONITOR_STOP_CONF" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Changes what a task monitor reports.
    205 => ChangeTaskMonitorMaskReq "CHANGE_TASK_MONITOR_MASK_REQ" client -> server, inferred "cti-server-protocol 11.1",
        answered by ChangeTaskMonitorMaskConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The monitor.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// See [`task_msg_mask`](crate::task_msg_mask).
        task_msg_mask: u32 as "TaskMsgMask",
    }

    /// The task monitor reports that.
    206 => ChangeTaskMonitorMaskConf "CHANGE_TASK_MONITOR_MASK_CONF" server -> client, inferred "cti-server-protocol 11.1" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }
} }
