//! Status codes of the ARM layer (cti-server-protocol 11.5). Numbers and meanings are published, with gaps; success
//! and the spelling of the names are inferred.

codes! { "E_ARM_STAT_" {
    SUCCESS = 0,
    AGENT_ALREADY_LOGGED_IN = 1,
    AGENT_NOT_FOUND = 2,
    MRD_LIST_ENTRY_NOT_FOUND = 3,
    AGENT_NOT_LOGGED_IN = 6,
    MAKE_AGENT_NOT_READY_PENDING = 9,
    CANNOT_LOGIN_TO_VOICE_MRD = 11,
    DO_THIS_WITH_TASK_SENT_RECENTLY = 14,
    LOGIN_NOT_ALLOWED_FOR_APPLICATION_PATH = 27,
    PERFORMANCE_LIMIT_EXCEEDED = 34,
    CENTRAL_CONTROLLER_OFFLINE = 36,
    LOGIN_TIMEOUT = 37,
    PRECISION_QUEUE_LOGIN_FAILED = 38,
    LOGIN_REQUEST_PENDING = 41,
} }
