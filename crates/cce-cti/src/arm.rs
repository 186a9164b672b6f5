//! Status codes of the ARM layer.

use cce_model::{code_in_words, codes};

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

cce_wire::numbers! { ArmStatus(u32) }
