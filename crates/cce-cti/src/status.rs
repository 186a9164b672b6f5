//! Status codes of the session.

use crate::tags;
use cce_model::{code_in_words, codes};
use cce_wire::Flaw;

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

cce_wire::numbers! { CtiStatus(u32) }

impl CtiStatus {
    /// Its number and what it means, for people: `16 timeout`.
    pub fn in_words(self) -> String {
        code_in_words(self, self.name().map(|name| name.trim_start_matches("E_CTI_")))
    }

    /// The status with which the server answers a flawed message (cti-server-protocol 3 and 4.4); none for what it and
    /// clients in the field live with. A message that is not listed has its answer by its session's version.
    pub fn of_flaw(flaw: &Flaw) -> Option<Self> {
        match flaw {
            Flaw::UnknownTag { tag } if tags::name(*tag).is_some() => Some(Self::INVALID_TAG_FOR_MSG_TYPE),
            Flaw::UnknownTag { .. } => Some(Self::INVALID_FIELD_TAG),
            Flaw::ForeignTag { .. } | Flaw::Repeated { .. } => Some(Self::INVALID_TAG_FOR_MSG_TYPE),
            Flaw::TagTooNew { .. } => Some(Self::INVALID_TAG_FOR_VERSION),
            Flaw::BadLength { .. } | Flaw::TooLong { .. } => Some(Self::INVALID_FIELD_LENGTH),
            Flaw::Missing { .. } => Some(Self::REQUIRED_DATA_MISSING),
            Flaw::MessageTooNew { .. } => Some(Self::INVALID_MSG_TYPE_FOR_VERSION),
            Flaw::UnlistedMessage { .. } | Flaw::StringLength { .. } => None,
        }
    }
}
