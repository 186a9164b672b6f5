//! What a `SYSTEM_EVENT` reports.

use cce_model::codes;

codes! {
    /// What a `SYSTEM_EVENT` reports: its `SystemEventID` (cti-server-protocol 12).
    SystemEventId(u32) "" {
        CENTRAL_CONTROLLER_ONLINE = 1,
        CENTRAL_CONTROLLER_OFFLINE = 2,
        PERIPHERAL_ONLINE = 3,
        PERIPHERAL_OFFLINE = 4,
        TEXT_FYI = 5,
        PERIPHERAL_GATEWAY_OFFLINE = 6,
        CTI_SERVER_OFFLINE = 7,
        CTI_SERVER_ONLINE = 8,
        HALF_HOUR_CHANGE = 9,
        INSTRUMENT_OUT_OF_SERVICE = 10,
        INSTRUMENT_BACK_IN_SERVICE = 11,
    }
}

cce_wire::numbers! { SystemEventId(u32) }
