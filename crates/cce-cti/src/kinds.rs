//! Enumerations: what the numbers in fields stand for (cti-server-protocol 12 and 13).

use cce_model::codes;
pub use cce_model::{ControlFailure, Direction};

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
    /// How a change of a voice state is carried out (cti-server-protocol 7).
    ForcedFlag(u8) "" {
        UNFORCED = 0,
        FORCED = 1,
        AUTHENTICATE_ONLY = 2,
    }
}

codes! {
    /// Whether the router assigns tasks to an agent (cti-server-protocol 11.3).
    AgentMode(u16) "" {
        NOT_ROUTABLE = 0,
        ROUTABLE = 1,
    }
}

impl From<bool> for AgentMode {
    fn from(is_routable: bool) -> Self {
        if is_routable { Self::ROUTABLE } else { Self::NOT_ROUTABLE }
    }
}

codes! {
    /// Which side of a duplex pair of CTI servers a session is with (cti-server-protocol 4.6).
    SessionType(u16) "" {
        UNKNOWN = 0,
        ACTIVE = 1,
        STANDBY = 2,
    }
}

codes! {
    /// What became of a request for the keys of the configuration (cti-server-protocol 9).
    ConfigKeyStatus(u32) "" {
        OK = 0,
        NO_SERVICE_PROVIDER = 1,
        NO_KEYS = 2,
        UNKNOWN_CUSTOMER = 3,
    }
}

codes! {
    /// How a list of configuration records ends (cti-server-protocol 9).
    ConfigEndStatus(u32) "" {
        COMPLETE = 0,
        NO_SERVICE_PROVIDER = 1,
        UNKNOWN_CUSTOMER = 2,
        INVALID = 3,
        EMPTY = 4,
        PARTIAL = 5,
    }
}

codes! {
    /// Why configuration records come (cti-server-protocol 9).
    ConfigType(u16) "" {
        ASKED_FOR = 1,
        UNSOLICITED = 2,
    }
}

codes! {
    /// What a configuration record does to its object (cti-server-protocol 9).
    RecordType(u16) "" {
        ADD = 0,
        CHANGE = 1,
        DELETE = 2,
    }
}

codes! {
    /// Who hears a user message (cti-server-protocol 8).
    Distribution(u16) "" {
        CLIENT = 0,
        SUPERVISOR = 1,
        TEAM = 2,
        ALL = 3,
    }
}

codes! {
    /// How a service is shared by those who register it (cti-server-protocol 8).
    ServerMode(u16) "" {
        EXCLUSIVE = 0,
        ROUND_ROBIN = 1,
        PARALLEL = 2,
    }
}

cce_wire::numbers! {
    ForcedFlag(u8), AgentMode(u16), SessionType(u16), ConfigKeyStatus(u32), ConfigEndStatus(u32), ConfigType(u16), RecordType(u16),
    Distribution(u16), ServerMode(u16),
    AgentWorkMode(u16), DeviceIdType(u16), ConnectionDeviceIdType(u16), LocalConnectionState(u16), LineType(u16),
    CallKind(u16),
}
