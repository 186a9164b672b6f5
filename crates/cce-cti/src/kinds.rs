//! Enumerations: what the numbers in fields stand for (cti-server-protocol 12 and 13).

/// Peripheral types.
pub mod peripheral_type {
    codes! { u16 "" {
        NONE = 0xffff,
        ASPECT = 1,
        MERIDIAN = 2,
        G2 = 3,
        DEFINITY_ECS_NON_EAS = 4,
        DEFINITY_EAS = 5,
        GALAXY = 6,
        SPECTRUM = 7,
        VRU = 8,
        VRU_POLLED = 9,
        DMS100 = 10,
        SIEMENS_9006 = 11,
        SIEMENS_9005 = 12,
        ALCATEL = 13,
        NEC = 14,
        ACP1000 = 15,
        SYMPOSIUM = 16,
        ENTERPRISE_AGENT = 17,
        MD110 = 18,
        MEDIA_ROUTING = 19,
        GENERIC = 20,
        ACMI_CRS = 21,
        ACMI_IPCC = 22,
        SIMPLIFIED_IPCC = 23,
        ARS = 24,
        ACMI_ERS = 25,
        EXPERT_ADVISOR = 26,
        RESERVED = 27,
    } }
}

/// Agent work modes.
pub mod agent_work_mode {
    codes! { u16 "" {
        UNSPECIFIED = 0,
        AUTO_IN = 1,
        MANUAL_IN = 2,
        REMOTE_AGENT_CALL_BY_CALL = 3,
        REMOTE_AGENT_NAILED = 4,
    } }
}

/// Directions of what an agent works on.
pub mod direction {
    codes! { u32 "" {
        NONE = 0,
        IN = 1,
        OUT = 2,
        OTHER_IN = 3,
        OTHER_OUT = 4,
        OUTBOUND_RESERVE = 5,
        OUTBOUND_PREVIEW = 6,
        OUTBOUND_PREDICTIVE = 7,
    } }
}

/// Types of device ids.
pub mod device_id_type {
    codes! { u16 "" {
        NONE = 0xffff,
        DEVICE = 0,
        TRUNK = 70,
        TRUNK_GROUP = 71,
        MAC = 72,
        CTI_PORT = 73,
        ROUTE_POINT = 74,
        EXTERNAL = 75,
        AGENT_DEVICE = 76,
        QUEUE = 77,
        NON_ACD_DEVICE = 78,
        SHARED_DEVICE = 79,
    } }
}

/// Types of connection ids.
pub mod connection_device_id_type {
    codes! { u16 "" {
        NONE = 0xffff,
        STATIC = 0,
        DYNAMIC = 1,
    } }
}

/// States of a call at a device.
pub mod local_connection_state {
    codes! { u16 "" {
        NONE = 0xffff,
        NULL = 0,
        INITIATE = 1,
        ALERTING = 2,
        CONNECT = 3,
        HOLD = 4,
        QUEUED = 5,
        FAIL = 6,
    } }
}

/// Types of lines.
pub mod line_type {
    codes! { u16 "" {
        INBOUND_ACD = 0,
        OUTBOUND_ACD = 1,
        INSIDE = 2,
        UNKNOWN = 3,
        SUPERVISOR = 4,
        MESSAGE = 5,
        HELP = 6,
        OUTBOUND = 7,
        DID = 8,
        SILENT_MONITOR = 9,
        NON_ACD_IN = 10,
        NON_ACD_OUT = 11,
    } }
}

/// Call types; 2 to 15 have no name in the source. Old sessions have 27 for `NON_ACD`.
pub mod call_type {
    codes! { u16 "" {
        NONE = 0xffff,
        ACD_IN = 1,
        UNMONITORED = 16,
        PREVIEW = 17,
        RESERVATION = 18,
        ASSIST = 19,
        EMERGENCY = 20,
        SUPERVISOR_MONITOR = 21,
        SUPERVISOR_WHISPER = 22,
        SUPERVISOR_BARGE_IN = 23,
        SUPERVISOR_INTERCEPT = 24,
        TASK_ROUTED_BY_ICM = 25,
        TASK_ROUTED_BY_APPLICATION = 26,
        RESERVATION_PREVIEW = 27,
        RESERVATION_DIRECT = 28,
        RESERVATION_PREDICTIVE = 29,
        RESERVATION_CALLBACK = 30,
        RESERVATION_PERSONAL = 31,
        CUSTOMER_PREVIEW = 32,
        CUSTOMER_DIRECT = 33,
        CUSTOMER_PREDICTIVE = 34,
        CUSTOMER_CALLBACK = 35,
        CUSTOMER_PERSONAL = 36,
        CUSTOMER_IVR = 37,
        NON_ACD = 38,
        PLAY_GREETING = 39,
        RECORD_GREETING = 40,
        VOICE_CALLBACK = 41,
    } }
}

