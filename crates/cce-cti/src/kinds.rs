//! Enumerations: what the numbers in fields stand for (cti-server-protocol 12 and 13).

use cce_model::{code_in_words, codes};

codes! {
    /// An agent work mode.
    AgentWorkMode(u16) "" {
        UNSPECIFIED = 0,
        AUTO_IN = 1,
        MANUAL_IN = 2,
        REMOTE_AGENT_CALL_BY_CALL = 3,
        REMOTE_AGENT_NAILED = 4,
    }
}

codes! {
    /// The direction of what an agent works on.
    Direction(u32) "" {
        NONE = 0,
        IN = 1,
        OUT = 2,
        OTHER_IN = 3,
        OTHER_OUT = 4,
        OUTBOUND_RESERVE = 5,
        OUTBOUND_PREVIEW = 6,
        OUTBOUND_PREDICTIVE = 7,
    }
}

codes! {
    /// The type of a device id.
    DeviceIdType(u16) "" {
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
    }
}

codes! {
    /// The type of a connection id.
    ConnectionDeviceIdType(u16) "" {
        NONE = 0xffff,
        STATIC = 0,
        DYNAMIC = 1,
    }
}

codes! {
    /// The state of a call at a device.
    LocalConnectionState(u16) "" {
        NONE = 0xffff,
        NULL = 0,
        INITIATE = 1,
        ALERTING = 2,
        CONNECT = 3,
        HOLD = 4,
        QUEUED = 5,
        FAIL = 6,
    }
}

codes! {
    /// The type of a line.
    LineType(u16) "" {
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
    }
}

codes! {
    /// The type of a call; 2 to 15 have no name in the source. Old sessions have 27 for `NON_ACD`.
    CallKind(u16) "" {
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
    }
}

codes! {
    /// Why the peripheral refused: `FailureCode` of a `CONTROL_FAILURE_CONF`. The most used ones; 1001 to 1016 are problems
    /// of router and peripheral gateway.
    ControlFailure(u16) "" {
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
    }
}

impl ControlFailure {
    /// Its number and what it means, for people: `260 invalid logon device`.
    pub fn in_words(self) -> String {
        code_in_words(self, self.name())
    }
}

cce_wire::numbers! {
    AgentWorkMode(u16), Direction(u32), DeviceIdType(u16), ConnectionDeviceIdType(u16), LocalConnectionState(u16), LineType(u16),
    CallKind(u16), ControlFailure(u16),
}
