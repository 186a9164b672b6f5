//! What happens to calls (cti-server-protocol 10, the compact table): floating fields are those that certainly belong.
//!
//! Calls, lines and devices: `LocalConnectionState` 0 null, 1 initiate, 2 alerting, 3 connect, 4 hold, 5 queued,
//! 6 fail; device types, line types and call types as in cti-server-protocol 12; 0xFFFF is none.

use crate::{ConnectionDeviceIdType, DeviceIdType, LineType, LocalConnectionState};
use cce_model::{ConnectionCallId, MonitorId, PeripheralId, PeripheralType, SkillGroupNumber, SkillTarget};
use cce_wire::{NamedArray, NamedVariable, Opaque, Text, Unsigned};

cce_wire::group! {
    /// A party of a conference or transfer.
    ConnectedParty {
        39 connected_party_call_id: u32 as "ConnectedPartyCallID",
        40 connected_party_device_id_type: ConnectionDeviceIdType as "ConnectedPartyDeviceIDType",
        41 connected_party_device_id: Text<64> as "ConnectedPartyDeviceID",
    }
}

cce_wire::rows! { $ call_event {
    /// A call arrived at a device.
    9 => CallDeliveredEvent "CALL_DELIVERED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
        service_number: u32 as "ServiceNumber",
        service_id: Unsigned<SkillTarget> as "ServiceID",
        skill_group_number: SkillGroupNumber as "SkillGroupNumber",
        skill_group_id: Unsigned<SkillTarget> as "SkillGroupID",
        skill_group_priority: u16 as "SkillGroupPriority",
        alerting_device_type: DeviceIdType as "AlertingDeviceType",
        calling_device_type: DeviceIdType as "CallingDeviceType",
        called_device_type: DeviceIdType as "CalledDeviceType",
        last_redirect_device_type: DeviceIdType as "LastRedirectDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
        num_named_variables: u16 as "NumNamedVariables",
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        26 alerting_device_id: Text<64> as "AlertingDeviceID",
        27 calling_device_id: Text<64> as "CallingDeviceID",
        28 called_device_id: Text<64> as "CalledDeviceID",
        29 last_redirect_device_id: Text<64> as "LastRedirectDeviceID",
        121 trunk_number: u32 as "TrunkNumber",
        122 trunk_group_number: u32 as "TrunkGroupNumber",
        8 ani: Text<40> as "ANI",
        215 ani_ii: Text<2> as "ANI_II" since 11,
        9 user_to_user_info: Opaque<131> as "UserToUserInfo",
        10 dnis: Text<32> as "DNIS",
        11 dialed_number: Text<40> as "DialedNumber",
        12 caller_entered_digits: Text<40> as "CallerEnteredDigits",
        72 router_call_key_day: Unsigned<i32> as "RouterCallKeyDay" is key_day,
        73 router_call_key_call_id: Unsigned<i32> as "RouterCallKeyCallID" is key_call,
        110 router_call_key_sequence_number: Unsigned<i32> as "RouterCallKeySequenceNumber" is key_sequence,
        223 call_reference_id: Opaque<32> as "CallReferenceID" since 14,
        13 call_variable1: Text<41> as "CallVariable1",
        14 call_variable2: Text<41> as "CallVariable2",
        15 call_variable3: Text<41> as "CallVariable3",
        16 call_variable4: Text<41> as "CallVariable4",
        17 call_variable5: Text<41> as "CallVariable5",
        18 call_variable6: Text<41> as "CallVariable6",
        19 call_variable7: Text<41> as "CallVariable7",
        20 call_variable8: Text<41> as "CallVariable8",
        21 call_variable9: Text<41> as "CallVariable9",
        22 call_variable10: Text<41> as "CallVariable10",
        46 call_wrapup_data: Text<40> as "CallWrapupData",
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }

    /// A call was answered.
    10 => CallEstablishedEvent "CALL_ESTABLISHED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
        service_number: u32 as "ServiceNumber",
        service_id: Unsigned<SkillTarget> as "ServiceID",
        skill_group_number: SkillGroupNumber as "SkillGroupNumber",
        skill_group_id: Unsigned<SkillTarget> as "SkillGroupID",
        skill_group_priority: u16 as "SkillGroupPriority",
        answering_device_type: DeviceIdType as "AnsweringDeviceType",
        calling_device_type: DeviceIdType as "CallingDeviceType",
        called_device_type: DeviceIdType as "CalledDeviceType",
        last_redirect_device_type: DeviceIdType as "LastRedirectDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        30 answering_device_id: Text<64> as "AnsweringDeviceID",
        27 calling_device_id: Text<64> as "CallingDeviceID",
        28 called_device_id: Text<64> as "CalledDeviceID",
        29 last_redirect_device_id: Text<64> as "LastRedirectDeviceID",
        121 trunk_number: u32 as "TrunkNumber",
        122 trunk_group_number: u32 as "TrunkGroupNumber",
        223 call_reference_id: Opaque<32> as "CallReferenceID" since 14,
    }

    /// A call was held.
    11 => CallHeldEvent "CALL_HELD_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        holding_device_type: DeviceIdType as "HoldingDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        31 holding_device_id: Text<64> as "HoldingDeviceID",
    }

    /// A held call was retrieved.
    12 => CallRetrievedEvent "CALL_RETRIEVED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        retrieving_device_type: DeviceIdType as "RetrievingDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        32 retrieving_device_id: Text<64> as "RetrievingDeviceID",
    }

    /// A call ended.
    13 => CallClearedEvent "CALL_CLEARED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
    }

    /// A party left a call.
    14 => CallConnectionClearedEvent "CALL_CONNECTION_CLEARED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        releasing_device_type: DeviceIdType as "ReleasingDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        33 releasing_device_id: Text<64> as "ReleasingDeviceID",
    }

    /// A device made a call.
    15 => CallOriginatedEvent "CALL_ORIGINATED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
        service_number: u32 as "ServiceNumber",
        service_id: Unsigned<SkillTarget> as "ServiceID",
        skill_group_number: SkillGroupNumber as "SkillGroupNumber",
        skill_group_id: Unsigned<SkillTarget> as "SkillGroupID",
        skill_group_priority: u16 as "SkillGroupPriority",
        calling_device_type: DeviceIdType as "CallingDeviceType",
        called_device_type: DeviceIdType as "CalledDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        27 calling_device_id: Text<64> as "CallingDeviceID",
        28 called_device_id: Text<64> as "CalledDeviceID",
        223 call_reference_id: Opaque<32> as "CallReferenceID" since 14,
    }

    /// A call could not be completed.
    16 => CallFailedEvent "CALL_FAILED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        failing_device_type: DeviceIdType as "FailingDeviceType",
        called_device_type: DeviceIdType as "CalledDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        34 failing_device_id: Text<64> as "FailingDeviceID",
        28 called_device_id: Text<64> as "CalledDeviceID",
        223 call_reference_id: Opaque<32> as "CallReferenceID" since 14,
    }

    /// Calls were joined to a conference.
    17 => CallConferencedEvent "CALL_CONFERENCED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        primary_device_id_type: ConnectionDeviceIdType as "PrimaryDeviceIDType",
        primary_call_id: u32 as "PrimaryCallID",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
        skill_group_number: SkillGroupNumber as "SkillGroupNumber",
        skill_group_id: Unsigned<SkillTarget> as "SkillGroupID",
        skill_group_priority: u16 as "SkillGroupPriority",
        num_parties: u16 as "NumParties",
        secondary_device_id_type: ConnectionDeviceIdType as "SecondaryDeviceIDType",
        secondary_call_id: u32 as "SecondaryCallID",
        controller_device_type: DeviceIdType as "ControllerDeviceType",
        added_party_device_type: DeviceIdType as "AddedPartyDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        35 primary_device_id: Text<64> as "PrimaryDeviceID",
        36 secondary_device_id: Text<64> as "SecondaryDeviceID",
        37 controller_device_id: Text<64> as "ControllerDeviceID",
        38 added_party_device_id: Text<64> as "AddedPartyDeviceID",
    } list parties: ConnectedParty

    /// A call was transferred.
    18 => CallTransferredEvent "CALL_TRANSFERRED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        primary_device_id_type: ConnectionDeviceIdType as "PrimaryDeviceIDType",
        primary_call_id: u32 as "PrimaryCallID",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
        skill_group_number: SkillGroupNumber as "SkillGroupNumber",
        skill_group_id: Unsigned<SkillTarget> as "SkillGroupID",
        skill_group_priority: u16 as "SkillGroupPriority",
        num_parties: u16 as "NumParties",
        secondary_device_id_type: ConnectionDeviceIdType as "SecondaryDeviceIDType",
        secondary_call_id: u32 as "SecondaryCallID",
        transferring_device_type: DeviceIdType as "TransferringDeviceType",
        transferred_device_type: DeviceIdType as "TransferredDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        35 primary_device_id: Text<64> as "PrimaryDeviceID",
        36 secondary_device_id: Text<64> as "SecondaryDeviceID",
        42 transferring_device_id: Text<64> as "TransferringDeviceID",
        43 transferred_device_id: Text<64> as "TransferredDeviceID",
    } list parties: ConnectedParty

    /// A call left a device for another.
    19 => CallDivertedEvent "CALL_DIVERTED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        service_number: u32 as "ServiceNumber",
        service_id: Unsigned<SkillTarget> as "ServiceID",
        diverting_device_type: DeviceIdType as "DivertingDeviceType",
        called_device_type: DeviceIdType as "CalledDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        44 diverting_device_id: Text<64> as "DivertingDeviceID",
        28 called_device_id: Text<64> as "CalledDeviceID",
    }

    /// A device got a dial tone.
    20 => CallServiceInitiatedEvent "CALL_SERVICE_INITIATED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
        service_number: u32 as "ServiceNumber",
        service_id: Unsigned<SkillTarget> as "ServiceID",
        skill_group_number: SkillGroupNumber as "SkillGroupNumber",
        skill_group_id: Unsigned<SkillTarget> as "SkillGroupID",
        skill_group_priority: u16 as "SkillGroupPriority",
        calling_device_type: DeviceIdType as "CallingDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        27 calling_device_id: Text<64> as "CallingDeviceID",
        223 call_reference_id: Opaque<32> as "CallReferenceID" since 14,
    }

    /// A call left by a trunk.
    34 => CallReachedNetworkEvent "CALL_REACHED_NETWORK_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
        trunk_used_device_type: DeviceIdType as "TrunkUsedDeviceType",
        called_device_type: DeviceIdType as "CalledDeviceType",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        48 trunk_used_device_id: Text<64> as "TrunkUsedDeviceID",
        28 called_device_id: Text<64> as "CalledDeviceID",
        121 trunk_number: u32 as "TrunkNumber",
        122 trunk_group_number: u32 as "TrunkGroupNumber",
    }
} }