/// Dispositions of tasks and calls; 63 to 65 since version 20.
pub mod disposition {
    codes! { u32 "" {
        ABANDONED_IN_NETWORK = 1,
        ABANDONED_IN_LOCAL_QUEUE = 2,
        ABANDONED_RING = 3,
        ABANDONED_DELAY = 4,
        ABANDONED_INTERFLOW = 5,
        ABANDONED_AGENT_TERMINAL = 6,
        SHORT = 7,
        BUSY = 8,
        FORCED_BUSY = 9,
        DISCONNECT_DROP_NO_ANSWER = 10,
        DISCONNECT_DROP_BUSY = 11,
        DISCONNECT_DROP_REORDER = 12,
        DISCONNECT_DROP_HANDLED_PRIMARY_ROUTE = 13,
        DISCONNECT_DROP_HANDLED_OTHER = 14,
        REDIRECTED = 15,
        CUT_THROUGH = 16,
        INTRAFLOW = 17,
        INTERFLOW = 18,
        RING_NO_ANSWER = 19,
        INTERCEPT_REORDER = 20,
        INTERCEPT_DENIAL = 21,
        TIME_OUT = 22,
        VOICE_ENERGY = 23,
        NON_CLASSIFIED_ENERGY = 24,
        NO_CUT_THROUGH = 25,
        U_ABORT = 26,
        FAILED_SOFTWARE = 27,
        BLIND_TRANSFER = 28,
        ANNOUNCED_TRANSFER = 29,
        CONFERENCED = 30,
        DUPLICATE_TRANSFER = 31,
        UNMONITORED_DEVICE = 32,
        ANSWERING_MACHINE = 33,
        NETWORK_BLIND_TRANSFER = 34,
        TASK_ABANDONED_IN_ROUTER = 35,
        TASK_ABANDONED_BEFORE_OFFERED = 36,
        TASK_ABANDONED_WHILE_OFFERED = 37,
        NORMAL_END_TASK = 38,
        CANNOT_OBTAIN_TASK_ID = 39,
        AGENT_LOGGED_OUT_DURING_TASK = 40,
        MAXIMUM_TASK_LIFETIME_EXCEEDED = 41,
        APPLICATION_PATH_WENT_DOWN = 42,
        ROUTING_COMPLETE = 43,
        ROUTING_DISABLED = 44,
        APPLICATION_INVALID_MRD_ID = 45,
        APPLICATION_INVALID_DIALOGUE_ID = 46,
        APPLICATION_DUPLICATE_DIALOGUE_ID = 47,
        APPLICATION_INVALID_INVOKE_ID = 48,
        APPLICATION_INVALID_SCRIPT_SELECTOR = 49,
        APPLICATION_TERMINATE_DIALOGUE = 50,
        TASK_ENDED_DURING_APPLICATION_INIT = 51,
        CALLED_PARTY_DISCONNECTED = 52,
        PARTIAL_CALL = 53,
        DROP_NETWORK_CONSULT = 54,
        NETWORK_CONSULT_TRANSFER = 55,
        ABANDON_NETWORK_CONSULT = 57,
        ROUTER_REQUERY_BEFORE_ANSWER = 58,
        ROUTER_REQUERY_AFTER_ANSWER = 59,
        NETWORK_ERROR_60 = 60,
        NETWORK_ERROR_61 = 61,
        NETWORK_ERROR_62 = 62,
        TASK_TRANSFER = 63,
        APPLICATION_DISCONNECTED = 64,
        TASK_TRANSFERRED_ON_AGENT_LOGOUT = 65,
    } }
}

/// Why the peripheral refused: `FailureCode` of a `CONTROL_FAILURE_CONF`. The most used ones; 1001 to 1016 are problems
/// of router and peripheral gateway.
pub mod control_failure {
    codes! { u16 "" {
        UNSPECIFIED = 0,
        OPERATION_ERROR = 1,
        VALUE_OUT_OF_RANGE = 3,
        OBJECT_UNKNOWN = 4,
        INVALID_CALLING_DEVICE = 5,
        INVALID_CALLED_DEVICE = 6,
        STATE_INCOMPATIBILITY = 21,
        INVALID_OBJECT_STATE = 22,
        NO_ACTIVE_CALL = 24,
        SYSTEM_RESOURCE = 31,
        SERVICE_BUSY = 32,
        RESOURCE_BUSY = 33,
        OUT_OF_SERVICE = 34,
        PERFORMANCE_LIMIT = 52,
        UNSPECIFIED_REJECTION = 70,
        DUPLICATE_INVOCATION = 72,
        RESOURCE_LIMITATION = 75,
        REQUEST_TIMEOUT = 78,
        INVALID_AGENT_ID = 256,
        INVALID_PASSWORD = 257,
        INVALID_AGENT_ID_OR_PASSWORD = 258,
        AGENT_ALREADY_SIGNED_ON = 259,
        INVALID_LOGON_DEVICE = 260,
        INVALID_SKILL_GROUP = 262,
        INVALID_WORK_MODE = 265,
        INVALID_REASON_CODE = 266,
        LINK_TO_ACD_DOWN = 267,
        AGENT_NOT_A_PARTY = 268,
        INTERNAL_ERROR = 269,
        WRAPUP_DATA_REQUIRED = 280,
        REASON_CODE_REQUIRED = 281,
        EXTENSION_IN_USE = 283,
        ACCOUNT_LOCKED = 289,
        LINE_LIMIT = 291,
        SHARED_LINES = 292,
        EXTENSION_NOT_UNIQUE = 293,
        UNKNOWN_PERIPHERAL = 1004,
        ROUTING_CLIENT_SERVICE_INACTIVE = 1008,
        INVALID_DIALED_NUMBER = 1009,
        INVALID_PARAMETER = 1010,
    } }
}
