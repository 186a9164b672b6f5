//! How the CTI server and OPC answer: the numbers of success and of each refusal.

use crate::{code_in_words, codes};

codes! {
    /// A status of failures and of `CLOSE_REQ` (cti-server-protocol 13).
    CtiStatus(u32) "E_CTI_" {
        NO_ERROR = 0,
        INVALID_VERSION = 1,
        INVALID_MESSAGE_LENGTH = 2,
        INVALID_FIELD_TAG = 3,
        SESSION_NOT_OPEN = 4,
        SESSION_ALREADY_OPEN = 5,
        REQUIRED_DATA_MISSING = 6,
        INVALID_PERIPHERAL_ID = 7,
        INVALID_AGENT_DATA = 8,
        AGENT_NOT_LOGGED_ON = 9,
        DEVICE_IN_USE = 10,
        NEW_SESSION_OPENED = 11,
        FUNCTION_NOT_AVAILABLE = 12,
        INVALID_CALLID = 13,
        PROTECTED_VARIABLE = 14,
        CTI_SERVER_OFFLINE = 15,
        TIMEOUT = 16,
        UNSPECIFIED_FAILURE = 17,
        INVALID_TIMEOUT = 18,
        INVALID_SERVICE_MASK = 19,
        INVALID_CALL_MSG_MASK = 20,
        INVALID_AGENT_STATE_MASK = 21,
        INVALID_RESERVED_FIELD = 22,
        INVALID_FIELD_LENGTH = 23,
        INVALID_DIGITS = 24,
        BAD_MESSAGE_FORMAT = 25,
        INVALID_TAG_FOR_MSG_TYPE = 26,
        INVALID_DEVICE_ID_TYPE = 27,
        INVALID_LCL_CONN_STATE = 28,
        INVALID_EVENT_CAUSE = 29,
        INVALID_NUM_PARTIES = 30,
        INVALID_SYS_EVENT_ID = 31,
        INCONSISTENT_AGENT_DATA = 32,
        INVALID_CONNECTION_ID_TYPE = 33,
        INVALID_CALL_TYPE = 34,
        NOT_CALL_PARTY = 35,
        INVALID_PASSWORD = 36,
        CLIENT_DISCONNECTED = 37,
        INVALID_OBJECT_STATE = 38,
        INVALID_NUM_SKILL_GROUPS = 39,
        INVALID_NUM_LINES = 40,
        INVALID_LINE_TYPE = 41,
        INVALID_ALLOCATION_STATE = 42,
        INVALID_ANSWERING_MACHINE = 43,
        INVALID_CALL_MANNER_TYPE = 44,
        INVALID_CALL_PLACEMENT_TYPE = 45,
        INVALID_CONSULT_TYPE = 46,
        INVALID_FACILITY_TYPE = 47,
        INVALID_MSG_TYPE_FOR_VERSION = 48,
        INVALID_TAG_FOR_VERSION = 49,
        INVALID_AGENT_WORK_MODE = 50,
        INVALID_CALL_OPTION = 51,
        INVALID_DESTINATION_COUNTRY = 52,
        INVALID_ANSWER_DETECT_MODE = 53,
        MUTUALLY_EXCLUS_DEVICEID_TYPES = 54,
        INVALID_MONITORID = 55,
        SESSION_MONITOR_ALREADY_EXISTS = 56,
        SESSION_MONITOR_IS_CLIENTS = 57,
        INVALID_CALL_CONTROL_MASK = 58,
        INVALID_FEATURE_MASK = 59,
        INVALID_TRANSFER_CONFERENCE_SETUP_MASK = 60,
        INVALID_ARRAY_INDEX = 61,
        INVALID_CHARACTER = 62,
        CLIENT_NOT_FOUND = 63,
        SUPERVISOR_NOT_FOUND = 64,
        TEAM_NOT_FOUND = 65,
        NO_CALL_ACTIVE = 66,
        NAMED_VARIABLE_NOT_CONFIGURED = 67,
        NAMED_ARRAY_NOT_CONFIGURED = 68,
        INVALID_CALL_VARIABLE_MASK = 69,
        ELEMENT_NOT_FOUND = 70,
        INVALID_DISTRIBUTION_TYPE = 71,
        INVALID_SKILL_GROUP = 72,
        TOO_MUCH_DATA = 73,
        VALUE_TOO_LONG = 74,
        SCALAR_FUNCTION_ON_ARRAY = 75,
        ARRAY_FUNCTION_ON_SCALAR = 76,
        INVALID_NUM_NAMED_VARIABLES = 77,
        INVALID_NUM_NAMED_ARRAYS = 78,
        INVALID_RTP_DIRECTION = 79,
        INVALID_RTP_TYPE = 80,
        CALLED_PARTY_DISPOSITION = 81,
        INVALID_SUPERVISORY_ACTION = 82,
        AGENT_TEAM_MONITOR_ALREADY_EXISTS = 83,
        INVALID_SERVICE = 84,
        SERVICE_CONFLICT = 85,
        SKILL_GROUP_CONFLICT = 86,
        INVALID_DEVICE = 87,
        INVALID_MR_DOMAIN = 88,
        MONITOR_ALREADY_EXISTS = 89,
        MONITOR_TERMINATED = 90,
        INVALID_TASK_MSG_MASK = 91,
        SERVER_NOT_MASTER = 92,
        INVALID_CSD = 93,
        JTAPI_CCM_PROBLEM = 94,
        INVALID_CONFIG_MSG_MASK = 95,
        AUTO_CONFIG_RESET = 96,
        INVALID_MONITOR_STATUS = 97,
        INVALID_REQUEST_TYPE = 98,
        INVALID_CLIENT_FOR_STANDBY = 107,
        INVALID_UNIQUE_INSTANCE_ID = 108,
        DUPLICATE_UNIQUE_INSTANCE_ID = 109,
        SERVER_IN_MAINTENANCE_MODE = 110,
    }
}

