//! Services that a client asks for: bits of `OPEN_REQ` and `OPEN_CONF` (cti-server-protocol 12).

bits! {
    /// Events of the client's own device:
    CLIENT_EVENTS = 0x0000_0001,
    CALL_DATA_UPDATE = 0x0000_0002,
    CLIENT_CONTROL = 0x0000_0004,
    CONNECTION_MONITOR = 0x0000_0008,
    ALL_EVENTS = 0x0000_0010,
    PERIPHERAL_MONITOR = 0x0000_0020,
    CLIENT_MONITOR = 0x0000_0040,
    SUPERVISOR = 0x0000_0080,
    SERVER = 0x0000_0100,
    /// The ARM layer:
    AGENT_REPORTING = 0x0000_0400,
    ALL_TASK_EVENTS = 0x0000_0800,
    TASK_MONITOR = 0x0000_1000,
    AGENT_STATE_CONTROL_ONLY = 0x0000_2000,
    DEVICE_STATE_CONTROL = 0x0000_8000,
    UPDATE_EVENTS = 0x0008_0000,
    IGNORE_DUPLICATE_AGENT_EVENTS = 0x0010_0000,
    IGNORE_CONF = 0x0020_0000,
    ACD_LINE_ONLY = 0x0040_0000,
    /// Sessions with a standby side:
    ACTIVE_STANDBY = 0x0200_0000 since 24,
    DEBUG = 0x8000_0000,
}

/// Every bit that has a meaning in the latest version.
pub const ALL: u32 = valid(crate::VERSION_MAX);
