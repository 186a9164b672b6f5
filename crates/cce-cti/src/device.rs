//! Devices and their calls (cti-server-protocol 8).

use crate::{ConnectionDeviceIdType, DeviceIdType, FailureConf, LineType};
use cce_model::{ConnectionCallId, InvokeId, PeripheralId, PeripheralType};
use cce_wire::Text;

cce_wire::group! {
    /// A line of a device.
    DeviceLine {
        70 line_handle: u16 as "LineHandle",
        71 line_type: LineType as "LineType",
    }
}

cce_wire::group! {
    /// A call of a device.
    DeviceCall {
        56 call_connection_call_id: ConnectionCallId as "CallConnectionCallID",
        57 call_connection_device_id_type: ConnectionDeviceIdType as "CallConnectionDeviceIDType",
        58 call_connection_device_id: Text<64> as "CallConnectionDeviceID",
        75 call_state: u16 as "CallState",
        218 silent_monitor_status: u16 as "SilentMonitorStatus" since 11,
    }
}

cce_wire::rows! { $ device {
    /// Asks what a device can do.
    78 => QueryDeviceInfoReq "QUERY_DEVICE_INFO_REQ" client -> server, published "cti-server-protocol 8",
        answered by QueryDeviceInfoConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        /// Zero.
        reserved: u16 as "Reserved",
    } floats {
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// What a device can do.
    79 => QueryDeviceInfoConf "QUERY_DEVICE_INFO_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// See [`peripheral_type`](crate::peripheral_type).
        peripheral_type: PeripheralType as "PeripheralType",
        /// 0 station, 1 line, 2 button, 3 ACD, 4 trunk, 5 operator, 16 to 21 their groups, 22 CTI port, 23 CTI port over SIP, 255 other.
        type_of_device: u16 as "TypeOfDevice",
        /// A mask: 0x10 other, 0x20 image, 0x40 data, 0x80 voice.
        class_of_device: u16 as "ClassOfDevice",
        /// Number of groups of the floating part, at most 10.
        num_lines: u16 as "NumLines",
        /// Zero.
        reserved: u16 as "Reserved",
        max_active_calls: u16 as "MaxActiveCalls",
        max_held_calls: u16 as "MaxHeldCalls",
        max_devices_in_conference: u16 as "MaxDevicesInConference",
        make_call_setup: u32 as "MakeCallSetup",
        transfer_conference_setup: u32 as "TransferConferenceSetup",
        /// See [`call_msg_mask`](crate::call_msg_mask).
        call_events_supported: u32 as "CallEventsSupported",
        /// See [`call_control_mask`](crate::call_control_mask).
        call_control_supported: u32 as "CallControlSupported",
        other_features_supported: u32 as "OtherFeaturesSupported",
    } list lines: DeviceLine

    /// Asks for the calls of a device.
    84 => SnapshotDeviceReq "SNAPSHOT_DEVICE_REQ" client -> server, published "cti-server-protocol 8",
        answered by SnapshotDeviceConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        snapshot_device_type: DeviceIdType as "SnapshotDeviceType",
    } floats {
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// The calls of a device.
    85 => SnapshotDeviceConf "SNAPSHOT_DEVICE_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// Number of groups of the floating part, at most 16.
        num_calls: u16 as "NumCalls",
    } list calls: DeviceCall
} }