impl CtiStatus {
    /// Its number and what it means, for people: `16 timeout`.
    pub fn in_words(self) -> String {
        code_in_words(self, self.name().map(|name| name.trim_start_matches("E_CTI_")))
    }
}

codes! {
    /// A status of the ARM layer (cti-server-protocol 11.5), by its constant (finesse-nonvoice 4.6). Numbers and meanings are
    /// published, with gaps; success, 18 to 22, 30, 32, 33 and 35, and the spelling of the names are (inferred).
    ArmStatus(u32) "E_ARM_STAT_" {
        SUCCESS = 0,
        AGENT_ALREADY_LOGGED_IN = 1,
        AGENT_NOT_FOUND = 2,
        MRD_LIST_ENTRY_NOT_FOUND = 3,
        AGENT_NOT_LOGGED_IN = 6,
        ALREADY_HAVE_PENDING_MAKE_AGENT_NOT_READY = 9,
        CANT_LOGIN_TO_VOICE_MRD = 11,
        DO_THIS_WITH_TASK_SENT_RECENTLY = 14,
        TASK_OBJECT_NOT_FOUND = 18,
        INVALID_MESSAGE_SEQUENCE = 19,
        INCONSISTENT_MEDIA_ROUTING_DOMAIN_IDS = 20,
        NO_OFFER_OR_PRE_CALL_RECEIVED = 21,
        INCONSISTENT_AGENT_IDS = 22,
        LOGIN_NOT_ALLOWED_FOR_APP_PATH = 27,
        NOT_VALID_AFTER_INTERRUPT_ADVISORY_ACCEPT = 30,
        SKILL_GROUP_NOT_FOUND = 32,
        SERVICE_NOT_FOUND = 33,
        PERFORMANCE_LIMIT_EXCEEDED = 34,
        CC_OFFLINE = 36,
        LOGIN_TIMEOUT = 37,
        PQ_LOGIN_FAILED = 38,
        LOGIN_REQUEST_ALREADY_PENDING = 41,
    }
}

impl ArmStatus {
    /// The limit of tasks is not one of 1 to 15, or is reached: the number and its having no name are (inferred).
    pub const TASK_LIMIT: Self = Self(35);

    /// Its number and what it means, for people: `18 task object not found`.
    pub fn in_words(self) -> String {
        code_in_words(self, self.name().map(|name| name.trim_start_matches("E_ARM_STAT_")))
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
