//! Masks: what a session or a monitor wants to hear, and what a device or an agent may do
//! (cti-server-protocol 7, 9, 11.2 and 12).

/// Call events: `CallMsgMask`. A bit of 27 to 31 came with its event.
pub mod call_msg_mask {
    bits! {
        DELIVERED = 0x0000_0001,
        QUEUED = 0x0000_0002,
        ESTABLISHED = 0x0000_0004,
        HELD = 0x0000_0008,
        RETRIEVED = 0x0000_0010,
        CLEARED = 0x0000_0020,
        CONNECTION_CLEARED = 0x0000_0040,
        ORIGINATED = 0x0000_0080,
        CONFERENCED = 0x0000_0100,
        TRANSFERRED = 0x0000_0200,
        DIVERTED = 0x0000_0400,
        SERVICE_INITIATED = 0x0000_0800,
        TRANSLATION_ROUTE = 0x0000_1000,
        BEGIN_CALL = 0x0000_2000,
        END_CALL = 0x0000_4000,
        DATA_UPDATE = 0x0000_8000,
        FAILED = 0x0001_0000,
        REACHED_NETWORK = 0x0002_0000,
        DEQUEUED = 0x0004_0000,
        AGENT_PRE_CALL = 0x0008_0000,
        AGENT_PRE_CALL_ABORT = 0x0010_0000,
        RTP_STARTED = 0x0020_0000,
        RTP_STOPPED = 0x0040_0000,
        TEAM_CONFIG = 0x0080_0000,
        LEGACY_PRE_CALL = 0x0100_0000,
        ATTRIBUTE_CHANGE = 0x0200_0000,
        TERMINATION = 0x0400_0000,
        AGENT_GREETING = 0x0800_0000 since 15,
        RECORDING_STARTED = 0x1000_0000 since 23,
        RECORDING_ENDED = 0x2000_0000 since 23,
        RECORDING_FAILED = 0x4000_0000 since 23,
        RECORDING_TARGET_INFO = 0x8000_0000 since 23,
    }
}

/// Agent states: `AgentStateMask`. `UNKNOWN` has no bit, so that later states stand one bit lower than their number.
pub mod agent_state_mask {
    bits! {
        LOGIN = 0x0000_0001,
        LOGOUT = 0x0000_0002,
        NOT_READY = 0x0000_0004,
        AVAILABLE = 0x0000_0008,
        TALKING = 0x0000_0010,
        WORK_NOT_READY = 0x0000_0020,
        WORK_READY = 0x0000_0040,
        BUSY_OTHER = 0x0000_0080,
        RESERVED = 0x0000_0100,
        HOLD = 0x0000_0200,
        ACTIVE = 0x0000_0400,
        PAUSED = 0x0000_0800,
        INTERRUPTED = 0x0000_1000,
        NOT_ACTIVE = 0x0000_2000,
    }

    /// The bit of a state's number; none for one that has no bit.
    pub const fn of(state: u32) -> u32 {
        match state {
            0..=8 => 1 << state,
            10..=14 => 1 << (state - 1),
            _ => 0,
        }
    }
}

/// What a client may do with a device: `CallControlSupported`.
pub mod call_control_mask {
    bits! {
        QUERY_AGENT_STATE = 0x0000_0001,
        SET_AGENT_STATE = 0x0000_0002,
        ALTERNATE_CALL = 0x0000_0004,
        ANSWER_CALL = 0x0000_0008,
        CLEAR_CALL = 0x0000_0010,
        CLEAR_CONNECTION = 0x0000_0020,
        CONFERENCE_CALL = 0x0000_0040,
        CONSULTATION_CALL = 0x0000_0080,
        DEFLECT_CALL = 0x0000_0100,
        HOLD_CALL = 0x0000_0200,
        MAKE_CALL = 0x0000_0400,
        MAKE_PREDICTIVE_CALL = 0x0000_0800,
        RECONNECT_CALL = 0x0000_1000,
        RETRIEVE_CALL = 0x0000_2000,
        TRANSFER_CALL = 0x0000_4000,
        QUERY_DEVICE_INFO = 0x0000_8000,
        SNAPSHOT_CALL = 0x0001_0000,
        SNAPSHOT_DEVICE = 0x0002_0000,
        SEND_DTMF_SIGNAL = 0x0004_0000,
    }
}

/// What an agent may and must do: `DeskSettingsMask`.
pub mod desk_settings_mask {
    bits! {
        AVAILABLE_AFTER_INCOMING = 0x0000_0001,
        AVAILABLE_AFTER_OUTGOING = 0x0000_0002,
        AUTO_ANSWER = 0x0000_0004,
        IDLE_REASON_REQUIRED = 0x0000_0008,
        LOGOUT_REASON_REQUIRED = 0x0000_0010,
        SUPERVISOR_CALLS_ALLOWED = 0x0000_0020,
        AGENT_TO_AGENT_CALLS_ALLOWED = 0x0000_0040,
        INTERNATIONAL_CALLS_ALLOWED = 0x0000_0080,
        PUBLIC_NET_CALLS_ALLOWED = 0x0000_0100,
        PRIVATE_NET_CALLS_ALLOWED = 0x0000_0200,
        OPERATOR_ASSISTED_CALLS_ALLOWED = 0x0000_0400,
        PBX_CALLS_ALLOWED = 0x0000_0800,
        NON_ACD_CALLS_ALLOWED = 0x0000_1000,
        AGENT_MAY_SELECT_GROUP = 0x0000_2000,
    }
}

/// Kinds of configuration records: `ConfigInformation`. 0 in a request is: ready for changes.
pub mod config_information {
    bits! {
        SERVICE = 0x0000_0001,
        SKILL_GROUP = 0x0000_0002,
        AGENT = 0x0000_0004,
        DEVICE = 0x0000_0008,
        CALL_TYPE = 0x0000_0010,
        MRD = 0x0000_0020 since 20,
        PERIPHERAL = 0x0000_0040 since 22,
        DESK_SETTINGS = 0x0000_0080 since 22,
        TERMINAL = 0x0000_0100 since 25,
        AGENT_SERVICES = 0x0000_0200 since 24,
    }
}

/// Task events: `TaskMsgMask` (inferred: bit number is message type - 191).
pub mod task_msg_mask {
    use crate::{BeginTaskEvent, TaskDataUpdateEvent};
    use cce_wire::Message;

    bits! {
        BEGIN = 0x0000_0001,
        QUEUED = 0x0000_0002,
        DEQUEUED = 0x0000_0004,
        OFFER = 0x0000_0008,
        START = 0x0000_0010,
        PAUSE = 0x0000_0020,
        RESUME = 0x0000_0040,
        WRAPUP = 0x0000_0080,
        END = 0x0000_0100,
        DATA_UPDATE = 0x0000_0200,
    }

    const FIRST: u32 = BeginTaskEvent::DOC.kind;
    const LAST: u32 = TaskDataUpdateEvent::DOC.kind;

    /// The bit of a task event's message type; none for another message.
    pub const fn of(kind: u32) -> u32 {
        match kind {
            FIRST..=LAST => 1 << (kind - FIRST),
            _ => 0,
        }
    }
}

/// What the peripheral gateway lacks: `PGStatus`; 0 is normal.
pub mod pg_status {
    bits! {
        OPC_DOWN = 0x01,
        CC_DOWN = 0x02,
        PERIPHERAL_OFFLINE = 0x04,
        CTI_SERVER_OFFLINE = 0x08,
        LIMITED_FUNCTION = 0x10,
    }
}
