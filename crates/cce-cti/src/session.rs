//! Sessions: open, heartbeat, close, failures, system events (cti-server-protocol 4 and 6).

use crate::{ControlFailure, CtiStatus, DeviceIdType, SessionType, SystemEventId};
use cce_model::{AgentState, InvokeId, MonitorId, PeripheralId, PeripheralType};
use cce_wire::{Code, Opaque, Secret, Text, Time32};

cce_wire::rows! { $ session {
    /// A request failed.
    1 => FailureConf "FAILURE_CONF" server -> client, published "cti-server-protocol 6" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`CtiStatus`](crate::CtiStatus).
        status: CtiStatus as "Status" is refusal,
    }

    /// The session failed.
    2 => FailureEvent "FAILURE_EVENT" server -> client, published "cti-server-protocol 6" {
        /// See [`CtiStatus`](crate::CtiStatus).
        status: CtiStatus as "Status",
    }

    /// Opens a session.
    3 => OpenReq "OPEN_REQ" client -> server, published "cti-server-protocol 6",
        answered by OpenConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// Decides the layout of the whole session.
        version_number: u32 as "VersionNumber",
        /// Seconds without a message after which the server drops the session; 0xFFFFFFFF never.
        idle_timeout: u32 as "IdleTimeout",
        /// 0 and 0xFFFFFFFF are any.
        peripheral_id: PeripheralId as "PeripheralID",
        /// See [`services`](crate::services).
        services_requested: u32 as "ServicesRequested",
        /// Call events that the client wants: see [`call_msg_mask`](crate::call_msg_mask).
        call_msg_mask: u32 as "CallMsgMask",
        /// Agent states that the client wants: see [`agent_state_mask`](crate::agent_state_mask).
        agent_state_mask: u32 as "AgentStateMask",
        /// Configuration events that the client wants.
        config_msg_mask: u32 as "ConfigMsgMask",
        /// Zero.
        reserved1: u32 as "Reserved1",
        /// Zero.
        reserved2: u32 as "Reserved2",
        /// Zero.
        reserved3: u32 as "Reserved3",
    } floats {
        1 client_id: Text<64> as "ClientID" is required,
        2 client_password: Secret<Opaque<64>> as "ClientPassword" is required,
        3 client_signature: Text<64> as "ClientSignature",
        4 agent_extension: Text<16> as "AgentExtension",
        5 agent_id: Text<12> as "AgentID",
        6 agent_instrument: Text<64> as "AgentInstrument",
        97 application_path_id: i32 as "ApplicationPathID",
        /// The tag is inferred: the only nameless row of the published table.
        308 unique_instance_id: Text<64> as "UniqueInstID" since 24,
    }

    /// The session is open.
    4 => OpenConf "OPEN_CONF" server -> client, published "cti-server-protocol 6" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// May be fewer than requested.
        services_granted: u32 as "ServicesGranted",
        /// 0 for a session with all events.
        monitor_id: MonitorId as "MonitorID" is monitor,
        /// See [`pg_status`](crate::pg_status).
        pg_status: u32 as "PGStatus",
        /// Seconds since 1970-01-01 00:00 UTC.
        icm_central_controller_time: Time32 as "ICMCentralControllerTime",
        /// Whether the peripheral is on-line.
        peripheral_online: bool as "PeripheralOnline",
        /// 17 is an enterprise agent peripheral; see [`peripheral_type`](crate::peripheral_type).
        peripheral_type: PeripheralType as "PeripheralType",
        /// Of the client's own agent.
        agent_state: Code<AgentState> as "AgentState",
        /// The agent's department.
        department_id: i32 as "DepartmentID" since 19,
        /// 0 unknown, 1 active, 2 standby.
        session_type: SessionType as "SessionType" since 24,
    } floats {
        4 agent_extension: Text<16> as "AgentExtension",
        5 agent_id: Text<12> as "AgentID",
        6 agent_instrument: Text<64> as "AgentInstrument",
        /// Number of peripherals that follow.
        228 num_peripherals: u16 as "NumPeripherals" since 14,
        208 flt_peripheral_id: PeripheralId as "FltPeripheralID" since 14 is repeated,
        /// 0 single line, 1 multi line.
        224 multiline_agent_control: u16 as "MultilineAgentControl" since 14,
    }

    /// Asks whether the server is alive.
    5 => HeartbeatReq "HEARTBEAT_REQ" client -> server, published "cti-server-protocol 6",
        answered by HeartbeatConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// The server is alive.
    6 => HeartbeatConf "HEARTBEAT_CONF" server -> client, published "cti-server-protocol 6" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Ends the session.
    7 => CloseReq "CLOSE_REQ" client -> server, published "cti-server-protocol 6",
        answered by CloseConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`CtiStatus`](crate::CtiStatus).
        status: CtiStatus as "Status",
    }

    /// The session is ended.
    8 => CloseConf "CLOSE_CONF" server -> client, published "cti-server-protocol 6" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Something happened to the central controller, a peripheral or the server.
    31 => SystemEvent "SYSTEM_EVENT" server -> client, published "cti-server-protocol 6" {
        /// See [`pg_status`](crate::pg_status).
        pg_status: u32 as "PGStatus",
        /// Seconds since 1970-01-01 00:00 UTC.
        icm_central_controller_time: Time32 as "ICMCentralControllerTime",
        /// See [`system_event`](crate::system_event).
        system_event_id: SystemEventId as "SystemEventID",
        /// The peripheral, where there is one.
        system_event_arg1: u32 as "SystemEventArg1",
        /// Depends on the event.
        system_event_arg2: u32 as "SystemEventArg2",
        /// Depends on the event.
        system_event_arg3: u32 as "SystemEventArg3",
        /// 0xFFFF none.
        event_device_type: DeviceIdType as "EventDeviceType",
    } floats {
        /// One client drops the session without it (cti-server-protocol 18).
        7 text: Text<255> as "Text",
        206 event_device_id: Text<64> as "EventDeviceID",
    }

    /// Reports something about the client to the server.
    32 => ClientEventReportReq "CLIENT_EVENT_REPORT_REQ" client -> server, published "cti-server-protocol 6",
        answered by ClientEventReportConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// 0 normal, 1 warning, 2 error.
        state: u16 as "State",
    } floats {
        66 object_name: Text<128> as "ObjectName",
        7 text: Text<255> as "Text",
    }

    /// The report is taken.
    33 => ClientEventReportConf "CLIENT_EVENT_REPORT_CONF" server -> client, published "cti-server-protocol 6" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// The peripheral refused a request.
    35 => ControlFailureConf "CONTROL_FAILURE_CONF" server -> client, published "cti-server-protocol 6" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`ControlFailure`].
        failure_code: ControlFailure as "FailureCode" is refusal,
        /// The peripheral's own code; 0 none.
        peripheral_error_code: u32 as "PeripheralErrorCode",
    } floats {
        217 ctios_cil_client_id: Text<64> as "CTIOSCILClientID" since 11,
    }

    /// A standby server became active.
    277 => StandbyActiveEventMsg "STANDBY_ACTIVE_EVENT_MSG" server -> client, published "cti-server-protocol 8" since 24 {}

    /// Asks a client whether the active server may go into maintenance; to be answered within 5 s.
    278 => ActiveMaintenanceReqMsg "ACTIVE_MAINTENANCE_REQ_MSG" server -> client, published "cti-server-protocol 8" since 24 {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Answers that question.
    279 => ActiveMaintenanceRespMsg "ACTIVE_MAINTENANCE_RESP_MSG" client -> server, published "cti-server-protocol 8" since 24 {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        maintenance_mode_accepted: bool as "MaintenanceModeAccepted",
    }

    /// Whether the server goes into maintenance.
    280 => ActiveMaintenanceEventMsg "ACTIVE_MAINTENANCE_EVENT_MSG" server -> client, published "cti-server-protocol 8" since 24 {
        /// True to continue, false to cancel. The name is inferred.
        continue_maintenance: bool as "ContinueMaintenance",
    }

    /// The client sends no more requests to this side.
    281 => StoppingRequestsToThisSideInd "STOPPING_REQUESTS_TO_THIS_SIDE_IND" client -> server, published "cti-server-protocol 8" since 24 {}
} }
